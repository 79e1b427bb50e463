#include "check.h"
#include "rig.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Logging in: what is chosen, what a refusal means, and what never leaves
   us. */

#define HELLO(auth)                                  \
 SEND("220 mail.example.com ESMTP"), EXPECT("EHLO"), \
     SEND("250-mail.example.com"), SEND("250 " auth)
/* "<1234@example>" */
#define CHALLENGE SEND("334 PDEyMzRAZXhhbXBsZT4=")
#define BYE       EXPECT("QUIT"), SEND("221 Bye"), CLOSE

/* "\0ann\0secret" */
#define PLAIN_SECRET "AGFubgBzZWNyZXQ="

static const struct {
	const char *name;
	struct step steps[16];
	struct step then[16];  /* over a second connection, if there is one */
	struct step third[16]; /* and a third */
	const char *mechanism; /* the connection's list, NULL: auto */
	const char *used;
	size_t attempts;
	size_t reconnected; /* of them */
	unsigned weaker_max;
	unsigned refused_max; /* the connection's attempts, 0: the usual 2 */
	enum ph_cause cause;  /* none: logged in */
	uint16_t code;
	bool plaintext_allowed;
} cases[] = {
	{
	    .name = "plain",
	    .steps = { HELLO("AUTH PLAIN"), EXPECT("AUTH PLAIN " PLAIN_SECRET),
		SEND("235 2.7.0 Welcome"), { STEP_END, NULL } },
	    .plaintext_allowed = true,
	    .attempts = 1,
	    .used = "PLAIN",
	},
	{
	    .name = "login, in two questions",
	    .steps = { HELLO("AUTH LOGIN"), EXPECT("AUTH LOGIN"),
		SEND("334 VXNlcm5hbWU6"), EXPECT("YW5u"),
		SEND("334 UGFzc3dvcmQ6"), EXPECT("c2VjcmV0"),
		SEND("235 2.7.0 Welcome"), { STEP_END, NULL } },
	    .mechanism = "LOGIN",
	    .plaintext_allowed = true,
	    .attempts = 1,
	    .used = "LOGIN",
	},
	{
	    .name = "cram-md5 is stronger than plain",
	    .steps = { HELLO("AUTH PLAIN CRAM-MD5"), EXPECT("AUTH CRAM-MD5"),
		SEND("334 PDEyM0BleGFtcGxlPg=="), EXPECT("YW5uI"),
		SEND("235 2.7.0 Welcome"), { STEP_END, NULL } },
	    .plaintext_allowed = true,
	    .attempts = 1,
	    .used = "CRAM-MD5",
	},
	{
	    .name = "refused",
	    .steps = { HELLO("AUTH PLAIN LOGIN"), EXPECT("AUTH"),
		SEND("535 5.7.8 no"), BYE },
	    .mechanism = "PLAIN",
	    .plaintext_allowed = true,
	    .cause = PH_CAUSE_AUTH_REFUSED,
	    .code = 535,
	    .attempts = 1,
	},
	{
	    .name = "refused: no weaker one is tried",
	    .steps = { HELLO("AUTH PLAIN CRAM-MD5"), EXPECT("AUTH CRAM-MD5"),
		SEND("334 PDEyM0BleGFtcGxlPg=="), EXPECT("YW5uI"),
		SEND("535 5.7.8 no"), BYE },
	    .plaintext_allowed = true,
	    .cause = PH_CAUSE_AUTH_REFUSED,
	    .code = 535,
	    .attempts = 1,
	},
	{
	    .name = "refused, and one weaker more",
	    .steps = { HELLO("AUTH PLAIN CRAM-MD5 LOGIN"),
		EXPECT("AUTH CRAM-MD5"), CHALLENGE, EXPECT("YW5uI"),
		SEND("535 5.7.8 no"), EXPECT("AUTH LOGIN"),
		SEND("535 5.7.8 never"), BYE },
	    .plaintext_allowed = true,
	    .weaker_max = 1,
	    .refused_max = 9,
	    .cause = PH_CAUSE_AUTH_REFUSED,
	    .code = 535,
	    .attempts = 2,
	},
	{
	    .name = "refused, and the weaker one logs in",
	    .steps = { HELLO("AUTH PLAIN CRAM-MD5"), EXPECT("AUTH CRAM-MD5"),
		CHALLENGE, EXPECT("YW5uI"), SEND("535 5.7.8 no"),
		EXPECT("AUTH PLAIN"), SEND("235 2.7.0 Welcome"),
		{ STEP_END, NULL } },
	    .plaintext_allowed = true,
	    .weaker_max = 1,
	    .attempts = 2,
	    .used = "PLAIN",
	},
	{
	    .name = "refused, one weaker more, and that one is broken",
	    .steps = { HELLO("AUTH PLAIN CRAM-MD5 LOGIN"),
		EXPECT("AUTH CRAM-MD5"), CHALLENGE, EXPECT("YW5uI"),
		SEND("535 5.7.8 no"), EXPECT("AUTH LOGIN"),
		SEND("504 5.5.4 what"), EXPECT("AUTH PLAIN"),
		SEND("535 5.7.8 no"), BYE },
	    .plaintext_allowed = true,
	    .weaker_max = 1,
	    .cause = PH_CAUSE_AUTH_REFUSED,
	    .code = 535,
	    .attempts = 3,
	},
	{
	    .name = "the refusal is told, not what failed behind it",
	    .steps = { HELLO("AUTH PLAIN CRAM-MD5"), EXPECT("AUTH CRAM-MD5"),
		CHALLENGE, EXPECT("YW5uI"), SEND("535 5.7.8 no"),
		EXPECT("AUTH PLAIN"), SEND("504 5.5.4 what"), BYE },
	    .plaintext_allowed = true,
	    .weaker_max = 1,
	    .cause = PH_CAUSE_AUTH_REFUSED,
	    .code = 535,
	    .attempts = 2,
	},
	{
	    .name = "refused as often as the connection allows",
	    .steps = { HELLO("AUTH PLAIN CRAM-MD5"), EXPECT("AUTH CRAM-MD5"),
		CHALLENGE, EXPECT("YW5uI"), SEND("535 5.7.8 no"), BYE },
	    .plaintext_allowed = true,
	    .weaker_max = 1,
	    .refused_max = 1,
	    .cause = PH_CAUSE_AUTH_REFUSED,
	    .code = 535,
	    .attempts = 1,
	},
	{
	    .name = "refused, hung up on, and the next one logs in",
	    .steps = { HELLO("AUTH PLAIN CRAM-MD5"), EXPECT("AUTH CRAM-MD5"),
		CHALLENGE, EXPECT("YW5uI"), SEND("535 5.7.8 no"), CLOSE },
	    .then = { HELLO("AUTH PLAIN CRAM-MD5"), EXPECT("AUTH PLAIN"),
		SEND("235 2.7.0 Welcome"), { STEP_END, NULL } },
	    .plaintext_allowed = true,
	    .weaker_max = 1,
	    .attempts = 2,
	    .reconnected = 1,
	    .used = "PLAIN",
	},
	{
	    .name = "broken, then 421 for the next one, which is tried again",
	    .steps = { HELLO("AUTH PLAIN CRAM-MD5"), EXPECT("AUTH CRAM-MD5"),
		SEND("504 5.5.4 what"), EXPECT("AUTH PLAIN"),
		SEND("421 4.7.0 too many errors"), CLOSE },
	    .then = { HELLO("AUTH PLAIN CRAM-MD5"), EXPECT("AUTH PLAIN"),
		SEND("235 2.7.0 Welcome"), { STEP_END, NULL } },
	    .plaintext_allowed = true,
	    .attempts = 2,
	    .reconnected = 1,
	    .used = "PLAIN",
	},
	{
	    .name = "hung up on in mid-exchange: the next one, over another",
	    .steps = { HELLO("AUTH PLAIN CRAM-MD5"), EXPECT("AUTH CRAM-MD5"),
		CHALLENGE, EXPECT("YW5uI"), CLOSE },
	    .then = { HELLO("AUTH PLAIN CRAM-MD5"), EXPECT("AUTH PLAIN"),
		SEND("235 2.7.0 Welcome"), { STEP_END, NULL } },
	    .plaintext_allowed = true,
	    .attempts = 2,
	    .reconnected = 1,
	    .used = "PLAIN",
	},
	{
	    .name = "hung up on for the mechanism's name alone",
	    .steps = { HELLO("AUTH PLAIN CRAM-MD5"), EXPECT("AUTH CRAM-MD5"),
		CLOSE },
	    .then = { HELLO("AUTH PLAIN CRAM-MD5"), EXPECT("AUTH PLAIN"),
		SEND("235 2.7.0 Welcome"), { STEP_END, NULL } },
	    .plaintext_allowed = true,
	    .attempts = 2,
	    .reconnected = 1,
	    .used = "PLAIN",
	},
	{
	    .name = "hung up on after each",
	    .steps = { HELLO("AUTH PLAIN LOGIN CRAM-MD5"),
		EXPECT("AUTH CRAM-MD5"), SEND("504 5.5.4 what"), CLOSE },
	    .then = { HELLO("AUTH PLAIN LOGIN CRAM-MD5"), EXPECT("AUTH LOGIN"),
		SEND("504 5.5.4 what"), CLOSE },
	    .third = { HELLO("AUTH PLAIN LOGIN CRAM-MD5"), EXPECT("AUTH PLAIN"),
		SEND("504 5.5.4 what"), BYE },
	    .plaintext_allowed = true,
	    .cause = PH_CAUSE_AUTH_MECHANISM,
	    .code = 504,
	    .attempts = 3,
	    .reconnected = 2,
	},
	{
	    .name = "cancelled, and hung up on for it",
	    .steps = { HELLO("AUTH SCRAM-SHA-256 PLAIN"),
		EXPECT("AUTH SCRAM-SHA-256 "), SEND("334 bm9uc2Vuc2U="),
		EXPECT("*"), CLOSE },
	    .then = { HELLO("AUTH SCRAM-SHA-256 PLAIN"), EXPECT("AUTH PLAIN"),
		SEND("235 2.7.0 Welcome"), { STEP_END, NULL } },
	    .plaintext_allowed = true,
	    .attempts = 2,
	    .reconnected = 1,
	    .used = "PLAIN",
	},
	{
	    .name = "the second connection offers less",
	    .steps = { HELLO("AUTH PLAIN CRAM-MD5"), EXPECT("AUTH CRAM-MD5"),
		SEND("504 5.5.4 what"), CLOSE },
	    .then = { HELLO("AUTH CRAM-MD5"), BYE },
	    .plaintext_allowed = true,
	    .cause = PH_CAUSE_AUTH_MECHANISM,
	    .code = 504,
	    .attempts = 1,
	},
	{
	    .name = "refused, and the second connection is turned away",
	    .steps = { HELLO("AUTH PLAIN CRAM-MD5"), EXPECT("AUTH CRAM-MD5"),
		CHALLENGE, EXPECT("YW5uI"), SEND("535 5.7.8 no"), CLOSE },
	    .then = { SEND("421 4.7.0 not you again"), CLOSE },
	    .plaintext_allowed = true,
	    .weaker_max = 1,
	    .cause = PH_CAUSE_AUTH_REFUSED,
	    .code = 535,
	    .attempts = 1,
	},
	{
	    .name = "deferred after another failed: it is not tried again",
	    .steps = { HELLO("AUTH PLAIN CRAM-MD5"), EXPECT("AUTH CRAM-MD5"),
		SEND("504 5.5.4 what"), EXPECT("AUTH PLAIN"),
		SEND("454 4.7.0 later"), BYE },
	    .plaintext_allowed = true,
	    .cause = PH_CAUSE_AUTH_DEFERRED,
	    .code = 454,
	    .attempts = 2,
	},
	{
	    .name = "deferred",
	    .steps = { HELLO("AUTH PLAIN"), EXPECT("AUTH"),
		SEND("454 4.7.0 later"), BYE },
	    .plaintext_allowed = true,
	    .cause = PH_CAUSE_AUTH_DEFERRED,
	    .code = 454,
	    .attempts = 1,
	},
	{
	    .name = "the mechanism's own fault: the next one is tried",
	    .steps = { HELLO("AUTH PLAIN CRAM-MD5"), EXPECT("AUTH CRAM-MD5"),
		SEND("504 5.5.4 not known"), EXPECT("AUTH PLAIN"),
		SEND("235 2.7.0 Welcome"), { STEP_END, NULL } },
	    .plaintext_allowed = true,
	    .attempts = 2,
	    .used = "PLAIN",
	},
	{
	    .name = "none is left",
	    .steps = { HELLO("AUTH CRAM-MD5"), EXPECT("AUTH CRAM-MD5"),
		SEND("534 5.7.9 too weak"), BYE },
	    .cause = PH_CAUSE_AUTH_MECHANISM,
	    .code = 534,
	    .attempts = 1,
	},
	{
	    .name = "a challenge that is none is cancelled",
	    .steps = { HELLO("AUTH SCRAM-SHA-256"),
		EXPECT("AUTH SCRAM-SHA-256 "), SEND("334 bm9uc2Vuc2U="),
		EXPECT("*"), SEND("501 5.7.0 cancelled"), BYE },
	    .cause = PH_CAUSE_AUTH_MECHANISM,
	    .attempts = 1,
	},
	{
	    .name = "235 where the server has proved nothing",
	    .steps = { HELLO("AUTH SCRAM-SHA-256"),
		EXPECT("AUTH SCRAM-SHA-256 "), SEND("235 2.7.0 Welcome"), BYE },
	    .cause = PH_CAUSE_AUTH_SERVER_FALSE,
	    .attempts = 1,
	},
	{
	    .name = "235 to somebody who has cancelled",
	    .steps = { HELLO("AUTH SCRAM-SHA-256"),
		EXPECT("AUTH SCRAM-SHA-256 "), SEND("334 bm9uc2Vuc2U="),
		EXPECT("*"), SEND("235 2.7.0 Welcome"), BYE },
	    .cause = PH_CAUSE_PROTOCOL,
	    .code = 235,
	    .attempts = 1,
	},
	{
	    .name = "nothing offered",
	    .steps = { HELLO("8BITMIME"), BYE },
	    .cause = PH_CAUSE_AUTH_NOT_OFFERED,
	},
	{
	    .name = "nothing in common",
	    .steps = { HELLO("AUTH GSSAPI X-OTHER"), BYE },
	    .cause = PH_CAUSE_AUTH_NO_COMMON,
	},
	{
	    .name = "only in clear",
	    .steps = { HELLO("AUTH PLAIN LOGIN"), BYE },
	    .cause = PH_CAUSE_AUTH_PLAINTEXT,
	},
	{
	    .name = "only in clear, and named",
	    .steps = { HELLO("AUTH PLAIN LOGIN"), BYE },
	    .mechanism = "PLAIN",
	    .cause = PH_CAUSE_AUTH_PLAINTEXT,
	},
	{
	    .name = "421 in the midst",
	    .steps = { HELLO("AUTH CRAM-MD5"), EXPECT("AUTH"),
		SEND("421 4.7.0 too many"), CLOSE },
	    .cause = PH_CAUSE_SHUTTING_DOWN,
	    .code = 421,
	},
	{
	    .name = "cut in the midst",
	    .steps = { HELLO("AUTH CRAM-MD5"), EXPECT("AUTH"), CLOSE },
	    .cause = PH_CAUSE_CONNECTION_LOST,
	    .attempts = 1,
	},
};

/* Attempts over a new connection; every attempt takes its time. */
static size_t count_reconnected(const struct ph_session_facts *f)
{
	size_t count = 0;

	for (size_t i = 0; i < f->attempt_count; i++) {
		count += f->attempts[i].reconnected ? 1 : 0;
		check(f->attempts[i].ms >= 0);
		check(
		    f->attempts[i].code != 0 || f->attempts[i].text[0] != '\0');
	}
	return count;
}

/* Nobody is to come here. */
static const struct step unused[] = { SEND("221 no"), EXPECT("nobody"), CLOSE };

static void run_case(size_t i)
{
	struct rig r;

	check_case(cases[i].name, i);
	RIG_INIT(&r, cases[i].steps,
	    cases[i].then[0].text != NULL ? cases[i].then : unused,
	    cases[i].third[0].text != NULL ? cases[i].third : unused);
	r.weaker_max = cases[i].weaker_max;
	if (cases[i].refused_max != 0)
		r.conn.attempts = cases[i].refused_max;
	r.conn.allow_plaintext_password = cases[i].plaintext_allowed;
	rig_login(&r, "secret", cases[i].mechanism);

	bool good = cases[i].cause == PH_CAUSE_NONE;

	check_int(rig_connect(&r), good ? PH_OK : PH_EIO);

	const struct ph_session_facts *f = ph_session_facts(r.session);

	check_int(f->attempt_count, cases[i].attempts);
	check_int(count_reconnected(f), cases[i].reconnected);
	check_int(r.server.conn_count,
	    cases[i].third[0].text != NULL      ? 3
		: cases[i].then[0].text != NULL ? 2
						: 1);
	if (good) {
		check_str(f->mechanism, cases[i].used);
		check(f->timing.auth >= 0);
		check_int(f->attempts[f->attempt_count - 1].code, 235);
	} else {
		check_int(r.fault.cause, cases[i].cause);
		check_int(r.fault.stage, PH_STAGE_AUTH);
		check_int(r.fault.code, cases[i].code);
		check(strncmp(r.fault.text, "127.0.0.1:", 10) == 0);
		check_str(f->mechanism, "");
	}
	/* Neither as it is nor in base64. */
	check(strstr(ph_buf_str(&r.trace), "secret") == NULL);
	check(strstr(ph_buf_str(&r.trace), "c2VjcmV0") == NULL);
	check(strstr(ph_buf_str(&r.trace), "BzZWNyZX") == NULL);
	rig_release(&r);
}

static void test_trace(void)
{
	static const struct step steps[] = { HELLO("AUTH PLAIN CRAM-MD5"),
		EXPECT("AUTH CRAM-MD5"), SEND("504 5.5.4 not known"), CLOSE };
	static const struct step then[] = { HELLO("AUTH PLAIN CRAM-MD5"),
		EXPECT("AUTH PLAIN"), SEND("235 2.7.0 Welcome"),
		{ STEP_END, NULL } };
	struct rig r;

	RIG_INIT(&r, steps, then);
	r.conn.allow_plaintext_password = true;
	rig_login(&r, "secret", NULL);
	check(rig_connect(&r) == PH_OK);
	check(strstr(ph_buf_str(&r.trace), "* auth login: CRAM-MD5") != NULL);
	check(strstr(ph_buf_str(&r.trace),
		  "connecting anew, to go on with PLAIN") != NULL);
	check_str(
	    ph_session_facts(r.session)->attempts[0].mechanism, "CRAM-MD5");
	check_int(ph_session_facts(r.session)->attempts[0].code, 504);
	check_str(ph_session_facts(r.session)->attempts[0].text, "not known");
	rig_release(&r);
}

/* A token: what the server tells before its 535, and who is to blame. */
static void test_token(void)
{
	/* {"status":"401","scope":"mail.send"} */
	static const struct step refused[] = {
		HELLO("AUTH PLAIN XOAUTH2 CRAM-MD5"),
		EXPECT("AUTH XOAUTH2 "
		       "dXNlcj1hbm4BYXV0aD1CZWFyZXIgc2VjcmV0AQE="),
		SEND("334 eyJzdGF0dXMiOiI0MDEiLCJzY29wZSI6Im1haWwuc2VuZCJ9"),
		EXPECT(""), SEND("535 5.7.8 no"), BYE
	};
	static const struct step disabled[] = { HELLO("AUTH PLAIN XOAUTH2"),
		EXPECT("AUTH XOAUTH2 "),
		SEND("535 5.7.139 SmtpClientAuthentication is disabled"), BYE };
	static const struct step unasked[] = { HELLO("AUTH PLAIN XOAUTH2"),
		EXPECT("AUTH PLAIN "), SEND("235 2.7.0 in"),
		{ STEP_END, NULL } };
	struct rig r;

	RIG_INIT(&r, refused);
	r.conn.allow_plaintext_password = true;
	rig_login(&r, "secret", "XOAUTH2");
	check(rig_connect(&r) == PH_EIO);
	check_int(r.fault.cause, PH_CAUSE_AUTH_TOKEN);
	check_int(r.fault.code, 535);
	check_int(r.fault.enhanced[2], 8);
	check(strstr(r.fault.text,
		  "\"no\" (status \"401\", scope \"mail.send\")") != NULL);
	check(strstr(ph_buf_str(&r.trace), "secret") == NULL);
	rig_release(&r);

	/* What the reply says is more than that. */
	RIG_INIT(&r, disabled);
	r.conn.allow_plaintext_password = true;
	rig_login(&r, "secret", "XOAUTH2");
	check(rig_connect(&r) == PH_EIO);
	check_int(r.fault.cause, PH_CAUSE_AUTH_REFUSED);
	check_int(r.fault.enhanced[2], 139);
	rig_release(&r);

	/* A password is none. */
	RIG_INIT(&r, unasked);
	r.conn.allow_plaintext_password = true;
	rig_login(&r, "secret", NULL);
	check(rig_connect(&r) == PH_OK);
	rig_release(&r);
}

/* The user name's other shape: told, and not used. */
static const struct {
	const char *name, *from, *host;
	const char *other; /* NULL: nobody could guess one */
} names[] = {
	{ "ann@example.com", "", "", "ann" },
	{ "ann", "ann@example.com", "", "ann@example.com" },
	{ "ann", "Ann <a.b@example.com>", "", "ann@example.com" },
	{ "ann", "", "", NULL }, /* the server is an address */
	{ "@example.com", "", "", NULL },
	{ "EXAMPLE\\ann", "ann@example.com", "", NULL },
};

static void test_other_name(size_t i)
{
	static const struct step good[] = { HELLO("AUTH PLAIN CRAM-MD5"),
		EXPECT("AUTH CRAM-MD5"), CHALLENGE, EXPECT(""),
		SEND("535 5.7.8 no"), EXPECT("AUTH CRAM-MD5"), CHALLENGE,
		EXPECT(""), SEND("235 2.7.0 in"), BYE };
	static const struct step none[] = { HELLO("AUTH PLAIN CRAM-MD5"),
		EXPECT("AUTH CRAM-MD5"), CHALLENGE, EXPECT(""),
		SEND("535 5.7.8 no"), BYE };
	bool has_other = names[i].other != NULL;
	struct rig r;

	check_case(names[i].name, i);
	RIG_INIT(&r, has_other ? good : none);
	r.other_name = true;
	rig_login(&r, "secret", NULL);
	r.conn.username = names[i].name;
	r.conn.from = names[i].from;
	check(rig_connect(&r) == PH_EIO);

	const struct ph_session_facts *f = ph_session_facts(r.session);

	check_int(r.fault.cause,
	    has_other ? PH_CAUSE_AUTH_USERNAME : PH_CAUSE_AUTH_REFUSED);
	check_int(r.fault.code, 535);
	check_int(f->attempt_count, has_other ? 2 : 1);
	check_str(f->attempts[0].username, "");
	check_str(f->mechanism, "");
	if (has_other) {
		check_str(f->attempts[1].username, names[i].other);
		check(strstr(r.fault.advice, names[i].other) != NULL);
	}
	rig_release(&r);
	check_case(NULL, 0);
}

/* Not after as many refusals as are allowed, not twice, not with a token; and
   over a new connection where the server hangs up. */
static void test_other_name_limits(void)
{
	static const struct step once[] = { HELLO("AUTH CRAM-MD5"),
		EXPECT("AUTH CRAM-MD5"), CHALLENGE, EXPECT(""),
		SEND("535 5.7.8 no"), BYE };
	static const struct step twice[] = { HELLO("AUTH CRAM-MD5"),
		EXPECT("AUTH CRAM-MD5"), CHALLENGE, EXPECT(""),
		SEND("535 5.7.8 no"), EXPECT("AUTH CRAM-MD5"), CHALLENGE,
		EXPECT(""), SEND("535 5.7.8 never"), BYE };
	static const struct step token[] = { HELLO("AUTH XOAUTH2"),
		EXPECT("AUTH XOAUTH2"), SEND("535 5.7.8 no"), BYE };
	static const struct step hangs_up[] = { HELLO("AUTH CRAM-MD5"),
		EXPECT("AUTH CRAM-MD5"), CHALLENGE, EXPECT(""),
		SEND("535 5.7.8 no"), CLOSE };
	static const struct step then[] = { HELLO("AUTH CRAM-MD5"),
		EXPECT("AUTH CRAM-MD5"), CHALLENGE, EXPECT(""),
		SEND("235 2.7.0 in"), BYE };
	struct rig r;

	RIG_INIT(&r, once);
	r.other_name = true;
	r.conn.attempts = 1;
	rig_login(&r, "secret", NULL);
	r.conn.username = "ann@example.com";
	check(rig_connect(&r) == PH_EIO);
	check_int(r.fault.cause, PH_CAUSE_AUTH_REFUSED);
	rig_release(&r);

	RIG_INIT(&r, twice);
	r.other_name = true;
	r.conn.attempts = 9;
	rig_login(&r, "secret", NULL);
	r.conn.username = "ann@example.com";
	check(rig_connect(&r) == PH_EIO);
	check_int(r.fault.cause, PH_CAUSE_AUTH_REFUSED);
	check(strstr(r.fault.text, "never") == NULL);
	rig_release(&r);

	RIG_INIT(&r, token);
	r.other_name = true;
	r.conn.allow_plaintext_password = true;
	rig_login(&r, "secret", "XOAUTH2");
	r.conn.username = "ann@example.com";
	check(rig_connect(&r) == PH_EIO);
	check_int(r.fault.cause, PH_CAUSE_AUTH_TOKEN);
	rig_release(&r);

	RIG_INIT(&r, hangs_up, then);
	r.other_name = true;
	rig_login(&r, "secret", NULL);
	r.conn.username = "ann@example.com";
	check(rig_connect(&r) == PH_EIO);
	check_int(r.fault.cause, PH_CAUSE_AUTH_USERNAME);
	check_int(r.server.conn_count, 2);
	rig_release(&r);
}

/* No mechanism in common: what is offered, what is allowed, what to do. */
static const struct {
	const char *offered; /* the whole EHLO line */
	const char *mechanism;
	const char *text, *advice;
	enum ph_cause cause;
} foreign[] = {
	{ "250 AUTH GSSAPI XYZZY\r\n", NULL,
	    "offers no mechanism that may be used: GSSAPI (no Kerberos ticket "
	    "for this user), XYZZY (not supported); allowed here: auto",
	    "kinit", PH_CAUSE_AUTH_NO_COMMON },
	{ "250 AUTH XYZZY\r\n", NULL, "XYZZY (not supported)", "administrator",
	    PH_CAUSE_AUTH_NO_COMMON },
	{ "250 AUTH CRAM-MD5 LOGIN\r\n", "SCRAM-SHA-1",
	    "CRAM-MD5 (not allowed), LOGIN (not allowed); allowed here: "
	    "SCRAM-SHA-1",
	    "mechanisms = auto", PH_CAUSE_AUTH_NO_COMMON },
	{ "250 AUTH XOAUTH2\r\n", NULL,
	    "XOAUTH2 (needs a token, not a password)", "access token",
	    PH_CAUSE_AUTH_NO_COMMON },
	{ "250 AUTH ANONYMOUS\r\n", NULL, "ANONYMOUS (not allowed)", "--auth",
	    PH_CAUSE_AUTH_NO_COMMON },
	{ "250 AUTH PLAIN XYZZY\r\n", NULL, "PLAIN (readable by all", NULL,
	    PH_CAUSE_AUTH_PLAINTEXT },
};

static void test_foreign(size_t i)
{
	const struct step steps[] = { SEND("220 mail.example.com ESMTP"),
		EXPECT("EHLO"), SEND("250-mail.example.com"),
		{ STEP_SEND, foreign[i].offered }, BYE };
	struct rig r;

	check_case(foreign[i].offered, i);
	RIG_INIT(&r, steps);
	rig_login(&r, "secret", foreign[i].mechanism);
	check(rig_connect(&r) == PH_EIO);
	check_int(r.fault.cause, foreign[i].cause);
	check(strstr(r.fault.text, foreign[i].text) != NULL);
	check(strstr(rig_log(&r), "AUTH") == NULL);
	if (foreign[i].advice != NULL) {
		check(strstr(r.fault.advice, foreign[i].advice) != NULL);
		check(strstr(r.fault.advice, "anonymous = yes") != NULL);
	}
	rig_release(&r);
	check_case(NULL, 0);
}

/* Nobody to log in as, somebody who wants no login, and somebody without a
   password. */
static void test_who(void)
{
	static const struct step hello[] = { HELLO("AUTH PLAIN CRAM-MD5"),
		{ STEP_END, NULL } };
	static const struct step quits[] = { HELLO("AUTH PLAIN CRAM-MD5"),
		BYE };
	struct rig r;

	RIG_INIT(&r, hello);
	check(rig_connect(&r) == PH_OK);
	check(strstr(rig_log(&r), "AUTH") == NULL);
	rig_release(&r);

	RIG_INIT(&r, hello);
	rig_login(&r, "secret", NULL);
	r.conn.anonymous = true;
	check(rig_connect(&r) == PH_OK);
	check(strstr(rig_log(&r), "AUTH") == NULL);
	rig_release(&r);

	RIG_INIT(&r, quits);
	r.conn.username = "ann";
	check(rig_connect(&r) == PH_EIO);
	check_int(r.fault.cause, PH_CAUSE_AUTH_NO_COMMON);
	check(strstr(rig_log(&r), "AUTH") == NULL);
	rig_release(&r);
}

/* A server that may not see the password sees the same bytes whatever it is. */
static const struct {
	const char *name;
	struct step steps[16];
	enum ph_encryption encryption;
} hostile[] = {
	{ "clear text offered", { HELLO("AUTH PLAIN LOGIN"), BYE },
	    PH_ENCRYPTION_NONE },
	{ "nothing offered", { HELLO("HELP"), BYE }, PH_ENCRYPTION_NONE },
	{ "no STARTTLS", { HELLO("AUTH PLAIN LOGIN"), BYE },
	    PH_ENCRYPTION_WANTED },
	{ "STARTTLS stripped, and required",
	    { HELLO("AUTH PLAIN LOGIN CRAM-MD5"), BYE },
	    PH_ENCRYPTION_AFTER_CONNECT },
	{ "too few rounds asked of SCRAM",
	    { HELLO("AUTH SCRAM-SHA-256"), EXPECT("AUTH"),
		SEND("334 cj14LHM9QUFBQSxpPTE="), EXPECT("*"),
		SEND("501 5.5.2 fine"), BYE },
	    PH_ENCRYPTION_NONE },
};

static void hear(size_t i, const char *password, char *out, size_t out_size)
{
	struct rig r;

	check_case(hostile[i].name, i);
	RIG_INIT(&r, hostile[i].steps);
	r.conn.encryption = hostile[i].encryption;
	rig_login(&r, password, NULL);
	check(rig_connect(&r) != PH_OK);
	(void)snprintf(out, out_size, "%s", rig_log(&r));
	rig_release(&r);
}

/* SCRAM begins with a nonce of ours; the rest is the same. */
static void hide_nonce(char *log)
{
	char *auth = strstr(log, "AUTH SCRAM-SHA-256 ");

	while (auth != NULL && *auth != '\0' && *auth != '\n')
		*auth++ = 'x';
}

static void test_two_passwords(void)
{
	static const char *const others[] = { "", "s",
		"another and a much longer one", "gr\xc3\xbc\xc3\x9f", "e",
		"\xc2\xad\xe2\x80\x8b" };
	char first[4096];
	char second[4096];

	for (size_t i = 0; i < PH_COUNT(hostile); i++) {
		hear(i, "secret", first, sizeof(first));
		hide_nonce(first);
		for (size_t j = 0; j < PH_COUNT(others); j++) {
			hear(i, others[j], second, sizeof(second));
			hide_nonce(second);
			check_str(second, first);
		}
	}
	check_case(NULL, 0);
}

int main(void)
{
	/* Whatever tickets there are on this machine. */
	check(setenv("KRB5CCNAME", "FILE:/nonexistent/cache", 1) == 0);
	for (size_t i = 0; i < PH_COUNT(cases); i++)
		run_case(i);
	check_case(NULL, 0);
	test_trace();
	for (size_t i = 0; i < PH_COUNT(names); i++)
		test_other_name(i);
	test_other_name_limits();
	for (size_t i = 0; i < PH_COUNT(foreign); i++)
		test_foreign(i);
	test_token();
	test_who();
	test_two_passwords();
	return check_end();
}
