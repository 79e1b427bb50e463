#include "listen/server.h"

#include "base/num.h"
#include "check.h"

#include <arpa/inet.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
	TURNS_MAX = 2000,
	CLIENTS_MAX = 4
};

/* The server, a handler that does what the test says, and clients on plain
   sockets in the same process. */
struct stage {
	struct ph_loop *loop;
	struct ph_server *server;
	struct ph_server_config config;
	struct ph_timer *pulse; /* no turn waits longer */
	int clients[CLIENTS_MAX];
	struct ph_buf heard[CLIENTS_MAX];

	/* the handler */
	struct ph_buf log;
	struct ph_smtpd_reply on_mail, on_rcpt, on_content, on_end;
	struct ph_server_mail *waiting; /* whose answer was put off */
	bool stopped;
};

static void say(struct stage *t, const char *what)
{
	check(ph_buf_append_str(&t->log, what) == PH_OK);
	check(ph_buf_append_char(&t->log, ' ') == PH_OK);
}

static struct ph_smtpd_reply reply(
    struct stage *t, struct ph_server_mail *m, struct ph_smtpd_reply r)
{
	if (r.code == 0)
		t->waiting = m;
	return r;
}

static struct ph_smtpd_reply on_mail(
    void *ctx, struct ph_server_mail *m, const struct ph_smtpd_mail *mail)
{
	struct stage *t = ctx;

	(void)mail;
	check(m->data == NULL);
	m->data = t;
	check_str(m->client->peer, "127.0.0.1");
	check_str(m->client->local, "127.0.0.1");
	check(m->client->tls == NULL && m->client->mechanism == NULL);
	check(ph_span_eq(m->client->helo, PH_SPAN("client.test")));
	say(t, "mail");
	return reply(t, m, t->on_mail);
}

static struct ph_smtpd_reply on_rcpt(
    void *ctx, struct ph_server_mail *m, const struct ph_smtpd_rcpt *rcpt)
{
	struct stage *t = ctx;

	(void)rcpt;
	say(t, "rcpt");
	return reply(t, m, t->on_rcpt);
}

static struct ph_smtpd_reply on_content(void *ctx, struct ph_server_mail *m)
{
	struct stage *t = ctx;

	say(t, "content");
	return reply(t, m, t->on_content);
}

static void on_body(void *ctx, struct ph_server_mail *m, struct ph_span octets)
{
	struct stage *t = ctx;

	check(m->data == t);
	check(octets.len > 0);
}

static struct ph_smtpd_reply on_end(void *ctx, struct ph_server_mail *m)
{
	struct stage *t = ctx;

	check(m->data == t);
	say(t, "end");
	return reply(t, m, t->on_end);
}

static void on_abort(void *ctx, struct ph_server_mail *m)
{
	struct stage *t = ctx;

	check(m->data == t);
	if (t->waiting == m)
		t->waiting = NULL;
	say(t, "abort");
}

static void on_stopped(void *ctx)
{
	struct stage *t = ctx;

	check(!t->stopped);
	t->stopped = true;
	say(t, "stopped");
}

static const struct ph_server_handler handler = {
	.mail = on_mail,
	.rcpt = on_rcpt,
	.content = on_content,
	.body = on_body,
	.end = on_end,
	.abort = on_abort,
	.stopped = on_stopped,
};

static void on_pulse(void *ctx)
{
	struct stage *t = ctx;

	ph_timer_set(t->pulse, ph_loop_now(t->loop) + 5);
}

static void stage_open(struct stage *t, const struct ph_server_config *config)
{
	struct ph_fault fault = { 0 };

	*t = (struct stage){
		.on_mail = { 250, "2.1.0", "OK" },
		.on_rcpt = { 250, "2.1.5", "OK" },
		.on_content = { 354, NULL, "Go on" },
		.on_end = { 250, "2.0.0", "Taken" },
	};
	if (config != NULL)
		t->config = *config;
	t->config.address = "127.0.0.1:0";
	t->config.smtp.hostname = PH_SPAN("mx.test");
	t->config.handler = &handler;
	t->config.ctx = t;
	ph_buf_init(&t->log, 1 << 20);
	for (size_t i = 0; i < CLIENTS_MAX; i++) {
		t->clients[i] = -1;
		ph_buf_init(&t->heard[i], 1 << 20);
	}
	if (ph_loop_new(&t->loop) != PH_OK ||
	    ph_timer_new(t->loop, on_pulse, t, &t->pulse) != PH_OK ||
	    ph_server_new(t->loop, &t->config, &t->server, &fault) != PH_OK) {
		abort();
	}
	on_pulse(t);
}

static void stage_close(struct stage *t)
{
	ph_server_free(t->server);
	ph_timer_free(t->pulse);
	ph_loop_free(t->loop);
	for (size_t i = 0; i < CLIENTS_MAX; i++) {
		if (t->clients[i] >= 0)
			(void)close(t->clients[i]);
		ph_buf_release(&t->heard[i]);
	}
	ph_buf_release(&t->log);
}

static void join(struct stage *t, size_t i)
{
	const char *colon = strrchr(ph_server_address(t->server), ':');
	struct sockaddr_in a = { .sin_family = AF_INET };
	uint64_t port = 0;

	check(ph_num_parse(ph_span_of(colon + 1), 65535, &port) == PH_OK);
	a.sin_port = htons((uint16_t)port);
	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	t->clients[i] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	check(connect(t->clients[i], (struct sockaddr *)&a, sizeof(a)) == 0);
}

static void leave(struct stage *t, size_t i)
{
	(void)close(t->clients[i]);
	t->clients[i] = -1;
}

static void send_text(struct stage *t, size_t i, const char *text)
{
	size_t len = strlen(text);

	check(send(t->clients[i], text, len, MSG_NOSIGNAL) == (ssize_t)len);
}

static void hear(struct stage *t, size_t i)
{
	char buf[4096];
	ssize_t n = 0;

	if (t->clients[i] < 0)
		return;
	n = recv(t->clients[i], buf, sizeof(buf), MSG_DONTWAIT);
	if (n > 0) {
		check(ph_buf_append(&t->heard[i],
			  (struct ph_span){ buf, (size_t)n }) == PH_OK);
	}
	if (n == 0) {
		check(ph_buf_append_str(&t->heard[i], "EOF") == PH_OK);
		leave(t, i);
	}
}

static void turn(struct stage *t)
{
	(void)ph_loop_turn(t->loop);
	for (size_t i = 0; i < CLIENTS_MAX; i++)
		hear(t, i);
}

/* Turns the loop until client i has heard what, which must come. */
static void expect(struct stage *t, size_t i, const char *what)
{
	const char *at = NULL;

	for (size_t n = 0; n < TURNS_MAX && at == NULL; n++) {
		turn(t);
		at = strstr(ph_buf_str(&t->heard[i]), what);
	}
	if (at == NULL) {
		check_str(ph_buf_str(&t->heard[i]), what);
		return;
	}
	ph_buf_consume(
	    &t->heard[i], (size_t)(at - t->heard[i].ptr) + strlen(what));
}

/* Turns the loop until the handler has said all this since the last time. */
static void expect_log(struct stage *t, const char *what)
{
	for (size_t n = 0; n < TURNS_MAX; n++) {
		if (t->log.len >= strlen(what))
			break;
		turn(t);
	}
	check_str(ph_buf_str(&t->log), what);
	ph_buf_clear(&t->log);
}

#define ENVELOPE "MAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\n"

static void hello(struct stage *t, size_t i)
{
	join(t, i);
	expect(t, i, "220 mx.test ESMTP Posthaste\r\n");
	send_text(t, i, "EHLO client.test\r\n");
	expect(t, i, "250 HELP\r\n");
}

static void test_message(void)
{
	struct stage t;

	stage_open(&t, NULL);
	hello(&t, 0);
	check_int(ph_server_session_count(t.server), 1);
	send_text(&t, 0, ENVELOPE "DATA\r\nx\r\n.\r\nQUIT\r\n");
	expect(&t, 0, "250 2.0.0 Taken\r\n221 2.0.0 Bye\r\nEOF");
	expect_log(&t, "mail rcpt content end ");
	check_int(ph_server_session_count(t.server), 0);
	stage_close(&t);
}

/* Every answer put off, with the client far ahead. */
static void test_later(void)
{
	static const struct ph_smtpd_reply answers[] = {
		{ 250, "2.1.0", "Sender" },
		{ 250, "2.1.5", "Recipient" },
		{ 354, NULL, "Content" },
		{ 250, "2.0.0", "Kept" },
	};
	static const char *const logs[] = { "mail ", "rcpt ", "content ",
		"end " };
	struct stage t;

	stage_open(&t, NULL);
	t.on_mail.code = t.on_rcpt.code = t.on_content.code = t.on_end.code = 0;
	hello(&t, 0);
	send_text(&t, 0, ENVELOPE "DATA\r\nx\r\n.\r\nNOOP\r\n");
	for (size_t i = 0; i < PH_COUNT(answers); i++) {
		expect_log(&t, logs[i]);
		for (size_t n = 0; n < 5; n++)
			turn(&t);
		check_int(t.heard[0].len, 0);
		check(ph_server_answer(t.waiting,
			  &(struct ph_smtpd_reply){ 250, NULL, "a\r\nb" }) ==
		    PH_EINVAL);
		check(ph_server_answer(t.waiting, &answers[i]) == PH_OK);
		check(ph_server_answer(t.waiting, &answers[i]) == PH_EINVAL);
		expect(&t, 0, answers[i].text);
		expect(&t, 0, "\r\n");
	}
	expect(&t, 0, "250 2.0.0 OK\r\n");
	stage_close(&t);
}

/* The client goes while an answer is due; and comes back. */
static void test_lost(void)
{
	struct stage t;

	stage_open(&t, NULL);
	t.on_end.code = 0;
	hello(&t, 0);
	send_text(&t, 0, ENVELOPE "DATA\r\nx\r\n.\r\n");
	expect_log(&t, "mail rcpt content end ");
	leave(&t, 0);
	expect_log(&t, "abort ");
	check(t.waiting == NULL);
	check_int(ph_server_session_count(t.server), 0);

	t.on_mail.code = 0;
	hello(&t, 1);
	send_text(&t, 1, "MAIL FROM:<a@b>\r\n");
	expect_log(&t, "mail ");
	leave(&t, 1);
	expect_log(&t, "abort ");
	stage_close(&t);
}

static void test_unfit_answer(void)
{
	struct stage t;

	stage_open(&t, NULL);
	t.on_rcpt = (struct ph_smtpd_reply){ 250, "2.1.5", "two\r\nlines" };
	hello(&t, 0);
	send_text(&t, 0, ENVELOPE);
	expect(&t, 0, "451 4.3.0 ");
	stage_close(&t);
}

static void test_refusals(void)
{
	struct stage t;

	stage_open(&t, NULL);
	t.on_content = (struct ph_smtpd_reply){ 452, "4.3.1", "Full" };
	hello(&t, 0);
	send_text(&t, 0, ENVELOPE "DATA\r\n");
	expect(&t, 0, "452 4.3.1 Full\r\n");
	send_text(&t, 0, ENVELOPE "RSET\r\n");
	expect(&t, 0, "250 2.0.0 OK\r\n");
	expect_log(&t, "mail rcpt content mail rcpt abort ");
	t.on_mail = (struct ph_smtpd_reply){ 421, "4.3.2", "Away" };
	send_text(&t, 0, ENVELOPE);
	expect(&t, 0, "421 4.3.2 Away\r\nEOF");
	expect_log(&t, "mail ");
	stage_close(&t);
}

static void test_sessions_max(void)
{
	struct ph_server_config config = { .sessions_max = 2 };
	struct stage t;

	stage_open(&t, &config);
	hello(&t, 0);
	hello(&t, 1);
	join(&t, 2);
	expect(&t, 2, "421 4.3.2 ");
	expect(&t, 2, "EOF");
	leave(&t, 0);
	for (size_t n = 0;
	     n < TURNS_MAX && ph_server_session_count(t.server) > 1; n++)
		turn(&t);
	hello(&t, 3);
	stage_close(&t);
}

static void test_stop(void)
{
	struct stage t;

	stage_open(&t, NULL);
	hello(&t, 0);
	hello(&t, 1);
	send_text(&t, 1, ENVELOPE "DATA\r\n");
	expect(&t, 1, "354 ");
	ph_server_stop(t.server, 60000);
	expect(&t, 0, "421 4.3.2 ");
	expect(&t, 0, "EOF");
	check(!t.stopped);
	send_text(&t, 1, "x\r\n.\r\n");
	expect(&t, 1, "250 2.0.0 Taken\r\n421 4.3.2 ");
	expect_log(&t, "mail rcpt content end stopped ");
	stage_close(&t);
}

static void test_stop_without_grace(void)
{
	struct stage t;

	stage_open(&t, NULL);
	hello(&t, 0);
	send_text(&t, 0, ENVELOPE "DATA\r\n");
	expect(&t, 0, "354 ");
	ph_server_stop(t.server, 60000);
	for (size_t n = 0; n < 10; n++)
		turn(&t);
	check(!t.stopped);
	ph_server_stop(t.server, 0);
	expect_log(&t, "mail rcpt content abort stopped ");
	stage_close(&t);
}

static void test_drain(void)
{
	struct stage t;

	stage_open(&t, NULL);
	hello(&t, 0);
	ph_server_drain(t.server, 60000);
	send_text(&t, 0, ENVELOPE "DATA\r\nx\r\n.\r\n" ENVELOPE);
	expect(&t, 0, "250 2.0.0 Taken\r\n250 2.1.0 OK\r\n");
	check(!t.stopped);
	send_text(&t, 0, "QUIT\r\n");
	expect(&t, 0, "221 ");
	expect_log(&t, "mail rcpt content end mail rcpt abort stopped ");
	stage_close(&t);
}

static void test_stop_with_nobody(void)
{
	struct stage t;

	stage_open(&t, NULL);
	ph_server_stop(t.server, 60000);
	check(!t.stopped);
	expect_log(&t, "stopped ");
	stage_close(&t);
}

static void test_silent_client(void)
{
	struct ph_server_config config = { .smtp.timeout_command = 30 };
	struct stage t;

	stage_open(&t, &config);
	hello(&t, 0);
	expect(&t, 0, "421 4.4.2 ");
	expect(&t, 0, "EOF");
	stage_close(&t);
}

static void send_some(
    struct stage *t, const char *text, size_t len, size_t *sent)
{
	ssize_t put = send(t->clients[0], text + *sent, len - *sent,
	    MSG_NOSIGNAL | MSG_DONTWAIT);

	*sent += put > 0 ? (size_t)put : 0;
	turn(t);
}

/* More than one read's worth that waits for an answer put off: held, not lost,
   and not more than that. */
static void test_far_ahead(void)
{
	static char noops[400000];
	struct stage t;
	size_t sent = 0;
	size_t said = 0;

	for (size_t i = 0; i < sizeof(noops); i += 8)
		memcpy(noops + i, "NOOP x\r\n", 8);
	memcpy(noops + sizeof(noops) - 8, "QUIT  \r\n", 8);
	stage_open(&t, NULL);
	t.on_mail.code = 0;
	hello(&t, 0);
	send_text(&t, 0, "MAIL FROM:<a@b>\r\n");
	expect_log(&t, "mail ");
	for (size_t n = 0; n < 50; n++)
		send_some(&t, noops, sizeof(noops), &sent);
	check_int(t.heard[0].len, 0);
	check(ph_server_answer(t.waiting,
		  &(struct ph_smtpd_reply){ 250, "2.1.0", "OK" }) == PH_OK);
	for (size_t n = 0; n < TURNS_MAX && sent < sizeof(noops); n++)
		send_some(&t, noops, sizeof(noops), &sent);
	check_int(sent, sizeof(noops));
	for (size_t n = 0; n < TURNS_MAX && t.clients[0] >= 0; n++)
		turn(&t);
	for (size_t i = 0; i < t.heard[0].len; i++)
		said += t.heard[0].ptr[i] == '\n';
	check_int(said, 1 + sizeof(noops) / 8);
	stage_close(&t);
}

static void test_bad_address(void)
{
	struct ph_server_config config = {
		.address = "nowhere",
		.smtp = { .hostname = PH_SPAN("mx.test") },
		.handler = &handler,
	};
	struct ph_fault fault = { 0 };
	struct ph_server *server = NULL;
	struct ph_loop *loop = NULL;

	check(ph_loop_new(&loop) == PH_OK);
	check(ph_server_new(loop, &config, &server, &fault) == PH_EINVAL);
	check(server == NULL && ph_fault_is_set(&fault));
	ph_loop_free(loop);
	ph_server_free(NULL);
}

int main(void)
{
	test_message();
	test_later();
	test_lost();
	test_unfit_answer();
	test_refusals();
	test_sessions_max();
	test_stop();
	test_stop_without_grace();
	test_drain();
	test_stop_with_nobody();
	test_silent_client();
	test_far_ahead();
	test_bad_address();
	return check_end();
}
