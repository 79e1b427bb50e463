#include "check.h"
#include "config/catalog.h"
#include "playground.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DIR "posthaste/connections/"

static struct ph_catalog *open_usual(void)
{
	struct ph_catalog *c = NULL;
	struct ph_fault fault = { 0 };

	check(ph_catalog_open(NULL, &c, &fault) == PH_OK);
	return c;
}

static void check_names(struct ph_catalog *c, const char *want)
{
	struct ph_buf names;

	ph_buf_init(&names, 4096);
	check(ph_catalog_names(c, &names, NULL) == PH_OK);
	for (size_t i = 0; i < names.len; i++) {
		if (names.ptr[i] == '\0')
			names.ptr[i] = ' ';
	}
	check_str(ph_buf_str(&names), want);
	ph_buf_release(&names);
}

static void check_default(struct ph_catalog *c, const char *want)
{
	const char *name = NULL;

	check(ph_catalog_default(c, &name, NULL) == PH_OK);
	check_str(name, want);
}

static const struct ph_setting *find(const char *name)
{
	return ph_setting_find(PH_SPAN(""), ph_span_of(name));
}

static void test_empty(void)
{
	struct ph_catalog *c = open_usual();
	struct ph_settings_file *f = NULL;
	struct ph_fault fault = { 0 };

	check_names(c, "");
	check_default(c, "");
	check(ph_catalog_file(c, "work", &f, &fault) == PH_ENOTFOUND);
	check_str(fault.text, "there is no connection \"work\"");
	check(strstr(ph_catalog_secrets_dir(c), "/posthaste/secrets") != NULL);
	ph_catalog_free(c);
	ph_catalog_free(NULL);
}

static void test_life(void)
{
	struct ph_catalog *c = open_usual();
	struct ph_settings_file *f = NULL;
	struct ph_fault fault = { 0 };

	check(ph_catalog_add(c, "work", &f, &fault) == PH_OK);
	check(ph_settings_file_set(f, find("host"), PH_SPAN("h")) == PH_OK);
	/* Nothing is there before it is saved. */
	check(playground_read(DIR "work.conf") == NULL);
	check(ph_catalog_save(c, f, &fault) == PH_OK);
	check_str(playground_read(DIR "work.conf"), "[connection]\nhost = h\n");
	check(ph_catalog_add(c, "work", &f, &fault) == PH_EDENIED);
	check(ph_catalog_add(c, "../x", &f, &fault) == PH_EINVAL);
	check(ph_catalog_add(c, "alpha", &f, &fault) == PH_OK);
	check(ph_catalog_save(c, f, &fault) == PH_OK);
	check_names(c, "alpha work ");
	check_default(c, "");
	check(ph_catalog_set_default(c, "alpha", &fault) == PH_OK);
	check_default(c, "alpha");
	check(ph_catalog_set_default(c, "work", &fault) == PH_OK);
	check_default(c, "work");
	check_str(playground_read(DIR "alpha.conf"), "[connection]\n");
	check_str(playground_read(DIR "work.conf"),
	    "[connection]\nhost = h\ndefault = yes\n");
	check(ph_catalog_set_default(c, "wrok", &fault) == PH_ENOTFOUND);
	check_str(fault.advice, "did you mean \"work\"?");
	ph_catalog_free(c);

	/* Another start sees the same. */
	c = open_usual();
	check_names(c, "alpha work ");
	check_default(c, "work");
	check(ph_catalog_remove(c, "work", &fault) == PH_OK);
	check(playground_read(DIR "work.conf") == NULL);
	check_names(c, "alpha ");
	/* An only one needs no mark. */
	check_default(c, "alpha");
	check(ph_catalog_remove(c, "work", &fault) == PH_ENOTFOUND);
	check(ph_catalog_remove(c, "alpha", &fault) == PH_OK);
	ph_catalog_free(c);
}

struct resolved {
	struct ph_arena arena;
	struct ph_connection c;
	struct ph_fault fault;
	enum ph_err err;
};

/* host: given on the spot, or NULL. */
static void resolve(struct ph_catalog *c, const char *name, const char *host,
    struct resolved *out)
{
	struct ph_setting_override o = { find("host"), ph_span_of(host),
		"--host" };
	struct ph_catalog_question q = {
		.name = name,
		.overrides = &o,
		.override_count = host == NULL ? 0 : 1,
	};

	*out = (struct resolved){ 0 };
	ph_arena_init(&out->arena, 64 * 1024);
	out->err = ph_catalog_resolve(c, &q, &out->arena, &out->c, &out->fault);
}

static void test_inheritance(void)
{
	struct resolved r;
	struct ph_catalog *c;

	playground_write(DIR "base.conf",
	    "[connection]\ndefault = yes\nhost = base\nport = 26\n"
	    "helo = me\n[authentication]\nusername = ann\n");
	playground_write(
	    DIR "mid.conf", "[connection]\nhost = mid\ninherits = base\n");
	playground_write(DIR "leaf.conf",
	    "[connection]\ninherits = mid\n[authentication]\nusername = bob\n");
	playground_write(DIR "plain.conf", "[connection]\nhost = plain\n");
	playground_write(
	    DIR "alone.conf", "[connection]\nhost = alone\ninherits =\n");
	c = open_usual();

	resolve(c, "leaf", NULL, &r);
	check(r.err == PH_OK);
	check_str(r.c.host, "mid");
	check_str(r.c.username, "bob");
	check_str(r.c.helo, "me");
	check_int(r.c.port, 26);
	check_str(r.c.name, "leaf");
	ph_arena_release(&r.arena);

	resolve(c, "plain", NULL, &r);
	check(r.err == PH_OK);
	check_str(r.c.helo, "me");
	check_int(r.c.port, 26);
	check_str(r.c.username, "ann");
	ph_arena_release(&r.arena);

	resolve(c, "alone", NULL, &r);
	check(r.err == PH_OK);
	check_str(r.c.username, "");
	check_int(r.c.port, 25);
	ph_arena_release(&r.arena);

	resolve(c, NULL, NULL, &r);
	check(r.err == PH_OK);
	check_str(r.c.name, "base");
	ph_arena_release(&r.arena);

	/* A server on the spot stands alone; with a name it is of it. */
	resolve(c, NULL, "spot", &r);
	check(r.err == PH_OK);
	check_str(r.c.host, "spot");
	check_str(r.c.name, "");
	check_str(r.c.username, "");
	check_int(r.c.port, 25);
	ph_arena_release(&r.arena);
	resolve(c, "base", "spot", &r);
	check(r.err == PH_OK);
	check_str(r.c.host, "spot");
	check_str(r.c.username, "ann");
	ph_arena_release(&r.arena);

	/* Whom others need by name stays. */
	check(ph_catalog_remove(c, "mid", &r.fault) == PH_EDENIED);
	check_str(r.fault.text, "connection \"leaf\" inherits from \"mid\"");
	check(playground_read(DIR "mid.conf") != NULL);
	ph_catalog_free(c);
}

static void remove_all(void)
{
	struct ph_catalog *c = open_usual();
	static const char *const names[] = { "leaf", "mid", "base", "plain",
		"alone", "a", "b", "broken", "deep" };

	for (size_t i = 0; i < PH_COUNT(names); i++)
		check(ph_catalog_remove(c, names[i], NULL) != PH_EIO);
	check_names(c, "");
	ph_catalog_free(c);
}

static void check_fault(
    const char *name, enum ph_err err, enum ph_cause cause, const char *text)
{
	struct ph_catalog *c = open_usual();
	struct resolved r;

	resolve(c, name, NULL, &r);
	check_int(r.err, err);
	check_int(r.fault.cause, cause);
	if (strstr(r.fault.text, text) == NULL)
		check_str(r.fault.text, text);
	ph_arena_release(&r.arena);
	ph_catalog_free(c);
}

static void test_faults(void)
{
	check_case("fault", 0);
	check_fault(NULL, PH_ENOTFOUND, PH_CAUSE_NO_CONNECTION,
	    "no connection is configured");
	playground_write(
	    DIR "a.conf", "[connection]\nhost = h\n\ninherits = b\n");
	check_fault("a", PH_ENOTFOUND, PH_CAUSE_CONFIG,
	    "a.conf: there is no connection \"b\"");
	playground_write(
	    DIR "b.conf", "[connection]\nhost = h\ninherits = a\n");
	check_fault(
	    "a", PH_EINVAL, PH_CAUSE_CONFIG, "b.conf:3: inherits: a circle");
	check_fault(NULL, PH_ENOTFOUND, PH_CAUSE_NO_CONNECTION,
	    "no connection is marked as the default");
	playground_write(DIR "b.conf", "[connection]\ninherits = ../a\n");
	check_fault("b", PH_EINVAL, PH_CAUSE_CONFIG, "not a connection's name");
	playground_write(DIR "a.conf", "[connection]\ndefault = yes\n");
	playground_write(DIR "b.conf", "[connection]\ndefault = yes\n");
	check_fault(NULL, PH_EINVAL, PH_CAUSE_CONFIG, "both marked default");
	check_case("fault", 1);
	remove_all();
}

/* A file with a mistake is in nobody's way but its own, as long as it cannot be
   the default. */
static void test_broken(void)
{
	struct ph_catalog *c;
	struct resolved r;

	playground_write(DIR "broken.conf", "[connection]\nhots = x\n");
	playground_write(DIR "a.conf", "[connection]\nhost = a\n");
	/* None is the default: whoever names one is not in its way. */
	c = open_usual();
	resolve(c, "a", NULL, &r);
	check(r.err == PH_OK);
	ph_arena_release(&r.arena);
	ph_catalog_free(c);
	/* Who names none learns what may have been meant. */
	check_fault(NULL, PH_EINVAL, PH_CAUSE_CONFIG, "broken.conf:2:");
	/* It is marked: what "a" would inherit is not known. */
	playground_write(
	    DIR "broken.conf", "[conection]\nDefault=YES\r\nhots = x\n");
	check_fault("a", PH_EINVAL, PH_CAUSE_CONFIG, "broken.conf:1:");
	playground_write(DIR "broken.conf",
	    "[connection]\nhots = x\ndefault = no\n# default = yes\n");
	playground_write(
	    DIR "a.conf", "[connection]\nhost = a\ndefault = yes\n");
	check_fault("broken", PH_EINVAL, PH_CAUSE_CONFIG,
	    "broken.conf:2: unknown key \"hots\" in [connection]; the nearest "
	    "known key is \"host\"");
	c = open_usual();
	resolve(c, "a", NULL, &r);
	check(r.err == PH_OK);
	ph_arena_release(&r.arena);
	check(ph_catalog_set_default(c, "a", &r.fault) == PH_OK);
	check(ph_catalog_remove(c, "broken", &r.fault) == PH_OK);
	check_names(c, "a ");
	ph_catalog_free(c);
	remove_all();
}

/* Nothing is made for everybody only because no home is known. */
static void test_homeless(void)
{
	char *home = strdup(getenv("XDG_CONFIG_HOME"));
	struct ph_settings_file *f = NULL;
	struct ph_fault fault = { 0 };

	check_int(setenv("XDG_CONFIG_HOME", "", 1), 0);
	check_int(setenv("HOME", "", 1), 0);

	struct ph_catalog *c = open_usual();

	check(ph_catalog_add(c, "x", &f, &fault) == PH_EDENIED);
	check(f == NULL && strstr(fault.text, "HOME") != NULL);
	check(strstr(fault.advice, "-c /etc/posthaste") != NULL);
	ph_catalog_free(c);
	check_int(setenv("XDG_CONFIG_HOME", home, 1), 0);
	free(home);
}

static void test_depth(void)
{
	char name[64];
	char text[128];

	for (int i = 0; i <= PH_INHERITS_DEPTH_MAX; i++) {
		(void)snprintf(name, sizeof(name), DIR "d%d.conf", i);
		(void)snprintf(text, sizeof(text),
		    "[connection]\nhost = h\ninherits = %s%d\n",
		    i == PH_INHERITS_DEPTH_MAX ? "none-" : "d", i + 1);
		playground_write(name, text);
	}
	check_fault("d0", PH_EINVAL, PH_CAUSE_CONFIG, "more than 16");
	playground_write(DIR "d15.conf", "[connection]\ninherits =\n");

	struct ph_catalog *c = open_usual();
	struct resolved r;

	resolve(c, "d0", NULL, &r);
	check(r.err == PH_OK);
	ph_arena_release(&r.arena);
	ph_catalog_free(c);
}

static void test_named_places(void)
{
	struct ph_catalog *c = NULL;
	struct ph_settings_file *f = NULL;
	struct ph_fault fault = { 0 };

	playground_write(
	    "other/connections/x.conf", "[connection]\nhost = x\n");
	check(ph_catalog_open(playground_path("other"), &c, &fault) == PH_OK);
	check_names(c, "x ");
	check_str(ph_catalog_secrets_dir(c), playground_path("other/secrets"));
	ph_catalog_free(c);

	check(ph_catalog_open(playground_path("other/connections/x.conf"), &c,
		  &fault) == PH_OK);
	check_names(c, "x ");
	check_default(c, "x");
	check(ph_catalog_file(c, "x", &f, &fault) == PH_OK);
	check(ph_catalog_add(c, "y", &f, &fault) == PH_EDENIED);
	ph_catalog_free(c);

	c = NULL;
	check(ph_catalog_open(playground_path("nowhere"), &c, &fault) ==
	    PH_ENOTFOUND);
	check_int(fault.cause, PH_CAUSE_CONFIG);
	check(c == NULL);
	check(ph_catalog_open_new(playground_path("nowhere"), &c, &fault) ==
	    PH_OK);
	check(ph_catalog_add(c, "z", &f, &fault) == PH_OK);
	check(ph_catalog_save(c, f, &fault) == PH_OK);
	ph_catalog_free(c);
	check_str(playground_read("nowhere/connections/z.conf"), "");

	playground_write("other/bad.conf", "[connection]\nhots = x\n");
	c = NULL;
	check(ph_catalog_open(playground_path("other/bad.conf"), &c, &fault) ==
	    PH_EINVAL);
	check(strstr(fault.text, "bad.conf:2:") != NULL);
	check(c == NULL);
	/* Names that no file of ours has are not seen. */
	playground_write("other/connections/.x.conf", "");
	playground_write("other/connections/a b.conf", "");
	playground_write("other/connections/readme", "");
	check(ph_catalog_open(playground_path("other"), &c, &fault) == PH_OK);
	check_names(c, "x ");
	ph_catalog_free(c);
}

int main(void)
{
	(void)playground_begin();
	test_empty();
	test_life();
	test_inheritance();
	remove_all();
	test_faults();
	test_broken();
	test_homeless();
	test_depth();
	test_named_places();
	playground_end();
	return check_end();
}
