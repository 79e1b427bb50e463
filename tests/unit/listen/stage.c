#include "stage.h"

#include "base/num.h"
#include "check.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

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
	check(m->client->tls == NULL);
	if (m->client->mechanism != NULL) {
		check(
		    ph_buf_append_str(&t->log, m->client->mechanism) == PH_OK);
		check(ph_buf_append_char(&t->log, '/') == PH_OK);
		check(ph_buf_append(&t->log, m->client->username) == PH_OK);
		check(ph_buf_append_char(&t->log, ' ') == PH_OK);
	}
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

const struct ph_server_handler stage_handler = {
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

void stage_open(struct stage *t, const struct ph_server_config *config)
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
	t->config.handler = &stage_handler;
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

void stage_close(struct stage *t)
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

void join(struct stage *t, size_t i)
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

void leave(struct stage *t, size_t i)
{
	(void)close(t->clients[i]);
	t->clients[i] = -1;
}

void send_text(struct stage *t, size_t i, const char *text)
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

void turn(struct stage *t)
{
	(void)ph_loop_turn(t->loop);
	for (size_t i = 0; i < CLIENTS_MAX; i++)
		hear(t, i);
}

void expect(struct stage *t, size_t i, const char *what)
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

void expect_log(struct stage *t, const char *what)
{
	for (size_t n = 0; n < TURNS_MAX; n++) {
		if (t->log.len >= strlen(what))
			break;
		turn(t);
	}
	check_str(ph_buf_str(&t->log), what);
	ph_buf_clear(&t->log);
}

void hello(struct stage *t, size_t i)
{
	join(t, i);
	expect(t, i, "220 mx.test ESMTP Posthaste\r\n");
	send_text(t, i, "EHLO client.test\r\n");
	expect(t, i, "250 HELP\r\n");
}
