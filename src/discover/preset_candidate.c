#include "discover/preset_candidate.h"

#include "connection/host.h"

#include <stdio.h>

enum {
	HOST_MAX = 512,
	/* What must be done first; the rest is shown by `connection
	   presets`. */
	PREREQUISITES_MAX = 4
};

/* The user name at that domain; "": the provider gives one out. */
static const char *username_of(
    const struct ph_candidates *set, const struct ph_preset_source *in)
{
	const struct ph_subject *s = set->subject;
	char text[HOST_MAX];

	switch (in->preset->form) {
	case PH_PRESET_FORM_LOCALPART:
		return s->local;
	case PH_PRESET_FORM_FIXED:
		return in->preset->username;
	case PH_PRESET_FORM_EMAIL:
	case PH_PRESET_FORM_WINDOWS:
		break;
	case PH_PRESET_FORM_NONE:
	case PH_PRESET_FORM_OWN:
		return "";
	}
	if (in->found != PH_FOUND_SUGGESTION)
		return s->address;
	(void)snprintf(text, sizeof(text), "%.256s@%.*s", s->local,
	    PH_SPAN_ARG(in->domain));
	return ph_arena_str(set->arena, ph_span_of(text));
}

static const char *mechanisms_of(const struct ph_preset *p)
{
	if (p->logins == PH_PRESET_OAUTH)
		return "OAUTHBEARER XOAUTH2";
	return p->logins == PH_PRESET_NTLM ? "NTLM" : "";
}

/* "{domain}" filled in; NULL: memory is out. */
static const char *host_of(
    struct ph_span host, struct ph_span domain, struct ph_arena *a)
{
	static const char mark[] = "{domain}";
	size_t open = ph_span_find(host, '{');
	char text[HOST_MAX];

	if (open == host.len)
		return ph_arena_str(a, host);

	size_t end = open + sizeof(mark) - 1;
	int n = snprintf(text, sizeof(text), "%.*s%.*s%.*s", (int)open,
	    host.ptr, PH_SPAN_ARG(domain),
	    PH_SPAN_ARG(ph_span_skip(host, end < host.len ? end : host.len)));

	return ph_arena_str(a, (struct ph_span){ text, (size_t)n });
}

static enum ph_err add_notes(struct ph_candidates *set,
    const struct ph_preset_source *in, struct ph_candidate *c)
{
	struct ph_span rest = ph_span_of(in->preset->prerequisites);
	struct ph_span line;
	enum ph_err err = PH_OK;

	if (in->found == PH_FOUND_SUGGESTION) {
		err =
		    ph_candidate_note(set, c, "for %s, if %s is a typing error",
			c->username, set->subject->domain);
	}
	for (size_t i = 0; i < PREREQUISITES_MAX && err == PH_OK &&
	     ph_preset_next(&rest, &line);
	     i++)
		err = ph_candidate_note(set, c, "%.*s", PH_SPAN_ARG(line));
	return err;
}

/* "host:587/starttls" */
static bool read_way(struct ph_span way, struct ph_span *host, uint16_t *port,
    enum ph_encryption *encryption)
{
	size_t colon = ph_span_find(way, ':');
	size_t slash = ph_span_find(way, '/');

	if (colon > slash || slash == way.len)
		return false;
	*host = ph_span_first(way, colon);
	return ph_port_parse(ph_span_first(ph_span_skip(way, colon + 1),
				 slash - colon - 1),
		   port) == PH_OK &&
	    ph_encryption_parse(
		ph_span_skip(way, slash + 1), *port, encryption) == PH_OK;
}

static enum ph_err add_ways(struct ph_candidates *set,
    const struct ph_preset_source *in, const struct ph_candidate *first)
{
	struct ph_span rest = ph_span_of(in->preset->alternatives);
	struct ph_candidate c = *first;
	struct ph_span way;
	enum ph_err err = PH_OK;

	while (
	    err == PH_OK && rest.len > 0 && ph_span_split(&rest, ',', &way)) {
		struct ph_span host;

		if (!read_way(ph_span_trim(way), &host, &c.port, &c.encryption))
			continue;
		c.host = host_of(host, in->domain, set->arena);
		c.order++;
		err = c.host == NULL ? PH_ENOMEM : ph_candidates_add(set, &c);
	}
	return err;
}

enum ph_err ph_preset_candidates(
    struct ph_candidates *set, const struct ph_preset_source *in)
{
	const struct ph_preset *p = in->preset;
	struct ph_candidate c = {
		.port = p->port,
		.encryption = p->encryption,
		.username = username_of(set, in),
		.mechanisms = mechanisms_of(p),
		.anonymous = p->form == PH_PRESET_FORM_NONE,
		.found = in->found,
		.detail = in->mx == NULL ? p->name : in->mx,
		.signature = in->signature,
		.preset = p,
	};

	if (p->port == 0 || p->host[0] == '\0')
		return PH_OK;
	c.host = host_of(ph_span_of(p->host), in->domain, set->arena);
	if (c.host == NULL || c.username == NULL)
		return PH_ENOMEM;

	enum ph_err err = add_notes(set, in, &c);
	if (err == PH_OK)
		err = ph_candidates_add(set, &c);
	return err == PH_OK ? add_ways(set, in, &c) : err;
}
