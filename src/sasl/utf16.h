#ifndef PH_SASL_UTF16_H
#define PH_SASL_UTF16_H

#include "base/buf.h"
#include "base/err.h"
#include "base/span.h"

/* Text as Windows has it: UTF-16, the low octet first. */

/* Appends the text.  PH_EINVAL: no UTF-8; PH_ENOMEM, PH_ETOOBIG. */
PH_MUST_USE enum ph_err ph_utf16_append(
    struct ph_span utf8, struct ph_buf *out);
/* The same in capitals, a letter for a letter (so that a sharp s stays one). */
PH_MUST_USE enum ph_err ph_utf16_append_upper(
    struct ph_span utf8, struct ph_buf *out);

#endif
