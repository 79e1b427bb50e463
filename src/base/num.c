#include "base/num.h"

#include "base/ascii.h"

enum ph_err ph_num_parse(struct ph_span s, uint64_t max, uint64_t *out)
{
	uint64_t n = 0;

	if (s.len == 0)
		return PH_EINVAL;
	for (size_t i = 0; i < s.len; i++) {
		if (!ph_ascii_is_digit(s.ptr[i]))
			return PH_EINVAL;

		uint64_t digit = (uint64_t)(s.ptr[i] - '0');
		if (digit > max || n > (max - digit) / 10)
			return PH_EINVAL;
		n = n * 10 + digit;
	}
	*out = n;
	return PH_OK;
}

static struct ph_span take_digits(struct ph_span *s)
{
	size_t n = 0;

	while (n < s->len && ph_ascii_is_digit(s->ptr[n]))
		n++;

	struct ph_span digits = ph_span_first(*s, n);

	*s = ph_span_skip(*s, n);
	return digits;
}

static struct ph_span take_letters(struct ph_span *s)
{
	size_t n = 0;

	while (n < s->len && ph_ascii_is_alpha(s->ptr[n]))
		n++;

	struct ph_span letters = ph_span_first(*s, n);

	*s = ph_span_skip(*s, n);
	return letters;
}

struct unit {
	const char *name;
	uint64_t factor;
};

static const struct unit *find_unit(
    const struct unit *units, size_t count, struct ph_span name)
{
	for (size_t i = 0; i < count; i++) {
		if (ph_span_eq_nocase(ph_span_of(units[i].name), name))
			return &units[i];
	}
	return NULL;
}

static const uint64_t duration_max_ms = 3650ULL * 24 * 3600 * 1000;

static const struct unit durations[] = {
	{ "", 1000 },
	{ "ms", 1 },
	{ "s", 1000 },
	{ "m", 60 * 1000 },
	{ "min", 60 * 1000 },
	{ "h", 3600 * 1000 },
	{ "d", 24 * 3600 * 1000 },
	{ "w", 7 * 24 * 3600 * 1000 },
};

enum ph_err ph_num_parse_duration(struct ph_span s, ph_msec *out)
{
	uint64_t sum = 0;
	bool first = true;

	if (s.len == 0)
		return PH_EINVAL;
	while (s.len > 0) {
		uint64_t n = 0;
		enum ph_err err =
		    ph_num_parse(take_digits(&s), duration_max_ms, &n);
		if (err != PH_OK)
			return err;

		struct ph_span name = take_letters(&s);
		const struct unit *unit =
		    find_unit(durations, PH_COUNT(durations), name);
		/* Digits alone are seconds only when they are all there is. */
		if (unit == NULL || (name.len == 0 && !(first && s.len == 0)))
			return PH_EINVAL;
		if (n > (duration_max_ms - sum) / unit->factor)
			return PH_EINVAL;
		sum += n * unit->factor;
		first = false;
	}
	*out = (ph_msec)sum;
	return PH_OK;
}

static const struct unit sizes[] = {
	{ "", 1 },
	{ "B", 1 },
	{ "K", 1024 },
	{ "KB", 1024 },
	{ "KiB", 1024 },
	{ "M", 1024 * 1024 },
	{ "MB", 1024 * 1024 },
	{ "MiB", 1024 * 1024 },
	{ "G", 1024ULL * 1024 * 1024 },
	{ "GB", 1024ULL * 1024 * 1024 },
	{ "GiB", 1024ULL * 1024 * 1024 },
};

enum ph_err ph_num_parse_size(struct ph_span s, uint64_t *out)
{
	uint64_t n = 0;
	enum ph_err err = ph_num_parse(take_digits(&s), UINT64_MAX, &n);
	if (err != PH_OK)
		return err;

	const struct unit *unit = find_unit(sizes, PH_COUNT(sizes), s);
	if (unit == NULL || n > UINT64_MAX / unit->factor)
		return PH_EINVAL;
	*out = n * unit->factor;
	return PH_OK;
}
