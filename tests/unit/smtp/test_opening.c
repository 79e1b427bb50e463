#include "check.h"
#include "failalloc.h"
#include "talk.h"

#include "smtp/client.h"

/* What is no SMTP server says so by its first line. */
static void test_greetings(void)
{
	static const struct {
		const char *text;
		enum ph_cause cause;
		const char *says;
	} cases[] = {
		{ "200 news, posting\r\n", PH_CAUSE_OTHER_PROTOCOL, "news" },
		{ "201 news\r\n", PH_CAUSE_OTHER_PROTOCOL, "news" },
		{ "250 ok\r\n", PH_CAUSE_PROTOCOL, "" },
		{ "354 go on\r\n", PH_CAUSE_PROTOCOL, "" },
		{ "421 busy\r\n", PH_CAUSE_SHUTTING_DOWN, "" },
		{ "450 later\r\n", PH_CAUSE_GREETING_DEFERRED, "" },
		{ "554 go away\r\n", PH_CAUSE_GREETING_REFUSED, "" },
		{ "\x15\x03\x01\n", PH_CAUSE_TLS_EXPECTED, "" },
		{ "\x16\x03\x03\n", PH_CAUSE_TLS_EXPECTED, "" },
		{ "\x16\x02\x03\n", PH_CAUSE_PROTOCOL, "" },
		{ "* BYE later\r\n", PH_CAUSE_OTHER_PROTOCOL, "IMAP" },
	};

	for (size_t i = 0; i < PH_COUNT(cases); i++) {
		struct ph_smtp_event ev;

		check_case(cases[i].text, i);
		start(NULL);
		say(cases[i].text);
		flush();
		say("221 bye\r\n");
		flush();
		check(next(PH_SMTP_CLOSED, &ev));
		check_int(ev.fault->cause, cases[i].cause);
		check(strstr(ev.fault->text, cases[i].says) != NULL);
		stop();
	}
	check_case(NULL, 0);
}

/* No mechanism has that much to say: the caller is told, and the login may
   still go on. */
static void test_long_responses(void)
{
	enum {
		MOST = 64 * 1024
	};

	static char raw[MOST + 1];
	struct ph_smtp_options opt = { .helo = PH_SPAN("me"), .auth = true };
	struct ph_smtp_auth auth = { .mechanism = PH_SPAN("X"),
		.initial = { raw, MOST + 1 },
		.has_initial = true };
	struct ph_smtp_event ev;
	size_t before;

	memset(raw, 'x', sizeof(raw));
	start(&opt);
	open_session("250-s\r\n250 AUTH X\r\n");
	check(next(PH_SMTP_AUTH_NEEDED, &ev));
	before = wire.len;
	check_int(ph_smtp_client_auth(c, now, &auth), PH_EINVAL);
	auth.initial.len = MOST;
	check_int(ph_smtp_client_auth(c, now, &auth), PH_OK);
	flush();
	check_str(wire.ptr + before, "AUTH X\r\n");
	say("334 \r\n");
	flush();
	/* Four for three, and the line's end. */
	check_int(wire.len - before - 8, (MOST + 2) / 3 * 4 + 2);
	say("334 YQ==\r\n");
	check(next(PH_SMTP_AUTH_CHALLENGE, &ev));
	check_int(ph_smtp_client_auth_respond(
		      c, now, (struct ph_span){ raw, MOST + 1 }),
	    PH_EINVAL);
	check_int(ph_smtp_client_auth_respond(c, now, PH_SPAN("b")), PH_OK);
	flush();
	say("235 ok\r\n");
	check(next(PH_SMTP_READY, &ev));
	stop();
}

/* STARTTLS, a login that is held back and given up, NOOP, QUIT. */
static enum ph_err on_login_event(const struct ph_smtp_event *ev)
{
	static const char initial[600];
	struct ph_smtp_auth auth = { .mechanism = PH_SPAN("X"),
		.initial = { initial, sizeof(initial) },
		.has_initial = true };

	if (ev->type == PH_SMTP_START_TLS)
		return ph_smtp_client_tls_done(c, now);
	if (ev->type == PH_SMTP_AUTH_NEEDED)
		return ph_smtp_client_auth(c, now, &auth);
	if (ev->type == PH_SMTP_AUTH_CHALLENGE)
		return ph_smtp_client_auth_cancel(c, now);
	if (ev->type == PH_SMTP_AUTH_DONE)
		return ph_smtp_client_auth_none(c, now);
	if (ev->type == PH_SMTP_READY)
		return ph_smtp_client_noop(c, now);
	if (ev->type == PH_SMTP_NOOP_DONE)
		ph_smtp_client_quit(c, now);
	if (ev->type == PH_SMTP_CLOSED && ev->fault != NULL) {
		check_int(ev->fault->cause, PH_CAUSE_NO_MEMORY);
		return PH_ENOMEM;
	}
	return PH_OK;
}

static enum ph_err log_in(void *ctx)
{
	static const char *const said[] = { "220 s\r\n",
		"250-s\r\n250 STARTTLS\r\n", "220 go\r\n",
		"250-s\r\n250 AUTH X\r\n", "334 \r\n", "334 YQ==\r\n",
		"501 given up\r\n", "250 ok\r\n", "221 bye\r\n" };
	struct ph_smtp_options opt = {
		.helo = PH_SPAN("me"), .tls = PH_SMTP_TLS_REQUIRED, .auth = true
	};
	enum ph_smtp_event_type last = PH_SMTP_NONE;
	enum ph_err err;

	(void)ctx;
	now = 0;
	err = ph_smtp_client_new(&opt, now, &c);
	if (err != PH_OK)
		return err;
	for (size_t i = 0; i < PH_COUNT(said) && err == PH_OK; i++) {
		struct ph_smtp_event ev;

		err = ph_smtp_client_receive(c, now, ph_span_of(said[i]));
		while (err == PH_OK && ph_smtp_client_next_event(c, &ev)) {
			last = ev.type;
			err = on_login_event(&ev);
		}
		drop();
	}
	/* In good order, unless memory was out. */
	if (err == PH_OK)
		check_int(last, PH_SMTP_CLOSED);
	ph_smtp_client_free(c);
	return err;
}

int main(void)
{
	test_greetings();
	test_long_responses();
	check(failalloc_run(log_in, NULL) > 8);
	return check_end();
}
