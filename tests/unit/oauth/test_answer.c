#include "check.h"
#include "oauth/answer.h"

#include <stdio.h>
#include <stdlib.h>

/* RFC 6749 5.1 */
static const char good_tokens[] =
    "{\"access_token\":\"2YotnFZFEjr1zCsicMWpAA\",\"token_type\":\"Bearer\","
    "\"expires_in\":3600,\"refresh_token\":\"tGzv3JOkF0XG5Qx2TlKWIA\","
    "\"example_parameter\":\"example_value\"}";

/* RFC 8628 3.2 */
static const char good_device[] =
    "{\"device_code\":\"GmRhmhcxhwAzkoEqiMEg_DnyEysNkuNhszIySk9eS\","
    "\"user_code\":\"WDJB-MJHT\","
    "\"verification_uri\":\"https://example.com/device\","
    "\"verification_uri_complete\":"
    "\"https://example.com/device?user_code=WDJB-MJHT\","
    "\"expires_in\":1800,\"interval\":5}";

#define T(rest) "{\"access_token\":\"t\",\"token_type\":\"bearer\"" rest "}"

static void test_tokens(void)
{
	struct ph_oauth_tokens t = { 0 };
	struct ph_oauth_refusal why;

	check(ph_oauth_answer_tokens(200, ph_span_of(good_tokens), &t, &why) ==
	    PH_OK);
	check_str(t.access.ptr, "2YotnFZFEjr1zCsicMWpAA");
	check_str(t.refresh.ptr, "tGzv3JOkF0XG5Qx2TlKWIA");
	check_int(t.expires_in, 3600);
	check_int(t.refresh_expires_in, -1);
	ph_oauth_tokens_release(&t);
	check(t.access.ptr == NULL);
}

static const struct {
	const char *json;
	int64_t expires_in;
	int64_t refresh_expires_in;
} lifetimes[] = {
	{ T(""), -1, -1 },
	{ T(",\"expires_in\":0"), 0, -1 },
	{ T(",\"expires_in\":\"3599\""), 3599, -1 },
	{ T(",\"expires_in\":null,\"refresh_token\":null"), -1, -1 },
	{ T(",\"expires_in\":1,\"refresh_token_expires_in\":604799"), 1,
	    604799 },
	{ T(",\"expires_in\":9000000000000000000"), 316224000, -1 },
};

static void test_lifetimes(void)
{
	for (size_t i = 0; i < PH_COUNT(lifetimes); i++) {
		struct ph_oauth_tokens t = { 0 };
		struct ph_oauth_refusal why;

		check_case(lifetimes[i].json, i);
		check_int(ph_oauth_answer_tokens(
			      200, ph_span_of(lifetimes[i].json), &t, &why),
		    PH_OK);
		check_int(t.expires_in, lifetimes[i].expires_in);
		check_int(
		    t.refresh_expires_in, lifetimes[i].refresh_expires_in);
		check(t.refresh.len == 0);
		ph_oauth_tokens_release(&t);
	}
}

/* No token answer, and a word of why. */
static const struct {
	unsigned status;
	const char *body;
	const char *broken;
} bad_tokens[] = {
	{ 200, "", "not a JSON object" },
	{ 200, "<html><body>Sign in</body></html>", "not a JSON object" },
	{ 404, "<html>not found</html>", "not a JSON object" },
	{ 200, "[]", "not a JSON object" },
	{ 200, "\"t\"", "not a JSON object" },
	{ 200, "{}", "no access_token" },
	{ 200, "{} {}", "not a JSON object" },
	{ 200, T(",\"token_type\":\"Bearer\""), "not a JSON object" },
	{ 200, "{\"access_token\":\"t\"}", "not Bearer" },
	{ 200, "{\"access_token\":\"t\",\"token_type\":\"mac\"}",
	    "not Bearer" },
	{ 200, "{\"access_token\":\"\",\"token_type\":\"Bearer\"}", "a token" },
	{ 200, "{\"access_token\":7,\"token_type\":\"Bearer\"}", "a token" },
	{ 200,
	    "{\"access_token\":\"a\\r\\nRCPT TO:<x>\",\"token_type\":"
	    "\"Bearer\"}",
	    "a token" },
	{ 200, "{\"access_token\":\"a\\n\",\"token_type\":\"Bearer\"}",
	    "a token" },
	{ 200, "{\"access_token\":\"a\\u0000b\",\"token_type\":\"Bearer\"}",
	    "not a JSON object" },
	{ 200, "{\"access_token\":\"a\\u0001b\",\"token_type\":\"Bearer\"}",
	    "a token" },
	{ 200, "{\"access_token\":\"a b\",\"token_type\":\"Bearer\"}",
	    "a token" },
	{ 200, "{\"access_token\":\"\\u00e9\",\"token_type\":\"Bearer\"}",
	    "a token" },
	{ 200, "{\"access_token\":\"\xff\",\"token_type\":\"Bearer\"}",
	    "not a JSON object" },
	{ 200, T(",\"refresh_token\":\"\\n\""), "a token" },
	{ 200, T(",\"refresh_token\":[]"), "a token" },
	{ 200, T(",\"expires_in\":-1"), "lifetime" },
	{ 200, T(",\"expires_in\":1.5"), "lifetime" },
	{ 200, T(",\"expires_in\":\"soon\""), "lifetime" },
	{ 200, T(",\"expires_in\":true"), "lifetime" },
	{ 200, T(",\"refresh_token_expires_in\":{}"), "lifetime" },
	{ 201, T(""), "names no error" },
	{ 400, "{\"message\":\"no\"}", "names no error" },
	{ 400, "{\"error\":7}", "names no error" },
	{ 302, "", "points elsewhere" },
	{ 307, T(""), "points elsewhere" },
};

static void test_bad_tokens(void)
{
	for (size_t i = 0; i < PH_COUNT(bad_tokens); i++) {
		struct ph_oauth_tokens t = { 0 };
		struct ph_oauth_refusal why;

		check_case(bad_tokens[i].body, i);
		check_int(ph_oauth_answer_tokens(bad_tokens[i].status,
			      ph_span_of(bad_tokens[i].body), &t, &why),
		    PH_EPROTO);
		check(strstr(why.broken, bad_tokens[i].broken) != NULL);
		check(t.access.ptr == NULL && t.refresh.ptr == NULL);
	}
}

static const struct {
	unsigned status;
	const char *body;
	enum ph_oauth_error error;
	const char *name;
	const char *words;
} refusals[] = {
	{ 400, "{\"error\":\"authorization_pending\"}", PH_OAUTH_PENDING,
	    "authorization_pending", "" },
	/* Google's status for it. */
	{ 428,
	    "{\"error\":\"authorization_pending\",\"error_description\":"
	    "\"Precondition Required\"}",
	    PH_OAUTH_PENDING, "authorization_pending",
	    "Precondition Required" },
	{ 400, "{\"error\":\"slow_down\"}", PH_OAUTH_SLOW_DOWN, "slow_down",
	    "" },
	{ 429, "{\"error\":\"slow_down\"}", PH_OAUTH_SLOW_DOWN, "slow_down",
	    "" },
	{ 400, "{\"error\":\"expired_token\"}", PH_OAUTH_EXPIRED,
	    "expired_token", "" },
	{ 403, "{\"error\":\"access_denied\"}", PH_OAUTH_DENIED,
	    "access_denied", "" },
	{ 400, "{\"error\":\"authorization_declined\"}", PH_OAUTH_DENIED,
	    "authorization_declined", "" },
	{ 400,
	    "{\"error\":\"invalid_grant\",\"error_description\":"
	    "\"AADSTS700082: it expired.\\r\\nTrace ID: 1\"}",
	    PH_OAUTH_INVALID_GRANT, "invalid_grant",
	    "AADSTS700082: it expired.\r\nTrace ID: 1" },
	{ 401, "{\"error\":\"invalid_client\"}", PH_OAUTH_CLIENT,
	    "invalid_client", "" },
	{ 400, "{\"error\":\"unauthorized_client\"}", PH_OAUTH_CLIENT,
	    "unauthorized_client", "" },
	{ 400, "{\"error\":\"unsupported_grant_type\"}", PH_OAUTH_CLIENT,
	    "unsupported_grant_type", "" },
	{ 400, "{\"error\":\"invalid_scope\"}", PH_OAUTH_SCOPE, "invalid_scope",
	    "" },
	{ 400, "{\"error\":\"invalid_request\"}", PH_OAUTH_OTHER,
	    "invalid_request", "" },
	{ 400, "{\"error\":\"Invalid_Grant\"}", PH_OAUTH_OTHER, "Invalid_Grant",
	    "" },
	/* With success on the outside. */
	{ 200,
	    "{\"error\":\"slow_down\",\"access_token\":\"t\","
	    "\"token_type\":\"Bearer\"}",
	    PH_OAUTH_SLOW_DOWN, "slow_down", "" },
	{ 400, "{\"error\":\"temporarily_unavailable\"}", PH_OAUTH_BUSY,
	    "temporarily_unavailable", "" },
	{ 500, "{\"error\":\"oops\"}", PH_OAUTH_BUSY, "oops", "" },
	{ 500, "<html>", PH_OAUTH_BUSY, "", "" },
	{ 503, "", PH_OAUTH_BUSY, "", "" },
	{ 429, "{}", PH_OAUTH_BUSY, "", "" },
	{ 408, "", PH_OAUTH_BUSY, "", "" },
	{ 400, "{\"error\":\"x\",\"error_description\":{}}", PH_OAUTH_OTHER,
	    "x", "" },
};

static void test_refusals(void)
{
	for (size_t i = 0; i < PH_COUNT(refusals); i++) {
		struct ph_oauth_tokens t = { 0 };
		struct ph_oauth_device d = { 0 };
		struct ph_oauth_refusal why;
		struct ph_span body = ph_span_of(refusals[i].body);

		check_case(refusals[i].body, i);
		check_int(
		    ph_oauth_answer_tokens(refusals[i].status, body, &t, &why),
		    PH_EDENIED);
		check_int(why.error, refusals[i].error);
		check_str(why.name, refusals[i].name);
		check_str(why.words, refusals[i].words);
		check_int(
		    ph_oauth_answer_device(refusals[i].status, body, &d, &why),
		    PH_EDENIED);
		check_int(why.error, refusals[i].error);
	}
}

/* Words without end are cut, and never in the midst of a character. */
static void test_long_words(void)
{
	char body[4096];
	struct ph_oauth_tokens t = { 0 };
	struct ph_oauth_refusal why;
	size_t len = (size_t)snprintf(body, sizeof(body),
	    "{\"error\":\"%0100d\",\"error_description\":\"x", 0);

	while (len < 3000) {
		memcpy(body + len, "\xe2\x82\xac", 3);
		len += 3;
	}
	memcpy(body + len, "\"}", 2);
	check_int(ph_oauth_answer_tokens(
		      400, (struct ph_span){ body, len + 2 }, &t, &why),
	    PH_EDENIED);
	check_int(strlen(why.name), sizeof(why.name) - 1);
	check_int(strlen(why.words), 1 + 3 * ((PH_OAUTH_WORDS_MAX - 2) / 3));
}

/* A cut answer is none, wherever the cut. */
static void test_cut(void)
{
	for (size_t len = 0; len < sizeof(good_tokens) - 1; len++) {
		struct ph_oauth_tokens t = { 0 };
		struct ph_oauth_refusal why;

		check_case("tokens cut", len);
		check_int(ph_oauth_answer_tokens(200,
			      (struct ph_span){ good_tokens, len }, &t, &why),
		    PH_EPROTO);
	}
	for (size_t len = 0; len < sizeof(good_device) - 1; len++) {
		struct ph_oauth_device d = { 0 };
		struct ph_oauth_refusal why;

		check_case("device cut", len);
		check_int(ph_oauth_answer_device(200,
			      (struct ph_span){ good_device, len }, &d, &why),
		    PH_EPROTO);
	}
}

/* A token as long as one may be, and one longer; an answer too long. */
static void test_limits(void)
{
	char *body = malloc(PH_OAUTH_ANSWER_MAX + 64);
	struct ph_oauth_tokens t = { 0 };
	struct ph_oauth_refusal why;

	check_case("limits", 0);
	for (size_t extra = 0; extra < 2; extra++) {
		int len = snprintf(body, PH_OAUTH_ANSWER_MAX,
		    "{\"token_type\":\"Bearer\",\"access_token\":\"%0*d\"}",
		    PH_OAUTH_TOKEN_MAX + (int)extra, 0);

		check_int(ph_oauth_answer_tokens(200,
			      (struct ph_span){ body, (size_t)len }, &t, &why),
		    extra == 0 ? PH_OK : PH_EPROTO);
	}
	ph_oauth_tokens_release(&t);
	memset(body, ' ', PH_OAUTH_ANSWER_MAX + 64);
	memcpy(body, good_tokens, sizeof(good_tokens) - 1);
	check_int(ph_oauth_answer_tokens(200,
		      (struct ph_span){ body, PH_OAUTH_ANSWER_MAX }, &t, &why),
	    PH_OK);
	ph_oauth_tokens_release(&t);
	check_int(
	    ph_oauth_answer_tokens(200,
		(struct ph_span){ body, PH_OAUTH_ANSWER_MAX + 1 }, &t, &why),
	    PH_EPROTO);
	/* Deep: jansson goes so far and no farther. */
	memset(body, '[', PH_OAUTH_ANSWER_MAX);
	check_int(ph_oauth_answer_tokens(200,
		      (struct ph_span){ body, PH_OAUTH_ANSWER_MAX }, &t, &why),
	    PH_EPROTO);
	free(body);
}

static void test_device(void)
{
	struct ph_oauth_device d = { 0 };
	struct ph_oauth_refusal why;

	check(ph_oauth_answer_device(200, ph_span_of(good_device), &d, &why) ==
	    PH_OK);
	check_str(d.code.ptr, "GmRhmhcxhwAzkoEqiMEg_DnyEysNkuNhszIySk9eS");
	check_str(d.user_code, "WDJB-MJHT");
	check_str(d.page, "https://example.com/device");
	check_str(
	    d.page_complete, "https://example.com/device?user_code=WDJB-MJHT");
	check_int(d.expires_in, 1800);
	check_int(d.interval, 5);
	ph_oauth_device_release(&d);
}

#define D(page, rest)                                 \
 "{\"device_code\":\"c\",\"user_code\":\"u\",\"" page \
 "\":\"https://h/d\"" rest "}"

static const struct {
	const char *json;
	int64_t expires_in;
	int64_t interval;
} device_times[] = {
	{ D("verification_uri", ",\"expires_in\":600"), 600, 5 },
	{ D("verification_url", ",\"expires_in\":600"), 600, 5 },
	{ D("verification_uri", ",\"expires_in\":\"900\",\"interval\":\"2\""),
	    900, 2 },
	{ D("verification_uri", ",\"expires_in\":1,\"interval\":0"), 1, 1 },
	{ D("verification_uri", ",\"expires_in\":999999,\"interval\":99999"),
	    86400, 300 },
};

static const char *const bad_devices[] = {
	"{}",
	D("verification_uri", ""),
	D("verification_uri", ",\"expires_in\":0"),
	D("verification_uri", ",\"expires_in\":-5"),
	D("verification_uri", ",\"expires_in\":\"x\""),
	D("verification_uri", ",\"expires_in\":60,\"interval\":\"x\""),
	D("verification", ",\"expires_in\":60"),
	D("verification_uri",
	    ",\"expires_in\":60,\"verification_uri_complete\":\"x\""),
	"{\"device_code\":\"c\",\"user_code\":\"u\",\"expires_in\":60,"
	"\"verification_uri\":\"ftp://h/\"}",
	"{\"device_code\":\"c\",\"user_code\":\"u\",\"expires_in\":60,"
	"\"verification_uri\":\"https://h/\\u001b[2J\"}",
	"{\"device_code\":\"c\",\"user_code\":\"u\\u001b\",\"expires_in\":60,"
	"\"verification_uri\":\"https://h/\"}",
	"{\"device_code\":\"c\",\"user_code\":\"\",\"expires_in\":60,"
	"\"verification_uri\":\"https://h/\"}",
	"{\"device_code\":\"c\",\"user_code\":\"123456789012345678901234567890"
	"12345678901234567890123456789012345\",\"expires_in\":60,"
	"\"verification_uri\":\"https://h/\"}",
	"{\"device_code\":\"c\\n\",\"user_code\":\"u\",\"expires_in\":60,"
	"\"verification_uri\":\"https://h/\"}",
	"{\"user_code\":\"u\",\"expires_in\":60,"
	"\"verification_uri\":\"https://h/\"}",
};

static void test_devices(void)
{
	struct ph_oauth_refusal why;

	for (size_t i = 0; i < PH_COUNT(device_times); i++) {
		struct ph_oauth_device d = { 0 };

		check_case(device_times[i].json, i);
		check_int(ph_oauth_answer_device(
			      200, ph_span_of(device_times[i].json), &d, &why),
		    PH_OK);
		check_int(d.expires_in, device_times[i].expires_in);
		check_int(d.interval, device_times[i].interval);
		check_str(d.page, "https://h/d");
		check_str(d.page_complete, "");
		ph_oauth_device_release(&d);
	}
	for (size_t i = 0; i < PH_COUNT(bad_devices); i++) {
		struct ph_oauth_device d = { 0 };

		check_case(bad_devices[i], i);
		check_int(ph_oauth_answer_device(
			      200, ph_span_of(bad_devices[i]), &d, &why),
		    PH_EPROTO);
		check(why.broken[0] != '\0' && d.code.ptr == NULL);
	}
}

int main(void)
{
	test_tokens();
	test_lifetimes();
	test_bad_tokens();
	test_refusals();
	test_long_words();
	test_cut();
	test_limits();
	test_device();
	test_devices();
	return check_end();
}
