#include "check.h"
#include "memory/words.h"

static void test_check(void)
{
	static const struct {
		struct ph_span text;
		enum ph_err err;
	} cases[] = {
		{ PH_SPAN_INIT("a b\n"), PH_OK },
		{ PH_SPAN_INIT("\n"), PH_OK },
		{ PH_SPAN_INIT("a~ \nb\n"), PH_OK },
		{ PH_SPAN_INIT(""), PH_EPROTO },
		{ PH_SPAN_INIT("a"), PH_EPROTO },
		{ PH_SPAN_INIT("a\r\n"), PH_EPROTO },
		{ PH_SPAN_INIT("a\x7f\n"), PH_EPROTO },
		{ PH_SPAN_INIT("a\x1f\n"), PH_EPROTO },
		{ PH_SPAN_INIT("a\xff\n"), PH_EPROTO },
		{ PH_SPAN_INIT("a\0b\n"), PH_EPROTO },
	};

	for (size_t i = 0; i < PH_COUNT(cases); i++) {
		check_case("check", i);
		check_int(ph_words_check(cases[i].text), cases[i].err);
	}
}

static void test_begin(void)
{
	struct ph_span text = PH_SPAN("kind 1\nrest\n");

	check_int(ph_words_begin(&text, 12, "kind 1"), PH_OK);
	check(ph_span_eq(text, PH_SPAN("rest\n")));
	text = PH_SPAN("kind 1\nrest\n");
	check_int(ph_words_begin(&text, 11, "kind 1"), PH_EPROTO);
	check_int(ph_words_begin(&text, 12, "kind"), PH_EPROTO);
	text = PH_SPAN("kind 1");
	check_int(ph_words_begin(&text, 12, "kind 1"), PH_EPROTO);
}

static void test_next(void)
{
	struct ph_span line = PH_SPAN("one 22  3");
	struct ph_span word;
	uint64_t n = 0;

	check(ph_words_next(&line, &word));
	check(ph_span_eq(word, PH_SPAN("one")));
	check_int(ph_words_number(&line, 22, &n), PH_OK);
	check_int(n, 22);
	check(!ph_words_next(&line, &word)); /* the empty one */
	check_int(ph_words_number(&line, 2, &n), PH_EPROTO);
	check(!ph_words_next(&line, &word));
}

static void test_time(void)
{
	static const struct {
		const char *word;
		enum ph_err err;
		ph_unixtime t;
	} cases[] = {
		{ "0", PH_OK, 0 },
		{ "9007199254740992", PH_OK, 9007199254740992 },
		{ "9007199254740993", PH_EPROTO, -1 },
		{ "-1", PH_EPROTO, -1 },
		{ "", PH_EPROTO, -1 },
	};

	for (size_t i = 0; i < PH_COUNT(cases); i++) {
		struct ph_span line = ph_span_of(cases[i].word);
		ph_unixtime t = -1;

		check_case(cases[i].word, i);
		check_int(ph_words_time(&line, &t), cases[i].err);
		check_int(t, cases[i].t);
	}
}

static void test_mark(void)
{
	static const struct {
		const char *line;
		enum ph_err err;
	} cases[] = {
		{ "0123456789abcdef0123456789abcdef rest", PH_OK },
		{ "0123456789abcdef0123456789abcdef", PH_OK },
		{ "0123456789abcdef0123456789abcde", PH_EPROTO },
		{ "0123456789abcdef0123456789abcdef0", PH_EPROTO },
		{ "", PH_EPROTO },
	};

	for (size_t i = 0; i < PH_COUNT(cases); i++) {
		struct ph_span line = ph_span_of(cases[i].line);
		char mark[PH_MARK_SIZE] = "";

		check_case(cases[i].line, i);
		check_int(ph_words_mark(&line, mark), cases[i].err);
		check_str(mark,
		    cases[i].err == PH_OK ? "0123456789abcdef0123456789abcdef"
					  : "");
	}
}

int main(void)
{
	test_mark();
	test_check();
	test_begin();
	test_next();
	test_time();
	return check_end();
}
