#include "check.h"
#include "mail/address.h"

#include <stdio.h>
#include <stdlib.h>

#define DEEP "(((((((((((((((((((((((((((((((((("

static const struct {
	const char *in, *name, *mailbox;
} good[] = {
	{ "a@b", "", "a@b" },
	{ "  a@b.example \t", "", "a@b.example" },
	{ "<a@b>", "", "a@b" },
	{ "Name <a@b>", "Name", "a@b" },
	{ "Ann   B. \tExample <a@b>", "Ann B. Example", "a@b" },
	{ "\"Last, First\" <a@b>", "Last, First", "a@b" },
	{ "\"a \\\"b\\\" \\\\c\" <a@b>", "a \"b\" \\c", "a@b" },
	{ "\"A\" 'B' \"C\"<a@b>", "A 'B' C", "a@b" },
	{ "<a@b> (comment)", "comment", "a@b" },
	{ "a@b (Ann (nested) Example)", "Ann (nested) Example", "a@b" },
	{ "(Ann) a@b", "Ann", "a@b" },
	{ "Name (comment) <a@b>", "Name", "a@b" },
	{ "Name(c)Last <a@b> (d)", "Name Last", "a@b" },
	{ "(only) <a@b>", "only", "a@b" },
	{ "pete(his account)@silly.test(his host)", "his account",
	    "pete@silly.test" },
	{ "Pete(A nice \\) chap) <pete(his account)@silly.test(his host)>",
	    "Pete", "pete@silly.test" },
	{ "Dr. Jane O'Neil <j@x>", "Dr. Jane O'Neil", "j@x" },
	{ "ann@example.com <ann@example.com>", "ann@example.com",
	    "ann@example.com" },
	{ "[Team] Ann <a@b>", "[Team] Ann", "a@b" },
	{ "\"ann lee\"@b", "", "\"ann lee\"@b" },
	{ "\"ann\"@b", "", "ann@b" },
	{ "\"a@b\"@c", "", "\"a@b\"@c" },
	{ "\"a\\\"b\\\\c\"@d", "", "\"a\\\"b\\\\c\"@d" },
	{ "\"a\\b\"@d", "", "ab@d" },
	{ "\"\"@b", "", "\"\"@b" },
	{ "a.\"b c\".d@e", "", "\"a.b c.d\"@e" },
	{ "\"a..b\"@e", "", "\"a..b\"@e" },
	{ "\"a,b;c:d<e>\"@f", "", "\"a,b;c:d<e>\"@f" },
	{ "a+b=c/d{e}|f~!#$%&'*?^_`-@g", "", "a+b=c/d{e}|f~!#$%&'*?^_`-@g" },
	{ "a@[192.0.2.1]", "", "a@[192.0.2.1]" },
	{ "A <a@[IPv6:2001:db8::1]>", "A", "a@[IPv6:2001:db8::1]" },
	{ "<@x,@y:a@b>", "", "a@b" },
	{ "=?utf-8?q?J=C3=B6rg?= <j@x>", "J\xc3\xb6rg", "j@x" },
	{ "\"=?utf-8?q?J=C3=B6rg?=\" <j@x>", "J\xc3\xb6rg", "j@x" },
	{ "=?utf-8?q?a=0D=0Ab?= <j@x>", "a  b", "j@x" },
	{ "J\xc3\xb6rg <j@x>", "J\xc3\xb6rg", "j@x" },
	{ "A@B.Example", "", "A@b.example" },
	{ "a@b\xc3\xbc"
	  "cher.example",
	    "", "a@xn--bcher-kva.example" },
	{ "j\xc3\xb6rg@x", "", "j\xc3\xb6rg@x" },
};

static const struct {
	const char *in, *why;
} bad[] = {
	{ "", "no address" },
	{ "   ", "no address" },
	{ "<>", "no address" },
	{ "user", "\"user\": no domain" },
	{ "@", "right before the @" },
	{ "a@", "no domain after the @" },
	{ "@b", "right before the @" },
	{ "<@b>", "right before the @" },
	{ "ann@exa mple.com", "\"ann@exa mple.com\": a space in the domain" },
	{ "ann lee@example.com", "a space before the @" },
	{ "ann @example.com", "a space before the @" },
	{ "ann@ example.com", "a space in the domain" },
	{ "a@b c@d", "two addresses without a comma" },
	{ "a@b@c", "more than one @" },
	{ "a..b@c", "a dot too many" },
	{ ".a@c", "a dot too many" },
	{ "a.@c", "right before the @" },
	{ "a@b..c", "empty label" },
	{ "a@b.", "empty label" },
	{ "a@-b", "starts or ends" },
	{ "a@b, c@d", "more than one address" },
	{ "a@b; c@d", "more than one address" },
	{ "a@b\nc@d", "more than one address" },
	{ "M\xc3\xbcller, Hans <h@x>", "a name with a comma" },
	{ "Team: a@b;", "a group" },
	{ "a:b@c", "a group" },
	{ "\"a", "a quote is not closed" },
	{ "\"a\\", "a quote is not closed" },
	{ "\"a\nb\" <a@b>", "a quote is not closed" },
	{ "\"a\\\nb\" <a@b>", "a quote is not closed" },
	{ "(a", "a comment is not closed" },
	{ "(a\n) a@b", "a comment is not closed" },
	{ DEEP " a@b", "a comment is not closed, or too deep" },
	{ "a) <a@b>", "a \")\" without" },
	{ "<a@b", "a \"<\" is not closed" },
	{ "<a@b\n>", "a \"<\" is not closed" },
	{ "<<a@b>>", "a second \"<\"" },
	{ "a@b>", "a \">\" without" },
	{ "<a@b>>", "a \">\" without" },
	{ "<a@b> <c@d>", "two addresses without a comma" },
	{ "<a@b> c", "something after the \">\"" },
	{ "<a@b c>", "a space in the domain" },
	{ "<a@b, c@d>", "two addresses without a comma" },
	{ "A <a>", "no domain" },
	{ "A B", "no address in it" },
	{ "a\\b@c", "must stand in quotes" },
	{ "a[b@c", "must stand in quotes" },
	{ "a\"b\"@c", "must stand in quotes" },
	{ "\"a\"b@c", "between a quote" },
	{ "\"a\" @c", "between a quote" },
	{ "a@[1.2.3]", "no IP address" },
	{ "a@[1.2.3.4", "a \"[\" is not closed" },
	{ "a@[1.2.3.4\n]", "a \"[\" is not closed" },
	{ "a\x01@b", "a control character before the @" },
	{ "\"a\x01\"@b", "a control character before the @" },
	{ "a@b\x01", "no domain has" },
	{ "A\x02 <a@b>", "a control character in the name" },
	{ "a\x7f@b", "a control character before the @" },
	{ "\xff@b", "not UTF-8" },
	{ "\xff <a@b>", "the name is not UTF-8" },
	{ "a@\xff", "\"a@" },
	{ "a@b\rRCPT TO:<c@d>", "more than one address" },
};

static void check_same(struct ph_span got, const char *want)
{
	struct ph_span w = ph_span_of(want);

	check(ph_span_eq(got, w));
	if (!ph_span_eq(got, w))
		(void)fprintf(stderr, "  got: %.*s\n", PH_SPAN_ARG(got));
}

static void check_good(void)
{
	struct ph_arena a;

	ph_arena_init(&a, 1 << 20);
	for (size_t i = 0; i < PH_COUNT(good); i++) {
		struct ph_address one = { 0 };
		struct ph_fault f = { 0 };

		check_case(good[i].in, i);
		check(ph_address_parse(ph_span_of(good[i].in), &a, &one, &f) ==
		    PH_OK);
		check_str(f.text, "");
		check_same(one.name, good[i].name);
		check_same(one.mailbox, good[i].mailbox);
		check(one.local.len + one.domain.len + 1 == one.mailbox.len);
		check(one.needs_utf8 == !ph_span_is_ascii(one.mailbox));
		check(ph_address_parse_sender(
			  ph_span_of(good[i].in), &a, &one, &f) == PH_OK);
		check_same(one.mailbox, good[i].mailbox);
		/* What goes on the wire reads as itself. */
		check(ph_address_parse(one.mailbox, &a, &one, &f) == PH_OK);
		check_same(one.mailbox, good[i].mailbox);
	}
	ph_arena_release(&a);
}

static void check_bad(void)
{
	struct ph_arena a;

	ph_arena_init(&a, 1 << 20);
	for (size_t i = 0; i < PH_COUNT(bad); i++) {
		struct ph_address one = { 0 };
		struct ph_fault f = { 0 };

		check_case(bad[i].in, i);
		check(ph_address_parse(ph_span_of(bad[i].in), &a, &one, &f) ==
		    PH_EINVAL);
		check(f.cause == PH_CAUSE_BAD_ADDRESS);
		check(strstr(f.text, bad[i].why) != NULL);
		if (strstr(f.text, bad[i].why) == NULL)
			(void)fprintf(stderr, "  got: %s\n", f.text);
		check(one.mailbox.len == 0);
	}
	ph_arena_release(&a);
}

static const struct {
	const char *in, *mailboxes;
} lists[] = {
	{ "", "" },
	{ " \n\t,,;;\n", "" },
	{ "a@b", "a@b" },
	{ "a@b,c@d", "a@b c@d" },
	{ "a@b;c@d;", "a@b c@d" },
	{ "a@b\nc@d\r\ne@f\rg@h", "a@b c@d e@f g@h" },
	{ ", a@b ,, c@d ,", "a@b c@d" },
	{ "\"Last, First\" <a@b>, X <c@d>", "a@b c@d" },
	{ "Team: a@b, c@d;", "a@b c@d" },
	{ "Team: a@b, c@d; e@f", "a@b c@d e@f" },
	{ "\"My Team\" (x): A <a@b>;, Other:;", "a@b" },
	{ "undisclosed-recipients:;", "" },
	{ "undisclosed-recipients:", "" },
	{ "A: a@b; B: c@d;", "a@b c@d" },
	{ "A: a@b,\nc@d;\ne@f", "a@b c@d e@f" },
	{ "a@b\nc@d, B: e@f;", "a@b c@d e@f" },
	{ "a@b (x, y; z), c@d", "a@b c@d" },
	{ "a@[IPv6:::1], c@d", "a@[IPv6:::1] c@d" },
};

static const struct {
	const char *in, *why;
} bad_lists[] = {
	{ "user", "\"user\": no domain" },
	{ "a@b, user", "\"user\" (address 2 of the list): no domain" },
	{ "user, a@b", "\"user\" (address 1 of the list): no domain" },
	{ "a@b\nM\xc3\xbcller, Hans <h@x>\nc@d",
	    "\"M\xc3\xbcller\" (address 2 of the list): no address; if it is" },
	{ "a@b,\"x, c@d", "\"\"x, c@d\" (address 2 of the list): a quote" },
	{ "A: B: a@b;", "a group inside a group" },
	{ ": a@b;", "without the name of a group" },
	{ "a@b: c@d;", "after an address" },
	{ "A <a@b>: c@d;", "after an address" },
	{ "a@b c@d", "two addresses" },
	{ "x@y.z\r\nRCPT TO:<e@v.l>",
	    "\"RCPT TO\" (address 2 of the list): a group that begins behind" },
	{ "x@y.z\n\n Bcc: e@v.l;", "begins behind a line end" },
	{ "x@y.z\nBcc:", "begins behind a line end" },
};

static void check_lists(void)
{
	struct ph_arena a;

	ph_arena_init(&a, 1 << 20);
	for (size_t i = 0; i < PH_COUNT(lists); i++) {
		struct ph_address_list got = { 0 };
		struct ph_fault f = { 0 };
		char text[200] = "";

		check_case(lists[i].in, i);
		check(ph_address_list_parse(
			  ph_span_of(lists[i].in), &a, &got, &f) == PH_OK);
		for (size_t j = 0; j < got.count; j++) {
			(void)snprintf(text + strlen(text),
			    sizeof(text) - strlen(text), "%s%.*s",
			    j == 0 ? "" : " ",
			    PH_SPAN_ARG(got.items[j].mailbox));
		}
		check_str(text, lists[i].mailboxes);
	}
	for (size_t i = 0; i < PH_COUNT(bad_lists); i++) {
		struct ph_address_list got = { 0 };
		struct ph_fault f = { 0 };

		check_case(bad_lists[i].in, i);
		check(ph_address_list_parse(ph_span_of(bad_lists[i].in), &a,
			  &got, &f) == PH_EINVAL);
		check(strstr(f.text, bad_lists[i].why) != NULL);
		if (strstr(f.text, bad_lists[i].why) == NULL)
			(void)fprintf(stderr, "  got: %s\n", f.text);
	}
	ph_arena_release(&a);
}

static void check_display(void)
{
	struct ph_arena a;
	struct ph_address one;
	struct ph_fault f;

	ph_arena_init(&a, 1 << 20);
	check(ph_address_parse(PH_SPAN("j\xc3\xb6rg@B\xc3\xbc"
				       "cher.Example"),
		  &a, &one, &f) == PH_OK);
	check_same(one.mailbox, "j\xc3\xb6rg@xn--bcher-kva.example");
	check_same(one.display,
	    "j\xc3\xb6rg@b\xc3\xbc"
	    "cher.example");
	check_same(one.local, "j\xc3\xb6rg");
	check_same(one.domain, "xn--bcher-kva.example");
	check(one.needs_utf8);
	check(ph_address_parse_sender(PH_SPAN(" <> "), &a, &one, &f) == PH_OK);
	check(one.mailbox.len == 0);
	check(ph_address_parse_sender(PH_SPAN(""), &a, &one, &f) == PH_OK);
	check(ph_address_parse_sender(PH_SPAN("x"), &a, &one, &f) == PH_EINVAL);
	ph_arena_release(&a);
}

/* len octets: the unit again and again. */
static char *repeat(const char *unit, size_t len)
{
	char *mem = malloc(len);
	size_t unit_len = strlen(unit);

	for (size_t i = 0; i < len; i++)
		mem[i] = unit[i % unit_len];
	return mem;
}

/* Lists of 1 MB end at once whatever is in them; with a parser that is not
   linear this test does not end. */
static void check_long(void)
{
	static const char *const units[] = { "a@b.c,", ",", "(", "((a)", "\"",
		"\"\"", "<", "<a@b>", "\\", "a", "@", "a@", "[", "@[", ":",
		"a:", "a:;", "=?", "a,", "\n", "\"a\"<a@b>(c)\n", "a b " };
	const size_t len = 1000 * 1000 - 4;

	for (size_t i = 0; i < PH_COUNT(units); i++) {
		struct ph_arena a;
		struct ph_address_list got = { 0 };
		struct ph_fault f = { 0 };
		char *text = repeat(units[i], len);

		check_case(units[i], i);
		ph_arena_init(&a, (size_t)1 << 28);

		enum ph_err err = ph_address_list_parse(
		    (struct ph_span){ text, len }, &a, &got, &f);

		check(err == PH_OK || ph_fault_is_set(&f));
		ph_arena_release(&a);
		free(text);
	}
}

static void check_limits(void)
{
	struct ph_arena a;
	struct ph_address_list got = { 0 };
	struct ph_address one = { 0 };
	struct ph_fault f = { 0 };
	char *text = repeat("a@b,", 4 * (PH_ADDRESS_LIST_MAX + 1));

	ph_arena_init(&a, (size_t)1 << 28);
	check(ph_address_list_parse(
		  (struct ph_span){ text, (size_t)4 * PH_ADDRESS_LIST_MAX }, &a,
		  &got, &f) == PH_OK);
	check_int(got.count, PH_ADDRESS_LIST_MAX);
	check(ph_address_list_parse(
		  (struct ph_span){ text, 4 * (PH_ADDRESS_LIST_MAX + 1) }, &a,
		  &got, &f) == PH_EINVAL);
	check(strstr(f.text, "more than 100000") != NULL);
	check(ph_address_list_parse(
		  (struct ph_span){ text, (size_t)PH_ADDRESS_TEXT_MAX + 1 }, &a,
		  &got, &f) == PH_EINVAL);
	check(strstr(f.text, "8 MiB") != NULL);
	free(text);

	text = repeat("a", 3000);
	memcpy(text + PH_ADDRESS_LOCAL_MAX, "@b", 2);
	check(
	    ph_address_parse((struct ph_span){ text, PH_ADDRESS_LOCAL_MAX + 2 },
		&a, &one, &f) == PH_OK);
	memcpy(text + PH_ADDRESS_LOCAL_MAX, "a@b", 3);
	check(
	    ph_address_parse((struct ph_span){ text, PH_ADDRESS_LOCAL_MAX + 3 },
		&a, &one, &f) == PH_EINVAL);
	check(strstr(f.text, "more than 256") != NULL);
	memcpy(text + 2990, "<a@b>", 5);
	check(ph_address_parse((struct ph_span){ text, 2995 }, &a, &one, &f) ==
	    PH_EINVAL);
	check(strstr(f.text, "a name over") != NULL);
	free(text);
	ph_arena_release(&a);

	for (size_t max = 0; max < 40; max++) {
		ph_arena_init(&a, max);
		check(ph_address_list_parse(PH_SPAN("Ann <ann@\xc3\xbc.com>"),
			  &a, &got, &f) == PH_ENOMEM);
		check(f.cause == PH_CAUSE_NO_MEMORY);
		check(
		    ph_address_parse(PH_SPAN("Ann Example <ann@\xc3\xbc.com>"),
			&a, &one, &f) == PH_ENOMEM);
		ph_arena_release(&a);
	}
}

/* Everyone once, where they stand first, with the name of that place. */
static void test_unite(void)
{
	static const struct {
		const char *parts[3];
		const char *want;
	} cases[] = {
		{ { "", "", "" }, "" },
		{ { "a@x", "", "" }, "a@x=;" },
		{ { "b@x, a@x", "c@x, b@x", "a@x" }, "b@x=;a@x=;c@x=;" },
		{ { "", "One <a@x>, Two <a@x>", "Three <a@X>" }, "a@x=One;" },
		/* Case may matter left of the @; a prefix is no double. */
		{ { "A@x, a@x", "ab@x, a@xy", "a@xy, ab@x" },
		    "A@x=;a@x=;ab@x=;a@xy=;" },
		{ { "z@x, y@x, x@x, z@x", "x@x, w@x", "" },
		    "z@x=;y@x=;x@x=;w@x=;" },
	};

	for (size_t i = 0; i < PH_COUNT(cases); i++) {
		struct ph_arena a;
		struct ph_address_list parts[3] = { 0 };
		struct ph_address_list all = { NULL, 99 };
		struct ph_fault f = { 0 };
		char got[200] = "";
		size_t len = 0;

		check_case(cases[i].want, i);
		ph_arena_init(&a, 1 << 20);
		for (size_t l = 0; l < 3; l++) {
			check(
			    ph_address_list_parse(ph_span_of(cases[i].parts[l]),
				&a, &parts[l], &f) == PH_OK);
		}
		check(ph_address_list_unite(parts, 3, &a, &all) == PH_OK);
		for (size_t k = 0; k < all.count; k++) {
			len += (size_t)snprintf(got + len, sizeof(got) - len,
			    "%.*s=%.*s;", PH_SPAN_ARG(all.items[k].mailbox),
			    PH_SPAN_ARG(all.items[k].name));
		}
		check_str(got, cases[i].want);
		ph_arena_release(&a);
	}
	check_case(NULL, 0);
}

int main(void)
{
	test_unite();
	check_good();
	check_bad();
	check_lists();
	check_display();
	check_long();
	check_limits();
	return check_end();
}
