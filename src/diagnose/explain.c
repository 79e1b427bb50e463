#include "diagnose/explain.h"

#include "base/ascii.h"
#include "base/base64.h"
#include "base/enhanced.h"
#include "diagnose/line.h"
#include "diagnose/mark.h"
#include "diagnose/passage.h"
#include "diagnose/reply_row.h"
#include "diagnose/wording.h"

#include <stdio.h>

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
	    "Neither its words nor a reply code in it are known.",
	    "give the server's whole answer, beginning with its three "
	    "digits, or all that the program said" },
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

/* What the words do not show by themselves. */
static void add_signs(struct ph_wordlist *w, struct ph_span text)
{
	static const struct {
		const char *sign;
		const char *word;
	} signs[] = {
		{ "+OK", "sign_other_service" },
		{ "* OK", "sign_other_service" },
		{ "-ERR", "sign_other_service" },
		{ "220 *****", "sign_masked" },
		{ "220-*****", "sign_masked" },
	};

	for (size_t i = 0; i < PH_COUNT(signs); i++) {
		if (memmem(text.ptr, text.len, signs[i].sign,
			strlen(signs[i].sign)) != NULL)
			(void)ph_wordlist_add(w, ph_span_of(signs[i].word));
	}
}

/* The next run of what base64 is written with. */
static bool take_base64(struct ph_span *rest, struct ph_span *word)
{
	size_t i = 0;

	while (i < rest->len && !ph_ascii_is_alnum(rest->ptr[i]))
		i++;
	*rest = ph_span_skip(*rest, i);
	for (i = 0; i < rest->len &&
	     (ph_ascii_is_alnum(rest->ptr[i]) ||
		 strchr("+/=", rest->ptr[i]) != NULL);)
		i++;
	*word = ph_span_first(*rest, i);
	*rest = ph_span_skip(*rest, i);
	return word->len > 0;
}

/* What a challenge of AUTH says, which is in base64 (RFC 4954 4). */
static void add_challenge(struct ph_wordlist *w, struct ph_span text)
{
	enum {
		SHORTEST = 4
	};

	unsigned char clear[512];
	size_t len;
	struct ph_span word;

	while (take_base64(&text, &word)) {
		if (word.len >= SHORTEST &&
		    ph_base64_decode_into(word, clear, sizeof(clear), &len) ==
			PH_OK) {
			(void)ph_wordlist_add(
			    w, (struct ph_span){ (char *)clear, len });
		}
	}
}

/* Reads as much of *rest as there is room for. */
static void read_words(const struct ph_reply_tokens *tokens,
    struct ph_span *rest, struct ph_wordlist *w)
{
	char code[8] = "";
	char enhanced[PH_ENHANCED_TEXT_MAX];
	struct ph_span all = *rest;
	struct ph_span line;
	struct ph_line read;

	if (tokens->is_placed) {
		(void)snprintf(
		    code, sizeof(code), "%u", (unsigned)tokens->code);
	}
	ph_enhanced_write(tokens->enhanced, enhanced);
	ph_wordlist_begin(w, code, enhanced);
	while (ph_passage_line(rest, &line)) {
		size_t taken;

		ph_line_read(line, &read);
		taken = ph_wordlist_add(w, read.text);
		if (taken == read.text.len)
			continue;
		/* The line goes on in the next part. */
		taken = (size_t)(read.text.ptr + taken - all.ptr);
		*rest = ph_span_skip(all, taken > 0 ? taken : 1);
		break;
	}
	if (rest->ptr == NULL)
		*rest = (struct ph_span){ all.ptr, 0 };
	all = ph_span_first(all, all.len - rest->len);
	add_signs(w, all);
	if (tokens->code == 334)
		add_challenge(w, all);
	ph_wordlist_end(w);
}

/* What the host, or the hosts in the text tell. */
static const char *provider_of(const struct ph_explain_place *place,
    const struct ph_passage *p, struct ph_span text)
{
	const char *provider = NULL;

	if (place->host != NULL)
		provider = ph_mark_of_host(ph_span_of(place->host));
	if (provider == NULL)
		provider = ph_mark_of_text(p->text);
	return provider == NULL ? ph_mark_of_text(text) : provider;
}

/* Good news are looked up as such; a conversation without a refusal, or a
   number that need not be a code, may be about what is no reply at all. */
static const struct ph_meaning *look_up(
    struct ph_evidence *e, const struct ph_passage *p)
{
	uint16_t code = e->code;
	const struct ph_meaning *found = NULL;
	bool lines = ph_span_find(p->text, '\n') < p->text.len;

	if (code == 0 || p->tokens.is_placed)
		found = ph_wording_find(e);
	if (found != NULL || code == 0 || p->is_refusal ||
	    (p->tokens.is_placed && !lines))
		return found;
	e->code = 0;
	found = ph_wording_find(e);
	e->code = code;
	return found == NULL && !p->tokens.is_placed ? ph_wording_find(e)
						     : found;
}

static void fill_meaning(
    struct ph_explanation *e, const struct ph_meaning *meaning)
{
	e->known = true;
	e->by_enhanced = false;
	e->by_words = true;
	e->rfc = NULL;
	e->stage = meaning->stage;
	e->setting = meaning->setting;
	e->who = meaning->who;
	e->retry = meaning->retry;
	e->meaning = meaning->meaning;
	e->cause = meaning->cause;
	e->advice = meaning->advice;
}

/* A number that stands as no reply does is a code where the text is about mail,
   or is nothing else. */
static bool is_about_mail(
    const struct ph_passage *p, const struct ph_wordlist *w)
{
	static const char about[] = "answered |bounce|code |deliver|denied |"
				    "dsn |email|error|esmtp|got |mail|"
				    "recipient|refus|reject|relay|repl|"
				    "respon|return|said |sender|smtp|stat ";
	struct ph_span text = ph_span_trim(p->text);

	return p->tokens.is_placed || ph_wordlist_match(w, about) ||
	    (text.len > 0 && p->tokens.code == 0 &&
		ph_ascii_is_digit(text.ptr[0]));
}

static void forget_code(struct ph_explanation *e)
{
	e->code = 0;
	memset(e->enhanced, 0, sizeof(e->enhanced));
}

void ph_explain_at(const struct ph_explain_place *place, struct ph_span text,
    struct ph_explanation *out)
{
	struct ph_passage p;
	struct ph_wordlist words;
	struct ph_evidence evidence;
	const struct ph_meaning *meaning = NULL;
	struct ph_span rest;

	ph_passage_find(text, has_row, &p);
	*out = (struct ph_explanation){ .said = ph_span_trim(p.text),
		.code = p.tokens.code };
	memcpy(out->enhanced, p.tokens.enhanced, sizeof(out->enhanced));
	evidence = (struct ph_evidence){ .code = out->code,
		.stage = place->stage != NULL ? place->stage : p.stage,
		.words = &words };
	memcpy(evidence.enhanced, out->enhanced, sizeof(evidence.enhanced));
	rest = p.text;
	out->provider = provider_of(place, &p, text);
	do {
		read_words(&p.tokens, &rest, &words);
		if (out->provider == NULL)
			out->provider = ph_mark_of_words(&words);
		evidence.provider = out->provider;
		meaning = look_up(&evidence, &p);
	} while (meaning == NULL && rest.len > 0);
	if (meaning == NULL && !is_about_mail(&p, &words))
		forget_code(out);
	explain(out);
	if (meaning != NULL)
		fill_meaning(out, meaning);
	if (evidence.stage != NULL)
		out->stage = evidence.stage;
}

void ph_explain(struct ph_span text, struct ph_explanation *out)
{
	static const struct ph_explain_place nowhere = { NULL, NULL };

	ph_explain_at(&nowhere, text, out);
}

void ph_explain_fault(
    const struct ph_fault *f, const char *host, struct ph_explanation *out)
{
	struct ph_explain_place place = { ph_stage_name(f->stage), host };
	struct ph_span text = ph_span_of(f->text);
	char code[8];

	if (f->code == 0) {
		*out = (struct ph_explanation){ 0 };
		explain(out);
		return;
	}
	/* What stands before the code is ours. */
	(void)snprintf(code, sizeof(code), " %u ", (unsigned)f->code);
	for (size_t i = 0; i < text.len; i++) {
		if (ph_span_starts_nocase(
			ph_span_skip(text, i), ph_span_of(code))) {
			text = ph_span_skip(text, i + 1);
			break;
		}
	}
	ph_explain_at(&place, text, out);
}
