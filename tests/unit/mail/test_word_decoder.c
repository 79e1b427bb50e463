#include "check.h"
#include "mail/word_decoder.h"

#include <stdlib.h>

#define JA  "\xe6\x97\xa5"
#define BAD "\xef\xbf\xbd"

static const struct {
	const char *in, *out;
} cases[] = {
	{ "", "" },
	{ "plain = ? =", "plain = ? =" },
	{ "=?utf-8?q?J=C3=B6rg_x?=", "J\xc3\xb6rg x" },
	{ "=?UTF-8?B?SsO2cmc=?=", "J\xc3\xb6rg" },
	{ "a =?utf-8?q?b?= c", "a b c" },
	{ "a=?utf-8?q?b?=c", "abc" },
	/* RFC 2047 6.2 */
	{ "=?utf-8?q?a?= =?utf-8?q?b?=", "ab" },
	{ "=?utf-8?q?a?= x =?utf-8?q?b?=", "a x b" },
	{ "=?utf-8?q?a?= \t =?iso-8859-1?q?=E4?= b", "a\xc3\xa4 b" },
	{ "=?utf-8?q?=C3=A4?= =?iso-8859-1?q?=E4?=", "\xc3\xa4\xc3\xa4" },
	/* Padding in the midst: what GMime 3.2.13 loses. */
	{ "=?utf-8?B?YQ==?= =?utf-8?B?Yg==?=", "ab" },
	/* A character cut in two. */
	{ "=?utf-8?B?5pc=?= =?UTF-8?Q?=A5?=", JA },
	{ "=?utf-8?B?5pc=?= x =?utf-8?Q?=A5?=", BAD BAD " x " BAD },
	{ "=?iso-2022-jp?B?GyRCRnwbKEI=?=", JA },
	{ "=?iso-8859-1*de?q?=E4?=", "\xc3\xa4" },
	{ "=?us-ascii?q?a=E4b?=", "a" BAD "b" },
	{ "=?utf-8?q?=FFa=C3?=", BAD "a" BAD },
	{ "=?no-such?q?abc?=", "abc" },
	{ "=?utf-8?b?YWI?=", "ab" },
	/* No encoded words. */
	{ "=?utf-8?q?open", "=?utf-8?q?open" },
	{ "=?utf-8?q?open?", "=?utf-8?q?open?" },
	{ "=?utf-8?q?a b?=", "=?utf-8?q?a b?=" },
	{ "=?utf-8?x?a?=", "=?utf-8?x?a?=" },
	{ "=?utf-8??a?=", "=?utf-8??a?=" },
	{ "=??q?a?=", "=??q?a?=" },
	{ "=?a b?q?a?=", "=?a b?q?a?=" },
	{ "=?utf-8*", "=?utf-8*" },
	{ "=?", "=?" },
	{ "=?=?utf-8?q?a?=", "=?a" },
	{ "=?0123456789012345678901234567890123456789x?q?a?=",
	    "=?0123456789012345678901234567890123456789x?q?a?=" },
	{ "=?utf-8?q?a?= =?utf-8?b?!!!?= x", "a=?utf-8?b?!!!?= x" },
	{ "=?utf-8?q?a=?=", "a=" },
	{ "=?utf-8?q?a=zz=4?=", "a=zz=4" },
	{ "=?utf-8?q?"
	  "?=",
	    "" },
};

/* Words without end take no more than linear time. */
static void check_long(void)
{
	static const char *const units[] = { "=?", "=?a?q?", "=?a*", "=?a?q?x",
		"=?utf-8?q?a?= ", "=", "?=" };
	const size_t len = 1000 * 1000;
	char *text = malloc(len);

	for (size_t u = 0; u < PH_COUNT(units); u++) {
		struct ph_buf out;

		for (size_t i = 0; i < len; i++)
			text[i] = units[u][i % strlen(units[u])];
		check_case(units[u], u);
		ph_buf_init(&out, 2 * len);
		check(ph_word_decode((struct ph_span){ text, len }, &out) ==
		    PH_OK);
		ph_buf_release(&out);
	}
	free(text);
}

int main(void)
{
	struct ph_buf out;

	for (size_t i = 0; i < PH_COUNT(cases); i++) {
		check_case(cases[i].in, i);
		ph_buf_init(&out, 1000);
		check(ph_word_decode(ph_span_of(cases[i].in), &out) == PH_OK);
		check_str(ph_buf_str(&out), cases[i].out);
		ph_buf_release(&out);
		for (size_t max = 0; max < strlen(cases[i].out); max++) {
			ph_buf_init(&out, max);
			check(ph_word_decode(ph_span_of(cases[i].in), &out) ==
			    PH_ETOOBIG);
			ph_buf_release(&out);
		}
	}
	check_long();
	return check_end();
}
