#include "mail/param.h"

#include "base/ascii.h"
#include "base/utf8.h"
#include "mail/encoded_word.h"

enum {
	/* Of a quoted-string, escapes counted, so that it fits a line. */
	SHORT_MAX = 60,
	/* What one continuation holds, so that it fits a line. */
	PIECE_MAX = 43,
	/* A character, with escapes around it, takes more octets in none. */
	ONE_MAX = 32
};

static bool is_quoted_pair(char c)
{
	return c == '"' || c == '\\';
}

static bool is_short(struct ph_span name)
{
	size_t len = name.len;

	for (size_t i = 0; i < name.len; i++)
		len += is_quoted_pair(name.ptr[i]) ? 1 : 0;
	return len <= SHORT_MAX && !ph_encoded_word_needed(name);
}

static enum ph_err write_quoted(
    struct ph_fold *f, const char *key, struct ph_span value)
{
	char text[SHORT_MAX + 16];
	size_t len = strlen(key);

	memcpy(text, key, len);
	text[len++] = '"';
	for (size_t i = 0; i < value.len; i++) {
		if (is_quoted_pair(value.ptr[i]))
			text[len++] = '\\';
		text[len++] = value.ptr[i];
	}
	text[len++] = '"';
	return ph_fold_word(f, PH_SPAN(" "), (struct ph_span){ text, len });
}

/* RFC 2231 7: attribute-char. */
static bool is_safe(char c)
{
	return ph_ascii_is_alnum(c) || c == '-' || c == '.' || c == '_' ||
	    c == '~' || c == '+';
}

static size_t escaped_len(struct ph_span octets)
{
	size_t len = 0;

	for (size_t i = 0; i < octets.len; i++)
		len += is_safe(octets.ptr[i]) ? 1 : 3;
	return len;
}

static enum ph_err append_escaped(struct ph_span octets, struct ph_buf *out)
{
	enum ph_err err = PH_OK;

	for (size_t i = 0; i < octets.len && err == PH_OK; i++) {
		char c = octets.ptr[i];

		err = is_safe(c)
		    ? ph_buf_append_char(out, c)
		    : ph_buf_appendf(out, "%%%02X", (unsigned char)c);
	}
	return err;
}

/* Takes the start of *name that fits one piece, one character at least; out
   holds it converted. */
static enum ph_err take_piece(struct ph_span *name,
    const struct ph_charset *charset, struct ph_buf *out, uint32_t *missing)
{
	struct ph_span rest = *name;
	size_t taken = 0;
	enum ph_err err = PH_OK;

	while (rest.len > 0 && err == PH_OK) {
		(void)ph_utf8_next(&rest);

		size_t len = name->len - rest.len;

		ph_buf_clear(out);
		err = ph_charset_convert(
		    charset, ph_span_first(*name, len), out, missing);
		if (taken > 0 && escaped_len(ph_buf_span(out)) > PIECE_MAX)
			break;
		taken = len;
	}
	if (err != PH_OK)
		return err;
	ph_buf_clear(out);
	err = ph_charset_convert(
	    charset, ph_span_first(*name, taken), out, missing);
	*name = ph_span_skip(*name, taken);
	return err;
}

struct pieces {
	struct ph_fold *fold;
	const struct ph_charset *charset;
	struct ph_buf converted;
	struct ph_buf text;
};

/* Parameter filename, or number i of its continuations (RFC 2231 3, 4). */
static enum ph_err write_piece(struct pieces *p, unsigned i, bool is_alone)
{
	enum ph_err err;

	ph_buf_clear(&p->text);
	if (is_alone) {
		err = ph_buf_appendf(
		    &p->text, "filename*=%s''", ph_charset_name(p->charset));
	} else if (i == 0) {
		err = ph_buf_appendf(
		    &p->text, "filename*0*=%s''", ph_charset_name(p->charset));
	} else {
		err = ph_buf_appendf(&p->text, "filename*%u*=", i);
	}
	if (err == PH_OK)
		err = append_escaped(ph_buf_span(&p->converted), &p->text);
	if (err == PH_OK && i > 0)
		err = ph_fold_glue(p->fold, PH_SPAN(";"));
	return err == PH_OK
	    ? ph_fold_word(p->fold, PH_SPAN(" "), ph_buf_span(&p->text))
	    : err;
}

static enum ph_err write_extended(struct ph_fold *f, struct ph_span name,
    const struct ph_charset *charset, uint32_t *missing)
{
	struct pieces p = { .fold = f, .charset = charset };
	enum ph_err err = PH_OK;

	ph_buf_init(&p.converted, PIECE_MAX + ONE_MAX);
	ph_buf_init(&p.text, 3 * (PIECE_MAX + ONE_MAX) + 64);
	for (unsigned i = 0; name.len > 0 && err == PH_OK; i++) {
		err = take_piece(&name, charset, &p.converted, missing);
		if (err == PH_OK)
			err = write_piece(&p, i, i == 0 && name.len == 0);
	}
	ph_buf_release(&p.converted);
	ph_buf_release(&p.text);
	return err;
}

enum ph_err ph_param_filename(struct ph_fold *f, struct ph_span name,
    const struct ph_charset *charset, uint32_t *missing)
{
	enum ph_err err = ph_fold_glue(f, PH_SPAN(";"));

	if (err != PH_OK)
		return err;
	if (is_short(name))
		return write_quoted(f, "filename=", name);
	return write_extended(f, name, charset, missing);
}

/* name="=?utf-8?B?...?= =?utf-8?B?...?=" with the quotes against the words. */
static enum ph_err write_words(struct ph_fold *f, struct ph_span name,
    const struct ph_charset *charset, uint32_t *missing)
{
	struct ph_fold inner;
	struct ph_buf words;

	ph_buf_init(&words, 32 * name.len + 256);

	/* Folded on its own; its first line starts where ours will. */
	enum ph_err err = ph_fold_start(&inner, &words, "name=");

	if (err == PH_OK)
		err = ph_encoded_word_write(&inner, name, charset, missing);
	ph_fold_break(f);
	if (err == PH_OK)
		err = ph_fold_word(f, PH_SPAN(" "), PH_SPAN("name=\""));
	if (err == PH_OK) {
		err = ph_fold_glue(
		    f, ph_span_skip(ph_buf_span(&words), strlen("name=: ")));
	}
	if (err == PH_OK)
		err = ph_fold_glue(f, PH_SPAN("\""));
	ph_buf_release(&words);
	return err;
}

enum ph_err ph_param_name(struct ph_fold *f, struct ph_span name,
    const struct ph_charset *charset, uint32_t *missing)
{
	enum ph_err err = ph_fold_glue(f, PH_SPAN(";"));

	if (err != PH_OK)
		return err;
	if (is_short(name))
		return write_quoted(f, "name=", name);
	return write_words(f, name, charset, missing);
}
