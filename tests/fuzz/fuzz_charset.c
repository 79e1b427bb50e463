#include "base/code_page.h"
#include "base/utf8.h"
#include "mail/encoded_word.h"
#include "mail/param.h"
#include "mail/word_decoder.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum {
	TEXT_MAX = 600,
	OUT_MAX = 1 << 20
};

/* No line over 78 columns, none that a text of the message could end. */
static void check_lines(struct ph_span field)
{
	size_t column = 0;

	for (size_t i = 0; i < field.len; i++) {
		char c = field.ptr[i];

		assert((unsigned char)c < 0x80 && c != '\0');
		if (c == '\r')
			assert(i + 1 < field.len && field.ptr[i + 1] == '\n');
		column = c == '\n' ? 0 : column + 1;
		assert(column <= 79);
		if (c == '\n' && i + 1 < field.len)
			assert(field.ptr[i + 1] == ' ');
	}
}

static void unfold(struct ph_span field, struct ph_buf *out)
{
	for (size_t i = 0; i < field.len; i++) {
		if (field.ptr[i] == '\r' || field.ptr[i] == '\n')
			continue;
		assert(ph_buf_append_char(out, field.ptr[i]) == PH_OK);
	}
}

/* What another charset's writer made is read back: the same text, or, where a
   charset has two octets for a character, one that is written the same way. */
static void read_back(const struct ph_charset *c, struct ph_span field,
    struct ph_span text, struct ph_span octets)
{
	struct ph_buf flat;
	struct ph_buf back;
	struct ph_buf again;
	uint32_t missing = 0;

	ph_buf_init(&flat, OUT_MAX);
	ph_buf_init(&back, OUT_MAX);
	ph_buf_init(&again, OUT_MAX);
	unfold(ph_span_skip(field, strlen("X: ")), &flat);
	assert(ph_word_decode(ph_buf_span(&flat), &back) == PH_OK);
	if (!ph_span_eq(ph_buf_span(&back), text)) {
		assert(ph_charset_convert(
			   c, ph_buf_span(&back), &again, &missing) == PH_OK);
		assert(ph_span_eq(ph_buf_span(&again), octets));
	}
	ph_buf_release(&flat);
	ph_buf_release(&back);
	ph_buf_release(&again);
}

static void write_words(const struct ph_charset *c, struct ph_span text,
    struct ph_span octets, struct ph_buf *out)
{
	struct ph_fold f;
	uint32_t missing = 0;

	ph_buf_clear(out);
	assert(ph_fold_start(&f, out, "X") == PH_OK);
	assert(ph_encoded_word_write(&f, text, c, &missing) == PH_OK);
	check_lines(ph_buf_span(out));
	read_back(c, ph_buf_span(out), text, octets);
}

static void write_parameters(
    const struct ph_charset *c, struct ph_span text, struct ph_buf *out)
{
	struct ph_fold f;
	uint32_t missing = 0;

	ph_buf_clear(out);
	assert(ph_fold_start(&f, out, "X") == PH_OK);
	assert(ph_param_filename(&f, text, c, &missing) == PH_OK);
	assert(ph_param_name(&f, text, c, &missing) == PH_OK);
	check_lines(ph_buf_span(out));
}

/* Escapes are of ISO-2022-JP; other controls came with the text. */
static void check_octets(
    const struct ph_charset *c, struct ph_span text, struct ph_span octets)
{
	bool stateful = ph_code_page_is_stateful(ph_charset_name(c));

	if (ph_span_has_control(text))
		return;
	for (size_t i = 0; i < octets.len; i++) {
		unsigned char o = (unsigned char)octets.ptr[i];

		assert((o >= 0x20 && o != 0x7f) || (stateful && o == 0x1b));
	}
}

/* "~" and "\\" of Shift_JIS are read as other characters by some, iconv among
   them. */
static bool is_moved(const struct ph_charset *c, struct ph_span text)
{
	return strcmp(ph_charset_name(c), "shift_jis") == 0 &&
	    (ph_span_find(text, '~') < text.len ||
		ph_span_find(text, '\\') < text.len);
}

static void run(const struct ph_charset *c, struct ph_span text)
{
	struct ph_buf octets;
	struct ph_buf out;
	uint32_t missing = 0;

	ph_buf_init(&octets, OUT_MAX);
	ph_buf_init(&out, OUT_MAX);

	enum ph_err err = ph_charset_convert(c, text, &octets, &missing);

	assert(err == PH_OK || (err == PH_EINVAL && missing != 0));
	assert((err == PH_OK) == ph_charset_can_hold(c, text));
	if (err == PH_OK)
		check_octets(c, text, ph_buf_span(&octets));
	if (err == PH_OK && text.len > 0 && !ph_span_has_control(text) &&
	    !is_moved(c, text)) {
		write_words(c, text, ph_buf_span(&octets), &out);
		write_parameters(c, text, &out);
	}
	ph_buf_release(&octets);
	ph_buf_release(&out);
}

/* The first octet says which charset, the others are the text. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ph_charset c;
	size_t count = 0;

	while (ph_code_page_at(count) != NULL)
		count++;
	if (size == 0 || size > TEXT_MAX)
		return 0;

	const char *name = ph_code_page_at(data[0] % count);

	assert(ph_charset_open(ph_span_of(name), &c) == PH_OK);
	run(&c, (struct ph_span){ (const char *)data + 1, size - 1 });
	ph_charset_close(&c);
	return 0;
}
