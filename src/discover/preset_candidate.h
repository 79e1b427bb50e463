#ifndef PH_DISCOVER_PRESET_CANDIDATE_H
#define PH_DISCOVER_PRESET_CANDIDATE_H

#include "discover/candidate.h"

/* What is known of a provider, as candidates. */
struct ph_preset_source {
	const struct ph_preset *preset;
	enum ph_found found;
	struct ph_span domain; /* by which it was found, for {domain} */
	const char *mx;        /* PH_FOUND_MX: where the mail goes */
	enum ph_signature signature;
};

/* Its server and the other ways to it; none where it has no SMTP, or where the
   user says which server (Exchange).  PH_ENOMEM. */
PH_MUST_USE enum ph_err ph_preset_candidates(
    struct ph_candidates *set, const struct ph_preset_source *in);

#endif
