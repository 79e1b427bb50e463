#include "oauth/url.h"

#include "base/ascii.h"

static const struct ph_span https = PH_SPAN_INIT("https://");
static const struct ph_span http = PH_SPAN_INIT("http://");

static bool is_printable(struct ph_span s)
{
	for (size_t i = 0; i < s.len; i++) {
		if (s.ptr[i] <= ' ' || s.ptr[i] > '~' || s.ptr[i] == '\\')
			return false;
	}
	return true;
}

/* What stands behind the scheme; empty when it is another. */
static struct ph_span after_scheme(struct ph_span url)
{
	if (ph_span_starts_nocase(url, https))
		return ph_span_skip(url, https.len);
	if (ph_span_starts_nocase(url, http))
		return ph_span_skip(url, http.len);
	return (struct ph_span){ 0 };
}

static struct ph_span authority_of(struct ph_span url)
{
	struct ph_span rest = after_scheme(url);
	size_t end = ph_span_find(rest, '/');
	size_t question = ph_span_find(rest, '?');

	return ph_span_first(rest, question < end ? question : end);
}

/* Digits, behind the colon; none is fine (RFC 3986 3.2.3). */
static bool is_port(struct ph_span s)
{
	if (s.len > 5)
		return false;
	for (size_t i = 0; i < s.len; i++) {
		if (!ph_ascii_is_digit(s.ptr[i]))
			return false;
	}
	return true;
}

/* Takes the port off.  False: it is none. */
static bool split_port(struct ph_span authority, struct ph_span *host_out)
{
	size_t bracket = ph_span_find(authority, ']');
	size_t from = bracket == authority.len ? 0 : bracket + 1;
	size_t colon = from + ph_span_find(ph_span_skip(authority, from), ':');

	*host_out = ph_span_first(authority, colon);
	if (from > 0 && colon != from)
		return false;
	return colon == authority.len ||
	    is_port(ph_span_skip(authority, colon + 1));
}

static bool is_four_numbers(struct ph_span s)
{
	struct ph_span part;
	unsigned count = 0;

	while (ph_span_split(&s, '.', &part)) {
		if (part.len == 0 || part.len > 3 || !is_port(part))
			return false;
		count++;
	}
	return count == 4;
}

static bool is_this_computer(struct ph_span host)
{
	return ph_span_eq_nocase(host, PH_SPAN("localhost")) ||
	    ph_span_eq(host, PH_SPAN("[::1]")) ||
	    (ph_span_starts_nocase(host, PH_SPAN("127.")) &&
		is_four_numbers(host));
}

/* The host, or empty: it is no such URL. */
static struct ph_span host_of(struct ph_span url)
{
	struct ph_span none = { 0 };
	struct ph_span authority = authority_of(url);
	struct ph_span host = none;

	if (url.len > PH_OAUTH_URL_MAX || !is_printable(url) ||
	    ph_span_find(url, '#') < url.len ||
	    ph_span_find(authority, '@') < authority.len ||
	    !split_port(authority, &host))
		return none;
	return host;
}

bool ph_oauth_url_is_page(struct ph_span url)
{
	return host_of(url).len > 0;
}

bool ph_oauth_url_is_safe(struct ph_span url)
{
	struct ph_span host = host_of(url);

	if (host.len == 0)
		return false;
	return ph_span_starts_nocase(url, https) || is_this_computer(host);
}

struct ph_span ph_oauth_url_host(struct ph_span url)
{
	return ph_oauth_url_is_page(url) ? authority_of(url)
					 : (struct ph_span){ 0 };
}

static bool is_tenant(struct ph_span s)
{
	for (size_t i = 0; i < s.len; i++) {
		if (!ph_ascii_is_alnum(s.ptr[i]) && s.ptr[i] != '.' &&
		    s.ptr[i] != '-')
			return false;
	}
	/* "." and ".." would walk through the path. */
	return s.len > 0 && s.ptr[0] != '.';
}

enum ph_err ph_oauth_url_write(
    const char *pattern, struct ph_span tenant, struct ph_buf *out)
{
	static const struct ph_span mark = PH_SPAN_INIT("{tenant}");
	struct ph_span text = ph_span_of(pattern);
	size_t at = ph_span_find(text, '{');
	enum ph_err err;

	if (at == text.len)
		return ph_buf_append(out, text);
	if (!is_tenant(tenant))
		return PH_EINVAL;
	err = ph_buf_append(out, ph_span_first(text, at));
	if (err == PH_OK)
		err = ph_buf_append(out, tenant);
	if (err == PH_OK)
		err = ph_buf_append(out, ph_span_skip(text, at + mark.len));
	return err;
}
