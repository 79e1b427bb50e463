#include "mail/encoded_word.h"

#include "base/ascii.h"
#include "base/base64.h"
#include "base/utf8.h"

enum {
	WORD_MAX = 75, /* RFC 2047 2 */
	/* A word this long still fits a line of 998 with any name before it. */
	PLAIN_WORD_MAX = 800,
	/* Less room is not worth a start: fold first. */
	ROOM_MIN = 32,
	FRAME_LEN = 7, /* =? ?B? ?= without the charset's name */
	CONVERTED_MAX = 16 * WORD_MAX
};

struct writer {
	struct ph_fold *fold;
	const struct ph_charset *charset;
	char method; /* B or Q */
	size_t frame_len;
	struct ph_buf converted;
	struct ph_buf word;
};

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

bool ph_encoded_word_needed(struct ph_span text)
{
	size_t run = 0;

	if (text.len == 0)
		return false;
	if (!ph_span_is_ascii(text) || is_blank(text.ptr[0]) ||
	    is_blank(text.ptr[text.len - 1]))
		return true;
	for (size_t i = 0; i < text.len; i++) {
		bool blank = is_blank(text.ptr[i]);

		if (i > 0 && blank != is_blank(text.ptr[i - 1]))
			run = 0;
		if (++run > PLAIN_WORD_MAX)
			return true;
		if (text.ptr[i] == '=' && i + 1 < text.len &&
		    text.ptr[i + 1] == '?')
			return true;
	}
	return false;
}

/* RFC 2047 5 (3): what Q may leave as it is in every place, phrases too. */
static bool is_q_safe(char c)
{
	return ph_ascii_is_alnum(c) || c == '!' || c == '*' || c == '+' ||
	    c == '-' || c == '/';
}

static size_t q_len(struct ph_span s)
{
	size_t len = 0;

	for (size_t i = 0; i < s.len; i++)
		len += is_q_safe(s.ptr[i]) || s.ptr[i] == ' ' ? 1 : 3;
	return len;
}

static size_t encoded_len(const struct writer *w, struct ph_span s)
{
	return w->method == 'Q' ? q_len(s) : (s.len + 2) / 3 * 4;
}

static enum ph_err append_q(struct ph_span s, struct ph_buf *out)
{
	enum ph_err err = PH_OK;

	for (size_t i = 0; i < s.len && err == PH_OK; i++) {
		char c = s.ptr[i];

		if (is_q_safe(c)) {
			err = ph_buf_append_char(out, c);
		} else if (c == ' ') {
			err = ph_buf_append_char(out, '_');
		} else {
			err = ph_buf_appendf(out, "=%02X", (unsigned char)c);
		}
	}
	return err;
}

static enum ph_err convert(
    struct writer *w, struct ph_span text, uint32_t *missing)
{
	ph_buf_clear(&w->converted);
	return ph_charset_convert(w->charset, text, &w->converted, missing);
}

/* The longest start of text that fits room once encoded, one character at
   least; w->converted holds it afterwards. */
static enum ph_err fit(struct writer *w, struct ph_span text, size_t room,
    uint32_t *missing, struct ph_span *out)
{
	size_t taken = 0;
	struct ph_span rest = text;

	while (rest.len > 0) {
		(void)ph_utf8_next(&rest);

		size_t len = text.len - rest.len;
		enum ph_err err = convert(w, ph_span_first(text, len), missing);
		if (err != PH_OK)
			return err;

		size_t size =
		    w->frame_len + encoded_len(w, ph_buf_span(&w->converted));

		if (taken > 0 && size > room)
			break;
		taken = len;
	}
	*out = ph_span_first(text, taken);
	return convert(w, *out, missing);
}

static enum ph_err write_word(struct writer *w)
{
	struct ph_span content = ph_buf_span(&w->converted);

	ph_buf_clear(&w->word);

	enum ph_err err = ph_buf_appendf(
	    &w->word, "=?%s?%c?", ph_charset_name(w->charset), w->method);

	if (err == PH_OK && w->method == 'Q') {
		err = append_q(content, &w->word);
	} else if (err == PH_OK) {
		err = ph_base64_encode(content, &w->word);
	}
	if (err == PH_OK)
		err = ph_buf_append(&w->word, PH_SPAN("?="));
	if (err != PH_OK)
		return err;
	return ph_fold_word(w->fold, PH_SPAN(" "), ph_buf_span(&w->word));
}

/* The shorter of the two, Q where they are equal: people can read it. */
static enum ph_err choose(
    struct writer *w, struct ph_span text, uint32_t *missing)
{
	struct ph_buf all;

	ph_buf_init(&all, CONVERTED_MAX + 16 * text.len);

	enum ph_err err = ph_charset_convert(w->charset, text, &all, missing);
	struct ph_span octets = ph_buf_span(&all);

	w->method = q_len(octets) <= (octets.len + 2) / 3 * 4 ? 'Q' : 'B';
	w->frame_len = FRAME_LEN + strlen(ph_charset_name(w->charset));
	ph_buf_release(&all);
	return err;
}

static enum ph_err write_all(
    struct writer *w, struct ph_span text, uint32_t *missing)
{
	enum ph_err err = choose(w, text, missing);

	while (text.len > 0 && err == PH_OK) {
		struct ph_span part;
		size_t room = ph_fold_room(w->fold);

		if (room > WORD_MAX || room < ROOM_MIN + w->frame_len)
			room = WORD_MAX;
		err = fit(w, text, room, missing, &part);
		if (err == PH_OK)
			err = write_word(w);
		if (err == PH_OK)
			text = ph_span_skip(text, part.len);
	}
	return err;
}

enum ph_err ph_encoded_word_write(struct ph_fold *f, struct ph_span text,
    const struct ph_charset *charset, uint32_t *missing)
{
	struct writer w = { .fold = f, .charset = charset };

	if (!ph_utf8_valid(text)) {
		*missing = UINT32_MAX;
		return PH_EINVAL;
	}
	ph_buf_init(&w.converted, CONVERTED_MAX);
	ph_buf_init(&w.word, CONVERTED_MAX);

	enum ph_err err = write_all(&w, text, missing);

	ph_buf_release(&w.converted);
	ph_buf_release(&w.word);
	return err;
}
