#include "cli/option.h"

#include "check.h"
#include "cli/cli.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
	KEY_FROM = 1,
	KEY_FORCE,
	KEY_SECRET
};

static const struct ph_option rows[] = {
	{ "", 0, NULL, "Envelope", 0 },
	{ "from", 'f', "ADDRESS", "Who sends it", KEY_FROM },
	{ "force", 0, NULL,
	    "Do it all the same, whatever the server may say "
	    "about it or anybody else who has an opinion",
	    KEY_FORCE },
	{ "hidden", 0, "X", NULL, KEY_SECRET },
	{ NULL },
};

static const struct ph_command command = {
	.name = "try",
	.usage = "try [OPTION...] [WORD...]",
	.summary = "Tries things.",
	.options = rows,
	.option_count = PH_COUNT(rows),
	.help = "That is all.",
};

enum {
	ARGS_MAX = 8,
	WORD_SIZE = 100
};

struct run {
	struct ph_cli cli;
	struct ph_options o;
	enum ph_err err;
	char out[4096]; /* stdout and stderr */
};

/* Reads words, a copy of them at a time: getopt_long permutes. */
static void run(struct run *r, const char *const *words, bool leading)
{
	static char *argv[ARGS_MAX + 2];
	static char words_copied[ARGS_MAX + 1][WORD_SIZE];
	char path[] = "/tmp/test_option_XXXXXX";
	int fd = mkstemp(path);
	int old_out = dup(STDOUT_FILENO);
	int old_err = dup(STDERR_FILENO);
	int argc = 0;
	ssize_t got;

	*r = (struct run){ .cli = { .command = "try" } };
	(void)snprintf(words_copied[0], WORD_SIZE, "try");
	for (argc = 1; words[argc - 1] != NULL; argc++) {
		(void)snprintf(
		    words_copied[argc], WORD_SIZE, "%s", words[argc - 1]);
	}
	for (int i = 0; i < argc; i++)
		argv[i] = words_copied[i];
	argv[argc] = NULL;

	(void)unlink(path);
	(void)fflush(stdout);
	(void)dup2(fd, STDOUT_FILENO);
	(void)dup2(fd, STDERR_FILENO);
	r->err = leading
	    ? ph_options_read_leading(&r->cli, &command, argc, argv, &r->o)
	    : ph_options_read(&r->cli, &command, argc, argv, &r->o);
	(void)fflush(stdout);
	(void)dup2(old_out, STDOUT_FILENO);
	(void)dup2(old_err, STDERR_FILENO);
	got = pread(fd, r->out, sizeof(r->out) - 1, 0);
	r->out[got < 0 ? 0 : got] = '\0';
	(void)close(fd);
	(void)close(old_out);
	(void)close(old_err);
	/* Values and operands are borrowed from argv: it stays till the
	   next. */
}

#define WORDS(...) ((const char *const[]){ __VA_ARGS__ __VA_OPT__(, ) NULL })

static const struct {
	const char *words[ARGS_MAX];
	const char *from; /* the last --from */
	size_t count;
	size_t operands;
} good[] = {
	{ { NULL }, NULL, 0, 0 },
	{ { "--from", "a@b", NULL }, "a@b", 1, 0 },
	{ { "--from=a@b", NULL }, "a@b", 1, 0 },
	{ { "--from=", NULL }, "", 1, 0 },
	{ { "-f", "a@b", NULL }, "a@b", 1, 0 },
	{ { "-fa@b", NULL }, "a@b", 1, 0 },
	{ { "--from", "--force", NULL }, "--force", 1, 0 },
	{ { "--from=1", "--from=2", NULL }, "2", 2, 0 },
	{ { "x", "--from=1", "y", NULL }, "1", 1, 2 },
	{ { "--", "--from=1", NULL }, NULL, 0, 1 },
	{ { "-", NULL }, NULL, 0, 1 },
	{ { "--force", "--hidden", "v", NULL }, NULL, 2, 0 },
	{ { "--json", "-q", "-c", "dir", "--config=x", NULL }, NULL, 0, 0 },
};

static void test_good(void)
{
	struct run r;

	for (size_t i = 0; i < PH_COUNT(good); i++) {
		const char *from;

		check_case("good", i);
		run(&r, good[i].words, false);
		check_int(r.err, PH_OK);
		check_str(r.out, "");
		check_int(r.o.count, good[i].count);
		check_int(r.o.operand_count, good[i].operands);
		from = ph_options_value(&r.o, KEY_FROM);
		check((from == NULL) == (good[i].from == NULL));
		if (from != NULL && good[i].from != NULL)
			check_str(from, good[i].from);
		check_int(ph_options_has(&r.o, KEY_FROM), from != NULL);
		ph_options_release(&r.o);
	}
	check(r.cli.json && r.cli.quiet);
	check_str(r.cli.config_path, "x");
}

static const struct {
	const char *words[ARGS_MAX];
	const char *says;
} bad[] = {
	{ { "--form=a@b", NULL },
	    "unknown option --form; did you mean --from?" },
	{ { "--form", NULL }, "unknown option --form; did you mean --from?" },
	{ { "--fro=a", NULL }, "unknown option --fro; did you mean --from?" },
	{ { "--fro", "a", NULL },
	    "unknown option --fro; did you mean --from?" },
	{ { "--forc", NULL }, "unknown option --forc; did you mean --force?" },
	{ { "--fo", NULL }, "unknown option --fo; did you mean --force?" },
	{ { "--hel", NULL }, "unknown option --hel; did you mean --help?" },
	{ { "--jsno", NULL }, "unknown option --jsno; did you mean --json?" },
	{ { "--elephant", NULL }, "unknown option --elephant\n" },
	{ { "--hidde", "x", NULL }, "unknown option --hidde\n" },
	{ { "--elephant=secret", NULL }, "unknown option --elephant\n" },
	{ { "-x", NULL }, "unknown option -x\n" },
	{ { "-qx", NULL }, "unknown option -x\n" },
	{ { "--from", NULL }, "--from needs a value: ADDRESS" },
	{ { "-f", NULL }, "--from needs a value: ADDRESS" },
	{ { "x", "--from", NULL }, "--from needs a value: ADDRESS" },
	{ { "--force=1", NULL }, "--force takes no value" },
	{ { "--json=1", NULL }, "--json takes no value" },
	{ { "--an-option-with-a-name-that-is-longer-than-any-we-have", NULL },
	    "unknown option --an-option-with" },
};

static void test_bad(void)
{
	for (size_t i = 0; i < PH_COUNT(bad); i++) {
		struct run r;

		check_case("bad", i);
		run(&r, bad[i].words, false);
		check_int(r.err, PH_EINVAL);
		check(strstr(r.out, bad[i].says) != NULL);
		if (strstr(r.out, bad[i].says) == NULL)
			check_str(r.out, bad[i].says);
		check(
		    strstr(r.out, "posthaste: error: try: config: ") == r.out);
		check(strstr(r.out, "advice: posthaste try --help") != NULL);
		check(strstr(r.out, "secret") == NULL);
		check(r.o.items == NULL);
	}
}

static void test_leading(void)
{
	struct run r;

	check_case("leading", 0);
	run(&r, WORDS("--json", "cmd", "--from=x"), true);
	check_int(r.err, PH_OK);
	check_int(r.o.operand_count, 2);
	check_str(r.o.operands[0], "cmd");
	check(r.cli.json);
	ph_options_release(&r.o);
}

/* 80 columns, every shown row and no hidden one. */
static void test_help(void)
{
	struct run r;

	check_case("help", 0);
	run(&r, WORDS("--help", "--nonsense"), false);
	check_int(r.err, PH_EOF);
	check(strstr(r.out, "usage: posthaste try [OPTION...]") == r.out);
	check(strstr(r.out, "\nEnvelope:\n  -f, --from ADDRESS") != NULL);
	check(strstr(r.out, "--hidden") == NULL);
	check(strstr(r.out, "--version") != NULL);
	check(strstr(r.out, "\nThat is all.\n") != NULL);
	for (const char *line = r.out; *line != '\0';) {
		size_t len = strcspn(line, "\n");

		check(len <= 80);
		line += len + (line[len] == '\n' ? 1 : 0);
	}
}

static void test_many(void)
{
	enum {
		MANY = PH_OPTIONS_GIVEN_MAX + 2
	};

	char **argv = calloc(MANY + 1, sizeof(*argv));
	char word[] = "--force";
	char name[] = "try";
	struct ph_cli cli = { .command = "try", .quiet = true };
	struct ph_options o;

	check_case("many", 0);
	argv[0] = name;
	for (size_t i = 1; i < MANY; i++)
		argv[i] = word;
	check_int(ph_options_read(&cli, &command, MANY - 1, argv, &o), PH_OK);
	check_int(o.count, PH_OPTIONS_GIVEN_MAX);
	ph_options_release(&o);
	ph_options_release(NULL);

	int null = open("/dev/null", O_WRONLY | O_CLOEXEC);
	int old = dup(STDERR_FILENO);
	(void)dup2(null, STDERR_FILENO);
	check_int(ph_options_read(&cli, &command, MANY, argv, &o), PH_EINVAL);
	(void)dup2(old, STDERR_FILENO);
	(void)close(old);
	(void)close(null);
	free(argv);
}

static const struct {
	const char *a, *b;
	unsigned distance;
} words[] = {
	{ "", "", 0 },
	{ "", "abc", 3 },
	{ "abc", "", 3 },
	{ "from", "from", 0 },
	{ "form", "from", 1 },
	{ "frm", "from", 1 },
	{ "froom", "from", 1 },
	{ "fxom", "from", 1 },
	{ "kitten", "sitting", 3 },
	{ "x", "a-word-that-is-longer-than-forty-letters-are", 99 },
};

static void test_distance(void)
{
	for (size_t i = 0; i < PH_COUNT(words); i++) {
		check_case(words[i].a, i);
		check_int(ph_word_distance(words[i].a, words[i].b),
		    words[i].distance);
	}
	check(ph_word_is_near("form", 2) && !ph_word_is_near("form", 3));
	check(ph_word_is_near("x", 1) && !ph_word_is_near("x", 2));
}

int main(void)
{
	test_good();
	test_bad();
	test_leading();
	test_help();
	test_many();
	test_distance();
	return check_end();
}
