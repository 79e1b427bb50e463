#include "io/staple.h"

#include <assert.h>
#include <openssl/pem.h>
#include <stdlib.h>

/* What a server staples to its certificate, whoever made it. */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* An authority, and a certificate by it; the responses among the seeds are
   about that, and by its authority. */
static const char issuer_pem[] =
    "-----BEGIN CERTIFICATE-----\n"
    "MIIBbzCCARWgAwIBAgIUKXhyZv87ibiBFFwPN9zUl2ri/oswCgYIKoZIzj0EAwIw\n"
    "DDEKMAgGA1UEAwwBYTAgFw0yNjExMjcyMjE1NDJaGA8yMTI2MTEwMzIyMTU0Mlow\n"
    "DDEKMAgGA1UEAwwBYTBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABD/V6wK4UExI\n"
    "huAGL5WHJ7I7dMlChYB/bqOmDr1T0u+XjuKUnShRdDlSNEHTQAjgDP/WsAqZXDpI\n"
    "iEYJk+b7aR+jUzBRMB0GA1UdDgQWBBSgLRLply8YBbrGxDPbIfvz7SYxXDAfBgNV\n"
    "HSMEGDAWgBSgLRLply8YBbrGxDPbIfvz7SYxXDAPBgNVHRMBAf8EBTADAQH/MAoG\n"
    "CCqGSM49BAMCA0gAMEUCIH0J91xCu0EAnXJ+/A/hKXBg3behNgKvrIyDAkC4M96V\n"
    "AiEAkRog6NsXiBv/A6crINpnzY2yBx4gOg8JzWcqC+hP0vU=\n"
    "-----END CERTIFICATE-----\n";
static const char leaf_pem[] =
    "-----BEGIN CERTIFICATE-----\n"
    "MIIBATCBqAIBATAKBggqhkjOPQQDAjAMMQowCAYDVQQDDAFhMCAXDTI2MTEyNzIy\n"
    "MTU0NFoYDzIxMjYxMTAzMjIxNTQ0WjAMMQowCAYDVQQDDAFtMFkwEwYHKoZIzj0C\n"
    "AQYIKoZIzj0DAQcDQgAEKM1XJ0X4GCpabw8K4Gm2xRJeP+CkjRAHicvBR/JMzxoE\n"
    "UDAoJBmTzpA4ZleY5yShx9E4onSBT2Trk2R5bqlEkDAKBggqhkjOPQQDAgNIADBF\n"
    "AiEA/Do/RK+6+aO7ZB4tLPmdYSPo8pz7pMZ2OF62gBcxXE0CIEFr9pq46Q75gWI1\n"
    "61jWmhEYnbxIrWa3eAajck8tAvuA\n"
    "-----END CERTIFICATE-----\n";

static X509 *read_one(const char *pem)
{
	BIO *bio = BIO_new_mem_buf(pem, -1);
	X509 *x = PEM_read_bio_X509(bio, NULL, NULL, NULL);

	assert(x != NULL);
	BIO_free(bio);
	return x;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	X509 *issuer = read_one(issuer_pem);
	X509 *leaf = read_one(leaf_pem);
	struct ph_staple s;

	ph_staple_judge(
	    (struct ph_span){ (const char *)data, size }, leaf, issuer, &s);
	assert((s.state == PH_OCSP_NONE) == (size == 0));
	assert(memchr(s.text, '\0', sizeof(s.text)) != NULL);
	assert((s.text[0] == '\0') ==
	    (s.state == PH_OCSP_NONE || s.state == PH_OCSP_GOOD));
	X509_free(issuer);
	X509_free(leaf);
	return 0;
}
