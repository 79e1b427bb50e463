#include "config/catalog_state.h"
#include "config/place.h"
#include "io/file.h"

#include <stdlib.h>
#include <string.h>

/* What is for everybody on the machine is not made by chance. */
static enum ph_err refuse_homeless(struct ph_fault *fault)
{
	ph_fault_set(fault, PH_CAUSE_CONFIG, PH_STAGE_CONFIG,
	    "neither XDG_CONFIG_HOME nor HOME says where your connections are");
	ph_fault_advise(fault,
	    "set HOME, or make it for all users: posthaste -c %s connection "
	    "add NAME",
	    ph_place_system);
	return PH_EDENIED;
}

static enum ph_err refuse_add(
    struct ph_catalog *c, const char *name, struct ph_fault *fault)
{
	if (!ph_connection_name_valid(ph_span_of(name))) {
		ph_fault_set(fault, PH_CAUSE_CONFIG, PH_STAGE_CONFIG,
		    "\"%.80s\" cannot be a connection's name", name);
		ph_fault_advise(fault,
		    "letters, digits, -, _ and ., at most 64, not first a dot "
		    "or a dash");
		return PH_EINVAL;
	}
	if (c->dir_count == 0) {
		ph_fault_set(fault, PH_CAUSE_CONFIG, PH_STAGE_CONFIG,
		    "%s is one connection's file: there is no room for another",
		    c->entries[0].path);
		ph_fault_advise(fault, "give -c a directory");
		return PH_EDENIED;
	}

	if (c->is_homeless)
		return refuse_homeless(fault);

	enum ph_err err = ph_catalog_list(c, fault);
	if (err != PH_OK)
		return err;

	const struct ph_catalog_entry *e = ph_catalog_find_entry(c, name);

	if (e == NULL)
		return PH_OK;
	ph_fault_set(fault, PH_CAUSE_CONFIG, PH_STAGE_CONFIG,
	    "there is a connection \"%s\" already, in %s", name, e->path);
	ph_fault_advise(fault, "posthaste connection set %s changes it", name);
	return PH_EDENIED;
}

enum ph_err ph_catalog_add(struct ph_catalog *c, const char *name,
    struct ph_settings_file **out, struct ph_fault *fault)
{
	struct ph_settings_file *file = NULL;
	enum ph_err err = refuse_add(c, name, fault);
	if (err != PH_OK)
		return err;

	char *path = ph_place_join(c->dirs[0], name, ".conf");

	if (path == NULL)
		return PH_ENOMEM;
	err = ph_settings_file_parse(
	    name, path, (struct ph_span){ "", 0 }, &file, fault);
	if (err != PH_OK) {
		free(path);
		return err;
	}

	struct ph_catalog_entry e = {
		.name = strdup(name), .path = path, .file = file
	};

	err = ph_catalog_add_entry(c, e);
	if (err != PH_OK)
		return err;
	ph_catalog_sort(c);
	*out = file;
	return PH_OK;
}

enum ph_err ph_catalog_save(struct ph_catalog *c,
    const struct ph_settings_file *f, struct ph_fault *fault)
{
	struct ph_buf text;

	(void)c;
	ph_buf_init(&text, PH_SETTINGS_FILE_MAX);

	enum ph_err err = ph_settings_file_write(f, &text);
	if (err == PH_OK) {
		err = ph_file_replace(
		    ph_settings_file_path(f), ph_buf_span(&text), 0600, fault);
	} else if (err == PH_ETOOBIG) {
		ph_fault_set(fault, PH_CAUSE_CONFIG, PH_STAGE_CONFIG,
		    "%s: too big for a file of settings",
		    ph_settings_file_path(f));
	}
	ph_buf_release(&text);
	return err;
}

static const struct ph_catalog_entry *find_heir(
    const struct ph_catalog *c, const char *name)
{
	for (size_t i = 0; i < c->entry_count; i++) {
		const struct ph_catalog_entry *e = &c->entries[i];

		if (strcmp(e->name, name) != 0 && e->file != NULL &&
		    ph_span_eq(
			ph_settings_file_inherits(e->file), ph_span_of(name)))
			return e;
	}
	return NULL;
}

enum ph_err ph_catalog_remove(
    struct ph_catalog *c, const char *name, struct ph_fault *fault)
{
	struct ph_catalog_bad bad;
	enum ph_err err = ph_catalog_load_all(c, &bad, NULL);
	if (err != PH_OK)
		return err;

	/* It need not be fit for use to be removed. */
	struct ph_catalog_entry *e = ph_catalog_find_entry(c, name);

	if (e == NULL) {
		ph_catalog_refuse_name(c, name, fault);
		return PH_ENOTFOUND;
	}

	const struct ph_catalog_entry *heir = find_heir(c, name);

	/* The word `default` means the one that is marked. */
	if (heir != NULL && strcmp(name, "default") != 0) {
		ph_fault_set(fault, PH_CAUSE_CONFIG, PH_STAGE_CONFIG,
		    "connection \"%s\" inherits from \"%s\"", heir->name, name);
		ph_fault_advise(fault,
		    "posthaste connection unset %s inherits, or set it to "
		    "another",
		    heir->name);
		return PH_EDENIED;
	}
	err = ph_file_remove(e->path, fault);
	if (err != PH_OK)
		return err;
	ph_catalog_drop_entry(c, e);
	return PH_OK;
}
