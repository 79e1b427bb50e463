#include "diagnose/remedy.h"

#include <stdarg.h>
#include <stdio.h>

enum {
	PORT_RELAY = 25
};

bool ph_sighting_is_usable(
    const struct ph_sighting *s, const struct ph_remedy_question *q)
{
	/* It only tells what the server is too old for. */
	if (s->way == PH_WAY_VERSIONS || !s->is_over || !s->is_good)
		return false;
	if (q->wants_login && !s->has_login)
		return false;
	/* Another host has to prove who it is, whatever was done without. */
	if (s->way == PH_WAY_NAME)
		return s->is_encrypted && s->is_verified;
	if (!q->needs_tls)
		return true;
	return s->is_encrypted && (s->is_verified || !q->verifies);
}

/* for people */

static const struct {
	enum ph_cause cause;
	const char *text;
} endings[] = {
	{ PH_CAUSE_HOST_NOT_FOUND, "no such host" },
	{ PH_CAUSE_DNS_TEMPORARY, "the name server did not answer" },
	{ PH_CAUSE_DNS_TIMEOUT, "the name server did not answer" },
	{ PH_CAUSE_CONNECT_REFUSED, "refused: nothing listens there" },
	{ PH_CAUSE_CONNECT_TIMEOUT, "no answer" },
	{ PH_CAUSE_CONNECT_UNREACHABLE, "no way to that address" },
	{ PH_CAUSE_CONNECT_FAILED, "cannot be tried from here" },
	{ PH_CAUSE_SILENCE, "connected, and it says nothing" },
	{ PH_CAUSE_OTHER_PROTOCOL, "another kind of server" },
	{ PH_CAUSE_TLS_EXPECTED, "reached; it speaks TLS first" },
	{ PH_CAUSE_TLS_PLAINTEXT, "reached; it does not speak TLS first" },
	{ PH_CAUSE_TLS_NOT_OFFERED, "reached; it offers no STARTTLS" },
	{ PH_CAUSE_TLS_VERSION, "reached, TLS refused: no version in common" },
	{ PH_CAUSE_TLS_HANDSHAKE, "reached, TLS refused" },
	{ PH_CAUSE_TLS_CLOSED, "reached, TLS refused: it hung up" },
	{ PH_CAUSE_TLS_REFUSED, "reached, TLS refused" },
	{ PH_CAUSE_CERT_EXPIRED, "reached, certificate refused: expired" },
	{ PH_CAUSE_CERT_NOT_YET,
	    "reached, certificate refused: not yet valid" },
	{ PH_CAUSE_CERT_SELF_SIGNED,
	    "reached, certificate refused: self-signed" },
	{ PH_CAUSE_CERT_UNTRUSTED,
	    "reached, certificate refused: unknown issuer" },
	{ PH_CAUSE_CERT_NAME, "reached, certificate refused: another name" },
	{ PH_CAUSE_CERT_PIN, "reached, certificate refused: another key" },
	{ PH_CAUSE_CERT_REVOKED, "reached, certificate refused: revoked" },
	{ PH_CAUSE_CERT_STAPLE, "reached, certificate refused: no staple" },
	{ PH_CAUSE_CERT_OTHER, "reached, certificate refused" },
	{ PH_CAUSE_TIMEOUT, "reached, then no answer" },
	{ PH_CAUSE_CONNECTION_LOST, "reached; it hung up" },
};

static const char *verified_word(const struct ph_sighting *s)
{
	if (!s->is_encrypted)
		return "";
	return s->is_verified ? ", verified" : ", not verified";
}

static void write_good(const struct ph_sighting *s, char *out, size_t size)
{
	(void)snprintf(out, size, "works, %s%s%s",
	    s->is_encrypted ? s->version : "not encrypted", verified_word(s),
	    s->has_login ? "" : ", takes no login");
}

void ph_sighting_write(const struct ph_sighting *s, char *out, size_t size)
{
	if (!s->is_over) {
		(void)snprintf(out, size, "no answer in time");
		return;
	}
	if (s->is_good) {
		write_good(s, out, size);
		return;
	}
	for (size_t i = 0; i < PH_COUNT(endings); i++) {
		if (endings[i].cause == s->fault->cause) {
			(void)snprintf(out, size, "%s", endings[i].text);
			return;
		}
	}
	if (s->fault->code != 0) {
		(void)snprintf(out, size, "reached; it answered %u",
		    (unsigned)s->fault->code);
		return;
	}
	(void)snprintf(
	    out, size, "failed at %s", ph_stage_name(s->fault->stage));
}

/* what was seen */

static bool is_same(const char *a, const char *b)
{
	return ph_span_eq_nocase(ph_span_of(a), ph_span_of(b));
}

static bool has_answered(const struct ph_sighting *s)
{
	return s->greeting[0] != '\0' || s->is_good;
}

static void find_proofs(
    const struct ph_remedy_question *q, struct ph_remedy *out)
{
	for (size_t i = 0; i < q->count; i++) {
		const struct ph_sighting *s = &q->sightings[i];

		if (!has_answered(s) || !is_same(s->host, q->host))
			continue;
		if (out->host_proof == NULL)
			out->host_proof = s;
		if (out->port_proof == NULL && s->port == q->port)
			out->port_proof = s;
	}
}

static const struct ph_sighting *find_usable(const struct ph_remedy_question *q)
{
	for (size_t i = 0; i < q->count; i++) {
		if (ph_sighting_is_usable(&q->sightings[i], q))
			return &q->sightings[i];
	}
	return NULL;
}

/* Every try at the host ended so. */
static bool all_ended(
    const struct ph_remedy_question *q, bool (*ended)(const struct ph_fault *f))
{
	size_t count = 0;

	for (size_t i = 0; i < q->count; i++) {
		const struct ph_sighting *s = &q->sightings[i];

		if (s->way != PH_WAY_PORT)
			continue;
		if (s->is_good || (s->is_over && !ended(s->fault)) ||
		    (!s->is_over && s->greeting[0] != '\0'))
			return false;
		count++;
	}
	return count > 1;
}

static bool is_refusal(const struct ph_fault *f)
{
	return f->cause == PH_CAUSE_CONNECT_REFUSED;
}

static bool is_timeout(const struct ph_fault *f)
{
	return f->cause == PH_CAUSE_CONNECT_TIMEOUT;
}

static bool is_silence(const struct ph_fault *f)
{
	return f->cause == PH_CAUSE_SILENCE || f->cause == PH_CAUSE_TIMEOUT ||
	    f->cause == PH_CAUSE_TLS_CLOSED ||
	    f->cause == PH_CAUSE_CONNECTION_LOST ||
	    f->cause == PH_CAUSE_OTHER_PROTOCOL ||
	    f->cause == PH_CAUSE_TLS_PLAINTEXT;
}

/* What goes wrong before anybody at the host has said who they are. */
static bool is_about_the_way(enum ph_cause cause)
{
	static const enum ph_cause causes[] = { PH_CAUSE_HOST_NOT_FOUND,
		PH_CAUSE_DNS_TEMPORARY, PH_CAUSE_DNS_TIMEOUT,
		PH_CAUSE_CONNECT_TIMEOUT, PH_CAUSE_CONNECT_UNREACHABLE,
		PH_CAUSE_CONNECT_FAILED };

	for (size_t i = 0; i < PH_COUNT(causes); i++) {
		if (causes[i] == cause)
			return true;
	}
	return false;
}

PH_PRINTF(3, 4)

static void conclude(
    struct ph_remedy *out, const char *setting, const char *fmt, ...)
{
	va_list ap;

	out->setting = setting;
	va_start(ap, fmt);
	(void)vsnprintf(out->advice, sizeof(out->advice), fmt, ap);
	va_end(ap);
}

/* something works */

/* The words of a certificate's fault stay; of others the port is what was
   wrong. */
static const char *setting_of_port(const struct ph_fault *f)
{
	static const enum ph_cause kept[] = { PH_CAUSE_TLS_NOT_OFFERED,
		PH_CAUSE_TLS_DOWNGRADE, PH_CAUSE_TLS_REFUSED,
		PH_CAUSE_TLS_VERSION, PH_CAUSE_TLS_INJECTED,
		PH_CAUSE_AUTH_PLAINTEXT };

	if (f->cause >= PH_CAUSE_CERT_EXPIRED &&
	    f->cause <= PH_CAUSE_CERT_OTHER)
		return NULL;
	for (size_t i = 0; i < PH_COUNT(kept); i++) {
		if (kept[i] == f->cause)
			return NULL;
	}
	return "port";
}

static void advise_port(
    const struct ph_remedy_question *q, struct ph_remedy *out)
{
	const struct ph_sighting *s = out->use;

	if (q->port == PORT_RELAY && is_timeout(q->fault)) {
		conclude(out, "port",
		    "this network blocks port 25, as most homes, offices and "
		    "clouds do; %s answers on port %u: use that, with "
		    "encryption %s",
		    s->host, (unsigned)s->port, s->mode);
		return;
	}
	conclude(out, setting_of_port(q->fault),
	    "%s works on port %u with encryption %s: use that", s->host,
	    (unsigned)s->port, s->mode);
}

static void advise_use(
    const struct ph_remedy_question *q, struct ph_remedy *out)
{
	const struct ph_sighting *s = out->use;

	switch (s->way) {
	case PH_WAY_MODE:
		conclude(out, "tls", "%s:%u works with encryption %s: use that",
		    s->host, (unsigned)s->port, s->mode);
		return;
	case PH_WAY_PORT:
		advise_port(q, out);
		return;
	case PH_WAY_NAME:
		conclude(out, "host", "%s works in place of %s: use that",
		    s->host, q->host);
		return;
	case PH_WAY_FAMILY:
		conclude(out, "network",
		    "over IPv%u it works, over IPv%u it does not: "
		    "source-address = %s keeps to IPv%u, until whoever runs "
		    "the network or the server has mended the other",
		    s->family, s->family == 4 ? 6U : 4U,
		    s->family == 4 ? "0.0.0.0" : "::", s->family);
		return;
	case PH_WAY_HELO:
		conclude(out, "helo",
		    "greeted with this computer's own name it works: leave "
		    "helo out");
		return;
	case PH_WAY_VERSIONS:
		break;
	}
}

/* nothing works */

static const struct ph_sighting *find_version(
    const struct ph_remedy_question *q)
{
	for (size_t i = 0; i < q->count; i++) {
		const struct ph_sighting *s = &q->sightings[i];

		if (s->way == PH_WAY_VERSIONS && s->version[0] != '\0')
			return s;
	}
	return NULL;
}

static bool has_tried_mode(const struct ph_remedy_question *q)
{
	for (size_t i = 0; i < q->count; i++) {
		if (q->sightings[i].way == PH_WAY_MODE)
			return true;
	}
	return false;
}

/* The usual advice is to try what was tried by now. */
static const struct {
	enum ph_cause cause;
	const char *advice;
} tried[] = {
	{ PH_CAUSE_CONNECT_REFUSED,
	    "nothing listens on that port, and no other usual one serves "
	    "better: check host and port, or try again when the server is up" },
	{ PH_CAUSE_CONNECT_TIMEOUT,
	    "no answer at all on that port, and no other usual one serves "
	    "better: a firewall in between, or the wrong host" },
	{ PH_CAUSE_TLS_NOT_OFFERED,
	    "the server offers no STARTTLS on that port, and no other usual "
	    "one serves better: ask its administrator, and who runs the "
	    "network in between if it used to work" },
	{ PH_CAUSE_TLS_REFUSED,
	    "the server refused to start encryption, and no other usual port "
	    "serves better: only its administrator can mend that" },
	{ PH_CAUSE_AUTH_NOT_OFFERED,
	    "the server takes no login on that port, and no other usual one "
	    "serves better: if it lets this computer send without one, leave "
	    "out the user name or set anonymous = yes" },
};

static void advise_tried(
    const struct ph_remedy_question *q, struct ph_remedy *out)
{
	bool has_ports = false;

	for (size_t i = 0; i < q->count; i++)
		has_ports |= q->sightings[i].way == PH_WAY_PORT;
	for (size_t i = 0; has_ports && i < PH_COUNT(tried); i++) {
		if (tried[i].cause == q->fault->cause)
			conclude(out, NULL, "%s", tried[i].advice);
	}
}

static void advise_nothing(
    const struct ph_remedy_question *q, struct ph_remedy *out)
{
	const struct ph_sighting *old = find_version(q);

	if (is_about_the_way(q->fault->cause) && !q->has_route &&
	    !q->is_local) {
		conclude(out, "network",
		    "this computer has no way out at all: connect it to a "
		    "network (cable, Wi-Fi, VPN), then test again");
	} else if (q->fault->cause == PH_CAUSE_TLS_VERSION && old != NULL) {
		conclude(out, "tls-version",
		    "the server speaks %s and nothing newer, which is broken: "
		    "its administrator has to bring it up to date; until then "
		    "--tls-versions allows it, and anybody on the way may read "
		    "what is sent",
		    old->version);
	} else if (q->fault->cause == PH_CAUSE_CONNECT_TIMEOUT &&
	    all_ended(q, is_timeout)) {
		conclude(out, "network",
		    "none of the ports for mail answers at %s: a firewall in "
		    "between lets none of them through, or the host is not "
		    "the right one; ask who runs the network, or try another",
		    q->host);
	} else if (q->fault->cause == PH_CAUSE_CONNECT_REFUSED &&
	    !q->is_local && all_ended(q, is_refusal)) {
		conclude(out, "host",
		    "%s is there and has no mail server on any usual port "
		    "(465, 587, 2525, 25): check the host; the web server's "
		    "name is often not the mail server's",
		    q->host);
	} else if (q->is_local && q->fault->cause == PH_CAUSE_CONNECT_REFUSED) {
		conclude(out, NULL,
		    "no mail server runs on this computer on that port%s: "
		    "start it, or check the port",
		    all_ended(q, is_refusal) ? ", nor on a usual one" : "");
	} else if (!q->is_local && is_silence(q->fault) &&
	    all_ended(q, is_silence)) {
		conclude(out, "network",
		    "every port takes the connection and no mail server "
		    "answers on any: a captive portal, proxy or firewall in "
		    "between; sign in to the network, or try another");
	} else if (q->fault->cause == PH_CAUSE_SILENCE && has_tried_mode(q)) {
		conclude(out, "server",
		    "the server takes the connection and says nothing, with "
		    "TLS first or without: it may be overloaded, or somebody "
		    "in between holds it back; try again later, or another "
		    "network");
	} else {
		advise_tried(q, out);
	}
}

void ph_remedy_find(const struct ph_remedy_question *q, struct ph_remedy *out)
{
	*out = (struct ph_remedy){ .use = find_usable(q) };
	find_proofs(q, out);
	if (out->use != NULL) {
		advise_use(q, out);
	} else {
		advise_nothing(q, out);
	}
}
