#ifndef PH_CLI_OPTION_H
#define PH_CLI_OPTION_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>

/* Options as a table: parsing (over getopt_long; abbreviations are refused), help
   and completions come from the same rows. */
struct ph_option {
	const char *name;     /* "attach" */
	char letter;          /* 'a', or 0 */
	const char *argument; /* "FILE"; NULL: takes none */
	const char *help; /* one sentence, no full stop, or NULL: not shown */
	int key;          /* the command's own name for it, above 0 */
};

struct ph_given {
	int key;
	const char *value; /* NULL for a flag */
	const char *name;  /* the option's, for errors */
};

enum {
	PH_OPTIONS_GIVEN_MAX = 4096
};

/* Borrowed from argv, except items, which ph_options_release() frees. */
struct ph_options {
	struct ph_given *items;
	size_t count;
	char *const *operands;
	size_t operand_count;
};

struct ph_cli;

/* Understands --json, --quiet, --help and -c FILE|DIR (also --config) for every
   command and stores them in cli.  PH_OK; PH_EOF: help was printed, exit 0;
   PH_EINVAL: an error was printed, exit 64.  An option given twice that takes one
   value keeps both in items, in order. */
struct ph_command;
PH_MUST_USE enum ph_err ph_options_read(struct ph_cli *cli,
    const struct ph_command *command, int argc, char **argv,
    struct ph_options *out);
void ph_options_release(struct ph_options *o);

/* The last value of that key, or NULL. */
const char *ph_options_value(const struct ph_options *o, int key);
bool ph_options_has(const struct ph_options *o, int key);

#endif
