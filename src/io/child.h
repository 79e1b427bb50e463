#ifndef PH_IO_CHILD_H
#define PH_IO_CHILD_H

#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"

/* How a program ended. */
struct ph_child_end {
	int code;   /* exit status; -1: by a signal, or never started */
	int signum; /* 0: by itself */
	int err;    /* why it could not be started: errno */
};

struct ph_child_start {
	char *const *argv;
	ph_msec timeout;
	/* Names of variables that it does not inherit, ended by NULL; NULL:
	   none.  They may hold secrets. */
	const char *const *withheld;
};

/* Runs argv (found by PATH), without a shell, in a process group of its own,
   with nothing on stdin, our stderr and no other descriptor, and appends what
   it says on stdout to *out.  Blocks, for timeout at most; what is left of the
   group then is killed.
   PH_OK with *end, whatever the exit status; PH_EIO: not started, with *end;
   PH_ETIMEOUT; PH_ETOOBIG: it said more than *out may hold; PH_ENOMEM. */
PH_MUST_USE enum ph_err ph_child_run(const struct ph_child_start *start,
    struct ph_buf *out, struct ph_child_end *end);

#endif
