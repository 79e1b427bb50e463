#ifndef PH_IO_WORDS_H
#define PH_IO_WORDS_H

#include "base/err.h"
#include "base/span.h"

/* A command line cut into words by the shell's rules of quoting (POSIX.1-2017,
   Shell Command Language 2.2) and by nothing else of it: no variable, pattern
   or redirection means anything. */
struct ph_words {
	char **argv; /* ended by NULL */
	size_t count;
	char *text; /* what argv points into */
	size_t text_len;
};

enum {
	PH_WORDS_TEXT_MAX = 64 * 1024
};

/* PH_EINVAL: a quote without its end, a backslash at the end, a NUL, or no word
   at all; *why says which.  PH_ETOOBIG, PH_ENOMEM.  ph_words_release() ends
   *out, which is overwritten (a command may name a secret). */
PH_MUST_USE enum ph_err ph_words_split(
    struct ph_span line, struct ph_words *out, const char **why);
void ph_words_release(struct ph_words *w);

#endif
