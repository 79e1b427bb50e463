#include "cli/look.h"

#include "base/ascii.h"
#include "connection/host.h"

#include <stdarg.h>
#include <stdio.h>

/* What is tried after which fault. */

enum {
	TRY_MODE = 1 << 0,  /* the other mode, on the same port */
	TRY_PORTS = 1 << 1, /* the usual ports */
	TRY_NAMES = 1 << 2, /* smtp. and mail. of the domain */
	TRY_CERT_NAMES = 1 << 3,
	TRY_FAMILY = 1 << 4,
	TRY_HELO = 1 << 5,
	TRY_VERSIONS = 1 << 6
};

static const struct {
	enum ph_cause cause;
	unsigned tries;
} plans[] = {
	{ PH_CAUSE_HOST_NOT_FOUND, TRY_NAMES },
	{ PH_CAUSE_CONNECT_REFUSED, TRY_PORTS | TRY_NAMES },
	{ PH_CAUSE_CONNECT_TIMEOUT, TRY_PORTS | TRY_NAMES },
	{ PH_CAUSE_CONNECT_UNREACHABLE, TRY_PORTS },
	{ PH_CAUSE_PROXY_FORBIDDEN, TRY_PORTS },
	{ PH_CAUSE_PROXY_TARGET_CLOSED, TRY_PORTS },
	{ PH_CAUSE_PROXY_TARGET_FAILED, TRY_PORTS },
	{ PH_CAUSE_SILENCE, TRY_MODE | TRY_FAMILY | TRY_PORTS },
	{ PH_CAUSE_OTHER_PROTOCOL, TRY_PORTS },
	{ PH_CAUSE_TLS_EXPECTED, TRY_MODE | TRY_PORTS },
	{ PH_CAUSE_GREETING_REFUSED, TRY_FAMILY | TRY_PORTS },
	{ PH_CAUSE_GREETING_DEFERRED, TRY_FAMILY },
	{ PH_CAUSE_EHLO_REFUSED, TRY_HELO },
	{ PH_CAUSE_TLS_NOT_OFFERED, TRY_PORTS },
	{ PH_CAUSE_TLS_DOWNGRADE, TRY_PORTS },
	{ PH_CAUSE_TLS_REFUSED, TRY_PORTS },
	{ PH_CAUSE_TLS_PLAINTEXT, TRY_MODE | TRY_PORTS },
	{ PH_CAUSE_TLS_VERSION, TRY_VERSIONS | TRY_PORTS },
	{ PH_CAUSE_TLS_HANDSHAKE, TRY_MODE | TRY_PORTS },
	{ PH_CAUSE_TLS_CLOSED, TRY_MODE | TRY_PORTS },
	{ PH_CAUSE_CERT_EXPIRED, TRY_PORTS },
	{ PH_CAUSE_CERT_NOT_YET, TRY_PORTS },
	{ PH_CAUSE_CERT_SELF_SIGNED, TRY_PORTS },
	{ PH_CAUSE_CERT_UNTRUSTED, TRY_PORTS },
	{ PH_CAUSE_CERT_NAME, TRY_CERT_NAMES | TRY_PORTS },
	{ PH_CAUSE_CERT_OTHER, TRY_PORTS },
	{ PH_CAUSE_AUTH_NOT_OFFERED, TRY_MODE | TRY_PORTS },
	{ PH_CAUSE_AUTH_PLAINTEXT, TRY_MODE | TRY_PORTS },
	{ PH_CAUSE_PROTOCOL, TRY_PORTS },
	{ PH_CAUSE_REPLY_TOO_BIG, TRY_PORTS },
	/* A success in clear, or with a certificate that was put up with. */
	{ PH_CAUSE_NONE, TRY_PORTS },
};

static unsigned tries_after(const struct ph_fault *f)
{
	/* "530 Must issue a STARTTLS command first". */
	if (f->cause == PH_CAUSE_AUTH_REQUIRED && f->enhanced[1] == 7 &&
	    f->enhanced[2] == 0 && strstr(f->text, "STARTTLS") != NULL)
		return TRY_MODE | TRY_PORTS;
	/* Before anybody has said who they are. */
	if ((f->cause == PH_CAUSE_TIMEOUT ||
		f->cause == PH_CAUSE_CONNECTION_LOST) &&
	    (f->stage == PH_STAGE_GREETING || f->stage == PH_STAGE_TLS))
		return TRY_MODE | TRY_FAMILY | TRY_PORTS;
	for (size_t i = 0; i < PH_COUNT(plans); i++) {
		if (plans[i].cause == f->cause)
			return plans[i].tries;
	}
	return 0;
}

static void add(struct ph_look *l, enum ph_sighting_way way, unsigned family,
    const struct ph_probe_target *t)
{
	size_t at = ph_probes_count(l->probes);

	/* What cannot be tried is not. */
	if (ph_probes_add(l->probes, t) != PH_OK)
		return;
	l->sightings[at] = (struct ph_sighting){ .way = way, .family = family };
	l->count = at + 1;
}

static struct ph_probe_target target_of(const struct ph_connection *c)
{
	return (struct ph_probe_target){
		.host = c->host, .port = c->port, .encryption = c->encryption
	};
}

static bool is_early(const struct ph_connection *c)
{
	return c->encryption == PH_ENCRYPTION_BEFORE_CONNECT;
}

static void add_mode(
    struct ph_look *l, const struct ph_connection *c, const struct ph_fault *f)
{
	struct ph_probe_target t = target_of(c);
	bool wants_starttls = is_early(c) || f->stage >= PH_STAGE_AUTH;

	t.encryption = wants_starttls ? PH_ENCRYPTION_AFTER_CONNECT
				      : PH_ENCRYPTION_BEFORE_CONNECT;
	if (t.encryption != c->encryption)
		add(l, PH_WAY_MODE, 0, &t);
}

static void add_port(struct ph_look *l, const struct ph_connection *c,
    uint16_t port, enum ph_encryption mode)
{
	struct ph_probe_target t = target_of(c);

	if (port == c->port)
		return;
	t.port = port;
	t.encryption = mode;
	add(l, PH_WAY_PORT, 0, &t);
}

static void add_ports(struct ph_look *l, const struct ph_connection *c)
{
	static const struct {
		uint16_t port;
		enum ph_encryption mode;
	} late[] = {
		{ 587, PH_ENCRYPTION_AFTER_CONNECT },
		{ 465, PH_ENCRYPTION_BEFORE_CONNECT },
		{ 2525, PH_ENCRYPTION_AFTER_CONNECT },
		{ 25, PH_ENCRYPTION_AFTER_CONNECT },
	};

	/* Of the mode that is set, the port that goes with it first. */
	if (is_early(c))
		add_port(l, c, 465, PH_ENCRYPTION_BEFORE_CONNECT);
	for (size_t i = 0; i < PH_COUNT(late); i++)
		add_port(l, c, late[i].port, late[i].mode);
	if (c->encryption != PH_ENCRYPTION_NONE)
		return;
	add_port(l, c, 25, PH_ENCRYPTION_NONE);
	add_port(l, c, 587, PH_ENCRYPTION_NONE);
	add_port(l, c, 2525, PH_ENCRYPTION_NONE);
}

static void add_family(struct ph_look *l, const struct ph_look_question *q)
{
	const struct ph_connection *c = &q->server->connection;
	struct ph_probe_target t = target_of(c);
	bool was_v6;

	if (c->source_address[0] != '\0' || q->facts == NULL ||
	    q->facts->address == NULL || q->facts->address[0] == '\0' ||
	    ph_host_is_literal(ph_span_of(c->host)))
		return;
	was_v6 = strchr(q->facts->address, ':') != NULL;
	t.source_address = was_v6 ? "0.0.0.0" : "::";
	add(l, PH_WAY_FAMILY, was_v6 ? 4 : 6, &t);
}

static void add_helo(struct ph_look *l, const struct ph_connection *c)
{
	struct ph_probe_target t = target_of(c);

	if (c->helo[0] == '\0')
		return;
	t.helo = "";
	add(l, PH_WAY_HELO, 0, &t);
}

static void add_versions(struct ph_look *l, const struct ph_connection *c)
{
	struct ph_probe_target t = target_of(c);

	t.tls_versions = PH_TLS_1_0 | PH_TLS_1_1 | PH_TLS_1_2 | PH_TLS_1_3;
	add(l, PH_WAY_VERSIONS, 0, &t);
}

/* other hosts */

static size_t count_dots(struct ph_span s)
{
	size_t count = 0;

	for (size_t i = 0; i < s.len; i++)
		count += s.ptr[i] == '.' ? 1 : 0;
	return count;
}

/* "co.uk", "com.br": what people register below in some countries. */
static bool is_registry(struct ph_span domain)
{
	static const char *const seconds[] = { "com", "net", "org", "edu",
		"gov", "mil", "info", "gouv", "gob", "asso" };
	size_t dot = ph_span_find(domain, '.');
	struct ph_span second = ph_span_first(domain, dot);

	if (dot == domain.len)
		return true;
	if (count_dots(domain) != 1 || domain.len - dot - 1 != 2)
		return false;
	for (size_t i = 0; i < PH_COUNT(seconds); i++) {
		if (ph_span_eq_nocase(second, ph_span_of(seconds[i])))
			return true;
	}
	return second.len <= 2;
}

/* What host lies in: "example.com" of mail.example.com and of itself. */
static struct ph_span domain_of(struct ph_span host)
{
	size_t dot = ph_span_find(host, '.');
	struct ph_span above;

	if (dot == host.len || ph_host_is_literal(host))
		return (struct ph_span){ 0 };
	above = ph_span_skip(host, dot + 1);
	if (!is_registry(above))
		return above;
	return is_registry(host) ? (struct ph_span){ 0 } : host;
}

static bool lies_in(struct ph_span name, struct ph_span domain)
{
	size_t before;

	if (domain.len == 0 || name.len < domain.len)
		return false;
	before = name.len - domain.len;
	return ph_span_eq_nocase(ph_span_skip(name, before), domain) &&
	    (before == 0 || name.ptr[before - 1] == '.');
}

bool ph_look_is_own(const char *name, const char *host)
{
	struct ph_span n = ph_span_of(name);
	struct ph_span h = ph_span_of(host);

	return ph_span_eq_nocase(n, h) || lies_in(n, domain_of(h));
}

PH_PRINTF(4, 5)

static void add_name(struct ph_look *l, const struct ph_connection *c,
    enum ph_sighting_way way, const char *fmt, ...)
{
	struct ph_probe_target t = target_of(c);
	va_list ap;
	char *name;
	int len;

	if (l->name_count == PH_LOOK_NAMES_MAX)
		return;
	name = l->names[l->name_count];
	va_start(ap, fmt);
	len = vsnprintf(name, PH_LOOK_NAME_SIZE, fmt, ap);
	va_end(ap);
	if (len <= 0 || len >= PH_LOOK_NAME_SIZE ||
	    ph_span_eq_nocase(ph_span_of(name), ph_span_of(c->host)))
		return;
	l->name_count++;
	t.host = name;
	add(l, way, 0, &t);
}

static void add_names_in(
    struct ph_look *l, const struct ph_connection *c, struct ph_span domain)
{
	if (domain.len == 0)
		return;
	add_name(l, c, PH_WAY_NAME, "smtp.%.*s", PH_SPAN_ARG(domain));
	add_name(l, c, PH_WAY_NAME, "mail.%.*s", PH_SPAN_ARG(domain));
}

static struct ph_span user_domain(const struct ph_connection *c)
{
	struct ph_span name = ph_span_of(c->username);
	size_t at = ph_span_find(name, '@');

	return at == name.len ? (struct ph_span){ 0 }
			      : ph_span_skip(name, at + 1);
}

static bool is_host_name(struct ph_span s)
{
	struct ph_host parsed;
	struct ph_fault ignored;

	return ph_span_is_ascii(s) &&
	    ph_host_parse(s, &parsed, &ignored) == PH_OK && parsed.port == 0;
}

/* An address, and this computer, are meant as they are. */
static void add_names(struct ph_look *l, const struct ph_connection *c)
{
	struct ph_span domain = user_domain(c);

	if (domain_of(ph_span_of(c->host)).len == 0)
		return;
	add_names_in(l, c, domain_of(ph_span_of(c->host)));
	if (is_host_name(domain) && !is_registry(domain))
		add_names_in(l, c, domain);
}

/* Its certificate's names may be anybody's: only those at home. */
static void add_certificate_names(
    struct ph_look *l, const struct ph_look_question *q)
{
	const struct ph_connection *c = &q->server->connection;
	const struct ph_certificate *cert =
	    q->facts == NULL ? NULL : q->facts->certificate;
	bool is_literal = ph_host_is_literal(ph_span_of(c->host));
	struct ph_span domain = user_domain(c);

	for (size_t i = 0; cert != NULL && i < cert->name_count; i++) {
		struct ph_span name = ph_span_of(cert->names[i]);
		bool is_wild = ph_span_starts_nocase(name, PH_SPAN("*."));

		if (is_wild)
			name = ph_span_skip(name, 2);
		if (!is_host_name(name) || ph_host_is_literal(name) ||
		    (!is_literal && !ph_look_is_own(name.ptr, c->host) &&
			!lies_in(name, domain)))
			continue;
		if (is_wild) {
			add_names_in(l, c, name);
		} else {
			add_name(l, c, PH_WAY_NAME, "%.*s", PH_SPAN_ARG(name));
		}
	}
}

void ph_look_plan(struct ph_look *l, const struct ph_look_question *q,
    const struct ph_fault *fault)
{
	const struct ph_connection *c = &q->server->connection;
	unsigned tries = tries_after(fault);

	if ((tries & TRY_MODE) != 0)
		add_mode(l, c, fault);
	if ((tries & TRY_HELO) != 0)
		add_helo(l, c);
	if ((tries & TRY_CERT_NAMES) != 0)
		add_certificate_names(l, q);
	if ((tries & TRY_FAMILY) != 0)
		add_family(l, q);
	if ((tries & TRY_VERSIONS) != 0)
		add_versions(l, c);
	if ((tries & TRY_PORTS) != 0)
		add_ports(l, c);
	if ((tries & TRY_NAMES) != 0)
		add_names(l, c);
}
