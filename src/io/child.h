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
	/* Where the process has a terminal, at which a person may have to
	   answer first; 0: the same. */
	ph_msec asking_timeout;
	/* Names of variables that it does not inherit, ended by NULL; NULL:
	   none.  They may hold secrets. */
	const char *const *withheld;
};

/* Runs argv (found by PATH), without a shell, with nothing on stdin, our stderr
   and no other descriptor, and appends what it says on stdout to *out.  Blocks,
   for timeout at most; then it is killed, with all that it started.
   Where the process has a terminal, the child can ask there: it is in our
   process group, so that it may read, and the terminal's signals reach both.
   Elsewhere it leads a group of its own.
   SIGINT, SIGTERM and SIGHUP to us end the child first, and act when the
   terminal is as it was.
   PH_OK with *end, whatever the exit status; PH_EIO: not started, or
   interrupted (EINTR), with *end; PH_ETIMEOUT; PH_ETOOBIG: it said more than
   *out may hold; PH_ENOMEM. */
PH_MUST_USE enum ph_err ph_child_run(const struct ph_child_start *start,
    struct ph_buf *out, struct ph_child_end *end);

#endif
