#include "check.h"
#include "config/vault.h"
#include "freewatch.h"
#include "playground.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A secret from each source, fetched and given up again: what was in memory is
   overwritten before it is given back. */

static const char word[] = "hunter2 and more of it";

static struct ph_secret_source of_pipe(void)
{
	int fds[2];

	check_int(pipe2(fds, O_CLOEXEC), 0);
	check_int(write(fds[1], word, strlen(word)), (long)strlen(word));
	check_int(close(fds[1]), 0);
	return (struct ph_secret_source){ .kind = PH_SECRET_FD, .fd = fds[0] };
}

static void fetch(const char *dir, const struct ph_secret_source *from)
{
	struct ph_connection c = { .name = "work",
		.host = "h",
		.username = "ann",
		.password_from = *from };
	struct ph_secret s = { 0 };

	freewatch_for(word);
	check_int(ph_vault_secret(dir, &c, PH_ROLE_PASSWORD, &s, NULL), PH_OK);
	check(ph_span_eq(ph_secret_span(&s), ph_span_of(word)));
	ph_secret_release(&s);
	check_int(freewatch_found(), 0);
	freewatch_for(NULL);
}

/* Kept in a file, and refused to another host. */
static void test_stored(const char *dir)
{
	static const struct ph_secret_source stored = {
		.kind = PH_SECRET_STORED, .fd = -1
	};
	struct ph_connection c = { .name = "work", .host = "h" };
	struct ph_secret s = { 0 };
	struct ph_fault f;

	check_int(ph_secret_set(&s, ph_span_of(word)), PH_OK);
	freewatch_for(word);
	check_int(ph_vault_set(dir, &c, PH_ROLE_PASSWORD, &s, NULL), PH_OK);
	ph_secret_release(&s);
	check_int(freewatch_found(), 0);
	fetch(dir, &stored);
	c.host = "other";
	c.password_from = stored;
	freewatch_for(word);
	check_int(
	    ph_vault_secret(dir, &c, PH_ROLE_PASSWORD, &s, &f), PH_EDENIED);
	check_int(freewatch_found(), 0);
	freewatch_for(NULL);
}

int main(void)
{
	char dir[512];
	char path[512];
	char command[512];

	(void)playground_begin();
	(void)snprintf(dir, sizeof(dir), "%s", playground_path("secrets"));
	playground_write("file", word);
	(void)snprintf(path, sizeof(path), "%s", playground_path("file"));
	(void)snprintf(command, sizeof(command), "cat '%s'", path);
	check_int(setenv("PH_TEST_WORD", word, 1), 0);
	check_int(setenv("CREDENTIALS_DIRECTORY", playground_path(""), 1), 0);

	const struct ph_secret_source sources[] = {
		{ PH_SECRET_FILE, path, -1 },
		{ PH_SECRET_ENV, "PH_TEST_WORD", -1 },
		{ PH_SECRET_COMMAND, command, -1 },
		/* It may name the secret itself. */
		{ PH_SECRET_COMMAND, "printf %s 'hunter2 and more of it'", -1 },
		{ PH_SECRET_CREDENTIAL, "file", -1 },
		of_pipe(),
	};

	for (size_t i = 0; i < PH_COUNT(sources); i++) {
		check_case("source", i);
		fetch(dir, &sources[i]);
	}
	check_case(NULL, 0);
	test_stored(dir);
	playground_end();
	return check_end();
}
