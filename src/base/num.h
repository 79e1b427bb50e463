#ifndef PH_BASE_NUM_H
#define PH_BASE_NUM_H

#include "base/clock.h"
#include "base/err.h"
#include "base/span.h"

#include <stdint.h>

/* Decimal digits only, no sign, no space, at most max.  PH_EINVAL. */
PH_MUST_USE enum ph_err ph_num_parse(
    struct ph_span s, uint64_t max, uint64_t *out);

/* A length of time: digits and a unit, `ms s min h d w` (m is min), joined
   ("1h30min") or not; digits alone are seconds.  At most ten years.
   PH_EINVAL. */
PH_MUST_USE enum ph_err ph_num_parse_duration(struct ph_span s, ph_msec *out);

/* A number of octets: digits and `K M G` (1024 each; "B", "iB" and case do not
   matter) or none.  PH_EINVAL. */
PH_MUST_USE enum ph_err ph_num_parse_size(struct ph_span s, uint64_t *out);

#endif
