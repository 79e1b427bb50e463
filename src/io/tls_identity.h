#ifndef PH_IO_TLS_IDENTITY_H
#define PH_IO_TLS_IDENTITY_H

#include "base/err.h"
#include "base/fault.h"
#include "base/secret.h"

#include <openssl/ssl.h>

/* What one side of a conversation shows of itself: a certificate, those that
   lead from it to its authority, and its key, from files.  A file is PEM (the
   certificate first, the chain after it, the key anywhere; keys by PKCS#8 or in
   OpenSSL's older form, protected or not) or PKCS#12 with all of it.  Nobody is
   ever asked for a passphrase here. */
struct ph_tls_identity {
	const char *certificate;
	const char *key; /* the same file, or another */
	/* Of the key, and of a PKCS#12 file; NULL: none. */
	const struct ph_secret *password;
	bool server; /* what faults call the two files, and their causes */
};

enum {
	/* A chain of a hundred certificates would fit. */
	PH_TLS_IDENTITY_FILE_MAX = 1024 * 1024
};

/* Has ctx show it.  PH_EINVAL with *fault (PH_CAUSE_CLIENT_CERTIFICATE,
   PH_CAUSE_CLIENT_KEY; PH_CAUSE_CONFIG for a server): a file is missing or
   holds something else, the key is protected and there is no passphrase or a
   wrong one, or it is another certificate's.  PH_ENOMEM. */
PH_MUST_USE enum ph_err ph_tls_identity_load(
    const struct ph_tls_identity *id, SSL_CTX *ctx, struct ph_fault *fault);

#endif
