#include "io/child.h"

#include "io/file.h"
#include "io/interrupt.h"
#include "io/loop.h"
#include "io/terminal.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
	CHUNK = 4096,
	/* Where the kernel has no pidfd, ask so often. */
	REAP_POLL_MS = 10,
	/* What a child may take to tidy up when we are told to end. */
	GRACE_MS = 500,
	/* Of a child's children, and how deep theirs are looked for. */
	CHILDREN_TEXT_MAX = 4096,
	DEPTH_MAX = 8
};

struct child {
	pid_t pid;
	int out;   /* its stdout; -1 after its end */
	int pidfd; /* -1: the kernel has none */
	int64_t deadline_usec;
	bool reaped;
	bool leads; /* a process group of its own */
	int status;
	struct ph_terminal terminal;
	struct ph_interrupt interrupt;
};

/* Sets what the child starts with.  0 or the errno. */
static int prepare(posix_spawn_file_actions_t *fa, posix_spawnattr_t *attr,
    int out, bool leads)
{
	short flags = POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK;
	sigset_t none;
	sigset_t usual;

	(void)sigemptyset(&none);
	(void)sigemptyset(&usual);
	/* What a shell or nohup had us ignore, it ignores as well. */
	(void)sigaddset(&usual, SIGPIPE);
	(void)sigaddset(&usual, SIGCHLD);
	int rc = posix_spawn_file_actions_addopen(
	    fa, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
	if (rc == 0)
		rc = posix_spawn_file_actions_adddup2(fa, out, STDOUT_FILENO);
	/* Not all that is open is ours: whoever started us may have left us a
	   password on one (fd:N). */
	if (rc == 0) {
		rc = posix_spawn_file_actions_addclosefrom_np(
		    fa, STDERR_FILENO + 1);
	}
	if (rc == 0)
		rc = posix_spawnattr_setsigmask(attr, &none);
	if (rc == 0)
		rc = posix_spawnattr_setsigdefault(attr, &usual);
	if (rc == 0 && leads) {
		flags |= POSIX_SPAWN_SETPGROUP;
		rc = posix_spawnattr_setpgroup(attr, 0);
	}
	return rc == 0 ? posix_spawnattr_setflags(attr, flags) : rc;
}

static bool is_withheld(const char *entry, const char *const *names)
{
	for (size_t i = 0; names != NULL && names[i] != NULL; i++) {
		size_t len = strlen(names[i]);

		if (strncmp(entry, names[i], len) == 0 && entry[len] == '=')
			return true;
	}
	return false;
}

/* Our environment but for some; the strings are not copied.  NULL: no
   memory. */
static char **make_environment(const char *const *withheld)
{
	size_t count = 0;
	size_t kept = 0;

	while (environ[count] != NULL)
		count++;

	char **list = calloc(count + 1, sizeof(*list));

	for (size_t i = 0; list != NULL && i < count; i++) {
		if (!is_withheld(environ[i], withheld))
			list[kept++] = environ[i];
	}
	return list;
}

static int spawn(const struct ph_child_start *start, int out, struct child *c)
{
	posix_spawn_file_actions_t fa;
	posix_spawnattr_t attr;
	char **env = make_environment(start->withheld);

	if (env == NULL)
		return ENOMEM;

	int rc = posix_spawn_file_actions_init(&fa);
	if (rc != 0) {
		free(env);
		return rc;
	}
	rc = posix_spawnattr_init(&attr);
	if (rc == 0) {
		rc = prepare(&fa, &attr, out, c->leads);
		if (rc == 0) {
			rc = posix_spawnp(&c->pid, start->argv[0], &fa, &attr,
			    start->argv, env);
		}
		(void)posix_spawnattr_destroy(&attr);
	}
	(void)posix_spawn_file_actions_destroy(&fa);
	free(env);
	return rc;
}

static int left_ms(const struct child *c)
{
	int64_t left = (c->deadline_usec - ph_clock_usec()) / 1000;

	if (left <= 0)
		return 0;
	return left > INT_MAX ? INT_MAX : (int)left + 1;
}

static void reap(struct child *c, int flags)
{
	while (!c->reaped) {
		pid_t got = waitpid(c->pid, &c->status, flags);
		if (got == c->pid) {
			c->reaped = true;
			return;
		}
		if (got == 0)
			return;
		if (errno != EINTR) {
			/* Somebody else took it: nothing is known. */
			c->reaped = true;
			c->status = -1;
		}
	}
}

/* PH_OK: there is or was something; PH_EOF: it closed its stdout. */
static enum ph_err take_output(struct child *c, struct ph_buf *out)
{
	char chunk[CHUNK];
	ssize_t n = read(c->out, chunk, sizeof(chunk));

	if (n < 0)
		return errno == EAGAIN || errno == EINTR ? PH_AGAIN : PH_EIO;
	if (n == 0)
		return PH_EOF;
	enum ph_err err =
	    ph_buf_append(out, (struct ph_span){ chunk, (size_t)n });
	explicit_bzero(chunk, (size_t)n);
	return err;
}

/* Waits for output, the end, a signal to us, or the deadline. */
static void wait_for_something(struct child *c, int signals)
{
	struct pollfd p[3] = {
		{ .fd = c->out, .events = POLLIN },
		{ .fd = c->pidfd, .events = POLLIN },
		{ .fd = signals, .events = POLLIN },
	};
	int wait = left_ms(c);

	if (c->pidfd < 0 && wait > REAP_POLL_MS)
		wait = REAP_POLL_MS;
	(void)poll(p, PH_COUNT(p), wait);
}

/* Until it has ended and all it said is here. */
static enum ph_err follow(struct child *c, struct ph_buf *out)
{
	for (;;) {
		/* First, so that what is read after it is all there is: a
		   daemon it left behind may hold the pipe for ever. */
		reap(c, WNOHANG);
		enum ph_err err = c->out < 0 ? PH_EOF : take_output(c, out);
		while (err == PH_OK)
			err = take_output(c, out);
		if (err == PH_EOF) {
			ph_close_fd(&c->out);
		} else if (err != PH_AGAIN) {
			return err;
		}
		if (c->reaped)
			return PH_OK;
		if (ph_interrupt_came(&c->interrupt))
			return PH_EIO;
		if (left_ms(c) == 0)
			return PH_ETIMEOUT;
		wait_for_something(c, c->interrupt.fd);
	}
}

/* Without a group of its own it has no name for all that it started. */
static void signal_tree(pid_t pid, int signum, int depth)
{
	char text[CHILDREN_TEXT_MAX];
	char *end = text;
	ssize_t n = -1;

	(void)snprintf(text, sizeof(text), "/proc/%d/task/%d/children",
	    (int)pid, (int)pid);
	PH_CLEANUP(ph_close_fd) int fd = open(text, O_RDONLY | O_CLOEXEC);
	if (fd >= 0 && depth < DEPTH_MAX)
		n = read(fd, text, sizeof(text) - 1);
	text[n < 0 ? 0 : n] = '\0';
	(void)kill(pid, signum);
	for (char *at = text; *at != '\0'; at = end) {
		pid_t below = (pid_t)strtol(at, &end, 10);

		if (end == at)
			return;
		if (below > 1)
			signal_tree(below, signum, depth + 1);
		end += strspn(end, " \n");
	}
}

static void signal_all(const struct child *c, int signum)
{
	if (c->leads) {
		(void)kill(-c->pid, signum);
	} else if (!c->reaped) {
		signal_tree(c->pid, signum, 0);
	}
}

/* It did not end by itself.  Who is told to end passes that on, and waits. */
static void put_an_end(struct child *c, bool kindly)
{
	if (kindly) {
		ph_close_fd(&c->out);
		signal_all(c, SIGTERM);
		c->deadline_usec = ph_clock_usec() + (int64_t)GRACE_MS * 1000;
		reap(c, WNOHANG);
		while (!c->reaped && left_ms(c) > 0) {
			wait_for_something(c, -1);
			reap(c, WNOHANG);
		}
	}
	signal_all(c, SIGKILL);
	reap(c, 0);
}

static void tell_end(const struct child *c, struct ph_child_end *end)
{
	if (c->status == -1)
		return;
	if (WIFEXITED(c->status)) {
		end->code = WEXITSTATUS(c->status);
	} else if (WIFSIGNALED(c->status)) {
		end->signum = WTERMSIG(c->status);
	}
}

static enum ph_err run(struct child *c, const struct ph_child_start *start,
    struct ph_buf *out, struct ph_child_end *end)
{
	int fds[2];

	if (pipe2(fds, O_CLOEXEC) != 0) {
		end->err = errno;
		return PH_EIO;
	}
	end->err = spawn(start, fds[1], c);
	(void)close(fds[1]);
	if (end->err != 0) {
		(void)close(fds[0]);
		return PH_EIO;
	}
	c->out = fds[0];
	c->pidfd = (int)syscall(SYS_pidfd_open, c->pid, 0);
	(void)fcntl(c->out, F_SETFL, O_NONBLOCK);

	enum ph_err err = follow(c, out);
	bool interrupted = ph_interrupt_came(&c->interrupt);

	if (err != PH_OK)
		put_an_end(c, interrupted);
	tell_end(c, end);
	if (end->code != 0 || interrupted)
		ph_terminal_restore(&c->terminal);
	if (interrupted) {
		end->err = EINTR;
		err = PH_EIO;
	}
	ph_close_fd(&c->out);
	ph_close_fd(&c->pidfd);
	return err;
}

enum ph_err ph_child_run(const struct ph_child_start *start, struct ph_buf *out,
    struct ph_child_end *end)
{
	struct child c = { .out = -1, .pidfd = -1 };
	bool at_terminal = ph_terminal_open(&c.terminal);
	ph_msec timeout = at_terminal && start->asking_timeout > 0
	    ? start->asking_timeout
	    : start->timeout;

	*end = (struct ph_child_end){ .code = -1 };
	c.leads = !at_terminal;
	c.deadline_usec = ph_clock_usec() + timeout * 1000;
	ph_interrupt_hold(&c.interrupt);
	enum ph_err err = run(&c, start, out, end);
	ph_terminal_close(&c.terminal);
	ph_interrupt_let_go(&c.interrupt);
	return err;
}
