#include "smtp/engine.h"

#include <inttypes.h>

static bool is_reached(uint64_t count, uint32_t limit)
{
	return limit > 0 && count >= limit;
}

static bool is_spent(const struct ph_smtp_client *c)
{
	return is_reached(c->mail_count, c->ehlo.mail_max) ||
	    is_reached(c->mail_count, c->options.mail_max);
}

bool ph_smtp_client_is_spent(const struct ph_smtp_client *c)
{
	return c->phase == PH_PHASE_READY && is_spent(c);
}

/* How many transactions may be under way. */
static size_t window(const struct ph_smtp_client *c)
{
	if (!ph_engine_pipelines(c))
		return 1;
	/* With DATA a third would only wait: its 354 comes after the second's
	   final reply. */
	if (!ph_engine_offers(c, PH_EHLO_CHUNKING) && c->options.window > 2)
		return 2;
	return c->options.window;
}

static bool takes_mail(const struct ph_smtp_client *c)
{
	return c->phase == PH_PHASE_READY && !c->is_quitting &&
	    c->failed == NULL && !is_spent(c);
}

bool ph_smtp_client_has_room(const struct ph_smtp_client *c)
{
	return takes_mail(c) && c->transaction_count < window(c) &&
	    c->done_count < PH_WINDOW_MAX;
}

/* Where it stands, for an error text: no control bytes reach a terminal. */
static void name_bad(struct ph_fault *fault, enum ph_stage stage,
    const char *what, struct ph_span text)
{
	char words[512];

	ph_reply_quote(text, words, sizeof(words));
	ph_fault_set(fault, PH_CAUSE_BAD_ADDRESS, stage, "%s %s cannot be sent",
	    what, words);
}

static enum ph_err check_rcpt(
    const struct ph_envelope_rcpt *rcpt, struct ph_fault *fault)
{
	unsigned never = rcpt->notify & PH_NOTIFY_NEVER;

	if (!ph_command_is_address(rcpt->address)) {
		name_bad(fault, PH_STAGE_RCPT, "recipient", rcpt->address);
	} else if (!ph_command_is_orcpt(rcpt->orcpt)) {
		name_bad(
		    fault, PH_STAGE_RCPT, "original recipient", rcpt->orcpt);
	} else if (never != 0 && rcpt->notify != never) {
		ph_fault_set(fault, PH_CAUSE_USAGE, PH_STAGE_RCPT,
		    "a notification is both asked for and forbidden");
	} else {
		return PH_OK;
	}
	return PH_EINVAL;
}

static enum ph_err check_envelope(
    const struct ph_envelope *env, struct ph_fault *fault)
{
	if (env->sender.len > 0 && !ph_command_is_address(env->sender)) {
		name_bad(fault, PH_STAGE_MAIL, "sender", env->sender);
		return PH_EINVAL;
	}
	if (!ph_command_is_envid(env->envid)) {
		name_bad(fault, PH_STAGE_MAIL, "envelope id", env->envid);
		return PH_EINVAL;
	}
	if (env->rcpt_count == 0) {
		ph_fault_set(fault, PH_CAUSE_BAD_ADDRESS, PH_STAGE_RCPT,
		    "there is no recipient");
		return PH_EINVAL;
	}
	for (size_t i = 0; i < env->rcpt_count; i++) {
		enum ph_err err = check_rcpt(&env->rcpts[i], fault);
		if (err != PH_OK)
			return err;
	}
	return PH_OK;
}

static bool needs_utf8(const struct ph_smtp_mail *mail)
{
	if (mail->utf8 || !ph_span_is_ascii(mail->envelope->sender))
		return true;
	for (size_t i = 0; i < mail->envelope->rcpt_count; i++) {
		if (!ph_span_is_ascii(mail->envelope->rcpts[i].address))
			return true;
	}
	return false;
}

/* What this server will not take need not be tried. */
static bool is_sendable(const struct ph_smtp_client *c,
    const struct ph_transaction *t, struct ph_fault *fault)
{
	uint64_t max = c->ehlo.size_max;

	if (max > 0 && t->mail.size > max) {
		ph_fault_set(fault, PH_CAUSE_TOO_BIG, PH_STAGE_MAIL,
		    "takes %" PRIu64
		    " octets at most, the message has %" PRIu64,
		    max, t->mail.size);
	} else if (t->utf8 && !ph_engine_offers(c, PH_EHLO_SMTPUTF8)) {
		ph_fault_set(fault, PH_CAUSE_NO_SMTPUTF8, PH_STAGE_MAIL,
		    "offers no SMTPUTF8, which an address or a header needs");
	} else if (t->mail.eight_bit &&
	    !ph_engine_offers(c, PH_EHLO_8BITMIME)) {
		ph_fault_set(fault, PH_CAUSE_NO_8BITMIME, PH_STAGE_MAIL,
		    "offers no 8BITMIME, which the content needs");
	} else {
		return true;
	}
	return false;
}

static enum ph_err take_spare(
    struct ph_smtp_client *c, struct ph_transaction **out)
{
	if (c->spare == NULL)
		return ph_transaction_new(out);
	*out = c->spare;
	c->spare = c->spare->next;
	return PH_OK;
}

static void enqueue(struct ph_smtp_client *c, struct ph_transaction *t)
{
	if (c->newest == NULL) {
		c->transactions = t;
	} else {
		c->newest->next = t;
	}
	c->newest = t;
	c->transaction_count++;
}

/* Chooses how it is to be sent. */
static void plan(struct ph_smtp_client *c, struct ph_transaction *t)
{
	uint32_t max = c->ehlo.rcpt_max;

	t->utf8 = needs_utf8(&t->mail);
	if (max > 0 && t->rcpt_limit > max)
		t->rcpt_limit = max;
}

enum ph_err ph_smtp_client_mail(struct ph_smtp_client *c, ph_msec now,
    const struct ph_smtp_mail *mail, struct ph_fault *fault)
{
	struct ph_transaction *t;

	ph_engine_end_loan(c);
	c->now = now;
	if (!takes_mail(c)) {
		ph_fault_set(fault, PH_CAUSE_INTERNAL, PH_STAGE_MAIL,
		    is_spent(c) ? "takes no more mails in this session"
				: "the session takes no mail now");
		return PH_EINVAL;
	}
	if (!ph_smtp_client_has_room(c))
		return PH_AGAIN;

	enum ph_err err = check_envelope(mail->envelope, fault);
	if (err != PH_OK)
		return err;
	err = take_spare(c, &t);
	if (err != PH_OK)
		return err;
	err = ph_transaction_begin(t, mail);
	if (err != PH_OK) {
		t->next = c->spare;
		c->spare = t;
		return err;
	}
	plan(c, t);

	struct ph_fault why;
	if (is_sendable(c, t, &why)) {
		c->mail_count++;
		enqueue(c, t);
	} else {
		ph_transaction_abandon(t, PH_FAILED, &why);
		ph_mailing_report(c, t);
	}
	ph_engine_settle(c);
	return PH_OK;
}

static struct ph_transaction *find(struct ph_transaction *t, uint64_t id)
{
	while (t != NULL && t->mail.id != id)
		t = t->next;
	return t;
}

/* RFC 3030 2: a chunk's size comes before it, so it is what is at hand, and
   never what was promised. */
static void ask_bdat(struct ph_smtp_client *c, struct ph_transaction *t,
    const struct ph_smtp_body *body)
{
	struct ph_question q = { .step = PH_STEP_BDAT, .transaction = t };

	q.payload = ph_feed_size(body);
	if (body->last)
		q.payload += ph_feed_missing_end(&t->feed).len;
	if (q.payload == 0 && !body->last)
		return;
	ph_engine_ask(c,
	    ph_command_bdat(ph_outbox_text(&c->outbox), q.payload, body->last),
	    &q);
}

/* A promise of size was made to the server, and the choice of BDAT by it. */
static bool keeps_size(
    const struct ph_transaction *t, const struct ph_smtp_body *body)
{
	uint64_t octets = t->feed.octets + ph_feed_size(body);

	return body->last ? octets == t->mail.size : octets <= t->mail.size;
}

enum ph_err ph_smtp_client_body(struct ph_smtp_client *c, ph_msec now,
    uint64_t mail, const struct ph_smtp_body *body)
{
	struct ph_transaction *t = find(c->transactions, mail);

	ph_engine_end_loan(c);
	c->now = now;
	/* Refused while it was being fetched: nobody wants it any more. */
	if (t == NULL)
		return find(c->done, mail) != NULL ? PH_OK : PH_EINVAL;
	if (!t->is_wanted || body->count > PH_SMTP_PIECES_MAX ||
	    (t->bdat && !keeps_size(t, body))) {
		return PH_EINVAL;
	}
	t->is_wanted = false;
	if (ph_transaction_has_hope(t) && c->failed == NULL) {
		ph_feed_give(&t->feed, body, !t->bdat);
		if (t->bdat)
			ask_bdat(c, t, body);
	}
	ph_engine_settle(c);
	return c->is_out_of_memory ? PH_ENOMEM : PH_OK;
}

void ph_smtp_client_body_failed(struct ph_smtp_client *c, ph_msec now,
    uint64_t mail, const struct ph_fault *fault)
{
	struct ph_transaction *t = find(c->transactions, mail);

	ph_engine_end_loan(c);
	c->now = now;
	if (t == NULL || t->state == PH_TRANSACTION_ENDED ||
	    c->failed != NULL) {
		return;
	}
	c->failed = t;
	t->result.fault = *fault;
	t->is_wanted = false;
	/* The octets of those before it stay. */
	if (t->state == PH_TRANSACTION_BODY)
		ph_outbox_cut(&c->outbox, t->body_begin);
	ph_engine_settle(c);
}

enum ph_err ph_smtp_client_noop(struct ph_smtp_client *c, ph_msec now)
{
	struct ph_question q = { .step = PH_STEP_NOOP };

	ph_engine_end_loan(c);
	c->now = now;
	if (c->phase != PH_PHASE_READY || c->is_quitting ||
	    c->transactions != NULL || !ph_pipeline_is_empty(&c->pipeline)) {
		return PH_EINVAL;
	}
	ph_engine_ask(c,
	    ph_command_write(ph_outbox_text(&c->outbox), PH_COMMAND_NOOP), &q);
	ph_engine_settle(c);
	return c->is_out_of_memory ? PH_ENOMEM : PH_OK;
}
