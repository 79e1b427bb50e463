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

int main(void)
{
	test_parse();
	test_port();
	test_memory();
	return check_end();
}
