#ifndef PH_IO_INTERRUPT_H
#define PH_IO_INTERRUPT_H

#include "base/clock.h"

#include <signal.h>
#include <stdbool.h>

/* SIGINT, SIGTERM and SIGHUP held back from this thread while something must
   not be left half done.  One that is ignored stays ignored. */
struct ph_interrupt {
	sigset_t before;
	int fd; /* -1: one that came is not seen before the end */
};

void ph_interrupt_hold(struct ph_interrupt *i);
/* Waits so long, or until one came: true. */
bool ph_interrupt_wait(const struct ph_interrupt *i, ph_msec wait);
/* One came. */
bool ph_interrupt_came(const struct ph_interrupt *i);
/* Takes what came: it will not be delivered. */
void ph_interrupt_take(struct ph_interrupt *i);
/* What came and was not taken is delivered now. */
void ph_interrupt_let_go(struct ph_interrupt *i);

#endif
