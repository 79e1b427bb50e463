#ifndef PH_TOKEN_WAY_H
#define PH_TOKEN_WAY_H

#include "base/arena.h"
#include "base/err.h"
#include "base/fault.h"
#include "base/secret.h"
#include "connection/connection.h"
#include "token/http.h"

/* How an authorization server is reached: straight, or through the proxy that
   mail goes through. */
struct ph_token_way {
	bool is_straight;
	struct ph_http_proxy proxy;
	struct ph_arena arena;
	struct ph_secret secret; /* the environment's password */
};

struct ph_token_way_question {
	const struct ph_proxy *proxy; /* the settings */
	struct ph_span password;      /* for them; empty: none */
	const char *url;              /* where to */
};

/* With PH_PROXY_SYSTEM the environment is read now, as for mail
   (connection/system_proxy.h).  *out borrows from q.  PH_EINVAL with *fault: a
   variable names no proxy; PH_ENOMEM. */
PH_MUST_USE enum ph_err ph_token_way_find(const struct ph_token_way_question *q,
    struct ph_token_way *out, struct ph_fault *fault);
/* All zero may be released. */
void ph_token_way_release(struct ph_token_way *w);

#endif
