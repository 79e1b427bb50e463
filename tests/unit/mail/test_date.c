#include "base/err.h"
#include "check.h"
#include "mail/date.h"

#include <stdint.h>

static const struct {
	ph_unixtime t;
	int offset;
	const char *text;
} cases[] = {
	{ 0, 0, "Thu, 01 Jan 1970 00:00:00 +0000" },
	{ 0, -1, "Wed, 31 Dec 1969 23:59:00 -0001" },
	{ 951782400, 0, "Tue, 29 Feb 2000 00:00:00 +0000" },
	{ 951868799, 0, "Tue, 29 Feb 2000 23:59:59 +0000" },
	{ 951868800, 0, "Wed, 01 Mar 2000 00:00:00 +0000" },
	{ 1795337337, 60, "Sun, 22 Nov 2026 09:48:57 +0100" },
	{ 1795337337, 330, "Sun, 22 Nov 2026 14:18:57 +0530" },
	{ 1795337337, -570, "Sat, 21 Nov 2026 23:18:57 -0930" },
	{ 1230768000, -720, "Wed, 31 Dec 2008 12:00:00 -1200" },
	{ 2147483648, 0, "Tue, 19 Jan 2038 03:14:08 +0000" },
	{ 4102444800, 0, "Fri, 01 Jan 2100 00:00:00 +0000" },
	{ 4107542399, 0, "Sun, 28 Feb 2100 23:59:59 +0000" },
	{ 4107542400, 0, "Mon, 01 Mar 2100 00:00:00 +0000" },
	{ -1, 0, "Thu, 01 Jan 1970 00:00:00 +0000" },
	{ INT64_MAX, 0, "Thu, 01 Jan 1970 00:00:00 +0000" },
	{ 0, 100000, "Thu, 01 Jan 1970 00:00:00 +0000" },
	{ 0, -100000, "Thu, 01 Jan 1970 00:00:00 +0000" },
};

static const char *const valid[] = {
	"Tue, 1 Jul 2003 10:52:37 +0200",
	"1 Jul 2003 10:52 GMT",
	"tue,01 jul 2003 23:59:60 EST",
	" 31 Dec 9999 00:00:00 -0000 ",
	"Sun,\t22\tNov 2026\t08:48:57 +0100",
	"SUN, 22 NOV 2026 08:48:57 ut",
	"22 Nov 2026 08:48 +9959",
	"1 Jan 1970 00:00:00 Z",
	" Mon , 1 Jan 1900 00:00:00 -1200",
};

static const char *const invalid[] = { "", "yesterday", "2003-07-01T10:52:37Z",
	"Tue 1 Jul 2003 10:52:37 +0200", "Foo, 1 Jul 2003 10:52:37 +0200",
	"32 Jul 2003 10:52:37 +0200", "1 Foo 2003 10:52:37 +0200",
	"1 Jul 03 10:52:37 +0200", "1 Jul 2003 24:00:00 +0200",
	"1 Jul 2003 10 +0200", "1 Jul 2003 10:52:37:1 +0200",
	"1 Jul 2003 1:52:37 +0200", "1 Jul 2003 10:52:37",
	"1 Jul 2003 10:52:37 +200", "1 Jul 2003 10:52:37 XYZ",
	"1 Jul 2003 10:52:37 +0200 x", ", 1 Jul 2003 10:52:37 +0200", "1",
	"1 Jul", "1 Jul 2003", "001 Jul 2003 10:52 GMT",
	"1 July 2003 10:52 GMT", "1 Jul 02003 10:52 GMT",
	"1 Jul 2003 10:60:00 GMT", "1 Jul 2003 10:00:61 GMT",
	"1 Jul 2003 10:52: GMT", "1 Jul 2003 :52:00 GMT",
	"1 Jul 2003 1o:52:00 GMT", "1 Jul 2003 10:52:37 +02:00",
	"1 Jul 2003 10:52:37 +02a0", "1 Jul 2003 10:52:37 *0200",
	"1 Jul 2003 10:52:37 +9999", "Tue, Tue, 1 Jul 2003 10:52 GMT",
	"-1 Jul 2003 10:52 GMT", "1 Jul 2003 10:52:37 0200",
	"1\nJul 2003 10:52 GMT", "1 Jul 2003 10:52 GMT (comment)" };

int main(void)
{
	char text[PH_DATE_SIZE];

	for (size_t i = 0; i < PH_COUNT(cases); i++) {
		ph_date_write(cases[i].t, cases[i].offset, text);
		check_str(text, cases[i].text);
		check(ph_date_is_valid(ph_span_of(text)));
	}
	/* A day at a time through 400 years: each has the next day's name. */
	for (ph_unixtime t = 0; t < (ph_unixtime)146097 * 86400; t += 86400) {
		static const char names[] = "ThuFriSatSunMonTueWed";

		ph_date_write(t, 0, text);
		check(memcmp(text, names + 3 * (t / 86400 % 7), 3) == 0);
	}
	for (size_t i = 0; i < PH_COUNT(valid); i++) {
		check_case(valid[i], i);
		check(ph_date_is_valid(ph_span_of(valid[i])));
	}
	for (size_t i = 0; i < PH_COUNT(invalid); i++) {
		check_case(invalid[i], i);
		check(!ph_date_is_valid(ph_span_of(invalid[i])));
	}
	return check_end();
}
