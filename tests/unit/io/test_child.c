#include "check.h"
#include "io/child.h"
#include "io/loop.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *const *withheld;

static enum ph_err sh(const char *script, ph_msec timeout, size_t max,
    struct ph_buf *out, struct ph_child_end *end)
{
	char shell[] = "sh";
	char option[] = "-c";
	char *text = strdup(script);
	char *argv[] = { shell, option, text, NULL };

	ph_buf_init(out, max);
	enum ph_err err = ph_child_run(
	    &(struct ph_child_start){
		.argv = argv, .timeout = timeout, .withheld = withheld },
	    out, end);
	free(text);
	return err;
}

static const struct {
	const char *script;
	ph_msec timeout;
	size_t max;
	enum ph_err err;
	int code;
	int signum;
	const char *out;
} cases[] = {
	{ "echo hello", 5000, 100, PH_OK, 0, 0, "hello\n" },
	{ "exit 3", 5000, 100, PH_OK, 3, 0, "" },
	{ "printf x; kill -9 $$", 5000, 100, PH_OK, -1, SIGKILL, "x" },
	{ "cat", 5000, 100, PH_OK, 0, 0, "" }, /* nothing on stdin */
	{ "printf 12345", 5000, 5, PH_OK, 0, 0, "12345" },
	{ "printf 123456; sleep 60", 5000, 5, PH_ETOOBIG, -1, SIGKILL, "" },
	{ "echo a; sleep 60; echo b", 100, 100, PH_ETIMEOUT, -1, SIGKILL,
	    "a\n" },
	{ "exec >&-; sleep 60", 100, 100, PH_ETIMEOUT, -1, SIGKILL, "" },
	{ "exec >&-; exit 4", 5000, 100, PH_OK, 4, 0, "" },
	/* Signals are as a program expects them. */
	{ "kill -PIPE $$; echo alive", 5000, 100, PH_OK, -1, SIGPIPE, "" },
};

/* The children of the child, too; and one that is left behind with our pipe in
   its hands holds nobody up. */
static void test_group(void)
{
	struct ph_buf out;
	struct ph_child_end end;

	/* Whoever of them lives holds the pipe open. */
	int fds[2];
	check(pipe(fds) == 0);
	check(fcntl(fds[0], F_SETFD, FD_CLOEXEC) == 0);
	check_int(sh("sleep 60 & sleep 60", 200, 100, &out, &end), PH_ETIMEOUT);
	(void)close(fds[1]);
	struct pollfd p = { .fd = fds[0], .events = POLLIN };
	check_int(poll(&p, 1, 10000), 1);
	(void)close(fds[0]);
	ph_buf_release(&out);

	int64_t began = ph_clock_usec();
	check_int(sh("sleep 60 & echo $!", 20000, 100, &out, &end), PH_OK);
	check_int(end.code, 0);
	check(ph_clock_usec() - began < 5000000);
	pid_t grandchild = (pid_t)strtol(ph_buf_str(&out), NULL, 10);
	check(grandchild > 1 && kill(grandchild, SIGKILL) == 0);
	ph_buf_release(&out);
}

/* The same where they are in our own process group. */
static void test_terminal(void)
{
	int tty = -1;
	int status = -1;
	pid_t pid = forkpty(&tty, NULL, NULL, NULL);

	if (pid == 0) {
		test_group();
		_exit(check_end());
	}
	check(pid > 0);

	/* What it shows is taken, lest it wait. */
	char shown[256];
	while (read(tty, shown, sizeof(shown)) > 0)
		continue;
	check(waitpid(pid, &status, 0) == pid);
	check_int(status, 0);
	(void)close(tty);
}

/* What is named is left out, and what only looks like it is not. */
static void test_withheld(void)
{
	static const char *const names[] = { "PH_SECRET", "PH_OTHER", NULL };
	struct ph_buf out;
	struct ph_child_end end;

	(void)setenv("PH_SECRET", "a", 1);
	(void)setenv("PH_SECRET_NOT", "b", 1);
	(void)setenv("PH_OTHER", "", 1);
	withheld = names;
	check_int(sh("echo ${PH_SECRET-none} ${PH_SECRET_NOT-none} "
		     "${PH_OTHER-none}",
		      5000, 100, &out, &end),
	    PH_OK);
	check_str(ph_buf_str(&out), "none b none\n");
	ph_buf_release(&out);
	withheld = NULL;
	check_int(sh("echo ${PH_SECRET-none}", 5000, 100, &out, &end), PH_OK);
	check_str(ph_buf_str(&out), "a\n");
	ph_buf_release(&out);
}

/* Nor does a descriptor that others left open reach it. */
static void test_descriptors(void)
{
	struct ph_buf out;
	struct ph_child_end end;
	int fd = open("/dev/null", O_RDONLY); /* NOLINT: not CLOEXEC */

	check(fd >= 0);
	check_int(dup2(fd, 50), 50);
	check_int(
	    sh("test -e /proc/self/fd/50 || echo none", 5000, 100, &out, &end),
	    PH_OK);
	check_str(ph_buf_str(&out), "none\n");
	ph_buf_release(&out);
	(void)close(fd);
	(void)close(50);
}

int main(void)
{
	struct ph_buf out;
	struct ph_child_end end;

	(void)signal(SIGPIPE, SIG_IGN);
	for (size_t i = 0; i < PH_COUNT(cases); i++) {
		check_case(cases[i].script, i);
		check_int(sh(cases[i].script, cases[i].timeout, cases[i].max,
			      &out, &end),
		    cases[i].err);
		check_int(end.code, cases[i].code);
		check_int(end.signum, cases[i].signum);
		check_str(ph_buf_str(&out), cases[i].out);
		ph_buf_release(&out);
	}
	check_case(NULL, 0);
	test_group();
	test_terminal();
	test_withheld();
	test_descriptors();

	char name[] = "posthaste-no-such-program";
	char *argv[] = { name, NULL };
	ph_buf_init(&out, 10);
	const struct ph_child_start start = { .argv = argv, .timeout = 1000 };
	check_int(ph_child_run(&start, &out, &end), PH_EIO);
	check_int(end.err, ENOENT);
	check_int(end.code, -1);
	return check_end();
}
