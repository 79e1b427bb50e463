#include "check.h"
#include "failalloc.h"
#include "talk.h"

#include "base/buf.h"
#include "smtp/client.h"
#include "smtp/pipeline.h"

#include <stdio.h>
#include <stdlib.h>

/* What a script of tests/wire cannot say: misuse, deadlines, loans, limits,
   memory. */

static void test_options(void)
{
	struct ph_smtp_options opt = { .helo = PH_SPAN("a b") };

	check_int(ph_smtp_client_new(&opt, 0, &c), PH_EINVAL);
	opt.helo = PH_SPAN("");
	check_int(ph_smtp_client_new(&opt, 0, &c), PH_EINVAL);
	opt.helo = PH_SPAN("a\r\nRSET");
	check_int(ph_smtp_client_new(&opt, 0, &c), PH_EINVAL);
	ph_smtp_client_free(NULL);
}

/* Every call in every state: what makes no sense is PH_EINVAL and changes
   nothing. */
static void check_misuse(bool login, bool challenge, bool ready, bool tls)
{
	struct ph_smtp_auth auth = { .mechanism = PH_SPAN("A B") };
	struct ph_fault f = { 0 };
	struct ph_smtp_mail mail = { .envelope = &one };

	check_int(ph_smtp_client_auth(c, now, &auth), PH_EINVAL);
	if (!login)
		check_int(ph_smtp_client_auth_none(c, now), PH_EINVAL);
	if (!challenge) {
		check_int(ph_smtp_client_auth_respond(c, now, PH_SPAN("")),
		    PH_EINVAL);
		check_int(ph_smtp_client_auth_cancel(c, now), PH_EINVAL);
	}
	if (!tls)
		check_int(ph_smtp_client_tls_done(c, now), PH_EINVAL);
	if (!ready) {
		check_int(ph_smtp_client_mail(c, now, &mail, &f), PH_EINVAL);
		check(ph_fault_is_set(&f));
		check_int(ph_smtp_client_noop(c, now), PH_EINVAL);
	}
	check_int(give(77, "x"), PH_EINVAL);
	ph_smtp_client_body_failed(c, now, 77, &f);
	check(!ph_smtp_client_has_room(c) || ready);
}

static void test_misuse(void)
{
	struct ph_smtp_options opt = {
		.helo = PH_SPAN("me"), .tls = PH_SMTP_TLS_REQUIRED, .auth = true
	};
	struct ph_smtp_auth auth = { .mechanism = PH_SPAN("LOGIN") };
	struct ph_smtp_event ev;

	start(&opt);
	check_int(ph_smtp_client_stage(c), PH_STAGE_GREETING);
	check_misuse(false, false, false, false);
	open_session("250-s\r\n250 STARTTLS\r\n");
	check_int(ph_smtp_client_stage(c), PH_STAGE_TLS);
	check(ph_ehlo_has(ph_smtp_client_ehlo(c), PH_EHLO_STARTTLS));
	say("220 go\r\n");
	check(next(PH_SMTP_START_TLS, &ev));
	check_misuse(false, false, false, true);
	check_int(ph_smtp_client_tls_done(c, now), PH_OK);
	check(!ph_ehlo_has(ph_smtp_client_ehlo(c), PH_EHLO_STARTTLS));
	flush();
	check_int(ph_smtp_client_stage(c), PH_STAGE_EHLO);
	say("250 s\r\n");
	check(next(PH_SMTP_AUTH_NEEDED, &ev));
	check_int(ph_smtp_client_deadline(c), PH_NEVER);
	check_misuse(true, false, false, false);
	check_int(ph_smtp_client_auth(c, now, &auth), PH_OK);
	check_misuse(false, false, false, false);
	flush();
	say("334 YQ==\r\n");
	check(next(PH_SMTP_AUTH_CHALLENGE, &ev));
	check(ph_span_eq(ev.data, PH_SPAN("a")));
	check_misuse(false, true, false, false);
	check_int(ph_smtp_client_auth_respond(c, now, PH_SPAN("x")), PH_OK);
	flush();
	say("235 ok\r\n");
	check(next(PH_SMTP_READY, &ev));
	check_misuse(false, false, true, false);
	check_int(ph_smtp_client_noop(c, now), PH_OK);
	check_int(ph_smtp_client_noop(c, now), PH_EINVAL);
	ph_smtp_client_quit(c, now);
	check_misuse(false, false, false, false);
	ph_smtp_client_lost(c, now, NULL);
	check(next(PH_SMTP_CLOSED, &ev));
	check_misuse(false, false, false, false);
	/* After the end nothing does anything. */
	say("250 s\r\n");
	ph_smtp_client_sent(c, now, 0);
	ph_smtp_client_tick(c, now + 1000000000);
	ph_smtp_client_quit(c, now);
	ph_smtp_client_lost(c, now, NULL);
	check(!ph_smtp_client_next_event(c, &ev));
	stop();
}

/* NOOP is the last of a group: the mail behind it waits. */
static void test_noop_then_mail(void)
{
	struct ph_smtp_event ev;

	start(NULL);
	open_session("250-s\r\n250 PIPELINING\r\n");
	check_int(ph_smtp_client_noop(c, now), PH_OK);
	check_int(submit(1, 0), PH_OK);
	flush();
	check(strstr(wire.ptr, "NOOP\r\n") != NULL);
	check(strstr(wire.ptr, "MAIL") == NULL);
	say("250 ok\r\n");
	check(next(PH_SMTP_NOOP_DONE, &ev));
	flush();
	check(strstr(wire.ptr, "NOOP\r\nMAIL FROM") != NULL);
	stop();
}

enum {
	DOTTED_LINES = 3000
};

/* Lines of dots, long and short in turn. */
static const char *dotted(void)
{
	static char text[DOTTED_LINES * 420];
	size_t at = 0;

	for (size_t i = 0; i < DOTTED_LINES; i++) {
		size_t len = i % 2 == 0 ? 2 : 800;

		if (at + len + 3 > sizeof(text))
			break;
		memset(text + at, 'x', len);
		text[at] = '.';
		memcpy(text + at + len, "\r\n", 3);
		at += len + 2;
	}
	return text;
}

/* More dots to stuff than the outbox has runs for: it fills again as it is
   written. */
static void test_many_dots(void)
{
	const char *content = dotted();
	struct ph_smtp_event ev;
	struct ph_span pending[100];
	size_t before;
	size_t dots = 0;

	start(NULL);
	open_session("250-s\r\n250 PIPELINING\r\n");
	check_int(submit(1, 0), PH_OK);
	flush();
	before = wire.len;
	say("250 ok\r\n250 ok\r\n354 go\r\n");
	check(next(PH_SMTP_BODY_WANTED, &ev));
	check_int(give(1, content), PH_OK);
	check(ph_smtp_client_pending(c, pending, 100) <= 64);
	flush();
	for (size_t i = before; i + 2 < wire.len; i++)
		dots += memcmp(wire.ptr + i, "\n..", 3) == 0;
	size_t lines = 0;
	for (const char *at = content; *at != '\0'; at++)
		lines += *at == '\n';
	/* The first has no line end before it. */
	check(lines > 2000);
	check_int(dots, lines - 1);
	check_int(wire.len - before, strlen(content) + lines + 3);
	check(strcmp(wire.ptr + wire.len - 5, "\r\n.\r\n") == 0);
	say("250 ok\r\n");
	check(next(PH_SMTP_MAIL_DONE, &ev));
	check_int(ev.result->outcome, PH_DELIVERED);
	stop();
}

static const struct {
	struct ph_envelope_rcpt rcpt;
	struct ph_span sender;
	struct ph_span envid;
	const char *text;
} bad[] = {
	{ { .address = { "a@b>", 4 } }, PH_SPAN_INIT(""), PH_SPAN_INIT(""),
	    "recipient \"a@b>\" cannot be sent" },
	{ { .address = { "a b@c", 5 } }, PH_SPAN_INIT(""), PH_SPAN_INIT(""),
	    "recipient \"a b@c\" cannot be sent" },
	{ { .address = { "a\r\nb", 4 } }, PH_SPAN_INIT(""), PH_SPAN_INIT(""),
	    "recipient \"a? / b\" cannot be sent" },
	{ { .address = { "", 0 } }, PH_SPAN_INIT(""), PH_SPAN_INIT(""),
	    "recipient \"\" cannot be sent" },
	{ { .address = { "a@b", 3 } }, PH_SPAN_INIT("x\ny"), PH_SPAN_INIT(""),
	    "sender \"x / y\" cannot be sent" },
	{ { .address = { "a@b", 3 } }, PH_SPAN_INIT(""), PH_SPAN_INIT("x\ty"),
	    "envelope id \"x?y\" cannot be sent" },
	{ { .address = { "a@b", 3 }, .orcpt = { "\xff", 1 } }, PH_SPAN_INIT(""),
	    PH_SPAN_INIT(""), "original recipient \"?\" cannot be sent" },
	{ { .address = { "a@b", 3 },
	      .notify = PH_NOTIFY_NEVER | PH_NOTIFY_DELAY },
	    PH_SPAN_INIT(""), PH_SPAN_INIT(""),
	    "a notification is both asked for and forbidden" },
};

static void test_bad_envelopes(void)
{
	struct ph_fault f;

	start(NULL);
	open_session("250 s\r\n");
	size_t before = wire.len;
	for (size_t i = 0; i < PH_COUNT(bad); i++) {
		struct ph_envelope env = { .sender = bad[i].sender,
			.rcpts = &bad[i].rcpt,
			.rcpt_count = 1,
			.envid = bad[i].envid };
		struct ph_smtp_mail mail = { .envelope = &env };

		check_case("bad", i);
		check_int(ph_smtp_client_mail(c, now, &mail, &f), PH_EINVAL);
		check_str(f.text, bad[i].text);
		check_int(ph_smtp_client_mail(c, now, &mail, NULL), PH_EINVAL);
	}
	struct ph_envelope nobody = { .rcpt_count = 0 };
	struct ph_smtp_mail mail = { .envelope = &nobody };
	check_int(ph_smtp_client_mail(c, now, &mail, &f), PH_EINVAL);
	check_str(f.text, "there is no recipient");
	flush();
	check_int(wire.len, before);
	stop();
}

static void test_window(void)
{
	static const struct {
		const char *ehlo;
		uint32_t window;
		size_t want;
	} windows[] = {
		{ "250 s\r\n", 0, 1 },
		{ "250-s\r\n250 CHUNKING\r\n", 8, 1 },
		{ "250-s\r\n250 PIPELINING\r\n", 0, 2 },
		{ "250-s\r\n250 PIPELINING\r\n", 1, 1 },
		{ "250-s\r\n250-CHUNKING\r\n250 PIPELINING\r\n", 0, 4 },
		{ "250-s\r\n250-CHUNKING\r\n250 PIPELINING\r\n", 9, 9 },
		{ "250-s\r\n250-CHUNKING\r\n250 PIPELINING\r\n", 999, 64 },
	};

	for (size_t i = 0; i < PH_COUNT(windows); i++) {
		struct ph_smtp_options opt = { .helo = PH_SPAN("me"),
			.window = windows[i].window };
		struct ph_smtp_event ev;
		size_t n = 0;

		check_case("window", i);
		start(&opt);
		open_session(windows[i].ehlo);
		check(next(PH_SMTP_READY, &ev));
		while (ph_smtp_client_has_room(c)) {
			check_int(submit(n + 1, 5), PH_OK);
			n++;
		}
		check_int(n, windows[i].want);
		check_int(submit(99, 5), PH_AGAIN);
		/* No ROOM is told while there is none. */
		check(!next(PH_SMTP_ROOM, &ev));
		ph_smtp_client_lost(c, now, NULL);
		stop();
	}
}

/* ROOM comes when a mail ends, and not twice. */
static void test_room(void)
{
	struct ph_smtp_event ev;

	start(NULL);
	open_session("250 s\r\n");
	check(next(PH_SMTP_READY, &ev));
	check(!next(PH_SMTP_ROOM, &ev));
	check_int(submit(1, 0), PH_OK);
	flush();
	say("550 no\r\n");
	check(next(PH_SMTP_ROOM, &ev));
	check(!next(PH_SMTP_ROOM, &ev));
	check(ph_smtp_client_has_room(c));
	stop();
}

/* A probe's RSET is refused: what was asked is answered, and no MAIL follows
   into an envelope that is still open. */
static void test_probe_not_reset(void)
{
	struct ph_smtp_mail probe = {
		.envelope = &one, .probe = true, .id = 1
	};
	struct ph_smtp_event ev;

	start(NULL);
	open_session("250-s\r\n250 PIPELINING\r\n");
	check_int(ph_smtp_client_mail(c, now, &probe, NULL), PH_OK);
	check_int(submit(2, 0), PH_OK);
	flush();
	size_t before = wire.len;
	say("250 ok\r\n250 ok\r\n502 what\r\n");
	flush();
	check_int(wire.len, before);
	check(next(PH_SMTP_MAIL_DONE, &ev));
	check_int(ev.result->outcome, PH_DELIVERED);
	check(next(PH_SMTP_MAIL_DONE, &ev));
	check_int(ev.result->outcome, PH_RETRY);
	check(next(PH_SMTP_CLOSED, &ev));
	check_int(ev.fault->cause, PH_CAUSE_PROTOCOL);
	stop();
}

static void test_spent(void)
{
	struct ph_smtp_event ev;
	struct ph_fault f;
	struct ph_smtp_mail mail = { .envelope = &one };

	start(NULL);
	open_session("250-s\r\n250 LIMITS MAILMAX=1\r\n");
	check(!ph_smtp_client_is_spent(c));
	check_int(submit(1, 0), PH_OK);
	check(ph_smtp_client_is_spent(c));
	flush();
	say("550 no\r\n");
	check(!ph_smtp_client_has_room(c));
	check(!next(PH_SMTP_ROOM, &ev));
	check_int(ph_smtp_client_mail(c, now, &mail, &f), PH_EINVAL);
	check_str(f.text, "takes no more mails in this session");
	stop();

	/* The caller's own limit, where the server has none. */
	start(
	    &(struct ph_smtp_options){ .helo = PH_SPAN("me"), .mail_max = 1 });
	open_session("250 s\r\n");
	check_int(submit(1, 0), PH_OK);
	check(ph_smtp_client_is_spent(c));
	stop();
}

/* More recipients than the pipeline holds. */
static void test_many_recipients(void)
{
	enum {
		COUNT = 5000
	};
	static struct ph_envelope_rcpt rcpts[COUNT];
	struct ph_envelope env = { .rcpts = rcpts, .rcpt_count = COUNT };
	struct ph_smtp_mail mail = { .envelope = &env, .id = 1 };
	struct ph_smtp_event ev;
	size_t answered = 0;
	size_t told = 0;

	for (size_t i = 0; i < COUNT; i++)
		rcpts[i].address = PH_SPAN("someone@server.example");
	start(NULL);
	open_session("250-s\r\n250 PIPELINING\r\n");
	check_int(ph_smtp_client_mail(c, now, &mail, NULL), PH_OK);
	flush();
	say("250 ok\r\n");
	while (answered < COUNT) {
		/* Never more on the wire than may be unanswered. */
		size_t lines = 0;
		for (size_t i = 0; i < wire.len; i++)
			lines += wire.ptr[i] == '\n';
		check(lines - 2 - answered <= PH_PIPELINE_MAX);
		say(answered % 2 == 0 ? "250 ok\r\n" : "550 no\r\n");
		answered++;
		/* Fetched late, and all there. */
		if (answered % 700 == 0 || answered == COUNT) {
			while (next(PH_SMTP_RCPT_DONE, &ev))
				check_int(ev.rcpt, told++);
		}
		flush();
	}
	while (next(PH_SMTP_RCPT_DONE, &ev))
		told++;
	check_int(told, COUNT);
	say("354 go\r\n");
	check(next(PH_SMTP_BODY_WANTED, &ev));
	check_int(give(1, "x\r\n"), PH_OK);
	flush();
	say("250 ok\r\n");
	check(next(PH_SMTP_MAIL_DONE, &ev));
	check_int(ev.result->rcpt_count, COUNT);
	for (size_t i = 0; i < COUNT; i++) {
		check_int(ev.result->rcpts[i].outcome,
		    i % 2 == 0 ? PH_DELIVERED : PH_FAILED);
	}
	stop();
}

/* The server hangs up on a MAIL that it refuses: nothing of the content was
   handed over, so that nobody need be unsure.  Once it has taken a message that
   is risked for the round trip. */
static void test_content_waits(void)
{
	struct ph_smtp_event ev;

	for (int proven = 0; proven < 2; proven++) {
		check_case("proven", (size_t)proven);
		start(NULL);
		open_session("250-s\r\n250-PIPELINING\r\n250 CHUNKING\r\n");
		if (proven == 1)
			prove();
		check_int(submit(1, 5), PH_OK);
		check(next(PH_SMTP_BODY_WANTED, &ev) == (proven == 1));
		if (proven == 1)
			check_int(give(1, "123\r\n"), PH_OK);
		flush();
		check((strstr(wire.ptr, "BDAT") != NULL) == (proven == 1));
		ph_smtp_client_lost(c, now, NULL);
		check(next(PH_SMTP_MAIL_DONE, &ev));
		check_int(
		    ev.result->outcome, proven == 1 ? PH_UNSURE : PH_RETRY);
		stop();
	}
}

/* A chunk is refused while the next one awaits its answer: the mail that begins
   in between must not fall into the envelope that is still open. */
static void test_chunk_refused_amid(void)
{
	struct ph_smtp_event ev;
	struct ph_span piece = PH_SPAN("123\r\n");
	struct ph_smtp_body first = { &piece, 1, false, false };

	start(NULL);
	open_session("250-s\r\n250-PIPELINING\r\n250 CHUNKING\r\n");
	prove();
	check_int(submit(1, 10), PH_OK);
	check(next(PH_SMTP_BODY_WANTED, &ev));
	check_int(ph_smtp_client_body(c, now, 1, &first), PH_OK);
	flush();
	check(next(PH_SMTP_BODY_WANTED, &ev));
	check_int(give(1, "678\r\n"), PH_OK);
	flush();
	say("250 ok\r\n250 ok\r\n552 too big\r\n");
	size_t before = wire.len;
	check_int(submit(2, 0), PH_OK);
	flush();
	check_str(wire.ptr + before,
	    "RSET\r\nMAIL FROM:<a@c>\r\nRCPT TO:<b@s>\r\nDATA\r\n");
	stop();
}

static void test_bdat_size(void)
{
	struct ph_smtp_event ev;
	static const struct ph_span pieces[17];
	struct ph_smtp_body many = { pieces, 17, true, false };

	start(NULL);
	open_session("250-s\r\n250-PIPELINING\r\n250 CHUNKING\r\n");
	prove();
	check_int(submit(1, 5), PH_OK);
	/* Wanted at once, before anything was written. */
	check(next(PH_SMTP_BODY_WANTED, &ev));
	size_t before = wire.len;
	check_int(give(1, "1234"), PH_EINVAL);
	check_int(give(1, "123456"), PH_EINVAL);
	check_int(ph_smtp_client_body(c, now, 1, &many), PH_EINVAL);
	check_int(give(1, "123\r\n"), PH_OK);
	check_int(give(1, "123\r\n"), PH_EINVAL);
	flush();
	check_str(wire.ptr + before,
	    "MAIL FROM:<a@c>\r\nRCPT TO:<b@s>\r\nBDAT 5 LAST\r\n123\r\n");
	stop();

	/* 64 KiB and one octet go by DATA. */
	start(NULL);
	open_session("250-s\r\n250-PIPELINING\r\n250 CHUNKING\r\n");
	prove();
	before = wire.len;
	check_int(submit(1, 65537), PH_OK);
	flush();
	check_str(
	    wire.ptr + before, "MAIL FROM:<a@c>\r\nRCPT TO:<b@s>\r\nDATA\r\n");
	stop();
}

/* What goes by BDAT, once a mail was taken: what is known to be short, and is
   to be sent at all. */
static void test_bdat_or_data(void)
{
	static const struct {
		const char *name;
		const char *ehlo;
		struct ph_smtp_mail mail;
		const char *wire;
	} cases[] = {
		{ "known size", "250-s\r\n250-PIPELINING\r\n250 CHUNKING\r\n",
		    { .size = 5 }, "MAIL FROM:<a@c>\r\nRCPT TO:<b@s>\r\n" },
		{ "unknown size", "250-s\r\n250-PIPELINING\r\n250 CHUNKING\r\n",
		    { .size = 0 },
		    "MAIL FROM:<a@c>\r\nRCPT TO:<b@s>\r\nDATA\r\n" },
		{ "a probe", "250-s\r\n250-PIPELINING\r\n250 CHUNKING\r\n",
		    { .size = 5, .probe = true },
		    "MAIL FROM:<a@c>\r\nRCPT TO:<b@s>\r\nRSET\r\n" },
		{ "no CHUNKING", "250-s\r\n250 PIPELINING\r\n", { .size = 5 },
		    "MAIL FROM:<a@c>\r\nRCPT TO:<b@s>\r\nDATA\r\n" },
		{ "eight bits", "250-s\r\n250-PIPELINING\r\n250 8BITMIME\r\n",
		    { .eight_bit = true },
		    "MAIL FROM:<a@c> BODY=8BITMIME\r\nRCPT TO:<b@s>\r\n"
		    "DATA\r\n" },
		{ "eight bits to be had",
		    "250-s\r\n250-PIPELINING\r\n250 8BITMIME\r\n",
		    { .size = 5 },
		    "MAIL FROM:<a@c>\r\nRCPT TO:<b@s>\r\nDATA\r\n" },
	};

	for (size_t i = 0; i < PH_COUNT(cases); i++) {
		struct ph_smtp_mail mail = cases[i].mail;
		size_t before;

		check_case(cases[i].name, i);
		mail.envelope = &one;
		mail.id = 1;
		start(NULL);
		open_session(cases[i].ehlo);
		prove();
		before = wire.len;
		check_int(ph_smtp_client_mail(c, now, &mail, NULL), PH_OK);
		flush();
		check_str(wire.ptr + before, cases[i].wire);
		stop();
	}
	check_case(NULL, 0);
}

/* A mail refused while its content is fetched: the content is not wanted, and
   giving it is no error, until MAIL_DONE was fetched. */
static void test_late_body(void)
{
	struct ph_smtp_event ev;

	start(NULL);
	open_session("250-s\r\n250-PIPELINING\r\n250 CHUNKING\r\n");
	prove();
	check_int(submit(1, 5), PH_OK);
	check(next(PH_SMTP_BODY_WANTED, &ev));
	flush();
	say("550 no\r\n");
	check_int(give(1, "123\r\n"), PH_OK);
	say("503 echo\r\n");
	check_int(give(1, "123\r\n"), PH_OK);
	flush();
	check(strstr(wire.ptr, "BDAT") == NULL);
	check(next(PH_SMTP_MAIL_DONE, &ev));
	check_int(ev.result->reply.code, 550);
	check_int(give(1, "123\r\n"), PH_EINVAL);
	stop();
}

/* The body of the second fails while the first awaits its answer: the session
   ends, and not before that answer. */
static void test_body_failed_behind(void)
{
	struct ph_smtp_event ev;
	struct ph_fault f;

	ph_fault_set(&f, PH_CAUSE_INPUT_CHANGED, PH_STAGE_DATA, "shrank");
	start(NULL);
	open_session("250-s\r\n250-PIPELINING\r\n250 CHUNKING\r\n");
	prove();
	check_int(submit(1, 5), PH_OK);
	check_int(submit(2, 5), PH_OK);
	check_int(submit(3, 5), PH_OK);
	check(next(PH_SMTP_BODY_WANTED, &ev));
	check_int(give(1, "123\r\n"), PH_OK);
	check(next(PH_SMTP_BODY_WANTED, &ev));
	check_int(ev.mail, 2);
	ph_smtp_client_body_failed(c, now, 2, &f);
	check(!ph_smtp_client_has_room(c));
	flush();
	check(!next(PH_SMTP_CLOSED, &ev));
	check(strstr(wire.ptr, "BDAT 5 LAST\r\n123\r\nRSET") != NULL);
	say("250 ok\r\n250 ok\r\n250 queued\r\n");
	check(next(PH_SMTP_MAIL_DONE, &ev));
	check_int(ev.mail, 1);
	check_int(ev.result->outcome, PH_DELIVERED);
	say("250 flushed\r\n");
	check(next(PH_SMTP_MAIL_DONE, &ev));
	check_int(ev.mail, 2);
	check_int(ev.result->outcome, PH_RETRY);
	check_int(ev.result->fault.cause, PH_CAUSE_INPUT_CHANGED);
	check(next(PH_SMTP_MAIL_DONE, &ev));
	check_int(ev.mail, 3);
	check_int(ev.result->outcome, PH_RETRY);
	check(next(PH_SMTP_CLOSED, &ev));
	check_int(ev.fault->cause, PH_CAUSE_INPUT_CHANGED);
	stop();
}

/* Refused amid a content: what came is the answer, and the session is over. */
static void test_interrupted(void)
{
	static char content[200000];
	struct ph_span piece = { content, sizeof(content) };
	struct ph_smtp_body body = { &piece, 1, true, true };
	struct ph_smtp_event ev;

	for (int good = 0; good < 2; good++) {
		memset(content, 'x', sizeof(content));
		start(NULL);
		open_session("250 s\r\n");
		check_int(submit(1, 0), PH_OK);
		flush();
		say("250 ok\r\n");
		flush();
		say("250 ok\r\n");
		flush();
		say("354 ok\r\n");
		check(next(PH_SMTP_BODY_WANTED, &ev));
		check_int(ph_smtp_client_body(c, now, 1, &body), PH_OK);
		ph_smtp_client_sent(c, now, 1000);
		check_int(ph_smtp_client_stage(c), PH_STAGE_DATA);
		say(good ? "250 thanks\r\n" : "552 5.3.4 too big\r\n");
		check(next(PH_SMTP_MAIL_DONE, &ev));
		check_int(ev.result->outcome, good ? PH_RETRY : PH_FAILED);
		check_int(ev.result->reply.code, good ? 0 : 552);
		check(next(PH_SMTP_CLOSED, &ev));
		check_int(ev.fault->cause,
		    good ? PH_CAUSE_PROTOCOL : PH_CAUSE_MESSAGE_REFUSED);
		stop();
	}
}

static void expire(ph_msec after, enum ph_cause cause, const char *text)
{
	struct ph_smtp_event ev;

	check_int(ph_smtp_client_deadline(c), now + after);
	ph_smtp_client_tick(c, now + after - 1);
	check(!next(PH_SMTP_CLOSED, &ev));
	ph_smtp_client_tick(c, now + after);
	check(next(PH_SMTP_CLOSED, &ev));
	check_int(ev.fault->cause, cause);
	check_str(ev.fault->text, text);
	check_int(ph_smtp_client_deadline(c), PH_NEVER);
	stop();
}

static void test_deadlines(void)
{
	struct ph_smtp_options tls = { .helo = PH_SPAN("me"),
		.tls = PH_SMTP_TLS_REQUIRED,
		.timeouts = { .tls = 1500 } };

	start(NULL);
	expire(300000, PH_CAUSE_SILENCE, "sent nothing for 300 s");

	/* What drips does not hold the clock. */
	start(NULL);
	now += 299999;
	say("220-");
	now -= 299999;
	expire(300000, PH_CAUSE_TIMEOUT, "sent no whole greeting in 300 s");

	start(NULL);
	say("220 s\r\n");
	expire(180000, PH_CAUSE_TIMEOUT, "took no data for 180 s");

	start(NULL);
	say("220 s\r\n");
	now += 5;
	flush();
	expire(300000, PH_CAUSE_TIMEOUT, "did not answer EHLO for 300 s");

	start(&tls);
	open_session("250-s\r\n250 STARTTLS\r\n");
	say("220 s\r\n");
	expire(1500, PH_CAUSE_TIMEOUT,
	    "did not finish the TLS handshake in 1500 ms");

	start(NULL);
	open_session("250 s\r\n");
	check_int(ph_smtp_client_deadline(c), PH_NEVER);
	check_int(ph_smtp_client_noop(c, now), PH_OK);
	flush();
	expire(30000, PH_CAUSE_TIMEOUT, "did not answer NOOP for 30 s");
}

/* The server is at work on the first mail and reads nothing of the second: that
   may take as long as the answer to the first dot may. */
static void test_deadline_of_a_busy_server(void)
{
	struct ph_smtp_event ev;

	start(NULL);
	open_session("250-s\r\n250-PIPELINING\r\n250 CHUNKING\r\n");
	prove();
	check_int(submit(1, 5), PH_OK);
	check(next(PH_SMTP_BODY_WANTED, &ev));
	check_int(give(1, "123\r\n"), PH_OK);
	flush();
	check_int(submit(2, 5), PH_OK);
	say("250 ok\r\n250 ok\r\n");
	/* RSET and MAIL wait, BDAT awaits its answer. */
	check(ph_smtp_client_deadline(c) == now + 600000);
	expire(
	    600000, PH_CAUSE_LOST_AFTER_DOT, "did not answer BDAT for 600 s");
}

static void test_lost_with_fault(void)
{
	static const struct {
		enum ph_stage given, told;
	} stages[] = {
		{ PH_STAGE_CONFIG, PH_STAGE_EHLO },
		{ PH_STAGE_DATA, PH_STAGE_EHLO },
		{ PH_STAGE_DNS, PH_STAGE_DNS },
		{ PH_STAGE_CONNECT, PH_STAGE_CONNECT },
		{ PH_STAGE_PROXY, PH_STAGE_PROXY },
		{ PH_STAGE_TLS, PH_STAGE_TLS },
	};

	for (size_t i = 0; i < PH_COUNT(stages); i++) {
		struct ph_smtp_event ev;
		struct ph_fault f;

		check_case("stage", i);
		start(NULL);
		say("220 s\r\n");
		flush();
		ph_fault_set(&f, PH_CAUSE_CONNECTION_LOST, stages[i].given,
		    "reset by peer");
		ph_smtp_client_lost(c, now, &f);
		check(next(PH_SMTP_CLOSED, &ev));
		check_int(ev.fault->stage, stages[i].told);
		check_int(ev.stage, stages[i].told);
		check_str(ev.fault->text, "reset by peer");
		stop();
	}
}

static void test_where(void)
{
	static const struct {
		const char *said, *where;
	} places[] = {
		{ "", "hung up before its greeting" },
		{ "220-", "hung up amid its greeting" },
		{ "220 s\r\n", "hung up after EHLO" },
	};
	struct ph_smtp_options opt = {
		.helo = PH_SPAN("me"), .auth = true, .tls = PH_SMTP_TLS_WANTED
	};
	struct ph_smtp_event ev;

	for (size_t i = 0; i < PH_COUNT(places); i++) {
		check_case("where", i);
		start(NULL);
		say(places[i].said);
		flush();
		ph_smtp_client_lost(c, now, NULL);
		check(next(PH_SMTP_CLOSED, &ev));
		check_str(ev.fault->text, places[i].where);
		stop();
	}
	start(&opt);
	open_session("250 s\r\n");
	ph_smtp_client_lost(c, now, NULL);
	check(next(PH_SMTP_CLOSED, &ev));
	check_str(ev.fault->text, "hung up amid the login");
	stop();
	start(&opt);
	open_session("250-s\r\n250 STARTTLS\r\n");
	say("220 go\r\n");
	ph_smtp_client_lost(c, now, NULL);
	check(next(PH_SMTP_CLOSED, &ev));
	check_str(ev.fault->text, "hung up amid the TLS handshake");
	stop();
	start(NULL);
	open_session("250 s\r\n");
	ph_smtp_client_lost(c, now, NULL);
	check(next(PH_SMTP_CLOSED, &ev));
	check_str(ev.fault->text, "hung up between commands");
	check_int(ev.fault->stage, PH_STAGE_MAIL);
	stop();
}

/* A whole session, for running out of memory at each place. */
static enum ph_err converse(void)
{
	static const char *const said[] = { "220 s\r\n",
		"250-s\r\n250-PIPELINING\r\n250-CHUNKING\r\n250 AUTH X\r\n",
		"334 YQ==\r\n", "235 ok\r\n",
		"250 ok\r\n550 no\r\n250 ok\r\n354 ok\r\n", "250 done\r\n" };
	static const struct ph_envelope_rcpt rcpts[2] = {
		{ .address = { "a@b", 3 } }, { .address = { "c@d", 3 } }
	};
	struct ph_envelope env = { .rcpts = rcpts, .rcpt_count = 2 };
	struct ph_smtp_mail mail = { .envelope = &env, .id = 1 };
	struct ph_smtp_auth auth = { .mechanism = PH_SPAN("X") };
	size_t done = 0;
	size_t taken = 0;
	bool closed = false;
	enum ph_err err = PH_OK;

	for (size_t i = 0; i < PH_COUNT(said) && err == PH_OK; i++) {
		struct ph_smtp_event ev;

		err = ph_smtp_client_receive(c, now, ph_span_of(said[i]));
		while (ph_smtp_client_next_event(c, &ev)) {
			if (ev.type == PH_SMTP_AUTH_NEEDED)
				err = ph_smtp_client_auth(c, now, &auth);
			if (ev.type == PH_SMTP_AUTH_CHALLENGE) {
				err = ph_smtp_client_auth_respond(
				    c, now, PH_SPAN("b"));
			}
			if (ev.type == PH_SMTP_READY) {
				err = ph_smtp_client_mail(c, now, &mail, NULL);
				taken += err == PH_OK;
			}
			if (ev.type == PH_SMTP_BODY_WANTED)
				err = give(1, "a\r\n.b\r\n..\r\n");
			if (ev.type == PH_SMTP_MAIL_DONE)
				done++;
			if (ev.type == PH_SMTP_CLOSED) {
				closed = true;
				check_int(ev.fault->cause, PH_CAUSE_NO_MEMORY);
				err = PH_ENOMEM;
			}
		}
		drop();
	}
	if (err == PH_OK || closed)
		check_int(done, taken);
	return err;
}

static enum ph_err session(void *ctx)
{
	struct ph_smtp_options opt = { .helo = PH_SPAN("me"), .auth = true };
	bool trace = ctx != NULL;

	opt.trace = trace;
	now = 0;
	enum ph_err err = ph_smtp_client_new(&opt, now, &c);
	if (err != PH_OK)
		return err;
	err = converse();
	ph_smtp_client_free(c);
	return err;
}

static void test_memory(void)
{
	bool trace = true;

	check(failalloc_run(session, NULL) > 8);
	check(failalloc_run_any(session, &trace) > 8);
}

int main(void)
{
	test_options();
	test_misuse();
	test_noop_then_mail();
	test_many_dots();
	test_bad_envelopes();
	test_window();
	test_room();
	test_probe_not_reset();
	test_spent();
	test_many_recipients();
	test_content_waits();
	test_chunk_refused_amid();
	test_bdat_size();
	test_bdat_or_data();
	test_late_body();
	test_body_failed_behind();
	test_interrupted();
	test_deadlines();
	test_deadline_of_a_busy_server();
	test_lost_with_fault();
	test_where();
	test_memory();
	return check_end();
}
