#include "smtp/feed.h"

#include <assert.h>

enum {
	/* Below it a copy is cheaper than one more span in the writev. */
	LOAN_MIN = 512
};

void ph_feed_init(struct ph_feed *f)
{
	f->count = 0;
	f->at = 0;
	f->last = false;
	f->searched = false;
	f->in_line = false;
	f->ends_cr = false;
	/* A content of nothing is no unfinished line. */
	f->ends_crlf = true;
	f->octets = 0;
}

uint64_t ph_feed_size(const struct ph_smtp_body *body)
{
	uint64_t size = 0;

	for (size_t i = 0; i < body->count; i++)
		size += body->pieces[i].len;
	return size;
}

/* Looks at how a piece ends. */
static void note_end(struct ph_feed *f, struct ph_span s)
{
	if (s.len == 0)
		return;

	char last = s.ptr[s.len - 1];
	bool cr_before = s.len > 1 ? s.ptr[s.len - 2] == '\r' : f->ends_cr;

	f->ends_crlf = last == '\n' && cr_before;
	f->ends_cr = last == '\r';
}

void ph_feed_give(
    struct ph_feed *f, const struct ph_smtp_body *body, bool stuff)
{
	assert(ph_feed_is_drained(f));
	assert(body->count <= PH_SMTP_PIECES_MAX);
	for (size_t i = 0; i < body->count; i++) {
		f->pieces[i] = body->pieces[i];
		note_end(f, body->pieces[i]);
	}
	f->count = body->count;
	f->at = 0;
	f->last = body->last;
	f->searched = stuff && !body->dot_free;
	f->octets += ph_feed_size(body);
}

/* The index of the first dot that begins a line, or s.len.  A dot behind a bare
   LF is stuffed as well: servers that take it for a line end exist, and no
   content may end itself. */
static size_t find_dot(const struct ph_feed *f, struct ph_span s)
{
	size_t at = 0;

	if (!f->in_line && s.len > 0 && s.ptr[0] == '.')
		return 0;
	/* Dots are rarer than lines. */
	while (at < s.len) {
		at += ph_span_find(ph_span_skip(s, at), '.');
		if (at > 0 && at < s.len && s.ptr[at - 1] == '\n')
			return at;
		at++;
	}
	return s.len;
}

/* Queues the first len octets of the piece at hand. */
static enum ph_err move_part(struct ph_feed *f, struct ph_outbox *o, size_t len)
{
	struct ph_span *piece = &f->pieces[f->at];
	struct ph_span part = ph_span_first(*piece, len);

	if (len == 0)
		return PH_OK;
	if (len >= LOAN_MIN) {
		ph_outbox_lend(o, part);
	} else {
		enum ph_err err = ph_buf_append(ph_outbox_text(o), part);
		if (err != PH_OK)
			return err;
		(void)ph_outbox_commit(o);
	}
	f->in_line = part.ptr[len - 1] != '\n';
	*piece = ph_span_skip(*piece, len);
	return PH_OK;
}

/* The extra dot; the one that is there follows as part of the text. */
static enum ph_err move_dot(struct ph_feed *f, struct ph_outbox *o)
{
	enum ph_err err = ph_buf_append_char(ph_outbox_text(o), '.');
	if (err != PH_OK)
		return err;
	(void)ph_outbox_commit(o);
	f->in_line = true;
	return PH_OK;
}

static enum ph_err move_piece(struct ph_feed *f, struct ph_outbox *o)
{
	struct ph_span piece = f->pieces[f->at];
	size_t len = f->searched ? find_dot(f, piece) : piece.len;

	enum ph_err err = move_part(f, o, len);
	if (err != PH_OK)
		return err;
	if (len == piece.len) {
		f->at++;
		return PH_OK;
	}
	return move_dot(f, o);
}

enum ph_err ph_feed_move(struct ph_feed *f, struct ph_outbox *o)
{
	while (!ph_feed_is_drained(f)) {
		if (!ph_outbox_has_room(o))
			return PH_AGAIN;

		enum ph_err err = move_piece(f, o);
		if (err != PH_OK)
			return err;
	}
	return PH_OK;
}

struct ph_span ph_feed_missing_end(const struct ph_feed *f)
{
	return f->ends_crlf ? PH_SPAN("") : PH_SPAN("\r\n");
}
