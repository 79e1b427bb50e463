#include "foreign/formats.h"

#include "base/num.h"
#include "foreign/command.h"

/* msmtp's configuration, as msmtp 1.8 documents it. */

enum key {
	KEY_HOST,
	KEY_PORT,
	KEY_SOURCE_IP,
	KEY_PROXY_HOST,
	KEY_PROXY_PORT,
	KEY_TIMEOUT,
	KEY_PROTOCOL,
	KEY_DOMAIN,
	KEY_FROM,
	KEY_FROM_FULL_NAME,
	KEY_AUTH,
	KEY_USER,
	KEY_PASSWORD,
	KEY_PASSWORDEVAL,
	KEY_NTLMDOMAIN,
	KEY_TLS,
	KEY_TLS_STARTTLS,
	KEY_TLS_TRUST_FILE,
	KEY_TLS_FINGERPRINT,
	KEY_TLS_KEY_FILE,
	KEY_TLS_CERT_FILE,
	KEY_TLS_CERTCHECK,
	KEY_TLS_HOST_OVERRIDE,
	KEY_SOCKET,
	KEY_TLS_PRIORITIES,
	KEY_TLS_CRL_FILE,
	KEY_TLS_MIN_DH_PRIME_BITS,
	KEY_AUTO_FROM,
	KEY_MAILDOMAIN,
	KEY_ALLOW_FROM_OVERRIDE,
	KEY_SET_FROM_HEADER,
	KEY_DSN_NOTIFY,
	KEY_DSN_RETURN,
	KEY_ALIASES,
	KEY_LOGFILE,
	KEY_LOGFILE_TIME_FORMAT,
	KEY_SYSLOG,
	KEY_COUNT
};

static const char per_message[] = "is said for each message here";
static const char no_log[] = "posthaste keeps no log of what it sends";

/* why: what to say where nothing here is like it; NULL: it is taken. */
static const struct {
	const char *name;
	const char *why;
} keys[KEY_COUNT] = {
	[KEY_HOST] = { "host", NULL },
	[KEY_PORT] = { "port", NULL },
	[KEY_SOURCE_IP] = { "source_ip", NULL },
	[KEY_PROXY_HOST] = { "proxy_host", NULL },
	[KEY_PROXY_PORT] = { "proxy_port", NULL },
	[KEY_TIMEOUT] = { "timeout", NULL },
	[KEY_PROTOCOL] = { "protocol", NULL },
	[KEY_DOMAIN] = { "domain", NULL },
	[KEY_FROM] = { "from", NULL },
	[KEY_FROM_FULL_NAME] = { "from_full_name", NULL },
	[KEY_AUTH] = { "auth", NULL },
	[KEY_USER] = { "user", NULL },
	[KEY_PASSWORD] = { "password", NULL },
	[KEY_PASSWORDEVAL] = { "passwordeval", NULL },
	[KEY_NTLMDOMAIN] = { "ntlmdomain", NULL },
	[KEY_TLS] = { "tls", NULL },
	[KEY_TLS_STARTTLS] = { "tls_starttls", NULL },
	[KEY_TLS_TRUST_FILE] = { "tls_trust_file", NULL },
	[KEY_TLS_FINGERPRINT] = { "tls_fingerprint",
	    "it is the certificate's, and posthaste pins the key: see "
	    "`posthaste test`" },
	[KEY_TLS_KEY_FILE] = { "tls_key_file", NULL },
	[KEY_TLS_CERT_FILE] = { "tls_cert_file", NULL },
	[KEY_TLS_CERTCHECK] = { "tls_certcheck", NULL },
	[KEY_TLS_HOST_OVERRIDE] = { "tls_host_override", NULL },
	[KEY_SOCKET] = { "socket", "a connection goes by TCP" },
	[KEY_TLS_PRIORITIES] = { "tls_priorities",
	    "a connection names versions of TLS (tls-versions) and no "
	    "ciphers" },
	[KEY_TLS_CRL_FILE] = { "tls_crl_file",
	    "lists of revoked certificates are not read" },
	[KEY_TLS_MIN_DH_PRIME_BITS] = { "tls_min_dh_prime_bits",
	    "the TLS library decides" },
	[KEY_AUTO_FROM] = { "auto_from", "senders are not made up here" },
	[KEY_MAILDOMAIN] = { "maildomain", "senders are not made up here" },
	[KEY_ALLOW_FROM_OVERRIDE] = { "allow_from_override", per_message },
	[KEY_SET_FROM_HEADER] = { "set_from_header",
	    "see the setting rewrite-from" },
	[KEY_DSN_NOTIFY] = { "dsn_notify", per_message },
	[KEY_DSN_RETURN] = { "dsn_return", per_message },
	[KEY_ALIASES] = { "aliases", "aliases are not looked up here" },
	[KEY_LOGFILE] = { "logfile", no_log },
	[KEY_LOGFILE_TIME_FORMAT] = { "logfile_time_format", no_log },
	[KEY_SYSLOG] = { "syslog", no_log },
};

/* Headers that posthaste sets by itself. */
static const char *const ignored[] = { "set_date_header", "set_msgid_header",
	"remove_bcc_headers", "undisclosed_recipients", "keepbcc",
	"add_missing_from_header", "add_missing_date_header" };

/* As written; ptr NULL: not set. */
struct entry {
	struct ph_span value;
	unsigned line;
};

struct account {
	struct account *next;
	struct ph_span name;
	unsigned line;
	struct entry entries[KEY_COUNT];
};

struct msmtp {
	struct ph_foreign_reader *r;
	struct account defaults;
	struct account *accounts;
	struct account *current; /* the defaults, before the first account */
	struct ph_span default_name; /* of "account default : NAME" */
	unsigned default_line;
};

static struct account *find(const struct msmtp *m, struct ph_span name)
{
	struct account *a = m->accounts;

	while (a != NULL && !ph_span_eq(a->name, name))
		a = a->next;
	return a;
}

/* What is set in b replaces what a has. */
static void inherit(struct account *a, const struct account *b)
{
	for (size_t i = 0; i < KEY_COUNT; i++) {
		if (b->entries[i].value.ptr != NULL)
			a->entries[i] = b->entries[i];
	}
}

static enum ph_err inherit_all(
    struct msmtp *m, struct account *a, struct ph_span list)
{
	struct ph_span one;

	while (ph_span_split(&list, ',', &one)) {
		const struct account *b = find(m, ph_span_trim(one));

		if (b == NULL) {
			return ph_foreign_refuse(m->r,
			    "account inherits from one that is not above it");
		}
		inherit(a, b);
	}
	return PH_OK;
}

static enum ph_err add_account(
    struct msmtp *m, struct ph_span name, struct ph_span parents)
{
	struct account **tail = &m->accounts;
	struct account *a = ph_arena_alloc(&m->r->out->arena, sizeof(*a));
	size_t count = 0;

	if (a == NULL)
		return PH_ENOMEM;
	for (; *tail != NULL; tail = &(*tail)->next)
		count++;
	if (count >= PH_FOREIGN_CONNECTIONS_MAX)
		return ph_foreign_refuse(m->r, "too many accounts");
	inherit(a, &m->defaults);
	a->name = name;
	a->line = m->r->line;
	m->current = a;

	enum ph_err err = parents.len == 0 ? PH_OK : inherit_all(m, a, parents);

	*tail = a;
	return err;
}

/* "account NAME [: OTHER[, OTHER]]".  With nothing below it, "account default :
   OTHER" says no more than which is the default. */
static enum ph_err begin_account(struct msmtp *m, struct ph_span argument)
{
	size_t colon = ph_span_find(argument, ':');
	struct ph_span name = ph_span_trim(ph_span_first(argument, colon));
	struct ph_span parents = colon == argument.len
	    ? (struct ph_span){ 0 }
	    : ph_span_trim(ph_span_skip(argument, colon + 1));

	if (name.len == 0)
		return ph_foreign_refuse(m->r, "account without a name");
	if (ph_span_eq(name, PH_SPAN("default")) && parents.len > 0) {
		m->default_name = parents;
		m->default_line = m->r->line;
	}
	return add_account(m, name, parents);
}

/* Quotes around the whole are taken off; inside them none is special. */
static struct ph_span unquote(struct ph_span s)
{
	if (s.len >= 2 && s.ptr[0] == '"' && s.ptr[s.len - 1] == '"')
		return ph_span_first(ph_span_skip(s, 1), s.len - 2);
	return s;
}

static bool is_ignored(struct ph_span word)
{
	for (size_t i = 0; i < PH_COUNT(ignored); i++) {
		if (ph_span_eq(word, ph_span_of(ignored[i])))
			return true;
	}
	return false;
}

static enum ph_err take_key(
    struct msmtp *m, struct ph_span word, struct ph_span argument)
{
	for (size_t i = 0; i < KEY_COUNT; i++) {
		if (!ph_span_eq(word, ph_span_of(keys[i].name)))
			continue;
		if (argument.ptr == NULL)
			argument = PH_SPAN("");
		m->current->entries[i] = (struct entry){ argument, m->r->line };
		return PH_OK;
	}
	if (is_ignored(word))
		return PH_OK;
	return ph_foreign_lose(m->r, word, "posthaste does not know it");
}

static enum ph_err take_line(struct msmtp *m, struct ph_span line)
{
	size_t n = 0;

	while (n < line.len && line.ptr[n] != ' ' && line.ptr[n] != '\t')
		n++;

	struct ph_span word = ph_span_first(line, n);
	struct ph_span argument = unquote(ph_span_trim(ph_span_skip(line, n)));

	if (ph_span_eq(word, PH_SPAN("defaults"))) {
		m->current = &m->defaults;
		return PH_OK;
	}
	if (ph_span_eq(word, PH_SPAN("account")))
		return begin_account(m, argument);
	if (ph_span_eq(word, PH_SPAN("eval"))) {
		return ph_foreign_lose(
		    m->r, word, "what it runs writes the line");
	}
	return take_key(m, word, argument);
}

/* From here on: one account becomes a connection. */

static struct ph_span value_of(const struct account *a, enum key key)
{
	return a->entries[key].value;
}

static bool is_on(const struct account *a, enum key key, bool preset)
{
	struct ph_span value = value_of(a, key);

	if (value.ptr == NULL)
		return preset;
	/* An empty argument is as good as "on". */
	return value.len == 0 || ph_foreign_is_true(value);
}

/* Puts the reader where the key stands. */
static const char *at(
    struct ph_foreign_reader *r, const struct account *a, enum key key)
{
	r->line = a->entries[key].line;
	return keys[key].name;
}

static enum ph_err put(struct ph_foreign_reader *r, const struct account *a,
    enum key key, const char *setting)
{
	struct ph_span value = value_of(a, key);

	if (value.len == 0)
		return PH_OK;

	const char *name = at(r, a, key);

	return ph_foreign_set(r, setting, value, name);
}

static enum ph_err put_path(struct ph_foreign_reader *r,
    const struct account *a, enum key key, const char *setting)
{
	struct ph_span value = value_of(a, key);

	if (value.len == 0)
		return PH_OK;

	const char *name = at(r, a, key);

	return ph_foreign_set_path(r, setting, value, name);
}

static enum ph_err put_encryption(
    struct ph_foreign_reader *r, const struct account *a)
{
	bool tls = is_on(a, KEY_TLS, false);
	bool starttls = is_on(a, KEY_TLS_STARTTLS, true);
	struct ph_span mode = PH_SPAN("none");
	const char *name = at(r, a, KEY_TLS);

	if (tls) {
		mode = starttls ? PH_SPAN("after-connect")
				: PH_SPAN("before-connect");
	}

	enum ph_err err = ph_foreign_set(r, "encryption", mode, name);

	if (err != PH_OK || value_of(a, KEY_PORT).len > 0)
		return err != PH_OK ? err : put(r, a, KEY_PORT, "port");
	return ph_foreign_set(r, "port",
	    tls && !starttls ? PH_SPAN("465") : PH_SPAN("25"), "port");
}

static enum ph_err put_server(
    struct ph_foreign_reader *r, const struct account *a)
{
	struct ph_span protocol = value_of(a, KEY_PROTOCOL);

	if (protocol.len > 0 && !ph_span_eq_nocase(protocol, PH_SPAN("smtp"))) {
		(void)at(r, a, KEY_PROTOCOL);

		enum ph_err err = ph_foreign_lose(
		    r, PH_SPAN("protocol"), "posthaste speaks SMTP alone");
		if (err != PH_OK)
			return err;
	}

	enum ph_err err = put(r, a, KEY_HOST, "host");

	return err == PH_OK ? put_encryption(r, a) : err;
}

static enum ph_err put_timeout(
    struct ph_foreign_reader *r, const struct account *a)
{
	struct ph_span value = value_of(a, KEY_TIMEOUT);

	if (!ph_span_eq(value, PH_SPAN("off")))
		return put(r, a, KEY_TIMEOUT, "timeout");
	(void)at(r, a, KEY_TIMEOUT);
	return ph_foreign_lose(
	    r, PH_SPAN("timeout"), "a connection always has one");
}

static enum ph_err put_proxy(
    struct ph_foreign_reader *r, const struct account *a)
{
	if (value_of(a, KEY_PROXY_HOST).len == 0)
		return PH_OK;

	enum ph_err err = put(r, a, KEY_PROXY_HOST, "proxy.host");

	if (err == PH_OK) {
		err = ph_foreign_set(
		    r, "proxy.type", PH_SPAN("socks5"), "proxy_host");
	}
	return err == PH_OK ? put(r, a, KEY_PROXY_PORT, "proxy.port") : err;
}

static enum ph_err put_domain(
    struct ph_foreign_reader *r, const struct account *a)
{
	struct ph_span value = value_of(a, KEY_DOMAIN);

	if (ph_span_find(value, '%') == value.len)
		return put(r, a, KEY_DOMAIN, "helo");
	(void)at(r, a, KEY_DOMAIN);
	return ph_foreign_lose(r, PH_SPAN("domain"),
	    "it names this host, which is what helo left out does");
}

static enum ph_err put_from(
    struct ph_foreign_reader *r, const struct account *a)
{
	struct ph_span address = value_of(a, KEY_FROM);
	const char *name = at(r, a, KEY_FROM);

	if (ph_span_find(address, '*') < address.len ||
	    ph_span_find(address, '%') < address.len) {
		return ph_foreign_lose(
		    r, PH_SPAN("from"), "it is a pattern, not an address");
	}
	return ph_foreign_set_from(
	    r, address, value_of(a, KEY_FROM_FULL_NAME), name);
}

static enum ph_err put_method(
    struct ph_foreign_reader *r, const struct account *a)
{
	struct ph_span method = value_of(a, KEY_AUTH);
	const char *name = at(r, a, KEY_AUTH);

	if (method.ptr == NULL || ph_span_eq(method, PH_SPAN("off")))
		return ph_foreign_set(r, "anonymous", PH_SPAN("yes"), name);
	if (is_on(a, KEY_AUTH, false))
		return PH_OK;
	return ph_foreign_set(r, "mechanisms", method, name);
}

static enum ph_err put_secret(
    struct ph_foreign_reader *r, const struct account *a)
{
	struct ph_span password = value_of(a, KEY_PASSWORD);
	struct ph_span command = value_of(a, KEY_PASSWORDEVAL);

	enum ph_err err = PH_OK;

	if (command.len > 0 && password.len > 0) {
		(void)at(r, a, KEY_PASSWORDEVAL);
		err = ph_foreign_lose(r, PH_SPAN("passwordeval"),
		    "a password stands beside it, which msmtp takes");
	} else if (command.len > 0) {
		(void)at(r, a, KEY_PASSWORDEVAL);
		err = ph_foreign_take_command(
		    r, PH_ROLE_PASSWORD, command, "passwordeval");
	}
	if (err != PH_OK || password.len == 0)
		return err;

	const char *name = at(r, a, KEY_PASSWORD);

	return ph_foreign_keep(r, PH_ROLE_PASSWORD, password, name);
}

static enum ph_err put_login(
    struct ph_foreign_reader *r, const struct account *a)
{
	enum ph_err err = put_method(r, a);
	if (err == PH_OK)
		err = put(r, a, KEY_USER, "username");
	if (err == PH_OK)
		err = put(r, a, KEY_NTLMDOMAIN, "domain");
	return err == PH_OK ? put_secret(r, a) : err;
}

static enum ph_err put_trust(
    struct ph_foreign_reader *r, const struct account *a)
{
	struct ph_span file = value_of(a, KEY_TLS_TRUST_FILE);

	if (!is_on(a, KEY_TLS_CERTCHECK, true)) {
		(void)at(r, a, KEY_TLS_CERTCHECK);
		return ph_foreign_set(
		    r, "verify", PH_SPAN("off"), "tls_certcheck");
	}
	if (ph_span_eq(file, PH_SPAN("system")))
		return PH_OK;
	return put_path(r, a, KEY_TLS_TRUST_FILE, "ca-file");
}

static enum ph_err put_tls(struct ph_foreign_reader *r, const struct account *a)
{
	enum ph_err err = put_trust(r, a);
	if (err == PH_OK)
		err = put_path(r, a, KEY_TLS_CERT_FILE, "client-certificate");
	if (err == PH_OK)
		err = put_path(r, a, KEY_TLS_KEY_FILE, "client-key");
	return err == PH_OK ? put(r, a, KEY_TLS_HOST_OVERRIDE, "verify-name")
			    : err;
}

/* What stands there and has no like here. */
static enum ph_err lose_rest(
    struct ph_foreign_reader *r, const struct account *a)
{
	enum ph_err err = PH_OK;

	for (size_t i = 0; err == PH_OK && i < KEY_COUNT; i++) {
		if (keys[i].why == NULL || a->entries[i].value.len == 0 ||
		    ph_span_eq(a->entries[i].value, PH_SPAN("off")))
			continue;
		r->line = a->entries[i].line;
		err = ph_foreign_lose(r, ph_span_of(keys[i].name), keys[i].why);
	}
	return err;
}

typedef enum ph_err step_fn(
    struct ph_foreign_reader *r, const struct account *a);

static enum ph_err convert(struct msmtp *m, const struct account *a)
{
	static enum ph_err (*const steps[])(struct ph_foreign_reader * r,
	    const struct account *a) = { put_server, put_timeout, put_proxy,
		put_domain, put_from, put_login, put_tls, lose_rest };
	struct ph_foreign_reader *r = m->r;

	r->line = a->line;

	enum ph_err err = ph_foreign_begin(r, a->name);

	if (err == PH_OK) {
		r->current->is_default = ph_span_eq(a->name,
		    m->default_name.len > 0 ? m->default_name
					    : PH_SPAN("default"));
	}
	for (size_t i = 0; err == PH_OK && i < PH_COUNT(steps); i++)
		err = steps[i](r, a);
	if (err == PH_OK)
		err = put(r, a, KEY_SOURCE_IP, "source-address");
	return err;
}

/* "account default : work" with nothing of its own is work once more. */
static bool is_alias(const struct msmtp *m, const struct account *a)
{
	if (m->default_name.len == 0 ||
	    !ph_span_eq(a->name, PH_SPAN("default")))
		return false;

	const struct account *b = find(m, m->default_name);

	if (b == NULL)
		return false;
	for (size_t i = 0; i < KEY_COUNT; i++) {
		if (a->entries[i].line != b->entries[i].line)
			return false;
	}
	return true;
}

static enum ph_err convert_all(struct msmtp *m)
{
	enum ph_err err = PH_OK;

	for (const struct account *a = m->accounts; err == PH_OK && a != NULL;
	     a = a->next) {
		if (is_alias(m, a))
			continue;
		if (value_of(a, KEY_HOST).len == 0) {
			m->r->line = a->line;
			err = ph_foreign_lose(
			    m->r, a->name, "the account names no host");
			continue;
		}
		err = convert(m, a);
	}
	return err;
}

enum ph_err ph_foreign_read_msmtprc(struct ph_foreign_reader *r)
{
	struct msmtp m = { .r = r };
	struct ph_span rest = r->text;
	struct ph_span line;
	enum ph_err err = PH_OK;

	m.current = &m.defaults;
	while (err == PH_OK && ph_foreign_next_line(r, &rest, &line)) {
		if (line.len > 0 && line.ptr[0] != '#')
			err = take_line(&m, line);
	}
	/* Without any "account": msmtp itself would refuse it, and yet. */
	if (err == PH_OK && m.accounts == NULL) {
		r->line = 0;
		err = add_account(&m, PH_SPAN(""), (struct ph_span){ 0 });
	}
	return err == PH_OK ? convert_all(&m) : err;
}
