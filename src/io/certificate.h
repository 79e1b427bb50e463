#ifndef PH_IO_CERTIFICATE_H
#define PH_IO_CERTIFICATE_H

#include "base/arena.h"
#include "io/tls.h"

#include <openssl/x509.h>
#include <stdbool.h>

enum {
	PH_CERT_ARENA_MAX = 64 * 1024 /* fits PH_CERT_NAMES_MAX names */
};

/* What is told of the other side's certificate.  The names lie in a; those that
   do not fit are left out. */
void ph_certificate_read(
    X509 *x, struct ph_arena *a, struct ph_certificate *out);

/* SHA-256 of the public key; false when it has none. */
bool ph_certificate_pin(X509 *x, unsigned char out[32]);

/* Why a certificate was not accepted: code is X509_V_ERR_..., at the depth-th
   of the chain (0: the server's own), x the one it is about; c the server's
   own. */
void ph_certificate_fault(int code, int depth, X509 *x,
    const struct ph_certificate *c, struct ph_fault *fault);

#endif
