#include "check.h"
#include "oauth/url.h"

/* What a URL is good for: S secrets, P a page to open, - nothing. */
static const struct {
	const char *url;
	char use;
	const char *host;
} urls[] = {
	{ "https://login.example.com/token", 'S', "login.example.com" },
	{ "HTTPS://login.example.com", 'S', "login.example.com" },
	{ "https://login.example.com:8443/x?y=z", 'S',
	    "login.example.com:8443" },
	{ "https://login.example.com?x", 'S', "login.example.com" },
	{ "https://h:/", 'S', "h:" },
	{ "https://[2001:db8::1]:443/", 'S', "[2001:db8::1]:443" },
	{ "http://localhost:1/", 'S', "localhost:1" },
	{ "http://LocalHost", 'S', "LocalHost" },
	{ "http://127.0.0.1:8080/device", 'S', "127.0.0.1:8080" },
	{ "http://127.255.0.3/", 'S', "127.255.0.3" },
	{ "http://[::1]:80/", 'S', "[::1]:80" },
	{ "http://login.example.com/token", 'P', "login.example.com" },
	{ "http://127.0.0.1.example.com/", 'P', "127.0.0.1.example.com" },
	{ "http://127.1/", 'P', "127.1" },
	{ "http://127.0.0.1.1/", 'P', "127.0.0.1.1" },
	{ "http://127.0.0.x/", 'P', "127.0.0.x" },
	{ "http://127.0..1/", 'P', "127.0..1" },
	{ "http://127.0.0.1111/", 'P', "127.0.0.1111" },
	{ "http://[::2]/", 'P', "[::2]" },
	{ "http://localhost.example.com/", 'P', "localhost.example.com" },
	{ "", '-', "" },
	{ "https://", '-', "" },
	{ "https:///path", '-', "" },
	{ "https://:443/", '-', "" },
	{ "login.example.com/token", '-', "" },
	{ "ftp://login.example.com/", '-', "" },
	{ "file:///etc/passwd", '-', "" },
	{ "javascript://x/", '-', "" },
	{ " https://login.example.com/", '-', "" },
	{ "https://login.example.com/ x", '-', "" },
	{ "https://login.example.com/\r\nx", '-', "" },
	{ "https://login.example.com/\x7f", '-', "" },
	{ "https://l\xc3\xb6gin.example.com/", '-', "" },
	{ "https://login.example.com\\@evil.example/", '-', "" },
	{ "https://login.example.com@evil.example/", '-', "" },
	{ "https://a:b@login.example.com/", '-', "" },
	{ "https://login.example.com/#x", '-', "" },
	{ "https://login.example.com:x/", '-', "" },
	{ "https://login.example.com:123456/", '-', "" },
	{ "https://[::1]x/", '-', "" },
	{ "http://127.0.0.1:80@evil.example/", '-', "" },
};

static void test_use(void)
{
	for (size_t i = 0; i < PH_COUNT(urls); i++) {
		struct ph_span url = ph_span_of(urls[i].url);

		check_case(urls[i].url, i);
		check(ph_oauth_url_is_safe(url) == (urls[i].use == 'S'));
		check(ph_oauth_url_is_page(url) == (urls[i].use != '-'));
		check(ph_span_eq(
		    ph_oauth_url_host(url), ph_span_of(urls[i].host)));
	}
	check(!ph_oauth_url_is_safe(PH_SPAN("https://h/\0x")));
}

static void test_length(void)
{
	char url[PH_OAUTH_URL_MAX + 1] = "https://h/";

	check_case("length", 0);
	memset(url + 10, 'a', sizeof(url) - 10);
	check(ph_oauth_url_is_safe((struct ph_span){ url, PH_OAUTH_URL_MAX }));
	check(!ph_oauth_url_is_safe((struct ph_span){ url, sizeof(url) }));
}

static const struct {
	const char *pattern;
	const char *tenant;
	const char *want; /* NULL: refused */
} tenants[] = {
	{ "https://h/token", "", "https://h/token" },
	{ "https://h/token", "../x", "https://h/token" },
	{ "https://h/{tenant}/token", "common", "https://h/common/token" },
	{ "https://h/{tenant}", "contoso.onmicrosoft.com",
	    "https://h/contoso.onmicrosoft.com" },
	{ "https://h/{tenant}/t", "8eaef023-2b34-4da1-9baa-8bc8c9d6a490",
	    "https://h/8eaef023-2b34-4da1-9baa-8bc8c9d6a490/t" },
	{ "https://h/{tenant}/token", "", NULL },
	{ "https://h/{tenant}/token", "..", NULL },
	{ "https://h/{tenant}/token", "a/b", NULL },
	{ "https://h/{tenant}/token", "a?b", NULL },
	{ "https://h/{tenant}/token", "a b", NULL },
	{ "https://h/{tenant}/token", "a@b", NULL },
};

static void test_write(void)
{
	for (size_t i = 0; i < PH_COUNT(tenants); i++) {
		struct ph_buf out;

		check_case(tenants[i].tenant, i);
		ph_buf_init(&out, 256);

		enum ph_err err = ph_oauth_url_write(
		    tenants[i].pattern, ph_span_of(tenants[i].tenant), &out);

		check_int(err, tenants[i].want == NULL ? PH_EINVAL : PH_OK);
		if (err == PH_OK)
			check_str(ph_buf_str(&out), tenants[i].want);
		ph_buf_release(&out);
	}
}

int main(void)
{
	test_use();
	test_length();
	test_write();
	return check_end();
}
