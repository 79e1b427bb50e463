#include "check.h"
#include "fake_http.h"
#include "token/exchange.h"

#include <stdlib.h>
#include <string.h>

static struct ph_proxy proxy = {
	.host = "",
	.username = "",
	.domain = "",
	.ca_file = "",
};

static const struct ph_token_site site = {
	.proxy = &proxy,
	.device_url = "https://login.example.com/device",
	.token_url = "https://login.example.com:8443/token?x=1",
	.scope = "mail",
	.client_id = "app",
	.ca_file = "ca.pem",
	.timeout = 1000,
};

static const struct ph_token_exchange x = {
	.site = &site,
	.client_secret = PH_SPAN_INIT("s3cret&"),
	.proxy_password = PH_SPAN_INIT("pw"),
};

#define GOOD \
 "{\"access_token\":\"a1\",\"token_type\":\"bearer\",\"expires_in\":60}"

static void test_device(void)
{
	struct ph_oauth_device d = { 0 };
	struct ph_oauth_refusal why;
	struct ph_fault fault = { 0 };

	fake_http_says(200,
	    "{\"device_code\":\"d1\",\"user_code\":\"AB-CD\","
	    "\"verification_uri\":\"https://login.example.com/go\","
	    "\"expires_in\":900,\"interval\":2}");
	check_int(ph_token_ask_device(&x, &d, &why, &fault), PH_OK);
	check_str(fake_http.url, "https://login.example.com/device");
	check_str(
	    fake_http.form, "client_id=app&client_secret=s3cret%26&scope=mail");
	check_str(fake_http.ca_file, "ca.pem");
	check_str(fake_http.proxy, "");
	check_str(d.user_code, "AB-CD");
	ph_oauth_device_release(&d);

	fake_http_says(200, "<html>");
	check_int(ph_token_ask_device(&x, &d, &why, &fault), PH_EPROTO);
	check_int(fault.cause, PH_CAUSE_TOKEN_PROTOCOL);
	check_str(fault.text,
	    "the token server login.example.com sent an answer (HTTP 200) "
	    "that cannot be used: it is not a JSON object");
	fake_http.err = PH_EIO;
	check_int(ph_token_ask_device(&x, &d, &why, &fault), PH_EIO);
	check_int(fault.cause, PH_CAUSE_TOKEN_UNREACHABLE);
}

/* By the way that mail goes. */
static void test_proxy(void)
{
	struct ph_oauth_tokens t = { 0 };
	struct ph_oauth_refusal why;
	struct ph_fault fault = { 0 };

	proxy = (struct ph_proxy){
		.type = PH_PROXY_SOCKS5,
		.host = "proxy.example.com",
		.port = 1080,
		.use_credentials = true,
		.username = "pat",
		.domain = "",
		.ca_file = "",
	};
	fake_http_says(200, GOOD);
	check_int(ph_token_ask_app(&x, &t, &why, &fault), PH_OK);
	check_str(fake_http.proxy, "socks5h://proxy.example.com:1080");
	check_str(fake_http.proxy_login, "pat:pw");
	ph_oauth_tokens_release(&t);
	proxy.type = PH_PROXY_SYSTEM;
	check_int(setenv("all_proxy", "ftp://x", 1), 0);
	fake_http_says(200, GOOD);
	check_int(ph_token_ask_app(&x, &t, &why, &fault), PH_EINVAL);
	check_int(fake_http.count, 0);
	check(strstr(fault.text, "all_proxy") != NULL);
	check_int(unsetenv("all_proxy"), 0);
	proxy.type = PH_PROXY_NONE;
}

typedef enum ph_err ask_fn(struct ph_oauth_tokens *t,
    struct ph_oauth_refusal *why, struct ph_fault *fault);

static enum ph_err poll(struct ph_oauth_tokens *t, struct ph_oauth_refusal *why,
    struct ph_fault *fault)
{
	return ph_token_ask_poll(&x, PH_SPAN("d1"), t, why, fault);
}

static enum ph_err refresh(struct ph_oauth_tokens *t,
    struct ph_oauth_refusal *why, struct ph_fault *fault)
{
	return ph_token_ask_refresh(&x, PH_SPAN("r1"), t, why, fault);
}

static enum ph_err app(struct ph_oauth_tokens *t, struct ph_oauth_refusal *why,
    struct ph_fault *fault)
{
	return ph_token_ask_app(&x, t, why, fault);
}

static const struct {
	const char *what;
	ask_fn *ask;
	const char *form;
} asks[] = {
	{ "poll", poll,
	    "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Adevice_code"
	    "&client_id=app&client_secret=s3cret%26&device_code=d1" },
	{ "refresh", refresh,
	    "grant_type=refresh_token&client_id=app&client_secret=s3cret%26"
	    "&refresh_token=r1" },
	{ "app", app,
	    "grant_type=client_credentials&client_id=app"
	    "&client_secret=s3cret%26&scope=mail" },
};

static void test_tokens(void)
{
	for (size_t i = 0; i < PH_COUNT(asks); i++) {
		struct ph_oauth_tokens t = { 0 };
		struct ph_oauth_refusal why;
		struct ph_fault fault = { 0 };

		check_case(asks[i].what, i);
		fake_http_says(200, GOOD);
		check_int(asks[i].ask(&t, &why, &fault), PH_OK);
		check_str(
		    fake_http.url, "https://login.example.com:8443/token?x=1");
		check_str(fake_http.form, asks[i].form);
		check_str(t.access.ptr, "a1");
		ph_oauth_tokens_release(&t);
		fake_http.err = PH_EIO;
		check_int(asks[i].ask(&t, &why, &fault), PH_EIO);
		check_int(fault.cause, PH_CAUSE_TOKEN_UNREACHABLE);
		check(t.access.ptr == NULL);
	}
	check_case(NULL, 0);
}

static const struct {
	unsigned status;
	const char *body;
	enum ph_err err;
	enum ph_cause cause;
	const char *text; /* behind the server's name */
} refusals[] = {
	{ 400, "{\"error\":\"invalid_grant\",\"error_description\":\"gone\"}",
	    PH_EDENIED, PH_CAUSE_TOKEN_ENDED,
	    "answered invalid_grant "
	    "\"gone\"" },
	{ 401, "{\"error\":\"invalid_client\"}", PH_EDENIED,
	    PH_CAUSE_TOKEN_CLIENT, "answered invalid_client" },
	{ 400, "{\"error\":\"invalid_scope\"}", PH_EDENIED,
	    PH_CAUSE_TOKEN_CLIENT, "answered invalid_scope" },
	{ 400, "{\"error\":\"odd\"}", PH_EDENIED, PH_CAUSE_TOKEN_CLIENT,
	    "answered odd" },
	{ 400, "{\"error\":\"access_denied\"}", PH_EDENIED,
	    PH_CAUSE_TOKEN_DENIED, "answered access_denied" },
	{ 400, "{\"error\":\"expired_token\"}", PH_EDENIED,
	    PH_CAUSE_TOKEN_EXPIRED, "answered expired_token" },
	{ 503, "<html>", PH_EDENIED, PH_CAUSE_TOKEN_UNREACHABLE,
	    "answered HTTP 503" },
	{ 429, "", PH_EDENIED, PH_CAUSE_TOKEN_UNREACHABLE,
	    "answered HTTP 429" },
	{ 302, "", PH_EPROTO, PH_CAUSE_TOKEN_PROTOCOL,
	    "sent an answer (HTTP 302) that cannot be used: it points "
	    "elsewhere, which is not followed" },
	{ 404, "no", PH_EPROTO, PH_CAUSE_TOKEN_PROTOCOL,
	    "sent an answer (HTTP 404) that cannot be used: it is not a JSON "
	    "object" },
	{ 200, "{\"token_type\":\"Bearer\"}", PH_EPROTO,
	    PH_CAUSE_TOKEN_PROTOCOL,
	    "sent an answer (HTTP 200) that cannot be used: there is no "
	    "access_token in it" },
	/* What was sent is not shown, though the server says it. */
	{ 400,
	    "{\"error\":\"invalid_grant\",\"error_description\":"
	    "\"no such token: r1\"}",
	    PH_EDENIED, PH_CAUSE_TOKEN_ENDED, "answered invalid_grant" },
	{ 400,
	    "{\"error\":\"invalid_client\",\"error_description\":"
	    "\"s3cret& is wrong\"}",
	    PH_EDENIED, PH_CAUSE_TOKEN_CLIENT, "answered invalid_client" },
	{ 400, "{\"error\":\"r1\"}", PH_EDENIED, PH_CAUSE_TOKEN_CLIENT,
	    "answered HTTP 400" },
	{ 400, "{\"error\":\"s3cret&\"}", PH_EDENIED, PH_CAUSE_TOKEN_CLIENT,
	    "answered HTTP 400" },
};

static void test_refusals(void)
{
	static const char server[] = "the token server login.example.com:8443 ";

	for (size_t i = 0; i < PH_COUNT(refusals); i++) {
		struct ph_oauth_tokens t = { 0 };
		struct ph_oauth_refusal why;
		struct ph_fault fault = { 0 };

		check_case(refusals[i].body, i);
		fake_http_says(refusals[i].status, refusals[i].body);
		check_int(refresh(&t, &why, &fault), refusals[i].err);
		check_int(fault.cause, refusals[i].cause);
		check_int(fault.stage, PH_STAGE_AUTH);
		check(strncmp(fault.text, server, sizeof(server) - 1) == 0);
		check_str(fault.text + sizeof(server) - 1, refusals[i].text);
		check(t.access.ptr == NULL);
	}
	check_case(NULL, 0);
}

int main(void)
{
	test_device();
	test_proxy();
	test_tokens();
	test_refusals();
	return check_end();
}
