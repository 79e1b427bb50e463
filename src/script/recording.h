#ifndef PH_SCRIPT_RECORDING_H
#define PH_SCRIPT_RECORDING_H

#include "script/play.h"

/* A transcript (--transcript, or what `test --json` shows of one) as what its
   server did.  A line is an object {"dir","line",...}: "<" what the server
   said, ">" what it was told, "*" what happened besides (base/note.h); others,
   and what is no such object, are skipped.  What the line could not hold since
   it was no UTF-8 stands in "octets", as base64. */

enum {
	PH_RECORDING_MAX = 16 * 1024 * 1024
};

/* What was taken, and what was not. */
struct ph_recording {
	struct ph_play play;
	size_t line_count;    /* that stood for something */
	size_t skipped_count; /* that were no JSON, or had no "dir" */
};

/* PH_EINVAL with *fault: there is no conversation in it; PH_ENOMEM (also where
   the arena does not suffice), PH_ETOOBIG. */
PH_MUST_USE enum ph_err ph_recording_parse(struct ph_span text,
    struct ph_arena *a, struct ph_recording *out, struct ph_fault *fault);

#endif
