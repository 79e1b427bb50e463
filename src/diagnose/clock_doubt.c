#include "diagnose/clock_doubt.h"

#include "base/ascii.h"
#include "base/err.h"
#include "base/num.h"

#include <stdio.h>

enum {
	MINUTE_S = 60,
	HOUR_S = 60 * MINUTE_S,
	DAY_S = 24 * HOUR_S,
	/* Clocks that are kept agree better; a wrong time zone is more. */
	AGREE_S = 10 * MINUTE_S,
	YEAR_MAX = 9999
};

/* Reading: takes from the front of *s; false where it is not there. */

static bool take_number(
    struct ph_span *s, size_t least, size_t most, unsigned *out)
{
	uint64_t n = 0;
	size_t len = 0;

	while (len < s->len && len < most && ph_ascii_is_digit(s->ptr[len]))
		len++;
	if (len < least ||
	    ph_num_parse(ph_span_first(*s, len), YEAR_MAX, &n) != PH_OK)
		return false;
	*out = (unsigned)n;
	*s = ph_span_skip(*s, len);
	return true;
}

static bool take_char(struct ph_span *s, char c)
{
	if (s->len == 0 || s->ptr[0] != c)
		return false;
	*s = ph_span_skip(*s, 1);
	return true;
}

static bool take_month(struct ph_span *s, unsigned *out)
{
	static const char names[] = "JanFebMarAprMayJunJulAugSepOctNovDec";

	for (unsigned i = 0; i < 12; i++) {
		struct ph_span name = { names + (size_t)3 * i, 3 };

		if (ph_span_starts_nocase(*s, name)) {
			*out = i + 1;
			*s = ph_span_skip(*s, 3);
			return true;
		}
	}
	return false;
}

struct civil {
	unsigned year, month, day, hour, minute, second;
};

/* The Gregorian calendar, in years that begin in March. */
static ph_unixtime seconds_of(const struct civil *c)
{
	int64_t year = (int64_t)c->year - (c->month <= 2 ? 1 : 0);
	int64_t era = year / 400;
	int64_t yoe = year - era * 400;
	int64_t month = c->month > 2 ? c->month - 3 : c->month + 9;
	int64_t doy = (153 * month + 2) / 5 + c->day - 1;
	int64_t doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;
	int64_t days = era * 146097 + doe - 719468;

	return days * DAY_S + (ph_unixtime)c->hour * HOUR_S +
	    (ph_unixtime)c->minute * MINUTE_S + c->second;
}

static bool is_civil(const struct civil *c)
{
	return c->year >= 1970 && c->month >= 1 && c->month <= 12 &&
	    c->day >= 1 && c->day <= 31 && c->hour < 24 && c->minute < 60 &&
	    c->second <= 60;
}

static bool take_clock(struct ph_span *s, struct civil *c)
{
	return take_number(s, 2, 2, &c->hour) && take_char(s, ':') &&
	    take_number(s, 2, 2, &c->minute) && take_char(s, ':') &&
	    take_number(s, 2, 2, &c->second);
}

ph_unixtime ph_clock_read_iso(const char *text)
{
	struct ph_span s = ph_span_of(text);
	struct civil c = { 0 };

	if (!take_number(&s, 4, 4, &c.year) || !take_char(&s, '-') ||
	    !take_number(&s, 2, 2, &c.month) || !take_char(&s, '-') ||
	    !take_number(&s, 2, 2, &c.day) || !take_char(&s, 'T') ||
	    !take_clock(&s, &c) || !is_civil(&c))
		return 0;
	return seconds_of(&c);
}

/* " +0100", or none: UTC. */
static ph_unixtime take_zone(struct ph_span *s)
{
	unsigned hhmm = 0;
	bool is_west;

	(void)take_char(s, ' ');
	is_west = s->len > 0 && s->ptr[0] == '-';
	if (!take_char(s, '+') && !take_char(s, '-'))
		return 0;
	if (!take_number(s, 4, 4, &hhmm))
		return 0;

	ph_unixtime offset = (ph_unixtime)(hhmm / 100) * HOUR_S +
	    (ph_unixtime)(hhmm % 100) * MINUTE_S;

	return is_west ? -offset : offset;
}

static ph_unixtime read_date_at(struct ph_span s)
{
	struct civil c = { 0 };

	if (!take_number(&s, 1, 2, &c.day) || !take_char(&s, ' ') ||
	    !take_month(&s, &c.month) || !take_char(&s, ' ') ||
	    !take_number(&s, 4, 4, &c.year) || !take_char(&s, ' ') ||
	    !take_clock(&s, &c) || !is_civil(&c))
		return 0;
	return seconds_of(&c) - take_zone(&s);
}

ph_unixtime ph_clock_read_date(const char *text)
{
	struct ph_span s = ph_span_of(text);
	char before = ' ';

	for (; s.len > 0; s = ph_span_skip(s, 1)) {
		ph_unixtime t = ph_ascii_is_digit(before) ? 0 : read_date_at(s);

		if (t != 0)
			return t;
		before = s.ptr[0];
	}
	return 0;
}

/* judging */

static void write_span(ph_unixtime s, char *out, size_t size)
{
	if (s >= 2 * DAY_S) {
		(void)snprintf(out, size, "%lld days", (long long)s / DAY_S);
	} else if (s >= 2 * HOUR_S) {
		(void)snprintf(out, size, "%lld hours", (long long)s / HOUR_S);
	} else {
		(void)snprintf(
		    out, size, "%lld minutes", (long long)s / MINUTE_S);
	}
}

static enum ph_clock_doubt judge_by_server(
    const struct ph_clock_view *v, char out[PH_CLOCK_TEXT_MAX])
{
	ph_unixtime theirs = ph_clock_read_date(v->greeting);
	ph_unixtime off = theirs > v->now ? theirs - v->now : v->now - theirs;
	char span[32];

	if (theirs == 0)
		return PH_CLOCK_UNKNOWN;
	if (off <= AGREE_S) {
		(void)snprintf(out, PH_CLOCK_TEXT_MAX,
		    "the server's clock, in its greeting, agrees with this "
		    "computer's");
		return PH_CLOCK_RIGHT;
	}
	write_span(off, span, sizeof(span));
	(void)snprintf(out, PH_CLOCK_TEXT_MAX,
	    "this computer's clock is %s %s the server's, as its greeting "
	    "has it",
	    span, theirs > v->now ? "behind" : "ahead of");
	return PH_CLOCK_WRONG;
}

enum ph_clock_doubt ph_clock_judge(
    const struct ph_clock_view *v, char out[PH_CLOCK_TEXT_MAX])
{
	enum ph_clock_doubt doubt;

	out[0] = '\0';
	if (v->made != 0 && v->now < v->made) {
		(void)snprintf(out, PH_CLOCK_TEXT_MAX,
		    "this computer's clock shows a day before this program "
		    "was made");
		return PH_CLOCK_WRONG;
	}
	doubt = judge_by_server(v, out);
	if (doubt != PH_CLOCK_UNKNOWN)
		return doubt;
	if (v->not_before > v->now) {
		(void)snprintf(out, PH_CLOCK_TEXT_MAX,
		    "certificates are seldom handed out ahead of time: this "
		    "computer's clock is probably behind");
		return PH_CLOCK_DOUBTFUL;
	}
	if (v->others_off > 0 && v->others_good == 0) {
		(void)snprintf(out, PH_CLOCK_TEXT_MAX,
		    "further certificates of the server are out of date, too: "
		    "this computer's clock may be ahead");
		return PH_CLOCK_DOUBTFUL;
	}
	if (v->not_after != 0 && v->now > v->not_after &&
	    v->now - v->not_after < DAY_S) {
		(void)snprintf(out, PH_CLOCK_TEXT_MAX,
		    "it ended within a day: this computer's clock or time zone "
		    "may be ahead, or the server's renewal late");
		return PH_CLOCK_DOUBTFUL;
	}
	return PH_CLOCK_UNKNOWN;
}
