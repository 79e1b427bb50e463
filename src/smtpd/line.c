#include "smtpd/line.h"

void ph_smtpd_line_init(struct ph_smtpd_line *l, size_t max)
{
	*l = (struct ph_smtpd_line){ 0 };
	ph_buf_init(&l->buf, max);
}

void ph_smtpd_line_release(struct ph_smtpd_line *l)
{
	ph_buf_wipe(&l->buf);
}

void ph_smtpd_line_clear(struct ph_smtpd_line *l)
{
	/* It may have held a password. */
	if (l->buf.len > 0) {
		explicit_bzero(l->buf.ptr, l->buf.len);
		ph_buf_clear(&l->buf);
	}
	l->last_cr = false;
	l->too_long = false;
	l->bare_lf = false;
	l->dropped = 0;
}

static void keep(struct ph_smtpd_line *l, size_t limit, struct ph_span piece)
{
	if (!l->too_long && !l->bare_lf) {
		if (l->buf.len + piece.len <= limit &&
		    ph_buf_append(&l->buf, piece) == PH_OK) {
			return;
		}
		l->too_long = true;
		ph_buf_wipe(&l->buf);
	}
	l->dropped += piece.len;
}

/* Whether a CR stands before the LF that ends piece. */
static bool ends_in_crlf(const struct ph_smtpd_line *l, struct ph_span piece)
{
	if (piece.len == 1)
		return l->last_cr;
	return piece.ptr[piece.len - 2] == '\r';
}

enum ph_smtpd_line_state ph_smtpd_line_take(struct ph_smtpd_line *l,
    size_t limit, struct ph_span *in, struct ph_span *line)
{
	size_t lf = ph_span_find(*in, '\n');
	struct ph_span piece = ph_span_first(*in, lf == in->len ? lf : lf + 1);
	bool ended = lf < in->len;

	*in = ph_span_skip(*in, piece.len);
	if (piece.len == 0)
		return PH_LINE_MORE;
	if (!ended) {
		keep(l, limit, piece);
		l->last_cr = piece.ptr[piece.len - 1] == '\r';
		return PH_LINE_MORE;
	}
	if (!ends_in_crlf(l, piece)) {
		l->dropped += l->buf.len + piece.len;
		ph_buf_wipe(&l->buf);
		l->bare_lf = true;
		l->last_cr = false;
		return PH_LINE_BARE_LF;
	}
	if (l->bare_lf)
		return PH_LINE_DROPPED;
	/* The usual case copies nothing. */
	if (l->buf.len == 0 && !l->too_long && piece.len <= limit) {
		*line = ph_span_first(piece, piece.len - 2);
		return PH_LINE_READY;
	}
	keep(l, limit, piece);
	if (l->too_long)
		return PH_LINE_TOO_LONG;
	*line = ph_span_first(ph_buf_span(&l->buf), l->buf.len - 2);
	return PH_LINE_READY;
}

size_t ph_smtpd_line_peek(
    const struct ph_smtpd_line *l, struct ph_span in, char *out, size_t cap)
{
	size_t kept = l->buf.len < cap ? l->buf.len : cap;
	size_t more = in.len < cap - kept ? in.len : cap - kept;

	if (kept > 0)
		memcpy(out, l->buf.ptr, kept);
	if (more > 0)
		memcpy(out + kept, in.ptr, more);
	return kept + more;
}
