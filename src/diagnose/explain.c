#include "diagnose/explain.h"

#include "diagnose/reply_row.h"
#include "diagnose/token.h"

/* What is said of a code that stands in no table. */
struct nature_row {
	const char *name;
	const char *retry;
	const char *meaning;
	const char *cause;
	const char *advice;
};

static const struct nature_row natures[] = {
	[PH_NATURE_UNKNOWN] = { "unknown", NULL, "Unknown",
	    "There is no SMTP reply code in it, so nothing is known about it.",
	    "give the server's whole answer, beginning with its three "
	    "digits" },
	[PH_NATURE_SUCCESS] = { "success", "never", "Done, or go on",
	    "Codes that begin with 2 or 3 are good news; this one is in no "
	    "standard.",
	    "nothing needs to be done" },
	[PH_NATURE_TEMPORARY] = { "temporary", "later",
	    "Not done now; it may work later",
	    "Codes that begin with 4 are temporary; more than that is not "
	    "known about this one.",
	    "read the server's words, and try again later" },
	[PH_NATURE_PERMANENT] = { "permanent", "after-fix",
	    "Refused; the same again would be refused again",
	    "Codes that begin with 5 are refusals; more than that is not "
	    "known about this one.",
	    "read the server's words; something has to change before it is "
	    "sent again" },
};

const char *ph_reply_nature_name(enum ph_reply_nature nature)
{
	return natures[nature].name;
}

static enum ph_reply_nature nature_of_class(unsigned class)
{
	switch (class) {
	case 2:
	case 3:
		return PH_NATURE_SUCCESS;
	case 4:
		return PH_NATURE_TEMPORARY;
	case 5:
		return PH_NATURE_PERMANENT;
	default:
		return PH_NATURE_UNKNOWN;
	}
}

/* A row is for any class of enhanced code, or for one. */
static bool fits(
    const struct ph_reply_row *row, const uint16_t enhanced[3], bool exact)
{
	return row->has_enhanced && row->enhanced[1] == enhanced[1] &&
	    row->enhanced[2] == enhanced[2] &&
	    row->enhanced[0] == (exact ? enhanced[0] : 0);
}

static const struct ph_reply_row *find_code(uint16_t code)
{
	for (size_t i = 0; i < ph_reply_rows_count; i++) {
		const struct ph_reply_row *row = &ph_reply_rows[i];

		if (code != 0 && row->code == code && !row->has_enhanced)
			return row;
	}
	return NULL;
}

static const struct ph_reply_row *find_enhanced(
    uint16_t code, const uint16_t enhanced[3], bool exact)
{
	for (size_t i = 0; i < ph_reply_rows_count; i++) {
		const struct ph_reply_row *row = &ph_reply_rows[i];

		if (enhanced[0] != 0 && row->code == code &&
		    fits(row, enhanced, exact))
			return row;
	}
	return NULL;
}

static bool same_stage(
    const struct ph_reply_row *a, const struct ph_reply_row *b)
{
	return a->stage != NULL && b->stage != NULL &&
	    ph_span_eq(ph_span_of(a->stage), ph_span_of(b->stage));
}

/* The row that tells most, or NULL. */
static const struct ph_reply_row *choose(
    const struct ph_explanation *e, const struct ph_reply_row *by_code)
{
	const struct ph_reply_row *row =
	    e->code == 0 ? NULL : find_enhanced(e->code, e->enhanced, true);

	if (row != NULL)
		return row;
	row = find_enhanced(0, e->enhanced, true);
	if (row == NULL)
		row = find_enhanced(0, e->enhanced, false);
	if (row == NULL || by_code == NULL)
		return row == NULL ? by_code : row;
	/* X.n.0 is "something about n": a code says more, as does any word of
	   success. */
	if (row->enhanced[2] == 0 || e->nature == PH_NATURE_SUCCESS)
		return by_code;
	return by_code->firm && !same_stage(row, by_code) ? by_code : row;
}

/* A row for any class says what is wrong; whether to try again is the class's
   affair. */
static const char *retry_of(
    const struct ph_explanation *e, const struct ph_reply_row *row)
{
	if (row->code != 0 || row->enhanced[0] != 0)
		return row->retry;
	if (e->nature == PH_NATURE_TEMPORARY)
		return "later";
	/* Quotas are told with 5xx too, and end all the same. */
	if (e->nature == PH_NATURE_PERMANENT &&
	    ph_span_eq(ph_span_of(row->retry), PH_SPAN("later")) &&
	    !ph_span_eq(ph_span_of(row->setting), PH_SPAN("limit")))
		return "after-fix";
	return row->retry;
}

static void fill(struct ph_explanation *e, const struct ph_reply_row *row)
{
	e->known = true;
	e->by_enhanced = row->has_enhanced;
	e->stage = row->stage;
	e->setting = row->setting;
	e->who = row->who;
	e->retry = retry_of(e, row);
	e->meaning = row->meaning;
	e->cause = row->cause;
	e->advice = row->advice;
	e->rfc = row->rfc;
	/* An address or system code on good news blames nobody. */
	if (e->nature == PH_NATURE_SUCCESS) {
		e->setting = "none";
		e->who = "nobody";
		e->retry = "never";
		e->advice = natures[PH_NATURE_SUCCESS].advice;
	}
}

static void explain(struct ph_explanation *e)
{
	const struct ph_reply_row *by_code = find_code(e->code);
	const struct ph_reply_row *row;

	e->nature =
	    nature_of_class(e->code != 0 ? e->code / 100U : e->enhanced[0]);
	row = choose(e, by_code);
	/* X.0.0 alone tells the class and no more. */
	if (row != NULL && row->setting != NULL) {
		fill(e, row);
		return;
	}
	e->retry = natures[e->nature].retry;
	e->meaning = natures[e->nature].meaning;
	e->cause = natures[e->nature].cause;
	e->advice = natures[e->nature].advice;
}

void ph_explain_codes(
    uint16_t code, const uint16_t enhanced[3], struct ph_explanation *out)
{
	*out = (struct ph_explanation){ .code = code,
		.enhanced = { enhanced[0], enhanced[1], enhanced[2] } };
	explain(out);
}

static bool has_row(uint16_t code)
{
	return find_code(code) != NULL;
}

void ph_explain(struct ph_span text, struct ph_explanation *out)
{
	struct ph_reply_tokens tokens;

	ph_reply_tokens_find(text, has_row, &tokens);
	*out = (struct ph_explanation){ .code = tokens.code,
		.enhanced = { tokens.enhanced[0], tokens.enhanced[1],
		    tokens.enhanced[2] } };
	explain(out);
}
