#ifndef PH_CONFIG_CLAIM_H
#define PH_CONFIG_CLAIM_H

#include "base/err.h"
#include "base/fault.h"
#include "io/lock.h"

/* A directory of connections that this process alone changes: who reads a file,
   changes it and writes it back would undo what another wrote in between. */
struct ph_claim {
	struct ph_lock lock; /* a file in the directory */
	char *made;          /* the directory, where it was not there before */
	char *made_above;    /* the one above it, likewise */
};

/* Waits its turn, some seconds.  A directory that is not there is made with
   makes, else there is nothing to claim; nor is there in one that cannot be
   written.  PH_EIO with *fault, also when it is not our turn in time;
   PH_ENOMEM. */
PH_MUST_USE enum ph_err ph_claim_take(
    const char *dir, bool makes, struct ph_claim *out, struct ph_fault *fault);
/* What was made goes again when nothing was put there.  All zero was never
   taken. */
void ph_claim_drop(struct ph_claim *c);

#endif
