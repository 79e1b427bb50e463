#include "foreign/formats.h"

#include "foreign/json.h"
#include "foreign/preset.h"
#include "foreign/uri.h"

#include <stdio.h>

/* nodemailer's transport as JSON: what createTransport() takes, alone, or as
   "transport" beside "defaults". */

enum kind {
	SETTING,
	LOSE,
	IGNORE,
	MILLISECONDS,
	LATER /* of several at once */
};

static const char contents[] =
    "the certificate stands there itself, and a connection names a file";

static const struct key {
	const char *name;
	enum kind kind;
	const char *detail;
} keys[] = {
	{ "host", SETTING, "host" },
	{ "port", SETTING, "port" },
	{ "secure", LATER, NULL },
	{ "requireTLS", LATER, NULL },
	{ "ignoreTLS", LATER, NULL },
	{ "opportunisticTLS", LATER, NULL },
	{ "service", LATER, NULL },
	{ "auth", LATER, NULL },
	{ "tls", LATER, NULL },
	{ "rateLimit", LATER, NULL },
	{ "rateDelta", LATER, NULL },
	{ "proxy", LATER, NULL },
	{ "from", LATER, NULL },
	{ "name", SETTING, "helo" },
	{ "authMethod", SETTING, "mechanisms" },
	{ "localAddress", SETTING, "source-address" },
	{ "maxConnections", SETTING, "sessions" },
	{ "maxMessages", SETTING, "messages-per-session" },
	{ "servername", SETTING, "verify-name" },
	{ "connectionTimeout", MILLISECONDS, "timeout" },
	{ "greetingTimeout", LATER, NULL },
	{ "socketTimeout", LOSE, "see the settings timeout-mail and so on" },
	{ "dnsTimeout", LOSE, "see the setting timeout" },
	{ "lmtp", LOSE, "posthaste speaks SMTP alone" },
	{ "dkim", LOSE, "a connection signs nothing" },
	{ "direct", LOSE, "a connection goes to one server" },
	{ "pool", IGNORE, NULL },
	{ "type", IGNORE, NULL },
	{ "logger", IGNORE, NULL },
	{ "debug", IGNORE, NULL },
	{ "transactionLog", IGNORE, NULL },
};

static const struct key auth_keys[] = {
	{ "user", SETTING, "username" },
	{ "pass", LATER, NULL },
	{ "method", SETTING, "mechanisms" },
	{ "type", LATER, NULL },
	{ "accessToken", LATER, NULL },
	{ "clientId", LATER, NULL },
	{ "clientSecret", LOSE, "see posthaste secret set --for oauth-client" },
	{ "refreshToken", LOSE, "posthaste login signs in anew" },
	{ "accessUrl", SETTING, "oauth.token-endpoint" },
	{ "expires", IGNORE, NULL },
	{ "serviceClient", LOSE, "a signed assertion is not made here" },
	{ "privateKey", LOSE, "a signed assertion is not made here" },
};

static const struct key tls_keys[] = {
	{ "servername", SETTING, "verify-name" },
	{ "rejectUnauthorized", LATER, NULL },
	{ "minVersion", LATER, NULL },
	{ "maxVersion", LATER, NULL },
	{ "ca", LOSE, contents },
	{ "cert", LOSE, contents },
	{ "key", LOSE, contents },
	{ "pfx", LOSE, contents },
	{ "passphrase", LOSE, contents },
	{ "ciphers", LOSE, "a connection names no ciphers" },
};

struct transport {
	struct ph_foreign_reader *r;
	json_t *j;
};

static const struct key *find(
    const struct key *table, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++) {
		if (strcmp(table[i].name, name) == 0)
			return &table[i];
	}
	return NULL;
}

static enum ph_err set_milliseconds(struct ph_foreign_reader *r,
    const char *setting, const json_t *value, const char *what)
{
	char text[40];
	int n = snprintf(
	    text, sizeof(text), "%lldms", (long long)json_integer_value(value));

	if (!json_is_integer(value))
		return ph_foreign_lose(r, ph_span_of(what), "it is no number");
	return ph_foreign_set(
	    r, setting, (struct ph_span){ text, (size_t)n }, what);
}

static enum ph_err take(struct ph_foreign_reader *r, const struct key *k,
    const char *name, const json_t *value)
{
	struct ph_foreign_json_room room;
	struct ph_span text = ph_foreign_json_text(value, &room);

	if (k == NULL) {
		return ph_foreign_lose(
		    r, ph_span_of(name), "posthaste does not know it");
	}
	if (json_is_null(value) || k->kind == IGNORE || k->kind == LATER)
		return PH_OK;
	if (k->kind == LOSE)
		return ph_foreign_lose(r, ph_span_of(name), k->detail);
	if (k->kind == MILLISECONDS)
		return set_milliseconds(r, k->detail, value, name);
	if (text.ptr == NULL) {
		return ph_foreign_lose(
		    r, ph_span_of(name), "it is neither text nor number");
	}
	return ph_foreign_set(r, k->detail, text, name);
}

static enum ph_err take_all(struct ph_foreign_reader *r, json_t *object,
    const struct key *table, size_t count)
{
	enum ph_err err = PH_OK;

	for (void *at = json_object_iter(object); err == PH_OK && at != NULL;
	     at = json_object_iter_next(object, at)) {
		const char *name = json_object_iter_key(at);

		err = take(r, find(table, count, name), name,
		    json_object_iter_value(at));
	}
	return err;
}

static bool is_yes(const json_t *object, const char *name)
{
	return json_is_true(json_object_get(object, name));
}

static struct ph_span text_of(const json_t *object, const char *name)
{
	struct ph_foreign_json_room ignored;
	const json_t *value = json_object_get(object, name);

	return json_is_string(value) ? ph_foreign_json_text(value, &ignored)
				     : (struct ph_span){ 0 };
}

/* "service": "Gmail" goes before host, port and secure. */
static enum ph_err put_server(struct transport *t)
{
	struct ph_span service = text_of(t->j, "service");
	bool secure = is_yes(t->j, "secure");
	struct ph_span mode = PH_SPAN("wanted");

	if (service.len > 0) {
		return ph_foreign_take_preset(
		    t->r, service, PH_SPAN(""), "service");
	}
	/* Left out, it is so on port 465. */
	if (json_object_get(t->j, "secure") == NULL) {
		secure =
		    ph_span_eq(ph_foreign_get(t->r, "port"), PH_SPAN("465"));
	}
	if (secure) {
		mode = PH_SPAN("before-connect");
	} else if (is_yes(t->j, "requireTLS")) {
		mode = PH_SPAN("after-connect");
	} else if (is_yes(t->j, "ignoreTLS")) {
		mode = PH_SPAN("none");
	}

	enum ph_err err = ph_foreign_set(t->r, "encryption", mode, "secure");

	if (err == PH_OK && ph_foreign_get(t->r, "port").ptr == NULL) {
		err = ph_foreign_set(t->r, "port",
		    secure ? PH_SPAN("465") : PH_SPAN("587"), "port");
	}
	if (err == PH_OK && ph_foreign_get(t->r, "host").ptr == NULL) {
		err =
		    ph_foreign_set(t->r, "host", PH_SPAN("localhost"), "host");
	}
	return err;
}

/* A token, and where a new one comes from. */
static enum ph_err put_token(struct transport *t, const json_t *auth)
{
	struct ph_span token = text_of(auth, "accessToken");
	struct ph_span id = text_of(auth, "clientId");
	enum ph_err err = ph_foreign_set(
	    t->r, "mechanisms", PH_SPAN("OAUTHBEARER XOAUTH2"), "auth.type");

	if (err == PH_OK && id.len > 0)
		err = ph_foreign_set(t->r, "oauth.client-id", id, "clientId");
	if (err != PH_OK || token.len == 0)
		return err;
	return ph_foreign_keep(t->r, PH_ROLE_PASSWORD, token, "accessToken");
}

static enum ph_err put_auth(struct transport *t)
{
	json_t *auth = json_object_get(t->j, "auth");
	struct ph_span password = text_of(auth, "pass");
	struct ph_span type = text_of(auth, "type");

	if (!json_is_object(auth))
		return PH_OK;

	enum ph_err err = take_all(t->r, auth, auth_keys, PH_COUNT(auth_keys));

	if (err == PH_OK && password.len > 0) {
		err = ph_foreign_keep(
		    t->r, PH_ROLE_PASSWORD, password, "auth.pass");
	}
	if (err == PH_OK && ph_span_eq_nocase(type, PH_SPAN("OAuth2")))
		err = put_token(t, auth);
	return err;
}

static unsigned version_of(struct ph_span s, unsigned preset)
{
	static const char *const names[] = { "TLSv1", "TLSv1.1", "TLSv1.2",
		"TLSv1.3" };

	for (unsigned i = 0; i < PH_COUNT(names); i++) {
		if (ph_span_eq(s, ph_span_of(names[i])))
			return i;
	}
	return preset;
}

static enum ph_err put_versions(struct transport *t, const json_t *tls)
{
	struct ph_span min = text_of(tls, "minVersion");
	struct ph_span max = text_of(tls, "maxVersion");
	char text[32] = "";
	size_t n = 0;

	if (min.len == 0 && max.len == 0)
		return PH_OK;
	for (unsigned i = version_of(min, 2); i <= version_of(max, 3); i++) {
		n += (size_t)snprintf(
		    text + n, sizeof(text) - n, "%s1.%u", n > 0 ? " " : "", i);
	}
	if (n == 0) {
		return ph_foreign_lose(t->r, PH_SPAN("maxVersion"),
		    "it is below the least version");
	}
	return ph_foreign_set(
	    t->r, "tls-versions", ph_span_of(text), "minVersion");
}

static enum ph_err put_tls(struct transport *t)
{
	json_t *tls = json_object_get(t->j, "tls");
	enum ph_err err = PH_OK;

	if (!json_is_object(tls))
		return PH_OK;
	err = take_all(t->r, tls, tls_keys, PH_COUNT(tls_keys));
	if (err == PH_OK &&
	    json_is_false(json_object_get(tls, "rejectUnauthorized"))) {
		err = ph_foreign_set(
		    t->r, "verify", PH_SPAN("off"), "rejectUnauthorized");
	}
	return err == PH_OK ? put_versions(t, tls) : err;
}

/* So many in so many milliseconds. */
static enum ph_err put_rate(struct transport *t)
{
	static const struct {
		json_int_t per;
		const char *unit;
	} units[] = { { 1000, "s" }, { 60 * 1000, "min" },
		{ 60 * 60 * 1000, "h" }, { 24 * 60 * 60 * 1000, "day" } };

	const json_t *limit = json_object_get(t->j, "rateLimit");
	const json_t *delta = json_object_get(t->j, "rateDelta");
	json_int_t per = delta == NULL ? 1000 : json_integer_value(delta);
	char text[40];

	if (limit == NULL || json_is_false(limit))
		return PH_OK;
	for (size_t i = 0; i < PH_COUNT(units); i++) {
		if (per != units[i].per || !json_is_integer(limit))
			continue;
		(void)snprintf(text, sizeof(text), "%lld/%s",
		    (long long)json_integer_value(limit), units[i].unit);
		return ph_foreign_set(
		    t->r, "rate", ph_span_of(text), "rateLimit");
	}
	return ph_foreign_lose(t->r, PH_SPAN("rateLimit"),
	    "a rate is for a second, minute, hour or day");
}

static enum ph_err put_rest(struct transport *t)
{
	const json_t *connect = json_object_get(t->j, "connectionTimeout");
	const json_t *greeting = json_object_get(t->j, "greetingTimeout");
	struct ph_span proxy = text_of(t->j, "proxy");
	struct ph_span from = text_of(t->j, "from");
	enum ph_err err = PH_OK;

	if (greeting != NULL && !json_equal(connect, greeting)) {
		err = ph_foreign_lose(t->r, PH_SPAN("greetingTimeout"),
		    "it is as long as the others of the setting timeout");
	}
	if (err == PH_OK && proxy.len > 0)
		err = ph_foreign_uri_proxy(t->r, proxy, "proxy");
	if (err == PH_OK && from.len > 0)
		err = ph_foreign_set(t->r, "from", from, "from");
	return err == PH_OK ? put_rate(t) : err;
}

typedef enum ph_err step_fn(struct transport *t);

static enum ph_err put_transport(struct transport *t)
{
	static step_fn *const steps[] = { put_server, put_auth, put_tls,
		put_rest };
	enum ph_err err = take_all(t->r, t->j, keys, PH_COUNT(keys));

	for (size_t i = 0; err == PH_OK && i < PH_COUNT(steps); i++)
		err = steps[i](t);
	return err;
}

/* {"transport":"smtps://...", ...}: its URL is read as one alone is. */
static enum ph_err put_url(struct ph_foreign_reader *r, struct ph_span url)
{
	struct ph_foreign_reader inner = *r;

	inner.text = url;

	enum ph_err err = ph_foreign_read_url(&inner);

	r->current = inner.current;
	if (err == PH_OK && r->current == NULL)
		return ph_foreign_refuse(r, "its transport is no URL of SMTP");
	return err;
}

static bool is_transport(const json_t *j)
{
	static const char *const names[] = { "host", "service", "port", "auth",
		"secure" };

	for (size_t i = 0; i < PH_COUNT(names); i++) {
		if (json_object_get(j, names[i]) != NULL)
			return true;
	}
	return false;
}

static enum ph_err read_object(struct ph_foreign_reader *r, json_t *j)
{
	json_t *inner = json_object_get(j, "transport");
	struct ph_span url = text_of(j, "transport");
	struct ph_span from = text_of(json_object_get(j, "defaults"), "from");
	struct transport t = { r, json_is_object(inner) ? inner : j };
	enum ph_err err = PH_OK;

	if (url.len > 0) {
		err = put_url(r, url);
	} else if (is_transport(t.j)) {
		err = ph_foreign_begin(r, PH_SPAN(""));
		if (err == PH_OK)
			err = put_transport(&t);
	} else {
		return ph_foreign_refuse(
		    r, "it names neither host nor service");
	}
	if (err == PH_OK && from.len > 0)
		err = ph_foreign_set(r, "from", from, "defaults.from");
	return err;
}

enum ph_err ph_foreign_read_nodemailer(struct ph_foreign_reader *r)
{
	json_t *j = NULL;
	const char *why = "";
	enum ph_err err = ph_foreign_json_read(r->text, &j, &why, &r->line);

	if (err == PH_EINVAL)
		return ph_foreign_refuse(r, "%s", why);
	if (err != PH_OK)
		return err;
	r->line = 0;
	err = read_object(r, j);
	json_decref(j);
	return err;
}
