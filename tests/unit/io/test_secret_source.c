#include "certs.h"
#include "check.h"
#include "io/secret_source.h"

#include <fcntl.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

static void check_secret(const struct ph_secret *s, const char *want)
{
	check_int(s->len, strlen(want));
	check_str(s->ptr, want);
}

static void check_fault(
    const struct ph_fault *f, enum ph_cause cause, const char *text)
{
	check_int(f->cause, cause);
	check_int(f->stage, PH_STAGE_CONFIG);
	if (strstr(f->text, text) == NULL)
		check_str(f->text, text);
	check(strstr(f->text, "hunter2") == NULL);
}

static void test_env(void)
{
	struct ph_secret s = { 0 };
	struct ph_fault f = { 0 };

	(void)setenv("PH_TEST_SECRET", "hunter2", 1);
	check_int(ph_secret_from_env("PH_TEST_SECRET", &s, &f), PH_OK);
	check_secret(&s, "hunter2");
	(void)setenv("PH_TEST_SECRET", "", 1);
	check_int(ph_secret_from_env("PH_TEST_SECRET", &s, &f), PH_ENOTFOUND);
	check_fault(&f, PH_CAUSE_NO_PASSWORD, "empty password");
	check_secret(&s, "hunter2"); /* untouched */
	(void)unsetenv("PH_TEST_SECRET");
	check_int(ph_secret_from_env("PH_TEST_SECRET", &s, &f), PH_ENOTFOUND);
	check_fault(
	    &f, PH_CAUSE_NO_PASSWORD, "variable \"PH_TEST_SECRET\" is not set");
	check_int(ph_secret_from_env("", &s, &f), PH_ENOTFOUND);
	ph_secret_release(&s);
}

static const struct {
	const char *content;
	const char *want; /* NULL: empty */
} contents[] = {
	{ "hunter2", "hunter2" },
	{ "hunter2\n", "hunter2" },
	{ "hunter2\r\n", "hunter2" },
	{ "hunter2\n\n", "hunter2\n" },
	{ " hunter2 \n", " hunter2 " },
	{ "a\nb\n", "a\nb" },
	{ "\n", NULL },
	{ "", NULL },
};

static void test_file(void)
{
	char *path = temp_path("secret");

	for (size_t i = 0; i < PH_COUNT(contents); i++) {
		struct ph_secret s = { 0 };
		struct ph_fault f = { 0 };

		check_case("content", i);
		temp_write(path, contents[i].content);
		check(chmod(path, 0600) == 0);
		enum ph_err err = ph_secret_from_file(path, &s, &f);
		if (contents[i].want == NULL) {
			check_int(err, PH_ENOTFOUND);
			check_fault(&f, PH_CAUSE_NO_PASSWORD, "empty");
		} else {
			check_int(err, PH_OK);
			check_secret(&s, contents[i].want);
		}
		ph_secret_release(&s);

		int fd = open(path, O_RDONLY | O_CLOEXEC);
		err = ph_secret_from_fd(fd, &s, &f);
		check_int(err, contents[i].want == NULL ? PH_ENOTFOUND : PH_OK);
		ph_secret_release(&s);
		(void)close(fd);
	}
	check_case(NULL, 0);

	struct ph_secret s = { 0 };
	struct ph_fault f = { 0 };
	static const mode_t open_modes[] = { 0644, 0640, 0604, 0660, 0620 };
	for (size_t i = 0; i < PH_COUNT(open_modes); i++) {
		check(chmod(path, open_modes[i]) == 0);
		check_int(ph_secret_from_file(path, &s, &f), PH_EDENIED);
		check_fault(&f, PH_CAUSE_SECRET_EXPOSED, "open to others");
		check(strstr(f.advice, "chmod 600 ") == f.advice);
	}
	check(chmod(path, 0600) == 0);
	/* As long as it may be, and longer. */
	char *big = malloc(PH_SECRET_MAX + 4);
	memset(big, 'x', PH_SECRET_MAX + 3);
	big[PH_SECRET_MAX] = '\n';
	big[PH_SECRET_MAX + 1] = '\0';
	temp_write(path, big);
	check_int(ph_secret_from_file(path, &s, &f), PH_OK);
	check_int(s.len, PH_SECRET_MAX);
	big[PH_SECRET_MAX] = 'x';
	temp_write(path, big);
	check_int(ph_secret_from_file(path, &s, &f), PH_ETOOBIG);
	big[PH_SECRET_MAX + 1] = 'x';
	big[PH_SECRET_MAX + 2] = 'x';
	big[PH_SECRET_MAX + 3] = '\0';
	temp_write(path, big);
	check_int(ph_secret_from_file(path, &s, &f), PH_ETOOBIG);
	check_fault(&f, PH_CAUSE_NO_PASSWORD, "too long");
	free(big);
	check(unlink(path) == 0);
	check_int(ph_secret_from_file(path, &s, &f), PH_ENOTFOUND);
	check_fault(&f, PH_CAUSE_NO_PASSWORD, "no such file");
	check_int(ph_secret_from_fd(-1, &s, &f), PH_EIO);
	check_fault(&f, PH_CAUSE_NO_PASSWORD, "cannot read");
	ph_secret_release(&s);
	free(path);
}

static void test_command(void)
{
	static const struct {
		const char *command;
		enum ph_err err;
		const char *text; /* the secret, or part of the fault */
	} cases[] = {
		{ "echo hunter2", PH_OK, "hunter2" },
		{ "printf '%s %s' a 'b c'", PH_OK, "a b c" },
		{ "echo '$HOME' $(id) ; true", PH_OK, "$HOME $(id) ; true" },
		{ "sh -c 'echo hunter2; exit 2'", PH_EIO, "exit status 2" },
		{ "sh -c 'kill -9 $$'", PH_EIO, "killed by signal 9" },
		{ "true", PH_ENOTFOUND, "empty password" },
		{ "posthaste-none-such hunter", PH_EIO,
		    "posthaste-none-such: no such file" },
		{ "echo 'a", PH_EINVAL, "a single quote has no end" },
		{ "", PH_EINVAL, "it is empty" },
		{ "head -c 100000 /dev/zero", PH_ETOOBIG, "too much" },
	};

	for (size_t i = 0; i < PH_COUNT(cases); i++) {
		struct ph_secret s = { 0 };
		struct ph_fault f = { 0 };

		check_case(cases[i].command, i);
		check_int(
		    ph_secret_from_command(cases[i].command, NULL, &s, &f),
		    cases[i].err);
		if (cases[i].err == PH_OK) {
			check_secret(&s, cases[i].text);
		} else {
			check_fault(&f, PH_CAUSE_NO_PASSWORD, cases[i].text);
		}
		ph_secret_release(&s);
	}
	check_case(NULL, 0);
}

static void test_credential(void)
{
	static const char *const bad[] = { "", ".", "..", "../secret",
		"/etc/passwd", "a/b" };
	char *path = temp_path("smtp");
	struct ph_secret s = { 0 };
	struct ph_fault f = { 0 };

	temp_write(path, "hunter2\n");
	/* The rights of an access list show as the group's. */
	check(chmod(path, 0440) == 0);
	(void)unsetenv("CREDENTIALS_DIRECTORY");
	check_int(ph_secret_from_credential("smtp", &s, &f), PH_ENOTFOUND);
	check_fault(&f, PH_CAUSE_NO_PASSWORD, "CREDENTIALS_DIRECTORY");
	check(strstr(f.advice, "LoadCredential=smtp:PATH") != NULL);
	(void)setenv("CREDENTIALS_DIRECTORY", temp_dir(), 1);
	check_int(ph_secret_from_credential("smtp", &s, &f), PH_OK);
	check_secret(&s, "hunter2");
	ph_secret_release(&s);
	check_int(ph_secret_from_credential("none", &s, &f), PH_ENOTFOUND);
	check_fault(&f, PH_CAUSE_NO_PASSWORD, "none: no such file");
	for (size_t i = 0; i < PH_COUNT(bad); i++) {
		check_case(bad[i], i);
		check_int(ph_secret_from_credential(bad[i], &s, &f), PH_EINVAL);
		check_fault(&f, PH_CAUSE_NO_PASSWORD, "cannot be the name");
	}
	check_case(NULL, 0);

	char *deep = malloc(5000);
	memset(deep, 'd', 4999);
	deep[4999] = '\0';
	(void)setenv("CREDENTIALS_DIRECTORY", deep, 1);
	check_int(ph_secret_from_credential("smtp", &s, &f), PH_EINVAL);
	check_fault(&f, PH_CAUSE_NO_PASSWORD, "too long");
	(void)unsetenv("CREDENTIALS_DIRECTORY");
	check(s.ptr == NULL);
	free(deep);
	free(path);
}

/* In a process with a terminal of its own: exit code says how it went. */
static void prompt_child(void)
{
	struct ph_secret s = { 0 };
	struct ph_fault f = { 0 };
	enum ph_err err = ph_secret_from_prompt("Password: ", &s, &f);
	struct termios t;

	if (tcgetattr(0, &t) != 0 || (t.c_lflag & ECHO) == 0)
		_exit(90);
	if (err != PH_OK)
		_exit(10 + (int)err);
	_exit(s.len == 7 && strcmp(s.ptr, "hunter2") == 0 ? 0 : 91);
}

/* Types text once the question is there; what the terminal showed is in
   seen. */
static int prompt(const char *text, char *seen, size_t size)
{
	int tty;
	int status = -1;
	size_t len = 0;
	pid_t pid = forkpty(&tty, NULL, NULL, NULL);

	check(pid >= 0);
	if (pid == 0)
		prompt_child();
	bool typed = false;
	while (len < size - 1) {
		ssize_t n = read(tty, seen + len, size - 1 - len);
		if (n <= 0)
			break;
		len += (size_t)n;
		seen[len] = '\0';
		if (!typed && strstr(seen, "Password: ") != NULL) {
			typed = true;
			check(write(tty, text, strlen(text)) > 0);
		}
	}
	seen[len] = '\0';
	(void)waitpid(pid, &status, 0);
	(void)close(tty);
	return status;
}

static void test_prompt(void)
{
	char seen[256];
	int status = prompt("hunter2\n", seen, sizeof(seen));

	check(WIFEXITED(status));
	check_int(WEXITSTATUS(status), 0);
	check(strstr(seen, "hunter2") == NULL);
	status = prompt("\n", seen, sizeof(seen));
	check_int(WEXITSTATUS(status), 10 + PH_ENOTFOUND);
	status = prompt("\004", seen, sizeof(seen)); /* ^D */
	check_int(WEXITSTATUS(status), 10 + PH_EOF);
	status = prompt("hun\003", seen, sizeof(seen)); /* ^C */
	check(WIFSIGNALED(status) && WTERMSIG(status) == SIGINT);
}

static void test_no_terminal(void)
{
	int status = -1;
	pid_t pid = fork();

	if (pid == 0) {
		struct ph_secret s = { 0 };
		struct ph_fault f = { 0 };
		(void)setsid();
		_exit(ph_secret_from_prompt("?", &s, &f) == PH_ENOTFOUND &&
			    f.cause == PH_CAUSE_NO_PASSWORD
			? 0
			: 1);
	}
	(void)waitpid(pid, &status, 0);
	check_int(status, 0);
}

int main(void)
{
	test_env();
	test_file();
	test_command();
	test_credential();
	test_prompt();
	test_no_terminal();
	return check_end();
}
