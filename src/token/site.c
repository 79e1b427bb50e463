#include "token/site.h"

#include "oauth/url.h"

/* One site being put together. */
struct making {
	const struct ph_connection *conn;
	struct ph_arena *arena;
	struct ph_token_site *site;
	struct ph_fault *fault;
};

const struct ph_oauth_issuer *ph_token_site_issuer(
    const struct ph_connection *conn)
{
	static const char *const names[] = {
		[PH_OAUTH_NONE] = "none",
		[PH_OAUTH_GOOGLE] = "google",
		[PH_OAUTH_MICROSOFT] = "microsoft",
		[PH_OAUTH_YAHOO] = "yahoo",
	};

	return ph_oauth_issuer_find(ph_span_of(names[conn->oauth.provider]));
}

static void refuse(const struct making *m, const char *what)
{
	ph_fault_set(m->fault, PH_CAUSE_CONFIG, PH_STAGE_CONFIG,
	    "connection \"%s\" %s", m->conn->name, what);
}

static enum ph_err refuse_endpoint(const struct making *m)
{
	const struct ph_oauth_issuer *guess =
	    ph_oauth_issuer_of_host(ph_span_of(m->conn->host));

	refuse(m, "does not say whose sign-in it uses");
	if (guess != NULL) {
		ph_fault_advise(m->fault,
		    "%s's server is %s's: posthaste connection set %s "
		    "oauth.provider=%s",
		    m->conn->host, guess->title, m->conn->name, guess->name);
	} else {
		ph_fault_advise(m->fault,
		    "posthaste connection set %s oauth.provider=google, "
		    "microsoft or yahoo; or, for another server, "
		    "oauth.token-endpoint=URL and oauth.device-endpoint=URL",
		    m->conn->name);
	}
	return PH_EINVAL;
}

static enum ph_err refuse_client(const struct making *m)
{
	const struct ph_oauth_issuer *issuer = m->site->issuer;

	refuse(m, "has no client-id: an application has to be registered");
	ph_fault_advise(m->fault,
	    "%s; then posthaste connection set %s oauth.client-id=ID",
	    issuer == NULL
		? "register one with who runs the server; its client id is it"
		: issuer->client_id,
	    m->conn->name);
	return PH_EINVAL;
}

static enum ph_err refuse_tenant(const struct making *m)
{
	refuse(m,
	    "needs a tenant: without a person, it is one organisation's "
	    "own sign-in");
	ph_fault_advise(m->fault,
	    "posthaste connection set %s oauth.tenant=DOMAIN, the "
	    "organisation's domain or its directory (tenant) ID",
	    m->conn->name);
	return PH_EINVAL;
}

static enum ph_err refuse_grant(const struct making *m)
{
	ph_fault_set(m->fault, PH_CAUSE_CONFIG, PH_STAGE_CONFIG,
	    "connection \"%s\": %s gives no tokens for mail by "
	    "client-credentials",
	    m->conn->name, m->site->issuer->title);
	ph_fault_advise(m->fault,
	    "posthaste connection set %s oauth.grant=device-code",
	    m->conn->name);
	return PH_EINVAL;
}

static enum ph_err check(struct making *m)
{
	const struct ph_oauth *o = &m->conn->oauth;
	const struct ph_oauth_issuer *issuer = m->site->issuer;

	if (m->conn->username[0] == '\0') {
		refuse(m, "has no user name, and a token is for one mailbox");
		ph_fault_advise(m->fault,
		    "posthaste connection set %s username=ADDRESS",
		    m->conn->name);
		return PH_EINVAL;
	}
	if (issuer == NULL && o->token_endpoint[0] == '\0')
		return refuse_endpoint(m);
	if (o->client_id[0] == '\0')
		return refuse_client(m);
	if (!m->site->is_app || issuer == NULL)
		return PH_OK;
	if (issuer->app_scope[0] == '\0' && o->scope[0] == '\0')
		return refuse_grant(m);
	if (issuer->tenant[0] != '\0' && o->tenant[0] == '\0' &&
	    o->token_endpoint[0] == '\0')
		return refuse_tenant(m);
	return PH_OK;
}

static enum ph_err refuse_url(
    const struct making *m, const char *setting, const char *url)
{
	ph_fault_set(m->fault, PH_CAUSE_CONFIG, PH_STAGE_CONFIG,
	    "connection \"%s\": %s = %s is not https://HOST/..., and tokens "
	    "travel by that alone",
	    m->conn->name, setting, url);
	return PH_EINVAL;
}

static enum ph_err fill_tenant(
    struct making *m, const char *pattern, const char **out)
{
	PH_CLEANUP(ph_buf_release) struct ph_buf url;
	const char *tenant = m->conn->oauth.tenant;

	ph_buf_init(&url, PH_OAUTH_URL_MAX);
	if (tenant[0] == '\0')
		tenant = m->site->issuer->tenant;

	enum ph_err err = ph_oauth_url_write(pattern, ph_span_of(tenant), &url);

	if (err == PH_EINVAL) {
		ph_fault_set(m->fault, PH_CAUSE_CONFIG, PH_STAGE_CONFIG,
		    "connection \"%s\": tenant = %s is neither a domain nor a "
		    "directory's ID",
		    m->conn->name, tenant);
	}
	if (err != PH_OK)
		return err;
	*out = ph_arena_str(m->arena, ph_buf_span(&url));
	return *out == NULL ? PH_ENOMEM : PH_OK;
}

/* The connection's own, or the provider's. */
static enum ph_err find_url(struct making *m, const char *setting,
    const char *own, const char *pattern, const char **out)
{
	if (own[0] != '\0') {
		*out = own;
		return ph_oauth_url_is_safe(ph_span_of(own))
		    ? PH_OK
		    : refuse_url(m, setting, own);
	}
	*out = "";
	/* A token endpoint of one's own goes with a device endpoint of one's
	   own: a code of one server is nothing to another. */
	return pattern[0] == '\0' ? PH_OK : fill_tenant(m, pattern, out);
}

static enum ph_err find_urls(struct making *m)
{
	const struct ph_oauth *o = &m->conn->oauth;
	const struct ph_oauth_issuer *issuer = m->site->issuer;
	bool is_own = o->token_endpoint[0] != '\0';
	enum ph_err err = find_url(m, "token-endpoint", o->token_endpoint,
	    issuer == NULL ? "" : issuer->token_url, &m->site->token_url);

	if (err != PH_OK)
		return err;
	return find_url(m, "device-endpoint", o->device_endpoint,
	    issuer == NULL || is_own ? "" : issuer->device_url,
	    &m->site->device_url);
}

static const char *scope_of(const struct making *m)
{
	const struct ph_oauth_issuer *issuer = m->site->issuer;

	if (m->conn->oauth.scope[0] != '\0' || issuer == NULL)
		return m->conn->oauth.scope;
	return m->site->is_app ? issuer->app_scope : issuer->scope;
}

enum ph_err ph_token_site_find(const struct ph_connection *conn,
    struct ph_arena *a, struct ph_token_site *out, struct ph_fault *fault)
{
	struct ph_token_site site = {
		.issuer = ph_token_site_issuer(conn),
		.client_id = conn->oauth.client_id,
		.ca_file = conn->oauth.ca_file,
		.is_app = conn->oauth.grant == PH_OAUTH_CLIENT_CREDENTIALS,
		.proxy = &conn->proxy,
		.timeout = conn->timeout,
	};
	struct making m = { conn, a, &site, fault };
	enum ph_err err = check(&m);

	if (err == PH_OK)
		err = find_urls(&m);
	if (err != PH_OK)
		return err;
	site.scope = scope_of(&m);
	*out = site;
	return PH_OK;
}
