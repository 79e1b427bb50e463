#include "diagnose/clock_doubt.h"

#include "base/err.h"
#include "check.h"

#include <stdio.h>
#include <string.h>

enum {
	NOW = 1795840000, /* 2026-11-28 04:26:40 UTC */
	HOUR = 3600,
	DAY = 24 * HOUR
};

static void test_reading(void)
{
	check_int(ph_clock_read_iso("1970-01-01T00:00:00Z"), 0);
	check_int(ph_clock_read_iso("1970-01-02T00:00:01Z"), DAY + 1);
	check_int(ph_clock_read_iso("2026-11-28T04:26:40Z"), NOW);
	check_int(ph_clock_read_iso("2000-02-29T12:00:00Z"), 951825600);
	check_int(ph_clock_read_iso("2026-13-28T04:26:40Z"), 0);
	check_int(ph_clock_read_iso("2026-11-28"), 0);
	check_int(ph_clock_read_iso("26-11-28T04:26:40Z"), 0);
	check_int(ph_clock_read_iso(""), 0);

	check_int(ph_clock_read_date("Sat, 28 Nov 2026 04:26:40 +0000"), NOW);
	check_int(ph_clock_read_date("28 Nov 2026 04:26:40"), NOW);
	check_int(
	    ph_clock_read_date("220 mx Exim 4.96 Sat, 28 Nov 2026 06:26:40 "
			       "+0200"),
	    NOW);
	check_int(ph_clock_read_date("28 nov 2026 00:26:40 -0400"), NOW);
	/* within a longer number a date does not begin */
	check_int(ph_clock_read_date("128 Nov 2026 04:26:40"), 0);
	check_int(ph_clock_read_date("28 Nov 2026"), 0);
	check_int(ph_clock_read_date("28 Foo 2026 04:26:40"), 0);
	check_int(ph_clock_read_date("28 Nov 2026 44:26:40"), 0);
	check_int(ph_clock_read_date("ESMTP ready"), 0);
}

/* Every day of some years, there and back. */
static void test_days(void)
{
	static const unsigned lengths[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30,
		31, 30, 31 };
	ph_unixtime day = 946684800; /* 2000-01-01 */

	for (unsigned year = 2000; year < 2005; year++) {
		for (unsigned month = 0; month < 12; month++) {
			bool is_leap = year % 4 == 0 && month == 1;
			unsigned length = lengths[month] + (is_leap ? 1 : 0);

			for (unsigned d = 1; d <= length; d++) {
				char text[32];

				(void)snprintf(text, sizeof(text),
				    "%04u-%02u-%02uT00:00:00Z", year, month + 1,
				    d);
				check_int(ph_clock_read_iso(text), day);
				day += DAY;
			}
		}
	}
}

static const struct {
	const char *name;
	struct ph_clock_view v;
	enum ph_clock_doubt doubt;
	const char *words;
} cases[] = {
	{ "before it was made",
	    { .now = NOW, .made = NOW + DAY, .greeting = "" }, PH_CLOCK_WRONG,
	    "before this program was made" },
	{ "nothing known", { .now = NOW, .made = NOW - DAY, .greeting = "" },
	    PH_CLOCK_UNKNOWN, "" },
	{ "expired long ago",
	    { .now = NOW,
		.greeting = "220 mx ESMTP",
		.not_after = NOW - 40 * DAY },
	    PH_CLOCK_UNKNOWN, "" },
	{ "expired an hour ago",
	    { .now = NOW, .greeting = "220 mx ESMTP", .not_after = NOW - HOUR },
	    PH_CLOCK_DOUBTFUL, "within a day" },
	{ "not yet",
	    { .now = NOW, .greeting = "", .not_before = NOW + 40 * DAY },
	    PH_CLOCK_DOUBTFUL, "probably behind" },
	{ "the server agrees",
	    { .now = NOW,
		.not_after = NOW - DAY,
		.greeting = "220 mx Sat, 28 Nov 2026 04:30:00 +0000" },
	    PH_CLOCK_RIGHT, "agrees" },
	{ "the server is ahead",
	    { .now = NOW,
		.not_before = NOW + DAY,
		.greeting = "220 mx Sat, 8 Dec 2026 04:30:00 +0000" },
	    PH_CLOCK_WRONG, "10 days behind the server's" },
	{ "the server is behind",
	    { .now = NOW,
		.not_after = NOW - DAY,
		.greeting = "220 mx Sat, 28 Nov 2026 01:20:00 +0000" },
	    PH_CLOCK_WRONG, "3 hours ahead of" },
	{ "by minutes",
	    { .now = NOW,
		.greeting = "220 mx Sat, 28 Nov 2026 04:50:00 +0000" },
	    PH_CLOCK_WRONG, "23 minutes behind" },
	{ "others, too",
	    { .now = NOW,
		.greeting = "",
		.not_after = NOW - 40 * DAY,
		.others_off = 1 },
	    PH_CLOCK_DOUBTFUL, "further certificates" },
	{ "others are good",
	    { .now = NOW,
		.greeting = "",
		.not_after = NOW - 40 * DAY,
		.others_off = 1,
		.others_good = 1 },
	    PH_CLOCK_UNKNOWN, "" },
};

static void test_cases(void)
{
	for (size_t i = 0; i < PH_COUNT(cases); i++) {
		char why[PH_CLOCK_TEXT_MAX];

		check_case(cases[i].name, i);
		check_int(ph_clock_judge(&cases[i].v, why), cases[i].doubt);
		check(strstr(why, cases[i].words) != NULL);
		check((why[0] == '\0') == (cases[i].words[0] == '\0'));
	}
	check_case(NULL, 0);
}

int main(void)
{
	test_reading();
	test_days();
	test_cases();
	return check_end();
}
