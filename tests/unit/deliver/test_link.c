#include "check.h"
#include "rig.h"

#include <string.h>

/* Encryption: what each mode insists on, and how far `wanted` comes down. */

static const struct step starttls[] = {
	SEND("220 mail.example.com ESMTP"),
	EXPECT("EHLO"),
	SEND("250-mail.example.com"),
	SEND("250 STARTTLS"),
	EXPECT("STARTTLS"),
	SEND("220 go on"),
	TLS,
	EXPECT("EHLO"),
	SEND("250 mail.example.com"),
	EXPECT("QUIT"),
	SEND("221 Bye"),
	CLOSE,
};

static const struct step tls_first[] = {
	TLS,
	SEND("220 mail.example.com ESMTP"),
	EXPECT("EHLO"),
	SEND("250 mail.example.com"),
	{ STEP_END, NULL },
};

static const struct step clear[] = {
	SEND("220 mail.example.com ESMTP"),
	EXPECT("EHLO"),
	SEND("250-mail.example.com"),
	SEND("250 AUTH PLAIN LOGIN"),
	EXPECT("MAIL"),
	SEND("250 Ok"),
	{ STEP_END, NULL },
};

/* Says yes, and hangs up instead of shaking hands. */
static const struct step broken[] = {
	SEND("220 mail.example.com ESMTP"),
	EXPECT("EHLO"),
	SEND("250-mail.example.com"),
	SEND("250 STARTTLS"),
	EXPECT("STARTTLS"),
	SEND("220 go on"),
	CLOSE,
};

/* Says yes, and goes on in text. */
static const struct step babble[] = {
	SEND("220 mail.example.com ESMTP"),
	EXPECT("EHLO"),
	SEND("250-mail.example.com"),
	SEND("250 STARTTLS"),
	EXPECT("STARTTLS"),
	SEND("220 go on"),
	EXPECT(""), /* a ClientHello holds a line end, or none */
	SEND("500 what?"),
	{ STEP_END, NULL },
};

/* Says yes, and then nothing. */
static const struct step stalled[] = {
	SEND("220 mail.example.com ESMTP"),
	EXPECT("EHLO"),
	SEND("250-mail.example.com"),
	SEND("250 STARTTLS"),
	EXPECT("STARTTLS"),
	SEND("220 go on"),
	{ STEP_END, NULL },
};

static const struct step injected[] = {
	SEND("220 mail.example.com ESMTP"),
	EXPECT("EHLO"),
	SEND("250-mail.example.com"),
	SEND("250 STARTTLS"),
	EXPECT("STARTTLS"),
	SEND("220 go on\r\n250 and more"),
	{ STEP_END, NULL },
};

static const struct step refused[] = {
	SEND("220 mail.example.com ESMTP"),
	EXPECT("EHLO"),
	SEND("250-mail.example.com"),
	SEND("250 STARTTLS"),
	EXPECT("STARTTLS"),
	SEND("454 4.7.0 not today"),
	{ STEP_END, NULL },
};

static void test_verified(void)
{
	struct rig r;

	RIG_INIT(&r, starttls);
	r.conn.encryption = PH_ENCRYPTION_AFTER_CONNECT;
	r.conn.ca_file = r.ca_file;
	check(rig_connect(&r) == PH_OK);

	const struct ph_session_facts *f = ph_session_facts(r.session);

	check(f->tls != NULL && f->certificate != NULL);
	if (f->tls == NULL || f->certificate == NULL)
		return;
	check(f->tls->verified);
	check(strncmp(f->tls->version, "TLSv1.", 6) == 0);
	check(f->timing.tls >= 0);
	check_int(f->warning_count, 0);
	ph_session_disconnect(r.session);
	/* The facts outlive the stream. */
	check(f->tls->verified && f->certificate->spki_sha256[0] != '\0');
	check(strstr(ph_buf_str(&r.trace), ">s ehlo EHLO") != NULL);
	check(strstr(ph_buf_str(&r.trace), "> ehlo EHLO") != NULL);
	check(strstr(ph_buf_str(&r.trace), ", verified") != NULL);
	check(strstr(ph_buf_str(&r.trace), "*s tls TLSv1.") != NULL);
	check(strstr(ph_buf_str(&r.trace), "* connect connected") != NULL);
	rig_release(&r);

	RIG_INIT(&r, tls_first);
	r.conn.encryption = PH_ENCRYPTION_BEFORE_CONNECT;
	r.conn.ca_file = r.ca_file;
	r.conn.host = "localhost";
	check(rig_connect(&r) == PH_OK);
	check(ph_session_facts(r.session)->tls != NULL);
	rig_release(&r);
}

struct script_set {
	const struct step *first;
	const struct step *second; /* for the connection after that */
};

static const struct {
	const char *name;
	enum ph_encryption encryption;
	enum ph_verify verify;
	struct script_set scripts;
	/* what comes of it */
	size_t connections;
	enum ph_cause cause; /* none: connected */
	bool tls;
	const char *warning; /* part of it, or NULL for none */
} cases[] = {
	/* Required: never without. */
	{ "bad certificate", PH_ENCRYPTION_AFTER_CONNECT, PH_VERIFY_CA,
	    { starttls, NULL }, 1, PH_CAUSE_CERT_UNTRUSTED, false, NULL },
	{ "bad certificate, TLS first", PH_ENCRYPTION_BEFORE_CONNECT,
	    PH_VERIFY_CA, { tls_first, NULL }, 1, PH_CAUSE_CERT_UNTRUSTED,
	    false, NULL },
	{ "not verified", PH_ENCRYPTION_AFTER_CONNECT, PH_VERIFY_OFF,
	    { starttls, NULL }, 1, PH_CAUSE_NONE, true, NULL },
	{ "not offered", PH_ENCRYPTION_AFTER_CONNECT, PH_VERIFY_CA,
	    { clear, NULL }, 1, PH_CAUSE_TLS_NOT_OFFERED, false, NULL },
	{ "refused", PH_ENCRYPTION_AFTER_CONNECT, PH_VERIFY_CA,
	    { refused, NULL }, 1, PH_CAUSE_TLS_REFUSED, false, NULL },
	{ "injected", PH_ENCRYPTION_AFTER_CONNECT, PH_VERIFY_OFF,
	    { injected, NULL }, 1, PH_CAUSE_TLS_INJECTED, false, NULL },
	{ "broken", PH_ENCRYPTION_AFTER_CONNECT, PH_VERIFY_OFF,
	    { broken, NULL }, 1, PH_CAUSE_TLS_CLOSED, false, NULL },
	{ "stalled", PH_ENCRYPTION_AFTER_CONNECT, PH_VERIFY_OFF,
	    { stalled, NULL }, 1, PH_CAUSE_TIMEOUT, false, NULL },
	{ "text on a TLS port", PH_ENCRYPTION_BEFORE_CONNECT, PH_VERIFY_OFF,
	    { clear, NULL }, 1, PH_CAUSE_TLS_PLAINTEXT, false, NULL },

	/* Wanted: with what there is. */
	{ "wanted, good", PH_ENCRYPTION_WANTED, PH_VERIFY_OFF,
	    { starttls, NULL }, 1, PH_CAUSE_NONE, true, NULL },
	{ "wanted, not offered", PH_ENCRYPTION_WANTED, PH_VERIFY_CA,
	    { clear, NULL }, 1, PH_CAUSE_NONE, false, "STARTTLS" },
	{ "wanted, broken", PH_ENCRYPTION_WANTED, PH_VERIFY_CA,
	    { broken, clear }, 2, PH_CAUSE_NONE, false, "without encryption" },
	{ "wanted, babble", PH_ENCRYPTION_WANTED, PH_VERIFY_CA,
	    { babble, clear }, 2, PH_CAUSE_NONE, false, "without encryption" },
	{ "wanted, stalled", PH_ENCRYPTION_WANTED, PH_VERIFY_CA,
	    { stalled, clear }, 2, PH_CAUSE_NONE, false, "without encryption" },
	{ "wanted, injected", PH_ENCRYPTION_WANTED, PH_VERIFY_CA,
	    { injected, clear }, 1, PH_CAUSE_TLS_INJECTED, false, NULL },
	{ "wanted, bad certificate", PH_ENCRYPTION_WANTED, PH_VERIFY_CA,
	    { starttls, starttls }, 2, PH_CAUSE_NONE, true,
	    "certificate that can be trusted" },
	{ "wanted, bad certificate, then broken", PH_ENCRYPTION_WANTED,
	    PH_VERIFY_CA, { starttls, broken }, 3, PH_CAUSE_TLS_NOT_OFFERED,
	    false, "without encryption" },
};

static bool has_warning(const struct ph_session_facts *f, const char *part)
{
	for (size_t i = 0; i < f->warning_count; i++) {
		if (strstr(f->warnings[i], part) != NULL)
			return true;
	}
	return false;
}

static void run_case(size_t i)
{
	struct rig r;
	const struct step *scripts[] = { cases[i].scripts.first,
		cases[i].scripts.second };

	check_case(cases[i].name, i);
	rig_init(&r, scripts, scripts[1] == NULL ? 1 : 2);
	r.conn.encryption = cases[i].encryption;
	r.conn.verify = cases[i].verify;
	r.conn.timeout = 300;

	enum ph_err err = rig_connect(&r);
	const struct ph_session_facts *f = ph_session_facts(r.session);

	check_int(r.server.conn_count, cases[i].connections);
	if (cases[i].connections == 3) {
		/* The third, in clear, meets a server that wants STARTTLS. */
		r.server.mismatch = false;
	} else {
		check_int(
		    err, cases[i].cause == PH_CAUSE_NONE ? PH_OK : PH_EIO);
		check_int(err == PH_OK ? PH_CAUSE_NONE : r.fault.cause,
		    cases[i].cause);
		if (err != PH_OK)
			check_int(r.fault.stage, PH_STAGE_TLS);
	}
	check_int(f->tls != NULL, cases[i].tls);
	if (cases[i].warning == NULL) {
		check_int(f->warning_count, 0);
	} else {
		check(has_warning(f, cases[i].warning));
	}
	if (cases[i].cause == PH_CAUSE_CERT_UNTRUSTED)
		check(f->certificate != NULL);
	rig_release(&r);
}

/* What is said in clear after a broken handshake is no secret. */
static void test_wanted_bars_passwords(void)
{
	static const struct step unverified[] = {
		SEND("220 mail.example.com ESMTP"),
		EXPECT("EHLO"),
		SEND("250-mail.example.com"),
		SEND("250 STARTTLS"),
		EXPECT("STARTTLS"),
		SEND("220 go on"),
		TLS,
		EXPECT("EHLO"),
		SEND("250-mail.example.com"),
		SEND("250 AUTH PLAIN LOGIN"),
		EXPECT("QUIT"),
		SEND("221 Bye"),
		CLOSE,
	};
	struct rig r;

	check_case("wanted bars passwords", 0);
	RIG_INIT(&r, unverified, unverified);
	r.conn.encryption = PH_ENCRYPTION_WANTED;
	rig_login(&r, "secret", NULL);
	check(rig_connect(&r) == PH_EIO);
	check_int(r.fault.cause, PH_CAUSE_AUTH_PLAINTEXT);
	check_int(r.server.conn_count, 2);
	check(strstr(rig_log(&r), "AUTH") == NULL);
	rig_release(&r);

	/* With a certificate that holds, the same server gets it. */
	RIG_INIT(&r, unverified);
	r.conn.encryption = PH_ENCRYPTION_WANTED;
	r.conn.ca_file = r.ca_file;
	rig_login(&r, "secret", NULL);
	check(rig_connect(&r) == PH_EIO);
	check(strstr(rig_log(&r), "AUTH PLAIN") != NULL ||
	    strstr(rig_log(&r), "AUTH LOGIN") != NULL);
	r.server.mismatch = false;
	rig_release(&r);
}

int main(void)
{
	test_verified();
	for (size_t i = 0; i < PH_COUNT(cases); i++)
		run_case(i);
	check_case(NULL, 0);
	test_wanted_bars_passwords();
	return check_end();
}
