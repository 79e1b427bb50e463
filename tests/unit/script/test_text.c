#include "check.h"
#include "exact.h"

#include "script/text.h"

#include <stdio.h>
#include <stdlib.h>

/* The text format, as tests/wire and sink --script have it. */

enum {
	ARENA_MAX = 1024 * 1024
};

static const char *kind_name(enum ph_script_kind kind)
{
	static const char *const names[] = {
		[PH_SCRIPT_SERVER] = "server",
		[PH_SCRIPT_CLIENT] = "client",
		[PH_SCRIPT_DRIVER] = "driver",
		[PH_SCRIPT_EVENT] = "event",
		[PH_SCRIPT_OPTION] = "option",
		[PH_SCRIPT_MAIL] = "mail",
		[PH_SCRIPT_BODY] = "body",
	};

	return names[kind];
}

/* A line for each step, octets in hexadecimal where they are not to be seen. */
static void dump(const struct ph_script *s, char *out, size_t size)
{
	size_t len = 0;

	out[0] = '\0';
	for (size_t i = 0; i < s->count; i++) {
		const struct ph_script_step *step = &s->steps[i];

		len += (size_t)snprintf(out + len, size - len, "%u %s%s ",
		    step->line, kind_name(step->kind),
		    step->is_optional ? "?" : "");
		if (step->hands_over > 0) {
			len += (size_t)snprintf(out + len, size - len, "!%llu ",
			    (unsigned long long)step->hands_over);
		}
		for (size_t j = 0; j < step->bytes.len; j++) {
			unsigned char c = (unsigned char)step->bytes.ptr[j];

			len += (size_t)snprintf(out + len, size - len,
			    c < 0x20 || c >= 0x7f ? "{%02x}" : "%c", c);
		}
		len += (size_t)snprintf(out + len, size - len, "\n");
		if (len >= size)
			abort();
	}
}

static const struct {
	const char *text;
	const char *want; /* the steps; or the fault, behind "! " */
} cases[] = {
	{ "", "" },
	{ "\n\n", "" },
	{ "# S: words\n", "" },
	{ "S: 220 hi", "1 server 220 hi{0d}{0a}\n" },
	{ "S: 220 hi\r\n", "1 server 220 hi{0d}{0a}\n" },
	{ "S:", "1 server {0d}{0a}\n" },
	{ "S: ", "1 server {0d}{0a}\n" },
	{ "S:  two", "1 server  two{0d}{0a}\n" },
	{ "s: 220 hi\\n", "1 server 220 hi{0a}\n" },
	{ "s:x\\r\\n\\\\\\q", "1 server x{0d}{0a}\\q\n" },
	{ "s: \\x00\\xFf\\x7F", "1 server {00}{ff}{7f}\n" },
	{ "s: \\x0", "1 server x0\n" },
	{ "s: \\x0g\\xg0", "1 server x0gxg0\n" },
	{ "s: end\\", "1 server end\\\n" },
	{ "\n# a\nC: EHLO me\nc: RAW",
	    "3 client EHLO me{0d}{0a}\n"
	    "4 client RAW\n" },
	{ "C1! .", "1 client !1 .{0d}{0a}\n" },
	{ "c42! x: y", "1 client !42 x: y\n" },
	{ "D: tick 5", "1 driver tick 5\n" },
	{ "E: READY!", "1 event READY!\n" },
	{ "E?: START_TLS", "1 event? START_TLS\n" },
	{ "option: tls=required auth", "1 option tls=required auth\n" },
	{ "mail: from=a\\x40c to=b", "1 mail from=a\\x40c to=b\n" },
	{ "body: one\\r\\n", "1 body one{0d}{0a}\n" },
	{ "what", "! line 1, no such step: what" },
	{ "S: a\n\nX: b", "! line 3, no such step: X: b" },
	{ "d: quit", "! line 1, no such step: d: quit" },
	{ "e: READY", "! line 1, no such step: e: READY" },
	{ "C! .", "! line 1, no such step: C! ." },
	{ "S1! .", "! line 1, no such step: S1! ." },
	{ "Cx! .", "! line 1, no such step: Cx! ." },
	{ "C1x! .", "! line 1, no such step: C1x! ." },
	{ "!", "! line 1, no such step: !" },
	{ "C99999999999! .", "! line 1, no such step: C99999999999! ." },
	{ ": x", "! line 1, no such step: : x" },
	{ "opt", "! line 1, no such step: opt" },
	{ "0123456789012345678901234567890123456789too long",
	    "! line 1, no such step: "
	    "0123456789012345678901234567890123456789" },
};

static void test_cases(void)
{
	for (size_t i = 0; i < PH_COUNT(cases); i++) {
		struct ph_span text = exact_copy(ph_span_of(cases[i].text));
		struct ph_script script = { 0 };
		struct ph_fault fault = { 0 };
		struct ph_arena a;
		char got[1024];

		check_case("text", i);
		ph_arena_init(&a, ARENA_MAX);

		enum ph_err err = ph_script_parse(text, &a, &script, &fault);

		if (err == PH_OK) {
			dump(&script, got, sizeof(got));
		} else {
			check_int(err, PH_EINVAL);
			check_int(fault.cause, PH_CAUSE_BAD_INPUT);
			(void)snprintf(got, sizeof(got), "! %s", fault.text);
		}
		check_str(got, cases[i].want);
		ph_arena_release(&a);
		exact_free(text);
	}
}

static void test_too_many(void)
{
	size_t len = ((size_t)PH_SCRIPT_STEPS_MAX + 1) * 3;
	char *text = malloc(len);
	struct ph_script script = { 0 };
	struct ph_fault fault = { 0 };
	struct ph_arena a;

	if (text == NULL)
		abort();
	for (size_t i = 0; i < len; i++)
		text[i] = "S:\n"[i % 3];
	ph_arena_init(&a, (size_t)16 * ARENA_MAX);
	check_int(
	    ph_script_parse((struct ph_span){ text, len }, &a, &script, &fault),
	    PH_EINVAL);
	check_str(fault.text, "line 20000, too many steps: ");
	/* One fewer will do. */
	check_int(ph_script_parse(
		      (struct ph_span){ text, len - 3 }, &a, &script, &fault),
	    PH_OK);
	check_int(script.count, PH_SCRIPT_STEPS_MAX);
	ph_arena_release(&a);
	free(text);
}

/* Without room it says so. */
static void test_no_room(void)
{
	struct ph_span text = PH_SPAN("option: x\nS: 220 hi\nC: EHLO me\n");
	enum ph_err err = PH_ENOMEM;

	for (size_t max = 0; err != PH_OK && max < 1024; max++) {
		struct ph_script script = { 0 };
		struct ph_fault fault = { 0 };
		struct ph_arena a;

		ph_arena_init(&a, max);
		err = ph_script_parse(text, &a, &script, &fault);
		check(err == PH_ENOMEM || err == PH_OK);
		check(err == PH_OK || !ph_fault_is_set(&fault));
		ph_arena_release(&a);
	}
	check_int(err, PH_OK);
}

int main(void)
{
	test_cases();
	test_too_many();
	test_no_room();
	return check_end();
}
