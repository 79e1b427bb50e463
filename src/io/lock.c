#include "io/lock.h"

#include "io/errno_text.h"
#include "io/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum {
	STEP_MS = 20
};

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
	if (flock(fd, LOCK_EX | LOCK_NB) == 0)
		return is_still_there(fd, path) ? PH_OK : PH_AGAIN;
	return errno == EWOULDBLOCK || errno == EINTR ? PH_AGAIN
						      : refuse(fault, path);
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
	static const struct timespec step = { .tv_nsec = STEP_MS * 1000000L };
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
