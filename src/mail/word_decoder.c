#include "mail/word_decoder.h"

#include "base/ascii.h"
#include "base/base64.h"
#include "base/hex.h"
#include "base/utf8.h"

#include <assert.h>
#include <errno.h>
#include <iconv.h>
#include <stdint.h>

enum {
	CHARSET_MAX = 40
};

struct word {
	struct ph_span charset;
	char method; /* B or Q */
	struct ph_span payload;
	size_t len; /* of all of it */
};

struct decoder {
	struct ph_buf *out;
	struct ph_buf
	    bytes; /* of words in the same charset, not converted yet */
	struct ph_span charset;
};

static bool is_charset_char(char c)
{
	return ph_ascii_is_alnum(c) || c == '-' || c == '_' || c == '.' ||
	    c == ':' || c == '+';
}

/* text starts with "=?".  False when no word follows. */
static bool read_word(struct ph_span text, struct word *w)
{
	size_t at = 2;

	while (at < text.len && is_charset_char(text.ptr[at]))
		at++;
	w->charset = (struct ph_span){ text.ptr + 2, at - 2 };
	/* RFC 2231 5: a language may follow. */
	if (at < text.len && text.ptr[at] == '*')
		at += ph_span_find(ph_span_skip(text, at), '?');
	if (w->charset.len == 0 || w->charset.len > CHARSET_MAX ||
	    text.len - at < 3 || text.ptr[at] != '?' || text.ptr[at + 2] != '?')
		return false;
	w->method = ph_ascii_upper(text.ptr[at + 1]);

	struct ph_span rest = ph_span_skip(text, at + 3);
	size_t end = ph_span_find(rest, '?');

	if (end + 1 >= rest.len || rest.ptr[end + 1] != '=' ||
	    ph_span_find(ph_span_first(rest, end), ' ') < end)
		return false;
	w->payload = ph_span_first(rest, end);
	w->len = at + 3 + end + 2;
	return w->method == 'B' || w->method == 'Q';
}

static enum ph_err decode_q(struct ph_span in, struct ph_buf *out)
{
	enum ph_err err = PH_OK;

	for (size_t i = 0; i < in.len && err == PH_OK; i++) {
		char c = in.ptr[i] == '_' ? ' ' : in.ptr[i];

		int octet = c == '=' && in.len - i > 2
		    ? ph_hex_octet(in.ptr[i + 1], in.ptr[i + 2])
		    : -1;

		if (octet >= 0) {
			c = (char)octet;
			i += 2;
		}
		err = ph_buf_append_char(out, c);
	}
	return err;
}

/* With the padding that some writers leave out.  PH_EINVAL: not base64. */
static enum ph_err decode_b(struct ph_span in, struct ph_buf *out)
{
	struct ph_buf padded;

	ph_buf_init(&padded, in.len + 3);

	enum ph_err err = ph_buf_append(&padded, in);

	while (err == PH_OK && padded.len % 4 != 0)
		err = ph_buf_append_char(&padded, '=');
	if (err == PH_OK)
		err = ph_base64_decode(ph_buf_span(&padded), out);
	ph_buf_release(&padded);
	return err;
}

static iconv_t open_charset(struct ph_span charset)
{
	char name[CHARSET_MAX + 1];

	assert(charset.len <= CHARSET_MAX);
	memcpy(name, charset.ptr, charset.len);
	name[charset.len] = '\0';
	return iconv_open("utf-8", name);
}

/* Converts until an octet that does not belong there, and steps over that. */
static enum ph_err convert_some(
    iconv_t cd, char **in, size_t *in_len, struct ph_buf *out)
{
	char room[512];
	char *at = room;
	size_t left = sizeof(room);
	size_t rc = iconv(cd, in, in_len, &at, &left);
	int why = errno;
	enum ph_err err =
	    ph_buf_append(out, (struct ph_span){ room, sizeof(room) - left });

	if (err != PH_OK || in == NULL || rc != (size_t)-1 || why == E2BIG)
		return err;
	(*in)++;
	(*in_len)--;
	return ph_buf_append(out, PH_SPAN("\xef\xbf\xbd"));
}

static enum ph_err flush(struct decoder *d)
{
	enum ph_err err = PH_OK;

	if (d->bytes.len == 0)
		return PH_OK;

	iconv_t cd = open_charset(d->charset);

	/* iconv_open() says "none" with -1, as POSIX wants it. */
	if ((intptr_t)cd == -1) {
		err = ph_buf_append(d->out, ph_buf_span(&d->bytes));
	} else {
		char *in = d->bytes.ptr;
		size_t len = d->bytes.len;

		while (len > 0 && err == PH_OK)
			err = convert_some(cd, &in, &len, d->out);
		/* Some converters keep a character back. */
		if (err == PH_OK)
			err = convert_some(cd, NULL, &len, d->out);
		(void)iconv_close(cd);
	}
	ph_buf_clear(&d->bytes);
	return err;
}

static enum ph_err take_word(struct decoder *d, const struct word *w)
{
	enum ph_err err = PH_OK;

	if (!ph_span_eq_nocase(d->charset, w->charset))
		err = flush(d);
	d->charset = w->charset;
	if (err != PH_OK)
		return err;
	if (w->method == 'Q')
		return decode_q(w->payload, &d->bytes);
	return decode_b(w->payload, &d->bytes);
}

static enum ph_err show_word(struct decoder *d, const char *at, size_t len)
{
	enum ph_err err = flush(d);

	return err == PH_OK ? ph_buf_append(d->out, (struct ph_span){ at, len })
			    : err;
}

static bool is_blank_only(struct ph_span s)
{
	return ph_span_trim(s).len == 0;
}

/* The index of the next "=?", or the length. */
static size_t find_word(struct ph_span text)
{
	size_t at = 0;

	while (at + 1 < text.len) {
		at += ph_span_find(ph_span_skip(text, at), '=');
		if (at + 1 < text.len && text.ptr[at + 1] == '?')
			return at;
		at += at < text.len ? 1 : 0;
	}
	return text.len;
}

static enum ph_err run(struct decoder *d, struct ph_span text)
{
	bool after_word = false;
	size_t plain = 0; /* octets at the front that are no word */
	enum ph_err err = PH_OK;

	while (err == PH_OK) {
		struct word w = { 0 };
		struct ph_span rest = ph_span_skip(text, plain);
		size_t at = find_word(rest);

		if (at == rest.len)
			break;
		plain += at;
		if (!read_word(ph_span_skip(text, plain), &w)) {
			plain += 2;
			continue;
		}

		struct ph_span before = ph_span_first(text, plain);

		if (!after_word || !is_blank_only(before)) {
			err = flush(d);
			if (err == PH_OK)
				err = ph_buf_append(d->out, before);
		}
		if (err == PH_OK)
			err = take_word(d, &w);
		/* What only looks like base64 is shown as it came. */
		if (err == PH_EINVAL)
			err = show_word(d, text.ptr + plain, w.len);
		text = ph_span_skip(text, plain + w.len);
		plain = 0;
		after_word = true;
	}
	if (err == PH_OK)
		err = flush(d);
	return err == PH_OK ? ph_buf_append(d->out, text) : err;
}

enum ph_err ph_word_decode(struct ph_span text, struct ph_buf *out)
{
	struct decoder d = { .out = out };

	ph_buf_init(&d.bytes, text.len);

	enum ph_err err = run(&d, text);

	ph_buf_release(&d.bytes);
	return err;
}
