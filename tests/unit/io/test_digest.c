#include "check.h"

#include "base/hex.h"
#include "io/digest.h"

/* FIPS 180-4's examples. */
static void test_sha256(void)
{
	static const struct {
		struct ph_span parts[3];
		size_t count;
		const char *hex;
	} cases[] = {
		{ { PH_SPAN_INIT("abc") }, 1,
		    "ba7816bf8f01cfea414140de5dae2223"
		    "b00361a396177a9cb410ff61f20015ad" },
		{ { PH_SPAN_INIT("a"), PH_SPAN_INIT(""), PH_SPAN_INIT("bc") },
		    3,
		    "ba7816bf8f01cfea414140de5dae2223"
		    "b00361a396177a9cb410ff61f20015ad" },
		{ { { 0 } }, 0,
		    "e3b0c44298fc1c149afbf4c8996fb924"
		    "27ae41e4649b934ca495991b7852b855" },
	};

	for (size_t i = 0; i < PH_COUNT(cases); i++) {
		unsigned char out[PH_DIGEST_SIZE];
		char hex[2 * PH_DIGEST_SIZE + 1];

		check_case("sha256", i);
		check_int(ph_digest_sha256(cases[i].parts, cases[i].count, out),
		    PH_OK);
		ph_hex_write(out, sizeof(out), hex);
		check_str(hex, cases[i].hex);
	}
}

int main(void)
{
	test_sha256();
	return check_end();
}
