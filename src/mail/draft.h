#ifndef PH_MAIL_DRAFT_H
#define PH_MAIL_DRAFT_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "mail/message.h"

/* A message while it is being written: memory in one buffer, cut where the
   range of a file goes.  A draft becomes a struct ph_message and nothing else
   is one; its fields are for compose.c and adopt.c only. */

enum {
	PH_DRAFT_FILES_MAX = 10000,
	PH_MESSAGE_NOTES_MAX = 64,
	PH_DRAFT_BYTES_MAX = 1024 * 1024 * 1024
};

struct ph_draft_cut {
	size_t at; /* index in the bytes */
	struct ph_body_part part;
};

struct ph_message {
	struct ph_arena arena; /* notes, parts, id, subject */
	struct ph_buf bytes;
	struct ph_draft_cut *cuts;
	size_t cut_count;
	size_t cut_cap;
	struct ph_body body;
	struct ph_span id;
	struct ph_span subject;
	const char *notes[PH_MESSAGE_NOTES_MAX];
	size_t note_count;
};

/* NULL when memory is out. */
struct ph_message *ph_draft_new(void);

/* The rest of the message goes behind this range.  PH_ENOMEM, PH_ETOOBIG. */
PH_MUST_USE enum ph_err ph_draft_add_file(
    struct ph_message *m, const struct ph_body_part *part);

/* Adds a sentence for the user; beyond the last that fits they are dropped.
   PH_ENOMEM. */
PH_PRINTF(2, 3)
PH_MUST_USE enum ph_err ph_draft_note(
    struct ph_message *m, const char *fmt, ...);

/* Makes the body of what was written, with what the memory holds counted;
   eight_bit and longest_line of file ranges are the caller's to add.
   PH_ENOMEM. */
PH_MUST_USE enum ph_err ph_draft_finish(struct ph_message *m);

#endif
