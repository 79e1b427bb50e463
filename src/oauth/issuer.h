#ifndef PH_OAUTH_ISSUER_H
#define PH_OAUTH_ISSUER_H

#include "base/span.h"

/* Who gives out tokens: what three providers publish about it. */
struct ph_oauth_issuer {
	const char *name;       /* the word of [oauth] provider */
	const char *title;      /* "Google" */
	const char *device_url; /* "": it publishes none; may hold {tenant} */
	const char *token_url;
	const char *tenant;    /* where none is set; "" for none at all */
	const char *scope;     /* what a person is asked to consent to */
	const char *app_scope; /* of the client itself; "": not offered */
	const char *client_id; /* how one is got */
	/* When consent ends by the provider's published rules. */
	const char *rule;
	/* What is known about its device-code flow; "" for nothing. */
	const char *caveat;
};

/* NULL for a name that is none of them. */
const struct ph_oauth_issuer *ph_oauth_issuer_find(struct ph_span name);

/* Whose mail server that is, for advice; NULL when it is nobody's. */
const struct ph_oauth_issuer *ph_oauth_issuer_of_host(struct ph_span host);

#endif
