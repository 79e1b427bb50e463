#include "certs.h"
#include "check.h"
#include "io/file.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

static void check_fault(
    const struct ph_fault *f, enum ph_cause cause, const char *text)
{
	check_int(f->cause, cause);
	if (strstr(f->text, text) == NULL)
		check_str(f->text, text);
}

static void test_open(void)
{
	char *path = temp_path("open");
	char *fifo = temp_path("fifo");
	char *missing = temp_path("missing");
	char *below = temp_path("open/x");
	struct ph_fault f = { 0 };
	uint64_t size = 99;
	int fd = -1;
	char in[8];

	temp_write(path, "0123456789");
	check(mkfifo(fifo, 0600) == 0);
	check_int(ph_file_open(missing, &fd, &size, &f), PH_ENOTFOUND);
	check_fault(&f, PH_CAUSE_INPUT_NOT_FOUND, "missing: no such file");
	check_int(ph_file_open(below, &fd, &size, &f), PH_ENOTFOUND);
	check_int(ph_file_open(temp_dir(), &fd, &size, &f), PH_EINVAL);
	check_fault(&f, PH_CAUSE_INPUT_UNREADABLE, "it is not a regular file");
	check_int(ph_file_open(fifo, &fd, &size, &f), PH_EINVAL);
	check_int(ph_file_open("/dev/null", &fd, &size, NULL), PH_EINVAL);
	check(fd == -1 && size == 99);

	check_int(ph_file_open(path, &fd, &size, NULL), PH_OK);
	check_int(size, 10);
	check((fcntl(fd, F_GETFD) & FD_CLOEXEC) != 0);
	check_int(ph_file_read_at(fd, 3, in, 4), PH_OK);
	check(memcmp(in, "3456", 4) == 0);
	check_int(ph_file_read_at(fd, 8, in, 2), PH_OK);
	check_int(ph_file_read_at(fd, 8, in, 3), PH_EOF);
	check(truncate(path, 4) == 0); /* it shrank */
	check_int(ph_file_read_at(fd, 3, in, 4), PH_EOF);
	check_int(ph_file_read_at(fd, 0, in, 4), PH_OK);
	ph_close_fd(&fd);
	check(fd == -1);
	ph_close_fd(&fd);
	check_int(ph_file_read_at(fd, 0, in, 1), PH_EIO);
	free(path);
	free(fifo);
	free(missing);
	free(below);
}

static void test_read(void)
{
	char *path = temp_path("read");
	struct ph_fault f = { 0 };
	struct ph_buf b;

	temp_write(path, "0123456789");
	for (size_t max = 8; max < 13; max++) {
		check_case("max", max);
		ph_buf_init(&b, max);
		enum ph_err err = ph_file_read(path, &b, &f);
		check_int(err, max < 10 ? PH_ETOOBIG : PH_OK);
		if (err == PH_OK) {
			check_str(ph_buf_str(&b), "0123456789");
		} else {
			check_fault(
			    &f, PH_CAUSE_INPUT_UNREADABLE, "it is larger than");
		}
		ph_buf_release(&b);
	}
	check_case(NULL, 0);
	ph_buf_init(&b, 100);
	check_int(ph_file_read(path, &b, NULL), PH_OK);
	check_int(ph_file_read(path, &b, NULL), PH_OK);
	check_int(b.len, 20); /* appended */
	check_int(ph_file_read("/nonexistent", &b, &f), PH_ENOTFOUND);
	check_int(ph_file_read("/", &b, &f), PH_EIO);
	check_fault(&f, PH_CAUSE_INPUT_UNREADABLE, "is a directory");
	ph_buf_release(&b);

	/* A pipe, non-blocking as somebody else may have made it. */
	int fds[2];
	ph_buf_init(&b, 100);
	check(pipe2(fds, O_CLOEXEC | O_NONBLOCK) == 0);
	pid_t pid = fork();
	if (pid == 0) {
		(void)usleep(20000);
		_exit(write(fds[1], "late", 4) == 4 ? 0 : 1);
	}
	(void)close(fds[1]);
	check_int(ph_fd_read_all(fds[0], &b, &f), PH_OK);
	check_str(ph_buf_str(&b), "late");
	(void)close(fds[0]);
	check_int(ph_fd_read_all(-1, &b, &f), PH_EIO);
	check_fault(&f, PH_CAUSE_INPUT_UNREADABLE, "file descriptor -1");
	ph_buf_release(&b);
	free(path);
}

static void test_spool(void)
{
	int fds[2];
	int spool = -1;
	uint64_t size;
	struct ph_fault f = { 0 };
	char in[5];
	struct stat st;

	check(pipe2(fds, O_CLOEXEC) == 0);
	check(write(fds[1], "hello", 5) == 5);
	(void)close(fds[1]);
	check_int(ph_file_spool(fds[0], &spool, &size, &f), PH_OK);
	check_int(size, 5);
	check_int(ph_file_read_at(spool, 0, in, 5), PH_OK);
	check(memcmp(in, "hello", 5) == 0);
	check(fstat(spool, &st) == 0 && st.st_nlink == 0);
	check_int(st.st_mode & 0777, 0600);
	ph_close_fd(&spool);
	(void)close(fds[0]);
	check_int(ph_file_spool(-1, &spool, &size, &f), PH_EIO);
	check(spool == -1);

	const char *tmpdir = getenv("TMPDIR");
	char *old = tmpdir == NULL ? NULL : strdup(tmpdir);
	(void)setenv("TMPDIR", "/nonexistent", 1);
	check_int(ph_file_temporary(&spool, &f), PH_EIO);
	check_fault(&f, PH_CAUSE_CANNOT_CREATE, "/nonexistent/");
	check_int(ph_file_spool(0, &spool, &size, &f), PH_EIO);
	(void)setenv("TMPDIR", "relative", 1); /* not taken */
	check_int(ph_file_temporary(&spool, &f), PH_OK);
	ph_close_fd(&spool);
	if (old == NULL) {
		(void)unsetenv("TMPDIR");
	} else {
		(void)setenv("TMPDIR", old, 1);
	}
	free(old);
}

static void check_content(const char *path, const char *want)
{
	struct ph_buf b;

	ph_buf_init(&b, 1000);
	check_int(ph_file_read(path, &b, NULL), PH_OK);
	check_str(ph_buf_str(&b), want);
	ph_buf_release(&b);
}

static void test_replace(void)
{
	char *path = temp_path("a/b/c/file");
	char *dir = temp_path("a/b/c");
	char *link = temp_path("link");
	char *below = temp_path("a/b/c/file/x");
	struct ph_fault f = { 0 };
	struct stat st;
	struct ph_buf names;

	check_int(ph_file_replace(path, PH_SPAN("one"), 0600, &f), PH_OK);
	check_content(path, "one");
	check(stat(path, &st) == 0 && (st.st_mode & 07777) == 0600);
	check(stat(dir, &st) == 0 && (st.st_mode & 0777) == 0700);
	check_int(ph_file_replace(path, PH_SPAN("two"), 0640, &f), PH_OK);
	check_content(path, "two");
	check(stat(path, &st) == 0 && (st.st_mode & 07777) == 0640);

	/* Where a person names a file, its folder has to be there. */
	char *typo = temp_path("nowhere/file");
	char *nowhere = temp_path("nowhere");

	check_int(
	    ph_file_replace_in_place(typo, PH_SPAN("x"), 0600, &f), PH_EIO);
	check_fault(&f, PH_CAUSE_CANNOT_CREATE, "nowhere/file");
	check(stat(nowhere, &st) != 0);
	check_int(
	    ph_file_replace_in_place(path, PH_SPAN("two"), 0640, NULL), PH_OK);
	check_content(path, "two");
	free(typo);
	free(nowhere);

	/* A link stays one. */
	check(symlink(path, link) == 0);
	check_int(ph_file_replace(link, PH_SPAN("three"), 0600, &f), PH_OK);
	check(lstat(link, &st) == 0 && S_ISLNK(st.st_mode));
	check_content(path, "three");

	check_int(ph_file_replace(below, PH_SPAN(""), 0600, &f), PH_EIO);
	check_fault(&f, PH_CAUSE_CANNOT_CREATE, "cannot create");
	check_int(ph_file_replace(dir, PH_SPAN("x"), 0600, &f), PH_EIO);

	/* No room: the old one stays, and nothing beside it. */
	struct rlimit old;
	check(getrlimit(RLIMIT_FSIZE, &old) == 0);
	struct rlimit small = { 2, old.rlim_max };
	(void)signal(SIGXFSZ, SIG_IGN);
	check(setrlimit(RLIMIT_FSIZE, &small) == 0);
	check_int(ph_file_replace(path, PH_SPAN("four"), 0600, &f), PH_EIO);
	check(setrlimit(RLIMIT_FSIZE, &old) == 0);
	check_content(path, "three");
	ph_buf_init(&names, 1000);
	check_int(ph_dir_list(dir, "", &names, &f), PH_OK);
	check_str(ph_buf_str(&names), "file");
	check_int(names.len, 5);
	ph_buf_release(&names);

	check_int(ph_file_remove(path, &f), PH_OK);
	check_int(ph_file_remove(path, &f), PH_ENOTFOUND);
	check_fault(&f, PH_CAUSE_INPUT_NOT_FOUND, "cannot remove");
	check_int(ph_file_remove(dir, &f), PH_EIO);
	free(path);
	free(dir);
	free(link);
	free(below);
}

static void test_list(void)
{
	static const char *const files[] = { "b.conf", "a.conf", ".conf",
		".x.conf", "c.txt", "conf", "d.conf~", "long name.conf" };
	char *dir = temp_path("list");
	struct ph_buf out;
	struct ph_fault f = { 0 };

	check_int(ph_dir_make(dir, &f), PH_OK);
	check_int(ph_dir_make(dir, &f), PH_OK);
	for (size_t i = 0; i < PH_COUNT(files); i++) {
		char *path = NULL;
		check(asprintf(&path, "%s/%s", dir, files[i]) > 0);
		temp_write(path, "");
		free(path);
	}
	ph_buf_init(&out, 100);
	check_int(ph_dir_list(dir, ".conf", &out, &f), PH_OK);
	check(ph_span_eq(ph_buf_span(&out), PH_SPAN("a\0b\0long name\0")));
	ph_buf_release(&out);
	ph_buf_init(&out, 3);
	check_int(ph_dir_list(dir, ".conf", &out, &f), PH_ETOOBIG);
	check_int(ph_dir_list("/nonexistent", ".conf", &out, &f), PH_OK);
	check_int(ph_dir_list("/dev/null", ".conf", &out, &f), PH_ENOTFOUND);
	ph_buf_release(&out);
	free(dir);
}

static void test_private(void)
{
	static const struct {
		mode_t mode;
		enum ph_err err;
	} cases[] = {
		{ 0600, PH_OK },
		{ 0400, PH_OK },
		{ 0640, PH_EDENIED },
		{ 0604, PH_EDENIED },
		{ 0610, PH_EDENIED },
		{ 0666, PH_EDENIED },
	};

	char *path = temp_path("private");
	struct ph_fault f = { 0 };

	temp_write(path, "x");
	for (size_t i = 0; i < PH_COUNT(cases); i++) {
		check_case("mode", cases[i].mode);
		check(chmod(path, cases[i].mode) == 0);
		check_int(ph_file_check_private(path, &f), cases[i].err);
		if (cases[i].err == PH_OK)
			continue;
		check_fault(&f, PH_CAUSE_SECRET_EXPOSED, path);
		check(strncmp(f.advice, "chmod 600 ", 10) == 0);
	}
	check_case(NULL, 0);
	check(chmod(path, 0600) == 0);
	if (geteuid() == 0) {
		check(chown(path, 12345, (gid_t)-1) == 0);
		check_int(ph_file_check_private(path, &f), PH_EDENIED);
		check_fault(&f, PH_CAUSE_SECRET_EXPOSED, "uid 12345");
	}
	check(unlink(path) == 0);
	check_int(ph_file_check_private(path, &f), PH_ENOTFOUND);
	free(path);
}

static void test_write(void)
{
	int fds[2];

	(void)signal(SIGPIPE, SIG_IGN);
	check(pipe2(fds, O_CLOEXEC) == 0);
	check_int(ph_fd_write_all(fds[1], PH_SPAN("abc")), PH_OK);
	(void)close(fds[0]);
	check_int(ph_fd_write_all(fds[1], PH_SPAN("abc")), PH_EIO);
	check_int(errno, EPIPE);
	(void)close(fds[1]);
}

int main(void)
{
	test_open();
	test_read();
	test_spool();
	test_replace();
	test_list();
	test_private();
	test_write();
	return check_end();
}
