#include "foreign/json.h"

#include "check.h"
#include "failalloc.h"
#include "freewatch.h"

static const struct {
	const char *text;
	enum ph_err err;
	unsigned line;
} cases[] = {
	{ "{}", PH_OK, 0 },
	{ " {\"a\":1}\n", PH_OK, 0 },
	{ "[]", PH_EINVAL, 0 },
	{ "1", PH_EINVAL, 1 },
	{ "", PH_EINVAL, 1 },
	{ "{", PH_EINVAL, 1 },
	{ "{\n\"a\":\n}", PH_EINVAL, 3 },
	{ "{\"a\":1,\"a\":2}", PH_EINVAL, 1 },
	{ "{} x", PH_EINVAL, 1 },
};

static enum ph_err live(void *ctx)
{
	json_t *j = NULL;
	const char *why = "";
	unsigned line = 0;
	enum ph_err err =
	    ph_foreign_json_read(ph_span_of(ctx), &j, &why, &line);

	json_decref(j);
	return err;
}

static void test_text(void)
{
	struct ph_foreign_json_room room;
	json_t *values[] = { json_string("a"), json_integer(-7), json_true(),
		json_false(), json_null(), json_object(), json_real(1.5) };
	static const char *const want[] = { "a", "-7", "true", "false", NULL,
		NULL, NULL };

	for (size_t i = 0; i < PH_COUNT(values); i++) {
		struct ph_span got = ph_foreign_json_text(values[i], &room);

		check_case(want[i], i);
		check((got.ptr == NULL) == (want[i] == NULL));
		check(ph_span_eq(got, ph_span_of(want[i])));
		json_decref(values[i]);
	}
	check_case(NULL, 0);
	check(ph_foreign_json_text(NULL, &room).ptr == NULL);
}

int main(void)
{
	static char secret[] =
	    "{\"a\":{\"pass\":\"hunter2\"},\"b\":\"hunter2\"}";

	for (size_t i = 0; i < PH_COUNT(cases); i++) {
		json_t *j = NULL;
		const char *why = "";
		unsigned line = 0;

		check_case(cases[i].text, i);
		check(ph_foreign_json_read(ph_span_of(cases[i].text), &j, &why,
			  &line) == cases[i].err);
		check_int(line, cases[i].line);
		check((why[0] != '\0') == (cases[i].err != PH_OK));
		json_decref(j);
	}
	check_case(NULL, 0);
	test_text();
	check(failalloc_run_any(live, secret) > 3);
	freewatch_for("hunter2");
	check(live(secret) == PH_OK);
	check_int(freewatch_found(), 0);
	freewatch_for(NULL);
	return check_end();
}
