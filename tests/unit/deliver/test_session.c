#include "check.h"
#include "rig.h"

#include <stdio.h>
#include <string.h>

/* The whole of a delivery in clear, and what goes wrong with it. */

static const struct step happy[] = {
	SEND("220 mail.example.com ESMTP"),
	EXPECT("EHLO client.example.com"),
	SEND("250-mail.example.com"),
	SEND("250 8BITMIME"),
	EXPECT("MAIL FROM:<ann@example.com>"),
	SEND("250 2.1.0 Ok"),
	EXPECT("RCPT TO:<bob@example.com>"),
	SEND("250 2.1.5 Ok"),
	EXPECT("DATA"),
	SEND("354 go on"),
	CONTENT,
	SEND("250 2.0.0 Ok: queued as 4F1C2A"),
	EXPECT("QUIT"),
	SEND("221 2.0.0 Bye"),
	CLOSE,
};

static void test_happy(void)
{
	struct rig r;

	RIG_INIT(&r, happy);
	check(rig_connect(&r) == PH_OK);

	const struct ph_session_facts *facts = ph_session_facts(r.session);

	check_str(facts->host, "127.0.0.1");
	check_str(facts->address, "127.0.0.1");
	check_int(facts->port, r.conn.port);
	check_str(facts->greeting, "220 mail.example.com ESMTP");
	check(
	    facts->ehlo != NULL && ph_ehlo_has(facts->ehlo, PH_EHLO_8BITMIME));
	check(facts->tls == NULL && facts->certificate == NULL);
	check_str(facts->mechanism, "");
	check_int(facts->warning_count, 0);
	check(facts->timing.dns >= 0 && facts->timing.connect >= 0);
	check(facts->timing.greeting >= 0 && facts->timing.ehlo >= 0);
	check(facts->timing.proxy < 0 && facts->timing.tls < 0);
	check(facts->timing.auth < 0 && facts->timing.data < 0);

	struct ph_delivery *d = rig_deliver(&r, "bob@example.com");

	check(d != NULL && d->outcome == PH_DELIVERED);
	check(!ph_fault_is_set(&d->fault));
	check_int(d->rcpt_count, 1);
	check_int(d->rcpts[0].code, 250);
	check_int(d->rcpts[0].enhanced[0], 2);
	check_str(d->rcpts[0].text, "Ok: queued as 4F1C2A");
	check_str(d->rcpts[0].server_id, "4F1C2A");
	check(d->data_ms >= 0);
	check(facts->timing.data >= 0 && facts->timing.total >= 0);
	check_int(facts->stage, PH_STAGE_DATA);
	ph_delivery_free(d);
	check_str(
	    ph_buf_str(&r.server.content), "Subject: x\r\n\r\n..hello\r\n");

	ph_session_disconnect(r.session);
	check(ph_session_is_closed(r.session));
	check(strstr(ph_buf_str(&r.trace), "> data DATA\n") != NULL);
	check(strstr(ph_buf_str(&r.trace), "< greeting 220 mail") != NULL);
	check(
	    strstr(ph_buf_str(&r.trace), "* connect connected to 127") != NULL);
	/* What is over stays over. */
	check(ph_session_connect(r.session, &r.fault) == PH_EIO);
	check(rig_deliver(&r, "bob@example.com") == NULL);
	ph_session_disconnect(r.session);
	rig_release(&r);
}

/* Hung up on after each step: an answer, never a hang, and a recipient is lost
   only before the dot and unsure only after it. */
static void test_cut_everywhere(void)
{
	for (size_t steps = 1; steps < PH_COUNT(happy); steps++) {
		struct rig r;
		struct ph_delivery *d = NULL;

		check_case("cut after", steps);
		RIG_INIT(&r, happy);
		r.server.steps_max = steps;
		if (rig_connect(&r) == PH_OK) {
			check(steps >= 4);
			d = rig_deliver(&r, "bob@example.com");
			check(d != NULL);
		} else {
			check(steps <= 4);
			check_int(r.fault.cause, PH_CAUSE_CONNECTION_LOST);
			check(strstr(r.fault.text, "127.0.0.1:") != NULL);
		}
		if (d != NULL) {
			enum ph_outcome want = PH_RETRY;

			/* Nobody waits to see whether the server, having asked
			   for the content, stays to take it. */
			if (steps == 10 || steps == 11)
				want = PH_UNSURE;
			if (steps > 11)
				want = PH_DELIVERED;
			check_int(d->outcome, want);
			check_int(ph_fault_is_set(&d->fault), steps <= 11);
		}
		ph_delivery_free(d);
		ph_session_disconnect(r.session);
		rig_release(&r);
	}
}

/* Dropped by us at each step: nothing leaks, nothing is used after. */
static void test_free_everywhere(void)
{
	for (size_t steps = 0; steps < 40; steps++) {
		struct rig r;

		RIG_INIT(&r, happy);
		rig_message(&r, "Subject: x\r\n\r\nhello\r\n");
		check(ph_session_new(r.loop,
			  &(struct ph_session_options){ .connection = &r.conn },
			  &r.session, &r.fault) == PH_OK);
		check(ph_session_start(r.session) == PH_OK);
		check(ph_session_start(r.session) == PH_EINVAL);
		for (size_t i = 0; i < steps; i++) {
			struct ph_envelope_rcpt room[RIG_RCPTS_MAX];
			struct ph_envelope e =
			    rig_envelope("bob@example.com", room);
			struct ph_session_event ev;

			(void)ph_loop_turn(r.loop);
			if (!ph_session_next_event(r.session, &ev))
				continue;
			ph_delivery_free(ev.delivery);
			if (ev.type == PH_SESSION_READY) {
				/* The envelope ends with this round: so does
				   the session. */
				check(
				    ph_session_submit(r.session,
					&(struct ph_job){ .content = r.content,
					    .envelope = &e },
					&r.fault) == PH_OK);
				break;
			}
		}
		rig_release(&r);
	}
}

static const struct {
	const char *name;
	struct step steps[8];
	enum ph_cause cause;
	enum ph_stage stage;
	uint16_t code;
} refusals[] = {
	{ "greeting 554", { SEND("554 5.7.1 go away"), CLOSE },
	    PH_CAUSE_GREETING_REFUSED, PH_STAGE_GREETING, 554 },
	{ "greeting 450", { SEND("450 4.7.1 later"), CLOSE },
	    PH_CAUSE_GREETING_DEFERRED, PH_STAGE_GREETING, 450 },
	{ "greeting 421", { SEND("421 4.3.2 closing"), CLOSE },
	    PH_CAUSE_SHUTTING_DOWN, PH_STAGE_GREETING, 421 },
	{ "pop3", { SEND("+OK POP3 ready") }, PH_CAUSE_OTHER_PROTOCOL,
	    PH_STAGE_GREETING, 0 },
	{ "imap", { SEND("* OK IMAP4rev1 ready") }, PH_CAUSE_OTHER_PROTOCOL,
	    PH_STAGE_GREETING, 0 },
	{ "http", { SEND("HTTP/1.1 400 Bad Request") }, PH_CAUSE_OTHER_PROTOCOL,
	    PH_STAGE_GREETING, 0 },
	{ "noise", { SEND("hello there") }, PH_CAUSE_PROTOCOL,
	    PH_STAGE_GREETING, 0 },
	{ "silence", { { STEP_END, NULL } }, PH_CAUSE_SILENCE,
	    PH_STAGE_GREETING, 0 },
	{ "silence after EHLO",
	    { SEND("220 x"), EXPECT("EHLO"), { STEP_END, NULL } },
	    PH_CAUSE_TIMEOUT, PH_STAGE_EHLO, 0 },
	{ "ehlo 421",
	    { SEND("220 x"), EXPECT("EHLO"), SEND("421 4.3.2 no"), CLOSE },
	    PH_CAUSE_SHUTTING_DOWN, PH_STAGE_EHLO, 421 },
};

static void test_refusals(void)
{
	for (size_t i = 0; i < PH_COUNT(refusals); i++) {
		struct rig r;

		check_case(refusals[i].name, i);
		RIG_INIT(&r, refusals[i].steps);
		r.conn.timeout = 100;
		check(rig_connect(&r) == PH_EIO);
		check_int(r.fault.cause, refusals[i].cause);
		check_int(r.fault.stage, refusals[i].stage);
		check_int(r.fault.code, refusals[i].code);
		check(strncmp(r.fault.text, "127.0.0.1:", 10) == 0);
		rig_release(&r);
	}
	check_case(NULL, 0);
}

static void test_no_server(void)
{
	struct rig r;

	RIG_INIT(&r, happy);
	script_stop(&r.server);
	check(rig_connect(&r) == PH_EIO);
	check_int(r.fault.cause, PH_CAUSE_CONNECT_REFUSED);
	check_int(r.fault.stage, PH_STAGE_CONNECT);
	check_int(ph_session_facts(r.session)->stage, PH_STAGE_CONNECT);
	rig_release(&r);
}

static const struct {
	const char *host;
	const char *helo;
	const char *ca_file;
	enum ph_encryption encryption;
	enum ph_cause cause;
} bad[] = {
	{ "", "", "", PH_ENCRYPTION_NONE, PH_CAUSE_NO_CONNECTION },
	{ "a b", "", "", PH_ENCRYPTION_NONE, PH_CAUSE_CONFIG },
	{ "a\nb", "", "", PH_ENCRYPTION_NONE, PH_CAUSE_CONFIG },
	{ "localhost", "a b", "", PH_ENCRYPTION_NONE, PH_CAUSE_CONFIG },
	{ "localhost", "a\rb", "", PH_ENCRYPTION_NONE, PH_CAUSE_CONFIG },
	{ "localhost", "", "/nonexistent", PH_ENCRYPTION_WANTED,
	    PH_CAUSE_CONFIG },
};

static void test_bad_settings(void)
{
	for (size_t i = 0; i < PH_COUNT(bad); i++) {
		struct rig r;

		check_case("bad setting", i);
		RIG_INIT(&r, happy);
		r.conn.host = bad[i].host;
		r.conn.helo = bad[i].helo;
		r.conn.ca_file = bad[i].ca_file;
		r.conn.encryption = bad[i].encryption;
		check(rig_connect(&r) == PH_EINVAL);
		check_int(r.fault.cause, bad[i].cause);
		check(r.session == NULL);
		rig_release(&r);
	}
	check_case(NULL, 0);
}

/* Without a name of its own, a machine greets with where it calls from. */
static void test_helo(void)
{
	static const struct step steps[] = { SEND("220 x"), EXPECT("EHLO "),
		SEND("250 x"), { STEP_END, NULL } };
	struct rig r;

	RIG_INIT(&r, steps);
	r.conn.helo = "";
	check(rig_connect(&r) == PH_OK);
	check(strstr(rig_log(&r), "localhost") == NULL);
	check(strstr(rig_log(&r), "EHLO [127.0.0.1]") != NULL ||
	    strchr(rig_log(&r), '.') != NULL);
	rig_release(&r);
}

static void interrupt(void *ctx)
{
	struct rig *r = ctx;

	ph_session_interrupt(r->session);
}

static void test_interrupt(void)
{
	static const struct step silent[] = { { STEP_END, NULL } };
	struct rig r;
	struct ph_timer *t = NULL;

	RIG_INIT(&r, silent);
	check(ph_timer_new(r.loop, interrupt, &r, &t) == PH_OK);
	ph_timer_set(t, ph_loop_now(r.loop) + 20);
	check(rig_connect(&r) == PH_EIO);
	check_int(r.fault.cause, PH_CAUSE_INTERRUPTED);
	ph_session_interrupt(r.session);
	ph_timer_free(t);
	rig_release(&r);
}

/* The server waits for us to go first; QUIT does not wait for ever. */
static void test_quit_timeout(void)
{
	static const struct step steps[] = { SEND("220 x"), EXPECT("EHLO "),
		SEND("250 x"), EXPECT("QUIT"), { STEP_END, NULL } };
	struct rig r;

	RIG_INIT(&r, steps);
	r.conn.timeout = 100;
	check(rig_connect(&r) == PH_OK);
	ph_session_disconnect(r.session);
	check(ph_session_is_closed(r.session));
	rig_release(&r);
}

/* READY, room for more, two jobs under way and done in order, CLOSED. */
struct pulled {
	struct rig *r;
	char text[256];
	size_t len;
};

static void pull(void *ctx)
{
	struct pulled *p = ctx;
	struct ph_session_event ev;

	while (ph_session_next_event(p->r->session, &ev)) {
		p->len +=
		    (size_t)snprintf(p->text + p->len, sizeof(p->text) - p->len,
			"%d:%u ", (int)ev.type, (unsigned)ev.id);
		if (ev.type == PH_SESSION_DONE)
			check_int(ev.delivery->outcome, PH_DELIVERED);
		ph_delivery_free(ev.delivery);
		if (ev.type == PH_SESSION_CLOSED)
			check(ev.fault == NULL);
	}
}

static const struct step pipelined[] = {
	SEND("220 mail.example.com ESMTP"),
	EXPECT("EHLO client.example.com"),
	SEND("250-mail.example.com"),
	SEND("250 PIPELINING"),
	EXPECT("MAIL FROM:<ann@example.com>"),
	EXPECT("RCPT TO:<bob@example.com>"),
	EXPECT("DATA"),
	SEND("250 Ok"),
	SEND("250 Ok"),
	SEND("354 go on"),
	CONTENT,
	SEND("250 Ok"),
	EXPECT("MAIL FROM:<ann@example.com>"),
	EXPECT("RCPT TO:<bob@example.com>"),
	EXPECT("DATA"),
	SEND("250 Ok"),
	SEND("250 Ok"),
	SEND("354 go on"),
	CONTENT,
	SEND("250 Ok"),
	EXPECT("QUIT"),
	SEND("221 Bye"),
	CLOSE,
};

static void test_events(void)
{
	struct rig r;
	struct pulled p = { .r = &r };
	struct ph_envelope_rcpt room[RIG_RCPTS_MAX];
	struct ph_envelope e = rig_envelope("bob@example.com", room);
	struct ph_job job = { .envelope = &e };

	RIG_INIT(&r, pipelined);
	rig_message(&r, "Subject: x\r\n\r\nhello\r\n");
	job.content = r.content;
	check(ph_session_new(r.loop,
		  &(struct ph_session_options){ .connection = &r.conn },
		  &r.session, &r.fault) == PH_OK);
	ph_session_on_event(r.session, pull, &p);
	check(ph_session_submit(r.session, &job, &r.fault) == PH_EINVAL);
	check(ph_session_start(r.session) == PH_OK);
	while (p.len == 0)
		check(ph_loop_turn(r.loop));
	check(strncmp(p.text, "1:0 ", 4) == 0);

	job.id = 7;
	check(ph_session_submit(r.session, &job, &r.fault) == PH_OK);
	job.id = 8;
	enum ph_err err = ph_session_submit(r.session, &job, &r.fault);
	while (err == PH_AGAIN && ph_loop_turn(r.loop))
		err = ph_session_submit(r.session, &job, &r.fault);
	check(err == PH_OK);
	ph_session_quit(r.session);
	while (!ph_session_is_closed(r.session) && ph_loop_turn(r.loop))
		continue;
	pull(&p);
	check(strstr(p.text, "3:7 ") != NULL);
	check(strstr(p.text, "3:8 ") > strstr(p.text, "3:7 "));
	check(p.len > 4 && strcmp(p.text + p.len - 4, "4:0 ") == 0);
	rig_release(&r);
}

int main(void)
{
	test_happy();
	test_cut_everywhere();
	test_free_everywhere();
	test_refusals();
	test_no_server();
	test_bad_settings();
	test_helo();
	test_interrupt();
	test_quit_timeout();
	test_events();
	return check_end();
}
