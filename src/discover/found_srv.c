#include "discover/found.h"

enum ph_err ph_found_srv(struct ph_candidates *set, const struct ph_srv *list,
    size_t count, const char *name, bool is_secure)
{
	struct ph_candidate c = {
		.username = set->subject->address,
		.found = PH_FOUND_SRV,
		.detail = name,
		.signature =
		    is_secure ? PH_SIGNATURE_SECURE : PH_SIGNATURE_INSECURE,
	};
	bool is_tls_first =
	    ph_span_starts_nocase(ph_span_of(name), PH_SPAN("_submissions."));
	enum ph_err err = PH_OK;

	/* RFC 8314 3.3 and 5.1: TLS first is the better one. */
	c.encryption = is_tls_first ? PH_ENCRYPTION_BEFORE_CONNECT
				    : PH_ENCRYPTION_AFTER_CONNECT;
	c.order = is_tls_first ? 0 : PH_CANDIDATES_MAX;
	for (size_t i = 0; i < count && err == PH_OK; i++) {
		/* RFC 2782: "." is not offered. */
		if (list[i].target[0] == '\0')
			continue;
		c.host = list[i].target;
		c.port = list[i].port;
		err = ph_candidates_add(set, &c);
		c.order++;
	}
	return err;
}
