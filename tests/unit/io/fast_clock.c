#include "io/loop.h"

/* A hundred seconds a second: the loop's clock and its timers (--wrap), for
   what waits long. */

enum {
	TIMES = 100
};

ph_msec real_loop_now(const struct ph_loop *l) __asm__("__real_ph_loop_now");
ph_msec wrap_loop_now(const struct ph_loop *l) __asm__("__wrap_ph_loop_now");
void real_timer_set(struct ph_timer *t, ph_msec at) __asm__(
    "__real_ph_timer_set");
void wrap_timer_set(struct ph_timer *t, ph_msec at) __asm__(
    "__wrap_ph_timer_set");

ph_msec wrap_loop_now(const struct ph_loop *l)
{
	return real_loop_now(l) * TIMES;
}

void wrap_timer_set(struct ph_timer *t, ph_msec at)
{
	real_timer_set(t, at == PH_NEVER ? at : (at + TIMES - 1) / TIMES);
}
