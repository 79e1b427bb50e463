#include "check.h"
#include "mail/header.h"

#include "base/utf8.h"

static const struct {
	const char *in, *out;
} cases[] = {
	{ "", "" },
	{ " plain ", "plain" },
	{ " a\r\n b", "a b" },
	{ "J\xc3\xb6rg", "J\xc3\xb6rg" },
	{ "=?utf-8?q?J=C3=B6rg?=", "J\xc3\xb6rg" },
	{ "=?ISO-8859-1?Q?J=F6rg?= x", "J\xc3\xb6rg x" },
	{ "=?utf-8?B?SsO2cmc=?=", "J\xc3\xb6rg" },
	/* RFC 2047 6.2: the blank between two encoded words is dropped. */
	{ "=?utf-8?q?a?=\r\n =?utf-8?q?b?= c", "ab c" },
	{ "=?koi8-r?B?89XCys7FxM8=?= =?no-such?q?x?=", NULL },
	{ "=?utf-8?q?broken", "=?utf-8?q?broken" },
	/* Nothing that was decoded may start a line. */
	{ "=?utf-8?q?a=0D=0ABcc:=20x=00y?=", NULL },
	{ "\xff\xfe", "\xef\xbf\xbd\xef\xbf\xbd" },
	{ "a\x01"
	  "b\x7f"
	  "c\xc2\x85"
	  "d",
	    "a b c d" },
	{ "=?utf-8?q?=FF?=", NULL },
	{ "=?iso-2022-jp?b?GyRCRnxLXBsoQg==?=", "\xe6\x97\xa5\xe6\x9c\xac" },
};

static bool has_control(struct ph_span s)
{
	return ph_span_has_control(s) || ph_span_find(s, '\0') < s.len;
}

int main(void)
{
	struct ph_buf out;

	ph_buf_init(&out, 4096);
	for (size_t i = 0; i < PH_COUNT(cases); i++) {
		check_case(cases[i].in, i);
		ph_buf_clear(&out);
		check(ph_header_decode(ph_span_of(cases[i].in), &out) == PH_OK);
		check(ph_utf8_valid(ph_buf_span(&out)));
		check(!has_control(ph_buf_span(&out)));
		if (cases[i].out != NULL)
			check_str(ph_buf_str(&out), cases[i].out);
	}
	ph_buf_release(&out);
	ph_buf_init(&out, 3);
	check(ph_header_decode(PH_SPAN("abcd"), &out) == PH_ETOOBIG);
	ph_buf_clear(&out);
	check(
	    ph_header_decode(PH_SPAN("=?utf-8?q?abcd?="), &out) == PH_ETOOBIG);
	ph_buf_release(&out);
	return check_end();
}
