#ifndef PH_MAIL_ADDRESS_TEXT_H
#define PH_MAIL_ADDRESS_TEXT_H

#include "mail/address.h"
#include "mail/address_item.h"

/* Parts of the address parser that the list parser uses. */

/* One place of a list to an address.  NULL, or what is wrong, valid for good;
   ph_domain_no_memory itself when memory is out. */
const char *ph_address_from_item(const struct ph_address_item *item,
    struct ph_arena *a, struct ph_address *out);

/* Says in *fault that text is wrong; place counts from 1, 0: it is alone. */
void ph_address_blame(
    struct ph_fault *fault, struct ph_span text, size_t place, const char *why);

#endif
