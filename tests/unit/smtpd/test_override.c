#include "check.h"
#include "failalloc.h"
#include "player.h"

#include <stdlib.h>

/* A server that is told to do otherwise: what it says, octet for octet, and
   what is reported.  By the player's rules for stages: what begins with "stop"
   is refused, with "hush" dropped without a word, with "shut" refused with 421,
   with "word" reworded, with "raw" answered with octets that are no reply. */

#define S(lit)            \
 {                        \
  "" lit, sizeof(lit) - 1 \
 }
#define HI    "HELO c.test\r\n"
#define HI_OK "220 mx.test ESMTP Posthaste\r\n250 mx.test\r\n"
#define MAIL  "MAIL FROM:<a@x.org>\r\n"
#define RCPT  "RCPT TO:<b@y.org>\r\n"
#define MR    MAIL RCPT
#define MR_OK "250 2.1.0 Sender OK\r\n250 2.1.5 Recipient OK\r\n"
#define MR_LOG                                       \
 "at 8 a@x.org\nmail <a@x.org>\nat 9 b@y.org\nrcpt " \
 "<b@y.org>\n"

static const struct ph_smtpd_reply words[PH_PHRASE_COUNT] = {
	[PH_PHRASE_GREETING] = { 220, NULL, "{hostname} at {peer}{" },
	[PH_PHRASE_HELLO] = { 250, NULL, "Hello {helo} {nothing}" },
	[PH_PHRASE_SENDER_OK] = { 250, NULL, "2.1.0 <{address}> ok" },
	[PH_PHRASE_LOGIN_REQUIRED] = { 530, NULL, "5.7.0 First.\n5.7.0 Last" },
	[PH_PHRASE_TOO_MANY_RECIPIENTS] = { 550, NULL, "{address}? {}" },
	[PH_PHRASE_BAD_LOGIN] = { 535, NULL, "No" },
	[PH_PHRASE_RESET] = { 250, NULL, "Flushed" },
};
static const struct ph_smtpd_reply go_away = { 554, NULL, "Go\naway" };
static const struct ph_smtpd_reply silent = { 0 };

#define HERE .hostname = S("mx.test"), .peer = S("192.0.2.9")

static const struct ph_smtpd_options staged = { HERE, .stages = true,
	.auth = PH_SMTPD_AUTH_OPTIONAL, .mechanisms_clear = S("PLAIN LOGIN"),
	.starttls = true };
static const struct ph_smtpd_options worded = { HERE, .stages = true,
	.rcpt_max = 1, .words = words };
static const struct ph_smtpd_options login = { HERE, .words = words,
	.auth = PH_SMTPD_AUTH_REQUIRED, .mechanisms_clear = S("PLAIN") };
static const struct ph_smtpd_options refused = { HERE, .greeting = &go_away };
static const struct ph_smtpd_options quiet = { HERE, .greeting = &silent };
static const struct ph_smtpd_options other = { HERE, .stages = true,
	.extensions = S("SIZE|AUTH|X-ONE a b|STARTTLS"), .starttls = true };

static const struct {
	const struct ph_smtpd_options *options;
	struct ph_span in;
	const char *log;
	const char *out;
} cases[] = {
	/* Asked, and all goes on. */
	{ &staged,
	    S(HI MR "DATA\r\nx\r\n.\r\nNOOP\r\nVRFY x\r\nRSET\r\nWHAT\r\n"
		    "QUIT\r\n"),
	    "at 3 c.test\n" MR_LOG "at 10 \ncontent\nend x\r\n\nat 16 \n"
	    "at 16 x\nat 14 \nat 15 \nclosed\n",
	    HI_OK MR_OK "354 Go on\r\n250 2.0.0 Taken\r\n250 2.0.0 OK\r\n"
			"252 2.0.0 Cannot verify, but will take the message "
			"and try\r\n250 2.0.0 OK\r\n"
			"500 5.5.2 Command not recognized\r\n"
			"221 2.0.0 Bye\r\n" },
	/* refused */
	{ &staged, S("HELO stop\r\n" MAIL), "at 3 stop\nat 8 a@x.org\n",
	    "220 mx.test ESMTP Posthaste\r\n553-No to stop\r\n"
	    "553 says mx.test\r\n503 5.5.1 Send EHLO first\r\n" },
	{ &staged, S(HI "MAIL FROM:<stop@x.org>\r\n" MR),
	    "at 3 c.test\nat 8 stop@x.org\n" MR_LOG,
	    HI_OK "553-No to stop@x.org\r\n553 says mx.test\r\n" MR_OK },
	{ &staged, S(HI MAIL "RCPT TO:<stop@y.org>\r\nDATA\r\n"),
	    "at 3 c.test\nat 8 a@x.org\nmail <a@x.org>\nat 9 stop@y.org\n"
	    "at 10 \n",
	    HI_OK "250 2.1.0 Sender OK\r\n553-No to stop@y.org\r\n"
		  "553 says mx.test\r\n554 5.5.1 No valid recipients\r\n" },
	{ &staged, S(HI MAIL "RCPT TO:<shut@y.org>\r\n" RCPT),
	    "at 3 c.test\nat 8 a@x.org\nmail <a@x.org>\nat 9 shut@y.org\n"
	    "abort\nclosed\n",
	    HI_OK "250 2.1.0 Sender OK\r\n421 Shut\r\n" },
	{ &staged, S(HI "MAIL FROM:<hush@x.org>\r\n" MR),
	    "at 3 c.test\nat 8 hush@x.org\n" MR_LOG, HI_OK MR_OK },
	{ &staged, S(HI "MAIL FROM:<raw@x.org>\r\n" MR),
	    "at 3 c.test\nat 8 raw@x.org\n" MR_LOG, HI_OK "?!\r\n" MR_OK },
	/* reworded, if it is a yes */
	{ &staged, S(HI "MAIL FROM:<word@x.org>\r\n" RCPT),
	    "at 3 c.test\nat 8 word@x.org\nmail <word@x.org>\n"
	    "at 9 b@y.org\nrcpt <b@y.org>\n",
	    HI_OK "250 Yes, word@x.org\r\n250 2.1.5 Recipient OK\r\n" },
	{ &staged, S("MAIL FROM:<word@x.org>\r\nRSET\r\n"),
	    "at 8 word@x.org\nat 14 \n",
	    "220 mx.test ESMTP Posthaste\r\n503 5.5.1 Send EHLO first\r\n"
	    "250 2.0.0 OK\r\n" },
	{ &staged, S("EHLO word\r\nNOOP\r\n"), "at 3 word\nat 16 \n",
	    "220 mx.test ESMTP Posthaste\r\n250 Yes, word\r\n"
	    "250 2.0.0 OK\r\n" },
	/* A password line is kept until it is carried out. */
	{ &staged, S("EHLO word\r\nAUTH PLAIN AHUAcA==\r\nAUTH PLAIN\r\n"),
	    "at 3 word\nat 6 PLAIN\nauth PLAIN\nat 6 PLAIN\n",
	    "220 mx.test ESMTP Posthaste\r\n250 Yes, word\r\n"
	    "235 2.7.0 Authentication successful\r\n"
	    "503 5.5.1 Authenticated already\r\n" },
	{ &staged, S("EHLO word\r\nSTARTTLS\r\n\1NOOP\r\n"),
	    "at 3 word\nat 4 \ntls\nat 16 \n",
	    "220 mx.test ESMTP Posthaste\r\n250 Yes, word\r\n"
	    "220 2.0.0 Ready to start TLS\r\n250 2.0.0 OK\r\n" },
	/* words */
	{ &worded, S(HI MR RCPT "RSET\r\n"),
	    "at 3 c.test\n" MR_LOG "at 9 b@y.org\nat 14 \nabort\n",
	    "220 mx.test at 192.0.2.9{\r\n250 Hello c.test {nothing}\r\n"
	    "250 2.1.0 <a@x.org> ok\r\n250 2.1.5 Recipient OK\r\n"
	    "550 b@y.org? {}\r\n250 Flushed\r\n" },
	{ &login, S(HI MAIL), "",
	    "220 mx.test at 192.0.2.9{\r\n250 Hello c.test {nothing}\r\n"
	    "530-5.7.0 First.\r\n530 5.7.0 Last\r\n" },
	/* greetings */
	{ &refused, S(HI), "closed\n", "554-Go\r\n554 away\r\n" },
	{ &quiet, S(HI), "", "250 mx.test\r\n" },
	/* other extensions, and what is not offered is not served */
	{ &other, S("EHLO c\r\nBDAT 2\r\nxx" HI), "at 3 c\nat 10 \nclosed\n",
	    "220 mx.test ESMTP Posthaste\r\n250-mx.test\r\n250-SIZE 0\r\n"
	    "250-X-ONE a b\r\n250 STARTTLS\r\n"
	    "502 5.5.1 CHUNKING is not offered\r\n" },
	{ &other, S("EHLO edit\r\nSTARTTLS\r\nEHLO c\r\n"),
	    "at 3 edit\nat 4 \nat 3 c\n",
	    "220 mx.test ESMTP Posthaste\r\n250-mx.test\r\n250-SIZE 0\r\n"
	    "250-X-TWO\r\n250 AUTH NONE\r\n"
	    "502 5.5.1 STARTTLS is not offered\r\n"
	    "250-mx.test\r\n250-SIZE 0\r\n"
	    "250-X-TWO\r\n250 AUTH NONE\r\n" },
};

static void play(size_t i, size_t first, size_t step)
{
	struct player p;

	player_init(&p, cases[i].options);
	player_feed(&p, cases[i].in, first, step);
	check_str(ph_buf_str(&p.log), cases[i].log);
	check_str(ph_buf_str(&p.out), cases[i].out);
	player_release(&p);
}

static void test_cases(void)
{
	for (size_t i = 0; i < PH_COUNT(cases); i++) {
		check_case("override", i);
		play(i, cases[i].in.len, 1);
		play(i, 1, 1);
		for (size_t cut = 1; cut < cases[i].in.len; cut++)
			play(i, cut, cases[i].in.len);
	}
	check_case(NULL, 0);
}

/* The octets of a refused chunk are no commands. */
static void test_chunk(const char *subject, const char *out)
{
	struct player p;

	player_init(&p, &staged);
	player_feed(&p, PH_SPAN(HI MR), 99, 99);
	ph_buf_clear(&p.out);
	ph_buf_clear(&p.log);
	p.data_rule = subject;
	player_feed(&p, PH_SPAN("BDAT 6\r\nQUIT\r\nNOOP\r\n" MAIL), 99, 99);
	check_str(ph_buf_str(&p.out), out);
	check_str(ph_buf_str(&p.log),
	    "at 10 \nabort\nat 16 \nat 8 a@x.org\nmail <a@x.org>\n");
	player_release(&p);
}

static void test_data(void)
{
	struct player p;

	test_chunk("stop",
	    "553-No to \r\n553 says mx.test\r\n250 2.0.0 OK\r\n"
	    "250 2.1.0 Sender OK\r\n");
	test_chunk("hush", "250 2.0.0 OK\r\n250 2.1.0 Sender OK\r\n");
	player_init(&p, &staged);
	p.data_rule = "stop";
	player_feed(&p, PH_SPAN(HI MR "DATA\r\n" MAIL), 99, 99);
	check(strstr(ph_buf_str(&p.log), "at 10 \nabort\nat 8 ") != NULL);
	player_release(&p);
}

/* In place of the answers to END and to a login. */
static void test_end(void)
{
	static const struct ph_smtpd_reply no = { 451, NULL, "Later" };
	static const struct ph_smtpd_reply unfit = { 99, NULL, "" };
	struct player p;

	player_init(&p, &staged);
	check(ph_smtpd_go(p.session, 0) == PH_EINVAL);
	check(ph_smtpd_refuse(p.session, 0, &no) == PH_EINVAL);
	p.end_refusal = &no;
	player_feed(&p, PH_SPAN(HI MR "DATA\r\nx\r\n.\r\n" MAIL), 99, 99);
	check(strstr(ph_buf_str(&p.out), "354 Go on\r\n451 Later\r\n250 ") !=
	    NULL);
	check(strstr(ph_buf_str(&p.log), "abort") == NULL);
	p.login_refusal = &no;
	player_feed(&p, PH_SPAN("RSET\r\nEHLO word\r\nAUTH PLAIN\r\n"), 99, 99);
	check(ph_smtpd_refuse(p.session, 0, &unfit) == PH_EINVAL);
	player_feed(&p, PH_SPAN("AHUAcA==\r\nAUTH PLAIN\r\n"), 99, 99);
	check(strstr(ph_buf_str(&p.out), "334 \r\n451 Later\r\n334 \r\n") !=
	    NULL);
	player_release(&p);
}

static void test_challenge(void)
{
	struct player p;

	player_init(&p, &staged);
	p.challenge = "*** no base64";
	player_feed(&p, PH_SPAN("EHLO word\r\nAUTH PLAIN\r\n"), 99, 99);
	check(strstr(ph_buf_str(&p.out), "\r\n334 *** no base64\r\n") != NULL);
	player_release(&p);
}

/* What an address makes too long is said as it stands. */
static void test_long(void)
{
	static char text[PH_SMTPD_TEXT_MAX];
	struct ph_smtpd_reply some[PH_PHRASE_COUNT] = {
		[PH_PHRASE_GREETING] = { 220, NULL, text },
	};
	struct ph_smtpd_options opt = { HERE, .words = some };
	struct player p;

	memset(text, 'x', sizeof(text) - 1);
	memcpy(text, "{peer}", 6);
	player_init(&p, &opt);
	player_feed(&p, PH_SPAN(""), 1, 1);
	check(strncmp(ph_buf_str(&p.out), "220 {peer}xxx", 13) == 0);
	player_release(&p);
}

/* Each stage is given what is needed to go on, and takes no other answer. */
static const struct {
	const char *before; /* what brings the session there */
	const char *line;   /* the command that is asked about */
	enum ph_smtpd_stage stage;
	const char *subject;
	const char *go;      /* what is said when it goes on */
	const char *refused; /* what NOOP is answered when it does not */
} stages[] = {
	{ "", "EHLO me.test\r\n", PH_SMTPD_STAGE_EHLO, "me.test", "250-mx.test",
	    "250 2.0.0" },
	{ "", "HELO me.test\r\n", PH_SMTPD_STAGE_EHLO, "me.test", "250 mx.test",
	    "250 2.0.0" },
	{ "EHLO a\r\n", "STARTTLS\r\n", PH_SMTPD_STAGE_STARTTLS, "",
	    "220 2.0.0", "250 2.0.0" },
	{ "EHLO a\r\n", "AUTH PLAIN AHUAcA==\r\n", PH_SMTPD_STAGE_AUTH, "PLAIN",
	    "235 2.7.0", "250 2.0.0" },
	{ "EHLO a\r\n", "AUTH NONE\r\n", PH_SMTPD_STAGE_AUTH, "NONE",
	    "504 5.5.4", "250 2.0.0" },
	{ "EHLO a\r\n", "MAIL FROM:<>\r\n", PH_SMTPD_STAGE_MAIL, "",
	    "250 2.1.0", "250 2.0.0" },
	{ "EHLO a\r\n", "MAIL FROM:<a@b.c> SIZE=1\r\n", PH_SMTPD_STAGE_MAIL,
	    "a@b.c", "250 2.1.0", "250 2.0.0" },
	{ "EHLO a\r\n" MAIL, RCPT, PH_SMTPD_STAGE_RCPT, "b@y.org", "250 2.1.5",
	    "250 2.0.0" },
	{ "EHLO a\r\n" MR, "DATA\r\n", PH_SMTPD_STAGE_DATA, "", "354 Go on",
	    "250 2.0.0" },
	{ "EHLO a\r\n" MR, "BDAT 0 LAST\r\n", PH_SMTPD_STAGE_DATA, "",
	    "250 2.0.0", "250 2.0.0" },
	{ "", "RSET\r\n", PH_SMTPD_STAGE_RSET, "", "250 2.0.0", "250 2.0.0" },
	{ "", "QUIT\r\n", PH_SMTPD_STAGE_QUIT, "", "221 2.0.0", "250 2.0.0" },
	{ "", "HELP\r\n", PH_SMTPD_STAGE_OTHER, "", "214 2.0.0", "250 2.0.0" },
	{ "", "EXPN all\r\n", PH_SMTPD_STAGE_OTHER, "all", "502 5.5.1",
	    "250 2.0.0" },
};

/* Feeds one line past the player, and takes the event it must give. */
static void reach(struct player *p, size_t i)
{
	struct ph_span in = ph_span_of(stages[i].line);
	struct ph_smtpd_event ev;

	player_feed(p, ph_span_of(stages[i].before), 99, 99);
	ph_buf_clear(&p->out);
	check(ph_smtpd_receive(p->session, 0, &in) == PH_OK);
	check_int(in.len, 0);
	check(ph_smtpd_next_event(p->session, &ev));
	check_int(ev.type, PH_SMTPD_STAGE);
	check_int(ev.stage, stages[i].stage);
	check(ph_span_eq(ev.data, ph_span_of(stages[i].subject)));
	/* Until it is answered nothing is taken, nothing times out, and no
	   other answer will do. */
	check(ph_smtpd_deadline(p->session) == PH_NEVER);
	in = PH_SPAN("NOOP\r\n");
	check(ph_smtpd_receive(p->session, 0, &in) == PH_OK);
	check_int(in.len, 6);
	check(ph_smtpd_answer(p->session, 0, 250, NULL, "x") == PH_EINVAL);
	check(ph_smtpd_auth_done(p->session, 0, PH_SMTPD_AUTH_OK) == PH_EINVAL);
}

static void test_stages(void)
{
	for (size_t i = 0; i < PH_COUNT(stages); i++) {
		struct player p;

		check_case(stages[i].line, i);
		player_init(&p, &staged);
		reach(&p, i);
		check(ph_smtpd_go(p.session, 0) == PH_OK);
		check(ph_smtpd_go(p.session, 0) == PH_EINVAL);
		player_feed(&p, PH_SPAN(""), 1, 1);
		check(strncmp(ph_buf_str(&p.out), stages[i].go,
			  strlen(stages[i].go)) == 0);
		player_release(&p);

		player_init(&p, &staged);
		reach(&p, i);
		check(ph_smtpd_refuse(p.session, 0, NULL) == PH_OK);
		check(ph_smtpd_refuse(p.session, 0, NULL) == PH_EINVAL);
		player_feed(&p, PH_SPAN("NOOP\r\n"), 99, 99);
		check(strncmp(ph_buf_str(&p.out), stages[i].refused,
			  strlen(stages[i].refused)) == 0);
		player_release(&p);
	}
	check_case(NULL, 0);
}

/* Asked at a stage when the server stops: the answer is heard first. */
static void test_shutdown(void)
{
	struct player p;

	player_init(&p, &staged);
	reach(&p, 10);
	ph_smtpd_shutdown(p.session, 0);
	check_int(ph_smtpd_pending(p.session).len, 0);
	check(ph_smtpd_go(p.session, 0) == PH_OK);
	player_feed(&p, PH_SPAN(""), 1, 1);
	check_str(
	    ph_buf_str(&p.out), "250 2.0.0 OK\r\n421 4.3.2 Shutting down\r\n");
	check(p.closed);
	player_release(&p);
}

static enum ph_err converse(void *ctx)
{
	const size_t *i = ctx;
	struct ph_span in = cases[*i].in;
	struct ph_smtpd *s = NULL;
	struct ph_smtpd_event ev;
	enum ph_err err = ph_smtpd_new(cases[*i].options, 0, &s);

	while (err == PH_OK && in.len > 0) {
		size_t before = in.len;

		err = ph_smtpd_receive(s, 0, &in);
		while (err == PH_OK && ph_smtpd_next_event(s, &ev)) {
			if (ev.type == PH_SMTPD_STAGE)
				err = ph_smtpd_go(s, 0);
		}
		if (in.len == before)
			break;
	}
	ph_smtpd_free(s);
	return err;
}

static void test_no_memory(void)
{
	for (size_t i = 0; i < PH_COUNT(cases); i++) {
		check_case("no memory", i);
		(void)failalloc_run_any(converse, &i);
	}
	check_case(NULL, 0);
}

/* Placeholders; what is none stays. */
static const struct {
	const char *text;
	const char *said;
} texts[] = {
	{ "", "220 \r\n" },
	{ "{", "220 {\r\n" },
	{ "}", "220 }\r\n" },
	{ "{}", "220 {}\r\n" },
	{ "{{hostname}}", "220 {mx.test}\r\n" },
	{ "{host{hostname}", "220 {hostmx.test\r\n" },
	{ "{Hostname}", "220 {Hostname}\r\n" },
	{ "{hostname", "220 {hostname\r\n" },
	{ "{address}{helo}", "220 \r\n" },
	{ "{peer}\n{peer}", "220-192.0.2.9\r\n220 192.0.2.9\r\n" },
};

static void test_placeholders(void)
{
	for (size_t i = 0; i < PH_COUNT(texts); i++) {
		struct ph_smtpd_reply greeting = { 220, NULL, texts[i].text };
		struct ph_smtpd_options opt = { HERE, .stages = true,
			.greeting = &greeting };
		struct player p;

		check_case("placeholder", i);
		player_init(&p, &opt);
		player_feed(&p, PH_SPAN(""), 1, 1);
		check_str(ph_buf_str(&p.out), texts[i].said);
		player_release(&p);
	}
	check_case(NULL, 0);
}

static void test_limits(void)
{
	static char much[128 * 1024];
	struct ph_span octets = { much, sizeof(much) };
	struct player p;

	memset(much, 'x', sizeof(much));
	player_init(&p, &staged);
	check(ph_smtpd_put(p.session, octets) == PH_ETOOBIG);
	check(ph_smtpd_edit_ehlo(p.session, octets, PH_SPAN("")) == PH_ETOOBIG);
	check(ph_smtpd_edit_ehlo(p.session, PH_SPAN(""), octets) == PH_ETOOBIG);
	player_release(&p);
}

int main(void)
{
	test_placeholders();
	test_limits();
	test_stages();
	test_shutdown();
	test_no_memory();
	test_cases();
	test_data();
	test_end();
	test_challenge();
	test_long();
	return check_end();
}
