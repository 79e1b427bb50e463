#ifndef PH_IO_WORK_H
#define PH_IO_WORK_H

#include "base/err.h"
#include "io/loop.h"

/* Work that may take long and cannot be told to stop, on a thread of its own,
   while the loop goes on: a library that waits for some server.  Nobody has to
   wait for its end; what it works on belongs to it until then. */
struct ph_work;

struct ph_work_job {
	/* On the thread; touches nothing but the job. */
	void (*run)(void *job);
	/* Ends the job, once and whatever happened, on the thread or on the
	   loop's.  Not where ph_work_start() failed. */
	void (*end)(void *job);
	void *job;
};

/* done(ctx) is called from the loop once run is through; the job may be looked
   at from then on until ph_work_free().  PH_ENOMEM, PH_EIO: no thread to be
   had. */
PH_MUST_USE enum ph_err ph_work_start(struct ph_loop *l,
    const struct ph_work_job *job, void (*done)(void *ctx), void *ctx,
    struct ph_work **out);
/* Also before it is done: then it is left to itself, and done is not called;
   and from within done.  NULL is accepted. */
void ph_work_free(struct ph_work *w);

#endif
