#ifndef PH_DISCOVER_SUBJECT_H
#define PH_DISCOVER_SUBJECT_H

#include "base/arena.h"
#include "base/err.h"
#include "base/fault.h"
#include "base/span.h"

/* Whose settings are looked for.  Strings lie in an arena. */
struct ph_subject {
	const char *address; /* as it was written */
	const char *local;   /* what stands before its @ */
	const char *domain;  /* in A-labels, lower case, no dot at its end */
	/* Several parties have names below the domain (co.uk): none of them is
	   within it. */
	bool is_suffix;
};

/* mailbox is an address that was parsed.  PH_EINVAL with *fault: its domain is
   a literal, or no name of a host; PH_ENOMEM. */
PH_MUST_USE enum ph_err ph_subject_make(struct ph_span mailbox,
    struct ph_arena *a, struct ph_subject *out, struct ph_fault *fault);

/* The domain itself, or a name below it. */
bool ph_subject_has(const struct ph_subject *s, struct ph_span host);
/* The domain lies below that name, or is it. */
bool ph_subject_is_below(const struct ph_subject *s, struct ph_span name);

/* The domain of a well-known provider that may have been meant, to be copied;
   empty: none, or it is one. */
struct ph_span ph_subject_typo(const struct ph_subject *s);

#endif
