#include "deliver/content_state.h"

#include "io/file.h"
#include "mail/scan.h"

/* A content encoded anew: for lines too long, and for servers of 7 bit. */

static enum ph_err write_piece(
    int fd, struct ph_span piece, struct ph_fault *fault)
{
	if (ph_fd_write_all(fd, piece) == PH_OK)
		return PH_OK;
	ph_fault_set(fault, PH_CAUSE_CANNOT_WRITE, PH_STAGE_CONFIG,
	    "a temporary file could not be written");
	return PH_EIO;
}

enum ph_err ph_content_spool(
    struct ph_span bytes, int *out, struct ph_fault *fault)
{
	enum ph_err err = ph_file_temporary(out, fault);
	if (err != PH_OK)
		return err;
	return write_piece(*out, bytes, fault);
}

enum ph_err ph_content_reencode(
    int fd, const char *name, struct ph_rendition **out, struct ph_fault *fault)
{
	int temporary = -1;
	PH_CLEANUP(ph_rendition_freep)
	struct ph_rendition *form = ph_rendition_new(1);

	if (form == NULL)
		return ph_content_no_memory(fault);

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

/* RFC 6376 3.7: its signature is over the octets of the body. */
static bool is_dkim_signed(struct ph_span header)
{
	struct ph_span line;

	while (ph_span_split(&header, '\n', &line)) {
		if (ph_span_starts_nocase(line, PH_SPAN("DKIM-Signature:")))
			return true;
	}
	return false;
}

void ph_content_note_reencoding(struct ph_content *c, const char *why)
{
	ph_content_add_note(c, why);
	if (is_dkim_signed(ph_buf_span(&c->header))) {
		ph_content_add_note(c,
		    "its DKIM-Signature no longer fits it, and receivers will "
		    "say so: sign messages that are in 7 bit with lines of at "
		    "most 998 octets");
	}
}

/* Writes the octets as sent into a temporary file. */
static enum ph_err write_out(
    const struct ph_content *c, int fd, struct ph_fault *fault)
{
	struct ph_content_reader *r = NULL;
	struct ph_span piece;
	bool dot_free;

	if (ph_content_reader_new(c, &r) != PH_OK)
		return ph_content_no_memory(fault);

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
		err = ph_content_reencode(fd, "the message", &form, fault);
	if (err == PH_OK)
		err = ph_content_adopt_file(form, &adopt, &header, fault);
	if (err == PH_ENOMEM)
		return ph_content_no_memory(fault);
	if (err != PH_OK)
		return err;
	form->older = c->form;
	c->form = form;
	form = NULL;
	/* It may take texts of 8 bit, and no headers (SMTPUTF8). */
	ph_content_note_reencoding(c,
	    "the server does not take all of it in 8 bit: the message was "
	    "encoded anew");
	return PH_OK;
}
