#include "check.h"
#include "smtp/command.h"

#include <stdio.h>
#include <stdlib.h>

static struct ph_buf out;

/* What was written since the last call; NULL after an error, and then nothing
   may have been. */
static const char *took(enum ph_err err)
{
	static char text[4096];

	if (err != PH_OK) {
		check_int(out.len, 0);
		return NULL;
	}
	(void)snprintf(text, sizeof(text), "%s", ph_buf_str(&out));
	ph_buf_clear(&out);
	return text;
}

static void test_plain(void)
{
	static const char *const want[] = { "STARTTLS\r\n", "DATA\r\n",
		"RSET\r\n", "NOOP\r\n", "QUIT\r\n", ".\r\n", "*\r\n" };

	for (size_t i = 0; i < PH_COUNT(want); i++) {
		check_str(
		    took(ph_command_write(&out, (enum ph_command)i)), want[i]);
	}
	check_str(took(ph_command_bdat(&out, 0, true)), "BDAT 0 LAST\r\n");
	check_str(took(ph_command_bdat(&out, 65536, false)), "BDAT 65536\r\n");
}

static void test_helo(void)
{
	static const struct ph_span bad[] = { PH_SPAN_INIT(""),
		PH_SPAN_INIT("a b"), PH_SPAN_INIT("a\r"), PH_SPAN_INIT("a\nb"),
		PH_SPAN_INIT("a\0b"), PH_SPAN_INIT("<a"), PH_SPAN_INIT("a>"),
		PH_SPAN_INIT("\x7f"), PH_SPAN_INIT("\xc3\xa9.org") };

	check_str(took(ph_command_ehlo(&out, PH_SPAN("[192.0.2.1]"))),
	    "EHLO [192.0.2.1]\r\n");
	check_str(took(ph_command_helo(&out, PH_SPAN("a.example"))),
	    "HELO a.example\r\n");
	for (size_t i = 0; i < PH_COUNT(bad); i++) {
		check_case("helo", i);
		check_int(ph_command_ehlo(&out, bad[i]), PH_EINVAL);
		check_int(ph_command_helo(&out, bad[i]), PH_EINVAL);
		check_int(out.len, 0);
	}

	char name[256];
	memset(name, 'a', sizeof(name));
	check(ph_command_is_helo((struct ph_span){ name, 255 }));
	check(!ph_command_is_helo((struct ph_span){ name, 256 }));
}

static const char *auth(
    const char *mechanism, const struct ph_span *initial, enum ph_err want)
{
	enum ph_err err = ph_command_auth(&out, ph_span_of(mechanism), initial);

	check_int(err, want);
	return took(err);
}

static void test_auth(void)
{
	static const char zeros[400];
	struct ph_span empty = { NULL, 0 };
	struct ph_span plain = PH_SPAN("\0u\0p");

	check_str(auth("CRAM-MD5", NULL, PH_OK), "AUTH CRAM-MD5\r\n");
	check_str(auth("PLAIN", &plain, PH_OK), "AUTH PLAIN AHUAcA==\r\n");
	check_str(auth("EXTERNAL", &empty, PH_OK), "AUTH EXTERNAL =\r\n");
	(void)auth("", NULL, PH_EINVAL);
	(void)auth("A B", NULL, PH_EINVAL);
	(void)auth("A\r\nRSET", NULL, PH_EINVAL);
	(void)auth("ABCDEFGHIJKLMNOPQRSTU", NULL, PH_EINVAL);

	/* "AUTH X " and CRLF leave 503: 125 groups of four are the most. */
	struct ph_span most = { zeros, 125 * 3 };
	struct ph_span over = { zeros, 125 * 3 + 1 };
	const char *line = auth("X", &most, PH_OK);
	check_int(strlen(line), 509);
	(void)auth("X", &over, PH_ETOOBIG);
	/* No trace of it is left behind the end. */
	check_int(out.ptr[7], 0);

	check_str(took(ph_command_auth_response(&out, PH_SPAN("secret"))),
	    "c2VjcmV0\r\n");
	check_str(took(ph_command_auth_response(&out, empty)), "\r\n");
}

static const struct {
	struct ph_command_mail mail;
	const char *want;
} mails[] = {
	{ { .sender = PH_SPAN_INIT("") }, "MAIL FROM:<>\r\n" },
	{ { .sender = PH_SPAN_INIT("a@b.org") }, "MAIL FROM:<a@b.org>\r\n" },
	{ { .sender = PH_SPAN_INIT("a@b.org"), .has_size = true },
	    "MAIL FROM:<a@b.org> SIZE=0\r\n" },
	{ { .sender = PH_SPAN_INIT("a@b.org"),
	      .has_size = true,
	      .size = 1234,
	      .eight_bit = true,
	      .utf8 = true,
	      .ret = PH_RET_FULL,
	      .envid = PH_SPAN_INIT("a+b=c d") },
	    "MAIL FROM:<a@b.org> SIZE=1234 BODY=8BITMIME SMTPUTF8 RET=FULL "
	    "ENVID=a+2Bb+3Dc+20d\r\n" },
	{ { .sender = PH_SPAN_INIT("a@b.org"), .ret = PH_RET_HDRS },
	    "MAIL FROM:<a@b.org> RET=HDRS\r\n" },
	{ { .sender = PH_SPAN_INIT("\xc3\xa9@b.org"), .utf8 = true },
	    "MAIL FROM:<\xc3\xa9@b.org> SMTPUTF8\r\n" },
	{ { .sender = PH_SPAN_INIT("\xc3\xa9@b.org") }, NULL },
	{ { .sender = PH_SPAN_INIT("\xff@b.org"), .utf8 = true }, NULL },
	{ { .sender = PH_SPAN_INIT("a@b.org\r\nRSET") }, NULL },
	{ { .sender = PH_SPAN_INIT("a@b.org> SIZE=1") }, NULL },
	{ { .envid = PH_SPAN_INIT("a\nb") }, NULL },
};

static void test_mail(void)
{
	for (size_t i = 0; i < PH_COUNT(mails); i++) {
		check_case("mail", i);
		const char *line = took(ph_command_mail(&out, &mails[i].mail));
		if (mails[i].want == NULL) {
			check(line == NULL);
		} else {
			check_str(line, mails[i].want);
		}
	}
}

static const struct {
	struct ph_span text;
	bool good;
} addresses[] = {
	{ PH_SPAN_INIT("a@b"), true },
	{ PH_SPAN_INIT("postmaster"), true },
	{ PH_SPAN_INIT("a@[192.0.2.1]"), true },
	{ PH_SPAN_INIT("\"a b\"@c"), true },
	{ PH_SPAN_INIT("\"a>b\"@c"), true },
	{ PH_SPAN_INIT("\"a\\\"b\"@c"), true },
	{ PH_SPAN_INIT("\"a\\\\\"@c"), true },
	{ PH_SPAN_INIT("\xc3\xa9@c"), true },
	{ PH_SPAN_INIT(""), false },
	{ PH_SPAN_INIT("a b@c"), false },
	{ PH_SPAN_INIT("<a@b"), false },
	{ PH_SPAN_INIT("a@b>"), false },
	{ PH_SPAN_INIT("\"a@b"), false },
	{ PH_SPAN_INIT("\"a\\\"@b"), false },
	{ PH_SPAN_INIT("\"a\"b\"@c"), false },
	{ PH_SPAN_INIT("\"a\\\\\" b\"@c"), false },
	{ PH_SPAN_INIT("\"a\\\"@c> X"), false },
	{ PH_SPAN_INIT("a\\ b@c"), false },
	{ PH_SPAN_INIT("a@b\r"), false },
	{ PH_SPAN_INIT("a@b\n"), false },
	{ PH_SPAN_INIT("a\0@b"), false },
	{ PH_SPAN_INIT("\"a\r\n\"@b"), false },
	{ PH_SPAN_INIT("\"a\\\n\"@b"), false },
	{ PH_SPAN_INIT("\"a\\"), false },
	{ PH_SPAN_INIT("a\t@b"), false },
	{ PH_SPAN_INIT("a\x7f@b"), false },
	{ PH_SPAN_INIT("\xc3@b"), false },
};

static void test_address(void)
{
	char text[1002];

	for (size_t i = 0; i < PH_COUNT(addresses); i++) {
		struct ph_envelope_rcpt rcpt = { .address = addresses[i].text };

		check_case("address", i);
		check_int(ph_command_is_address(addresses[i].text),
		    addresses[i].good);
		check_int(ph_command_rcpt(&out, &rcpt, false, true) == PH_OK,
		    addresses[i].good);
		ph_buf_clear(&out);
	}
	memset(text, 'a', sizeof(text));
	check(ph_command_is_address((struct ph_span){ text, 1000 }));
	check(!ph_command_is_address((struct ph_span){ text, 1001 }));
}

#define RCPT(...)                             \
 {                                            \
  .address = PH_SPAN_INIT("x@y"), __VA_ARGS__ \
 }

static const struct {
	struct ph_envelope_rcpt rcpt;
	const char *want; /* with DSN */
} rcpts[] = {
	{ RCPT(), "RCPT TO:<x@y>\r\n" },
	{ RCPT(.notify = PH_NOTIFY_NEVER), "RCPT TO:<x@y> NOTIFY=NEVER\r\n" },
	{ RCPT(.notify =
		   PH_NOTIFY_DELAY | PH_NOTIFY_SUCCESS | PH_NOTIFY_FAILURE),
	    "RCPT TO:<x@y> NOTIFY=SUCCESS,FAILURE,DELAY\r\n" },
	{ RCPT(.notify = PH_NOTIFY_NEVER | PH_NOTIFY_DELAY), NULL },
	{ RCPT(.orcpt = PH_SPAN_INIT("a+b=c@d")),
	    "RCPT TO:<x@y> ORCPT=rfc822;a+2Bb+3Dc@d\r\n" },
	{ RCPT(.notify = PH_NOTIFY_FAILURE, .orcpt = PH_SPAN_INIT("\"a b\"@d")),
	    "RCPT TO:<x@y> NOTIFY=FAILURE ORCPT=rfc822;\"a+20b\"@d\r\n" },
	{ RCPT(.orcpt = PH_SPAN_INIT("\xc3\xa9+\\@d")),
	    "RCPT TO:<x@y> ORCPT=utf-8;\\x{E9}\\x{2B}\\x{5C}@d\r\n" },
	{ RCPT(.orcpt = PH_SPAN_INIT("\xff@d")), NULL },
	{ RCPT(.orcpt = PH_SPAN_INIT("a\r\n@d")), NULL },
};

static void test_rcpt(void)
{
	for (size_t i = 0; i < PH_COUNT(rcpts); i++) {
		const struct ph_envelope_rcpt *rcpt = &rcpts[i].rcpt;

		check_case("rcpt", i);
		const char *line =
		    took(ph_command_rcpt(&out, rcpt, true, false));
		if (rcpts[i].want == NULL) {
			check(line == NULL);
		} else {
			check_str(line, rcpts[i].want);
		}
		/* Without DSN none of it is sent. */
		check_str(took(ph_command_rcpt(&out, rcpt, false, false)),
		    "RCPT TO:<x@y>\r\n");
	}

	struct ph_envelope_rcpt none = { .address = PH_SPAN("") };
	check_int(ph_command_rcpt(&out, &none, false, true), PH_EINVAL);
	struct ph_envelope_rcpt utf8 = { .address = PH_SPAN("\xc3\xa9@y") };
	check_int(ph_command_rcpt(&out, &utf8, false, false), PH_EINVAL);
	check_int(out.len, 0);
}

static void test_lengths(void)
{
	char text[600];

	memset(text, 'a', sizeof(text));
	check(ph_command_is_envid((struct ph_span){ text, 100 }));
	check(!ph_command_is_envid((struct ph_span){ text, 101 }));
	check(ph_command_is_orcpt((struct ph_span){ text, 500 }));
	check(!ph_command_is_orcpt((struct ph_span){ text, 501 }));
	/* It is the encoded length that counts. */
	memset(text, '+', sizeof(text));
	check(ph_command_is_envid((struct ph_span){ text, 33 }));
	check(!ph_command_is_envid((struct ph_span){ text, 34 }));
	check(ph_command_is_envid((struct ph_span){ NULL, 0 }));
}

/* Wherever the buffer ends, an unfinished line leaves nothing. */
static void test_limit(void)
{
	struct ph_command_mail mail = { .sender = PH_SPAN("a@b.org"),
		.has_size = true,
		.envid = PH_SPAN("e f") };

	for (size_t max = 0; max < 60; max++) {
		struct ph_buf b;

		check_case("limit", max);
		ph_buf_init(&b, max);
		enum ph_err err = ph_command_mail(&b, &mail);
		check_int(err, max < 40 ? PH_ETOOBIG : PH_OK);
		check_int(b.len, max < 40 ? 0 : 40);
		ph_buf_release(&b);
	}
}

int main(void)
{
	ph_buf_init(&out, 4096);
	test_plain();
	test_helo();
	test_auth();
	test_mail();
	test_address();
	test_rcpt();
	test_lengths();
	test_limit();
	ph_buf_release(&out);
	return check_end();
}
