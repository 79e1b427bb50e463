#ifndef PH_SASL_SERVER_H
#define PH_SASL_SERVER_H

#include "base/buf.h"
#include "base/err.h"
#include "base/span.h"
#include "sasl/mechanism.h"

/* The other side of a login, for servers: each mechanism that libgsasl serves
   with a password at hand. */

struct ph_sasl_user {
	struct ph_span name;
	struct ph_span password;
};

struct ph_sasl_users {
	const struct ph_sasl_user *items; /* borrowed by every session */
	size_t count;
	bool anonymous; /* ANONYMOUS is served, to anyone */
};

/* Names to offer, strongest first, separated by spaces, are added to out.
   secure: with -PLUS only when bound is set, with PLAIN and LOGIN; in clear
   PLAIN and LOGIN only with plaintext.  Whether there are users at all the
   caller knows: without any it offers nothing.  PH_ENOMEM, PH_ETOOBIG. */
struct ph_sasl_server_offer {
	bool secure;
	bool bound;
	bool plaintext;
	bool anonymous;
};
PH_MUST_USE enum ph_err ph_sasl_server_mechanisms(
    const struct ph_sasl_server_offer *offer, struct ph_buf *out);

struct ph_sasl_server;

/* What may not be offered is not begun either: PLAIN and LOGIN need
   channel->secure or channel->plaintext_allowed, -PLUS needs a binding,
   ANONYMOUS users->anonymous.  PH_ENOMEM; PH_ENOTFOUND: no such mechanism here
   (any case is accepted); PH_EIO: the module PH_GSASL_FILE (gsasl.h) cannot be
   loaded. */
PH_MUST_USE enum ph_err ph_sasl_server_new(struct ph_span mechanism,
    const struct ph_sasl_users *users, const struct ph_sasl_channel *channel,
    struct ph_sasl_server **out);
void ph_sasl_server_free(struct ph_sasl_server *s);

/* Takes the client's response (has_response false: there was no initial one)
   and replaces *out by the next challenge.
   PH_OK       send *out as a challenge
   PH_EOF      the login is good; when *out is not empty it is sent as one more
               challenge first, whose (empty) response is not looked at
   PH_EDENIED  refused: user unknown, wrong password, malformed response, or a
               client that believes that there is no -PLUS where there is one
               (RFC 5802 6)
   PH_ENOMEM, PH_ETOOBIG (over out's limit) */
PH_MUST_USE enum ph_err ph_sasl_server_step(struct ph_sasl_server *s,
    struct ph_span response, bool has_response, struct ph_buf *out);

/* The user's name (what the client claims, until PH_EOF) and the mechanism's
   canonical name; valid as long as s. */
struct ph_span ph_sasl_server_username(const struct ph_sasl_server *s);
const char *ph_sasl_server_mechanism(const struct ph_sasl_server *s);

#endif
