#include "cli/question.h"

#include "io/terminal.h"

#include <stdio.h>
#include <string.h>

enum {
	TEXT_MAX = 512,
	TRIES_MAX = 3
};

static enum ph_err refuse(
    const struct ph_question *q, enum ph_err err, struct ph_fault *fault)
{
	if (err == PH_ENOTFOUND) {
		ph_fault_set(fault, PH_CAUSE_USAGE, PH_STAGE_CONFIG,
		    "there is no terminal to ask on: \"%s?\"", q->text);
		ph_fault_advise(fault, "answer it with %s", q->option);
		return PH_EINVAL;
	}
	if (err == PH_ETOOBIG) {
		ph_fault_set(fault, PH_CAUSE_USAGE, PH_STAGE_CONFIG,
		    "the answer to \"%s?\" is too long", q->text);
		return PH_EINVAL;
	}
	if (err != PH_ENOMEM) {
		ph_fault_set(fault, PH_CAUSE_INTERRUPTED, PH_STAGE_CONFIG,
		    "no answer to \"%s?\"", q->text);
		ph_fault_advise(
		    fault, "run it again, or answer with %s", q->option);
	}
	return err;
}

static enum ph_err ask(const struct ph_question *q, struct ph_buf *out)
{
	char text[TEXT_MAX];
	enum ph_err err;

	(void)snprintf(text, sizeof(text), "%s?%s%s%s ", q->text,
	    q->usual == NULL ? "" : " [", q->usual == NULL ? "" : q->usual,
	    q->usual == NULL ? "" : "]");
	out->len = 0;
	/* What was printed so far belongs above the question. */
	(void)fflush(stdout);
	err = ph_terminal_ask_openly(text, out);
	/* Nobody is there: what is usual goes. */
	if (err == PH_ENOTFOUND && q->usual != NULL)
		err = PH_OK;
	if (err != PH_OK)
		return err;

	struct ph_span typed = ph_span_trim(ph_buf_span(out));
	struct ph_span usual = ph_span_of(q->usual == NULL ? "" : q->usual);

	if (typed.len == 0) {
		out->len = 0;
		return ph_buf_append(out, usual);
	}
	memmove(out->ptr, typed.ptr, typed.len);
	out->len = typed.len;
	return PH_OK;
}

enum ph_err ph_question_line(const struct ph_question *q,
    ph_answer_check_fn *check, void *ctx, struct ph_buf *out,
    struct ph_fault *fault)
{
	enum ph_err err = PH_EINVAL;

	for (int i = 0; i < TRIES_MAX && err == PH_EINVAL; i++) {
		err = ask(q, out);
		if (err != PH_OK)
			return refuse(q, err, fault);
		if (check == NULL)
			return PH_OK;
		err = check(ctx, ph_buf_span(out), fault);
		if (err == PH_EINVAL && i + 1 < TRIES_MAX)
			(void)fprintf(stderr, "%s\n", fault->text);
	}
	if (err == PH_OK)
		*fault = (struct ph_fault){ 0 };
	return err;
}

static enum ph_err check_yes(
    void *ctx, struct ph_span answer, struct ph_fault *why)
{
	static const struct {
		const char *word;
		bool yes;
	} words[] = { { "yes", true }, { "y", true }, { "no", false },
		{ "n", false } };

	bool *out = ctx;

	for (size_t i = 0; i < PH_COUNT(words); i++) {
		if (ph_span_eq_nocase(answer, ph_span_of(words[i].word))) {
			*out = words[i].yes;
			return PH_OK;
		}
	}
	ph_fault_set(
	    why, PH_CAUSE_USAGE, PH_STAGE_CONFIG, "the answer is yes or no");
	return PH_EINVAL;
}

enum ph_err ph_question_yes(
    const struct ph_question *q, bool *out, struct ph_fault *fault)
{
	PH_CLEANUP(ph_buf_release) struct ph_buf answer;

	ph_buf_init(&answer, TEXT_MAX);
	return ph_question_line(q, check_yes, out, &answer, fault);
}

enum ph_err ph_question_consent(const char *text)
{
	PH_CLEANUP(ph_buf_release) struct ph_buf answer;

	ph_buf_init(&answer, TEXT_MAX / 2);

	enum ph_err err = ph_terminal_ask_openly(text, &answer);

	if (err == PH_OK &&
	    ph_span_eq_nocase(
		ph_span_trim(ph_buf_span(&answer)), PH_SPAN("yes")))
		return PH_OK;
	return err == PH_ENOTFOUND ? err : PH_EDENIED;
}
