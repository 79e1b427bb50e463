#ifndef PH_IO_LOOP_H
#define PH_IO_LOOP_H

#include "base/clock.h"
#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>

/* The event loop (libuv), one a thread, and its clock. */
struct ph_loop;

PH_MUST_USE enum ph_err ph_loop_new(struct ph_loop **out);
/* Everything that was made on it must be closed before; runs what is left of
   their closing. */
void ph_loop_free(struct ph_loop *l);
PH_DEFINE_CLEANUP(ph_loop_free, struct ph_loop)

/* Milliseconds of the monotonic clock, as of the last turn of the loop, or now
   after ph_loop_update(). */
ph_msec ph_loop_now(const struct ph_loop *l);
void ph_loop_update(struct ph_loop *l);
/* The same clock in microseconds and not cached, for measuring. */
int64_t ph_clock_usec(void);
ph_unixtime ph_clock_unix(void);
/* Milliseconds since 1970. */
int64_t ph_clock_unix_msec(void);
int ph_clock_utc_offset_min(ph_unixtime at);
/* Does nothing for so long. */
void ph_clock_pause(ph_msec wait);
/* Fills out with len random octets (getrandom). */
PH_MUST_USE enum ph_err ph_random(void *out, size_t len);

/* Waits for one batch of events and delivers it.  False when nothing is
   registered any more. */
bool ph_loop_turn(struct ph_loop *l);

/* A timer.  Fires once at a time of ph_loop_now(); setting it again moves it,
   PH_NEVER stops it. */
struct ph_timer;
typedef void ph_timer_fn(void *ctx);
PH_MUST_USE enum ph_err ph_timer_new(
    struct ph_loop *l, ph_timer_fn *fn, void *ctx, struct ph_timer **out);
void ph_timer_set(struct ph_timer *t, ph_msec at);
void ph_timer_free(struct ph_timer *t);

/* Signals, as an event on the loop.  Waiting for them alone does not count as
   something registered (ph_loop_turn). */
struct ph_signal;
typedef void ph_signal_fn(void *ctx, int signum);
PH_MUST_USE enum ph_err ph_signal_new(struct ph_loop *l, int signum,
    ph_signal_fn *fn, void *ctx, struct ph_signal **out);
void ph_signal_free(struct ph_signal *s);

#endif
