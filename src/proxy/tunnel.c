#include "proxy/tunnel_state.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

enum {
	ARENA_MAX = 16 * 1024,
	/* A user name, a domain and the name of a service. */
	TEXT_MAX = 1024,
	IN_MAX = 2 * PH_TUNNEL_READ_MAX,
	NOTE_MAX = 512
};

static const struct {
	enum ph_err (*check)(
	    const struct ph_tunnel_options *opt, struct ph_fault *fault);
	enum ph_err (*begin)(struct ph_tunnel *t);
} protocols[] = {
	[PH_TUNNEL_SOCKS4] = { ph_socks4_check, ph_socks4_begin },
	[PH_TUNNEL_SOCKS4A] = { ph_socks4_check, ph_socks4_begin },
	[PH_TUNNEL_SOCKS5] = { ph_socks5_check, ph_socks5_begin },
	[PH_TUNNEL_HTTP] = { NULL, ph_http_begin },
};

/* what the protocols use */

struct ph_span ph_tunnel_unread(const struct ph_tunnel *t)
{
	return ph_span_skip(ph_buf_span(&t->in), t->in_at);
}

void ph_tunnel_use(struct ph_tunnel *t, size_t len)
{
	assert(len <= t->in.len - t->in_at);
	t->in_at += len;
}

void ph_tunnel_answered(struct ph_tunnel *t)
{
	ph_buf_wipe(&t->out);
	t->out_at = 0;
}

static enum ph_err add_trace(struct ph_tunnel *t, char dir, const char *line)
{
	size_t len = strcspn(line, "\n");

	if (t->trace_at == t->trace.len) {
		ph_buf_clear(&t->trace);
		t->trace_at = 0;
	}

	enum ph_err err = ph_buf_reserve(&t->trace, len + 2);
	if (err == PH_OK)
		err = ph_buf_append_char(&t->trace, dir);
	if (err == PH_OK)
		err = ph_buf_append(&t->trace, (struct ph_span){ line, len });
	return err == PH_OK ? ph_buf_append_char(&t->trace, '\n') : err;
}

void ph_tunnel_note(struct ph_tunnel *t, char dir, const char *fmt, ...)
{
	char line[NOTE_MAX];
	va_list ap;

	if (!t->opt.trace)
		return;
	va_start(ap, fmt);
	(void)vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);

	/* A transcript that cannot be kept, or that nobody takes away, is
	   cut. */
	(void)!add_trace(t, dir, line);
}

static void end(struct ph_tunnel *t, enum ph_tunnel_state state)
{
	t->state = state;
	t->step = NULL;
	ph_tunnel_answered(t);
}

bool ph_tunnel_fail(struct ph_tunnel *t, enum ph_cause cause,
    const char *advice, const char *fmt, ...)
{
	char text[PH_FAULT_TEXT_MAX];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	ph_fault_set(&t->fault, cause, PH_STAGE_PROXY, "%s", text);
	if (advice != NULL)
		ph_fault_advise(&t->fault, "%s", advice);
	end(t, PH_TUNNEL_FAILED);
	return false;
}

void ph_tunnel_check(struct ph_tunnel *t, enum ph_err err)
{
	if (err == PH_OK || t->state == PH_TUNNEL_FAILED)
		return;
	if (err == PH_ENOMEM) {
		(void)ph_tunnel_fail(
		    t, PH_CAUSE_NO_MEMORY, NULL, "cannot be asked: no memory");
		return;
	}
	(void)ph_tunnel_fail(t, PH_CAUSE_PROXY_PROTOCOL, NULL,
	    "cannot be answered: what it wants is too long");
}

bool ph_tunnel_open(struct ph_tunnel *t)
{
	end(t, PH_TUNNEL_OPEN);
	return false;
}

/* making one */

static enum ph_err refuse(struct ph_fault *fault, const char *what)
{
	ph_fault_set(fault, PH_CAUSE_CONFIG, PH_STAGE_CONFIG, "%s", what);
	return PH_EINVAL;
}

static bool is_unfit(struct ph_span s)
{
	return s.len > TEXT_MAX || ph_span_has_control(s);
}

static enum ph_err check(
    const struct ph_tunnel_options *opt, struct ph_fault *fault)
{
	struct ph_span host = opt->host;

	if (host.len == 0 || host.len > PH_TUNNEL_HOST_MAX ||
	    ph_span_has_control(host) || ph_span_find(host, ' ') < host.len) {
		return refuse(fault,
		    "the server's name cannot be given to a proxy: it is empty "
		    "or longer than 255 octets");
	}
	if (is_unfit(opt->username) || is_unfit(opt->domain) ||
	    is_unfit(opt->service)) {
		return refuse(fault,
		    "the user name or domain for the proxy holds a control "
		    "character or is too long");
	}
	if (protocols[opt->protocol].check == NULL)
		return PH_OK;
	return protocols[opt->protocol].check(opt, fault);
}

static enum ph_err copy_texts(struct ph_tunnel *t)
{
	struct ph_tunnel_options *o = &t->opt;
	enum ph_err err = ph_arena_copy(&t->arena, o->host, &o->host);

	if (err == PH_OK)
		err = ph_arena_copy(&t->arena, o->username, &o->username);
	if (err == PH_OK)
		err = ph_arena_copy(&t->arena, o->domain, &o->domain);
	if (err == PH_OK)
		err = ph_arena_copy(&t->arena, o->service, &o->service);
	return err;
}

static void name_target(struct ph_tunnel *t)
{
	struct ph_span host = t->opt.host;
	bool is_v6 = ph_span_find(host, ':') < host.len;

	(void)snprintf(t->target, sizeof(t->target), "%s%.*s%s:%u",
	    is_v6 ? "[" : "", PH_SPAN_ARG(host), is_v6 ? "]" : "",
	    (unsigned)t->opt.port);
}

enum ph_err ph_tunnel_new(const struct ph_tunnel_options *opt,
    struct ph_tunnel **out, struct ph_fault *fault)
{
	enum ph_err err = check(opt, fault);
	if (err != PH_OK)
		return err;

	PH_CLEANUP(ph_tunnel_freep)
	struct ph_tunnel *t = calloc(1, sizeof(*t));
	if (t == NULL)
		return PH_ENOMEM;
	t->opt = *opt;
	t->scheme = "";
	ph_arena_init(&t->arena, ARENA_MAX);
	ph_buf_init(&t->in, IN_MAX);
	ph_buf_init(&t->out, PH_TUNNEL_OUT_MAX);
	ph_buf_init(&t->trace, PH_TUNNEL_TRACE_MAX);
	ph_http_head_init(&t->http.head);
	ph_buf_init(&t->http.challenge, PH_HTTP_HEAD_MAX);
	err = copy_texts(t);
	if (err != PH_OK)
		return err;
	name_target(t);
	err = protocols[opt->protocol].begin(t);
	if (err != PH_OK)
		return err;
	*out = t;
	t = NULL;
	return PH_OK;
}

void ph_tunnel_free(struct ph_tunnel *t)
{
	if (t == NULL)
		return;
	ph_buf_release(&t->in);
	ph_buf_wipe(&t->out);
	ph_buf_release(&t->trace);
	ph_http_head_release(&t->http.head);
	ph_buf_wipe(&t->http.challenge);
	ph_arena_release(&t->arena);
	free(t);
}

/* talking */

enum ph_tunnel_state ph_tunnel_state(const struct ph_tunnel *t)
{
	return t->state;
}

struct ph_span ph_tunnel_pending(const struct ph_tunnel *t)
{
	if (t->state != PH_TUNNEL_TALKING)
		return (struct ph_span){ 0 };
	return ph_span_skip(ph_buf_span(&t->out), t->out_at);
}

void ph_tunnel_sent(struct ph_tunnel *t, size_t len)
{
	assert(len <= t->out.len - t->out_at);
	t->out_at += len;
}

/* Drops what is used up. */
static void compact(struct ph_tunnel *t)
{
	if (t->in_at == 0 || t->state == PH_TUNNEL_OPEN)
		return;
	ph_buf_consume(&t->in, t->in_at);
	t->in_at = 0;
}

static void go_on(struct ph_tunnel *t)
{
	while (t->state == PH_TUNNEL_TALKING && t->step(t))
		continue;
	compact(t);
}

void ph_tunnel_receive(struct ph_tunnel *t, struct ph_span in)
{
	assert(in.len <= PH_TUNNEL_READ_MAX);
	if (t->state != PH_TUNNEL_TALKING || in.len == 0)
		return;
	t->heard = true;

	enum ph_err err = ph_buf_append(&t->in, in);
	if (err != PH_OK) {
		ph_tunnel_check(t, err);
		return;
	}
	go_on(t);
}

struct ph_span ph_tunnel_challenge(const struct ph_tunnel *t)
{
	return ph_buf_span(&t->http.challenge);
}

void ph_tunnel_token(struct ph_tunnel *t, struct ph_span token, bool is_through)
{
	assert(t->state == PH_TUNNEL_WANTS_TOKEN);
	t->state = PH_TUNNEL_TALKING;
	if (ph_http_negotiate_token(t, token, is_through))
		go_on(t);
}

void ph_tunnel_no_token(struct ph_tunnel *t, const char *why)
{
	assert(t->state == PH_TUNNEL_WANTS_TOKEN);
	t->state = PH_TUNNEL_TALKING;
	if (ph_http_negotiate_no_token(t, why))
		go_on(t);
}

void ph_tunnel_restart(struct ph_tunnel *t)
{
	assert(t->state == PH_TUNNEL_RECONNECT);
	t->state = PH_TUNNEL_TALKING;
	t->reconnects++;
	t->heard = false;
	t->out_at = 0;
	t->http.on_connection = 1;
	t->http.is_last = false;
	ph_buf_clear(&t->in);
	t->in_at = 0;
}

static const char *silence_advice(const struct ph_tunnel *t)
{
	if (t->opt.protocol == PH_TUNNEL_HTTP) {
		return "check the proxy's host and port, and its kind: a port "
		       "that speaks TLS (type = https) or SOCKS (type = "
		       "socks5) stays silent, too";
	}
	return "check the proxy's host and port, and its kind: a proxy that "
	       "speaks HTTP (type = http) stays silent, too";
}

void ph_tunnel_lost(struct ph_tunnel *t, const char *why)
{
	if (t->state != PH_TUNNEL_TALKING || ph_tunnel_judge_stranger(t))
		return;
	/* A proxy that hung up while we wrote is seen as a reset. */
	if (t->opt.protocol == PH_TUNNEL_HTTP && ph_http_lost(t))
		return;
	if (t->heard) {
		(void)ph_tunnel_fail(t, PH_CAUSE_PROXY_LOST, NULL,
		    "closed the connection in the midst of its answer%s%s",
		    why == NULL ? "" : ": ", why == NULL ? "" : why);
		return;
	}
	(void)ph_tunnel_fail(t, PH_CAUSE_PROXY_LOST,
	    t->opt.protocol == PH_TUNNEL_HTTP
		? "try again; if it happens each time, the proxy may be of "
		  "another kind: SOCKS (type = socks5) or TLS (type = https)"
		: "try again; if it happens each time, the proxy may be of "
		  "another kind: HTTP (type = http), or another version of "
		  "SOCKS",
	    "closed the connection without an answer%s%s",
	    why == NULL ? "" : ": ", why == NULL ? "" : why);
}

void ph_tunnel_timeout(struct ph_tunnel *t, ph_msec limit)
{
	if (t->state != PH_TUNNEL_TALKING || ph_tunnel_judge_stranger(t))
		return;
	if (t->heard) {
		(void)ph_tunnel_fail(t, PH_CAUSE_PROXY_TIMEOUT, NULL,
		    "did not open the way to %s in %lld ms", t->target,
		    (long long)limit);
		return;
	}
	(void)ph_tunnel_fail(t, PH_CAUSE_PROXY_TIMEOUT, silence_advice(t),
	    "said nothing in %lld ms", (long long)limit);
}

struct ph_span ph_tunnel_surplus(const struct ph_tunnel *t)
{
	if (t->state != PH_TUNNEL_OPEN)
		return (struct ph_span){ 0 };
	return ph_tunnel_unread(t);
}

const char *ph_tunnel_scheme(const struct ph_tunnel *t)
{
	return t->scheme;
}

const struct ph_fault *ph_tunnel_fault(const struct ph_tunnel *t)
{
	return &t->fault;
}

bool ph_tunnel_next_trace(struct ph_tunnel *t, struct ph_tunnel_trace *out)
{
	struct ph_span rest = ph_span_skip(ph_buf_span(&t->trace), t->trace_at);
	size_t end_of_line = ph_span_find(rest, '\n');

	if (rest.len == 0)
		return false;
	t->trace_at += end_of_line + 1;
	*out = (struct ph_tunnel_trace){
		.dir = rest.ptr[0],
		.line = ph_span_skip(ph_span_first(rest, end_of_line), 1),
	};
	return true;
}
