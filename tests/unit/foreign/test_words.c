#include "foreign/words.h"

#include "check.h"
#include "exact.h"
#include "failalloc.h"
#include "freewatch.h"

#include <stdio.h>

/* The words with | between; "$" before them where a shell would have more to
   do; NULL: refused. */
static const struct {
	const char *line;
	const char *want;
} cases[] = {
	{ "", "" },
	{ "a", "a" },
	{ " a\tb\n\nc\r\n", "a|b|c" },
	{ "'a b' \"c d\" e\\ f", "a b|c d|e f" },
	{ "a'b'\"c\"d", "abcd" },
	{ "''", "" },
	{ "a '' b", "a||b" },
	{ "\"\" b", "|b" },
	{ "'\\'", "\\" },
	{ "\"\\\\ \\\" \\$ \\` \\x\"", "\\ \" $ ` \\x" },
	{ "'it'\\''s'", "it's" },
	{ "a \\\n b", "a|b" },
	{ "a \\\r\n b", "a|b" },
	{ "a\\\nb", "ab" },
	{ "a\\\r\nb", "ab" },
	{ "\"a\\\nb\"", "ab" },
	{ "$'a\\nb\\t\\x41\\x4\\'\\\\'", "a\nb\tA\x04'\\" },
	{ "$'\\x'", "" },
	{ "$'\\r'", "\r" },
	{ "a#b # c", "a#b|#|c" },
	{ "\xc3\xbc '\xc3\xbc'", "\xc3\xbc|\xc3\xbc" },
	{ "a | b", "$a|||b" },
	{ "a;b", "$a;b" },
	{ "a &", "$a|&" },
	{ "a <b >c", "$a|<b|>c" },
	{ "(a)", "$(a)" },
	{ "$HOME", "$$HOME" },
	{ "\"$HOME\"", "$$HOME" },
	{ "'$HOME'", "$HOME" },
	{ "\\$HOME", "$HOME" },
	{ "`a`", "$`a`" },
	{ "\"`a`\"", "$`a`" },
	{ "'a|b'", "a|b" },
	{ "'", NULL },
	{ "\"", NULL },
	{ "\"\\", NULL },
	{ "\\", NULL },
	{ "a 'b", NULL },
	{ "$'a", NULL },
	{ "$'a\\", NULL },
	{ "$'a\\x", NULL },
	{ "$'a\\x4", NULL },
	{ "$", "$$" },
};

static void render(const struct ph_foreign_words *w, char *out, size_t size)
{
	size_t n = 0;

	out[0] = '\0';
	if (w->is_shell)
		n += (size_t)snprintf(out, size, "$");
	for (size_t i = 0; i < w->count; i++) {
		n += (size_t)snprintf(out + n, size - n, "%s%.*s",
		    i == 0 ? "" : "|", PH_SPAN_ARG(w->words[i]));
	}
}

static void test_cases(void)
{
	for (size_t i = 0; i < PH_COUNT(cases); i++) {
		struct ph_foreign_words w = { 0 };
		struct ph_span line = exact_copy(ph_span_of(cases[i].line));
		char got[256];
		enum ph_err err = ph_foreign_words_split(line, &w);

		check_case(cases[i].line, i);
		check(err == (cases[i].want == NULL ? PH_EINVAL : PH_OK));
		render(&w, got, sizeof(got));
		check_str(got, cases[i].want == NULL ? "" : cases[i].want);
		ph_foreign_words_release(&w);
		check(w.words == NULL && w.text.ptr == NULL);
		exact_free(line);
	}
	check_case(NULL, 0);
}

/* What comes out goes in again, whatever it is. */
static void test_quote(void)
{
	static const struct {
		const char *word;
		const char *want;
	} words[] = {
		{ "a", "a" },
		{ "", "''" },
		{ "a b", "'a b'" },
		{ "a'b", "'a'\\''b'" },
		{ "'", "''\\'''" },
		{ "\"", "'\"'" },
		{ "$x", "'$x'" },
		{ "a\nb", "'a\nb'" },
		{ "~/x", "'~/x'" },
		{ "smtp://h:25/x?y", "'smtp://h:25/x?y'" },
		{ "a-b_c.d/e:f=g+h,i%j@k", "a-b_c.d/e:f=g+h,i%j@k" },
		{ "\xc3\xbc", "'\xc3\xbc'" },
		{ "#", "'#'" },
		{ "\\", "'\\'" },
	};

	for (size_t i = 0; i < PH_COUNT(words); i++) {
		struct ph_foreign_words w = { 0 };
		struct ph_buf b;

		check_case(words[i].word, i);
		ph_buf_init(&b, 256);
		check(ph_foreign_words_quote(&b, ph_span_of(words[i].word)) ==
		    PH_OK);
		check_str(ph_buf_str(&b), words[i].want);
		check(ph_foreign_words_split(ph_buf_span(&b), &w) == PH_OK);
		check_int(w.count, 1);
		check(!w.is_shell);
		check(w.count == 1 &&
		    ph_span_eq(w.words[0], ph_span_of(words[i].word)));
		ph_foreign_words_release(&w);
		ph_buf_release(&b);
	}
	check_case(NULL, 0);
}

static void test_limits(void)
{
	static char many[3 * PH_FOREIGN_WORDS_MAX];
	struct ph_foreign_words w = { 0 };
	size_t n = 0;

	for (; n < (size_t)2 * PH_FOREIGN_WORDS_MAX; n += 2)
		memcpy(many + n, "a ", 2);
	check(ph_foreign_words_split((struct ph_span){ many, n }, &w) == PH_OK);
	check_int(w.count, PH_FOREIGN_WORDS_MAX);
	ph_foreign_words_release(&w);
	memcpy(many + n, "a ", 2);
	check(ph_foreign_words_split((struct ph_span){ many, n + 2 }, &w) ==
	    PH_EINVAL);
	check_int(w.count, 0);

	struct ph_buf b;

	for (size_t max = 0; max < 10; max++) {
		ph_buf_init(&b, max);
		check(
		    ph_foreign_words_quote(&b, PH_SPAN("a b'c")) == PH_ETOOBIG);
		ph_buf_release(&b);
	}
}

static enum ph_err live(void *ctx)
{
	struct ph_foreign_words w = { 0 };
	enum ph_err err = ph_foreign_words_split(ph_span_of(ctx), &w);

	ph_foreign_words_release(&w);
	return err;
}

static void test_memory(void)
{
	static char line[] = "a --user 'ann:hunter2' \"x\\\"y\" $'z'";
	static const char bad[] = "a hunter2 'x";
	struct ph_foreign_words w = { 0 };

	check(failalloc_run(live, line) > 1);
	freewatch_for("hunter2");
	check(live(line) == PH_OK);
	check(ph_foreign_words_split(ph_span_of(bad), &w) == PH_EINVAL);
	check_int(freewatch_found(), 0);
	freewatch_for(NULL);
}

int main(void)
{
	test_cases();
	test_quote();
	test_limits();
	test_memory();
	return check_end();
}
