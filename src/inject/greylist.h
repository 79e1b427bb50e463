#ifndef PH_INJECT_GREYLIST_H
#define PH_INJECT_GREYLIST_H

#include "base/clock.h"
#include "base/span.h"

#include <stdint.h>

enum {
	/* Pairs that are remembered; one more, and the oldest is forgotten. */
	PH_INJECT_GREYLIST_MAX = 1024
};

/* Who has tried before.  All zero is the beginning. */
struct ph_inject_greylist {
	struct {
		uint64_t pair;
		ph_msec since;
	} seen[PH_INJECT_GREYLIST_MAX];

	size_t count, oldest;
};

/* For sender and recipient; case does not count. */
uint64_t ph_inject_greylist_pair(
    struct ph_span sender, struct ph_span recipient);

/* True: seen before, wait or longer ago.  Else it is remembered as of now, if
   it was not seen yet. */
bool ph_inject_greylist_passes(
    struct ph_inject_greylist *g, uint64_t pair, ph_msec wait, ph_msec now);

#endif
