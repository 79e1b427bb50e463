#include "io/slot.h"

#include "io/errno_text.h"
#include "io/file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

enum {
	POLL_MS = 2
};

static int open_at(const char *path)
{
	return open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOCTTY, 0600);
}

enum ph_err ph_slot_open(const char *path, int *fd_out, struct ph_fault *fault)
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

enum ph_err ph_slot_try(int fd, uint64_t at)
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
enum ph_err ph_slot_wait(int fd, uint64_t at, ph_msec timeout)
{
	const struct timespec pause = { .tv_nsec = POLL_MS * 1000000L };
	enum ph_err err = ph_slot_try(fd, at);

	for (ph_msec waited = 0; err == PH_AGAIN && waited < timeout;
	     waited += POLL_MS) {
		(void)nanosleep(&pause, NULL);
		err = ph_slot_try(fd, at);
	}
	return err == PH_AGAIN ? PH_ETIMEOUT : err;
}

void ph_slot_give(int fd, uint64_t at)
{
	struct flock l = octet(at, F_UNLCK);

	(void)fcntl(fd, F_OFD_SETLK, &l);
}
