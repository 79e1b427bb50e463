#include "check.h"
#include "diagnose/passage.h"
#include "exact.h"

static bool is_known(uint16_t code)
{
	return code == 220 || code == 250 || code == 334 || code == 550 ||
	    code == 535 || code == 500 || code == 554 || code == 503;
}

static const struct {
	const char *name;
	const char *text;
	const char *passage;
	unsigned code;
	const char *stage;
	bool is_refusal;
} cases[] = {
	{ "nothing", "", "", 0, NULL, false },
	{ "prose", "one\ntwo", "one\ntwo", 0, NULL, false },
	{ "a reply", "550 no\n", "550 no", 550, NULL, true },
	{ "lines", "550-no\r\n550 user\r\n", "550-no\r\n550 user\r", 550, NULL,
	    true },
	{ "wrapped", "550 no such\n    user\n\nbye", "550 no such\n    user",
	    550, NULL, true },
	{ "good news", "220 hi\n250 ok\n", "220 hi\n250 ok\n", 220, NULL,
	    false },
	{ "conversation",
	    "220 hi\nEHLO me\n250 ok\nMAIL FROM:<a@b>\n250 ok\n"
	    "RCPT TO:<c@d>\n550 no\nDATA\n503 need RCPT\nQUIT\n221 bye\n",
	    "550 no", 550, "rcpt", true },
	{ "swaks",
	    "<-  220 hi\n -> EHLO me\n<-  250 ok\n -> AUTH PLAIN AGE\n"
	    "<** 535 no\n*** No\n -> QUIT\n<-  221 bye\n",
	    "<** 535 no\n*** No", 535, "auth", true },
	{ "another mechanism did it",
	    "> AUTH CRAM-MD5\n< 535 no\n> AUTH PLAIN AGE\n< 235 ok\n"
	    "> MAIL FROM:<a@b>\n< 550 not you\n",
	    "< 550 not you", 550, "mail", true },
	{ "HELO did it",
	    "> EHLO me\n< 500 what\n> HELO me\n< 250 ok\n"
	    "> RCPT TO:<c@d>\n< 550 no\n",
	    "< 550 no", 550, "rcpt", true },
	{ "EHLO again is no HELO",
	    "> EHLO me\n< 500 what\n> EHLO me\n< 250 ok\n", "< 500 what", 500,
	    "ehlo", true },
	{ "what comes of QUIT", "> QUIT\n< 500 what\n", "> QUIT\n< 500 what\n",
	    500, NULL, false },
	{ "a log",
	    "Nov 28 h a[1]: to=<x@y>, (host m said: 550 no)\n"
	    "Nov 28 h a[1]: to=<z@y>, (host m said: 554 spam)\n",
	    "Nov 28 h a[1]: to=<x@y>, (host m said: 550 no)", 550, NULL, true },
	{ "a program",
	    "Traceback\n  line 550, in login\n"
	    "SMTPAuthenticationError: (535, b'no')\nbye",
	    "SMTPAuthenticationError: (535, b'no')\nbye", 535, NULL, true },
	/* {"status":"400"} and "Username:" */
	{ "a challenge that refuses",
	    "> AUTH XOAUTH2 x\n< 334 eyJzdGF0dXMiOiI0MDAifQ==\n> \n< 535 no\n",
	    "< 334 eyJzdGF0dXMiOiI0MDAifQ==\n> ", 334, "auth", true },
	{ "a challenge that asks",
	    "> AUTH LOGIN\n< 334 VXNlcm5hbWU6\n< 535 no\n", "< 535 no", 535,
	    "auth", true },
	{ "the first of two", "550 a\n\n554 b\n", "550 a", 550, NULL, true },
};

static void test_cases(void)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct ph_span text = exact_copy(ph_span_of(cases[i].text));
		struct ph_passage p;

		check_case(cases[i].name, i);
		ph_passage_find(text, is_known, &p);
		check(ph_span_eq(p.text, ph_span_of(cases[i].passage)));
		check_int(p.tokens.code, cases[i].code);
		check_str(p.stage == NULL ? "-" : p.stage,
		    cases[i].stage == NULL ? "-" : cases[i].stage);
		check_int(p.is_refusal, cases[i].is_refusal);
		exact_free(text);
	}
}

/* However it is cut, what is found lies within the text. */
static void test_cut(void)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		for (size_t n = 0; n <= strlen(cases[i].text); n++) {
			struct ph_span text =
			    exact_copy((struct ph_span){ cases[i].text, n });
			struct ph_passage p;

			check_case(cases[i].name, n);
			ph_passage_find(text, is_known, &p);
			check(p.text.ptr >= text.ptr &&
			    p.text.ptr + p.text.len <= text.ptr + text.len);
			exact_free(text);
		}
	}
}

/* A passage does not grow without end. */
static void test_long(void)
{
	static char text[20000];
	struct ph_passage p;

	check_case("long", 0);
	memset(text, 'x', sizeof(text));
	memcpy(text, "550 no\n", 7);
	for (size_t i = 100; i < sizeof(text); i += 100)
		text[i] = '\n';
	ph_passage_find((struct ph_span){ text, sizeof(text) }, is_known, &p);
	check(p.text.len > 1000 && p.text.len <= 8192);
}

static void test_lines(void)
{
	struct ph_span rest = PH_SPAN("a\n\nb");
	struct ph_span line;

	check_case("lines", 0);
	check(ph_passage_line(&rest, &line));
	check(ph_span_eq(line, PH_SPAN("a")));
	check(ph_passage_line(&rest, &line));
	check_int(line.len, 0);
	check(ph_passage_line(&rest, &line));
	check(ph_span_eq(line, PH_SPAN("b")));
	check(!ph_passage_line(&rest, &line));
	rest = PH_SPAN("");
	check(!ph_passage_line(&rest, &line));
}

int main(void)
{
	test_cases();
	test_cut();
	test_long();
	test_lines();
	return check_end();
}
