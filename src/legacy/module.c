#include "legacy/module.h"

#include <nettle/hmac.h>
#include <nettle/md4.h>
#include <nettle/md5.h>
#include <nettle/sha2.h>

static const uint8_t *bytes(struct ph_span s)
{
	return (const uint8_t *)s.ptr;
}

static void md4(struct ph_span in, unsigned char out[PH_LEGACY_DIGEST_SIZE])
{
	struct md4_ctx ctx;

	md4_init(&ctx);
	md4_update(&ctx, in.len, bytes(in));
	md4_digest(&ctx, MD4_DIGEST_SIZE, out);
	/* The last block of a password is in it. */
	explicit_bzero(&ctx, sizeof(ctx));
}

static void md5(struct ph_span in, unsigned char out[PH_LEGACY_DIGEST_SIZE])
{
	struct md5_ctx ctx;

	md5_init(&ctx);
	md5_update(&ctx, in.len, bytes(in));
	md5_digest(&ctx, MD5_DIGEST_SIZE, out);
	explicit_bzero(&ctx, sizeof(ctx));
}

static void hmac_md5(struct ph_span key, const struct ph_span *parts,
    size_t count, unsigned char out[PH_LEGACY_DIGEST_SIZE])
{
	struct hmac_md5_ctx ctx;

	hmac_md5_set_key(&ctx, key.len, bytes(key));
	for (size_t i = 0; i < count; i++)
		hmac_md5_update(&ctx, parts[i].len, bytes(parts[i]));
	hmac_md5_digest(&ctx, MD5_DIGEST_SIZE, out);
	explicit_bzero(&ctx, sizeof(ctx));
}

static void sha256(struct ph_span in, unsigned char out[PH_LEGACY_SHA256_SIZE])
{
	struct sha256_ctx ctx;

	sha256_init(&ctx);
	sha256_update(&ctx, in.len, bytes(in));
	sha256_digest(&ctx, SHA256_DIGEST_SIZE, out);
	explicit_bzero(&ctx, sizeof(ctx));
}

__attribute__((visibility("default")))
const struct ph_legacy ph_legacy_module = {
	.md4 = md4,
	.md5 = md5,
	.hmac_md5 = hmac_md5,
	.sha256 = sha256,
};
