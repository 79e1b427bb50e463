#include "foreign/formats.h"

#include "base/utf8.h"
#include "foreign/json.h"
#include "foreign/uri.h"

#include <stdio.h>

/* What could not be made is NULL, and adding it fails: `failed` is looked at
   once, at the end. */
struct maker {
	struct ph_foreign_writer *w;
	json_t *j;
	bool failed;
};

static void put(struct maker *m, json_t *object, const char *name, json_t *v)
{
	if (json_object_set_new(object, name, v) != 0)
		m->failed = true;
}

static void put_text(
    struct maker *m, json_t *object, const char *name, struct ph_span s)
{
	/* JSON holds UTF-8; a password need not be. */
	if (s.len > 0 && ph_utf8_valid(s))
		put(m, object, name, json_stringn(s.ptr, s.len));
}

static void put_setting(
    struct maker *m, json_t *object, const char *name, const char *setting)
{
	put_text(m, object, name, ph_foreign_value(m->w, setting));
}

/* Returns it, to be filled; NULL: memory is out. */
static json_t *put_object(struct maker *m, const char *name)
{
	json_t *object = json_object();

	put(m, m->j, name, object);
	return m->failed ? NULL : object;
}

static void put_server(struct maker *m)
{
	const struct ph_connection *c = &m->w->profile->connection;

	put_setting(m, m->j, "host", "host");
	put(m, m->j, "port", json_integer(c->port));
	put(m, m->j, "secure",
	    json_boolean(c->encryption == PH_ENCRYPTION_BEFORE_CONNECT));
	if (c->encryption == PH_ENCRYPTION_AFTER_CONNECT)
		put(m, m->j, "requireTLS", json_true());
	if (c->encryption == PH_ENCRYPTION_NONE)
		put(m, m->j, "ignoreTLS", json_true());
	put_setting(m, m->j, "name", "helo");
	put_setting(m, m->j, "localAddress", "source-address");
	put(m, m->j, "connectionTimeout", json_integer(c->timeout));
	put(m, m->j, "greetingTimeout", json_integer(c->timeout));
}

/* Another one it would refuse. */
static bool is_known(struct ph_span mechanism)
{
	return ph_span_eq_nocase(mechanism, PH_SPAN("PLAIN")) ||
	    ph_span_eq_nocase(mechanism, PH_SPAN("LOGIN")) ||
	    ph_span_eq_nocase(mechanism, PH_SPAN("CRAM-MD5"));
}

static void put_auth(struct maker *m)
{
	const struct ph_connection *c = &m->w->profile->connection;
	const struct ph_secret *secret =
	    ph_foreign_secret(m->w, PH_ROLE_PASSWORD);
	bool is_token = ph_connection_wants_token(c);
	json_t *auth;

	if (ph_foreign_is(m->w, "anonymous", "yes"))
		return;
	if (c->mechanism_count == 1 && is_known(c->mechanisms[0]))
		put_text(m, m->j, "authMethod", c->mechanisms[0]);
	auth = put_object(m, "auth");
	if (auth == NULL)
		return;
	if (is_token)
		put(m, auth, "type", json_string("OAuth2"));
	put_setting(m, auth, "user", "username");
	if (secret != NULL) {
		put_text(m, auth, is_token ? "accessToken" : "pass",
		    ph_secret_span(secret));
	}
	if (is_token) {
		put_setting(m, auth, "clientId", "oauth.client-id");
		put_setting(m, auth, "accessUrl", "oauth.token-endpoint");
	}
}

static void put_tls(struct maker *m)
{
	static const char *const names[] = { "TLSv1", "TLSv1.1", "TLSv1.2",
		"TLSv1.3" };
	unsigned versions = m->w->profile->connection.tls_versions;
	json_t *tls = put_object(m, "tls");
	size_t low = 0;
	size_t high = 3;

	if (tls == NULL)
		return;
	while (low < 3 && (versions >> low & 1) == 0)
		low++;
	while (high > low && (versions >> high & 1) == 0)
		high--;
	put(m, tls, "minVersion", json_string(names[low]));
	put(m, tls, "maxVersion", json_string(names[high]));
	put_setting(m, tls, "servername", "verify-name");
	put(m, tls, "rejectUnauthorized",
	    json_boolean(ph_foreign_is(m->w, "verify", "ca")));
}

static void put_rate(struct maker *m)
{
	const struct ph_rate *rate = &m->w->profile->connection.rate;

	if (rate->count == 0)
		return;
	put(m, m->j, "rateLimit", json_integer((json_int_t)rate->count));
	put(m, m->j, "rateDelta", json_integer(rate->per));
}

static void put_limits(struct maker *m)
{
	const struct ph_connection *c = &m->w->profile->connection;

	put(m, m->j, "pool", json_true());
	put(m, m->j, "maxConnections", json_integer(c->sessions));
	put(m, m->j, "maxMessages", json_integer(c->messages_per_session));
	put_rate(m);
}

static enum ph_err append_login(struct ph_foreign_writer *w, struct ph_buf *b)
{
	const struct ph_secret *secret = ph_foreign_secret(w, PH_ROLE_PROXY);
	enum ph_err err;

	if (!ph_foreign_is(w, "proxy.use-credentials", "yes"))
		return PH_OK;
	err = ph_foreign_uri_escape(b, ph_foreign_value(w, "proxy.username"));
	if (err == PH_OK && secret != NULL)
		err = ph_buf_append_char(b, ':');
	if (err == PH_OK && secret != NULL)
		err = ph_foreign_uri_escape(b, ph_secret_span(secret));
	return err == PH_OK ? ph_buf_append_char(b, '@') : err;
}

static enum ph_err make_proxy(struct ph_foreign_writer *w, struct ph_buf *b)
{
	struct ph_span host = ph_foreign_value(w, "proxy.host");
	bool is_v6 = ph_span_find(host, ':') < host.len;
	enum ph_err err = ph_buf_append(b, ph_foreign_value(w, "proxy.type"));

	if (err == PH_OK)
		err = ph_buf_append_str(b, "://");
	if (err == PH_OK)
		err = append_login(w, b);
	if (err == PH_OK)
		err = ph_buf_append_str(b, is_v6 ? "[" : "");
	if (err == PH_OK)
		err = ph_buf_append(b, host);
	if (err == PH_OK)
		err = ph_buf_append_str(b, is_v6 ? "]:" : ":");
	return err == PH_OK
	    ? ph_buf_append(b, ph_foreign_value(w, "proxy.port"))
	    : err;
}

static enum ph_err put_proxy(struct maker *m)
{
	struct ph_buf b;
	enum ph_err err;

	if (ph_foreign_is(m->w, "proxy.type", "none") ||
	    ph_foreign_is(m->w, "proxy.type", "system"))
		return PH_OK;
	ph_buf_init(&b, (size_t)3 * (PH_SECRET_MAX + 2 * PH_SETTINGS_LINE_MAX));
	err = make_proxy(m->w, &b);
	if (err == PH_OK)
		put_text(m, m->j, "proxy", ph_buf_span(&b));
	ph_buf_wipe(&b);
	return err;
}

static enum ph_err print(struct maker *m)
{
	char *text = m->failed ? NULL : json_dumps(m->j, JSON_INDENT(2));
	enum ph_err err =
	    text == NULL ? PH_ENOMEM : ph_buf_append_str(m->w->text, text);

	ph_foreign_json_free(text);
	return err == PH_OK ? ph_buf_append_char(m->w->text, '\n') : err;
}

enum ph_err ph_foreign_write_nodemailer(struct ph_foreign_writer *w)
{
	struct maker m = { .w = w };
	enum ph_err err = PH_ENOMEM;

	ph_foreign_json_wipes();
	m.j = json_object();
	if (m.j == NULL)
		return err;
	put_server(&m);
	put_auth(&m);
	put_tls(&m);
	put_limits(&m);
	err = put_proxy(&m);
	if (err == PH_OK)
		err = print(&m);
	json_decref(m.j);
	return err;
}
