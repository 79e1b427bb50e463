#include "check.h"
#include "connection/lookup.h"
#include "connection/settings.h"
#include "failalloc.h"

#include <string.h>

enum {
	CHAIN_MAX = 3,
	OVERRIDES_MAX = 6
};

/* A question in text: files of lines "section.key = value" become real ones, so
   that a case fits on a line or two. */
struct question {
	const char *files[CHAIN_MAX];       /* as they would stand on disk */
	const char *options[OVERRIDES_MAX]; /* "--port=25", "url:port=25" */
};

struct setup {
	struct ph_settings_file *files[CHAIN_MAX];
	struct ph_setting_override overrides[OVERRIDES_MAX];
	struct ph_resolve in;
	struct ph_arena arena;
};

static void setup_begin(struct setup *s, const struct question *q)
{
	static const char *const names[] = { "a", "b", "c" };
	static const char *const paths[] = { "a.conf", "b.conf", "c.conf" };

	*s = (struct setup){ 0 };
	ph_arena_init(&s->arena, 1024 * 1024);
	for (size_t i = 0; i < CHAIN_MAX && q->files[i] != NULL; i++) {
		struct ph_fault fault = { 0 };

		check(ph_settings_file_parse(names[i], paths[i],
			  ph_span_of(q->files[i]), &s->files[i],
			  &fault) == PH_OK);
		check_str(fault.text, "");
		s->in.chain_count++;
	}
	for (size_t i = 0; i < OVERRIDES_MAX && q->options[i] != NULL; i++) {
		struct ph_span text = ph_span_of(q->options[i]);
		struct ph_setting_override *o = &s->overrides[i];
		bool is_url = ph_span_starts_nocase(text, PH_SPAN("url:"));

		text = ph_span_skip(text, is_url ? 4 : 2);

		size_t equals = ph_span_find(text, '=');
		struct ph_span name = ph_span_first(text, equals);

		o->row = ph_setting_find(PH_SPAN(""), name);
		o->value = ph_span_skip(text, equals + 1);
		o->origin = is_url ? "the URL" : "--option";
		s->in.override_count++;
	}
	s->in.chain = (const struct ph_settings_file *const *)s->files;
	s->in.overrides = s->overrides;
}

static void setup_end(struct setup *s)
{
	for (size_t i = 0; i < CHAIN_MAX; i++)
		ph_settings_file_free(s->files[i]);
	ph_arena_release(&s->arena);
}

#define C "[connection]\n"
#define A "[authentication]\n"
#define E "[encryption]\n"

static const struct {
	struct question q;
	const char *host;
	unsigned port;
	enum ph_encryption encryption;
} servers[] = {
	{ { { C "host = h\n" }, { NULL } }, "h", 25, PH_ENCRYPTION_WANTED },
	{ { { C "host = h\nport = 465\n" }, { NULL } }, "h", 465,
	    PH_ENCRYPTION_BEFORE_CONNECT },
	{ { { C "host = h\nport = 587\n" }, { NULL } }, "h", 587,
	    PH_ENCRYPTION_AFTER_CONNECT },
	{ { { C "host = h\nport = 2525\n" }, { NULL } }, "h", 2525,
	    PH_ENCRYPTION_WANTED },
	{ { { C "host = h:465\n" }, { NULL } }, "h", 465,
	    PH_ENCRYPTION_BEFORE_CONNECT },
	{ { { C "host = h\nencryption = none\n" }, { NULL } }, "h", 25,
	    PH_ENCRYPTION_NONE },
	{ { { C "host = h\nencryption = wanted\n" }, { NULL } }, "h", 25,
	    PH_ENCRYPTION_WANTED },
	{ { { C "host = h\nencryption = starttls\n" }, { NULL } }, "h", 587,
	    PH_ENCRYPTION_AFTER_CONNECT },
	{ { { C "host = h\nencryption = ssl\n" }, { NULL } }, "h", 465,
	    PH_ENCRYPTION_BEFORE_CONNECT },
	{ { { C "host = h\nencryption = required\n" }, { NULL } }, "h", 587,
	    PH_ENCRYPTION_AFTER_CONNECT },
	{ { { C "host = h:465\nencryption = required\n" }, { NULL } }, "h", 465,
	    PH_ENCRYPTION_BEFORE_CONNECT },
	{ { { C "host = h:465\nencryption = none\n" }, { NULL } }, "h", 465,
	    PH_ENCRYPTION_NONE },
	/* Said twice and the same. */
	{ { { C "host = h:26\nport = 26\n" }, { NULL } }, "h", 26,
	    PH_ENCRYPTION_WANTED },
	/* The nearer one wins. */
	{ { { C "host = h:26\n", C "port = 27\n" }, { NULL } }, "h", 26,
	    PH_ENCRYPTION_WANTED },
	{ { { C "port = 27\n", C "host = h:26\n" }, { NULL } }, "h", 27,
	    PH_ENCRYPTION_WANTED },
	{ { { C "host = h:26\n" }, { "--port=28", NULL } }, "h", 28,
	    PH_ENCRYPTION_WANTED },
	{ { { C "host = g\nport = 27\n" }, { "--host=h:28", NULL } }, "h", 28,
	    PH_ENCRYPTION_WANTED },
	{ { { C "host = g:27\n" }, { "--host=h", NULL } }, "h", 25,
	    PH_ENCRYPTION_WANTED },
	/* Key by key, down the chain; empty stops it. */
	{ { { C "host = h\n", C "host = g\nport = 587\n",
		C "port = 1\nencryption = none\n" },
	      { NULL } },
	    "h", 587, PH_ENCRYPTION_NONE },
	{ { { C "host = h\nport =\n", C "port = 587\n" }, { NULL } }, "h", 25,
	    PH_ENCRYPTION_WANTED },
	/* No file at all; a later option wins over an equal one. */
	{ { { NULL }, { "--host=h", "--port=1", "--port=465", NULL } }, "h",
	    465, PH_ENCRYPTION_BEFORE_CONNECT },
	{ { { NULL },
	      { "url:host=h", "url:encryption=wanted", "--encryption=none",
		  NULL } },
	    "h", 25, PH_ENCRYPTION_NONE },
	{ { { NULL }, { "url:host=h", "url:port=26", "--port=26", NULL } }, "h",
	    26, PH_ENCRYPTION_WANTED },
	{ { { C "host = m\xc3\xbcller.example\n" }, { NULL } },
	    "xn--mller-kva.example", 25, PH_ENCRYPTION_WANTED },
	{ { { C "host = [::1]:26\n" }, { NULL } }, "::1", 26,
	    PH_ENCRYPTION_WANTED },
	/* A proxy that is none. */
	{ { { C "host = h\n[proxy]\ntype = none\nhost = p\nport = 1080\n" },
	      { NULL } },
	    "h", 25, PH_ENCRYPTION_WANTED },
};

static void test_servers(void)
{
	for (size_t i = 0; i < PH_COUNT(servers); i++) {
		struct ph_connection c = { 0 };
		struct ph_fault fault = { 0 };
		struct setup s;

		check_case("server", i);
		setup_begin(&s, &servers[i].q);
		check(ph_connection_resolve(&s.in, &s.arena, &c, &fault) ==
		    PH_OK);
		check_str(fault.text, "");
		check_str(c.host, servers[i].host);
		check_int(c.port, servers[i].port);
		check_int(c.encryption, servers[i].encryption);
		check_str(c.name, s.in.chain_count == 0 ? "" : "a");
		setup_end(&s);
	}
}

static const struct {
	struct question q;
	enum ph_cause cause;
	const char *text;
	const char *advice;
} faults[] = {
	{ { { C "host = h:25\nport = 26\n" }, { NULL } },
	    PH_CAUSE_PORTS_DISAGREE,
	    "a.conf:3: port 25 and port 26 disagree: the host names one and "
	    "port the other",
	    "" },
	{ { { NULL }, { "--host=h:25", "--port=26", NULL } },
	    PH_CAUSE_PORTS_DISAGREE, "--option: port 25 and port 26 disagree",
	    "" },
	{ { { NULL }, { "url:host=h", "url:port=25", "--port=26", NULL } },
	    PH_CAUSE_PORTS_DISAGREE,
	    "the URL says port 25 and --option says port 26", "" },
	{ { { NULL }, { NULL } }, PH_CAUSE_NO_CONNECTION,
	    "the server: no host is set", "" },
	{ { { C "port = 25\n" }, { NULL } }, PH_CAUSE_CONFIG,
	    "a.conf: no host is set", "" },
	{ { { C "host = h\n\nport = x\n" }, { NULL } }, PH_CAUSE_CONFIG,
	    "a.conf:4: port: \"x\" is not a number from 1 to 65535", "" },
	{ { { C "host = h\n", C "\nport = x\n" }, { NULL } }, PH_CAUSE_CONFIG,
	    "b.conf:3: port: \"x\" is not", "" },
	{ { { C "host = h\n" }, { "--port=x", NULL } }, PH_CAUSE_CONFIG,
	    "--option: port: \"x\" is not", "" },
	{ { { C "host = smtp://h\n" }, { NULL } }, PH_CAUSE_CONFIG,
	    "a.conf:2: host: holds a URL", "smtp.example.com" },
	{ { { C "host = \xe2\x86\x92.x\n" }, { NULL } }, PH_CAUSE_CONFIG,
	    "a.conf:2: host: ", "" },
	{ { { C "host = h\n" A "username = ann\nmechanisms =\n" }, { NULL } },
	    PH_CAUSE_CONFIG,
	    "a.conf:5: mechanisms: there is a user name and no mechanism",
	    "auto" },
	{ { { C "host = h\n" A "username = ann\nmechanisms = ,\n" }, { NULL } },
	    PH_CAUSE_CONFIG,
	    "a.conf:5: mechanisms: there is a user name and no mechanism",
	    "auto" },
	{ { { C "host = h\n" A "username = ann\n", A "mechanisms =\n" },
	      { NULL } },
	    PH_CAUSE_CONFIG, "b.conf:2: mechanisms:", "" },
	{ { { C "host = h\n" A "mechanisms = password\n" }, { NULL } },
	    PH_CAUSE_CONFIG, "a.conf:4: mechanisms:", "say LOGIN, PLAIN" },
	{ { { C "host = h\n" E "verify = pin\n" }, { NULL } }, PH_CAUSE_CONFIG,
	    "a.conf:4: verify: pin needs", "" },
	{ { { C "host = h\n" E "client-key = k\n" }, { NULL } },
	    PH_CAUSE_CONFIG, "a.conf:4: client-key:", "" },
	{ { { C "host = h\n[proxy]\ntype = socks5\n" }, { NULL } },
	    PH_CAUSE_CONFIG, "a.conf:4: type: a proxy needs its host", "" },
	{ { { C "host = h\n", "[proxy]\ntype = http\nhost = a b\n" },
	      { NULL } },
	    PH_CAUSE_CONFIG, "b.conf:3: host:", "" },
	{ { { C "host = h\n[proxy]\ntype = http\nhost = p:1\nport = 2\n" },
	      { NULL } },
	    PH_CAUSE_PORTS_DISAGREE, "a.conf:6: port 1 and port 2", "" },
	{ { { C "host = h\n[proxy]\nport = 0\n" }, { NULL } }, PH_CAUSE_CONFIG,
	    "a.conf:4: port:", "" },
	{ { { C "host = h\n[limits]\nsessions = 0\n" }, { NULL } },
	    PH_CAUSE_CONFIG, "a.conf:4: sessions: at least one", "" },
	{ { { C "host = h\n[limits]\nrate = fast\n" }, { NULL } },
	    PH_CAUSE_CONFIG, "a.conf:4: rate:", "" },
	{ { { C "host = h\n[message]\nrewrite-from = both\n" }, { NULL } },
	    PH_CAUSE_CONFIG, "a.conf:4: rewrite-from: there is no `from`", "" },
	{ { { C "host = h\ndefault = perhaps\n" }, { NULL } }, PH_CAUSE_CONFIG,
	    "a.conf:3: default: \"perhaps\" is not yes or no", "" },
	{ { { C "host = h\n" A "password-from = hunter2\n" }, { NULL } },
	    PH_CAUSE_CONFIG, "a.conf:4: password-from: \"...\" is not", "" },
	{ { { C "host = h\n[encryption]\ntls-versions = 1.0 1.3\n" },
	      { NULL } },
	    PH_CAUSE_CONFIG,
	    "a.conf:4: tls-versions: versions between two that are named", "" },
	{ { { C "host = h\n" }, { "--tls-versions=1.1,1.3" } }, PH_CAUSE_CONFIG,
	    "--option: tls-versions: versions", "" },
	{ { { C "host = h\n[encryption]\ntls-versions = 1.0 1.1 1.3\n" },
	      { NULL } },
	    PH_CAUSE_CONFIG,
	    "a.conf:4: tls-versions: versions between two that are named", "" },
	{ { { C "host = h\n[encryption]\nverify-name = [::1]:25\n" },
	      { NULL } },
	    PH_CAUSE_CONFIG, "a.conf:4: verify-name: a certificate names no",
	    "" },
	{ { { C "host = h\n[encryption]\nverify-name = a b\n" }, { NULL } },
	    PH_CAUSE_CONFIG, "a.conf:4: verify-name: ", "" },
	{ { { C "host = h\n[encryption]\nverify-name = a:25\n" }, { NULL } },
	    PH_CAUSE_CONFIG, "a.conf:4: verify-name: a certificate names no",
	    "" },
};

static void test_faults(void)
{
	for (size_t i = 0; i < PH_COUNT(faults); i++) {
		struct ph_connection c = { .port = 4711 };
		struct ph_fault fault = { 0 };
		struct setup s;

		check_case("fault", i);
		setup_begin(&s, &faults[i].q);
		check(ph_connection_resolve(&s.in, &s.arena, &c, &fault) ==
		    PH_EINVAL);
		check_int(c.port, 4711);
		check_int(fault.cause, faults[i].cause);
		check_int(fault.stage, PH_STAGE_CONFIG);
		if (strncmp(fault.text, faults[i].text,
			strlen(faults[i].text)) != 0)
			check_str(fault.text, faults[i].text);
		check(strstr(fault.advice, faults[i].advice) != NULL);
		check(strstr(fault.text, "hunter2") == NULL);
		setup_end(&s);
	}
}

/* Where the proxy is, by what was said where: a port in the host and a port by
   itself, the nearer one wins. */
static void test_proxy(void)
{
	static const struct {
		struct question q;
		enum ph_proxy_type type;
		const char *host;
		uint16_t port;
	} cases[] = {
		{ { { C "host = h\n[proxy]\ntype = socks5\nhost = p\n" },
		      { NULL } },
		    PH_PROXY_SOCKS5, "p", 1080 },
		{ { { C "host = h\n[proxy]\ntype = https\nhost = p\n" },
		      { NULL } },
		    PH_PROXY_HTTPS, "p", 443 },
		{ { { C "host = h\n[proxy]\ntype = http\nhost = [::1]:3128\n" },
		      { NULL } },
		    PH_PROXY_HTTP, "::1", 3128 },
		/* The same port twice is no quarrel. */
		{ { { C "host = h\n[proxy]\ntype = http\nhost = p:1\n"
			"port = 1\n" },
		      { NULL } },
		    PH_PROXY_HTTP, "p", 1 },
		/* A file nearer than the one that names both. */
		{ { { C "host = h\n[proxy]\nport = 9\n",
			"[proxy]\ntype = http\nhost = p:1\n" },
		      { NULL } },
		    PH_PROXY_HTTP, "p", 9 },
		{ { { C "host = h\n[proxy]\nhost = q:2\n",
			"[proxy]\ntype = http\nhost = p:1\nport = 1\n" },
		      { NULL } },
		    PH_PROXY_HTTP, "q", 2 },
		{ { { C "host = h\n[proxy]\ntype = http\nhost = p:1\n" },
		      { "--proxy.port=7" } },
		    PH_PROXY_HTTP, "p", 7 },
		/* Taken back by the nearer file. */
		{ { { C "host = h\n[proxy]\ntype = none\n",
			"[proxy]\ntype = http\nhost = p:1\n" },
		      { NULL } },
		    PH_PROXY_NONE, "", 0 },
		{ { { C "host = h\n[proxy]\ntype = system\n" }, { NULL } },
		    PH_PROXY_SYSTEM, "", 0 },
		{ { { C "host = h\n[proxy]\ntype = socks4\nhost = p\n"
			"port =\n" },
		      { NULL } },
		    PH_PROXY_SOCKS4, "p", 1080 },
		/* A host that is there for later, or for the file above. */
		{ { { C "host = h\n[proxy]\ntype = system\nhost = p\n" },
		      { NULL } },
		    PH_PROXY_SYSTEM, "", 0 },
		{ { { C "host = h\n", "[proxy]\nhost = p\nport = 5\n" },
		      { "--proxy.type=socks4a" } },
		    PH_PROXY_SOCKS4A, "p", 5 },
	};

	for (size_t i = 0; i < PH_COUNT(cases); i++) {
		struct ph_connection c = { 0 };
		struct ph_fault fault = { 0 };
		struct setup s;

		check_case("proxy", i);
		setup_begin(&s, &cases[i].q);
		check(ph_connection_resolve(&s.in, &s.arena, &c, &fault) ==
		    PH_OK);
		check_str(fault.text, "");
		check_int(c.proxy.type, cases[i].type);
		check_str(c.proxy.host, cases[i].host);
		check_int(c.proxy.port, cases[i].port);
		setup_end(&s);
	}
}

static const char everything[] =
    C "host = h:465\ncode-page = iso-8859-1\nhelo = me\n"
      "source-address = 127.0.0.1\n"
      "timeout = 1s\ntimeout-mail = 2s\ntimeout-rcpt = 3s\n"
      "timeout-data = 4s\ntimeout-block = 5s\ntimeout-final = 6s\n" A
      "mechanisms = LOGIN, PLAIN\nusername = ann\npassword-from = env:P\n"
      "domain = D\nanonymous = yes\nattempts = 5\n"
      "allow-plaintext-password = yes\n" E
      "tls-versions = 1.3\nverify = pin\nca-file = /ca\n"
      "pin = AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n"
      "client-certificate = /crt\n"
      "[message]\nfrom = ann@x\nrewrite-from = envelope\n"
      "[limits]\nsessions = 7\nmessages-per-session = 8\nsession-age = 9s\n"
      "recipients-per-message = 10\nsize = 11K\nrate = 1/s\nquota = 1/d\n";

static void test_everything(void)
{
	static const struct question q = { .files = { everything } };
	struct ph_connection c = { 0 };
	struct ph_fault fault = { 0 };
	struct setup s;

	check_case("everything", 0);
	setup_begin(&s, &q);
	check(ph_connection_resolve(&s.in, &s.arena, &c, &fault) == PH_OK);
	check_str(fault.text, "");
	check_str(c.code_page, "iso-8859-1");
	check_str(c.helo, "me");
	check_str(c.source_address, "127.0.0.1");
	check_int(c.timeout, 1000);
	check_int(c.timeout_mail, 2000);
	check_int(c.timeout_rcpt, 3000);
	check_int(c.timeout_data, 4000);
	check_int(c.timeout_block, 5000);
	check_int(c.timeout_final, 6000);
	check_int(c.mechanism_count, 2);
	check(ph_span_eq(c.mechanisms[0], PH_SPAN("LOGIN")));
	check(ph_span_eq(c.mechanisms[1], PH_SPAN("PLAIN")));
	check_str(c.username, "ann");
	check_int(c.password_from.kind, PH_SECRET_ENV);
	check_str(c.password_from.argument, "P");
	check_str(c.domain, "D");
	check(c.anonymous);
	check_int(c.attempts, 5);
	check(c.allow_plaintext_password);
	check_int(c.tls_versions, PH_TLS_1_3);
	check_int(c.verify, PH_VERIFY_PIN);
	check_str(c.ca_file, "/ca");
	check_int(c.pin_count, 1);
	check_str(c.client_certificate, "/crt");
	/* The key is in the same file unless another is named. */
	check_str(c.client_key, "/crt");
	check_str(c.from, "ann@x");
	check_int(c.rewrite_from, PH_REWRITE_ENVELOPE);
	check_int(c.sessions, 7);
	check_int(c.messages_per_session, 8);
	check_int(c.session_age, 9000);
	check_int(c.rate.count, 1);
	check_int(c.rate.per, 1000);
	check_int(c.quota.per, 86400000);
	check(strstr(c.rate_from, ":35") != NULL);
	check(strstr(c.quota_from, ":36") != NULL);
	check_int(c.recipients_per_message, 10);
	check_int(c.size, 11 * 1024);
	setup_end(&s);
}

static void test_presets(void)
{
	static const struct question q = { .options = { "--host=h" } };
	struct ph_connection c = { .size = 1 };
	struct setup s;

	check_case("presets", 0);
	setup_begin(&s, &q);
	check(ph_connection_resolve(&s.in, &s.arena, &c, NULL) == PH_OK);
	check_int(c.timeout, 30000);
	check_int(c.timeout_mail, 0);
	check_str(c.code_page, "utf-8");
	check_str(c.helo, "");
	check_int(c.mechanism_count, 0);
	check_str(c.username, "");
	check_int(c.password_from.kind, PH_SECRET_NONE);
	check_int(c.password_from.fd, -1);
	check(!c.anonymous);
	check_int(c.attempts, 2);
	check(!c.allow_plaintext_password);
	check_int(c.tls_versions, PH_TLS_1_2 | PH_TLS_1_3);
	check_int(c.verify, PH_VERIFY_CA);
	check_str(c.client_key, "");
	check_int(c.rewrite_from, PH_REWRITE_NEVER);
	check_int(c.sessions, 2);
	check_int(c.messages_per_session, 100);
	check_int(c.session_age, 300000);
	check_int(c.recipients_per_message, 100);
	check_int(c.size, 0);
	check_int(c.rate.count, 0);
	check_str(c.rate_from, "");
	check_str(c.quota_from, "");
	check(ph_connection_oddity(&c, 0) == NULL);
	setup_end(&s);
}

/* `mechanisms =` without a user name says nothing, and stops inheritance. */
static void test_empty_mechanisms(void)
{
	static const struct question q = { .files = { C "host = h\n" A
							"mechanisms =\n",
					       A "mechanisms = PLAIN\n" } };
	struct ph_connection c = { 0 };
	struct setup s;

	setup_begin(&s, &q);
	check(ph_connection_resolve(&s.in, &s.arena, &c, NULL) == PH_OK);
	check_int(c.mechanism_count, 0);
	setup_end(&s);
}

static void test_lookup(void)
{
	static const struct question q = {
		.files = { C "host = h\nhelo =\n",
		    C "default = yes\ninherits = x\nport = 26\n" },
		.options = { "--username=ann" },
	};

	static const struct {
		const char *name;
		const char *value;
		enum ph_setting_origin origin;
		size_t depth;
		unsigned line;
		bool is_empty;
	} rows[] = {
		{ "host", "h", PH_ORIGIN_FILE, 0, 2, false },
		{ "port", "26", PH_ORIGIN_FILE, 1, 4, false },
		{ "username", "ann", PH_ORIGIN_OVERRIDE, 0, 0, false },
		{ "timeout", "30s", PH_ORIGIN_PRESET, 0, 0, false },
		{ "helo", "", PH_ORIGIN_FILE, 0, 3, true },
		/* Marks are a file's own. */
		{ "default", "no", PH_ORIGIN_PRESET, 0, 0, false },
		{ "inherits", "default", PH_ORIGIN_PRESET, 0, 0, false },
	};
	struct setup s;

	setup_begin(&s, &q);
	for (size_t i = 0; i < PH_COUNT(rows); i++) {
		struct ph_setting_found found;

		check_case(rows[i].name, i);
		ph_setting_lookup(&s.in,
		    ph_setting_find(PH_SPAN(""), ph_span_of(rows[i].name)),
		    &found);
		check(ph_span_eq(found.value, ph_span_of(rows[i].value)));
		check_int(found.origin, rows[i].origin);
		check_int(found.depth, rows[i].depth);
		check_int(found.line, rows[i].line);
		check_int(found.is_empty, rows[i].is_empty);
	}
	setup_end(&s);
}

static enum ph_err live(void *ctx)
{
	struct ph_connection c;
	struct ph_settings_file *f = NULL;
	struct ph_arena a;
	const struct ph_settings_file *chain[1];
	struct ph_resolve in = { .chain = chain, .chain_count = 1 };
	enum ph_err err =
	    ph_settings_file_parse("a", "a", ph_span_of(ctx), &f, NULL);

	ph_arena_init(&a, 64 * 1024);
	chain[0] = f;
	if (err == PH_OK)
		err = ph_connection_resolve(&in, &a, &c, NULL);
	ph_arena_release(&a);
	ph_settings_file_free(f);
	return err;
}

static void test_memory(void)
{
	static char text[sizeof(everything)];
	static const struct question q = { .files = { everything } };
	struct ph_connection c;
	struct setup s;
	size_t need = 0;

	memcpy(text, everything, sizeof(text));
	check(failalloc_run(live, text) > 4);

	setup_begin(&s, &q);
	check(ph_connection_resolve(&s.in, &s.arena, &c, NULL) == PH_OK);
	need = s.arena.used;
	for (size_t max = 0; max < need; max++) {
		struct ph_arena a;

		ph_arena_init(&a, max);
		check(ph_connection_resolve(&s.in, &a, &c, NULL) == PH_ENOMEM);
		ph_arena_release(&a);
	}
	setup_end(&s);
}

int main(void)
{
	test_servers();
	test_faults();
	test_proxy();
	test_everything();
	test_presets();
	test_empty_mechanisms();
	test_lookup();
	test_memory();
	return check_end();
}
