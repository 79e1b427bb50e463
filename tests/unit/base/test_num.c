#include "base/num.h"

#include "check.h"
#include "exact.h"

static const struct {
	const char *in;
	uint64_t max;
	enum ph_err err;
	uint64_t want;
} numbers[] = {
	{ "0", 0, PH_OK, 0 },
	{ "1", 0, PH_EINVAL, 0 },
	{ "7", 7, PH_OK, 7 },
	{ "8", 7, PH_EINVAL, 0 },
	{ "10", 7, PH_EINVAL, 0 },
	{ "65535", 65535, PH_OK, 65535 },
	{ "65536", 65535, PH_EINVAL, 0 },
	{ "00025", 65535, PH_OK, 25 },
	{ "18446744073709551615", UINT64_MAX, PH_OK, UINT64_MAX },
	{ "18446744073709551616", UINT64_MAX, PH_EINVAL, 0 },
	{ "99999999999999999999999", UINT64_MAX, PH_EINVAL, 0 },
	{ "", 9, PH_EINVAL, 0 },
	{ "-1", 9, PH_EINVAL, 0 },
	{ "+1", 9, PH_EINVAL, 0 },
	{ " 1", 9, PH_EINVAL, 0 },
	{ "1 ", 9, PH_EINVAL, 0 },
	{ "1a", 9, PH_EINVAL, 0 },
	{ "0x1", 99, PH_EINVAL, 0 },
	{ "\xb2", 9, PH_EINVAL, 0 },
};

static void parses_numbers(void)
{
	for (size_t i = 0; i < PH_COUNT(numbers); i++) {
		uint64_t got = 4711;
		struct ph_span in = exact_copy(ph_span_of(numbers[i].in));

		check_case(numbers[i].in, i);
		check_int(
		    ph_num_parse(in, numbers[i].max, &got), numbers[i].err);
		check(
		    got == (numbers[i].err == PH_OK ? numbers[i].want : 4711));
		exact_free(in);
	}
	check_case(NULL, 0);
}

enum {
	SECOND = 1000,
	MINUTE = 60 * SECOND,
	HOUR = 60 * MINUTE
};

static const struct {
	const char *in;
	enum ph_err err;
	ph_msec want;
} durations[] = {
	{ "0", PH_OK, 0 },
	{ "30", PH_OK, 30 * SECOND },
	{ "30s", PH_OK, 30 * SECOND },
	{ "250ms", PH_OK, 250 },
	{ "10m", PH_OK, 10 * MINUTE },
	{ "10min", PH_OK, 10 * MINUTE },
	{ "10MIN", PH_OK, 10 * MINUTE },
	{ "2h", PH_OK, 2 * HOUR },
	{ "5d", PH_OK, 5 * 24 * (ph_msec)HOUR },
	{ "1w", PH_OK, 7 * 24 * (ph_msec)HOUR },
	{ "1h30min", PH_OK, HOUR + 30 * MINUTE },
	{ "1m1s1ms", PH_OK, MINUTE + SECOND + 1 },
	{ "3650d", PH_OK, 3650 * 24 * (ph_msec)HOUR },
	{ "3651d", PH_EINVAL, 0 },
	{ "3650d1ms", PH_EINVAL, 0 },
	{ "99999999999999999999d", PH_EINVAL, 0 },
	{ "", PH_EINVAL, 0 },
	{ "s", PH_EINVAL, 0 },
	{ "1x", PH_EINVAL, 0 },
	{ "1minute", PH_EINVAL, 0 },
	{ "1h30", PH_EINVAL, 0 },
	{ "30 s", PH_EINVAL, 0 },
	{ "-1s", PH_EINVAL, 0 },
	{ "1.5h", PH_EINVAL, 0 },
	{ "1h ", PH_EINVAL, 0 },
};

static void parses_durations(void)
{
	for (size_t i = 0; i < PH_COUNT(durations); i++) {
		ph_msec got = -7;
		struct ph_span in = exact_copy(ph_span_of(durations[i].in));

		check_case(durations[i].in, i);
		check_int(ph_num_parse_duration(in, &got), durations[i].err);
		check_int(
		    got, durations[i].err == PH_OK ? durations[i].want : -7);
		exact_free(in);
	}
	check_case(NULL, 0);
}

static const struct {
	const char *in;
	enum ph_err err;
	uint64_t want;
} sizes[] = {
	{ "0", PH_OK, 0 },
	{ "512", PH_OK, 512 },
	{ "512b", PH_OK, 512 },
	{ "1K", PH_OK, 1024 },
	{ "1k", PH_OK, 1024 },
	{ "1KB", PH_OK, 1024 },
	{ "1KiB", PH_OK, 1024 },
	{ "25M", PH_OK, 25ULL << 20 },
	{ "25MB", PH_OK, 25ULL << 20 },
	{ "25mib", PH_OK, 25ULL << 20 },
	{ "2G", PH_OK, 2ULL << 30 },
	{ "2GB", PH_OK, 2ULL << 30 },
	{ "2GiB", PH_OK, 2ULL << 30 },
	{ "17179869183G", PH_OK, 17179869183ULL << 30 },
	{ "17179869184G", PH_EINVAL, 0 },
	{ "18446744073709551615", PH_OK, UINT64_MAX },
	{ "18446744073709551616", PH_EINVAL, 0 },
	{ "", PH_EINVAL, 0 },
	{ "M", PH_EINVAL, 0 },
	{ "1T", PH_EINVAL, 0 },
	{ "1Ki", PH_EINVAL, 0 },
	{ "1 M", PH_EINVAL, 0 },
	{ "1.5M", PH_EINVAL, 0 },
	{ "-1", PH_EINVAL, 0 },
};

static void parses_sizes(void)
{
	for (size_t i = 0; i < PH_COUNT(sizes); i++) {
		uint64_t got = 4711;
		struct ph_span in = exact_copy(ph_span_of(sizes[i].in));

		check_case(sizes[i].in, i);
		check_int(ph_num_parse_size(in, &got), sizes[i].err);
		check(got == (sizes[i].err == PH_OK ? sizes[i].want : 4711));
		exact_free(in);
	}
	check_case(NULL, 0);
}

int main(void)
{
	parses_numbers();
	parses_durations();
	parses_sizes();
	return check_end();
}
