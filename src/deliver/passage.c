#include "deliver/session_state.h"

#include "connection/system_proxy.h"
#include "deliver/verdict.h"

#include <stdio.h>
#include <stdlib.h>

enum {
	ARENA_MAX = 64 * 1024
};

/* settling: which proxy */

static void take_setting(struct ph_session *s)
{
	const struct ph_proxy *p = &s->conn->proxy;
	struct ph_passage *way = &s->way;

	if (way->type == PH_PROXY_NONE) {
		way->type = p->type;
		way->host = p->host;
		way->port = p->port;
	}
	/* What the environment says of who logs in goes before. */
	if (p->use_credentials && way->username[0] == '\0') {
		way->username = p->username;
		if (s->proxy_password != NULL)
			way->password = ph_secret_span(s->proxy_password);
	}
}

static enum ph_err take_system(struct ph_session *s, struct ph_fault *fault)
{
	const char *values[PH_SYSTEM_PROXY_VARIABLES];
	struct ph_system_proxy found;
	struct ph_passage *way = &s->way;

	for (size_t i = 0; i < PH_COUNT(values); i++)
		values[i] = getenv(ph_system_proxy_variables[i]);

	enum ph_err err = ph_system_proxy_choose(values,
	    &(struct ph_system_proxy_target){
		ph_span_of(s->host), s->conn->port },
	    &way->arena, &found, fault);
	if (err != PH_OK)
		return err;
	way->found = found.found;
	way->type = found.url.type;
	way->host = found.url.host;
	way->port = found.url.port;
	way->username = found.url.username;
	way->secret = found.url.password;
	way->password = ph_secret_span(&way->secret);
	return PH_OK;
}

static enum ph_err make_tls(struct ph_session *s, struct ph_fault *fault)
{
	const struct ph_tls_client_config cfg = {
		.verify = PH_TLS_VERIFY_CA,
		.ca_file = s->conn->proxy.ca_file,
	};

	if (s->way.type != PH_PROXY_HTTPS)
		return PH_OK;
	return ph_tls_client_context(&cfg, &s->way.tls, fault);
}

static void name_it(struct ph_passage *way)
{
	bool is_v6 = strchr(way->host, ':') != NULL;

	(void)snprintf(way->where, sizeof(way->where),
	    is_v6 ? "proxy [%s]:%u" : "proxy %s:%u", way->host,
	    (unsigned)way->port);
	(void)snprintf(way->url, sizeof(way->url), "%s://%s",
	    ph_proxy_type_name(way->type), way->where + strlen("proxy "));
}

enum ph_err ph_passage_settle(struct ph_session *s, struct ph_fault *fault)
{
	const struct ph_proxy *p = &s->conn->proxy;
	struct ph_passage *way = &s->way;
	enum ph_err err = PH_OK;

	ph_arena_init(&way->arena, ARENA_MAX);
	way->username = "";
	way->host = "";
	way->found = "";
	way->domain = p->domain;
	if (p->use_credentials && p->username[0] == '\0' &&
	    p->type != PH_PROXY_NONE && p->type != PH_PROXY_SYSTEM) {
		ph_fault_set(fault, PH_CAUSE_CONFIG, PH_STAGE_CONFIG,
		    "[proxy] use-credentials = yes needs a username");
		return PH_EINVAL;
	}
	if (p->type == PH_PROXY_SYSTEM)
		err = take_system(s, fault);
	if (err != PH_OK)
		return err;
	if (p->type != PH_PROXY_SYSTEM || way->type != PH_PROXY_NONE)
		take_setting(s);
	if (way->type == PH_PROXY_NONE)
		return PH_OK;
	name_it(way);
	s->facts.proxy = way->url;
	return make_tls(s, fault);
}

bool ph_passage_is_due(const struct ph_session *s)
{
	return s->way.type != PH_PROXY_NONE;
}

void ph_passage_restart(struct ph_session *s)
{
	ph_passage_token_release(&s->way);
	ph_tunnel_free(s->way.tunnel);
	s->way.tunnel = NULL;
}

void ph_passage_release(struct ph_session *s)
{
	ph_passage_restart(s);
	ph_tls_context_free(s->way.tls);
	ph_secret_release(&s->way.secret);
	ph_arena_release(&s->way.arena);
}

/* dialing */

static enum ph_err dial_proxy(struct ph_session *s)
{
	ph_link_reached(s, PH_STAGE_PROXY);
	return ph_dial_start(s->loop,
	    &(struct ph_dial_options){
		.host = s->same_address ? s->address : s->way.host,
		.port = s->way.port,
		.source_address = s->conn->source_address,
		.timeout_dns = s->conn->timeout,
		.timeout_connect = s->conn->timeout,
	    },
	    ph_link_on_dialed, s, &s->dial);
}

void ph_passage_out_of_memory(struct ph_session *s)
{
	struct ph_fault f;

	ph_fault_set(&f, PH_CAUSE_NO_MEMORY, PH_STAGE_PROXY,
	    "%s: out of memory", s->way.where);
	ph_link_close(s, &f);
}

/* SOCKS 4 carries addresses: the server's is looked up here. */
static void on_address(void *ctx, const struct ph_dial_result *r)
{
	struct ph_session *s = ctx;

	(void)snprintf(s->way.target, sizeof(s->way.target), "%s", r->address);
	if (ph_fault_is_set(&r->fault)) {
		ph_link_close(s, &r->fault);
	} else {
		ph_link_note(s, PH_STAGE_DNS, "%s is %s", s->host, r->address);
		ph_dial_free(s->dial);
		s->dial = NULL;
		if (dial_proxy(s) != PH_OK)
			ph_passage_out_of_memory(s);
	}
	ph_session_run(s, true);
}

enum ph_err ph_passage_dial(struct ph_session *s)
{
	if (s->way.type != PH_PROXY_SOCKS4 || s->way.target[0] != '\0')
		return dial_proxy(s);
	ph_link_reached(s, PH_STAGE_DNS);
	return ph_dial_start(s->loop,
	    &(struct ph_dial_options){
		.host = s->host,
		.port = s->conn->port,
		.timeout_dns = s->conn->timeout,
		.look_up_ipv4 = true,
	    },
	    on_address, s, &s->dial);
}

/* failing */

/* Dialing speaks of servers; this one is the proxy, and its own advice is for
   that. */
void ph_passage_blame(struct ph_session *s, struct ph_fault *f)
{
	enum ph_cause cause = f->cause == PH_CAUSE_HOST_NOT_FOUND
	    ? PH_CAUSE_PROXY_NOT_FOUND
	    : PH_CAUSE_PROXY_UNREACHABLE;
	bool is_ours = f->cause == PH_CAUSE_CONNECT_FAILED;

	s->facts.timing.connect = -1;
	if (f->stage == PH_STAGE_DNS)
		s->facts.timing.dns = -1;

	ph_fault_set(f, cause, PH_STAGE_PROXY, "proxy %s", f->text);
	if (is_ours) {
		ph_fault_advise(f,
		    "check this computer's network and the source address, if "
		    "one is set");
	}
}

static void fail(struct ph_session *s, const struct ph_fault *fault)
{
	struct ph_fault f = *fault;

	switch ((int)f.cause) {
	case PH_CAUSE_PROXY_TARGET_CLOSED:
	case PH_CAUSE_PROXY_TARGET_UNKNOWN:
	case PH_CAUSE_PROXY_TARGET_FAILED:
		s->facts.proxy_works = true;
		break;
	default:
		break;
	}
	ph_verdict_place(&f, s->way.where);
	ph_link_close(s, &f);
}

/* TLS to the proxy */

static void start_tls(struct ph_session *s)
{
	struct ph_tls_options opt = {
		.context = s->way.tls,
		.host = s->way.host,
	};

	if (ph_stream_start_tls(s->stream, &opt) != PH_OK)
		ph_passage_out_of_memory(s);
}

static void tls_down(struct ph_session *s)
{
	const struct ph_fault *why = ph_stream_fault(s->stream);
	struct ph_fault f;

	ph_fault_set(&f, PH_CAUSE_PROXY_TLS, PH_STAGE_PROXY, "%s", why->text);
	if (why->cause == PH_CAUSE_TLS_PLAINTEXT) {
		ph_fault_advise(&f,
		    "it speaks no TLS on that port: set the proxy's type to "
		    "http, or use the port on which it does");
	}
	fail(s, &f);
}

static enum ph_tunnel_protocol protocol_of(enum ph_proxy_type type)
{
	switch (type) {
	case PH_PROXY_SOCKS4:
		return PH_TUNNEL_SOCKS4;
	case PH_PROXY_SOCKS4A:
		return PH_TUNNEL_SOCKS4A;
	case PH_PROXY_SOCKS5:
		return PH_TUNNEL_SOCKS5;
	case PH_PROXY_NONE:
	case PH_PROXY_HTTP:
	case PH_PROXY_HTTPS:
	case PH_PROXY_SYSTEM:
		break;
	}
	return PH_TUNNEL_HTTP;
}

static void make_tunnel(struct ph_session *s)
{
	const struct ph_passage *way = &s->way;
	char service[PH_PASSAGE_WHERE_MAX];
	struct ph_tunnel_options opt = {
		.protocol = protocol_of(way->type),
		.host =
		    ph_span_of(way->target[0] != '\0' ? way->target : s->host),
		.port = s->conn->port,
		.has_login = way->username[0] != '\0',
		.username = ph_span_of(way->username),
		.password = way->password,
		.domain = ph_span_of(way->domain),
		.tools = &ph_passage_tools,
		.has_tokens = true,
		.encrypted = way->type == PH_PROXY_HTTPS,
		.trace = s->trace != NULL,
		.now = ph_clock_unix(),
	};
	struct ph_fault f = { 0 };
	enum ph_err err = ph_random(opt.random, sizeof(opt.random));

	(void)snprintf(service, sizeof(service), "HTTP/%s", way->host);
	opt.service = ph_span_of(service);
	if (err == PH_OK)
		err = ph_tunnel_new(&opt, &s->way.tunnel, &f);
	if (err == PH_OK)
		return;
	if (!ph_fault_is_set(&f)) {
		ph_passage_out_of_memory(s);
		return;
	}
	ph_fault_prefix(&f, way->where);
	ph_link_close(s, &f);
}

static void tls_up(struct ph_session *s)
{
	const struct ph_tls_info *i = ph_stream_tls_info(s->stream);

	ph_link_note(s, PH_STAGE_PROXY,
	    "TLS to the proxy: %s, %s, certificate of %s by %s, verified",
	    i->version, i->cipher, i->certificate.subject,
	    i->certificate.issuer);
	make_tunnel(s);
}

/* True when there is more to do. */
static bool run_tls(struct ph_session *s)
{
	switch (ph_stream_tls_state(s->stream)) {
	case PH_TLS_HANDSHAKE:
		return false;
	case PH_TLS_FAILED:
		tls_down(s);
		return true;
	case PH_TLS_ON:
		tls_up(s);
		return true;
	case PH_TLS_OFF:
		break;
	}
	make_tunnel(s);
	return true;
}

/* the tunnel */

void ph_passage_begin(struct ph_session *s)
{
	s->phase = PH_PHASE_PROXY;
	if (s->conn->timeout > 0)
		s->handshake_until = ph_loop_now(s->loop) + s->conn->timeout;
	if (s->way.tunnel == NULL)
		s->way.begun_usec = ph_clock_usec();
	if (s->way.type == PH_PROXY_HTTPS)
		start_tls(s);
	if (s->way.tunnel != NULL)
		ph_tunnel_restart(s->way.tunnel);
}

static void show_trace(struct ph_session *s)
{
	struct ph_tunnel_trace line;

	while (ph_tunnel_next_trace(s->way.tunnel, &line)) {
		enum ph_smtp_dir dir = line.dir == '<' ? PH_DIR_IN
		    : line.dir == '>'                  ? PH_DIR_OUT
						       : PH_DIR_NOTE;

		ph_link_trace(s, dir, PH_STAGE_PROXY, line.line);
	}
}

/* True when some of it went. */
static bool write_some(struct ph_session *s)
{
	struct ph_span out = ph_tunnel_pending(s->way.tunnel);
	size_t put = 0;

	/* What was read may still say why it does not go. */
	if (out.len == 0 || ph_stream_writev(s->stream, &out, 1, &put) != PH_OK)
		return false;
	ph_tunnel_sent(s->way.tunnel, put);
	return put > 0;
}

static bool read_some(struct ph_session *s)
{
	struct ph_tunnel *t = s->way.tunnel;
	size_t got = 0;
	enum ph_err err = ph_stream_read(s->stream, s->in, sizeof(s->in), &got);

	if (err == PH_AGAIN)
		return false;
	if (err == PH_OK) {
		ph_tunnel_receive(t, (struct ph_span){ s->in, got });
	} else if (err == PH_EOF) {
		ph_tunnel_lost(t, NULL);
	} else {
		ph_tunnel_lost(t, ph_stream_fault(s->stream)->text);
	}
	return true;
}

static void opened(struct ph_session *s)
{
	struct ph_tunnel *t = s->way.tunnel;
	struct ph_span surplus = ph_tunnel_surplus(t);

	if (surplus.len > 0 && ph_stream_unread(s->stream, surplus) != PH_OK) {
		ph_passage_out_of_memory(s);
		return;
	}
	s->facts.proxy_works = true;
	s->facts.timing.proxy = ph_ms_since(s->way.begun_usec);
	s->handshake_until = PH_NEVER;
	ph_link_note(
	    s, PH_STAGE_PROXY, "the proxy has opened the way to %s", s->where);
	ph_passage_restart(s);
	ph_link_open(s);
}

static void dial_again(struct ph_session *s)
{
	ph_link_note(s, PH_STAGE_PROXY,
	    "the proxy closes the connection: asking over a new one");
	ph_link_drop(s);
	s->phase = PH_PHASE_DIALING;
	if (dial_proxy(s) != PH_OK)
		ph_passage_out_of_memory(s);
}

static bool run_tunnel(struct ph_session *s)
{
	struct ph_tunnel *t = s->way.tunnel;
	bool moved = true;

	while (moved && ph_tunnel_state(t) == PH_TUNNEL_TALKING) {
		moved = write_some(s);
		moved = read_some(s) || moved;
	}
	show_trace(s);
	switch (ph_tunnel_state(t)) {
	case PH_TUNNEL_TALKING:
		return false;
	case PH_TUNNEL_WANTS_TOKEN:
		ph_passage_token_ask(s);
		return s->way.work == NULL;
	case PH_TUNNEL_OPEN:
		opened(s);
		return true;
	case PH_TUNNEL_RECONNECT:
		dial_again(s);
		return false;
	case PH_TUNNEL_FAILED:
		break;
	}
	fail(s, ph_tunnel_fault(t));
	return true;
}

static void timed_out(struct ph_session *s)
{
	struct ph_fault f;

	if (s->way.work != NULL) {
		ph_passage_token_late(s);
		return;
	}
	if (s->way.tunnel != NULL) {
		ph_tunnel_timeout(s->way.tunnel, s->conn->timeout);
		fail(s, ph_tunnel_fault(s->way.tunnel));
		return;
	}
	ph_fault_set(&f, PH_CAUSE_PROXY_TIMEOUT, PH_STAGE_PROXY,
	    "did not finish the TLS handshake in %lld ms",
	    (long long)s->conn->timeout);
	ph_fault_advise(&f,
	    "check that it speaks TLS on that port: the type of one that does "
	    "not is http");
	fail(s, &f);
}

/* True when there is more to do. */
static bool run(struct ph_session *s)
{
	if (s->way.work != NULL)
		return false;
	return s->way.tunnel == NULL ? run_tls(s) : run_tunnel(s);
}

bool ph_passage_run(struct ph_session *s)
{
	bool more = run(s);

	if (more || s->phase != PH_PHASE_PROXY ||
	    s->handshake_until > ph_loop_now(s->loop))
		return more;
	timed_out(s);
	return true;
}
