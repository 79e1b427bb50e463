#include "connection/proxy_url.h"

#include "connection/host.h"
#include "connection/percent.h"

enum {
	PORT_SOCKS = 1080,
	PORT_HTTP_PROXY = 8080,
	PORT_HTTPS = 443
};

static const struct {
	const char *name;
	uint16_t port;
} types[] = {
	[PH_PROXY_NONE] = { "none", 0 },
	[PH_PROXY_SOCKS4] = { "socks4", PORT_SOCKS },
	[PH_PROXY_SOCKS4A] = { "socks4a", PORT_SOCKS },
	[PH_PROXY_SOCKS5] = { "socks5", PORT_SOCKS },
	[PH_PROXY_HTTP] = { "http", PORT_HTTP_PROXY },
	[PH_PROXY_HTTPS] = { "https", PORT_HTTPS },
	[PH_PROXY_SYSTEM] = { "system", 0 },
};

/* Names are resolved by the proxy in each of them. */
static const struct {
	const char *scheme;
	enum ph_proxy_type type;
} schemes[] = {
	{ "socks4", PH_PROXY_SOCKS4 },
	{ "socks4a", PH_PROXY_SOCKS4A },
	{ "socks5", PH_PROXY_SOCKS5 },
	{ "socks5h", PH_PROXY_SOCKS5 },
	{ "socks", PH_PROXY_SOCKS5 },
	{ "http", PH_PROXY_HTTP },
	{ "https", PH_PROXY_HTTPS },
};

const char *ph_proxy_type_name(enum ph_proxy_type type)
{
	return types[type].name;
}

uint16_t ph_proxy_type_port(enum ph_proxy_type type)
{
	return types[type].port;
}

static enum ph_err refuse(struct ph_fault *fault, const char *why)
{
	ph_fault_set(fault, PH_CAUSE_CONFIG, PH_STAGE_CONFIG,
	    "the proxy's URL: %s", why);
	ph_fault_advise(fault,
	    "write socks5://, socks4://, socks4a://, http:// or https://, then "
	    "[user@]host[:port]");
	return PH_EINVAL;
}

static enum ph_err decode(struct ph_span s, struct ph_arena *a,
    struct ph_span *out, struct ph_fault *fault)
{
	char *text = ph_arena_str(a, s);

	if (text == NULL)
		return PH_ENOMEM;
	out->ptr = text;
	if (ph_percent_decode(text, s.len, &out->len) != PH_OK) {
		return refuse(
		    fault, "a % is followed by two hexadecimal digits");
	}
	return PH_OK;
}

static enum ph_err read_password(
    struct ph_span s, struct ph_proxy_url *out, struct ph_fault *fault)
{
	enum ph_err err = ph_secret_set(&out->password, s);

	if (err != PH_OK)
		return err;
	out->has_password = true;
	if (ph_percent_decode(out->password.ptr, s.len, &out->password.len) !=
	    PH_OK) {
		return refuse(
		    fault, "a % is followed by two hexadecimal digits");
	}
	return PH_OK;
}

static enum ph_err read_user(struct ph_span s, struct ph_arena *a,
    struct ph_proxy_url *out, struct ph_fault *fault)
{
	size_t colon = ph_span_find(s, ':');
	struct ph_span name = { 0 };
	enum ph_err err = PH_OK;

	if (colon < s.len)
		err = read_password(ph_span_skip(s, colon + 1), out, fault);
	if (err == PH_OK)
		err = decode(ph_span_first(s, colon), a, &name, fault);
	if (err != PH_OK)
		return err;
	if (name.len == 0)
		return refuse(fault, "the user name before @ is empty");
	if (ph_span_has_control(name))
		return refuse(fault, "the user name holds a control byte");
	out->username = name.ptr;
	return PH_OK;
}

static size_t find_last(struct ph_span s, char c)
{
	for (size_t i = s.len; i > 0; i--) {
		if (s.ptr[i - 1] == c)
			return i - 1;
	}
	return s.len;
}

static enum ph_err read_host(struct ph_span s, struct ph_arena *a,
    struct ph_proxy_url *out, struct ph_fault *fault)
{
	struct ph_host host = { 0 };
	enum ph_err err = decode(s, a, &s, fault);

	if (err == PH_OK)
		err = ph_host_parse(s, &host, fault);
	if (err == PH_OK)
		err = ph_host_to_ascii(host.name, a, &out->host, fault);
	if (err == PH_OK && host.port != 0)
		out->port = host.port;
	return err;
}

/* Takes the scheme and "://" off. */
static enum ph_err read_scheme(struct ph_span *url, bool bare,
    struct ph_proxy_url *out, struct ph_fault *fault)
{
	size_t colon = ph_span_find(*url, ':');
	struct ph_span scheme = ph_span_first(*url, colon);

	if (url->len - colon < 3 || memcmp(url->ptr + colon, "://", 3) != 0) {
		out->type = PH_PROXY_HTTP;
		return bare ? PH_OK : refuse(fault, "no kind stands before it");
	}
	*url = ph_span_skip(*url, colon + 3);
	for (size_t i = 0; i < PH_COUNT(schemes); i++) {
		if (ph_span_eq_nocase(scheme, ph_span_of(schemes[i].scheme))) {
			out->type = schemes[i].type;
			return PH_OK;
		}
	}
	return refuse(fault, "unknown kind of proxy");
}

static enum ph_err parse(struct ph_span url, bool bare, struct ph_arena *a,
    struct ph_proxy_url *out, struct ph_fault *fault)
{
	size_t at;
	enum ph_err err;

	if (ph_span_has_control(url))
		return refuse(fault, "holds a control byte");
	err = read_scheme(&url, bare, out, fault);
	if (err != PH_OK)
		return err;
	out->port = types[out->type].port;
	if (url.len > 0 && url.ptr[url.len - 1] == '/')
		url.len--;
	at = find_last(url, '@');
	if (at < url.len) {
		err = read_user(ph_span_first(url, at), a, out, fault);
		url = ph_span_skip(url, at + 1);
	}
	return err == PH_OK ? read_host(url, a, out, fault) : err;
}

enum ph_err ph_proxy_url_parse(struct ph_span url, bool bare,
    struct ph_arena *a, struct ph_proxy_url *out, struct ph_fault *fault)
{
	struct ph_proxy_url parsed = { .host = "", .username = "" };
	enum ph_err err = parse(url, bare, a, &parsed, fault);

	if (err == PH_OK) {
		*out = parsed;
	} else {
		ph_secret_release(&parsed.password);
	}
	return err;
}
