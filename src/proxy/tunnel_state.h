#ifndef PH_PROXY_TUNNEL_STATE_H
#define PH_PROXY_TUNNEL_STATE_H

#include "base/arena.h"
#include "base/buf.h"
#include "proxy/challenge.h"
#include "proxy/http_body.h"
#include "proxy/http_head.h"
#include "proxy/tunnel.h"

/* What the files of a tunnel share: tunnel.c (what callers see), socks4.c,
   socks5.c, http.c, http_login.c (one conversation each), http_negotiate.c (one
   of its logins) and stranger.c (what it is if it is no proxy of the kind). */

enum {
	/* The longest password in base64, the longest message of NTLM or ticket
	   of Kerberos. */
	PH_TUNNEL_OUT_MAX = 256 * 1024,
	PH_TUNNEL_TRACE_MAX = 128 * 1024
};

/* Looks at what came and is not used up: true when it took a step and the next
   one may go on. */
typedef bool ph_tunnel_step(struct ph_tunnel *t);

enum ph_http_scheme {
	PH_HTTP_NEGOTIATE = 0, /* the strongest first */
	PH_HTTP_NTLM,
	PH_HTTP_DIGEST,
	PH_HTTP_BASIC
};

enum {
	PH_HTTP_SCHEMES = PH_HTTP_BASIC + 1,
	/* One is what Kerberos needs. */
	PH_HTTP_ROUNDS_MAX = 4,
	PH_HTTP_WHY_MAX = 400
};

/* How far a login got. */
enum ph_http_login {
	PH_HTTP_LOGIN_NONE = 0,
	PH_HTTP_LOGIN_BEGUN, /* NTLM's first message went */
	PH_HTTP_LOGIN_SHOWN  /* the proxy's next answer is the verdict */
};

struct ph_http {
	struct ph_http_head head;
	struct ph_http_body body;
	unsigned interim; /* 1xx answers seen */
	unsigned requests;
	unsigned on_connection; /* requests over this one */
	bool is_last;           /* it serves no other */
	enum ph_http_login login;
	enum ph_http_scheme scheme;
	bool ended[PH_HTTP_SCHEMES]; /* failed for its own sake */
	bool was_stale;
	/* Negotiate: */
	struct ph_buf challenge;   /* Kerberos's, out of the proxy's */
	unsigned rounds;           /* tokens sent */
	bool is_proof;             /* the way is open if it is good */
	char why[PH_HTTP_WHY_MAX]; /* there was no token, or "" */
};

struct ph_tunnel {
	struct ph_tunnel_options opt; /* texts in the arena */
	struct ph_arena arena;
	char target[PH_TUNNEL_HOST_MAX + 10]; /* "host:port", "[v6]:port" */
	enum ph_tunnel_state state;
	ph_tunnel_step *step;
	struct ph_buf in;
	size_t in_at;
	struct ph_buf out; /* kept until it is answered */
	size_t out_at;
	bool heard; /* an octet came over this connection */
	unsigned reconnects;
	const char *scheme;
	struct ph_fault fault;
	struct ph_buf trace;
	size_t trace_at;
	struct ph_http http;
};

/* tunnel.c */
struct ph_span ph_tunnel_unread(const struct ph_tunnel *t);
void ph_tunnel_use(struct ph_tunnel *t, size_t len);
/* Forgets what was sent. */
void ph_tunnel_answered(struct ph_tunnel *t);
PH_PRINTF(3, 4)
void ph_tunnel_note(struct ph_tunnel *t, char dir, const char *fmt, ...);
/* Always false, as a step's answer. */
PH_PRINTF(4, 5)
bool ph_tunnel_fail(struct ph_tunnel *t, enum ph_cause cause,
    const char *advice, const char *fmt, ...);
/* Fails unless err is PH_OK. */
void ph_tunnel_check(struct ph_tunnel *t, enum ph_err err);
bool ph_tunnel_open(struct ph_tunnel *t);

/* The protocols: the first message.  check says with *fault what cannot be
   said. */
PH_MUST_USE enum ph_err ph_socks4_check(
    const struct ph_tunnel_options *opt, struct ph_fault *fault);
PH_MUST_USE enum ph_err ph_socks4_begin(struct ph_tunnel *t);
PH_MUST_USE enum ph_err ph_socks5_check(
    const struct ph_tunnel_options *opt, struct ph_fault *fault);
PH_MUST_USE enum ph_err ph_socks5_begin(struct ph_tunnel *t);
PH_MUST_USE enum ph_err ph_http_begin(struct ph_tunnel *t);

/* http.c: a request, with what logs in ("" for none). */
PH_MUST_USE enum ph_err ph_http_request(
    struct ph_tunnel *t, struct ph_span authorization);
/* The stream ended.  True: that is no failure, or another one is told. */
bool ph_http_lost(struct ph_tunnel *t);
/* http_login.c: the proxy wants one, and its answer is read to the end. */
bool ph_http_login(struct ph_tunnel *t);
/* The best that the proxy offers of this scheme.  False: nothing. */
bool ph_http_login_find(const struct ph_tunnel *t, enum ph_http_scheme scheme,
    struct ph_challenge *out);
/* Asks with this, over this connection or the next one. */
bool ph_http_login_say(struct ph_tunnel *t, struct ph_span authorization);
/* This scheme is through, without a word about who logs in, for a reason ("":
   not known): the next. */
bool ph_http_login_end(struct ph_tunnel *t, const char *why);

/* http_negotiate.c: steps of the login by Negotiate.  The proxy's answer to a
   token, a no. */
bool ph_http_negotiate_answered(struct ph_tunnel *t);
/* The way is open, and the proxy perhaps proves who it is. */
bool ph_http_negotiate_opened(struct ph_tunnel *t);
bool ph_http_negotiate_token(
    struct ph_tunnel *t, struct ph_span token, bool is_through);
bool ph_http_negotiate_no_token(struct ph_tunnel *t, const char *why);

/* stranger.c: a step for what is no answer of the kind that was due. */
bool ph_tunnel_on_stranger(struct ph_tunnel *t);
/* The same where nothing more will come.  False: it is not under way. */
bool ph_tunnel_judge_stranger(struct ph_tunnel *t);

#endif
