#include "connection/host.h"
#include "connection/percent.h"
#include "connection/settings.h"

static const char origin[] = "the server's URL";

static const struct {
	const char *scheme;
	const char *encryption;
} schemes[] = {
	{ "smtp", "wanted" },
	{ "smtp+starttls", "after-connect" },
	{ "smtps", "before-connect" },
	{ "smtp+none", "none" },
};

struct parser {
	struct ph_arena *a;
	struct ph_server_url *url;
	struct ph_fault *fault;
	char *secret; /* the password's copy, once there is one */
	size_t secret_len;
};

/* The URL itself is never shown: it may hold a password. */
static enum ph_err refuse(const struct parser *p, const char *why)
{
	ph_fault_set(
	    p->fault, PH_CAUSE_CONFIG, PH_STAGE_CONFIG, "%s: %s", origin, why);
	ph_fault_advise(p->fault,
	    "write smtp://, smtp+starttls://, smtps:// or smtp+none://, then "
	    "[user@]host[:port]");
	return PH_EINVAL;
}

static enum ph_err add(struct parser *p, const char *name, struct ph_span value)
{
	struct ph_setting_override *o =
	    &p->url->overrides[p->url->override_count];
	enum ph_err err = ph_arena_copy(p->a, value, &o->value);
	if (err != PH_OK)
		return err;
	o->row = ph_setting_find(PH_SPAN(""), ph_span_of(name));
	o->origin = origin;
	err = ph_setting_check(o->row, o->value, p->fault);
	if (err != PH_OK) {
		ph_fault_prefix(p->fault, origin);
		return err;
	}
	p->url->override_count++;
	return PH_OK;
}

/* Without the escapes, in the arena. */
static enum ph_err decode(
    struct parser *p, struct ph_span s, char **text_out, size_t *len_out)
{
	char *text = ph_arena_str(p->a, s);

	if (text == NULL)
		return PH_ENOMEM;
	*text_out = text;
	if (ph_percent_decode(text, s.len, len_out) != PH_OK)
		return refuse(p, "a % is followed by two hexadecimal digits");
	return PH_OK;
}

static enum ph_err read_password(struct parser *p, struct ph_span s)
{
	size_t len = 0;

	p->secret_len = s.len;

	enum ph_err err = decode(p, s, &p->secret, &len);
	if (err != PH_OK)
		return err;
	p->url->password = (struct ph_span){ p->secret, len };
	p->url->has_password = true;
	return PH_OK;
}

static enum ph_err read_user(struct parser *p, struct ph_span s)
{
	size_t colon = ph_span_find(s, ':');
	char *name = NULL;
	size_t len = 0;
	enum ph_err err = PH_OK;

	if (colon < s.len)
		err = read_password(p, ph_span_skip(s, colon + 1));
	if (err == PH_OK)
		err = decode(p, ph_span_first(s, colon), &name, &len);
	if (err != PH_OK)
		return err;
	if (len == 0)
		return refuse(p, "the user name before @ is empty");
	return add(p, "username", (struct ph_span){ name, len });
}

static size_t find_last(struct ph_span s, char c)
{
	for (size_t i = s.len; i > 0; i--) {
		if (s.ptr[i - 1] == c)
			return i - 1;
	}
	return s.len;
}

static enum ph_err read_authority(struct parser *p, struct ph_span s)
{
	/* User names are mail addresses; the last @ ends them. */
	size_t at = find_last(s, '@');
	struct ph_host host;
	struct ph_span name = { 0 };
	char *text = NULL;
	enum ph_err err = PH_OK;

	if (at < s.len) {
		err = read_user(p, ph_span_first(s, at));
		s = ph_span_skip(s, at + 1);
	}
	if (err == PH_OK)
		err = decode(p, s, &text, &name.len);
	if (err != PH_OK)
		return err;
	name.ptr = text;
	err = ph_host_parse(name, &host, p->fault);
	if (err != PH_OK) {
		ph_fault_prefix(p->fault, origin);
		return err;
	}
	err = add(p, "host", host.name);
	if (err != PH_OK || host.port == 0)
		return err;
	return add(p, "port", ph_span_skip(name, find_last(name, ':') + 1));
}

static enum ph_err read_scheme(struct parser *p, struct ph_span scheme)
{
	for (size_t i = 0; i < PH_COUNT(schemes); i++) {
		if (ph_span_eq_nocase(scheme, ph_span_of(schemes[i].scheme))) {
			return add(
			    p, "encryption", ph_span_of(schemes[i].encryption));
		}
	}
	return refuse(p, "unknown scheme");
}

/* The index of "://", or s.len. */
static size_t find_scheme_end(struct ph_span s)
{
	size_t colon = ph_span_find(s, ':');

	if (s.len - colon >= 3 && memcmp(s.ptr + colon, "://", 3) == 0)
		return colon;
	return s.len;
}

enum ph_err ph_server_url_parse(struct ph_span url, struct ph_arena *a,
    struct ph_server_url *out, struct ph_fault *fault)
{
	struct ph_server_url parsed = { 0 };
	struct parser p = { .a = a, .url = &parsed, .fault = fault };
	size_t scheme = find_scheme_end(url);
	enum ph_err err = PH_OK;

	if (ph_span_has_control(url))
		return refuse(&p, "holds a control byte");
	if (scheme < url.len) {
		err = read_scheme(&p, ph_span_first(url, scheme));
		if (err != PH_OK)
			return err;
		url = ph_span_skip(url, scheme + 3);
	}
	if (url.len > 0 && url.ptr[url.len - 1] == '/')
		url.len--;
	err = read_authority(&p, url);
	if (err != PH_OK) {
		if (p.secret != NULL)
			explicit_bzero(p.secret, p.secret_len);
		return err;
	}
	*out = parsed;
	return PH_OK;
}
