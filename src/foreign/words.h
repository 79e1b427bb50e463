#ifndef PH_FOREIGN_WORDS_H
#define PH_FOREIGN_WORDS_H

#include "base/buf.h"
#include "base/err.h"
#include "base/span.h"

/* A command line taken apart as a POSIX shell does (XCU 2.2), and $'...' of
   others.  Nothing is expanded; what a shell would expand or end the command at
   is told. */
struct ph_foreign_words {
	struct ph_buf text;    /* holds what may be a password: wiped */
	struct ph_span *words; /* point into text */
	size_t count;
	bool is_shell; /* an unquoted | & ; < > ( ) or a $ or ` that a shell
	                  would have acted on */
};

enum {
	PH_FOREIGN_WORDS_MAX = 4096
};

/* A backslash before a line's end joins it with the next; other line ends are
   blanks.  PH_EINVAL (a quote has no end, too many words), PH_ENOMEM. */
PH_MUST_USE enum ph_err ph_foreign_words_split(
    struct ph_span line, struct ph_foreign_words *out);
/* Wipes them; accepts one that is all zero. */
void ph_foreign_words_release(struct ph_foreign_words *w);

/* Appends a word so that a shell takes it as it is: in single quotes where it
   needs them. */
PH_MUST_USE enum ph_err ph_foreign_words_quote(
    struct ph_buf *b, struct ph_span word);

#endif
