#include "smtp/engine.h"

#include "base/secret.h"

#include <stdio.h>
#include <stdlib.h>

enum {
	CODE_CHALLENGE = 334,
	CODE_CLOSING = 421,
	/* Less is no secret, and stands in many a word. */
	TOLD_MIN = 8,
	SECRET_MIN = 4
};

static const struct ph_span nothing = { "", 0 };

static enum ph_err set_options(
    struct ph_smtp_client *c, const struct ph_smtp_options *opt)
{
	if (!ph_command_is_helo(opt->helo))
		return PH_EINVAL;
	c->options = *opt;
	memcpy(c->helo_name, opt->helo.ptr, opt->helo.len);
	c->options.helo.ptr = c->helo_name;
	if (c->options.window == 0)
		c->options.window = PH_WINDOW_DEFAULT;
	if (c->options.window > PH_WINDOW_MAX)
		c->options.window = PH_WINDOW_MAX;
	c->is_secure = opt->secure;
	return PH_OK;
}

enum ph_err ph_smtp_client_new(
    const struct ph_smtp_options *opt, ph_msec now, struct ph_smtp_client **out)
{
	struct ph_smtp_client *c = calloc(1, sizeof(*c));

	if (c == NULL)
		return PH_ENOMEM;
	ph_outbox_init(&c->outbox);
	ph_pipeline_init(&c->pipeline);
	ph_buf_init(&c->initial, PH_SECRET_MAX);
	ph_buf_init(&c->told, PH_OUTBOX_TEXT_MAX);
	ph_buf_init(&c->raw, PH_TRANSCRIPT_REPLY_MAX);
	c->now = now;
	c->answered_at = now;
	c->progress_at = now;
	c->quit_at = PH_NEVER;

	enum ph_err err = set_options(c, opt);
	if (err == PH_OK)
		err = ph_events_init(&c->events);
	if (err == PH_OK)
		err = ph_reply_parser_new(&c->parser);
	if (err != PH_OK) {
		ph_smtp_client_free(c);
		return err;
	}
	ph_opening_begin(c);
	*out = c;
	return PH_OK;
}

static void free_list(struct ph_transaction *t)
{
	while (t != NULL) {
		struct ph_transaction *next = t->next;

		ph_transaction_free(t);
		t = next;
	}
}

void ph_smtp_client_free(struct ph_smtp_client *c)
{
	if (c == NULL)
		return;
	free_list(c->transactions);
	free_list(c->done);
	free_list(c->spare);
	ph_transaction_free(c->loaned);
	ph_events_release(&c->events);
	ph_outbox_release(&c->outbox);
	ph_buf_wipe(&c->initial);
	ph_buf_wipe(&c->told);
	ph_buf_wipe(&c->raw);
	ph_reply_parser_free(c->parser);
	free(c);
}

bool ph_engine_pipelines(const struct ph_smtp_client *c)
{
	return ph_engine_offers(c, PH_EHLO_PIPELINING);
}

bool ph_engine_offers(const struct ph_smtp_client *c, enum ph_ehlo_flag flag)
{
	if (flag == PH_EHLO_PIPELINING && c->options.no_pipelining)
		return false;
	if (flag == PH_EHLO_CHUNKING && c->options.no_chunking)
		return false;
	return ph_ehlo_has(&c->ehlo, flag);
}

void ph_engine_out_of_memory(struct ph_smtp_client *c)
{
	struct ph_fault f;

	c->is_out_of_memory = true;
	ph_fault_set(
	    &f, PH_CAUSE_NO_MEMORY, ph_smtp_client_stage(c), "out of memory");
	ph_ending_close(c, &f);
}

void ph_engine_tell(struct ph_smtp_client *c, const struct ph_event *event,
    const struct ph_reply *reply, struct ph_span data)
{
	/* After the end only results are told. */
	if (c->phase == PH_PHASE_CLOSED && event->type != PH_SMTP_MAIL_DONE)
		return;
	if (ph_events_add(&c->events, event, reply, data) != PH_OK)
		ph_engine_out_of_memory(c);
}

void ph_engine_tell_reply(struct ph_smtp_client *c,
    enum ph_smtp_event_type type, const struct ph_reply *reply)
{
	struct ph_event ev = { .type = type, .stage = ph_smtp_client_stage(c) };

	ph_engine_tell(c, &ev, reply, nothing);
}

static void keep_told(struct ph_smtp_client *c, struct ph_span line)
{
	struct ph_span rest = ph_span_trim(line);
	struct ph_span word = { "", 0 };

	while (ph_span_split(&rest, ' ', &word))
		continue;
	c->has_told = true;
	ph_buf_wipe(&c->told);
	if (word.len >= TOLD_MIN && ph_buf_append(&c->told, word) != PH_OK)
		ph_engine_out_of_memory(c);
}

void ph_engine_ask(struct ph_smtp_client *c, enum ph_err err,
    const struct ph_question *question)
{
	bool is_secret = question->shown.len > 0;
	struct ph_pipeline_entry entry = { .step = question->step,
		.transaction = question->transaction,
		.rcpt = question->rcpt };

	/* What is asked was checked before: only memory can fail. */
	if (err != PH_OK)
		ph_engine_out_of_memory(c);
	if (c->phase == PH_PHASE_CLOSED) {
		ph_outbox_release(&c->outbox);
		return;
	}

	struct ph_span line = is_secret ? ph_outbox_commit_secret(&c->outbox)
					: ph_outbox_commit(&c->outbox);

	if (question->tells)
		keep_told(c, line);
	if (c->phase == PH_PHASE_CLOSED)
		return;
	entry.end = c->outbox.queued + question->payload;
	ph_pipeline_add(&c->pipeline, &entry);
	if (entry.transaction != NULL)
		entry.transaction->unanswered++;
	ph_transcript_add(c, PH_DIR_OUT, ph_step_stage(entry.step),
	    is_secret ? question->shown : line);
}

void ph_engine_end_loan(struct ph_smtp_client *c)
{
	if (c->loaned == NULL)
		return;
	c->loaned->next = c->spare;
	c->spare = c->loaned;
	c->loaned = NULL;
}

static void tell_room(struct ph_smtp_client *c)
{
	bool room = ph_smtp_client_has_room(c);

	if (room && !c->has_told_room)
		ph_engine_tell_reply(c, PH_SMTP_ROOM, NULL);
	c->has_told_room = room;
}

void ph_engine_settle(struct ph_smtp_client *c)
{
	bool is_writing;

	ph_mailing_move(c);
	ph_ending_move(c);
	tell_room(c);
	is_writing = !ph_outbox_is_empty(&c->outbox);
	if (is_writing && !c->is_writing)
		c->progress_at = c->now;
	c->is_writing = is_writing;
}

static bool is_opening(enum ph_step step)
{
	return step < PH_STEP_MAIL;
}

/* 421: the one that it answers gets it; nothing else will be answered. */
static void on_closing(struct ph_smtp_client *c,
    const struct ph_pipeline_entry *entry, const struct ph_reply *reply)
{
	if (entry->step == PH_STEP_QUIT) {
		ph_ending_close(c, NULL);
		return;
	}
	if (entry->transaction != NULL)
		ph_mailing_answered(c, entry, reply, PH_VERDICT_DEFERRED);
	ph_ending_broken(
	    c, PH_CAUSE_SHUTTING_DOWN, ph_step_stage(entry->step), reply);
}

static void on_answer(struct ph_smtp_client *c, const struct ph_reply *reply)
{
	struct ph_pipeline_entry entry = ph_pipeline_answer(&c->pipeline);
	enum ph_verdict verdict = ph_step_judge(entry.step, reply);
	enum ph_stage stage = ph_step_stage(entry.step);

	ph_transcript_received(c, stage, verdict == PH_VERDICT_MORE);
	c->answered_at = c->now;
	if (verdict == PH_VERDICT_CLOSING) {
		on_closing(c, &entry, reply);
	} else if (entry.step == PH_STEP_QUIT) {
		ph_ending_close(c, NULL);
	} else if (verdict == PH_VERDICT_NONSENSE &&
	    entry.step != PH_STEP_GREETING) {
		ph_ending_broken(c, PH_CAUSE_PROTOCOL, stage, reply);
	} else if (is_opening(entry.step)) {
		ph_opening_answered(c, entry.step, reply, verdict);
	} else {
		ph_mailing_answered(c, &entry, reply, verdict);
	}
}

/* A reply while none is due. */
static void on_stray(struct ph_smtp_client *c, const struct ph_reply *reply)
{
	enum ph_stage stage = ph_smtp_client_stage(c);

	ph_transcript_received(c, stage, false);
	/* RFC 5321 3.8: a server may say so at any time. */
	if (reply->code == CODE_CLOSING) {
		ph_ending_broken(c, PH_CAUSE_SHUTTING_DOWN, stage, reply);
	} else if (!ph_mailing_interrupted(c, reply)) {
		ph_ending_broken(c, PH_CAUSE_PROTOCOL, stage, reply);
	}
}

/* Not a reply: err is PH_EPROTO or PH_ETOOBIG. */
static void on_garbage(struct ph_smtp_client *c, enum ph_err err)
{
	struct ph_span line = ph_reply_parser_line(c->parser);
	enum ph_stage stage = ph_smtp_client_stage(c);
	char words[512];
	struct ph_fault f;

	ph_transcript_received(c, stage, false);
	if (err == PH_EPROTO && c->phase == PH_PHASE_OPENING &&
	    stage == PH_STAGE_GREETING) {
		ph_opening_foreign(c, line);
		return;
	}
	ph_reply_quote(line, words, sizeof(words));
	if (err == PH_ETOOBIG) {
		ph_fault_set(&f, PH_CAUSE_REPLY_TOO_BIG, stage,
		    "sent a reply longer than is allowed");
	} else {
		ph_fault_set(&f, PH_CAUSE_PROTOCOL, stage,
		    "sent %s, which is no SMTP reply", words);
	}
	ph_ending_close(c, &f);
}

static void on_injected(struct ph_smtp_client *c, struct ph_span octets)
{
	struct ph_fault f;

	/* Whoever put them there wants them read as if TLS had brought them. */
	ph_fault_set(&f, PH_CAUSE_TLS_INJECTED, PH_STAGE_TLS,
	    "sent bytes behind its answer to STARTTLS");
	ph_transcript_keep(c, octets);
	ph_transcript_ended(c, "", f.text);
	ph_ending_close(c, &f);
}

static void hide(struct ph_smtp_client *c, struct ph_span secret)
{
	ph_reply_parser_hide(c->parser, secret);
	if (c->raw.len > 0)
		ph_reply_hide(c->raw.ptr, c->raw.len, secret);
}

static bool has_told(const struct ph_smtp_client *c)
{
	return c->has_told || c->options.secret_is_told;
}

/* "501 cannot decode AUTH parameter AGFubgBzZWNyZXQ=", "535 ann/secret is
   wrong", and whatever the server remembers of it later. */
static void hide_told(struct ph_smtp_client *c)
{
	if (!has_told(c))
		return;
	hide(c, ph_buf_span(&c->told));
	if (c->options.secret.len >= SECRET_MIN)
		hide(c, c->options.secret);
}

/* What a reply that is not whole may have begun to say. */
static void hide_beginning(struct ph_buf *raw, struct ph_span secret)
{
	size_t most = secret.len < raw->len ? secret.len : raw->len;

	for (size_t len = most; len > 0; len--) {
		char *at = raw->ptr + raw->len - len;

		if (memcmp(at, secret.ptr, len) == 0) {
			memset(at, '*', len);
			return;
		}
	}
}

void ph_engine_hide_told(struct ph_smtp_client *c)
{
	hide_told(c);
	if (!has_told(c))
		return;
	hide_beginning(&c->raw, ph_buf_span(&c->told));
	if (c->options.secret.len >= SECRET_MIN)
		hide_beginning(&c->raw, c->options.secret);
}

/* A challenge is shown to nobody, and may hold what it likes. */
static bool is_challenge(
    const struct ph_smtp_client *c, const struct ph_reply *reply)
{
	return reply->code == CODE_CHALLENGE &&
	    ph_pipeline_awaits(&c->pipeline) &&
	    ph_pipeline_oldest(&c->pipeline)->step == PH_STEP_AUTH;
}

/* One reply, or what has come of one. */
static void take_some(struct ph_smtp_client *c, struct ph_span *in)
{
	struct ph_span was = *in;
	struct ph_reply reply;
	enum ph_err err = ph_reply_parser_feed(c->parser, in, &reply);

	ph_transcript_keep(c, ph_span_first(was, was.len - in->len));
	if (err != PH_AGAIN && (err != PH_OK || !is_challenge(c, &reply)))
		hide_told(c);
	if (err == PH_OK && ph_pipeline_awaits(&c->pipeline)) {
		on_answer(c, &reply);
	} else if (err == PH_OK) {
		on_stray(c, &reply);
	} else if (err != PH_AGAIN) {
		on_garbage(c, err);
	} else if (ph_smtp_client_stage(c) == PH_STAGE_GREETING &&
	    ph_opening_is_tls_record(ph_reply_parser_line(c->parser))) {
		/* It has no line end to wait for. */
		on_garbage(c, PH_EPROTO);
	}
}

enum ph_err ph_smtp_client_receive(
    struct ph_smtp_client *c, ph_msec now, struct ph_span in)
{
	ph_engine_end_loan(c);
	c->now = now;
	if (in.len == 0)
		return PH_OK;
	c->is_heard = true;
	while (in.len > 0 && c->phase != PH_PHASE_CLOSED) {
		if (c->phase == PH_PHASE_TLS) {
			on_injected(c, in);
		} else {
			take_some(c, &in);
		}
	}
	/* Only now is it sure that nothing came behind. */
	if (c->phase == PH_PHASE_TLS)
		ph_opening_start_tls(c);
	ph_engine_settle(c);
	return c->is_out_of_memory ? PH_ENOMEM : PH_OK;
}

size_t ph_smtp_client_pending(
    const struct ph_smtp_client *c, struct ph_span *out, size_t max)
{
	return ph_outbox_pending(&c->outbox, out, max);
}

void ph_smtp_client_sent(struct ph_smtp_client *c, ph_msec now, size_t len)
{
	ph_engine_end_loan(c);
	c->now = now;
	if (len == 0 || c->phase == PH_PHASE_CLOSED)
		return;
	c->progress_at = now;
	ph_outbox_sent(&c->outbox, len);
	ph_pipeline_sent(&c->pipeline, c->outbox.sent);
	ph_engine_settle(c);
}

/* MAIL_DONE lends the transaction's result until the next call. */
static void lend_result(struct ph_smtp_client *c, struct ph_transaction *t,
    struct ph_smtp_event *out)
{
	struct ph_transaction **at = &c->done;

	while (*at != t)
		at = &(*at)->next;
	*at = t->next;
	c->done_count--;
	c->loaned = t;
	out->result = &t->result;
}

static bool take_event(struct ph_smtp_client *c, struct ph_smtp_event *out)
{
	struct ph_transaction *t;

	if (!ph_events_take(&c->events, out, &t))
		return false;
	if (t != NULL)
		lend_result(c, t, out);
	return true;
}

bool ph_smtp_client_next_event(
    struct ph_smtp_client *c, struct ph_smtp_event *out)
{
	ph_engine_end_loan(c);
	if (take_event(c, out))
		return true;
	/* What was held back while events waited may go on. */
	ph_engine_settle(c);
	if (take_event(c, out))
		return true;
	if (c->phase != PH_PHASE_CLOSED || c->is_told_closed)
		return false;
	c->is_told_closed = true;
	*out = (struct ph_smtp_event){
		.type = PH_SMTP_CLOSED,
		.stage = c->last_stage,
		.fault = ph_fault_is_set(&c->fault) ? &c->fault : NULL,
	};
	return true;
}

const struct ph_ehlo *ph_smtp_client_ehlo(const struct ph_smtp_client *c)
{
	return &c->ehlo;
}

static enum ph_stage stage_of_mailing(const struct ph_smtp_client *c)
{
	const struct ph_pipeline_entry *oldest =
	    ph_pipeline_oldest(&c->pipeline);

	if (oldest != NULL)
		return ph_step_stage(oldest->step);
	if (c->transactions != NULL &&
	    c->transactions->state >= PH_TRANSACTION_BODY) {
		return PH_STAGE_DATA;
	}
	return PH_STAGE_MAIL;
}

enum ph_stage ph_smtp_client_stage(const struct ph_smtp_client *c)
{
	switch (c->phase) {
	case PH_PHASE_OPENING:
		if (ph_pipeline_is_empty(&c->pipeline))
			return PH_STAGE_EHLO;
		return ph_step_stage(ph_pipeline_oldest(&c->pipeline)->step);
	case PH_PHASE_TLS:
		return PH_STAGE_TLS;
	case PH_PHASE_LOGIN:
	case PH_PHASE_AUTH:
	case PH_PHASE_CHALLENGE:
		return PH_STAGE_AUTH;
	case PH_PHASE_READY:
		return stage_of_mailing(c);
	case PH_PHASE_LEAVING:
		return PH_STAGE_QUIT;
	case PH_PHASE_CLOSED:
		break;
	}
	return c->last_stage;
}
