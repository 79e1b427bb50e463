#ifndef PH_TOKEN_SITE_H
#define PH_TOKEN_SITE_H

#include "base/arena.h"
#include "base/err.h"
#include "base/fault.h"
#include "connection/connection.h"
#include "oauth/issuer.h"

/* Where a connection's tokens come from: what its settings say, and where they
   say nothing, what its provider publishes. */
struct ph_token_site {
	const struct ph_oauth_issuer *issuer; /* NULL: a server of one's own */
	const char *device_url;               /* "": none is known */
	const char *token_url;
	const char *scope;
	const char *client_id;
	const char *ca_file;
	bool is_app; /* no person: the client asks for itself */
	const struct ph_proxy *proxy; /* on the way there */
	ph_msec timeout;
};

/* Strings live as long as conn and the arena.  PH_EINVAL with *fault, which
   says what is missing and where it is to be had: no provider and no endpoint,
   no client-id, no user name; a URL that no secret is sent to; a tenant that is
   none; a provider that has no such grant.  PH_ENOMEM. */
PH_MUST_USE enum ph_err ph_token_site_find(const struct ph_connection *conn,
    struct ph_arena *a, struct ph_token_site *out, struct ph_fault *fault);

/* The provider that the settings name; NULL: none. */
const struct ph_oauth_issuer *ph_token_site_issuer(
    const struct ph_connection *conn);

#endif
