#include "smtp/transaction.h"

#include "smtp/step.h"

#include <assert.h>
#include <stdlib.h>

enum ph_err ph_transaction_new(struct ph_transaction **out)
{
	struct ph_transaction *t = calloc(1, sizeof(*t));

	if (t == NULL)
		return PH_ENOMEM;
	ph_arena_init(&t->far, PH_TRANSACTION_TEXT_MAX);
	*out = t;
	return PH_OK;
}

void ph_transaction_free(struct ph_transaction *t)
{
	if (t == NULL)
		return;
	free(t->rcpts);
	ph_arena_release(&t->far);
	free(t);
}

static enum ph_err reserve(struct ph_transaction *t, size_t count)
{
	if (count <= t->rcpt_room)
		return PH_OK;

	struct ph_smtp_rcpt_result *rcpts = calloc(count, sizeof(*rcpts));
	if (rcpts == NULL)
		return PH_ENOMEM;
	free(t->rcpts);
	t->rcpts = rcpts;
	t->rcpt_room = count;
	return PH_OK;
}

static void clear_fault(struct ph_fault *f)
{
	/* Its texts are two kilobytes: ending them is enough. */
	f->cause = PH_CAUSE_NONE;
	f->code = 0;
	memset(f->enhanced, 0, sizeof(f->enhanced));
	f->text[0] = '\0';
	f->advice[0] = '\0';
}

static const struct ph_reply no_reply = { .text = { "", 0 } };

enum ph_err ph_transaction_begin(
    struct ph_transaction *t, const struct ph_smtp_mail *mail)
{
	size_t count = mail->envelope->rcpt_count;

	enum ph_err err = reserve(t, count);
	if (err != PH_OK)
		return err;
	for (size_t i = 0; i < count; i++) {
		t->rcpts[i].outcome = PH_PENDING;
		t->rcpts[i].stage = PH_STAGE_RCPT;
		t->rcpts[i].reply = no_reply;
	}
	t->next = NULL;
	t->mail = *mail;
	t->state = PH_TRANSACTION_QUEUED;
	t->stage = PH_STAGE_MAIL;
	t->utf8 = false;
	t->bdat = false;
	t->is_wanted = false;
	t->is_decided = false;
	t->rcpt_limit = count;
	t->rcpt_asked = 0;
	t->rcpt_answered = 0;
	t->rcpt_accepted = 0;
	t->unanswered = 0;
	t->body_begin = 0;
	t->body_end = 0;
	ph_feed_init(&t->feed);
	t->result.outcome = PH_PENDING;
	t->result.stage = PH_STAGE_MAIL;
	t->result.reply = no_reply;
	t->result.rcpts = t->rcpts;
	t->result.rcpt_count = count;
	clear_fault(&t->result.fault);
	t->last_text = no_reply.text;
	t->near_len = 0;
	ph_arena_release(&t->far);
	return PH_OK;
}

/* A copy that lives until the next begin; where there is no room for it, the
   codes have to do. */
static struct ph_span keep_text(struct ph_transaction *t, struct ph_span s)
{
	/* Servers say the same thing to each recipient. */
	if (ph_span_eq(s, t->last_text))
		return t->last_text;
	if (s.len <= sizeof(t->near) - t->near_len) {
		char *at = t->near + t->near_len;

		memcpy(at, s.ptr, s.len);
		t->near_len += s.len;
		t->last_text = (struct ph_span){ at, s.len };
	} else if (ph_arena_copy(&t->far, s, &t->last_text) != PH_OK) {
		t->last_text = no_reply.text;
	}
	return t->last_text;
}

static void keep_reply(struct ph_transaction *t, const struct ph_reply *from,
    size_t text_max, struct ph_reply *to)
{
	struct ph_span text = from->text;

	if (text.len > text_max)
		text.len = text_max;
	*to = *from;
	to->text = keep_text(t, text);
}

enum ph_outcome ph_transaction_outcome(const struct ph_reply *reply)
{
	if (ph_reply_class(reply) == 2)
		return PH_DELIVERED;
	return ph_reply_class(reply) == 4 ? PH_RETRY : PH_FAILED;
}

void ph_transaction_rcpt(struct ph_transaction *t, const struct ph_reply *reply)
{
	struct ph_smtp_rcpt_result *rcpt = &t->rcpts[t->rcpt_answered++];
	enum ph_outcome outcome = ph_transaction_outcome(reply);

	assert(t->rcpt_answered <= t->rcpt_asked);
	if (t->is_decided)
		return;
	if (ph_step_is_rcpt_limit(reply))
		outcome = PH_RETRY;
	if (outcome == PH_DELIVERED)
		t->rcpt_accepted++;
	/* An accepted one's fate is what becomes of the content. */
	if (outcome != PH_DELIVERED)
		rcpt->outcome = outcome;
	if (outcome != PH_DELIVERED || t->mail.probe) {
		keep_reply(
		    t, reply, PH_TRANSACTION_RCPT_TEXT_MAX, &rcpt->reply);
	}
}

void ph_transaction_decide(
    struct ph_transaction *t, enum ph_stage stage, const struct ph_reply *reply)
{
	if (t->is_decided)
		return;
	t->is_decided = true;
	t->result.stage = stage;
	keep_reply(t, reply, SIZE_MAX, &t->result.reply);

	/* Those that could not be asked for share MAIL's fate only. */
	size_t count =
	    stage == PH_STAGE_MAIL ? t->result.rcpt_count : t->rcpt_limit;
	for (size_t i = 0; i < count; i++) {
		struct ph_smtp_rcpt_result *rcpt = &t->rcpts[i];

		if (rcpt->outcome != PH_PENDING)
			continue;
		rcpt->outcome = ph_transaction_outcome(reply);
		rcpt->stage = stage;
		rcpt->reply = t->result.reply;
	}
}

void ph_transaction_abandon(struct ph_transaction *t, enum ph_outcome outcome,
    const struct ph_fault *fault)
{
	bool any = false;

	for (size_t i = 0; i < t->result.rcpt_count; i++) {
		if (t->rcpts[i].outcome != PH_PENDING)
			continue;
		t->rcpts[i].outcome = i < t->rcpt_limit ? outcome : PH_RETRY;
		t->rcpts[i].stage = t->stage;
		any = true;
	}
	if (!any || t->is_decided)
		return;
	t->result.stage = t->stage;
	t->result.fault = *fault;
	t->is_decided = true;
}

/* All were refused, each by a reply of its own: the first speaks for them. */
static void decide_by_rcpts(struct ph_transaction *t)
{
	for (size_t i = 0; i < t->rcpt_limit; i++) {
		if (t->rcpts[i].reply.code == 0)
			continue;
		t->result.stage = PH_STAGE_RCPT;
		t->result.reply = t->rcpts[i].reply;
		return;
	}
}

void ph_transaction_finish(struct ph_transaction *t)
{
	if (!t->is_decided)
		decide_by_rcpts(t);
	for (size_t i = 0; i < t->result.rcpt_count; i++) {
		struct ph_smtp_rcpt_result *rcpt = &t->rcpts[i];

		if (rcpt->outcome == PH_PENDING) {
			/* A probe's, accepted; or beyond what this server
			   takes in one transaction (RFC 9422 RCPTMAX). */
			rcpt->outcome =
			    i < t->rcpt_limit ? PH_DELIVERED : PH_RETRY;
		}
		t->result.outcome =
		    ph_outcome_join(t->result.outcome, rcpt->outcome);
	}
	t->state = PH_TRANSACTION_DONE;
}
