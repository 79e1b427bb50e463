#include "mail/param.h"

#include "base/ascii.h"
#include "mail/encoded_word.h"

#include <stdio.h>

enum {
	SHORT_MAX = 60,
	/* What one continuation holds, so that it fits a line. */
	PIECE_MAX = 50
};

static bool is_short(struct ph_span name)
{
	return name.len <= SHORT_MAX && !ph_encoded_word_needed(name);
}

static enum ph_err write_quoted(
    struct ph_fold *f, const char *key, struct ph_span value)
{
	char text[2 * SHORT_MAX + 16];
	size_t len = strlen(key);

	memcpy(text, key, len);
	text[len++] = '"';
	for (size_t i = 0; i < value.len; i++) {
		if (value.ptr[i] == '"' || value.ptr[i] == '\\')
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

static size_t escape(char c, char *out)
{
	static const char digits[] = "0123456789ABCDEF";

	if (is_safe(c)) {
		out[0] = c;
		return 1;
	}
	out[0] = '%';
	out[1] = digits[(unsigned char)c >> 4];
	out[2] = digits[(unsigned char)c & 15];
	return 3;
}

/* The start of name that fits one piece, escaped; whole characters, since some
   readers decode each piece alone. */
static size_t take_piece(struct ph_span *name, size_t room, char *out)
{
	size_t len = 0;

	while (name->len > 0) {
		char one[4 * 3];
		size_t one_len = 0;
		size_t n = 0;

		do {
			one_len += escape(name->ptr[n++], one + one_len);
		} while (n < name->len && n < 4 &&
		    ((unsigned char)name->ptr[n] & 0xc0) == 0x80);
		if (len > 0 && len + one_len > room)
			break;
		memcpy(out + len, one, one_len);
		len += one_len;
		*name = ph_span_skip(*name, n);
	}
	return len;
}

static enum ph_err write_extended(struct ph_fold *f, struct ph_span name)
{
	enum ph_err err = PH_OK;

	for (unsigned i = 0; name.len > 0 && err == PH_OK; i++) {
		char piece[PIECE_MAX + 12];
		char text[PIECE_MAX + 64];
		size_t len = take_piece(&name, PIECE_MAX - 7, piece);
		/* One piece alone is not numbered. */
		bool alone = i == 0 && name.len == 0;
		char number[16] = "";

		if (!alone)
			(void)snprintf(number, sizeof(number), "*%u", i);

		int n = snprintf(text, sizeof(text), "filename%s*=%s%.*s",
		    number, i == 0 ? "utf-8''" : "", (int)len, piece);

		if (i > 0)
			err = ph_fold_glue(f, PH_SPAN(";"));
		if (err == PH_OK) {
			err = ph_fold_word(f, PH_SPAN(" "),
			    (struct ph_span){ text, (size_t)n });
		}
	}
	return err;
}

enum ph_err ph_param_filename(struct ph_fold *f, struct ph_span name)
{
	enum ph_err err = ph_fold_glue(f, PH_SPAN(";"));

	if (err != PH_OK)
		return err;
	if (is_short(name))
		return write_quoted(f, "filename=", name);
	return write_extended(f, name);
}

/* name="=?utf-8?B?...?= =?utf-8?B?...?=" with the quotes against the words. */
static enum ph_err write_words(struct ph_fold *f, struct ph_span name)
{
	static const struct ph_charset utf8;
	struct ph_fold inner;
	struct ph_buf words;
	uint32_t missing = 0;

	ph_buf_init(&words, 16 * name.len + 256);

	/* Folded on its own; its first line starts where ours will. */
	enum ph_err err = ph_fold_start(&inner, &words, "name=");

	if (err == PH_OK)
		err = ph_encoded_word_write(&inner, name, &utf8, &missing);
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

enum ph_err ph_param_name(struct ph_fold *f, struct ph_span name)
{
	enum ph_err err = ph_fold_glue(f, PH_SPAN(";"));

	if (err != PH_OK)
		return err;
	if (is_short(name))
		return write_quoted(f, "name=", name);
	return write_words(f, name);
}
