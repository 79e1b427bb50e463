#include "smtp/engine.h"

#include "base/note.h"

#include <stdio.h>

void ph_ending_fault(struct ph_fault *f, enum ph_cause cause,
    enum ph_stage stage, const struct ph_reply *reply)
{
	char words[512];

	ph_reply_format(reply, words, sizeof(words));
	ph_fault_set(f, cause, stage, "answered %s", words);
	f->code = reply->code;
	memcpy(f->enhanced, reply->enhanced, sizeof(f->enhanced));
}

/* Whether the server has all of a content that it might yet deliver. */
static bool is_handed_over(
    const struct ph_smtp_client *c, const struct ph_transaction *t)
{
	return t->state == PH_TRANSACTION_ENDED &&
	    c->outbox.sent >= t->body_end && ph_transaction_has_hope(t);
}

/* RFC 1047: the server may have taken it and not got to say so.  A 421 says
   that it did not (RFC 5321 4.2.3, 3.8), for what came behind as well. */
static bool is_unsure(const struct ph_smtp_client *c,
    const struct ph_transaction *t, const struct ph_fault *fault)
{
	return is_handed_over(c, t) && fault->cause != PH_CAUSE_SHUTTING_DOWN;
}

static bool is_of_the_stream(enum ph_stage stage)
{
	return stage == PH_STAGE_DNS || stage == PH_STAGE_CONNECT ||
	    stage == PH_STAGE_PROXY || stage == PH_STAGE_TLS;
}

/* fault is this transaction's own copy. */
static void abandon(
    struct ph_smtp_client *c, struct ph_transaction *t, struct ph_fault *fault)
{
	if (!is_of_the_stream(fault->stage))
		fault->stage = t->stage;
	if (!is_unsure(c, t, fault)) {
		ph_transaction_abandon(t, PH_RETRY, fault);
		return;
	}
	if (fault->cause == PH_CAUSE_CONNECTION_LOST ||
	    fault->cause == PH_CAUSE_TIMEOUT) {
		fault->cause = PH_CAUSE_LOST_AFTER_DOT;
	}
	ph_transaction_abandon(t, PH_UNSURE, fault);
}

void ph_ending_close(struct ph_smtp_client *c, const struct ph_fault *fault)
{
	struct ph_fault why;

	if (c->phase == PH_PHASE_CLOSED)
		return;
	c->last_stage = ph_smtp_client_stage(c);
	ph_transcript_tell_gap(c, c->last_stage);
	if (fault != NULL)
		c->fault = *fault;
	why = c->fault;
	if (ph_fault_is_set(&c->fault))
		c->last_stage = c->fault.stage;
	c->phase = PH_PHASE_CLOSED;
	while (c->transactions != NULL) {
		struct ph_fault own = why;

		abandon(c, c->transactions, &own);
		if (own.cause == PH_CAUSE_LOST_AFTER_DOT)
			c->fault.cause = own.cause;
		ph_mailing_finish(c);
	}
	ph_outbox_release(&c->outbox);
	ph_pipeline_init(&c->pipeline);
	ph_buf_wipe(&c->initial);
	ph_buf_wipe(&c->told);
	ph_buf_wipe(&c->raw);
}

static void say_quit(struct ph_smtp_client *c)
{
	struct ph_question q = { .step = PH_STEP_QUIT };

	ph_engine_go(c, PH_PHASE_LEAVING);
	c->quit_at = c->now;
	ph_engine_ask(c,
	    ph_command_write(ph_outbox_text(&c->outbox), PH_COMMAND_QUIT), &q);
}

void ph_ending_leave(struct ph_smtp_client *c, const struct ph_fault *fault)
{
	if (c->phase == PH_PHASE_CLOSED)
		return;
	c->fault = *fault;
	say_quit(c);
}

void ph_ending_refused(struct ph_smtp_client *c, enum ph_cause cause,
    enum ph_stage stage, const struct ph_reply *reply)
{
	struct ph_fault f;

	ph_ending_fault(&f, cause, stage, reply);
	ph_ending_leave(c, &f);
}

void ph_ending_broken(struct ph_smtp_client *c, enum ph_cause cause,
    enum ph_stage stage, const struct ph_reply *reply)
{
	struct ph_fault f;

	ph_ending_fault(&f, cause, stage, reply);
	ph_ending_close(c, &f);
}

static bool is_over_but_quit(const struct ph_smtp_client *c)
{
	switch (c->phase) {
	case PH_PHASE_OPENING:
	case PH_PHASE_LOGIN:
	case PH_PHASE_READY:
		return c->transactions == NULL &&
		    ph_pipeline_is_empty(&c->pipeline);
	case PH_PHASE_TLS:
	case PH_PHASE_AUTH:
	case PH_PHASE_CHALLENGE:
	case PH_PHASE_LEAVING:
	case PH_PHASE_CLOSED:
		break;
	}
	return false;
}

/* Those before it are through, or can say nothing any more. */
static bool is_failed_next(const struct ph_smtp_client *c)
{
	const struct ph_pipeline_entry *oldest =
	    ph_pipeline_oldest(&c->pipeline);

	return c->failed != NULL &&
	    (oldest == NULL || oldest->transaction == c->failed);
}

void ph_ending_move(struct ph_smtp_client *c)
{
	if (c->phase == PH_PHASE_CLOSED)
		return;
	if (is_failed_next(c)) {
		struct ph_fault f = c->failed->result.fault;

		ph_ending_close(c, &f);
		return;
	}
	/* What went wrong was said; the answer to QUIT adds nothing. */
	if (c->phase == PH_PHASE_LEAVING && ph_fault_is_set(&c->fault) &&
	    ph_outbox_is_empty(&c->outbox)) {
		ph_ending_close(c, NULL);
		return;
	}
	if (!c->is_quitting)
		return;
	if (c->quit_at == PH_NEVER && c->transactions == NULL)
		c->quit_at = c->now;
	if (c->phase == PH_PHASE_CHALLENGE) {
		ph_opening_cancel(c);
	} else if (is_over_but_quit(c)) {
		say_quit(c);
	}
}

/* Where the conversation stood, after "hung up". */
static void where(const struct ph_smtp_client *c, char *out, size_t size)
{
	const struct ph_pipeline_entry *oldest =
	    ph_pipeline_oldest(&c->pipeline);
	const struct ph_transaction *t = c->transactions;

	if (oldest != NULL && oldest->step == PH_STEP_GREETING) {
		(void)snprintf(out, size, "%s its greeting",
		    c->is_heard ? "amid" : "before");
	} else if (oldest != NULL && ph_pipeline_awaits(&c->pipeline)) {
		(void)snprintf(
		    out, size, "after %s", ph_step_name(oldest->step));
	} else if (c->phase == PH_PHASE_TLS) {
		(void)snprintf(out, size, "amid the TLS handshake");
	} else if (c->phase == PH_PHASE_LOGIN ||
	    c->phase == PH_PHASE_CHALLENGE) {
		(void)snprintf(out, size, "amid the login");
	} else if (t != NULL && t->state >= PH_TRANSACTION_BODY) {
		(void)snprintf(out, size, "amid the content");
	} else {
		(void)snprintf(out, size, "between commands");
	}
}

/* Why the stream is over, where whoever has it does not say. */
static void hung_up(struct ph_smtp_client *c, struct ph_fault *f)
{
	char place[64];

	where(c, place, sizeof(place));
	ph_fault_set(f, PH_CAUSE_CONNECTION_LOST, ph_smtp_client_stage(c),
	    "hung up %s", place);
}

void ph_smtp_client_lost(
    struct ph_smtp_client *c, ph_msec now, const struct ph_fault *fault)
{
	struct ph_fault f;

	ph_engine_end_loan(c);
	c->now = now;
	hung_up(c, &f);
	if (fault != NULL) {
		enum ph_stage stage = f.stage;

		f = *fault;
		if (!is_of_the_stream(f.stage))
			f.stage = stage;
	}
	ph_transcript_ended(
	    c, f.cause == PH_CAUSE_INTERRUPTED ? "" : PH_NOTE_LOST, f.text);
	/* RFC 5321 4.1.1.10: no answer to QUIT means nothing. */
	ph_ending_close(c, c->phase == PH_PHASE_LEAVING ? NULL : &f);
}

void ph_smtp_client_quit(struct ph_smtp_client *c, ph_msec now)
{
	ph_engine_end_loan(c);
	c->now = now;
	c->is_quitting = true;
	ph_engine_settle(c);
}
