#ifndef PH_IO_END_POINT_H
#define PH_IO_END_POINT_H

#include <openssl/x509.h>
#include <stddef.h>

enum {
	PH_END_POINT_MAX = 64 /* SHA-512 */
};

/* The hash of a certificate that stands for a channel to whoever has its key,
   tls-server-end-point (RFC 5929 4.1): by the hash of its signature, by SHA-256
   where that is MD5 or SHA-1.  0: it has none (its signature knows no hash), or
   it could not be made; else the length. */
size_t ph_end_point_read(X509 *x, unsigned char out[PH_END_POINT_MAX]);

#endif
