#include "connection/role.h"

static const struct row {
	const char *name;
	const char *noun;
	const char *setting;
	const char *place;
} rows[PH_ROLE_COUNT] = {
	[PH_ROLE_PASSWORD] = { "password", "password", "password-from",
	    "host" },
	[PH_ROLE_PROXY] = { "proxy", "proxy password", "proxy.password-from",
	    "proxy" },
	[PH_ROLE_CLIENT_KEY] = { "client-key", "passphrase",
	    "client-key-password-from", "key" },
	[PH_ROLE_OAUTH_CLIENT] = { "oauth-client", "client secret",
	    "client-secret-from", "endpoint" },
	[PH_ROLE_TOKEN] = { "token", "token", "password-from", "host" },
};

const char *ph_role_name(enum ph_role role)
{
	return rows[role].name;
}

const char *ph_role_noun(enum ph_role role)
{
	return rows[role].noun;
}

const char *ph_role_setting(enum ph_role role)
{
	return rows[role].setting;
}

const char *ph_role_place_noun(enum ph_role role)
{
	return rows[role].place;
}

enum ph_err ph_role_parse(struct ph_span s, enum ph_role *out)
{
	for (size_t i = 0; i < PH_COUNT(rows); i++) {
		if (ph_span_eq_nocase(s, ph_span_of(rows[i].name))) {
			*out = (enum ph_role)i;
			return PH_OK;
		}
	}
	return PH_EINVAL;
}

const struct ph_secret_source *ph_role_source(
    const struct ph_connection *c, enum ph_role role)
{
	switch (role) {
	case PH_ROLE_PASSWORD:
	case PH_ROLE_TOKEN:
		break;
	case PH_ROLE_PROXY:
		return &c->proxy.password_from;
	case PH_ROLE_CLIENT_KEY:
		return &c->client_key_password_from;
	case PH_ROLE_OAUTH_CLIENT:
		return &c->oauth.client_secret_from;
	}
	return &c->password_from;
}

void ph_role_set_source(struct ph_connection *c, enum ph_role role,
    const struct ph_secret_source *source)
{
	switch (role) {
	case PH_ROLE_PASSWORD:
	case PH_ROLE_TOKEN:
		c->password_from = *source;
		return;
	case PH_ROLE_PROXY:
		c->proxy.password_from = *source;
		return;
	case PH_ROLE_CLIENT_KEY:
		c->client_key_password_from = *source;
		return;
	case PH_ROLE_OAUTH_CLIENT:
		c->oauth.client_secret_from = *source;
		return;
	}
}

static const char *endpoint(const struct ph_oauth *o)
{
	static const char *const providers[] = {
		[PH_OAUTH_NONE] = "",
		[PH_OAUTH_GOOGLE] = "google",
		[PH_OAUTH_MICROSOFT] = "microsoft",
		[PH_OAUTH_YAHOO] = "yahoo",
	};

	if (o->token_endpoint[0] != '\0')
		return o->token_endpoint;
	return providers[o->provider];
}

const char *ph_role_place(const struct ph_connection *c, enum ph_role role)
{
	switch (role) {
	case PH_ROLE_PASSWORD:
	case PH_ROLE_TOKEN:
		break;
	case PH_ROLE_PROXY:
		return c->proxy.host;
	case PH_ROLE_CLIENT_KEY:
		/* It may lie in the certificate's file. */
		return c->client_key[0] != '\0' ? c->client_key
						: c->client_certificate;
	case PH_ROLE_OAUTH_CLIENT:
		return endpoint(&c->oauth);
	}
	return c->host;
}

const char *ph_role_user(const struct ph_connection *c, enum ph_role role)
{
	switch (role) {
	case PH_ROLE_PASSWORD:
	case PH_ROLE_TOKEN:
		break;
	case PH_ROLE_PROXY:
		return c->proxy.username;
	case PH_ROLE_CLIENT_KEY:
		return "";
	case PH_ROLE_OAUTH_CLIENT:
		return c->oauth.client_id;
	}
	return c->username;
}

/* Some mechanisms prove who we are by other means. */
static bool is_login_secret(const struct ph_connection *c)
{
	static const char *const without[] = { "EXTERNAL", "ANONYMOUS",
		"GSSAPI" };

	if (c->username[0] == '\0' || c->anonymous)
		return false;
	for (size_t i = 0; i < c->mechanism_count; i++) {
		bool shows = true;

		for (size_t k = 0; k < PH_COUNT(without); k++) {
			if (ph_span_eq_nocase(
				c->mechanisms[i], ph_span_of(without[k])))
				shows = false;
		}
		if (shows)
			return true;
	}
	return c->mechanism_count == 0;
}

/* SOCKS 4 knows a user and no password. */
static bool is_proxy_secret(const struct ph_proxy *p)
{
	if (!p->use_credentials || p->username[0] == '\0')
		return false;
	switch (p->type) {
	case PH_PROXY_NONE:
	case PH_PROXY_SOCKS4:
	case PH_PROXY_SOCKS4A:
		return false;
	case PH_PROXY_SOCKS5:
	case PH_PROXY_HTTP:
	case PH_PROXY_HTTPS:
		return true;
	case PH_PROXY_SYSTEM:
		break;
	}
	/* The environment's words may hold one, or need none. */
	return p->password_from.kind != PH_SECRET_NONE;
}

bool ph_role_is_needed(const struct ph_connection *c, enum ph_role role)
{
	switch (role) {
	case PH_ROLE_PASSWORD:
		return is_login_secret(c);
	case PH_ROLE_PROXY:
		return is_proxy_secret(&c->proxy);
	case PH_ROLE_CLIENT_KEY:
		return c->client_certificate[0] != '\0' &&
		    c->client_key_password_from.kind != PH_SECRET_NONE;
	case PH_ROLE_OAUTH_CLIENT:
	case PH_ROLE_TOKEN:
		break;
	}
	return false;
}

enum ph_err ph_role_describe(
    const struct ph_connection *c, enum ph_role role, struct ph_buf *out)
{
	const char *place = ph_role_place(c, role);
	const char *user = ph_role_user(c, role);

	switch (role) {
	case PH_ROLE_PASSWORD:
		break;
	case PH_ROLE_PROXY:
		return ph_buf_appendf(
		    out, "password for %s at the proxy %s", user, place);
	case PH_ROLE_CLIENT_KEY:
		return ph_buf_appendf(out, "passphrase for the key %s", place);
	case PH_ROLE_OAUTH_CLIENT:
		return ph_buf_appendf(
		    out, "client secret of the application %s", user);
	case PH_ROLE_TOKEN:
		return ph_buf_appendf(out, "token for %s at %s", user, place);
	}
	return ph_buf_appendf(out, "password for %s at %s", user, place);
}
