#include "check.h"
#include "exact.h"
#include "failalloc.h"
#include "inject/octets.h"

#define S(lit)            \
 {                        \
  "" lit, sizeof(lit) - 1 \
 }

static const struct {
	const char *text;
	bool good;
	struct ph_span octets;
} cases[] = {
	{ "", true, S("") },
	{ "plain", true, S("plain") },
	{ "a\\r\\nb", true, S("a\r\nb") },
	{ "\\t\\\\", true, S("\t\\") },
	{ "\\x00\\xff\\xAb", true, S("\x00\xff\xab") },
	{ "caf\xc3\xa9", true, S("caf\xc3\xa9") },
	{ "\\x41", true, S("A") },
	{ "\\x411", true, S("A1") },
	{ "\\", false, S("") },
	{ "a\\", false, S("") },
	{ "\\q", false, S("") },
	{ "\\N", false, S("") },
	{ "\\x", false, S("") },
	{ "\\x4", false, S("") },
	{ "\\xg0", false, S("") },
	{ "\\x0g", false, S("") },
	{ "\\x-1", false, S("") },
};

static enum ph_err parse(void *ctx)
{
	struct ph_arena a;
	struct ph_span out = { 0 };

	ph_arena_init(&a, 1000);
	enum ph_err err = ph_inject_octets_parse(ph_span_of(ctx), &a, &out);
	ph_arena_release(&a);
	return err;
}

int main(void)
{
	static char text[] = "some\\r\\n";

	for (size_t i = 0; i < PH_COUNT(cases); i++) {
		struct ph_span text_in = exact_copy(ph_span_of(cases[i].text));
		struct ph_span out = { 0 };
		struct ph_arena a;
		enum ph_err err;

		check_case(cases[i].text, i);
		ph_arena_init(&a, 1000);
		err = ph_inject_octets_parse(text_in, &a, &out);
		check_int(err, cases[i].good ? PH_OK : PH_EINVAL);
		check(ph_span_eq(out, cases[i].octets));
		if (err == PH_OK)
			check(out.ptr[out.len] == '\0');
		ph_arena_release(&a);
		exact_free(text_in);
	}
	check_case("no memory", 0);
	check(failalloc_run(parse, text) > 0);
	return check_end();
}
