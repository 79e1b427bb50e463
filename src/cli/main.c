#include "cli/cli.h"
#include "cli/complete.h"
#include "cli/json.h"
#include "cli/version.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const struct ph_command *const commands[] = {
	&ph_command_setup,
	&ph_command_send,
	&ph_command_test,
	&ph_command_discover,
	&ph_command_explain,
	&ph_command_connection,
	&ph_command_secret,
	&ph_command_login,
	&ph_command_sink,
	&ph_command_replay,
};

static void print_commands(FILE *out)
{
	(void)fputs("\nCommands:\n", out);
	for (size_t i = 0; i < PH_COUNT(commands); i++) {
		(void)fprintf(out, "  %-12s %s\n", commands[i]->name,
		    commands[i]->summary);
	}
}

static const struct ph_command program = {
	.name = "posthaste",
	.usage = "COMMAND [ARGUMENT...]",
	.summary = "Gets mail out through somebody's SMTP server, and says in "
		   "plain words what became of it.",
	.list = print_commands,
	.help = "posthaste help COMMAND shows what a command takes.\n",
};

static const struct ph_command *find(const char *name)
{
	for (size_t i = 0; i < PH_COUNT(commands); i++) {
		if (strcmp(commands[i]->name, name) == 0)
			return commands[i];
	}
	return NULL;
}

static const char *nearest(const char *name)
{
	const char *best = NULL;
	unsigned best_distance = 99;

	for (size_t i = 0; i < PH_COUNT(commands); i++) {
		unsigned d = ph_word_distance(name, commands[i]->name);

		if (d < best_distance) {
			best_distance = d;
			best = commands[i]->name;
		}
	}
	return ph_word_is_near(name, best_distance) ? best : NULL;
}

static void print_screen(FILE *out)
{
	(void)fputs(
	    "posthaste gets mail out through somebody's SMTP server, and says "
	    "in plain words\nwhat became of it.\n\n"
	    "usage: posthaste COMMAND [ARGUMENT...]\n",
	    out);
	print_commands(out);
	(void)fputs(
	    "\nExamples:\n"
	    "  posthaste setup ann@example.com\n"
	    "  posthaste test --server smtp+starttls://ann@smtp.example.com\n"
	    "  echo 'See you at noon.' | posthaste send -s Lunch "
	    "bob@example.com\n"
	    "  posthaste explain '550 5.7.1 relaying denied'\n\n"
	    "posthaste help COMMAND shows what a command takes.\n",
	    out);
}

static enum ph_exit unknown_command(struct ph_cli *cli, const char *name)
{
	const char *near = nearest(name);
	struct ph_fault f;

	ph_fault_set(&f, PH_CAUSE_USAGE, PH_STAGE_CONFIG,
	    near == NULL ? "unknown command %s"
			 : "unknown command %s; did you mean %s?",
	    name, near);
	ph_fault_advise(&f, "posthaste help lists the commands");
	return ph_cli_fail(cli, &f);
}

static enum ph_exit help(struct ph_cli *cli, int argc, char **argv)
{
	const struct ph_command *command;

	if (argc < 2) {
		print_screen(stdout);
		return PH_EXIT_OK;
	}
	command = find(argv[1]);
	if (command == NULL)
		return unknown_command(cli, argv[1]);
	ph_options_help(command, stdout);
	return PH_EXIT_OK;
}

static enum ph_exit run(struct ph_cli *cli, int argc, char **argv)
{
	const struct ph_command *command = find(argv[0]);

	/* Whoever reads the command's options looks for it there. */
	if (command == NULL)
		cli->json |= ph_options_mention_json(argc, argv);
	if (strcmp(argv[0], "help") == 0)
		return help(cli, argc, argv);
	if (strcmp(argv[0], "completions") == 0) {
		return ph_complete(
		    cli, commands, PH_COUNT(commands), argc < 2 ? "" : argv[1]);
	}
	if (command == NULL)
		return unknown_command(cli, argv[0]);
	cli->command = command->name;
	cli->document = command->document;
	return command->run(cli, argc, argv);
}

/* Started without one of the three, the next file opened would be taken for
   it, and libuv would abort. */
static bool have_streams(void)
{
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
		/* Reading what nobody gave stays an error, not an empty
		   text. */
		int mode = fd == STDIN_FILENO ? O_WRONLY : O_RDWR;

		if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", mode) != fd)
			return false;
	}
	return true;
}

int main(int argc, char **argv)
{
	struct ph_cli cli = { 0 };
	struct ph_options leading;
	const char *no_color = getenv("NO_COLOR");
	enum ph_exit result;
	enum ph_err err;

	if (!have_streams())
		return PH_EXIT_INTERNAL;
	/* A reader that went away is an error of write(): a server may be
	   one. */
	(void)signal(SIGPIPE, SIG_IGN);
	cli.colour =
	    isatty(STDOUT_FILENO) && (no_color == NULL || *no_color == '\0');

	err = ph_options_read_leading(&cli, &program, argc, argv, &leading);
	if (err == PH_EOF)
		return PH_EXIT_OK;
	if (err != PH_OK)
		return err == PH_EINVAL ? PH_EXIT_USAGE : PH_EXIT_INTERNAL;

	if (leading.operand_count == 0) {
		ph_options_release(&leading);
		if (cli.json)
			return (int)ph_cli_usage(&cli, "no command was given");
		print_screen(stderr);
		return PH_EXIT_USAGE;
	}
	result = run(&cli, (int)leading.operand_count,
	    argv + (argc - (int)leading.operand_count));
	ph_options_release(&leading);
	if (fflush(stdout) != 0 && result == PH_EXIT_OK)
		return (int)ph_json_unwritten();
	return (int)result;
}
