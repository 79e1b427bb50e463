#include "base/code_page.h"
#include "base/err.h"
#include "check.h"

static const struct {
	const char *written, *name; /* NULL: none */
} cases[] = {
	{ "utf-8", "utf-8" },
	{ "UTF8", "utf-8" },
	{ "US-ASCII", "us-ascii" },
	{ "ascii", "us-ascii" },
	{ "ISO_8859-1", "iso-8859-1" },
	{ "iso8859-15", "iso-8859-15" },
	{ "iso-8859-1", "iso-8859-1" },
	{ "iso-8859-11", "iso-8859-11" },
	{ "Latin-1", "iso-8859-1" },
	{ "latin9", "iso-8859-15" },
	{ "CP1252", "windows-1252" },
	{ "windows1251", "windows-1251" },
	{ "KOI8-R", "koi8-r" },
	{ "ISO-2022-JP", "iso-2022-jp" },
	{ "sjis", "shift_jis" },
	{ "Shift-JIS", "shift_jis" },
	{ "ks_c_5601-1987", "euc-kr" },
	{ "EUC-KR", "euc-kr" },
	{ "GB18030", "gb18030" },
	{ "Big5", "big5" },
	{ "big5-hkscs", "big5-hkscs" },
	{ "", NULL },
	{ "-", NULL },
	{ "auto", NULL },
	{ "utf-7", NULL },
	{ "utf-16", NULL },
	{ "utf-16le", NULL },
	{ "utf-32", NULL },
	{ "ucs-2", NULL },
	{ "hz", NULL },
	{ "iso-2022-kr", NULL },
	{ "iso-2022-cn", NULL },
	{ "ebcdic-us", NULL },
	{ "ibm037", NULL },
	{ "iso-8859-12", NULL },
	{ "utf-8//TRANSLIT", NULL },
	{ "utf-8\n", NULL },
	{ "latin 1", NULL },
	{ "utf-8-and-a-good-deal-more-than-that", NULL },
};

int main(void)
{
	size_t count = 0;

	for (size_t i = 0; i < PH_COUNT(cases); i++) {
		check_case(cases[i].written, i);

		const char *name =
		    ph_code_page_name(ph_span_of(cases[i].written));

		if (cases[i].name == NULL) {
			check(name == NULL);
		} else {
			check_str(name, cases[i].name);
		}
	}
	for (; ph_code_page_at(count) != NULL; count++) {
		const char *name = ph_code_page_at(count);

		check_case(name, count);
		check_str(ph_code_page_name(ph_span_of(name)), name);
		check(ph_code_page_is_stateful(name) ==
		    (strcmp(name, "iso-2022-jp") == 0));
	}
	check(count > 30);
	return check_end();
}
