#ifndef PH_MAIL_HEADER_H
#define PH_MAIL_HEADER_H

#include "base/buf.h"
#include "base/err.h"
#include "base/span.h"

/* Reads the value of a header field for people: folds undone, encoded words
   (RFC 2047) decoded, blanks at both ends dropped.  What it appends is valid
   UTF-8 whatever came in (U+FFFD stands for what is not) and holds no control
   byte (a space stands for it): a decoded CR or LF must start no header line
   anywhere.  PH_ETOOBIG, PH_ENOMEM: out's. */
PH_MUST_USE enum ph_err ph_header_decode(
    struct ph_span value, struct ph_buf *out);

/* Appends s as valid UTF-8 without control bytes, by the same rules. */
PH_MUST_USE enum ph_err ph_header_tidy(struct ph_span s, struct ph_buf *out);

#endif
