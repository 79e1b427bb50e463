#include "mail/body.h"

#include "base/base64.h"

#include <assert.h>

void ph_body_measure(struct ph_body *b)
{
	b->size = 0;
	for (size_t i = 0; i < b->count; i++)
		b->size += b->parts[i].encoded_length;
}

void ph_encoder_init(struct ph_encoder *e, enum ph_encoding encoding)
{
	*e = (struct ph_encoder){ .encoding = encoding };
}

size_t ph_encoder_bound(const struct ph_encoder *e, size_t in_len)
{
	switch (e->encoding) {
	case PH_ENCODE_NONE:
		return in_len;
	case PH_ENCODE_CRLF:
		/* Nothing but line ends doubles; the last line gets its own. */
		return 2 * in_len + 2;
	case PH_ENCODE_BASE64:
		return (size_t)ph_base64_lines_size(e->kept_len + in_len);
	}
	return in_len;
}

static char *put(char *at, struct ph_span s)
{
	if (s.len > 0)
		memcpy(at, s.ptr, s.len);
	return at + s.len;
}

static char *put_crlf(char *at)
{
	at[0] = '\r';
	at[1] = '\n';
	return at + 2;
}

/* in ends with its only LF, or has none. */
static char *run_crlf_line(struct ph_encoder *e, struct ph_span in, char *at)
{
	while (in.len > 0) {
		/* A CR was written as CRLF at once: its LF is dropped. */
		if (e->last_was_cr && in.ptr[0] == '\n') {
			e->last_was_cr = false;
			return at;
		}

		size_t len = ph_span_find(in, '\r');
		bool ends = len < in.len;

		e->last_was_cr = ends;
		if (!ends && in.ptr[in.len - 1] == '\n') {
			ends = true;
			len--;
		}
		at = put(at, ph_span_first(in, len));
		if (ends)
			at = put_crlf(at);
		e->mid_line = !ends;
		in = ph_span_skip(in, len + (ends ? 1 : 0));
	}
	return at;
}

static size_t run_crlf(
    struct ph_encoder *e, struct ph_span in, bool last, char *out)
{
	char *at = out;

	while (in.len > 0) {
		size_t lf = ph_span_find(in, '\n');
		struct ph_span line =
		    ph_span_first(in, lf < in.len ? lf + 1 : lf);

		at = run_crlf_line(e, line, at);
		in = ph_span_skip(in, line.len);
	}
	if (last && e->mid_line) {
		at = put_crlf(at);
		e->mid_line = false;
	}
	return (size_t)(at - out);
}

/* Moves up to want - kept_len octets from *in to what is kept. */
static void keep(struct ph_encoder *e, struct ph_span *in, size_t want)
{
	size_t len = want - e->kept_len;

	if (len > in->len)
		len = in->len;
	(void)put(e->kept + e->kept_len, ph_span_first(*in, len));
	e->kept_len += len;
	*in = ph_span_skip(*in, len);
}

static char *flush_kept(struct ph_encoder *e, char *at)
{
	at += ph_base64_lines((struct ph_span){ e->kept, e->kept_len }, at);
	e->kept_len = 0;
	return at;
}

static size_t run_base64(
    struct ph_encoder *e, struct ph_span in, bool last, char *out)
{
	char *at = out;

	if (e->kept_len > 0) {
		keep(e, &in, PH_BASE64_LINE_IN);
		if (e->kept_len == PH_BASE64_LINE_IN)
			at = flush_kept(e, at);
	}

	size_t whole = in.len - in.len % PH_BASE64_LINE_IN;

	at += ph_base64_lines(ph_span_first(in, whole), at);
	in = ph_span_skip(in, whole);
	keep(e, &in, PH_BASE64_LINE_IN);
	if (last)
		at = flush_kept(e, at);
	return (size_t)(at - out);
}

size_t ph_encoder_run(
    struct ph_encoder *e, struct ph_span in, bool last, char *out)
{
	assert(e->kept_len < PH_BASE64_LINE_IN);

	switch (e->encoding) {
	case PH_ENCODE_NONE:
		return (size_t)(put(out, in) - out);
	case PH_ENCODE_CRLF:
		return run_crlf(e, in, last, out);
	case PH_ENCODE_BASE64:
		return run_base64(e, in, last, out);
	}
	return 0;
}
