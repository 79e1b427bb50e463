#ifndef PH_MAIL_FOLD_H
#define PH_MAIL_FOLD_H

#include "base/buf.h"
#include "base/err.h"
#include "base/span.h"

enum {
	/* RFC 5322 2.1.1; RFC 2047 2 allows 76 where an encoded word is. */
	PH_FOLD_COLUMNS = 76
};

/* Writes one header field, broken before a blank where the line gets too
   long. */
struct ph_fold {
	struct ph_buf *out;
	size_t column;
	bool fresh; /* nothing but the name, or a blank, is on this line yet */
};

/* Starts with "Name:".  All: PH_ETOOBIG, PH_ENOMEM: out's. */
PH_MUST_USE enum ph_err ph_fold_start(
    struct ph_fold *f, struct ph_buf *out, const char *name);
/* Blanks, at least one, then a word that is never broken. */
PH_MUST_USE enum ph_err ph_fold_word(
    struct ph_fold *f, struct ph_span blanks, struct ph_span word);
/* More of the same word. */
PH_MUST_USE enum ph_err ph_fold_glue(struct ph_fold *f, struct ph_span more);
PH_MUST_USE enum ph_err ph_fold_end(struct ph_fold *f);

/* The next word starts a line of its own. */
void ph_fold_break(struct ph_fold *f);

/* The columns left for a word after one blank on this line. */
size_t ph_fold_room(const struct ph_fold *f);

#endif
