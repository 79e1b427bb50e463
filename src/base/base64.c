#include "base/base64.h"

static const char alphabet[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

static size_t encode_tail(const unsigned char *in, size_t len, char *out)
{
	unsigned a = in[0];
	unsigned b = len > 1 ? in[1] : 0;

	out[0] = alphabet[a >> 2];
	out[1] = alphabet[(a & 3) << 4 | b >> 4];
	out[2] = '=';
	if (len > 1)
		out[2] = alphabet[(b & 15) << 2];
	out[3] = '=';
	return 4;
}

/* in_len octets to out, without line ends; returns what was written. */
static size_t encode_run(const unsigned char *in, size_t in_len, char *out)
{
	char *at = out;

	for (; in_len >= 3; in_len -= 3, in += 3, at += 4) {
		unsigned v =
		    (unsigned)in[0] << 16 | (unsigned)in[1] << 8 | in[2];

		at[0] = alphabet[v >> 18];
		at[1] = alphabet[v >> 12 & 63];
		at[2] = alphabet[v >> 6 & 63];
		at[3] = alphabet[v & 63];
	}
	if (in_len > 0)
		at += encode_tail(in, in_len, at);
	return (size_t)(at - out);
}

enum ph_err ph_base64_encode(struct ph_span in, struct ph_buf *out)
{
	enum ph_err err = ph_buf_reserve(out, (in.len + 2) / 3 * 4);
	if (err != PH_OK)
		return err;
	out->len += encode_run(
	    (const unsigned char *)in.ptr, in.len, out->ptr + out->len);
	out->ptr[out->len] = '\0';
	return PH_OK;
}

static int value_of(char c)
{
	const char *at = c == '\0' ? NULL : memchr(alphabet, c, 64);

	return at == NULL ? -1 : (int)(at - alphabet);
}

static enum ph_err decode_group(const char *in, size_t pad, struct ph_buf *out)
{
	unsigned v = 0;

	for (size_t i = 0; i < 4; i++) {
		int digit = i < 4 - pad ? value_of(in[i]) : 0;

		if (digit < 0)
			return PH_EINVAL;
		v = v << 6 | (unsigned)digit;
	}
	/* The bits that padding leaves over must be zero. */
	if ((pad == 1 && (v & 0xff) != 0) || (pad == 2 && (v & 0xffff) != 0))
		return PH_EINVAL;

	char bytes[3] = { (char)(v >> 16), (char)(v >> 8), (char)v };

	return ph_buf_append(out, (struct ph_span){ bytes, 3 - pad });
}

enum ph_err ph_base64_decode(struct ph_span in, struct ph_buf *out)
{
	size_t before = out->len;

	if (in.len % 4 != 0)
		return PH_EINVAL;
	for (size_t i = 0; i < in.len; i += 4) {
		size_t pad = 0;

		if (i + 4 == in.len && in.ptr[i + 3] == '=')
			pad = in.ptr[i + 2] == '=' ? 2 : 1;

		enum ph_err err = decode_group(in.ptr + i, pad, out);
		if (err != PH_OK) {
			out->len = before;
			return err;
		}
	}
	return PH_OK;
}

uint64_t ph_base64_lines_size(uint64_t len)
{
	uint64_t rest = len % PH_BASE64_LINE_IN;
	uint64_t size = len / PH_BASE64_LINE_IN * PH_BASE64_LINE_OUT;

	if (rest > 0)
		size += (rest + 2) / 3 * 4 + 2;
	return size;
}

size_t ph_base64_lines(struct ph_span in, char *out)
{
	char *at = out;

	while (in.len > 0) {
		size_t n =
		    in.len < PH_BASE64_LINE_IN ? in.len : PH_BASE64_LINE_IN;

		at += encode_run((const unsigned char *)in.ptr, n, at);
		*at++ = '\r';
		*at++ = '\n';
		in = ph_span_skip(in, n);
	}
	return (size_t)(at - out);
}
