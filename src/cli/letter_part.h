#ifndef PH_CLI_LETTER_PART_H
#define PH_CLI_LETTER_PART_H

#include "cli/letter.h"

/* What the files of a letter share: letter.c (which options go together),
   letter_people.c (who sends it and who gets it) and letter_part.c (its
   content). */

/* Reads every address among the options.  PH_EINVAL, PH_ENOMEM with *fault. */
PH_MUST_USE enum ph_err ph_letter_read_people(
    struct ph_letter *d, struct ph_fault *fault);
/* Before the content is made.  PH_EINVAL, PH_ENOMEM with *fault. */
PH_MUST_USE enum ph_err ph_letter_settle_sender(struct ph_letter *d,
    const struct ph_connection *connection, struct ph_fault *fault);
/* And after it: a ready-made one may name both.  PH_EINVAL, PH_ENOMEM with
   *fault. */
PH_MUST_USE enum ph_err ph_letter_settle_recipients(
    struct ph_letter *d, struct ph_fault *fault);

/* Takes the ready-made message of --raw. */
PH_MUST_USE enum ph_err ph_letter_adopt(
    struct ph_letter *d, struct ph_fault *fault);
/* Composes from the options.  The sender is settled already. */
PH_MUST_USE enum ph_err ph_letter_compose(struct ph_letter *d,
    const struct ph_connection *connection, struct ph_fault *fault);

/* FILE[;type=...][;name=...].  The strings lie in the arena. */
PH_MUST_USE enum ph_err ph_letter_attachment(struct ph_arena *a,
    const char *value, struct ph_attachment *out, struct ph_fault *fault);

/* 1 to 5, or a word for it; 0: not one. */
unsigned ph_letter_priority(const char *word);

/* "success,failure,delay" or "never"; false: not a list of those. */
bool ph_letter_notify(const char *list, unsigned *out);

/* Sets a fault of wrong usage and gives PH_EINVAL. */
PH_PRINTF(2, 3)
enum ph_err ph_letter_usage(struct ph_fault *fault, const char *fmt, ...);

/* PH_ENOMEM with a fault. */
enum ph_err ph_letter_no_memory(struct ph_fault *fault);

#endif
