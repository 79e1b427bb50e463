#include "config/catalog.h"

enum {
	NAME_MAX_LEN = 64
};

static enum ph_err refuse(
    const struct ph_settings_file *f, const char *why, struct ph_fault *fault)
{
	static const struct ph_span section = { "connection", 10 };
	static const struct ph_span name = { "inherits", 8 };

	ph_fault_set(fault, PH_CAUSE_CONFIG, PH_STAGE_CONFIG,
	    "%s:%u: inherits: %s", ph_settings_file_path(f),
	    ph_settings_file_line(f, ph_setting_find(section, name)), why);
	return PH_EINVAL;
}

/* The one marked default, for those that name nobody else; *out NULL: there is
   none. */
static enum ph_err find_default(struct ph_catalog *c,
    const struct ph_settings_file *heir, struct ph_settings_file **out,
    struct ph_fault *fault)
{
	const char *name = "";
	struct ph_settings_file *file = NULL;
	enum ph_err err = ph_catalog_marked(c, &name, fault);

	*out = NULL;
	if (err != PH_OK || name[0] == '\0')
		return err;
	err = ph_catalog_file(c, name, &file, fault);
	if (err == PH_OK && file != heir)
		*out = file;
	return err;
}

static enum ph_err find_parent(struct ph_catalog *c,
    const struct ph_settings_file *heir, struct ph_settings_file **out,
    struct ph_fault *fault)
{
	struct ph_span parent = ph_settings_file_inherits(heir);
	char name[NAME_MAX_LEN + 1];

	*out = NULL;
	if (parent.len == 0)
		return PH_OK;
	if (ph_span_eq(parent, PH_SPAN("default")))
		return find_default(c, heir, out, fault);
	if (!ph_connection_name_valid(parent))
		return refuse(heir, "not a connection's name", fault);
	memcpy(name, parent.ptr, parent.len);
	name[parent.len] = '\0';

	enum ph_err err = ph_catalog_file(c, name, out, fault);

	if (err == PH_ENOTFOUND)
		ph_fault_prefix(fault, ph_settings_file_path(heir));
	return err;
}

enum ph_err ph_catalog_chain(struct ph_catalog *c, const char *name,
    const struct ph_settings_file **chain_out, size_t *count_out,
    struct ph_fault *fault)
{
	struct ph_settings_file *f = NULL;
	size_t count = 0;
	enum ph_err err = ph_catalog_file(c, name, &f, fault);

	while (err == PH_OK && f != NULL) {
		for (size_t i = 0; i < count; i++) {
			if (chain_out[i] == f) {
				return refuse(
				    chain_out[count - 1], "a circle", fault);
			}
		}
		if (count == PH_INHERITS_DEPTH_MAX) {
			return refuse(chain_out[count - 1],
			    "more than 16 connections in a row", fault);
		}
		chain_out[count++] = f;
		err = find_parent(c, chain_out[count - 1], &f, fault);
	}
	*count_out = count;
	return err;
}

static bool names_host(const struct ph_catalog_question *q)
{
	const struct ph_setting *host =
	    ph_setting_find(PH_SPAN("connection"), PH_SPAN("host"));

	for (size_t i = 0; i < q->override_count; i++) {
		if (q->overrides[i].row == host)
			return true;
	}
	return false;
}

static enum ph_err refuse_none(struct ph_catalog *c, struct ph_fault *fault)
{
	struct ph_buf names;

	ph_buf_init(&names, 1024 * 1024);

	enum ph_err err = ph_catalog_names(c, &names, fault);
	bool some = names.len > 0;

	ph_buf_release(&names);
	if (err != PH_OK)
		return err;
	if (!some) {
		ph_fault_set(fault, PH_CAUSE_NO_CONNECTION, PH_STAGE_CONFIG,
		    "no server is named, and no connection is configured");
		return PH_ENOTFOUND;
	}
	ph_fault_set(fault, PH_CAUSE_NO_CONNECTION, PH_STAGE_CONFIG,
	    "no server is named, and no connection is marked as the default");
	ph_fault_advise(fault,
	    "name one with -n NAME, or posthaste connection default NAME");
	return PH_ENOTFOUND;
}

enum ph_err ph_catalog_resolve(struct ph_catalog *c,
    const struct ph_catalog_question *q, struct ph_arena *a,
    struct ph_connection *out, struct ph_fault *fault)
{
	const struct ph_settings_file *chain[PH_INHERITS_DEPTH_MAX];
	struct ph_resolve in = {
		.chain = chain,
		.overrides = q->overrides,
		.override_count = q->override_count,
	};
	const char *name = q->name;
	enum ph_err err = PH_OK;

	if (name == NULL && names_host(q))
		return ph_connection_resolve(&in, a, out, fault);
	if (name == NULL)
		err = ph_catalog_default(c, &name, fault);
	if (err == PH_OK && name[0] == '\0' && q->name == NULL)
		return refuse_none(c, fault);
	if (err == PH_OK) {
		err = ph_catalog_chain(c, name, chain, &in.chain_count, fault);
	}
	if (err != PH_OK)
		return err;
	return ph_connection_resolve(&in, a, out, fault);
}
