#include "deliver/session_state.h"

#include "deliver/verdict.h"
#include "mail/address.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

enum {
	HOST_ARENA_MAX = 8 * 1024
};

static enum ph_err bad(
    struct ph_fault *fault, const char *what, const char *value)
{
	ph_fault_set(fault, PH_CAUSE_CONFIG, PH_STAGE_CONFIG,
	    "\"%s\" cannot be used as %s", value, what);
	return PH_EINVAL;
}

static bool has_space(struct ph_span s)
{
	return ph_span_has_control(s) || ph_span_find(s, ' ') < s.len;
}

/* People write names in their own letters; DNS and certificates do not. */
static enum ph_err take_host(struct ph_session *s, struct ph_fault *fault)
{
	struct ph_span host = ph_span_of(s->conn->host);
	PH_CLEANUP(ph_arena_release) struct ph_arena arena;

	ph_arena_init(&arena, HOST_ARENA_MAX);
	if (host.len == 0) {
		ph_fault_set(fault, PH_CAUSE_NO_CONNECTION, PH_STAGE_CONFIG,
		    "no host is named");
		return PH_EINVAL;
	}
	if (has_space(host))
		return bad(fault, "host", s->conn->host);
	if (!ph_span_is_ascii(host) &&
	    ph_domain_to_ascii(host, &arena, &host) != PH_OK)
		return bad(fault, "host", s->conn->host);
	if (host.len >= sizeof(s->host))
		return bad(fault, "host", s->conn->host);
	memcpy(s->host, host.ptr, host.len);
	s->host[host.len] = '\0';
	if (strchr(s->host, ':') != NULL) {
		(void)snprintf(s->where, sizeof(s->where), "[%s]:%u", s->host,
		    s->conn->port);
	} else {
		(void)snprintf(s->where, sizeof(s->where), "%s:%u", s->host,
		    s->conn->port);
	}
	return PH_OK;
}

static enum ph_err check_helo(
    const struct ph_connection *c, struct ph_fault *fault)
{
	struct ph_span helo = ph_span_of(c->helo);

	if (helo.len >= PH_SESSION_HELO_MAX || has_space(helo))
		return bad(fault, "helo", c->helo);
	return PH_OK;
}

static enum ph_err make_tls(struct ph_session *s, struct ph_fault *fault)
{
	const struct ph_connection *c = s->conn;
	struct ph_tls_client_config cfg = {
		.versions = c->tls_versions,
		.ca_file = c->ca_file,
		.pins = c->pins,
		.pin_count = c->pin_count,
		.client_certificate = c->client_certificate,
		.client_key = c->client_key,
		.key_password = s->key_password,
	};

	if (c->encryption == PH_ENCRYPTION_NONE)
		return PH_OK;
	switch (c->verify) {
	case PH_VERIFY_CA:
		cfg.verify = PH_TLS_VERIFY_CA;
		break;
	case PH_VERIFY_PIN:
		cfg.verify = PH_TLS_VERIFY_PIN;
		break;
	case PH_VERIFY_OFF:
		cfg.verify = PH_TLS_VERIFY_OFF;
		break;
	}
	return ph_tls_client_context(&cfg, &s->tls, fault);
}

static void init_facts(struct ph_session *s)
{
	s->facts = (struct ph_session_facts){
		.host = s->host,
		.address = "",
		.port = s->conn->port,
		.encryption = s->conn->encryption,
		.proxy = "",
		.mechanism = "",
		.greeting = "",
		.attempts = s->attempts,
		.timing = { -1, -1, -1, -1, -1, -1, -1, -1, -1 },
		.warnings = s->warnings,
	};
}

enum ph_err ph_session_new(struct ph_loop *l,
    const struct ph_session_options *opt, struct ph_session **out,
    struct ph_fault *fault)
{
	PH_CLEANUP(ph_session_freep)
	struct ph_session *s = calloc(1, sizeof(*s));

	if (s == NULL) {
		ph_fault_set(fault, PH_CAUSE_NO_MEMORY, PH_STAGE_CONFIG,
		    "out of memory");
		return PH_ENOMEM;
	}
	s->loop = l;
	s->conn = opt->connection;
	s->password = opt->password;
	s->proxy_password = opt->proxy_password;
	s->key_password = opt->key_password;
	s->trace = opt->trace;
	s->trace_ctx = opt->trace_ctx;
	s->no_chunking = opt->no_chunking;
	s->known = opt->known;
	s->gate = opt->gate;
	s->helo_until = PH_NEVER;
	s->gate_at = PH_NEVER;
	s->gate_until = PH_NEVER;
	s->login.weaker_left = opt->weaker_max;
	s->login.may_be_other = opt->other_name;
	s->armed_at = PH_NEVER;
	s->handshake_until = PH_NEVER;
	s->login.step_until = PH_NEVER;
	init_facts(s);

	enum ph_err err = take_host(s, fault);
	if (err == PH_OK)
		err = check_helo(s->conn, fault);
	if (err == PH_OK)
		err = ph_passage_settle(s, fault);
	if (err == PH_OK)
		err = make_tls(s, fault);
	if (err == PH_OK)
		err = ph_timer_new(l, ph_link_on_timer, s, &s->timer);
	if (err == PH_ENOMEM) {
		ph_fault_set(fault, PH_CAUSE_NO_MEMORY, PH_STAGE_CONFIG,
		    "out of memory");
	}
	if (err != PH_OK)
		return err;
	*out = s;
	s = NULL;
	return PH_OK;
}

void ph_session_free(struct ph_session *s)
{
	if (s == NULL)
		return;
	assert(!s->running);
	ph_gate_leave(s, PH_GATE_UNDECIDED);
	ph_helo_release(s);
	ph_link_drop(s);
	ph_smtp_client_free(s->client);
	ph_traffic_release(s);
	ph_login_release(&s->login);
	ph_passage_release(s);
	ph_timer_free(s->timer);
	ph_tls_context_free(s->tls);
	ph_tls_context_free(s->tls_unverified);
	ph_arena_release(&s->names);
	free(s);
}

const struct ph_session_facts *ph_session_facts(const struct ph_session *s)
{
	return &s->facts;
}

void ph_session_on_event(struct ph_session *s, ph_session_fn *fn, void *ctx)
{
	s->on_event = fn;
	s->on_event_ctx = ctx;
}

bool ph_session_next_event(struct ph_session *s, struct ph_session_event *out)
{
	*out = (struct ph_session_event){ 0 };
	if (s->tell_ready) {
		s->tell_ready = false;
		out->type = PH_SESSION_READY;
		return true;
	}
	if (ph_traffic_next_done(s, &out->id, &out->delivery)) {
		out->type = PH_SESSION_DONE;
		return true;
	}
	if (s->tell_room) {
		s->tell_room = false;
		out->type = PH_SESSION_ROOM;
		return true;
	}
	if (!s->tell_closed)
		return false;
	s->tell_closed = false;
	out->type = PH_SESSION_CLOSED;
	out->fault = ph_fault_is_set(&s->fault) ? &s->fault : NULL;
	return true;
}

bool ph_session_is_spent(const struct ph_session *s)
{
	return s->client != NULL && ph_smtp_client_is_spent(s->client);
}

bool ph_session_is_closed(const struct ph_session *s)
{
	return s->phase == PH_PHASE_CLOSED;
}

enum ph_err ph_session_start(struct ph_session *s)
{
	if (s->phase != PH_PHASE_NEW)
		return PH_EINVAL;
	ph_loop_update(s->loop);
	s->start_usec = ph_clock_usec();
	return ph_link_dial(s);
}

enum ph_err ph_session_submit(
    struct ph_session *s, const struct ph_job *job, struct ph_fault *fault)
{
	if (s->phase == PH_PHASE_CLOSED || !s->was_ready) {
		ph_fault_set(fault, PH_CAUSE_CONNECTION_LOST, PH_STAGE_MAIL,
		    "%s: the session is not ready", s->where);
		return PH_EINVAL;
	}
	if (job->envelope->rcpt_count == 0 ||
	    (job->content == NULL && !job->probe)) {
		ph_fault_set(fault, PH_CAUSE_BAD_INPUT, PH_STAGE_CONFIG,
		    "the message has no recipient or no content");
		return PH_EINVAL;
	}
	if (ph_session_is_spent(s) && !s->renews) {
		ph_fault_set(fault, PH_CAUSE_CONNECTION_LOST, PH_STAGE_MAIL,
		    "%s takes no more messages in this session", s->where);
		return PH_EINVAL;
	}
	if (!ph_traffic_has_room(s))
		return PH_AGAIN;
	/* Between two messages any time may have passed outside the loop. */
	if (!s->running)
		ph_loop_update(s->loop);

	enum ph_err err = ph_traffic_submit(s, job, fault);
	ph_session_run(s, false);
	return err;
}

void ph_session_quit(struct ph_session *s)
{
	if (s->phase == PH_PHASE_CLOSED)
		return;
	if (!s->running)
		ph_loop_update(s->loop);
	if (s->client == NULL || s->phase != PH_PHASE_TALKING) {
		ph_link_close(s, NULL);
	} else {
		ph_smtp_client_quit(s->client, ph_loop_now(s->loop));
	}
	ph_session_run(s, false);
}

void ph_session_interrupt(struct ph_session *s)
{
	if (s->phase != PH_PHASE_CLOSED)
		ph_link_interrupt(s);
}

/* blocking */

/* One turn of the loop.  False: nothing will come any more. */
static bool turn(struct ph_session *s)
{
	struct ph_fault f;

	if (s->phase == PH_PHASE_CLOSED)
		return false;
	s->in_blocking_call = true;

	bool alive = ph_loop_turn(s->loop);

	s->in_blocking_call = false;
	if (alive || s->phase == PH_PHASE_CLOSED)
		return true;
	ph_fault_set(&f, PH_CAUSE_INTERNAL, s->facts.stage,
	    "left the loop nothing to wait for");
	/* The engine knows what it handed over, and is unsure about it. */
	if (s->phase == PH_PHASE_TALKING) {
		ph_smtp_client_lost(s->client, ph_loop_now(s->loop), &f);
		ph_session_run(s, false);
	} else {
		ph_verdict_place(&f, s->where);
		ph_link_close(s, &f);
	}
	return true;
}

static void copy_fault(const struct ph_session *s, struct ph_fault *fault)
{
	if (fault == NULL)
		return;
	*fault = s->fault;
	if (!ph_fault_is_set(fault)) {
		ph_fault_set(fault, PH_CAUSE_CONNECTION_LOST, s->facts.stage,
		    "%s: the session is over", s->where);
	}
}

enum ph_err ph_session_connect(struct ph_session *s, struct ph_fault *fault)
{
	if (s->phase == PH_PHASE_NEW && ph_session_start(s) != PH_OK) {
		ph_fault_set(fault, PH_CAUSE_NO_MEMORY, PH_STAGE_DNS,
		    "%s: out of memory", s->where);
		return PH_EIO;
	}
	while (!s->tell_ready && turn(s))
		continue;
	if (s->tell_ready) {
		s->tell_ready = false;
		return PH_OK;
	}
	copy_fault(s, fault);
	return PH_EIO;
}

enum ph_err ph_session_deliver(struct ph_session *s, const struct ph_job *job,
    struct ph_delivery **out, struct ph_fault *fault)
{
	enum ph_err err = ph_session_submit(s, job, fault);

	*out = NULL;
	while (err == PH_AGAIN && turn(s))
		err = ph_session_submit(s, job, fault);
	if (err != PH_OK) {
		if (s->phase == PH_PHASE_CLOSED)
			copy_fault(s, fault);
		return err == PH_ENOMEM ? PH_ENOMEM : PH_EINVAL;
	}
	/* Nobody else submits meanwhile: the last one is ours. */
	bool alive = true;
	while (!ph_traffic_take_last(s, out)) {
		if (!alive)
			break;
		alive = turn(s);
	}
	if (*out != NULL)
		return PH_OK;
	copy_fault(s, fault);
	return PH_EINVAL;
}

void ph_session_disconnect(struct ph_session *s)
{
	if (s->phase == PH_PHASE_NEW)
		return;
	ph_session_quit(s);
	while (turn(s))
		continue;
}
