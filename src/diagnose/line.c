#include "diagnose/line.h"

#include "base/ascii.h"
#include "base/err.h"

enum {
	/* Times, names of programs, arrows: a longer beginning is no mark. */
	MARKS_MAX = 64
};

/* The words that programs write before the lines of a conversation. */
static const char *const marks[] = { "b", "c", "client", "debug", "got", "in",
	"info", "out", "r", "read", "received", "recv", "reply", "response",
	"rx", "s", "send", "sent", "server", "smtp", "t", "trace", "tx", "z" };

struct verb {
	const char *name;
	const char *stage;
	/* What follows: ' ' anything, '\0' nothing more. */
	char behind;
	bool upper; /* in small letters it is a word of prose */
};

static const struct verb verbs[] = {
	{ "EHLO", "ehlo", ' ' },
	{ "HELO", "ehlo", ' ' },
	{ "LHLO", "ehlo", ' ' },
	{ "STARTTLS", "tls", '\0' },
	{ "AUTH", "auth", ' ', true },
	{ "MAIL FROM", "mail", ':' },
	{ "RCPT TO", "rcpt", ':' },
	{ "DATA", "data", '\0' },
	{ "BDAT", "data", ' ', true },
	{ "QUIT", "quit", '\0' },
};

static bool is_mark(struct ph_span word)
{
	bool digits = true;

	/* Also 28T04 and 01Z of a date. */
	for (size_t i = 0; i < word.len; i++) {
		digits = digits &&
		    (ph_ascii_is_digit(word.ptr[i]) ||
			strchr("TZ", word.ptr[i]) != NULL);
	}
	for (size_t i = 0; i < PH_COUNT(marks); i++) {
		if (ph_span_eq_nocase(word, ph_span_of(marks[i])))
			return true;
	}
	return digits;
}

static bool ends_code(struct ph_span s)
{
	return s.len == 0 || strchr(" -'\"\\", s.ptr[0]) != NULL;
}

/* A mark ends before i: a port or a part of an address follows none. */
static bool is_apart(struct ph_span line, size_t i)
{
	return i == 0 || strchr(" \t'\"<>*|~", line.ptr[i - 1]) != NULL;
}

/* s begins with a reply's code. */
static bool is_reply(struct ph_span s, uint16_t *code)
{
	if (s.len < 3 || s.ptr[0] < '2' || s.ptr[0] > '5' ||
	    !ph_ascii_is_digit(s.ptr[1]) || !ph_ascii_is_digit(s.ptr[2]) ||
	    !ends_code(ph_span_skip(s, 3)))
		return false;
	*code = (uint16_t)((s.ptr[0] - '0') * 100 + (s.ptr[1] - '0') * 10 +
	    (s.ptr[2] - '0'));
	return true;
}

static bool is_verb(struct ph_span s, const struct verb *v)
{
	struct ph_span name = ph_span_of(v->name);
	struct ph_span rest;

	if (!ph_span_starts_nocase(s, name))
		return false;
	rest = ph_span_trim(ph_span_skip(s, name.len));
	/* The end of a line in a quoted string. */
	if (v->behind == '\0')
		return rest.len == 0 || strchr("'\"\\", rest.ptr[0]) != NULL;
	if (v->behind == ':')
		return rest.len > 0 && rest.ptr[0] == ':';
	if (v->upper && memcmp(s.ptr, name.ptr, name.len) != 0)
		return false;
	return s.len > name.len && s.ptr[name.len] == ' ' && rest.len > 0;
}

static bool is_content(struct ph_span s, struct ph_line *out)
{
	if (is_reply(s, &out->code)) {
		out->kind = PH_LINE_REPLY;
		out->text = s;
		return true;
	}
	for (size_t i = 0; i < PH_COUNT(verbs); i++) {
		if (is_verb(s, &verbs[i])) {
			out->kind = PH_LINE_COMMAND;
			out->stage = verbs[i].stage;
			out->text = s;
			return true;
		}
	}
	return false;
}

void ph_line_read(struct ph_span line, struct ph_line *out)
{
	size_t i = 0;

	line = ph_span_trim(line);
	*out = (struct ph_line){ .text = line };
	if (line.len == 0)
		out->kind = PH_LINE_EMPTY;
	while (i < line.len && i < MARKS_MAX) {
		size_t start = i;

		if (!ph_ascii_is_alnum(line.ptr[i])) {
			i++;
			continue;
		}
		if (is_apart(line, i) && is_content(ph_span_skip(line, i), out))
			return;
		while (i < line.len && ph_ascii_is_alnum(line.ptr[i]))
			i++;
		if (!is_mark((struct ph_span){ line.ptr + start, i - start }))
			return;
	}
}
