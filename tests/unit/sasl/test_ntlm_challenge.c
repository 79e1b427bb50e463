#include "check.h"
#include "exact.h"
#include "sasl/ntlm.h"
#include "sasl/ntlm_challenge.h"

#include <string.h>

/* [MS-NLMP] 4.2.4.3 */
#define HEAD    "NTLMSSP\0\x02\0\0\0"
#define NONCE   "\x01\x23\x45\x67\x89\xab\xcd\xef"
#define VERSION "\x06\0\x70\x17\0\0\0\x0f"
#define ATTRIBUTES                             \
 "\x02\0\x0c\0D\0o\0m\0a\0i\0n\0\x01\0\x0c\0S" \
 "\0e\0r\0v\0e\0r\0"
static const struct ph_span example = PH_SPAN_INIT(
    HEAD "\x0c\0\x0c\0\x38\0\0\0\x33\x82\x8a\xe2" NONCE "\0\0\0\0\0\0\0\0"
	 "\x24\0\x24\0\x44\0\0\0" VERSION "S\0e\0r\0v\0e\0r\0" ATTRIBUTES
	 "\0\0\0\0");

static void test_example(void)
{
	struct ph_ntlm_challenge c;

	check(ph_ntlm_challenge_parse(example, &c) == PH_OK);
	check_int(c.flags, 0xe28a8233);
	check(ph_span_eq(c.nonce, PH_SPAN(NONCE)));
	check(c.has_attributes && !c.has_time && !c.has_av_flags);
	check(ph_span_eq(c.attributes, PH_SPAN(ATTRIBUTES)));
}

/* No cut of it is taken for a whole one, and none is read beyond. */
static void test_cut(void)
{
	for (size_t len = 0; len < example.len; len++) {
		struct ph_span cut = exact_copy(ph_span_first(example, len));
		struct ph_ntlm_challenge c;

		check_case("cut", len);
		/* Without the field the attributes are not there. */
		check_int(ph_ntlm_challenge_parse(cut, &c),
		    len >= 32 && len < 48 ? PH_OK : PH_EPROTO);
		exact_free(cut);
	}
}

#define ALL "\x05\x82\x8a\xe2"
#define AT(fields, rest) \
 PH_SPAN_INIT(           \
     HEAD "\0\0\0\0\x38\0\0\0" ALL NONCE "\0\0\0\0\0\0\0\0" fields rest)

static const struct {
	const char *name;
	struct ph_span raw;
	enum ph_err err;
} rows[] = {
	{ "no attributes", AT("\0\0\0\0\0\0\0\0", ""), PH_OK },
	{ "nothing anywhere", AT("\0\0\0\0\xff\xff\xff\xff", ""), PH_OK },
	{ "only their end", AT("\x04\0\x04\0\x30\0\0\0", "\0\0\0\0"), PH_OK },
	{ "into the head", AT("\x04\0\x04\0\x2f\0\0\0", "\0\0\0\0"),
	    PH_EPROTO },
	{ "to nought", AT("\x04\0\x04\0\0\0\0\0", "\0\0\0\0"), PH_EPROTO },
	{ "one too far", AT("\x04\0\x04\0\x31\0\0\0", "\0\0\0\0"), PH_EPROTO },
	{ "far away", AT("\x04\0\x04\0\xff\xff\xff\xff", "\0\0\0\0"),
	    PH_EPROTO },
	{ "round the end", AT("\x04\0\x04\0\xfe\xff\xff\xff", "\0\0\0\0"),
	    PH_EPROTO },
	{ "too long", AT("\x05\0\x05\0\x30\0\0\0", "\0\0\0\0"), PH_EPROTO },
	{ "no end", AT("\x06\0\x06\0\x30\0\0\0", "\x02\0\x02\0A\0"),
	    PH_EPROTO },
	{ "an attribute over the edge",
	    AT("\x06\0\x06\0\x30\0\0\0", "\x02\0\x03\0A\0"), PH_EPROTO },
	{ "half a head", AT("\x03\0\x03\0\x30\0\0\0", "\x02\0\x03"),
	    PH_EPROTO },
	{ "a short time",
	    AT("\x0f\0\x0f\0\x30\0\0\0",
		"\x07\0\x07\0"
		"1234567\0\0\0\0"),
	    PH_EPROTO },
	{ "two times",
	    AT("\x1c\0\x1c\0\x30\0\0\0",
		"\x07\0\x08\0"
		"12345678\x07\0\x08\0"
		"12345678\0\0\0\0"),
	    PH_EPROTO },
	{ "long flags",
	    AT("\x0d\0\x0d\0\x30\0\0\0",
		"\x06\0\x05\0"
		"12345\0\0\0\0"),
	    PH_EPROTO },
	{ "flags twice",
	    AT("\x14\0\x14\0\x30\0\0\0",
		"\x06\0\x04\0"
		"1234\x06\0\x04\0"
		"1234\0\0\0\0"),
	    PH_EPROTO },
	{ "another type",
	    PH_SPAN_INIT("NTLMSSP\0\x03\0\0\0\0\0\0\0\0\0\0\0" ALL NONCE),
	    PH_EPROTO },
	{ "another protocol",
	    PH_SPAN_INIT("NTLMSSQ\0\x02\0\0\0\0\0\0\0\0\0\0\0" ALL NONCE),
	    PH_EPROTO },
	{ "an old one", PH_SPAN_INIT(HEAD "\0\0\0\0\0\0\0\0" ALL NONCE),
	    PH_OK },
	{ "nothing", PH_SPAN_INIT(""), PH_EPROTO },
};

static void test_rows(void)
{
	for (size_t i = 0; i < PH_COUNT(rows); i++) {
		struct ph_span raw = exact_copy(rows[i].raw);
		struct ph_ntlm_challenge c;

		check_case(rows[i].name, i);
		check_int(ph_ntlm_challenge_parse(raw, &c), rows[i].err);
		exact_free(raw);
	}
}

static void test_values(void)
{
	static const struct ph_span raw = AT("\x18\0\x18\0\x30\0\0\0",
	    "\x07\0\x08\0\x01\x02\x03\x04\x05\x06\x07\xf8"
	    "\x06\0\x04\0\x04\x03\x02\x81\0\0\0\0");
	static char huge[PH_NTLM_CHALLENGE_MAX + 1];
	struct ph_ntlm_challenge c;

	check(ph_ntlm_challenge_parse(raw, &c) == PH_OK);
	check(c.has_time && c.time == 0xf807060504030201);
	check(c.has_av_flags && c.av_flags == 0x81020304);
	memcpy(huge, raw.ptr, raw.len);
	check(ph_ntlm_challenge_parse(
		  (struct ph_span){ huge, sizeof(huge) - 1 }, &c) == PH_OK);
	check(ph_ntlm_challenge_parse(
		  (struct ph_span){ huge, sizeof(huge) }, &c) == PH_EPROTO);
}

int main(void)
{
	test_example();
	test_cut();
	test_rows();
	test_values();
	return check_end();
}
