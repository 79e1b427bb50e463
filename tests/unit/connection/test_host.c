#include "check.h"
#include "connection/host.h"

#include <string.h>

#define A63 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

static const struct {
	const char *text;
	const char *name; /* NULL: refused */
	unsigned port;
	const char *ascii; /* NULL: refused only now */
	const char *why;   /* in the fault's text */
} cases[] = {
	{ "smtp.example.com", "smtp.example.com", 0, "smtp.example.com", "" },
	{ "smtp.example.com:587", "smtp.example.com", 587, "smtp.example.com",
	    "" },
	{ "SMTP.Example.com.", "SMTP.Example.com.", 0, "SMTP.Example.com", "" },
	{ "localhost", "localhost", 0, "localhost", "" },
	{ "_smtp.x", "_smtp.x", 0, "_smtp.x", "" },
	{ "127.0.0.1", "127.0.0.1", 0, "127.0.0.1", "" },
	{ "127.0.0.1:25", "127.0.0.1", 25, "127.0.0.1", "" },
	{ "::1", "::1", 0, "::1", "" },
	{ "fe80::1%eth0", "fe80::1%eth0", 0, "fe80::1%eth0", "" },
	{ "[::1]", "::1", 0, "::1", "" },
	{ "[::1]:465", "::1", 465, "::1", "" },
	{ "[fe80::1%lo]:1", "fe80::1%lo", 1, "fe80::1%lo", "" },
	{ "m\xc3\xbcller.example", "m\xc3\xbcller.example", 0,
	    "xn--mller-kva.example", "" },
	{ "stra\xc3\x9f"
	  "e.de:25",
	    "stra\xc3\x9f"
	    "e.de",
	    25, "xn--strae-oqa.de", "" },
	{ A63 ".x", A63 ".x", 0, A63 ".x", "" },
	{ "[]:25", NULL, 0, NULL, "IPv6" },
	{ "[::1", NULL, 0, NULL, "]" },
	{ "[::1]x", NULL, 0, NULL, "port" },
	{ "[::1]:", NULL, 0, NULL, "port" },
	{ "[::1]:0", NULL, 0, NULL, "port" },
	{ "[127.0.0.1]:25", NULL, 0, NULL, "IPv6" },
	{ "[host]:25", NULL, 0, NULL, "IPv6" },
	{ "fe80::1%", NULL, 0, NULL, "two colons" },
	{ "1:2:3", NULL, 0, NULL, "two colons" },
	{ "host:", NULL, 0, NULL, "port" },
	{ "host:65536", NULL, 0, NULL, "port" },
	{ "host:-1", NULL, 0, NULL, "port" },
	{ "host:smtp", NULL, 0, NULL, "port" },
	{ ":25", NULL, 0, NULL, "no host" },
	{ "", NULL, 0, NULL, "no host" },
	{ "smtp://host", NULL, 0, NULL, "URL" },
	{ "smtp://ann:hunter2@host", NULL, 0, NULL, "URL" },
	{ "ann@host", NULL, 0, NULL, "@" },
	{ "a host", NULL, 0, NULL, "\" \"" },
	{ "a/b", NULL, 0, NULL, "\"/\"" },
	{ "a\nb", NULL, 0, NULL, "control" },
	{ "a..b", NULL, 0, NULL, "dot too many" },
	{ ".", NULL, 0, NULL, "dot too many" },
	{ ".a", NULL, 0, NULL, "dot too many" },
	{ "-a.b", NULL, 0, NULL, "begins with -" },
	{ "a.-b", NULL, 0, NULL, "begins with -" },
	{ A63 "a.x", NULL, 0, NULL, "63" },
	{ A63 "." A63 "." A63 "." A63 ".x", NULL, 0, NULL, "253" },
	{ "\xff.x", NULL, 0, NULL, "UTF-8" },
	/* An arrow is a symbol, which IDNA does not admit. */
	{ "\xe2\x86\x92.example", "\xe2\x86\x92.example", 0, NULL,
	    "cannot be written" },
	{ "\xc3\xbc..example", "\xc3\xbc..example", 0, NULL, "" },
};

static void test_parse(void)
{
	for (size_t i = 0; i < PH_COUNT(cases); i++) {
		struct ph_span text = ph_span_of(cases[i].text);
		struct ph_host host = { .port = 4711 };
		struct ph_fault fault = { 0 };
		struct ph_arena a;
		const char *ascii = NULL;

		check_case(cases[i].text, i);
		ph_arena_init(&a, 4096);

		enum ph_err err = ph_host_parse(text, &host, &fault);

		check(err == (cases[i].name == NULL ? PH_EINVAL : PH_OK));
		if (err == PH_OK) {
			check(ph_span_eq(host.name, ph_span_of(cases[i].name)));
			check_int(host.port, cases[i].port);
			err = ph_host_to_ascii(host.name, &a, &ascii, &fault);
			check(err ==
			    (cases[i].ascii == NULL ? PH_EINVAL : PH_OK));
		} else {
			check_int(host.port, 4711);
		}
		if (err == PH_OK) {
			check_str(ascii, cases[i].ascii);
		} else {
			check_int(fault.cause, PH_CAUSE_CONFIG);
		}
		check(strstr(fault.text, cases[i].why) != NULL);
		check(strstr(fault.text, "hunter2") == NULL);
		check(strstr(fault.advice, "hunter2") == NULL);
		ph_arena_release(&a);
	}
}

static void test_port(void)
{
	static const struct {
		const char *text;
		unsigned port; /* 0: refused */
	} ports[] = {
		{ "1", 1 },
		{ "25", 25 },
		{ "65535", 65535 },
		{ "0", 0 },
		{ "00", 0 },
		{ "65536", 0 },
		{ "25 ", 0 },
		{ "", 0 },
		{ "99999999999999999999", 0 },
	};

	for (size_t i = 0; i < PH_COUNT(ports); i++) {
		uint16_t port = 0;
		enum ph_err err =
		    ph_port_parse(ph_span_of(ports[i].text), &port);

		check_case("port", i);
		check(err == (ports[i].port == 0 ? PH_EINVAL : PH_OK));
		check_int(port, ports[i].port);
	}
}

static void test_memory(void)
{
	struct ph_arena a;
	const char *ascii = NULL;

	ph_arena_init(&a, 4);
	check(ph_host_to_ascii(PH_SPAN("example"), &a, &ascii, NULL) ==
	    PH_ENOMEM);
	check(ph_host_to_ascii(PH_SPAN("m\xc3\xbcller"), &a, &ascii, NULL) ==
	    PH_ENOMEM);
	a.max = 9;
	check(ph_host_to_ascii(PH_SPAN("m\xc3\xbcller"), &a, &ascii, NULL) ==
	    PH_ENOMEM);
	check(ascii == NULL);
	ph_arena_release(&a);
}

static void test_literal(void)
{
	static const struct {
		const char *text;
		bool is_literal;
	} texts[] = {
		{ "127.0.0.1", true },
		{ "255.255.255.255", true },
		{ "0.0.0.0", true },
		{ "::", true },
		{ "::1", true },
		{ "2001:db8::8:800:200c:417a", true },
		{ "::ffff:192.0.2.1", true },
		{ "fe80::1%eth0", true },
		{ "ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255", true },
		{ "", false },
		{ "%", false },
		{ "%eth0", false },
		{ "fe80::1%", false },
		{ "127.0.0.1%lo", false },
		{ "127.0.0.1:25", false },
		{ "127.0.0", false },
		{ "127.0.0.256", false },
		{ "0x7f.0.0.1", false },
		{ "127.1", false },
		{ "2130706433", false },
		{ "[::1]", false },
		{ ":::", false },
		{ "1::2::3", false },
		{ "12345::", false },
		{ "localhost", false },
		{ "ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.2555", false },
	};

	for (size_t i = 0; i < PH_COUNT(texts); i++) {
		check_case(texts[i].text, i);
		check(ph_host_is_literal(ph_span_of(texts[i].text)) ==
		    texts[i].is_literal);
	}
	/* What inet_pton() would read up to. */
	check(!ph_host_is_literal(PH_SPAN("127.0.0.1\0")));
	check(!ph_host_is_literal(PH_SPAN("::1\0x")));
	check(!ph_host_is_literal(PH_SPAN("fe80::1%et\0h0")));

	struct ph_host host = { .port = 4711 };

	check(ph_host_parse(PH_SPAN("127.0.0.1\0"), &host, NULL) == PH_EINVAL);
	check(ph_host_parse(PH_SPAN("[::1\0]:25"), &host, NULL) == PH_EINVAL);
	check_int(host.port, 4711);
}

/* IDNA 2008, not 2003: sharp s and final sigma are letters of their own, and
   what is composed otherwise is the same name. */
static void test_scripts(void)
{
	static const struct {
		const char *name;
		const char *ascii; /* NULL: refused */
	} names[] = {
		{ "fa\xc3\x9f.de", "xn--fa-hia.de" },
		{ "b\xc3\xbc"
		  "cher.example",
		    "xn--bcher-kva.example" },
		{ "bu\xcc\x88"
		  "cher.example",
		    "xn--bcher-kva.example" },
		{ "B\xc3\x9c"
		  "CHER.example",
		    "xn--bcher-kva.example" },
		{ "\xe4\xbe\x8b\xe5\xad\x90.\xe6\xb5\x8b\xe8\xaf\x95",
		    "xn--fsqu00a.xn--0zwm56d" },
		{ "m\xc3\xbcller.example.", "xn--mller-kva.example" },
		{ "xn--mller-kva.example", "xn--mller-kva.example" },
		{ "\xe2\x98\x83.example", NULL },
		{ "-\xc3\xbc.example", NULL },
		{ "\xc3\xbc..", NULL },
		/* A wide space and a full-width solidus become what no name
		   holds. */
		{ "k\xe2\x80\x82x.example", NULL },
		{ "a\xef\xbc\x8f"
		  "b.example",
		    NULL },
	};

	for (size_t i = 0; i < PH_COUNT(names); i++) {
		struct ph_fault fault = { 0 };
		const char *ascii = NULL;
		struct ph_arena a;

		check_case(names[i].name, i);
		ph_arena_init(&a, 4096);

		enum ph_err err = ph_host_to_ascii(
		    ph_span_of(names[i].name), &a, &ascii, &fault);

		check(err == (names[i].ascii == NULL ? PH_EINVAL : PH_OK));
		if (err == PH_OK) {
			check_str(ascii, names[i].ascii);
			check_str(fault.text, "");
		} else {
			check(ascii == NULL);
			check_int(fault.cause, PH_CAUSE_CONFIG);
		}
		ph_arena_release(&a);
	}
}

int main(void)
{
	test_parse();
	test_literal();
	test_scripts();
	test_port();
	test_memory();
	return check_end();
}
