#include "diagnose/explain.h"

#include <assert.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_said(struct ph_span text, struct ph_span said)
{
	if (said.len == 0)
		return;
	assert(said.ptr >= text.ptr);
	assert(said.ptr + said.len <= text.ptr + text.len);
}

static void check_explanation(const struct ph_explanation *explained)
{
	const struct ph_explanation e = *explained;

	assert(e.meaning != NULL);
	assert(e.cause != NULL);
	assert(e.advice != NULL);
	assert(e.code == 0 || (e.code >= 200 && e.code <= 599));
	assert(e.enhanced[1] <= 999);
	assert(e.enhanced[2] <= 999);
	if (e.known) {
		assert(e.setting != NULL);
		assert(e.who != NULL);
		assert(e.retry != NULL);
	} else {
		assert(e.setting == NULL);
		assert(e.who == NULL);
		assert(!e.by_words);
	}
	if (e.code == 0 && e.enhanced[0] == 0)
		assert(e.nature == PH_NATURE_UNKNOWN);
}

/* Whatever the text, there is something to say, and nothing is made up. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct ph_explain_place places[] = {
		{ "auth", "smtp.gmail.com" },
		{ "rcpt", "smtp.office365.com" },
		{ "data", NULL },
	};
	const struct ph_span text = { (const char *)data, size };
	struct ph_explanation plain;
	struct ph_explanation e;

	ph_explain(text, &plain);
	check_said(text, plain.said);
	check_explanation(&plain);
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		ph_explain_at(&places[i], text, &e);
		check_said(text, e.said);
		check_explanation(&e);
		/* A number may be a code only by what is known of the
		   place. */
		if (e.code != 0 && plain.code != 0)
			assert(e.code == plain.code);
	}
	return 0;
}
