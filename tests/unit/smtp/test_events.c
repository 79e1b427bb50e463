#include "check.h"
#include "smtp/events.h"

#include <stdlib.h>

static struct ph_events e;

static void add_reply(uint16_t code, const char *text)
{
	struct ph_event ev = { .type = PH_SMTP_RCPT_DONE,
		.stage = PH_STAGE_RCPT,
		.mail = code,
		.rcpt = 3 };
	struct ph_reply r = { code, { 2, 1, 5 }, 1, ph_span_of(text) };

	if (ph_events_add(&e, &ev, &r, (struct ph_span){ "", 0 }) != PH_OK)
		abort();
}

static void test_order(void)
{
	struct ph_smtp_event out;
	struct ph_transaction *t;
	struct ph_event data = { .type = PH_SMTP_AUTH_CHALLENGE };

	add_reply(250, "one");
	add_reply(251, "two");
	check_int(ph_events_add(&e, &data, NULL, PH_SPAN("raw")), PH_OK);
	check(ph_events_take(&e, &out, &t));
	check_int(out.type, PH_SMTP_RCPT_DONE);
	check_int(out.stage, PH_STAGE_RCPT);
	check_int(out.mail, 250);
	check_int(out.rcpt, 3);
	check_int(out.reply->code, 250);
	check_int(out.reply->enhanced[2], 5);
	check(ph_span_eq(out.reply->text, PH_SPAN("one")));
	check(t == NULL);
	/* One that comes in between goes to the end. */
	add_reply(252, "");
	check(ph_events_take(&e, &out, &t));
	check(ph_span_eq(out.reply->text, PH_SPAN("two")));
	check(ph_events_take(&e, &out, &t));
	check(out.reply == NULL);
	check(ph_span_eq(out.data, PH_SPAN("raw")));
	check(ph_events_take(&e, &out, &t));
	check_int(out.reply->code, 252);
	check_int(out.reply->text.len, 0);
	check(!ph_events_take(&e, &out, &t));
}

static void test_ring(void)
{
	struct ph_smtp_event out;
	struct ph_transaction *t;
	size_t added = 0;
	size_t taken = 0;

	for (size_t round = 0; round < 4; round++) {
		while (e.count < PH_EVENTS_MAX)
			add_reply((uint16_t)(200 + added++ % 300), "text");
		for (size_t i = 0; i < PH_EVENTS_MAX - 5; i++) {
			check(ph_events_take(&e, &out, &t));
			check_int(out.reply->code, 200 + taken++ % 300);
		}
	}
	while (ph_events_take(&e, &out, &t))
		taken++;
	check_int(taken, added);
}

/* Over the limit for texts nothing is added, and nothing is lost. */
static void test_text_limit(void)
{
	static char text[PH_REPLY_MAX];
	struct ph_event ev = { .type = PH_SMTP_TRACE };
	struct ph_smtp_event out;
	struct ph_transaction *t;
	size_t n = 0;

	memset(text, 'x', sizeof(text));
	while (ph_events_add(&e, &ev, NULL,
		   (struct ph_span){ text, sizeof(text) }) == PH_OK) {
		n++;
	}
	check_int(n, PH_EVENTS_TEXT_MAX / PH_REPLY_MAX);
	check_int(e.count, n);
	check_int(
	    ph_events_add(&e, &ev, NULL, (struct ph_span){ "", 0 }), PH_OK);
	while (ph_events_take(&e, &out, &t))
		n--;
	check_int(n, -1);
	/* All were taken, so there is room again. */
	check_int(ph_events_add(
		      &e, &ev, NULL, (struct ph_span){ text, sizeof(text) }),
	    PH_OK);
}

int main(void)
{
	if (ph_events_init(&e) != PH_OK)
		return 1;
	test_order();
	test_ring();
	test_text_limit();
	ph_events_release(&e);
	return check_end();
}
