#include "base/span.h"

#include "base/err.h"
#include "check.h"

#define S PH_SPAN
#define I PH_SPAN_INIT

static const struct {
	struct ph_span a, b;
	bool eq, eq_nocase, starts;
} pairs[] = {
	{ I(""), I(""), true, true, true },
	{ { NULL, 0 }, I(""), true, true, true },
	{ I(""), { NULL, 0 }, true, true, true },
	{ I("a"), I(""), false, false, true },
	{ I(""), I("a"), false, false, false },
	{ I("EHLO"), I("EHLO"), true, true, true },
	{ I("EHLO"), I("ehlo"), false, true, true },
	{ I("ehlo"), I("EHLO"), false, true, true },
	{ I("EHLO x"), I("ehlo"), false, false, true },
	{ I("ehl"), I("EHLO"), false, false, false },
	{ I("EHLX"), I("EHLO"), false, false, false },
	{ I("a\0b"), I("a\0c"), false, false, false },
	{ I("a\0b"), I("A\0B"), false, true, true },
	/* One bit away from a letter is another character. */
	{ I("@"), I("`"), false, false, false },
	{ I("["), I("{"), false, false, false },
	{ I("\xc4"), I("\xe4"), false, false, false },
};

static void compares(void)
{
	for (size_t i = 0; i < PH_COUNT(pairs); i++) {
		struct ph_span a = pairs[i].a, b = pairs[i].b;

		check_case("pair", i);
		check(ph_span_eq(a, b) == pairs[i].eq);
		check(ph_span_eq(b, a) == pairs[i].eq);
		check(ph_span_eq_nocase(a, b) == pairs[i].eq_nocase);
		check(ph_span_eq_nocase(b, a) == pairs[i].eq_nocase);
		check(ph_span_starts_nocase(a, b) == pairs[i].starts);
	}
	check_case(NULL, 0);
	check_int(ph_span_of(NULL).len, 0);
	check(ph_span_eq(ph_span_of("abc"), S("abc")));
}

static void cuts(void)
{
	struct ph_span s = S("abc");

	check(ph_span_eq(ph_span_skip(s, 0), s));
	check(ph_span_eq(ph_span_skip(s, 1), S("bc")));
	check_int(ph_span_skip(s, 3).len, 0);
	check_int(ph_span_skip((struct ph_span){ NULL, 0 }, 0).len, 0);
	check_int(ph_span_first(s, 0).len, 0);
	check(ph_span_eq(ph_span_first(s, 2), S("ab")));
	check(ph_span_eq(ph_span_first(s, 3), s));
	check_int(ph_span_find(s, 'a'), 0);
	check_int(ph_span_find(s, 'c'), 2);
	check_int(ph_span_find(s, 'x'), 3);
	check_int(ph_span_find(S("a\0b"), '\0'), 1);
	check_int(ph_span_find((struct ph_span){ NULL, 0 }, 'x'), 0);
}

static const struct {
	struct ph_span in, want;
} trims[] = {
	{ I(""), I("") },
	{ { NULL, 0 }, I("") },
	{ I(" \t\r\n"), I("") },
	{ I("a"), I("a") },
	{ I("  a b\r\n"), I("a b") },
	{ I("\n\ta"), I("a") },
	{ I("a\v"), I("a\v") },
	{ I("\0 "), I("\0") },
};

static void trims_blanks(void)
{
	for (size_t i = 0; i < PH_COUNT(trims); i++) {
		check_case("trim", i);
		check(ph_span_eq(ph_span_trim(trims[i].in), trims[i].want));
	}
	check_case(NULL, 0);
}

static const struct {
	struct ph_span in;
	size_t count;
	const char *fields[4];
} splits[] = {
	{ { NULL, 0 }, 0, { NULL } },
	{ I(""), 1, { "" } },
	{ I("a"), 1, { "a" } },
	{ I(","), 2, { "", "" } },
	{ I("a,b"), 2, { "a", "b" } },
	{ I("a,,b,"), 4, { "a", "", "b", "" } },
};

static void splits_fields(void)
{
	for (size_t i = 0; i < PH_COUNT(splits); i++) {
		struct ph_span rest = splits[i].in, field;
		size_t n = 0;

		check_case("split", i);
		while (ph_span_split(&rest, ',', &field) && n < 10) {
			struct ph_span want =
			    ph_span_of(splits[i].fields[n % 4]);

			check(ph_span_eq(field, want));
			n++;
		}
		check_int(n, splits[i].count);
	}
	check_case(NULL, 0);
}

/* Every byte, alone and behind a harmless one. */
static void classifies(void)
{
	for (int c = 0; c < 256; c++) {
		char text[2] = { 'a', (char)c };
		bool control = c < 32 || c == 127;

		check_case("byte", (size_t)c);
		check(ph_span_has_control((struct ph_span){ text, 2 }) ==
		    control);
		check(ph_span_has_control((struct ph_span){ text + 1, 1 }) ==
		    control);
		check(
		    ph_span_is_ascii((struct ph_span){ text, 2 }) == (c < 128));
	}
	check_case(NULL, 0);
	check(!ph_span_has_control((struct ph_span){ NULL, 0 }));
	check(ph_span_is_ascii((struct ph_span){ NULL, 0 }));
}

int main(void)
{
	compares();
	cuts();
	trims_blanks();
	splits_fields();
	classifies();
	return check_end();
}
