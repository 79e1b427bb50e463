#ifndef PH_IO_TLS_CONTEXT_H
#define PH_IO_TLS_CONTEXT_H

#include "base/pin.h"
#include "io/tls.h"

#include <openssl/bio.h>
#include <openssl/ssl.h>

enum {
	PH_TLS_VERSIONS_DEFAULT = 4 | 8 /* 1.2, 1.3 */
};

/* What the sessions of one configuration share. */
struct ph_tls_context {
	SSL_CTX *ctx;
	BIO_METHOD *bio; /* filled in by the first session */
	unsigned refs;   /* its owner and each session */
	bool server;
	bool file_left; /* the system's file of authorities is not loaded yet */
	unsigned versions;
	/* OpenSSL's security level for what is as new as TLS 1.2; older
	   versions, where allowed, take level 0. */
	int level;
	enum ph_tls_verify verify;
	char *ca_file; /* NULL: the system's authorities */
	unsigned char (*pins)[PH_PIN_LEN];
	size_t pin_count;
};

/* PH_ENOMEM.  With the settings that every context has. */
PH_MUST_USE enum ph_err ph_tls_context_new(
    bool server, struct ph_tls_context **out, struct ph_fault *fault);
void ph_tls_context_ref(struct ph_tls_context *c);

/* Loads the system's file of authorities, if that was put off.  True when there
   may be more of them than before. */
bool ph_tls_context_more_authorities(struct ph_tls_context *c);

/* The oldest error in OpenSSL's queue, as words; empties the queue.  Valid for
   ever. */
const char *ph_tls_reason(void);

#endif
