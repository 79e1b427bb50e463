#include "connection/proxy_url.h"

#include "check.h"
#include "failalloc.h"

static const struct {
	const char *url;
	bool bare;
	enum ph_proxy_type type; /* NONE: refused */
	const char *host;        /* or a part of the fault */
	uint16_t port;
	const char *username;
	const char *password; /* NULL: none */
} rows[] = {
	{ "socks5://proxy.example.com", false, PH_PROXY_SOCKS5,
	    "proxy.example.com", 1080, "", NULL },
	{ "SOCKS5H://p:9050", false, PH_PROXY_SOCKS5, "p", 9050, "", NULL },
	{ "socks://p", false, PH_PROXY_SOCKS5, "p", 1080, "", NULL },
	{ "socks4://p/", false, PH_PROXY_SOCKS4, "p", 1080, "", NULL },
	{ "socks4a://p", false, PH_PROXY_SOCKS4A, "p", 1080, "", NULL },
	{ "http://p", false, PH_PROXY_HTTP, "p", 8080, "", NULL },
	{ "https://p", false, PH_PROXY_HTTPS, "p", 443, "", NULL },
	{ "https://[2001:db8::1]:3129", false, PH_PROXY_HTTPS, "2001:db8::1",
	    3129, "", NULL },
	{ "http://2001:db8::1", false, PH_PROXY_HTTP, "2001:db8::1", 8080, "",
	    NULL },
	{ "http://ann@p:3128", false, PH_PROXY_HTTP, "p", 3128, "ann", NULL },
	{ "http://ann:@p", false, PH_PROXY_HTTP, "p", 8080, "ann", "" },
	{ "http://a%40b:p%3a%25@p", false, PH_PROXY_HTTP, "p", 8080, "a@b",
	    "p:%" },
	{ "http://CORP%5Cann:x:y@p", false, PH_PROXY_HTTP, "p", 8080,
	    "CORP\\ann", "x:y" },
	{ "http://a@b@p", false, PH_PROXY_HTTP, "p", 8080, "a@b", NULL },
	{ "http://p\xc3\xbc.example", false, PH_PROXY_HTTP, "xn--p-eha.example",
	    8080, "", NULL },
	{ "p:3128", true, PH_PROXY_HTTP, "p", 3128, "", NULL },
	{ "p", true, PH_PROXY_HTTP, "p", 8080, "", NULL },
	{ "ann:x@p", true, PH_PROXY_HTTP, "p", 8080, "ann", "x" },
	{ "p:3128", false, PH_PROXY_NONE, "no kind", 0, "", NULL },
	{ "sytem", false, PH_PROXY_NONE, "no kind", 0, "", NULL },
	{ "ftp://p", true, PH_PROXY_NONE, "unknown kind", 0, "", NULL },
	{ "smtp://p", false, PH_PROXY_NONE, "unknown kind", 0, "", NULL },
	{ "http://", false, PH_PROXY_NONE, "", 0, "", NULL },
	{ "http://@p", false, PH_PROXY_NONE, "empty", 0, "", NULL },
	{ "http://:s3cret@p", false, PH_PROXY_NONE, "empty", 0, "", NULL },
	{ "http://ann:s3cret%4@p", false, PH_PROXY_NONE, "hexadecimal", 0, "",
	    NULL },
	{ "http://a%4:s3cret@p", false, PH_PROXY_NONE, "hexadecimal", 0, "",
	    NULL },
	{ "http://a%0a:s3cret@p", false, PH_PROXY_NONE, "control", 0, "",
	    NULL },
	{ "http://ann:s3cret@p:99999", false, PH_PROXY_NONE, "65535", 0, "",
	    NULL },
	{ "http://ann:s3cret@a b", false, PH_PROXY_NONE, "", 0, "", NULL },
	{ "http://p%zz", false, PH_PROXY_NONE, "hexadecimal", 0, "", NULL },
	{ "http://p\n", false, PH_PROXY_NONE, "control", 0, "", NULL },
	{ "", true, PH_PROXY_NONE, "", 0, "", NULL },
};

static void judge_refusal(size_t i, enum ph_err err, const struct ph_fault *f)
{
	check_int(err, PH_EINVAL);
	check_int(f->cause, PH_CAUSE_CONFIG);
	check(strstr(f->text, rows[i].host) != NULL);
	check(strstr(f->text, "s3cret") == NULL);
	check(strstr(f->advice, "s3cret") == NULL);
}

static void test_rows(void)
{
	for (size_t i = 0; i < PH_COUNT(rows); i++) {
		struct ph_arena a;
		struct ph_proxy_url url = { 0 };
		struct ph_fault f = { 0 };
		enum ph_err err;

		check_case(rows[i].url, i);
		ph_arena_init(&a, 4096);
		err = ph_proxy_url_parse(
		    ph_span_of(rows[i].url), rows[i].bare, &a, &url, &f);
		if (rows[i].type == PH_PROXY_NONE) {
			judge_refusal(i, err, &f);
			check(url.password.ptr == NULL);
		} else {
			check_int(err, PH_OK);
			check_int(url.type, rows[i].type);
			check_str(url.host, rows[i].host);
			check_int(url.port, rows[i].port);
			check_str(url.username, rows[i].username);
			check(url.has_password == (rows[i].password != NULL));
		}
		if (url.has_password) {
			check(ph_span_eq(ph_secret_span(&url.password),
			    ph_span_of(rows[i].password)));
		}
		ph_secret_release(&url.password);
		ph_arena_release(&a);
	}
}

/* No room: no leak, no half of a URL. */
static void test_memory(void)
{
	for (size_t max = 0; max < 24; max++) {
		struct ph_arena a;
		struct ph_proxy_url url = { 0 };
		struct ph_fault f = { 0 };

		check_case("arena", max);
		ph_arena_init(&a, max);
		if (ph_proxy_url_parse(PH_SPAN("http://ann:x@proxy.example"),
			false, &a, &url, &f) != PH_OK)
			check(url.host == NULL && !url.has_password);
		ph_secret_release(&url.password);
		ph_arena_release(&a);
	}
}

static enum ph_err parse(void *ctx)
{
	struct ph_arena a;
	struct ph_proxy_url url = { 0 };
	struct ph_fault f = { 0 };

	ph_arena_init(&a, 4096);

	enum ph_err err =
	    ph_proxy_url_parse(ph_span_of(ctx), true, &a, &url, &f);

	check(err == PH_OK || url.password.ptr == NULL);
	ph_secret_release(&url.password);
	ph_arena_release(&a);
	return err;
}

static void test_failing_memory(void)
{
	char url[] = "https://ann:s3cret@p\xc3\xbc.example:3129";
	char plain[] = "proxy.example";

	check(failalloc_run(parse, url) > 1);
	check(failalloc_run(parse, plain) > 0);
}

static void test_types(void)
{
	check_str(ph_proxy_type_name(PH_PROXY_NONE), "none");
	check_str(ph_proxy_type_name(PH_PROXY_SYSTEM), "system");
	check_str(ph_proxy_type_name(PH_PROXY_SOCKS4A), "socks4a");
	check_int(ph_proxy_type_port(PH_PROXY_SYSTEM), 0);
	check_int(ph_proxy_type_port(PH_PROXY_HTTPS), 443);
}

int main(void)
{
	test_rows();
	test_memory();
	test_failing_memory();
	test_types();
	return check_end();
}
