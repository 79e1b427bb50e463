#ifndef PH_OAUTH_KEEP_H
#define PH_OAUTH_KEEP_H

#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/secret.h"
#include "oauth/answer.h"

/* What is kept of a consent between runs: the tokens, until when they are good,
   and for whom.  As text: the host on a line of its own, then "KEY VALUE" lines
   in any order. */

/* Whose it is.  With any of these changed, the tokens belong to somebody else
   and are sent nowhere. */
struct ph_oauth_bond {
	struct ph_span host;
	struct ph_span username;
	struct ph_span client_id;
	struct ph_span token_url;
};

struct ph_oauth_keep {
	struct ph_secret refresh; /* none: the client asks for itself */
	struct ph_secret access;
	ph_unixtime consented;    /* when the person did */
	ph_unixtime taken;        /* when access came; 0: never */
	ph_unixtime access_ends;  /* 0: not known */
	ph_unixtime consent_ends; /* 0: not known */
};

enum {
	PH_OAUTH_KEEP_MAX = 64 * 1024,
	/* An access token that ends sooner is not used any more: the login is
	   still to come, and a slow server takes minutes for it. */
	PH_OAUTH_MARGIN = 300
};

/* PH_EINVAL: a line end in the bond; PH_ENOMEM, PH_ETOOBIG.  out is for
   ph_buf_wipe(). */
PH_MUST_USE enum ph_err ph_oauth_keep_write(const struct ph_oauth_keep *k,
    const struct ph_oauth_bond *bond, struct ph_buf *out);

/* PH_EDENIED: kept for another bond; PH_EPROTO: not what we wrote; PH_ENOMEM.
   *out is written on success only. */
PH_MUST_USE enum ph_err ph_oauth_keep_read(struct ph_span text,
    const struct ph_oauth_bond *bond, struct ph_oauth_keep *out);

/* Takes the tokens over (t is empty then): a new refresh token replaces the
   old, none leaves it. */
void ph_oauth_keep_take(
    struct ph_oauth_keep *k, struct ph_oauth_tokens *t, ph_unixtime now);

/* The access token may be used.  One without a known end is not kept for a
   second run; nor is one from the future, where the clock was set back. */
bool ph_oauth_keep_is_fresh(const struct ph_oauth_keep *k, ph_unixtime now);

void ph_oauth_keep_release(struct ph_oauth_keep *k);

#endif
