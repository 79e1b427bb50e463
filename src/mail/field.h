#ifndef PH_MAIL_FIELD_H
#define PH_MAIL_FIELD_H

#include "base/buf.h"
#include "base/err.h"
#include "mail/address.h"
#include "mail/charset.h"

/* The header fields of a message, whole lines with their CRLF, folded at 76
   columns where they can be.  PH_EINVAL: *missing is a character the charset
   lacks.  PH_ETOOBIG, PH_ENOMEM: out's. */

/* text, UTF-8 without control bytes (the caller's promise). */
PH_MUST_USE enum ph_err ph_field_text(struct ph_buf *out, const char *name,
    struct ph_span text, const struct ph_charset *charset, uint32_t *missing);

/* utf8: domains as U-labels; what is not ASCII before an @ is raw anyway. */
PH_MUST_USE enum ph_err ph_field_addresses(struct ph_buf *out, const char *name,
    const struct ph_address_list *list, const struct ph_charset *charset,
    bool utf8, uint32_t *missing);

#endif
