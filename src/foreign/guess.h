#ifndef PH_FOREIGN_GUESS_H
#define PH_FOREIGN_GUESS_H

#include "foreign/foreign.h"

/* What a format's text gives away: its first octet, or the first line that only
   one of them has.  PH_ENOTFOUND. */
PH_MUST_USE enum ph_err ph_foreign_guess_by_content(
    struct ph_span text, enum ph_foreign_format *out);

#endif
