#ifndef PH_DELIVER_RENDITION_H
#define PH_DELIVER_RENDITION_H

#include "base/err.h"
#include "base/fault.h"
#include "io/input.h"
#include "mail/message.h"

/* One form of a message's content: the rope, and the open files that it
   numbers.  A content has one, and a second once it was made 7-bit; whoever
   still reads the first goes on with it. */
struct ph_rendition {
	struct ph_message *message;

	struct ph_rendition_file {
		struct ph_span bytes; /* a file in memory: ptr set, no input */
		struct ph_input input;
		char *name; /* for error texts */
	} * files;

	size_t file_count;
	size_t file_max;
	struct ph_rendition *older;
};

/* Room for files, none of them open yet; at least one.  NULL: no memory. */
struct ph_rendition *ph_rendition_new(size_t file_max);
/* With the message and every file it owns, and the older ones. */
void ph_rendition_free(struct ph_rendition *r);
PH_DEFINE_CLEANUP(ph_rendition_free, struct ph_rendition)

/* The next file; there must be room.  path NULL: the descriptor fd, borrowed as
   ph_input_open() says.  *out (its number) is written on success. */
PH_MUST_USE enum ph_err ph_rendition_open(struct ph_rendition *r,
    const char *path, int fd, size_t *out, struct ph_fault *fault);
/* A "file" that lies in memory, which stays the caller's. */
PH_MUST_USE enum ph_err ph_rendition_borrow(struct ph_rendition *r,
    struct ph_span bytes, size_t *out, struct ph_fault *fault);
/* Takes over fd, closed on failure too. */
PH_MUST_USE enum ph_err ph_rendition_take(
    struct ph_rendition *r, int fd, const char *name, struct ph_fault *fault);

uint64_t ph_rendition_file_size(const struct ph_rendition_file *f);
/* PH_EOF: it is shorter than that by now; PH_EIO. */
PH_MUST_USE enum ph_err ph_rendition_read(
    const struct ph_rendition_file *f, uint64_t offset, char *out, size_t len);

/* The form a content has at present; lives as long as the content does. */
struct ph_content;
const struct ph_rendition *ph_content_rendition(const struct ph_content *c);

static inline const struct ph_body *ph_rendition_body(
    const struct ph_rendition *r)
{
	return ph_message_body(r->message);
}

#endif
