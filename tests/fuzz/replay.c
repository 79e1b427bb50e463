#include "base/err.h"
#include "check.h"

#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Feeds a fuzz target without a fuzzer: its seeds (tests/fuzz/seeds/NAME),
   whole and cut in the middle, and words of its dictionary
   (tests/fuzz/NAME.dict) in an order that is shuffled but always the same.

     replay_NAME FOLDER NAME
*/

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum {
	SEED_MAX = 1 << 20,
	WORDS_MAX = 256,
	WORD_MAX = 256,
	MIXES = 2000,
	MIX_WORDS_MAX = 12
};

struct words {
	char text[WORDS_MAX][WORD_MAX];
	size_t len[WORDS_MAX];
	size_t count;
};

/* A copy of exact size, so that a sanitizer sees one byte too many. */
static void feed(const char *data, size_t len)
{
	uint8_t *copy = calloc(1, len > 0 ? len : 1);

	if (copy == NULL)
		abort();
	if (len > 0)
		memcpy(copy, data, len);
	check(LLVMFuzzerTestOneInput(copy, len) == 0);
	free(copy);
}

static void close_file(FILE **f)
{
	if (*f != NULL)
		(void)fclose(*f);
}

static void close_dir(DIR **d)
{
	if (*d != NULL)
		(void)closedir(*d);
}

static void feed_file(const char *path)
{
	static char bytes[SEED_MAX];
	PH_CLEANUP(close_file) FILE *f = fopen(path, "rb");

	if (f == NULL)
		return;

	size_t len = fread(bytes, 1, sizeof(bytes), f);

	feed(bytes, len);
	feed(bytes, len / 2);
}

static void feed_seeds(const char *folder)
{
	PH_CLEANUP(close_dir) DIR *d = opendir(folder);
	size_t number = 0;

	if (d == NULL)
		return;
	for (struct dirent *e = readdir(d); e != NULL; e = readdir(d)) {
		char path[4096];

		if (e->d_name[0] == '.')
			continue;
		check_case(e->d_name, ++number);
		(void)snprintf(path, sizeof(path), "%s/%s", folder, e->d_name);
		feed_file(path);
	}
	check_case(NULL, 0);
}

/* One \xHH, \\ or \" of a dictionary; returns behind it. */
static const char *unescape(const char *at, char *out)
{
	if (at[0] == '\\' && at[1] == 'x' && at[2] != '\0' && at[3] != '\0') {
		char hex[3] = { at[2], at[3], '\0' };

		*out = (char)strtoul(hex, NULL, 16);
		return at + 4;
	}
	if (at[0] == '\\' && at[1] != '\0')
		at++;
	*out = *at;
	return at + 1;
}

/* What stands between the quotes of a line: name="word". */
static void read_word(const char *line, struct words *w)
{
	const char *at = line[0] == '#' ? NULL : strchr(line, '"');
	size_t len = 0;

	if (at == NULL || w->count == WORDS_MAX)
		return;
	at++;
	while (*at != '"' && *at != '\0' && len < WORD_MAX)
		at = unescape(at, &w->text[w->count][len++]);
	w->len[w->count++] = len;
}

static void read_words(const char *path, struct words *w)
{
	PH_CLEANUP(close_file) FILE *f = fopen(path, "r");
	char line[1024];

	check(f != NULL);
	if (f == NULL)
		return;
	while (fgets(line, sizeof(line), f) != NULL)
		read_word(line, w);
	check(w->count > 0);
}

/* Numbers that look random and are the same each time. */
static uint32_t shuffle(uint32_t *state)
{
	*state = *state * 1664525 + 1013904223;
	return *state >> 8;
}

static void feed_mixes(const struct words *w)
{
	static char mix[MIX_WORDS_MAX * WORD_MAX];
	uint32_t state = 1;

	for (size_t n = 0; n < MIXES && w->count > 0; n++) {
		size_t len = 0;
		size_t count = 1 + shuffle(&state) % MIX_WORDS_MAX;

		for (size_t i = 0; i < count; i++) {
			size_t pick = shuffle(&state) % w->count;

			memcpy(mix + len, w->text[pick], w->len[pick]);
			len += w->len[pick];
		}
		/* Now and then one byte is damaged. */
		if (len > 0 && n % 4 == 3)
			mix[shuffle(&state) % len] = (char)shuffle(&state);
		check_case("mix", n);
		feed(mix, len);
	}
	check_case(NULL, 0);
}

int main(int argc, char **argv)
{
	static struct words words;
	char path[4096];

	if (argc != 3)
		return 64;
	feed("", 0);
	(void)snprintf(path, sizeof(path), "%s/seeds/%s", argv[1], argv[2]);
	feed_seeds(path);
	(void)snprintf(path, sizeof(path), "%s/%s.dict", argv[1], argv[2]);
	read_words(path, &words);
	feed_mixes(&words);
	return check_end();
}
