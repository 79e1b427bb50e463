#include "mail/text_content.h"

#include "base/ascii.h"
#include "base/base64.h"
#include "mail/body.h"
#include "mail/mime.h"
#include "mail/scan.h"

/* What decides the encoding, of text whose lines end in CRLF. */
struct facts {
	size_t escapes; /* octets that quoted-printable writes as three */
	size_t long_lines;
	bool plain; /* fits 7bit as it is */
};

static bool is_escaped(char c)
{
	bool control =
	    ph_ascii_is_control(c) && c != '\t' && c != '\r' && c != '\n';

	return (unsigned char)c >= 0x80 || c == '=' || control;
}

static struct facts facts_of(struct ph_span text)
{
	struct facts f = { .plain = true };
	size_t line = 0;

	for (size_t i = 0; i < text.len; i++) {
		char c = text.ptr[i];

		if ((unsigned char)c >= 0x80 || c == '\0')
			f.plain = false;
		if (is_escaped(c))
			f.escapes++;
		line = c == '\r' || c == '\n' ? 0 : line + 1;
		if (line == PH_TEXT_LINE_MAX + 1)
			f.long_lines++;
	}
	f.plain = f.plain && f.long_lines == 0;
	return f;
}

/* Line ends to CRLF, the last line left open where it is. */
static enum ph_err mend_line_ends(struct ph_span text, struct ph_buf *out)
{
	struct ph_encoder e;

	ph_encoder_init(&e, PH_ENCODE_CRLF);

	enum ph_err err = ph_buf_reserve(out, ph_encoder_bound(&e, text.len));

	if (err == PH_OK) {
		out->len +=
		    ph_encoder_run(&e, text, false, out->ptr + out->len);
	}
	if (err == PH_OK)
		out->ptr[out->len] = '\0';
	return err;
}

static void drop_crs(struct ph_buf *b)
{
	size_t len = 0;

	for (size_t i = 0; i < b->len; i++) {
		if (b->ptr[i] != '\r')
			b->ptr[len++] = b->ptr[i];
	}
	b->len = len;
}

/* GMime's encoder wants lines that end in LF, and writes such. */
static enum ph_err quoted_printable(
    const struct ph_mime *mime, struct ph_buf *text, struct ph_buf *out)
{
	struct ph_buf encoded;

	drop_crs(text);
	ph_buf_init(&encoded, (size_t)4 * PH_TEXT_MAX);

	enum ph_err err = mime->quoted_printable(ph_buf_span(text), &encoded);

	if (err == PH_OK)
		err = mend_line_ends(ph_buf_span(&encoded), out);
	ph_buf_release(&encoded);
	return err;
}

static enum ph_err base64(struct ph_span text, struct ph_buf *out)
{
	enum ph_err err =
	    ph_buf_reserve(out, (size_t)ph_base64_lines_size(text.len));

	if (err != PH_OK)
		return err;
	out->len += ph_base64_lines(text, out->ptr + out->len);
	out->ptr[out->len] = '\0';
	return PH_OK;
}

static enum ph_err encode(struct ph_buf *text, struct ph_text_content *out)
{
	struct facts f = facts_of(ph_buf_span(text));

	out->long_lines = f.long_lines;
	if (f.plain) {
		out->encoding = "7bit";
		return ph_buf_append(&out->bytes, ph_buf_span(text));
	}
	/* Quoted-printable adds two octets an escape, base64 a third of all. */
	const struct ph_mime *mime =
	    f.escapes <= text->len / 6 ? ph_mime() : NULL;

	if (mime != NULL) {
		out->encoding = "quoted-printable";
		return quoted_printable(mime, text, &out->bytes);
	}
	out->encoding = "base64";
	return base64(ph_buf_span(text), &out->bytes);
}

enum ph_err ph_text_content_make(struct ph_span text,
    const struct ph_charset *charset, struct ph_text_content *out,
    uint32_t *missing)
{
	struct ph_buf lines;
	struct ph_buf converted;

	*out = (struct ph_text_content){ .encoding = "7bit" };
	ph_buf_init(&out->bytes, (size_t)4 * PH_TEXT_MAX);
	if (text.len > PH_TEXT_MAX)
		return PH_ETOOBIG;
	ph_buf_init(&lines, (size_t)2 * PH_TEXT_MAX + 64);
	ph_buf_init(&converted, (size_t)4 * PH_TEXT_MAX);

	enum ph_err err = mend_line_ends(text, &lines);

	if (err == PH_OK) {
		err = ph_charset_convert(
		    charset, ph_buf_span(&lines), &converted, missing);
	}
	ph_buf_release(&lines);
	if (err == PH_OK)
		err = encode(&converted, out);
	ph_buf_release(&converted);
	return err;
}

void ph_text_content_release(struct ph_text_content *t)
{
	if (t != NULL)
		ph_buf_release(&t->bytes);
}
