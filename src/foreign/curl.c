#include "foreign/formats.h"

#include "foreign/uri.h"
#include "foreign/words.h"

#include <stdio.h>

/* A curl command line that sends mail, as curl 7.88 documents its options. */

enum kind {
	SETTING, /* its argument as it is */
	FILE_NAME,
	LOSE,
	IGNORE,
	URL,
	TRY_TLS,
	NEED_TLS,
	INSECURE,
	PIN,
	USER,
	LOGIN_OPTIONS,
	BEARER,
	TLS_MIN,
	TLS_MAX,
	CERTIFICATE,
	KEY_PASSPHRASE,
	PROXY,
	PROXY_USER,
	CONNECT_TIMEOUT,
	INTERFACE,
	NEXT
};

static const char message[] = "it is about a message";
static const char proxy_auth[] = "a proxy is asked how one can log in";

static const struct option {
	const char *name;
	char letter;
	bool takes;
	enum kind kind;
	const char *detail; /* the setting, or why it is lost */
} options[] = {
	{ "url", 0, true, URL, NULL },
	{ "ssl", 0, false, TRY_TLS, NULL },
	{ "ftp-ssl", 0, false, TRY_TLS, NULL },
	{ "ssl-reqd", 0, false, NEED_TLS, NULL },
	{ "ftp-ssl-reqd", 0, false, NEED_TLS, NULL },
	{ "insecure", 'k', false, INSECURE, NULL },
	{ "cacert", 0, true, FILE_NAME, "ca-file" },
	{ "pinnedpubkey", 0, true, PIN, NULL },
	{ "user", 'u', true, USER, NULL },
	{ "mail-from", 0, true, SETTING, "from" },
	{ "login-options", 0, true, LOGIN_OPTIONS, NULL },
	{ "oauth2-bearer", 0, true, BEARER, NULL },
	{ "tlsv1", '1', false, TLS_MIN, "1.0" },
	{ "tlsv1.0", 0, false, TLS_MIN, "1.0" },
	{ "tlsv1.1", 0, false, TLS_MIN, "1.1" },
	{ "tlsv1.2", 0, false, TLS_MIN, "1.2" },
	{ "tlsv1.3", 0, false, TLS_MIN, "1.3" },
	{ "tls-max", 0, true, TLS_MAX, NULL },
	{ "cert", 'E', true, CERTIFICATE, NULL },
	{ "key", 0, true, FILE_NAME, "client-key" },
	{ "pass", 0, true, KEY_PASSPHRASE, NULL },
	{ "proxy", 'x', true, PROXY, "" },
	{ "socks5", 0, true, PROXY, "socks5://" },
	{ "socks5-hostname", 0, true, PROXY, "socks5://" },
	{ "socks4", 0, true, PROXY, "socks4://" },
	{ "socks4a", 0, true, PROXY, "socks4a://" },
	{ "proxy-user", 'U', true, PROXY_USER, NULL },
	{ "proxy-cacert", 0, true, FILE_NAME, "proxy.ca-file" },
	{ "connect-timeout", 0, true, CONNECT_TIMEOUT, NULL },
	{ "interface", 0, true, INTERFACE, NULL },
	{ "max-time", 'm', true, LOSE,
	    "a connection has a time for each step, none for the whole" },
	{ "config", 'K', true, LOSE, "import that file too" },
	{ "netrc", 'n', false, LOSE, "the password is in ~/.netrc" },
	{ "netrc-file", 0, true, LOSE, "the password is in another file" },
	{ "capath", 0, true, LOSE, "a folder of certificates is not read" },
	{ "crlfile", 0, true, LOSE, "lists of revoked ones are not read" },
	{ "ciphers", 0, true, LOSE, "a connection names no ciphers" },
	{ "tls13-ciphers", 0, true, LOSE, "a connection names no ciphers" },
	{ "resolve", 0, true, LOSE, "a name is looked up as the system does" },
	{ "connect-to", 0, true, LOSE,
	    "see the settings host and "
	    "verify-name" },
	{ "sasl-authzid", 0, true, LOSE, "one acts for oneself alone" },
	{ "proxy-basic", 0, false, LOSE, proxy_auth },
	{ "proxy-digest", 0, false, LOSE, proxy_auth },
	{ "proxy-ntlm", 0, false, LOSE, proxy_auth },
	{ "proxy-negotiate", 0, false, LOSE, proxy_auth },
	{ "proxy-insecure", 0, false, LOSE, "an https proxy is verified" },
	{ "noproxy", 0, true, LOSE, "a connection has its proxy or none" },
	{ "doh-url", 0, true, LOSE, "a name is looked up as the system does" },
	{ "dns-servers", 0, true, LOSE, "the system's are asked" },
	{ "rate", 0, true, LOSE, "see the setting rate" },
	{ "limit-rate", 0, true, LOSE, "a message goes as fast as it can" },
	{ "retry", 0, true, LOSE, "see --retry-for of posthaste send" },
	{ "mail-rcpt", 0, true, LOSE, message },
	{ "mail-auth", 0, true, LOSE, message },
	{ "upload-file", 'T', true, LOSE, message },
	{ "form", 'F', true, LOSE, message },
	{ "header", 'H', true, LOSE, message },
	{ "data", 'd', true, LOSE, message },
	{ "request", 'X', true, LOSE, message },
	{ "mail-rcpt-allowfails", 0, false, IGNORE, NULL },
	{ "crlf", 0, false, IGNORE, NULL },
	{ "cert-type", 0, true, IGNORE, NULL },
	{ "key-type", 0, true, IGNORE, NULL },
	{ "sasl-ir", 0, false, IGNORE, NULL },
	{ "output", 'o', true, IGNORE, NULL },
	{ "write-out", 'w', true, IGNORE, NULL },
	{ "stderr", 0, true, IGNORE, NULL },
	{ "trace", 0, true, IGNORE, NULL },
	{ "trace-ascii", 0, true, IGNORE, NULL },
	{ "verbose", 'v', false, IGNORE, NULL },
	{ "silent", 's', false, IGNORE, NULL },
	{ "show-error", 'S', false, IGNORE, NULL },
	{ "fail", 'f', false, IGNORE, NULL },
	{ "ipv4", '4', false, LOSE, "both are tried, and the quicker taken" },
	{ "ipv6", '6', false, LOSE, "both are tried, and the quicker taken" },
	{ "progress-bar", '#', false, IGNORE, NULL },
	{ "next", ':', false, NEXT, NULL },
};

struct curl {
	struct ph_foreign_reader *r;
	const struct ph_foreign_words *w;
	size_t at;
	bool has_url;
	struct ph_foreign_uri uri;

	enum {
		TLS_NONE,
		TLS_TRIED,
		TLS_NEEDED
	} tls;

	bool insecure;
	bool has_pin;
	const char *tls_min;
	struct ph_span tls_max;
	struct ph_span bearer; /* ptr NULL: none */
	bool is_done;
};

static const struct option *find(struct ph_span name, char letter)
{
	for (size_t i = 0; i < PH_COUNT(options); i++) {
		if (letter != 0 ? options[i].letter == letter
				: ph_span_eq(name, ph_span_of(options[i].name)))
			return &options[i];
	}
	return NULL;
}

/* USER:PASSWORD */
static enum ph_err take_user(struct curl *c, struct ph_span value,
    const char *setting, enum ph_role role, const char *what)
{
	size_t colon = ph_span_find(value, ':');
	struct ph_span user = ph_span_first(value, colon);
	enum ph_err err = PH_OK;

	/* ";AUTH=PLAIN" is an old way to say --login-options. */
	if (role == PH_ROLE_PASSWORD)
		user = ph_span_first(user, ph_span_find(user, ';'));
	if (user.len > 0)
		err = ph_foreign_set(c->r, setting, user, what);
	if (err != PH_OK || colon == value.len)
		return err;
	return ph_foreign_keep(
	    c->r, role, ph_span_skip(value, colon + 1), what);
}

static enum ph_err take_proxy_user(struct curl *c, struct ph_span value)
{
	enum ph_err err = ph_foreign_set(
	    c->r, "proxy.use-credentials", PH_SPAN("yes"), "proxy-user");

	if (err != PH_OK)
		return err;
	return take_user(
	    c, value, "proxy.username", PH_ROLE_PROXY, "proxy-user");
}

/* AUTH=PLAIN;AUTH=LOGIN, in any order. */
static enum ph_err take_login_options(struct curl *c, struct ph_span value)
{
	struct ph_buf b;
	struct ph_span one;
	enum ph_err err = PH_OK;

	ph_buf_init(&b, PH_SETTINGS_LINE_MAX);
	while (err == PH_OK && ph_span_split(&value, ';', &one)) {
		if (!ph_span_starts_nocase(one, PH_SPAN("AUTH=")) ||
		    ph_span_eq(one, PH_SPAN("AUTH=*")))
			continue;
		if (b.len > 0)
			err = ph_buf_append_char(&b, ' ');
		one = ph_span_skip(one, 5);
		if (one.len > 0 && one.ptr[0] == '+')
			one = ph_span_skip(one, 1);
		if (err == PH_OK)
			err = ph_buf_append(&b, one);
	}
	if (err == PH_OK && b.len > 0) {
		err = ph_foreign_set(
		    c->r, "mechanisms", ph_buf_span(&b), "login-options");
	}
	ph_buf_release(&b);
	return err == PH_ETOOBIG
	    ? ph_foreign_lose(c->r, PH_SPAN("login-options"), "it is too long")
	    : err;
}

/* A password that stands in the URL comes later: it is put at the end. */
static enum ph_err take_bearer(struct curl *c, struct ph_span value)
{
	c->bearer = value;
	return PH_OK;
}

static bool takes_token(struct ph_span mechanism)
{
	return ph_span_eq_nocase(mechanism, PH_SPAN("OAUTHBEARER")) ||
	    ph_span_eq_nocase(mechanism, PH_SPAN("XOAUTH2"));
}

/* Of the mechanisms that are named, those that take a token, into list. */
static enum ph_err keep_token_mechanisms(struct curl *c, struct ph_buf *list)
{
	struct ph_span rest = ph_foreign_get(c->r, "mechanisms");
	struct ph_span one;
	enum ph_err err = PH_OK;

	while (
	    err == PH_OK && rest.len > 0 && ph_span_split(&rest, ' ', &one)) {
		if (!takes_token(one)) {
			err = ph_foreign_lose(c->r, PH_SPAN("login-options"),
			    "only OAUTHBEARER and XOAUTH2 take the token, "
			    "which is never sent as a password");
			continue;
		}
		if (list->len > 0)
			err = ph_buf_append_char(list, ' ');
		if (err == PH_OK)
			err = ph_buf_append(list, one);
	}
	if (err == PH_OK && list->len == 0)
		err = ph_buf_append_str(list, "OAUTHBEARER XOAUTH2");
	return err;
}

/* A token is the secret then, and no password. */
static enum ph_err put_bearer(struct curl *c)
{
	PH_CLEANUP(ph_buf_release) struct ph_buf list;
	enum ph_err err = PH_OK;

	ph_buf_init(&list, PH_SETTINGS_LINE_MAX);
	if (c->bearer.ptr == NULL)
		return PH_OK;
	if (c->r->current->has_secret[PH_ROLE_PASSWORD]) {
		err = ph_foreign_lose(c->r, PH_SPAN("the password"),
		    "oauth2-bearer gives a token, and a connection logs in "
		    "with one or the other");
	}
	if (err == PH_OK)
		err = keep_token_mechanisms(c, &list);
	if (err == PH_OK) {
		err = ph_foreign_set(
		    c->r, "mechanisms", ph_buf_span(&list), "oauth2-bearer");
	}
	return err == PH_OK ? ph_foreign_keep(c->r, PH_ROLE_PASSWORD, c->bearer,
				  "oauth2-bearer")
			    : err;
}

/* sha256//BASE64;sha256//BASE64, or a file with the key. */
static enum ph_err take_pin(struct curl *c, struct ph_span value)
{
	static const struct ph_span scheme = PH_SPAN_INIT("sha256//");
	struct ph_buf b;
	struct ph_span one;
	enum ph_err err = PH_OK;

	if (!ph_span_starts_nocase(value, scheme)) {
		return ph_foreign_lose(c->r, PH_SPAN("pinnedpubkey"),
		    "a key in a file is not read");
	}
	ph_buf_init(&b, PH_SETTINGS_LINE_MAX);
	while (err == PH_OK && ph_span_split(&value, ';', &one)) {
		if (!ph_span_starts_nocase(one, scheme))
			continue;
		if (b.len > 0)
			err = ph_buf_append_char(&b, ' ');
		if (err == PH_OK)
			err = ph_buf_append(&b, ph_span_skip(one, scheme.len));
	}
	if (err == PH_OK) {
		err = ph_foreign_set(
		    c->r, "pin", ph_buf_span(&b), "pinnedpubkey");
	}
	c->has_pin = ph_foreign_get(c->r, "pin").ptr != NULL;
	ph_buf_release(&b);
	return err == PH_ETOOBIG
	    ? ph_foreign_lose(c->r, PH_SPAN("pinnedpubkey"), "it is too long")
	    : err;
}

/* FILE[:PASSPHRASE]; \: and \\ are part of the file's name. */
static enum ph_err take_certificate(struct curl *c, struct ph_span value)
{
	struct ph_buf b;
	size_t i = 0;
	enum ph_err err = PH_OK;

	ph_buf_init(&b, value.len + 1);
	for (; err == PH_OK && i < value.len && value.ptr[i] != ':'; i++) {
		if (value.ptr[i] == '\\' && i + 1 < value.len &&
		    memchr(":\\", value.ptr[i + 1], 2) != NULL)
			i++;
		err = ph_buf_append_char(&b, value.ptr[i]);
	}
	if (err == PH_OK) {
		err = ph_foreign_set_path(
		    c->r, "client-certificate", ph_buf_span(&b), "cert");
	}
	ph_buf_release(&b);
	if (err != PH_OK || i + 1 >= value.len)
		return err;
	return ph_foreign_keep(
	    c->r, PH_ROLE_CLIENT_KEY, ph_span_skip(value, i + 1), "cert");
}

static enum ph_err take_proxy(
    struct curl *c, const struct option *o, struct ph_span value)
{
	struct ph_buf b;
	enum ph_err err;

	if (value.len == 0)
		return PH_OK;
	ph_buf_init(&b, value.len + 16);
	err = ph_buf_reserve(&b, value.len + 16);
	if (err == PH_OK)
		err = ph_buf_append_str(&b, o->detail);
	if (err == PH_OK)
		err = ph_buf_append(&b, value);
	if (err == PH_OK)
		err = ph_foreign_uri_proxy(c->r, ph_buf_span(&b), o->name);
	ph_buf_wipe(&b);
	return err;
}

/* Seconds, with or without a fraction. */
static enum ph_err take_timeout(struct curl *c, struct ph_span value)
{
	size_t dot = ph_span_find(value, '.');
	struct ph_buf b;
	enum ph_err err;

	if (dot == value.len) {
		return ph_foreign_set(
		    c->r, "timeout", value, "connect-timeout");
	}
	ph_buf_init(&b, value.len + 16);
	err = ph_buf_append(&b, ph_span_first(value, dot));
	if (err == PH_OK)
		err = ph_buf_append_str(&b, "s");
	for (size_t i = dot + 1; err == PH_OK && i < dot + 4; i++) {
		err =
		    ph_buf_append_char(&b, i < value.len ? value.ptr[i] : '0');
	}
	if (err == PH_OK)
		err = ph_buf_append_str(&b, "ms");
	if (err == PH_OK) {
		err = ph_foreign_set(
		    c->r, "timeout", ph_buf_span(&b), "connect-timeout");
	}
	ph_buf_release(&b);
	return err;
}

static enum ph_err take_url(struct curl *c, struct ph_span value)
{
	if (c->has_url) {
		return ph_foreign_lose(
		    c->r, PH_SPAN("url"), "a connection has one server");
	}
	c->has_url = ph_foreign_uri_split(value, &c->uri) &&
	    (ph_span_eq_nocase(c->uri.scheme, PH_SPAN("smtp")) ||
		ph_span_eq_nocase(c->uri.scheme, PH_SPAN("smtps")));
	if (!c->has_url) {
		return ph_foreign_lose(
		    c->r, PH_SPAN("url"), "it is none of smtp:// or smtps://");
	}
	return PH_OK;
}

/* Options that remember something until all are known. */
static enum ph_err remember(
    struct curl *c, const struct option *o, struct ph_span value)
{
	if (o->kind == TRY_TLS && c->tls == TLS_NONE)
		c->tls = TLS_TRIED;
	if (o->kind == NEED_TLS)
		c->tls = TLS_NEEDED;
	if (o->kind == INSECURE)
		c->insecure = true;
	if (o->kind == TLS_MIN)
		c->tls_min = o->detail;
	if (o->kind == TLS_MAX)
		c->tls_max = value;
	if (o->kind != NEXT)
		return PH_OK;
	c->is_done = true;
	return ph_foreign_lose(
	    c->r, PH_SPAN("next"), "what follows is another command's");
}

static enum ph_err take_login(
    struct curl *c, const struct option *o, struct ph_span value)
{
	if (o->kind == USER) {
		return take_user(
		    c, value, "username", PH_ROLE_PASSWORD, "user");
	}
	if (o->kind == LOGIN_OPTIONS)
		return take_login_options(c, value);
	if (o->kind == BEARER)
		return take_bearer(c, value);
	if (o->kind == PROXY_USER)
		return take_proxy_user(c, value);
	return ph_foreign_keep(c->r, PH_ROLE_CLIENT_KEY, value, o->name);
}

static bool is_login(enum kind kind)
{
	return kind == USER || kind == LOGIN_OPTIONS || kind == BEARER ||
	    kind == PROXY_USER || kind == KEY_PASSPHRASE;
}

static enum ph_err take_place(
    struct curl *c, const struct option *o, struct ph_span value)
{
	if (o->kind == URL)
		return take_url(c, value);
	if (o->kind == PROXY)
		return take_proxy(c, o, value);
	if (o->kind == CONNECT_TIMEOUT)
		return take_timeout(c, value);
	if (ph_span_starts_nocase(value, PH_SPAN("host!")))
		value = ph_span_skip(value, 5);
	return ph_foreign_set(c->r, "source-address", value, o->name);
}

static enum ph_err take(
    struct curl *c, const struct option *o, struct ph_span value)
{
	if (o->kind == IGNORE)
		return PH_OK;
	if (o->kind == LOSE)
		return ph_foreign_lose(c->r, ph_span_of(o->name), o->detail);
	if (o->kind == SETTING)
		return ph_foreign_set(c->r, o->detail, value, o->name);
	if (o->kind == FILE_NAME)
		return ph_foreign_set_path(c->r, o->detail, value, o->name);
	if (is_login(o->kind))
		return take_login(c, o, value);
	if (o->kind == PIN)
		return take_pin(c, value);
	if (o->kind == CERTIFICATE)
		return take_certificate(c, value);
	if (o->kind == URL || o->kind == PROXY || o->kind == CONNECT_TIMEOUT ||
	    o->kind == INTERFACE)
		return take_place(c, o, value);
	return remember(c, o, value);
}

/* The next word is its value; false: there is none. */
static bool next_value(struct curl *c, struct ph_span *out)
{
	if (c->at == c->w->count)
		return false;
	*out = c->w->words[c->at++];
	return true;
}

static enum ph_err take_option(
    struct curl *c, const struct option *o, struct ph_span value)
{
	if (o->takes && value.ptr == NULL && !next_value(c, &value)) {
		return ph_foreign_lose(
		    c->r, ph_span_of(o->name), "its value is missing");
	}
	return take(c, o, value);
}

/* -sSu ann: letters that take nothing may stand before one that does. */
static enum ph_err take_letters(struct curl *c, struct ph_span word)
{
	enum ph_err err = PH_OK;

	for (size_t i = 1; err == PH_OK && i < word.len; i++) {
		const struct option *o =
		    find((struct ph_span){ 0 }, word.ptr[i]);
		struct ph_span rest = ph_span_skip(word, i + 1);

		if (o == NULL) {
			return ph_foreign_lose(c->r, ph_span_first(word, 2),
			    "posthaste does not know it");
		}
		if (!o->takes) {
			err = take_option(c, o, (struct ph_span){ 0 });
			continue;
		}
		if (rest.len == 0)
			rest.ptr = NULL;
		return take_option(c, o, rest);
	}
	return err;
}

static enum ph_err take_word(struct curl *c, struct ph_span word)
{
	if (word.len < 2 || word.ptr[0] != '-') {
		/* What `connection export` leaves open: "$@". */
		return ph_span_eq(word, PH_SPAN("$@")) ? PH_OK
						       : take_url(c, word);
	}
	if (word.ptr[1] != '-')
		return take_letters(c, word);

	struct ph_span name = ph_span_skip(word, 2);
	const struct option *o = find(name, 0);

	if (o == NULL && ph_span_starts_nocase(name, PH_SPAN("no-")))
		return PH_OK;
	if (o == NULL) {
		return ph_foreign_lose(
		    c->r, name, "posthaste does not know it");
	}
	return take_option(c, o, (struct ph_span){ 0 });
}

/* 0 to 3; `preset` for what is none. */
static unsigned version_of(struct ph_span s, unsigned preset)
{
	static const char *const versions[] = { "1.0", "1.1", "1.2", "1.3" };

	for (unsigned i = 0; i < PH_COUNT(versions); i++) {
		if (ph_span_eq(s, ph_span_of(versions[i])))
			return i;
	}
	return preset;
}

static enum ph_err put_versions(struct curl *c)
{
	unsigned min = version_of(ph_span_of(c->tls_min), 2);
	unsigned max = version_of(c->tls_max, 3);
	char text[32] = "";
	size_t n = 0;

	if (c->tls_min == NULL && c->tls_max.len == 0)
		return PH_OK;
	if (min > max && c->tls_min == NULL)
		min = max;
	for (unsigned i = min; i <= max; i++) {
		n += (size_t)snprintf(
		    text + n, sizeof(text) - n, "%s1.%u", n > 0 ? " " : "", i);
	}
	if (n == 0) {
		return ph_foreign_lose(
		    c->r, PH_SPAN("tls-max"), "it is below the least version");
	}
	return ph_foreign_set(
	    c->r, "tls-versions", ph_span_of(text), "tls-max");
}

static enum ph_err put_verify(struct curl *c)
{
	if (c->has_pin && !c->insecure) {
		enum ph_err err = ph_foreign_lose(c->r, PH_SPAN("pinnedpubkey"),
		    "the key alone is checked here, not the issuer besides");
		if (err != PH_OK)
			return err;
	}
	if (c->has_pin) {
		return ph_foreign_set(
		    c->r, "verify", PH_SPAN("pin"), "pinnedpubkey");
	}
	return c->insecure
	    ? ph_foreign_set(c->r, "verify", PH_SPAN("off"), "insecure")
	    : PH_OK;
}

static enum ph_err put_server(struct curl *c)
{
	static const char *const modes[] = { [TLS_NONE] = "none",
		[TLS_TRIED] = "wanted",
		[TLS_NEEDED] = "after-connect" };
	bool first = ph_span_eq_nocase(c->uri.scheme, PH_SPAN("smtps"));
	const char *mode = first ? "before-connect" : modes[c->tls];
	struct ph_span port = c->uri.port;

	if (port.len == 0)
		port = first ? PH_SPAN("465") : PH_SPAN("25");

	enum ph_err err = ph_foreign_uri_set(c->r, "host", c->uri.host, "url");
	if (err == PH_OK)
		err = ph_foreign_set(c->r, "port", port, "url");
	if (err == PH_OK) {
		err =
		    ph_foreign_set(c->r, "encryption", ph_span_of(mode), "url");
	}
	if (err == PH_OK && c->uri.path.len > 0)
		err = ph_foreign_uri_set(c->r, "helo", c->uri.path, "url");
	return err == PH_OK && c->uri.has_user
	    ? ph_foreign_uri_login(c->r, &c->uri, "url")
	    : err;
}

static enum ph_err read_words(
    struct ph_foreign_reader *r, const struct ph_foreign_words *w)
{
	struct curl c = { .r = r, .w = w };
	enum ph_err err = ph_foreign_begin(r, PH_SPAN(""));

	/* `$ curl`, as in documentation. */
	if (w->count > 0 && ph_span_eq(w->words[0], PH_SPAN("$")))
		c.at++;
	c.at++;
	while (err == PH_OK && c.at < w->count && !c.is_done)
		err = take_word(&c, w->words[c.at++]);
	if (err == PH_OK && !c.has_url)
		return ph_foreign_refuse(r, "no smtp:// or smtps:// is in it");
	if (err == PH_OK)
		err = put_server(&c);
	if (err == PH_OK)
		err = put_bearer(&c);
	if (err == PH_OK)
		err = put_versions(&c);
	return err == PH_OK ? put_verify(&c) : err;
}

enum ph_err ph_foreign_read_curl(struct ph_foreign_reader *r)
{
	struct ph_foreign_words w = { 0 };
	struct ph_span text = r->text;
	struct ph_span line;

	/* A script's first line, and comments above. */
	for (;;) {
		struct ph_span rest = text;

		if (!ph_foreign_next_line(r, &rest, &line))
			break;
		if (line.len > 0 && line.ptr[0] != '#')
			break;
		text = rest;
	}

	enum ph_err err = ph_foreign_words_split(text, &w);

	if (err == PH_EINVAL)
		return ph_foreign_refuse(r, "a quote in it has no end");
	if (err == PH_OK)
		err = read_words(r, &w);
	ph_foreign_words_release(&w);
	return err;
}
