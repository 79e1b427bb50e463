#include "check.h"
#include "failalloc.h"
#include "player.h"

/* Conversations: what the client sends, what is reported, what is said.  Each
   is played whole, in pieces of every small size, and cut once at every octet:
   where the network cuts must never matter. */

#define HI     "EHLO c.test\r\n"
#define HI_OK  "250 "
#define MAIL   "MAIL FROM:<a@x.org>\r\n"
#define RCPT   "RCPT TO:<b@y.org>\r\n"
#define MR     MAIL RCPT
#define MR_OK  "250/2.1.0 250/2.1.5 "
#define MR_LOG "mail <a@x.org>\nrcpt <b@y.org>\n"
#define S(lit)            \
 {                        \
  "" lit, sizeof(lit) - 1 \
 }

static const struct ph_smtpd_options plain = {
	.hostname = S("mx.test"),
	.size_max = 100,
	.rcpt_max = 3,
	.mail_max = 2,
	.errors_max = 4,
};
static const struct ph_smtpd_options open_auth = {
	.hostname = S("mx.test"),
	.auth = PH_SMTPD_AUTH_OPTIONAL,
	.mechanisms_clear = S("PLAIN LOGIN"),
	.mechanisms_tls = S("PLAIN LOGIN"),
};
static const struct ph_smtpd_options need_auth = {
	.hostname = S("mx.test"),
	.starttls = true,
	.auth = PH_SMTPD_AUTH_REQUIRED,
	.mechanisms_clear = S("CRAM-MD5"),
	.mechanisms_tls = S("CRAM-MD5 PLAIN"),
};
static const struct ph_smtpd_options need_tls = {
	.hostname = S("mx.test"),
	.starttls = true,
	.tls_required = true,
	.auth = PH_SMTPD_AUTH_OPTIONAL,
	.mechanisms_tls = S("PLAIN LOGIN"),
};

static const struct talk {
	const struct ph_smtpd_options *options;
	struct ph_span in;
	const char *log;
	const char *codes;
} talks[] = {
	/* what usually happens */
	{ &plain, S(HI MR "DATA\r\nhello\r\n.\r\nQUIT\r\n"),
	    MR_LOG "content\nend hello\r\n\nclosed\n",
	    "250 " MR_OK "354 250/2.0.0 221/2.0.0" },
	{ &plain, S("HELO c.test\r\n" MR "DATA\r\n.\r\n"),
	    MR_LOG "content\nend\n", "250 " MR_OK "354 250/2.0.0" },
	{ &plain, S(HI MR "DATA\r\n..\r\n...\r\na\r\n.b\r\n.\r\n"),
	    MR_LOG "content\nend .\r\n..\r\na\r\nb\r\n\n",
	    "250 " MR_OK "354 250/2.0.0" },
	{ &plain, S(HI MR "DATA\r\nx\r\n.\r\n" MR "DATA\r\ny\r\n.\r\n" MAIL),
	    MR_LOG "content\nend x\r\n\n" MR_LOG "content\nend y\r\n\nclosed\n",
	    "250 " MR_OK "354 250/2.0.0 " MR_OK "354 250/2.0.0 421/4.7.0" },
	{ &plain,
	    S("ehlo c.test\r\nmail from: <a@x.org> \r\nrcpt to:<b@y.org>\r\n"),
	    MR_LOG, "250 250/2.1.0 250/2.1.5" },
	{ &plain,
	    S("NOOP\r\nNOOP anything goes\r\nVRFY x\r\nEXPN x\r\nHELP\r\n"
	      "RSET\r\n"),
	    "", "250/2.0.0 250/2.0.0 252/2.0.0 502/5.5.1 214/2.0.0 250/2.0.0" },

	/* refusals by the caller */
	{ &plain, S(HI "MAIL FROM:<no@x.org>\r\n" MR),
	    "mail <no@x.org>\n" MR_LOG, "250 550/5.7.1 250/2.1.0 250/2.1.5" },
	{ &plain, S(HI MAIL "RCPT TO:<no@y.org>\r\nDATA\r\nRSET\r\n"),
	    "mail <a@x.org>\nrcpt <no@y.org>\nabort\n",
	    "250 250/2.1.0 550/5.1.1 554/5.5.1 250/2.0.0" },
	{ &plain, S(HI "MAIL FROM:<bye@x.org>\r\n" RCPT),
	    "mail <bye@x.org>\nclosed\n", "250 421/4.3.2" },
	{ &plain, S(HI MAIL "RCPT TO:<bye@x.org>\r\n" RCPT),
	    "mail <a@x.org>\nrcpt <bye@x.org>\nabort\nclosed\n",
	    "250 250/2.1.0 421/4.3.2" },
	{ &plain, S(HI "MAIL FROM:<full@x.org>\r\n" RCPT "DATA\r\n" MAIL),
	    "mail <full@x.org>\nrcpt <b@y.org>\ncontent\nmail <a@x.org>\n",
	    "250 " MR_OK "452/4.3.1 250/2.1.0" },
	{ &plain,
	    S(HI "MAIL FROM:<full@x.org>\r\n" RCPT
		 "BDAT 6\r\nQUIT\r\nBDAT 6 LAST\r\nQUIT\r\n" MAIL),
	    "mail <full@x.org>\nrcpt <b@y.org>\ncontent\nmail <a@x.org>\n",
	    "250 " MR_OK "452/4.3.1 503/5.5.1 250/2.1.0" },

	/* order */
	{ &plain, S(MAIL RCPT "DATA\r\n"), "",
	    "503/5.5.1 503/5.5.1 503/5.5.1" },
	{ &plain, S(HI MR MAIL), MR_LOG, "250 " MR_OK "503/5.5.1" },
	{ &plain, S(HI MR HI RCPT), MR_LOG "abort\n",
	    "250 " MR_OK "250 503/5.5.1" },
	{ &plain, S(HI MR "RSET\r\nRSET\r\n"), MR_LOG "abort\n",
	    "250 " MR_OK "250/2.0.0 250/2.0.0" },
	{ &plain, S(HI MR "QUIT\r\nNOOP\r\n"), MR_LOG "abort\nclosed\n",
	    "250 " MR_OK "221/2.0.0" },
	{ &plain, S(HI MR RCPT RCPT RCPT),
	    MR_LOG "rcpt <b@y.org>\nrcpt <b@y.org>\n",
	    "250 " MR_OK "250/2.1.5 250/2.1.5 452/4.5.3" },
	{ &plain, S("HELO c.test\r\nMAIL FROM:<a@x.org> SIZE=1\r\n"), "",
	    "250 555/5.5.4" },
	{ &plain,
	    S("HELO c.test\r\n" MAIL "RCPT TO:<b@y.org> NOTIFY=NEVER\r\n"),
	    "mail <a@x.org>\n", "250 250/2.1.0 555/5.5.4" },
	{ &plain, S("FOO\r\n\r\nBAR\r\nFOO\r\nNOOP\r\n"), "closed\n",
	    "500/5.5.2 500/5.5.2 500/5.5.2 421/4.7.0" },
	{ &plain, S("POST / HTTP/1.1\r\nHost: x\r\n\r\n" HI MR), "closed\n",
	    "421/4.7.0" },
	{ &plain, S("\x16\x03\x01\x02\x00"), "closed\n", "421/4.7.0" },
	{ &plain, S(HI "\x16\x03\x01\r\n"), "", "250 500/5.5.2" },

	/* size */
	{ &plain, S(HI "MAIL FROM:<a@x.org> SIZE=100\r\n"),
	    "mail <a@x.org> size=100\n", "250 250/2.1.0" },
	{ &plain, S(HI "MAIL FROM:<a@x.org> SIZE=101\r\n"), "",
	    "250 552/5.3.4" },
	{ &plain,
	    S(HI MR "DATA\r\n"
		    "12345678901234567890123456789012345678901234567890\r\n"
		    "123456789012345678901234567890123456789012345678\r\n"
		    "1\r\n.\r\nNOOP\r\n"),
	    MR_LOG "content\nabort\n", "250 " MR_OK "354 552/5.3.4 250/2.0.0" },
	{ &plain,
	    S(HI MR "BDAT 3\r\na\r\nBDAT 98 LAST\r\n"
		    "12345678901234567890123456789012345678901234567890\r\n"
		    "12345678901234567890123456789012345678901234\r\nNOOP\r\n"),
	    MR_LOG "content\nabort\n",
	    "250 " MR_OK "250/2.0.0 552/5.3.4 250/2.0.0" },

	/* BDAT */
	{ &plain, S(HI MR "BDAT 3\r\na\r\nBDAT 5 LAST\r\n.\r\n\r\nNOOP\r\n"),
	    MR_LOG "content\nend a\r\n.\r\n\r\n\n",
	    "250 " MR_OK "250/2.0.0 250/2.0.0 250/2.0.0" },
	{ &plain,
	    S(HI MR "BDAT 1\r\na"
		    "BDAT 0 LAST\r\n"),
	    MR_LOG "content\nend a\n", "250 " MR_OK "250/2.0.0 250/2.0.0" },
	{ &plain, S(HI MR "BDAT 0 LAST\r\n"), MR_LOG "content\nend\n",
	    "250 " MR_OK "250/2.0.0" },
	{ &plain, S(HI "BDAT 6 LAST\r\nQUIT\r\nNOOP\r\n"), "",
	    "250 503/5.5.1 250/2.0.0" },
	{ &plain, S(HI MAIL "BDAT 6 LAST\r\nQUIT\r\nNOOP\r\n"),
	    "mail <a@x.org>\n", "250 250/2.1.0 554/5.5.1 250/2.0.0" },
	{ &plain, S(HI MR "BDAT 3\r\na\r\nDATA\r\n" RCPT "RSET\r\n"),
	    MR_LOG "content\nabort\n",
	    "250 " MR_OK "250/2.0.0 503/5.5.1 503/5.5.1 250/2.0.0" },
	{ &plain, S(HI MR "BDAT six\r\n" MAIL), MR_LOG "abort\nclosed\n",
	    "250 " MR_OK "501/5.5.4" },
	{ &plain, S(HI MR "BDAT 99999999999999999999999 LAST\r\n" MAIL),
	    MR_LOG "abort\nclosed\n", "250 " MR_OK "501/5.5.4" },
	{ &plain, S(HI MR "BDAT 2\r\na\rBDAT 2 LAST\r\n\nbNOOP\r\n"),
	    MR_LOG "content\nend a\r\nb\n",
	    "250 " MR_OK "250/2.0.0 250/2.0.0 250/2.0.0" },

	/* Too big and with a bare LF, whichever is seen first. */
	{ &plain,
	    S(HI MR "DATA\r\n"
		    "12345678901234567890123456789012345678901234567890\r\n"
		    "12345678901234567890123456789012345678901234567890\r\n"
		    "1\n2\r\n.\r\nNOOP\r\n"),
	    MR_LOG "content\nabort\n", "250 " MR_OK "354 550/5.6.0 250/2.0.0" },

	/* line ends: smuggling */
	{ &plain, S(HI MR "DATA\r\na\n.\nMAIL FROM:<z@x.org>\r\n.\r\nNOOP\r\n"),
	    MR_LOG "content\nabort\n", "250 " MR_OK "354 550/5.6.0 250/2.0.0" },
	{ &plain, S(HI MR "DATA\r\na\r.\rMAIL FROM:<z@x.org>\r\n.\r\nNOOP\r\n"),
	    MR_LOG "content\nabort\n", "250 " MR_OK "354 550/5.6.0 250/2.0.0" },
	{ &plain, S(HI MR "DATA\r\na\n.\r\nNOOP\r\n.\r\nNOOP\r\n"),
	    MR_LOG "content\nabort\n", "250 " MR_OK "354 550/5.6.0 250/2.0.0" },
	{ &plain, S(HI MR "DATA\r\na\r\n.\nNOOP\r\n.\r\nNOOP\r\n"),
	    MR_LOG "content\nabort\n", "250 " MR_OK "354 550/5.6.0 250/2.0.0" },
	{ &plain, S(HI MR "DATA\r\na\r\n.\rNOOP\r\n.\r\nNOOP\r\n"),
	    MR_LOG "content\nabort\n", "250 " MR_OK "354 550/5.6.0 250/2.0.0" },
	{ &plain, S(HI MR "DATA\r\na\r\r\n.\r\nNOOP\r\n"),
	    MR_LOG "content\nabort\n", "250 " MR_OK "354 550/5.6.0 250/2.0.0" },
	{ &plain, S(HI MR "BDAT 4 LAST\r\na\nb\nNOOP\r\n"),
	    MR_LOG "content\nabort\n", "250 " MR_OK "550/5.6.0 250/2.0.0" },
	{ &plain, S(HI MR "BDAT 2 LAST\r\na\rNOOP\r\n"),
	    MR_LOG "content\nabort\n", "250 " MR_OK "550/5.6.0 250/2.0.0" },
	{ &plain, S(HI "NOOP\nMAIL FROM:<z@x.org>\r\nNOOP\r\n"), "",
	    "250 500/5.5.2 250/2.0.0" },
	{ &plain, S("EHLO a\nEHLO b\nEHLO c\nNOOP\nNOOP\n"), "closed\n",
	    "500/5.5.2 500/5.5.2 500/5.5.2 421/4.7.0" },
	{ &plain, S("\nNOOP\r\n\n\r\nNOOP\r\n"), "",
	    "500/5.5.2 500/5.5.2 250/2.0.0" },
	{ &plain, S("NOOP\rNOOP\r\nNO\0OP\r\n"), "", "500/5.5.2 500/5.5.2" },

	/* STARTTLS */
	{ &plain, S(HI "STARTTLS\r\n"), "", "250 502/5.5.1" },
	{ &need_tls, S("STARTTLS\r\n" HI MAIL "STARTTLS now\r\n"), "",
	    "503/5.5.1 250 530/5.7.0 501/5.5.4" },
	{ &need_tls, S(HI "STARTTLS\r\n\1" MAIL HI MR "STARTTLS\r\n"),
	    "tls\n" MR_LOG, "250 220/2.0.0 503/5.5.1 250 " MR_OK "503/5.5.1" },
	{ &need_tls, S(HI "STARTTLS\r\nX"), "tls\nclosed\n",
	    "250 220/2.0.0 421/4.7.0" },
	{ &need_auth, S(HI MR "STARTTLS\r\n" MAIL "QUIT\r\n\1" HI),
	    "tls\nclosed\n", "250 530/5.7.0 503/5.5.1 220/2.0.0 421/4.7.0" },

	/* AUTH */
	{ &plain, S(HI "AUTH PLAIN AHUAcA==\r\n"), "", "250 502/5.5.1" },
	{ &open_auth, S(HI "AUTH PLAIN AHUAcA==\r\nAUTH PLAIN AHUAcA==\r\n" MR),
	    "auth PLAIN\n" MR_LOG, "250 235/2.7.0 503/5.5.1 " MR_OK },
	{ &open_auth, S(HI "auth plain\r\nAHUAcA==\r\n"), "auth plain\n",
	    "250 334 235/2.7.0" },
	{ &open_auth, S(HI "AUTH LOGIN\r\ndQ==\r\ncA==\r\n"), "auth LOGIN\n",
	    "250 334 334 235/2.7.0" },
	{ &open_auth, S(HI "AUTH LOGIN\r\ndQ==\r\ncQ==\r\n"), "auth LOGIN\n",
	    "250 334 334 535/5.7.8" },
	{ &open_auth, S(HI "AUTH PLAIN =\r\n"), "auth PLAIN\n",
	    "250 535/5.7.8" },
	{ &open_auth, S(HI "AUTH PLAIN\r\n*\r\nNOOP\r\n"),
	    "auth PLAIN\ncancelled\n", "250 334 501/5.7.0 250/2.0.0" },
	{ &open_auth, S(HI "AUTH PLAIN\r\n=x\r\nNOOP\r\n"),
	    "auth PLAIN\ncancelled\n", "250 334 501/5.5.2 250/2.0.0" },
	{ &open_auth, S(HI "AUTH PLAIN\r\nAHUAcA==\nAHUAcA==\r\nNOOP\r\n"),
	    "auth PLAIN\ncancelled\n", "250 334 500/5.5.2 250/2.0.0" },
	{ &open_auth,
	    S(HI "AUTH PLAIN A\r\nAUTH NTLM\r\nAUTH\r\nAUTH A B C\r\n"), "",
	    "250 501/5.5.2 504/5.5.4 501/5.5.4 501/5.5.4" },
	{ &open_auth, S("AUTH PLAIN AHUAcA==\r\nHELO c\r\nAUTH PLAIN A\r\n"),
	    "", "503/5.5.1 250 503/5.5.1" },
	{ &open_auth, S(HI MAIL "AUTH PLAIN AHUAcA==\r\n"), "mail <a@x.org>\n",
	    "250 250/2.1.0 503/5.5.1" },
	{ &need_auth, S(HI MAIL "AUTH PLAIN AHUAcA==\r\n"), "",
	    "250 530/5.7.0 538/5.7.11" },
	{ &need_auth,
	    S(HI "STARTTLS\r\n\1" HI MAIL "AUTH PLAIN AHUAcA==\r\n" MR),
	    "tls\nauth PLAIN\n" MR_LOG,
	    "250 220/2.0.0 250 530/5.7.0 235/2.7.0 " MR_OK },
	{ &need_tls, S(HI "AUTH PLAIN AHUAcA==\r\n"), "", "250 530/5.7.0" },

	/* UTF-8 */
	{ &plain,
	    S(HI "MAIL FROM:<\xc3\xa9@x.org> SMTPUTF8\r\n"
		 "RCPT TO:<\xc3\xa8@y.org>\r\n"),
	    "mail <\xc3\xa9@x.org> utf8\nrcpt <\xc3\xa8@y.org>\n",
	    "250 250/2.1.0 250/2.1.5" },
	{ &plain,
	    S(HI "MAIL FROM:<\xc3\xa9@x.org>\r\n" MAIL
		 "RCPT TO:<\xc3\xa8@y.org>\r\n"),
	    "mail <a@x.org>\n", "250 553/5.6.7 250/2.1.0 553/5.6.7" },
};

static void compare(const struct talk *t, const struct player *p)
{
	struct ph_buf codes;
	struct ph_span want = ph_span_trim(ph_span_of(t->codes));

	ph_buf_init(&codes, 1 << 16);
	player_codes(p, &codes);
	check_str(ph_buf_str(&p->log), t->log);
	if (!ph_span_eq(ph_buf_span(&codes), want))
		check_str(ph_buf_str(&codes), t->codes);
	ph_buf_release(&codes);
}

static void play(const struct talk *t, size_t first, size_t step)
{
	struct player p;

	player_init(&p, t->options);
	player_feed(&p, t->in, first, step);
	compare(t, &p);
	player_release(&p);
}

static void test_talks(void)
{
	for (size_t i = 0; i < PH_COUNT(talks); i++) {
		const struct talk *t = &talks[i];

		check_case("talk", i);
		play(t, t->in.len, t->in.len);
		for (size_t step = 1; step < 8; step++)
			play(t, step, step);
		for (size_t cut = 1; cut < t->in.len; cut++)
			play(t, cut, t->in.len);
	}
	check_case(NULL, 0);
}

/* len octets of a command, then CRLF and another. */
static void play_long(const struct ph_smtpd_options *opt, const char *start,
    size_t len, const char *codes)
{
	struct ph_buf in, got;
	struct player p;

	ph_buf_init(&in, 1 << 22);
	ph_buf_init(&got, 1 << 16);
	check(ph_buf_append_str(&in, start) == PH_OK);
	while (in.len < len)
		check(ph_buf_append_char(&in, 'A') == PH_OK);
	check(ph_buf_append_str(&in, "\r\nNOOP\r\n") == PH_OK);
	for (size_t step = 1; step <= 100000; step *= 10) {
		player_init(&p, opt);
		player_feed(&p, ph_buf_span(&in), step, step);
		ph_buf_clear(&got);
		player_codes(&p, &got);
		check_str(ph_buf_str(&got), codes);
		player_release(&p);
	}
	ph_buf_release(&in);
	ph_buf_release(&got);
}

static void test_long_lines(void)
{
	play_long(&plain, "NOOP ", 4094, "250/2.0.0 250/2.0.0");
	play_long(&plain, "NOOP ", 4095, "500/5.5.2 250/2.0.0");
	play_long(&plain, "NOOP ", 900000, "500/5.5.2 250/2.0.0");
	play_long(&plain, "NOOP ", 1100000, "421/4.7.0");
	play_long(
	    &open_auth, HI "AUTH PLAIN ", 12288, "250 535/5.7.8 250/2.0.0");
	play_long(&open_auth, HI "AUTH PLAIN ", 12288 + 100,
	    "250 500/5.5.2 250/2.0.0");
	play_long(&open_auth, HI "AUTH PLAIN\r\n", 12313,
	    "250 334 535/5.7.8 250/2.0.0");
	play_long(&open_auth, HI "AUTH PLAIN\r\n", 20000,
	    "250 334 500/5.5.6 250/2.0.0");
}

static void test_deadlines(void)
{
	struct player p;
	const ph_msec minutes = 60000;

	player_init(&p, &plain);
	check_int(ph_smtpd_deadline(p.session), 1000 + 5 * minutes);
	/* Half a command moves nothing: a slow client cannot stay for ever. */
	p.now += minutes;
	player_feed(&p, PH_SPAN("NO"), 10, 10);
	check_int(ph_smtpd_deadline(p.session), 1000 + 5 * minutes);
	player_feed(&p, PH_SPAN("OP\r\n" HI MR "DATA\r\n"), 99, 99);
	check_int(ph_smtpd_deadline(p.session), p.now + 5 * minutes);
	p.now += 4 * minutes;
	player_feed(&p, PH_SPAN("x"), 99, 99);
	check_int(ph_smtpd_deadline(p.session), p.now + 5 * minutes);
	ph_smtpd_tick(p.session, p.now + 5 * minutes - 1);
	check(!p.closed);
	ph_smtpd_tick(p.session, p.now + 5 * minutes);
	player_feed(&p, PH_SPAN("more"), 99, 99);
	check(p.closed);
	check_int(ph_smtpd_deadline(p.session), PH_NEVER);
	check_str(ph_buf_str(&p.log), MR_LOG "content\nabort\nclosed\n");
	check(strstr(ph_buf_str(&p.out), "\r\n421 4.4.2 ") != NULL);
	player_release(&p);
}

static void test_shutdown(void)
{
	struct player p;
	struct ph_buf codes;

	ph_buf_init(&codes, 1000);
	/* Content on its way is still taken. */
	player_init(&p, &plain);
	player_feed(&p, PH_SPAN(HI MR "DATA\r\nx"), 99, 99);
	ph_smtpd_shutdown(p.session, p.now);
	player_feed(&p, PH_SPAN("\r\n.\r\n" MAIL), 99, 99);
	player_codes(&p, &codes);
	check_str(ph_buf_str(&codes), "250 " MR_OK "354 250/2.0.0 421/4.3.2");
	check_str(ph_buf_str(&p.log), MR_LOG "content\nend x\r\n\nclosed\n");
	player_release(&p);

	player_init(&p, &plain);
	player_feed(&p, PH_SPAN(HI MR), 99, 99);
	ph_smtpd_shutdown(p.session, p.now);
	player_feed(&p, PH_SPAN(""), 1, 1);
	ph_buf_clear(&codes);
	player_codes(&p, &codes);
	check_str(ph_buf_str(&codes), "250 " MR_OK "421/4.3.2");
	check_str(ph_buf_str(&p.log), MR_LOG "abort\nclosed\n");
	player_release(&p);
	ph_buf_release(&codes);
}

static void test_lost(void)
{
	struct player p;

	player_init(&p, &plain);
	player_feed(&p, PH_SPAN(HI MR "DATA\r\nx\r\n.\r"), 99, 99);
	ph_smtpd_lost(p.session, p.now);
	ph_smtpd_lost(p.session, p.now);
	player_feed(&p, PH_SPAN("\n"), 99, 99);
	check_str(ph_buf_str(&p.log), MR_LOG "content\nabort\nclosed\n");
	player_release(&p);
}

/* Nothing is taken while the caller owes an answer. */
static void test_turns(void)
{
	struct ph_smtpd_options opt = plain;
	struct ph_smtpd *s = NULL;
	struct ph_smtpd_event ev;
	struct ph_span in = PH_SPAN(HI MAIL "RSET\r\n");

	check(ph_smtpd_new(&opt, 0, &s) == PH_OK);
	check(ph_smtpd_answer(s, 0, 250, NULL, "OK") == PH_EINVAL);
	check(ph_smtpd_tls_done(s, 0) == PH_EINVAL);
	check(ph_smtpd_auth_challenge(s, 0, PH_SPAN("")) == PH_EINVAL);
	check(ph_smtpd_auth_done(s, 0, PH_SMTPD_AUTH_OK) == PH_EINVAL);
	check(ph_smtpd_receive(s, 0, &in) == PH_OK);
	check_int(in.len, 6);
	check_int(ph_smtpd_deadline(s), PH_NEVER);
	check(ph_smtpd_next_event(s, &ev) && ev.type == PH_SMTPD_MAIL);
	check(ph_smtpd_receive(s, 0, &in) == PH_OK);
	check_int(in.len, 6);
	check(ph_smtpd_answer(s, 0, 99, NULL, "OK") == PH_EINVAL);
	check(ph_smtpd_answer(s, 0, 250, "2.1", "OK") == PH_EINVAL);
	check(ph_smtpd_answer(s, 0, 250, "2.1.0", "a\r\nb") == PH_EINVAL);
	check(ph_smtpd_answer(s, 0, 250, "2.1.0", "OK") == PH_OK);
	check(ph_smtpd_receive(s, 0, &in) == PH_OK);
	check_int(in.len, 0);
	check(ph_smtpd_next_event(s, &ev) && ev.type == PH_SMTPD_ABORT);
	check(!ph_smtpd_next_event(s, &ev));
	ph_smtpd_free(s);

	opt.hostname = PH_SPAN("not a name");
	check(ph_smtpd_new(&opt, 0, &s) == PH_EINVAL);
	opt.hostname = PH_SPAN("");
	check(ph_smtpd_new(&opt, 0, &s) == PH_EINVAL);
	opt.hostname = PH_SPAN("mx.test");
	opt.mechanisms_tls = PH_SPAN("PLAIN\r\nLOGIN");
	check(ph_smtpd_new(&opt, 0, &s) == PH_EINVAL);
	ph_smtpd_free(NULL);
}

/* A client that never reads: what we say stays bounded. */
static void test_output_is_bounded(void)
{
	struct ph_smtpd *s = NULL;
	struct ph_buf lines;

	check(ph_smtpd_new(&plain, 0, &s) == PH_OK);
	ph_buf_init(&lines, 1 << 20);
	for (size_t i = 0; i < 100000; i++)
		check(ph_buf_append_str(&lines, "HELP\r\n") == PH_OK);

	struct ph_span in = ph_buf_span(&lines);

	check(ph_smtpd_receive(s, 0, &in) == PH_OK);
	check(in.len > 0);
	check(ph_smtpd_pending(s).len < PH_SMTPD_OUT_MAX + 1024);
	ph_smtpd_sent(s, 1000);
	check(ph_smtpd_receive(s, 0, &in) == PH_OK);
	check(ph_smtpd_pending(s).len < PH_SMTPD_OUT_MAX + 1024);
	ph_buf_release(&lines);
	ph_smtpd_free(s);
}

/* Every line a dot: many events, all in order. */
static void test_many_events(void)
{
	struct player p;
	struct ph_buf in;
	struct ph_smtpd_options opt = plain;

	opt.size_max = 0;
	player_init(&p, &opt);
	ph_buf_init(&in, 1 << 20);
	check(ph_buf_append_str(&in, HI MR "DATA\r\n") == PH_OK);
	for (size_t i = 0; i < 5000; i++)
		check(ph_buf_append_str(&in, "..\r\n") == PH_OK);
	check(ph_buf_append_str(&in, ".\r\nQUIT\r\n") == PH_OK);
	player_feed(&p, ph_buf_span(&in), in.len, in.len);
	check_int(p.body.len, 5000 * 3);
	check(memcmp(p.body.ptr, ".\r\n.\r\n.\r\n", 9) == 0);
	check(p.closed);
	ph_buf_release(&in);
	player_release(&p);
}

/* A whole conversation in which an allocation fails: it says so, or ends. */
static enum ph_err converse(void *ctx)
{
	const struct talk *talk = ctx;
	struct ph_smtpd_event ev;
	struct ph_smtpd *s = NULL;
	struct ph_span in = talk->in;
	enum ph_err err = ph_smtpd_new(talk->options, 0, &s);

	while (err == PH_OK && in.len > 0) {
		/* Octet by octet, so that lines are collected. */
		struct ph_span one = ph_span_first(in, 1);

		err = ph_smtpd_receive(s, 0, &one);
		while (err == PH_OK && ph_smtpd_next_event(s, &ev)) {
			if (ev.type == PH_SMTPD_MAIL ||
			    ev.type == PH_SMTPD_RCPT ||
			    ev.type == PH_SMTPD_END) {
				err = ph_smtpd_answer(s, 0, 250, NULL, "OK");
			} else if (ev.type == PH_SMTPD_CONTENT) {
				err = ph_smtpd_answer(s, 0, 452, NULL, "Full");
			} else if (ev.type == PH_SMTPD_AUTH) {
				err =
				    ph_smtpd_auth_challenge(s, 0, PH_SPAN("x"));
			} else if (ev.type == PH_SMTPD_AUTH_RESPONSE) {
				err =
				    ph_smtpd_auth_done(s, 0, PH_SMTPD_AUTH_OK);
			}
		}
		in = ph_span_skip(in, 1);
	}
	ph_smtpd_free(s);
	return err;
}

static enum ph_err make(void *ctx)
{
	struct ph_smtpd *s = NULL;
	enum ph_err err = ph_smtpd_new(ctx, 0, &s);

	ph_smtpd_free(s);
	return err;
}

static void test_no_memory(void)
{
	struct ph_smtpd_options opt = open_auth;

	check(failalloc_run(make, &opt) > 0);
	for (size_t i = 0; i < PH_COUNT(talks); i++) {
		struct talk talk = talks[i];

		check_case("no memory", i);
		(void)failalloc_run_any(converse, &talk);
	}
	check_case(NULL, 0);
}

int main(void)
{
	test_talks();
	test_long_lines();
	test_deadlines();
	test_shutdown();
	test_lost();
	test_turns();
	test_output_is_bounded();
	test_many_events();
	test_no_memory();
	return check_end();
}
