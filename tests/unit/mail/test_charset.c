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
	{ "iso-8859-1", "iso-8859-1", "", "", 0 },
};

static const char *const unfit[] = { "utf-16", "utf-16le", "ucs-4", "utf-7",
	"ebcdic-us", "nonsense", "utf-8//IGNORE", "a b", "\xc3\xa4",
	"0123456789012345678901234567890123456789x" };

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
	return check_end();
}
