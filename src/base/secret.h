#ifndef PH_BASE_SECRET_H
#define PH_BASE_SECRET_H

#include "base/err.h"
#include "base/span.h"

/* A password or a token.  It is never formatted, printed or compared but in
   constant time, and is overwritten before its memory is given back. */
struct ph_secret {
	char *ptr; /* followed by a NUL that len does not count */
	size_t len;
};

enum {
	/* Longer than any password; access tokens reach some 4 KiB. */
	PH_SECRET_MAX = 64 * 1024
};

/* Replaces what was there by a copy.  PH_ENOMEM, PH_ETOOBIG; unchanged then. */
PH_MUST_USE enum ph_err ph_secret_set(struct ph_secret *s, struct ph_span v);
void ph_secret_release(struct ph_secret *s);

static inline struct ph_span ph_secret_span(const struct ph_secret *s)
{
	return (struct ph_span){ s->ptr, s->len };
}

/* Takes a time that depends on the lengths only. */
bool ph_secret_eq(struct ph_span a, struct ph_span b);

#endif
