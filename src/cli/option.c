#include "cli/option.h"

#include "cli/cli.h"
#include "cli/version.h"

#include <assert.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

enum {
	KEY_JSON = 1,
	KEY_QUIET,
	KEY_CONFIG,
	KEY_HELP,
	KEY_VERSION,

	/* What getopt_long gives for row i of the command, or of the common
	   ones; letters are below. */
	VAL_OWN = 1000,
	VAL_COMMON = 2000,
	ROWS_MAX = 200,
	WORD_MAX = 40
};

const struct ph_option ph_options_common[] = {
	{ "config", 'c', "FILE|DIR", "Another configuration than the usual",
	    KEY_CONFIG },
	{ "json", 0, NULL, "Print JSON on standard output, and nothing else",
	    KEY_JSON },
	{ "quiet", 'q', NULL, "No notes, no progress, no colour", KEY_QUIET },
	{ "help", 'h', NULL, "Show this and end", KEY_HELP },
	{ "version", 'V', NULL, "Show the version and end", KEY_VERSION },
	{ NULL },
};

/* One run over argv. */
struct reading {
	struct ph_cli *cli;
	const struct ph_command *command;
	struct ph_options *out;
	struct option longs[ROWS_MAX];
	char letters[2 * ROWS_MAX + 4];
	bool json; /* asked for so far */
};

static bool is_row(const struct ph_option *o)
{
	return o->name[0] != '\0';
}

/* own rows beat common ones of the same letter or name. */
static void add_rows(struct reading *r, const struct ph_option *rows,
    size_t count, int val, size_t *used)
{
	size_t letters_len = strlen(r->letters);

	for (size_t i = 0; i < count && rows[i].name != NULL; i++) {
		bool takes = rows[i].argument != NULL;

		if (!is_row(&rows[i]))
			continue;
		assert(*used < ROWS_MAX - 1);
		r->longs[(*used)++] = (struct option){ .name = rows[i].name,
			.has_arg = takes ? required_argument : no_argument,
			.val = val + (int)i };
		if (rows[i].letter == 0 ||
		    strchr(r->letters, rows[i].letter) != NULL)
			continue;
		r->letters[letters_len++] = rows[i].letter;
		if (takes)
			r->letters[letters_len++] = ':';
		r->letters[letters_len] = '\0';
	}
}

static const struct ph_option *row_of_letter(
    const struct ph_option *rows, size_t count, int letter)
{
	for (size_t i = 0; i < count && rows[i].name != NULL; i++) {
		if (rows[i].letter != 0 && rows[i].letter == letter)
			return &rows[i];
	}
	return NULL;
}

static const struct ph_option *row_of_val(
    const struct reading *r, int val, bool *common)
{
	const struct ph_option *row;

	*common = val >= VAL_COMMON;
	if (val >= VAL_COMMON)
		return &ph_options_common[val - VAL_COMMON];
	if (val >= VAL_OWN)
		return &r->command->options[val - VAL_OWN];
	row = row_of_letter(r->command->options, r->command->option_count, val);
	if (row != NULL)
		return row;
	*common = true;
	return row_of_letter(ph_options_common, SIZE_MAX, val);
}

unsigned ph_word_distance(const char *a, const char *b)
{
	size_t a_len = strlen(a);
	size_t b_len = strlen(b);
	/* Three rows of the table of Damerau and Levenshtein. */
	unsigned rows[3][WORD_MAX + 1] = { 0 };

	if (a_len > WORD_MAX || b_len > WORD_MAX)
		return 99;
	for (size_t j = 0; j <= b_len; j++)
		rows[0][j] = (unsigned)j;
	for (size_t i = 1; i <= a_len; i++) {
		unsigned *now = rows[i % 3];
		const unsigned *last = rows[(i - 1) % 3];
		const unsigned *before = rows[(i + 1) % 3];

		now[0] = (unsigned)i;
		for (size_t j = 1; j <= b_len; j++) {
			unsigned best =
			    last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);

			if (last[j] + 1 < best)
				best = last[j] + 1;
			if (now[j - 1] + 1 < best)
				best = now[j - 1] + 1;
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] &&
			    a[i - 2] == b[j - 1] && before[j - 2] + 1 < best)
				best = before[j - 2] + 1;
			now[j] = best;
		}
	}
	return rows[a_len % 3][b_len];
}

bool ph_word_is_near(const char *typed, unsigned distance)
{
	return distance <= 1 + strlen(typed) / 4;
}

static void nearest_row(const struct ph_option *rows, size_t count,
    const char *typed, const char **best, unsigned *best_distance)
{
	size_t typed_len = strlen(typed);

	for (size_t i = 0; i < count && rows[i].name != NULL; i++) {
		unsigned d;

		if (rows[i].help == NULL || !is_row(&rows[i]))
			continue;
		d = ph_word_distance(typed, rows[i].name);
		/* An abbreviation is a mistyped word of its own kind. */
		if (typed_len > 1 &&
		    strncmp(typed, rows[i].name, typed_len) == 0)
			d = 1;
		if (d < *best_distance) {
			*best_distance = d;
			*best = rows[i].name;
		}
	}
}

static void unknown_long(const struct reading *r, const char *element)
{
	assert(element != NULL);

	char typed[WORD_MAX + 1] = "";
	const char *best = NULL;
	unsigned distance = 99;
	size_t len = strcspn(element + 2, "=");

	if (len <= WORD_MAX)
		memcpy(typed, element + 2, len);
	nearest_row(r->command->options, r->command->option_count, typed, &best,
	    &distance);
	nearest_row(ph_options_common, SIZE_MAX, typed, &best, &distance);
	/* What stands behind "=" may be a secret: it is not repeated. */
	if (best != NULL && ph_word_is_near(typed, distance)) {
		(void)ph_cli_usage(r->cli,
		    "unknown option --%s; did you mean --%s?", typed, best);
		return;
	}
	(void)ph_cli_usage(
	    r->cli, "unknown option --%.*s", (int)len, element + 2);
}

static void refuse(const struct reading *r, int got, int optopt_, char *element)
{
	bool common;
	const struct ph_option *row =
	    optopt_ == 0 ? NULL : row_of_val(r, optopt_, &common);

	if (row == NULL && optopt_ != 0) {
		(void)ph_cli_usage(r->cli, "unknown option -%c", optopt_);
		return;
	}
	if (row == NULL) {
		unknown_long(r, element);
		return;
	}
	if (got == ':') {
		(void)ph_cli_usage(
		    r->cli, "--%s needs a value: %s", row->name, row->argument);
		return;
	}
	(void)ph_cli_usage(r->cli, "--%s takes no value", row->name);
}

/* getopt_long takes any beginning of a name for it; scripts that rely on that
   break when an option is added. */
static bool is_abbreviated(const struct ph_option *row, char *const *argv)
{
	const char *element = argv[optind - 1];

	if (row->argument != NULL && optarg == element)
		element = argv[optind - 2];
	return strcspn(element + 2, "=") != strlen(row->name);
}

static enum ph_err take_common(
    struct reading *r, const struct ph_option *row, const char *value)
{
	switch (row->key) {
	case KEY_JSON:
		r->json = true;
		return PH_OK;
	case KEY_QUIET:
		r->cli->quiet = true;
		r->cli->colour = false;
		return PH_OK;
	case KEY_CONFIG:
		r->cli->config_path = value;
		return PH_OK;
	case KEY_HELP:
		ph_options_help(r->command, stdout);
		return PH_EOF;
	default:
		ph_version_print(stdout);
		return PH_EOF;
	}
}

static enum ph_err take_own(
    struct reading *r, const struct ph_option *row, const char *value)
{
	struct ph_options *o = r->out;

	if (o->count == PH_OPTIONS_GIVEN_MAX) {
		(void)ph_cli_usage(
		    r->cli, "more than %d options", PH_OPTIONS_GIVEN_MAX);
		return PH_EINVAL;
	}
	/* Doubles at each power of two. */
	if ((o->count & (o->count - 1)) == 0) {
		size_t room = o->count == 0 ? 1 : 2 * o->count;
		struct ph_given *grown =
		    reallocarray(o->items, room, sizeof(*grown));

		if (grown == NULL)
			return PH_ENOMEM;
		o->items = grown;
	}
	o->items[o->count++] = (struct ph_given){ row->key, value, row->name };
	return PH_OK;
}

static enum ph_err take(struct reading *r, int val, char **argv)
{
	bool common;
	const struct ph_option *row = row_of_val(r, val, &common);

	assert(row != NULL);
	if (val >= VAL_OWN && is_abbreviated(row, argv)) {
		unknown_long(r,
		    optarg == argv[optind - 1] && optarg != NULL
			? argv[optind - 2]
			: argv[optind - 1]);
		return PH_EINVAL;
	}
	return common ? take_common(r, row, optarg) : take_own(r, row, optarg);
}

static enum ph_err read_all(struct reading *r, int argc, char **argv)
{
	opterr = 0;
	optind = 0; /* GNU: start afresh */
	for (;;) {
		int got = getopt_long(argc, argv, r->letters, r->longs, NULL);
		enum ph_err err;

		if (got == -1)
			return PH_OK;
		if (got == '?' || got == ':') {
			refuse(r, got, optopt, argv[optind - 1]);
			return PH_EINVAL;
		}
		err = take(r, got, argv);
		if (err != PH_OK)
			return err;
	}
}

/* --json counts for an error wherever it stands. */
bool ph_options_mention_json(int argc, char *const *argv)
{
	for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++) {
		if (strcmp(argv[i], "--json") == 0)
			return true;
	}
	return false;
}

static enum ph_err read_with(struct reading *r, int argc, char **argv)
{
	size_t used = 0;
	enum ph_err err;

	*r->out = (struct ph_options){ 0 };
	add_rows(
	    r, r->command->options, r->command->option_count, VAL_OWN, &used);
	add_rows(r, ph_options_common, SIZE_MAX, VAL_COMMON, &used);
	r->json = r->cli->json;
	r->cli->json = r->json || ph_options_mention_json(argc, argv);
	err = read_all(r, argc, argv);
	if (err != PH_OK) {
		ph_options_release(r->out);
		return err;
	}
	r->cli->json = r->json;
	r->out->operands = argv + optind;
	r->out->operand_count = (size_t)(argc - optind);
	return PH_OK;
}

enum ph_err ph_options_read(struct ph_cli *cli,
    const struct ph_command *command, int argc, char **argv,
    struct ph_options *out)
{
	struct reading r = {
		.cli = cli, .command = command, .out = out, .letters = ":"
	};

	return read_with(&r, argc, argv);
}

enum ph_err ph_options_read_leading(struct ph_cli *cli,
    const struct ph_command *command, int argc, char **argv,
    struct ph_options *out)
{
	struct reading r = {
		.cli = cli, .command = command, .out = out, .letters = "+:"
	};

	return read_with(&r, argc, argv);
}

void ph_options_release(struct ph_options *o)
{
	if (o == NULL)
		return;
	free(o->items);
	*o = (struct ph_options){ 0 };
}

const char *ph_options_value(const struct ph_options *o, int key)
{
	for (size_t i = o->count; i > 0; i--) {
		if (o->items[i - 1].key == key)
			return o->items[i - 1].value;
	}
	return NULL;
}

bool ph_options_has(const struct ph_options *o, int key)
{
	for (size_t i = 0; i < o->count; i++) {
		if (o->items[i].key == key)
			return true;
	}
	return false;
}
