#include "check.h"
#include "rig.h"

#include "io/file.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Jobs: recipients into transactions, contents, and what comes of both. */

#define HELLO(...)                                   \
 SEND("220 mail.example.com ESMTP"), EXPECT("EHLO"), \
     SEND("250-mail.example.com"), __VA_ARGS__
#define MAIL    EXPECT("MAIL FROM:<ann@example.com>"), SEND("250 2.1.0 Ok")
#define YES(a)  EXPECT("RCPT TO:<" a ">"), SEND("250 2.1.5 Ok")
#define NO(a)   EXPECT("RCPT TO:<" a ">"), SEND("550 5.1.1 unknown")
#define FULL(a) EXPECT("RCPT TO:<" a ">"), SEND("452 4.5.3 too many")
#define SENT                                 \
 EXPECT("DATA"), SEND("354 go on"), CONTENT, \
     SEND("250 2.0.0 Ok: queued as 1A2B3C")
#define BYE EXPECT("QUIT"), SEND("221 2.0.0 bye"), CLOSE
#define STAY     \
 {               \
  STEP_END, NULL \
 }

/* outcomes: d delivered, r retry, f failed, u unsure */
static char letter(enum ph_outcome o)
{
	static const char letters[] = { [PH_PENDING] = '?',
		[PH_DELIVERED] = 'd',
		[PH_RETRY] = 'r',
		[PH_FAILED] = 'f',
		[PH_UNSURE] = 'u',
		[PH_PARTIAL] = 'p' };

	return letters[o];
}

static const struct {
	const char *name;
	struct step steps[40];
	const char *rcpts;
	const char *outcomes; /* one each, then that of the whole */
	enum ph_cause cause;
	enum ph_stage stage;
	uint16_t code;
	unsigned rcpts_max;
	unsigned mails_max;
	struct step next[20]; /* over the second connection */
} cases[] = {
	{
	    .name = "one of three refused",
	    .steps = { HELLO(SEND("250 HELP")), MAIL, YES("a@x"), NO("b@x"),
		YES("c@x"), SENT, STAY },
	    .rcpts = "a@x b@x c@x",
	    .outcomes = "dfdp",
	    .cause = PH_CAUSE_RECIPIENT_REFUSED,
	    .stage = PH_STAGE_RCPT,
	    .code = 550,
	},
	{
	    .name = "all refused",
	    .steps = { HELLO(SEND("250 HELP")), MAIL, NO("a@x"), NO("b@x"),
		STAY },
	    .rcpts = "a@x b@x",
	    .outcomes = "fff",
	    .cause = PH_CAUSE_RECIPIENT_REFUSED,
	    .stage = PH_STAGE_RCPT,
	    .code = 550,
	},
	{
	    .name = "the sender refused",
	    .steps = { HELLO(SEND("250 HELP")), EXPECT("MAIL"),
		SEND("550 5.7.1 not you"), STAY },
	    .rcpts = "a@x b@x",
	    .outcomes = "fff",
	    .cause = PH_CAUSE_SENDER_REFUSED,
	    .stage = PH_STAGE_MAIL,
	    .code = 550,
	},
	{
	    .name = "the message refused",
	    .steps = { HELLO(SEND("250 HELP")), MAIL, YES("a@x"),
		EXPECT("DATA"), SEND("354 go on"), CONTENT,
		SEND("554 5.7.1 spam"), STAY },
	    .rcpts = "a@x",
	    .outcomes = "ff",
	    .cause = PH_CAUSE_MESSAGE_REFUSED,
	    .stage = PH_STAGE_DATA,
	    .code = 554,
	},
	{
	    .name = "deferred",
	    .steps = { HELLO(SEND("250 HELP")), MAIL, YES("a@x"),
		EXPECT("DATA"), SEND("451 4.3.0 later"), STAY },
	    .rcpts = "a@x",
	    .outcomes = "rr",
	    .cause = PH_CAUSE_MESSAGE_DEFERRED,
	    .stage = PH_STAGE_DATA,
	    .code = 451,
	},
	{
	    .name = "lost after the dot",
	    .steps = { HELLO(SEND("250 HELP")), MAIL, YES("a@x"), NO("b@x"),
		EXPECT("DATA"), SEND("354 go on"), CONTENT, CLOSE },
	    .rcpts = "a@x b@x",
	    .outcomes = "ufp",
	    .cause = PH_CAUSE_LOST_AFTER_DOT,
	    .stage = PH_STAGE_DATA,
	},
	{
	    .name = "the connection's limit",
	    .steps = { HELLO(SEND("250 HELP")), MAIL, YES("a@x"), YES("b@x"),
		SENT, MAIL, YES("c@x"), SENT, STAY },
	    .rcpts = "a@x b@x c@x",
	    .outcomes = "dddd",
	    .rcpts_max = 2,
	},
	{
	    .name = "the server's LIMITS",
	    .steps = { HELLO(SEND("250 LIMITS RCPTMAX=1")), MAIL, YES("a@x"),
		SENT, MAIL, YES("b@x"), SENT, STAY },
	    .rcpts = "a@x b@x",
	    .outcomes = "ddd",
	    .rcpts_max = 2,
	},
	{
	    .name = "MAILMAX",
	    .steps = { HELLO(SEND("250 LIMITS MAILMAX=1 RCPTMAX=1")), MAIL,
		YES("a@x"), SENT, BYE },
	    .next = { HELLO(SEND("250 HELP")), MAIL, YES("b@x"), YES("c@x"),
		SENT, STAY },
	    .rcpts = "a@x b@x c@x",
	    .outcomes = "dddd",
	},
	{
	    .name = "MAILMAX, and no answer to QUIT",
	    .steps = { HELLO(SEND("250 LIMITS MAILMAX=2 RCPTMAX=1")), MAIL,
		YES("a@x"), SENT, MAIL, NO("b@x"), EXPECT("QUIT"), CLOSE },
	    .next = { HELLO(SEND("250 HELP")), MAIL, YES("c@x"), SENT, STAY },
	    .rcpts = "a@x b@x c@x",
	    .outcomes = "dfdp",
	    .cause = PH_CAUSE_RECIPIENT_REFUSED,
	    .stage = PH_STAGE_RCPT,
	    .code = 550,
	},
	{
	    .name = "MAILMAX, and that was all",
	    .steps = { HELLO(SEND("250 LIMITS MAILMAX=1")), MAIL, YES("a@x"),
		SENT, STAY },
	    .rcpts = "a@x",
	    .outcomes = "dd",
	},
	{
	    .name = "MAILMAX, and nobody there any more",
	    .steps = { HELLO(SEND("250 LIMITS MAILMAX=1 RCPTMAX=1")), MAIL,
		YES("a@x"), SENT, BYE },
	    .next = { SEND("421 4.3.2 too busy"), CLOSE },
	    .rcpts = "a@x b@x",
	    .outcomes = "drp",
	    .cause = PH_CAUSE_SHUTTING_DOWN,
	    .stage = PH_STAGE_GREETING,
	    .code = 421,
	},
	{
	    .name = "the connection's messages-per-session",
	    .steps = { HELLO(SEND("250 LIMITS MAILMAX=3")), MAIL, YES("a@x"),
		SENT, BYE },
	    .next = { HELLO(SEND("250 HELP")), MAIL, YES("b@x"), SENT, STAY },
	    .rcpts = "a@x b@x",
	    .outcomes = "ddd",
	    .rcpts_max = 1,
	    .mails_max = 1,
	},
	{
	    .name = "too many: at once in another transaction",
	    .steps = { HELLO(SEND("250 HELP")), MAIL, FULL("a@x"), YES("b@x"),
		FULL("c@x"), SENT, MAIL, YES("a@x"), SENT, MAIL, NO("c@x"),
		STAY },
	    .rcpts = "a@x b@x c@x",
	    .outcomes = "ddfp",
	    .cause = PH_CAUSE_RECIPIENT_REFUSED,
	    .stage = PH_STAGE_RCPT,
	    .code = 550,
	},
	{
	    .name = "too many for a server that takes nobody",
	    .steps = { HELLO(SEND("250 HELP")), MAIL, FULL("a@x"), FULL("b@x"),
		STAY },
	    .rcpts = "a@x b@x",
	    .outcomes = "rrr",
	    .cause = PH_CAUSE_RECIPIENT_DEFERRED,
	    .stage = PH_STAGE_RCPT,
	    .code = 452,
	},
	{
	    .name = "too many, and the message is refused",
	    .steps = { HELLO(SEND("250 HELP")), MAIL, YES("a@x"), FULL("b@x"),
		EXPECT("DATA"), SEND("354 go on"), CONTENT,
		SEND("554 5.7.1 spam"), STAY },
	    .rcpts = "a@x b@x",
	    .outcomes = "frp",
	    .cause = PH_CAUSE_MESSAGE_REFUSED,
	    .stage = PH_STAGE_DATA,
	    .code = 554,
	},
	{
	    .name = "lost between two transactions",
	    .steps = { HELLO(SEND("250 HELP")), MAIL, YES("a@x"), SENT,
		EXPECT("MAIL"), CLOSE },
	    .rcpts = "a@x b@x",
	    .outcomes = "drp",
	    .cause = PH_CAUSE_CONNECTION_LOST,
	    .stage = PH_STAGE_MAIL,
	    .rcpts_max = 1,
	},
	{
	    .name = "no SMTPUTF8",
	    .steps = { HELLO(SEND("250 8BITMIME")), MAIL, YES("a@x"),
		YES("c@x"), SENT, STAY },
	    .rcpts = "a@x \xc3\xa9@x c@x",
	    .outcomes = "dfdp",
	    .cause = PH_CAUSE_NO_SMTPUTF8,
	    .stage = PH_STAGE_RCPT,
	},
	{
	    .name = "no SMTPUTF8, and everybody needs it",
	    .steps = { HELLO(SEND("250 8BITMIME")), STAY },
	    .rcpts = "\xc3\xa8@x \xc3\xa9@x",
	    .outcomes = "fff",
	    .cause = PH_CAUSE_NO_SMTPUTF8,
	    .stage = PH_STAGE_RCPT,
	},
	{
	    .name = "SMTPUTF8",
	    .steps = { HELLO(SEND("250-8BITMIME"), SEND("250 SMTPUTF8")),
		EXPECT("MAIL FROM:<ann@example.com> SMTPUTF8"),
		SEND("250 2.1.0 Ok"), YES("a@x"), YES("\xc3\xa9@x"), SENT,
		STAY },
	    .rcpts = "a@x \xc3\xa9@x",
	    .outcomes = "ddd",
	},
	{
	    .name = "421 instead of an answer",
	    .steps = { HELLO(SEND("250 HELP")), MAIL, EXPECT("RCPT"),
		SEND("421 4.3.2 closing"), CLOSE },
	    .rcpts = "a@x b@x",
	    .outcomes = "rrr",
	    .cause = PH_CAUSE_SHUTTING_DOWN,
	    .stage = PH_STAGE_RCPT,
	    .code = 421,
	},
};

static void run_case(size_t i)
{
	struct rig r;

	check_case(cases[i].name, i);
	RIG_INIT(&r, cases[i].steps, cases[i].next);
	r.conn.messages_per_session = cases[i].mails_max;
	r.conn.recipients_per_message = cases[i].rcpts_max;
	check(rig_connect(&r) == PH_OK);

	struct ph_delivery *d = rig_deliver(&r, cases[i].rcpts);
	char got[RIG_RCPTS_MAX + 2] = "";

	check(d != NULL);
	if (d == NULL) {
		rig_release(&r);
		return;
	}
	for (size_t k = 0; k < d->rcpt_count; k++)
		got[k] = letter(d->rcpts[k].outcome);
	got[d->rcpt_count] = letter(d->outcome);
	check_str(got, cases[i].outcomes);
	check_int(d->fault.cause, cases[i].cause);
	if (d->fault.cause != PH_CAUSE_NONE) {
		check_int(d->fault.stage, cases[i].stage);
		check_int(d->stage, cases[i].stage);
		check(strstr(d->fault.text, "127.0.0.1:") != NULL);
	}
	check_int(d->fault.code, cases[i].code);
	check_int(r.server.conn_count, cases[i].next[0].text == NULL ? 1 : 2);
	for (size_t k = 0; k < d->rcpt_count; k++) {
		bool good = d->rcpts[k].outcome == PH_DELIVERED;

		check_str(d->rcpts[k].server_id, good ? "1A2B3C" : "");
		check(d->rcpts[k].text != NULL);
	}
	ph_delivery_free(d);
	rig_release(&r);
}

/* Recipients nobody sends anything to. */
static void test_probe(void)
{
	static const struct step steps[] = { HELLO(SEND("250 HELP")), MAIL,
		YES("a@x"), NO("b@x"), EXPECT("RSET"), SEND("250 Ok"), STAY };
	struct rig r;
	struct ph_envelope_rcpt room[RIG_RCPTS_MAX];
	struct ph_envelope e = rig_envelope("a@x b@x", room);
	struct ph_delivery *d = NULL;

	RIG_INIT(&r, steps);
	check(rig_connect(&r) == PH_OK);
	check(ph_session_deliver(r.session,
		  &(struct ph_job){ .probe = true, .envelope = &e }, &d,
		  &r.fault) == PH_OK);
	check_int(d->rcpts[0].outcome, PH_DELIVERED);
	check_int(d->rcpts[1].outcome, PH_FAILED);
	check_str(d->rcpts[0].server_id, "");
	check(strstr(rig_log(&r), "DATA") == NULL);
	ph_delivery_free(d);
	rig_release(&r);
}

static const struct {
	const char *sender;
	const char *rcpt;
} bad[] = {
	{ "ann@example.com", "a@x>\r\nDATA" },
	{ "ann@example.com", "a@x\nb" },
	{ "ann@example.com", "a@x b" },
	{ "ann@example.com", "a@x>" },
	{ "ann@example.com\r\nRSET", "a@x" },
	{ "ann@example.com SIZE=0", "a@x" },
};

/* What cannot go to the wire is refused, and the session lives on. */
static void test_bad_envelope(void)
{
	static const struct step steps[] = { HELLO(SEND("250 HELP")), MAIL,
		YES("a@x"), SENT, STAY };
	struct rig r;

	RIG_INIT(&r, steps);
	rig_message(&r, "Subject: x\r\n\r\nhello\r\n");
	check(rig_connect(&r) == PH_OK);
	for (size_t i = 0; i < PH_COUNT(bad); i++) {
		struct ph_envelope_rcpt rcpt = {
			.address = ph_span_of(bad[i].rcpt),
		};
		struct ph_envelope e = {
			.sender = ph_span_of(bad[i].sender),
			.rcpts = &rcpt,
			.rcpt_count = 1,
		};
		struct ph_delivery *d = NULL;

		check_case("bad envelope", i);
		check(ph_session_deliver(r.session,
			  &(struct ph_job){
			      .content = r.content, .envelope = &e },
			  &d, &r.fault) == PH_EINVAL);
		check(d == NULL && ph_fault_is_set(&r.fault));
		e.rcpt_count = 0;
		check(ph_session_deliver(r.session,
			  &(struct ph_job){
			      .content = r.content, .envelope = &e },
			  &d, &r.fault) == PH_EINVAL);
	}
	check_case(NULL, 0);

	struct ph_delivery *d = rig_deliver(&r, "a@x");

	check_int(d->outcome, PH_DELIVERED);
	ph_delivery_free(d);
	rig_release(&r);
}

static void test_size(void)
{
	static const struct step steps[] = { HELLO(SEND("250 SIZE 1000")),
		STAY };
	struct rig r;
	char big[2000];

	RIG_INIT(&r, steps);
	r.conn.size = 10;
	check(rig_connect(&r) == PH_OK);

	struct ph_delivery *d = rig_deliver(&r, "a@x");

	check_int(d->outcome, PH_FAILED);
	check_int(d->fault.cause, PH_CAUSE_TOO_BIG);
	ph_delivery_free(d);

	r.conn.size = 0;
	memset(big, 'x', sizeof(big));
	for (size_t i = 60; i < sizeof(big); i += 60)
		big[i] = '\n';
	memcpy(big, "Subject: x\n\n", 12);
	big[sizeof(big) - 1] = '\0';
	rig_message(&r, big);
	d = rig_deliver(&r, "a@x");
	check_int(d->outcome, PH_FAILED);
	check_int(d->fault.cause, PH_CAUSE_TOO_BIG);
	ph_delivery_free(d);
	check(strstr(rig_log(&r), "MAIL") == NULL);
	rig_release(&r);
}

static void test_seven_bit(void)
{
	static const struct step steps[] = { HELLO(SEND("250 HELP")), MAIL,
		YES("a@x"), SENT, STAY };
	static const struct step eight[] = { HELLO(SEND("250 8BITMIME")),
		EXPECT("MAIL FROM:<ann@example.com> BODY=8BITMIME"),
		SEND("250 Ok"), YES("a@x"), SENT, STAY };
	static const char raw[] = "Subject: x\r\n"
				  "MIME-Version: 1.0\r\n"
				  "Content-Type: text/plain; charset=utf-8\r\n"
				  "Content-Transfer-Encoding: 8bit\r\n"
				  "\r\n"
				  "gr\xc3\xbc\xc3\x9f"
				  "e\r\n";
	struct rig r;

	RIG_INIT(&r, steps);
	rig_message(&r, raw);
	check(rig_connect(&r) == PH_OK);

	struct ph_delivery *d = rig_deliver(&r, "a@x");

	check_int(d->outcome, PH_DELIVERED);
	check(ph_span_is_ascii(ph_buf_span(&r.server.content)));
	check(
	    strstr(ph_buf_str(&r.server.content), "gr=C3=BC=C3=9Fe") != NULL ||
	    strstr(ph_buf_str(&r.server.content), "Z3LDvMOfZ") != NULL);
	check(ph_content_note(r.content, 0) != NULL);
	ph_delivery_free(d);
	rig_release(&r);

	RIG_INIT(&r, eight);
	rig_message(&r, raw);
	check(rig_connect(&r) == PH_OK);
	d = rig_deliver(&r, "a@x");
	check_int(d->outcome, PH_DELIVERED);
	check(strstr(ph_buf_str(&r.server.content),
		  "gr\xc3\xbc\xc3\x9f"
		  "e") != NULL);
	check(ph_content_note(r.content, 0) == NULL);
	ph_delivery_free(d);
	rig_release(&r);
}

/* The file shrinks once it was looked at: nothing ends the message. */
static void test_shrinking(void)
{
	static const struct step steps[] = { HELLO(SEND("250 HELP")), MAIL,
		YES("a@x"), EXPECT("DATA"), SEND("354 go on"), CONTENT,
		SEND("250 never"), STAY };
	char path[] = "/tmp/ph-test-shrink-XXXXXX";
	struct rig r;
	int fd = mkstemp(path);

	check(fd >= 0);
	check(ph_fd_write_all(fd, PH_SPAN("Subject: x\r\n\r\n")) == PH_OK);
	for (int i = 0; i < 4000; i++) {
		check(ph_fd_write_all(
			  fd, PH_SPAN("a line of the content\r\n")) == PH_OK);
	}
	RIG_INIT(&r, steps);
	check(
	    ph_content_adopt(&(struct ph_content_raw){ .path = path, .fd = -1 },
		&r.content, &r.fault) == PH_OK);
	check(ftruncate(fd, 5000) == 0);
	check(rig_connect(&r) == PH_OK);

	struct ph_delivery *d = rig_deliver(&r, "a@x");

	check(
	    d != NULL && d->outcome != PH_DELIVERED && d->outcome != PH_UNSURE);
	check_int(d->fault.cause, PH_CAUSE_INPUT_CHANGED);
	check(strstr(d->fault.text, path) != NULL);
	/* Nobody took it. */
	check(r.server.conns[0] != NULL);
	check(strstr(ph_buf_str(&r.trace), "250 never") == NULL);
	ph_delivery_free(d);
	(void)unlink(path);
	ph_close_fd(&fd);
	rig_release(&r);
}

/* Larger than any buffer on the way, with dots where they hurt. */
static void test_large(void)
{
	static const struct step steps[] = { HELLO(SEND("250 HELP")), MAIL,
		YES("a@x"), SENT, STAY };
	char path[] = "/tmp/ph-test-large-XXXXXX";
	struct rig r;
	int fd = mkstemp(path);
	struct ph_buf want;

	ph_buf_init(&want, SCRIPT_LOG_MAX);
	check(ph_buf_append_str(&want, "Subject: x\r\n\r\n") == PH_OK);
	for (int i = 0; i < 20000; i++) {
		check(
		    ph_buf_appendf(&want, "%s%d%s\r\n", i % 7 == 0 ? "." : "",
			i, i % 11 == 0 ? " and some more of it" : "") == PH_OK);
	}
	check(ph_fd_write_all(fd, ph_buf_span(&want)) == PH_OK);
	RIG_INIT(&r, steps);
	check(
	    ph_content_adopt(&(struct ph_content_raw){ .path = path, .fd = -1 },
		&r.content, &r.fault) == PH_OK);
	check(rig_connect(&r) == PH_OK);

	struct ph_delivery *d = rig_deliver(&r, "a@x");

	check(d != NULL && d->outcome == PH_DELIVERED);

	/* The script keeps the dots doubled. */
	struct ph_span got = ph_buf_span(&r.server.content);
	struct ph_span rest = ph_buf_span(&want);
	bool same = true;

	while (rest.len > 0 && same) {
		size_t len = ph_span_find(rest, '\n') + 1;

		if (rest.ptr[0] == '.') {
			same = got.len > 0 && got.ptr[0] == '.';
			got = ph_span_skip(got, same ? 1 : 0);
		}
		same = same && got.len >= len &&
		    memcmp(got.ptr, rest.ptr, len) == 0;
		got = ph_span_skip(got, same ? len : 0);
		rest = ph_span_skip(rest, len);
	}
	check(same && got.len == 0);
	ph_delivery_free(d);
	ph_buf_release(&want);
	(void)unlink(path);
	ph_close_fd(&fd);
	rig_release(&r);
}

int main(void)
{
	for (size_t i = 0; i < PH_COUNT(cases); i++)
		run_case(i);
	check_case(NULL, 0);
	test_probe();
	test_bad_envelope();
	test_size();
	test_seven_bit();
	test_shrinking();
	test_large();
	return check_end();
}
