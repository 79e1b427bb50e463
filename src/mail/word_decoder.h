#ifndef PH_MAIL_WORD_DECODER_H
#define PH_MAIL_WORD_DECODER_H

#include "base/buf.h"
#include "base/err.h"
#include "base/span.h"

/* Decodes the encoded words (RFC 2047) in text, which has no folds any more,
   into out as UTF-8; blanks between two of them are dropped, what is no encoded
   word stays.  Characters cut in two by writers who do not keep to section 5
   are put together again.  Ours, since GMime 3.2.13 loses the rest of a text
   after a B word that ends in "=", which is how most long subjects come.  What
   is not in the charset named, or in one unknown here, becomes U+FFFD.  Control
   characters may come out: tidy them.  PH_ETOOBIG, PH_ENOMEM: out's. */
PH_MUST_USE enum ph_err ph_word_decode(struct ph_span text, struct ph_buf *out);

#endif
