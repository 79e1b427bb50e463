#include "check.h"
#include "rig.h"

#include <stdio.h>
#include <string.h>

/* A server that was better, or another one, when it was seen last. */

#define HELLO       SEND("220 mail.example.com ESMTP"), EXPECT("EHLO")
#define OFFER(auth) SEND("250-mail.example.com"), SEND("250 " auth)
#define START                                                            \
 SEND("250-mail.example.com"), SEND("250 STARTTLS"), EXPECT("STARTTLS"), \
     SEND("220 go"), TLS, EXPECT("EHLO")
#define BYE EXPECT("QUIT"), SEND("221 Bye"), CLOSE

enum {
	DAY = 1764201600 /* 2025-11-27 */
};

static const struct step clear_plain[] = { HELLO, OFFER("AUTH PLAIN"),
	EXPECT("AUTH PLAIN"), SEND("235 in"), { STEP_END, NULL } };
static const struct step clear_bye[] = { HELLO, OFFER("AUTH PLAIN"), BYE };
static const struct step clear_ready[] = { HELLO, OFFER("AUTH PLAIN"),
	{ STEP_END, NULL } };
static const struct step no_tls[] = { HELLO, SEND("250-mail.example.com"),
	SEND("250 STARTTLS"), EXPECT("STARTTLS"), SEND("454 not now"), BYE };
static const struct step broken_tls[] = { HELLO, SEND("250-mail.example.com"),
	SEND("250 STARTTLS"), EXPECT("STARTTLS"), SEND("220 go"), CLOSE };
static const struct step tls_plain[] = { HELLO, START, OFFER("AUTH PLAIN"),
	EXPECT("AUTH PLAIN"), SEND("235 in"), { STEP_END, NULL } };
static const struct step tls_bye[] = { HELLO, START, OFFER("AUTH PLAIN LOGIN"),
	BYE };
static const struct step tls_login[] = { HELLO, START,
	OFFER("AUTH CRAM-MD5 LOGIN PLAIN"), EXPECT("AUTH LOGIN"),
	SEND("504 what"), EXPECT("AUTH PLAIN"), SEND("504 what"),
	EXPECT("AUTH CRAM-MD5"), SEND("504 what"), BYE };

#define GOOD .good = DAY, .good_starttls = true, .good_version = "TLSv1.3"
#define HEX  "0000000000000000000000000000000000000000000000000000000000000000"

static const struct {
	const char *name;
	const struct step *steps;
	struct ph_known known;
	enum ph_encryption encryption;
	enum ph_verify verify;
	bool no_login;
	const char *mechanism; /* the connection's list, or NULL */
	enum ph_cause cause;
	const char *words; /* of the fault, or of a warning; NULL: no warning
	                      that says 2025 */
} cases[] = {
	{ "nothing known", clear_plain, { .seen = 0 }, PH_ENCRYPTION_WANTED },
	{ "known, never good", clear_plain, { .host = "h", .seen = DAY },
	    PH_ENCRYPTION_WANTED },
	{ "STARTTLS gone", clear_bye, { GOOD }, PH_ENCRYPTION_WANTED,
	    .cause = PH_CAUSE_TLS_DOWNGRADE, .words = "on 2025-11-27" },
	{ "STARTTLS gone, no login", clear_ready, { GOOD },
	    PH_ENCRYPTION_WANTED, .no_login = true, .words = "on 2025-11-27" },
	{ "STARTTLS gone, required", clear_bye, { GOOD },
	    PH_ENCRYPTION_AFTER_CONNECT, .cause = PH_CAUSE_TLS_NOT_OFFERED,
	    .words = "and did on 2025-11-27" },
	{ "STARTTLS never there, required", clear_bye, { .seen = 0 },
	    PH_ENCRYPTION_AFTER_CONNECT, .cause = PH_CAUSE_TLS_NOT_OFFERED,
	    .words = "offers no STARTTLS" },
	{ "STARTTLS refused", no_tls, { GOOD }, PH_ENCRYPTION_WANTED,
	    .cause = PH_CAUSE_TLS_DOWNGRADE, .words = "answered 454" },
	{ "handshake broken off", broken_tls, { GOOD }, PH_ENCRYPTION_WANTED,
	    .cause = PH_CAUSE_TLS_DOWNGRADE, .words = "on 2025-11-27" },
	{ "in clear as asked", clear_plain, { GOOD }, PH_ENCRYPTION_NONE },
	{ "SCRAM gone", tls_bye,
	    { GOOD, .mechanisms = { { .name = "SCRAM-SHA-1", .good = true } },
		.mechanism_count = 1 },
	    PH_ENCRYPTION_AFTER_CONNECT, .cause = PH_CAUSE_AUTH_DOWNGRADE,
	    .words = "offered SCRAM-SHA-1 on 2025-11-27" },
	{ "SCRAM gone, wanted", tls_plain,
	    { GOOD, .mechanisms = { { .name = "SCRAM-SHA-1", .good = true } },
		.mechanism_count = 1 },
	    PH_ENCRYPTION_WANTED, .words = "offered SCRAM-SHA-1" },
	{ "SCRAM gone, in clear", clear_bye,
	    { GOOD, .mechanisms = { { .name = "SCRAM-SHA-1", .good = true } },
		.mechanism_count = 1 },
	    PH_ENCRYPTION_NONE, .cause = PH_CAUSE_AUTH_DOWNGRADE,
	    .words = "PLAIN would show it the password" },
	{ "SCRAM gone, and not of the list", tls_plain,
	    { GOOD, .mechanisms = { { .name = "SCRAM-SHA-1", .good = true } },
		.mechanism_count = 1 },
	    PH_ENCRYPTION_AFTER_CONNECT, .mechanism = "PLAIN" },
	{ "SCRAM was never in a good offer", tls_plain,
	    { GOOD,
		.mechanisms = { { .name = "SCRAM-SHA-1", .offered = true } },
		.mechanism_count = 1 },
	    PH_ENCRYPTION_AFTER_CONNECT },
	{ "SCRAM was broken", tls_plain,
	    { GOOD,
		.mechanisms = { { .name = "SCRAM-SHA-1",
		    .good = true,
		    .broken = DAY,
		    .broken_count = 1,
		    .broken_good = true } },
		.mechanism_count = 1 },
	    PH_ENCRYPTION_AFTER_CONNECT },
	{ "SCRAM was broken, anybody may have done that", tls_bye,
	    { GOOD,
		.mechanisms = { { .name = "SCRAM-SHA-1",
		    .good = true,
		    .broken = DAY,
		    .broken_count = 2 } },
		.mechanism_count = 1 },
	    PH_ENCRYPTION_AFTER_CONNECT, .cause = PH_CAUSE_AUTH_DOWNGRADE,
	    .words = "SCRAM-SHA-1" },
	{ "CRAM-MD5 gone, never used", tls_plain,
	    { GOOD, .mechanisms = { { .name = "CRAM-MD5", .good = true } },
		.mechanism_count = 1 },
	    PH_ENCRYPTION_AFTER_CONNECT },
	{ "CRAM-MD5 gone, had worked", tls_bye,
	    { GOOD,
		.mechanisms = { { .name = "CRAM-MD5",
		    .good = true,
		    .worked = DAY } },
		.mechanism_count = 1 },
	    PH_ENCRYPTION_AFTER_CONNECT, .cause = PH_CAUSE_AUTH_DOWNGRADE,
	    .words = "CRAM-MD5" },
	{ "LOGIN gone", tls_plain,
	    { GOOD,
		.mechanisms = { { .name = "LOGIN",
		    .good = true,
		    .worked = DAY } },
		.mechanism_count = 1 },
	    PH_ENCRYPTION_AFTER_CONNECT },
	{ "binding gone", tls_plain,
	    { GOOD,
		.mechanisms = { { .name = "SCRAM-SHA-1-PLUS", .good = true } },
		.mechanism_count = 1 },
	    PH_ENCRYPTION_AFTER_CONNECT, .words = "not bound" },
	{ "broken twice goes last", tls_login,
	    { GOOD,
		.mechanisms = { { .name = "CRAM-MD5",
		    .broken = DAY,
		    .broken_count = 2 } },
		.mechanism_count = 1 },
	    PH_ENCRYPTION_AFTER_CONNECT, .cause = PH_CAUSE_AUTH_MECHANISM,
	    .words = "504" },
	{ "another key, verified", tls_plain,
	    { .key = HEX, .key_since = DAY, .key_good = true },
	    PH_ENCRYPTION_AFTER_CONNECT },
	{ "another key, not verified", tls_plain,
	    { .key = HEX, .key_since = DAY }, PH_ENCRYPTION_AFTER_CONNECT,
	    PH_VERIFY_OFF, .words = "another key than that known since 2025" },
};

static bool warns(const struct ph_session_facts *f, const char *words)
{
	for (size_t i = 0; i < f->warning_count; i++) {
		if (strstr(f->warnings[i], words) != NULL)
			return true;
	}
	return false;
}

static bool is_poorer(size_t i)
{
	if (cases[i].cause == PH_CAUSE_NONE)
		return cases[i].words != NULL && cases[i].known.good != 0;
	return cases[i].cause == PH_CAUSE_TLS_DOWNGRADE ||
	    cases[i].cause == PH_CAUSE_AUTH_DOWNGRADE;
}

static void run_case(size_t i)
{
	struct rig r;
	bool good = cases[i].cause == PH_CAUSE_NONE;

	check_case(cases[i].name, i);
	RIG_INIT(&r, cases[i].steps);
	r.known = &cases[i].known;
	r.conn.encryption = cases[i].encryption;
	r.conn.verify = cases[i].verify;
	r.conn.ca_file = r.ca_file;
	r.conn.host = "localhost";
	r.conn.allow_plaintext_password = true;
	if (!cases[i].no_login)
		rig_login(&r, "secret", cases[i].mechanism);
	check_int(rig_connect(&r), good ? PH_OK : PH_EIO);
	check_int(r.fault.cause, cases[i].cause);

	const struct ph_session_facts *f = ph_session_facts(r.session);

	if (cases[i].words == NULL) {
		check(!warns(f, "2025"));
	} else if (good) {
		check(warns(f, cases[i].words));
	} else {
		check(strstr(r.fault.text, cases[i].words) != NULL);
	}
	check_int(f->is_poorer, is_poorer(i));
	check_int(f->key_since,
	    cases[i].known.key[0] == '\0' ? 0 : cases[i].known.key_since);
	rig_release(&r);
}

int main(void)
{
	for (size_t i = 0; i < PH_COUNT(cases); i++)
		run_case(i);
	return check_end();
}
