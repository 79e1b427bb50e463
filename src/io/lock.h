#ifndef PH_IO_LOCK_H
#define PH_IO_LOCK_H

#include "base/clock.h"
#include "base/err.h"
#include "base/fault.h"

/* A file that one process at a time holds, among all that ask by the same path.
   It has no content, and is gone when nobody holds it. */
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
