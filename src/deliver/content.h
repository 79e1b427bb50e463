#ifndef PH_DELIVER_CONTENT_H
#define PH_DELIVER_CONTENT_H

#include "base/err.h"
#include "base/fault.h"
#include "mail/message.h"

/* The content of a message with the files it is read from: a struct ph_message
   and open descriptors.  Never wholly in memory. */
struct ph_content;

void ph_content_free(struct ph_content *c);
PH_DEFINE_CLEANUP(ph_content_free, struct ph_content)

/* One --attach or --inline. */
struct ph_attachment {
	const char *path;
	const char *name; /* NULL: the last part of the path */
	const char *type; /* NULL: by the name */
	bool is_inline;
};

/* Opens the files, fills compose's files and stamp, and composes.  PH_EINVAL,
   PH_ENOTFOUND, PH_EIO, PH_ENOMEM with *fault. */
struct ph_content_compose {
	struct ph_compose compose; /* files and stamp are filled in here */
	const struct ph_attachment *attachments;
	size_t attachment_count;
};
PH_MUST_USE enum ph_err ph_content_compose(struct ph_content_compose *in,
    struct ph_content **out, struct ph_fault *fault);

/* A ready-made message from memory (bytes, borrowed as long as the content),
   from a file, or from a descriptor (bytes.ptr and path NULL), which is spooled
   to a temporary file when it cannot seek (else it is borrowed and stays open
   as long as the content).  Scanned, mended (line ends; lines over 998 octets
   by re-encoding), Bcc taken out.  PH_EINVAL, PH_ENOTFOUND, PH_EIO, PH_ETOOBIG,
   PH_ENOMEM with *fault. */
struct ph_content_raw {
	struct ph_span bytes;
	const char *path;
	int fd;
	bool add_missing;
	struct ph_span from;
	const struct ph_address *replace_from; /* see struct ph_adopt */
};
PH_MUST_USE enum ph_err ph_content_adopt(const struct ph_content_raw *in,
    struct ph_content **out, struct ph_fault *fault);
/* The header section as it came, with Bcc, for --read-recipients.  Valid as
   long as c; empty for a composed one. */
struct ph_span ph_content_header(const struct ph_content *c);

/* Valid until the content is made 7-bit. */
const struct ph_message *ph_content_message(const struct ph_content *c);
/* What was mended, here and by the message itself (ph_message_note()), a
   sentence each; NULL at the end.  Valid likewise. */
const char *ph_content_note(const struct ph_content *c, size_t i);

/* Makes it 7-bit for a server without 8BITMIME; does nothing when it is.
   PH_EINVAL with *fault when mending would break a signature; PH_EIO,
   PH_ENOMEM.  Readers made before go on with what they began. */
PH_MUST_USE enum ph_err ph_content_make_7bit(
    struct ph_content *c, struct ph_fault *fault);

/* Goes through the octets as sent. */
struct ph_content_reader;
PH_MUST_USE enum ph_err ph_content_reader_new(
    const struct ph_content *c, struct ph_content_reader **out);
void ph_content_reader_free(struct ph_content_reader *r);
/* The next piece, valid until the next call; *dot_free as the engine wants it.
   PH_EOF at the end (nothing in *out); PH_EIO with *fault
   (PH_CAUSE_INPUT_CHANGED where a file shrank, or no longer gives as many
   octets as were announced). */
PH_MUST_USE enum ph_err ph_content_reader_next(struct ph_content_reader *r,
    struct ph_span *out, bool *dot_free, struct ph_fault *fault);
/* True when the piece given last was the last one. */
bool ph_content_reader_at_end(const struct ph_content_reader *r);

/* The whole of it, where it lies in memory in no more than max pieces: needs no
   reader.  Returns how many, valid as long as c; 0 when a file is part of
   it. */
size_t ph_content_in_memory(
    const struct ph_content *c, struct ph_span *out, size_t max);

#endif
