#include "foreign/words.h"

#include "base/ascii.h"
#include "base/hex.h"

#include <stdlib.h>

/* Out never grows beyond what was read, so that it is made once and no copy is
   left behind. */
struct splitter {
	struct ph_span in;
	struct ph_foreign_words *w;
	bool failed;
};

static void put(struct splitter *s, char c)
{
	s->w->text.ptr[s->w->text.len++] = c;
}

static char take(struct splitter *s)
{
	char c = s->in.ptr[0];

	s->in = ph_span_skip(s->in, 1);
	return c;
}

static void single_quoted(struct splitter *s)
{
	while (s->in.len > 0) {
		char c = take(s);
		if (c == '\'')
			return;
		put(s, c);
	}
	s->failed = true;
}

static void double_quoted(struct splitter *s)
{
	while (s->in.len > 0) {
		char c = take(s);
		if (c == '"')
			return;
		if (c == '$' || c == '`')
			s->w->is_shell = true;
		if (c == '\\' && s->in.len > 0 &&
		    memchr("$`\"\\\n", s->in.ptr[0], 5) != NULL) {
			c = take(s);
			if (c == '\n')
				continue;
		}
		put(s, c);
	}
	s->failed = true;
}

static char hex_escape(struct splitter *s)
{
	int value = 0;

	for (int i = 0; i < 2 && s->in.len > 0; i++) {
		int digit = ph_hex_value(s->in.ptr[0]);

		if (digit < 0)
			break;
		value = value << 4 | digit;
		(void)take(s);
	}
	return (char)value;
}

/* $'...': what browsers and bash write for bytes that need it. */
static void dollar_quoted(struct splitter *s)
{
	static const char from[] = "ntr";
	static const char to[] = "\n\t\r";

	while (s->in.len > 0) {
		char c = take(s);
		if (c == '\'')
			return;
		if (c == '\\' && s->in.len > 0) {
			c = take(s);

			const char *found = memchr(from, c, 3);

			if (found != NULL) {
				c = to[found - from];
			} else if (c == 'x') {
				c = hex_escape(s);
			}
		}
		put(s, c);
	}
	s->failed = true;
}

static void escaped(struct splitter *s)
{
	if (s->in.len == 0) {
		s->failed = true;
		return;
	}

	char c = take(s);

	/* A line's end may be two octets long. */
	if (c == '\r' && s->in.len > 0 && s->in.ptr[0] == '\n')
		c = take(s);
	if (c != '\n')
		put(s, c);
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static void read_word(struct splitter *s)
{
	while (!s->failed && s->in.len > 0 && !is_blank(s->in.ptr[0])) {
		char c = take(s);

		if (c == '\'') {
			single_quoted(s);
		} else if (c == '"') {
			double_quoted(s);
		} else if (c == '\\') {
			escaped(s);
		} else if (c == '$' && s->in.len > 0 && s->in.ptr[0] == '\'') {
			(void)take(s);
			dollar_quoted(s);
		} else {
			if (memchr("|&;<>()$`", c, 9) != NULL)
				s->w->is_shell = true;
			put(s, c);
		}
	}
}

/* A backslash and a line's end between words are as good as a blank. */
static bool skip_blanks(struct splitter *s)
{
	while (s->in.len > 0) {
		if (s->in.ptr[0] == '\\' && s->in.len > 1 &&
		    (s->in.ptr[1] == '\n' || s->in.ptr[1] == '\r')) {
			s->in = ph_span_skip(s->in, 2);
		} else if (is_blank(s->in.ptr[0])) {
			s->in = ph_span_skip(s->in, 1);
		} else {
			return true;
		}
	}
	return false;
}

static enum ph_err split(struct splitter *s)
{
	struct ph_foreign_words *w = s->w;

	while (skip_blanks(s)) {
		size_t start = w->text.len;

		if (w->count == PH_FOREIGN_WORDS_MAX)
			return PH_EINVAL;
		read_word(s);
		w->words[w->count++] = (struct ph_span){ w->text.ptr + start,
			w->text.len - start };
	}
	return s->failed ? PH_EINVAL : PH_OK;
}

enum ph_err ph_foreign_words_split(
    struct ph_span line, struct ph_foreign_words *out)
{
	struct ph_foreign_words w = { 0 };
	struct splitter s = { .in = line, .w = &w };
	size_t most = line.len / 2 + 1;

	if (most > PH_FOREIGN_WORDS_MAX)
		most = PH_FOREIGN_WORDS_MAX;
	ph_buf_init(&w.text, line.len + 1);

	enum ph_err err = ph_buf_reserve(&w.text, line.len + 1);
	if (err != PH_OK)
		return err;
	w.words = calloc(most, sizeof(*w.words));
	err = w.words == NULL ? PH_ENOMEM : split(&s);
	if (err == PH_OK) {
		*out = w;
	} else {
		ph_foreign_words_release(&w);
	}
	return err;
}

void ph_foreign_words_release(struct ph_foreign_words *w)
{
	free(w->words);
	ph_buf_wipe(&w->text);
	*w = (struct ph_foreign_words){ 0 };
}

static bool is_plain(struct ph_span word)
{
	for (size_t i = 0; i < word.len; i++) {
		char c = word.ptr[i];

		if (!ph_ascii_is_alnum(c) &&
		    memchr("%+,-./:=@_", c, 10) == NULL)
			return false;
	}
	return word.len > 0;
}

enum ph_err ph_foreign_words_quote(struct ph_buf *b, struct ph_span word)
{
	if (is_plain(word))
		return ph_buf_append(b, word);

	enum ph_err err = ph_buf_append_char(b, '\'');

	for (size_t i = 0; err == PH_OK && i < word.len; i++) {
		err = word.ptr[i] == '\'' ? ph_buf_append_str(b, "'\\''")
					  : ph_buf_append_char(b, word.ptr[i]);
	}
	return err == PH_OK ? ph_buf_append_char(b, '\'') : err;
}
