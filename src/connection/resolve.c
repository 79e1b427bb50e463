#include "base/num.h"
#include "connection/host.h"
#include "connection/lookup.h"
#include "connection/proxy_url.h"
#include "connection/settings.h"
#include "connection/value.h"

#include <stddef.h>
#include <stdio.h>

enum {
	PORT_SMTP = 25,
	PORT_SMTPS = 465,
	PORT_SUBMISSION = 587
};

struct resolver {
	const struct ph_resolve *in;
	struct ph_arena *a;
	struct ph_connection *out;
	struct ph_fault *fault;
};

static struct ph_setting_found look(
    const struct resolver *r, const char *section, const char *name)
{
	struct ph_setting_found found;

	ph_setting_lookup(r->in,
	    ph_setting_find(ph_span_of(section), ph_span_of(name)), &found);
	return found;
}

/* A fault whose text names the setting and where it stands. */
static enum ph_err refuse(const struct resolver *r,
    const struct ph_setting_found *at, const char *why)
{
	ph_fault_set(r->fault, PH_CAUSE_CONFIG, PH_STAGE_CONFIG, "%s: %s",
	    at->row->name, why);
	ph_setting_blame(r->in, at, r->fault);
	return PH_EINVAL;
}

static enum ph_err check_values(const struct resolver *r)
{
	for (size_t i = 0; i < ph_settings_count; i++) {
		struct ph_setting_found found;

		ph_setting_lookup(r->in, &ph_settings[i], &found);

		enum ph_err err =
		    ph_setting_check(&ph_settings[i], found.value, r->fault);
		if (err != PH_OK) {
			ph_setting_blame(r->in, &found, r->fault);
			return err;
		}
	}
	return PH_OK;
}

/* Where in struct ph_connection a row goes that needs no more than its type
   says. */
static const struct {
	const char *section;
	const char *name;
	size_t at;
} plain_rows[] = {
	{ "connection", "timeout", offsetof(struct ph_connection, timeout) },
	{ "connection", "timeout-mail",
	    offsetof(struct ph_connection, timeout_mail) },
	{ "connection", "timeout-rcpt",
	    offsetof(struct ph_connection, timeout_rcpt) },
	{ "connection", "timeout-data",
	    offsetof(struct ph_connection, timeout_data) },
	{ "connection", "timeout-block",
	    offsetof(struct ph_connection, timeout_block) },
	{ "connection", "timeout-final",
	    offsetof(struct ph_connection, timeout_final) },
	{ "connection", "code-page",
	    offsetof(struct ph_connection, code_page) },
	{ "connection", "helo", offsetof(struct ph_connection, helo) },
	{ "connection", "source-address",
	    offsetof(struct ph_connection, source_address) },
	{ "connection", "memory", offsetof(struct ph_connection, memory) },
	{ "authentication", "username",
	    offsetof(struct ph_connection, username) },
	{ "authentication", "password-from",
	    offsetof(struct ph_connection, password_from) },
	{ "authentication", "domain", offsetof(struct ph_connection, domain) },
	{ "authentication", "anonymous",
	    offsetof(struct ph_connection, anonymous) },
	{ "authentication", "attempts",
	    offsetof(struct ph_connection, attempts) },
	{ "authentication", "allow-plaintext-password",
	    offsetof(struct ph_connection, allow_plaintext_password) },
	{ "oauth", "provider", offsetof(struct ph_connection, oauth.provider) },
	{ "oauth", "grant", offsetof(struct ph_connection, oauth.grant) },
	{ "oauth", "client-id",
	    offsetof(struct ph_connection, oauth.client_id) },
	{ "oauth", "client-secret-from",
	    offsetof(struct ph_connection, oauth.client_secret_from) },
	{ "oauth", "tenant", offsetof(struct ph_connection, oauth.tenant) },
	{ "oauth", "scope", offsetof(struct ph_connection, oauth.scope) },
	{ "oauth", "device-endpoint",
	    offsetof(struct ph_connection, oauth.device_endpoint) },
	{ "oauth", "token-endpoint",
	    offsetof(struct ph_connection, oauth.token_endpoint) },
	{ "oauth", "ca-file", offsetof(struct ph_connection, oauth.ca_file) },
	{ "encryption", "verify", offsetof(struct ph_connection, verify) },
	{ "encryption", "ca-file", offsetof(struct ph_connection, ca_file) },
	{ "encryption", "verify-name",
	    offsetof(struct ph_connection, verify_name) },
	{ "encryption", "client-certificate",
	    offsetof(struct ph_connection, client_certificate) },
	{ "encryption", "client-key",
	    offsetof(struct ph_connection, client_key) },
	{ "encryption", "client-key-password-from",
	    offsetof(struct ph_connection, client_key_password_from) },
	{ "proxy", "type", offsetof(struct ph_connection, proxy.type) },
	{ "proxy", "use-credentials",
	    offsetof(struct ph_connection, proxy.use_credentials) },
	{ "proxy", "username", offsetof(struct ph_connection, proxy.username) },
	{ "proxy", "password-from",
	    offsetof(struct ph_connection, proxy.password_from) },
	{ "proxy", "domain", offsetof(struct ph_connection, proxy.domain) },
	{ "proxy", "ca-file", offsetof(struct ph_connection, proxy.ca_file) },
	{ "message", "from", offsetof(struct ph_connection, from) },
	{ "message", "rewrite-from",
	    offsetof(struct ph_connection, rewrite_from) },
	{ "limits", "sessions", offsetof(struct ph_connection, sessions) },
	{ "limits", "messages-per-session",
	    offsetof(struct ph_connection, messages_per_session) },
	{ "limits", "session-age",
	    offsetof(struct ph_connection, session_age) },
	{ "limits", "rate", offsetof(struct ph_connection, rate) },
	{ "limits", "quota", offsetof(struct ph_connection, quota) },
	{ "limits", "recipients-per-message",
	    offsetof(struct ph_connection, recipients_per_message) },
	{ "limits", "size", offsetof(struct ph_connection, size) },
};

static enum ph_err put_text(
    struct resolver *r, struct ph_span value, const char **out)
{
	*out = ph_arena_str(r->a, value);
	return *out == NULL ? PH_ENOMEM : PH_OK;
}

static enum ph_err put_count(struct ph_span value, unsigned *out)
{
	uint64_t n = 0;
	enum ph_err err = ph_num_parse(value, UINT32_MAX, &n);
	if (err != PH_OK)
		return err;
	*out = (unsigned)n;
	return PH_OK;
}

/* The enum's values are in the order of the words. */
static enum ph_err put_word(const struct ph_setting_found *found, unsigned *out)
{
	size_t word = 0;
	enum ph_err err = ph_value_word(found->value, found->row->words, &word);
	if (err != PH_OK)
		return err;
	*out = (unsigned)word;
	return PH_OK;
}

/* Every value was checked; an empty one leaves the field zero. */
static enum ph_err put_value(
    struct resolver *r, const struct ph_setting_found *found, void *at)
{
	if (found->row->type == PH_SETTING_TEXT ||
	    found->row->type == PH_SETTING_ADDRESS)
		return put_text(r, found->value, at);
	if (found->value.len == 0)
		return PH_OK;
	switch (found->row->type) {
	case PH_SETTING_DURATION:
		return ph_num_parse_duration(found->value, at);
	case PH_SETTING_SIZE:
		return ph_num_parse_size(found->value, at);
	case PH_SETTING_COUNT:
		return put_count(found->value, at);
	case PH_SETTING_BOOL:
		return ph_value_bool(found->value, at);
	case PH_SETTING_SECRET_SOURCE:
		return ph_secret_source_parse(found->value, r->a, at);
	case PH_SETTING_RATE:
		return ph_value_rate(found->value, at);
	case PH_SETTING_WORD:
		return put_word(found, at);
	case PH_SETTING_TEXT:
	case PH_SETTING_ADDRESS:
	case PH_SETTING_HOST:
	case PH_SETTING_PORT:
	case PH_SETTING_ENCRYPTION:
	case PH_SETTING_WORDS:
		break;
	}
	return PH_EINVAL;
}

static enum ph_err put_plain_rows(struct resolver *r)
{
	for (size_t i = 0; i < PH_COUNT(plain_rows); i++) {
		struct ph_setting_found found =
		    look(r, plain_rows[i].section, plain_rows[i].name);
		enum ph_err err =
		    put_value(r, &found, (char *)r->out + plain_rows[i].at);
		if (err != PH_OK)
			return err;
	}
	return PH_OK;
}

static enum ph_err put_list(struct resolver *r, struct ph_span value,
    const struct ph_span **out, size_t *count_out)
{
	struct ph_span rest = value;
	struct ph_span item;
	size_t count = 0;

	while (ph_value_next(&rest, &item))
		count++;
	if (count == 0)
		return PH_OK;

	struct ph_span *items = ph_arena_array(r->a, count, sizeof(*items));
	if (items == NULL)
		return PH_ENOMEM;
	for (size_t i = 0; ph_value_next(&value, &item); i++) {
		enum ph_err err = ph_arena_copy(r->a, item, &items[i]);
		if (err != PH_OK)
			return err;
	}
	*out = items;
	*count_out = count;
	return PH_OK;
}

/* A list that is empty, and not merely left out, says that no login is
   possible; a user name says that one is wanted. */
static enum ph_err put_mechanisms(struct resolver *r)
{
	struct ph_setting_found found = look(r, "authentication", "mechanisms");
	enum ph_err err = PH_OK;

	if (!found.is_empty &&
	    ph_span_eq_nocase(ph_span_trim(found.value), PH_SPAN("auto")))
		return PH_OK;
	if (!found.is_empty) {
		err = put_list(r, found.value, &r->out->mechanisms,
		    &r->out->mechanism_count);
	}
	if (err != PH_OK)
		return err;
	if (r->out->mechanism_count > 0 || r->out->username[0] == '\0')
		return PH_OK;
	(void)refuse(
	    r, &found, "there is a user name and no mechanism to log in with");
	ph_fault_advise(r->fault,
	    "leave mechanisms out (auto), or list some, as LOGIN, PLAIN");
	return PH_EINVAL;
}

/* OpenSSL would speak those below the gap only, and not say so. */
static bool has_gap(unsigned versions)
{
	unsigned lowest = versions & -versions;

	return (versions & (versions + lowest)) != 0;
}

static enum ph_err put_tls(struct resolver *r)
{
	struct ph_setting_found versions =
	    look(r, "encryption", "tls-versions");
	struct ph_setting_found verify = look(r, "encryption", "verify");
	struct ph_setting_found pin = look(r, "encryption", "pin");
	struct ph_connection *c = r->out;
	enum ph_err err =
	    ph_value_tls_versions(versions.value, &c->tls_versions);
	if (err == PH_OK)
		err = put_list(r, pin.value, &c->pins, &c->pin_count);
	if (err != PH_OK)
		return err;
	if (has_gap(c->tls_versions)) {
		return refuse(r, &versions,
		    "versions between two that are named cannot be left out");
	}
	if (c->verify == PH_VERIFY_PIN && c->pin_count == 0) {
		return refuse(r, &verify,
		    "pin needs the key it is to be checked against: set pin");
	}
	if (c->client_key[0] != '\0' && c->client_certificate[0] == '\0') {
		struct ph_setting_found key =
		    look(r, "encryption", "client-key");

		return refuse(
		    r, &key, "a key without client-certificate is of no use");
	}
	if (c->client_key[0] == '\0')
		c->client_key = c->client_certificate;
	return PH_OK;
}

/* Certificates hold A-labels, and addresses without brackets. */
static enum ph_err put_verify_name(struct resolver *r)
{
	struct ph_setting_found found = look(r, "encryption", "verify-name");
	struct ph_host host = { 0 };

	if (found.value.len == 0)
		return PH_OK;

	enum ph_err err = ph_host_parse(found.value, &host, r->fault);
	if (err == PH_OK && host.port != 0)
		return refuse(r, &found, "a certificate names no port");
	if (err == PH_OK) {
		err = ph_host_to_ascii(
		    host.name, r->a, &r->out->verify_name, r->fault);
	}
	if (err == PH_EINVAL) {
		ph_fault_prefix(r->fault, "verify-name");
		ph_setting_blame(r->in, &found, r->fault);
	}
	return err;
}

static enum ph_err check_rewrite(struct resolver *r)
{
	struct ph_setting_found found = look(r, "message", "rewrite-from");

	if (r->out->rewrite_from == PH_REWRITE_NEVER || r->out->from[0] != '\0')
		return PH_OK;
	return refuse(r, &found, "there is no `from` to put in its place");
}

/* Which of two settings was said nearer: options, then the files in order. */
static size_t distance(const struct ph_setting_found *found)
{
	switch (found->origin) {
	case PH_ORIGIN_OVERRIDE:
		return 0;
	case PH_ORIGIN_FILE:
		return found->depth + 1;
	case PH_ORIGIN_PRESET:
		break;
	}
	return SIZE_MAX;
}

static enum ph_err refuse_ports(const struct resolver *r,
    const struct ph_setting_found *at, uint16_t one, uint16_t other)
{
	ph_fault_set(r->fault, PH_CAUSE_PORTS_DISAGREE, PH_STAGE_CONFIG,
	    "port %u and port %u disagree: the host names one and port the "
	    "other",
	    one, other);
	ph_setting_blame(r->in, at, r->fault);
	return PH_EINVAL;
}

/* The URL says one port and --port another. */
static enum ph_err check_port_options(const struct resolver *r,
    const struct ph_setting_found *found, uint16_t port)
{
	for (size_t i = 0; i < r->in->override_count; i++) {
		const struct ph_setting_override *o = &r->in->overrides[i];
		uint16_t other = 0;

		if (o->row != found->row || o->value.len == 0 ||
		    strcmp(o->origin, found->option) == 0 ||
		    ph_port_parse(o->value, &other) != PH_OK)
			continue;
		if (other != port) {
			ph_fault_set(r->fault, PH_CAUSE_PORTS_DISAGREE,
			    PH_STAGE_CONFIG,
			    "%s says port %u and %s says port %u", o->origin,
			    other, found->option, port);
			return PH_EINVAL;
		}
	}
	return PH_OK;
}

static enum ph_err put_port(
    struct resolver *r, const struct ph_setting_found *host, uint16_t in_host)
{
	struct ph_setting_found found = look(r, "connection", "port");
	uint16_t port = 0;
	enum ph_err err = PH_OK;

	r->out->port = in_host;
	if (found.value.len == 0)
		return PH_OK;
	err = ph_port_parse(found.value, &port);
	if (err == PH_OK && found.origin == PH_ORIGIN_OVERRIDE)
		err = check_port_options(r, &found, port);
	if (err != PH_OK)
		return err;
	if (in_host != 0 && in_host != port &&
	    distance(host) == distance(&found))
		return refuse_ports(r, &found, in_host, port);
	if (in_host == 0 || distance(&found) < distance(host))
		r->out->port = port;
	return PH_OK;
}

static enum ph_err put_host(struct resolver *r)
{
	struct ph_setting_found found = look(r, "connection", "host");
	struct ph_host host = { 0 };

	if (found.value.len == 0) {
		ph_fault_set(r->fault,
		    r->in->chain_count == 0 ? PH_CAUSE_NO_CONNECTION
					    : PH_CAUSE_CONFIG,
		    PH_STAGE_CONFIG, "%s: no host is set",
		    r->in->chain_count == 0
			? "the server"
			: ph_settings_file_path(r->in->chain[0]));
		return PH_EINVAL;
	}

	enum ph_err err = ph_host_parse(found.value, &host, r->fault);
	if (err == PH_OK) {
		err =
		    ph_host_to_ascii(host.name, r->a, &r->out->host, r->fault);
	}
	if (err == PH_EINVAL) {
		ph_fault_prefix(r->fault, "host");
		ph_setting_blame(r->in, &found, r->fault);
	}
	if (err != PH_OK)
		return err;
	return put_port(r, &found, host.port);
}

static uint16_t default_port(enum ph_encryption e)
{
	static const uint16_t ports[] = {
		[PH_ENCRYPTION_NONE] = PORT_SMTP,
		[PH_ENCRYPTION_WANTED] = PORT_SMTP,
		[PH_ENCRYPTION_AFTER_CONNECT] = PORT_SUBMISSION,
		[PH_ENCRYPTION_BEFORE_CONNECT] = PORT_SMTPS,
	};

	return ports[e];
}

static enum ph_encryption default_encryption(uint16_t port)
{
	if (port == PORT_SMTPS)
		return PH_ENCRYPTION_BEFORE_CONNECT;
	if (port == PORT_SUBMISSION)
		return PH_ENCRYPTION_AFTER_CONNECT;
	return PH_ENCRYPTION_WANTED;
}

/* Another server's mode is not for this one's port; that it must be encrypted
   is not dropped. */
static bool requires_tls(struct ph_span mode)
{
	enum ph_encryption e = PH_ENCRYPTION_NONE;

	return ph_encryption_parse(mode, 0, &e) == PH_OK &&
	    (e == PH_ENCRYPTION_AFTER_CONNECT ||
		e == PH_ENCRYPTION_BEFORE_CONNECT);
}

static enum ph_err put_encryption(struct resolver *r)
{
	struct ph_setting_found found = look(r, "connection", "encryption");
	struct ph_connection *c = r->out;

	c->encryption = default_encryption(c->port);
	if (found.is_withheld && requires_tls(found.withheld) &&
	    c->encryption == PH_ENCRYPTION_WANTED)
		c->encryption = PH_ENCRYPTION_AFTER_CONNECT;
	if (found.value.len > 0) {
		enum ph_err err =
		    ph_encryption_parse(found.value, c->port, &c->encryption);
		if (err != PH_OK)
			return err;
	}
	if (c->port == 0)
		c->port = default_port(c->encryption);
	return PH_OK;
}

static enum ph_err put_proxy_port(
    struct resolver *r, const struct ph_setting_found *host, uint16_t in_host)
{
	struct ph_setting_found found = look(r, "proxy", "port");
	struct ph_proxy *p = &r->out->proxy;
	uint16_t port = 0;

	p->port = in_host != 0 ? in_host : ph_proxy_type_port(p->type);
	if (found.value.len == 0)
		return PH_OK;

	enum ph_err err = ph_port_parse(found.value, &port);
	if (err != PH_OK)
		return err;
	if (in_host != 0 && in_host != port &&
	    distance(host) == distance(&found))
		return refuse_ports(r, &found, in_host, port);
	if (in_host == 0 || distance(&found) < distance(host))
		p->port = port;
	return PH_OK;
}

static enum ph_err put_proxy(struct resolver *r)
{
	struct ph_setting_found type = look(r, "proxy", "type");
	struct ph_setting_found found = look(r, "proxy", "host");
	struct ph_proxy *p = &r->out->proxy;
	struct ph_host host = { 0 };

	p->host = "";
	if (p->type == PH_PROXY_NONE || p->type == PH_PROXY_SYSTEM)
		return PH_OK;
	if (found.value.len == 0)
		return refuse(r, &type, "a proxy needs its host: set host");

	enum ph_err err = ph_host_parse(found.value, &host, r->fault);
	if (err == PH_OK)
		err = ph_host_to_ascii(host.name, r->a, &p->host, r->fault);
	if (err == PH_EINVAL) {
		ph_fault_prefix(r->fault, "host of the proxy");
		ph_setting_blame(r->in, &found, r->fault);
	}
	if (err != PH_OK)
		return err;
	return put_proxy_port(r, &found, host.port);
}

static enum ph_err put_origin(
    struct resolver *r, const char *name, const char **out)
{
	struct ph_setting_found found = look(r, "limits", name);
	char where[PH_SETTING_WHERE_MAX];

	ph_setting_where(r->in, &found, where);
	*out = ph_arena_str(r->a, ph_span_of(where));
	return *out == NULL ? PH_ENOMEM : PH_OK;
}

static enum ph_err put_origins(struct resolver *r)
{
	enum ph_err err = put_origin(r, "rate", &r->out->rate_from);

	return err == PH_OK ? put_origin(r, "quota", &r->out->quota_from) : err;
}

static enum ph_err check_limits(struct resolver *r)
{
	struct ph_setting_found found = look(r, "limits", "sessions");

	if (r->out->sessions == 0)
		return refuse(r, &found, "at least one session is needed");
	r->out->limits_sessions = found.is_set;
	return PH_OK;
}

enum ph_err ph_connection_resolve(const struct ph_resolve *in,
    struct ph_arena *a, struct ph_connection *out, struct ph_fault *fault)
{
	static enum ph_err (*const steps[])(struct resolver * r) = {
		put_plain_rows,
		put_host,
		put_encryption,
		put_mechanisms,
		put_tls,
		put_verify_name,
		put_proxy,
		check_rewrite,
		put_origins,
		check_limits,
	};
	static const struct ph_secret_source none = { .fd = -1 };
	struct ph_connection c = {
		.password_from = none,
		.client_key_password_from = none,
		.proxy.password_from = none,
		.oauth.client_secret_from = none,
	};
	struct resolver r = { in, a, &c, fault };
	enum ph_err err = check_values(&r);

	for (size_t i = 0; err == PH_OK && i < PH_COUNT(steps); i++)
		err = steps[i](&r);
	if (err != PH_OK)
		return err;
	c.name = ph_arena_str(a,
	    ph_span_of(in->chain_count == 0
		    ? ""
		    : ph_settings_file_name(in->chain[0])));
	if (c.name == NULL)
		return PH_ENOMEM;
	*out = c;
	return PH_OK;
}
