#include "mail/address_item.h"

struct cutter {
	struct ph_span text;
	size_t at;
	size_t lt; /* index of the <, SIZE_MAX: none yet */
	size_t gt;
	const char *why;
};

static bool is_line_end(char c)
{
	return c == '\n' || c == '\r';
}

/* The index of the last octet of the pair that a backslash at at starts; a line
   end is never part of one. */
static size_t pair_end(struct ph_span text, size_t at)
{
	bool pair = at + 1 < text.len && !is_line_end(text.ptr[at + 1]);

	return pair ? at + 1 : at;
}

/* The index behind the quoted string that starts at at, or SIZE_MAX. */
static size_t quoted_end(struct ph_span text, size_t at)
{
	for (at++; at < text.len; at++) {
		char c = text.ptr[at];

		if (is_line_end(c))
			return SIZE_MAX;
		if (c == '"')
			return at + 1;
		if (c == '\\')
			at = pair_end(text, at);
	}
	return SIZE_MAX;
}

/* The same for a comment, which may hold others (RFC 5322 3.2.2). */
static size_t comment_end(struct ph_span text, size_t at)
{
	size_t depth = 0;

	for (; at < text.len; at++) {
		char c = text.ptr[at];

		if (is_line_end(c))
			return SIZE_MAX;
		if (c == '(' && ++depth > PH_COMMENT_DEPTH_MAX)
			return SIZE_MAX;
		if (c == ')' && --depth == 0)
			return at + 1;
		if (c == '\\')
			at = pair_end(text, at);
	}
	return SIZE_MAX;
}

static size_t literal_end(struct ph_span text, size_t at)
{
	for (; at < text.len; at++) {
		if (text.ptr[at] == ']')
			return at + 1;
		if (is_line_end(text.ptr[at]))
			return SIZE_MAX;
	}
	return SIZE_MAX;
}

static bool is_end(char c)
{
	return c == ',' || c == ';' || c == ':' || is_line_end(c);
}

static bool in_angle(const struct cutter *c)
{
	return c->lt != SIZE_MAX && c->gt == SIZE_MAX;
}

static void jump(struct cutter *c, size_t end, const char *why)
{
	if (end == SIZE_MAX) {
		c->why = why;
	} else {
		c->at = end;
	}
}

static void open_angle(struct cutter *c)
{
	if (c->gt != SIZE_MAX) {
		c->why = "two addresses without a comma between them";
	} else if (c->lt != SIZE_MAX) {
		c->why = "a second \"<\"";
	}
	c->lt = c->at++;
}

static void close_angle(struct cutter *c)
{
	if (!in_angle(c))
		c->why = "a \">\" without a \"<\"";
	c->gt = c->at++;
}

/* One step over what is at c->at, which ends no place. */
static void step(struct cutter *c)
{
	char here = c->text.ptr[c->at];
	bool after_at = c->at > 0 && c->text.ptr[c->at - 1] == '@';

	if (here == '"') {
		jump(c, quoted_end(c->text, c->at), "a quote is not closed");
	} else if (here == '(') {
		jump(c, comment_end(c->text, c->at),
		    "a comment is not closed, or too deep");
	} else if (here == ')') {
		c->why = "a \")\" without a \"(\"";
	} else if (here == '[' && after_at) {
		jump(c, literal_end(c->text, c->at), "a \"[\" is not closed");
	} else if (here == '<') {
		open_angle(c);
	} else if (here == '>') {
		close_angle(c);
	} else {
		c->at++;
	}
}

/* What to show of a text that cannot be cut. */
static struct ph_span shown(struct ph_span text)
{
	size_t len = 0;

	while (len < text.len && !is_line_end(text.ptr[len]))
		len++;
	return ph_span_trim(ph_span_first(text, len));
}

enum ph_err ph_address_item_next(
    struct ph_span *in, struct ph_address_item *out, const char **why)
{
	struct cutter c = { .text = *in, .lt = SIZE_MAX, .gt = SIZE_MAX };

	if (in->len == 0)
		return PH_EOF;
	*out = (struct ph_address_item){ 0 };
	while (c.at < in->len && c.why == NULL) {
		char here = in->ptr[c.at];

		if (is_end(here) && (!in_angle(&c) || is_line_end(here)))
			break;
		step(&c);
	}
	if (c.why == NULL && in_angle(&c))
		c.why = "a \"<\" is not closed";
	if (c.why != NULL) {
		out->text = shown(*in);
		*why = c.why;
		return PH_EINVAL;
	}
	out->text = ph_span_trim(ph_span_first(*in, c.at));
	if (c.lt != SIZE_MAX) {
		out->has_angle = true;
		out->name = ph_span_first(*in, c.lt);
		out->inner =
		    (struct ph_span){ in->ptr + c.lt + 1, c.gt - c.lt - 1 };
		out->tail = ph_span_skip(ph_span_first(*in, c.at), c.gt + 1);
	}
	if (c.at < in->len) {
		out->end = in->ptr[c.at] == '\r' ? '\n' : in->ptr[c.at];
		c.at++;
	}
	*in = ph_span_skip(*in, c.at);
	return PH_OK;
}

static enum ph_err take(struct ph_span *text, size_t len, struct ph_buf *out)
{
	enum ph_err err = ph_buf_append(out, ph_span_first(*text, len));
	if (err != PH_OK)
		return err;
	*text = ph_span_skip(*text, len);
	return PH_OK;
}

/* The length of what can be copied in one go: up to a comment, and a quoted
   string whole. */
static size_t plain_len(struct ph_span text)
{
	size_t at = 0;

	while (at < text.len && text.ptr[at] != '(') {
		size_t end =
		    text.ptr[at] == '"' ? quoted_end(text, at) : at + 1;

		if (end == SIZE_MAX)
			return text.len;
		at = end;
	}
	return at;
}

enum ph_err ph_address_strip(struct ph_span text, char joiner,
    struct ph_buf *out, struct ph_span *comment)
{
	bool first = true;
	enum ph_err err = take(&text, plain_len(text), out);

	while (text.len > 0 && err == PH_OK) {
		size_t end = comment_end(text, 0);

		if (end == SIZE_MAX)
			return take(&text, text.len, out);
		if (first)
			*comment = (struct ph_span){ text.ptr + 1, end - 2 };
		first = false;
		text = ph_span_skip(text, end);
		if (joiner != '\0') {
			err = ph_buf_append_char(out, joiner);
			if (err != PH_OK)
				return err;
		}
		err = take(&text, plain_len(text), out);
	}
	return err;
}
