#include "base/fault.h"

#include "base/utf8.h"
#include "check.h"

#include <stdlib.h>

static const struct {
	const char *in, *want;
} texts[] = {
	{ "", "" },
	{ "answered 535 5.7.8 \"no\"", "answered 535 5.7.8 \"no\"" },
	{ "two\nlines\tand a tab", "two lines and a tab" },
	{ "cr\r\n", "cr? " },
	{ "\x1b[31mred\x07\x7f", "?[31mred??" },
	{ "gr\xc3\xbc\xc3\x9f", "gr\xc3\xbc\xc3\x9f" },
	{ "\xf0\x9f\x93\xac", "\xf0\x9f\x93\xac" },
	/* A terminal that speaks Latin-1, or UTF-8, takes these for ESC [. */
	{ "a\x9b"
	  "b",
	    "a?b" },
	{ "a\xc2\x9b"
	  "b",
	    "a?b" },
	{ "\xc2\xa0", "\xc2\xa0" },
	{ "half \xc3", "half ?" },
	{ "\xed\xa0\x80", "???" },
};

static void tidies(void)
{
	for (size_t i = 0; i < PH_COUNT(texts); i++) {
		struct ph_fault f = { 0 };

		check_case("text", i);
		ph_fault_set(
		    &f, PH_CAUSE_USAGE, PH_STAGE_CONFIG, "%s", texts[i].in);
		check_str(f.text, texts[i].want);
		ph_fault_advise(&f, "%s", texts[i].in);
		check_str(f.advice, texts[i].want);
	}
	/* Nothing is left of the one before. */
	struct ph_fault f = { 0 };
	ph_fault_set(&f, PH_CAUSE_CONFIG, PH_STAGE_CONFIG, "a");
	ph_fault_suspect(&f, "port");
	ph_fault_prefix(&f, "b");
	check_str(f.setting, "port");
	check_str(f.text, "b: a");
	ph_fault_set(&f, PH_CAUSE_CONFIG, PH_STAGE_CONFIG, "a");
	check(f.setting == NULL);
	ph_fault_suspect(NULL, "port");
	check_case(NULL, 0);
}

/* lead times x, then unit until it is too long. */
static void fill(char *text, size_t lead, const char *unit)
{
	size_t len = lead;

	memset(text, 'x', lead);
	for (; len < PH_FAULT_TEXT_MAX + 8; len += strlen(unit))
		memcpy(text + len, unit, strlen(unit) + 1);
}

/* Characters of every width, with the limit at each place in them. */
static void cuts_between_characters(const char *unit)
{
	for (size_t lead = 0; lead < 4; lead++) {
		char text[2 * PH_FAULT_TEXT_MAX];
		struct ph_fault f = { 0 };
		size_t width = strlen(unit);
		size_t want =
		    lead + (PH_FAULT_TEXT_MAX - 1 - lead) / width * width;

		check_case(unit, lead);
		fill(text, lead, unit);
		ph_fault_set(&f, PH_CAUSE_INTERNAL, PH_STAGE_DATA, "%s", text);
		check_int(strlen(f.text), want);
		check(ph_utf8_valid(ph_span_of(f.text)));
		check(memcmp(f.text, text, want) == 0);
	}
	check_case(NULL, 0);
}

static void replaces(void)
{
	struct ph_fault f = { .code = 535, .advice = "old" };

	check(!ph_fault_is_set(&f));
	ph_fault_set(
	    &f, PH_CAUSE_AUTH_REFUSED, PH_STAGE_AUTH, "%s:%d", "h", 25);
	check(ph_fault_is_set(&f));
	check_int(f.cause, PH_CAUSE_AUTH_REFUSED);
	check_int(f.stage, PH_STAGE_AUTH);
	check_int(f.code, 0);
	check_str(f.text, "h:25");
	check_str(f.advice, "");
	ph_fault_advise(&f, "try %s", "again");
	ph_fault_prefix(&f, "send");
	check_str(f.text, "send: h:25");
	check_str(f.advice, "try again");
	/* Made of itself. */
	ph_fault_set(&f, PH_CAUSE_TIMEOUT, PH_STAGE_DATA, "<%s>", f.text);
	check_str(f.text, "<send: h:25>");
	check_int(f.cause, PH_CAUSE_TIMEOUT);
	ph_fault_prefix(&f, "a\nb");
	check_str(f.text, "a b: <send: h:25>");
}

static void bears_null(void)
{
	ph_fault_set(NULL, PH_CAUSE_USAGE, PH_STAGE_CONFIG, "x");
	ph_fault_advise(NULL, "x");
	ph_fault_prefix(NULL, "x");
	check(!ph_fault_is_set(&(struct ph_fault){ 0 }));
}

int main(void)
{
	tidies();
	cuts_between_characters("a");
	cuts_between_characters("\xc3\xa4");
	cuts_between_characters("\xe2\x82\xac");
	cuts_between_characters("\xf0\x9f\x93\xac");
	replaces();
	bears_null();
	return check_end();
}
