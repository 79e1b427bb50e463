#include "smtpd/command.h"

#include "base/buf.h"
#include "check.h"

#include <stdlib.h>

static const struct {
	const char *line;
	enum ph_smtpd_verb verb;
	uint16_t code; /* of the refusal, or 0 */
	const char *argument;
} simple[] = {
	{ "EHLO a", PH_VERB_EHLO, 0, "a" },
	{ "ehlo a.b", PH_VERB_EHLO, 0, "a.b" },
	{ "EhLo  a\t ", PH_VERB_EHLO, 0, "a" },
	{ "HELO my_host", PH_VERB_HELO, 0, "my_host" },
	{ "EHLO [192.0.2.1]", PH_VERB_EHLO, 0, "[192.0.2.1]" },
	{ "EHLO [IPv6:::1]", PH_VERB_EHLO, 0, "[IPv6:::1]" },
	{ "EHLO \xc3\xa9.org", PH_VERB_EHLO, 0, "\xc3\xa9.org" },
	{ "EHLO", PH_VERB_EHLO, 501, NULL },
	{ "EHLO ", PH_VERB_EHLO, 501, NULL },
	{ "EHLO a b", PH_VERB_EHLO, 501, NULL },
	{ "EHLO <a>", PH_VERB_EHLO, 501, NULL },
	{ "EHLO [x]", PH_VERB_EHLO, 501, NULL },
	{ "EHLO \xc3", PH_VERB_EHLO, 501, NULL },
	{ "DATA", PH_VERB_DATA, 0, "" },
	{ "DATA ", PH_VERB_DATA, 0, "" },
	{ "DATA x", PH_VERB_DATA, 501, NULL },
	{ "RSET", PH_VERB_RSET, 0, "" },
	{ "RSET x", PH_VERB_RSET, 501, NULL },
	{ "QUIT", PH_VERB_QUIT, 0, "" },
	{ "QUIT now", PH_VERB_QUIT, 501, NULL },
	{ "STARTTLS", PH_VERB_STARTTLS, 0, "" },
	{ "STARTTLS x", PH_VERB_STARTTLS, 501, NULL },
	{ "NOOP", PH_VERB_NOOP, 0, "" },
	{ "NOOP x y", PH_VERB_NOOP, 0, "x y" },
	{ "HELP", PH_VERB_HELP, 0, "" },
	{ "VRFY x", PH_VERB_VRFY, 0, "x" },
	{ "VRFY", PH_VERB_VRFY, 501, NULL },
	{ "EXPN x", PH_VERB_EXPN, 0, "x" },
	{ "EXPN", PH_VERB_EXPN, 501, NULL },
	{ "GET / HTTP/1.1", PH_VERB_FOREIGN, 0, "/ HTTP/1.1" },
	{ "post / HTTP/1.1", PH_VERB_FOREIGN, 0, "/ HTTP/1.1" },
	{ "", PH_VERB_UNKNOWN, 500, NULL },
	{ " NOOP", PH_VERB_UNKNOWN, 500, NULL },
	{ "NOOPX", PH_VERB_UNKNOWN, 500, NULL },
	{ "NOO", PH_VERB_UNKNOWN, 500, NULL },
	{ "NOOP\tx", PH_VERB_UNKNOWN, 500, NULL },
	{ "TURN", PH_VERB_UNKNOWN, 500, NULL },
	{ "NOOP a\rb", PH_VERB_NOOP, 500, NULL },
	{ "NOOP a\x01", PH_VERB_NOOP, 500, NULL },
	{ "AUTH PLAIN", PH_VERB_AUTH, 0, "PLAIN" },
	{ "AUTH", PH_VERB_AUTH, 501, NULL },
	{ "AUTH A B C", PH_VERB_AUTH, 501, NULL },
};

/* In memory of its own, so that a sanitizer sees what reads beyond it. */
static enum ph_err parse(
    struct ph_span line, struct ph_smtpd_command *c, uint16_t *code)
{
	static char *copy;
	const struct ph_smtpd_reply *refusal = NULL;

	free(copy);
	copy = malloc(line.len + 1);
	if (copy == NULL)
		abort();
	if (line.len > 0)
		memcpy(copy, line.ptr, line.len);
	/* What an earlier line left must not show. */
	memset(c, 0x5a, sizeof(*c));

	enum ph_err err = ph_smtpd_command_parse(
	    (struct ph_span){ copy, line.len }, c, &refusal);

	check((err == PH_OK) == (refusal == NULL));
	check(refusal == NULL || ph_smtpd_reply_fits(refusal));
	*code = refusal == NULL ? 0 : refusal->code;
	return err;
}

static void test_simple(void)
{
	static struct ph_smtpd_command c;

	for (size_t i = 0; i < PH_COUNT(simple); i++) {
		uint16_t code = 1;
		enum ph_err err = parse(ph_span_of(simple[i].line), &c, &code);

		check_case("simple", i);
		check_int(c.verb, simple[i].verb);
		check_int(code, simple[i].code);
		check_int(err, simple[i].code == 0 ? PH_OK : PH_EPROTO);
		if (simple[i].argument != NULL) {
			check(ph_span_eq(
			    c.argument, ph_span_of(simple[i].argument)));
		}
	}
	check_case(NULL, 0);
}

static const struct {
	const char *line;
	unsigned code;
	const char *sender;
	uint64_t size;
	bool eight_bit, utf8, extended;
	const char *ret, *envid;
} mails[] = {
	{ "MAIL FROM:<a@b>", 0, "a@b", 0, false, false, false, "", "" },
	{ "MAIL FROM:<>", 0, "", 0, false, false, false, "", "" },
	{ "mail from:  <a@b>", 0, "a@b", 0, false, false, false, "", "" },
	{ "MAIL FROM:<a@b> SIZE=12", 0, "a@b", 12, false, false, true, "", "" },
	{ "MAIL FROM:<a@b>  size=0  ", 0, "a@b", 0, false, false, true, "",
	    "" },
	{ "MAIL FROM:<a@b> SIZE=18446744073709551615", 0, "a@b", UINT64_MAX,
	    false, false, true, "", "" },
	{ "MAIL FROM:<a@b> BODY=8bitmime SMTPUTF8", 0, "a@b", 0, true, true,
	    true, "", "" },
	{ "MAIL FROM:<a@b> BODY=7BIT RET=full ENVID=x+2B+3Dy", 0, "a@b", 0,
	    false, false, true, "FULL", "x+=y" },
	{ "MAIL FROM:<a@b> RET=HDRS AUTH=<>", 0, "a@b", 0, false, false, true,
	    "HDRS", "" },
	{ "MAIL FROM:<a@b> AUTH=c+40d", 0, "a@b", 0, false, false, true, "",
	    "" },
	{ "MAIL FROM:<\xc3\xa9@b> SMTPUTF8", 0, "\xc3\xa9@b", 0, false, true,
	    true, "", "" },
	{ .line = "MAIL", .code = 501 },
	{ .line = "MAIL <a@b>", .code = 501 },
	{ .line = "MAIL FROM", .code = 501 },
	{ .line = "MAIL FROM <a@b>", .code = 501 },
	{ .line = "MAIL FROM :<a@b>", .code = 501 },
	{ .line = "MAIL TO:<a@b>", .code = 501 },
	{ .line = "MAIL FROM:", .code = 501 },
	{ .line = "MAIL FROM:a@b", .code = 501 },
	{ .line = "MAIL FROM:<a@b>SIZE=1", .code = 501 },
	{ .line = "MAIL FROM:<a@b>\tSIZE=1", .code = 500 },
	{ .line = "MAIL FROM:<\xc3\xa9@b>", .code = 553 },
	{ .line = "MAIL FROM:<a@b> SIZE", .code = 501 },
	{ .line = "MAIL FROM:<a@b> SIZE=", .code = 501 },
	{ .line = "MAIL FROM:<a@b> SIZE=x", .code = 501 },
	{ .line = "MAIL FROM:<a@b> SIZE=-1", .code = 501 },
	{ .line = "MAIL FROM:<a@b> SIZE=18446744073709551616", .code = 501 },
	{ .line = "MAIL FROM:<a@b> SIZE=000000000000000000001", .code = 501 },
	{ .line = "MAIL FROM:<a@b> SIZE=1 SIZE=1", .code = 501 },
	{ .line = "MAIL FROM:<a@b> BODY", .code = 501 },
	{ .line = "MAIL FROM:<a@b> BODY=BINARYMIME", .code = 501 },
	{ .line = "MAIL FROM:<a@b> SMTPUTF8=yes", .code = 501 },
	{ .line = "MAIL FROM:<a@b> SMTPUTF8=", .code = 501 },
	{ .line = "MAIL FROM:<a@b> RET=ALL", .code = 501 },
	{ .line = "MAIL FROM:<a@b> RET", .code = 501 },
	{ .line = "MAIL FROM:<a@b> ENVID=", .code = 501 },
	{ .line = "MAIL FROM:<a@b> ENVID=a+", .code = 501 },
	{ .line = "MAIL FROM:<a@b> ENVID=a+4", .code = 501 },
	{ .line = "MAIL FROM:<a@b> ENVID=a+4g", .code = 501 },
	{ .line = "MAIL FROM:<a@b> ENVID=a+2b", .code = 501 },
	{ .line = "MAIL FROM:<a@b> ENVID=a=b", .code = 501 },
	{ .line = "MAIL FROM:<a@b> ENVID=a+0D+0Ab", .code = 501 },
	{ .line = "MAIL FROM:<a@b> ENVID=+C3+A9", .code = 501 },
	{ .line = "MAIL FROM:<a@b> AUTH=", .code = 501 },
	{ .line = "MAIL FROM:<a@b> AUTH=+", .code = 501 },
	{ .line = "MAIL FROM:<a@b> NOTIFY=NEVER", .code = 555 },
	{ .line = "MAIL FROM:<a@b> XYZ", .code = 555 },
	{ .line = "MAIL FROM:<a@b> X-Y=z", .code = 555 },
	{ .line = "MAIL FROM:<a@b> -X", .code = 501 },
	{ .line = "MAIL FROM:<a@b> =x", .code = 501 },
	{ .line = "MAIL FROM:<a@b> a_b", .code = 501 },
	{ .line = "MAIL FROM:<a@b> <c@d>", .code = 501 },
};

static void test_mails(void)
{
	static struct ph_smtpd_command c;

	for (size_t i = 0; i < PH_COUNT(mails); i++) {
		uint16_t code = 1;
		enum ph_err err = parse(ph_span_of(mails[i].line), &c, &code);

		check_case("mail", i);
		check_int(c.verb, PH_VERB_MAIL);
		check_int(code, mails[i].code);
		if (err != PH_OK)
			continue;
		check(ph_span_eq(c.mail.sender, ph_span_of(mails[i].sender)));
		check(c.mail.size == mails[i].size);
		check_int(c.mail.eight_bit, mails[i].eight_bit);
		check_int(c.mail.utf8, mails[i].utf8);
		check_int(c.extended, mails[i].extended);
		check(ph_span_eq(c.mail.ret, ph_span_of(mails[i].ret)));
		check(ph_span_eq(c.mail.envid, ph_span_of(mails[i].envid)));
	}
	check_case(NULL, 0);
}

static const struct {
	const char *line;
	uint16_t code;
	const char *address, *notify, *orcpt;
} rcpts[] = {
	{ "RCPT TO:<a@b>", 0, "a@b", "", "" },
	{ "rcpt to: <Postmaster>", 0, "Postmaster", "", "" },
	{ "RCPT TO:<a@b> NOTIFY=never", 0, "a@b", "never", "" },
	{ "RCPT TO:<a@b> NOTIFY=SUCCESS,DELAY,failure", 0, "a@b",
	    "SUCCESS,DELAY,failure", "" },
	{ "RCPT TO:<a@b> ORCPT=rfc822;c+2Bd@e NOTIFY=DELAY", 0, "a@b", "DELAY",
	    "rfc822;c+d@e" },
	{ "RCPT TO:<a@b> ORCPT=utf-8;\xc3\xa9@e", 0, "a@b", "",
	    "utf-8;\xc3\xa9@e" },
	{ "RCPT", 501, NULL, NULL, NULL },
	{ "RCPT TO", 501, NULL, NULL, NULL },
	{ "RCPT FROM:<a@b>", 501, NULL, NULL, NULL },
	{ "RCPT TO:<>", 501, NULL, NULL, NULL },
	{ "RCPT TO:<a>", 501, NULL, NULL, NULL },
	{ "RCPT TO:a@b", 501, NULL, NULL, NULL },
	{ "RCPT TO:<a@b>x", 501, NULL, NULL, NULL },
	{ "RCPT TO:<a@b> SIZE=1", 555, NULL, NULL, NULL },
	{ "RCPT TO:<a@b> NOTIFY", 501, NULL, NULL, NULL },
	{ "RCPT TO:<a@b> NOTIFY=", 501, NULL, NULL, NULL },
	{ "RCPT TO:<a@b> NOTIFY=NEVER,DELAY", 501, NULL, NULL, NULL },
	{ "RCPT TO:<a@b> NOTIFY=DELAY,", 501, NULL, NULL, NULL },
	{ "RCPT TO:<a@b> NOTIFY=often", 501, NULL, NULL, NULL },
	{ "RCPT TO:<a@b> NOTIFY=DELAY NOTIFY=DELAY", 501, NULL, NULL, NULL },
	{ "RCPT TO:<a@b> ORCPT=c@d", 501, NULL, NULL, NULL },
	{ "RCPT TO:<a@b> ORCPT=;c@d", 501, NULL, NULL, NULL },
	{ "RCPT TO:<a@b> ORCPT=rfc822;", 501, NULL, NULL, NULL },
	{ "RCPT TO:<a@b> ORCPT=rfc822;\xc3", 501, NULL, NULL, NULL },
	{ "RCPT TO:<a@b> ORCPT=rfc822;a+00b", 501, NULL, NULL, NULL },
};

static void test_rcpts(void)
{
	static struct ph_smtpd_command c;

	for (size_t i = 0; i < PH_COUNT(rcpts); i++) {
		uint16_t code = 1;
		enum ph_err err = parse(ph_span_of(rcpts[i].line), &c, &code);

		check_case("rcpt", i);
		check_int(c.verb, PH_VERB_RCPT);
		check_int(code, rcpts[i].code);
		if (err != PH_OK)
			continue;
		check(ph_span_eq(c.rcpt.address, ph_span_of(rcpts[i].address)));
		check(ph_span_eq(c.rcpt.notify, ph_span_of(rcpts[i].notify)));
		check(ph_span_eq(c.rcpt.orcpt, ph_span_of(rcpts[i].orcpt)));
	}
	check_case(NULL, 0);
}

static const struct {
	const char *line;
	uint16_t code;
	uint64_t chunk;
	bool last;
} bdats[] = {
	{ "BDAT 0", 0, 0, false },
	{ "BDAT 17", 0, 17, false },
	{ "bdat 17 last", 0, 17, true },
	{ "BDAT  18446744073709551615  LAST ", 0, UINT64_MAX, true },
	{ "BDAT", 501, 0, false },
	{ "BDAT LAST", 501, 0, false },
	{ "BDAT x", 501, 0, false },
	{ "BDAT -1", 501, 0, false },
	{ "BDAT 1 LASTS", 501, 0, false },
	{ "BDAT 1 LAST LAST", 501, 0, false },
	{ "BDAT 18446744073709551616", 501, 0, false },
};

static void test_bdats(void)
{
	static struct ph_smtpd_command c;

	for (size_t i = 0; i < PH_COUNT(bdats); i++) {
		uint16_t code = 1;
		enum ph_err err = parse(ph_span_of(bdats[i].line), &c, &code);

		check_case("bdat", i);
		check_int(c.verb, PH_VERB_BDAT);
		check_int(code, bdats[i].code);
		if (err != PH_OK)
			continue;
		check(c.chunk == bdats[i].chunk);
		check_int(c.last, bdats[i].last);
	}
	check_case(NULL, 0);
}

static void test_auth(void)
{
	static struct ph_smtpd_command c;
	uint16_t code;

	check(parse(PH_SPAN("AUTH PLAIN  AAAA "), &c, &code) == PH_OK);
	check(c.has_initial && ph_span_eq(c.initial, PH_SPAN("AAAA")));
	check(parse(PH_SPAN("AUTH PLAIN ="), &c, &code) == PH_OK);
	check(c.has_initial && ph_span_eq(c.initial, PH_SPAN("=")));
	check(parse(PH_SPAN("AUTH PLAIN"), &c, &code) == PH_OK);
	check(!c.has_initial && c.initial.len == 0);
}

/* ENVID has 100 characters decoded, ORCPT 500. */
static void test_xtext_limits(void)
{
	static struct ph_smtpd_command c;
	struct ph_buf b;

	static const struct {
		const char *start;
		size_t max;
	} limits[] = {
		{ "MAIL FROM:<a@b> ENVID=", PH_SMTPD_ENVID_MAX },
		{ "RCPT TO:<a@b> ORCPT=x;", PH_SMTPD_ORCPT_MAX - 2 },
		{ "MAIL FROM:<a@b> AUTH=", PH_SMTPD_ORCPT_MAX },
	};

	ph_buf_init(&b, 8192);
	for (size_t i = 0; i < PH_COUNT(limits); i++) {
		uint16_t code;

		ph_buf_clear(&b);
		check(ph_buf_append_str(&b, limits[i].start) == PH_OK);
		for (size_t n = 0; n < limits[i].max; n++)
			check(ph_buf_append_str(&b, "+41") == PH_OK);
		check(parse(ph_buf_span(&b), &c, &code) == PH_OK);
		check(ph_buf_append_str(&b, "A") == PH_OK);
		check(parse(ph_buf_span(&b), &c, &code) == PH_EPROTO);
	}
	ph_buf_release(&b);
	/* Leaves nothing behind. */
	uint16_t code;
	check(parse(PH_SPAN(""), &c, &code) == PH_EPROTO);
}

int main(void)
{
	test_simple();
	test_mails();
	test_rcpts();
	test_bdats();
	test_auth();
	test_xtext_limits();
	return check_end();
}
