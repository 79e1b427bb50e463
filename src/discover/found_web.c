#include "discover/found.h"

#include "connection/host.h"
#include "foreign/foreign.h"
#include "foreign/json.h"

enum {
	ARENA_MAX = 1024 * 1024,
	LOSSES_MAX = 3
};

/* Autoconfig */

static struct ph_span value_of(
    const struct ph_foreign_connection *f, const char *setting)
{
	const struct ph_setting *row =
	    ph_setting_find(PH_SPAN(""), ph_span_of(setting));

	return f->values[row - ph_settings];
}

static enum ph_err note_losses(struct ph_candidates *set,
    const struct ph_foreign *f, struct ph_candidate *c)
{
	enum ph_err err = PH_OK;
	size_t count = 0;

	for (const struct ph_foreign_loss *l = f->losses;
	     l != NULL && err == PH_OK && count < LOSSES_MAX; l = l->next) {
		err = ph_candidate_note(set, c, "line %u, %.*s: %.*s", l->line,
		    PH_SPAN_ARG(l->what), PH_SPAN_ARG(l->why));
		count++;
	}
	return err;
}

/* One that makes no connection is no candidate. */
static enum ph_err add_server(struct ph_candidates *set,
    const struct ph_foreign *f, const struct ph_foreign_connection *from,
    struct ph_candidate *c)
{
	struct ph_connection made;
	struct ph_fault ignored = { 0 };
	struct ph_arena a;

	ph_arena_init(&a, ARENA_MAX);

	enum ph_err err = ph_foreign_resolve(from, &a, &made, &ignored);

	if (err == PH_OK) {
		c->host = made.host;
		c->port = made.port;
		c->encryption = made.encryption;
		c->username = made.username;
		c->anonymous = made.anonymous;
		c->mechanisms = ph_arena_str(&a, value_of(from, "mechanisms"));
		c->note_count = 0;
		err =
		    c->mechanisms == NULL ? PH_ENOMEM : note_losses(set, f, c);
		if (err == PH_OK)
			err = ph_candidates_add(set, c);
	}
	ph_arena_release(&a);
	return err == PH_EINVAL ? PH_OK : err;
}

static enum ph_err refuse(struct ph_fault *fault, const char *why)
{
	ph_fault_set(fault, PH_CAUSE_BAD_INPUT, PH_STAGE_CONFIG, "%s", why);
	return PH_EINVAL;
}

enum ph_err ph_found_autoconfig(struct ph_candidates *set,
    const struct ph_found_text *in, struct ph_fault *fault)
{
	const struct ph_foreign_source source = {
		.text = in->text,
		.address = set->subject->address,
		.takes_all = true,
	};
	struct ph_candidate c = { .found = in->found, .detail = in->url };
	struct ph_foreign f = { 0 };
	bool is_of_use = false;
	enum ph_err err =
	    ph_foreign_read(PH_FOREIGN_AUTOCONFIG, &source, &f, fault);

	if (err != PH_OK)
		return err;
	for (const struct ph_foreign_connection *one = f.connections;
	     one != NULL && err == PH_OK; one = one->next) {
		if (value_of(one, "host").len > 0)
			err = add_server(set, &f, one, &c);
		is_of_use |= c.host != NULL;
		c.host = NULL;
		c.order++;
	}
	ph_foreign_release(&f);
	if (err == PH_OK && !is_of_use)
		return refuse(fault, "it names no server that could be used");
	return err;
}

/* Autodiscover */

/* The host of an https URL; empty: it is none. */
static struct ph_span host_of(struct ph_span url)
{
	struct ph_span rest;

	if (!ph_span_starts_nocase(url, PH_SPAN("https://")))
		return (struct ph_span){ 0 };
	rest = ph_span_skip(url, strlen("https://"));
	rest = ph_span_first(rest, ph_span_find(rest, '/'));
	if (ph_span_find(rest, '@') < rest.len)
		return (struct ph_span){ 0 };
	return ph_span_first(rest, ph_span_find(rest, ':'));
}

static bool is_below(struct ph_span host, struct ph_span suffix)
{
	return host.len > suffix.len &&
	    host.ptr[host.len - suffix.len - 1] == '.' &&
	    ph_span_eq_nocase(
		ph_span_skip(host, host.len - suffix.len), suffix);
}

static enum ph_err add_exchange(
    struct ph_candidates *set, const char *host, const struct ph_found_text *in)
{
	struct ph_candidate c = {
		.host = host,
		.port = 587,
		.encryption = PH_ENCRYPTION_AFTER_CONNECT,
		.username = set->subject->address,
		.found = in->found,
		.detail = in->url,
	};
	/* Microsoft's own servers have one name for handing mail in. */
	bool is_cloud = is_below(ph_span_of(host), PH_SPAN("office365.com")) ||
	    is_below(ph_span_of(host), PH_SPAN("outlook.com"));
	enum ph_err err;

	if (is_cloud &&
	    ph_preset_find("office365.com", NULL, &c.preset, NULL) == PH_OK)
		c.host = c.preset->host;
	err = ph_candidate_note(set, &c, "%s",
	    is_cloud ? "the domain's mailboxes are at Microsoft 365"
		     : "an Exchange server is there; whether it takes mail on "
		       "port 587 is not said");
	return err == PH_OK ? ph_candidates_add(set, &c) : err;
}

enum ph_err ph_found_autodiscover(struct ph_candidates *set,
    const struct ph_found_text *in, struct ph_fault *fault)
{
	struct ph_foreign_json_room room;
	struct ph_fault ignored = { 0 };
	const char *why = "";
	const char *host = NULL;
	unsigned line = 0;
	json_t *j = NULL;
	enum ph_err err = ph_foreign_json_read(in->text, &j, &why, &line);

	if (err != PH_OK)
		return err == PH_EINVAL ? refuse(fault, why) : err;

	struct ph_span name =
	    host_of(ph_foreign_json_text(json_object_get(j, "Url"), &room));
	struct ph_host parsed;

	err = ph_host_parse(name, &parsed, &ignored);
	if (err == PH_OK)
		err = ph_host_to_ascii(name, set->arena, &host, &ignored);
	json_decref(j);
	if (err == PH_EINVAL)
		return refuse(fault, "it names no server");
	return err == PH_OK ? add_exchange(set, host, in) : err;
}
