#include "check.h"
#include "failalloc.h"
#include "smtp/client.h"

#include "base/buf.h"

#include <stdlib.h>

/* What a caller may hand in, and when: contents, piece by piece. */

static struct ph_smtp_client *c;
static struct ph_buf wire;

static const struct ph_envelope_rcpt rcpt = { .address = { "b@s", 3 } };
static const struct ph_envelope envelope = {
	.sender = { "a@c", 3 }, .rcpts = &rcpt, .rcpt_count = 1
};

static void say(const char *text)
{
	check_int(ph_smtp_client_receive(c, 0, ph_span_of(text)), PH_OK);
}

static void flush(void)
{
	struct ph_span span;

	while (ph_smtp_client_pending(c, &span, 1) > 0) {
		if (ph_buf_append(&wire, span) != PH_OK)
			abort();
		ph_smtp_client_sent(c, 0, span.len);
	}
}

static bool next(enum ph_smtp_event_type type, struct ph_smtp_event *ev)
{
	while (ph_smtp_client_next_event(c, ev)) {
		if (ev->type == type)
			return true;
	}
	return false;
}

static void submit(uint64_t id, uint64_t size)
{
	struct ph_smtp_mail mail = {
		.envelope = &envelope, .size = size, .id = id
	};

	check_int(ph_smtp_client_mail(c, 0, &mail, NULL), PH_OK);
}

static enum ph_err give(uint64_t id, const char *text, bool last)
{
	struct ph_span piece = ph_span_of(text);
	struct ph_smtp_body body = { &piece, 1, last, false };

	return ph_smtp_client_body(c, 0, id, &body);
}

/* A session that has had a mail taken, so that what follows may go by BDAT. */
static void start(void)
{
	struct ph_smtp_options opt = { .helo = PH_SPAN("me") };
	struct ph_smtp_event ev;

	ph_buf_init(&wire, 1024 * 1024);
	if (ph_smtp_client_new(&opt, 0, &c) != PH_OK)
		abort();
	say("220 s\r\n");
	flush();
	say("250-s\r\n250-PIPELINING\r\n250 CHUNKING\r\n");
	submit(1, 0);
	flush();
	say("250 ok\r\n250 ok\r\n354 go\r\n");
	check(next(PH_SMTP_BODY_WANTED, &ev));
	check_int(give(1, "x\r\n", true), PH_OK);
	flush();
	say("250 ok\r\n");
	check(next(PH_SMTP_MAIL_DONE, &ev));
	ph_buf_clear(&wire);
}

static void stop(void)
{
	ph_smtp_client_free(c);
	ph_buf_release(&wire);
}

/* By DATA: only when it is wanted, and no more pieces than are allowed. */
static void test_unwanted(void)
{
	static const struct ph_span pieces[PH_SMTP_PIECES_MAX + 1];
	struct ph_smtp_body many = { pieces, PH_SMTP_PIECES_MAX + 1, false,
		false };
	struct ph_smtp_event ev;

	start();
	submit(2, 0);
	check_int(give(2, "x", true), PH_EINVAL);
	flush();
	check_int(give(2, "x", true), PH_EINVAL);
	say("250 ok\r\n250 ok\r\n354 go\r\n");
	check(next(PH_SMTP_BODY_WANTED, &ev));
	check_int(ph_smtp_client_body(c, 0, 2, &many), PH_EINVAL);
	many.count--;
	check_int(ph_smtp_client_body(c, 0, 2, &many), PH_OK);
	/* Nothing was given, so it is wanted still. */
	check(next(PH_SMTP_BODY_WANTED, &ev));
	check_int(give(2, "y", false), PH_OK);
	/* Not before the octets are written. */
	check(!next(PH_SMTP_BODY_WANTED, &ev));
	check_int(give(2, "z", true), PH_EINVAL);
	flush();
	check(next(PH_SMTP_BODY_WANTED, &ev));
	check_int(give(2, "z", true), PH_OK);
	check_int(give(2, "z", true), PH_EINVAL);
	flush();
	check_str(ph_buf_str(&wire),
	    "MAIL FROM:<a@c>\r\nRCPT TO:<b@s>\r\nDATA\r\nyz\r\n.\r\n");
	stop();
}

/* By BDAT: a piece of nothing is no chunk, unless it is the last. */
static void test_empty_chunks(void)
{
	struct ph_smtp_event ev;

	start();
	submit(2, 2);
	check(next(PH_SMTP_BODY_WANTED, &ev));
	check_int(give(2, "", false), PH_OK);
	flush();
	check(next(PH_SMTP_BODY_WANTED, &ev));
	check_int(give(2, "\r\n", false), PH_OK);
	flush();
	check(next(PH_SMTP_BODY_WANTED, &ev));
	check_int(give(2, "", true), PH_OK);
	flush();
	check_str(ph_buf_str(&wire),
	    "MAIL FROM:<a@c>\r\nRCPT TO:<b@s>\r\nBDAT 2\r\n\r\n"
	    "BDAT 0 LAST\r\n");
	stop();
}

/* The last chunk's answer decides, however the first one's sounded. */
static void test_last_chunk_decides(void)
{
	struct ph_smtp_event ev;

	start();
	submit(2, 6);
	check(next(PH_SMTP_BODY_WANTED, &ev));
	check_int(give(2, "ab\r\n", false), PH_OK);
	flush();
	check(next(PH_SMTP_BODY_WANTED, &ev));
	check_int(give(2, "\r\n", true), PH_OK);
	flush();
	say("250 ok\r\n250 ok\r\n250 4 octets\r\n");
	check(!next(PH_SMTP_MAIL_DONE, &ev));
	say("554 5.7.1 spam\r\n");
	check(next(PH_SMTP_MAIL_DONE, &ev));
	check_int(ev.result->outcome, PH_FAILED);
	check_int(ev.result->reply.code, 554);
	stop();
}

/* Memory that runs out is told by the call, and ends the session. */
static void test_memory(void)
{
	struct ph_smtp_options opt = { .helo = PH_SPAN("me") };
	struct ph_smtp_event ev;

	if (ph_smtp_client_new(&opt, 0, &c) != PH_OK)
		abort();
	failalloc_after(0);
	check_int(
	    ph_smtp_client_receive(c, 0, PH_SPAN("220 s\r\n")), PH_ENOMEM);
	check(failalloc_off());
	check(next(PH_SMTP_CLOSED, &ev));
	check_int(ev.fault->cause, PH_CAUSE_NO_MEMORY);
	ph_smtp_client_free(c);
}

int main(void)
{
	test_unwanted();
	test_empty_chunks();
	test_last_chunk_decides();
	test_memory();
	return check_end();
}
