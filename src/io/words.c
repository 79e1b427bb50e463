#include "io/words.h"

#include <stdlib.h>

/* Reads one word; out grows at to.  Each step takes at least one octet. */
struct reader {
	struct ph_span in;
	char *to;
	const char *why;
};

static char take(struct reader *r)
{
	char c = r->in.ptr[0];

	r->in = ph_span_skip(r->in, 1);
	return c;
}

static bool single_quoted(struct reader *r)
{
	size_t len = ph_span_find(r->in, '\'');

	if (len == r->in.len) {
		r->why = "a single quote has no end";
		return false;
	}
	memcpy(r->to, r->in.ptr, len);
	r->to += len;
	r->in = ph_span_skip(r->in, len + 1);
	return true;
}

/* 2.2.3: within double quotes a backslash stands for itself before all but
   these; before a line end both vanish. */
static void double_escaped(struct reader *r)
{
	char c = r->in.ptr[0];

	if (strchr("$`\"\\\n", c) == NULL || c == '\0') {
		*r->to++ = '\\';
		return;
	}
	(void)take(r);
	if (c != '\n')
		*r->to++ = c;
}

static bool double_quoted(struct reader *r)
{
	while (r->in.len > 0) {
		char c = take(r);
		if (c == '"')
			return true;
		if (c == '\\' && r->in.len > 0) {
			double_escaped(r);
		} else {
			*r->to++ = c;
		}
	}
	r->why = "a double quote has no end";
	return false;
}

static bool escaped(struct reader *r)
{
	if (r->in.len == 0) {
		r->why = "a backslash stands at the end";
		return false;
	}
	char c = take(r);
	if (c != '\n')
		*r->to++ = c;
	return true;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n';
}

static bool read_word(struct reader *r)
{
	bool ok = true;

	while (ok && r->in.len > 0 && !is_blank(r->in.ptr[0])) {
		char c = take(r);
		if (c == '\'') {
			ok = single_quoted(r);
		} else if (c == '"') {
			ok = double_quoted(r);
		} else if (c == '\\') {
			ok = escaped(r);
		} else {
			*r->to++ = c;
		}
	}
	*r->to++ = '\0';
	return ok;
}

/* The start of the next word; false when there is none. */
static bool skip_blanks(struct reader *r)
{
	while (r->in.len > 0 && is_blank(r->in.ptr[0]))
		r->in = ph_span_skip(r->in, 1);
	return r->in.len > 0;
}

enum ph_err ph_words_split(
    struct ph_span line, struct ph_words *out, const char **why)
{
	if (line.len > PH_WORDS_TEXT_MAX)
		return PH_ETOOBIG;
	*why = "it is empty";
	if (line.len == 0)
		return PH_EINVAL;
	*why = "it holds a NUL";
	if (ph_span_find(line, '\0') < line.len)
		return PH_EINVAL;

	/* Words with blanks between and a NUL behind the last never need more
	   than one octet above the line's; and each has a blank or the end. */
	struct ph_words w = {
		.text = malloc(line.len + 1),
		.text_len = line.len + 1,
		.argv = calloc(line.len / 2 + 2, sizeof(char *)),
	};
	struct reader r = { .in = line, .to = w.text, .why = "it is empty" };
	bool ok = w.text != NULL && w.argv != NULL;
	while (ok && skip_blanks(&r)) {
		w.argv[w.count++] = r.to;
		ok = read_word(&r);
	}
	if (ok && w.count > 0) {
		*out = w;
		return PH_OK;
	}
	bool out_of_memory = w.text == NULL || w.argv == NULL;
	ph_words_release(&w);
	*why = r.why;
	return out_of_memory ? PH_ENOMEM : PH_EINVAL;
}

void ph_words_release(struct ph_words *w)
{
	if (w == NULL)
		return;
	if (w->text != NULL)
		explicit_bzero(w->text, w->text_len);
	free(w->text);
	free(w->argv);
	*w = (struct ph_words){ 0 };
}
