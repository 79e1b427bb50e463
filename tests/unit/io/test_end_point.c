#include "base/err.h"
#include "certs.h"
#include "check.h"
#include "io/end_point.h"

#include <openssl/evp.h>
#include <string.h>

/* By which hash a certificate is told. */

static void check_hash(X509 *x, const EVP_MD *want)
{
	unsigned char got[PH_END_POINT_MAX];
	unsigned char wanted[EVP_MAX_MD_SIZE];
	unsigned len = 0;

	check(X509_digest(x, want, wanted, &len) == 1);
	check_int(ph_end_point_read(x, got), len);
	check(memcmp(got, wanted, len) == 0);
}

static X509 *signed_by(const char *type, const EVP_MD *hash)
{
	EVP_PKEY *key = strcmp(type, "RSA") == 0
	    ? EVP_PKEY_Q_keygen(NULL, NULL, type, (size_t)2048)
	    : EVP_PKEY_Q_keygen(NULL, NULL, type);
	X509 *x = X509_new();

	check(key != NULL && x != NULL);
	check(X509_set_pubkey(x, key) == 1);
	check(X509_sign(x, key, hash) > 0);
	EVP_PKEY_free(key);
	return x;
}

int main(void)
{
	static const struct {
		const char *type;
		const char *hash;
		const char *want; /* NULL: none */
	} rows[] = {
		{ "RSA", "SHA1", "SHA256" },
		{ "RSA", "MD5", "SHA256" },
		{ "RSA", "SHA256", "SHA256" },
		{ "RSA", "SHA384", "SHA384" },
		{ "RSA", "SHA512", "SHA512" },
		/* Its signature has no hash that could be told. */
		{ "ED25519", NULL, NULL },
	};
	const struct cert_spec spec = { .name = "mail.example.test" };
	struct cert ec = cert_make(&spec, NULL);
	unsigned char got[PH_END_POINT_MAX];

	for (size_t i = 0; i < PH_COUNT(rows); i++) {
		const EVP_MD *hash = rows[i].hash == NULL
		    ? NULL
		    : EVP_get_digestbyname(rows[i].hash);
		X509 *x = signed_by(rows[i].type, hash);

		check_case(rows[i].type, i);
		if (rows[i].want == NULL) {
			check_int(ph_end_point_read(x, got), 0);
		} else {
			check_hash(x, EVP_get_digestbyname(rows[i].want));
		}
		X509_free(x);
	}
	check_hash(ec.x, EVP_sha256());
	check_int(ph_end_point_read(NULL, got), 0);
	cert_free(&ec);
	return check_end();
}
