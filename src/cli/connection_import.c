#include "cli/connection_part.h"
#include "config/vault.h"
#include "foreign/foreign.h"
#include "io/file.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* `connection import`: another program's settings become connections.  All is
   read and checked before anything is saved. */

enum {
	ARENA_MAX = 16 * 1024 * 1024,
	NAME_SIZE = 64 + 1
};

/* One connection on its way in. */
struct item {
	const struct ph_foreign_connection *from;
	char name[NAME_SIZE];
	const char *path; /* once it is saved, or NULL */
	bool is_default;
	bool exists;
	bool stored[PH_ROLE_COUNT];
};

struct import {
	struct ph_connection_action *a;
	struct ph_buf text;
	enum ph_foreign_format format;
	bool guessed;
	struct ph_foreign foreign;
	struct item *items;
	size_t count;
	struct ph_arena arena;
	struct ph_fault fault;
};

static const char *option(const struct import *m, enum ph_connection_key key)
{
	return ph_options_value(m->a->options, (int)key);
}

static bool has(const struct import *m, enum ph_connection_key key)
{
	return ph_options_has(m->a->options, (int)key);
}

PH_PRINTF(3, 4)

static enum ph_err refuse(
    struct import *m, enum ph_cause cause, const char *fmt, ...)
{
	char text[512];
	va_list args;

	va_start(args, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	ph_fault_set(&m->fault, cause, PH_STAGE_CONFIG, "%s", text);
	return PH_EINVAL;
}

static enum ph_err refuse_exposed(struct import *m)
{
	(void)refuse(m, PH_CAUSE_USAGE,
	    "a password in a URL on the command line can be read by everyone "
	    "on this computer");
	ph_fault_advise(&m->fault,
	    "leave it out, or have the URL read from standard input: posthaste "
	    "connection import -");
	return PH_EINVAL;
}

static bool is_url(const struct import *m)
{
	return strstr(m->a->name, "://") != NULL;
}

/* A URL on the command line is read as one of a file is, but for passwords. */
static enum ph_err take_url(struct import *m, struct ph_span url)
{
	size_t at = 0;

	if (ph_span_starts_nocase(url, PH_SPAN("http://")) ||
	    ph_span_starts_nocase(url, PH_SPAN("https://"))) {
		(void)refuse(
		    m, PH_CAUSE_USAGE, "settings are not fetched from the web");
		ph_fault_advise(
		    &m->fault, "curl -sSf URL | posthaste connection import -");
		return PH_EINVAL;
	}
	for (size_t i = 0; i < url.len; i++) {
		if (url.ptr[i] == '@')
			at = i;
	}

	/* Behind the scheme, a colon before the last @. */
	struct ph_span user = ph_span_first(url, at);

	user = ph_span_skip(user, at == 0 ? 0 : ph_span_find(user, ':') + 1);
	return ph_span_find(user, ':') < user.len
	    ? refuse_exposed(m)
	    : ph_buf_append(&m->text, url);
}

static enum ph_err read_text(struct import *m)
{
	struct ph_span operand = ph_span_of(m->a->name);
	enum ph_err err;

	ph_buf_init(&m->text, PH_FOREIGN_TEXT_MAX + 1);
	if (is_url(m)) {
		err = take_url(m, operand);
	} else if (strcmp(m->a->name, "-") == 0) {
		err = ph_fd_read_all(STDIN_FILENO, &m->text, &m->fault);
	} else {
		err = ph_file_read(m->a->name, &m->text, &m->fault);
	}
	if (err == PH_ETOOBIG) {
		(void)refuse(m, PH_CAUSE_BAD_INPUT,
		    "it is larger than %d octets", PH_FOREIGN_TEXT_MAX);
		ph_fault_advise(&m->fault,
		    "name the file with a program's settings, or cut out the "
		    "part that has those of the server");
		return PH_EINVAL;
	}
	return err;
}

static enum ph_err find_format(struct import *m)
{
	const char *word = option(m, PH_CONNECTION_KEY_FORMAT);

	if (word != NULL)
		return ph_connection_format(word, &m->format, &m->fault);
	m->guessed = true;
	if (ph_foreign_guess(ph_buf_span(&m->text), &m->format) == PH_OK)
		return PH_OK;
	(void)refuse(m, PH_CAUSE_BAD_INPUT,
	    "it looks like no program's settings that posthaste reads");
	ph_fault_advise(
	    &m->fault, "--format says what it is: %s", PH_CONNECTION_FORMATS);
	return PH_EINVAL;
}

/* A provider's key may stand where others have a user name. */
static bool has_secrets(const struct import *m)
{
	const struct ph_foreign_connection *c = m->foreign.connections;

	for (; c != NULL; c = c->next) {
		for (size_t i = 0; i < PH_ROLE_COUNT; i++) {
			if (c->has_secret[i])
				return true;
		}
	}
	return false;
}

static enum ph_err read_foreign(struct import *m)
{
	const char *address = option(m, PH_CONNECTION_KEY_ADDRESS);
	const char *home = getenv("HOME");
	struct ph_foreign_source source = {
		.text = ph_buf_span(&m->text),
		.address = address == NULL ? "" : address,
		.home = home == NULL ? "" : home,
	};
	enum ph_err err =
	    ph_foreign_read(m->format, &source, &m->foreign, &m->fault);

	/* A URL is no file, and may be more than one wants to see. */
	if (err == PH_EINVAL && !is_url(m)) {
		ph_fault_prefix(&m->fault,
		    strcmp(m->a->name, "-") == 0 ? "standard input"
						 : m->a->name);
	}
	return err == PH_OK && is_url(m) && has_secrets(m) ? refuse_exposed(m)
							   : err;
}

/* A name from there, made fit; else the host's. */
static void make_name(struct item *item)
{
	const struct ph_setting *host =
	    ph_setting_find(PH_SPAN("connection"), PH_SPAN("host"));
	struct ph_span name = item->from->name.len > 0
	    ? item->from->name
	    : item->from->values[host - ph_settings];
	size_t n = 0;

	for (size_t i = 0; i < name.len && n + 1 < NAME_SIZE; i++) {
		struct ph_span one = { name.ptr + i, 1 };

		/* "a." and not ".": what may stand first is fewer. */
		if (ph_connection_name_valid(one) ||
		    (n > 0 && memchr("-_.", name.ptr[i], 3) != NULL)) {
			item->name[n++] = name.ptr[i];
		} else if (n > 0 && item->name[n - 1] != '-') {
			item->name[n++] = '-';
		}
	}
	while (n > 0 && item->name[n - 1] == '-')
		n--;
	item->name[n] = '\0';
}

static bool is_wanted(
    const struct import *m, const struct ph_foreign_connection *c)
{
	const char *account = option(m, PH_CONNECTION_KEY_ACCOUNT);

	return account == NULL || ph_span_eq(c->name, ph_span_of(account));
}

static enum ph_err choose(struct import *m)
{
	m->items = ph_arena_array(
	    &m->arena, m->foreign.connection_count, sizeof(*m->items));
	if (m->items == NULL)
		return PH_ENOMEM;
	for (const struct ph_foreign_connection *c = m->foreign.connections;
	     c != NULL; c = c->next) {
		if (is_wanted(m, c))
			m->items[m->count++].from = c;
	}
	if (m->count > 0)
		return PH_OK;
	(void)refuse(m, PH_CAUSE_USAGE, "there is no account \"%s\" in it",
	    option(m, PH_CONNECTION_KEY_ACCOUNT));
	ph_fault_advise(&m->fault, "--dry-run without it shows them");
	return PH_EINVAL;
}

static enum ph_err name_all(struct import *m)
{
	const char *as = option(m, PH_CONNECTION_KEY_AS);

	if (as != NULL && m->count > 1) {
		(void)refuse(m, PH_CAUSE_USAGE,
		    "--as names one connection, and there are %zu in it",
		    m->count);
		ph_fault_advise(&m->fault, "--account NAME takes one of them");
		return PH_EINVAL;
	}
	if (as != NULL && !ph_connection_name_valid(ph_span_of(as))) {
		return refuse(m, PH_CAUSE_USAGE,
		    "--as: \"%.80s\" cannot be a connection's name", as);
	}
	for (size_t i = 0; i < m->count; i++) {
		make_name(&m->items[i]);
		if (as != NULL)
			memcpy(m->items[i].name, as, strlen(as) + 1);
		if (m->items[i].name[0] == '\0') {
			return refuse(m, PH_CAUSE_USAGE,
			    "the connection has no name: --as NAME gives it "
			    "one");
		}
	}
	return PH_OK;
}

static enum ph_err check_name(struct import *m, size_t at)
{
	struct item *item = &m->items[at];
	struct ph_settings_file *file = NULL;

	for (size_t i = 0; i < at; i++) {
		if (strcmp(m->items[i].name, item->name) == 0) {
			return refuse(m, PH_CAUSE_BAD_INPUT,
			    "lines %u and %u would both be the connection %s: "
			    "--account NAME takes one",
			    m->items[i].from->line, item->from->line,
			    item->name);
		}
	}

	struct ph_fault fault = { 0 };
	enum ph_err err =
	    ph_catalog_file(m->a->catalog, item->name, &file, &fault);

	item->exists = err != PH_ENOTFOUND;
	if (err == PH_ENOMEM || err == PH_ENOTFOUND)
		return err == PH_ENOMEM ? err : PH_OK;
	if (err != PH_OK) {
		m->fault = fault;
		return err;
	}
	if (has(m, PH_CONNECTION_KEY_REPLACE))
		return PH_OK;
	(void)refuse(m, PH_CAUSE_CONFIG,
	    "there is a connection \"%s\" already, in %s", item->name,
	    ph_settings_file_path(file));
	ph_fault_advise(&m->fault,
	    "--replace takes its place; --as NAME gives another name");
	return PH_EDENIED;
}

/* As `add` saves them. */
static enum ph_err make_paths_whole(struct import *m, const struct item *item)
{
	struct ph_span *values = item->from->values;
	enum ph_err err = PH_OK;

	for (size_t i = 0; err == PH_OK && i < ph_settings_count; i++) {
		if (values[i].ptr != NULL) {
			err = ph_connection_whole_path(&ph_settings[i],
			    values[i], &m->arena, &values[i], &m->fault);
		}
	}
	return err;
}

/* Nothing is saved that would be refused when it is used. */
static enum ph_err check_all(struct import *m)
{
	enum ph_err err = name_all(m);

	for (size_t i = 0; err == PH_OK && i < m->count; i++) {
		struct ph_connection c;

		err = check_name(m, i);
		if (err == PH_OK)
			err = make_paths_whole(m, &m->items[i]);
		if (err == PH_OK) {
			err = ph_foreign_resolve(
			    m->items[i].from, &m->arena, &c, &m->fault);
		}
		if (err == PH_EINVAL && !ph_fault_is_set(&m->fault))
			return err;
	}
	return err;
}

/* Which of them is to be the default; count: none. */
static enum ph_err find_default(struct import *m)
{
	const char *name = "";
	struct ph_fault fault = { 0 };
	size_t at = m->count;

	for (size_t i = 0; i < m->count; i++) {
		if (m->items[i].from->is_default)
			at = i;
	}
	if (at == m->count && m->count == 1)
		at = 0;
	if (has(m, PH_CONNECTION_KEY_DEFAULT)) {
		if (at == m->count) {
			return refuse(m, PH_CAUSE_USAGE,
			    "--default: none of the %zu in it is the default "
			    "there; --account NAME takes one",
			    m->count);
		}
		m->items[at].is_default = true;
		return PH_OK;
	}
	/* The first of all is, as with add. */
	if (ph_catalog_default(m->a->catalog, &name, &fault) == PH_OK &&
	    name[0] == '\0')
		m->items[at == m->count ? 0 : at].is_default = true;
	return PH_OK;
}

/* What stood there before goes; comments and the mark of the default stay. */
static enum ph_err fill(const struct item *item, struct ph_settings_file *f)
{
	enum ph_err err = PH_OK;

	for (size_t i = 0; err == PH_OK && i < ph_settings_count; i++) {
		const struct ph_setting *row = &ph_settings[i];
		struct ph_span value = item->from->values[i];

		/* It stands alone, as it did where it comes from. */
		if (strcmp(row->name, "inherits") == 0)
			value = PH_SPAN("");
		if (strcmp(row->name, "default") == 0)
			continue;
		err = value.ptr == NULL ? ph_settings_file_unset(f, row)
					: ph_settings_file_set(f, row, value);
	}
	return err;
}

static enum ph_err store_secrets(struct import *m, struct item *item)
{
	const char *dir = ph_catalog_secrets_dir(m->a->catalog);
	struct ph_catalog_question q = { .name = item->name };
	struct ph_connection c;
	enum ph_err err =
	    ph_catalog_resolve(m->a->catalog, &q, &m->arena, &c, &m->fault);

	for (size_t i = 0; err == PH_OK && i < PH_ROLE_COUNT; i++) {
		if (!item->from->has_secret[i])
			continue;
		err = ph_vault_set(dir, &c, (enum ph_role)i,
		    &item->from->secrets[i], &m->fault);
		item->stored[i] = err == PH_OK;
	}
	return err;
}

static enum ph_err save_one(struct import *m, struct item *item)
{
	struct ph_settings_file *file = NULL;
	enum ph_err err = item->exists
	    ? ph_catalog_file(m->a->catalog, item->name, &file, &m->fault)
	    : ph_catalog_add(m->a->catalog, item->name, &file, &m->fault);

	if (err == PH_OK)
		err = fill(item, file);
	if (err == PH_OK)
		err = ph_catalog_save(m->a->catalog, file, &m->fault);
	if (err != PH_OK)
		return err;
	item->path = ph_settings_file_path(file);
	if (item->is_default) {
		err = ph_catalog_set_default(
		    m->a->catalog, item->name, &m->fault);
	}
	if (err == PH_OK && has(m, PH_CONNECTION_KEY_WITH_PASSWORDS))
		err = store_secrets(m, item);
	return err;
}

static enum ph_err save_all(struct import *m)
{
	enum ph_err err = PH_OK;

	for (size_t i = 0; err == PH_OK && i < m->count; i++)
		err = save_one(m, &m->items[i]);
	return err;
}

/* What is told to people. */

static void note_secrets(const struct import *m, const struct item *item)
{
	for (size_t i = 0; i < PH_ROLE_COUNT; i++) {
		const char *noun = ph_role_noun((enum ph_role)i);

		if (!item->from->has_secret[i])
			continue;
		if (item->stored[i]) {
			ph_cli_note(m->a->cli, "%s: the %s is stored",
			    item->name, noun);
		} else if (!has(m, PH_CONNECTION_KEY_WITH_PASSWORDS)) {
			ph_cli_note(m->a->cli,
			    "line %u: the %s was not taken; --with-passwords "
			    "stores it, or posthaste secret set %s%s%s",
			    item->from->secret_lines[i], noun, item->name,
			    i == PH_ROLE_PASSWORD ? "" : " --for ",
			    i == PH_ROLE_PASSWORD
				? ""
				: ph_role_name((enum ph_role)i));
		}
	}
}

/* What the other program did without a word is said once here. */
static void note_unchecked(const struct import *m, const struct item *item)
{
	const struct ph_setting *verify =
	    ph_setting_find(PH_SPAN("encryption"), PH_SPAN("verify"));

	if (ph_span_eq(
		item->from->values[verify - ph_settings], PH_SPAN("off"))) {
		ph_cli_note(m->a->cli,
		    "%s: the server's certificate is not checked, as there "
		    "(verify = off)",
		    item->name);
	}
}

static void note_losses(const struct import *m)
{
	const struct ph_foreign_loss *l = m->foreign.losses;

	for (; l != NULL; l = l->next) {
		if (l->line == 0) {
			ph_cli_note(m->a->cli, "not taken: %.*s: %.*s",
			    PH_SPAN_ARG(l->what), PH_SPAN_ARG(l->why));
		} else {
			ph_cli_note(m->a->cli, "not taken: line %u: %.*s: %.*s",
			    l->line, PH_SPAN_ARG(l->what), PH_SPAN_ARG(l->why));
		}
	}
}

static void print_item(const struct item *item)
{
	if (item->path != NULL) {
		printf("imported %s: %s\n", item->name, item->path);
	} else {
		printf("would import %s\n", item->name);
	}
	for (size_t i = 0; i < ph_settings_count; i++) {
		struct ph_span value = item->from->values[i];

		if (value.ptr == NULL)
			continue;
		printf("  %s = %.*s\n", ph_connection_key(&ph_settings[i]).text,
		    PH_SPAN_ARG(value));
	}
}

static enum ph_exit print_text(const struct import *m)
{
	if (m->guessed) {
		ph_cli_note(
		    m->a->cli, "read as %s", ph_foreign_format_name(m->format));
	}
	for (size_t i = 0; i < m->count; i++) {
		print_item(&m->items[i]);
		if (m->items[i].is_default) {
			ph_cli_note(m->a->cli, "%s is the default connection",
			    m->items[i].name);
		}
		note_unchecked(m, &m->items[i]);
		note_secrets(m, &m->items[i]);
	}
	note_losses(m);
	return fflush(stdout) == 0 ? PH_EXIT_OK : ph_json_unwritten();
}

static json_t *make_settings(const struct ph_foreign_connection *c)
{
	json_t *list = json_array();

	for (size_t i = 0; i < ph_settings_count; i++) {
		json_t *row;

		if (c->values[i].ptr == NULL)
			continue;
		row = json_object();
		ph_json_put(
		    row, "section", ph_json_str(ph_settings[i].section));
		ph_json_put(row, "name", ph_json_str(ph_settings[i].name));
		ph_json_put(row, "value", ph_json_text(c->values[i]));
		ph_json_put(row, "line", json_integer(c->lines[i]));
		ph_json_add(list, row);
	}
	return list;
}

static json_t *make_secrets(const struct item *item)
{
	json_t *list = json_array();

	for (size_t i = 0; i < PH_ROLE_COUNT; i++) {
		json_t *row;

		if (!item->from->has_secret[i])
			continue;
		row = json_object();
		ph_json_put(
		    row, "for", ph_json_str(ph_role_name((enum ph_role)i)));
		ph_json_put(
		    row, "line", json_integer(item->from->secret_lines[i]));
		ph_json_put(row, "stored", json_boolean(item->stored[i]));
		ph_json_add(list, row);
	}
	return list;
}

static json_t *make_item(const struct item *item)
{
	json_t *row = json_object();

	ph_json_put(row, "name", ph_json_str(item->name));
	ph_json_put(row, "account",
	    item->from->name.len == 0 ? json_null()
				      : ph_json_text(item->from->name));
	ph_json_put(row, "line", json_integer(item->from->line));
	ph_json_put(row, "default", json_boolean(item->is_default));
	ph_json_put(row, "file",
	    item->path == NULL ? json_null() : ph_json_str(item->path));
	ph_json_put(row, "settings", make_settings(item->from));
	ph_json_put(row, "secrets", make_secrets(item));
	return row;
}

static json_t *make_losses(const struct import *m)
{
	json_t *list = json_array();

	for (const struct ph_foreign_loss *l = m->foreign.losses; l != NULL;
	     l = l->next) {
		json_t *row = json_object();

		ph_json_put(row, "line",
		    l->line == 0 ? json_null() : json_integer(l->line));
		ph_json_put(row, "what", ph_json_text(l->what));
		ph_json_put(row, "why", ph_json_text(l->why));
		ph_json_add(list, row);
	}
	return list;
}

static enum ph_exit print_json(const struct import *m)
{
	json_t *doc = json_object();
	json_t *rows = json_array();

	for (size_t i = 0; i < m->count; i++)
		ph_json_add(rows, make_item(&m->items[i]));
	ph_json_put(doc, "ok", json_true());
	ph_json_put(
	    doc, "format", ph_json_str(ph_foreign_format_name(m->format)));
	ph_json_put(doc, "guessed", json_boolean(m->guessed));
	ph_json_put(
	    doc, "dry_run", json_boolean(has(m, PH_CONNECTION_KEY_DRY_RUN)));
	ph_json_put(doc, "connections", rows);
	ph_json_put(doc, "not_taken", make_losses(m));
	ph_json_put(doc, "error", json_null());
	return ph_json_print(&doc);
}

/* What was saved before the fault stays saved, and is said. */
static enum ph_exit fail(struct import *m, enum ph_err err)
{
	for (size_t i = 0; i < m->count; i++) {
		if (m->items[i].path != NULL) {
			ph_cli_note(m->a->cli, "%s is saved: %s",
			    m->items[i].name, m->items[i].path);
		}
	}
	return ph_connection_fail(m->a->cli, err, &m->fault);
}

static enum ph_err carry_out(struct import *m)
{
	enum ph_err err = read_text(m);

	if (err == PH_OK)
		err = find_format(m);
	if (err == PH_OK)
		err = read_foreign(m);
	ph_buf_wipe(&m->text);
	if (err == PH_OK)
		err = choose(m);
	if (err == PH_OK && !has(m, PH_CONNECTION_KEY_DRY_RUN))
		err = ph_catalog_claim(m->a->catalog, true, &m->fault);
	if (err == PH_OK)
		err = check_all(m);
	if (err == PH_OK)
		err = find_default(m);
	if (err == PH_OK && !has(m, PH_CONNECTION_KEY_DRY_RUN))
		err = save_all(m);
	return err;
}

enum ph_exit ph_connection_import(struct ph_connection_action *a)
{
	struct import m = { .a = a };
	enum ph_exit result;

	ph_arena_init(&m.arena, ARENA_MAX);

	enum ph_err err = carry_out(&m);

	if (err != PH_OK) {
		result = fail(&m, err);
	} else {
		result = a->cli->json ? print_json(&m) : print_text(&m);
	}
	ph_foreign_release(&m.foreign);
	ph_arena_release(&m.arena);
	return result;
}
