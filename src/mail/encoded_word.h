#ifndef PH_MAIL_ENCODED_WORD_H
#define PH_MAIL_ENCODED_WORD_H

#include "base/err.h"
#include "mail/charset.h"
#include "mail/fold.h"

/* Encoded words (RFC 2047).  Ours, since GMime's come out longer than the 75
   octets of section 2 in ISO-2022-JP, and it lets text that only looks like one
   ("=?x?q?y?=") through as it is. */

/* Whether text, UTF-8, can stand in a header only so: it is not ASCII, looks
   like an encoded word, starts or ends with a blank, or has a word too long for
   a line. */
bool ph_encoded_word_needed(struct ph_span text);

/* Writes all of text as encoded words of at most 75 octets, each with whole
   characters and in its charset's initial state at both ends.  PH_EINVAL:
   *missing is a character the charset lacks. */
PH_MUST_USE enum ph_err ph_encoded_word_write(struct ph_fold *f,
    struct ph_span text, const struct ph_charset *charset, uint32_t *missing);

#endif
