#include "token/way.h"

#include "connection/host.h"
#include "connection/system_proxy.h"
#include "oauth/url.h"

#include <stdlib.h>

enum {
	ARENA_MAX = 64 * 1024,
	PORT_HTTP = 80,
	PORT_HTTPS = 443
};

/* As libcurl has them.  The names of SOCKS 5 are for the proxy to look up, as
   for mail. */
static const char *const schemes[] = {
	[PH_PROXY_NONE] = "",
	[PH_PROXY_SOCKS4] = "socks4",
	[PH_PROXY_SOCKS4A] = "socks4a",
	[PH_PROXY_SOCKS5] = "socks5h",
	[PH_PROXY_HTTP] = "http",
	[PH_PROXY_HTTPS] = "https",
	[PH_PROXY_SYSTEM] = "",
};

/* Which proxy, once the environment was asked. */
struct choice {
	enum ph_proxy_type type;
	const char *host;
	uint16_t port;
	const char *username;
	struct ph_span password;
};

static enum ph_err find_target(
    const char *url, struct ph_system_proxy_target *out, struct ph_fault *fault)
{
	struct ph_span host = ph_oauth_url_host(ph_span_of(url));
	bool is_secure =
	    ph_span_starts_nocase(ph_span_of(url), PH_SPAN("https:"));
	struct ph_host parsed = { 0 };
	enum ph_err err = ph_host_parse(host, &parsed, fault);

	if (err != PH_OK)
		return err;
	*out = (struct ph_system_proxy_target){
		.host = parsed.name,
		.port = parsed.port,
	};
	if (out->port == 0)
		out->port = is_secure ? PORT_HTTPS : PORT_HTTP;
	return PH_OK;
}

static enum ph_err ask_system(const char *url, struct ph_token_way *w,
    struct choice *c, struct ph_fault *fault)
{
	const char *values[PH_SYSTEM_PROXY_VARIABLES];
	struct ph_system_proxy_target target;
	struct ph_system_proxy found;
	enum ph_err err = find_target(url, &target, fault);

	for (size_t i = 0; i < PH_COUNT(values); i++)
		values[i] = getenv(ph_system_proxy_variables[i]);
	if (err == PH_OK) {
		err = ph_system_proxy_choose(
		    values, &target, &w->arena, &found, fault);
	}
	if (err != PH_OK)
		return err;
	w->secret = found.url.password;
	*c = (struct choice){
		.type = found.url.type,
		.host = found.url.host,
		.port = found.url.port,
		.username = found.url.username,
		.password = ph_secret_span(&w->secret),
	};
	return PH_OK;
}

static void take_settings(
    const struct ph_token_way_question *q, struct choice *c)
{
	const struct ph_proxy *p = q->proxy;

	if (p->type != PH_PROXY_SYSTEM) {
		c->type = p->type;
		c->host = p->host;
		c->port = p->port;
	}
	/* What the environment says of who logs in goes before. */
	if (p->use_credentials && c->username[0] == '\0') {
		c->username = p->username;
		c->password = q->password;
	}
}

static bool is_http(enum ph_proxy_type type)
{
	return type == PH_PROXY_HTTP || type == PH_PROXY_HTTPS;
}

/* One string of it, in the arena. */
static enum ph_err keep(
    struct ph_token_way *w, const struct ph_buf *text, const char **out)
{
	*out = ph_arena_str(&w->arena, ph_buf_span(text));
	return *out == NULL ? PH_ENOMEM : PH_OK;
}

static enum ph_err write_url(const struct choice *c, struct ph_token_way *w)
{
	PH_CLEANUP(ph_buf_release) struct ph_buf text;
	bool is_v6 = strchr(c->host, ':') != NULL;

	ph_buf_init(&text, PH_OAUTH_URL_MAX);

	enum ph_err err =
	    ph_buf_appendf(&text, is_v6 ? "%s://[%s]:%u" : "%s://%s:%u",
		schemes[c->type], c->host, (unsigned)c->port);

	return err == PH_OK ? keep(w, &text, &w->proxy.url) : err;
}

/* A Windows domain is for NTLM, which HTTP proxies alone have. */
static enum ph_err write_username(
    const struct choice *c, const char *domain, struct ph_token_way *w)
{
	PH_CLEANUP(ph_buf_release) struct ph_buf text;
	bool has_domain = domain[0] != '\0' && c->username[0] != '\0' &&
	    is_http(c->type) && strchr(c->username, '\\') == NULL;

	ph_buf_init(&text, PH_OAUTH_URL_MAX);

	enum ph_err err = ph_buf_appendf(&text, "%s%s%s",
	    has_domain ? domain : "", has_domain ? "\\" : "", c->username);

	return err == PH_OK ? keep(w, &text, &w->proxy.username) : err;
}

enum ph_err ph_token_way_find(const struct ph_token_way_question *q,
    struct ph_token_way *out, struct ph_fault *fault)
{
	PH_CLEANUP(ph_token_way_release) struct ph_token_way w = { 0 };
	struct choice c = { .host = "", .username = "" };
	enum ph_err err = PH_OK;

	ph_arena_init(&w.arena, ARENA_MAX);
	if (q->proxy->type == PH_PROXY_SYSTEM)
		err = ask_system(q->url, &w, &c, fault);
	if (err != PH_OK)
		return err;
	if (q->proxy->type != PH_PROXY_SYSTEM || c.type != PH_PROXY_NONE)
		take_settings(q, &c);
	w.is_straight = c.type == PH_PROXY_NONE;
	if (!w.is_straight)
		err = write_url(&c, &w);
	if (err == PH_OK && !w.is_straight)
		err = write_username(&c, q->proxy->domain, &w);
	if (err != PH_OK)
		return err;
	w.proxy.password = c.password;
	w.proxy.ca_file = q->proxy->ca_file;
	*out = w;
	w = (struct ph_token_way){ 0 };
	return PH_OK;
}

void ph_token_way_release(struct ph_token_way *w)
{
	ph_secret_release(&w->secret);
	ph_arena_release(&w->arena);
}
