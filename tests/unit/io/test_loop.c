#include "check.h"
#include "io/loop.h"
#include "net.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct order {
	char text[16];
	size_t len;
};

struct mark {
	struct order *order;
	char name;
};

static void on_mark(void *ctx)
{
	struct mark *m = ctx;

	m->order->text[m->order->len++] = m->name;
}

static void test_timers(void)
{
	struct ph_loop *l;
	struct ph_timer *t[4];
	struct order o = { 0 };
	struct mark marks[4] = { { &o, 'a' }, { &o, 'b' }, { &o, 'c' },
		{ &o, 'd' } };

	check(ph_loop_new(&l) == PH_OK);
	check(!ph_loop_turn(l)); /* nothing to wait for */
	for (size_t i = 0; i < 4; i++)
		check(ph_timer_new(l, on_mark, &marks[i], &t[i]) == PH_OK);
	check(!ph_loop_turn(l)); /* nor for one that is not set */
	ph_loop_update(l);
	ph_msec now = ph_loop_now(l);
	ph_timer_set(t[0], now + 20);
	ph_timer_set(t[1], now + 5);
	ph_timer_set(t[2], now - 100); /* at once */
	ph_timer_set(t[3], now + 1);
	ph_timer_set(t[3], PH_NEVER);
	check_int(o.len, 0);
	for (int i = 0; i < 100 && o.len < 3; i++)
		(void)ph_loop_turn(l);
	check_str(o.text, "cba");
	check(ph_loop_now(l) >= now + 20);
	check(!ph_loop_turn(l));

	/* Moved while it ran; and what is due does not wait for the rest. */
	ph_loop_update(l);
	now = ph_loop_now(l);
	ph_timer_set(t[3], now + 60000);
	ph_timer_set(t[0], now);
	int64_t began = ph_clock_usec();
	check(ph_loop_turn(l));
	check(ph_clock_usec() - began < 1000000);
	check_str(o.text, "cbaa");
	for (size_t i = 0; i < 4; i++)
		ph_timer_free(t[i]);
	ph_timer_free(NULL);
	ph_loop_free(l);
	ph_loop_free(NULL);
}

static void on_signal(void *ctx, int signum)
{
	int *seen = ctx;
	*seen = signum;
}

static void test_signals(void)
{
	struct ph_loop *l;
	struct ph_signal *s;
	int seen = 0;

	check(ph_loop_new(&l) == PH_OK);
	check(ph_signal_new(l, SIGUSR1, on_signal, &seen, &s) == PH_OK);
	check(!ph_loop_turn(l)); /* a signal alone is no reason to wait */
	check(raise(SIGUSR1) == 0);
	for (int i = 0; i < 100 && seen == 0; i++)
		net_run_for(l, 1);
	check_int(seen, SIGUSR1);
	ph_signal_free(s);
	ph_signal_free(NULL);
	check_int(ph_signal_new(l, SIGKILL, on_signal, &seen, &s), PH_EINVAL);
	ph_loop_free(l);
}

static void test_clocks(void)
{
	unsigned char a[40] = { 0 };
	unsigned char b[40] = { 0 };
	struct ph_loop *l;

	check(ph_random(a, sizeof(a)) == PH_OK);
	check(ph_random(b, sizeof(b)) == PH_OK);
	check(memcmp(a, b, sizeof(a)) != 0);
	check(ph_random(a, 0) == PH_OK);
	check(ph_clock_unix() > 1600000000);

	int64_t first = ph_clock_usec();
	check(ph_clock_usec() >= first);
	check(ph_loop_new(&l) == PH_OK);
	ph_loop_update(l);
	ph_msec diff = ph_loop_now(l) - (ph_msec)(ph_clock_usec() / 1000);
	check(diff >= -50 && diff <= 1); /* the same clock */
	ph_loop_free(l);

	(void)setenv("TZ", "XXX-05:30", 1);
	tzset();
	check_int(ph_clock_utc_offset_min(1700000000), 330);
	(void)setenv("TZ", "YYY+03:30", 1);
	tzset();
	check_int(ph_clock_utc_offset_min(1700000000), -210);
}

int main(void)
{
	test_timers();
	test_signals();
	test_clocks();
	return check_end();
}
