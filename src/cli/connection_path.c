#include "base/ascii.h"
#include "cli/connection_part.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A connection is used in any folder: what is saved of the name of a file does
   not depend on the one it was typed in. */

static bool is_path(const struct ph_setting *row)
{
	static const char *const names[] = { "ca-file", "client-certificate",
		"client-key" };

	for (size_t i = 0; i < PH_COUNT(names); i++) {
		if (strcmp(row->name, names[i]) == 0)
			return true;
	}
	return false;
}

/* Where in the value a relative path begins; its length: nowhere. */
static size_t find_path(const struct ph_setting *row, struct ph_span value)
{
	bool is_source = row->type == PH_SETTING_SECRET_SOURCE;
	struct ph_span rest = value;

	if (is_source && ph_span_starts_nocase(value, PH_SPAN("file:"))) {
		rest = ph_span_skip(value, 5);
	} else if (is_source &&
	    ph_span_starts_nocase(value, PH_SPAN("command:"))) {
		rest = ph_span_skip(value, 8);
		while (rest.len > 0 && strchr(" \t'\"", rest.ptr[0]) != NULL)
			rest = ph_span_skip(rest, 1);
		/* A name without a slash is looked for in PATH. */
		if (ph_span_find(ph_span_first(rest, ph_span_find(rest, ' ')),
			'/') >= ph_span_find(rest, ' '))
			return value.len;
	} else if (!is_path(row)) {
		return value.len;
	}
	return rest.len == 0 || rest.ptr[0] == '/' ? value.len
						   : value.len - rest.len;
}

/* Of a command the words are quoted; what would need it is left to people. */
static bool is_plain(const char *path)
{
	for (; *path != '\0'; path++) {
		if (!ph_ascii_is_alnum(*path) &&
		    strchr("/._-+@,", *path) == NULL)
			return false;
	}
	return true;
}

static enum ph_err refuse(const struct ph_setting *row, struct ph_fault *fault)
{
	ph_fault_set(fault, PH_CAUSE_CONFIG, PH_STAGE_CONFIG,
	    "%s: the name of the file depends on the folder you are in, and "
	    "that cannot be put before it",
	    row->name);
	ph_fault_advise(fault, "name it with its whole path, from / on");
	return PH_EINVAL;
}

static enum ph_err join(struct ph_span before, const char *dir,
    struct ph_span path, struct ph_arena *a, struct ph_span *out)
{
	size_t dir_len = strlen(dir);
	size_t len = before.len + dir_len + 1 + path.len;
	char *text = ph_arena_alloc(a, len);

	if (text == NULL)
		return PH_ENOMEM;
	memcpy(text, before.ptr, before.len);
	memcpy(text + before.len, dir, dir_len);
	text[before.len + dir_len] = '/';
	memcpy(text + before.len + dir_len + 1, path.ptr, path.len);
	*out = (struct ph_span){ text, len };
	return PH_OK;
}

enum ph_err ph_connection_whole_path(const struct ph_setting *row,
    struct ph_span value, struct ph_arena *a, struct ph_span *out,
    struct ph_fault *fault)
{
	size_t at = find_path(row, value);
	struct ph_span path = ph_span_skip(value, at);
	const char *home = getenv("HOME");
	char here[PATH_MAX];
	const char *dir = getcwd(here, sizeof(here));

	*out = value;
	if (path.len == 0)
		return PH_OK;
	if (ph_span_starts_nocase(path, PH_SPAN("~/")) && home != NULL &&
	    home[0] == '/') {
		dir = home;
		path = ph_span_skip(path, 2);
	}
	while (path.len > 2 && memcmp(path.ptr, "./", 2) == 0)
		path = ph_span_skip(path, 2);
	if (dir == NULL ||
	    (ph_span_starts_nocase(value, PH_SPAN("command:")) &&
		!is_plain(dir)))
		return refuse(row, fault);
	return join(ph_span_first(value, at), dir, path, a, out);
}
