#include "base/err.h"
#include "check.h"
#include "sasl/legacy.h"

#include <stdio.h>

static const char *hex_of(const unsigned char *digest, size_t size)
{
	static char text[2 * PH_LEGACY_SHA256_SIZE + 1];

	for (size_t i = 0; i < size; i++) {
		(void)snprintf(
		    text + 2 * i, sizeof(text) - 2 * i, "%02x", digest[i]);
	}
	return text;
}

static const char *hex(const unsigned char digest[PH_LEGACY_DIGEST_SIZE])
{
	return hex_of(digest, PH_LEGACY_DIGEST_SIZE);
}

int main(void)
{
	const struct ph_legacy *hash = ph_legacy();
	unsigned char out[PH_LEGACY_DIGEST_SIZE];
	unsigned char long_out[PH_LEGACY_SHA256_SIZE];

	check(hash != NULL && hash == ph_legacy());
	if (hash == NULL)
		return check_end();
	/* RFC 1320 A.5. */
	hash->md4(PH_SPAN(""), out);
	check_str(hex(out), "31d6cfe0d16ae931b73c59d7e0c089c0");
	hash->md4(PH_SPAN("message digest"), out);
	check_str(hex(out), "d9130a8164549fe818874806e1c7014b");
	/* RFC 1321 A.5. */
	hash->md5(PH_SPAN("abc"), out);
	check_str(hex(out), "900150983cd24fb0d6963f7d28e17f72");
	/* RFC 2202 2, test cases 2 and 6. */
	static const struct ph_span parts[] = {
		PH_SPAN_INIT("what do ya "),
		PH_SPAN_INIT(""),
		PH_SPAN_INIT("want for nothing?"),
	};

	hash->hmac_md5(PH_SPAN("Jefe"), parts, PH_COUNT(parts), out);
	check_str(hex(out), "750c783e6ab0b503eaa86e310a5db738");

	static const struct ph_span text = PH_SPAN_INIT(
	    "Test Using Larger Than Block-Size Key - Hash Key First");
	char key[80];

	memset(key, '\xaa', sizeof(key));
	hash->hmac_md5((struct ph_span){ key, sizeof(key) }, &text, 1, out);
	check_str(hex(out), "6b1ab7fe4bd7bf8f0b62e6ce61b9d0cd");
	/* FIPS 180-2 B.1. */
	hash->sha256(PH_SPAN("abc"), long_out);
	check_str(hex_of(long_out, sizeof(long_out)),
	    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	return check_end();
}
