#include "check.h"
#include "mail/encoded_word.h"
#include "mail/header.h"

#include <stdio.h>
#include <stdlib.h>

static const struct {
	const char *text;
	bool needed;
} needs[] = {
	{ "", false },
	{ "plain words", false },
	{ "two  blanks", false },
	{ "a = ? b =", false },
	{ "a?=", false },
	{ "\xc3\xa4", true },
	{ "x =?", true },
	{ " lead", true },
	{ "tail ", true },
};

/* The encoded words in text: each at most 75 octets, and text read back by
   another decoder. */
static void check_words(struct ph_span line, struct ph_span meant)
{
	struct ph_buf back;
	size_t column = 0;

	for (size_t i = 0; i < line.len; i++) {
		column = line.ptr[i] == '\n' ? 0 : column + 1;
		check(column <= 78 || line.ptr[i] == '\r');
	}
	ph_buf_init(&back, 16 * meant.len + 100);

	struct ph_span value = ph_span_skip(line, ph_span_find(line, ':') + 1);

	check(ph_header_decode(value, &back) == PH_OK);
	check(ph_span_eq(ph_buf_span(&back), meant));
	ph_buf_release(&back);
}

static void check_one(const char *charset, struct ph_span text)
{
	struct ph_charset c;
	struct ph_fold f;
	struct ph_buf out;
	uint32_t missing = 0;

	ph_buf_init(&out, 1 << 20);
	check(ph_charset_open(ph_span_of(charset), &c) == PH_OK);
	check(ph_fold_start(&f, &out, "Subject") == PH_OK);
	check(ph_encoded_word_write(&f, text, &c, &missing) == PH_OK);
	check(ph_fold_end(&f) == PH_OK);
	check_words(ph_buf_span(&out), text);

	/* No word over 75 octets, none that GMime could only guess at. */
	for (struct ph_span s = ph_buf_span(&out), word;
	     ph_span_split(&s, ' ', &word);) {
		word = ph_span_trim(word);
		check(word.len <= 75);
	}
	ph_charset_close(&c);
	ph_buf_release(&out);
}

static void check_lengths(void)
{
	static const struct {
		const char *charset, *unit;
	} rows[] = {
		{ "shift_jis", "\xe6\x97\xa5" },
		{ "iso-2022-jp", "a\xe6\x97\xa5 b" },
		{ "iso-8859-1", "\xc3\xa4z" },
		{ "us-ascii", "x" },
		{ "koi8-r", "=_?\xd0\x90" },
	};

	for (size_t u = 0; u < PH_COUNT(rows); u++) {
		const char *unit = rows[u].unit;

		for (size_t n = 1; n < 120; n++) {
			char text[2000] = "=";

			for (size_t i = 0; i < n; i++) {
				(void)snprintf(
				    text + strlen(text), 20, "%s", unit);
			}
			check_case(rows[u].charset, n);
			check_one("utf-8", ph_span_of(text));
			check_one(rows[u].charset, ph_span_of(text));
		}
	}
}

int main(void)
{
	char word[802];
	struct ph_fold f;
	struct ph_buf out;
	struct ph_charset ascii;
	struct ph_charset utf8 = { 0 };
	uint32_t missing = 0;

	for (size_t i = 0; i < PH_COUNT(needs); i++) {
		check_case(needs[i].text, i);
		check(ph_encoded_word_needed(ph_span_of(needs[i].text)) ==
		    needs[i].needed);
	}
	memset(word, 'x', sizeof(word));
	check(!ph_encoded_word_needed((struct ph_span){ word, 800 }));
	check(ph_encoded_word_needed((struct ph_span){ word, 801 }));
	word[400] = ' ';
	check(!ph_encoded_word_needed((struct ph_span){ word, 801 }));
	check_lengths();

	check(ph_charset_open(PH_SPAN("us-ascii"), &ascii) == PH_OK);
	ph_buf_init(&out, 1000);
	check(ph_fold_start(&f, &out, "X") == PH_OK);
	check(ph_encoded_word_write(
		  &f, PH_SPAN("a\xc3\xa4"), &ascii, &missing) == PH_EINVAL);
	check_int(missing, 0xe4);
	check(ph_encoded_word_write(&f, PH_SPAN("a\xff"), &utf8, &missing) ==
	    PH_EINVAL);
	check_int(missing, UINT32_MAX);
	ph_charset_close(&ascii);
	ph_buf_release(&out);
	ph_buf_init(&out, 20);
	check(ph_fold_start(&f, &out, "X") == PH_OK);
	check(ph_encoded_word_write(&f, PH_SPAN("aaaaaaaaaaaaaaaa\xc3\xa4"),
		  &utf8, &missing) == PH_ETOOBIG);
	ph_buf_release(&out);
	return check_end();
}
