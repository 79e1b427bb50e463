#include "check.h"
#include "token/site.h"

#include <string.h>

static const struct ph_connection own = {
	.name = "work",
	.host = "smtp.example.com",
	.username = "ann@example.com",
	.timeout = 30000,
	.oauth = {
		.client_id = "app",
		.tenant = "",
		.scope = "",
		.device_endpoint = "https://login.example.com/device",
		.token_endpoint = "https://login.example.com/token",
		.ca_file = "ca.pem",
	},
};

static struct ph_connection of(enum ph_oauth_provider provider)
{
	struct ph_connection c = own;

	c.oauth.provider = provider;
	c.oauth.device_endpoint = "";
	c.oauth.token_endpoint = "";
	return c;
}

static enum ph_err find(const struct ph_connection *c,
    struct ph_token_site *out, struct ph_fault *fault)
{
	static struct ph_arena a;

	ph_arena_release(&a);
	ph_arena_init(&a, 64 * 1024);
	*fault = (struct ph_fault){ 0 };
	return ph_token_site_find(c, &a, out, fault);
}

static void test_own(void)
{
	struct ph_connection c = own;
	struct ph_token_site s = { 0 };
	struct ph_fault fault;

	check_int(find(&c, &s, &fault), PH_OK);
	check(s.issuer == NULL);
	check_str(s.device_url, "https://login.example.com/device");
	check_str(s.token_url, "https://login.example.com/token");
	check_str(s.scope, "");
	check_str(s.client_id, "app");
	check_str(s.ca_file, "ca.pem");
	check_int(s.timeout, 30000);
	check(!s.is_app && s.proxy == &c.proxy);
	c.oauth.grant = PH_OAUTH_CLIENT_CREDENTIALS;
	c.oauth.scope = "mail";
	check_int(find(&c, &s, &fault), PH_OK);
	check(s.is_app);
	check_str(s.scope, "mail");
}

static void test_providers(void)
{
	static const struct {
		enum ph_oauth_provider provider;
		const char *tenant;
		const char *device_url;
		const char *token_url;
	} cases[] = {
		{ PH_OAUTH_GOOGLE, "",
		    "https://oauth2.googleapis.com/device/"
		    "code",
		    "https://oauth2.googleapis.com/token" },
		{ PH_OAUTH_MICROSOFT, "",
		    "https://login.microsoftonline.com/common/oauth2/v2.0/"
		    "devicecode",
		    "https://login.microsoftonline.com/common/oauth2/v2.0/"
		    "token" },
		{ PH_OAUTH_MICROSOFT, "example.com",
		    "https://login.microsoftonline.com/example.com/oauth2/"
		    "v2.0/devicecode",
		    "https://login.microsoftonline.com/example.com/oauth2/"
		    "v2.0/token" },
		{ PH_OAUTH_YAHOO, "", "",
		    "https://api.login.yahoo.com/oauth2/get_token" },
	};

	for (size_t i = 0; i < PH_COUNT(cases); i++) {
		struct ph_connection c = of(cases[i].provider);
		struct ph_token_site s = { 0 };
		struct ph_fault fault;

		check_case("provider", i);
		c.oauth.tenant = cases[i].tenant;
		check_int(find(&c, &s, &fault), PH_OK);
		check_str(s.device_url, cases[i].device_url);
		check_str(s.token_url, cases[i].token_url);
		check_str(s.scope, s.issuer->scope);
	}
	check_case(NULL, 0);
}

/* A token endpoint of one's own does not get a code of the provider's. */
static void test_mixed(void)
{
	struct ph_connection c = of(PH_OAUTH_GOOGLE);
	struct ph_token_site s = { 0 };
	struct ph_fault fault;

	c.oauth.token_endpoint = "https://x/token";
	check_int(find(&c, &s, &fault), PH_OK);
	check_str(s.token_url, "https://x/token");
	check_str(s.device_url, "");
	check_str(s.scope, s.issuer->scope);
}

static void test_app(void)
{
	struct ph_connection c = of(PH_OAUTH_MICROSOFT);
	struct ph_token_site s = { 0 };
	struct ph_fault fault;

	c.oauth.grant = PH_OAUTH_CLIENT_CREDENTIALS;
	check_int(find(&c, &s, &fault), PH_EINVAL);
	check(strstr(fault.text, "tenant") != NULL);
	c.oauth.tenant = "example.com";
	check_int(find(&c, &s, &fault), PH_OK);
	check_str(s.scope, "https://outlook.office365.com/.default");
	c = of(PH_OAUTH_GOOGLE);
	c.oauth.grant = PH_OAUTH_CLIENT_CREDENTIALS;
	check_int(find(&c, &s, &fault), PH_EINVAL);
	check(strstr(fault.text, "Google gives no tokens") != NULL);
	check(strstr(fault.advice, "oauth.grant=device-code") != NULL);
}

static void refused(
    struct ph_connection c, const char *text, const char *advice)
{
	struct ph_token_site s = { 0 };
	struct ph_fault fault;

	check_case(text, 0);
	check_int(find(&c, &s, &fault), PH_EINVAL);
	check_int(fault.cause, PH_CAUSE_CONFIG);
	check_int(fault.stage, PH_STAGE_CONFIG);
	check(strstr(fault.text, "connection \"work\"") == fault.text);
	check(strstr(fault.text, text) != NULL);
	check(strstr(fault.advice, advice) != NULL);
	check(s.token_url == NULL);
	check_case(NULL, 0);
}

static void test_refused(void)
{
	struct ph_connection c = own;

	c.username = "";
	refused(c, "has no user name", "connection set work username=");
	c = of(PH_OAUTH_NONE);
	refused(c, "whose sign-in", "oauth.token-endpoint=URL");
	c.host = "smtp.gmail.com";
	refused(c, "whose sign-in", "set work oauth.provider=google");
	c = own;
	c.oauth.client_id = "";
	refused(c, "no client-id", "register one with who runs the server");
	c = of(PH_OAUTH_MICROSOFT);
	c.oauth.client_id = "";
	refused(c, "no client-id", "entra.microsoft.com");
	c.oauth.client_id = "app";
	c.oauth.tenant = "a/b";
	refused(c, "tenant = a/b", "");
	c = own;
	c.oauth.token_endpoint = "http://login.example.com/token";
	refused(c, "token-endpoint = http://login.example.com/token", "");
	c = own;
	c.oauth.device_endpoint = "ftp://x";
	refused(c, "device-endpoint = ftp://x", "");
}

int main(void)
{
	test_own();
	test_providers();
	test_mixed();
	test_app();
	test_refused();
	return check_end();
}
