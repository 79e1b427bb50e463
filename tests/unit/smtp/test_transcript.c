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

/* A reply of so many lines. */
static void say_lines(const char *code, size_t count)
{
	struct ph_buf text;

	ph_buf_init(&text, 65536);
	for (size_t i = 1; i <= count; i++) {
		if (ph_buf_appendf(&text, "%s%cX\r\n", code,
			i < count ? '-' : ' ') != PH_OK)
			abort();
	}
	say(text.ptr);
	flush();
	ph_buf_release(&text);
}

/* Of all lines, and of the notes. */
static void count_traces(size_t *lines, size_t *notes)
{
	struct ph_smtp_event ev;

	*lines = 0;
	*notes = 0;
	while (ph_smtp_client_next_event(c, &ev)) {
		*lines += ev.type == PH_SMTP_TRACE;
		*notes += ev.type == PH_SMTP_TRACE && ev.dir == PH_DIR_NOTE;
	}
}

/* Nobody fetches: the transcript gets a gap, and nothing else is lost. */
static void test_trace_gap(void)
{
	struct ph_smtp_options opt = { .helo = PH_SPAN("me"), .trace = true };
	struct ph_smtp_event ev;
	size_t lines, notes;

	start(&opt);
	say_lines("220", 500);
	say_lines("250", 500);
	check(next(PH_SMTP_READY, &ev));
	check_int(submit(1, 0), PH_OK);
	count_traces(&lines, &notes);
	check_int(notes, 1);
	stop();

	/* Told at the end at last. */
	start(&opt);
	say_lines("220", 500);
	say_lines("250", 500);
	ph_smtp_client_lost(c, now, NULL);
	count_traces(&lines, &notes);
	check_int(notes, 1);
	stop();

	/* The longest reply there is leaves none. */
	start(&opt);
	say_lines("220", 500);
	count_traces(&lines, &notes);
	check_int(lines, 501);
	check_int(notes, 0);
	stop();
}

/* What happens besides, each as `posthaste replay` reads it. */
enum how {
	LOST,
	FAILED,
	STOPPED,
	LATE
};

static const struct {
	const char *said; /* behind the greeting's beginning */
	enum how how;
	const char *shown;
} ends[] = {
	{ "", LOST,
	    "* greeting connection lost: hung up before its "
	    "greeting\n" },
	{ "220-a\r\n22", LOST,
	    "< greeting 220-a\n* greeting unfinished: 22\n"
	    "* greeting connection lost: hung up amid its greeting\n" },
	{ "220 a\r\n", LOST,
	    "< greeting 220 a\n> ehlo EHLO me\n"
	    "* ehlo connection lost: hung up after EHLO\n" },
	{ "220 a\r\n250-b", LATE,
	    "< greeting 220 a\n> ehlo EHLO me\n"
	    "* ehlo unfinished: 250-b\n"
	    "* ehlo timed out: did not answer EHLO for 100 ms\n" },
	{ "", LATE, "* greeting timed out: sent nothing for 100 ms\n" },
	{ "", FAILED, "* greeting connection lost: reset\n" },
	{ "", STOPPED, "* greeting interrupted\n" },
	/* A challenge, be it where it may. */
	{ "334 c2VjcmV0", LOST,
	    "* greeting unfinished: 334 ****\n"
	    "* greeting connection lost: hung up amid its greeting\n" },
	{ "220 a\r\n250 b\r\n221", LOST,
	    "< greeting 220 a\n> ehlo EHLO me\n< ehlo 250 b\n"
	    "* mail unfinished: 221\n"
	    "* mail connection lost: hung up between commands\n" },
};

static void test_ends(void)
{
	struct ph_smtp_options opt = { .helo = PH_SPAN("me"),
		.trace = true,
		.timeouts = { .greeting = 100, .ehlo = 100 } };
	struct ph_fault f;

	for (size_t i = 0; i < PH_COUNT(ends); i++) {
		struct ph_buf out;

		check_case("end", i);
		ph_buf_init(&out, 65536);
		start(&opt);
		for (const char *at = ends[i].said; *at != '\0'; at++) {
			check_int(ph_smtp_client_receive(
				      c, now, (struct ph_span){ at, 1 }),
			    PH_OK);
			flush();
		}
		ph_fault_set(&f,
		    ends[i].how == STOPPED ? PH_CAUSE_INTERRUPTED
					   : PH_CAUSE_CONNECTION_LOST,
		    PH_STAGE_GREETING, "%s",
		    ends[i].how == STOPPED ? "interrupted" : "reset");
		if (ends[i].how == LATE) {
			now += 100;
			ph_smtp_client_tick(c, now);
		} else {
			ph_smtp_client_lost(
			    c, now, ends[i].how == LOST ? NULL : &f);
		}
		transcribe(&out);
		check_str(ph_buf_str(&out), ends[i].shown);
		ph_buf_release(&out);
		stop();
	}
	check_case(NULL, 0);
}

/* Behind QUIT, and behind the answer to STARTTLS. */
static void test_ends_later(void)
{
	struct ph_smtp_options opt = { .helo = PH_SPAN("me"),
		.trace = true,
		.tls = PH_SMTP_TLS_REQUIRED };
	struct ph_buf out;

	ph_buf_init(&out, 65536);
	start(&opt);
	open_session("250-s\r\n250 STARTTLS\r\n");
	transcribe(&out);
	ph_buf_clear(&out);
	say("220 go\r\nx\r\ny");
	transcribe(&out);
	check_str(ph_buf_str(&out),
	    "< tls 220 go\n"
	    "< tls x\n"
	    "* tls unfinished: y\n"
	    "* tls sent bytes behind its answer to STARTTLS\n");
	ph_buf_clear(&out);
	stop();

	opt.tls = PH_SMTP_TLS_NONE;
	for (int i = 0; i < 2; i++) {
		start(&opt);
		open_session("250 s\r\n");
		ph_smtp_client_quit(c, now);
		flush();
		transcribe(&out);
		ph_buf_clear(&out);
		if (i == 0) {
			ph_smtp_client_lost(c, now, NULL);
		} else {
			now = ph_smtp_client_deadline(c);
			ph_smtp_client_tick(c, now);
		}
		transcribe(&out);
		check_str(ph_buf_str(&out),
		    i == 0 ? "* quit connection lost: hung up after QUIT\n"
			   : "* quit timed out: did not answer QUIT\n");
		ph_buf_clear(&out);
		stop();
	}
	ph_buf_release(&out);
}

/* What came of a reply holds no part of what the login told; nor does a reply
   with the code of a challenge that is none. */
static void test_secret_cut_off(void)
{
	static const char answer[] = "535 un/hunter2 AHVuAGh1bnRlcjI= no";
	struct ph_smtp_options opt = { .helo = PH_SPAN("me"),
		.auth = true,
		.trace = true,
		.secret = PH_SPAN("hunter2") };
	struct ph_smtp_auth auth = { .mechanism = PH_SPAN("PLAIN"),
		.initial = { "\0un\0hunter2", 11 },
		.has_initial = true };
	struct ph_smtp_event ev;
	struct ph_buf out;

	ph_buf_init(&out, 65536);
	for (size_t len = 1; len < sizeof(answer); len++) {
		check_case("cut off", len);
		start(&opt);
		open_session("250-s\r\n250 AUTH PLAIN\r\n");
		check_int(ph_smtp_client_auth(c, now, &auth), PH_OK);
		flush();
		check_int(ph_smtp_client_receive(
			      c, now, (struct ph_span){ answer, len }),
		    PH_OK);
		ph_smtp_client_lost(c, now, NULL);
		transcribe(&out);
		check(strstr(out.ptr, "unfinished: ") != NULL);
		check(len < 8 || strstr(out.ptr, "un/*") != NULL);
		check(strstr(out.ptr, "un/h") == NULL);
		check(len < 16 || strstr(out.ptr, "2 *") != NULL ||
		    strstr(out.ptr, "* *") != NULL);
		check(strstr(out.ptr, " AH") == NULL);
		ph_buf_clear(&out);
		stop();
	}
	check_case(NULL, 0);

	start(&opt);
	open_session("250-s\r\n250 AUTH PLAIN\r\n");
	check_int(ph_smtp_client_auth(c, now, &auth), PH_OK);
	flush();
	say("235 in\r\n");
	check_int(submit(1, 0), PH_OK);
	flush();
	say("334 hunter2\r\n");
	while (ph_smtp_client_next_event(c, &ev)) {
		check(ev.type != PH_SMTP_TRACE ||
		    memmem(ev.data.ptr, ev.data.len, "hunter2", 7) == NULL);
		if (ev.type == PH_SMTP_CLOSED)
			check(strstr(ev.fault->text, "hunter2") == NULL);
	}
	stop();
	ph_buf_release(&out);
}

/* The engine breaks off itself. */
static void test_no_base64(void)
{
	struct ph_smtp_options opt = {
		.helo = PH_SPAN("me"), .auth = true, .trace = true
	};
	struct ph_smtp_auth auth = { .mechanism = PH_SPAN("LOGIN") };
	struct ph_buf out;

	ph_buf_init(&out, 65536);
	start(&opt);
	open_session("250-s\r\n250 AUTH LOGIN\r\n");
	transcribe(&out);
	ph_buf_clear(&out);
	check_int(ph_smtp_client_auth(c, now, &auth), PH_OK);
	flush();
	say("334 %%%\r\n");
	flush();
	transcribe(&out);
	check_str(ph_buf_str(&out),
	    "> auth AUTH LOGIN\n< auth 334 ****\n"
	    "* auth the challenge is not base64\n> auth *\n");
	ph_buf_release(&out);
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
	test_ends();
	test_ends_later();
	test_secret_cut_off();
	test_no_base64();
	return check_end();
}
