#include "deliver/content.h"

#include "base/utf8.h"
#include "deliver/rendition.h"
#include "io/file.h"
#include "io/host.h"
#include "io/loop.h"
#include "mail/scan.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

enum {
	NOTES_MAX = 2, /* too long a line, 8 bit */
	NOTE_TEXT_MAX = 200,
	SCAN_PIECE = 256 * 1024
};

struct ph_content {
	struct ph_rendition *form;
	struct ph_buf header; /* as it came; empty when composed */
	size_t note_count;
	char notes[NOTES_MAX][NOTE_TEXT_MAX];
};

static struct ph_content *content_new(size_t file_max)
{
	struct ph_content *c = calloc(1, sizeof(*c));

	if (c == NULL)
		return NULL;
	ph_buf_init(&c->header, PH_HEADER_MAX);
	c->form = ph_rendition_new(file_max);
	if (c->form != NULL)
		return c;
	free(c);
	return NULL;
}

void ph_content_free(struct ph_content *c)
{
	if (c == NULL)
		return;
	ph_rendition_free(c->form);
	ph_buf_release(&c->header);
	free(c);
}

static enum ph_err no_memory(struct ph_fault *fault)
{
	ph_fault_set(fault, PH_CAUSE_NO_MEMORY, PH_STAGE_CONFIG,
	    "out of memory while the message was made");
	return PH_ENOMEM;
}

const struct ph_rendition *ph_content_rendition(const struct ph_content *c)
{
	return c->form;
}

const struct ph_message *ph_content_message(const struct ph_content *c)
{
	return c->form->message;
}

struct ph_span ph_content_header(const struct ph_content *c)
{
	return ph_buf_span(&c->header);
}

const char *ph_content_note(const struct ph_content *c, size_t i)
{
	if (i < c->note_count)
		return c->notes[i];
	return ph_message_note(c->form->message, i - c->note_count);
}

static void add_note(struct ph_content *c, const char *text)
{
	assert(c->note_count < NOTES_MAX);
	(void)snprintf(c->notes[c->note_count++], NOTE_TEXT_MAX, "%s", text);
}

static bool in_memory(const struct ph_content *c, const struct ph_body_part *p,
    struct ph_span *out)
{
	*out = p->bytes;
	if (p->file == PH_BODY_NO_FILE)
		return true;

	struct ph_span bytes = c->form->files[p->file].bytes;

	if (bytes.ptr == NULL || p->encoding != PH_ENCODE_NONE)
		return false;
	assert(p->offset <= bytes.len && p->length <= bytes.len - p->offset);
	*out = (struct ph_span){ bytes.ptr + p->offset, (size_t)p->length };
	return true;
}

size_t ph_content_in_memory(
    const struct ph_content *c, struct ph_span *out, size_t max)
{
	const struct ph_body *b = ph_rendition_body(c->form);

	if (b->count > max)
		return 0;
	for (size_t i = 0; i < b->count; i++) {
		if (!in_memory(c, &b->parts[i], &out[i]))
			return 0;
	}
	return b->count;
}

/* host has room for PH_HOST_NAME_MAX. */
static enum ph_err make_stamp(
    struct ph_message_stamp *out, char *host, struct ph_fault *fault)
{
	*out = (struct ph_message_stamp){ .now = ph_clock_unix() };
	out->utc_offset_min = ph_clock_utc_offset_min(out->now);
	if (ph_random(out->random, sizeof(out->random)) != PH_OK) {
		ph_fault_set(fault, PH_CAUSE_INTERNAL, PH_STAGE_CONFIG,
		    "the system gave no random numbers");
		return PH_EIO;
	}
	if (ph_host_name(host, PH_HOST_NAME_MAX)) {
		out->hostname = ph_span_of(host);
	} else {
		out->hostname = PH_SPAN("posthaste.invalid");
	}
	return PH_OK;
}

/* compose */

/* The last part of a path as a name to show: what is no UTF-8 or a control byte
   becomes '_', since nobody can say what it meant. */
static char *name_of_path(const char *path)
{
	const char *slash = strrchr(path, '/');
	char *name = strdup(slash == NULL ? path : slash + 1);

	if (name == NULL)
		return NULL;

	struct ph_span rest = ph_span_of(name);

	while (rest.len > 0) {
		char *at = name + (rest.ptr - name);
		uint32_t c = ph_utf8_next(&rest);

		if (c == UINT32_MAX || c < 0x20 || c == 0x7f)
			*at = '_';
	}
	return name;
}

struct file_list {
	struct ph_message_file *items;
	char **names; /* made by us */
	size_t count;
};

static void file_list_release(struct file_list *l)
{
	for (size_t i = 0; i < l->count; i++)
		free(l->names[i]);
	free(l->names);
	free(l->items);
}

static enum ph_err attach(struct ph_content *c,
    const struct ph_attachment *from, struct file_list *l,
    struct ph_fault *fault)
{
	struct ph_message_file *f = &l->items[l->count];

	enum ph_err err =
	    ph_rendition_open(c->form, from->path, -1, &f->file, fault);
	if (err != PH_OK)
		return err;
	f->size = ph_rendition_file_size(&c->form->files[f->file]);
	f->type = from->type;
	f->is_inline = from->is_inline;
	f->name = from->name;
	if (from->name == NULL) {
		l->names[l->count] = name_of_path(from->path);
		f->name = l->names[l->count];
	}
	l->count++;
	return f->name == NULL ? no_memory(fault) : PH_OK;
}

static enum ph_err attach_all(struct ph_content *c,
    const struct ph_content_compose *in, struct file_list *l,
    struct ph_fault *fault)
{
	l->items = calloc(in->attachment_count + 1, sizeof(*l->items));
	l->names = calloc(in->attachment_count + 1, sizeof(*l->names));
	if (l->items == NULL || l->names == NULL)
		return no_memory(fault);
	for (size_t i = 0; i < in->attachment_count; i++) {
		enum ph_err err = attach(c, &in->attachments[i], l, fault);
		if (err != PH_OK)
			return err;
	}
	return PH_OK;
}

/* What it lends to in->compose is taken back. */
static enum ph_err compose_with(struct ph_content *c,
    struct ph_content_compose *in, const struct file_list *files,
    struct ph_fault *fault)
{
	char host[PH_HOST_NAME_MAX];

	enum ph_err err = make_stamp(&in->compose.stamp, host, fault);
	if (err == PH_OK) {
		in->compose.files = files->items;
		in->compose.file_count = files->count;
		err =
		    ph_message_compose(&in->compose, &c->form->message, fault);
	}
	in->compose.files = NULL;
	in->compose.file_count = 0;
	in->compose.stamp = (struct ph_message_stamp){ 0 };
	return err;
}

enum ph_err ph_content_compose(struct ph_content_compose *in,
    struct ph_content **out, struct ph_fault *fault)
{
	struct file_list files = { 0 };
	PH_CLEANUP(ph_content_freep)
	struct ph_content *c = content_new(in->attachment_count + 1);

	if (c == NULL)
		return no_memory(fault);

	enum ph_err err = attach_all(c, in, &files, fault);
	if (err == PH_OK)
		err = compose_with(c, in, &files, fault);
	file_list_release(&files);
	if (err == PH_ENOMEM)
		return no_memory(fault);
	if (err != PH_OK)
		return err;
	*out = c;
	c = NULL;
	return PH_OK;
}

/* adopt */

static enum ph_err cannot_read(
    const struct ph_rendition_file *f, enum ph_err err, struct ph_fault *fault)
{
	bool shrank = err == PH_EOF;

	ph_fault_set(fault,
	    shrank ? PH_CAUSE_INPUT_CHANGED : PH_CAUSE_INPUT_UNREADABLE,
	    PH_STAGE_CONFIG,
	    shrank ? "%s shrank while it was read" : "%s could not be read",
	    f->name);
	return PH_EIO;
}

static enum ph_err scan_file(const struct ph_rendition_file *f,
    struct ph_scan *scan, struct ph_fault *fault)
{
	uint64_t size = ph_rendition_file_size(f);
	size_t cap = size < SCAN_PIECE ? (size_t)size + 1 : SCAN_PIECE;
	char *piece = malloc(cap);
	enum ph_err err = PH_OK;

	if (piece == NULL)
		return no_memory(fault);
	ph_scan_init(scan);
	for (uint64_t at = 0; at < size && err == PH_OK;) {
		size_t len = size - at < cap ? (size_t)(size - at) : cap;

		err = ph_rendition_read(f, at, piece, len);
		if (err == PH_OK)
			ph_scan_feed(scan, (struct ph_span){ piece, len });
		at += len;
	}
	ph_scan_finish(scan);
	free(piece);
	return err == PH_OK ? PH_OK : cannot_read(f, err, fault);
}

static enum ph_err read_header(const struct ph_rendition_file *f,
    const struct ph_scan *scan, struct ph_buf *header, struct ph_fault *fault)
{
	if (scan->header_octets > PH_HEADER_MAX) {
		ph_fault_set(fault, PH_CAUSE_BAD_INPUT, PH_STAGE_CONFIG,
		    "%s: the header section has %" PRIu64
		    " octets, over the %d allowed",
		    f->name, scan->header_octets, PH_HEADER_MAX);
		return PH_ETOOBIG;
	}

	size_t len = (size_t)scan->header_octets;

	enum ph_err err = ph_buf_reserve(header, len);
	if (err != PH_OK)
		return no_memory(fault);
	if (len == 0)
		return PH_OK;
	err = ph_rendition_read(f, 0, header->ptr, len);
	if (err != PH_OK)
		return cannot_read(f, err, fault);
	header->len = len;
	header->ptr[len] = '\0';
	return PH_OK;
}

/* Scans the file of that rendition and makes the message of it; *header is
   replaced. */
static enum ph_err adopt_file(struct ph_rendition *form, struct ph_adopt *adopt,
    struct ph_buf *header, struct ph_fault *fault)
{
	const struct ph_rendition_file *f = &form->files[adopt->file];
	char host[PH_HOST_NAME_MAX];
	struct ph_scan scan;

	enum ph_err err = scan_file(f, &scan, fault);
	if (err != PH_OK)
		return err;
	ph_buf_clear(header);
	err = read_header(f, &scan, header, fault);
	if (err != PH_OK)
		return err;
	err = make_stamp(&adopt->stamp, host, fault);
	adopt->header = ph_buf_span(header);
	adopt->scan = &scan;
	if (err == PH_OK)
		err = ph_message_adopt(adopt, &form->message, fault);
	/* Nothing of this call may be seen after it. */
	adopt->scan = NULL;
	adopt->header = (struct ph_span){ 0 };
	adopt->stamp = (struct ph_message_stamp){ 0 };
	return err;
}

static enum ph_err write_piece(
    int fd, struct ph_span piece, struct ph_fault *fault)
{
	if (ph_fd_write_all(fd, piece) == PH_OK)
		return PH_OK;
	ph_fault_set(fault, PH_CAUSE_CANNOT_WRITE, PH_STAGE_CONFIG,
	    "a temporary file could not be written");
	return PH_EIO;
}

static enum ph_err write_temporary(
    struct ph_span bytes, int *out, struct ph_fault *fault)
{
	enum ph_err err = ph_file_temporary(out, fault);
	if (err != PH_OK)
		return err;
	return write_piece(*out, bytes, fault);
}

/* A new rendition whose only file is fd, re-encoded.  fd stays the caller's. */
static enum ph_err reencode(
    int fd, const char *name, struct ph_rendition **out, struct ph_fault *fault)
{
	int temporary = -1;
	PH_CLEANUP(ph_rendition_freep)
	struct ph_rendition *form = ph_rendition_new(1);

	if (form == NULL)
		return no_memory(fault);

	enum ph_err err = ph_file_temporary(&temporary, fault);
	if (err != PH_OK)
		return err;
	err = ph_message_reencode(fd, temporary, fault);
	if (err != PH_OK) {
		ph_close_fd(&temporary);
		return err;
	}
	err = ph_rendition_take(form, temporary, name, fault);
	if (err != PH_OK)
		return err;
	*out = form;
	form = NULL;
	return PH_OK;
}

/* Lines too long for SMTP: every part is encoded anew, and that is adopted.
   The header section as it came stays what ph_content_header() tells. */
static enum ph_err adopt_reencoded(
    struct ph_content *c, struct ph_adopt *adopt, struct ph_fault *fault)
{
	const struct ph_rendition_file *f = &c->form->files[adopt->file];
	PH_CLEANUP(ph_buf_release) struct ph_buf header;
	PH_CLEANUP(ph_rendition_freep) struct ph_rendition *form = NULL;

	ph_buf_init(&header, PH_HEADER_MAX);

	int fd = f->input.fd;
	PH_CLEANUP(ph_close_fd) int copy = -1;
	enum ph_err err = PH_OK;

	if (f->bytes.ptr != NULL) {
		err = write_temporary(f->bytes, &copy, fault);
		fd = copy;
	}
	if (err == PH_OK)
		err = reencode(fd, f->name, &form, fault);
	if (err != PH_OK)
		return err;
	adopt->file = 0;
	err = adopt_file(form, adopt, &header, fault);
	if (err != PH_OK)
		return err;
	ph_rendition_free(c->form);
	c->form = form;
	form = NULL;
	add_note(c,
	    "the message has lines over 998 octets, which SMTP does not carry: "
	    "its parts were encoded anew");
	return PH_OK;
}

enum ph_err ph_content_adopt(const struct ph_content_raw *in,
    struct ph_content **out, struct ph_fault *fault)
{
	struct ph_adopt adopt = { .add_missing = in->add_missing,
		.from = in->from,
		.replace_from = in->replace_from };
	PH_CLEANUP(ph_content_freep) struct ph_content *c = content_new(1);

	if (c == NULL)
		return no_memory(fault);

	enum ph_err err = in->bytes.ptr != NULL
	    ? ph_rendition_borrow(c->form, in->bytes, &adopt.file, fault)
	    : ph_rendition_open(c->form, in->path, in->fd, &adopt.file, fault);
	if (err != PH_OK)
		return err;
	if (ph_rendition_file_size(&c->form->files[adopt.file]) == 0) {
		ph_fault_set(fault, PH_CAUSE_BAD_INPUT, PH_STAGE_CONFIG,
		    "the message is empty");
		return PH_EINVAL;
	}
	err = adopt_file(c->form, &adopt, &c->header, fault);
	if (err == PH_ETOOBIG && ph_buf_span(&c->header).len > 0)
		err = adopt_reencoded(c, &adopt, fault);
	if (err == PH_ENOMEM)
		return no_memory(fault);
	if (err != PH_OK)
		return err;
	*out = c;
	c = NULL;
	return PH_OK;
}

/* 7 bit */

/* Writes the octets as sent into a temporary file. */
static enum ph_err write_out(
    const struct ph_content *c, int fd, struct ph_fault *fault)
{
	struct ph_content_reader *r = NULL;
	struct ph_span piece;
	bool dot_free;

	if (ph_content_reader_new(c, &r) != PH_OK)
		return no_memory(fault);

	enum ph_err err = ph_content_reader_next(r, &piece, &dot_free, fault);

	while (err == PH_OK) {
		err = write_piece(fd, piece, fault);
		if (err != PH_OK)
			break;
		err = ph_content_reader_next(r, &piece, &dot_free, fault);
	}
	ph_content_reader_free(r);
	return err == PH_EOF ? PH_OK : err;
}

/* What was sent out as it is now, Date and Message-ID in it, is encoded anew;
   so these stay the same whichever server it goes to. */
enum ph_err ph_content_make_7bit(struct ph_content *c, struct ph_fault *fault)
{
	const struct ph_body *b = ph_rendition_body(c->form);
	struct ph_adopt adopt = { 0 };
	PH_CLEANUP(ph_close_fd) int fd = -1;
	PH_CLEANUP(ph_buf_release) struct ph_buf header;
	PH_CLEANUP(ph_rendition_freep) struct ph_rendition *form = NULL;

	ph_buf_init(&header, PH_HEADER_MAX);
	/* Once is as good as it gets. */
	if ((!b->eight_bit && !b->utf8_headers) || c->form->older != NULL)
		return PH_OK;

	enum ph_err err = ph_file_temporary(&fd, fault);
	if (err == PH_OK)
		err = write_out(c, fd, fault);
	if (err == PH_OK)
		err = reencode(fd, "the message", &form, fault);
	if (err == PH_OK)
		err = adopt_file(form, &adopt, &header, fault);
	if (err == PH_ENOMEM)
		return no_memory(fault);
	if (err != PH_OK)
		return err;
	form->older = c->form;
	c->form = form;
	form = NULL;
	/* It may take texts of 8 bit, and no headers (SMTPUTF8). */
	add_note(c,
	    "the server does not take all of it in 8 bit: the message was "
	    "encoded anew");
	return PH_OK;
}
