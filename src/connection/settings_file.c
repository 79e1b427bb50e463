#include "base/ascii.h"
#include "base/utf8.h"
#include "connection/nearest.h"
#include "connection/settings.h"
#include "connection/value.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

enum {
	/* Some forty settings, and room for a lot of comments. */
	LINES_MAX = 8192,
	/* As much of a word as an error text shows. */
	SHOWN_MAX = 64
};

struct line {
	struct ph_span text; /* with its end; in file->text or in own */
	char *own;           /* a line that we wrote, or NULL */
	const char *section; /* the one it stands in, or NULL */
	const struct ph_setting *row; /* NULL: no setting stands on it */
	struct ph_span value;
};

struct ph_settings_file {
	char *name;
	char *path;
	char *text;
	struct line *lines;
	size_t line_count;
	size_t line_cap;
	bool crlf;
};

/* What the parser knows while it reads. */
struct reader {
	struct ph_settings_file *file;
	const char *section; /* NULL before the first */
	struct ph_fault *fault;
};

void ph_settings_file_free(struct ph_settings_file *f)
{
	if (f == NULL)
		return;
	for (size_t i = 0; i < f->line_count; i++)
		free(f->lines[i].own);
	free(f->lines);
	free(f->text);
	free(f->path);
	free(f->name);
	free(f);
}

static enum ph_err make_room(struct ph_settings_file *f)
{
	if (f->line_count < f->line_cap)
		return PH_OK;
	if (f->line_count >= LINES_MAX)
		return PH_ETOOBIG;

	size_t cap = f->line_cap == 0 ? 64 : f->line_cap * 2;
	struct line *lines = realloc(f->lines, cap * sizeof(*lines));

	if (lines == NULL)
		return PH_ENOMEM;
	f->lines = lines;
	f->line_cap = cap;
	return PH_OK;
}

/* Takes over line.own, also when it fails. */
static enum ph_err insert_line(
    struct ph_settings_file *f, size_t at, struct line line)
{
	enum ph_err err = make_room(f);

	if (err != PH_OK) {
		free(line.own);
		return err;
	}
	memmove(f->lines + at + 1, f->lines + at,
	    (f->line_count - at) * sizeof(*f->lines));
	f->lines[at] = line;
	f->line_count++;
	return PH_OK;
}

/* The sections, each known by the first row that names it. */
static const char *find_section(struct ph_span name)
{
	for (size_t i = 0; i < ph_settings_count; i++) {
		const char *known = ph_settings[i].section;

		if (ph_span_eq_nocase(name, ph_span_of(known)))
			return known;
	}
	return NULL;
}

static const struct line *find_line(
    const struct ph_settings_file *f, const struct ph_setting *row)
{
	for (size_t i = 0; i < f->line_count; i++) {
		if (f->lines[i].row == row)
			return &f->lines[i];
	}
	return NULL;
}

/* The line being read is the one behind those that are kept. */
PH_PRINTF(2, 3)
static enum ph_err refuse(struct reader *r, const char *fmt, ...);

static enum ph_err refuse(struct reader *r, const char *fmt, ...)
{
	char text[PH_FAULT_TEXT_MAX];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	ph_fault_set(r->fault, PH_CAUSE_CONFIG, PH_STAGE_CONFIG, "%s:%zu: %s",
	    r->file->path, r->file->line_count + 1, text);
	return PH_EINVAL;
}

/* What other programs call them. */
static const char *find_other_section(struct ph_span name)
{
	static const struct {
		const char *words;
		const char *section;
	} others[] = {
		{ "auth login account user", "authentication" },
		{ "server smtp host default", "connection" },
		{ "tls ssl security", "encryption" },
		{ "mail sender", "message" },
		{ "oauth2 token", "oauth" },
		{ "socks", "proxy" },
	};

	for (size_t i = 0; i < PH_COUNT(others); i++) {
		struct ph_span rest = ph_span_of(others[i].words);
		struct ph_span word;

		while (ph_span_split(&rest, ' ', &word)) {
			if (ph_span_eq_nocase(name, word))
				return others[i].section;
		}
	}
	return NULL;
}

static struct ph_span nearest_section(struct ph_span name)
{
	const char *other = find_other_section(name);
	struct ph_nearest near;

	if (other != NULL)
		return ph_span_of(other);
	ph_nearest_init(&near, name);
	for (size_t i = 0; i < ph_settings_count; i++) {
		(void)ph_nearest_offer(
		    &near, ph_span_of(ph_settings[i].section));
	}
	return near.best;
}

static enum ph_err read_section(struct reader *r, struct ph_span s)
{
	struct ph_span name =
	    ph_span_trim(ph_span_first(ph_span_skip(s, 1), s.len - 2));
	struct ph_span shown = ph_utf8_cut(name, SHOWN_MAX);
	const char *section = find_section(name);
	struct ph_span near;

	if (section != NULL) {
		r->section = section;
		return PH_OK;
	}
	near = nearest_section(name);
	if (near.ptr == NULL) {
		(void)refuse(r, "unknown section [%.*s]", PH_SPAN_ARG(shown));
		ph_fault_advise(r->fault,
		    "the sections are [connection], [authentication], "
		    "[oauth], [encryption], [proxy], [message] and "
		    "[limits]");
		return PH_EINVAL;
	}
	return refuse(r,
	    "unknown section [%.*s]; the nearest known section is [%.*s]",
	    PH_SPAN_ARG(shown), PH_SPAN_ARG(near));
}

static enum ph_err refuse_key(struct reader *r, struct ph_span key)
{
	struct ph_span section = ph_span_of(r->section);
	struct ph_span shown = ph_utf8_cut(key, SHOWN_MAX);
	const struct ph_setting *near = ph_setting_nearest(section, key);

	if (near == NULL) {
		(void)refuse(r, "unknown key \"%.*s\" in [%s]",
		    PH_SPAN_ARG(shown), r->section);
	} else if (strcmp(near->section, r->section) == 0) {
		(void)refuse(r,
		    "unknown key \"%.*s\" in [%s]; the nearest known key is "
		    "\"%s\"",
		    PH_SPAN_ARG(shown), r->section, near->name);
	} else {
		(void)refuse(r,
		    "unknown key \"%.*s\" in [%s]; the nearest known key is "
		    "\"%s\" in [%s]",
		    PH_SPAN_ARG(shown), r->section, near->name, near->section);
	}
	if (near != NULL && strcmp(near->name, "password-from") == 0) {
		ph_fault_advise(r->fault,
		    "a password does not stand here: posthaste secret set "
		    "keeps it, or password-from names where it is");
	}
	return PH_EINVAL;
}

static enum ph_err read_setting(
    struct reader *r, struct ph_span s, size_t equals, struct line *line)
{
	struct ph_span key = ph_span_trim(ph_span_first(s, equals));

	if (r->section == NULL) {
		return refuse(r, "a setting before the first [section]");
	}

	const struct ph_setting *row =
	    ph_setting_find(ph_span_of(r->section), key);
	if (row == NULL)
		return refuse_key(r, key);

	const struct line *first = find_line(r->file, row);
	if (first != NULL) {
		return refuse(r,
		    "\"%s\" is set twice in [%s]; first on line %zu", row->name,
		    row->section, (size_t)(first - r->file->lines) + 1);
	}
	line->row = row;
	line->value = ph_span_trim(ph_span_skip(s, equals + 1));
	return PH_OK;
}

static enum ph_err read_line(struct reader *r, struct line *line)
{
	struct ph_span s = ph_span_trim(line->text);
	size_t equals = ph_span_find(s, '=');

	if (line->text.len > PH_SETTINGS_LINE_MAX)
		return refuse(r, "the line is longer than 8 KiB");
	if (s.len == 0 || s.ptr[0] == '#' || s.ptr[0] == ';')
		return PH_OK;
	if (ph_span_has_control(s))
		return refuse(r, "a control byte");
	if (!ph_utf8_valid(s))
		return refuse(r, "not valid UTF-8");
	if (s.ptr[0] == '[' && s.ptr[s.len - 1] == ']')
		return read_section(r, s);
	if (s.ptr[0] == '[') {
		return refuse(
		    r, "the ] that ends the section's name is missing");
	}
	/* The line is not shown: it may be a password. */
	if (equals == s.len || equals == 0)
		return refuse(r, "neither [section] nor key = value");
	return read_setting(r, s, equals, line);
}

static struct ph_span take_line(struct ph_span *rest)
{
	size_t end = ph_span_find(*rest, '\n');
	size_t len = end == rest->len ? end : end + 1;
	struct ph_span line = ph_span_first(*rest, len);

	*rest = ph_span_skip(*rest, len);
	return line;
}

/* The mark stays in the first line's text, and is not part of what it says. */
static const char byte_order_mark[] = "\xef\xbb\xbf";

static enum ph_err read_lines(struct reader *r, struct ph_span text)
{
	if (memchr(text.ptr, '\0', text.len) != NULL) {
		ph_fault_set(r->fault, PH_CAUSE_CONFIG, PH_STAGE_CONFIG,
		    "%s: holds a NUL byte: not a text file", r->file->path);
		return PH_EINVAL;
	}
	while (text.len > 0) {
		struct ph_span whole = take_line(&text);
		struct line line = { .text = whole };

		if (r->file->line_count == 0 &&
		    ph_span_starts_nocase(whole, ph_span_of(byte_order_mark)))
			line.text = ph_span_skip(whole, 3);

		enum ph_err err = read_line(r, &line);
		if (err != PH_OK)
			return err;
		line.text = whole;
		line.section = r->section;
		r->file->crlf |=
		    whole.len > 1 && whole.ptr[whole.len - 2] == '\r';
		err = insert_line(r->file, r->file->line_count, line);
		if (err != PH_OK)
			return err;
	}
	return PH_OK;
}

static char *copy_text(struct ph_span s)
{
	char *copy = malloc(s.len + 1);

	if (copy == NULL)
		return NULL;
	if (s.len > 0)
		memcpy(copy, s.ptr, s.len);
	copy[s.len] = '\0';
	return copy;
}

static enum ph_err refuse_size(const char *path, struct ph_fault *fault)
{
	ph_fault_set(fault, PH_CAUSE_CONFIG, PH_STAGE_CONFIG,
	    "%s: too big for a file of settings (256 KiB, 8192 lines)", path);
	return PH_ETOOBIG;
}

enum ph_err ph_settings_file_parse(const char *name, const char *path,
    struct ph_span text, struct ph_settings_file **out, struct ph_fault *fault)
{
	if (text.len > PH_SETTINGS_FILE_MAX)
		return refuse_size(path, fault);

	struct ph_settings_file *f = calloc(1, sizeof(*f));
	if (f == NULL)
		return PH_ENOMEM;
	f->name = copy_text(ph_span_of(name));
	f->path = copy_text(ph_span_of(path));
	f->text = copy_text(text);

	struct reader r = { .file = f, .fault = fault };
	enum ph_err err = PH_ENOMEM;

	if (f->name != NULL && f->path != NULL && f->text != NULL)
		err = read_lines(&r, (struct ph_span){ f->text, text.len });
	if (err == PH_ETOOBIG)
		(void)refuse_size(path, fault);
	if (err != PH_OK) {
		ph_settings_file_free(f);
		return err;
	}
	*out = f;
	return PH_OK;
}

const char *ph_settings_file_name(const struct ph_settings_file *f)
{
	return f->name;
}

const char *ph_settings_file_path(const struct ph_settings_file *f)
{
	return f->path;
}

struct ph_span ph_settings_file_get(
    const struct ph_settings_file *f, const struct ph_setting *row)
{
	const struct line *line = find_line(f, row);

	return line == NULL ? (struct ph_span){ NULL, 0 } : line->value;
}

unsigned ph_settings_file_line(
    const struct ph_settings_file *f, const struct ph_setting *row)
{
	const struct line *line = find_line(f, row);

	return line == NULL ? 0 : (unsigned)(line - f->lines) + 1;
}

static struct ph_span line_end(const struct ph_settings_file *f)
{
	return f->crlf ? PH_SPAN("\r\n") : PH_SPAN("\n");
}

/* What stands before the value stays as it was written. */
static enum ph_err write_line(const struct ph_settings_file *f,
    struct ph_span head, struct ph_span value, struct line *line)
{
	struct ph_buf b;

	ph_buf_init(&b, 2 * PH_SETTINGS_LINE_MAX);

	enum ph_err err = ph_buf_append(&b, head);
	size_t at = b.len;
	if (err == PH_OK)
		err = ph_buf_append(&b, value);
	if (err == PH_OK)
		err = ph_buf_append(&b, line_end(f));
	if (err != PH_OK) {
		ph_buf_release(&b);
		return err;
	}
	free(line->own);
	line->own = b.ptr;
	line->text = ph_buf_span(&b);
	line->value = (struct ph_span){ b.ptr + at, value.len };
	return PH_OK;
}

static enum ph_err replace_value(
    struct ph_settings_file *f, struct line *line, struct ph_span value)
{
	char spaced[PH_SETTINGS_LINE_MAX + 2];
	size_t before = (size_t)(line->value.ptr - line->text.ptr);
	struct ph_span head = ph_span_first(line->text, before);

	/* "helo =" was empty: as far from it as its name is. */
	if (before >= 2 && memcmp(head.ptr + before - 2, " =", 2) == 0) {
		memcpy(spaced, head.ptr, before);
		spaced[before] = ' ';
		head = (struct ph_span){ spaced, before + 1 };
	}
	return write_line(f, head, value, line);
}

/* Behind the last setting of the section, else behind its header; line_count
   where the section is not there. */
static size_t find_place(
    const struct ph_settings_file *f, const char *section, bool *found)
{
	size_t place = f->line_count;
	bool has_setting = false;

	*found = false;
	for (size_t i = 0; i < f->line_count; i++) {
		const struct line *line = &f->lines[i];
		bool header =
		    i == 0 || f->lines[i - 1].section != line->section;

		if (line->section != section)
			continue;
		if (line->row != NULL || (header && !has_setting)) {
			place = i + 1;
			has_setting |= line->row != NULL;
		}
		*found = true;
	}
	return place;
}

static enum ph_err add_raw(
    struct ph_settings_file *f, const char *section, const char *text)
{
	struct line line = { .section = section };
	enum ph_err err =
	    write_line(f, ph_span_of(text), (struct ph_span){ 0 }, &line);
	if (err != PH_OK)
		return err;
	line.value = (struct ph_span){ 0 };
	return insert_line(f, f->line_count, line);
}

/* A file may end without a line end; what is added must not stick to it. */
static enum ph_err end_last_line(struct ph_settings_file *f)
{
	if (f->line_count == 0)
		return PH_OK;

	struct line *last = &f->lines[f->line_count - 1];
	struct ph_span text = last->text;

	if (text.len > 0 && text.ptr[text.len - 1] == '\n')
		return PH_OK;

	size_t at =
	    last->value.ptr == NULL ? 0 : (size_t)(last->value.ptr - text.ptr);
	size_t len = last->value.len;
	enum ph_err err = write_line(f, text, (struct ph_span){ 0 }, last);
	if (err != PH_OK)
		return err;
	last->value = last->row == NULL
	    ? (struct ph_span){ 0 }
	    : (struct ph_span){ last->text.ptr + at, len };
	return PH_OK;
}

static enum ph_err add_section(struct ph_settings_file *f, const char *section)
{
	char header[SHOWN_MAX];
	enum ph_err err = PH_OK;

	if (f->line_count > 0)
		err = add_raw(f, f->lines[f->line_count - 1].section, "");
	if (err != PH_OK)
		return err;
	(void)snprintf(header, sizeof(header), "[%s]", section);
	return add_raw(f, section, header);
}

static enum ph_err add_setting(struct ph_settings_file *f,
    const struct ph_setting *row, struct ph_span value)
{
	char head[SHOWN_MAX];
	struct line line = { .section = row->section, .row = row };
	bool found = false;
	enum ph_err err = end_last_line(f);

	if (err != PH_OK)
		return err;

	size_t place = find_place(f, row->section, &found);

	if (!found) {
		err = add_section(f, row->section);
		if (err != PH_OK)
			return err;
		place = f->line_count;
	}
	(void)snprintf(head, sizeof(head), "%s = ", row->name);
	err = write_line(f, ph_span_of(head), value, &line);
	if (err != PH_OK)
		return err;
	return insert_line(f, place, line);
}

enum ph_err ph_settings_file_set(struct ph_settings_file *f,
    const struct ph_setting *row, struct ph_span value)
{
	value = ph_span_trim(value);
	if (ph_span_has_control(value) || !ph_utf8_valid(value) ||
	    value.len > PH_SETTINGS_LINE_MAX / 2)
		return PH_EINVAL;
	for (size_t i = 0; i < f->line_count; i++) {
		if (f->lines[i].row == row)
			return replace_value(f, &f->lines[i], value);
	}
	return add_setting(f, row, value);
}

enum ph_err ph_settings_file_unset(
    struct ph_settings_file *f, const struct ph_setting *row)
{
	const struct line *line = find_line(f, row);

	if (line == NULL)
		return PH_OK;

	size_t at = (size_t)(line - f->lines);

	free(line->own);
	memmove(f->lines + at, f->lines + at + 1,
	    (f->line_count - at - 1) * sizeof(*f->lines));
	f->line_count--;
	return PH_OK;
}

bool ph_settings_file_is_default(const struct ph_settings_file *f)
{
	const struct ph_setting *row =
	    ph_setting_find(PH_SPAN("connection"), PH_SPAN("default"));
	bool is_default = false;

	return ph_value_bool(ph_settings_file_get(f, row), &is_default) ==
	    PH_OK &&
	    is_default;
}

bool ph_settings_text_has_mark(struct ph_span text)
{
	while (text.len > 0) {
		struct ph_span line = take_line(&text);
		size_t equals = ph_span_find(line, '=');
		bool is_marked = false;

		if (equals < line.len &&
		    ph_span_eq_nocase(ph_span_trim(ph_span_first(line, equals)),
			PH_SPAN("default")) &&
		    ph_value_bool(ph_span_trim(ph_span_skip(line, equals + 1)),
			&is_marked) == PH_OK &&
		    is_marked)
			return true;
	}
	return false;
}

struct ph_span ph_settings_file_inherits(const struct ph_settings_file *f)
{
	const struct ph_setting *row =
	    ph_setting_find(PH_SPAN("connection"), PH_SPAN("inherits"));
	struct ph_span named = ph_settings_file_get(f, row);

	if (named.ptr != NULL)
		return named;
	return ph_settings_file_is_default(f) ? (struct ph_span){ NULL, 0 }
					      : PH_SPAN("default");
}

enum ph_err ph_settings_file_write(
    const struct ph_settings_file *f, struct ph_buf *out)
{
	for (size_t i = 0; i < f->line_count; i++) {
		enum ph_err err = ph_buf_append(out, f->lines[i].text);
		if (err != PH_OK)
			return err;
	}
	return PH_OK;
}
