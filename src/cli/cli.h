#ifndef PH_CLI_CLI_H
#define PH_CLI_CLI_H

#include "base/fault.h"
#include "cli/option.h"
#include "diagnose/cause.h"

#include <jansson.h>
#include <stdio.h>

/* A subcommand is one file with one function; cli/main.c has the table. */

/* The document of --json where a command came to nothing for that fault. */
typedef json_t *ph_document_fn(const struct ph_fault *fault);

struct ph_cli {
	const char *command;      /* "send" */
	ph_document_fn *document; /* of that command, or NULL: the usual one */
	const char *config_path;  /* -c, or NULL */
	bool json;
	bool quiet;
	bool
	    colour; /* stdout is a terminal, and neither NO_COLOR nor --quiet */
};

/* argv[0] is the command's name.  Returns the exit code. */
typedef enum ph_exit ph_command_fn(struct ph_cli *cli, int argc, char **argv);

struct ph_command {
	const char *name;
	const char
	    *usage; /* "send [OPTION...] [ADDRESS...]", no program name */
	const char *summary; /* one line for the list */
	ph_command_fn *run;
	ph_document_fn *document;        /* NULL: the usual one */
	const struct ph_option *options; /* ends with name NULL; for help and
	                                    completions */
	size_t option_count;
	void (*list)(FILE *out); /* what stands above the options, or NULL */
	const char *help; /* what --help adds below the options, or NULL */
};

extern const struct ph_command ph_command_setup;
extern const struct ph_command ph_command_send;
extern const struct ph_command ph_command_test;
extern const struct ph_command ph_command_discover;
extern const struct ph_command ph_command_connection;
extern const struct ph_command ph_command_secret;
extern const struct ph_command ph_command_login;
extern const struct ph_command ph_command_sink;
extern const struct ph_command ph_command_replay;
extern const struct ph_command ph_command_explain;

/* Errors and notes on stderr:
       posthaste: error: send: auth: smtp.example.com:587 answered 535 ...
       advice: ...
   With cli->json the caller has already put the fault into its document; this
   prints it on stderr all the same.  Returns ph_fault_exit(). */
enum ph_exit ph_cli_fault(const struct ph_cli *cli, const struct ph_fault *f);
/* The same for a command that printed nothing yet: with cli->json its document
   too, which holds {"ok":false,"outcome":"failed","stage":"config",
   "error":{...}} beside what else the command's has. */
enum ph_exit ph_cli_fail(const struct ph_cli *cli, const struct ph_fault *f);
/* "posthaste: note: send: ..."; nothing with --quiet. */
PH_PRINTF(2, 3)
void ph_cli_note(const struct ph_cli *cli, const char *fmt, ...);
/* Wrong options: ph_cli_fail() with stage config, "advice: posthaste send
   --help", 64. */
PH_PRINTF(2, 3)
enum ph_exit ph_cli_usage(const struct ph_cli *cli, const char *fmt, ...);

#endif
