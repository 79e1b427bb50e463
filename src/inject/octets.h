#ifndef PH_INJECT_OCTETS_H
#define PH_INJECT_OCTETS_H

#include "base/arena.h"
#include "base/err.h"
#include "base/span.h"

/* Octets written on a command line: "\r", "\n", "\t", "\\", "\xHH" stand for
   one each, anything else for itself.  The result lies in a, with a NUL behind
   it.  PH_EINVAL: any other word behind a backslash; PH_ENOMEM. */
PH_MUST_USE enum ph_err ph_inject_octets_parse(
    struct ph_span text, struct ph_arena *a, struct ph_span *out);

#endif
