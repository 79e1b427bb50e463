#include "check.h"
#include "connection/role.h"
#include "failalloc.h"

/* A connection that has one of everything. */
static const struct ph_connection whole = {
	.name = "work",
	.host = "smtp.example.com",
	.username = "ann",
	.client_certificate = "/etc/ann.crt",
	.client_key = "/etc/ann.pem",
	.proxy = {
		.type = PH_PROXY_SOCKS5,
		.use_credentials = true,
		.host = "proxy.example.com",
		.username = "pat",
	},
	.oauth = {
		.provider = PH_OAUTH_MICROSOFT,
		.client_id = "app",
		.token_endpoint = "",
	},
};

static const struct {
	const char *name;
	const char *noun;
	const char *setting;
	const char *place_noun;
	const char *place;
	const char *user;
	const char *text;
} rows[PH_ROLE_COUNT] = {
	[PH_ROLE_PASSWORD] = { "password", "password", "password-from", "host",
	    "smtp.example.com", "ann", "password for ann at smtp.example.com" },
	[PH_ROLE_PROXY] = { "proxy", "proxy password", "proxy.password-from",
	    "proxy", "proxy.example.com", "pat",
	    "password for pat at the proxy proxy.example.com" },
	[PH_ROLE_CLIENT_KEY] = { "client-key", "passphrase",
	    "client-key-password-from", "key", "/etc/ann.pem", "",
	    "passphrase for the key /etc/ann.pem" },
	[PH_ROLE_OAUTH_CLIENT] = { "oauth-client", "client secret",
	    "client-secret-from", "endpoint", "microsoft", "app",
	    "client secret of the application app" },
	[PH_ROLE_TOKEN] = { "token", "token", "password-from", "host",
	    "smtp.example.com", "ann", "token for ann at smtp.example.com" },
};

static void test_rows(void)
{
	for (int i = 0; i < PH_ROLE_COUNT; i++) {
		enum ph_role role = (enum ph_role)i;
		enum ph_role parsed = PH_ROLE_PASSWORD;
		struct ph_buf text;

		check_case(rows[i].name, (size_t)i);
		check_str(ph_role_name(role), rows[i].name);
		check_str(ph_role_noun(role), rows[i].noun);
		check_str(ph_role_setting(role), rows[i].setting);
		check_str(ph_role_place_noun(role), rows[i].place_noun);
		check_str(ph_role_place(&whole, role), rows[i].place);
		check_str(ph_role_user(&whole, role), rows[i].user);
		check_int(
		    ph_role_parse(ph_span_of(rows[i].name), &parsed), PH_OK);
		check_int(parsed, role);
		ph_buf_init(&text, 1024);
		check_int(ph_role_describe(&whole, role, &text), PH_OK);
		check_str(ph_buf_str(&text), rows[i].text);
		ph_buf_release(&text);
		ph_buf_init(&text, 4);
		check_int(ph_role_describe(&whole, role, &text), PH_ETOOBIG);
		ph_buf_release(&text);
	}
	check_case(NULL, 0);
}

static void test_parse(void)
{
	static const char *const bad[] = { "", "pass", "proxy ", "client key",
		"oauth" };
	enum ph_role role = PH_ROLE_CLIENT_KEY;

	for (size_t i = 0; i < PH_COUNT(bad); i++)
		check_int(ph_role_parse(ph_span_of(bad[i]), &role), PH_EINVAL);
	check_int(role, PH_ROLE_CLIENT_KEY);
	check_int(ph_role_parse(PH_SPAN("Client-KEY"), &role), PH_OK);
	check_int(ph_role_parse(PH_SPAN("PROXY"), &role), PH_OK);
	check_int(role, PH_ROLE_PROXY);
}

/* Each has a source of its own, but a token, which is in the password's
   place. */
static void test_sources(void)
{
	struct ph_connection c = whole;

	for (int i = 0; i < PH_ROLE_TOKEN; i++) {
		ph_role_set_source(&c, (enum ph_role)i,
		    &(struct ph_secret_source){
			.kind = PH_SECRET_FD, .fd = 10 + i });
	}
	for (int i = 0; i < PH_ROLE_TOKEN; i++)
		check_int(ph_role_source(&c, (enum ph_role)i)->fd, 10 + i);
	check_int(c.password_from.fd, 10);
	check_int(c.proxy.password_from.fd, 11);
	check_int(c.client_key_password_from.fd, 12);
	check_int(c.oauth.client_secret_from.fd, 13);
	ph_role_set_source(&c, PH_ROLE_TOKEN,
	    &(struct ph_secret_source){ .kind = PH_SECRET_FD, .fd = 20 });
	check_int(ph_role_source(&c, PH_ROLE_TOKEN)->fd, 20);
	check_int(c.password_from.fd, 20);
}

/* A key may lie in its certificate's file. */
static void test_key_in_the_certificate(void)
{
	struct ph_connection c = whole;

	c.client_key = "";
	check_str(ph_role_place(&c, PH_ROLE_CLIENT_KEY), "/etc/ann.crt");
}

static void test_endpoint(void)
{
	static const struct {
		enum ph_oauth_provider provider;
		const char *endpoint;
		const char *place;
	} cases[] = {
		{ PH_OAUTH_NONE, "", "" },
		{ PH_OAUTH_GOOGLE, "", "google" },
		{ PH_OAUTH_YAHOO, "", "yahoo" },
		{ PH_OAUTH_NONE, "https://x/t", "https://x/t" },
		{ PH_OAUTH_GOOGLE, "https://x/t", "https://x/t" },
	};

	for (size_t i = 0; i < PH_COUNT(cases); i++) {
		struct ph_connection c = whole;

		c.oauth.provider = cases[i].provider;
		c.oauth.token_endpoint = cases[i].endpoint;
		check_str(
		    ph_role_place(&c, PH_ROLE_OAUTH_CLIENT), cases[i].place);
	}
}

static bool is_login_needed(const char *list)
{
	struct ph_span mechanisms[4];
	struct ph_connection c = whole;
	struct ph_span rest = ph_span_of(list);

	c.mechanisms = mechanisms;
	while (list[0] != '\0' && c.mechanism_count < PH_COUNT(mechanisms) &&
	    ph_span_split(&rest, ' ', &mechanisms[c.mechanism_count]))
		c.mechanism_count++;
	return ph_role_is_needed(&c, PH_ROLE_PASSWORD);
}

static void test_login_is_needed(void)
{
	struct ph_connection c = whole;

	check(is_login_needed(""));
	check(is_login_needed("PLAIN"));
	check(is_login_needed("EXTERNAL plain"));
	check(!is_login_needed("EXTERNAL"));
	check(!is_login_needed("anonymous"));
	check(!is_login_needed("GSSAPI EXTERNAL"));
	c.anonymous = true;
	check(!ph_role_is_needed(&c, PH_ROLE_PASSWORD));
	c.anonymous = false;
	c.username = "";
	check(!ph_role_is_needed(&c, PH_ROLE_PASSWORD));
}

static void test_proxy_is_needed(void)
{
	static const bool by_type[] = {
		[PH_PROXY_NONE] = false,
		[PH_PROXY_SOCKS4] = false,
		[PH_PROXY_SOCKS4A] = false,
		[PH_PROXY_SOCKS5] = true,
		[PH_PROXY_HTTP] = true,
		[PH_PROXY_HTTPS] = true,
		[PH_PROXY_SYSTEM] = false,
	};
	struct ph_connection c = whole;

	for (size_t i = 0; i < PH_COUNT(by_type); i++) {
		check_case("proxy type", i);
		c.proxy.type = (enum ph_proxy_type)i;
		check_int(ph_role_is_needed(&c, PH_ROLE_PROXY), by_type[i]);
	}
	check_case(NULL, 0);
	c.proxy.password_from.kind = PH_SECRET_ENV;
	check(ph_role_is_needed(&c, PH_ROLE_PROXY)); /* of the system */
	c = whole;
	c.proxy.use_credentials = false;
	check(!ph_role_is_needed(&c, PH_ROLE_PROXY));
	c = whole;
	c.proxy.username = "";
	check(!ph_role_is_needed(&c, PH_ROLE_PROXY));
}

static void test_others_are_needed(void)
{
	struct ph_connection c = whole;

	check(!ph_role_is_needed(&c, PH_ROLE_CLIENT_KEY));
	c.client_key_password_from.kind = PH_SECRET_STORED;
	check(ph_role_is_needed(&c, PH_ROLE_CLIENT_KEY));
	c.client_certificate = "";
	check(!ph_role_is_needed(&c, PH_ROLE_CLIENT_KEY));
	c.oauth.client_secret_from.kind = PH_SECRET_STORED;
	check(!ph_role_is_needed(&c, PH_ROLE_OAUTH_CLIENT));
	check(!ph_role_is_needed(&c, PH_ROLE_TOKEN));
}

static enum ph_err describe(void *ctx)
{
	struct ph_buf text;

	ph_buf_init(&text, 1024);

	enum ph_err err = ph_role_describe(ctx, PH_ROLE_PROXY, &text);

	ph_buf_release(&text);
	return err;
}

int main(void)
{
	struct ph_connection c = whole;

	test_rows();
	test_parse();
	test_sources();
	test_key_in_the_certificate();
	test_endpoint();
	test_login_is_needed();
	test_proxy_is_needed();
	test_others_are_needed();
	check(failalloc_run(describe, &c) > 0);
	return check_end();
}
