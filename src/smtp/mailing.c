#include "smtp/engine.h"

#include <inttypes.h>
#include <stdio.h>

/* Whether another command may be written now. */
static bool may_ask(const struct ph_smtp_client *c)
{
	return ph_outbox_has_room(&c->outbox) &&
	    /* One is kept free for what ends a content. */
	    ph_pipeline_room(&c->pipeline) > 1 &&
	    c->events.count < PH_EVENTS_SOFT_MAX &&
	    (ph_engine_pipelines(c) || ph_pipeline_is_empty(&c->pipeline));
}

static void ask_plain(struct ph_smtp_client *c, enum ph_command command,
    enum ph_step step, struct ph_transaction *t)
{
	struct ph_question q = { .step = step, .transaction = t };

	ph_engine_ask(
	    c, ph_command_write(ph_outbox_text(&c->outbox), command), &q);
}

static void ask_mail(struct ph_smtp_client *c, struct ph_transaction *t)
{
	const struct ph_envelope *env = t->mail.envelope;
	bool dsn = ph_engine_offers(c, PH_EHLO_DSN);
	struct ph_question q = { .step = PH_STEP_MAIL, .transaction = t };
	struct ph_command_mail mail = {
		.sender = env->sender,
		.has_size =
		    t->mail.size > 0 && ph_engine_offers(c, PH_EHLO_SIZE),
		.size = t->mail.size,
		.eight_bit =
		    t->mail.eight_bit && ph_engine_offers(c, PH_EHLO_8BITMIME),
		.utf8 = t->utf8,
	};

	if (dsn) {
		mail.ret = env->ret;
		mail.envid = env->envid;
	}
	t->state = PH_TRANSACTION_ENVELOPE;
	ph_engine_ask(
	    c, ph_command_mail(ph_outbox_text(&c->outbox), &mail), &q);
}

/* A transaction whose content goes by BDAT may be refused with its envelope
   still open (RFC 3030 2), and what was written behind it would meet that.
   Refused already, it may still have a chunk to be answered. */
static bool needs_rset(
    const struct ph_smtp_client *c, const struct ph_transaction *before)
{
	return c->needs_rset || (before != NULL && before->bdat);
}

/* By BDAT the content goes out before anybody said yes to its envelope.  That
   is for servers which have shown that they take our mail: one that hangs up on
   a MAIL it refuses would leave us unsure about a content that nobody wanted,
   and some break when a chunk meets no transaction.  By DATA the first mail
   costs the same round trips as with a pause before BDAT. */
static bool may_bdat(
    const struct ph_smtp_client *c, const struct ph_transaction *t)
{
	return c->has_delivered && !t->mail.probe && t->mail.size > 0 &&
	    t->mail.size <= PH_BDAT_CONTENT_MAX && ph_engine_pipelines(c) &&
	    ph_engine_offers(c, PH_EHLO_CHUNKING);
}

/* MAIL, if it is time for it. */
static void begin(struct ph_smtp_client *c, struct ph_transaction *t,
    const struct ph_transaction *before)
{
	const struct ph_pipeline_entry *oldest =
	    ph_pipeline_oldest(&c->pipeline);

	/* RFC 2920 3.1: NOOP is the last of a group. */
	if (!may_ask(c) || (oldest != NULL && oldest->step == PH_STEP_NOOP))
		return;
	if (needs_rset(c, before)) {
		c->needs_rset = false;
		ask_plain(c, PH_COMMAND_RSET, PH_STEP_RSET, NULL);
		/* It costs no round trip where commands may queue. */
		if (!may_ask(c))
			return;
	}
	t->bdat = may_bdat(c, t);
	ask_mail(c, t);
}

static void ask_rcpt(struct ph_smtp_client *c, struct ph_transaction *t)
{
	struct ph_question q = {
		.step = PH_STEP_RCPT, .transaction = t, .rcpt = t->rcpt_asked
	};
	const struct ph_envelope_rcpt *rcpt =
	    &t->mail.envelope->rcpts[t->rcpt_asked++];

	ph_engine_ask(c,
	    ph_command_rcpt(ph_outbox_text(&c->outbox), rcpt,
		ph_engine_offers(c, PH_EHLO_DSN), t->utf8),
	    &q);
}

/* All recipients were asked for: what comes next? */
static void ask_content(struct ph_smtp_client *c, struct ph_transaction *t)
{
	if (t->mail.probe) {
		t->state = PH_TRANSACTION_ASKED;
		ask_plain(c, PH_COMMAND_RSET, PH_STEP_RSET, t);
	} else if (t->bdat) {
		t->state = PH_TRANSACTION_BODY;
		t->body_begin = c->outbox.queued;
	} else {
		t->state = PH_TRANSACTION_ASKED;
		ask_plain(c, PH_COMMAND_DATA, PH_STEP_DATA, t);
	}
}

static void ask_envelope(struct ph_smtp_client *c, struct ph_transaction *t)
{
	while (may_ask(c) && ph_transaction_has_hope(t) &&
	    t->rcpt_asked < t->rcpt_limit) {
		ask_rcpt(c, t);
	}
	if (may_ask(c) && ph_transaction_has_hope(t) &&
	    t->rcpt_asked == t->rcpt_limit) {
		ask_content(c, t);
	}
}

static void want_body(struct ph_smtp_client *c, struct ph_transaction *t)
{
	struct ph_event ev = { .type = PH_SMTP_BODY_WANTED,
		.stage = PH_STAGE_DATA,
		.mail = t->mail.id };

	/* Pieces are borrowed until they are sent. */
	if (t->is_wanted || c->outbox.sent < t->body_end || !may_ask(c))
		return;
	t->is_wanted = true;
	ph_engine_tell(c, &ev, NULL, (struct ph_span){ "", 0 });
}

static void trace_content(
    struct ph_smtp_client *c, const struct ph_transaction *t)
{
	char note[64];
	int len = snprintf(note, sizeof(note), "%" PRIu64 " octets of content",
	    t->feed.octets);

	ph_transcript_add(c, PH_DIR_NOTE, PH_STAGE_DATA,
	    (struct ph_span){ note, len > 0 ? (size_t)len : 0 });
}

/* What makes the last line a line, and for DATA the dot. */
static void end_body(struct ph_smtp_client *c, struct ph_transaction *t)
{
	struct ph_buf *text = ph_outbox_text(&c->outbox);

	enum ph_err err = ph_buf_append(text, ph_feed_missing_end(&t->feed));
	if (err != PH_OK) {
		ph_engine_out_of_memory(c);
		return;
	}
	(void)ph_outbox_commit(&c->outbox);
	t->state = PH_TRANSACTION_ENDED;
	trace_content(c, t);
	if (!t->bdat)
		ask_plain(c, PH_COMMAND_DOT, PH_STEP_DOT, t);
	t->body_end = c->outbox.queued;
}

static void move_body(struct ph_smtp_client *c, struct ph_transaction *t)
{
	enum ph_err err = ph_feed_move(&t->feed, &c->outbox);
	if (err == PH_AGAIN)
		return;
	if (err != PH_OK) {
		ph_engine_out_of_memory(c);
		return;
	}
	if (!t->feed.last) {
		if (t->feed.count > 0)
			t->body_end = c->outbox.queued;
		t->feed.count = t->feed.at = 0;
		if (!t->is_decided)
			want_body(c, t);
	} else if (ph_outbox_has_room(&c->outbox)) {
		end_body(c, t);
	}
}

/* Whether nothing of it is left to be written or answered. */
static bool is_over(const struct ph_transaction *t)
{
	if (t->state == PH_TRANSACTION_QUEUED || t->unanswered > 0)
		return false;
	/* ASKED: RSET was answered, or DATA refused. */
	if (t->state == PH_TRANSACTION_ENDED ||
	    t->state == PH_TRANSACTION_ASKED) {
		return true;
	}
	return !ph_transaction_has_hope(t);
}

/* Whether the server may still think the transaction open. */
static bool leaves_it_open(const struct ph_transaction *t)
{
	if (t->mail.probe && t->state == PH_TRANSACTION_ASKED)
		return false;
	if (t->state == PH_TRANSACTION_ENDED) {
		return t->bdat &&
		    !(t->is_decided && ph_reply_class(&t->result.reply) == 2);
	}
	/* A MAIL that was refused opened nothing. */
	return !(t->is_decided && t->result.stage == PH_STAGE_MAIL);
}

static bool is_begun(const struct ph_transaction *t)
{
	return t != NULL && t->state != PH_TRANSACTION_QUEUED;
}

static void settle_over(struct ph_smtp_client *c, struct ph_transaction *t)
{
	if (t->is_decided && ph_reply_class(&t->result.reply) == 2)
		c->has_delivered = true;
	/* If the next began already, RSET went before its MAIL. */
	if (leaves_it_open(t) && !is_begun(t->next))
		c->needs_rset = true;
	ph_mailing_finish(c);
}

/* Returns whether the one behind it may go on. */
static bool move_one(struct ph_smtp_client *c, struct ph_transaction *t,
    const struct ph_transaction *before)
{
	if (t == c->failed)
		return false;
	if (t->state == PH_TRANSACTION_QUEUED)
		begin(c, t, before);
	if (t->state == PH_TRANSACTION_ENVELOPE)
		ask_envelope(c, t);
	if (t->state == PH_TRANSACTION_BODY)
		move_body(c, t);
	return t->state == PH_TRANSACTION_ENDED;
}

/* Answers come in order, so what is over is at the head. */
static void finish_over(struct ph_smtp_client *c)
{
	while (c->phase == PH_PHASE_READY && c->transactions != NULL &&
	    is_over(c->transactions)) {
		settle_over(c, c->transactions);
	}
}

void ph_mailing_move(struct ph_smtp_client *c)
{
	finish_over(c);

	struct ph_transaction *before = NULL;
	struct ph_transaction *t = c->transactions;
	while (
	    t != NULL && move_one(c, t, before) && c->phase == PH_PHASE_READY) {
		before = t;
		t = t->next;
	}
}

void ph_mailing_report(struct ph_smtp_client *c, struct ph_transaction *t)
{
	struct ph_event ev = {
		.type = PH_SMTP_MAIL_DONE, .mail = t->mail.id, .transaction = t
	};

	ph_transaction_finish(t);
	ev.stage = t->result.stage;
	t->next = c->done;
	c->done = t;
	c->done_count++;
	ph_engine_tell(c, &ev, NULL, (struct ph_span){ "", 0 });
}

void ph_mailing_finish(struct ph_smtp_client *c)
{
	struct ph_transaction *t = c->transactions;

	c->transactions = t->next;
	if (c->transactions == NULL)
		c->newest = NULL;
	c->transaction_count--;
	ph_mailing_report(c, t);
}

static void on_rcpt(struct ph_smtp_client *c, struct ph_transaction *t,
    size_t rcpt, const struct ph_reply *reply)
{
	struct ph_event ev = { .type = PH_SMTP_RCPT_DONE,
		.stage = PH_STAGE_RCPT,
		.mail = t->mail.id,
		.rcpt = rcpt };
	bool is_echo = t->is_decided;

	ph_transaction_rcpt(t, reply);
	/* A server that leaves here was never asked for the content. */
	if (t->rcpt_answered == t->rcpt_limit &&
	    ph_step_judge(PH_STEP_RCPT, reply) != PH_VERDICT_CLOSING)
		t->stage = PH_STAGE_DATA;
	if (!is_echo)
		ph_engine_tell(c, &ev, reply, (struct ph_span){ "", 0 });
}

/* A reply about the content: it counts where somebody was to get it. */
static void decide_content(
    struct ph_transaction *t, const struct ph_reply *reply)
{
	if (t->rcpt_accepted > 0)
		ph_transaction_decide(t, PH_STAGE_DATA, reply);
}

static void on_data(struct ph_smtp_client *c, struct ph_transaction *t,
    const struct ph_reply *reply, enum ph_verdict verdict)
{
	if (verdict != PH_VERDICT_GOOD) {
		decide_content(t, reply);
		return;
	}
	t->body_begin = c->outbox.queued;
	t->state = PH_TRANSACTION_BODY;
	if (ph_transaction_has_hope(t))
		return;
	/* RFC 2920 3.1: 354 although nobody is to get it: a dot, no more. */
	t->state = PH_TRANSACTION_ENDED;
	ask_plain(c, PH_COMMAND_DOT, PH_STEP_DOT, t);
	t->body_end = c->outbox.queued;
}

static void on_bdat(struct ph_transaction *t, const struct ph_reply *reply,
    enum ph_verdict verdict)
{
	bool is_last = t->state == PH_TRANSACTION_ENDED && t->unanswered == 0;

	if (verdict != PH_VERDICT_GOOD || is_last)
		decide_content(t, reply);
}

static void on_session_answer(struct ph_smtp_client *c, enum ph_step step,
    const struct ph_reply *reply, enum ph_verdict verdict)
{
	if (step == PH_STEP_NOOP) {
		ph_engine_tell_reply(c, PH_SMTP_NOOP_DONE, reply);
	} else if (verdict != PH_VERDICT_GOOD) {
		/* Nobody knows what the next MAIL would be added to. */
		ph_ending_broken(c, PH_CAUSE_PROTOCOL, PH_STAGE_MAIL, reply);
	}
}

void ph_mailing_answered(struct ph_smtp_client *c,
    const struct ph_pipeline_entry *entry, const struct ph_reply *reply,
    enum ph_verdict verdict)
{
	struct ph_transaction *t = entry->transaction;

	if (t == NULL) {
		on_session_answer(c, entry->step, reply, verdict);
		return;
	}
	t->unanswered--;
	if (entry->step == PH_STEP_MAIL) {
		t->stage = PH_STAGE_RCPT;
		if (verdict != PH_VERDICT_GOOD)
			ph_transaction_decide(t, PH_STAGE_MAIL, reply);
	} else if (entry->step == PH_STEP_RCPT) {
		on_rcpt(c, t, entry->rcpt, reply);
	} else if (entry->step == PH_STEP_DATA) {
		on_data(c, t, reply, verdict);
	} else if (entry->step == PH_STEP_DOT) {
		decide_content(t, reply);
	} else if (entry->step == PH_STEP_BDAT) {
		on_bdat(t, reply, verdict);
	}
	finish_over(c);
	/* The probe had its answers; its end the session cannot do without. */
	if (entry->step == PH_STEP_RSET &&
	    ph_step_judge(entry->step, reply) != PH_VERDICT_CLOSING)
		on_session_answer(c, entry->step, reply, verdict);
}

bool ph_mailing_interrupted(
    struct ph_smtp_client *c, const struct ph_reply *reply)
{
	struct ph_transaction *t = c->transactions;

	if (t == NULL || ph_reply_class(reply) < 4 ||
	    (t->state != PH_TRANSACTION_BODY &&
		t->state != PH_TRANSACTION_ENDED)) {
		return false;
	}
	decide_content(t, reply);
	ph_ending_broken(c,
	    ph_reply_class(reply) == 4 ? PH_CAUSE_MESSAGE_DEFERRED
				       : PH_CAUSE_MESSAGE_REFUSED,
	    PH_STAGE_DATA, reply);
	return true;
}
