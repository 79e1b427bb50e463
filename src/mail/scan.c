#include "mail/scan.h"

#include "base/ascii.h"

void ph_scan_init(struct ph_scan *s)
{
	*s = (struct ph_scan){ 0 };
}

static void end_line(struct ph_scan *s)
{
	if (s->line_len > s->longest_line)
		s->longest_line = s->line_len;
	s->wire_octets += s->line_len + 2;
	if (s->line_len == 0 && !s->in_body) {
		s->in_body = true;
		s->header_octets = s->octets;
		s->header_wire_octets = s->wire_octets;
	}
	s->line_len = 0;
}

static void take_text(struct ph_scan *s, size_t len)
{
	s->octets += len;
	s->line_len += len;
}

static bool has_eight_bit(struct ph_span in)
{
	unsigned char all = 0;

	/* No early end: so the compiler makes vectors of it. */
	for (size_t i = 0; i < in.len; i++)
		all |= (unsigned char)in.ptr[i];
	return (all & 0x80) != 0;
}

static void note_octets(struct ph_scan *s, struct ph_span in)
{
	if (has_eight_bit(in)) {
		s->eight_bit = true;
		if (!s->in_body)
			s->header_eight_bit = true;
	}

	size_t at = ph_span_find(in, '\0');

	while (at < in.len) {
		s->nul++;
		in = ph_span_skip(in, at + 1);
		at = ph_span_find(in, '\0');
	}
}

static void end_bare_cr(struct ph_scan *s)
{
	s->last_cr = false;
	s->bare_cr++;
	end_line(s);
}

/* in ends with its only LF, or has none.  Split at every CR in it. */
static void take_crs(struct ph_scan *s, struct ph_span in)
{
	for (;;) {
		size_t at = ph_span_find(in, '\r');

		if (at == in.len)
			break;
		take_text(s, at);
		s->octets++;
		in = ph_span_skip(in, at + 1);
		/* What follows decides; the LF comes in later pieces too. */
		s->last_cr = true;
		if (in.len == 0)
			return;
		if (in.ptr[0] != '\n')
			end_bare_cr(s);
	}

	bool ended = in.len > 0 && in.ptr[in.len - 1] == '\n';

	take_text(s, in.len - (ended ? 1 : 0));
	if (!ended)
		return;
	s->octets++;
	if (s->last_cr) {
		s->crlf++;
	} else {
		s->bare_lf++;
	}
	s->last_cr = false;
	end_line(s);
}

void ph_scan_feed(struct ph_scan *s, struct ph_span in)
{
	while (in.len > 0) {
		if (s->last_cr && in.ptr[0] != '\n')
			end_bare_cr(s);

		size_t at = ph_span_find(in, '\n');
		struct ph_span line =
		    ph_span_first(in, at < in.len ? at + 1 : at);

		note_octets(s, line);
		take_crs(s, line);
		in = ph_span_skip(in, line.len);
	}
}

void ph_scan_finish(struct ph_scan *s)
{
	if (s->last_cr)
		end_bare_cr(s);
	if (s->line_len > 0)
		end_line(s);
	if (!s->in_body) {
		s->header_octets = s->octets;
		s->header_wire_octets = s->wire_octets;
	}
}

/* The first line of in, with its end (CRLF, CR or LF) if it has one.  One pass:
   looking for LF first would be quadratic where CR alone ends lines. */
static struct ph_span first_line(struct ph_span in, size_t *text_len)
{
	size_t len = 0;

	while (len < in.len && in.ptr[len] != '\r' && in.ptr[len] != '\n')
		len++;
	*text_len = len;
	if (len == in.len)
		return in;

	bool pair =
	    in.ptr[len] == '\r' && len + 1 < in.len && in.ptr[len + 1] == '\n';

	return ph_span_first(in, len + (pair ? 2 : 1));
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* The length of a field name at the start of line, or 0. */
static size_t name_len_of(struct ph_span line, size_t *colon)
{
	size_t at = ph_span_find(line, ':');
	size_t len = at;

	if (at == line.len)
		return 0;
	/* RFC 5322 4.5 (obsolete): blanks between the name and the colon. */
	while (len > 0 && is_blank(line.ptr[len - 1]))
		len--;
	for (size_t i = 0; i < len; i++) {
		if (line.ptr[i] <= ' ' || line.ptr[i] > '~')
			return 0;
	}
	*colon = at;
	return len;
}

enum ph_err ph_header_next(struct ph_span *in, struct ph_header_field *out)
{
	size_t text_len = 0;
	size_t colon = 0;
	struct ph_span start = *in;
	struct ph_span line = first_line(start, &text_len);

	*in = ph_span_skip(*in, line.len);
	if (text_len == 0)
		return PH_EOF;

	size_t name_len = name_len_of(ph_span_first(line, text_len), &colon);

	if (name_len == 0) {
		*out = (struct ph_header_field){ .whole = line };
		return PH_EPROTO;
	}

	size_t whole = line.len;
	size_t text = text_len;

	while (in->len > 0 && is_blank(in->ptr[0])) {
		line = first_line(*in, &text_len);
		*in = ph_span_skip(*in, line.len);
		text = whole + text_len;
		whole += line.len;
	}
	out->name = ph_span_first(start, name_len);
	out->value = ph_span_skip(ph_span_first(start, text), colon + 1);
	out->whole = ph_span_first(start, whole);
	return PH_OK;
}

static bool starts(struct ph_span s, struct ph_span with)
{
	return s.len >= with.len &&
	    ph_span_eq(ph_span_first(s, with.len), with);
}

bool ph_header_is_mbox_line(struct ph_span line)
{
	return starts(line, PH_SPAN("From ")) ||
	    starts(line, PH_SPAN(">From "));
}

struct ph_span ph_header_unmark(struct ph_span header)
{
	struct ph_span mark = PH_SPAN("\xef\xbb\xbf");

	return starts(header, mark) ? ph_span_skip(header, mark.len) : header;
}

struct ph_span ph_header_fields(struct ph_span header)
{
	struct ph_header_field f = { 0 };

	header = ph_header_unmark(header);

	struct ph_span rest = header;
	enum ph_err err = ph_header_next(&rest, &f);

	while (err == PH_EPROTO && ph_header_is_mbox_line(f.whole)) {
		header = rest;
		err = ph_header_next(&rest, &f);
	}

	size_t len = 0;

	while (err == PH_OK) {
		len = header.len - rest.len;
		err = ph_header_next(&rest, &f);
	}
	return ph_span_first(header, len);
}

enum ph_err ph_header_unfold(struct ph_span value, struct ph_buf *out)
{
	enum ph_err err = PH_OK;
	size_t text_len = 0;

	value = ph_span_trim(value);
	while (value.len > 0 && err == PH_OK) {
		struct ph_span line = first_line(value, &text_len);

		err = ph_buf_append(out, ph_span_first(line, text_len));
		value = ph_span_skip(value, line.len);
	}
	return err;
}
