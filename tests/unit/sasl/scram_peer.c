#include "scram_peer.h"

#include <assert.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <string.h>

enum {
	HASH_MAX = 32
};

static void hmac(const EVP_MD *md, const unsigned char *key, const char *text,
    size_t len, unsigned char *out)
{
	const unsigned char *got = HMAC(md, key, EVP_MD_get_size(md),
	    (const unsigned char *)text, len, out, NULL);

	assert(got != NULL);
}

void scram_peer_prove(const struct scram_peer *p, const char *auth_message,
    char proof64[64], char verifier64[64])
{
	const EVP_MD *md = p->sha256 ? EVP_sha256() : EVP_sha1();
	int size = EVP_MD_get_size(md);
	unsigned char salt[128], salted[HASH_MAX], client[HASH_MAX];
	unsigned char stored[HASH_MAX], proof[HASH_MAX], server[HASH_MAX];
	unsigned char verifier[HASH_MAX];
	size_t padding = 0;
	size_t len = strlen(p->salt64);

	while (len > padding && p->salt64[len - 1 - padding] == '=')
		padding++;

	int salt_len =
	    EVP_DecodeBlock(salt, (const unsigned char *)p->salt64, (int)len);

	assert(salt_len > 0);
	salt_len -= (int)padding;

	int rc = PKCS5_PBKDF2_HMAC(p->password, -1, salt, salt_len,
	    (int)p->iterations, md, size, salted);

	assert(rc == 1);
	hmac(md, salted, "Client Key", 10, client);
	rc = EVP_Digest(client, (size_t)size, stored, NULL, md, NULL);
	assert(rc == 1);
	hmac(md, stored, auth_message, strlen(auth_message), proof);
	for (int i = 0; i < size; i++)
		proof[i] ^= client[i];
	hmac(md, salted, "Server Key", 10, server);
	hmac(md, server, auth_message, strlen(auth_message), verifier);
	(void)EVP_EncodeBlock((unsigned char *)proof64, proof, size);
	(void)EVP_EncodeBlock((unsigned char *)verifier64, verifier, size);
}
