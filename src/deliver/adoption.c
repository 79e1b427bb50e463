#include "deliver/content_state.h"

#include "io/file.h"
#include "mail/scan.h"

#include <inttypes.h>
#include <stdlib.h>

/* A ready-made message, mended where it must be. */

enum {
	SCAN_PIECE = 256 * 1024
};

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
		return ph_content_no_memory(fault);
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
		return ph_content_no_memory(fault);
	if (len == 0)
		return PH_OK;
	err = ph_rendition_read(f, 0, header->ptr, len);
	if (err != PH_OK)
		return cannot_read(f, err, fault);
	header->len = len;
	header->ptr[len] = '\0';
	return PH_OK;
}

enum ph_err ph_content_adopt_file(struct ph_rendition *form,
    struct ph_adopt *adopt, struct ph_buf *header, struct ph_fault *fault)
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
	err = ph_content_stamp(&adopt->stamp, host, fault);
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

/* What SMTP does not carry: every part is encoded anew, and that is adopted.
   The header section as it came stays what ph_content_header() tells. */
static enum ph_err adopt_reencoded(struct ph_content *c, struct ph_adopt *adopt,
    const char *why, struct ph_fault *fault)
{
	const struct ph_rendition_file *f = &c->form->files[adopt->file];
	PH_CLEANUP(ph_buf_release) struct ph_buf header;
	PH_CLEANUP(ph_rendition_freep) struct ph_rendition *form = NULL;

	ph_buf_init(&header, PH_HEADER_MAX);

	int fd = f->input.fd;
	PH_CLEANUP(ph_close_fd) int copy = -1;
	enum ph_err err = PH_OK;

	if (f->bytes.ptr != NULL) {
		err = ph_content_spool(f->bytes, &copy, fault);
		fd = copy;
	}
	if (err == PH_OK)
		err = ph_content_reencode(fd, f->name, &form, fault);
	if (err != PH_OK)
		return err;
	adopt->file = 0;
	err = ph_content_adopt_file(form, adopt, &header, fault);
	if (err != PH_OK)
		return err;
	ph_rendition_free(c->form);
	c->form = form;
	form = NULL;
	ph_content_note_reencoding(c, why);
	return PH_OK;
}

static enum ph_err adopt_as_it_is_or_anew(
    struct ph_content *c, struct ph_adopt *adopt, struct ph_fault *fault)
{
	enum ph_err err =
	    ph_content_adopt_file(c->form, adopt, &c->header, fault);

	/* A header section too big is refused in the same way, and is none. */
	if (err == PH_ETOOBIG && ph_buf_span(&c->header).len > 0) {
		return adopt_reencoded(c, adopt,
		    "the message has lines over 998 octets, which SMTP does "
		    "not carry: its parts were encoded anew",
		    fault);
	}
	if (err == PH_EPROTO) {
		return adopt_reencoded(c, adopt,
		    "the message's headers are no UTF-8: they were taken for "
		    "windows-1252, and its parts were encoded anew",
		    fault);
	}
	return err;
}

enum ph_err ph_content_adopt(const struct ph_content_raw *in,
    struct ph_content **out, struct ph_fault *fault)
{
	struct ph_adopt adopt = { .add_missing = in->add_missing,
		.from = in->from,
		.replace_from = in->replace_from };
	PH_CLEANUP(ph_content_freep) struct ph_content *c = ph_content_new(1);

	if (c == NULL)
		return ph_content_no_memory(fault);

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
	err = adopt_as_it_is_or_anew(c, &adopt, fault);
	if (err == PH_ENOMEM)
		return ph_content_no_memory(fault);
	if (err != PH_OK)
		return err;
	*out = c;
	c = NULL;
	return PH_OK;
}
