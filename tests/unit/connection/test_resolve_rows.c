#include "check.h"
#include "connection/settings.h"

#include <string.h>

/* One setting at a time: what it changes in the connection, and that it changes
   nothing else. */

/* The connection as a text of all its fields. */
static void put_spans(struct ph_buf *b, const char *name,
    const struct ph_span *items, size_t count)
{
	check(ph_buf_appendf(b, "%s", name) == PH_OK);
	for (size_t i = 0; i < count; i++) {
		check(
		    ph_buf_appendf(b, " %.*s", PH_SPAN_ARG(items[i])) == PH_OK);
	}
	check(ph_buf_append_char(b, '\n') == PH_OK);
}

static void put_text(struct ph_buf *b, const char *name, const char *value)
{
	check(value != NULL);
	check(ph_buf_appendf(b, "%s %s\n", name, value) == PH_OK);
}

static void put_number(struct ph_buf *b, const char *name, long long value)
{
	check(ph_buf_appendf(b, "%s %lld\n", name, value) == PH_OK);
}

static void put_server(struct ph_buf *b, const struct ph_connection *c)
{
	put_text(b, "host", c->host);
	put_number(b, "port", c->port);
	put_text(b, "encryption", ph_encryption_name(c->encryption));
	put_number(b, "timeout", c->timeout);
	put_number(b, "timeout-mail", c->timeout_mail);
	put_number(b, "timeout-rcpt", c->timeout_rcpt);
	put_number(b, "timeout-data", c->timeout_data);
	put_number(b, "timeout-block", c->timeout_block);
	put_number(b, "timeout-final", c->timeout_final);
	put_text(b, "code-page", c->code_page);
	put_text(b, "helo", c->helo);
	put_text(b, "source-address", c->source_address);
	put_number(b, "memory", c->memory);
}

static void put_login(struct ph_buf *b, const struct ph_connection *c)
{
	put_spans(b, "mechanisms", c->mechanisms, c->mechanism_count);
	put_text(b, "username", c->username);
	put_number(b, "password-kind", c->password_from.kind);
	put_text(b, "password-argument",
	    c->password_from.argument == NULL ? "" : c->password_from.argument);
	put_number(b, "password-fd", c->password_from.fd);
	put_text(b, "domain", c->domain);
	put_number(b, "anonymous", c->anonymous);
	put_number(b, "attempts", c->attempts);
	put_number(b, "allow-plaintext", c->allow_plaintext_password);
}

static void put_source(
    struct ph_buf *b, const char *name, const struct ph_secret_source *source)
{
	check(ph_buf_appendf(b, "%s %d %s %d\n", name, (int)source->kind,
		  source->argument == NULL ? "" : source->argument,
		  source->fd) == PH_OK);
}

static void put_rate(
    struct ph_buf *b, const char *name, const struct ph_rate *rate)
{
	check(ph_buf_appendf(b, "%s %lld in %lld\n", name,
		  (long long)rate->count, (long long)rate->per) == PH_OK);
}

static void put_proxy(struct ph_buf *b, const struct ph_proxy *p)
{
	put_number(b, "proxy-type", p->type);
	put_number(b, "proxy-use-credentials", p->use_credentials);
	put_text(b, "proxy-host", p->host);
	put_number(b, "proxy-port", p->port);
	put_text(b, "proxy-username", p->username);
	put_source(b, "proxy-password", &p->password_from);
	put_text(b, "proxy-domain", p->domain);
	put_text(b, "proxy-ca-file", p->ca_file);
}

static void put_oauth(struct ph_buf *b, const struct ph_oauth *o)
{
	put_number(b, "oauth-provider", o->provider);
	put_number(b, "oauth-grant", o->grant);
	put_text(b, "oauth-client-id", o->client_id);
	put_source(b, "oauth-secret", &o->client_secret_from);
	put_text(b, "oauth-tenant", o->tenant);
	put_text(b, "oauth-scope", o->scope);
	put_text(b, "oauth-device", o->device_endpoint);
	put_text(b, "oauth-token", o->token_endpoint);
	put_text(b, "oauth-ca-file", o->ca_file);
}

static void put_rest(struct ph_buf *b, const struct ph_connection *c)
{
	put_number(b, "tls-versions", c->tls_versions);
	put_number(b, "verify", c->verify);
	put_text(b, "ca-file", c->ca_file);
	put_spans(b, "pin", c->pins, c->pin_count);
	put_text(b, "client-certificate", c->client_certificate);
	put_text(b, "client-key", c->client_key);
	put_text(b, "verify-name", c->verify_name);
	put_source(b, "key-password", &c->client_key_password_from);
	put_proxy(b, &c->proxy);
	put_oauth(b, &c->oauth);
	put_text(b, "from", c->from);
	put_number(b, "rewrite-from", c->rewrite_from);
	put_number(b, "sessions", c->sessions);
	put_number(b, "messages-per-session", c->messages_per_session);
	put_number(b, "session-age", c->session_age);
	put_number(b, "recipients-per-message", c->recipients_per_message);
	put_number(b, "size", (long long)c->size);
	put_rate(b, "rate", &c->rate);
	put_rate(b, "quota", &c->quota);
}

/* What the connection is with these settings, besides host = h. */
static void describe(
    const struct ph_setting_override *given, size_t count, struct ph_buf *out)
{
	struct ph_setting_override all[3] = {
		{ ph_setting_find(PH_SPAN("connection"), PH_SPAN("host")),
		    PH_SPAN("h"), "--host" },
	};
	struct ph_resolve in = { .overrides = all,
		.override_count = count + 1 };
	struct ph_connection c = { 0 };
	struct ph_fault fault = { 0 };
	struct ph_arena a;

	for (size_t i = 0; i < count; i++)
		all[i + 1] = given[i];
	ph_arena_init(&a, 64 * 1024);
	ph_buf_init(out, 64 * 1024);
	check(ph_connection_resolve(&in, &a, &c, &fault) == PH_OK);
	check_str(fault.text, "");
	put_server(out, &c);
	put_login(out, &c);
	put_rest(out, &c);
	ph_arena_release(&a);
}

#define H "proxy.host=p"
#define P(type, port) \
 "proxy-type " #type "\nproxy-host p\nproxy-port " #port "\n"

static const struct {
	const char *name;
	const char *value;
	const char *lines; /* those that change, as they are then */
	const char *with;  /* "name=value" that it cannot do without */
} rows[] = {
	{ "host", "g", "host g\n", NULL },
	{ "host", "g:26", "host g\nport 26\n", NULL },
	{ "port", "26", "port 26\n", NULL },
	{ "port", "465", "port 465\nencryption before-connect\n", NULL },
	{ "port", "587", "port 587\nencryption after-connect\n", NULL },
	{ "encryption", "none", "encryption none\n", NULL },
	{ "encryption", "ssl", "port 465\nencryption before-connect\n", NULL },
	{ "timeout", "1min", "timeout 60000\n", NULL },
	{ "timeout-mail", "2", "timeout-mail 2000\n", NULL },
	{ "timeout-rcpt", "3s", "timeout-rcpt 3000\n", NULL },
	{ "timeout-data", "4ms", "timeout-data 4\n", NULL },
	{ "timeout-block", "1h", "timeout-block 3600000\n", NULL },
	{ "timeout-final", "1d", "timeout-final 86400000\n", NULL },
	{ "code-page", "koi8-r", "code-page koi8-r\n", NULL },
	{ "helo", "me", "helo me\n", NULL },
	{ "source-address", "::1", "source-address ::1\n", NULL },
	{ "memory", "no", "memory 0\n", NULL },
	{ "mechanisms", "PLAIN,LOGIN", "mechanisms PLAIN LOGIN\n", NULL },
	{ "mechanisms", "AUTO", "", NULL },
	{ "mechanisms", "", "", NULL },
	{ "username", "ann", "username ann\n", NULL },
	{ "password-from", "prompt", "password-kind 1\n", NULL },
	{ "password-from", "env:E", "password-kind 2\npassword-argument E\n",
	    NULL },
	{ "password-from", "fd:5",
	    "password-kind 4\npassword-argument 5\npassword-fd 5\n", NULL },
	{ "password-from", "stored", "password-kind 7\n", NULL },
	{ "domain", "D", "domain D\n", NULL },
	{ "anonymous", "on", "anonymous 1\n", NULL },
	{ "attempts", "9", "attempts 9\n", NULL },
	{ "allow-plaintext-password", "yes", "allow-plaintext 1\n", NULL },
	{ "tls-versions", "1.3", "tls-versions 8\n", NULL },
	{ "tls-versions", "1.2 1.0 1.1", "tls-versions 7\n", NULL },
	{ "verify", "off", "verify 2\n", NULL },
	{ "verify", "pin",
	    "verify 1\npin AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n",
	    "pin=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=" },
	{ "ca-file", "/ca", "ca-file /ca\n", NULL },
	{ "client-certificate", "/c", "client-certificate /c\nclient-key /c\n",
	    NULL },
	{ "client-key", "/k", "client-certificate /c\nclient-key /k\n",
	    "client-certificate=/c" },
	{ "from", "a@b", "from a@b\n", NULL },
	{ "rewrite-from", "envelope", "from a@b\nrewrite-from 1\n",
	    "from=a@b" },
	{ "rewrite-from", "both", "from a@b\nrewrite-from 2\n", "from=a@b" },
	{ "sessions", "3", "sessions 3\n", NULL },
	{ "messages-per-session", "4", "messages-per-session 4\n", NULL },
	{ "session-age", "5s", "session-age 5000\n", NULL },
	{ "recipients-per-message", "0", "recipients-per-message 0\n", NULL },
	{ "size", "1K", "size 1024\n", NULL },
	{ "rate", "1/s", "rate 1 in 1000\n", NULL },
	{ "quota", "2/d", "quota 2 in 86400000\n", NULL },
	{ "verify-name", "n", "verify-name n\n", NULL },
	{ "verify-name",
	    "b\xc3\xbc"
	    "cher.example.",
	    "verify-name xn--bcher-kva.example\n", NULL },
	{ "verify-name", "[::1]", "verify-name ::1\n", NULL },
	{ "client-key-password-from", "env:E", "key-password 2 E -1\n", NULL },
	{ "proxy.type", "none", "", NULL },
	{ "proxy.type", "system", "proxy-type 6\n", NULL },
	{ "proxy.type", "socks4", P(1, 1080), H },
	{ "proxy.type", "socks4a", P(2, 1080), H },
	{ "proxy.type", "socks5", P(3, 1080), H },
	{ "proxy.type", "http", P(4, 8080), H },
	{ "proxy.type", "https", P(5, 443), H },
	{ "proxy.type", "http", P(4, 3128), H ":3128" },
	{ "proxy.type", "http",
	    "proxy-type 4\nproxy-host xn--bcher-kva.example\n"
	    "proxy-port 8080\n",
	    "proxy.host=b\xc3\xbc"
	    "cher.example" },
	/* Without a type, as when it is kept for later. */
	{ "proxy.host", "p:1080", "", NULL },
	{ "proxy.port", "1080", "", NULL },
	{ "proxy.username", "u", "proxy-username u\n", NULL },
	{ "proxy.use-credentials", "yes", "proxy-use-credentials 1\n", NULL },
	{ "proxy.password-from", "env:E", "proxy-password 2 E -1\n", NULL },
	{ "proxy.domain", "D", "proxy-domain D\n", NULL },
	{ "proxy.ca-file", "/ca", "proxy-ca-file /ca\n", NULL },
	{ "oauth.provider", "google", "oauth-provider 1\n", NULL },
	{ "oauth.provider", "microsoft", "oauth-provider 2\n", NULL },
	{ "oauth.provider", "yahoo", "oauth-provider 3\n", NULL },
	{ "oauth.grant", "client-credentials", "oauth-grant 1\n", NULL },
	{ "oauth.client-id", "i", "oauth-client-id i\n", NULL },
	{ "oauth.client-secret-from", "fd:3", "oauth-secret 4 3 3\n", NULL },
	{ "oauth.tenant", "t", "oauth-tenant t\n", NULL },
	{ "oauth.scope", "a b", "oauth-scope a b\n", NULL },
	{ "oauth.device-endpoint", "https://d", "oauth-device https://d\n",
	    NULL },
	{ "oauth.token-endpoint", "https://t", "oauth-token https://t\n",
	    NULL },
	{ "oauth.ca-file", "/ca", "oauth-ca-file /ca\n", NULL },
	{ "password-from", "oauth", "password-kind 8\n", NULL },
	{ "password-from", "credential:smtp",
	    "password-kind 9\npassword-argument smtp\n", NULL },
	{ "inherits", "x", "", NULL },
	{ "default", "yes", "", NULL },
};

/* The lines of b that are not in a. */
static void compare(
    const struct ph_buf *a, const struct ph_buf *b, struct ph_buf *out)
{
	struct ph_span left = ph_buf_span(a);
	struct ph_span right = ph_buf_span(b);
	struct ph_span x;
	struct ph_span y;

	ph_buf_init(out, 4096);
	while (
	    ph_span_split(&left, '\n', &x) && ph_span_split(&right, '\n', &y)) {
		if (ph_span_eq(x, y))
			continue;
		check(ph_buf_appendf(out, "%.*s\n", PH_SPAN_ARG(y)) == PH_OK);
	}
}

static struct ph_setting_override make(const char *name, struct ph_span value)
{
	return (struct ph_setting_override){
		.row = ph_setting_find(PH_SPAN(""), ph_span_of(name)),
		.value = value,
		.origin = "--option",
	};
}

static void test_row(size_t i, const struct ph_buf *usual)
{
	struct ph_setting_override given[2];
	struct ph_buf now;
	struct ph_buf changed;
	size_t count = 0;
	char name[64];

	check_case(rows[i].name, i);
	given[count++] = make(rows[i].name, ph_span_of(rows[i].value));
	if (rows[i].with != NULL) {
		struct ph_span with = ph_span_of(rows[i].with);
		size_t equals = ph_span_find(with, '=');

		memcpy(name, with.ptr, equals);
		name[equals] = '\0';
		given[count++] = make(name, ph_span_skip(with, equals + 1));
	}
	describe(given, count, &now);
	compare(usual, &now, &changed);
	check_str(ph_buf_str(&changed), rows[i].lines);
	ph_buf_release(&changed);
	ph_buf_release(&now);
}

/* No setting is forgotten above. */
static void test_all_are_here(void)
{
	static const char *const without[] = { "pin" };

	for (size_t i = 0; i < ph_settings_count; i++) {
		const struct ph_setting *row = &ph_settings[i];
		bool found = false;

		for (size_t k = 0; k < PH_COUNT(rows); k++) {
			found |= ph_setting_find(PH_SPAN(""),
				     ph_span_of(rows[k].name)) == row;
		}
		for (size_t k = 0; k < PH_COUNT(without); k++)
			found |= strcmp(row->name, without[k]) == 0;
		check_case(row->name, i);
		check(found);
	}
}

int main(void)
{
	struct ph_buf usual;

	describe(NULL, 0, &usual);
	for (size_t i = 0; i < PH_COUNT(rows); i++)
		test_row(i, &usual);
	test_all_are_here();
	ph_buf_release(&usual);
	return check_end();
}
