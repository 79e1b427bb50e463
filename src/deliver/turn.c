#include "deliver/session_state.h"

#include "deliver/verdict.h"

#include <stdio.h>

/* A session's turn: bytes read, the engine's events taken, bytes written. */

enum {
	/* What one round writes before other sessions of the loop and this
	   one's replies get their turn. */
	ROUND_MAX = 1024 * 1024,
	SPANS_MAX = 64
};

/* events of the engine */

static void on_trace(struct ph_session *s, const struct ph_smtp_event *ev)
{
	ph_link_trace(s, ev->dir, ev->stage, ev->data);
}

static void on_greeting(struct ph_session *s, const struct ph_smtp_event *ev)
{
	struct ph_span text = ev->reply->text;

	s->facts.timing.greeting = ph_ms_since(s->mark_usec);
	s->mark_usec = ph_clock_usec();
	text = ph_span_first(text, ph_span_find(text, '\n'));
	(void)snprintf(s->greeting, sizeof(s->greeting), "%u %.*s",
	    ev->reply->code, PH_SPAN_ARG(text));
	s->facts.greeting = s->greeting;
	ph_link_reached(s, PH_STAGE_EHLO);
}

static void on_ehlo(struct ph_session *s, const struct ph_smtp_event *ev)
{
	(void)ev;
	s->facts.timing.ehlo = ph_ms_since(s->mark_usec);
	s->facts.ehlo = ph_smtp_client_ehlo(s->client);
	ph_link_reached(s, PH_STAGE_EHLO);
}

static void on_start_tls(struct ph_session *s, const struct ph_smtp_event *ev)
{
	(void)ev;
	ph_link_start_tls(s);
}

static void on_tls_skipped(struct ph_session *s, const struct ph_smtp_event *ev)
{
	char text[PH_FAULT_TEXT_MAX / 2] = "offers no STARTTLS";
	struct ph_fault why;
	struct ph_fault f;

	if (ev->reply != NULL && ev->reply->code != 0) {
		size_t len = (size_t)snprintf(text, sizeof(text), "answered ");

		ph_reply_format(ev->reply, text + len, sizeof(text) - len);
	}
	ph_fault_set(&why, PH_CAUSE_TLS_NOT_OFFERED, PH_STAGE_TLS, "%s %s",
	    s->where, text);
	if (ph_recall_refuses_clear(s, why.text, &f)) {
		ph_link_give_up(s, &f);
		return;
	}
	ph_link_warn(s, PH_STAGE_TLS, "%s %s: going on without encryption",
	    s->where, text);
}

static void on_auth_needed(struct ph_session *s, const struct ph_smtp_event *ev)
{
	(void)ev;
	ph_login_needed(s);
}

static void on_auth_challenge(
    struct ph_session *s, const struct ph_smtp_event *ev)
{
	ph_login_challenge(s, ev->data);
}

static void on_auth_done(struct ph_session *s, const struct ph_smtp_event *ev)
{
	ph_login_answered(s, ev->reply);
}

static void on_ready(struct ph_session *s, const struct ph_smtp_event *ev)
{
	(void)ev;
	/* A login that was not what it should have been is on its way out. */
	if (ph_fault_is_set(&s->fault))
		return;
	s->facts.timing.total = ph_ms_since(s->start_usec);
	if (s->was_ready) {
		ph_traffic_go_on(s);
		return;
	}
	s->was_ready = true;
	s->tell_ready = true;
	s->news = true;
}

static void on_body_wanted(struct ph_session *s, const struct ph_smtp_event *ev)
{
	ph_link_reached(s, PH_STAGE_DATA);
	ph_traffic_body(s, ev->mail);
}

static void on_rcpt_done(struct ph_session *s, const struct ph_smtp_event *ev)
{
	(void)ev;
	ph_link_reached(s, PH_STAGE_RCPT);
}

static void on_mail_done(struct ph_session *s, const struct ph_smtp_event *ev)
{
	ph_traffic_done(s, ev);
}

static void on_room(struct ph_session *s, const struct ph_smtp_event *ev)
{
	(void)ev;
	ph_traffic_go_on(s);
	if (!ph_traffic_has_room(s))
		return;
	s->tell_room = true;
	s->news = true;
}

static void on_closed(struct ph_session *s, const struct ph_smtp_event *ev)
{
	struct ph_fault f = { 0 };

	if (ev->fault != NULL) {
		f = *ev->fault;
		if (f.cause != PH_CAUSE_INTERRUPTED)
			ph_verdict_place(&f, s->where);
		ph_recall_date(s, &f);
	}
	/* Bytes behind the answer to STARTTLS are no lack of TLS: somebody in
	   between may have put them there to have it done without. */
	if (f.stage == PH_STAGE_TLS && ph_fault_is_set(&f) && !s->was_ready &&
	    f.cause != PH_CAUSE_TLS_INJECTED && ph_link_may_step_down(s)) {
		ph_link_step_down(s, &f);
	} else if (ph_login_survives(s, &f) || ph_traffic_survives(s, &f)) {
		s->start_over = true;
	} else {
		ph_link_close(s, &f);
	}
}

typedef void event_fn(struct ph_session *s, const struct ph_smtp_event *ev);

static event_fn *const handlers[] = {
	[PH_SMTP_TRACE] = on_trace,
	[PH_SMTP_GREETING] = on_greeting,
	[PH_SMTP_EHLO] = on_ehlo,
	[PH_SMTP_START_TLS] = on_start_tls,
	[PH_SMTP_TLS_SKIPPED] = on_tls_skipped,
	[PH_SMTP_AUTH_NEEDED] = on_auth_needed,
	[PH_SMTP_AUTH_CHALLENGE] = on_auth_challenge,
	[PH_SMTP_AUTH_DONE] = on_auth_done,
	[PH_SMTP_READY] = on_ready,
	[PH_SMTP_BODY_WANTED] = on_body_wanted,
	[PH_SMTP_RCPT_DONE] = on_rcpt_done,
	[PH_SMTP_MAIL_DONE] = on_mail_done,
	[PH_SMTP_ROOM] = on_room,
	[PH_SMTP_CLOSED] = on_closed,
};

static bool is_talking(const struct ph_session *s)
{
	return s->phase == PH_PHASE_TALKING && !s->start_over;
}

static void take_events(struct ph_session *s)
{
	struct ph_smtp_event ev;

	while (is_talking(s) && ph_smtp_client_next_event(s->client, &ev)) {
		if ((size_t)ev.type < PH_COUNT(handlers) &&
		    handlers[ev.type] != NULL)
			handlers[ev.type](s, &ev);
	}
}

/* bytes */

static void lost(struct ph_session *s, const struct ph_fault *fault)
{
	ph_smtp_client_lost(s->client, ph_loop_now(s->loop), fault);
	take_events(s);
}

static void read_all(struct ph_session *s)
{
	while (is_talking(s)) {
		size_t got = 0;
		enum ph_err err =
		    ph_stream_read(s->stream, s->in, sizeof(s->in), &got);

		if (err == PH_AGAIN)
			return;
		if (err == PH_EOF) {
			lost(s, NULL);
			return;
		}
		if (err != PH_OK) {
			lost(s, ph_stream_fault(s->stream));
			return;
		}
		/* Out of memory is told by CLOSED, like all else. */
		(void)!ph_smtp_client_receive(s->client, ph_loop_now(s->loop),
		    (struct ph_span){ s->in, got });
		take_events(s);
	}
}

/* The socket takes nothing more: what the server said last may still be there,
   and is the better reason. */
static void write_failed(struct ph_session *s)
{
	struct ph_fault f = *ph_stream_fault(s->stream);

	read_all(s);
	if (is_talking(s))
		lost(s, &f);
}

static void write_all(struct ph_session *s)
{
	struct ph_span spans[SPANS_MAX];
	size_t written = 0;

	while (is_talking(s)) {
		size_t put = 0;
		size_t count =
		    ph_smtp_client_pending(s->client, spans, SPANS_MAX);

		if (count == 0)
			return;
		if (written >= ROUND_MAX) {
			s->resume = true;
			return;
		}

		enum ph_err err =
		    ph_stream_writev(s->stream, spans, count, &put);
		if (err == PH_AGAIN)
			return;
		if (err != PH_OK) {
			write_failed(s);
			return;
		}
		written += put;
		ph_smtp_client_sent(s->client, ph_loop_now(s->loop), put);
		take_events(s);
	}
}

static void notify(struct ph_session *s, bool from_loop)
{
	if (!s->news || s->on_event == NULL || s->in_blocking_call)
		return;
	if (!from_loop) {
		s->resume = true;
		return;
	}
	s->news = false;
	s->on_event(s->on_event_ctx);
}

static void arm(struct ph_session *s)
{
	ph_msec at = s->handshake_until;

	if (s->phase == PH_PHASE_TALKING) {
		ph_msec deadline = ph_smtp_client_deadline(s->client);

		if (deadline < at)
			at = deadline;
		if (s->login.step_until < at)
			at = s->login.step_until;
	}
	if (s->gate_at < at)
		at = s->gate_at;
	if (s->helo_until < at)
		at = s->helo_until;
	if (s->resume)
		at = ph_loop_now(s->loop);
	/* Later ones wait for the timer to fire in vain: cheaper than moving it
	   with every reply.  But nothing holds up the loop after the end. */
	if (at >= s->armed_at &&
	    (s->phase != PH_PHASE_CLOSED || at == s->armed_at))
		return;
	s->armed_at = at;
	ph_timer_set(s->timer, at);
}

static void do_round(struct ph_session *s, bool from_loop)
{
	if (s->phase == PH_PHASE_PROXY && ph_passage_run(s))
		s->again = true;
	if (s->phase == PH_PHASE_HANDSHAKE && ph_link_handshake(s))
		s->again = true;
	if (is_talking(s))
		ph_login_tick(s);
	take_events(s);
	read_all(s);
	notify(s, from_loop);
	write_all(s);
	if (s->start_over) {
		ph_link_reconnect(s);
		s->again = true;
	}
	if (s->news && from_loop && s->on_event != NULL)
		s->again = s->again || !s->in_blocking_call;
}

void ph_session_run(struct ph_session *s, bool from_loop)
{
	s->again = true;
	if (s->running)
		return;
	s->running = true;
	while (s->again) {
		s->again = false;
		do_round(s, from_loop);
	}
	s->running = false;
	arm(s);
}

void ph_link_on_stream(void *ctx)
{
	ph_session_run(ctx, true);
}

void ph_link_on_timer(void *ctx)
{
	struct ph_session *s = ctx;

	s->armed_at = PH_NEVER;
	s->resume = false;
	ph_gate_tick(s);
	ph_helo_tick(s);
	if (s->phase == PH_PHASE_TALKING &&
	    ph_smtp_client_deadline(s->client) <= ph_loop_now(s->loop))
		ph_smtp_client_tick(s->client, ph_loop_now(s->loop));
	ph_session_run(s, true);
}
