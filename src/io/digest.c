#include "io/digest.h"

#include <openssl/evp.h>

static void free_context(EVP_MD_CTX **ctx)
{
	EVP_MD_CTX_free(*ctx);
}

enum ph_err ph_digest_sha256(const struct ph_span *parts, size_t count,
    unsigned char out[PH_DIGEST_SIZE])
{
	PH_CLEANUP(free_context) EVP_MD_CTX *ctx = EVP_MD_CTX_new();

	if (ctx == NULL)
		return PH_ENOMEM;
	if (EVP_DigestInit_ex(ctx, EVP_sha256(), NULL) != 1)
		return PH_EIO;
	for (size_t i = 0; i < count; i++) {
		if (EVP_DigestUpdate(ctx, parts[i].ptr, parts[i].len) != 1)
			return PH_EIO;
	}
	return EVP_DigestFinal_ex(ctx, out, NULL) == 1 ? PH_OK : PH_EIO;
}
