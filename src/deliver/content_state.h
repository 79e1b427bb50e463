#ifndef PH_DELIVER_CONTENT_STATE_H
#define PH_DELIVER_CONTENT_STATE_H

#include "base/buf.h"
#include "deliver/content.h"
#include "deliver/rendition.h"
#include "io/host.h"

/* What the files of a content share: content.c (what callers see of it),
   composition.c (made of what the user gave), adoption.c (ready-made) and
   reencoding.c (encoded anew). */

enum {
	PH_CONTENT_NOTES_MAX = 4, /* too long a line, 8 bit; each breaks DKIM */
	PH_CONTENT_NOTE_MAX = 200
};

struct ph_content {
	struct ph_rendition *form;
	struct ph_buf header; /* as it came; empty when composed */
	size_t note_count;
	char notes[PH_CONTENT_NOTES_MAX][PH_CONTENT_NOTE_MAX];
};

/* content.c */

/* Without a message yet, with room for files.  NULL: no memory. */
struct ph_content *ph_content_new(size_t file_max);
/* At most PH_CONTENT_NOTES_MAX times. */
void ph_content_add_note(struct ph_content *c, const char *text);

/* Sets the fault, gives PH_ENOMEM: in sight of the analyzer, which follows
   errors. */
static inline enum ph_err ph_content_no_memory(struct ph_fault *fault)
{
	ph_fault_set(fault, PH_CAUSE_NO_MEMORY, PH_STAGE_CONFIG,
	    "out of memory while the message was made");
	return PH_ENOMEM;
}
/* Clock and random numbers; host has room for PH_HOST_NAME_MAX, and what *out
   says of the host lies in it.  PH_EIO. */
PH_MUST_USE enum ph_err ph_content_stamp(
    struct ph_message_stamp *out, char *host, struct ph_fault *fault);

/* adoption.c */

/* Scans file adopt->file of form and makes the message of it; *header becomes
   its header section.  As ph_message_adopt(). */
PH_MUST_USE enum ph_err ph_content_adopt_file(struct ph_rendition *form,
    struct ph_adopt *adopt, struct ph_buf *header, struct ph_fault *fault);

/* reencoding.c */

/* Writes bytes to a new temporary file, *out, the caller's to close.  PH_EIO;
   *out is set then too if the file was made. */
PH_MUST_USE enum ph_err ph_content_spool(
    struct ph_span bytes, int *out, struct ph_fault *fault);
/* A new rendition, without its message, whose only file is what fd holds,
   encoded anew.  fd stays the caller's.  As ph_message_reencode(). */
PH_MUST_USE enum ph_err ph_content_reencode(int fd, const char *name,
    struct ph_rendition **out, struct ph_fault *fault);
/* Adds why the content was encoded anew, and what that costs it. */
void ph_content_note_reencoding(struct ph_content *c, const char *why);

#endif
