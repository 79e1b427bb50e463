#ifndef PH_CONNECTION_PERCENT_H
#define PH_CONNECTION_PERCENT_H

#include "base/err.h"

#include <stddef.h>

/* Undoes percent-encoding (RFC 3986 2.1) in place: what comes out is never
   longer, and zeros fill the rest.  PH_EINVAL: a % is not followed by two
   hexadecimal digits. */
PH_MUST_USE enum ph_err ph_percent_decode(
    char *text, size_t len, size_t *len_out);

#endif
