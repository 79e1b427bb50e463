#include "foreign/command.h"

#include "base/ascii.h"
#include "foreign/words.h"

static bool is_name(struct ph_span s)
{
	for (size_t i = 0; i < s.len; i++) {
		if (!ph_ascii_is_alnum(s.ptr[i]) && s.ptr[i] != '_')
			return false;
	}
	return s.len > 0 && !ph_ascii_is_digit(s.ptr[0]);
}

/* What the splitter does not know of: patterns, ~, and NAME=VALUE before the
   command. */
static bool needs_shell(
    struct ph_span command, const struct ph_foreign_words *w)
{
	if (w->is_shell || w->count == 0)
		return true;
	for (size_t i = 0; i < command.len; i++) {
		if (memchr("*?[]~{}#!", command.ptr[i], 9) != NULL)
			return true;
	}
	return ph_span_find(w->words[0], '=') < w->words[0].len;
}

static enum ph_err set_source(struct ph_foreign_reader *r, enum ph_role role,
    const struct ph_buf *value, const char *what)
{
	return ph_foreign_set(
	    r, ph_role_setting(role), ph_buf_span(value), what);
}

static enum ph_err append_words(
    struct ph_buf *b, const struct ph_foreign_words *w)
{
	enum ph_err err = PH_OK;

	for (size_t i = 0; err == PH_OK && i < w->count; i++) {
		if (i > 0)
			err = ph_buf_append_char(b, ' ');
		if (err == PH_OK)
			err = ph_foreign_words_quote(b, w->words[i]);
	}
	return err;
}

/* The source as text, in b. */
static enum ph_err make_source(
    struct ph_span command, const struct ph_foreign_words *w, struct ph_buf *b)
{
	bool two = w->count == 2;
	const struct ph_span *word = w->words;
	enum ph_err err = PH_OK;

	/* echo "$NAME" */
	if (two && ph_span_eq(word[0], PH_SPAN("echo")) && word[1].len > 1 &&
	    word[1].ptr[0] == '$' && is_name(ph_span_skip(word[1], 1))) {
		err = ph_buf_append_str(b, "env:");
		return err == PH_OK ? ph_buf_append(b, ph_span_skip(word[1], 1))
				    : err;
	}
	if (needs_shell(command, w)) {
		err = ph_buf_append_str(b, "command:sh -c ");
		return err == PH_OK ? ph_foreign_words_quote(b, command) : err;
	}
	if (two && ph_span_eq(word[0], PH_SPAN("cat"))) {
		err = ph_buf_append_str(b, "file:");
		return err == PH_OK ? ph_buf_append(b, word[1]) : err;
	}
	if (two && ph_span_eq(word[0], PH_SPAN("printenv")) &&
	    is_name(word[1])) {
		err = ph_buf_append_str(b, "env:");
		return err == PH_OK ? ph_buf_append(b, word[1]) : err;
	}
	err = ph_buf_append_str(b, "command:");
	return err == PH_OK ? append_words(b, w) : err;
}

/* echo SECRET, printf SECRET, printf %s SECRET: it is no command but a way to
   write the password down. */
static bool find_echoed(const struct ph_foreign_words *w, struct ph_span *out)
{
	bool is_printf =
	    w->count > 0 && ph_span_eq(w->words[0], PH_SPAN("printf"));
	bool is_echo = w->count > 0 && ph_span_eq(w->words[0], PH_SPAN("echo"));

	if (w->is_shell || w->count < 2 || w->count > 3 ||
	    (!is_echo && !is_printf))
		return false;
	*out = w->words[w->count - 1];
	return w->count == 2 || w->words[1].ptr[0] == '-' ||
	    w->words[1].ptr[0] == '%';
}

enum ph_err ph_foreign_take_command(struct ph_foreign_reader *r,
    enum ph_role role, struct ph_span command, const char *what)
{
	struct ph_foreign_words w = { 0 };
	struct ph_span secret;
	struct ph_buf b;
	enum ph_err err = ph_foreign_words_split(command, &w);

	if (err == PH_EINVAL) {
		return ph_foreign_lose(
		    r, ph_span_of(what), "a quote in it has no end");
	}
	if (err != PH_OK)
		return err;
	ph_buf_init(&b, PH_SETTINGS_LINE_MAX);
	if (find_echoed(&w, &secret)) {
		err = ph_foreign_keep(r, role, secret, what);
	} else {
		err = make_source(command, &w, &b);
		if (err == PH_OK)
			err = set_source(r, role, &b, what);
	}
	if (err == PH_ETOOBIG)
		err = ph_foreign_lose(r, ph_span_of(what), "it is too long");
	ph_buf_wipe(&b);
	ph_foreign_words_release(&w);
	return err;
}

static enum ph_err write_argv(struct ph_span command, struct ph_buf *out)
{
	struct ph_foreign_words w = { 0 };
	enum ph_err err = ph_foreign_words_split(command, &w);

	if (err != PH_OK)
		return err == PH_EINVAL ? PH_ENOTFOUND : err;
	if (w.count == 3 && ph_span_eq(w.words[0], PH_SPAN("sh")) &&
	    ph_span_eq(w.words[1], PH_SPAN("-c"))) {
		err = ph_buf_append(out, w.words[2]);
	} else {
		err = append_words(out, &w);
	}
	ph_foreign_words_release(&w);
	return err;
}

enum ph_err ph_foreign_write_command(struct ph_span source, struct ph_buf *out)
{
	static const struct {
		const char *scheme;
		const char *command;
	} kinds[] = {
		{ "file:", "cat " },
		{ "env:", "printenv " },
	};

	for (size_t i = 0; i < PH_COUNT(kinds); i++) {
		struct ph_span scheme = ph_span_of(kinds[i].scheme);

		if (!ph_span_starts_nocase(source, scheme))
			continue;

		enum ph_err err = ph_buf_append_str(out, kinds[i].command);
		return err == PH_OK ? ph_foreign_words_quote(
					  out, ph_span_skip(source, scheme.len))
				    : err;
	}
	if (ph_span_starts_nocase(source, PH_SPAN("command:")))
		return write_argv(ph_span_skip(source, 8), out);
	return PH_ENOTFOUND;
}
