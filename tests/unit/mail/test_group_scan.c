#include "mail/group_scan.h"

#include "base/err.h"
#include "check.h"

#include <stdlib.h>
#include <string.h>

enum {
	ROOM = 16 * 1024
};

/* before, then the unit so many times. */
static struct ph_span repeat(
    char out[ROOM], const char *before, const char *unit, size_t times)
{
	size_t len = strlen(before);

	memcpy(out, before, len);
	for (size_t i = 0; i < times; i++) {
		memcpy(out + len, unit, strlen(unit));
		len += strlen(unit);
	}
	return (struct ph_span){ out, len };
}

static const struct {
	const char *before, *unit;
	size_t times;
	bool good;
} cases[] = {
	{ "", "", 0, true },
	{ "To: ", "a:", 1000, true },
	{ "To: ", "a:", 1001, false },
	{ "tO \t: ", "a:", 1001, false },
	{ "x: y\r\nReply-To:", ":", 1001, false },
	{ "Bcc: x", "\r\n a:", 1001, false },
	{ "Cc: x", "\n\ta:", 1001, false },
	{ "Sender:", "b:", 1001, false },
	{ "To: x\n\nbody\n\nFrom: ", "b:", 1001, false },
	/* each field has a count of its own */
	{ "", "To: a:b;\n", 1500, true },
	{ "Subject: ", "a:", 2000, true },
	{ "Too: ", "a:", 2000, true },
	{ "A-name-that-is-far-too-long-to: ", "a:", 2000, true },
	{ "", ":", 2000, true },
	{ " ", "a:", 2000, true },
	{ "body ", "a:", 2000, true },
};

/* In one piece, and octet by octet. */
static void check_cases(void)
{
	for (size_t i = 0; i < PH_COUNT(cases); i++) {
		struct ph_group_scan whole = { 0 };
		struct ph_group_scan cut = { 0 };
		char text[ROOM];
		struct ph_span s = repeat(
		    text, cases[i].before, cases[i].unit, cases[i].times);
		bool good = true;

		check_case(cases[i].before, i);
		check_int(ph_group_scan_feed(&whole, s), cases[i].good);
		for (size_t at = 0; at < s.len && good; at++) {
			good = ph_group_scan_feed(
			    &cut, (struct ph_span){ s.ptr + at, 1 });
		}
		check_int(good, cases[i].good);
	}
	check_case(NULL, 0);
}

int main(void)
{
	check_cases();
	return check_end();
}
