#include "check.h"
#include "diagnose/line.h"
#include "exact.h"

static const struct {
	const char *line;
	enum ph_line_kind kind;
	unsigned code;
	const char *stage;
	const char *text;
} lines[] = {
	{ "", PH_LINE_EMPTY, 0, NULL, "" },
	{ " \t\r", PH_LINE_EMPTY, 0, NULL, "" },
	/* replies, bare and as programs show them */
	{ "550 no\r", PH_LINE_REPLY, 550, NULL, "550 no" },
	{ "550-no", PH_LINE_REPLY, 550, NULL, "550-no" },
	{ "550", PH_LINE_REPLY, 550, NULL, "550" },
	{ "  550 no", PH_LINE_REPLY, 550, NULL, "550 no" },
	{ "<** 550 no", PH_LINE_REPLY, 550, NULL, "550 no" },
	{ "<~  250 ok", PH_LINE_REPLY, 250, NULL, "250 ok" },
	{ "<- 250 ok", PH_LINE_REPLY, 250, NULL, "250 ok" },
	{ "<<< 550 no", PH_LINE_REPLY, 550, NULL, "550 no" },
	{ "> 550 no", PH_LINE_REPLY, 550, NULL, "550 no" },
	{ "S: 550 no", PH_LINE_REPLY, 550, NULL, "550 no" },
	{ "reply: b'550 no\\r\\n'", PH_LINE_REPLY, 550, NULL, "550 no\\r\\n'" },
	{ "2026-11-28 04:00:01 SERVER -> CLIENT: 550 no", PH_LINE_REPLY, 550,
	    NULL, "550 no" },
	{ "[2026-11-28T04:00:01Z] DEBUG S: 550 no", PH_LINE_REPLY, 550, NULL,
	    "550 no" },
	{ "250'", PH_LINE_REPLY, 250, NULL, "250'" },
	/* what only looks like one */
	{ "5500 no", PH_LINE_OTHER, 0, NULL, "5500 no" },
	{ "550x", PH_LINE_OTHER, 0, NULL, "550x" },
	{ "150 ok", PH_LINE_OTHER, 0, NULL, "150 ok" },
	{ "650 x", PH_LINE_OTHER, 0, NULL, "650 x" },
	{ "55 x", PH_LINE_OTHER, 0, NULL, "55 x" },
	{ "[192.0.2.1]:465", PH_LINE_OTHER, 0, NULL, "[192.0.2.1]:465" },
	{ "192.0.2.250 x", PH_LINE_OTHER, 0, NULL, "192.0.2.250 x" },
	{ "line 550 x", PH_LINE_OTHER, 0, NULL, "line 550 x" },
	{ "Nov 28 04:00:01 host exim[9]: ** a@b: 550 no", PH_LINE_OTHER, 0,
	    NULL, "Nov 28 04:00:01 host exim[9]: ** a@b: 550 no" },
	/* commands */
	{ " -> EHLO me", PH_LINE_COMMAND, 0, "ehlo", "EHLO me" },
	{ "ehlo me", PH_LINE_COMMAND, 0, "ehlo", "ehlo me" },
	{ "HELO me", PH_LINE_COMMAND, 0, "ehlo", "HELO me" },
	{ "LHLO me", PH_LINE_COMMAND, 0, "ehlo", "LHLO me" },
	{ "CLIENT -> SERVER: STARTTLS", PH_LINE_COMMAND, 0, "tls", "STARTTLS" },
	{ "STARTTLS is good", PH_LINE_OTHER, 0, NULL, "STARTTLS is good" },
	{ "C: AUTH PLAIN AGE", PH_LINE_COMMAND, 0, "auth", "AUTH PLAIN AGE" },
	{ "> AUTH PLAIN AGE", PH_LINE_COMMAND, 0, "auth", "AUTH PLAIN AGE" },
	{ "AUTH", PH_LINE_OTHER, 0, NULL, "AUTH" },
	{ "Auth failed", PH_LINE_OTHER, 0, NULL, "Auth failed" },
	{ "mail from:<a@b>", PH_LINE_COMMAND, 0, "mail", "mail from:<a@b>" },
	{ "MAIL FROM <a@b>", PH_LINE_OTHER, 0, NULL, "MAIL FROM <a@b>" },
	{ "RCPT TO: <a@b>", PH_LINE_COMMAND, 0, "rcpt", "RCPT TO: <a@b>" },
	{ "~> DATA", PH_LINE_COMMAND, 0, "data", "DATA" },
	{ "data loss", PH_LINE_OTHER, 0, NULL, "data loss" },
	{ "BDAT 5 LAST", PH_LINE_COMMAND, 0, "data", "BDAT 5 LAST" },
	{ "QUIT\\r\\n'", PH_LINE_COMMAND, 0, "quit", "QUIT\\r\\n'" },
	{ "prose", PH_LINE_OTHER, 0, NULL, "prose" },
};

static void test_lines(void)
{
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		struct ph_line line;
		struct ph_span exact = exact_copy(ph_span_of(lines[i].line));

		check_case(lines[i].line, i);
		ph_line_read(exact, &line);
		check_int(line.kind, lines[i].kind);
		check_int(line.code, lines[i].code);
		check_str(line.stage == NULL ? "-" : line.stage,
		    lines[i].stage == NULL ? "-" : lines[i].stage);
		check(ph_span_eq(line.text, ph_span_of(lines[i].text)));
		exact_free(exact);
	}
}

/* No cut makes a reader go beyond it. */
static void test_cut(void)
{
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		for (size_t n = 0; n < strlen(lines[i].line); n++) {
			struct ph_line line;
			struct ph_span exact =
			    exact_copy((struct ph_span){ lines[i].line, n });

			check_case(lines[i].line, n);
			ph_line_read(exact, &line);
			check(line.text.len <= n);
			exact_free(exact);
		}
	}
}

int main(void)
{
	test_lines();
	test_cut();
	return check_end();
}
