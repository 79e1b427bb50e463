#include "check.h"
#include "mail/text_content.h"

#include <stdlib.h>

#define L100                                               \
 "0123456789012345678901234567890123456789012345678901234" \
 "567890123456789012345678901234567890123456789"
#define L900 L100 L100 L100 L100 L100 L100 L100 L100 L100
#define L998                                                \
 L900 "012345678901234567890123456789012345678901234567890" \
      "12345678901234567890123456789012345678901234567"

static const struct {
	const char *in, *encoding, *out;
	size_t long_lines;
} cases[] = {
	{ "", "7bit", "", 0 },
	{ "a", "7bit", "a", 0 },
	{ "a\nb\rc\r\nd", "7bit", "a\r\nb\r\nc\r\nd", 0 },
	{ "\x1b tab\t =\n", "7bit", "\x1b tab\t =\r\n", 0 },
	{ L998 "\n", "7bit", L998 "\r\n", 0 },
	{ L998 "x\n" L998 "y", "quoted-printable", NULL, 2 },
	{ "mostly ASCII text \xc3\xa4\n", "quoted-printable",
	    "mostly ASCII text =C3=A4\r\n", 0 },
	{ "mostly ASCII text \xc3\xa4 \n.\nx", "quoted-printable",
	    "mostly ASCII text =C3=A4=20\r\n.\r\nx", 0 },
	{ "open line ends here \xc3\xa4 ", "quoted-printable",
	    "open line ends here =C3=A4=20=\r\n", 0 },
	{ "\xe6\x97\xa5\n", "base64", "5pelDQo=\r\n", 0 },
};

int main(void)
{
	struct ph_charset utf8 = { 0 };
	struct ph_charset ascii;
	struct ph_text_content t;
	uint32_t missing = 0;

	for (size_t i = 0; i < PH_COUNT(cases); i++) {
		check_case(cases[i].in, i);
		check(ph_text_content_make(ph_span_of(cases[i].in), &utf8, &t,
			  &missing) == PH_OK);
		check_str(t.encoding, cases[i].encoding);
		if (cases[i].out != NULL)
			check_str(ph_buf_str(&t.bytes), cases[i].out);
		check_int(t.long_lines, cases[i].long_lines);
		ph_text_content_release(&t);
	}
	/* A NUL is no text for 7bit. */
	check(ph_text_content_make(
		  PH_SPAN("some text a\0b"), &utf8, &t, &missing) == PH_OK);
	check_str(ph_buf_str(&t.bytes), "some text a=00b");
	ph_text_content_release(&t);

	check(ph_charset_open(PH_SPAN("us-ascii"), &ascii) == PH_OK);
	check(ph_text_content_make(
		  PH_SPAN("a\xc3\xa4"), &ascii, &t, &missing) == PH_EINVAL);
	check_int(missing, 0xe4);
	ph_text_content_release(&t);
	ph_charset_close(&ascii);
	check(ph_text_content_make(
		  (struct ph_span){ "", (size_t)PH_TEXT_MAX + 1 }, &utf8, &t,
		  &missing) == PH_ETOOBIG);
	ph_text_content_release(&t);
	ph_text_content_release(NULL);
	return check_end();
}
