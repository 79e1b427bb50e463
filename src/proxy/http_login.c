#include "base/base64.h"
#include "proxy/digest.h"
#include "proxy/tunnel_state.h"

#include <stdio.h>

/* Logging in to an HTTP proxy: which scheme, and what it says. */

enum {
	AUTHORIZATION_MAX = PH_TUNNEL_OUT_MAX - 4096,
	OFFERED_MAX = 160,
	NTLM_MAX = 64 * 1024,
	/* Of the random octets the first are NTLM's. */
	CNONCE_AT = 8,
	CNONCE_SIZE = PH_TUNNEL_RANDOM_SIZE - CNONCE_AT
};

/* What a scheme appends to Proxy-Authorization.  PH_AGAIN: it has to be made
   first; PH_ENOMEM; anything else: not with what the proxy said or we have, the
   next scheme is tried. */
typedef enum ph_err begin_fn(
    struct ph_tunnel *t, const struct ph_challenge *c, struct ph_buf *out);

static enum ph_err negotiate_begin(
    struct ph_tunnel *t, const struct ph_challenge *c, struct ph_buf *out);
static enum ph_err ntlm_begin(
    struct ph_tunnel *t, const struct ph_challenge *c, struct ph_buf *out);
static enum ph_err digest_begin(
    struct ph_tunnel *t, const struct ph_challenge *c, struct ph_buf *out);
static enum ph_err basic_begin(
    struct ph_tunnel *t, const struct ph_challenge *c, struct ph_buf *out);

static const struct {
	const char *name;
	begin_fn *begin;
	enum ph_http_login next;
	bool needs_user;
} schemes[PH_HTTP_SCHEMES] = {
	[PH_HTTP_NEGOTIATE] = { "Negotiate", negotiate_begin,
	    PH_HTTP_LOGIN_SHOWN, false },
	[PH_HTTP_NTLM] = { "NTLM", ntlm_begin, PH_HTTP_LOGIN_BEGUN, true },
	[PH_HTTP_DIGEST] = { "Digest", digest_begin, PH_HTTP_LOGIN_SHOWN,
	    true },
	[PH_HTTP_BASIC] = { "Basic", basic_begin, PH_HTTP_LOGIN_SHOWN, true },
};

static enum ph_err put_base64(
    const char *scheme, struct ph_span raw, struct ph_buf *out)
{
	enum ph_err err = ph_buf_appendf(out, "%s ", scheme);

	return err == PH_OK ? ph_base64_encode(raw, out) : err;
}

/* RFC 7617 2 */
static enum ph_err basic_begin(
    struct ph_tunnel *t, const struct ph_challenge *c, struct ph_buf *out)
{
	const struct ph_tunnel_options *o = &t->opt;
	PH_CLEANUP(ph_buf_wipe) struct ph_buf raw;

	(void)c;
	ph_buf_init(&raw, AUTHORIZATION_MAX);
	/* It would end there. */
	if (ph_span_find(o->username, ':') < o->username.len)
		return PH_EPROTO;

	enum ph_err err =
	    ph_buf_reserve(&raw, o->username.len + 1 + o->password.len);
	if (err == PH_OK)
		err = ph_buf_append(&raw, o->username);
	if (err == PH_OK)
		err = ph_buf_append_char(&raw, ':');
	if (err == PH_OK)
		err = ph_buf_append(&raw, o->password);
	if (err == PH_OK && !o->encrypted) {
		ph_tunnel_note(t, '*',
		    "the proxy's password travels without encryption: the "
		    "proxy offers nothing better than Basic");
	}
	return err == PH_OK ? put_base64("Basic", ph_buf_span(&raw), out) : err;
}

/* One for each request: random, and its number. */
static void make_cnonce(const struct ph_tunnel *t, char *out, size_t max)
{
	size_t len = (size_t)snprintf(out, max, "%x", t->http.requests);

	for (size_t i = 0; i < CNONCE_SIZE; i++) {
		len += (size_t)snprintf(out + len, max - len, "%02x",
		    (unsigned)t->opt.random[CNONCE_AT + i]);
	}
}

static enum ph_err digest_begin(
    struct ph_tunnel *t, const struct ph_challenge *c, struct ph_buf *out)
{
	char cnonce[2 * CNONCE_SIZE + 16];
	const struct ph_tunnel_options *o = &t->opt;
	struct ph_digest_login login = {
		.username = o->username,
		.password = o->password,
		.method = PH_SPAN("CONNECT"),
		.uri = ph_span_of(t->target),
	};

	if (o->tools == NULL || o->tools->hashes == NULL)
		return PH_EPROTO;
	login.hashes = o->tools->hashes();
	make_cnonce(t, cnonce, sizeof(cnonce));
	login.cnonce = ph_span_of(cnonce);
	return ph_digest_answer(&login, c, out);
}

/* Whether there is a ticket the driver has to find out, and may take long. */
static enum ph_err negotiate_begin(
    struct ph_tunnel *t, const struct ph_challenge *c, struct ph_buf *out)
{
	(void)c;
	(void)out;
	return t->opt.has_tokens ? PH_AGAIN : PH_EPROTO;
}

static enum ph_err ntlm_begin(
    struct ph_tunnel *t, const struct ph_challenge *c, struct ph_buf *out)
{
	const struct ph_tunnel_tools *tools = t->opt.tools;
	PH_CLEANUP(ph_buf_release) struct ph_buf raw;

	(void)c;
	ph_buf_init(&raw, NTLM_MAX);
	if (tools == NULL || tools->ntlm_negotiate == NULL)
		return PH_EPROTO;

	enum ph_err err = tools->ntlm_negotiate(&raw);
	return err == PH_OK ? put_base64("NTLM", ph_buf_span(&raw), out) : err;
}

/* No challenge, no module, or what cannot be said that way: not by NTLM. */
static enum ph_err ntlm_answer(
    struct ph_tunnel *t, struct ph_span token, struct ph_buf *out)
{
	PH_CLEANUP(ph_buf_release) struct ph_buf challenge;
	PH_CLEANUP(ph_buf_wipe) struct ph_buf raw;

	ph_buf_init(&challenge, NTLM_MAX);
	ph_buf_init(&raw, NTLM_MAX);

	enum ph_err err = ph_base64_decode(token, &challenge);
	if (err == PH_OK) {
		err = t->opt.tools->ntlm_answer(
		    &t->opt, ph_buf_span(&challenge), &raw);
	}
	return err == PH_OK ? put_base64("NTLM", ph_buf_span(&raw), out) : err;
}

/* what is offered */

/* Of two for Digest the stronger one. */
static bool is_better(enum ph_http_scheme scheme, const struct ph_challenge *c,
    const struct ph_challenge *than)
{
	if (!ph_span_eq_nocase(c->scheme, ph_span_of(schemes[scheme].name)))
		return false;
	if (scheme != PH_HTTP_DIGEST)
		return than->scheme.len == 0;
	return ph_digest_algorithm(c) > ph_digest_algorithm(than);
}

bool ph_http_login_find(const struct ph_tunnel *t, enum ph_http_scheme scheme,
    struct ph_challenge *out)
{
	struct ph_span values = ph_buf_span(&t->http.head.challenges);
	struct ph_span value;
	struct ph_challenge c;

	*out = (struct ph_challenge){ 0 };
	while (ph_span_split(&values, '\n', &value)) {
		while (ph_challenge_next(&value, &c)) {
			if (is_better(scheme, &c, out))
				*out = c;
		}
	}
	return out->scheme.len > 0;
}

static void list_offered(const struct ph_tunnel *t, char out[OFFERED_MAX])
{
	struct ph_span values = ph_buf_span(&t->http.head.challenges);
	struct ph_span value;
	struct ph_challenge c;
	size_t len = 0;

	out[0] = '\0';
	while (ph_span_split(&values, '\n', &value)) {
		while (ph_challenge_next(&value, &c)) {
			size_t need = c.scheme.len + 2;

			if (need >= OFFERED_MAX - len)
				return;
			if (len > 0) {
				memcpy(out + len, ", ", 2);
				len += 2;
			}
			memcpy(out + len, c.scheme.ptr, c.scheme.len);
			len += c.scheme.len;
			out[len] = '\0';
		}
	}
}

/* what is said */

static const char ticket_advice[] =
    "see to the Kerberos ticket (klist shows it), or log in by user name and "
    "password: --proxy KIND://USER@HOST and --proxy-password-from, or "
    "use-credentials = yes, username and password-from in [proxy]";

/* The request goes over this connection, or over the next one. */
bool ph_http_login_say(struct ph_tunnel *t, struct ph_span authorization)
{
	bool is_last = t->http.is_last;

	ph_tunnel_check(t, ph_http_request(t, authorization));
	if (t->state != PH_TUNNEL_TALKING)
		return false;
	if (!is_last)
		return true;
	if (t->reconnects == PH_TUNNEL_RECONNECTS_MAX) {
		return ph_tunnel_fail(t, PH_CAUSE_PROXY_LOST, NULL,
		    "closes the connection before the login is done");
	}
	t->state = PH_TUNNEL_RECONNECT;
	return false;
}

static bool nothing_fits(struct ph_tunnel *t)
{
	char offered[OFFERED_MAX];
	const struct ph_http_head *h = &t->http.head;

	if (t->http.why[0] != '\0') {
		return ph_tunnel_fail(t, PH_CAUSE_PROXY_LOGIN_REQUIRED,
		    ticket_advice,
		    "wants a login, and that by Kerberos failed: %s (it "
		    "answered %u \"%s\")",
		    t->http.why, (unsigned)h->status, h->reason);
	}
	if (!t->opt.has_login) {
		return ph_tunnel_fail(t, PH_CAUSE_PROXY_LOGIN_REQUIRED, NULL,
		    "wants a login: it answered %u \"%s\"", (unsigned)h->status,
		    h->reason);
	}
	list_offered(t, offered);
	return ph_tunnel_fail(t, PH_CAUSE_PROXY_LOGIN_METHOD, NULL,
	    "wants a login by a scheme that does not work here: it offers %s "
	    "(%u \"%s\")",
	    offered[0] == '\0' ? "none" : offered, (unsigned)h->status,
	    h->reason);
}

static bool try_next(struct ph_tunnel *t)
{
	struct ph_http *h = &t->http;
	PH_CLEANUP(ph_buf_wipe) struct ph_buf out;
	struct ph_challenge c;

	ph_buf_init(&out, AUTHORIZATION_MAX);
	for (size_t i = 0; i < PH_COUNT(schemes); i++) {
		enum ph_err err;

		if (h->ended[i] ||
		    (schemes[i].needs_user && !t->opt.has_login) ||
		    !ph_http_login_find(t, (enum ph_http_scheme)i, &c))
			continue;
		ph_buf_wipe(&out);
		err = schemes[i].begin(t, &c, &out);
		if (err == PH_OK || err == PH_AGAIN) {
			h->scheme = (enum ph_http_scheme)i;
			h->login = schemes[i].next;
			t->scheme = schemes[i].name;
		}
		if (err == PH_OK)
			return ph_http_login_say(t, ph_buf_span(&out));
		if (err == PH_AGAIN) {
			t->state = PH_TUNNEL_WANTS_TOKEN;
			return false;
		}
		if (err == PH_ENOMEM) {
			ph_tunnel_check(t, err);
			return false;
		}
		h->ended[i] = true;
	}
	return nothing_fits(t);
}

bool ph_http_login_end(struct ph_tunnel *t, const char *why)
{
	t->http.ended[t->http.scheme] = true;
	t->http.login = PH_HTTP_LOGIN_NONE;
	ph_tunnel_note(t, '*', "the login by %s does not work here%s%s",
	    schemes[t->http.scheme].name, why[0] == '\0' ? "" : ": ", why);
	return try_next(t);
}

static bool refused(struct ph_tunnel *t)
{
	const struct ph_http_head *h = &t->http.head;

	return ph_tunnel_fail(t, PH_CAUSE_PROXY_LOGIN_REFUSED, NULL,
	    "refused the user name or password of %.*s (%s): it answered %u "
	    "\"%s\"",
	    PH_SPAN_ARG(t->opt.username), schemes[t->http.scheme].name,
	    (unsigned)h->status, h->reason);
}

/* The second half of NTLM, which is bound to its connection. */
static bool go_on(struct ph_tunnel *t)
{
	PH_CLEANUP(ph_buf_wipe) struct ph_buf out;
	struct ph_challenge c;

	ph_buf_init(&out, AUTHORIZATION_MAX);
	if (t->http.is_last || !ph_http_login_find(t, t->http.scheme, &c) ||
	    c.token.len == 0)
		return ph_http_login_end(t, "");

	enum ph_err err = ntlm_answer(t, c.token, &out);
	if (err == PH_ENOMEM) {
		ph_tunnel_check(t, err);
		return false;
	}
	if (err != PH_OK)
		return ph_http_login_end(t, "");
	t->http.login = PH_HTTP_LOGIN_SHOWN;
	return ph_http_login_say(t, ph_buf_span(&out));
}

/* Once: the nonce was too old (RFC 7616 3.3). */
static bool is_stale(struct ph_tunnel *t)
{
	struct ph_challenge c;

	if (t->http.scheme != PH_HTTP_DIGEST || t->http.was_stale)
		return false;
	t->http.was_stale = true;
	return ph_http_login_find(t, PH_HTTP_DIGEST, &c) &&
	    ph_digest_is_stale(&c);
}

bool ph_http_login(struct ph_tunnel *t)
{
	switch (t->http.login) {
	case PH_HTTP_LOGIN_NONE:
		return try_next(t);
	case PH_HTTP_LOGIN_BEGUN:
		return go_on(t);
	case PH_HTTP_LOGIN_SHOWN:
		break;
	}
	if (t->http.scheme == PH_HTTP_NEGOTIATE)
		return ph_http_negotiate_answered(t);
	return is_stale(t) ? try_next(t) : refused(t);
}
