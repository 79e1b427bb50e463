#include "base/base64.h"
#include "proxy/spnego.h"
#include "proxy/tunnel_state.h"

#include <stdio.h>

/* Logging in by Negotiate (RFC 4559): words of Kerberos, which the driver has
   made, in SPNEGO, in base64.  The first of them is the whole of a login; who
   is refused after it is refused. */

enum {
	/* Windows has tickets of 48,000 octets. */
	TOKEN_MAX = 64 * 1024,
	AUTHORIZATION_MAX = 2 * TOKEN_MAX
};

#define NAME "Negotiate "

static const char refused_advice[] =
    "the proxy does not let in whose Kerberos ticket that is (klist shows it); "
    "or it is known to Kerberos by another name than the one it is reached by";

static bool refused(struct ph_tunnel *t, const char *why)
{
	const struct ph_http_head *h = &t->http.head;
	const char *of = t->opt.has_login ? " of " : "";

	return ph_tunnel_fail(t, PH_CAUSE_PROXY_LOGIN_REFUSED, refused_advice,
	    "refused the Kerberos ticket%s%.*s (Negotiate): it answered %u "
	    "\"%s\"%s%s",
	    of, PH_SPAN_ARG(t->opt.username), (unsigned)h->status, h->reason,
	    why[0] == '\0' ? "" : ", ", why);
}

static bool is_false(struct ph_tunnel *t, const char *why)
{
	return ph_tunnel_fail(t, PH_CAUSE_PROXY_FALSE, NULL,
	    "did not prove that it is %.*s: %s", PH_SPAN_ARG(t->opt.service),
	    why);
}

/* what comes */

/* Kerberos's part of the proxy's answer, which may have none.  PH_EPROTO: it
   makes no sense. */
static enum ph_err read_challenge(
    struct ph_tunnel *t, struct ph_spnego_answer *answer)
{
	struct ph_challenge c;
	PH_CLEANUP(ph_buf_wipe) struct ph_buf raw;

	ph_buf_init(&raw, PH_HTTP_HEAD_MAX);
	ph_buf_wipe(&t->http.challenge);
	*answer = (struct ph_spnego_answer){ 0 };
	if (!ph_http_login_find(t, PH_HTTP_NEGOTIATE, &c) || c.token.len == 0)
		return PH_OK;

	enum ph_err err = ph_base64_decode(c.token, &raw);
	if (err == PH_OK)
		err = ph_spnego_read(ph_buf_span(&raw), answer);
	if (err == PH_OK)
		err = ph_buf_append(&t->http.challenge, answer->token);
	answer->token = ph_buf_span(&t->http.challenge);
	return err == PH_OK || err == PH_ENOMEM ? err : PH_EPROTO;
}

/* Kerberos hears what came, also where that is a no: it may say that clocks are
   apart. */
bool ph_http_negotiate_answered(struct ph_tunnel *t)
{
	struct ph_spnego_answer answer;
	enum ph_err err = read_challenge(t, &answer);

	if (err == PH_ENOMEM) {
		ph_tunnel_check(t, err);
		return false;
	}
	if (err != PH_OK || answer.token.len == 0 ||
	    t->http.rounds == PH_HTTP_ROUNDS_MAX)
		return refused(t, "");
	t->state = PH_TUNNEL_WANTS_TOKEN;
	return false;
}

bool ph_http_negotiate_opened(struct ph_tunnel *t)
{
	struct ph_http *h = &t->http;
	struct ph_spnego_answer answer;

	if (h->scheme != PH_HTTP_NEGOTIATE || h->login != PH_HTTP_LOGIN_SHOWN)
		return ph_tunnel_open(t);

	enum ph_err err = read_challenge(t, &answer);
	if (err == PH_ENOMEM) {
		ph_tunnel_check(t, err);
		return false;
	}
	if (err != PH_OK || answer.state == PH_SPNEGO_REJECTED)
		return is_false(t, "what it gave for a proof is none");
	/* Most give none. */
	if (answer.token.len == 0)
		return ph_tunnel_open(t);
	h->is_proof = true;
	t->state = PH_TUNNEL_WANTS_TOKEN;
	return false;
}

/* what goes */

static enum ph_err write_token(
    const struct ph_tunnel *t, struct ph_span token, struct ph_buf *out)
{
	PH_CLEANUP(ph_buf_wipe) struct ph_buf raw;

	ph_buf_init(&raw, TOKEN_MAX + 256);

	enum ph_err err = t->http.rounds == 0 ? ph_spnego_begin(token, &raw)
					      : ph_spnego_go_on(token, &raw);
	if (err == PH_OK)
		err = ph_buf_reserve(out, sizeof(NAME) + raw.len / 3 * 4 + 4);
	if (err == PH_OK)
		err = ph_buf_append_str(out, NAME);
	return err == PH_OK ? ph_base64_encode(ph_buf_span(&raw), out) : err;
}

static bool say(struct ph_tunnel *t, struct ph_span token)
{
	PH_CLEANUP(ph_buf_wipe) struct ph_buf out;

	ph_buf_init(&out, AUTHORIZATION_MAX);

	enum ph_err err = write_token(t, token, &out);
	if (err != PH_OK) {
		ph_tunnel_check(t, err);
		return false;
	}
	t->http.rounds++;
	return ph_http_login_say(t, ph_buf_span(&out));
}

bool ph_http_negotiate_token(
    struct ph_tunnel *t, struct ph_span token, bool is_through)
{
	if (t->http.is_proof) {
		if (!is_through)
			return is_false(t, "its proof is not complete");
		ph_tunnel_note(t, '*', "the proxy proved that it is %.*s",
		    PH_SPAN_ARG(t->opt.service));
		return ph_tunnel_open(t);
	}
	if (token.len == 0) {
		return t->http.rounds == 0 ? ph_http_negotiate_no_token(t, "")
					   : refused(t, "");
	}
	/* It goes on over the connection on which it began. */
	if (t->http.rounds > 0 && t->http.is_last)
		return refused(t, "");
	return say(t, token);
}

bool ph_http_negotiate_no_token(struct ph_tunnel *t, const char *why)
{
	if (t->http.is_proof)
		return is_false(t, why);
	if (t->http.rounds > 0)
		return refused(t, why);
	(void)snprintf(t->http.why, sizeof(t->http.why), "%s",
	    why[0] == '\0' ? "it has nothing to say" : why);
	return ph_http_login_end(t, t->http.why);
}
