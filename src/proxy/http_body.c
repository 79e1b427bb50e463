#include "proxy/http_body.h"

#include "base/hex.h"

enum {
	CHUNK_DIGITS_MAX = 8,
	CHUNK_LINE_MAX = 4096
};

/* Within a chunked body (RFC 9112 7.1). */
enum {
	IN_SIZE = 0, /* the digits */
	IN_EXTENSION,
	IN_DATA,
	BEHIND_DATA, /* CR LF */
	IN_TRAILER,
	IS_OVER
};

void ph_http_body_init(
    struct ph_http_body *b, enum ph_http_body_kind kind, uint64_t length)
{
	*b = (struct ph_http_body){ .kind = kind, .left = length };
}

static void end_size(struct ph_http_body *b)
{
	b->at = b->left == 0 ? IN_TRAILER : IN_DATA;
	b->digits = 0;
	b->line = 0;
}

static enum ph_err in_size(struct ph_http_body *b, char c)
{
	int digit = ph_hex_value(c);

	if (digit >= 0) {
		b->left = b->left << 4 | (unsigned)digit;
		b->digits++;
		return b->digits > CHUNK_DIGITS_MAX ? PH_EPROTO : PH_OK;
	}
	if (b->digits == 0)
		return PH_EPROTO;
	if (c == '\n') {
		end_size(b);
	} else {
		b->at = IN_EXTENSION;
	}
	return PH_OK;
}

static enum ph_err in_extension(struct ph_http_body *b, char c)
{
	b->line++;
	if (c == '\n')
		end_size(b);
	return b->line > CHUNK_LINE_MAX ? PH_EPROTO : PH_OK;
}

static enum ph_err behind_data(struct ph_http_body *b, char c)
{
	if (c == '\n')
		b->at = IN_SIZE;
	return c == '\n' || c == '\r' ? PH_OK : PH_EPROTO;
}

/* An empty line ends it all. */
static enum ph_err in_trailer(struct ph_http_body *b, char c)
{
	if (c == '\n') {
		b->at = b->line == 0 ? IS_OVER : IN_TRAILER;
		b->line = 0;
		return PH_OK;
	}
	if (c != '\r')
		b->line++;
	return b->line > CHUNK_LINE_MAX ? PH_EPROTO : PH_OK;
}

static enum ph_err take_octet(struct ph_http_body *b, char c)
{
	switch (b->at) {
	case IN_SIZE:
		return in_size(b, c);
	case IN_EXTENSION:
		return in_extension(b, c);
	case BEHIND_DATA:
		return behind_data(b, c);
	default:
		return in_trailer(b, c);
	}
}

static size_t take_data(struct ph_http_body *b, struct ph_span in)
{
	size_t n = b->left < in.len ? (size_t)b->left : in.len;

	b->left -= n;
	if (b->left == 0)
		b->at = BEHIND_DATA;
	return n;
}

static enum ph_err take_chunks(
    struct ph_http_body *b, struct ph_span in, size_t *used)
{
	size_t at = 0;

	while (at < in.len && b->at != IS_OVER) {
		enum ph_err err;

		if (b->at == IN_DATA) {
			at += take_data(b, ph_span_skip(in, at));
			continue;
		}
		err = take_octet(b, in.ptr[at++]);
		if (err != PH_OK)
			return err;
	}
	*used = at;
	return b->at == IS_OVER ? PH_OK : PH_AGAIN;
}

enum ph_err ph_http_body_take(
    struct ph_http_body *b, struct ph_span in, size_t *used)
{
	enum ph_err err = PH_AGAIN;

	switch (b->kind) {
	case PH_HTTP_BODY_LENGTH:
		*used = b->left < in.len ? (size_t)b->left : in.len;
		b->left -= *used;
		err = b->left == 0 ? PH_OK : PH_AGAIN;
		break;
	case PH_HTTP_BODY_CHUNKED:
		err = take_chunks(b, in, used);
		break;
	}
	if (err != PH_OK && err != PH_AGAIN)
		return err;
	b->seen += *used;
	return err == PH_AGAIN && b->seen > PH_HTTP_BODY_MAX ? PH_ETOOBIG : err;
}
