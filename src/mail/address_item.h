#ifndef PH_MAIL_ADDRESS_ITEM_H
#define PH_MAIL_ADDRESS_ITEM_H

#include "base/buf.h"
#include "base/err.h"
#include "base/span.h"

/* One place of an address list as it was written: what stands between two
   separators, with quotes, comments and angle brackets found but not undone.
   All spans are the caller's text. */
struct ph_address_item {
	struct ph_span text; /* all of it, blanks trimmed */
	bool has_angle;
	struct ph_span name;  /* before the < */
	struct ph_span inner; /* between < and > */
	struct ph_span tail;  /* after the > */
	char end;             /* , ; : LF, or NUL at the end of the text */
};

enum {
	PH_COMMENT_DEPTH_MAX = 32
};

/* Takes the next place, empty ones too.  PH_EOF at the end; PH_EINVAL: *why
   says what is wrong and out->text what it is wrong with. */
PH_MUST_USE enum ph_err ph_address_item_next(
    struct ph_span *in, struct ph_address_item *out, const char **why);

/* Copies text, as cut by ph_address_item_next(), to out without its comments,
   joiner in the place of each ('\0': nothing).  *comment: the first one without
   its parentheses, or untouched.  PH_ETOOBIG, PH_ENOMEM: out's. */
PH_MUST_USE enum ph_err ph_address_strip(struct ph_span text, char joiner,
    struct ph_buf *out, struct ph_span *comment);

#endif
