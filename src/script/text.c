#include "script/text.h"

#include "base/ascii.h"
#include "base/hex.h"
#include "base/num.h"

/* A key, and what it is without the number of a mail. */
struct key {
	const char *name;
	enum ph_script_kind kind;
	bool is_raw;  /* escapes stay */
	bool is_line; /* CRLF is added */
	bool is_optional;
};

static const struct key keys[] = {
	{ .name = "S", .kind = PH_SCRIPT_SERVER, .is_line = true },
	{ .name = "s", .kind = PH_SCRIPT_SERVER },
	{ .name = "C", .kind = PH_SCRIPT_CLIENT, .is_line = true },
	{ .name = "c", .kind = PH_SCRIPT_CLIENT },
	{ .name = "D", .kind = PH_SCRIPT_DRIVER },
	{ .name = "E", .kind = PH_SCRIPT_EVENT },
	{ .name = "E?", .kind = PH_SCRIPT_EVENT, .is_optional = true },
	{ .name = "option", .kind = PH_SCRIPT_OPTION, .is_raw = true },
	{ .name = "mail", .kind = PH_SCRIPT_MAIL, .is_raw = true },
	{ .name = "body", .kind = PH_SCRIPT_BODY },
};

/* The octet that the escape at *s stands for, behind its backslash. */
static char unescape(struct ph_span *s)
{
	char c = s->ptr[0];

	*s = ph_span_skip(*s, 1);
	if (c == 'x' && s->len >= 2 &&
	    ph_hex_octet(s->ptr[0], s->ptr[1]) >= 0) {
		int octet = ph_hex_octet(s->ptr[0], s->ptr[1]);

		*s = ph_span_skip(*s, 2);
		return (char)octet;
	}
	if (c == 'r')
		return '\r';
	return c == 'n' ? '\n' : c;
}

enum ph_err ph_script_unescape(
    struct ph_span text, bool crlf, struct ph_arena *a, struct ph_span *out)
{
	char *to = ph_arena_alloc(a, text.len + 2);
	size_t len = 0;

	if (to == NULL)
		return PH_ENOMEM;
	while (text.len > 0) {
		char c = text.ptr[0];

		text = ph_span_skip(text, 1);
		if (c == '\\' && text.len > 0)
			c = unescape(&text);
		to[len++] = c;
	}
	if (crlf) {
		to[len++] = '\r';
		to[len++] = '\n';
	}
	*out = (struct ph_span){ to, len };
	return PH_OK;
}

static enum ph_err refuse(struct ph_fault *fault, unsigned line,
    const char *what, struct ph_span text)
{
	text = ph_span_first(text, text.len < 40 ? text.len : 40);
	ph_fault_set(fault, PH_CAUSE_BAD_INPUT, PH_STAGE_CONFIG,
	    "line %u, %s: %.*s", line, what, PH_SPAN_ARG(text));
	return PH_EINVAL;
}

static const struct key *find_key(struct ph_span name)
{
	for (size_t i = 0; i < PH_COUNT(keys); i++) {
		if (ph_span_eq(name, ph_span_of(keys[i].name)))
			return &keys[i];
	}
	return NULL;
}

/* Takes the key off *line, and the number between key and exclamation mark.
   NULL: there is none. */
static const struct key *take_key(
    struct ph_span *line, struct ph_script_step *step)
{
	size_t at = 0;

	while (at < line->len && line->ptr[at] != ':' && line->ptr[at] != '!')
		at++;
	if (at == line->len)
		return NULL;

	struct ph_span name = ph_span_first(*line, at);
	bool hands_over = line->ptr[at] == '!';

	if (hands_over) {
		if (name.len < 2 || ph_ascii_upper(name.ptr[0]) != 'C' ||
		    ph_num_parse(ph_span_skip(name, 1), UINT32_MAX,
			&step->hands_over) != PH_OK)
			return NULL;
		name = ph_span_first(name, 1);
	}
	*line = ph_span_skip(*line, at + 1);
	if (line->len > 0 && line->ptr[0] == ' ')
		*line = ph_span_skip(*line, 1);
	return find_key(name);
}

static enum ph_err take_line(struct ph_span line, struct ph_arena *a,
    struct ph_script_step *step, struct ph_fault *fault)
{
	struct ph_span rest = line;
	const struct key *key = take_key(&rest, step);

	if (key == NULL)
		return refuse(fault, step->line, "no such step", line);
	step->kind = key->kind;
	step->is_optional = key->is_optional;
	if (!key->is_raw)
		return ph_script_unescape(rest, key->is_line, a, &step->bytes);
	return ph_arena_copy(a, rest, &step->bytes);
}

static size_t count_lines(struct ph_span text)
{
	size_t count = 0;
	struct ph_span line;

	while (ph_span_split(&text, '\n', &line))
		count += line.len > 0;
	return count;
}

enum ph_err ph_script_parse(struct ph_span text, struct ph_arena *a,
    struct ph_script *out, struct ph_fault *fault)
{
	size_t most = count_lines(text);
	size_t count = 0;
	unsigned number = 0;
	struct ph_span line;

	if (most > PH_SCRIPT_STEPS_MAX) {
		return refuse(fault, PH_SCRIPT_STEPS_MAX, "too many steps",
		    (struct ph_span){ "", 0 });
	}

	struct ph_script_step *steps =
	    ph_arena_array(a, most + 1, sizeof(*steps));
	if (steps == NULL)
		return PH_ENOMEM;
	while (ph_span_split(&text, '\n', &line)) {
		number++;
		if (line.len > 0 && line.ptr[line.len - 1] == '\r')
			line.len--;
		if (line.len == 0 || line.ptr[0] == '#')
			continue;
		steps[count].line = number;

		enum ph_err err = take_line(line, a, &steps[count], fault);
		if (err != PH_OK)
			return err;
		count++;
	}
	*out = (struct ph_script){ steps, count };
	return PH_OK;
}
