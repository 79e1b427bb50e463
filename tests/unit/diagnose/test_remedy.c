#include "diagnose/remedy.h"

#include "check.h"

#include <stdio.h>
#include <string.h>

/* A test that failed, what else was tried, and what is concluded. */

enum {
	LOGIN = 1 << 0, /* the account wants one */
	CLEAR = 1 << 1, /* nothing has to be encrypted */
	UNVERIFIED = 1 << 2,
	LOCAL = 1 << 3,
	CUT_OFF = 1 << 4 /* no route */
};

enum {
	OVER = 1 << 0,
	GOOD = 1 << 1 | OVER,
	AUTH = 1 << 2,
	TLS = 1 << 3,
	VERIFIED = 1 << 4 | TLS,
	GREETED = 1 << 5,
	ALL = GOOD | AUTH | VERIFIED | GREETED
};

struct
try {
	enum ph_sighting_way way;
	const char *host;
	uint16_t port;
	const char *mode;
	unsigned flags;
	enum ph_cause cause;
	unsigned family;
};

#define HOST    "h.example.com"
#define AFTER   "after-connect"
#define BEFORE  "before-connect"
#define REFUSED OVER, PH_CAUSE_CONNECT_REFUSED, 0
#define LATE    OVER, PH_CAUSE_CONNECT_TIMEOUT, 0
#define NO_PORTS(end)                     \
 { PH_WAY_PORT, HOST, 465, BEFORE, end }, \
 {                                        \
  PH_WAY_PORT, HOST, 587, AFTER, end      \
 }

static const struct {
	const char *name;
	enum ph_cause cause;
	uint16_t port;
	unsigned flags;
	struct try tries[4];
	int use; /* -1: none */
	const char *setting;
	const char *words; /* of the advice */
	int host_proof, port_proof;
} cases[] = {
	{ "refused, another port answers", PH_CAUSE_CONNECT_REFUSED, 26, LOGIN,
	    { { PH_WAY_PORT, HOST, 587, AFTER, ALL } }, 0, "port",
	    "works on port 587 with encryption after-connect", 0, -1 },
	{ "25 is blocked", PH_CAUSE_CONNECT_TIMEOUT, 25, LOGIN,
	    { { PH_WAY_PORT, HOST, 465, BEFORE, LATE },
		{ PH_WAY_PORT, HOST, 587, AFTER, ALL } },
	    1, "port", "blocks port 25", 1, -1 },
	{ "587 is late, and no 25", PH_CAUSE_CONNECT_TIMEOUT, 587, LOGIN,
	    { { PH_WAY_PORT, HOST, 465, BEFORE, ALL } }, 0, "port",
	    "works on port 465", 0, -1 },
	{ "silence, TLS first", PH_CAUSE_SILENCE, 465, LOGIN,
	    { { PH_WAY_MODE, HOST, 465, BEFORE, ALL } }, 0, "tls",
	    HOST ":465 works with encryption before-connect", 0, 0 },
	{ "silence both ways", PH_CAUSE_SILENCE, 465, LOGIN,
	    { { PH_WAY_MODE, HOST, 465, BEFORE, OVER, PH_CAUSE_TIMEOUT } }, -1,
	    "server", "with TLS first or without", -1, -1 },
	{ "silence, one way tried", PH_CAUSE_SILENCE, 465, LOGIN, { { 0 } }, -1,
	    NULL, "", -1, -1 },
	/* what must not be proposed */
	{ "no login there", PH_CAUSE_CONNECT_REFUSED, 26, LOGIN,
	    { { PH_WAY_PORT, HOST, 25, AFTER, GOOD | VERIFIED | GREETED } }, -1,
	    NULL, "no other usual one", 0, -1 },
	{ "and none is wanted", PH_CAUSE_CONNECT_REFUSED, 26, 0,
	    { { PH_WAY_PORT, HOST, 25, AFTER, GOOD | VERIFIED | GREETED } }, 0,
	    "port", "port 25", 0, -1 },
	{ "in clear", PH_CAUSE_CONNECT_REFUSED, 26, LOGIN,
	    { { PH_WAY_PORT, HOST, 587, "none", GOOD | AUTH | GREETED } }, -1,
	    NULL, "no other usual one", 0, -1 },
	{ "in clear, as before", PH_CAUSE_CONNECT_REFUSED, 26, LOGIN | CLEAR,
	    { { PH_WAY_PORT, HOST, 587, "none", GOOD | AUTH | GREETED } }, 0,
	    "port", "encryption none", 0, -1 },
	{ "not verified", PH_CAUSE_CONNECT_REFUSED, 26, LOGIN,
	    { { PH_WAY_PORT, HOST, 587, AFTER, GOOD | AUTH | TLS } }, -1, NULL,
	    "no other usual one", 0, -1 },
	{ "not verified, by wish", PH_CAUSE_CONNECT_REFUSED, 26,
	    LOGIN | UNVERIFIED,
	    { { PH_WAY_PORT, HOST, 587, AFTER, GOOD | AUTH | TLS } }, 0, "port",
	    "port 587", 0, -1 },
	{ "not over", PH_CAUSE_CONNECT_REFUSED, 26, LOGIN,
	    { { PH_WAY_PORT, HOST, 587, AFTER, 0 } }, -1, NULL,
	    "no other usual one", -1, -1 },
	{ "another host, not verified by wish", PH_CAUSE_HOST_NOT_FOUND, 587,
	    LOGIN | UNVERIFIED,
	    { { PH_WAY_NAME, "smtp.example.com", 587, AFTER,
		GOOD | AUTH | TLS } },
	    -1, NULL, "", -1, -1 },
	{ "another host, in clear by wish", PH_CAUSE_HOST_NOT_FOUND, 25,
	    LOGIN | CLEAR,
	    { { PH_WAY_NAME, "smtp.example.com", 25, "none", GOOD | AUTH } },
	    -1, NULL, "", -1, -1 },
	/* TLS and certificates */
	{ "no STARTTLS", PH_CAUSE_TLS_NOT_OFFERED, 587, LOGIN,
	    { { PH_WAY_PORT, HOST, 465, BEFORE, ALL } }, 0, NULL,
	    "works on port 465", 0, -1 },
	{ "text where TLS was due", PH_CAUSE_TLS_PLAINTEXT, 587, LOGIN,
	    { { PH_WAY_MODE, HOST, 587, AFTER, ALL } }, 0, "tls",
	    "encryption after-connect", 0, 0 },
	{ "expired here, good there", PH_CAUSE_CERT_EXPIRED, 587, LOGIN,
	    { { PH_WAY_PORT, HOST, 465, BEFORE, ALL } }, 0, NULL, "port 465", 0,
	    -1 },
	{ "another name", PH_CAUSE_CERT_NAME, 587, LOGIN,
	    { { PH_WAY_NAME, "smtp.example.com", 587, AFTER, ALL } }, 0, "host",
	    "smtp.example.com works in place of " HOST, -1, -1 },
	{ "an old server", PH_CAUSE_TLS_VERSION, 587, LOGIN,
	    { { PH_WAY_VERSIONS, HOST, 587, AFTER, ALL } }, -1, "tls-version",
	    "speaks TLSv1.3 and nothing newer", 0, 0 },
	{ "no login in clear, STARTTLS is there", PH_CAUSE_AUTH_PLAINTEXT, 25,
	    LOGIN | CLEAR, { { PH_WAY_MODE, HOST, 25, AFTER, ALL } }, 0, "tls",
	    "encryption after-connect", 0, 0 },
	{ "and it is on another port", PH_CAUSE_AUTH_PLAINTEXT, 25,
	    LOGIN | CLEAR, { { PH_WAY_PORT, HOST, 465, BEFORE, ALL } }, 0, NULL,
	    "port 465", 0, -1 },
	{ "no logins on 25", PH_CAUSE_AUTH_NOT_OFFERED, 25, LOGIN,
	    { { PH_WAY_PORT, HOST, 587, AFTER, ALL } }, 0, "port", "port 587",
	    0, -1 },
	{ "unknown issuer here", PH_CAUSE_CERT_UNTRUSTED, 587, LOGIN,
	    { { PH_WAY_PORT, HOST, 465, BEFORE, ALL } }, 0, NULL, "port 465", 0,
	    -1 },
	{ "and there", PH_CAUSE_CERT_UNTRUSTED, 587, LOGIN,
	    { { PH_WAY_PORT, HOST, 465, BEFORE, OVER,
		PH_CAUSE_CERT_UNTRUSTED } },
	    -1, NULL, "", -1, -1 },
	{ "STARTTLS fails, 465 is good", PH_CAUSE_TLS_REFUSED, 587, LOGIN,
	    { { PH_WAY_PORT, HOST, 465, BEFORE, ALL } }, 0, NULL, "port 465", 0,
	    -1 },
	{ "old on 587, new on 465", PH_CAUSE_TLS_VERSION, 587, LOGIN,
	    { { PH_WAY_VERSIONS, HOST, 587, AFTER, ALL },
		{ PH_WAY_PORT, HOST, 465, BEFORE, ALL } },
	    1, NULL, "port 465", 0, 0 },
	{ "refused, the mail server has a name of its own",
	    PH_CAUSE_CONNECT_REFUSED, 587, LOGIN,
	    { { PH_WAY_PORT, HOST, 465, BEFORE, REFUSED },
		{ PH_WAY_NAME, "smtp.example.com", 587, AFTER, ALL } },
	    1, "host", "smtp.example.com works", -1, -1 },
	{ "unknown, and so is the other", PH_CAUSE_HOST_NOT_FOUND, 587, LOGIN,
	    { { PH_WAY_NAME, "smtp.example.com", 587, AFTER, OVER,
		PH_CAUSE_HOST_NOT_FOUND } },
	    -1, NULL, "", -1, -1 },
	{ "a doorman on 25", PH_CAUSE_GREETING_REFUSED, 25, LOGIN,
	    { { PH_WAY_PORT, HOST, 587, AFTER, ALL } }, 0, "port", "port 587",
	    0, -1 },
	{ "a web server on that port alone", PH_CAUSE_OTHER_PROTOCOL, 80, LOGIN,
	    { { PH_WAY_PORT, HOST, 587, AFTER, ALL } }, 0, "port", "port 587",
	    0, -1 },
	{ "the one place of many that ends otherwise", PH_CAUSE_CONNECT_TIMEOUT,
	    587, LOGIN,
	    { { PH_WAY_PORT, HOST, 465, BEFORE, LATE },
		{ PH_WAY_PORT, HOST, 25, AFTER, OVER | GREETED,
		    PH_CAUSE_GREETING_REFUSED } },
	    -1, NULL, "no other usual one", 1, -1 },
	{ "no STARTTLS, and nothing else", PH_CAUSE_TLS_NOT_OFFERED, 587, LOGIN,
	    { { PH_WAY_PORT, HOST, 465, BEFORE, REFUSED } }, -1, NULL,
	    "no other usual one", -1, -1 },
	{ "STARTTLS refused, and nothing else", PH_CAUSE_TLS_REFUSED, 587,
	    LOGIN, { { PH_WAY_PORT, HOST, 465, BEFORE, REFUSED } }, -1, NULL,
	    "no other usual port", -1, -1 },
	{ "no login anywhere", PH_CAUSE_AUTH_NOT_OFFERED, 587, LOGIN,
	    { { PH_WAY_PORT, HOST, 465, BEFORE, REFUSED } }, -1, NULL,
	    "no other usual one", -1, -1 },
	/* families and names */
	{ "IPv6 is silent", PH_CAUSE_SILENCE, 587, LOGIN,
	    { { PH_WAY_FAMILY, HOST, 587, AFTER, ALL, 0, 4 } }, 0, "network",
	    "source-address = 0.0.0.0 keeps to IPv4", 0, 0 },
	{ "IPv4 is silent", PH_CAUSE_SILENCE, 587, LOGIN,
	    { { PH_WAY_FAMILY, HOST, 587, AFTER, ALL, 0, 6 } }, 0, "network",
	    "source-address = :: keeps to IPv6", 0, 0 },
	{ "the name in the greeting", PH_CAUSE_EHLO_REFUSED, 587, LOGIN,
	    { { PH_WAY_HELO, HOST, 587, AFTER, ALL } }, 0, "helo",
	    "leave helo out", 0, 0 },
	/* nothing works */
	{ "refused everywhere", PH_CAUSE_CONNECT_REFUSED, 26, LOGIN,
	    { NO_PORTS(REFUSED) }, -1, "host", "no mail server on any", -1,
	    -1 },
	{ "refused everywhere, here", PH_CAUSE_CONNECT_REFUSED, 26,
	    LOGIN | LOCAL, { NO_PORTS(REFUSED) }, -1, NULL,
	    "nor on a usual one", -1, -1 },
	{ "late everywhere", PH_CAUSE_CONNECT_TIMEOUT, 587, LOGIN,
	    { NO_PORTS(LATE) }, -1, "network", "firewall", -1, -1 },
	{ "late, and refused", PH_CAUSE_CONNECT_TIMEOUT, 587, LOGIN,
	    { { PH_WAY_PORT, HOST, 465, BEFORE, LATE },
		{ PH_WAY_PORT, HOST, 25, AFTER, REFUSED } },
	    -1, NULL, "no other usual one", -1, -1 },
	{ "no network", PH_CAUSE_CONNECT_UNREACHABLE, 587, LOGIN | CUT_OFF,
	    { { 0 } }, -1, "network", "no way out at all", -1, -1 },
	{ "no network, by name", PH_CAUSE_DNS_TEMPORARY, 587, LOGIN | CUT_OFF,
	    { { 0 } }, -1, "network", "no way out at all", -1, -1 },
	{ "a network, no DNS", PH_CAUSE_DNS_TEMPORARY, 587, LOGIN, { { 0 } },
	    -1, NULL, "", -1, -1 },
	{ "unknown on the local net", PH_CAUSE_CONNECT_UNREACHABLE, 587,
	    LOGIN | CUT_OFF | LOCAL, { { 0 } }, -1, NULL, "", -1, -1 },
	{ "a captive portal", PH_CAUSE_SILENCE, 587, LOGIN,
	    { { PH_WAY_PORT, HOST, 465, BEFORE, OVER, PH_CAUSE_TLS_CLOSED },
		{ PH_WAY_PORT, HOST, 25, AFTER, OVER, PH_CAUSE_SILENCE } },
	    -1, "network", "captive portal", -1, -1 },
	{ "a web server on every port", PH_CAUSE_OTHER_PROTOCOL, 587, LOGIN,
	    { { PH_WAY_PORT, HOST, 465, BEFORE, OVER, PH_CAUSE_TLS_PLAINTEXT },
		{ PH_WAY_PORT, HOST, 25, AFTER, OVER,
		    PH_CAUSE_OTHER_PROTOCOL } },
	    -1, "network", "captive portal", -1, -1 },
	/* words prove where they come from */
	{ "a refusal at another port", PH_CAUSE_CONNECT_REFUSED, 587, LOGIN,
	    { { PH_WAY_PORT, HOST, 465, BEFORE, OVER | GREETED,
		PH_CAUSE_AUTH_NOT_OFFERED } },
	    -1, NULL, "no other usual one", 0, -1 },
	{ "the best first", PH_CAUSE_CONNECT_REFUSED, 26, LOGIN,
	    { { PH_WAY_PORT, HOST, 465, BEFORE, ALL },
		{ PH_WAY_PORT, HOST, 587, AFTER, ALL } },
	    0, "port", "port 465", 0, -1 },
};

static size_t make(size_t at, struct ph_sighting *out, struct ph_fault *faults)
{
	size_t count = 0;

	while (count < 4 && cases[at].tries[count].host != NULL) {
		const struct try *t = &cases[at].tries[count];

		faults[count] = (struct ph_fault){ .cause = t->cause };
		out[count] = (struct ph_sighting){
			.way = t->way,
			.host = t->host,
			.port = t->port,
			.mode = t->mode,
			.family = t->family,
			.is_over = (t->flags & OVER) != 0,
			.is_good = (t->flags & GOOD) == GOOD,
			.has_login = (t->flags & AUTH) != 0,
			.is_encrypted = (t->flags & TLS) != 0,
			.is_verified = (t->flags & VERIFIED) == VERIFIED,
			.fault = &faults[count],
			.greeting = (t->flags & GREETED) != 0 ? "220 h" : "",
			.version = (t->flags & TLS) != 0 ? "TLSv1.3" : "",
			.address = "",
		};
		count++;
	}
	return count;
}

static const struct ph_sighting *nth(const struct ph_sighting *list, int i)
{
	return i < 0 ? NULL : &list[i];
}

static void test_cases(void)
{
	for (size_t i = 0; i < PH_COUNT(cases); i++) {
		struct ph_fault faults[4];
		struct ph_sighting s[4];
		struct ph_fault fault = { .cause = cases[i].cause };
		unsigned flags = cases[i].flags;
		struct ph_remedy r;
		const struct ph_remedy_question q = {
			.fault = &fault,
			.host = HOST,
			.port = cases[i].port,
			.wants_login = (flags & LOGIN) != 0,
			.needs_tls = (flags & CLEAR) == 0,
			.verifies = (flags & UNVERIFIED) == 0,
			.is_local = (flags & LOCAL) != 0,
			.has_route = (flags & CUT_OFF) == 0,
			.sightings = s,
			.count = make(i, s, faults),
		};

		check_case(cases[i].name, i);
		ph_remedy_find(&q, &r);
		check(r.use == nth(s, cases[i].use));
		check((r.setting == NULL) == (cases[i].setting == NULL));
		if (r.setting != NULL && cases[i].setting != NULL)
			check_str(r.setting, cases[i].setting);
		check(strstr(r.advice, cases[i].words) != NULL);
		check((r.advice[0] == '\0') == (cases[i].words[0] == '\0'));
		check(r.host_proof == nth(s, cases[i].host_proof));
		check(r.port_proof == nth(s, cases[i].port_proof));
	}
	check_case(NULL, 0);
}

static const struct {
	unsigned flags;
	enum ph_cause cause;
	unsigned code;
	const char *text;
} words[] = {
	{ 0, PH_CAUSE_NONE, 0, "no answer in time" },
	{ ALL, PH_CAUSE_NONE, 0, "works, TLSv1.3, verified" },
	{ GOOD | AUTH | TLS, PH_CAUSE_NONE, 0, "works, TLSv1.3, not verified" },
	{ GOOD, PH_CAUSE_NONE, 0, "works, not encrypted, takes no login" },
	{ OVER, PH_CAUSE_CONNECT_REFUSED, 0, "refused: nothing listens there" },
	{ OVER, PH_CAUSE_TLS_HANDSHAKE, 0, "reached, TLS refused" },
	{ OVER, PH_CAUSE_CERT_EXPIRED, 0,
	    "reached, certificate refused: expired" },
	{ OVER, PH_CAUSE_GREETING_REFUSED, 554, "reached; it answered 554" },
	{ OVER, PH_CAUSE_PROTOCOL, 0, "failed at greeting" },
	{ OVER, PH_CAUSE_HOST_NOT_FOUND, 0, "no such host" },
	{ OVER, PH_CAUSE_DNS_TEMPORARY, 0, "the name server did not answer" },
	{ OVER, PH_CAUSE_DNS_TIMEOUT, 0, "the name server did not answer" },
	{ OVER, PH_CAUSE_CONNECT_TIMEOUT, 0, "no answer" },
	{ OVER, PH_CAUSE_CONNECT_UNREACHABLE, 0, "no way to that address" },
	{ OVER, PH_CAUSE_CONNECT_FAILED, 0, "cannot be tried from here" },
	{ OVER, PH_CAUSE_SILENCE, 0, "connected, and it says nothing" },
	{ OVER, PH_CAUSE_OTHER_PROTOCOL, 0, "another kind of server" },
	{ OVER, PH_CAUSE_TLS_EXPECTED, 0, "reached; it speaks TLS first" },
	{ OVER, PH_CAUSE_TLS_PLAINTEXT, 0,
	    "reached; it does not speak TLS first" },
	{ OVER, PH_CAUSE_TLS_NOT_OFFERED, 0, "reached; it offers no STARTTLS" },
	{ OVER, PH_CAUSE_TLS_VERSION, 0,
	    "reached, TLS refused: no version in common" },
	{ OVER, PH_CAUSE_TLS_CLOSED, 0, "reached, TLS refused: it hung up" },
	{ OVER, PH_CAUSE_TLS_REFUSED, 454, "reached, TLS refused" },
	{ OVER, PH_CAUSE_CERT_NOT_YET, 0,
	    "reached, certificate refused: not yet valid" },
	{ OVER, PH_CAUSE_CERT_SELF_SIGNED, 0,
	    "reached, certificate refused: self-signed" },
	{ OVER, PH_CAUSE_CERT_UNTRUSTED, 0,
	    "reached, certificate refused: unknown issuer" },
	{ OVER, PH_CAUSE_CERT_NAME, 0,
	    "reached, certificate refused: another name" },
	{ OVER, PH_CAUSE_CERT_PIN, 0,
	    "reached, certificate refused: another key" },
	{ OVER, PH_CAUSE_CERT_REVOKED, 0,
	    "reached, certificate refused: revoked" },
	{ OVER, PH_CAUSE_CERT_STAPLE, 0,
	    "reached, certificate refused: no staple" },
	{ OVER, PH_CAUSE_CERT_OTHER, 0, "reached, certificate refused" },
	{ OVER, PH_CAUSE_TIMEOUT, 0, "reached, then no answer" },
	{ OVER, PH_CAUSE_CONNECTION_LOST, 0, "reached; it hung up" },
};

/* Who was reached and refused TLS or the certificate was reached. */
static void test_words(void)
{
	for (size_t i = 0; i < PH_COUNT(words); i++) {
		struct ph_fault fault = { .cause = words[i].cause,
			.stage = PH_STAGE_GREETING,
			.code = (uint16_t)words[i].code };
		unsigned flags = words[i].flags;
		const struct ph_sighting s = {
			.is_over = (flags & OVER) != 0,
			.is_good = (flags & GOOD) == GOOD,
			.has_login = (flags & AUTH) != 0,
			.is_encrypted = (flags & TLS) != 0,
			.is_verified = (flags & VERIFIED) == VERIFIED,
			.fault = &fault,
			.version = "TLSv1.3",
		};
		char text[100];

		check_case("words", i);
		ph_sighting_write(&s, text, sizeof(text));
		check_str(text, words[i].text);
	}
	check_case(NULL, 0);
}

/* One that lacks anything at all is no way out. */
static void test_usable(void)
{
	static const struct ph_fault fault = { .cause = PH_CAUSE_SILENCE };
	const struct ph_remedy_question q = {
		.fault = &fault,
		.host = HOST,
		.wants_login = true,
		.needs_tls = true,
		.verifies = true,
	};
	const struct ph_sighting good = {
		.way = PH_WAY_PORT,
		.is_over = true,
		.is_good = true,
		.has_login = true,
		.is_encrypted = true,
		.is_verified = true,
	};

	check(ph_sighting_is_usable(&good, &q));
	for (unsigned lack = 0; lack < 6; lack++) {
		struct ph_sighting s = good;

		check_case("lack", lack);
		s.is_over = lack != 0;
		s.is_good = lack != 1;
		s.has_login = lack != 2;
		s.is_encrypted = lack != 3;
		s.is_verified = lack != 4;
		if (lack == 5)
			s.way = PH_WAY_VERSIONS;
		check(!ph_sighting_is_usable(&s, &q));
	}
	check_case(NULL, 0);
}

int main(void)
{
	test_usable();
	test_cases();
	test_words();
	return check_end();
}
