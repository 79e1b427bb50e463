#include "check.h"
#include "exact.h"
#include "failalloc.h"

#include "cli/pseudonym.h"

#include <stdlib.h>

/* One after the other, with the names given before. */
static const struct {
	const char *line;
	const char *want;
} lines[] = {
	{ "", "" },
	{ "EHLO mail.example.com", "EHLO mail.example.com" },
	{ "MAIL FROM:<ann@example.com> SIZE=1",
	    "MAIL FROM:<address1@domain1.example> SIZE=1" },
	{ "250 ANN@Example.COM", "250 address1@domain1.example" },
	{ "RCPT TO:<bob@example.com>", "RCPT TO:<address2@domain1.example>" },
	{ "RCPT TO:<bob@other.example>", "RCPT TO:<address3@domain2.example>" },
	{ "ann@example.com bob@example.com,ann@example.com.",
	    "address1@domain1.example address2@domain1.example,"
	    "address1@domain1.example." },
	{ "MAIL FROM:<> AUTH=ann@example.com",
	    "MAIL FROM:<> AUTH=address1@domain1.example" },
	{ "auth=ann@example.com", "auth=address1@domain1.example" },
	{ "RCPT TO:<x> ORCPT=rfc822;bob+2Btag@example.com",
	    "RCPT TO:<x> ORCPT=rfc822;address4@domain1.example" },
	{ "bounce-ann=example.com@list.example x",
	    "address5@domain3.example x" },
	{ "<\"a b\"@[192.0.2.1]>", "<address6@domain4.example>" },
	{ "\"a b\"@[192.0.2.1", "\"a b\"@[192.0.2.1" },
	{ "gr\xc3\xbc\xc3\x9f@b\xc3\xbc.example!",
	    "address7@domain5.example!" },
	{ "@example.com", "@example.com" },
	{ "ann@", "ann@" },
	{ "ann@ example", "ann@ example" },
	{ "ann@.", "ann@." },
	{ "a @ b", "a @ b" },
	{ "a@@b", "a@@b" },
	{ "\"@b", "\"@b" },
	{ "x\"@b", "x\"@b" },
	{ "a@b@c", "address8@domain6.example@c" },
};

static void test_lines(void)
{
	struct ph_pseudonyms p;

	ph_pseudonyms_init(&p);
	for (size_t i = 0; i < PH_COUNT(lines); i++) {
		struct ph_span line = exact_copy(ph_span_of(lines[i].line));
		struct ph_buf out;

		check_case("line", i);
		ph_buf_init(&out, 4096);
		check_int(ph_pseudonyms_apply(&p, line, &out), PH_OK);
		check_str(ph_buf_str(&out), lines[i].want);
		ph_buf_release(&out);
		exact_free(line);
	}
	ph_pseudonyms_release(&p);
}

/* As many as there are names for. */
static void test_many(void)
{
	struct ph_pseudonyms p;
	struct ph_buf line, out;

	ph_pseudonyms_init(&p);
	ph_buf_init(&line, 64);
	ph_buf_init(&out, 4096);
	/* The list is looked through: this many are enough to see it end. */
	p.addresses.count = PH_PSEUDONYMS_MAX - 1;
	p.addresses.cap = PH_PSEUDONYMS_MAX;
	p.addresses.items =
	    calloc(PH_PSEUDONYMS_MAX, sizeof(*p.addresses.items));
	if (p.addresses.items == NULL)
		abort();
	check_int(ph_pseudonyms_apply(&p, PH_SPAN("a@x b@x a@x"), &out), PH_OK);
	check_str(ph_buf_str(&out),
	    "address20000@domain1.example address0@domain1.example "
	    "address20000@domain1.example");
	ph_buf_release(&line);
	ph_buf_release(&out);
	ph_pseudonyms_release(&p);
}

static enum ph_err name(void *ctx)
{
	struct ph_pseudonyms p;
	struct ph_buf out;

	(void)ctx;
	ph_pseudonyms_init(&p);
	ph_buf_init(&out, 4096);

	enum ph_err err =
	    ph_pseudonyms_apply(&p, PH_SPAN("to a@x and b@y"), &out);

	ph_buf_release(&out);
	ph_pseudonyms_release(&p);
	return err;
}

int main(void)
{
	test_lines();
	test_many();
	check(failalloc_run(name, NULL) > 3);
	return check_end();
}
