#include "check.h"
#include "mail/field.h"

#include <stdlib.h>

static const struct {
	const char *text, *out;
} texts[] = {
	{ "", "Subject: \r\n" },
	{ "x", "Subject: x\r\n" },
	{ "two  blanks", "Subject: two  blanks\r\n" },
	{ "\xc3\xa4 b", "Subject: =?utf-8?Q?=C3=A4_b?=\r\n" },
	{ "0123456789 0123456789 0123456789 0123456789 0123456789 0123456789"
	  " xy",
	    "Subject: 0123456789 0123456789 0123456789 0123456789 0123456789 "
	    "0123456789\r\n xy\r\n" },
	{ "0123456789 0123456789 0123456789 0123456789 0123456789 0123456789"
	  "  xy",
	    "Subject: 0123456789 0123456789 0123456789 0123456789 0123456789 "
	    "0123456789\r\n  xy\r\n" },
	/* A long word stays on the first line, where no fold would help. */
	{ "01234567890123456789012345678901234567890123456789012345678901234567"
	  "8901234567890 b",
	    "Subject: 012345678901234567890123456789012345678901234567890123456"
	    "789012345678901234567890\r\n b\r\n" },
};

static const struct {
	const char *list, *out;
	bool utf8;
} lists[] = {
	{ "a@b", "To: a@b\r\n", false },
	{ "Ann <a@b>, c@d", "To: Ann <a@b>, c@d\r\n", false },
	{ "\"A. B\" <a@b>", "To: \"A. B\" <a@b>\r\n", false },
	{ "\"q\\\"\\\\\" <a@b>", "To: \"q\\\"\\\\\" <a@b>\r\n", false },
	{ "J\xc3\xb6 <a@b>", "To: =?utf-8?B?SsO2?= <a@b>\r\n", false },
	{ "a@b\xc3\xbc"
	  "cher.example",
	    "To: a@xn--bcher-kva.example\r\n", false },
	{ "A <a@b\xc3\xbc"
	  "cher.example>",
	    "To: A <a@b\xc3\xbc"
	    "cher.example>\r\n",
	    true },
	/* A short name and its address stay together. */
	{ "0123456789 0123456789 <a@example.com>, 0123456789 0123456789 "
	  "<b@example.com>",
	    "To: 0123456789 0123456789 <a@example.com>,\r\n 0123456789 "
	    "0123456789 <b@example.com>\r\n",
	    false },
	{ "0123456789 0123456789 0123456789 0123456789 0123456789 0123456789 "
	  "0123456789 <a@b>",
	    "To: 0123456789 0123456789 0123456789 0123456789 0123456789 "
	    "0123456789\r\n 0123456789 <a@b>\r\n",
	    false },
	{ "\"0123456789 0123456789 0123456789 0123456789 0123456789 "
	  "0123456789.\" <a@b>",
	    "To: =?utf-8?Q?0123456789_0123456789_0123456789_0123456789_01234567"
	    "89_01234?=\r\n =?utf-8?Q?56789=2E?= <a@b>\r\n",
	    false },
};

int main(void)
{
	struct ph_charset utf8 = { 0 };
	struct ph_charset ascii;
	struct ph_arena a;
	struct ph_buf out;
	uint32_t missing = 0;

	ph_arena_init(&a, 1 << 20);
	ph_buf_init(&out, 10000);
	for (size_t i = 0; i < PH_COUNT(texts); i++) {
		check_case(texts[i].text, i);
		ph_buf_clear(&out);
		check(ph_field_text(&out, "Subject", ph_span_of(texts[i].text),
			  &utf8, &missing) == PH_OK);
		check_str(ph_buf_str(&out), texts[i].out);
	}
	for (size_t i = 0; i < PH_COUNT(lists); i++) {
		struct ph_address_list list = { 0 };
		struct ph_fault f;

		check_case(lists[i].list, i);
		ph_buf_clear(&out);
		check(ph_address_list_parse(
			  ph_span_of(lists[i].list), &a, &list, &f) == PH_OK);
		check(ph_field_addresses(&out, "To", &list, &utf8,
			  lists[i].utf8, &missing) == PH_OK);
		check_str(ph_buf_str(&out), lists[i].out);
	}

	struct ph_address_list list = { 0 };
	struct ph_fault f;

	check(ph_charset_open(PH_SPAN("us-ascii"), &ascii) == PH_OK);
	check(ph_address_list_parse(
		  PH_SPAN("J\xc3\xb6 <a@b>"), &a, &list, &f) == PH_OK);
	check(ph_field_addresses(&out, "To", &list, &ascii, false, &missing) ==
	    PH_EINVAL);
	check_int(missing, 0xf6);
	check(ph_field_text(&out, "X", PH_SPAN("\xc3\xa4"), &ascii, &missing) ==
	    PH_EINVAL);
	check_int(missing, 0xe4);
	ph_charset_close(&ascii);
	ph_buf_release(&out);

	/* Every place where the room ends. */
	for (size_t max = 0; max < strlen("To: J <a@b>, c@d\r\n"); max++) {
		check(ph_address_list_parse(
			  PH_SPAN("J <a@b>, c@d"), &a, &list, &f) == PH_OK);
		ph_buf_init(&out, max);
		check(ph_field_addresses(&out, "To", &list, &utf8, false,
			  &missing) == PH_ETOOBIG);
		ph_buf_release(&out);
	}
	ph_arena_release(&a);
	return check_end();
}
