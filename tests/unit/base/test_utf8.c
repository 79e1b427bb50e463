#include "base/utf8.h"

#include "base/err.h"
#include "check.h"
#include "exact.h"

#include <stdint.h>

static const struct {
	struct ph_span in;
	bool valid;
} texts[] = {
	{ { NULL, 0 }, true },
	{ PH_SPAN_INIT("plain"), true },
	{ PH_SPAN_INIT("\0"), true },
	{ PH_SPAN_INIT("\xc2\x80"), true },
	{ PH_SPAN_INIT("\xdf\xbf"), true },
	{ PH_SPAN_INIT("\xe0\xa0\x80"), true },
	{ PH_SPAN_INIT("\xed\x9f\xbf"), true },
	{ PH_SPAN_INIT("\xee\x80\x80"), true },
	{ PH_SPAN_INIT("\xef\xbf\xbf"), true },
	{ PH_SPAN_INIT("\xf0\x90\x80\x80"), true },
	{ PH_SPAN_INIT("\xf4\x8f\xbf\xbf"), true },
	/* stray, overlong, surrogate, too high, cut short */
	{ PH_SPAN_INIT("\x80"), false },
	{ PH_SPAN_INIT("a\xbfz"), false },
	{ PH_SPAN_INIT("\xc0\x80"), false },
	{ PH_SPAN_INIT("\xc1\xbf"), false },
	{ PH_SPAN_INIT("\xe0\x9f\xbf"), false },
	{ PH_SPAN_INIT("\xf0\x8f\xbf\xbf"), false },
	{ PH_SPAN_INIT("\xed\xa0\x80"), false },
	{ PH_SPAN_INIT("\xed\xbf\xbf"), false },
	{ PH_SPAN_INIT("\xf4\x90\x80\x80"), false },
	{ PH_SPAN_INIT("\xf8\x88\x80\x80\x80"), false },
	{ PH_SPAN_INIT("\xff"), false },
	{ PH_SPAN_INIT("\xc3"), false },
	{ PH_SPAN_INIT("\xe2\x82"), false },
	{ PH_SPAN_INIT("\xf0\x9f\x93"), false },
	{ PH_SPAN_INIT("\xc3(\xa4"), false },
	{ PH_SPAN_INIT("\xe2(\xac"), false },
	{ PH_SPAN_INIT("\xe2\x82("), false },
};

static void validates(void)
{
	for (size_t i = 0; i < PH_COUNT(texts); i++) {
		struct ph_span in = exact_copy(texts[i].in);

		check_case("text", i);
		check(ph_utf8_valid(in) == texts[i].valid);
		exact_free(in);
	}
	check_case(NULL, 0);
}

/* By RFC 3629 section 3, written down a second time. */
static size_t encode(uint32_t c, unsigned char *out)
{
	if (c < 0x80) {
		out[0] = (unsigned char)c;
		return 1;
	}
	if (c < 0x800) {
		out[0] = (unsigned char)(0xc0 | c >> 6);
		out[1] = (unsigned char)(0x80 | (c & 0x3f));
		return 2;
	}
	if (c < 0x10000) {
		out[0] = (unsigned char)(0xe0 | c >> 12);
		out[1] = (unsigned char)(0x80 | (c >> 6 & 0x3f));
		out[2] = (unsigned char)(0x80 | (c & 0x3f));
		return 3;
	}
	out[0] = (unsigned char)(0xf0 | c >> 18);
	out[1] = (unsigned char)(0x80 | (c >> 12 & 0x3f));
	out[2] = (unsigned char)(0x80 | (c >> 6 & 0x3f));
	out[3] = (unsigned char)(0x80 | (c & 0x3f));
	return 4;
}

/* Each code point there is comes back, and what follows it stays. */
static void reads_every_character(void)
{
	size_t wrong = 0;

	for (uint32_t c = 0; c <= 0x110010; c++) {
		unsigned char bytes[5] = { 0 };
		size_t len = encode(c, bytes);
		struct ph_span s = { (const char *)bytes, len + 1 };
		bool exists = c < 0xd800 || (c > 0xdfff && c <= 0x10ffff);
		uint32_t got = ph_utf8_next(&s);

		if (got != (exists ? c : UINT32_MAX))
			wrong++;
		if (s.len != (exists ? 1 : len))
			wrong++;
	}
	check_int(wrong, 0);
}

/* An error costs one byte, so that the character behind it is still read. */
static void recovers(void)
{
	struct ph_span s = PH_SPAN("\xe2\x82"
				   "a");

	check(ph_utf8_next(&s) == UINT32_MAX);
	check(ph_utf8_next(&s) == UINT32_MAX);
	check(ph_utf8_next(&s) == 'a');
	check_int(s.len, 0);
}

static const struct {
	const char *in;
	size_t max, want;
} cuts[] = {
	{ "", 0, 0 },
	{ "abc", 3, 3 },
	{ "abc", 9, 3 },
	{ "abc", 2, 2 },
	{ "abc", 0, 0 },
	{ "a\xc3\xa4", 3, 3 },
	{ "a\xc3\xa4", 2, 1 },
	{ "\xe2\x82\xac", 2, 0 },
	{ "\xe2\x82\xac", 1, 0 },
	{ "a\xf0\x9f\x93\xac", 4, 1 },
	{ "a\xf0\x9f\x93\xac"
	  "b",
	    5, 5 },
	{ "\x80\x80\x80", 2, 0 },
};

static void cuts_between_characters(void)
{
	for (size_t i = 0; i < PH_COUNT(cuts); i++) {
		struct ph_span s =
		    ph_utf8_cut(ph_span_of(cuts[i].in), cuts[i].max);

		check_case("cut", i);
		check_int(s.len, cuts[i].want);
		check(s.ptr == cuts[i].in);
	}
	check_case(NULL, 0);
}

int main(void)
{
	validates();
	reads_every_character();
	recovers();
	cuts_between_characters();
	return check_end();
}
