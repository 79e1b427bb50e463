#include "base/code_page.h"
#include "base/utf8.h"
#include "check.h"
#include "mail/charset.h"

static const struct {
	const char *charset, *name, *in, *out;
	uint32_t missing; /* 0: none */
} cases[] = {
	{ "", "utf-8", "\xc3\xa4", "\xc3\xa4", 0 },
	{ "UTF-8", "utf-8", "\xc3\xa4", "\xc3\xa4", 0 },
	{ "utf8", "utf-8", "\xff", "", UINT32_MAX },
	{ "Latin1", "iso-8859-1", "a\xc3\xa4z", "a\xe4z", 0 },
	{ "iso-8859-1", "iso-8859-1", "a\xe2\x82\xac", "a", 0x20ac },
	{ "cp1252", "windows-1252", "\xe2\x82\xac", "\x80", 0 },
	{ "us-ascii", "us-ascii", "plain", "plain", 0 },
	{ "us-ascii", "us-ascii", "\xf0\x9f\x98\x80", "", 0x1f600 },
	{ "koi8-r", "koi8-r", "\xd0\x90", "\xe1", 0 },
	{ "shift_jis", "shift_jis", "\xe6\x97\xa5", "\x93\xfa", 0 },
	{ "gb18030", "gb18030", "\xc3\xa4",
	    "\x81"
	    "0\x8a"
	    "1",
	    0 },
	/* The escape back to ASCII is not forgotten, also before a line end. */
	{ "iso-2022-jp", "iso-2022-jp", "\xe6\x97\xa5\n\xe6\x97\xa5",
	    "\x1b$BF|\x1b(B\n\x1b$BF|\x1b(B", 0 },
	{ "iso-8859-1", "iso-8859-1", "x\xc3", "", UINT32_MAX },
	{ "iso-8859-2", "iso-8859-2", "\xc5\x91", "\xf5", 0 },
	{ "iso-8859-5", "iso-8859-5", "\xd0\x96", "\xb6", 0 },
	{ "iso-8859-7", "iso-8859-7", "\xce\xa9", "\xd9", 0 },
	{ "iso-8859-9", "iso-8859-9", "\xc4\x9f", "\xf0", 0 },
	{ "iso-8859-15", "iso-8859-15", "\xe2\x82\xac", "\xa4", 0 },
	{ "windows-1250", "windows-1250", "\xc5\x91", "\xf5", 0 },
	{ "windows-1251", "windows-1251", "\xd0\x96", "\xc6", 0 },
	{ "windows-1253", "windows-1253", "\xce\xa9", "\xd9", 0 },
	{ "windows-1258", "windows-1258", "\xe1\xba\xa1", "a\xf2", 0 },
	{ "euc-jp", "euc-jp", "\xe6\x97\xa5", "\xc6\xfc", 0 },
	{ "euc-kr", "euc-kr", "\xed\x95\x9c", "\xc7\xd1", 0 },
	{ "gb2312", "gb2312", "\xe4\xb8\xad", "\xd6\xd0", 0 },
	{ "gbk", "gbk", "\xe4\xb8\xad", "\xd6\xd0", 0 },
	{ "big5", "big5", "\xe4\xb8\xad", "\xa4\xa4", 0 },
	/* A trailing octet that is a backslash by itself. */
	{ "shift_jis", "shift_jis", "\xe8\xa1\xa8~\\", "\x95\\~\\", 0 },
	/* Cut to eight bits a carriage return, a line feed, a NUL. */
	{ "iso-8859-1", "iso-8859-1", "a\xe5\x98\x8d", "a", 0x560d },
	{ "iso-8859-1", "iso-8859-1", "a\xe5\x98\x8a", "a", 0x560a },
	{ "windows-1252", "windows-1252", "a\xe5\x98\x80", "a", 0x5600 },
	{ "us-ascii", "us-ascii", "a\xe5\x98\x8d", "a", 0x560d },
	{ "koi8-r", "koi8-r", "a\xc4\x8d", "a", 0x10d },
	/* A yen sign and an overline are no backslash and no tilde. */
	{ "shift_jis", "shift_jis", "a\xc2\xa5", "a", 0xa5 },
	{ "euc-jp", "euc-jp", "a\xc2\xa5", "a", 0xa5 },
	{ "euc-jp", "euc-jp", "a\xe2\x80\xbe", "a", 0x203e },
	/* NEL and its kin are controls. */
	{ "iso-8859-1", "iso-8859-1", "a\xc2\x85", "a", 0x85 },
	{ "gb18030", "gb18030", "a\xc2\x85", "a", 0x85 },
	/* An escape of the text's own would shift the reader. */
	{ "iso-2022-jp", "iso-2022-jp", "a\x1b$B!!", "a", 0x1b },
	{ "iso-8859-1", "iso-8859-1", "", "", 0 },
};

static const char *const unfit[] = { "utf-16", "utf-16le", "ucs-4", "utf-7",
	"ebcdic-us", "hz", "iso-2022-kr", "iso-2022-cn", "utf-32", "ibm037",
	"nonsense", "utf-8//IGNORE", "a b", "\xc3\xa4",
	"0123456789012345678901234567890123456789x" };

static size_t write_utf8(uint32_t code, char out[4])
{
	if (code < 0x80) {
		out[0] = (char)code;
		return 1;
	}
	if (code < 0x800) {
		out[0] = (char)(0xc0 | (code >> 6));
		out[1] = (char)(0x80 | (code & 0x3f));
		return 2;
	}
	if (code < 0x10000) {
		out[0] = (char)(0xe0 | (code >> 12));
		out[1] = (char)(0x80 | ((code >> 6) & 0x3f));
		out[2] = (char)(0x80 | (code & 0x3f));
		return 3;
	}
	out[0] = (char)(0xf0 | (code >> 18));
	out[1] = (char)(0x80 | ((code >> 12) & 0x3f));
	out[2] = (char)(0x80 | ((code >> 6) & 0x3f));
	out[3] = (char)(0x80 | (code & 0x3f));
	return 4;
}

static bool is_control(char c)
{
	return (unsigned char)c < 0x20 || c == 0x7f;
}

/* One character of Unicode in one charset: as ASCII it is itself; else there is
   no control octet in it, and it is not ASCII by itself. */
static bool is_safe(
    const struct ph_charset *c, uint32_t code, const struct ph_buf *made)
{
	const char *name = ph_charset_name(c);

	if (code < 0x80)
		return made->len == 1 && made->ptr[0] == (char)code;
	if (made->len == 1 && (unsigned char)made->ptr[0] < 0x80)
		return false;
	for (size_t i = 0; i < made->len; i++) {
		bool is_escape =
		    made->ptr[i] == 0x1b && ph_code_page_is_stateful(name);

		if (is_control(made->ptr[i]) && !is_escape)
			return false;
	}
	return true;
}

/* All of Unicode's first planes in each of the charsets. */
static void check_plane(const struct ph_charset *c)
{
	struct ph_buf made;
	size_t held = 0;
	size_t unsafe = 0;

	ph_buf_init(&made, 100);
	for (uint32_t code = 0; code < 0x20000; code++) {
		char text[4];
		uint32_t missing = 0;
		struct ph_span one = { text, write_utf8(code, text) };

		if (!ph_utf8_valid(one))
			continue;
		ph_buf_clear(&made);

		enum ph_err err = ph_charset_convert(c, one, &made, &missing);

		if (err == PH_OK) {
			held++;
			unsafe += is_safe(c, code, &made) ? 0 : 1;
		} else {
			unsafe += missing == code ? 0 : 1;
		}
	}
	check_int(unsafe, 0);
	check(held >= 127);
	ph_buf_release(&made);
}

static void check_all_of_unicode(void)
{
	struct ph_charset c;

	/* The first is UTF-8. */
	for (size_t i = 1; ph_code_page_at(i) != NULL; i++) {
		check_case(ph_code_page_at(i), i);
		check(ph_charset_open(ph_span_of(ph_code_page_at(i)), &c) ==
		    PH_OK);
		check_plane(&c);
		ph_charset_close(&c);
	}
}

/* ISO-2022-JP is ASCII at the end of each line (RFC 1468), whatever was in
   it. */
static void check_line_ends(void)
{
	struct ph_charset c;
	struct ph_buf out;
	uint32_t missing = 0;

	ph_buf_init(&out, 200);
	check(ph_charset_open(PH_SPAN("iso-2022-jp"), &c) == PH_OK);
	/* The yen sign is of JIS X 0201, and so are letters behind it. */
	check(ph_charset_convert(&c,
		  PH_SPAN("\xc2\xa5"
			  "a\r\nb\xc2\xa5"),
		  &out, &missing) == PH_OK);
	check_str(ph_buf_str(&out), "\x1b(J\\a\x1b(B\r\nb\x1b(J\\\x1b(B");
	ph_buf_release(&out);
	ph_charset_close(&c);
}

int main(void)
{
	struct ph_charset c;
	struct ph_buf out;
	char large[10000];

	ph_buf_init(&out, 100000);
	for (size_t i = 0; i < PH_COUNT(cases); i++) {
		uint32_t missing = 0;
		bool good = cases[i].missing == 0;

		check_case(cases[i].charset, i);
		check(
		    ph_charset_open(ph_span_of(cases[i].charset), &c) == PH_OK);
		check_str(ph_charset_name(&c), cases[i].name);
		ph_buf_clear(&out);
		check(ph_charset_convert(&c, ph_span_of(cases[i].in), &out,
			  &missing) == (good ? PH_OK : PH_EINVAL));
		check_int(missing, cases[i].missing);
		check_str(ph_buf_str(&out), cases[i].out);
		check(ph_charset_can_hold(&c, ph_span_of(cases[i].in)) == good);
		ph_charset_close(&c);
	}
	for (size_t i = 0; i < PH_COUNT(unfit); i++) {
		check_case(unfit[i], i);
		check(ph_charset_open(ph_span_of(unfit[i]), &c) == PH_EINVAL);
	}

	/* What went wrong in the midst of an escape is over the next time. */
	uint32_t lacks = 0;

	check(ph_charset_open(PH_SPAN("iso-2022-jp"), &c) == PH_OK);
	ph_buf_clear(&out);
	check(ph_charset_convert(&c, PH_SPAN("\xe6\x97\xa5\xf0\x9f\x98\x80"),
		  &out, &lacks) == PH_EINVAL);
	check_int(lacks, 0x1f600);
	ph_buf_clear(&out);
	check(ph_charset_convert(&c, PH_SPAN("a"), &out, &lacks) == PH_OK);
	check_str(ph_buf_str(&out), "a");
	ph_charset_close(&c);

	/* More comes out than goes in: the room grows as it must. */
	for (size_t i = 0; i < sizeof(large); i++)
		large[i] = i % 4 == 3 ? 'x' : "\xe6\x97\xa5"[i % 4];
	uint32_t missing = 0;

	check(ph_charset_open(PH_SPAN("iso-2022-jp"), &c) == PH_OK);
	ph_buf_clear(&out);
	check(ph_charset_convert(&c, (struct ph_span){ large, sizeof(large) },
		  &out, &missing) == PH_OK);
	check_int(out.len, sizeof(large) / 4 * 9);
	ph_buf_release(&out);
	ph_buf_init(&out, sizeof(large));
	check(ph_charset_convert(&c, (struct ph_span){ large, sizeof(large) },
		  &out, &missing) == PH_ETOOBIG);
	ph_buf_release(&out);
	ph_charset_close(&c);
	ph_charset_close(NULL);
	check_line_ends();
	check_all_of_unicode();
	return check_end();
}
