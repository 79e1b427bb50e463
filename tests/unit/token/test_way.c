#include "check.h"
#include "failalloc.h"
#include "token/way.h"

#include <stdlib.h>
#include <string.h>

static const char url[] = "https://login.example.com/token";

static struct ph_proxy proxy(enum ph_proxy_type type)
{
	return (struct ph_proxy){
		.type = type,
		.host = "proxy.example.com",
		.port = 1080,
		.username = "pat",
		.domain = "",
		.ca_file = "/ca",
	};
}

static void test_kinds(void)
{
	static const struct {
		enum ph_proxy_type type;
		const char *url;
	} cases[] = {
		{ PH_PROXY_SOCKS4, "socks4://proxy.example.com:1080" },
		{ PH_PROXY_SOCKS4A, "socks4a://proxy.example.com:1080" },
		{ PH_PROXY_SOCKS5, "socks5h://proxy.example.com:1080" },
		{ PH_PROXY_HTTP, "http://proxy.example.com:1080" },
		{ PH_PROXY_HTTPS, "https://proxy.example.com:1080" },
	};

	for (size_t i = 0; i < PH_COUNT(cases); i++) {
		struct ph_proxy p = proxy(cases[i].type);
		const struct ph_token_way_question q = { &p, PH_SPAN("pw"),
			url };
		struct ph_token_way w = { 0 };
		struct ph_fault f = { 0 };

		check_case(cases[i].url, i);
		check_int(ph_token_way_find(&q, &w, &f), PH_OK);
		check(!w.is_straight);
		check_str(w.proxy.url, cases[i].url);
		check_str(w.proxy.ca_file, "/ca");
		/* A user name alone is no order to log in. */
		check_str(w.proxy.username, "");
		check_int(w.proxy.password.len, 0);
		ph_token_way_release(&w);

		p.use_credentials = true;
		check_int(ph_token_way_find(&q, &w, &f), PH_OK);
		check_str(w.proxy.username, "pat");
		check(ph_span_eq(w.proxy.password, PH_SPAN("pw")));
		ph_token_way_release(&w);

		p.domain = "EXAMPLE";
		p.host = "2001:db8::1";
		check_int(ph_token_way_find(&q, &w, &f), PH_OK);
		check(strstr(w.proxy.url, "://[2001:db8::1]:1080") != NULL);
		check_str(w.proxy.username,
		    cases[i].url[0] == 'h' ? "EXAMPLE\\pat" : "pat");
		ph_token_way_release(&w);
	}
	check_case(NULL, 0);
}

static void test_none(void)
{
	const struct ph_proxy p = proxy(PH_PROXY_NONE);
	const struct ph_token_way_question q = { &p, PH_SPAN("pw"), url };
	struct ph_token_way w = { 0 };
	struct ph_fault f = { 0 };

	check_int(setenv("all_proxy", "http://elsewhere.example.com", 1), 0);
	check_int(ph_token_way_find(&q, &w, &f), PH_OK);
	check(w.is_straight);
	ph_token_way_release(&w);
	check_int(unsetenv("all_proxy"), 0);
	ph_token_way_release(&(struct ph_token_way){ 0 });
}

static const struct {
	const char *name;
	const char *all_proxy; /* NULL: not set */
	const char *no_proxy;
	const char *target;
	const char *url; /* "": straight; NULL: refused */
	const char *username;
	const char *password;
} systems[] = {
	{ "nothing set", NULL, NULL, url, "", NULL, NULL },
	{ "empty", "", NULL, url, "", NULL, NULL },
	{ "named", "socks5://p.example.com", NULL, url,
	    "socks5h://p.example.com:1080", "pat", "pw" },
	{ "with a login of its own", "http://eve:es@p.example.com:81", NULL,
	    url, "http://p.example.com:81", "eve", "es" },
	{ "exempt", "http://p.example.com", "example.com", url, "", NULL,
	    NULL },
	{ "exempt by port", "http://p.example.com", "login.example.com:443",
	    url, "", NULL, NULL },
	{ "another port", "http://p.example.com:8080", "login.example.com:443",
	    "https://login.example.com:444/x", "http://p.example.com:8080",
	    "pat", "pw" },
	{ "in clear", "http://p.example.com", "127.0.0.1:80",
	    "http://127.0.0.1/x", "", NULL, NULL },
	{ "none of ours", "ftp://p.example.com", NULL, url, NULL, NULL, NULL },
	{ "no target", "http://p.example.com", NULL, "", NULL, NULL, NULL },
};

/* As for mail: the same variables, the same exemptions. */
static void test_system(void)
{
	struct ph_proxy p = proxy(PH_PROXY_SYSTEM);

	p.use_credentials = true;
	for (size_t i = 0; i < PH_COUNT(systems); i++) {
		const struct ph_token_way_question q = { &p, PH_SPAN("pw"),
			systems[i].target };
		struct ph_token_way w = { 0 };
		struct ph_fault f = { 0 };

		check_case(systems[i].name, i);
		(void)unsetenv("all_proxy");
		(void)unsetenv("no_proxy");
		if (systems[i].all_proxy != NULL)
			(void)setenv("all_proxy", systems[i].all_proxy, 1);
		if (systems[i].no_proxy != NULL)
			(void)setenv("no_proxy", systems[i].no_proxy, 1);
		check_int(ph_token_way_find(&q, &w, &f),
		    systems[i].url == NULL ? PH_EINVAL : PH_OK);
		if (systems[i].url == NULL) {
			check(ph_fault_is_set(&f));
			continue;
		}
		check_int(w.is_straight, systems[i].url[0] == '\0');
		if (!w.is_straight) {
			check_str(w.proxy.url, systems[i].url);
			check_str(w.proxy.username, systems[i].username);
			check(ph_span_eq(
			    w.proxy.password, ph_span_of(systems[i].password)));
		}
		ph_token_way_release(&w);
	}
	check_case(NULL, 0);
}

static enum ph_err find(void *ctx)
{
	struct ph_token_way w = { 0 };
	struct ph_fault f = { 0 };
	enum ph_err err = ph_token_way_find(ctx, &w, &f);

	ph_token_way_release(&w);
	return err;
}

static void test_memory(void)
{
	const struct ph_proxy p = proxy(PH_PROXY_SYSTEM);
	struct ph_token_way_question q = { &p, PH_SPAN("pw"), url };

	(void)unsetenv("no_proxy");
	(void)setenv("all_proxy", "http://eve:es@p.example.com:81", 1);
	check(failalloc_run(find, &q) > 0);
}

int main(void)
{
	(void)unsetenv("ALL_PROXY");
	(void)unsetenv("https_proxy");
	(void)unsetenv("HTTPS_PROXY");
	(void)unsetenv("NO_PROXY");
	test_kinds();
	test_none();
	test_system();
	test_memory();
	return check_end();
}
