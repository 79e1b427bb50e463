#include "check.h"
#include "far_end.h"

#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* The programs of examples/, as somebody would run them. */

static struct far_end far;
static char url[128];

/* Returns the exit code. */
static int run(char *const argv[])
{
	posix_spawn_file_actions_t quiet;
	pid_t pid = -1;
	int status = -1;

	check_int(posix_spawn_file_actions_init(&quiet), 0);
	check_int(posix_spawn_file_actions_addopen(
		      &quiet, STDERR_FILENO, "/dev/null", 1, 0),
	    0);
	check_int(posix_spawn_file_actions_addopen(
		      &quiet, STDOUT_FILENO, "/dev/null", 1, 0),
	    0);
	check_int(posix_spawn(&pid, argv[0], &quiet, NULL, argv, environ), 0);
	check(waitpid(pid, &status, 0) == pid);
	(void)posix_spawn_file_actions_destroy(&quiet);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

int main(int argc, char **argv)
{
	char from[] = "ann@example.com";
	char to[] = "bob@example.com";
	char nobody[] = "nobody@example.com";
	char count[] = "6";

	if (argc != 3)
		return 64;
	far_end_start(&far);
	check_int(setenv("XDG_CONFIG_HOME", far.dir, 1), 0);
	check_int(unsetenv("XDG_STATE_HOME"), 0);
	check_int(setenv("HOME", "/nonexistent", 1), 0);
	check_int(setenv("PASSWORD", "secret", 1), 0);
	check_int(setenv("CA_FILE", far.ca_file, 1), 0);

	(void)snprintf(url, sizeof(url), "smtp+starttls://ann@localhost:%u",
	    (unsigned)far.port);
	check_int(run((char *[]){ argv[1], url, from, to, NULL }), 0);
	check(far_end_holds(&far, "\r\n.A line with a dot.\r\n"));
	check_int(run((char *[]){ argv[1], url, from, nobody, NULL }), 1);
	check_int(run((char *[]){ argv[1], NULL }), 64);
	check_int(setenv("PASSWORD", "wrong", 1), 0);
	check_int(run((char *[]){ argv[1], url, from, to, NULL }), 1);

	(void)snprintf(
	    url, sizeof(url), "smtp+none://127.0.0.1:%u", (unsigned)far.port);
	check_int(run((char *[]){ argv[2], url, from, to, count, NULL }), 0);
	check(far_end_holds(&far, "Message number 1.\r\n"));
	check(far_end_holds(&far, "Message number 6.\r\n"));
	far_end_stop(&far);
	return check_end();
}
