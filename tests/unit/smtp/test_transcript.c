#include "check.h"
#include "talk.h"

#include "smtp/events.h"

#include <stdio.h>
#include <stdlib.h>

/* What a reader sees of a conversation, and does not. */

/* The transcript as lines: direction, stage, text. */
static void transcribe(struct ph_buf *out)
{
	struct ph_smtp_event ev;

	while (ph_smtp_client_next_event(c, &ev)) {
		if (ev.type == PH_SMTP_BODY_WANTED)
			check_int(give(ev.mail, "secret content\r\n"), PH_OK);
		if (ev.type == PH_SMTP_TRACE &&
		    ph_buf_appendf(out, "%c %s %.*s\n", "<>*"[ev.dir],
			ph_stage_name(ev.stage),
			PH_SPAN_ARG(ev.data)) != PH_OK) {
			abort();
		}
	}
}

static void test_trace(void)
{
	struct ph_smtp_options opt = {
		.helo = PH_SPAN("me"), .auth = true, .trace = true
	};
	struct ph_smtp_auth auth = { .mechanism = PH_SPAN("PLAIN"),
		.initial = PH_SPAN("hunter2"),
		.has_initial = true };
	struct ph_buf out;

	ph_buf_init(&out, 65536);
	start(&opt);
	open_session("250-s\r\n250 SIZE 5.1.1\r\n");
	transcribe(&out);
	check_int(ph_smtp_client_auth(c, now, &auth), PH_OK);
	flush();
	say("334 aHVu");
	say("dGVyMg==\r\n");
	check_int(
	    ph_smtp_client_auth_respond(c, now, PH_SPAN("hunter2")), PH_OK);
	flush();
	say("235 2.7.0 in\r\n");
	check_int(submit(1, 0), PH_OK);
	flush();
	say("250 ok\r\n");
	flush();
	say("250-2.1.5 ok\r\n250 2.1.5 ok\r\n");
	flush();
	say("354 go\r\n");
	transcribe(&out);
	flush();
	say("what?\r\n");
	transcribe(&out);
	check_str(ph_buf_str(&out),
	    "< greeting 220 s\n"
	    "> ehlo EHLO me\n"
	    "< ehlo 250-s\n"
	    "< ehlo 250 SIZE 5.1.1\n"
	    "> auth AUTH PLAIN ****\n"
	    "< auth 334 ****\n"
	    "> auth ****\n"
	    "< auth 235 2.7.0 in\n"
	    "> mail MAIL FROM:<a@c>\n"
	    "< mail 250 ok\n"
	    "> rcpt RCPT TO:<b@s>\n"
	    "< rcpt 250-2.1.5 ok\n"
	    "< rcpt 250 2.1.5 ok\n"
	    "> data DATA\n"
	    "< data 354 go\n"
	    "* data 16 octets of content\n"
	    "> data .\n"
	    "< data what?\n");
	ph_buf_release(&out);
	stop();
}

/* A server that repeats what it was told tells nobody else by it: neither in
   the reply nor in the transcript, wherever the network cuts, and not where
   what it says is no reply. */
static void test_secret_repeated(void)
{
	static const struct {
		const char *answer;
		const char *text; /* of the reply; NULL: it is none */
		const char *shown;
	} cases[] = {
		{ "501 cannot decode AHVuAGh1bnRlcjI=.\r\n",
		    "cannot decode ****************.",
		    "< auth 501 cannot decode ****************.\n" },
		{ "501-AHVuAGh1bnRlcjI=AHVuAGh1bnRlcjI=\r\n501 x\r\n",
		    "********************************\nx",
		    "< auth 501-********************************\n"
		    "< auth 501 x\n" },
		{ "535 5.7.8 un/hunter2, hunter\r\n", "un/*******, hunter",
		    "< auth 535 5.7.8 un/*******, hunter\n" },
		{ "AUTH PLAIN AHVuAGh1bnRlcjI=\r\n", NULL,
		    "< auth AUTH PLAIN ****************\n" },
	};
	struct ph_smtp_options opt = { .helo = PH_SPAN("me"),
		.auth = true,
		.trace = true,
		.secret = PH_SPAN("hunter2") };
	struct ph_smtp_auth auth = { .mechanism = PH_SPAN("PLAIN"),
		.initial = { "\0un\0hunter2", 11 },
		.has_initial = true };

	for (size_t i = 0; i < PH_COUNT(cases) * 2; i++) {
		const char *answer = cases[i / 2].answer;
		struct ph_smtp_event ev;
		char shown[256] = "";

		check_case("repeated", i);
		start(&opt);
		open_session("250-s\r\n250 AUTH PLAIN\r\n");
		check_int(ph_smtp_client_auth(c, now, &auth), PH_OK);
		flush();
		check(strstr(wire.ptr, "AUTH PLAIN AHVuAGh1bnRlcjI=") != NULL);
		while (ph_smtp_client_next_event(c, &ev))
			continue;
		for (size_t at = 0; i % 2 == 1 && answer[at] != '\0'; at++) {
			struct ph_span one_octet = { answer + at, 1 };

			check_int(
			    ph_smtp_client_receive(c, now, one_octet), PH_OK);
		}
		if (i % 2 == 0)
			say(answer);
		while (ph_smtp_client_next_event(c, &ev)) {
			size_t len = strlen(shown);

			if (ev.type == PH_SMTP_TRACE) {
				(void)snprintf(shown + len, sizeof(shown) - len,
				    "< auth %.*s\n", PH_SPAN_ARG(ev.data));
			}
			if (ev.type == PH_SMTP_AUTH_DONE) {
				check(ph_span_eq(ev.reply->text,
				    ph_span_of(cases[i / 2].text)));
			}
			if (ev.type == PH_SMTP_CLOSED) {
				check(cases[i / 2].text == NULL);
				check(strstr(ev.fault->text, "AHVu") == NULL);
			}
		}
		check_str(shown, cases[i / 2].shown);
		stop();
	}
	check_case(NULL, 0);
}

/* Nobody fetches: the transcript gets a gap, and nothing else is lost. */
static void test_trace_gap(void)
{
	struct ph_smtp_options opt = { .helo = PH_SPAN("me"), .trace = true };
	struct ph_smtp_event ev;
	struct ph_buf ehlo;
	bool gap = false;

	ph_buf_init(&ehlo, 65536);
	for (size_t i = 0; i < 499; i++) {
		if (ph_buf_append_str(&ehlo, "250-X\r\n") != PH_OK)
			abort();
	}
	if (ph_buf_append_str(&ehlo, "250 Y\r\n") != PH_OK)
		abort();
	start(&opt);
	open_session(ehlo.ptr);
	check(next(PH_SMTP_READY, &ev));
	check_int(submit(1, 0), PH_OK);
	while (ph_smtp_client_next_event(c, &ev)) {
		if (ev.type == PH_SMTP_TRACE && ev.dir == PH_DIR_NOTE)
			gap = true;
	}
	check(gap);
	ph_buf_release(&ehlo);
	stop();
}

/* Before the login nobody can know it: what is said then is what it seems. */
static void test_secret_later(void)
{
	static const char *const secrets[] = { "SIZE", "IZE" };
	static const char *const shown[] = {
		"< mail 250 in **** **************** "
		"\n",
		"< mail 250 in SIZE **************** \n"
	};

	for (size_t i = 0; i < PH_COUNT(secrets); i++) {
		struct ph_smtp_options opt = { .helo = PH_SPAN("me"),
			.auth = true,
			.trace = true,
			.secret = ph_span_of(secrets[i]) };
		struct ph_smtp_auth auth = { .mechanism = PH_SPAN("PLAIN"),
			.initial = { "\0un\0hunter2", 11 },
			.has_initial = true };
		struct ph_buf out;

		check_case(secrets[i], i);
		ph_buf_init(&out, 65536);
		start(&opt);
		open_session("250-s\r\n250-SIZE 10\r\n250 AUTH PLAIN\r\n");
		check(ph_ehlo_has(ph_smtp_client_ehlo(c), PH_EHLO_SIZE));
		check_int(ph_smtp_client_auth(c, now, &auth), PH_OK);
		flush();
		say("235 in\r\n");
		check_int(ph_smtp_client_noop(c, now), PH_OK);
		flush();
		transcribe(&out);
		check(strstr(ph_buf_str(&out), "250-SIZE 10") != NULL);
		ph_buf_clear(&out);
		say("250 in SIZE AHVuAGh1bnRlcjI= \r\n");
		transcribe(&out);
		check_str(ph_buf_str(&out), shown[i]);
		ph_buf_release(&out);
		stop();
	}
}

int main(void)
{
	test_trace();
	test_secret_repeated();
	test_secret_later();
	test_trace_gap();
	return check_end();
}
