#ifndef PH_IO_LOCK_H
#define PH_IO_LOCK_H

#include "base/clock.h"
#include "base/err.h"
#include "base/fault.h"

#include <stdint.h>

/* Locks between processes, and between threads that each opened the file: a
   file of no content, of which every octet is a lock of its own.  What a
   process held is free when it ends, however it ends (open file description
   locks). */

/* Opens the file, mode 0600, and makes it and its directories (0700) where they
   are missing.  ph_close_fd() gives back every lock.  PH_EIO with *fault. */
PH_MUST_USE enum ph_err ph_lock_open(
    const char *path, int *fd_out, struct ph_fault *fault);

/* PH_OK: ours now.  PH_AGAIN: another has it.  PH_EIO. */
PH_MUST_USE enum ph_err ph_lock_try(int fd, uint64_t at);
/* Tries until it is ours, for at most that long.  PH_ETIMEOUT; PH_EIO. */
PH_MUST_USE enum ph_err ph_lock_wait(int fd, uint64_t at, ph_msec timeout);
void ph_lock_give(int fd, uint64_t at);

/* A file that one at a time holds as a whole, among all that ask by the same
   path; gone when nobody holds it. */
struct ph_lock {
	char *path;
	int fd;
};

/* Waits for it so long.  The directory must be there.  PH_ETIMEOUT without a
   fault; PH_EIO with *fault (PH_CAUSE_CANNOT_CREATE); PH_ENOMEM. */
PH_MUST_USE enum ph_err ph_lock_take(const char *path, ph_msec wait,
    struct ph_lock *out, struct ph_fault *fault);
/* All zero was never taken. */
void ph_lock_drop(struct ph_lock *l);

#endif
