#ifndef PH_MEMORY_GATE_H
#define PH_MEMORY_GATE_H

#include "base/err.h"
#include "base/fault.h"

/* Who is asked before a login whose refusal counts against an account, and is
   told of its end. */

enum ph_gate_end {
	PH_GATE_UNDECIDED = 0, /* it came to no answer about who logs in */
	PH_GATE_REFUSED,
	PH_GATE_TAKEN
};

struct ph_gate {
	void *ctx;
	/* PH_AGAIN: others are at it, ask again soon.  PH_EDENIED with *fault:
	   none may be made. */
	enum ph_err (*admit)(void *ctx, struct ph_fault *fault);
	/* Once after each PH_OK.  Mechanisms that failed for their own sake may
	   have been tried in between. */
	void (*settle)(void *ctx, enum ph_gate_end end);
};

#endif
