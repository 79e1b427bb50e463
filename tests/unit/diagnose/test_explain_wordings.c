#include "check.h"
#include "diagnose/explain.h"

#include <stdio.h>
#include <stdlib.h>

/* The tables of tests/e2e/data: what servers and programs were seen to say, and
   the setting each is about; and what must stay unknown.

   usage: test_explain_wordings DIRECTORY */

enum {
	LINE_MAX_LEN = 4096
};

/* "\n" and "\t" as the tables write them. */
static size_t unescape(char *s)
{
	size_t len = 0;

	for (size_t i = 0; s[i] != '\0'; i++) {
		char c = s[i];

		if (c == '\\' && (s[i + 1] == 'n' || s[i + 1] == 't'))
			c = s[++i] == 'n' ? '\n' : '\t';
		s[len++] = c;
	}
	return len;
}

/* The next row; its fields are cut at tabs. */
static bool next(FILE *f, char line[LINE_MAX_LEN], char *fields[4])
{
	while (fgets(line, LINE_MAX_LEN, f) != NULL) {
		size_t count = 0;

		line[strcspn(line, "\n")] = '\0';
		if (line[0] == '#' || strncmp(line, "setting\t", 8) == 0 ||
		    strncmp(line, "id\t", 3) == 0)
			continue;
		fields[count++] = line;
		for (char *p = line; *p != '\0' && count < 4; p++) {
			if (*p == '\t') {
				*p = '\0';
				fields[count++] = p + 1;
			}
		}
		return true;
	}
	return false;
}

static FILE *open_table(const char *directory, const char *name)
{
	char path[LINE_MAX_LEN];
	FILE *f;

	(void)snprintf(path, sizeof(path), "%s/%s", directory, name);
	f = fopen(path, "r");
	if (f == NULL) {
		perror(path);
		exit(1);
	}
	return f;
}

static void check_row(char *text, const char *setting)
{
	struct ph_explanation e;

	check_case(text, 0);
	ph_explain((struct ph_span){ text, unescape(text) }, &e);
	check_int(e.known, setting != NULL);
	check_str(e.setting == NULL ? "-" : e.setting,
	    setting == NULL ? "-" : setting);
}

/* Returns how many rows there were. */
static size_t test_table(
    const char *directory, const char *name, size_t setting, size_t text)
{
	FILE *f = open_table(directory, name);
	char line[LINE_MAX_LEN];
	char *fields[4];
	size_t rows = 0;

	for (; next(f, line, fields); rows++)
		check_row(fields[text], fields[setting]);
	(void)fclose(f);
	return rows;
}

static size_t test_unknown(const char *directory)
{
	FILE *f = open_table(directory, "unknown.txt");
	char line[LINE_MAX_LEN];
	char *fields[4];
	size_t rows = 0;

	for (; next(f, line, fields); rows++)
		check_row(fields[0], NULL);
	(void)fclose(f);
	return rows;
}

int main(int argc, char **argv)
{
	if (argc != 2)
		return 1;
	check(test_table(argv[1], "symptoms.tsv", 2, 3) >= 136);
	check(test_table(argv[1], "wordings.tsv", 0, 1) >= 400);
	check(test_unknown(argv[1]) >= 40);
	return check_end();
}
