#include "check.h"
#include "connection/settings.h"
#include "failalloc.h"

#include <string.h>

static const struct {
	const char *url;
	const char *encryption, *username, *host, *port; /* NULL: not set */
	const char *password;
} good[] = {
	{ "smtp://h", "wanted", NULL, "h", NULL, NULL },
	{ "SMTP://h/", "wanted", NULL, "h", NULL, NULL },
	{ "smtp+starttls://h:2525", "after-connect", NULL, "h", "2525", NULL },
	{ "smtps://ann@h", "before-connect", "ann", "h", NULL, NULL },
	{ "smtp+none://127.0.0.1:25", "none", NULL, "127.0.0.1", "25", NULL },
	{ "smtp://ann%40example.com@h:25", "wanted", "ann@example.com", "h",
	    "25", NULL },
	{ "smtp://ann@example.com@h", "wanted", "ann@example.com", "h", NULL,
	    NULL },
	{ "smtp://ann:p%3A%40ss@h", "wanted", "ann", "h", NULL, "p:@ss" },
	{ "smtp://ann:a:b@h", "wanted", "ann", "h", NULL, "a:b" },
	{ "smtp://ann:@h", "wanted", "ann", "h", NULL, "" },
	{ "smtp://[::1]:465", "wanted", NULL, "::1", "465", NULL },
	{ "smtp://[::1]", "wanted", NULL, "::1", NULL, NULL },
	{ "smtp://[fe80::1%25eth0]:25", "wanted", NULL, "fe80::1%eth0", "25",
	    NULL },
	{ "h", NULL, NULL, "h", NULL, NULL },
	{ "h:587", NULL, NULL, "h", "587", NULL },
	{ "ann@h:587", NULL, "ann", "h", "587", NULL },
	{ "::1", NULL, NULL, "::1", NULL, NULL },
	{ "smtp://m%C3%BCller.example", "wanted", NULL, "m\xc3\xbcller.example",
	    NULL, NULL },
	{ "j%C3%BCrg@h", NULL, "j\xc3\xbcrg", "h", NULL, NULL },
};

static const char *value_of(const struct ph_server_url *u, const char *name)
{
	for (size_t i = 0; i < u->override_count; i++) {
		if (strcmp(u->overrides[i].row->name, name) == 0 &&
		    strcmp(u->overrides[i].row->section, "proxy") != 0)
			return u->overrides[i].value.ptr;
	}
	return NULL;
}

static void check_value(
    const struct ph_server_url *u, const char *name, const char *want)
{
	const char *got = value_of(u, name);

	if (want == NULL) {
		check(got == NULL);
	} else {
		check_str(got, want);
	}
}

static void test_good(void)
{
	for (size_t i = 0; i < PH_COUNT(good); i++) {
		struct ph_server_url u = { 0 };
		struct ph_fault fault = { 0 };
		struct ph_arena a;

		check_case(good[i].url, i);
		ph_arena_init(&a, 4096);
		check(ph_server_url_parse(
			  ph_span_of(good[i].url), &a, &u, &fault) == PH_OK);
		check_str(fault.text, "");
		check_value(&u, "encryption", good[i].encryption);
		check_value(&u, "username", good[i].username);
		check_value(&u, "host", good[i].host);
		check_value(&u, "port", good[i].port);
		check(u.has_password == (good[i].password != NULL));
		if (good[i].password != NULL) {
			check(ph_span_eq(
			    u.password, ph_span_of(good[i].password)));
		}
		for (size_t k = 0; k < u.override_count; k++) {
			check_str(u.overrides[k].origin, "the server's URL");
		}
		ph_arena_release(&a);
	}
}

static const struct {
	const char *url;
	const char *why;
} bad[] = {
	{ "http://h", "unknown scheme" },
	{ "smtp+tls://h", "unknown scheme" },
	{ "://h", "unknown scheme" },
	{ "", "no host" },
	{ "smtp://", "no host" },
	{ "smtp://@h", "user name" },
	{ "smtp://:hunter2@h", "user name" },
	{ "smtp://ann:hunter2@", "no host" },
	{ "smtp://ann:hunter2%zz@h", "hexadecimal" },
	{ "smtp://ann:hunter2%4@h", "hexadecimal" },
	{ "smtp://ann%:hunter2@h", "hexadecimal" },
	{ "smtp://ann%4:hunter2@h", "hexadecimal" },
	{ "smtp://ann:hunter2@h:0", "port" },
	{ "smtp://ann:hunter2@h:99999", "port" },
	{ "smtp://ann%0a:hunter2@h", "control" },
	{ "smtp://ann%00:hunter2@h", "control" },
	{ "smtp://ann%ff@h", "UTF-8" },
	{ "smtp://ann:hunter2@h/path", "\"/\"" },
	{ "smtp://ann:hunter2@h%0d", "control" },
	{ "smtp://h?x=hunter2", "\"?\"" },
	{ "smtp://ann:hunter2@[::1", "]" },
	{ "smtp://a\nb", "control" },
};

static void test_bad(void)
{
	for (size_t i = 0; i < PH_COUNT(bad); i++) {
		struct ph_server_url u = { .override_count = 77 };
		struct ph_fault fault = { 0 };
		struct ph_arena a;

		check_case(bad[i].url, i);
		ph_arena_init(&a, 4096);
		check(ph_server_url_parse(
			  ph_span_of(bad[i].url), &a, &u, &fault) == PH_EINVAL);
		check_int(u.override_count, 77);
		check(strstr(fault.text, bad[i].why) != NULL);
		check(strstr(fault.text, "the server's URL") != NULL);
		check_int(fault.cause, PH_CAUSE_CONFIG);
		check(strstr(fault.text, "hunter2") == NULL);
		check(strstr(fault.advice, "hunter2") == NULL);
		ph_arena_release(&a);
	}
}

static enum ph_err live(void *ctx)
{
	struct ph_server_url u = { 0 };
	struct ph_arena a;

	ph_arena_init(&a, 4096);

	enum ph_err err = ph_server_url_parse(ph_span_of(ctx), &a, &u, NULL);

	ph_arena_release(&a);
	return err;
}

/* Every limit of the arena below what is needed is told as such. */
static void test_memory(void)
{
	static char url[] = "smtp://ann:secret@host:2525";
	struct ph_server_url u = { 0 };
	size_t need = 0;
	struct ph_arena a;

	ph_arena_init(&a, 4096);
	check(ph_server_url_parse(ph_span_of(url), &a, &u, NULL) == PH_OK);
	need = a.used;
	ph_arena_release(&a);
	for (size_t max = 0; max < need; max++) {
		ph_arena_init(&a, max);
		check(ph_server_url_parse(ph_span_of(url), &a, &u, NULL) ==
		    PH_ENOMEM);
		ph_arena_release(&a);
	}
	check(failalloc_run(live, url) > 0);
}

int main(void)
{
	test_good();
	test_bad();
	test_memory();
	return check_end();
}
