#include "foreign/reader.h"

#include "check.h"

#include <stdio.h>

struct job {
	struct ph_foreign f;
	struct ph_foreign_reader r;
	struct ph_fault fault;
};

static void begin(struct job *j)
{
	*j = (struct job){ .r = { .home = "/h", .address = "" } };
	j->r.out = &j->f;
	j->r.fault = &j->fault;
	ph_arena_init(&j->f.arena, 8 * 1024 * 1024);
	check(ph_foreign_begin(&j->r, PH_SPAN("a")) == PH_OK);
}

static void test_lines(void)
{
	static const char text[] = " a \r\n\rb\n\n\tc\r";
	static const char *const want[] = { "a", "", "b", "", "c" };
	struct ph_span rest = ph_span_of(text);
	struct ph_span line;
	struct job j;

	begin(&j);
	for (size_t i = 0; i < PH_COUNT(want); i++) {
		check_case(want[i], i);
		check(ph_foreign_next_line(&j.r, &rest, &line));
		check(ph_span_eq(line, ph_span_of(want[i])));
		check_int(j.r.line, i + 1);
	}
	check_case(NULL, 0);
	check(!ph_foreign_next_line(&j.r, &rest, &line));
	ph_foreign_release(&j.f);
}

static void test_set(void)
{
	struct job j;

	begin(&j);
	j.r.line = 3;
	check(ph_foreign_get(&j.r, "port").ptr == NULL);
	check(ph_foreign_set(&j.r, "port", PH_SPAN("25"), "p") == PH_OK);
	check(ph_foreign_set(&j.r, "port", PH_SPAN("26"), "p") == PH_OK);
	check(ph_span_eq(ph_foreign_get(&j.r, "port"), PH_SPAN("26")));
	/* Another port would be another server, no user name no login. */
	check(ph_foreign_set(&j.r, "port", PH_SPAN("x"), "p") == PH_EINVAL);
	check(ph_foreign_set(&j.r, "username", PH_SPAN("a\x01"), "u") ==
	    PH_EINVAL);
	check(ph_span_eq(ph_foreign_get(&j.r, "port"), PH_SPAN("26")));
	check_int(j.f.loss_count, 0);
	check(ph_foreign_set(&j.r, "timeout", PH_SPAN("x"), "t") == PH_OK);
	check_int(j.f.loss_count, 1);
	check(ph_foreign_set(&j.r, "timeout", PH_SPAN("x"), "t") == PH_OK);
	check_int(j.f.loss_count, 1); /* said once */
	j.r.line = 4;
	check(ph_foreign_set(&j.r, "timeout", PH_SPAN("x"), "t") == PH_OK);
	check_int(j.f.loss_count, 2);
	ph_foreign_unset(&j.r, "port");
	check(ph_foreign_get(&j.r, "port").ptr == NULL);
	check(ph_foreign_get(&j.r, "proxy.port").ptr == NULL);
	ph_foreign_release(&j.f);
}

static void test_paths(void)
{
	static const struct {
		const char *path;
		const char *want;
	} paths[] = {
		{ "~/x", "/h/x" },
		{ "~ann/x", "~ann/x" },
		{ "/x", "/x" },
		{ "x", "x" },
	};

	static char large[PH_SETTINGS_LINE_MAX + 2];
	struct job j;

	begin(&j);
	for (size_t i = 0; i < PH_COUNT(paths); i++) {
		check_case(paths[i].path, i);
		check(ph_foreign_set_path(&j.r, "ca-file",
			  ph_span_of(paths[i].path), "f") == PH_OK);
		check(ph_span_eq(ph_foreign_get(&j.r, "ca-file"),
		    ph_span_of(paths[i].want)));
	}
	check_case(NULL, 0);
	memset(large, 'x', sizeof(large) - 1);
	memcpy(large, "~/", 2);
	check(ph_foreign_set_path(&j.r, "client-key", ph_span_of(large), "f") ==
	    PH_OK);
	check(ph_foreign_get(&j.r, "client-key").ptr == NULL);
	check_int(j.f.loss_count, 1);
	ph_foreign_unset(&j.r, "ca-file");
	check(ph_foreign_set_path(&j.r, "ca-file",
		  PH_SPAN("/etc/ssl/certs/ca-certificates.crt"), "f") == PH_OK);
	check(ph_foreign_get(&j.r, "ca-file").ptr == NULL);
	ph_foreign_release(&j.f);
}

static void test_secrets(void)
{
	static char large[PH_SECRET_MAX + 2];
	struct job j;

	begin(&j);
	j.r.line = 9;
	check(ph_foreign_keep(&j.r, PH_ROLE_PASSWORD, PH_SPAN("p"), "w") ==
	    PH_OK);
	check(ph_foreign_keep(&j.r, PH_ROLE_PASSWORD, PH_SPAN("q"), "w") ==
	    PH_OK);
	check(j.r.current->has_secret[PH_ROLE_PASSWORD]);
	check_int(j.r.current->secret_lines[PH_ROLE_PASSWORD], 9);
	check_str(j.r.current->secrets[PH_ROLE_PASSWORD].ptr, "q");
	check(ph_foreign_keep(&j.r, PH_ROLE_PROXY, PH_SPAN("a\nb"), "w") ==
	    PH_OK);
	check(!j.r.current->has_secret[PH_ROLE_PROXY]);
	memset(large, 'x', sizeof(large) - 1);
	check(ph_foreign_keep(&j.r, PH_ROLE_PROXY, ph_span_of(large), "v") ==
	    PH_OK);
	check(!j.r.current->has_secret[PH_ROLE_PROXY]);
	check_int(j.f.loss_count, 2);
	check(ph_foreign_keep(&j.r, PH_ROLE_CLIENT_KEY, PH_SPAN("k"), "w") ==
	    PH_OK);
	check(ph_span_eq(ph_foreign_get(&j.r, "client-key-password-from"),
	    PH_SPAN("stored")));
	ph_foreign_release(&j.f);
	check(j.f.connections == NULL);
}

static void test_from(void)
{
	static char large[2048];
	struct job j;

	begin(&j);
	check(ph_foreign_set_from(&j.r, PH_SPAN(""), PH_SPAN("Ann"), "f") ==
	    PH_OK);
	check(ph_foreign_get(&j.r, "from").ptr == NULL);
	check(ph_foreign_set_from(
		  &j.r, PH_SPAN("ann@x"), PH_SPAN("A \"B\" \\"), "f") == PH_OK);
	check(ph_span_eq(ph_foreign_get(&j.r, "from"),
	    PH_SPAN("\"A \\\"B\\\" \\\\\" <ann@x>")));
	memset(large, 'x', sizeof(large) - 1);
	check(ph_foreign_set_from(
		  &j.r, PH_SPAN("ann@x"), ph_span_of(large), "f") == PH_OK);
	check_int(j.f.loss_count, 1);
	ph_foreign_release(&j.f);
}

static void test_limits(void)
{
	struct job j;
	char what[16];
	const struct ph_foreign_loss *l;

	begin(&j);
	for (unsigned i = 0; i < 2 * PH_FOREIGN_LOSSES_MAX; i++) {
		(void)snprintf(what, sizeof(what), "w%u", i);
		check(ph_foreign_lose(&j.r, ph_span_of(what), "y") == PH_OK);
	}
	check_int(j.f.loss_count, PH_FOREIGN_LOSSES_MAX + 1);
	for (l = j.f.losses; l->next != NULL; l = l->next)
		;
	check(ph_span_eq(l->what, PH_SPAN("...")));
	for (size_t i = 1; i < PH_FOREIGN_CONNECTIONS_MAX; i++)
		check(ph_foreign_begin(&j.r, PH_SPAN("")) == PH_OK);
	check(ph_foreign_begin(&j.r, PH_SPAN("")) == PH_EINVAL);
	check(strstr(j.fault.text, "more than 256") != NULL);
	ph_foreign_release(&j.f);
}

static void test_words(void)
{
	static const char *const yes[] = { "yes", "ON", "true", "1", "enable" };
	static const char *const no[] = { "", "no", "off", "2", "yess" };

	for (size_t i = 0; i < PH_COUNT(yes); i++) {
		check_case(yes[i], i);
		check(ph_foreign_is_true(ph_span_of(yes[i])));
		check(!ph_foreign_is_true(ph_span_of(no[i])));
	}
	check_case(NULL, 0);
}

int main(void)
{
	test_lines();
	test_set();
	test_paths();
	test_secrets();
	test_from();
	test_limits();
	test_words();
	return check_end();
}
