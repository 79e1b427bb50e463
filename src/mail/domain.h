#ifndef PH_MAIL_DOMAIN_H
#define PH_MAIL_DOMAIN_H

#include "base/arena.h"
#include "base/err.h"
#include "base/span.h"

/* The part right of the @: a domain, or an address literal. */

/* To what goes on the wire: A-labels in lower case, or the literal with its
   tag.  NULL, or what is wrong ("a space in the domain"), valid for good;
   ph_domain_no_memory itself when memory is out.  *out may borrow domain. */
const char *ph_domain_to_wire(
    struct ph_span domain, struct ph_arena *a, struct ph_span *out);

extern const char ph_domain_no_memory[];

/* The same with U-labels, for people.  Without any, *out is wire itself.
   PH_ENOMEM. */
PH_MUST_USE enum ph_err ph_domain_display(
    struct ph_span wire, struct ph_arena *a, struct ph_span *out);

#endif
