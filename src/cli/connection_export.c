#include "cli/connection_part.h"
#include "config/vault.h"
#include "foreign/foreign.h"
#include "io/file.h"
#include "io/terminal.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* `connection export`: a connection in another program's words. */

enum {
	ARENA_MAX = 16 * 1024 * 1024,
	PATH_TEXT_MAX = 4096
};

/* Where Postfix's map of passwords goes, beside the file that names it. */
static const char map_suffix[] = ".sasl_passwd";

struct exporter {
	struct ph_connection_action *a;
	enum ph_foreign_format format;
	const char *path;     /* -o, or NULL */
	const char *map_path; /* "" where there is none */
	const struct ph_settings_file *chain[PH_INHERITS_DEPTH_MAX];
	struct ph_secret secrets[PH_ROLE_COUNT];
	bool left_out[PH_ROLE_COUNT]; /* a secret that is needed, and not in
	                                 it */
	struct ph_foreign_written written;
	struct ph_arena arena;
	struct ph_fault fault;
};

static bool with_passwords(const struct exporter *e)
{
	return ph_options_has(
	    e->a->options, (int)PH_CONNECTION_KEY_WITH_PASSWORDS);
}

/* Onto a screen, if a person says so; into no pipe that one cannot see the end
   of. */
static enum ph_err confirm(struct exporter *e)
{
	struct ph_buf answer;

	if (!with_passwords(e) || e->path != NULL)
		return PH_OK;
	if (e->a->cli->json || !isatty(STDOUT_FILENO)) {
		ph_fault_set(&e->fault, PH_CAUSE_USAGE, PH_STAGE_CONFIG,
		    "passwords are written to a file that only you can read, "
		    "or to a terminal");
		ph_fault_advise(&e->fault, "-o FILE names the file");
		return PH_EINVAL;
	}
	ph_buf_init(&answer, 64);

	enum ph_err err = ph_terminal_ask(
	    "The password will be shown here.  Go on (yes)? ", &answer);

	if (err == PH_OK &&
	    !ph_span_eq(ph_span_trim(ph_buf_span(&answer)), PH_SPAN("yes")))
		err = PH_EDENIED;
	ph_buf_release(&answer);
	if (err == PH_OK)
		return PH_OK;
	ph_fault_set(&e->fault, PH_CAUSE_INTERRUPTED, PH_STAGE_CONFIG,
	    "the password is not shown");
	return PH_EDENIED;
}

static enum ph_err find_format(struct exporter *e)
{
	const char *word =
	    ph_options_value(e->a->options, (int)PH_CONNECTION_KEY_FORMAT);

	if (word == NULL) {
		ph_fault_set(&e->fault, PH_CAUSE_USAGE, PH_STAGE_CONFIG,
		    "--format says for which program");
		ph_fault_advise(&e->fault, "it is one of: %s",
		    PH_CONNECTION_FORMATS_WRITTEN);
		return PH_EINVAL;
	}

	enum ph_err err = ph_connection_format(word, &e->format, &e->fault);

	if (err == PH_OK && !ph_foreign_can_write(e->format)) {
		ph_fault_set(&e->fault, PH_CAUSE_USAGE, PH_STAGE_CONFIG,
		    "%s is read and not written",
		    ph_foreign_format_name(e->format));
		ph_fault_advise(&e->fault, "these are written: %s",
		    PH_CONNECTION_FORMATS_WRITTEN);
		err = PH_EINVAL;
	}
	return err;
}

static enum ph_err fetch_secrets(
    struct exporter *e, const struct ph_connection *c)
{
	const char *dir = ph_catalog_secrets_dir(e->a->catalog);
	enum ph_err err = PH_OK;

	for (size_t i = 0; err == PH_OK && i < PH_ROLE_COUNT; i++) {
		if (ph_role_is_needed(c, (enum ph_role)i)) {
			err = ph_vault_secret(
			    dir, c, (enum ph_role)i, &e->secrets[i], &e->fault);
		}
	}
	return err;
}

/* Postfix wants whole paths. */
static enum ph_err find_map_path(struct exporter *e)
{
	char here[PATH_TEXT_MAX] = "";
	size_t size = PATH_TEXT_MAX;
	char *path;

	e->map_path = "";
	if (e->path == NULL || !ph_foreign_has_map(e->format))
		return PH_OK;
	if (e->path[0] != '/' && getcwd(here, sizeof(here)) == NULL) {
		ph_fault_set(&e->fault, PH_CAUSE_CANNOT_CREATE, PH_STAGE_CONFIG,
		    "the working directory has no name");
		return PH_EIO;
	}
	size = strlen(here) + strlen(e->path) + sizeof(map_suffix) + 1;
	path = ph_arena_alloc(&e->arena, size);
	if (path == NULL)
		return PH_ENOMEM;
	(void)snprintf(path, size, "%s%s%s%s", here, here[0] == '\0' ? "" : "/",
	    e->path, map_suffix);
	e->map_path = path;
	return PH_OK;
}

static enum ph_err make_text(struct exporter *e)
{
	struct ph_connection c;
	struct ph_foreign_export in = { .name = e->a->name };
	enum ph_err err;

	in.settings.chain = e->chain;
	err = ph_catalog_chain(e->a->catalog, e->a->name, e->chain,
	    &in.settings.chain_count, &e->fault);
	if (err == PH_OK) {
		err = ph_connection_resolve(
		    &in.settings, &e->arena, &c, &e->fault);
	}
	for (size_t i = 0; err == PH_OK && i < PH_ROLE_COUNT; i++) {
		e->left_out[i] = !with_passwords(e) &&
		    ph_role_is_needed(&c, (enum ph_role)i);
	}
	if (err == PH_OK && with_passwords(e)) {
		c.name = e->a->name;
		in.secrets = e->secrets;
		err = fetch_secrets(e, &c);
	}
	if (err == PH_OK)
		err = find_map_path(e);
	in.map_path = e->map_path;
	if (err != PH_OK)
		return err;
	return ph_foreign_write(e->format, &in, &e->written, &e->fault);
}

/* What stands there may be a person's work of years. */
static enum ph_err check_free(struct exporter *e, const char *path)
{
	if (access(path, F_OK) != 0 ||
	    ph_options_has(e->a->options, (int)PH_CONNECTION_KEY_REPLACE))
		return PH_OK;
	ph_fault_set(&e->fault, PH_CAUSE_CANNOT_CREATE, PH_STAGE_CONFIG,
	    "%s is there already", path);
	ph_fault_advise(
	    &e->fault, "--replace overwrites it; without -o the text is shown");
	return PH_EDENIED;
}

static enum ph_err save(struct exporter *e)
{
	bool has_map = e->written.map.len > 0;
	enum ph_err err = PH_OK;

	if (e->path == NULL)
		return PH_OK;
	err = check_free(e, e->path);
	if (err == PH_OK && has_map)
		err = check_free(e, e->map_path);
	if (err == PH_OK && has_map) {
		err = ph_file_replace_in_place(
		    e->map_path, ph_buf_span(&e->written.map), 0600, &e->fault);
	}
	if (err != PH_OK)
		return err;
	return ph_file_replace_in_place(
	    e->path, ph_buf_span(&e->written.text), 0600, &e->fault);
}

static void note_gap(const struct exporter *e, const struct ph_foreign_gap *g)
{
	struct ph_connection_key_text key = ph_connection_key(g->row);
	const char *name = key.text;
	const char *format = ph_foreign_format_name(e->format);

	if (g->value.len == 0 && g->there.len == 0) {
		ph_cli_note(e->a->cli, "not in %s: %s, the secret itself",
		    format, name);
	} else if (g->there.len == 0) {
		ph_cli_note(e->a->cli, "not in %s: %s = %.*s", format, name,
		    PH_SPAN_ARG(g->value));
	} else {
		ph_cli_note(e->a->cli, "not in %s: %s = %.*s; it is %.*s there",
		    format, name, PH_SPAN_ARG(g->value), PH_SPAN_ARG(g->there));
	}
}

static enum ph_exit print_text(const struct exporter *e)
{
	const struct ph_foreign_gap *g = e->written.gaps;

	if (e->path != NULL) {
		printf("exported %s: %s\n", e->a->name, e->path);
		if (e->written.map.len > 0)
			printf("exported %s: %s\n", e->a->name, e->map_path);
	} else {
		(void)fwrite(
		    e->written.text.ptr, 1, e->written.text.len, stdout);
	}
	for (; g != NULL; g = g->next)
		note_gap(e, g);
	for (size_t i = 0; i < PH_ROLE_COUNT; i++) {
		if (e->left_out[i]) {
			ph_cli_note(e->a->cli,
			    "the %s is not in it; --with-passwords -o FILE "
			    "writes it, too",
			    ph_role_noun((enum ph_role)i));
		}
	}
	return fflush(stdout) == 0 ? PH_EXIT_OK : ph_json_unwritten();
}

static json_t *make_gaps(const struct exporter *e)
{
	json_t *list = json_array();

	for (const struct ph_foreign_gap *g = e->written.gaps; g != NULL;
	     g = g->next) {
		json_t *row = json_object();

		ph_json_put(row, "section", ph_json_str(g->row->section));
		ph_json_put(row, "name", ph_json_str(g->row->name));
		ph_json_put(row, "value", ph_json_text(g->value));
		ph_json_put(row, "there", ph_json_text(g->there));
		ph_json_add(list, row);
	}
	return list;
}

static enum ph_exit print_json(const struct exporter *e)
{
	json_t *doc = json_object();

	ph_json_put(doc, "ok", json_true());
	ph_json_put(doc, "name", ph_json_str(e->a->name));
	ph_json_put(
	    doc, "format", ph_json_str(ph_foreign_format_name(e->format)));
	ph_json_put(
	    doc, "file", e->path == NULL ? json_null() : ph_json_str(e->path));
	ph_json_put(doc, "map",
	    e->written.map.len == 0 ? json_null() : ph_json_str(e->map_path));
	ph_json_put(doc, "text",
	    e->path == NULL ? ph_json_text(ph_buf_span(&e->written.text))
			    : json_null());
	ph_json_put(doc, "passwords", json_boolean(with_passwords(e)));
	ph_json_put(doc, "not_held", make_gaps(e));
	ph_json_put(doc, "error", json_null());
	return ph_json_print(&doc);
}

enum ph_exit ph_connection_export(struct ph_connection_action *a)
{
	struct exporter e = { .a = a };
	enum ph_exit result;

	e.path = ph_options_value(a->options, (int)PH_CONNECTION_KEY_OUTPUT);
	if (e.path != NULL && strcmp(e.path, "-") == 0)
		e.path = NULL;
	ph_arena_init(&e.arena, ARENA_MAX);

	enum ph_err err = find_format(&e);

	if (err == PH_OK)
		err = confirm(&e);
	if (err == PH_OK)
		err = make_text(&e);
	if (err == PH_OK)
		err = save(&e);
	if (err != PH_OK) {
		result = ph_connection_fail(a->cli, err, &e.fault);
	} else {
		result = a->cli->json ? print_json(&e) : print_text(&e);
	}
	for (size_t i = 0; i < PH_ROLE_COUNT; i++)
		ph_secret_release(&e.secrets[i]);
	ph_foreign_written_release(&e.written);
	ph_arena_release(&e.arena);
	return result;
}
