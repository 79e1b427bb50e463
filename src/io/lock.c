#include "io/lock.h"

#include "io/errno_text.h"
#include "io/file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum {
	/* Of an octet, which is held for moments ... */
	POLL_MS = 2,
	/* ... and of a file, for as long as a server takes to answer. */
	STEP_MS = 20
};

/* octets */

static int open_at(const char *path)
{
	return open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOCTTY, 0600);
}

enum ph_err ph_lock_open(const char *path, int *fd_out, struct ph_fault *fault)
{
	const char *slash = strrchr(path, '/');
	int fd = open_at(path);

	if (fd < 0 && errno == ENOENT && slash != NULL && slash != path) {
		char dir[PATH_MAX];

		(void)snprintf(
		    dir, sizeof(dir), "%.*s", (int)(slash - path), path);
		enum ph_err err = ph_dir_make(dir, fault);
		if (err != PH_OK)
			return err;
		fd = open_at(path);
	}
	if (fd < 0) {
		ph_fault_set(fault, PH_CAUSE_CANNOT_CREATE, PH_STAGE_CONFIG,
		    "cannot create %s: %s", path, ph_errno_text(errno));
		return PH_EIO;
	}
	*fd_out = fd;
	return PH_OK;
}

static struct flock octet(uint64_t at, short type)
{
	return (struct flock){
		.l_type = type,
		.l_whence = SEEK_SET,
		.l_start = (off_t)at,
		.l_len = 1,
	};
}

enum ph_err ph_lock_try(int fd, uint64_t at)
{
	struct flock l = octet(at, F_WRLCK);

	while (fcntl(fd, F_OFD_SETLK, &l) != 0) {
		if (errno == EAGAIN || errno == EACCES)
			return PH_AGAIN;
		if (errno != EINTR)
			return PH_EIO;
	}
	return PH_OK;
}

/* Not F_OFD_SETLKW: one who was stopped in the midst of it would hold up
   everybody for ever. */
enum ph_err ph_lock_wait(int fd, uint64_t at, ph_msec timeout)
{
	const struct timespec pause = { .tv_nsec = POLL_MS * 1000000L };
	enum ph_err err = ph_lock_try(fd, at);

	for (ph_msec waited = 0; err == PH_AGAIN && waited < timeout;
	     waited += POLL_MS) {
		(void)nanosleep(&pause, NULL);
		err = ph_lock_try(fd, at);
	}
	return err == PH_AGAIN ? PH_ETIMEOUT : err;
}

void ph_lock_give(int fd, uint64_t at)
{
	struct flock l = octet(at, F_UNLCK);

	(void)fcntl(fd, F_OFD_SETLK, &l);
}

/* a file as a whole: its first octet, and its name */

/* Who held it has removed it: what we have is held by nobody else any more,
   since nobody finds it. */
static bool is_still_there(int fd, const char *path)
{
	struct stat ours;
	struct stat there;

	return fstat(fd, &ours) == 0 && stat(path, &there) == 0 &&
	    ours.st_ino == there.st_ino && ours.st_dev == there.st_dev;
}

static enum ph_err refuse(struct ph_fault *fault, const char *path)
{
	ph_fault_set(fault, PH_CAUSE_CANNOT_CREATE, PH_STAGE_CONFIG,
	    "cannot lock %s: %s", path, ph_errno_text(errno));
	return PH_EIO;
}

/* PH_AGAIN: somebody has it. */
static enum ph_err hold(int fd, const char *path, struct ph_fault *fault)
{
	enum ph_err err = ph_lock_try(fd, 0);

	if (err == PH_OK)
		return is_still_there(fd, path) ? PH_OK : PH_AGAIN;
	return err == PH_AGAIN ? PH_AGAIN : refuse(fault, path);
}

static enum ph_err try(const char *path, int *fd_out, struct ph_fault *fault)
{
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);

	if (fd < 0)
		return refuse(fault, path);

	enum ph_err err = hold(fd, path, fault);

	if (err == PH_OK) {
		*fd_out = fd;
	} else {
		ph_close_fd(&fd);
	}
	return err;
}

enum ph_err ph_lock_take(
    const char *path, ph_msec wait, struct ph_lock *out, struct ph_fault *fault)
{
	const struct timespec step = { .tv_nsec = STEP_MS * 1000000L };
	ph_msec waited = 0;
	char *copy = strdup(path);
	int fd = -1;

	if (copy == NULL)
		return PH_ENOMEM;

	enum ph_err err = try(path, &fd, fault);

	for (; err == PH_AGAIN && waited < wait; waited += STEP_MS) {
		(void)nanosleep(&step, NULL);
		err = try(path, &fd, fault);
	}
	if (err == PH_OK) {
		*out = (struct ph_lock){ copy, fd };
		return PH_OK;
	}
	free(copy);
	return err == PH_AGAIN ? PH_ETIMEOUT : err;
}

void ph_lock_drop(struct ph_lock *l)
{
	if (l->path == NULL)
		return;
	/* Removed before it is let go, so that it is the one we hold. */
	(void)unlink(l->path);
	(void)close(l->fd);
	free(l->path);
	*l = (struct ph_lock){ 0 };
}
