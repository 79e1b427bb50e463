#ifndef PH_CONFIG_TOKEN_H
#define PH_CONFIG_TOKEN_H

#include "base/clock.h"
#include "base/err.h"
#include "base/fault.h"
#include "base/secret.h"
#include "base/span.h"
#include "connection/connection.h"
#include "oauth/answer.h"

/* The tokens of a connection: what `login` got, kept in DIR/NAME@token (mode
   0600, oauth/keep.h), bound to host, user name, client id and token endpoint,
   and kept fresh.  Whoever refreshes holds a lock beside it, so that of two
   processes one asks and both have the new token; what is new is on disk before
   it is used.

   Every *fault says what to do; no token is in it. */

struct ph_token_question {
	const char *dir;
	const struct ph_connection *connection;
	/* The one at the proxy; NULL: from where the connection says, if one is
	   needed and a token has to be fetched. */
	const struct ph_secret *proxy_password;
	/* A token that the server refused, which is not given again; empty:
	   none. */
	struct ph_span refused;
};

/* A token that is good for a login now: the kept one, or a fresh one where that
   ends within five minutes.  Where none can be fetched and the kept one has not
   ended yet, that one.  PH_ENOTFOUND: nobody has signed in; PH_EDENIED: kept
   for other settings, or the consent ended, or the file is open to others;
   PH_EINVAL: the settings do not say whom to ask; PH_EPROTO, PH_EIO, PH_ENOMEM.
   All with *fault.  PH_AGAIN without one: the refused one is not a minute old,
   and another would be refused as well. */
PH_MUST_USE enum ph_err ph_token_fresh(const struct ph_token_question *q,
    struct ph_secret *out, struct ph_fault *fault);

/* Keeps what a sign-in brought; t is empty then. */
PH_MUST_USE enum ph_err ph_token_store(const char *dir,
    const struct ph_connection *conn, struct ph_oauth_tokens *t,
    struct ph_fault *fault);

/* What is known of the tokens that are kept. */
struct ph_token_state {
	bool is_app;              /* no person signed in */
	bool has_refresh;         /* there is more than the access token */
	ph_unixtime consented;    /* 0: nobody did */
	ph_unixtime access_ends;  /* 0: not known */
	ph_unixtime consent_ends; /* 0: not said by the server */
	const char *rule;         /* what the provider publishes on that; "" */
};

/* PH_ENOTFOUND without a fault: there are none. */
PH_MUST_USE enum ph_err ph_token_look(const char *dir,
    const struct ph_connection *conn, struct ph_token_state *out,
    struct ph_fault *fault);

#endif
