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

/* Twelve bits at a time: half the look-ups, and a table (8 KiB) that stays in
   the first cache.  Twice as fast as a character at a time. */
#define PAIRS4(a, w, x, y, z) a, w, a, x, a, y, a, z
#define PAIRS64(a)                                                 \
 PAIRS4(a, 'A', 'B', 'C', 'D'), PAIRS4(a, 'E', 'F', 'G', 'H'),     \
     PAIRS4(a, 'I', 'J', 'K', 'L'), PAIRS4(a, 'M', 'N', 'O', 'P'), \
     PAIRS4(a, 'Q', 'R', 'S', 'T'), PAIRS4(a, 'U', 'V', 'W', 'X'), \
     PAIRS4(a, 'Y', 'Z', 'a', 'b'), PAIRS4(a, 'c', 'd', 'e', 'f'), \
     PAIRS4(a, 'g', 'h', 'i', 'j'), PAIRS4(a, 'k', 'l', 'm', 'n'), \
     PAIRS4(a, 'o', 'p', 'q', 'r'), PAIRS4(a, 's', 't', 'u', 'v'), \
     PAIRS4(a, 'w', 'x', 'y', 'z'), PAIRS4(a, '0', '1', '2', '3'), \
     PAIRS4(a, '4', '5', '6', '7'), PAIRS4(a, '8', '9', '+', '/')
#define PAIRS256(a, b, c, d) PAIRS64(a), PAIRS64(b), PAIRS64(c), PAIRS64(d)

static const char pairs[2 * 4096] = {
	PAIRS256('A', 'B', 'C', 'D'),
	PAIRS256('E', 'F', 'G', 'H'),
	PAIRS256('I', 'J', 'K', 'L'),
	PAIRS256('M', 'N', 'O', 'P'),
	PAIRS256('Q', 'R', 'S', 'T'),
	PAIRS256('U', 'V', 'W', 'X'),
	PAIRS256('Y', 'Z', 'a', 'b'),
	PAIRS256('c', 'd', 'e', 'f'),
	PAIRS256('g', 'h', 'i', 'j'),
	PAIRS256('k', 'l', 'm', 'n'),
	PAIRS256('o', 'p', 'q', 'r'),
	PAIRS256('s', 't', 'u', 'v'),
	PAIRS256('w', 'x', 'y', 'z'),
	PAIRS256('0', '1', '2', '3'),
	PAIRS256('4', '5', '6', '7'),
	PAIRS256('8', '9', '+', '/'),
};

/* Compilers make one load of this. */
static uint64_t load_big_endian(const unsigned char *in)
{
	return (uint64_t)in[0] << 56 | (uint64_t)in[1] << 48 |
	    (uint64_t)in[2] << 40 | (uint64_t)in[3] << 32 |
	    (uint64_t)in[4] << 24 | (uint64_t)in[5] << 16 |
	    (uint64_t)in[6] << 8 | in[7];
}

/* in_len octets to out, without line ends; returns what was written. */
static size_t encode_run(const unsigned char *in, size_t in_len, char *out)
{
	char *at = out;

	/* Six octets a turn, of the eight that are read. */
	for (; in_len >= 8; in_len -= 6, in += 6, at += 8) {
		uint64_t v = load_big_endian(in);

		memcpy(at, pairs + (v >> 52) * 2, 2);
		memcpy(at + 2, pairs + (v >> 40 & 4095) * 2, 2);
		memcpy(at + 4, pairs + (v >> 28 & 4095) * 2, 2);
		memcpy(at + 6, pairs + (v >> 16 & 4095) * 2, 2);
	}
	for (; in_len >= 3; in_len -= 3, in += 3, at += 4) {
		unsigned v =
		    (unsigned)in[0] << 16 | (unsigned)in[1] << 8 | in[2];

		memcpy(at, pairs + (v >> 12) * 2, 2);
		memcpy(at + 2, pairs + (v & 4095) * 2, 2);
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
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	if (c == '+')
		return 62;
	return c == '/' ? 63 : -1;
}

/* A group of four, at in, of a text that ends at end: how many octets it is, or
   -1. */
static int decode_group(const char *in, const char *end, char bytes[3])
{
	size_t pad = 0;
	unsigned v = 0;

	if (in + 4 == end && in[3] == '=')
		pad = in[2] == '=' ? 2 : 1;
	for (size_t i = 0; i < 4; i++) {
		int digit = i < 4 - pad ? value_of(in[i]) : 0;

		if (digit < 0)
			return -1;
		v = v << 6 | (unsigned)digit;
	}
	/* The bits that padding leaves over must be zero. */
	if ((pad == 1 && (v & 0xff) != 0) || (pad == 2 && (v & 0xffff) != 0))
		return -1;
	bytes[0] = (char)(v >> 16);
	bytes[1] = (char)(v >> 8);
	bytes[2] = (char)v;
	return (int)(3 - pad);
}

enum ph_err ph_base64_decode(struct ph_span in, struct ph_buf *out)
{
	size_t before = out->len;
	enum ph_err err = in.len % 4 == 0 ? PH_OK : PH_EINVAL;

	for (size_t i = 0; i < in.len && err == PH_OK; i += 4) {
		char bytes[3];
		int n = decode_group(in.ptr + i, in.ptr + in.len, bytes);

		err = n < 0
		    ? PH_EINVAL
		    : ph_buf_append(out, (struct ph_span){ bytes, (size_t)n });
	}
	if (err != PH_OK)
		out->len = before;
	return err;
}

enum ph_err ph_base64_decode_into(
    struct ph_span in, unsigned char *out, size_t cap, size_t *len)
{
	*len = 0;
	if (in.len % 4 != 0)
		return PH_EINVAL;
	for (size_t i = 0; i < in.len; i += 4) {
		char bytes[3];
		int n = decode_group(in.ptr + i, in.ptr + in.len, bytes);

		if (n < 0)
			return PH_EINVAL;
		if ((size_t)n > cap - *len)
			return PH_ETOOBIG;
		memcpy(out + *len, bytes, (size_t)n);
		*len += (size_t)n;
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
