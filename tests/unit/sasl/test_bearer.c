#include "check.h"
#include "exact.h"
#include "freewatch.h"
#include "sasl/client.h"

#include <stdio.h>
#include <stdlib.h>

/* OAUTHBEARER and XOAUTH2: what is said, and what a refusal tells. */

enum {
	OUT_MAX = 128 * 1024
};

static const struct ph_sasl_channel channel = { .secure = true };

static const struct ph_sasl_credentials someone = {
	.username = PH_SPAN_INIT("someuser@example.com"),
	.token = PH_SPAN_INIT("sEcReT.t0ken"),
	.has_token = true,
	.host = PH_SPAN_INIT("smtp.example.com"),
	.port = 587,
};

static const struct {
	const char *mechanism;
	struct ph_sasl_credentials cred;
	struct ph_span want;
} firsts[] = {
	/* RFC 7628 4.1. */
	{ "OAUTHBEARER",
	    { .username = PH_SPAN_INIT("user@example.com"),
		.token =
		    PH_SPAN_INIT("vF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCg=="),
		.has_token = true,
		.host = PH_SPAN_INIT("server.example.com"),
		.port = 143 },
	    PH_SPAN_INIT(
		"n,a=user@example.com,\x01host=server.example.com"
		"\x01port=143\x01"
		"auth=Bearer "
		"vF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCg==\x01\x01") },
	/* RFC 5801 4: signs that stand for something in the gs2-header. */
	{ "oauthbearer",
	    { .username = PH_SPAN_INIT("a,b=c"),
		.token = PH_SPAN_INIT("t"),
		.has_token = true },
	    PH_SPAN_INIT("n,a=a=2Cb=3Dc,\x01"
			 "auth=Bearer t\x01\x01") },
	/* As Google's page on XOAUTH2 has it. */
	{ "XOAUTH2",
	    { .username = PH_SPAN_INIT("someuser@example.com"),
		.token = PH_SPAN_INIT(
		    "ya29.vF9dft4qmTc2Nvb3RlckBhdHRhdmlzdGEuY29tCg"),
		.has_token = true,
		.host = PH_SPAN_INIT("smtp.example.com"),
		.port = 587 },
	    PH_SPAN_INIT("user=someuser@example.com\x01"
			 "auth=Bearer "
			 "ya29.vF9dft4qmTc2Nvb3RlckBhdHRhdmlzdGEuY29tCg"
			 "\x01\x01") },
	{ "XOAUTH2",
	    { .username = PH_SPAN_INIT("a,b=c"),
		.token = PH_SPAN_INIT("t"),
		.has_token = true },
	    PH_SPAN_INIT("user=a,b=c\x01"
			 "auth=Bearer t\x01\x01") },
};

static void test_first(void)
{
	struct ph_buf out;

	ph_buf_init(&out, OUT_MAX);
	for (size_t i = 0; i < PH_COUNT(firsts); i++) {
		struct ph_sasl_client *s = NULL;

		check_case("first", i);
		check(ph_sasl_client_new(firsts[i].mechanism, &firsts[i].cred,
			  &channel, &s) == PH_OK);
		check(ph_sasl_client_is_first(s));
		check(ph_sasl_client_finish(s, NULL) == PH_EPROTO);
		check(
		    ph_sasl_client_step(s, PH_SPAN(""), &out, NULL) == PH_EOF);
		check(ph_span_eq(ph_buf_span(&out), firsts[i].want));
		check(ph_sasl_client_finish(s, NULL) == PH_OK);
		check_str(ph_sasl_client_remark(s), "");
		ph_sasl_client_free(s);
	}
	ph_buf_wipe(&out);
}

static const struct {
	struct ph_span username, token;
	bool has_token;
} unfit[] = {
	{ PH_SPAN_INIT("ann"), PH_SPAN_INIT(""), true },
	{ PH_SPAN_INIT("ann"), PH_SPAN_INIT("token"), false },
	{ PH_SPAN_INIT(""), PH_SPAN_INIT("token"), true },
	{ PH_SPAN_INIT("ann"), PH_SPAN_INIT("to\x01ken"), true },
	{ PH_SPAN_INIT("ann"), PH_SPAN_INIT("token\n"), true },
	{ PH_SPAN_INIT("ann"), PH_SPAN_INIT("to\0ken"), true },
	{ PH_SPAN_INIT("ann"), PH_SPAN_INIT("to ken"), true },
	{ PH_SPAN_INIT("ann"), PH_SPAN_INIT("tok\xc3\xa9n"), true },
	{ PH_SPAN_INIT("an\x01n"), PH_SPAN_INIT("token"), true },
	{ PH_SPAN_INIT("an\0n"), PH_SPAN_INIT("token"), true },
	{ PH_SPAN_INIT("ann\r"), PH_SPAN_INIT("token"), true },
};

static void check_unfit(const struct ph_sasl_credentials *cred)
{
	static const char *const mechanisms[] = { "OAUTHBEARER", "XOAUTH2" };

	for (size_t i = 0; i < PH_COUNT(mechanisms); i++) {
		struct ph_sasl_client *s = NULL;

		check(ph_sasl_client_new(mechanisms[i], cred, &channel, &s) ==
		    PH_EINVAL);
		check(s == NULL);
	}
}

static void test_unfit(void)
{
	for (size_t i = 0; i < PH_COUNT(unfit); i++) {
		struct ph_sasl_credentials cred = {
			.username = unfit[i].username,
			.token = unfit[i].token,
			.has_token = unfit[i].has_token,
			/* Never sent in the token's place. */
			.password = PH_SPAN_INIT("password"),
			.has_password = true,
		};

		check_case("unfit", i);
		check_unfit(&cred);
	}

	struct ph_sasl_credentials cred = someone;
	size_t size = 70 * 1024;
	char *huge = malloc(size);

	check(huge != NULL);
	if (huge == NULL)
		return;
	memset(huge, 'x', size);
	cred.token = (struct ph_span){ huge, size };
	check_unfit(&cred);
	cred = someone;
	cred.username = (struct ph_span){ huge, size };
	check_unfit(&cred);
	free(huge);

	struct ph_sasl_client *s = NULL;

	cred = someone;
	cred.host = PH_SPAN("smtp\x01.example.com");
	check(ph_sasl_client_new("OAUTHBEARER", &cred, &channel, &s) ==
	    PH_EINVAL);
	check(ph_sasl_client_new("XOAUTH2", &cred, &channel, &s) == PH_OK);
	ph_sasl_client_free(s);
}

static const struct {
	struct ph_span challenge;
	const char *remark;
} refusals[] = {
	/* RFC 7628 4.3. */
	{ PH_SPAN_INIT("{\"status\":\"invalid_token\",\"scope\":\"example_"
		       "scope\",\"openid-configuration\":\"https://"
		       "example.com/.well-known/openid-configuration\"}"),
	    "status \"invalid_token\", scope \"example_scope\", "
	    "openid-configuration \"https://example.com/.well-known/"
	    "openid-configuration\"" },
	/* Google's. */
	{ PH_SPAN_INIT("{\"status\":\"400\",\"schemes\":\"Bearer\",\"scope\":"
		       "\"https://mail.google.com/\"}"),
	    "status \"400\", schemes \"Bearer\", scope "
	    "\"https://mail.google.com/\"" },
	{ PH_SPAN_INIT("{\"scope\":[\"a\"],\"status\":401}"), "" },
	{ PH_SPAN_INIT("{\"status\":\"\",\"scope\":\"b\"}"), "scope \"b\"" },
	{ PH_SPAN_INIT("{\"status\":\"a\\nb\"}"), "" },
	{ PH_SPAN_INIT("{\"status\":\"a\\u0000b\"}"), "" },
	{ PH_SPAN_INIT("{\"status\":\"a\0b\"}"), "" },
	{ PH_SPAN_INIT("{\"status\":\"bad: sEcReT.t0ken\",\"scope\":\"c\"}"),
	    "scope \"c\"" },
	{ PH_SPAN_INIT("{\"status\":\"invalid_token\""), "" },
	{ PH_SPAN_INIT("[\"status\",\"invalid_token\"]"), "" },
	{ PH_SPAN_INIT("\"status\""), "" },
	{ PH_SPAN_INIT("invalid token"), "" },
	{ PH_SPAN_INIT("\xff\xfe"), "" },
	{ PH_SPAN_INIT(""), "" },
};

static struct ph_sasl_client *said(const char *mechanism, struct ph_buf *out)
{
	struct ph_sasl_client *s = NULL;

	check(ph_sasl_client_new(mechanism, &someone, &channel, &s) == PH_OK);
	check(ph_sasl_client_step(s, PH_SPAN(""), out, NULL) == PH_EOF);
	return s;
}

static void check_refusal(
    const char *mechanism, size_t i, struct ph_span farewell)
{
	struct ph_span challenge = exact_copy(refusals[i].challenge);
	struct ph_fault fault = { 0 };
	struct ph_buf out;

	ph_buf_init(&out, OUT_MAX);

	struct ph_sasl_client *s = said(mechanism, &out);

	check(ph_sasl_client_step(s, challenge, &out, &fault) == PH_EOF);
	check(ph_span_eq(ph_buf_span(&out), farewell));
	check_str(ph_sasl_client_remark(s), refusals[i].remark);
	/* It has refused: neither a yes nor more words make sense. */
	check(ph_sasl_client_finish(s, &fault) == PH_EPROTO);
	check_int(fault.cause, PH_CAUSE_AUTH_SERVER_FALSE);
	check(ph_sasl_client_step(s, challenge, &out, &fault) == PH_EPROTO);
	check(strstr(fault.text, "after the end") != NULL);
	check_int(out.len, 0);
	ph_sasl_client_free(s);
	ph_buf_wipe(&out);
	exact_free(challenge);
}

static void test_refusal(void)
{
	for (size_t i = 0; i < PH_COUNT(refusals); i++) {
		check_case("refusal", i);
		check_refusal("OAUTHBEARER", i, PH_SPAN("\x01"));
		check_refusal("XOAUTH2", i, PH_SPAN(""));
	}
}

/* Where the JSON is cut must not matter: it is whole or it is none. */
static void test_cut(void)
{
	struct ph_span whole = refusals[0].challenge;

	for (size_t len = 0; len < whole.len; len++) {
		struct ph_span part = exact_copy(ph_span_first(whole, len));
		struct ph_buf out;

		check_case("cut", len);
		ph_buf_init(&out, OUT_MAX);

		struct ph_sasl_client *s = said("OAUTHBEARER", &out);

		check(ph_sasl_client_step(s, part, &out, NULL) == PH_EOF);
		check_str(ph_sasl_client_remark(s), "");
		ph_sasl_client_free(s);
		ph_buf_wipe(&out);
		exact_free(part);
	}
}

/* Long words are cut, too many are left out, and nothing is too deep. */
static void test_long(void)
{
	static char text[60 * 1024];
	struct ph_buf out;

	ph_buf_init(&out, OUT_MAX);
	(void)snprintf(text, sizeof(text),
	    "{\"status\":\"%0*d\",\"schemes\":\"%0*d\",\"scope\":\"%0*d\","
	    "\"openid-configuration\":\"%0*d\"}",
	    9000, 1, 9000, 2, 9000, 3, 9000, 4);

	struct ph_sasl_client *s = said("XOAUTH2", &out);

	check(ph_sasl_client_step(s, ph_span_of(text), &out, NULL) == PH_EOF);
	check(strlen(ph_sasl_client_remark(s)) > 160);
	check(strlen(ph_sasl_client_remark(s)) <= 512);
	ph_sasl_client_free(s);

	memset(text, '[', sizeof(text) - 1);
	s = said("XOAUTH2", &out);
	check(ph_sasl_client_step(s, ph_span_of(text), &out, NULL) == PH_EOF);
	check_str(ph_sasl_client_remark(s), "");
	ph_sasl_client_free(s);

	static char huge[65 * 1024];
	struct ph_fault fault = { 0 };

	memset(huge, ' ', sizeof(huge));
	s = said("XOAUTH2", &out);
	check(ph_sasl_client_step(s, (struct ph_span){ huge, sizeof(huge) },
		  &out, &fault) == PH_EPROTO);
	check(strstr(fault.text, "too long") != NULL);
	ph_sasl_client_free(s);

	/* A challenge before anything was said is none of ours. */
	s = NULL;
	check(ph_sasl_client_new("XOAUTH2", &someone, &channel, &s) == PH_OK);
	check(ph_sasl_client_step(s, PH_SPAN("{}"), &out, &fault) == PH_EPROTO);
	ph_sasl_client_free(s);

	/* No room for the answer. */
	struct ph_buf small;

	ph_buf_init(&small, 4);
	check(ph_sasl_client_new("XOAUTH2", &someone, &channel, &s) == PH_OK);
	check(
	    ph_sasl_client_step(s, PH_SPAN(""), &small, &fault) == PH_ETOOBIG);
	ph_sasl_client_free(s);
	ph_buf_wipe(&small);
	ph_buf_wipe(&out);
}

static void test_wiped(void)
{
	char token[] = "sEcReT.t0ken";
	struct ph_buf out;

	freewatch_for(token);
	ph_buf_init(&out, OUT_MAX);
	ph_sasl_client_free(said("OAUTHBEARER", &out));

	struct ph_sasl_client *s = said("XOAUTH2", &out);

	check(ph_sasl_client_step(s, refusals[0].challenge, &out, NULL) ==
	    PH_EOF);
	ph_sasl_client_free(s);
	ph_buf_wipe(&out);
	check_int(freewatch_found(), 0);
	freewatch_for(NULL);
}

int main(void)
{
	test_first();
	test_unfit();
	test_refusal();
	test_cut();
	test_long();
	test_wiped();
	return check_end();
}
