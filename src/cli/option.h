#ifndef PH_CLI_OPTION_H
#define PH_CLI_OPTION_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* Options as a table: parsing (over getopt_long; abbreviations are refused),
   help and completions come from the same rows. */
/* The order in which rows are read, not the tightest. */
struct ph_option {        /* NOLINT(clang-analyzer-optin.performance.Padding) */
	const char *name; /* "attach"; "": a heading in the help */
	char letter;      /* 'a', or 0 */
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

/* Understands --json, --quiet, --help, --version and -c FILE|DIR (also
   --config) for every command and stores them in cli.  PH_OK; PH_EOF: help or
   the version was printed, exit 0; PH_EINVAL: an error was printed, exit 64.
   An option given twice that takes one value keeps both in items, in order. */
struct ph_command;
PH_MUST_USE enum ph_err ph_options_read(struct ph_cli *cli,
    const struct ph_command *command, int argc, char **argv,
    struct ph_options *out);
/* The same for the options before the command's name: stops at the first
   operand. */
PH_MUST_USE enum ph_err ph_options_read_leading(struct ph_cli *cli,
    const struct ph_command *command, int argc, char **argv,
    struct ph_options *out);
void ph_options_release(struct ph_options *o);
/* --json stands in argv behind its first, before any "--". */
bool ph_options_mention_json(int argc, char *const *argv);

/* The last value of that key, or NULL. */
const char *ph_options_value(const struct ph_options *o, int key);
bool ph_options_has(const struct ph_options *o, int key);

/* How far two words are from each other, in letters put in, left out, changed
   or swapped with the next; at most 99. */
unsigned ph_word_distance(const char *a, const char *b);
/* That a mistyped word of this length may be at this distance from the one that
   was meant. */
bool ph_word_is_near(const char *typed, unsigned distance);

/* The rows that every command understands; ends with name NULL. */
extern const struct ph_option ph_options_common[];

/* The page of --help: 80 columns. */
void ph_options_help(const struct ph_command *command, FILE *out);

#endif
