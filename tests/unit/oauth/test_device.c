#include "check.h"
#include "oauth/device.h"

enum {
	NOW = 1000000
};

static struct ph_oauth_wait begin(int64_t interval, int64_t expires_in)
{
	const struct ph_oauth_device d = { .interval = interval,
		.expires_in = expires_in };
	struct ph_oauth_wait w;

	ph_oauth_wait_begin(&w, &d, NOW);
	return w;
}

static void test_times(void)
{
	struct ph_oauth_wait w = begin(5, 1800);

	check_int(ph_oauth_wait_left(&w, NOW), 5000);
	check_int(ph_oauth_wait_left(&w, NOW + 4999), 1);
	check_int(ph_oauth_wait_left(&w, NOW + 5000), 0);
	check_int(ph_oauth_wait_left(&w, NOW + 9000), 0);
	check(!ph_oauth_wait_is_over(&w, NOW + 1799999));
	check(ph_oauth_wait_is_over(&w, NOW + 1800000));

	/* A code that ends before it may be asked for. */
	w = begin(5, 2);
	check_int(ph_oauth_wait_left(&w, NOW), 2000);
}

static void test_pending(void)
{
	struct ph_oauth_wait w = begin(5, 12);

	check_int(
	    ph_oauth_wait_refused(&w, PH_OAUTH_PENDING, NOW + 5200), PH_AGAIN);
	check_int(ph_oauth_wait_left(&w, NOW + 5200), 5000);
	check_int(
	    ph_oauth_wait_refused(&w, PH_OAUTH_PENDING, NOW + 10200), PH_AGAIN);
	/* Not beyond its end. */
	check_int(ph_oauth_wait_left(&w, NOW + 10200), 1800);
	check_int(ph_oauth_wait_refused(&w, PH_OAUTH_PENDING, NOW + 12000),
	    PH_ETIMEOUT);
}

static void test_slow_down(void)
{
	struct ph_oauth_wait w = begin(5, 86400);

	check_int(ph_oauth_wait_refused(&w, PH_OAUTH_SLOW_DOWN, NOW), PH_AGAIN);
	check_int(ph_oauth_wait_left(&w, NOW), 10000);
	/* For this and all subsequent requests. */
	check_int(ph_oauth_wait_refused(&w, PH_OAUTH_PENDING, NOW), PH_AGAIN);
	check_int(ph_oauth_wait_left(&w, NOW), 10000);
	check_int(ph_oauth_wait_refused(&w, PH_OAUTH_SLOW_DOWN, NOW), PH_AGAIN);
	check_int(ph_oauth_wait_left(&w, NOW), 15000);
	for (int i = 0; i < 1000; i++) {
		check_int(ph_oauth_wait_refused(&w, PH_OAUTH_SLOW_DOWN, NOW),
		    PH_AGAIN);
	}
	check_int(ph_oauth_wait_left(&w, NOW), 600000);
}

static void test_unanswered(void)
{
	static const int64_t pauses[] = { 4000, 8000, 16000, 32000, 60000,
		60000 };
	struct ph_oauth_wait w = begin(2, 3600);

	for (size_t i = 0; i < PH_COUNT(pauses); i++) {
		check_case("pause", i);
		check_int(ph_oauth_wait_unanswered(&w, NOW), PH_AGAIN);
		check_int(ph_oauth_wait_left(&w, NOW), pauses[i]);
	}
	/* An answer ends it. */
	check_int(ph_oauth_wait_refused(&w, PH_OAUTH_PENDING, NOW), PH_AGAIN);
	check_int(ph_oauth_wait_left(&w, NOW), 2000);
	/* "Not now" is no better than none. */
	check_int(ph_oauth_wait_refused(&w, PH_OAUTH_BUSY, NOW), PH_AGAIN);
	check_int(ph_oauth_wait_left(&w, NOW), 4000);
	check_int(ph_oauth_wait_unanswered(&w, NOW + 3600000), PH_ETIMEOUT);

	/* An interval longer than the longest pause stays. */
	w = begin(300, 3600);
	check_int(ph_oauth_wait_unanswered(&w, NOW), PH_AGAIN);
	check_int(ph_oauth_wait_left(&w, NOW), 300000);
}

static void test_ends(void)
{
	static const struct {
		enum ph_oauth_error error;
		enum ph_err want;
	} ends[] = {
		{ PH_OAUTH_EXPIRED, PH_ETIMEOUT },
		{ PH_OAUTH_DENIED, PH_EDENIED },
		{ PH_OAUTH_INVALID_GRANT, PH_EDENIED },
		{ PH_OAUTH_CLIENT, PH_EDENIED },
		{ PH_OAUTH_SCOPE, PH_EDENIED },
		{ PH_OAUTH_OTHER, PH_EDENIED },
		{ PH_OAUTH_NO_ERROR, PH_EDENIED },
	};

	for (size_t i = 0; i < PH_COUNT(ends); i++) {
		struct ph_oauth_wait w = begin(5, 1800);

		check_case("end", i);
		check_int(ph_oauth_wait_refused(&w, ends[i].error, NOW),
		    ends[i].want);
	}
}

int main(void)
{
	test_times();
	test_pending();
	test_slow_down();
	test_unanswered();
	test_ends();
	return check_end();
}
