#include "check.h"
#include "config/place.h"

#include <stddef.h>
#include <stdlib.h>

static void check_and_free(char *got, const char *want)
{
	check_str(got, want);
	free(got);
}

static void set_env(const char *name, const char *value)
{
	int rc = value == NULL ? unsetenv(name) : setenv(name, value, 1);

	check_int(rc, 0);
}

static void test_user(void)
{
	static const struct {
		const char *xdg, *home;
		const char *want; /* NULL: none */
	} cases[] = {
		{ "/x", "/home/ann", "/x/posthaste" },
		{ NULL, "/home/ann", "/home/ann/.config/posthaste" },
		{ "", "/home/ann", "/home/ann/.config/posthaste" },
		{ "relative", "/home/ann", "/home/ann/.config/posthaste" },
		{ NULL, "relative", NULL },
		{ NULL, NULL, NULL },
	};

	for (size_t i = 0; i < PH_COUNT(cases); i++) {
		char *dir = NULL;

		check_case("user", i);
		set_env("XDG_CONFIG_HOME", cases[i].xdg);
		set_env("HOME", cases[i].home);
		check(ph_place_user(&dir) ==
		    (cases[i].want == NULL ? PH_ENOTFOUND : PH_OK));
		if (cases[i].want == NULL) {
			check(dir == NULL);
		} else {
			check_and_free(dir, cases[i].want);
		}
	}
}

static void test_state(void)
{
	static const struct {
		const char *xdg, *home;
		const char *want; /* NULL: none */
	} cases[] = {
		{ "/x", "/nonexistent", "/x/posthaste" },
		{ NULL, "/tmp", "/tmp/.local/state/posthaste" },
		{ "relative", "/tmp", "/tmp/.local/state/posthaste" },
		{ NULL, "/nonexistent", NULL },
		{ NULL, ".", NULL },
		{ NULL, NULL, NULL },
	};

	for (size_t i = 0; i < PH_COUNT(cases); i++) {
		char *dir = NULL;

		check_case("state", i);
		set_env("XDG_STATE_HOME", cases[i].xdg);
		set_env("HOME", cases[i].home);
		check(ph_place_state(&dir) ==
		    (cases[i].want == NULL ? PH_ENOTFOUND : PH_OK));
		if (cases[i].want == NULL) {
			check(dir == NULL);
		} else {
			check_and_free(dir, cases[i].want);
		}
	}
}

int main(void)
{
	test_user();
	test_state();
	check_and_free(ph_place_join("/a", "b", ".conf"), "/a/b.conf");
	check_and_free(ph_place_name("/a/b.conf"), "b");
	check_and_free(ph_place_name("b.conf"), "b");
	check_and_free(ph_place_name("/a/b.conf.conf"), "b.conf");
	check_and_free(ph_place_name("/a/b"), "b");
	check_and_free(ph_place_name("/a/.conf"), ".conf");
	check_and_free(ph_place_dir("/a/b.conf"), "/a");
	check_and_free(ph_place_dir("/b.conf"), "/");
	check_and_free(ph_place_dir("b.conf"), ".");
	return check_end();
}
