#ifndef PH_TOKEN_EXCHANGE_H
#define PH_TOKEN_EXCHANGE_H

#include "base/err.h"
#include "base/fault.h"
#include "base/span.h"
#include "oauth/answer.h"
#include "token/site.h"

/* One question to an authorization server and its answer, which blocks until it
   is there or the site's timeout is over. */
struct ph_token_exchange {
	const struct ph_token_site *site;
	struct ph_span client_secret;  /* empty: none */
	struct ph_span proxy_password; /* likewise */
	/* As in struct ph_http_post. */
	bool (*is_stopped)(void *ctx, bool is_sent);
	void *ctx;
};

/* For all of them: PH_EDENIED with *why and *fault: the server said no (or
   "not yet"); PH_EPROTO: what it said is no such answer; PH_EIO: there was no
   answer, it was interrupted, or the module cannot be loaded; PH_EINVAL: the
   environment names a proxy that is none; PH_ENOMEM.
   *fault has the server's name and its own words, and no secret that was sent
   to it, even where it repeats it.  *out is written on success only. */

/* A code for a person (RFC 8628 3.1). */
PH_MUST_USE enum ph_err ph_token_ask_device(const struct ph_token_exchange *x,
    struct ph_oauth_device *out, struct ph_oauth_refusal *why,
    struct ph_fault *fault);
/* What became of that code (RFC 8628 3.4). */
PH_MUST_USE enum ph_err ph_token_ask_poll(const struct ph_token_exchange *x,
    struct ph_span device_code, struct ph_oauth_tokens *out,
    struct ph_oauth_refusal *why, struct ph_fault *fault);
/* A fresh token for an old consent (RFC 6749 6). */
PH_MUST_USE enum ph_err ph_token_ask_refresh(const struct ph_token_exchange *x,
    struct ph_span refresh_token, struct ph_oauth_tokens *out,
    struct ph_oauth_refusal *why, struct ph_fault *fault);
/* A token for the client itself (RFC 6749 4.4). */
PH_MUST_USE enum ph_err ph_token_ask_app(const struct ph_token_exchange *x,
    struct ph_oauth_tokens *out, struct ph_oauth_refusal *why,
    struct ph_fault *fault);

#endif
