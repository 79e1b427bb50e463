#ifndef PH_IO_CERTIFICATE_H
#define PH_IO_CERTIFICATE_H

#include "base/arena.h"
#include "base/pin.h"
#include "io/tls.h"

#include <openssl/x509.h>
#include <stdbool.h>

enum {
	PH_CERT_ARENA_MAX = 64 * 1024 /* fits PH_CERT_NAMES_MAX names */
};

enum {
	PH_CERT_TIME_MAX = 24
};

/* 2027-01-01T00:00:00Z; "" where t is NULL or no time. */
void ph_certificate_time(const ASN1_TIME *t, char out[PH_CERT_TIME_MAX]);

/* What is told of the other side's certificate.  The names lie in a; those that
   do not fit are left out. */
void ph_certificate_read(
    X509 *x, struct ph_arena *a, struct ph_certificate *out);

/* SHA-256 of the public key; false when it has none. */
bool ph_certificate_pin(X509 *x, unsigned char out[PH_PIN_LEN]);

/* name is a host name, or an address without brackets. */
bool ph_certificate_names(X509 *x, const char *name);

/* What was expected of the other side's. */
struct ph_certificate_want {
	const char *name;
	const char *ca_file; /* NULL: the system's authorities */
	const unsigned char (*pins)[PH_PIN_LEN];
	size_t pin_count;
};

/* Where the chain broke. */
struct ph_certificate_flaw {
	int code;  /* X509_V_ERR_... */
	int depth; /* 0: the server's own */
	X509 *at;  /* the one it is about */
};

/* Why a certificate was not accepted, what was expected and what was seen; c is
   the server's own. */
void ph_certificate_fault(const struct ph_certificate_flaw *flaw,
    const struct ph_certificate *c, const struct ph_certificate_want *want,
    struct ph_fault *fault);

#endif
