#ifndef PH_CLI_LETTER_PART_H
#define PH_CLI_LETTER_PART_H

#include "cli/letter.h"

/* What letter.c's two halves share: the options that describe content. */

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
