#include "cli/cli.h"
#include "cli/option.h"
#include "cli/wrapped.h"

#include <string.h>

enum {
	HELP_COLUMN = 30,
	USAGE_COLUMN = sizeof("usage: posthaste ") - 1
};

static void print_row(FILE *out, const struct ph_option *o)
{
	char left[128];
	char letter[8] = "    ";
	size_t len;

	if (o->letter != 0)
		(void)snprintf(letter, sizeof(letter), "-%c, ", o->letter);
	(void)snprintf(left, sizeof(left), "  %s--%s%s%s", letter, o->name,
	    o->argument == NULL ? "" : " ",
	    o->argument == NULL ? "" : o->argument);
	len = strlen(left);
	if (len + 2 > HELP_COLUMN) {
		(void)fprintf(out, "%s\n%*s", left, HELP_COLUMN, "");
	} else {
		(void)fprintf(out, "%-*s", HELP_COLUMN, left);
	}
	ph_wrapped_print(out, o->help, HELP_COLUMN, HELP_COLUMN);
}

static void print_rows(FILE *out, const struct ph_option *rows, size_t count)
{
	for (size_t i = 0; i < count && rows[i].name != NULL; i++) {
		if (rows[i].help == NULL)
			continue;
		if (rows[i].name[0] == '\0') {
			(void)fprintf(out, "\n%s:\n", rows[i].help);
			continue;
		}
		print_row(out, &rows[i]);
	}
}

void ph_options_help(const struct ph_command *command, FILE *out)
{
	(void)fputs("usage: posthaste ", out);
	ph_wrapped_print(out, command->usage, USAGE_COLUMN, USAGE_COLUMN);
	(void)fputc('\n', out);
	ph_wrapped_print(out, command->summary, 0, 0);
	if (command->list != NULL)
		command->list(out);
	if (command->option_count > 0 && command->options[0].name != NULL &&
	    command->options[0].name[0] != '\0')
		(void)fputs("\nOptions:\n", out);
	print_rows(out, command->options, command->option_count);
	(void)fputs("\nEverywhere:\n", out);
	print_rows(out, ph_options_common, SIZE_MAX);
	if (command->help != NULL)
		(void)fprintf(out, "\n%s", command->help);
	if (command->help != NULL &&
	    command->help[strlen(command->help) - 1] != '\n')
		(void)fputc('\n', out);
}
