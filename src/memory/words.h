#ifndef PH_MEMORY_WORDS_H
#define PH_MEMORY_WORDS_H

#include "base/clock.h"
#include "base/err.h"
#include "base/span.h"

#include <stdint.h>

/* Lines of words, one space between them: how all that is remembered is
   written. */

enum {
	PH_MARK_SIZE = 33 /* 32 hex digits, and a NUL */
};

/* Every line ends, and none holds anything but printable ASCII.  PH_EPROTO. */
PH_MUST_USE enum ph_err ph_words_check(struct ph_span text);

/* A text of that kind, at most max octets, whose first line is magic, which is
   taken off it.  PH_EPROTO. */
PH_MUST_USE enum ph_err ph_words_begin(
    struct ph_span *text, size_t max, const char *magic);

/* The next word of a line.  False: there is none, or an empty one. */
bool ph_words_next(struct ph_span *line, struct ph_span *out);

/* The next word as a number up to max; as a time that fits into a few thousand
   years.  PH_EPROTO. */
PH_MUST_USE enum ph_err ph_words_number(
    struct ph_span *line, uint64_t max, uint64_t *out);
PH_MUST_USE enum ph_err ph_words_time(struct ph_span *line, ph_unixtime *out);
/* The next word as a mark, which stands for an account.  PH_EPROTO. */
PH_MUST_USE enum ph_err ph_words_mark(
    struct ph_span *line, char out[PH_MARK_SIZE]);

#endif
