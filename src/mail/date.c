#include "mail/date.h"

#include "base/ascii.h"
#include "base/err.h"
#include "base/num.h"

#include <stdint.h>
#include <stdio.h>

static const char *const day_names[] = { "Sun", "Mon", "Tue", "Wed", "Thu",
	"Fri", "Sat" };
static const char *const month_names[] = { "Jan", "Feb", "Mar", "Apr", "May",
	"Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };

enum {
	DAY = 24 * 60 * 60,
	DAYS_400_YEARS = 146097,
	DAYS_TO_1970 = 719468 /* from 1 March of the year 0 */
};

struct civil {
	int64_t year;
	int month; /* 0..11 */
	int day;   /* 1..31 */
};

/* Years are counted from 1 March, so that the leap day is the last one.  days
   is not before the first of them: dates begin in 1970, or a time zone
   before. */
static struct civil civil_of(int64_t days)
{
	int64_t shifted = days + DAYS_TO_1970;
	int64_t era = shifted / DAYS_400_YEARS;
	int64_t doe = shifted - era * DAYS_400_YEARS;
	int64_t yoe =
	    (doe - doe / 1460 + doe / 36524 - doe / (DAYS_400_YEARS - 1)) / 365;
	int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	int month_from_march = (int)((5 * doy + 2) / 153);
	int day = (int)(doy - (153 * month_from_march + 2) / 5 + 1);
	int month = (month_from_march + 2) % 12;

	return (
	    struct civil){ yoe + era * 400 + (month < 2 ? 1 : 0), month, day };
}

void ph_date_write(ph_unixtime t, int utc_offset_min, char out[PH_DATE_SIZE])
{
	/* Four digits of a year, RFC 5322 3.3; a clock beyond is broken. */
	const ph_unixtime last = INT64_C(253402214400);

	if (utc_offset_min < -24 * 60 || utc_offset_min > 24 * 60)
		utc_offset_min = 0;
	if (t < 0 || t > last)
		t = 0;

	int64_t local = t + (int64_t)utc_offset_min * 60;
	int64_t days = (local + DAY) / DAY - 1;
	int second = (int)(local - days * DAY);
	struct civil c = civil_of(days);
	int zone = utc_offset_min < 0 ? -utc_offset_min : utc_offset_min;

	(void)snprintf(out, PH_DATE_SIZE,
	    "%s, %02d %s %04lld %02d:%02d:%02d %c%02d%02d",
	    day_names[(days + 4 + 7) % 7], c.day, month_names[c.month],
	    (long long)c.year, second / 3600, second / 60 % 60, second % 60,
	    utc_offset_min < 0 ? '-' : '+', zone / 60, zone % 60);
}

/* Takes the next run of non-blanks. */
static struct ph_span next_word(struct ph_span *in)
{
	*in = ph_span_trim(*in);

	size_t len = 0;

	while (len < in->len && in->ptr[len] != ' ' && in->ptr[len] != '\t')
		len++;

	struct ph_span word = ph_span_first(*in, len);

	*in = ph_span_skip(*in, len);
	return word;
}

static bool is_name(struct ph_span word, const char *const *names, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (ph_span_eq_nocase(word, ph_span_of(names[i])))
			return true;
	}
	return false;
}

/* Exactly min..max digits, with a value up to top. */
static bool is_number(
    struct ph_span s, size_t min_len, size_t max_len, uint64_t top)
{
	uint64_t n = 0;

	return s.len >= min_len && s.len <= max_len &&
	    ph_num_parse(s, top, &n) == PH_OK;
}

static bool is_time(struct ph_span s)
{
	static const uint64_t tops[] = { 23, 59, 60 };
	struct ph_span part;
	size_t count = 0;

	while (ph_span_split(&s, ':', &part)) {
		if (count == PH_COUNT(tops) ||
		    !is_number(part, 2, 2, tops[count]))
			return false;
		count++;
	}
	return count >= 2;
}

static bool is_zone(struct ph_span s)
{
	static const char *const zones[] = { "UT", "GMT", "UTC", "EST", "EDT",
		"CST", "CDT", "MST", "MDT", "PST", "PDT", "Z" };

	if (s.len == 5 && (s.ptr[0] == '+' || s.ptr[0] == '-'))
		return is_number(ph_span_skip(s, 1), 4, 4, 9959);
	return is_name(s, zones, PH_COUNT(zones));
}

bool ph_date_is_valid(struct ph_span text)
{
	size_t comma = ph_span_find(text, ',');

	if (comma < text.len) {
		struct ph_span day = ph_span_trim(ph_span_first(text, comma));

		if (!is_name(day, day_names, PH_COUNT(day_names)))
			return false;
		text = ph_span_skip(text, comma + 1);
	}
	return is_number(next_word(&text), 1, 2, 31) &&
	    is_name(next_word(&text), month_names, PH_COUNT(month_names)) &&
	    is_number(next_word(&text), 4, 4, 9999) &&
	    is_time(next_word(&text)) && is_zone(next_word(&text)) &&
	    ph_span_trim(text).len == 0;
}
