#include "foreign/command.h"

#include "check.h"
#include "failalloc.h"

/* A shell's command, what it becomes here, and what is written of that. */
static const struct {
	const char *command;
	const char *source; /* NULL: a secret, or a loss */
	const char *back;   /* NULL: as it was */
	const char *secret;
} cases[] = {
	{ "pass show mail", "command:pass show mail", NULL, NULL },
	{ "gpg  -dq \"a b\"", "command:gpg -dq 'a b'", "gpg -dq 'a b'", NULL },
	{ "cat /etc/pw", "file:/etc/pw", NULL, NULL },
	{ "cat '/a b'", "file:/a b", NULL, NULL },
	{ "cat a b", "command:cat a b", NULL, NULL },
	{ "cat ~/x", "command:sh -c 'cat ~/x'", NULL, NULL },
	{ "printenv PW", "env:PW", NULL, NULL },
	{ "printenv 1W", "command:printenv 1W", NULL, NULL },
	{ "printenv P-W", "command:printenv P-W", NULL, NULL },
	{ "echo $PW", "env:PW", "printenv PW", NULL },
	{ "echo \"$PW_2\"", "env:PW_2", "printenv PW_2", NULL },
	{ "echo $1", "command:sh -c 'echo $1'", NULL, NULL },
	{ "echo $", "command:sh -c 'echo $'", NULL, NULL },
	{ "a | b", "command:sh -c 'a | b'", NULL, NULL },
	{ "a 'b|c'", "command:a 'b|c'", NULL, NULL },
	{ "A=1 b", "command:sh -c 'A=1 b'", NULL, NULL },
	{ "ls *", "command:sh -c 'ls *'", NULL, NULL },
	{ "it's a 'quote", "command:'its a quote'", "'its a quote'", NULL },
	{ "echo hunter2", NULL, NULL, "hunter2" },
	{ "echo 'hunter 2'", NULL, NULL, "hunter 2" },
	{ "echo -n hunter2", NULL, NULL, "hunter2" },
	{ "printf hunter2", NULL, NULL, "hunter2" },
	{ "printf %s hunter2", NULL, NULL, "hunter2" },
	{ "printf '%s\\n' hunter2", NULL, NULL, "hunter2" },
	{ "echo a b", "command:echo a b", NULL, NULL },
	{ "echo a b c", "command:echo a b c", NULL, NULL },
	{ "echo", "command:echo", NULL, NULL },
	{ "echo a '' ", "command:echo a ''", "echo a ''", NULL },
	{ "echo '' a ", "command:echo '' a", "echo '' a", NULL },
	{ "'x", NULL, NULL, NULL },
};

struct job {
	const char *command;
	struct ph_foreign f;
	struct ph_foreign_reader r;
};

static void begin(struct job *j, const char *command)
{
	*j = (struct job){ .command = command };
	ph_arena_init(&j->f.arena, 1024 * 1024);
	j->r = (struct ph_foreign_reader){ .out = &j->f, .home = "" };
	check(ph_foreign_begin(&j->r, PH_SPAN("a")) == PH_OK);
	j->r.line = 7;
}

static void check_back(const char *source, const char *want)
{
	struct ph_buf b;

	ph_buf_init(&b, 1024);
	check(ph_foreign_write_command(ph_span_of(source), &b) == PH_OK);
	check_str(ph_buf_str(&b), want);
	ph_buf_release(&b);
}

static void test_cases(void)
{
	for (size_t i = 0; i < PH_COUNT(cases); i++) {
		struct job j;
		struct ph_span got;

		check_case(cases[i].command, i);
		begin(&j, cases[i].command);
		check(ph_foreign_take_command(&j.r, PH_ROLE_PASSWORD,
			  ph_span_of(cases[i].command), "eval") == PH_OK);
		got = ph_foreign_get(&j.r, "password-from");
		check(ph_span_eq(got, ph_span_of(cases[i].source)));
		check(j.r.current->has_secret[PH_ROLE_PASSWORD] ==
		    (cases[i].secret != NULL));
		check(ph_span_eq(
		    ph_secret_span(&j.r.current->secrets[PH_ROLE_PASSWORD]),
		    ph_span_of(cases[i].secret)));
		check(j.f.loss_count ==
		    (cases[i].source == NULL && cases[i].secret == NULL));
		if (cases[i].source != NULL) {
			check_back(cases[i].source,
			    cases[i].back == NULL ? cases[i].command
						  : cases[i].back);
		}
		ph_foreign_release(&j.f);
	}
	check_case(NULL, 0);
}

/* Not every source is a command. */
static void test_none(void)
{
	static const char *const sources[] = { "", "stored", "keyring",
		"prompt", "fd:3", "oauth", "command:'x", "credential:x" };
	struct ph_buf b;

	for (size_t i = 0; i < PH_COUNT(sources); i++) {
		check_case(sources[i], i);
		ph_buf_init(&b, 1024);
		check(ph_foreign_write_command(ph_span_of(sources[i]), &b) ==
		    PH_ENOTFOUND);
		ph_buf_release(&b);
	}
	check_case(NULL, 0);
	check_back("COMMAND:a", "a");
	check_back("command:sh -c 'a | b'", "a | b");
	check_back("command:sh -c 'a' b", "sh -c a b");
	check_back("command:sh -x 'a'", "sh -x a");
	check_back("command:dash -c 'a b'", "dash -c 'a b'");
}

/* A password of the proxy has a setting of its own. */
static void test_role(void)
{
	struct job j;

	begin(&j, "");
	check(ph_foreign_take_command(
		  &j.r, PH_ROLE_PROXY, PH_SPAN("a b"), "eval") == PH_OK);
	check(ph_span_eq(ph_foreign_get(&j.r, "proxy.password-from"),
	    PH_SPAN("command:a b")));
	check(ph_foreign_get(&j.r, "password-from").ptr == NULL);
	ph_foreign_release(&j.f);
}

static void test_long(void)
{
	static char text[2 * PH_SETTINGS_LINE_MAX];
	struct job j;

	memset(text, 'x', sizeof(text) - 1);
	begin(&j, text);
	check(ph_foreign_take_command(
		  &j.r, PH_ROLE_PASSWORD, ph_span_of(text), "eval") == PH_OK);
	check_int(j.f.loss_count, 1);
	check(ph_foreign_get(&j.r, "password-from").ptr == NULL);
	ph_foreign_release(&j.f);
}

static enum ph_err live(void *ctx)
{
	struct ph_foreign f = { 0 };
	struct ph_foreign_reader r = { .out = &f, .home = "" };

	ph_arena_init(&f.arena, 1024 * 1024);

	enum ph_err err = ph_foreign_begin(&r, PH_SPAN("a"));

	if (err == PH_OK) {
		err = ph_foreign_take_command(
		    &r, PH_ROLE_PASSWORD, ph_span_of(ctx), "eval");
	}
	ph_foreign_release(&f);
	return err;
}

static enum ph_err live_write(void *ctx)
{
	struct ph_buf b;

	ph_buf_init(&b, 1024);

	enum ph_err err = ph_foreign_write_command(ph_span_of(ctx), &b);

	ph_buf_release(&b);
	return err;
}

static void test_memory(void)
{
	static char lines[][24] = { "a | b", "echo x", "cat y", "printenv Z",
		"echo $Q", "a 'b c'" };
	static char sources[][24] = { "file:a b", "env:X", "command:a 'b c'",
		"command:sh -c 'a'" };

	for (size_t i = 0; i < PH_COUNT(lines); i++)
		check(failalloc_run(live, lines[i]) > 0);
	for (size_t i = 0; i < PH_COUNT(sources); i++)
		check(failalloc_run(live_write, sources[i]) > 0);
}

int main(void)
{
	test_cases();
	test_none();
	test_role();
	test_long();
	test_memory();
	return check_end();
}
