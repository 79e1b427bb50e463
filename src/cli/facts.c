#include "cli/facts.h"

#include "cli/json.h"
#include "connection/settings.h"

json_t *ph_facts_server(const struct ph_session_facts *f)
{
	json_t *j = json_object();

	ph_json_put(j, "host", ph_json_str_or_null(f->host));
	ph_json_put(j, "address", ph_json_str_or_null(f->address));
	ph_json_put(j, "port", json_integer(f->port));
	ph_json_put(j, "proxy", ph_json_str_or_null(f->proxy));
	ph_json_put(
	    j, "encryption", json_string(ph_encryption_name(f->encryption)));
	ph_json_put(j, "tls",
	    f->tls == NULL ? json_null() : ph_json_str(f->tls->version));
	ph_json_put(j, "mechanism", ph_json_str_or_null(f->mechanism));
	return j;
}

json_t *ph_facts_timing(const struct ph_session_timing *t)
{
	json_t *j = json_object();

	ph_json_put(j, "dns", ph_json_ms(t->dns));
	ph_json_put(j, "connect", ph_json_ms(t->connect));
	ph_json_put(j, "proxy", ph_json_ms(t->proxy));
	ph_json_put(j, "greeting", ph_json_ms(t->greeting));
	ph_json_put(j, "tls", ph_json_ms(t->tls));
	ph_json_put(j, "ehlo", ph_json_ms(t->ehlo));
	ph_json_put(j, "auth", ph_json_ms(t->auth));
	ph_json_put(j, "data", ph_json_ms(t->data));
	ph_json_put(j, "total", ph_json_ms(t->total));
	return j;
}

static json_t *ocsp(enum ph_ocsp state)
{
	switch (state) {
	case PH_OCSP_NONE:
		break;
	case PH_OCSP_GOOD:
		return json_string("good");
	case PH_OCSP_REVOKED:
		return json_string("revoked");
	case PH_OCSP_DOUBTFUL:
		return json_string("doubtful");
	}
	return json_null();
}

json_t *ph_facts_certificate(const struct ph_certificate *c)
{
	json_t *names;
	json_t *j;

	if (c == NULL)
		return json_null();
	j = json_object();
	names = json_array();
	for (size_t i = 0; i < c->name_count; i++)
		ph_json_add(names, ph_json_str(c->names[i]));
	ph_json_put(j, "subject", ph_json_str(c->subject));
	ph_json_put(j, "names", names);
	ph_json_put(j, "issuer", ph_json_str(c->issuer));
	ph_json_put(j, "not_before", ph_json_str(c->not_before));
	ph_json_put(j, "not_after", ph_json_str(c->not_after));
	ph_json_put(j, "sha256", ph_json_str(c->sha256));
	ph_json_put(j, "spki_sha256", ph_json_str(c->spki_sha256));
	ph_json_put(j, "ocsp", ocsp(c->ocsp));
	return j;
}

json_t *ph_facts_capabilities(const struct ph_ehlo *e)
{
	json_t *j = json_array();

	for (size_t i = 0; e != NULL && i < e->line_count; i++)
		ph_json_add(j, ph_json_str(ph_ehlo_line(e, i)));
	return j;
}

json_t *ph_facts_attempts(const struct ph_session_facts *f)
{
	json_t *j = json_array();

	for (size_t i = 0; i < f->attempt_count; i++) {
		const struct ph_session_attempt *a = &f->attempts[i];
		json_t *one = json_object();

		ph_json_put(one, "mechanism", ph_json_str(a->mechanism));
		ph_json_put(one, "username", ph_json_str_or_null(a->username));
		ph_json_put(
		    one, "reply", ph_json_reply(a->code, a->enhanced, a->text));
		ph_json_put(one, "problem",
		    a->code != 0 ? json_null() : ph_json_str(a->text));
		ph_json_put(one, "ms", ph_json_ms(a->ms));
		ph_json_put(one, "reconnected", json_boolean(a->reconnected));
		ph_json_add(j, one);
	}
	return j;
}

json_t *ph_facts_warnings(
    const struct ph_connection *c, const struct ph_session_facts *f)
{
	json_t *j = json_array();

	for (size_t i = 0; c != NULL && ph_connection_oddity(c, i) != NULL; i++)
		ph_json_add(j, ph_json_str(ph_connection_oddity(c, i)));
	for (size_t i = 0; f != NULL && i < f->warning_count; i++)
		ph_json_add(j, ph_json_str(f->warnings[i]));
	return j;
}

void ph_facts_place(
    const struct ph_session_facts *f, char out[PH_FACTS_PLACE_MAX])
{
	bool is_v6 = strchr(f->host, ':') != NULL;

	(void)snprintf(out, PH_FACTS_PLACE_MAX, "%s%s%s:%u", is_v6 ? "[" : "",
	    f->host, is_v6 ? "]" : "", (unsigned)f->port);
}
