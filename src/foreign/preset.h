#ifndef PH_FOREIGN_PRESET_H
#define PH_FOREIGN_PRESET_H

#include "foreign/reader.h"

/* A provider that is named instead of a server. */

/* Sets what is known of it in the current connection; region may be empty.
   One that is not known is PH_EINVAL, and refused. */
PH_MUST_USE enum ph_err ph_foreign_take_preset(struct ph_foreign_reader *r,
    struct ph_span word, struct ph_span region, const char *what);

/* Everybody's user name is the same there, and only the password differs. */
bool ph_foreign_preset_is_fixed(struct ph_span word, struct ph_span region);

#endif
