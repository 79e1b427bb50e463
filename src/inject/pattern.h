#ifndef PH_INJECT_PATTERN_H
#define PH_INJECT_PATTERN_H

#include "base/span.h"

/* What an address, a name or a mechanism is held against: "*" stands for any
   number of octets, "?" for one; letters in either case. */
bool ph_inject_pattern_matches(struct ph_span pattern, struct ph_span text);

#endif
