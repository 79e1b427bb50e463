#include "connection/system_proxy.h"

#include "check.h"
#include "failalloc.h"

/* In the order of ph_system_proxy_variables. */
static const struct {
	const char *name;
	const char *values[PH_SYSTEM_PROXY_VARIABLES];
	enum ph_proxy_type type;
	const char *host;
	const char *found; /* a part of it */
	const char *fault; /* or of the fault */
} rows[] = {
	{ "nothing", { NULL }, PH_PROXY_NONE, "", "none of them is set", NULL },
	{ "all_proxy", { "socks5://a:1" }, PH_PROXY_SOCKS5, "a",
	    "all_proxy names the proxy socks5://a, port 1", NULL },
	{ "upper case", { NULL, "socks5://b" }, PH_PROXY_SOCKS5, "b",
	    "ALL_PROXY names", NULL },
	{ "lower case first", { "socks5://a", "socks5://b" }, PH_PROXY_SOCKS5,
	    "a", "all_proxy names", NULL },
	{ "https_proxy", { NULL, NULL, "c:3128" }, PH_PROXY_HTTP, "c",
	    "https_proxy names the proxy http://c, port 3128", NULL },
	{ "HTTPS_PROXY", { NULL, NULL, NULL, "http://d" }, PH_PROXY_HTTP, "d",
	    "HTTPS_PROXY names", NULL },
	{ "all before https", { "socks5://a", NULL, "http://c" },
	    PH_PROXY_SOCKS5, "a", "all_proxy", NULL },
	{ "empty is none", { "", "socks5://b", "http://c" }, PH_PROXY_NONE, "",
	    "all_proxy is empty", NULL },
	{ "blank is none", { " \t" }, PH_PROXY_NONE, "", "is empty", NULL },
	{ "a password", { "http://ann:s3cret@a" }, PH_PROXY_HTTP, "a",
	    "http://a, port 8080", NULL },
	{ "no sense", { NULL, NULL, "ftp://x" }, PH_PROXY_NONE, NULL, NULL,
	    "https_proxy: " },
};

static const struct ph_system_proxy_target target = {
	.host = PH_SPAN_INIT("mail.example.com"), .port = 587
};

static void test_rows(void)
{
	for (size_t i = 0; i < PH_COUNT(rows); i++) {
		struct ph_arena a;
		struct ph_system_proxy got = { 0 };
		struct ph_fault f = { 0 };
		enum ph_err err;

		check_case(rows[i].name, i);
		ph_arena_init(&a, 4096);
		err = ph_system_proxy_choose(
		    rows[i].values, &target, &a, &got, &f);
		check_int(err, rows[i].fault == NULL ? PH_OK : PH_EINVAL);
		if (rows[i].fault != NULL) {
			check(strstr(f.text, rows[i].fault) != NULL);
		} else {
			check_int(got.url.type, rows[i].type);
			check_str(got.url.host, rows[i].host);
			check(strstr(got.found, rows[i].found) != NULL);
			check(strstr(got.found, "s3cret") == NULL);
		}
		ph_secret_release(&got.url.password);
		ph_arena_release(&a);
	}
}

static void test_exempt_variable(void)
{
	static const char *const lower[] = { "http://a", NULL, NULL, NULL,
		"example.com", "" };
	static const char *const upper[] = { "http://a", NULL, NULL, NULL, NULL,
		"example.com" };
	static const char *const shadowed[] = { "http://a", NULL, NULL, NULL,
		"", "example.com" };

	static const struct {
		const char *const *values;
		const char *found;
	} cases[] = {
		{ lower, "no_proxy lists the server: no proxy is used" },
		{ upper, "NO_PROXY lists the server: no proxy is used" },
		{ shadowed, "all_proxy names the proxy http://a, port 8080" },
	};

	for (size_t i = 0; i < PH_COUNT(cases); i++) {
		struct ph_arena a;
		struct ph_system_proxy got = { 0 };
		struct ph_fault f;

		check_case("variable", i);
		ph_arena_init(&a, 4096);
		check(ph_system_proxy_choose(
			  cases[i].values, &target, &a, &got, &f) == PH_OK);
		check_str(got.found, cases[i].found);
		ph_arena_release(&a);
	}
}

static const struct {
	const char *list;
	const char *host;
	bool exempt;
} lists[] = {
	{ "", "mail.example.com", false },
	{ "*", "mail.example.com", true },
	{ "example.com", "mail.example.com", true },
	{ ".example.com", "mail.example.com", true },
	{ ".example.com", "example.com", true },
	{ "EXAMPLE.com", "mail.example.COM", true },
	{ "ample.com", "mail.example.com", false },
	{ "mail.example.com", "example.com", false },
	{ "mail.example.com", "mail.example.com.", true },
	{ "a, b example.com", "mail.example.com", true },
	{ "a,b,,\texample.com,", "mail.example.com", true },
	{ "example.com:587", "mail.example.com", true },
	{ "example.com:25", "mail.example.com", false },
	{ "127.0.0.1", "127.0.0.1", true },
	{ "0.0.1", "127.0.0.1", false },
	{ "127.0.0.1:587", "127.0.0.1", true },
	{ "127.0.0.1:25", "127.0.0.1", false },
	{ "10.0.0.0/8", "10.9.8.7", true },
	{ "10.0.0.0/8", "11.9.8.7", false },
	{ "10.1.0.0/15", "10.0.8.7", true },
	{ "10.0.0.128/25", "10.0.0.127", false },
	{ "10.0.0.128/25", "10.0.0.200", true },
	{ "10.0.0.0/33", "10.0.0.0", false },
	{ "10.0.0.0/x", "10.0.0.0", false },
	{ "0.0.0.0/0", "1.2.3.4", true },
	{ "10.0.0.0/8", "mail.example.com", false },
	{ "2001:db8::/32", "2001:db8:1::1", true },
	{ "2001:db8::/32", "2001:db9:1::1", false },
	{ "2001:db8::1", "2001:db8:0::1", true },
	{ "[2001:db8::1]:587", "2001:db8::1", true },
	{ "[2001:db8::1]:25", "2001:db8::1", false },
	{ "2001:db8::/32", "10.0.0.1", false },
	{ ".", "mail.example.com", false },
	{ "a b:c:d ,", "mail.example.com", false },
};

static void test_lists(void)
{
	for (size_t i = 0; i < PH_COUNT(lists); i++) {
		const struct ph_system_proxy_target t = {
			.host = ph_span_of(lists[i].host), .port = 587
		};

		check_case(lists[i].list, i);
		check(ph_system_proxy_is_exempt(
			  ph_span_of(lists[i].list), &t) == lists[i].exempt);
	}
}

static enum ph_err choose(void *ctx)
{
	const char *const values[] = { ctx, NULL, NULL, NULL, NULL, NULL };
	struct ph_arena a;
	struct ph_system_proxy got = { 0 };
	struct ph_fault f;

	ph_arena_init(&a, 4096);

	enum ph_err err = ph_system_proxy_choose(values, &target, &a, &got, &f);

	check(err == PH_OK || got.url.password.ptr == NULL);
	ph_secret_release(&got.url.password);
	ph_arena_release(&a);
	return err;
}

static void test_failing_memory(void)
{
	char with[] = "http://ann:s3cret@a";
	char none[] = "";

	check(failalloc_run(choose, with) > 1);
	check(failalloc_run(choose, none) > 0);
}

int main(void)
{
	test_rows();
	test_exempt_variable();
	test_lists();
	test_failing_memory();
	return check_end();
}
