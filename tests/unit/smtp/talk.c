#include "talk.h"

#include "check.h"

#include <stdlib.h>

struct ph_smtp_client *c;
ph_msec now;
struct ph_buf wire;

static const struct ph_envelope_rcpt one_rcpt = { .address = { "b@s", 3 } };
const struct ph_envelope one = {
	.sender = { "a@c", 3 }, .rcpts = &one_rcpt, .rcpt_count = 1
};

void start(const struct ph_smtp_options *options)
{
	struct ph_smtp_options opt = { .helo = PH_SPAN("me") };

	if (options != NULL)
		opt = *options;
	now = 1000;
	ph_buf_init(&wire, 16 * 1024 * 1024);
	if (ph_smtp_client_new(&opt, now, &c) != PH_OK)
		abort();
}

void stop(void)
{
	ph_smtp_client_free(c);
	ph_buf_release(&wire);
}

void say(const char *text)
{
	check_int(ph_smtp_client_receive(c, now, ph_span_of(text)), PH_OK);
}

/* Writes all that waits. */
void flush(void)
{
	struct ph_span spans[3];
	size_t n;

	while ((n = ph_smtp_client_pending(c, spans, 3)) > 0) {
		size_t len = 0;

		for (size_t i = 0; i < n; i++) {
			if (ph_buf_append(&wire, spans[i]) != PH_OK)
				abort();
			len += spans[i].len;
		}
		ph_smtp_client_sent(c, now, len);
	}
}

void drop(void)
{
	struct ph_span spans[3];
	size_t n;

	while ((n = ph_smtp_client_pending(c, spans, 3)) > 0) {
		size_t len = 0;

		for (size_t i = 0; i < n; i++)
			len += spans[i].len;
		ph_smtp_client_sent(c, now, len);
	}
}

/* The next event of this type; those before it are dropped. */
bool next(enum ph_smtp_event_type type, struct ph_smtp_event *ev)
{
	while (ph_smtp_client_next_event(c, ev)) {
		if (ev->type == type)
			return true;
	}
	return false;
}

void open_session(const char *ehlo)
{
	say("220 s\r\n");
	flush();
	say(ehlo);
	flush();
}

enum ph_err submit(uint64_t id, uint64_t size)
{
	struct ph_smtp_mail mail = { .envelope = &one, .size = size, .id = id };

	return ph_smtp_client_mail(c, now, &mail, NULL);
}

enum ph_err give(uint64_t id, const char *text)
{
	struct ph_span piece = ph_span_of(text);
	struct ph_smtp_body body = { &piece, 1, true, false };

	return ph_smtp_client_body(c, now, id, &body);
}

/* A mail by DATA that is taken: CHUNKING may be used from now on. */
void prove(void)
{
	struct ph_smtp_event ev;

	check_int(submit(1000, 0), PH_OK);
	flush();
	say("250 ok\r\n250 ok\r\n354 go\r\n");
	check(next(PH_SMTP_BODY_WANTED, &ev));
	check_int(give(1000, "hello\r\n"), PH_OK);
	flush();
	say("250 taken\r\n");
	check(next(PH_SMTP_MAIL_DONE, &ev));
	check_int(ev.result->outcome, PH_DELIVERED);
}
