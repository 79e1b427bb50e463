#ifndef PH_INJECT_RATE_H
#define PH_INJECT_RATE_H

#include "base/clock.h"
#include "base/err.h"

#include <stdbool.h>
#include <stdint.h>

enum {
	PH_INJECT_RATE_MAX = 100000
};

/* So many in so long, in any window of that length. */
struct ph_inject_rate {
	uint32_t count;
	ph_msec window;
	ph_msec *times; /* of the last count, a ring */
	uint32_t used, next;
};

/* count: 1 to PH_INJECT_RATE_MAX.  PH_ENOMEM. */
PH_MUST_USE enum ph_err ph_inject_rate_init(
    struct ph_inject_rate *r, uint32_t count, ph_msec window);
void ph_inject_rate_release(struct ph_inject_rate *r);

/* Counts one more; false: it is too much now, and is not counted. */
bool ph_inject_rate_take(struct ph_inject_rate *r, ph_msec now);

#endif
