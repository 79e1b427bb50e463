#ifndef PH_CLI_QUESTION_H
#define PH_CLI_QUESTION_H

#include "base/buf.h"
#include "cli/cli.h"

/* A question of a dialogue.  Whoever gave the option that answers it is not
   asked; the others are, on the terminal; where there is none the usual answer
   goes, or, without one, they learn which option it is. */
struct ph_question {
	const char *text;   /* "Which one", without a mark at the end */
	const char *option; /* "--choose N" */
	/* What an empty line means, shown behind the text; NULL: nothing
	   does. */
	const char *usual;
};

/* Why an answer cannot be taken; it is said, and the question asked again. */
typedef enum ph_err ph_answer_check_fn(
    void *ctx, struct ph_span answer, struct ph_fault *why);

/* A line, without spaces around it, into *out; check may be NULL.  PH_EINVAL
   with *fault: there is no terminal, or no answer could be taken; PH_EOF with
   *fault: the end was typed; PH_EIO, PH_ENOMEM. */
PH_MUST_USE enum ph_err ph_question_line(const struct ph_question *q,
    ph_answer_check_fn *check, void *ctx, struct ph_buf *out,
    struct ph_fault *fault);

/* Asks as it stands for the word yes.  PH_ENOTFOUND: there is no terminal;
   PH_EDENIED: something else was typed, or nothing. */
PH_MUST_USE enum ph_err ph_question_consent(const char *text);

/* Yes or no; usual is "yes" or "no". */
PH_MUST_USE enum ph_err ph_question_yes(
    const struct ph_question *q, bool *out, struct ph_fault *fault);

#endif
