#include "check.h"
#include "deliver/verdict.h"

#include <string.h>

static struct ph_reply reply(uint16_t code, const char *enhanced)
{
	struct ph_reply r = { .code = code, .text = PH_SPAN("no") };

	for (int i = 0; i < 3 && enhanced[0] != '\0'; i++)
		r.enhanced[i] = (uint16_t)(enhanced[2 * i] - '0');
	return r;
}

static const struct {
	const char *enhanced;
	uint16_t code;
	enum ph_stage stage;
	enum ph_cause cause;
} mails[] = {
	{ "5.7.1", 550, PH_STAGE_MAIL, PH_CAUSE_SENDER_REFUSED },
	{ "", 451, PH_STAGE_MAIL, PH_CAUSE_SENDER_DEFERRED },
	{ "5.3.4", 552, PH_STAGE_MAIL, PH_CAUSE_TOO_BIG },
	{ "", 552, PH_STAGE_MAIL, PH_CAUSE_TOO_BIG },
	{ "5.7.0", 530, PH_STAGE_MAIL, PH_CAUSE_AUTH_REQUIRED },
	{ "5.1.1", 550, PH_STAGE_RCPT, PH_CAUSE_RECIPIENT_REFUSED },
	{ "4.2.0", 450, PH_STAGE_RCPT, PH_CAUSE_RECIPIENT_DEFERRED },
	{ "", 552, PH_STAGE_RCPT, PH_CAUSE_RECIPIENT_REFUSED },
	{ "", 530, PH_STAGE_RCPT, PH_CAUSE_AUTH_REQUIRED },
	{ "5.7.1", 554, PH_STAGE_DATA, PH_CAUSE_MESSAGE_REFUSED },
	{ "4.3.1", 452, PH_STAGE_DATA, PH_CAUSE_MESSAGE_DEFERRED },
	{ "", 552, PH_STAGE_DATA, PH_CAUSE_TOO_BIG },
	{ "5.3.4", 552, PH_STAGE_DATA, PH_CAUSE_TOO_BIG },
	{ "5.2.2", 552, PH_STAGE_DATA, PH_CAUSE_MESSAGE_REFUSED },
	{ "4.3.2", 421, PH_STAGE_DATA, PH_CAUSE_SHUTTING_DOWN },
};

/* A full inbox is named, by its code or by the words. */
static const struct {
	const char *enhanced;
	uint16_t code;
	enum ph_stage stage;
	const char *text;
	bool full;
} inboxes[] = {
	{ "5.2.2", 552, PH_STAGE_RCPT, "no", true },
	{ "4.2.2", 452, PH_STAGE_RCPT, "no", true },
	{ "", 552, PH_STAGE_RCPT, "Mailbox full", true },
	{ "", 452, PH_STAGE_RCPT, "bob's MAILBOX IS FULL", true },
	{ "", 550, PH_STAGE_RCPT, "user over quota", true },
	{ "", 452, PH_STAGE_RCPT, "too many recipients", false },
	{ "5.1.1", 550, PH_STAGE_RCPT, "mailbox full of nobody", false },
	{ "4.2.2", 452, PH_STAGE_DATA, "mailbox full", false },
};

static void test_inboxes(void)
{
	for (size_t i = 0; i < PH_COUNT(inboxes); i++) {
		struct ph_reply r = reply(inboxes[i].code, inboxes[i].enhanced);
		struct ph_fault f = { 0 };

		check_case(inboxes[i].text, i);
		r.text = ph_span_of(inboxes[i].text);
		ph_verdict_mail(
		    &f, inboxes[i].stage, &r, "h:25", PH_SPAN("bob@h"));
		check((strstr(f.advice, "mailbox is full") != NULL) ==
		    inboxes[i].full);
	}
	check_case(NULL, 0);
}

static const struct {
	uint16_t code;
	enum ph_cause cause;
} logins[] = {
	{ 535, PH_CAUSE_AUTH_REFUSED },
	{ 550, PH_CAUSE_AUTH_REFUSED },
	{ 525, PH_CAUSE_AUTH_REFUSED },
	{ 454, PH_CAUSE_AUTH_DEFERRED },
	{ 432, PH_CAUSE_AUTH_DEFERRED },
	{ 500, PH_CAUSE_AUTH_MECHANISM },
	{ 501, PH_CAUSE_AUTH_MECHANISM },
	{ 504, PH_CAUSE_AUTH_MECHANISM },
	{ 534, PH_CAUSE_AUTH_MECHANISM },
	{ 538, PH_CAUSE_AUTH_MECHANISM },
};

static const struct {
	const char *enhanced;
	uint16_t code;
	bool too_many;
} counts[] = {
	{ "4.5.3", 452, true },
	{ "", 452, true },
	{ "4.3.1", 452, false },
	{ "4.2.2", 452, false },
	{ "5.5.3", 552, true },
	{ "", 552, false },
	{ "4.5.3", 450, false },
	{ "", 250, false },
};

static void test_texts(void)
{
	struct ph_reply r = reply(550, "5.1.1");
	struct ph_fault f;

	ph_verdict_mail(&f, PH_STAGE_RCPT, &r, "mail.example.com:25",
	    PH_SPAN("bob@example.com"));
	check_str(f.text,
	    "mail.example.com:25 answered 550 5.1.1 \"no\" for "
	    "bob@example.com");
	check_int(f.code, 550);
	check_int(f.enhanced[1], 1);

	r = reply(535, "5.7.8");
	ph_verdict_login(&f, PH_CAUSE_AUTH_REFUSED, &r, "a:587");
	check_str(f.text, "a:587 answered 535 5.7.8 \"no\"");
	check_int(f.stage, PH_STAGE_AUTH);

	ph_fault_advise(&f, "wait");
	ph_verdict_place(&f, "b:1");
	check_str(f.text, "b:1 a:587 answered 535 5.7.8 \"no\"");
	check_str(f.advice, "wait");
	check_int(f.code, 535);
	check_int(f.enhanced[0], 5);
	check_int(f.cause, PH_CAUSE_AUTH_REFUSED);
}

static void test_place(void)
{
	static const struct {
		const char *text, *want;
	} places[] = {
		{ "hung up", "h:25 hung up" },
		{ "answered 550", "h:25 answered 550" },
		{ "the certificate expired on Monday",
		    "h:25: the certificate expired on Monday" },
		{ "interrupted", "h:25: interrupted" },
		{ "", "h:25 " },
	};

	for (size_t i = 0; i < PH_COUNT(places); i++) {
		struct ph_fault f;

		check_case(places[i].text, i);
		ph_fault_set(&f, PH_CAUSE_INTERRUPTED, PH_STAGE_MAIL, "%s",
		    places[i].text);
		ph_verdict_place(&f, "h:25");
		check_str(f.text, places[i].want);
	}
	check_case(NULL, 0);
}

int main(void)
{
	test_inboxes();
	test_place();
	for (size_t i = 0; i < PH_COUNT(mails); i++) {
		struct ph_reply r = reply(mails[i].code, mails[i].enhanced);
		struct ph_fault f;

		check_case("mail", i);
		ph_verdict_mail(
		    &f, mails[i].stage, &r, "h:1", (struct ph_span){ 0 });
		check_int(f.cause, mails[i].cause);
		check_int(f.stage, mails[i].stage);
		check_int(f.code, mails[i].code);
	}
	for (size_t i = 0; i < PH_COUNT(logins); i++) {
		struct ph_reply r = reply(logins[i].code, "");

		check_case("login", i);
		check_int(ph_verdict_login_cause(&r), logins[i].cause);
	}
	for (size_t i = 0; i < PH_COUNT(counts); i++) {
		struct ph_reply r = reply(counts[i].code, counts[i].enhanced);

		check_case("count", i);
		check_int(ph_verdict_too_many(&r), counts[i].too_many);
	}
	check_case(NULL, 0);
	test_texts();
	return check_end();
}
