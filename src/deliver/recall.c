#include "deliver/session_state.h"

#include <stdio.h>

/* What a session makes of what is known of its server: doc/decisions says why
   each is as it is. */

static bool has_good_offer(const struct ph_session *s)
{
	return s->known != NULL && s->known->good != 0;
}

/* going on in clear */

bool ph_recall_refuses_clear(
    struct ph_session *s, const char *why, struct ph_fault *out)
{
	char day[PH_KNOWN_DAY_SIZE];

	if (!has_good_offer(s))
		return false;
	ph_known_day(s->known->good, day);
	s->facts.is_poorer = true;
	if (!ph_login_is_due(s->conn)) {
		ph_link_warn(s, PH_STAGE_TLS,
		    "%s spoke %s with a good certificate on %s: somebody may "
		    "be taking the encryption out",
		    s->where, s->known->good_version, day);
		return false;
	}
	ph_fault_set(out, PH_CAUSE_TLS_DOWNGRADE, PH_STAGE_TLS,
	    "%s, but %s spoke %s with a good certificate on %s: no login is "
	    "made without encryption",
	    why, s->where, s->known->good_version, day);
	ph_fault_advise(out,
	    "somebody on the way may be taking the encryption out: ask the "
	    "provider, or try another network; posthaste connection forget "
	    "%s accepts the server as it is now",
	    s->where);
	return true;
}

void ph_recall_certificate(struct ph_session *s)
{
	char day[PH_KNOWN_DAY_SIZE];

	if (!has_good_offer(s))
		return;
	ph_known_day(s->known->good, day);
	s->facts.is_poorer = true;
	ph_link_warn(
	    s, PH_STAGE_TLS, "%s had a good certificate on %s", s->where, day);
}

void ph_recall_date(const struct ph_session *s, struct ph_fault *f)
{
	char day[PH_KNOWN_DAY_SIZE];
	struct ph_fault old = *f;

	if (f->cause != PH_CAUSE_TLS_NOT_OFFERED || !has_good_offer(s) ||
	    !s->known->good_starttls)
		return;
	ph_known_day(s->known->good, day);
	ph_fault_set(
	    f, old.cause, old.stage, "%s, and did on %s", old.text, day);
}

void ph_recall_key(struct ph_session *s)
{
	const struct ph_tls_info *i = &s->tls_info;
	char day[PH_KNOWN_DAY_SIZE];

	if (s->known == NULL || s->known->key[0] == '\0' ||
	    !i->has_certificate ||
	    strcmp(s->known->key, i->certificate.spki_sha256) == 0)
		return;
	s->facts.key_since = s->known->key_since;
	ph_known_day(s->known->key_since, day);
	if (i->verified) {
		ph_link_note(s, PH_STAGE_TLS,
		    "the key is another one than that known since %s", day);
	} else {
		ph_link_warn(s, PH_STAGE_TLS,
		    "%s has another key than that known since %s, and its "
		    "certificate is not verified: it may be another server "
		    "(posthaste connection forget %s accepts it)",
		    s->where, day, s->where);
	}
}

/* logging in */

/* Those that failed twice running go last, in their order.  A list of the
   connection's own is in the order that somebody chose. */
void ph_recall_order(const struct ph_session *s, struct ph_sasl_choice *c)
{
	struct ph_sasl_choice sorted = *c;
	size_t at = 0;

	if (s->known == NULL || c->by_list)
		return;
	for (int last = 0; last < 2; last++) {
		for (size_t i = 0; i < c->fit_count; i++) {
			bool is_broken = ph_known_is_broken(
			    s->known, ph_span_of(c->items[i].name));

			if (is_broken == (last == 1))
				sorted.items[at++] = c->items[i];
		}
	}
	*c = sorted;
}

static bool is_scram(const char *name)
{
	return strncmp(name, "SCRAM-", strlen("SCRAM-")) == 0;
}

static bool is_plus(const char *name)
{
	size_t len = strlen(name);

	return len > 5 && strcmp(name + len - 5, "-PLUS") == 0;
}

static bool is_offered(const struct ph_session *s, const char *name)
{
	const struct ph_ehlo *e = ph_smtp_client_ehlo(s->client);

	for (size_t i = 0; i < e->mechanism_count; i++) {
		if (strcmp(ph_ehlo_mechanism(e, i), name) == 0)
			return true;
	}
	return false;
}

static bool is_allowed(const struct ph_connection *c, const char *name)
{
	if (c->mechanism_count == 0)
		return true;
	for (size_t i = 0; i < c->mechanism_count; i++) {
		if (ph_span_eq_nocase(c->mechanisms[i], ph_span_of(name)))
			return true;
	}
	return false;
}

/* It was in the good offer, is missing now, and would have been of use: what
   never worked may have been taken out for that. */
static bool is_missed(
    const struct ph_session *s, const struct ph_known_mechanism *m)
{
	bool broken = m->broken_count > 0 && m->broken_good;

	return m->good && !broken && !is_offered(s, m->name) &&
	    is_allowed(s->conn, m->name) &&
	    ph_sasl_mechanism_find(ph_span_of(m->name)) != NULL;
}

/* One that kept the password to itself. */
static const char *find_missed(const struct ph_session *s)
{
	for (size_t i = 0; i < s->known->mechanism_count; i++) {
		const struct ph_known_mechanism *m = &s->known->mechanisms[i];

		if (is_missed(s, m) &&
		    !ph_sasl_mechanism_is_cleartext(m->name) &&
		    (is_scram(m->name) || m->worked != 0) && !is_plus(m->name))
			return m->name;
	}
	return NULL;
}

/* Without -PLUS nobody notices one in the middle who has a certificate. */
static void see_binding(struct ph_session *s, const char *day)
{
	for (size_t i = 0; i < s->known->mechanism_count; i++) {
		const struct ph_known_mechanism *m = &s->known->mechanisms[i];

		if (!is_plus(m->name) || !is_missed(s, m) ||
		    s->tls_info.binding_len == 0)
			continue;
		s->facts.is_poorer = true;
		ph_link_warn(s, PH_STAGE_AUTH,
		    "%s offered %s on %s and does not any more: the login is "
		    "not bound to this connection",
		    s->where, m->name, day);
		return;
	}
}

bool ph_recall_refuses_login(struct ph_session *s, struct ph_fault *out)
{
	const struct ph_sasl_choice *c = &s->login.choice;
	char day[PH_KNOWN_DAY_SIZE];
	const char *missed;

	if (!has_good_offer(s) || c->fit_count == 0)
		return false;
	ph_known_day(s->known->good, day);
	if (s->facts.tls != NULL)
		see_binding(s, day);
	/* A token shows itself, and no password. */
	missed = ph_connection_wants_token(s->conn) ? NULL : find_missed(s);
	if (missed == NULL || !ph_sasl_mechanism_is_cleartext(c->items[0].name))
		return false;
	s->facts.is_poorer = true;
	if (s->conn->encryption == PH_ENCRYPTION_WANTED &&
	    s->facts.tls != NULL && s->facts.tls->verified) {
		ph_link_warn(s, PH_STAGE_AUTH,
		    "%s offered %s on %s and does not any more: logging in "
		    "with %s, which shows it the password",
		    s->where, missed, day, c->items[0].name);
		return false;
	}
	ph_fault_set(out, PH_CAUSE_AUTH_DOWNGRADE, PH_STAGE_AUTH,
	    "%s offered %s on %s and does not any more: %s would show it the "
	    "password",
	    s->where, missed, day, c->items[0].name);
	ph_fault_advise(out,
	    "ask the provider whether that is meant; posthaste connection "
	    "forget %s accepts the server as it is now",
	    s->where);
	return true;
}
