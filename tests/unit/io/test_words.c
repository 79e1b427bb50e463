#include "check.h"
#include "io/words.h"

#include <stdio.h>
#include <stdlib.h>

static const struct {
	const char *in;
	const char *words; /* joined by '|'; NULL: an error */
} cases[] = {
	{ "pass show mail", "pass|show|mail" },
	{ "  a \t b\n", "a|b" },
	{ "a", "a" },
	{ "a b c d e f g h", "a|b|c|d|e|f|g|h" },
	{ "'a b' c", "a b|c" },
	{ "\"a b\" c", "a b|c" },
	{ "a\\ b", "a b" },
	{ "''", "" },
	{ "\"\" ''", "|" },
	{ "a'b'\"c\"d", "abcd" },
	{ "'a\"b' \"a'b\"", "a\"b|a'b" },
	{ "'a\\b'", "a\\b" },
	{ "\"a\\b\"", "a\\b" },
	{ "\"\\$\\`\\\"\\\\\"", "$`\"\\" },
	{ "\"a\\\nb\"", "ab" },
	{ "a\\\nb", "ab" },
	{ "\\a\\'\\\"", "a'\"" },
	{ "$HOME $(id) `id` a;b >x *", "$HOME|$(id)|`id`|a;b|>x|*" },
	{ "\303\244 b", "\303\244|b" },
	{ "", NULL },
	{ "   ", NULL },
	{ "a 'b", NULL },
	{ "a \"b", NULL },
	{ "a \"b\\\"", NULL },
	{ "a\\", NULL },
	{ "\"\\", NULL },
	{ "'", NULL },
};

static void check_words(const struct ph_words *w, const char *want)
{
	char got[256] = "";
	size_t len = 0;

	for (size_t i = 0; i < w->count; i++) {
		len += (size_t)snprintf(got + len, sizeof(got) - len, "%s%s",
		    i > 0 ? "|" : "", w->argv[i]);
	}
	check_str(got, want);
	check(w->argv[w->count] == NULL);
}

int main(void)
{
	for (size_t i = 0; i < PH_COUNT(cases); i++) {
		struct ph_words w = { 0 };
		const char *why = NULL;
		/* As tight as it comes, so that the sanitizer sees. */
		size_t len = strlen(cases[i].in);
		char *in = malloc(len == 0 ? 1 : len);

		check_case(cases[i].in, i);
		memcpy(in, cases[i].in, len);
		enum ph_err err =
		    ph_words_split((struct ph_span){ in, len }, &w, &why);
		free(in);
		if (cases[i].words == NULL) {
			check_int(err, PH_EINVAL);
			check(why != NULL && w.argv == NULL);
			continue;
		}
		check_int(err, PH_OK);
		check_words(&w, cases[i].words);
		ph_words_release(&w);
		check(w.argv == NULL && w.count == 0);
	}
	check_case(NULL, 0);

	struct ph_words w = { 0 };
	const char *why;
	check_int(ph_words_split(PH_SPAN("a\0b"), &w, &why), PH_EINVAL);
	char *big = malloc(PH_WORDS_TEXT_MAX + 1);
	memset(big, 'a', PH_WORDS_TEXT_MAX + 1);
	check_int(ph_words_split(
		      (struct ph_span){ big, PH_WORDS_TEXT_MAX + 1 }, &w, &why),
	    PH_ETOOBIG);
	check_int(ph_words_split(
		      (struct ph_span){ big, PH_WORDS_TEXT_MAX }, &w, &why),
	    PH_OK);
	ph_words_release(&w);
	free(big);
	ph_words_release(NULL);
	return check_end();
}
