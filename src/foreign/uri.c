#include "foreign/uri.h"

#include "base/ascii.h"
#include "base/hex.h"

static size_t find_any(struct ph_span s, const char *chars)
{
	size_t count = strlen(chars);
	size_t n = 0;

	while (n < s.len && memchr(chars, s.ptr[n], count) == NULL)
		n++;
	return n;
}

static size_t find_last(struct ph_span s, char c)
{
	for (size_t i = s.len; i > 0; i--) {
		if (s.ptr[i - 1] == c)
			return i - 1;
	}
	return s.len;
}

static bool is_scheme(struct ph_span s)
{
	for (size_t i = 0; i < s.len; i++) {
		if (!ph_ascii_is_alnum(s.ptr[i]) &&
		    memchr("+-.", s.ptr[i], 3) == NULL)
			return false;
	}
	return s.len > 0 && ph_ascii_is_alpha(s.ptr[0]);
}

static struct ph_span rest_of(struct ph_span s, size_t n)
{
	return ph_span_skip(s, n < s.len ? n + 1 : s.len);
}

static void split_host(struct ph_span s, struct ph_foreign_uri *out)
{
	size_t end;

	if (s.len > 0 && s.ptr[0] == '[') {
		end = ph_span_find(s, ']');
		out->host = ph_span_skip(ph_span_first(s, end), 1);
		s = rest_of(s, end);
		out->port = s.len > 0 && s.ptr[0] == ':' ? ph_span_skip(s, 1)
							 : ph_span_first(s, 0);
		return;
	}
	end = ph_span_find(s, ':');
	out->host = ph_span_first(s, end);
	out->port = rest_of(s, end);
}

static void split_user(struct ph_span s, struct ph_foreign_uri *out)
{
	size_t colon = ph_span_find(s, ':');

	out->has_user = true;
	out->user = ph_span_first(s, colon);
	out->has_password = colon < s.len;
	out->password = rest_of(s, colon);
}

bool ph_foreign_uri_split(struct ph_span text, struct ph_foreign_uri *out)
{
	struct ph_foreign_uri u = { 0 };
	size_t colon = ph_span_find(text, ':');

	u.scheme = ph_span_first(text, colon);
	if (text.len - colon < 3 || memcmp(text.ptr + colon, "://", 3) != 0 ||
	    !is_scheme(u.scheme))
		return false;
	text = ph_span_skip(text, colon + 3);

	size_t end = find_any(text, "/?#");
	struct ph_span authority = ph_span_first(text, end);

	text = ph_span_skip(text, end);
	if (text.len > 0 && text.ptr[0] == '/') {
		text = ph_span_skip(text, 1);
		end = find_any(text, "?#");
		u.path = ph_span_first(text, end);
		text = ph_span_skip(text, end);
	}
	if (text.len > 0 && text.ptr[0] == '?') {
		text = ph_span_skip(text, 1);
		u.query = ph_span_first(text, ph_span_find(text, '#'));
	}

	/* User names are addresses; the last @ ends them. */
	size_t at = find_last(authority, '@');

	if (at < authority.len) {
		split_user(ph_span_first(authority, at), &u);
		authority = ph_span_skip(authority, at + 1);
	}
	split_host(authority, &u);
	*out = u;
	return true;
}

/* A % that begins no escape stands for itself.  Made once, so that no copy is
   left behind. */
static enum ph_err decode(struct ph_span s, struct ph_buf *out)
{
	ph_buf_init(out, s.len + 1);

	enum ph_err err = ph_buf_reserve(out, s.len + 1);

	for (size_t i = 0; err == PH_OK && i < s.len; i++) {
		char c = s.ptr[i];
		int octet = c == '%' && i + 2 < s.len
		    ? ph_hex_octet(s.ptr[i + 1], s.ptr[i + 2])
		    : -1;

		if (octet >= 0) {
			c = (char)octet;
			i += 2;
		}
		err = ph_buf_append_char(out, c);
	}
	return err;
}

enum ph_err ph_foreign_uri_set(struct ph_foreign_reader *r, const char *setting,
    struct ph_span part, const char *what)
{
	struct ph_buf b;
	enum ph_err err = decode(part, &b);

	if (err == PH_OK)
		err = ph_foreign_set(r, setting, ph_buf_span(&b), what);
	ph_buf_wipe(&b);
	return err;
}

enum ph_err ph_foreign_uri_keep(struct ph_foreign_reader *r, enum ph_role role,
    struct ph_span part, const char *what)
{
	struct ph_buf b;
	enum ph_err err = decode(part, &b);

	if (err == PH_OK)
		err = ph_foreign_keep(r, role, ph_buf_span(&b), what);
	ph_buf_wipe(&b);
	return err;
}

enum ph_err ph_foreign_uri_login(struct ph_foreign_reader *r,
    const struct ph_foreign_uri *uri, const char *what)
{
	enum ph_err err = PH_OK;

	if (uri->user.len > 0)
		err = ph_foreign_uri_set(r, "username", uri->user, what);
	if (err == PH_OK && uri->password.len > 0) {
		err = ph_foreign_uri_keep(
		    r, PH_ROLE_PASSWORD, uri->password, what);
	}
	return err;
}

static const struct {
	const char *scheme;
	const char *type;
} proxies[] = {
	{ "http", "http" },
	{ "https", "https" },
	{ "socks", "socks5" },
	{ "socks4", "socks4" },
	{ "socks4a", "socks4a" },
	{ "socks5", "socks5" },
	{ "socks5h", "socks5" },
};

static enum ph_err proxy_login(struct ph_foreign_reader *r,
    const struct ph_foreign_uri *uri, const char *what)
{
	if (!uri->has_user)
		return PH_OK;

	enum ph_err err =
	    ph_foreign_uri_set(r, "proxy.username", uri->user, what);
	if (err == PH_OK) {
		err = ph_foreign_set(
		    r, "proxy.use-credentials", PH_SPAN("yes"), what);
	}
	if (err != PH_OK || !uri->has_password)
		return err;
	return ph_foreign_uri_keep(r, PH_ROLE_PROXY, uri->password, what);
}

enum ph_err ph_foreign_uri_proxy(
    struct ph_foreign_reader *r, struct ph_span url, const char *what)
{
	struct ph_foreign_uri uri = { 0 };
	const char *type = NULL;

	if (!ph_foreign_uri_split(url, &uri)) {
		uri.scheme = PH_SPAN("http");
		split_host(url, &uri);
	}
	for (size_t i = 0; i < PH_COUNT(proxies); i++) {
		if (ph_span_eq_nocase(
			uri.scheme, ph_span_of(proxies[i].scheme)))
			type = proxies[i].type;
	}
	if (type == NULL || uri.host.len == 0) {
		return ph_foreign_lose(
		    r, ph_span_of(what), "it is no proxy that is known here");
	}

	enum ph_err err =
	    ph_foreign_set(r, "proxy.type", ph_span_of(type), what);
	if (err == PH_OK)
		err = ph_foreign_set(r, "proxy.host", uri.host, what);
	if (err == PH_OK && uri.port.len > 0)
		err = ph_foreign_set(r, "proxy.port", uri.port, what);
	return err == PH_OK ? proxy_login(r, &uri, what) : err;
}

enum ph_err ph_foreign_uri_escape(struct ph_buf *b, struct ph_span text)
{
	enum ph_err err = PH_OK;

	for (size_t i = 0; err == PH_OK && i < text.len; i++) {
		char c = text.ptr[i];

		if (ph_ascii_is_alnum(c) || memchr("-._~", c, 4) != NULL) {
			err = ph_buf_append_char(b, c);
		} else {
			err = ph_buf_appendf(b, "%%%02X", (unsigned char)c);
		}
	}
	return err;
}
