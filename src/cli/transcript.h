#ifndef PH_CLI_TRANSCRIPT_H
#define PH_CLI_TRANSCRIPT_H

#include "cli/cli.h"
#include "cli/pseudonym.h"
#include "deliver/session.h"

#include <jansson.h>

/* Where the lines of a conversation go: a file of JSON lines (--transcript),
   the terminal (--verbose), an array for a document.  All zero goes nowhere. */
struct ph_transcript {
	FILE *file;
	bool file_is_stderr;
	bool verbose;
	json_t *lines; /* owned; NULL: not collected */
	size_t line_count;
	const char *path; /* of the file, as it was given */
	bool failed;      /* a line could not be written */
	bool hides;       /* addresses, behind names */
	struct ph_pseudonyms names;
};

/* Reads --transcript, --hide-addresses and --verbose.  The file is made anew,
   readable for its owner alone.  PH_EIO with *fault. */
PH_MUST_USE enum ph_err ph_transcript_open(struct ph_transcript *t,
    const struct ph_options *o, struct ph_fault *fault);
/* The same for a file alone; NULL: none. */
PH_MUST_USE enum ph_err ph_transcript_open_file(
    struct ph_transcript *t, const char *path, struct ph_fault *fault);

/* Collects the lines, too. */
PH_MUST_USE enum ph_err ph_transcript_collect(struct ph_transcript *t);

/* True when anybody listens. */
bool ph_transcript_is_wanted(const struct ph_transcript *t);

/* A ph_trace_fn; ctx is the struct ph_transcript. */
void ph_transcript_take(void *ctx, const struct ph_trace *line);

/* PH_EIO with *fault when not everything was written (NULL is accepted). */
PH_MUST_USE enum ph_err ph_transcript_close(
    struct ph_transcript *t, struct ph_fault *fault);

#endif
