#include "diagnose/verdict.h"

#include "check.h"

#include <string.h>

enum {
	N = PH_STEP_NOT_REACHED,
	G = PH_STEP_GOOD,
	F = PH_STEP_FAILED,
	U = PH_STEP_NOT_USED
};

/* Steps in the order greeting tls certificate proxy ehlo auth mail rcpt data,
   and the verdicts of all settings: p proven, s suspect, n not reached, - not
   used. */
static const struct {
	const char *name;
	unsigned char steps[9];
	bool in_clear, has_password;
	enum ph_cause cause;
	enum ph_stage stage;
	unsigned code;
	const char *verdicts; /* host port tls tls-version certificate proxy
	                         helo mechanism username password sender
	                         recipient size */
	const char *other;
} cases[] = {
	{ "all good, with a message", { G, G, G, U, G, G, G, G, G }, false,
	    true, PH_CAUSE_NONE, PH_STAGE_QUIT, 0, "ppppp-ppppppp", NULL },
	{ "all good, to the login", { G, G, G, U, G, G, U, U, U }, false, true,
	    PH_CAUSE_NONE, PH_STAGE_QUIT, 0, "ppppp-pppp---", NULL },
	{ "in clear, no login", { G, N, N, U, G, U, U, U, U }, true, false,
	    PH_CAUSE_NONE, PH_STAGE_QUIT, 0, "ppp---p------", NULL },
	{ "a login without a password", { G, G, G, U, G, G, U, U, U }, false,
	    false, PH_CAUSE_NONE, PH_STAGE_QUIT, 0, "ppppp-ppp----", NULL },
	{ "nothing configured", { N, N, N, U, N, N, N, N, N }, false, false,
	    PH_CAUSE_NO_CONNECTION, PH_STAGE_CONFIG, 0, "snnnn-nnn-nnn", NULL },
	{ "no such host", { N, N, N, U, N, N, N, N, U }, false, true,
	    PH_CAUSE_HOST_NOT_FOUND, PH_STAGE_DNS, 0, "snnnn-nnnnnn-", NULL },
	{ "refused", { N, N, N, U, N, N, N, N, U }, false, true,
	    PH_CAUSE_CONNECT_REFUSED, PH_STAGE_CONNECT, 0, "nsnnn-nnnnnn-",
	    NULL },
	{ "no network", { N, N, N, U, N, N, N, N, U }, false, true,
	    PH_CAUSE_CONNECT_UNREACHABLE, PH_STAGE_CONNECT, 0, "nnnnn-nnnnnn-",
	    "network" },
	{ "through a proxy", { G, G, G, G, G, G, G, G, G }, false, true,
	    PH_CAUSE_NONE, PH_STAGE_QUIT, 0, "ppppppppppppp", NULL },
	{ "no proxy there", { N, N, N, N, N, N, N, N, U }, false, true,
	    PH_CAUSE_PROXY_UNREACHABLE, PH_STAGE_PROXY, 0, "nnnnnsnnnnnn-",
	    NULL },
	{ "proxy not found", { N, N, N, N, N, N, N, N, U }, false, true,
	    PH_CAUSE_PROXY_NOT_FOUND, PH_STAGE_PROXY, 0, "nnnnnsnnnnnn-",
	    NULL },
	{ "proxy login", { N, N, N, N, N, N, N, N, U }, false, true,
	    PH_CAUSE_PROXY_LOGIN_REFUSED, PH_STAGE_PROXY, 0, "nnnnnsnnnnnn-",
	    NULL },
	{ "proxy rules", { N, N, N, N, N, N, N, N, U }, false, true,
	    PH_CAUSE_PROXY_FORBIDDEN, PH_STAGE_PROXY, 0, "nnnnnsnnnnnn-",
	    NULL },
	{ "proxy works, port closed", { N, N, N, G, N, N, N, N, U }, false,
	    true, PH_CAUSE_PROXY_TARGET_CLOSED, PH_STAGE_PROXY, 0,
	    "nsnnnpnnnnnn-", NULL },
	{ "proxy works, host unknown", { N, N, N, G, N, N, N, N, U }, false,
	    true, PH_CAUSE_PROXY_TARGET_UNKNOWN, PH_STAGE_PROXY, 0,
	    "snnnnpnnnnnn-", NULL },
	{ "proxy works, login refused", { G, G, G, G, G, F, N, N, U }, false,
	    true, PH_CAUSE_AUTH_REFUSED, PH_STAGE_AUTH, 535, "pppppppnssnn-",
	    NULL },
	{ "silence", { N, N, N, U, N, N, N, N, U }, false, true,
	    PH_CAUSE_SILENCE, PH_STAGE_GREETING, 0, "nnsnn-nnnnnn-", NULL },
	{ "greeting refused", { N, N, N, U, N, N, N, N, U }, false, true,
	    PH_CAUSE_GREETING_REFUSED, PH_STAGE_GREETING, 599, "nnnnn-nnnnnn-",
	    "server" },
	{ "expired, after STARTTLS", { G, N, N, U, G, N, N, N, U }, false, true,
	    PH_CAUSE_CERT_EXPIRED, PH_STAGE_TLS, 0, "ppnns-pnnnnn-", NULL },
	{ "expired, TLS first", { N, N, N, U, N, N, N, N, U }, false, true,
	    PH_CAUSE_CERT_EXPIRED, PH_STAGE_TLS, 0, "nnnns-nnnnnn-", NULL },
	{ "wrong name", { G, N, N, U, G, N, N, N, U }, false, true,
	    PH_CAUSE_CERT_NAME, PH_STAGE_TLS, 0, "spnnn-pnnnnn-", NULL },
	{ "no STARTTLS", { G, N, N, U, G, N, N, N, U }, false, true,
	    PH_CAUSE_TLS_NOT_OFFERED, PH_STAGE_TLS, 0, "ppsnn-pnnnnn-", NULL },
	{ "old TLS", { G, N, N, U, G, N, N, N, U }, false, true,
	    PH_CAUSE_TLS_VERSION, PH_STAGE_TLS, 0, "ppnsn-pnnnnn-", NULL },
	{ "HELO refused", { G, G, G, U, N, N, N, N, U }, false, true,
	    PH_CAUSE_EHLO_REFUSED, PH_STAGE_EHLO, 501, "ppppp-snnnnn-", NULL },
	{ "535 alone", { G, G, G, U, G, F, N, N, U }, false, true,
	    PH_CAUSE_AUTH_REFUSED, PH_STAGE_AUTH, 535, "ppppp-pnssnn-", NULL },
	{ "the name's other shape", { G, G, G, U, G, F, N, N, U }, false, true,
	    PH_CAUSE_AUTH_USERNAME, PH_STAGE_AUTH, 535, "ppppp-ppspnn-", NULL },
	{ "no mechanism", { G, G, G, U, G, N, N, N, U }, false, true,
	    PH_CAUSE_AUTH_NO_COMMON, PH_STAGE_AUTH, 0, "ppppp-psnnnn-", NULL },
	{ "the account", { G, G, G, U, G, F, N, N, U }, false, true,
	    PH_CAUSE_AUTH_REFUSED, PH_STAGE_AUTH, 525, "ppppp-pnnnnn-",
	    "account" },
	{ "no login made", { G, N, N, U, G, U, F, N, U }, true, false,
	    PH_CAUSE_AUTH_REQUIRED, PH_STAGE_MAIL, 530, "ppp---p---nn-",
	    "anonymous" },
	{ "sender", { G, G, G, U, G, G, F, N, U }, false, true,
	    PH_CAUSE_SENDER_REFUSED, PH_STAGE_MAIL, 599, "ppppp-ppppsn-",
	    NULL },
	{ "recipient", { G, G, G, U, G, G, G, F, U }, false, true,
	    PH_CAUSE_RECIPIENT_REFUSED, PH_STAGE_RCPT, 550, "ppppp-ppppps-",
	    NULL },
	{ "size", { G, G, G, U, G, G, F, N, N }, false, true, PH_CAUSE_TOO_BIG,
	    PH_STAGE_MAIL, 552, "ppppp-ppppnns", NULL },
	/* behind a good login nothing of the way to it is suspect any more */
	{ "silence after the login", { G, G, G, U, G, G, N, N, U }, false, true,
	    PH_CAUSE_SILENCE, PH_STAGE_MAIL, 0, "ppppp-ppppnn-", NULL },
	{ "lost", { G, G, G, U, G, G, N, N, U }, false, true,
	    PH_CAUSE_CONNECTION_LOST, PH_STAGE_MAIL, 0, "ppppp-ppppnn-",
	    "network" },
	{ "interrupted", { G, G, G, U, G, N, N, N, U }, false, true,
	    PH_CAUSE_INTERRUPTED, PH_STAGE_AUTH, 0, "ppppp-pnnnnn-", NULL },
};

static struct ph_evidence evidence(size_t i)
{
	const unsigned char *s = cases[i].steps;

	return (struct ph_evidence){
		.greeting = (enum ph_step_state)s[0],
		.tls = (enum ph_step_state)s[1],
		.certificate = (enum ph_step_state)s[2],
		.proxy = (enum ph_step_state)s[3],
		.ehlo = (enum ph_step_state)s[4],
		.auth = (enum ph_step_state)s[5],
		.mail = (enum ph_step_state)s[6],
		.rcpt = (enum ph_step_state)s[7],
		.data = (enum ph_step_state)s[8],
		.in_clear = cases[i].in_clear,
		.has_password = cases[i].has_password,
		.fault = { .cause = cases[i].cause,
		    .stage = cases[i].stage,
		    .code = (uint16_t)cases[i].code },
	};
}

static void test_cases(void)
{
	static const char letters[] = {
		[PH_VERDICT_NOT_REACHED] = 'n',
		[PH_VERDICT_PROVEN] = 'p',
		[PH_VERDICT_SUSPECT] = 's',
		[PH_VERDICT_NOT_USED] = '-',
	};

	for (size_t i = 0; i < PH_COUNT(cases); i++) {
		struct ph_evidence e = evidence(i);
		char got[PH_VERDICT_SETTINGS + 1] = "";
		const char *other = ph_verdict_other(&e);

		check_case(cases[i].name, i);
		for (size_t k = 0; k < PH_VERDICT_SETTINGS; k++)
			got[k] = letters[ph_verdict_of(&e, k)];
		check_str(got, cases[i].verdicts);
		check((other == NULL) == (cases[i].other == NULL));
		if (other != NULL && cases[i].other != NULL)
			check_str(other, cases[i].other);
	}
}

/* Words prove where they come from, whatever came of the test itself. */
static void test_words(void)
{
	struct ph_evidence e = {
		.fault = { .cause = PH_CAUSE_SILENCE,
		    .stage = PH_STAGE_GREETING },
	};

	check_int(ph_verdict_of(&e, 0), PH_VERDICT_NOT_REACHED);
	check_int(ph_verdict_of(&e, 1), PH_VERDICT_NOT_REACHED);
	e.host_answers = true;
	check_int(ph_verdict_of(&e, 0), PH_VERDICT_PROVEN);
	check_int(ph_verdict_of(&e, 1), PH_VERDICT_NOT_REACHED);
	e.port_answers = true;
	check_int(ph_verdict_of(&e, 1), PH_VERDICT_PROVEN);
	check_int(ph_verdict_of(&e, 2), PH_VERDICT_SUSPECT);
	/* in clear they prove the mode as well */
	e.fault.cause = PH_CAUSE_GREETING_REFUSED;
	e.in_clear = true;
	check_int(ph_verdict_of(&e, 2), PH_VERDICT_PROVEN);
	e.port_answers = false;
	check_int(ph_verdict_of(&e, 2), PH_VERDICT_NOT_REACHED);
	check_int(ph_verdict_of(&e, 8), PH_VERDICT_NOT_REACHED);
}

static void test_names(void)
{
	check_str(ph_verdict_name(PH_VERDICT_PROVEN), "proven");
	check_str(ph_verdict_name(PH_VERDICT_SUSPECT), "suspect");
	check_str(ph_verdict_name(PH_VERDICT_NOT_REACHED), "not-reached");
	check_str(ph_verdict_name(PH_VERDICT_NOT_USED), "not-used");
	check_str(ph_verdict_settings[0], "host");
	check_str(ph_verdict_settings[PH_VERDICT_SETTINGS - 1], "size");
}

int main(void)
{
	test_cases();
	test_words();
	test_names();
	return check_end();
}
