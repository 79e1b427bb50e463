#include "listen/fault.h"

#include "check.h"
#include "failalloc.h"
#include "stage.h"

#include <stdlib.h>
#include <sys/socket.h>

/* What a client hears, and the handler is told, of a server that does wrong.
   What it decides is tests/unit/inject's. */

#define HI    "EHLO client.test\r\n"
#define BODY  "DATA\r\nx\r\n.\r\n"
#define ALL   HI ENVELOPE BODY "QUIT\r\n"
#define LOGIN "AUTH PLAIN AGFubgBzZWNyZXQ=\r\n"

static const struct ph_sasl_user ann = { PH_SPAN_INIT("ann"),
	PH_SPAN_INIT("secret") };
static const struct ph_sasl_users users = { &ann, 1, false };

static struct ph_inject_plan *make_plan(
    const char *const *faults, const char *like)
{
	struct ph_inject_complaint why;
	struct ph_inject_plan *plan = NULL;

	if (ph_inject_plan_new(1,
		like == NULL ? NULL : ph_inject_likeness_find(ph_span_of(like)),
		&plan) != PH_OK)
		abort();
	for (size_t i = 0; faults[i] != NULL; i++) {
		if (ph_inject_plan_add(plan, ph_span_of(faults[i]), &why) !=
		    PH_OK)
			abort();
	}
	return plan;
}

static const struct {
	const char *faults[4];
	const char *said;  /* by the client */
	const char *heard; /* what must come, the last of it */
	const char *log;
} cases[] = {
	{ { "mail:reply=550 No" }, HI "MAIL FROM:<a@b>\r\nQUIT\r\n",
	    "250 HELP\r\n550 No\r\n221 2.0.0 Bye\r\nEOF", "" },
	{ { "rcpt:slow=1ms", "rcpt:reply=250 Yes" }, ALL,
	    "Go on\r\n250 2.0.0 Taken\r\n221 2.0.0 Bye\r\nEOF",
	    "mail rcpt content end " },
	{ { "connect:hangup" }, "", "EOF", "" },
	{ { "greeting:hangup" }, "", "EOF", "" },
	{ { "greeting:slow=1ms", "greeting:reply=421 No" }, "", "421 No\r\nEOF",
	    "" },
	{ { "ehlo:hangup" }, HI, "220 mx.test ESMTP Posthaste\r\nEOF", "" },
	{ { "rcpt:hangup" }, HI ENVELOPE, "250 2.1.0 OK\r\nEOF",
	    "mail abort " },
	{ { "rcpt:drip=1ms", "rcpt:hangup" }, HI ENVELOPE,
	    "250 2.1.0 OK\r\nEOF", "mail abort " },
	{ { "data:garble=?\\n" }, HI ENVELOPE "DATA\r\nQUIT\r\n",
	    "250 2.1.5 OK\r\n?\n221 2.0.0 Bye\r\nEOF", "mail rcpt abort " },
	{ { "content:hangup" }, HI ENVELOPE BODY, "354 Go on\r\nEOF",
	    "mail rcpt content abort " },
	{ { "content:slow=1ms", "content:hangup" }, HI ENVELOPE BODY,
	    "354 Go on\r\nEOF", "mail rcpt content abort " },
	{ { "content:slow=1ms", "end:slow=1ms", "kept:slow=1ms" }, ALL,
	    "250 2.0.0 Taken\r\n221 2.0.0 Bye\r\nEOF",
	    "mail rcpt content end " },
	{ { "content:reply=421 Late" }, HI ENVELOPE BODY,
	    "354 Go on\r\n421 Late\r\nEOF", "mail rcpt content abort " },
	{ { "end:hangup" }, HI ENVELOPE BODY, "354 Go on\r\nEOF",
	    "mail rcpt content abort " },
	{ { "end:reply=451 Later" }, ALL, "451 Later\r\n221 2.0.0 Bye\r\nEOF",
	    "mail rcpt content abort " },
	{ { "end:reply=421 Later" }, HI ENVELOPE BODY, "421 Later\r\nEOF",
	    "mail rcpt content abort " },
	{ { "end:garble=?\\n" }, ALL, "354 Go on\r\n?\n221 2.0.0 Bye\r\nEOF",
	    "mail rcpt content abort " },
	{ { "end:reply=250 Other words" }, ALL,
	    "354 Go on\r\n250 Other words\r\n221 2.0.0 Bye\r\nEOF",
	    "mail rcpt content end " },
	{ { "kept:hangup" }, HI ENVELOPE BODY, "354 Go on\r\nEOF",
	    "mail rcpt content end " },
	{ { "kept:reply=550 No" }, ALL, "550 No\r\n221 2.0.0 Bye\r\nEOF",
	    "mail rcpt content end " },
	{ { "kept:reply=250 As 4F1" }, ALL,
	    "250 As 4F1\r\n221 2.0.0 Bye\r\nEOF", "mail rcpt content end " },
	{ { "quit:reply=221 So long" }, ALL, "221 So long\r\nEOF",
	    "mail rcpt content end " },
	{ { "login:reply=535 No" }, HI LOGIN "QUIT\r\n",
	    "535 No\r\n221 2.0.0 Bye\r\nEOF", "" },
	{ { "login=bob:reply=535 No" }, HI LOGIN ENVELOPE "QUIT\r\n",
	    "235 2.7.0 Authentication successful\r\n250 2.1.0 OK\r\n"
	    "250 2.1.5 OK\r\n221 2.0.0 Bye\r\nEOF",
	    "PLAIN/ann mail rcpt abort " },
	/* Wrong, and let in: by the name that was claimed. */
	{ { "login:slow=1ms", "login:reply=235 In" },
	    HI "AUTH PLAIN AGFubgB3cm9uZw==\r\n" ENVELOPE "QUIT\r\n",
	    "235 In\r\n250 2.1.0 OK\r\n250 2.1.5 OK\r\n221 2.0.0 Bye\r\nEOF",
	    "PLAIN/ann mail rcpt abort " },
	{ { "auth:challenge=?" }, HI "AUTH CRAM-MD5\r\nYQ==\r\nQUIT\r\n",
	    "334 ?\r\n535 5.7.8 Authentication credentials invalid\r\n"
	    "221 2.0.0 Bye\r\nEOF",
	    "" },
	{ { "auth:challenge=?" },
	    HI "AUTH CRAM-MD5\r\n*\r\n" LOGIN "*\r\n"
	       "QUIT\r\n",
	    "501 5.7.0 Authentication cancelled\r\n221 2.0.0 Bye\r\nEOF", "" },
	{ { "ehlo:strip=AUTH", "ehlo:add=X" }, HI "AUTH PLAIN\r\nQUIT\r\n",
	    "250-HELP\r\n250 X\r\n502 5.5.1 AUTH is not offered\r\n"
	    "221 2.0.0 Bye\r\nEOF",
	    "" },
};

static void run_case(size_t i)
{
	struct ph_server_config config = { .users = &users,
		.plaintext_login = true };
	struct stage t;

	config.plan = make_plan(cases[i].faults, NULL);
	stage_open(&t, &config);
	join(&t, 0);
	send_text(&t, 0, cases[i].said);
	expect(&t, 0, cases[i].heard);
	check_int((long long)t.heard[0].len, 0);
	check_str(ph_buf_str(&t.log), cases[i].log);
	check_int((long long)ph_server_session_count(t.server), 0);
	stage_close(&t);
	ph_inject_plan_free(config.plan);
}

/* Stalled, and held up by that neither when clients go nor at the end. */
static void test_stall(void)
{
	static const char *const faults[] = { "rcpt:stall", NULL };
	struct ph_server_config config = { .plan = make_plan(faults, NULL) };
	struct stage t;

	stage_open(&t, &config);
	for (size_t i = 0; i < 2; i++) {
		join(&t, i);
		send_text(&t, i, ALL);
		expect(&t, i, "250 2.1.0 OK\r\n");
		expect_log(&t, "mail ");
	}
	leave(&t, 0);
	expect_log(&t, "abort ");
	check_int((long long)ph_server_session_count(t.server), 1);
	ph_server_stop(t.server, 60000);
	expect(&t, 1, "EOF");
	check_str(ph_buf_str(&t.heard[1]), "");
	stage_close(&t);
	ph_inject_plan_free(config.plan);
}

static void test_words(void)
{
	static const char *const none[] = { NULL };
	struct ph_server_config config = { .sessions_max = 1,
		.plan = make_plan(none, "postfix") };
	struct stage t;

	stage_open(&t, &config);
	join(&t, 0);
	expect(&t, 0, "220 mx.test ESMTP Postfix (Debian/GNU)\r\n");
	join(&t, 1);
	expect(&t, 1,
	    "421 4.7.0 mx.test Error: too many connections from "
	    "127.0.0.1\r\nEOF");
	stage_close(&t);
	ph_inject_plan_free(config.plan);
}

static struct stage t;

static enum ph_err session(void *ctx)
{
	(void)ctx;
	ph_buf_clear(&t.heard[0]);
	ph_buf_clear(&t.log);
	join(&t, 0);
	send_text(&t, 0, HI LOGIN ENVELOPE BODY "QUIT\r\n");
	for (size_t n = 0; n < TURNS_MAX && t.clients[0] >= 0; n++)
		turn(&t);
	check(t.clients[0] < 0);
	check_int((long long)ph_server_session_count(t.server), 0);
	return PH_OK;
}

/* Memory that runs out costs a session at most. */
static void test_no_memory(void)
{
	static const char *const faults[] = { "rcpt:slow=1ms", "ehlo:add=X",
		"auth:challenge=YQ==", NULL };
	struct ph_server_config config = { .users = &users,
		.plaintext_login = true,
		.plan = make_plan(faults, "exim") };

	stage_open(&t, &config);
	if (ph_buf_reserve(&t.heard[0], 1 << 16) != PH_OK ||
	    ph_buf_reserve(&t.log, 1 << 16) != PH_OK)
		abort();
	check(failalloc_run_any(session, NULL) > 10);
	stage_close(&t);
	ph_inject_plan_free(config.plan);
}

int main(void)
{
	for (size_t i = 0; i < PH_COUNT(cases); i++) {
		check_case(cases[i].faults[0], i);
		run_case(i);
	}
	check_case(NULL, 0);
	test_stall();
	test_words();
	test_no_memory();
	return check_end();
}
