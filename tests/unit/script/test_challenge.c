#include "check.h"
#include "failalloc.h"

#include "base/buf.h"
#include "script/challenge.h"

#include <stdio.h>

static const struct {
	const char *mechanism;
	unsigned step;
	const char *response;
	bool was_refused;
	enum ph_err err;
	const char *want;
} cases[] = {
	{ "PLAIN", 0, "", false, PH_OK, "" },
	{ "external", 0, "", false, PH_OK, "" },
	{ "PLAIN", 0, "", true, PH_OK, "*" },
	{ "LOGIN", 0, "", false, PH_OK, "Username:" },
	{ "login", 1, "eA==", false, PH_OK, "Password:" },
	{ "LOGIN", 1, "eA==", true, PH_OK, "*" },
	{ "CRAM-MD5", 0, "", false, PH_OK, "<1.1@replay.invalid>" },
	{ "CRAM-MD5", 0, "", true, PH_OK, "" },
	{ "DIGEST-MD5", 0, "", false, PH_OK,
	    "realm=\"replay.invalid\",nonce=\"cmVwbGF5\",qop=\"auth\","
	    "charset=utf-8,algorithm=md5-sess" },
	{ "DIGEST-MD5", 0, "", true, PH_OK, "*" },
	{ "DIGEST-MD5", 1, "eA==", false, PH_ENOTFOUND,
	    "rspauth=00000000000000000000000000000000" },
	{ "DIGEST-MD5", 1, "eA==", true, PH_OK,
	    "rspauth=00000000000000000000000000000000" },
	{ "SCRAM-SHA-256", 0, "", false, PH_OK, "" },
	/* n,,n=x,r=abc */
	{ "SCRAM-SHA-256-PLUS", 1, "biwsbj14LHI9YWJj", false, PH_OK,
	    "r=abcreplay,s=cmVwbGF5cmVwbGF5,i=4096" },
	/* n,,n=x */
	{ "SCRAM-SHA-1", 1, "biwsbj14", false, PH_OK,
	    "r=replay,s=cmVwbGF5cmVwbGF5,i=4096" },
	{ "SCRAM-SHA-1", 1, "no base64", false, PH_OK, "" },
	{ "SCRAM-SHA-1", 1, "biwsbj14", true, PH_OK, "*" },
	{ "SCRAM-SHA-1", 2, "eA==", false, PH_ENOTFOUND,
	    "v=AAAAAAAAAAAAAAAAAAAAAAAAAAA=" },
	{ "SCRAM-SHA-1", 2, "eA==", true, PH_OK,
	    "v=AAAAAAAAAAAAAAAAAAAAAAAAAAA=" },
	{ "NTLM", 0, "", false, PH_OK, "" },
	{ "NTLM", 1, "eA==", true, PH_OK, "*" },
	{ "XOAUTH2", 0, "", false, PH_OK, "" },
	{ "OAUTHBEARER", 1, "eA==", false, PH_OK, "{\"status\":\"401\"}" },
	{ "GSSAPI", 0, "", false, PH_OK, "" },
	{ "GSSAPI", 0, "", true, PH_OK, "" },
	{ "", 0, "", false, PH_OK, "" },
};

static struct ph_player_login login_of(size_t i)
{
	return (struct ph_player_login){
		.mechanism = ph_span_of(cases[i].mechanism),
		.response = ph_span_of(cases[i].response),
		.has_response = cases[i].step > 0,
		.step = cases[i].step,
		.was_refused = cases[i].was_refused,
	};
}

static void test_cases(void)
{
	for (size_t i = 0; i < PH_COUNT(cases); i++) {
		struct ph_player_login login = login_of(i);
		struct ph_buf out;

		check_case("challenge", i);
		ph_buf_init(&out, 1024);
		check(ph_buf_append_str(&out, "before") == PH_OK);
		check_int(ph_challenge_make(&login, &out), cases[i].err);
		check_str(ph_buf_str(&out), cases[i].want);
		/* What was written down is said again. */
		login.text = PH_SPAN("told");
		check_int(ph_challenge_make(&login, &out), PH_OK);
		check_str(ph_buf_str(&out), "told");
		ph_buf_release(&out);
	}
}

/* As [MS-NLMP] 2.2.1.2 has it. */
static void test_ntlm(void)
{
	struct ph_player_login login = {
		.mechanism = PH_SPAN("NTLM"), .step = 1, .has_response = true
	};
	struct ph_buf out;

	ph_buf_init(&out, 1024);
	check_int(ph_challenge_make(&login, &out), PH_OK);
	check_int(out.len, 60);
	check(memcmp(out.ptr, "NTLMSSP\0\2\0\0\0", 12) == 0);
	/* Its attributes are where it says, and end at once. */
	check(memcmp(out.ptr + 40, "\4\0\4\0\70\0\0\0", 8) == 0);
	check(memcmp(out.ptr + 56, "\0\0\0\0", 4) == 0);
	ph_buf_release(&out);
}

static void test_responses(void)
{
	static const struct {
		const char *mechanism;
		unsigned want;
	} counts[] = {
		{ "PLAIN", 1 },
		{ "anonymous", 1 },
		{ "LOGIN", 2 },
		{ "SCRAM-SHA-256-PLUS", 2 },
		{ "NTLM", 2 },
		{ "CRAM-MD5", 1 },
		{ "GSSAPI", 0 },
		{ "", 0 },
	};

	for (size_t i = 0; i < PH_COUNT(counts); i++) {
		check_case("responses", i);
		check_int(
		    ph_challenge_responses(ph_span_of(counts[i].mechanism)),
		    counts[i].want);
	}
}

static enum ph_err make(void *ctx)
{
	struct ph_player_login *login = ctx;
	struct ph_buf out;

	ph_buf_init(&out, 1024);

	enum ph_err err = ph_challenge_make(login, &out);

	ph_buf_release(&out);
	return err == PH_ENOTFOUND ? PH_OK : err;
}

static void test_memory(void)
{
	for (size_t i = 0; i < PH_COUNT(cases); i++) {
		struct ph_player_login login = login_of(i);

		check_case("memory", i);
		(void)failalloc_run(make, &login);
	}
}

int main(void)
{
	test_cases();
	test_ntlm();
	test_responses();
	test_memory();
	return check_end();
}
