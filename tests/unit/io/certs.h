#ifndef PH_TESTS_IO_CERTS_H
#define PH_TESTS_IO_CERTS_H

#include <openssl/evp.h>
#include <openssl/x509.h>
#include <stdbool.h>

/* Certificates made for one test, good and bad. */
struct cert {
	EVP_PKEY *key;
	X509 *x;
};

struct cert_spec {
	const char *name; /* common name */
	const char *san;  /* "DNS:a,IP:::1"; NULL: none */
	long from;        /* seconds from now */
	long until;
	bool ca;
	const char *purpose; /* extended key usage; NULL: none */
};

/* issuer NULL: signed by itself. */
struct cert cert_make(const struct cert_spec *spec, const struct cert *issuer);
/* The same, with an RSA key of so many bits, signed by itself. */
struct cert cert_make_rsa(const struct cert_spec *spec, unsigned bits);
void cert_free(struct cert *c);

/* Writes certificate, then issuer's (may be NULL), then key unless no_key, into
   a new file in dir; the path is the caller's to free. */
char *cert_write(const char *dir, const char *file, const struct cert *c,
    const struct cert *issuer, bool no_key);

/* A new directory below $TMPDIR, removed with all in it at exit. */
const char *temp_dir(void);
char *temp_path(const char *file);
void temp_write(const char *path, const char *text);

#endif
