#include "base/ascii.h"
#include "proxy/tunnel_state.h"

#include <stdio.h>

/* HTTP CONNECT (RFC 9110 9.3.6): a request, its answer, and a login in between
   where the proxy wants one. */

enum {
	INTERIM_MAX = 16,
	/* Each of three schemes, twice, and Negotiate's rounds. */
	REQUESTS_MAX = 8 + PH_HTTP_ROUNDS_MAX,
	SHOWN_MAX = 256
};

/* what is sent */

/* The scheme's name is no secret. */
static void note_request(struct ph_tunnel *t, struct ph_span authorization)
{
	struct ph_span scheme =
	    ph_span_first(authorization, ph_span_find(authorization, ' '));

	ph_tunnel_note(t, '>', "CONNECT %s HTTP/1.1", t->target);
	if (authorization.len > 0) {
		ph_tunnel_note(t, '>', "Proxy-Authorization: %.*s ***",
		    PH_SPAN_ARG(scheme));
	}
}

static bool on_head(struct ph_tunnel *t);

enum ph_err ph_http_request(struct ph_tunnel *t, struct ph_span authorization)
{
	struct ph_buf *out = &t->out;

	if (t->http.requests == REQUESTS_MAX) {
		(void)ph_tunnel_fail(t, PH_CAUSE_PROXY_PROTOCOL, NULL,
		    "asks for a login again and again");
		return PH_OK;
	}
	t->http.requests++;
	t->http.on_connection++;
	ph_http_head_clear(&t->http.head);
	ph_tunnel_answered(t);
	/* At once, so that no smaller piece of memory holds a secret. */
	enum ph_err err = ph_buf_reserve(out, authorization.len + 1024);
	if (err == PH_OK) {
		err = ph_buf_appendf(out, "CONNECT %s HTTP/1.1\r\nHost: %s\r\n",
		    t->target, t->target);
	}
	if (err == PH_OK && authorization.len > 0) {
		err = ph_buf_append_str(out, "Proxy-Authorization: ");
		if (err == PH_OK)
			err = ph_buf_append(out, authorization);
		if (err == PH_OK)
			err = ph_buf_append_str(out, "\r\n");
	}
	if (err == PH_OK)
		err = ph_buf_append_str(out, "\r\n");
	note_request(t, authorization);
	t->step = on_head;
	return err;
}

enum ph_err ph_http_begin(struct ph_tunnel *t)
{
	return ph_http_request(t, (struct ph_span){ 0 });
}

/* what is answered */

/* Cookies and tickets are not for a transcript; few fields tell anything. */
static void note_line(struct ph_tunnel *t, struct ph_span line)
{
	static const struct ph_span shown[] = { PH_SPAN_INIT("Via:"),
		PH_SPAN_INIT("Server:"), PH_SPAN_INIT("X-Squid-Error:"),
		PH_SPAN_INIT("Proxy-Agent:") };
	static const struct ph_span login = PH_SPAN_INIT("Proxy-Authenticate:");

	if (line.len > SHOWN_MAX)
		line.len = SHOWN_MAX;
	if (ph_span_starts_nocase(line, login)) {
		struct ph_span value =
		    ph_span_trim(ph_span_skip(line, login.len));
		struct ph_challenge c;

		if (!ph_challenge_next(&value, &c) || c.token.len == 0) {
			ph_tunnel_note(t, '<', "%.*s", PH_SPAN_ARG(line));
		} else {
			ph_tunnel_note(t, '<', "%.*s %.*s ***",
			    PH_SPAN_ARG(login), PH_SPAN_ARG(c.scheme));
		}
		return;
	}
	if (t->http.head.octets == line.len + 1)
		ph_tunnel_note(t, '<', "%.*s", PH_SPAN_ARG(line));
	for (size_t i = 0; i < PH_COUNT(shown); i++) {
		if (ph_span_starts_nocase(line, shown[i]))
			ph_tunnel_note(t, '<', "%.*s", PH_SPAN_ARG(line));
	}
}

static const char portal[] =
    "something on the way answers in the proxy's place, a network's sign-in "
    "page perhaps: open a browser, or check the proxy's host and port";

static const char no_connect[] =
    "that is a web server, or a proxy for web pages only: check the proxy's "
    "host and port, and its kind";

static const struct {
	uint16_t first;
	uint16_t last;
	enum ph_cause cause;
	const char *words; /* go on with the target */
	const char *advice;
} refusals[] = {
	{ 300, 399, PH_CAUSE_PROXY_KIND, "sends elsewhere who asks for",
	    portal },
	{ 400, 400, PH_CAUSE_PROXY_KIND, "does not understand CONNECT",
	    no_connect },
	{ 404, 405, PH_CAUSE_PROXY_KIND, "knows no CONNECT", no_connect },
	{ 408, 408, PH_CAUSE_PROXY_TIMEOUT, "did not wait for CONNECT", NULL },
	{ 429, 429, PH_CAUSE_PROXY_TARGET_FAILED,
	    "has had too many requests; another one for", NULL },
	{ 400, 499, PH_CAUSE_PROXY_FORBIDDEN, "does not allow the way to",
	    NULL },
	{ 501, 501, PH_CAUSE_PROXY_KIND, "knows no CONNECT", no_connect },
	{ 504, 504, PH_CAUSE_PROXY_TARGET_FAILED, "could not reach in time",
	    NULL },
	{ 511, 511, PH_CAUSE_PROXY_KIND, "wants a sign-in for the way to",
	    portal },
	{ 500, 599, PH_CAUSE_PROXY_TARGET_FAILED, "could not reach", NULL },
};

static bool is_dns_error(const struct ph_http_head *h)
{
	return ph_span_starts_nocase(
	    ph_span_of(h->error), PH_SPAN("ERR_DNS_FAIL"));
}

/* "ERR_CONNECT_FAIL 111": the number is ECONNREFUSED where squid runs. */
static bool is_closed_error(const struct ph_http_head *h)
{
	return ph_span_eq(
	    ph_span_of(h->error), PH_SPAN("ERR_CONNECT_FAIL 111"));
}

static bool refused(struct ph_tunnel *t)
{
	const struct ph_http_head *h = &t->http.head;
	bool has_error = h->error[0] != '\0';
	enum ph_cause cause = PH_CAUSE_PROXY_PROTOCOL;
	const char *words = "gave an answer to CONNECT that has no meaning for";
	const char *advice = NULL;

	for (size_t i = 0; i < PH_COUNT(refusals); i++) {
		if (h->status >= refusals[i].first &&
		    h->status <= refusals[i].last) {
			cause = refusals[i].cause;
			words = refusals[i].words;
			advice = refusals[i].advice;
			break;
		}
	}
	if (h->status / 100 == 5 && is_dns_error(h)) {
		cause = PH_CAUSE_PROXY_TARGET_UNKNOWN;
		words = "does not know the host of";
	}
	if (h->status / 100 == 5 && is_closed_error(h)) {
		cause = PH_CAUSE_PROXY_TARGET_CLOSED;
		words = "reached the host, which refused the connection to";
	}
	return ph_tunnel_fail(t, cause, advice,
	    "%s %s: it answered %u \"%s\"%s%s", words, t->target,
	    (unsigned)h->status, h->reason, has_error ? ", " : "", h->error);
}

/* Lengths in an answer that opens a tunnel mean nothing (RFC 9110 9.3.6); but a
   page is no tunnel, whoever sends it. */
static bool on_success(struct ph_tunnel *t)
{
	const struct ph_http_head *h = &t->http.head;
	bool is_tunnel = ph_span_starts_nocase(
	    ph_span_of(h->reason), PH_SPAN("Connection established"));

	if (!is_tunnel && h->is_page && !(h->has_length && h->length == 0)) {
		return ph_tunnel_fail(t, PH_CAUSE_PROXY_KIND, portal,
		    "answered CONNECT with a web page: %u \"%s\"",
		    (unsigned)h->status, h->reason);
	}
	return ph_http_negotiate_opened(t);
}

static bool on_body(struct ph_tunnel *t)
{
	size_t used = 0;
	enum ph_err err =
	    ph_http_body_take(&t->http.body, ph_tunnel_unread(t), &used);

	ph_tunnel_use(t, used);
	if (err == PH_AGAIN)
		return false;
	/* What cannot be read to its end is cut. */
	if (err != PH_OK)
		t->http.is_last = true;
	return ph_http_login(t);
}

static bool on_login_wanted(struct ph_tunnel *t)
{
	struct ph_http *h = &t->http;
	bool has_end = h->head.chunked || h->head.has_length;

	h->is_last = ph_http_head_is_last(&h->head) || !has_end;
	if (h->is_last)
		return ph_http_login(t);
	ph_http_body_init(&h->body,
	    h->head.chunked ? PH_HTTP_BODY_CHUNKED : PH_HTTP_BODY_LENGTH,
	    h->head.length);
	t->step = on_body;
	return true;
}

static bool on_interim(struct ph_tunnel *t)
{
	if (t->http.head.status == 101 || ++t->http.interim > INTERIM_MAX)
		return refused(t);
	ph_http_head_clear(&t->http.head);
	return true;
}

static bool on_answer(struct ph_tunnel *t)
{
	unsigned status = t->http.head.status;

	if (status / 100 == 1)
		return on_interim(t);
	ph_tunnel_answered(t);
	if (status / 100 == 2)
		return on_success(t);
	/* Some say 401 to a login that is wrong. */
	if (status == 407 || status == 401)
		return on_login_wanted(t);
	return refused(t);
}

static bool spoilt(struct ph_tunnel *t, enum ph_err err)
{
	switch ((int)err) {
	case PH_EPROTO:
		return ph_tunnel_fail(t, PH_CAUSE_PROXY_PROTOCOL, NULL,
		    "gave an answer that is no HTTP");
	case PH_ETOOBIG:
		return ph_tunnel_fail(t, PH_CAUSE_PROXY_PROTOCOL, NULL,
		    "gave an answer whose head does not end");
	default:
		ph_tunnel_check(t, err);
		return false;
	}
}

static bool on_head(struct ph_tunnel *t)
{
	struct ph_span in = ph_tunnel_unread(t);
	size_t end = ph_span_find(in, '\n');
	struct ph_span line = ph_span_first(in, end);

	if (in.len == 0)
		return false;
	if (t->http.head.status == 0 && !ph_http_head_may_begin(in))
		return ph_tunnel_on_stranger(t);
	if (end > PH_HTTP_LINE_MAX)
		return spoilt(t, PH_ETOOBIG);
	if (end == in.len)
		return false;
	if (line.len > 0 && line.ptr[line.len - 1] == '\r')
		line.len--;

	enum ph_err err = ph_http_head_line(&t->http.head, line);
	if (err != PH_OK)
		return spoilt(t, err);
	note_line(t, line);
	ph_tunnel_use(t, end + 1);
	return t->http.head.done ? on_answer(t) : true;
}

bool ph_http_lost(struct ph_tunnel *t)
{
	struct ph_http *h = &t->http;
	bool is_silent = h->head.octets == 0 && ph_tunnel_unread(t).len == 0;
	/* What has begun over this connection cannot go on over another. */
	bool is_bound = h->login == PH_HTTP_LOGIN_SHOWN &&
	    (h->scheme == PH_HTTP_NTLM || h->rounds > 1);

	if (t->step == on_body) {
		h->is_last = true;
		(void)ph_http_login(t);
		return true;
	}
	/* It had said it would stay, and was gone before the next request. */
	if (!is_silent || is_bound || h->on_connection < 2 ||
	    t->reconnects == PH_TUNNEL_RECONNECTS_MAX)
		return false;
	t->state = PH_TUNNEL_RECONNECT;
	return true;
}
