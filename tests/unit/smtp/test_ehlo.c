#include "check.h"
#include "smtp/ehlo.h"

#include <stdio.h>

struct ehlo_case {
	struct ph_span text;
	const char *domain;
	uint64_t flags;
	uint64_t size_max;
	uint64_t limits[3]; /* mail, rcpt, domain */
	size_t line_count;
	const char *mechanisms; /* joined by spaces */
};

static const struct ehlo_case cases[] = {
	{ PH_SPAN_INIT(""), "", 0, 0, { 0 }, 0, "" },
	{ PH_SPAN_INIT("mx.example.org"), "mx.example.org", 0, 0, { 0 }, 0,
	    "" },
	{ PH_SPAN_INIT(" mx.example.org greets you"), "mx.example.org", 0, 0,
	    { 0 }, 0, "" },
	{ PH_SPAN_INIT("h\nPIPELINING\nCHUNKING\n8BITMIME\nSMTPUTF8\nDSN\n"
		       "ENHANCEDSTATUSCODES\nSTARTTLS\nBINARYMIME\nREQUIRETLS"),
	    "h",
	    PH_EHLO_PIPELINING | PH_EHLO_CHUNKING | PH_EHLO_8BITMIME |
		PH_EHLO_SMTPUTF8 | PH_EHLO_DSN | PH_EHLO_ENHANCED |
		PH_EHLO_STARTTLS | PH_EHLO_BINARYMIME | PH_EHLO_REQUIRETLS,
	    0, { 0 }, 9, "" },
	{ PH_SPAN_INIT("h\npipelining\nStartTLS "), "h",
	    PH_EHLO_PIPELINING | PH_EHLO_STARTTLS, 0, { 0 }, 2, "" },
	{ PH_SPAN_INIT("h\nSIZE"), "h", PH_EHLO_SIZE, 0, { 0 }, 1, "" },
	{ PH_SPAN_INIT("h\nSIZE 0"), "h", PH_EHLO_SIZE, 0, { 0 }, 1, "" },
	{ PH_SPAN_INIT("h\nSIZE 52428800"), "h", PH_EHLO_SIZE, 52428800, { 0 },
	    1, "" },
	{ PH_SPAN_INIT("h\nSIZE=1000"), "h", PH_EHLO_SIZE, 1000, { 0 }, 1, "" },
	{ PH_SPAN_INIT("h\nSIZE -1"), "h", PH_EHLO_SIZE, 0, { 0 }, 1, "" },
	{ PH_SPAN_INIT("h\nSIZE 18446744073709551615"), "h", PH_EHLO_SIZE,
	    UINT64_MAX, { 0 }, 1, "" },
	{ PH_SPAN_INIT("h\nSIZE 18446744073709551616"), "h", PH_EHLO_SIZE, 0,
	    { 0 }, 1, "" },
	{ PH_SPAN_INIT(
	      "h\nAUTH PLAIN login  CRAM-MD5\nAUTH=PLAIN LOGIN XOAUTH2"),
	    "h", PH_EHLO_AUTH, 0, { 0 }, 2, "PLAIN LOGIN CRAM-MD5 XOAUTH2" },
	{ PH_SPAN_INIT("h\nAUTH"), "h", PH_EHLO_AUTH, 0, { 0 }, 1, "" },
	{ PH_SPAN_INIT("h\nAUTH PL\x01IN A_B ABCDEFGHIJKLMNOPQRSTU x"), "h",
	    PH_EHLO_AUTH, 0, { 0 }, 1, "A_B X" },
	{ PH_SPAN_INIT("h\nAUTH\tPLAIN"), "h", 0, 0, { 0 }, 1, "" },
	{ PH_SPAN_INIT("h\nLIMITS MAILMAX=20 rcptmax=100 RCPTDOMAINMAX=1"), "h",
	    PH_EHLO_LIMITS, 0, { 20, 100, 1 }, 1, "" },
	{ PH_SPAN_INIT("h\nLIMITS MAILMAX=x RCPTMAX RCPTMAX= A=1 "
		       "RCPTDOMAINMAX=4294967296 MAILMAX=7"),
	    "h", PH_EHLO_LIMITS, 0, { 7, 0, 0 }, 1, "" },
	{ PH_SPAN_INIT("h\nX-UNKNOWN 1\n\n SIZE 5\nPIPELININGS"), "h",
	    PH_EHLO_SIZE, 5, { 0 }, 4, "" },
};

static void check_ehlo(const struct ehlo_case *ec, const struct ph_ehlo *e)
{
	char names[1024] = "";

	for (size_t i = 0; i < e->mechanism_count; i++) {
		size_t len = strlen(names);

		(void)snprintf(names + len, sizeof(names) - len, "%s%s",
		    i > 0 ? " " : "", ph_ehlo_mechanism(e, i));
	}
	check_str(e->domain, ec->domain);
	check_int(e->flags, ec->flags);
	check(e->size_max == ec->size_max);
	check_int(e->mail_max, ec->limits[0]);
	check_int(e->rcpt_max, ec->limits[1]);
	check_int(e->rcpt_domain_max, ec->limits[2]);
	check_int(e->line_count, ec->line_count);
	check_str(names, ec->mechanisms);
}

static void test_cases(struct ph_ehlo *e)
{
	for (size_t i = 0; i < PH_COUNT(cases); i++) {
		struct ph_reply r = { .code = 250, .text = cases[i].text };

		check_case("ehlo", i);
		/* Nothing of the answer before is left. */
		ph_ehlo_parse(&r, e);
		check_ehlo(&cases[i], e);
	}
}

static void test_lines(struct ph_ehlo *e)
{
	struct ph_reply r = { .code = 250, .text = PH_SPAN("h\nSIZE 5 \nX\n") };

	ph_ehlo_parse(&r, e);
	check_int(e->line_count, 3);
	check_str(ph_ehlo_line(e, 0), "SIZE 5 ");
	check_str(ph_ehlo_line(e, 1), "X");
	check_str(ph_ehlo_line(e, 2), "");
	check(ph_ehlo_has(e, PH_EHLO_SIZE));
	check(!ph_ehlo_has(e, PH_EHLO_DSN));

	ph_ehlo_clear(e);
	check_int(e->line_count, 0);
	check_int(e->flags, 0);
	check_int(e->size_max, 0);
	check_str(e->domain, "");
}

/* Each limit with one too many; what is beyond is ignored, not kept by half. */
static void test_limits(struct ph_ehlo *e)
{
	static char text[64 * 1024];
	size_t len = 0;

	for (size_t i = 0; i < 400; i++) {
		len += (size_t)snprintf(
		    text + len, sizeof(text) - len, "\nAUTH M%zu", i);
	}
	struct ph_reply r = { .code = 250, .text = { text, len } };
	ph_ehlo_parse(&r, e);
	check_int(e->line_count, PH_EHLO_LINES_MAX);
	check_int(e->mechanism_count, PH_EHLO_MECHANISMS_MAX);
	check_str(ph_ehlo_mechanism(e, 63), "M63");

	memset(text, 'x', sizeof(text));
	text[0] = '\n';
	for (size_t i = 0; i < 60; i++)
		text[(i + 1) * 1000] = '\n';
	r.text.len = sizeof(text);
	ph_ehlo_parse(&r, e);
	check(e->line_count < 20);
	check_int(e->text_len, e->line_count * 1000 + 0);
	check(e->text_len <= PH_EHLO_TEXT_MAX);

	memset(text, 'd', 500);
	r.text.len = 500;
	ph_ehlo_parse(&r, e);
	check_int(strlen(e->domain), 255);
}

/* The text is full before the mechanism is: no half name is kept. */
static void test_full_text(struct ph_ehlo *e)
{
	static char text[PH_EHLO_TEXT_MAX + 100];
	size_t len = (size_t)snprintf(text, sizeof(text), "h\nAUTH AA BB ");

	memset(text + len, 'y', sizeof(text) - len);
	for (size_t fill = PH_EHLO_TEXT_MAX - 12; fill < PH_EHLO_TEXT_MAX;
	     fill++) {
		struct ph_reply r = { .code = 250, .text = { text, fill } };

		check_case("full", fill);
		ph_ehlo_parse(&r, e);
		check_int(e->line_count, 1);
		check(e->mechanism_count <= 2);
		for (size_t i = 0; i < e->mechanism_count; i++)
			check_int(strlen(ph_ehlo_mechanism(e, i)), 2);
	}
}

int main(void)
{
	static struct ph_ehlo e;

	test_cases(&e);
	test_lines(&e);
	test_limits(&e);
	test_full_text(&e);
	return check_end();
}
