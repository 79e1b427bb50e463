#ifndef PH_MAIL_PARAM_H
#define PH_MAIL_PARAM_H

#include "base/err.h"
#include "mail/charset.h"
#include "mail/fold.h"

/* The name of a file as a MIME parameter, twice: as the standard has it, and as
   readers from before it expect it.  name is UTF-8 without control bytes.
   PH_EINVAL: *missing is a character the charset lacks. */

/* ";" and filename=, by RFC 2231 where it is not short ASCII.  A piece of it
   holds whole characters and is in its charset's initial state at both ends:
   some readers decode each alone. */
PH_MUST_USE enum ph_err ph_param_filename(struct ph_fold *f,
    struct ph_span name, const struct ph_charset *charset, uint32_t *missing);

/* ";" and name=, with encoded words between its quotes where it is not short
   ASCII: RFC 2047 5 forbids that, and old Outlooks read nothing else. */
PH_MUST_USE enum ph_err ph_param_name(struct ph_fold *f, struct ph_span name,
    const struct ph_charset *charset, uint32_t *missing);

#endif
