#ifndef PH_DISCOVER_FOUND_H
#define PH_DISCOVER_FOUND_H

#include "discover/candidate.h"
#include "discover/record.h"

/* What an answer makes of a set of candidates.  Each adds some, or none. */

/* The provider of the subject's domain (PH_FOUND_PRESET), or, with the domain
   that may have been meant, of that (PH_FOUND_SUGGESTION).  *out is the
   provider or NULL, also where it has no SMTP and nothing is added.
   PH_ENOMEM. */
PH_MUST_USE enum ph_err ph_found_preset(struct ph_candidates *set,
    struct ph_span meant, const struct ph_preset **out);

/* The provider that takes the domain's mail; list is sorted.  *out as above.
   PH_ENOMEM. */
PH_MUST_USE enum ph_err ph_found_mx(struct ph_candidates *set,
    const struct ph_mx *list, size_t count, bool is_secure,
    const struct ph_preset **out);

/* list is sorted, name is that of the records.  PH_ENOMEM. */
PH_MUST_USE enum ph_err ph_found_srv(struct ph_candidates *set,
    const struct ph_srv *list, size_t count, const char *name, bool is_secure);

/* Where a text came from. */
struct ph_found_text {
	struct ph_span text;
	enum ph_found found;
	const char *url;
};

/* Thunderbird's XML, every outgoingServer of it.  PH_EINVAL with *fault: it is
   none, or names none; PH_ENOMEM. */
PH_MUST_USE enum ph_err ph_found_autoconfig(struct ph_candidates *set,
    const struct ph_found_text *in, struct ph_fault *fault);

/* Exchange's Autodiscover v2: {"Protocol": "AutodiscoverV1", "Url": "https://
   ..."}.  It says nothing of SMTP, but where an Exchange server is.  PH_EINVAL
   with *fault, PH_ENOMEM. */
PH_MUST_USE enum ph_err ph_found_autodiscover(struct ph_candidates *set,
    const struct ph_found_text *in, struct ph_fault *fault);

#endif
