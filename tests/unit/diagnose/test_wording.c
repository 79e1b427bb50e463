#include "check.h"
#include "diagnose/wording.h"

static const struct {
	unsigned code;
	unsigned enhanced[3];
	const char *provider;
	const char *stage;
	const char *words;
	const char *meaning;
} cases[] = {
	{ 0, { 0 }, NULL, NULL, "", "-" },
	{ 550, { 0 }, NULL, NULL, "no", "-" },
	{ 550, { 0 }, NULL, NULL, "no such user", "recipient-unknown" },
	{ 0, { 0 }, NULL, NULL, "no such user", "recipient-unknown" },
	/* words of a refusal, and no refusal */
	{ 250, { 0 }, NULL, NULL, "no such user", "-" },
	/* a class by the enhanced code alone */
	{ 0, { 5, 1, 0 }, NULL, NULL, "no such user", "recipient-unknown" },
	{ 0, { 2, 1, 0 }, NULL, NULL, "sender address rejected",
	    "sender-refused" },
	/* one code, one enhanced code */
	{ 535, { 5, 7, 139 }, NULL, NULL, "x", "microsoft-account" },
	{ 535, { 5, 7, 13 }, NULL, NULL, "x", "-" },
	{ 535, { 5, 7, 138 }, NULL, NULL, "x", "-" },
	{ 550, { 5, 4, 1 }, NULL, NULL, "access denied",
	    "recipient-microsoft-unknown" },
	{ 554, { 5, 4, 1 }, NULL, NULL, "access denied", "-" },
	/* one provider */
	{ 535, { 5, 7, 8 }, "gmail", NULL, "x", "gmail-password" },
	{ 535, { 5, 7, 8 }, "icloud", NULL, "x", "icloud-app-password" },
	{ 535, { 5, 7, 8 }, "nobody", NULL, "x", "-" },
	{ 535, { 5, 7, 8 }, NULL, NULL, "x", "-" },
	/* one stage */
	{ 503, { 0 }, NULL, "data", "x", "earlier" },
	{ 503, { 0 }, NULL, "ehlo", "x", "-" },
	{ 503, { 0 }, NULL, NULL, "x", "-" },
};

static void test_cases(void)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct ph_wordlist words;
		struct ph_evidence e = { .code = (uint16_t)cases[i].code,
			.provider = cases[i].provider,
			.stage = cases[i].stage,
			.words = &words };
		const struct ph_meaning *meaning;

		for (size_t k = 0; k < 3; k++)
			e.enhanced[k] = (uint16_t)cases[i].enhanced[k];
		ph_wordlist_begin(&words, "", "");
		(void)ph_wordlist_add(&words, ph_span_of(cases[i].words));
		ph_wordlist_end(&words);
		check_case(cases[i].words, i);
		meaning = ph_wording_find(&e);
		check_str(
		    meaning == NULL ? "-" : meaning->name, cases[i].meaning);
	}
}

/* Each meaning says everything that a person is told. */
static void test_meanings(void)
{
	for (size_t i = 0; i < ph_meanings_count; i++) {
		const struct ph_meaning *m = &ph_meanings[i];

		check_case(m->name, i);
		check(m->setting != NULL && m->who != NULL);
		check(m->retry != NULL && m->meaning != NULL);
		check(m->cause != NULL && m->advice != NULL);
		/* Sentences as those of the reply codes. */
		check(m->meaning[strlen(m->meaning) - 1] != '.');
		check(m->cause[strlen(m->cause) - 1] == '.');
		check(m->advice[strlen(m->advice) - 1] != '.');
	}
}

/* No row can fit everything, and none lacks what it needs. */
static void test_rows(void)
{
	for (size_t i = 0; i < ph_wording_rows_count; i++) {
		const struct ph_wording_row *row = &ph_wording_rows[i];

		check_case("row", i);
		check(row->meaning < ph_meanings_count);
		check(row->words != NULL || row->code != 0 ||
		    row->has_enhanced || row->provider != NULL);
		check(row->words == NULL || row->words[0] != '\0');
	}
}

int main(void)
{
	test_cases();
	test_meanings();
	test_rows();
	return check_end();
}
