#include "cli/connection_part.h"
#include "cli/question.h"
#include "cli/setup_part.h"
#include "config/vault.h"
#include "config/vault_keyring.h"

#include <stdio.h>
#include <string.h>

enum {
	NAME_MAX_LEN = 64,
	NAMES_MAX = 1024 * 1024
};

enum ph_err ph_setup_put(
    struct ph_setup *s, const char *setting, struct ph_span value)
{
	const struct ph_setting *row =
	    ph_setting_find(PH_SPAN(""), ph_span_of(setting));
	struct ph_span whole;
	enum ph_err err = ph_setting_check(row, value, &s->fault);

	if (err == PH_OK) {
		err = ph_connection_whole_path(
		    row, value, &s->server.arena, &whole, &s->fault);
	}
	if (err != PH_OK)
		return err;

	const char *kept = ph_arena_str(&s->server.arena, whole);

	if (kept == NULL || s->value_count == PH_SETUP_VALUES_MAX)
		return PH_ENOMEM;
	s->values[s->value_count++] =
	    (struct ph_setting_override){ row, ph_span_of(kept), "" };
	return PH_OK;
}

/* the name */

static enum ph_err check_name(
    void *ctx, struct ph_span answer, struct ph_fault *why)
{
	struct ph_setup *s = ctx;
	struct ph_settings_file *ignored;
	const char *name = ph_arena_str(&s->server.arena, answer);

	if (name == NULL)
		return PH_ENOMEM;

	enum ph_err err =
	    ph_catalog_add(s->server.catalog, name, &ignored, why);

	if (err == PH_OK)
		s->name = name;
	/* Another may be free. */
	return err == PH_EDENIED ? PH_EINVAL : err;
}

/* "example" for ann@example.com, "example-2" where that is taken. */
static enum ph_err suggest_name(struct ph_setup *s, char out[NAME_MAX_LEN + 8])
{
	PH_CLEANUP(ph_buf_release) struct ph_buf names;
	struct ph_span at = ph_span_of(s->address);
	struct ph_span domain = ph_span_skip(at, ph_span_find(at, '@') + 1);
	struct ph_span word = ph_span_first(domain, ph_span_find(domain, '.'));

	ph_buf_init(&names, NAMES_MAX);
	if (word.len > NAME_MAX_LEN - 8 || !ph_connection_name_valid(word))
		word = PH_SPAN("mail");

	enum ph_err err =
	    ph_catalog_names(s->server.catalog, &names, &s->fault);

	(void)snprintf(out, NAME_MAX_LEN, "%.*s", PH_SPAN_ARG(word));
	for (unsigned n = 2; err == PH_OK; n++) {
		struct ph_span rest = ph_buf_span(&names);
		struct ph_span name;
		bool is_taken = false;

		while (ph_span_split(&rest, '\0', &name))
			is_taken |= ph_span_eq(name, ph_span_of(out));
		if (!is_taken)
			break;
		(void)snprintf(
		    out, NAME_MAX_LEN + 8, "%.*s-%u", PH_SPAN_ARG(word), n);
	}
	return err;
}

static enum ph_err find_name(struct ph_setup *s)
{
	const char *given = ph_options_value(&s->options, PH_SETUP_KEY_SAVE);
	PH_CLEANUP(ph_buf_release) struct ph_buf answer;
	char usual[NAME_MAX_LEN + 8];

	ph_buf_init(&answer, 256);
	if (given != NULL) {
		enum ph_err taken = check_name(s, ph_span_of(given), &s->fault);

		if (taken == PH_EINVAL)
			ph_fault_prefix(&s->fault, "--save");
		return taken;
	}

	enum ph_err err = suggest_name(s, usual);

	if (err != PH_OK)
		return err;
	return ph_question_line(
	    &(struct ph_question){ .text = "Name for these settings",
		.option = "--save NAME",
		.usual = usual },
	    check_name, s, &answer, &s->fault);
}

/* the file */

/* In the catalog, not on disk. */
static enum ph_err fill(
    struct ph_setup *s, struct ph_catalog *c, struct ph_settings_file **out)
{
	struct ph_settings_file *f;
	enum ph_err err = ph_catalog_file(c, s->name, &f, &s->fault);

	if (err == PH_OK && s->preset != NULL)
		err = ph_preset_apply(s->preset, f, &s->fault);
	for (size_t i = 0; err == PH_OK && i < s->value_count; i++) {
		err = ph_settings_file_set(
		    f, s->values[i].row, s->values[i].value);
	}
	if (err == PH_OK && s->preset != NULL && !s->name_is_proven)
		err = ph_preset_settle(s->preset, f, &s->fault);
	*out = f;
	return err;
}

enum ph_err ph_setup_resolve(struct ph_setup *s)
{
	struct ph_settings_file *f;
	const struct ph_catalog_question q = { .name = s->name };
	enum ph_err err = fill(s, s->server.catalog, &f);

	if (err != PH_OK)
		return err;
	return ph_catalog_resolve(s->server.catalog, &q, &s->server.arena,
	    &s->server.connection, &s->fault);
}

enum ph_err ph_setup_name(struct ph_setup *s)
{
	enum ph_err err = find_name(s);

	if (err == PH_OK)
		err = ph_setup_resolve(s);
	for (size_t i = 0; err == PH_OK &&
	     ph_connection_oddity(&s->server.connection, i) != NULL;
	     i++) {
		ph_cli_note(s->cli, "%s",
		    ph_connection_oddity(&s->server.connection, i));
	}
	return err;
}

/* saving */

static enum ph_err keep_password(struct ph_setup *s, struct ph_catalog *c)
{
	struct ph_connection *conn = &s->server.connection;

	if (!s->server.has_password || s->signs_in)
		return PH_OK;
	if (ph_options_has(&s->options, PH_SETUP_KEY_KEYRING)) {
		return ph_vault_keyring_set(
		    conn, PH_ROLE_PASSWORD, &s->server.password, &s->fault);
	}
	return ph_vault_set(ph_catalog_secrets_dir(c), conn, PH_ROLE_PASSWORD,
	    &s->server.password, &s->fault);
}

/* The first is the default by itself, as with `connection add`. */
static enum ph_err find_default(struct ph_setup *s, struct ph_catalog *c)
{
	const char *present = "";
	enum ph_err err;

	if (ph_options_has(&s->options, PH_SETUP_KEY_NO_DEFAULT))
		return PH_OK;
	s->is_default = ph_options_has(&s->options, PH_SETUP_KEY_DEFAULT);
	err = ph_catalog_marked(c, &present, &s->fault);
	if (err != PH_OK || s->is_default)
		return err;
	if (present[0] == '\0') {
		s->is_default = true;
		return PH_OK;
	}
	return ph_question_yes(
	    &(struct ph_question){ .text = "Send with these settings where "
					   "nothing else is said",
		.option = "--default or --no-default",
		.usual = "no" },
	    &s->is_default, &s->fault);
}

static enum ph_err write(struct ph_setup *s, struct ph_catalog *c)
{
	struct ph_settings_file *f;
	enum ph_err err = ph_catalog_claim(c, true, &s->fault);

	if (err == PH_OK)
		err = ph_catalog_add(c, s->name, &f, &s->fault);
	if (err == PH_OK)
		err = fill(s, c, &f);
	if (err == PH_OK)
		err = ph_catalog_save(c, f, &s->fault);
	if (err != PH_OK)
		return err;
	s->path = ph_arena_str(
	    &s->server.arena, ph_span_of(ph_settings_file_path(f)));
	if (s->is_default)
		err = ph_catalog_set_default(c, s->name, &s->fault);
	return err == PH_OK ? keep_password(s, c) : err;
}

/* Another catalog: others may have changed the files while questions were
   answered. */
enum ph_err ph_setup_save(struct ph_setup *s)
{
	PH_CLEANUP(ph_catalog_freep) struct ph_catalog *asked = NULL;
	PH_CLEANUP(ph_catalog_freep) struct ph_catalog *c = NULL;
	enum ph_err err =
	    ph_catalog_open_new(s->cli->config_path, &asked, &s->fault);

	if (err == PH_OK)
		err = find_default(s, asked);
	if (err == PH_OK)
		err = ph_catalog_open_new(s->cli->config_path, &c, &s->fault);
	return err == PH_OK ? write(s, c) : err;
}
