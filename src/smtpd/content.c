#include "smtpd/content.h"

/* Scans up to and with the next LF or the end, and returns where it stopped.
   *crlf: it stopped behind a CRLF. */
static const char *scan_line(
    struct ph_smtpd_content *c, const char *at, const char *end, bool *crlf)
{
	const char *lf = memchr(at, '\n', (size_t)(end - at));
	const char *stop = lf == NULL ? end : lf;
	const char *cr = memchr(at, '\r', (size_t)(stop - at));

	*crlf = false;
	if (c->last_cr && lf != at)
		c->bare_cr = true;
	if (cr != NULL && cr + 1 < stop)
		c->bare_cr = true;
	if (lf == NULL) {
		c->last_cr = end[-1] == '\r';
		return end;
	}
	*crlf = lf == at ? c->last_cr : lf[-1] == '\r';
	if (!*crlf)
		c->bare_lf = true;
	c->last_cr = false;
	return lf + 1;
}

/* Takes octets up to a dot at a line's start. */
static void take_run(
    struct ph_smtpd_content *c, struct ph_span *in, struct ph_span *piece)
{
	const char *at = in->ptr;
	const char *end = in->ptr + in->len;
	bool crlf = false;

	while (at < end && !(crlf && *at == '.'))
		at = scan_line(c, at, end, &crlf);
	c->state = crlf ? PH_CONTENT_LINE_START : PH_CONTENT_TEXT;
	*piece = ph_span_first(*in, (size_t)(at - in->ptr));
	*in = ph_span_skip(*in, piece->len);
}

enum ph_err ph_smtpd_content_next(
    struct ph_smtpd_content *c, struct ph_span *in, struct ph_span *piece)
{
	while (in->len > 0) {
		char next = in->ptr[0];

		switch (c->state) {
		case PH_CONTENT_LINE_START:
			c->state = PH_CONTENT_TEXT;
			if (next != '.')
				break;
			c->state = PH_CONTENT_DOT;
			*in = ph_span_skip(*in, 1);
			break;
		case PH_CONTENT_DOT:
			c->state = PH_CONTENT_TEXT;
			if (next != '\r')
				break;
			c->state = PH_CONTENT_DOT_CR;
			*in = ph_span_skip(*in, 1);
			break;
		case PH_CONTENT_DOT_CR:
			if (next == '\n') {
				*in = ph_span_skip(*in, 1);
				return PH_EOF;
			}
			/* It was no end, so that the CR is content. */
			c->state = PH_CONTENT_TEXT;
			c->last_cr = true;
			*piece = PH_SPAN("\r");
			return PH_OK;
		case PH_CONTENT_TEXT:
			take_run(c, in, piece);
			return PH_OK;
		}
	}
	return PH_AGAIN;
}

void ph_smtpd_content_check(struct ph_smtpd_content *c, struct ph_span piece)
{
	const char *at = piece.ptr;
	const char *end = piece.ptr + piece.len;
	bool crlf = false;

	while (at < end)
		at = scan_line(c, at, end, &crlf);
}

void ph_smtpd_content_finish(struct ph_smtpd_content *c)
{
	if (c->last_cr)
		c->bare_cr = true;
}
