#include "check.h"
#include "smtp/transaction.h"

#include <stdlib.h>

static const struct ph_envelope_rcpt rcpts[4] = { { .address = { "a@b", 3 } },
	{ .address = { "c@d", 3 } }, { .address = { "e@f", 3 } },
	{ .address = { "g@h", 3 } } };
static const struct ph_envelope envelope = { .rcpts = rcpts, .rcpt_count = 4 };
static struct ph_transaction *t;

static void begin(bool probe)
{
	struct ph_smtp_mail mail = { .envelope = &envelope, .probe = probe };

	if (ph_transaction_begin(t, &mail) != PH_OK)
		abort();
	t->rcpt_asked = 4;
}

static struct ph_reply reply(uint16_t code, const char *text)
{
	return (struct ph_reply){ code, { 0 }, 1, ph_span_of(text) };
}

static void answer(uint16_t code, const char *text)
{
	struct ph_reply r = reply(code, text);

	ph_transaction_rcpt(t, &r);
}

static void decide(enum ph_stage stage, uint16_t code, const char *text)
{
	struct ph_reply r = reply(code, text);

	ph_transaction_decide(t, stage, &r);
}

static void check_rcpt(size_t i, enum ph_outcome outcome, enum ph_stage stage,
    uint16_t code, const char *text)
{
	const struct ph_smtp_rcpt_result *r = &t->result.rcpts[i];

	check_case("rcpt", i);
	check_int(r->outcome, outcome);
	check_int(r->stage, stage);
	check_int(r->reply.code, code);
	check(ph_span_eq(r->reply.text, ph_span_of(text)));
}

static void test_mixed(void)
{
	begin(false);
	answer(250, "ok");
	answer(550, "no");
	check(ph_transaction_has_hope(t));
	answer(450, "later");
	answer(552, "too many recipients");
	check_int(t->rcpt_accepted, 1);
	check(ph_transaction_has_hope(t));
	decide(PH_STAGE_DATA, 250, "queued");
	/* What comes behind is an echo. */
	decide(PH_STAGE_DATA, 554, "echo");
	ph_transaction_finish(t);
	check_rcpt(0, PH_DELIVERED, PH_STAGE_DATA, 250, "queued");
	check_rcpt(1, PH_FAILED, PH_STAGE_RCPT, 550, "no");
	check_rcpt(2, PH_RETRY, PH_STAGE_RCPT, 450, "later");
	check_rcpt(3, PH_RETRY, PH_STAGE_RCPT, 552, "too many recipients");
	check_int(t->result.outcome, PH_PARTIAL);
	check_int(t->result.reply.code, 250);
	check(!ph_fault_is_set(&t->result.fault));
}

static void test_all_refused(void)
{
	begin(false);
	answer(450, "later");
	answer(550, "no");
	answer(550, "no");
	check(ph_transaction_has_hope(t));
	answer(550, "no");
	check(!ph_transaction_has_hope(t));
	ph_transaction_finish(t);
	check_int(t->result.outcome, PH_PARTIAL);
	check_int(t->result.stage, PH_STAGE_RCPT);
	check_int(t->result.reply.code, 450);
	check_rcpt(3, PH_FAILED, PH_STAGE_RCPT, 550, "no");
}

static void test_mail_refused(void)
{
	begin(false);
	t->rcpt_limit = 2;
	decide(PH_STAGE_MAIL, 451, "later");
	answer(503, "echo");
	check(!ph_transaction_has_hope(t));
	ph_transaction_finish(t);
	for (size_t i = 0; i < 4; i++)
		check_rcpt(i, PH_RETRY, PH_STAGE_MAIL, 451, "later");
	check_int(t->result.outcome, PH_RETRY);
}

static void test_abandoned(void)
{
	struct ph_fault f;

	ph_fault_set(&f, PH_CAUSE_LOST_AFTER_DOT, PH_STAGE_DATA, "hung up");
	begin(false);
	t->rcpt_limit = 3;
	answer(250, "ok");
	answer(550, "no");
	t->stage = PH_STAGE_DATA;
	ph_transaction_abandon(t, PH_UNSURE, &f);
	ph_transaction_finish(t);
	check_rcpt(0, PH_UNSURE, PH_STAGE_DATA, 0, "");
	check_rcpt(1, PH_FAILED, PH_STAGE_RCPT, 550, "no");
	check_rcpt(2, PH_UNSURE, PH_STAGE_DATA, 0, "");
	/* Never asked for, so not in doubt. */
	check_rcpt(3, PH_RETRY, PH_STAGE_DATA, 0, "");
	check_str(t->result.fault.text, "hung up");

	/* Of the mail before nothing is left. */
	begin(false);
	check(!ph_fault_is_set(&t->result.fault));
	check_str(t->result.fault.text, "");
	decide(PH_STAGE_DATA, 554, "spam");
	ph_transaction_abandon(t, PH_UNSURE, &f);
	ph_transaction_finish(t);
	check_int(t->result.outcome, PH_FAILED);
	check(!ph_fault_is_set(&t->result.fault));
}

static void test_limit_and_probe(void)
{
	begin(true);
	t->rcpt_limit = 2;
	answer(250, "ok");
	answer(250, "fine");
	ph_transaction_finish(t);
	check_rcpt(0, PH_DELIVERED, PH_STAGE_RCPT, 250, "ok");
	check_rcpt(1, PH_DELIVERED, PH_STAGE_RCPT, 250, "fine");
	check_rcpt(2, PH_RETRY, PH_STAGE_RCPT, 0, "");
	check_int(t->result.outcome, PH_PARTIAL);
}

/* Long texts are cut for recipients, kept for the mail, shared when they are
   the same, and left out beyond the limit. */
static void test_texts(void)
{
	static char text[60000];

	memset(text, 'x', sizeof(text));
	text[sizeof(text) - 1] = '\0';
	begin(false);
	answer(550, text);
	answer(550, text);
	answer(250, "ok");
	decide(PH_STAGE_DATA, 554, text);
	check_int(t->rcpts[0].reply.text.len, PH_TRANSACTION_RCPT_TEXT_MAX);
	check(t->rcpts[0].reply.text.ptr == t->rcpts[1].reply.text.ptr);
	check_int(t->rcpts[2].reply.text.len, sizeof(text) - 1);
	check(t->rcpts[2].reply.text.ptr == t->result.reply.text.ptr);

	begin(false);
	ph_arena_init(&t->far, 1000);
	answer(550, text);
	check_rcpt(0, PH_FAILED, PH_STAGE_RCPT, 550, "");
	ph_arena_init(&t->far, PH_TRANSACTION_TEXT_MAX);
}

int main(void)
{
	if (ph_transaction_new(&t) != PH_OK)
		return 1;
	test_mixed();
	test_all_refused();
	test_mail_refused();
	test_abandoned();
	test_limit_and_probe();
	test_texts();
	ph_transaction_free(t);
	ph_transaction_free(NULL);
	return check_end();
}
