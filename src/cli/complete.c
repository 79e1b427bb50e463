#include "cli/complete.h"

#include <string.h>

struct shell {
	const char *name;
	void (*write)(const struct ph_command *const *commands, size_t count);
};

typedef void row_fn(const struct ph_option *o);

static void each_row(const struct ph_command *c, row_fn *fn)
{
	const struct ph_option *const tables[] = { c->options,
		ph_options_common };
	const size_t counts[] = { c->option_count, SIZE_MAX };

	for (size_t t = 0; t < PH_COUNT(tables); t++) {
		for (size_t i = 0; i < counts[t] && tables[t][i].name != NULL;
		     i++) {
			if (tables[t][i].name[0] != '\0' &&
			    tables[t][i].help != NULL)
				fn(&tables[t][i]);
		}
	}
}

static void name_row(const struct ph_option *o)
{
	printf(" --%s", o->name);
}

static bool takes_file(const struct ph_option *o)
{
	return o->argument != NULL &&
	    (strstr(o->argument, "FILE") != NULL ||
		strstr(o->argument, "DIR") != NULL);
}

static void file_row(const struct ph_option *o)
{
	if (takes_file(o))
		printf("--%s|", o->name);
}

static void bash(const struct ph_command *const *commands, size_t count)
{
	puts("# bash completion for posthaste, made from its own tables\n"
	     "_posthaste()\n{\n"
	     "\tlocal cur=${COMP_WORDS[COMP_CWORD]} words= files=\n"
	     "\tlocal prev=${COMP_WORDS[COMP_CWORD-1]}\n"
	     "\tif [ \"$COMP_CWORD\" -eq 1 ]; then");
	printf("\t\twords=\"help");
	for (size_t i = 0; i < count; i++)
		printf(" %s", commands[i]->name);
	puts("\"\n\telse\n\t\tcase ${COMP_WORDS[1]} in");
	for (size_t i = 0; i < count; i++) {
		printf("\t\t%s)\n\t\t\twords=\"", commands[i]->name);
		each_row(commands[i], name_row);
		printf("\"\n\t\t\tcase $prev in\n\t\t\t");
		each_row(commands[i], file_row);
		puts("-c) files=1 ;;\n\t\t\tesac\n\t\t\t;;");
	}
	puts("\t\tesac\n\tfi\n"
	     "\tif [ -n \"$files\" ]; then\n"
	     "\t\tCOMPREPLY=($(compgen -f -- \"$cur\"))\n\t\treturn\n\tfi\n"
	     "\tCOMPREPLY=($(compgen -W \"$words\" -- \"$cur\"))\n}\n"
	     "complete -o filenames -F _posthaste posthaste");
}

/* Inside single quotes; zsh and fish both take this form, zsh's brackets and
   colons are escaped as well. */
static void print_quoted(const char *text, const char *escape)
{
	for (; *text != '\0'; text++) {
		if (*text == '\'') {
			printf("'\\''");
			continue;
		}
		if (strchr(escape, *text) != NULL)
			putchar('\\');
		putchar(*text);
	}
}

static void zsh_row(const struct ph_option *o)
{
	printf("\t\t\t'*--%s%s[", o->name, o->argument == NULL ? "" : "=");
	print_quoted(o->help, "[]:\\");
	printf("]");
	if (o->argument != NULL) {
		printf(":");
		print_quoted(o->argument, "[]:\\");
		printf(":%s", takes_file(o) ? "_files" : "");
	}
	puts("' \\");
}

static void zsh(const struct ph_command *const *commands, size_t count)
{
	puts("#compdef posthaste\n"
	     "# zsh completion for posthaste, made from its own tables\n"
	     "_posthaste()\n{\n\tlocal -a commands=(");
	for (size_t i = 0; i < count; i++) {
		printf("\t\t'%s:", commands[i]->name);
		print_quoted(commands[i]->summary, ":\\");
		puts("'");
	}
	puts("\t)\n\tif (( CURRENT == 2 )); then\n"
	     "\t\t_describe command commands\n\t\treturn\n\tfi\n"
	     "\tlocal command=$words[2]\n\tshift words\n"
	     "\t(( CURRENT-- ))\n\tcase $command in");
	for (size_t i = 0; i < count; i++) {
		printf("\t%s)\n\t\t_arguments \\\n", commands[i]->name);
		each_row(commands[i], zsh_row);
		puts("\t\t\t'*::argument:_files'\n\t\t;;");
	}
	puts("\tesac\n}\n_posthaste \"$@\"");
}

static void fish(const struct ph_command *const *commands, size_t count)
{
	puts("# fish completion for posthaste, made from its own tables");
	for (size_t i = 0; i < count; i++) {
		printf("complete -c posthaste -f -n __fish_use_subcommand "
		       "-a %s -d '",
		    commands[i]->name);
		print_quoted(commands[i]->summary, "\\");
		puts("'");
	}
	for (size_t i = 0; i < count; i++) {
		const struct ph_command *c = commands[i];

		for (size_t k = 0;
		     k < c->option_count && c->options[k].name != NULL; k++) {
			const struct ph_option *o = &c->options[k];

			if (o->help == NULL || o->name[0] == '\0')
				continue;
			printf("complete -c posthaste -n "
			       "'__fish_seen_subcommand_from %s' -l %s",
			    c->name, o->name);
			if (o->letter != 0)
				printf(" -s %c", o->letter);
			if (o->argument != NULL)
				printf(takes_file(o) ? " -r -F" : " -x");
			printf(" -d '");
			print_quoted(o->help, "\\");
			puts("'");
		}
	}
}

static const struct shell shells[] = {
	{ "bash", bash },
	{ "zsh", zsh },
	{ "fish", fish },
};

enum ph_exit ph_complete(const struct ph_cli *cli,
    const struct ph_command *const *commands, size_t count, const char *shell)
{
	for (size_t i = 0; i < PH_COUNT(shells); i++) {
		if (strcmp(shells[i].name, shell) == 0) {
			shells[i].write(commands, count);
			return PH_EXIT_OK;
		}
	}
	return ph_cli_usage(cli, "completions are for bash, zsh and fish");
}
