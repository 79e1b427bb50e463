#include "cli/connection_part.h"
#include "cli/proxy_option.h"
#include "connection/bond.h"
#include "connection/lookup.h"

#include <string.h>

enum {
	ARENA_MAX = 4 * 1024 * 1024
};

struct edit {
	struct ph_connection_action *a;
	struct ph_settings_file *file;
	struct ph_arena arena;
	struct ph_fault fault;
	const struct ph_preset *preset; /* or NULL */
	bool make_default;
	bool names_key;          /* a pin */
	struct ph_span url_port; /* as --server names it, or empty */
	bool has_verify;
	bool has_host;
};

static enum ph_err refuse_key(struct edit *e, struct ph_span key)
{
	const struct ph_setting *near = ph_setting_nearest(PH_SPAN(""), key);

	ph_fault_set(&e->fault, PH_CAUSE_USAGE, PH_STAGE_CONFIG,
	    "there is no setting \"%.*s\"", (int)(key.len < 64 ? key.len : 64),
	    key.ptr);
	if (ph_span_eq_nocase(key, PH_SPAN("password"))) {
		ph_fault_advise(&e->fault,
		    "a password does not belong on a command line: posthaste "
		    "secret set %s asks for it",
		    e->a->name);
	} else if (near != NULL) {
		ph_fault_advise(&e->fault,
		    "the nearest is %s; posthaste connection --help shows "
		    "them all",
		    near->name);
	}
	return PH_EINVAL;
}

static enum ph_err apply(
    struct edit *e, const struct ph_setting *row, struct ph_span value)
{
	enum ph_err err = ph_setting_check(row, value, &e->fault);
	if (err == PH_OK) {
		err = ph_connection_whole_path(
		    row, value, &e->arena, &value, &e->fault);
	}
	if (err != PH_OK)
		return err;
	e->names_key |= strcmp(row->name, "pin") == 0 && value.len > 0;
	e->has_verify |= strcmp(row->name, "verify") == 0;
	e->has_host |= strcmp(row->name, "host") == 0;
	err = ph_settings_file_set(e->file, row, value);
	/* One default at a time is the catalog's care. */
	if (err == PH_OK && strcmp(row->name, "default") == 0) {
		e->make_default = ph_settings_file_is_default(e->file);
		if (e->make_default)
			err = ph_settings_file_unset(e->file, row);
	}
	return err;
}

static enum ph_err apply_key(
    struct edit *e, struct ph_span key, struct ph_span value)
{
	const struct ph_setting *row = ph_setting_find(PH_SPAN(""),
	    ph_span_eq(key, PH_SPAN("auth")) ? PH_SPAN("mechanisms") : key);

	return row == NULL ? refuse_key(e, key) : apply(e, row, value);
}

/* A URL without a port names one all the same; another connection's is not
   inherited. */
static enum ph_err apply_url_port(
    struct edit *e, const struct ph_server_url *url)
{
	static const struct {
		const char *encryption;
		const char *port;
	} ports[] = {
		{ "none", "25" },
		{ "wanted", "25" },
		{ "after-connect", "587" },
		{ "before-connect", "465" },
	};

	const char *port = NULL;

	for (size_t i = 0; i < url->override_count; i++) {
		const struct ph_setting_override *o = &url->overrides[i];

		if (strcmp(o->row->name, "port") == 0) {
			e->url_port = o->value;
			return PH_OK;
		}
		for (size_t k = 0; k < PH_COUNT(ports); k++) {
			if (strcmp(o->row->name, "encryption") == 0 &&
			    ph_span_eq(
				o->value, ph_span_of(ports[k].encryption)))
				port = ports[k].port;
		}
	}
	return port == NULL ? PH_OK
			    : apply_key(e, PH_SPAN("port"), ph_span_of(port));
}

static enum ph_err apply_url(struct edit *e, const char *url)
{
	struct ph_server_url parsed = { 0 };
	enum ph_err err =
	    ph_server_url_parse(ph_span_of(url), &e->arena, &parsed, &e->fault);

	if (err == PH_EINVAL) {
		e->fault.cause = PH_CAUSE_USAGE;
		ph_fault_prefix(&e->fault, "--server");
	}
	if (err == PH_OK && parsed.has_password) {
		ph_fault_set(&e->fault, PH_CAUSE_USAGE, PH_STAGE_CONFIG,
		    "--server: a password in a URL on the command line can be "
		    "read by everyone on this computer");
		ph_fault_advise(&e->fault,
		    "leave it out; posthaste secret set %s asks for it",
		    e->a->name);
		err = PH_EINVAL;
	}
	for (size_t i = 0; err == PH_OK && i < parsed.override_count; i++) {
		err = apply(
		    e, parsed.overrides[i].row, parsed.overrides[i].value);
	}
	return err == PH_OK ? apply_url_port(e, &parsed) : err;
}

static enum ph_err apply_given(struct edit *e, const struct ph_given *given)
{
	struct ph_span value = ph_span_of(given->value);
	bool is_port = strcmp(given->name, "port") == 0;

	if (is_port && e->url_port.len > 0 && !ph_span_eq(value, e->url_port)) {
		ph_fault_set(&e->fault, PH_CAUSE_PORTS_DISAGREE,
		    PH_STAGE_CONFIG,
		    "port %.*s and port %s disagree: --server names one and "
		    "--port the other",
		    PH_SPAN_ARG(e->url_port), given->value);
		return PH_EINVAL;
	}
	return apply_key(e, ph_span_of(given->name), value);
}

static enum ph_err apply_proxy(struct edit *e, const char *url)
{
	struct ph_proxy_option parts;
	enum ph_err err =
	    ph_proxy_option_read(url, &e->arena, &parts, &e->fault);

	for (size_t i = 0; err == PH_OK && i < parts.count; i++) {
		err = apply_key(e, ph_span_of(parts.items[i].setting),
		    ph_span_of(parts.items[i].value));
	}
	return err;
}

/* The URLs first, wherever they stand: what is said besides is said of them. */
static enum ph_err apply_options(struct edit *e)
{
	const struct ph_options *o = e->a->options;
	const char *url = ph_options_value(o, PH_CONNECTION_KEY_SERVER);
	const char *proxy = ph_options_value(o, PH_CONNECTION_KEY_PROXY);
	enum ph_err err = url == NULL ? PH_OK : apply_url(e, url);

	if (err == PH_OK && proxy != NULL)
		err = apply_proxy(e, proxy);
	for (size_t i = 0; err == PH_OK && i < o->count; i++) {
		if (o->items[i].key == PH_CONNECTION_KEY_SETTING)
			err = apply_given(e, &o->items[i]);
	}
	return err;
}

static enum ph_err apply_pair(struct edit *e, const char *operand)
{
	struct ph_span text = ph_span_of(operand);
	size_t equals = ph_span_find(text, '=');

	if (equals == text.len || equals == 0) {
		/* It may be a password: it is not repeated. */
		ph_fault_set(&e->fault, PH_CAUSE_USAGE, PH_STAGE_CONFIG,
		    "settings are given as KEY=VALUE or --KEY VALUE");
		return PH_EINVAL;
	}
	return apply_key(e, ph_span_trim(ph_span_first(text, equals)),
	    ph_span_trim(ph_span_skip(text, equals + 1)));
}

static enum ph_err apply_operands(struct edit *e, bool may_be_two_words)
{
	char *const *operands = e->a->operands;
	size_t count = e->a->operand_count;
	enum ph_err err = PH_OK;

	if (may_be_two_words && count == 2 &&
	    strchr(operands[0], '=') == NULL) {
		return apply_key(
		    e, ph_span_of(operands[0]), ph_span_of(operands[1]));
	}
	for (size_t i = 0; err == PH_OK && i < count; i++)
		err = apply_pair(e, operands[i]);
	return err;
}

/* Who names a key wants it checked. */
static enum ph_err follow_pin(struct edit *e)
{
	if (!e->names_key || e->has_verify)
		return PH_OK;
	return apply_key(e, PH_SPAN("verify"), PH_SPAN("pin"));
}

/* What it does not inherit, since it is for another server. */
static void note_withheld(struct edit *e, const struct ph_resolve *in)
{
	for (size_t i = 0; i < ph_settings_count; i++) {
		struct ph_setting_found found;

		ph_setting_lookup(in, &ph_settings[i], &found);
		if (!found.is_withheld)
			continue;
		ph_cli_note(e->a->cli,
		    "%s is not inherited from %s: there it is for %.*s",
		    ph_connection_key(found.row).text,
		    ph_settings_file_name(in->chain[found.withheld_depth]),
		    PH_SPAN_ARG(
			ph_bond_place(in, found.row, found.withheld_depth)));
	}
}

/* A new server with another's port or user name is seldom what was meant. */
static void note_inherited(struct edit *e)
{
	static const char *const names[] = { "port", "encryption", "username",
		"password-from" };
	const struct ph_settings_file *chain[PH_INHERITS_DEPTH_MAX];
	struct ph_resolve in = { .chain = chain };

	if (!e->has_host ||
	    ph_catalog_chain(e->a->catalog, e->a->name, chain, &in.chain_count,
		NULL) != PH_OK)
		return;
	note_withheld(e, &in);
	for (size_t i = 0; i < PH_COUNT(names); i++) {
		struct ph_setting_found found;

		ph_setting_lookup(&in,
		    ph_setting_find(PH_SPAN(""), ph_span_of(names[i])), &found);
		if (found.origin != PH_ORIGIN_FILE || found.depth == 0 ||
		    found.value.len == 0)
			continue;
		ph_cli_note(e->a->cli, "%s = %.*s is inherited from %s",
		    names[i], PH_SPAN_ARG(found.value),
		    ph_settings_file_name(chain[found.depth]));
	}
}

/* Nothing is saved that would be refused when it is used. */
static enum ph_err save(struct edit *e)
{
	struct ph_cli *cli = e->a->cli;
	struct ph_connection c = { 0 };
	bool has_host = false;
	enum ph_err err = ph_connection_check(
	    e->a->catalog, e->a->name, &e->arena, &c, &has_host, &e->fault);

	if (err == PH_OK)
		err = ph_catalog_save(e->a->catalog, e->file, &e->fault);
	if (err == PH_OK && e->make_default) {
		err = ph_catalog_set_default(
		    e->a->catalog, e->a->name, &e->fault);
	}
	if (err != PH_OK)
		return err;
	if (!has_host) {
		ph_cli_note(cli,
		    "it names no host: others can inherit from it, and it "
		    "cannot be used itself");
	}
	for (size_t i = 0; ph_connection_oddity(&c, i) != NULL; i++)
		ph_cli_note(cli, "%s", ph_connection_oddity(&c, i));
	return PH_OK;
}

static enum ph_exit finish(struct edit *e, enum ph_err err, const char *did)
{
	struct ph_cli *cli = e->a->cli;

	ph_arena_release(&e->arena);
	if (err != PH_OK)
		return ph_connection_fail(cli, err, &e->fault);
	if (!cli->json) {
		printf("%s %s: %s\n", did, e->a->name,
		    ph_settings_file_path(e->file));
		return PH_EXIT_OK;
	}

	json_t *doc = json_object();

	ph_json_put(doc, "ok", json_true());
	ph_json_put(doc, "name", ph_json_str(e->a->name));
	ph_json_put(doc, "file", ph_json_str(ph_settings_file_path(e->file)));
	ph_json_put(
	    doc, "default", json_boolean(ph_settings_file_is_default(e->file)));
	return ph_json_print(&doc);
}

/* Before what is said besides, which may replace what it knows. */
static enum ph_err apply_preset(struct edit *e)
{
	const struct ph_options *o = e->a->options;
	const char *word = ph_options_value(o, PH_CONNECTION_KEY_PRESET);
	const char *region = ph_options_value(o, PH_CONNECTION_KEY_REGION);

	if (word == NULL && region != NULL) {
		ph_fault_set(&e->fault, PH_CAUSE_USAGE, PH_STAGE_CONFIG,
		    "--region belongs to a --preset");
		return PH_EINVAL;
	}
	if (word == NULL)
		return PH_OK;

	enum ph_err err = ph_preset_find(word, region, &e->preset, &e->fault);
	if (err != PH_OK)
		return err;
	return ph_preset_apply(e->preset, e->file, &e->fault);
}

static enum ph_err settle_preset(struct edit *e)
{
	return e->preset == NULL
	    ? PH_OK
	    : ph_preset_settle(e->preset, e->file, &e->fault);
}

static enum ph_err begin_add(struct edit *e)
{
	struct ph_buf names;

	ph_buf_init(&names, 1024 * 1024);

	enum ph_err err = ph_catalog_claim(e->a->catalog, true, &e->fault);

	if (err == PH_OK)
		err = ph_catalog_names(e->a->catalog, &names, &e->fault);
	e->make_default = names.len == 0;
	/* By a preset too. */
	e->has_host = true;
	ph_buf_release(&names);
	if (err != PH_OK)
		return err;
	return ph_catalog_add(e->a->catalog, e->a->name, &e->file, &e->fault);
}

enum ph_exit ph_connection_add(struct ph_connection_action *a)
{
	struct edit e = { .a = a };

	ph_arena_init(&e.arena, ARENA_MAX);

	enum ph_err err = begin_add(&e);

	if (err == PH_OK)
		err = apply_preset(&e);
	if (err == PH_OK)
		err = apply_options(&e);
	if (err == PH_OK)
		err = apply_operands(&e, false);
	if (err == PH_OK)
		err = settle_preset(&e);
	if (err == PH_OK)
		err = follow_pin(&e);
	if (err == PH_OK)
		err = save(&e);
	if (err == PH_OK && e.make_default)
		ph_cli_note(a->cli, "it is the default connection");
	if (err == PH_OK)
		note_inherited(&e);
	if (err == PH_OK && e.preset != NULL)
		ph_connection_preset_notes(a->cli, e.preset, a->name);
	return finish(&e, err, "added");
}

/* One that is there. */
static enum ph_err begin_change(struct edit *e)
{
	enum ph_err err = ph_catalog_claim(e->a->catalog, false, &e->fault);

	if (err != PH_OK)
		return err;
	return ph_catalog_file(e->a->catalog, e->a->name, &e->file, &e->fault);
}

enum ph_exit ph_connection_set(struct ph_connection_action *a)
{
	struct edit e = { .a = a };

	if (a->operand_count + a->options->count == 0) {
		return ph_cli_usage(a->cli,
		    "usage: posthaste connection set NAME KEY=VALUE...");
	}
	ph_arena_init(&e.arena, ARENA_MAX);

	enum ph_err err = begin_change(&e);

	if (err == PH_OK)
		err = apply_options(&e);
	if (err == PH_OK)
		err = apply_operands(&e, true);
	if (err == PH_OK)
		err = follow_pin(&e);
	if (err == PH_OK)
		err = save(&e);
	if (err == PH_OK)
		note_inherited(&e);
	return finish(&e, err, "changed");
}

enum ph_exit ph_connection_unset(struct ph_connection_action *a)
{
	struct edit e = { .a = a };

	ph_arena_init(&e.arena, ARENA_MAX);

	enum ph_err err = begin_change(&e);

	for (size_t i = 0; err == PH_OK && i < a->operand_count; i++) {
		struct ph_span key = ph_span_of(a->operands[i]);
		const struct ph_setting *row =
		    ph_setting_find(PH_SPAN(""), key);

		err = row == NULL ? refuse_key(&e, key)
				  : ph_settings_file_unset(e.file, row);
	}
	if (err == PH_OK)
		err = save(&e);
	return finish(&e, err, "changed");
}
