#ifndef PH_INJECT_CHANCE_H
#define PH_INJECT_CHANCE_H

#include <stdbool.h>
#include <stdint.h>

/* Chance that can be repeated: the same seed and the same place give the same
   answer, whatever happened at other places before.  (The finalizer of
   SplitMix64, which every bit of the input reaches.) */

/* place: of what, in which session, for the how manieth time. */
struct ph_inject_place {
	uint64_t fault, session, time;
};

uint64_t ph_inject_chance(uint64_t seed, const struct ph_inject_place *place);

/* True in percent of 100 places; 0 never, 100 always. */
bool ph_inject_chance_percent(
    uint64_t seed, const struct ph_inject_place *place, unsigned percent);

#endif
