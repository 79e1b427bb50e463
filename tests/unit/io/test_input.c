#include "check.h"
#include "io/input.h"

#include "io/file.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char dir[] = "/tmp/ph-test-input-XXXXXX";
static char path[64];

static void write_file(const char *text)
{
	PH_CLEANUP(ph_close_fd)
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	check(fd >= 0);
	check(ph_fd_write_all(fd, ph_span_of(text)) == PH_OK);
}

static void check_holds(struct ph_input *in, const char *want)
{
	char got[64] = "";

	check_int(in->size, strlen(want));
	if (in->size < sizeof(got))
		check(ph_file_read_at(in->fd, 0, got, in->size) == PH_OK);
	check_str(got, want);
}

static void test_file(void)
{
	struct ph_input in = { 0 };
	struct ph_fault f = { 0 };

	write_file("hello");
	check(ph_input_open(path, -1, &in, &f) == PH_OK);
	check(in.owned);
	check_holds(&in, "hello");
	ph_input_close(&in);
	check_int(in.fd, -1);
	ph_input_close(&in);
}

static void test_descriptor(void)
{
	struct ph_input in = { 0 };
	struct ph_fault f = { 0 };
	char c;

	write_file("hello");
	PH_CLEANUP(ph_close_fd) int fd = open(path, O_RDONLY | O_CLOEXEC);

	check(ph_input_open(NULL, fd, &in, &f) == PH_OK);
	check(!in.owned && in.fd == fd);
	check_holds(&in, "hello");
	ph_input_close(&in);
	check(fcntl(fd, F_GETFD) >= 0);

	/* What somebody read before is not part of it. */
	check(read(fd, &c, 1) == 1);
	check(ph_input_open(NULL, fd, &in, &f) == PH_OK);
	check(in.owned && in.fd != fd);
	check_holds(&in, "ello");
	ph_input_close(&in);
}

static void test_take(void)
{
	struct ph_input in = { 0 };
	struct ph_fault f = { 0 };
	int fd = -1;

	check(ph_file_temporary(&fd, &f) == PH_OK);
	check(ph_fd_write_all(fd, PH_SPAN("written")) == PH_OK);
	check(ph_input_take(fd, &in, &f) == PH_OK);
	check(in.owned && in.fd == fd);
	check_holds(&in, "written");
	ph_input_close(&in);
	check(fcntl(fd, F_GETFD) < 0);
	check(ph_input_take(-1, &in, &f) == PH_EIO);
}

static void test_pipe(void)
{
	struct ph_input in = { 0 };
	struct ph_fault f = { 0 };
	int ends[2];
	char by_path[32];

	check(pipe2(ends, O_CLOEXEC) == 0);
	check(ph_fd_write_all(ends[1], PH_SPAN("from a pipe")) == PH_OK);
	ph_close_fd(&ends[1]);
	check(ph_input_open(NULL, ends[0], &in, &f) == PH_OK);
	check_holds(&in, "from a pipe");
	ph_input_close(&in);
	ph_close_fd(&ends[0]);

	/* As a shell's <(command) names it. */
	check(pipe2(ends, O_CLOEXEC) == 0);
	check(ph_fd_write_all(ends[1], PH_SPAN("by path")) == PH_OK);
	ph_close_fd(&ends[1]);
	(void)snprintf(by_path, sizeof(by_path), "/dev/fd/%d", ends[0]);
	check(ph_input_open(by_path, -1, &in, &f) == PH_OK);
	check(in.owned);
	check_holds(&in, "by path");
	ph_input_close(&in);
	ph_close_fd(&ends[0]);
}

static void test_bad(void)
{
	struct ph_input in = { 0 };
	struct ph_fault f = { 0 };

	check(ph_input_open("/nonexistent/x", -1, &in, &f) == PH_ENOTFOUND);
	check_int(f.cause, PH_CAUSE_INPUT_NOT_FOUND);
	check(strstr(f.text, "/nonexistent/x") != NULL);
	check(ph_input_open(dir, -1, &in, &f) == PH_EINVAL);
	check(ph_input_open("/dev/zero", -1, &in, &f) == PH_EINVAL);
	check(ph_input_open(NULL, -1, &in, &f) == PH_EIO);
	check_int(f.cause, PH_CAUSE_INPUT_UNREADABLE);

	PH_CLEANUP(ph_close_fd)
	int zero = open("/dev/zero", O_RDONLY | O_CLOEXEC);
	check(ph_input_open(NULL, zero, &in, &f) == PH_EINVAL);
	PH_CLEANUP(ph_close_fd) int folder = open(dir, O_RDONLY | O_CLOEXEC);
	check(ph_input_open(NULL, folder, &in, &f) == PH_EINVAL);
}

int main(void)
{
	if (mkdtemp(dir) == NULL)
		return 1;
	(void)snprintf(path, sizeof(path), "%s/file", dir);
	test_file();
	test_descriptor();
	test_take();
	test_pipe();
	test_bad();
	(void)unlink(path);
	(void)rmdir(dir);
	return check_end();
}
