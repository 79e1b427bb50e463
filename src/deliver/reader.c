#include "deliver/content.h"

#include "base/base64.h"
#include "deliver/rendition.h"

#include <stdlib.h>

enum {
	/* Input and output of a piece stay in the second-level cache together,
	   and one writev takes a piece. */
	IN_MAX = PH_BASE64_LINE_IN * 2048,
	OUT_MAX = PH_BASE64_LINE_OUT * 2048,
	/* What is sent from memory by itself instead of being copied to what
	   stands beside it. */
	COPY_MAX = 16 * 1024,
	/* A piece of a file smaller than this waits for an empty buffer. */
	DRIBBLE = 4096
};

struct ph_content_reader {
	const struct ph_rendition *form;
	size_t part;
	/* of the file range at hand */
	uint64_t read;
	uint64_t produced;
	struct ph_encoder encoder;
	char *in; /* made when an encoder first needs it */
	char *out;
	size_t out_cap;
	size_t out_len;
	bool dot_free;
};

static const struct ph_body *body_of(const struct ph_content_reader *r)
{
	return ph_rendition_body(r->form);
}

static bool is_empty(const struct ph_body_part *p)
{
	return p->encoded_length == 0 ||
	    (p->file != PH_BODY_NO_FILE && p->length == 0);
}

/* Goes to the next part that holds anything. */
static void settle(struct ph_content_reader *r)
{
	const struct ph_body *b = body_of(r);

	while (r->part < b->count && is_empty(&b->parts[r->part]))
		r->part++;
	if (r->part == b->count)
		return;
	r->read = 0;
	r->produced = 0;
	ph_encoder_init(&r->encoder, b->parts[r->part].encoding);
}

enum ph_err ph_content_reader_new(
    const struct ph_content *c, struct ph_content_reader **out)
{
	struct ph_content_reader *r = calloc(1, sizeof(*r));

	if (r == NULL)
		return PH_ENOMEM;
	r->form = ph_content_rendition(c);
	settle(r);
	*out = r;
	return PH_OK;
}

void ph_content_reader_free(struct ph_content_reader *r)
{
	if (r == NULL)
		return;
	free(r->in);
	free(r->out);
	free(r);
}

bool ph_content_reader_at_end(const struct ph_content_reader *r)
{
	return r->part == body_of(r)->count;
}

/* A small message does not pay for the buffers of a large one. */
static enum ph_err make_room(struct ph_content_reader *r)
{
	if (r->out != NULL)
		return PH_OK;

	uint64_t size = body_of(r)->size;

	r->out_cap = size > OUT_MAX / 2 ? OUT_MAX : 2 * (size_t)size + DRIBBLE;
	r->out = malloc(r->out_cap);
	return r->out == NULL ? PH_ENOMEM : PH_OK;
}

static enum ph_err changed(
    const struct ph_rendition_file *f, const char *how, struct ph_fault *fault)
{
	ph_fault_set(fault, PH_CAUSE_INPUT_CHANGED, PH_STAGE_DATA,
	    "%s %s while it was sent", f->name, how);
	return PH_EIO;
}

static enum ph_err read_range(
    struct ph_content_reader *r, char *to, size_t len, struct ph_fault *fault)
{
	const struct ph_body_part *p = &body_of(r)->parts[r->part];
	const struct ph_rendition_file *f = &r->form->files[p->file];

	enum ph_err err = ph_rendition_read(f, p->offset + r->read, to, len);
	if (err == PH_EOF)
		return changed(f, "shrank", fault);
	if (err != PH_OK) {
		ph_fault_set(fault, PH_CAUSE_INPUT_UNREADABLE, PH_STAGE_DATA,
		    "%s could not be read to its end", f->name);
		return PH_EIO;
	}
	r->read += len;
	return PH_OK;
}

/* How much of the range to read, so that what comes of it fits into room; 0:
   not worth while before the buffer is empty. */
static size_t portion(const struct ph_content_reader *r, size_t room)
{
	const struct ph_body_part *p = &body_of(r)->parts[r->part];
	uint64_t left = p->length - r->read;
	size_t len = room;

	switch (p->encoding) {
	case PH_ENCODE_NONE:
		break;
	case PH_ENCODE_CRLF:
		len = room < 2 ? 0 : (room - 2) / 2;
		break;
	case PH_ENCODE_BASE64:
		len = room / PH_BASE64_LINE_OUT * PH_BASE64_LINE_IN;
		break;
	}
	if (len > IN_MAX && p->encoding != PH_ENCODE_NONE)
		len = IN_MAX;
	if (left <= len)
		return (size_t)left;
	return len < DRIBBLE && r->out_len > 0 ? 0 : len;
}

static enum ph_err encode(
    struct ph_content_reader *r, size_t len, struct ph_fault *fault)
{
	const struct ph_body_part *p = &body_of(r)->parts[r->part];
	char *to = r->out + r->out_len;

	if (r->in == NULL)
		r->in = malloc(IN_MAX);
	if (r->in == NULL)
		return PH_ENOMEM;

	enum ph_err err = read_range(r, r->in, len, fault);
	if (err != PH_OK)
		return err;

	size_t made = ph_encoder_run(&r->encoder,
	    (struct ph_span){ r->in, len }, r->read == p->length, to);

	r->out_len += made;
	r->produced += made;
	r->dot_free = r->dot_free && p->encoding == PH_ENCODE_BASE64;
	return PH_OK;
}

static enum ph_err copy_plain(
    struct ph_content_reader *r, size_t len, struct ph_fault *fault)
{
	enum ph_err err = read_range(r, r->out + r->out_len, len, fault);
	if (err != PH_OK)
		return err;
	r->out_len += len;
	r->produced += len;
	r->dot_free = false;
	return PH_OK;
}

/* Adds some of the file range; *full when no more fits. */
static enum ph_err add_file(
    struct ph_content_reader *r, bool *full, struct ph_fault *fault)
{
	const struct ph_body_part *p = &body_of(r)->parts[r->part];
	size_t len = portion(r, r->out_cap - r->out_len);

	if (len == 0) {
		*full = true;
		return PH_OK;
	}

	enum ph_err err = p->encoding == PH_ENCODE_NONE
	    ? copy_plain(r, len, fault)
	    : encode(r, len, fault);
	if (err != PH_OK)
		return err;
	if (r->read < p->length)
		return PH_OK;
	/* What was promised with SIZE and BDAT must be what is sent. */
	if (r->produced != p->encoded_length)
		return changed(&r->form->files[p->file], "changed", fault);
	r->part++;
	settle(r);
	return PH_OK;
}

static void add_memory(struct ph_content_reader *r, bool *full)
{
	const struct ph_body_part *p = &body_of(r)->parts[r->part];

	if (p->bytes.len > r->out_cap - r->out_len) {
		*full = true;
		return;
	}
	memcpy(r->out + r->out_len, p->bytes.ptr, p->bytes.len);
	r->out_len += p->bytes.len;
	r->dot_free = false;
	r->part++;
	settle(r);
}

/* A long piece of memory, a file's too, goes out as it lies. */
static bool take_memory(
    struct ph_content_reader *r, struct ph_span *out, bool *dot_free)
{
	const struct ph_body_part *p = &body_of(r)->parts[r->part];

	if (p->file != PH_BODY_NO_FILE)
		return false;
	if (p->bytes.len <= COPY_MAX && r->part + 1 < body_of(r)->count)
		return false;
	*out = p->bytes;
	*dot_free = false;
	r->part++;
	settle(r);
	return true;
}

static bool is_long_memory(const struct ph_content_reader *r)
{
	const struct ph_body_part *p = &body_of(r)->parts[r->part];

	return p->file == PH_BODY_NO_FILE && p->bytes.len > COPY_MAX;
}

enum ph_err ph_content_reader_next(struct ph_content_reader *r,
    struct ph_span *out, bool *dot_free, struct ph_fault *fault)
{
	bool full = false;

	if (ph_content_reader_at_end(r))
		return PH_EOF;
	if (take_memory(r, out, dot_free))
		return PH_OK;

	enum ph_err err = make_room(r);
	r->out_len = 0;
	r->dot_free = true;
	while (err == PH_OK && !full && !ph_content_reader_at_end(r) &&
	    !is_long_memory(r)) {
		if (body_of(r)->parts[r->part].file == PH_BODY_NO_FILE) {
			add_memory(r, &full);
		} else {
			err = add_file(r, &full, fault);
		}
	}
	if (err == PH_ENOMEM) {
		ph_fault_set(fault, PH_CAUSE_NO_MEMORY, PH_STAGE_DATA,
		    "out of memory while the message was read");
		return PH_EIO;
	}
	if (err != PH_OK)
		return err;
	*out = (struct ph_span){ r->out, r->out_len };
	*dot_free = r->dot_free;
	return PH_OK;
}
