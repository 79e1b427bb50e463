#include "config/catalog_state.h"

static enum ph_err refuse_two(const struct ph_catalog_entry *one,
    const struct ph_catalog_entry *other, struct ph_fault *fault)
{
	ph_fault_set(fault, PH_CAUSE_CONFIG, PH_STAGE_CONFIG,
	    "%s and %s are both marked default = yes", one->path, other->path);
	ph_fault_advise(fault, "posthaste connection default NAME marks one");
	return PH_EINVAL;
}

static enum ph_err pick_marked(const struct ph_catalog *c,
    struct ph_catalog_entry *best[PH_CATALOG_DIRS_MAX], struct ph_fault *fault)
{
	for (size_t i = 0; i < c->entry_count; i++) {
		struct ph_catalog_entry *e = &c->entries[i];

		if (e->file == NULL || !ph_settings_file_is_default(e->file))
			continue;
		if (best[e->dir] != NULL)
			return refuse_two(best[e->dir], e, fault);
		best[e->dir] = e;
	}
	return PH_OK;
}

/* The one marked `default = yes`; NULL when none is. */
static enum ph_err find_marked(struct ph_catalog *c,
    struct ph_catalog_entry **out, struct ph_catalog_bad *bad,
    struct ph_fault *fault)
{
	struct ph_catalog_entry *best[PH_CATALOG_DIRS_MAX] = { NULL };
	enum ph_err err = ph_catalog_load_all(c, bad, fault);

	if (err == PH_OK)
		err = pick_marked(c, best, fault);
	/* The user's own goes before the system's. */
	*out = best[0] != NULL ? best[0] : best[1];
	if (err != PH_OK || bad->mark == NULL ||
	    (*out != NULL && bad->mark->dir >= (*out)->dir))
		return err;
	if (fault != NULL)
		*fault = bad->mark_fault;
	return PH_EINVAL;
}

enum ph_err ph_catalog_marked(
    struct ph_catalog *c, const char **name_out, struct ph_fault *fault)
{
	struct ph_catalog_entry *e = NULL;
	struct ph_catalog_bad bad;
	enum ph_err err = find_marked(c, &e, &bad, fault);

	if (err == PH_OK)
		*name_out = e == NULL ? "" : e->name;
	return err;
}

enum ph_err ph_catalog_default(
    struct ph_catalog *c, const char **name_out, struct ph_fault *fault)
{
	struct ph_catalog_entry *e = NULL;
	struct ph_catalog_bad bad;
	enum ph_err err = find_marked(c, &e, &bad, fault);
	if (err != PH_OK)
		return err;
	/* None is, and what cannot be used may have been meant to. */
	if (e == NULL && bad.any != NULL) {
		if (fault != NULL)
			*fault = bad.any_fault;
		return PH_EINVAL;
	}
	if (e == NULL && c->entry_count == 1)
		e = &c->entries[0];
	*name_out = e == NULL ? "" : e->name;
	return PH_OK;
}

static enum ph_err mark(struct ph_catalog *c, struct ph_catalog_entry *e,
    bool as_default, struct ph_fault *fault)
{
	const struct ph_setting *row =
	    ph_setting_find(PH_SPAN("connection"), PH_SPAN("default"));

	if (ph_settings_file_is_default(e->file) == as_default)
		return PH_OK;

	enum ph_err err = as_default
	    ? ph_settings_file_set(e->file, row, PH_SPAN("yes"))
	    : ph_settings_file_unset(e->file, row);
	if (err != PH_OK)
		return err;
	return ph_catalog_save(c, e->file, fault);
}

enum ph_err ph_catalog_set_default(
    struct ph_catalog *c, const char *name, struct ph_fault *fault)
{
	struct ph_catalog_entry *e = NULL;
	struct ph_catalog_bad bad;
	enum ph_err err = ph_catalog_get_entry(c, name, &e, fault);

	if (err == PH_OK)
		err = ph_catalog_load_all(c, &bad, NULL);
	/* The new one first: a failure between leaves two, which is said, and
	   never none, which is not. */
	if (err == PH_OK)
		err = mark(c, e, true, fault);
	for (size_t i = 0; err == PH_OK && i < c->entry_count; i++) {
		struct ph_catalog_entry *other = &c->entries[i];

		if (other != e && other->dir == e->dir && other->file != NULL)
			err = mark(c, other, false, fault);
	}
	return err;
}
