#include "check.h"
#include "io/file.h"
#include "io/lock.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static char dir[] = "/tmp/ph-lock-XXXXXX";
static char path[64];

static int open_slots(void)
{
	struct ph_fault f = { 0 };
	int fd = -1;

	check_int(ph_lock_open(path, &fd, &f), PH_OK);
	return fd;
}

/* Each octet is a lock; each opening of the file is somebody else. */
static void test_octets(void)
{
	int one = open_slots();
	int other = open_slots();
	struct stat st;

	check_int(stat(path, &st), 0);
	check_int(st.st_mode & 0777, 0600);
	check_int(ph_lock_try(one, 0), PH_OK);
	check_int(ph_lock_try(one, 0), PH_OK);
	check_int(ph_lock_try(other, 0), PH_AGAIN);
	check_int(ph_lock_try(other, 1), PH_OK);
	check_int(ph_lock_try(one, 1), PH_AGAIN);
	check_int(ph_lock_try(other, (uint64_t)1 << 50), PH_OK);
	ph_lock_give(one, 0);
	check_int(ph_lock_try(other, 0), PH_OK);
	/* Closing gives all of them back. */
	ph_close_fd(&other);
	check_int(ph_lock_try(one, 0), PH_OK);
	check_int(ph_lock_try(one, 1), PH_OK);
	ph_close_fd(&one);
}

static void test_wait(void)
{
	int one = open_slots();
	int other = open_slots();

	check_int(ph_lock_try(one, 7), PH_OK);
	check_int(ph_lock_wait(other, 7, 0), PH_ETIMEOUT);
	check_int(ph_lock_wait(other, 7, 6), PH_ETIMEOUT);
	ph_lock_give(one, 7);
	check_int(ph_lock_wait(other, 7, 0), PH_OK);
	ph_close_fd(&one);
	ph_close_fd(&other);
	check_int(ph_lock_wait(-1, 7, 6), PH_EIO);
	ph_lock_give(-1, 7);
}

/* Who dies holds nothing. */
static void test_death(void)
{
	int one;
	int status = -1;
	pid_t pid = fork();

	if (pid == 0) {
		int fd = -1;
		struct ph_fault f = { 0 };

		if (ph_lock_open(path, &fd, &f) != PH_OK ||
		    ph_lock_try(fd, 3) != PH_OK)
			_exit(1);
		abort();
	}
	check(pid > 0);
	check(waitpid(pid, &status, 0) == pid);
	check(WIFSIGNALED(status));
	one = open_slots();
	check_int(ph_lock_try(one, 3), PH_OK);
	ph_close_fd(&one);
}

static void test_no_place(void)
{
	struct ph_fault f = { 0 };
	int fd = -1;

	check_int(ph_lock_open("/proc/nothing/here", &fd, &f), PH_EIO);
	check_int(f.cause, PH_CAUSE_CANNOT_CREATE);
	check_int(ph_lock_open("/", &fd, &f), PH_EIO);
	check_int(fd, -1);
}

int main(void)
{
	check(mkdtemp(dir) != NULL);
	(void)snprintf(path, sizeof(path), "%s/deep/lock", dir);
	test_octets();
	test_wait();
	test_death();
	test_no_place();
	check_int(unlink(path), 0);
	(void)snprintf(path, sizeof(path), "%s/deep", dir);
	check_int(rmdir(path), 0);
	check_int(rmdir(dir), 0);
	return check_end();
}
