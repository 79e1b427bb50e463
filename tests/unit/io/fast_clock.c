#include "fast_clock.h"

#include "io/loop.h"

int fast_clock_times = 1;

ph_msec real_loop_now(const struct ph_loop *l) __asm__("__real_ph_loop_now");
ph_msec wrap_loop_now(const struct ph_loop *l) __asm__("__wrap_ph_loop_now");
void real_timer_set(struct ph_timer *t, ph_msec at) __asm__(
    "__real_ph_timer_set");
void wrap_timer_set(struct ph_timer *t, ph_msec at) __asm__(
    "__wrap_ph_timer_set");

ph_msec wrap_loop_now(const struct ph_loop *l)
{
	return real_loop_now(l) * fast_clock_times;
}

void wrap_timer_set(struct ph_timer *t, ph_msec at)
{
	ph_msec times = fast_clock_times;

	real_timer_set(t, at == PH_NEVER ? at : (at + times - 1) / times);
}
