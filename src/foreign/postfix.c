#include "foreign/formats.h"

#include "base/ascii.h"
#include "connection/host.h"

#include <stdio.h>

/* Postfix's client: lines of main.cf, and those of the map of passwords
   (sasl_passwd) above, below or among them.  As Postfix 3.7 documents them. */

enum {
	PARAMETERS_MAX = 4096
};

struct parameter {
	struct parameter *next;
	struct ph_span name;
	struct ph_span value;
	unsigned line;
	bool used;
};

/* HOST USER:PASSWORD */
struct login {
	struct login *next;
	struct ph_span key;
	struct ph_span value;
	unsigned line;
};

struct postfix {
	struct ph_foreign_reader *r;
	struct parameter *parameters;
	struct login *logins;
	size_t count;
};

static const struct {
	const char *name;
	const char *setting; /* a time without a unit is in seconds in both */
} plain[] = {
	{ "smtp_helo_name", "helo" },
	{ "smtp_bind_address", "source-address" },
	{ "smtp_bind_address6", "source-address" },
	{ "smtp_connect_timeout", "timeout" },
	{ "smtp_mail_timeout", "timeout-mail" },
	{ "smtp_rcpt_timeout", "timeout-rcpt" },
	{ "smtp_data_init_timeout", "timeout-data" },
	{ "smtp_data_xfer_timeout", "timeout-block" },
	{ "smtp_data_done_timeout", "timeout-final" },
	{ "smtp_destination_concurrency_limit", "sessions" },
	{ "smtp_destination_recipient_limit", "recipients-per-message" },
	{ "smtp_connection_reuse_count_limit", "messages-per-session" },
	{ "smtp_connection_reuse_time_limit", "session-age" },
	{ "message_size_limit", "size" },
};

static const struct {
	const char *name;
	const char *why;
} lost[] = {
	{ "smtp_sasl_security_options",
	    "see mechanisms and allow-plaintext-password" },
	{ "smtp_sasl_tls_security_options",
	    "see mechanisms and allow-plaintext-password" },
	{ "smtp_tls_policy_maps", "a connection has one policy" },
	{ "smtp_tls_ciphers", "a connection names no ciphers" },
	{ "smtp_tls_mandatory_ciphers", "a connection names no ciphers" },
	{ "smtp_tls_exclude_ciphers", "a connection names no ciphers" },
	{ "smtp_generic_maps", "see the setting rewrite-from" },
	{ "sender_canonical_maps", "see the setting rewrite-from" },
	{ "sender_dependent_relayhost_maps", "a connection has one server" },
	{ "smtp_sender_dependent_authentication",
	    "a connection has one "
	    "login" },
	{ "smtp_destination_rate_delay", "see the setting rate" },
	{ "default_destination_rate_delay", "see the setting rate" },
	{ "smtp_fallback_relay", "a connection has one server" },
	{ "fallback_relay", "a connection has one server" },
	{ "smtp_header_checks", "headers are not rewritten" },
	{ "transport_maps", "a connection has one server" },
};

static struct parameter *find(const struct postfix *p, const char *name)
{
	struct parameter *a = p->parameters;

	while (a != NULL && !ph_span_eq(a->name, ph_span_of(name)))
		a = a->next;
	return a;
}

/* Its value, and the reader's line where it stands.  A value that names
   another parameter is not one. */
static struct ph_span value_of(struct postfix *p, const char *name)
{
	struct parameter *a = find(p, name);

	if (a == NULL)
		return (struct ph_span){ 0 };
	a->used = true;
	p->r->line = a->line;
	return a->value;
}

static bool is_yes(struct postfix *p, const char *name)
{
	return ph_span_eq_nocase(value_of(p, name), PH_SPAN("yes"));
}

static enum ph_err add_parameter(
    struct postfix *p, struct ph_span name, struct ph_span value)
{
	struct parameter *a = p->parameters;

	while (a != NULL && !ph_span_eq(a->name, name))
		a = a->next;
	if (a == NULL) {
		if (p->count++ >= PARAMETERS_MAX)
			return ph_foreign_refuse(p->r, "too many lines");
		a = ph_arena_alloc(&p->r->out->arena, sizeof(*a));
		if (a == NULL)
			return PH_ENOMEM;
		a->next = p->parameters;
		p->parameters = a;
	}
	/* The last one counts, as with Postfix. */
	a->name = name;
	a->value = value;
	a->line = p->r->line;
	return PH_OK;
}

static enum ph_err add_login(
    struct postfix *p, struct ph_span key, struct ph_span value)
{
	struct login **tail = &p->logins;
	struct login *l;

	if (p->count++ >= PARAMETERS_MAX)
		return ph_foreign_refuse(p->r, "too many lines");
	l = ph_arena_alloc(&p->r->out->arena, sizeof(*l));
	if (l == NULL)
		return PH_ENOMEM;
	*l = (struct login){ NULL, key, value, p->r->line };
	while (*tail != NULL)
		tail = &(*tail)->next;
	*tail = l;
	return PH_OK;
}

static bool is_name(struct ph_span s)
{
	for (size_t i = 0; i < s.len; i++) {
		if (!ph_ascii_is_alnum(s.ptr[i]) && s.ptr[i] != '_')
			return false;
	}
	return s.len > 0;
}

static enum ph_err take_line(struct postfix *p, struct ph_span line)
{
	size_t equals = ph_span_find(line, '=');
	struct ph_span name = ph_span_trim(ph_span_first(line, equals));
	size_t n = 0;

	if (equals < line.len && is_name(name)) {
		return add_parameter(
		    p, name, ph_span_trim(ph_span_skip(line, equals + 1)));
	}
	while (n < line.len && line.ptr[n] != ' ' && line.ptr[n] != '\t')
		n++;
	if (n < line.len &&
	    ph_span_find(ph_span_skip(line, n), ':') < line.len - n) {
		return add_login(p, ph_span_first(line, n),
		    ph_span_trim(ph_span_skip(line, n)));
	}
	/* It may be a password. */
	return ph_foreign_lose(
	    p->r, PH_SPAN("..."), "it is neither NAME = VALUE nor of a map");
}

/* Where the map is written as comments: "#sasl_passwd [h]:587 ann:secret". */
static const struct ph_span map_mark = PH_SPAN_INIT("#sasl_passwd ");

/* A line that begins with a blank goes on with the one before; joined in the
   text itself it is one run of bytes, its line ends being blanks. */
static bool next_line(
    struct postfix *p, struct ph_span *rest, struct ph_span *out)
{
	struct ph_span line;

	if (!ph_foreign_next_line(p->r, rest, &line))
		return false;
	*out = line;
	if (line.len == 0 || line.ptr[0] == '#')
		return true;
	for (struct ph_span ahead = *rest;
	     ahead.len > 0 && (ahead.ptr[0] == ' ' || ahead.ptr[0] == '\t');
	     ahead = *rest) {
		unsigned here = p->r->line;

		if (!ph_foreign_next_line(p->r, rest, &line))
			break;
		p->r->line = here + 1;
		if (line.len > 0 && line.ptr[0] != '#')
			out->len = (size_t)(line.ptr + line.len - out->ptr);
	}
	return true;
}

static enum ph_err read_lines(struct postfix *p)
{
	struct ph_span rest = p->r->text;
	struct ph_span line;
	enum ph_err err = PH_OK;

	while (err == PH_OK && next_line(p, &rest, &line)) {
		if (ph_span_starts_nocase(line, map_mark)) {
			err = take_line(
			    p, ph_span_trim(ph_span_skip(line, map_mark.len)));
		} else if (line.len > 0 && line.ptr[0] != '#') {
			err = take_line(p, line);
		}
	}
	return err;
}

/* [host]:port, host:port, host, [host]; a service's name for a port. */
static enum ph_err take_relayhost(
    struct ph_foreign_reader *r, struct ph_span value)
{
	static const struct {
		const char *name;
		const char *port;
	} services[] = { { "smtp", "25" }, { "submission", "587" },
		{ "smtps", "465" }, { "submissions", "465" } };

	bool is_bracket = value.len > 0 && value.ptr[0] == '[';
	size_t end =
	    is_bracket ? ph_span_find(value, ']') : ph_span_find(value, ':');
	struct ph_span host = ph_span_first(value, end);
	struct ph_span port = { 0 };
	enum ph_err err = PH_OK;

	if (is_bracket) {
		host = ph_span_skip(host, 1);
		end += end < value.len;
	}
	if (end + 1 < value.len && value.ptr[end] == ':')
		port = ph_span_skip(value, end + 1);
	for (size_t i = 0; i < PH_COUNT(services); i++) {
		if (ph_span_eq_nocase(port, ph_span_of(services[i].name)))
			port = ph_span_of(services[i].port);
	}
	if (!is_bracket && !ph_host_is_literal(host)) {
		err = ph_foreign_lose(r, PH_SPAN("relayhost"),
		    "without [] Postfix asks for the domain's MX, and a "
		    "connection goes to the host itself");
	}
	if (err == PH_OK && ph_span_starts_nocase(host, PH_SPAN("ipv6:")))
		host = ph_span_skip(host, 5);
	if (err == PH_OK)
		err = ph_foreign_set(r, "host", host, "relayhost");
	return err == PH_OK
	    ? ph_foreign_set(
		  r, "port", port.len > 0 ? port : PH_SPAN("25"), "relayhost")
	    : err;
}

/* A word of security levels. */
static const struct {
	const char *level;
	const char *encryption;
	const char *verify;
} levels[] = {
	{ "none", "none", NULL },
	{ "may", "wanted", NULL },
	{ "encrypt", "after-connect", "off" },
	{ "verify", "after-connect", "ca" },
	{ "secure", "after-connect", "ca" },
	{ "fingerprint", "after-connect", "pin" },
	{ "dane", "after-connect", NULL },
	{ "dane-only", "after-connect", NULL },
};

static size_t find_level(struct postfix *p)
{
	struct ph_span level = value_of(p, "smtp_tls_security_level");

	for (size_t i = 0; i < PH_COUNT(levels); i++) {
		if (ph_span_eq_nocase(level, ph_span_of(levels[i].level)))
			return i;
	}
	/* What it was before Postfix 2.3. */
	if (is_yes(p, "smtp_enforce_tls"))
		return 2;
	return is_yes(p, "smtp_use_tls") ? 1 : 0;
}

static enum ph_err put_pins(struct postfix *p)
{
	struct ph_span pins = value_of(p, "smtp_tls_fingerprint_cert_match");
	struct ph_span digest = value_of(p, "smtp_tls_fingerprint_digest");
	char text[1024];
	size_t n = 0;
	enum ph_err err = PH_OK;

	if (pins.len == 0)
		return PH_OK;
	if (!ph_span_eq_nocase(digest, PH_SPAN("sha256"))) {
		return ph_foreign_lose(p->r,
		    PH_SPAN("smtp_tls_fingerprint_cert_match"),
		    "it is no SHA-256");
	}
	for (; n < pins.len && n < sizeof(text); n++)
		text[n] = pins.ptr[n] == '|' ? ' ' : pins.ptr[n];
	err = ph_foreign_set(p->r, "pin", (struct ph_span){ text, n },
	    "smtp_tls_fingerprint_cert_match");
	if (err != PH_OK || ph_foreign_get(p->r, "pin").ptr == NULL)
		return err;
	return ph_foreign_set(
	    p->r, "verify", PH_SPAN("pin"), "smtp_tls_security_level");
}

static enum ph_err put_encryption(struct postfix *p)
{
	size_t level = find_level(p);
	bool first = is_yes(p, "smtp_tls_wrappermode");
	struct ph_foreign_reader *r = p->r;
	bool is_dane = level >= 6;
	enum ph_err err = ph_foreign_set(r, "encryption",
	    first ? PH_SPAN("before-connect")
		  : ph_span_of(levels[level].encryption),
	    "smtp_tls_security_level");

	if (err == PH_OK && is_dane) {
		err = ph_foreign_lose(r, PH_SPAN("smtp_tls_security_level"),
		    "TLSA records are not asked for: the certificate is "
		    "verified by its issuer");
	}
	if (err != PH_OK || levels[level].verify == NULL)
		return err;
	if (strcmp(levels[level].verify, "pin") == 0)
		return put_pins(p);
	return strcmp(levels[level].verify, "off") == 0
	    ? ph_foreign_set(
		  r, "verify", PH_SPAN("off"), "smtp_tls_security_level")
	    : PH_OK;
}

struct versions {
	unsigned only;
	unsigned without;
	unsigned most;
};

/* "TLSv1.2" with the sign before it. */
static void take_version(struct versions *v, struct ph_span word)
{
	static const char *const names[] = { "TLSv1", "TLSv1.1", "TLSv1.2",
		"TLSv1.3" };
	size_t skip = 0;

	while (skip < word.len && memchr("!<>=", word.ptr[skip], 4) != NULL)
		skip++;
	for (unsigned i = 0; i < PH_COUNT(names); i++) {
		if (!ph_span_eq_nocase(
			ph_span_skip(word, skip), ph_span_of(names[i])))
			continue;
		if (word.ptr[0] == '!')
			v->without |= 1U << i;
		if (word.ptr[0] == '>')
			v->most &= 0xfU << i;
		if (word.ptr[0] == '<')
			v->most &= (2U << i) - 1;
		if (skip == 0)
			v->only |= 1U << i;
	}
}

/* ">=TLSv1.2", or "!SSLv2, !TLSv1", or "TLSv1.2, TLSv1.3". */
static bool take_versions(struct ph_span value, unsigned *out)
{
	struct versions v = { .most = 0xf };

	while (value.len > 0) {
		size_t n = 0;

		while (n < value.len &&
		    memchr(" ,\t:\r\n", value.ptr[n], 6) == NULL)
			n++;
		take_version(&v, ph_span_first(value, n));
		value = ph_span_skip(value, n < value.len ? n + 1 : n);
	}
	*out = (v.only == 0 ? v.most : v.only) & ~v.without & v.most;
	return *out != 0;
}

static enum ph_err put_versions(struct postfix *p)
{
	const char *name = find(p, "smtp_tls_mandatory_protocols") != NULL
	    ? "smtp_tls_mandatory_protocols"
	    : "smtp_tls_protocols";
	struct ph_span value = value_of(p, name);
	unsigned versions = 0;
	char text[32] = "";
	size_t n = 0;

	if (value.len == 0)
		return PH_OK;
	if (!take_versions(value, &versions)) {
		return ph_foreign_lose(p->r, ph_span_of(name),
		    "it leaves no version of TLS that is known here");
	}
	for (unsigned i = 0; i < 4; i++) {
		if ((versions >> i & 1) != 0) {
			n += (size_t)snprintf(text + n, sizeof(text) - n,
			    "%s1.%u", n > 0 ? " " : "", i);
		}
	}
	return ph_foreign_set(p->r, "tls-versions", ph_span_of(text), name);
}

/* "nexthop" and the like are the host's own name. */
static enum ph_err put_verify_name(struct postfix *p)
{
	static const char *const names[] = { "smtp_tls_secure_cert_match",
		"smtp_tls_verify_cert_match" };
	enum ph_err err = PH_OK;

	for (size_t i = 0; err == PH_OK && i < PH_COUNT(names); i++) {
		struct ph_span value = value_of(p, names[i]);

		if (value.len == 0 ||
		    ph_span_starts_nocase(value, PH_SPAN("nexthop")) ||
		    ph_span_starts_nocase(value, PH_SPAN("hostname")))
			continue;
		err = ph_foreign_set(p->r, "verify-name", value, names[i]);
	}
	return err;
}

static enum ph_err put_path(
    struct postfix *p, const char *name, const char *setting)
{
	struct ph_span value = value_of(p, name);

	return value.len == 0 ? PH_OK
			      : ph_foreign_set_path(p->r, setting, value, name);
}

static enum ph_err put_tls(struct postfix *p)
{
	enum ph_err err = put_encryption(p);
	if (err == PH_OK)
		err = put_versions(p);
	if (err == PH_OK)
		err = put_verify_name(p);
	if (err == PH_OK)
		err = put_path(p, "smtp_tls_CApath", "ca-file");
	if (err == PH_OK)
		err = put_path(p, "smtp_tls_CAfile", "ca-file");
	if (err == PH_OK)
		err = put_path(p, "smtp_tls_cert_file", "client-certificate");
	return err == PH_OK ? put_path(p, "smtp_tls_key_file", "client-key")
			    : err;
}

static enum ph_err put_plain(struct postfix *p)
{
	enum ph_err err = PH_OK;

	for (size_t i = 0; err == PH_OK && i < PH_COUNT(plain); i++) {
		struct ph_span value = value_of(p, plain[i].name);

		if (value.len == 0 || ph_span_eq(value, PH_SPAN("0")))
			continue;
		if (ph_span_find(value, '$') < value.len) {
			err = ph_foreign_lose(p->r, ph_span_of(plain[i].name),
			    "it names another parameter");
			continue;
		}
		err = ph_foreign_set(
		    p->r, plain[i].setting, value, plain[i].name);
	}
	return err;
}

/* plain, login; "!" and maps are not taken. */
static enum ph_err put_mechanisms(struct postfix *p)
{
	struct ph_span value = value_of(p, "smtp_sasl_mechanism_filter");

	if (value.len == 0)
		return PH_OK;
	if (ph_span_find(value, '!') < value.len ||
	    ph_span_find(value, ':') < value.len) {
		return ph_foreign_lose(p->r,
		    PH_SPAN("smtp_sasl_mechanism_filter"),
		    "it is no list of mechanisms");
	}
	return ph_foreign_set(
	    p->r, "mechanisms", value, "smtp_sasl_mechanism_filter");
}

/* The one for the relayhost as it is written there, or for its host. */
static const struct login *find_login(
    const struct postfix *p, struct ph_span relayhost)
{
	struct ph_span host = ph_foreign_get(p->r, "host");

	for (const struct login *l = p->logins; l != NULL; l = l->next) {
		if (ph_span_eq_nocase(l->key, relayhost) ||
		    ph_span_eq_nocase(l->key, host))
			return l;
	}
	return NULL;
}

static enum ph_err put_login(struct postfix *p, const struct login *l)
{
	size_t colon = ph_span_find(l->value, ':');
	struct ph_span user = ph_span_first(l->value, colon);
	struct ph_span password = ph_span_skip(l->value, colon + 1);
	enum ph_err err = PH_OK;

	p->r->line = l->line;
	if (user.len > 0)
		err = ph_foreign_set(p->r, "username", user, "sasl_passwd");
	if (err != PH_OK || password.len == 0)
		return err;
	return ph_foreign_keep(p->r, PH_ROLE_PASSWORD, password, "sasl_passwd");
}

/* Brackets or not is another key to Postfix: a line that looks right may be
   none it would find. */
static enum ph_err lose_logins(
    struct postfix *p, const struct login *taken, const char *why)
{
	enum ph_err err = PH_OK;

	for (const struct login *l = p->logins;
	     err == PH_OK && p->parameters != NULL && l != NULL; l = l->next) {
		p->r->line = l->line;
		if (l != taken) {
			err =
			    ph_foreign_lose(p->r, PH_SPAN("sasl_passwd"), why);
		}
	}
	return err;
}

static enum ph_err put_auth(struct postfix *p, struct ph_span relayhost)
{
	struct ph_span maps = value_of(p, "smtp_sasl_password_maps");
	const struct login *l = find_login(p, relayhost);
	enum ph_err err;

	if (!is_yes(p, "smtp_sasl_auth_enable") && p->parameters != NULL) {
		err = ph_foreign_set(
		    p->r, "anonymous", PH_SPAN("yes"), "smtp_sasl_auth_enable");
		return err == PH_OK
		    ? lose_logins(p, NULL, "smtp_sasl_auth_enable is not yes")
		    : err;
	}
	err = put_mechanisms(p);
	if (err == PH_OK) {
		err = lose_logins(p, l,
		    "its key is not the relayhost as it is written there, "
		    "brackets and port with it");
	}
	if (err != PH_OK || l != NULL)
		return err != PH_OK ? err : put_login(p, l);
	(void)value_of(p, "smtp_sasl_password_maps");
	return maps.len == 0
	    ? PH_OK
	    : ph_foreign_lose(p->r, PH_SPAN("smtp_sasl_password_maps"),
		  "user name and password stand in that file: import both "
		  "(cat main.cf sasl_passwd | posthaste connection import -)");
}

static enum ph_err lose_rest(struct postfix *p)
{
	enum ph_err err = PH_OK;

	for (size_t i = 0; err == PH_OK && i < PH_COUNT(lost); i++) {
		struct ph_span value = value_of(p, lost[i].name);

		if (value.len > 0) {
			err = ph_foreign_lose(
			    p->r, ph_span_of(lost[i].name), lost[i].why);
		}
	}
	/* Others of the client's, which may matter. */
	for (const struct parameter *a = p->parameters;
	     err == PH_OK && a != NULL; a = a->next) {
		p->r->line = a->line;
		if (!a->used && a->value.len > 0 &&
		    ph_span_starts_nocase(a->name, PH_SPAN("smtp_"))) {
			err = ph_foreign_lose(
			    p->r, a->name, "posthaste does not know it");
		}
	}
	return err;
}

static enum ph_err read_relayhost(struct postfix *p, struct ph_span relayhost)
{
	enum ph_err err = ph_foreign_begin(p->r, PH_SPAN(""));

	if (err == PH_OK)
		err = take_relayhost(p->r, relayhost);
	if (err == PH_OK)
		err = put_auth(p, relayhost);
	if (err == PH_OK && p->parameters != NULL)
		err = put_tls(p);
	if (err == PH_OK)
		err = put_plain(p);
	return err == PH_OK ? lose_rest(p) : err;
}

enum ph_err ph_foreign_read_postfix(struct ph_foreign_reader *r)
{
	struct postfix p = { .r = r };
	enum ph_err err = read_lines(&p);
	struct ph_span relayhost = value_of(&p, "relayhost");

	if (err != PH_OK)
		return err;
	if (relayhost.len > 0 && ph_span_find(relayhost, '$') == relayhost.len)
		return read_relayhost(&p, relayhost);
	if (find(&p, "relayhost") != NULL) {
		return ph_foreign_refuse(r,
		    relayhost.len == 0
			? "its relayhost is empty: mail goes to each domain's "
			  "own server"
			: "its relayhost names another parameter");
	}
	/* The map alone: each line is a server. */
	for (const struct login *l = p.logins; err == PH_OK && l != NULL;
	     l = l->next) {
		r->line = l->line;
		err = read_relayhost(&p, l->key);
	}
	return err;
}
