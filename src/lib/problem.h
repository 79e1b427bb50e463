#ifndef PH_LIB_PROBLEM_H
#define PH_LIB_PROBLEM_H

#include "base/enhanced.h"
#include "base/fault.h"
#include "base/outcome.h"

#include "posthaste/posthaste.h"

/* A fault as callers of the library see it.  A value, but not to be moved once
   it is set: pub points into it. */
struct ph_lib_problem {
	struct ph_problem pub;
	struct ph_fault fault;
	char enhanced[PH_ENHANCED_TEXT_MAX];
};

/* Nothing is wrong. */
void ph_lib_problem_clear(struct ph_lib_problem *p);
/* The fault is copied; an unset one clears.  Returns pub.status. */
enum ph_status ph_lib_problem_set(
    struct ph_lib_problem *p, const struct ph_fault *fault);
/* One of our own: PH_STATUS_ARGUMENT with this text; the same, out of
   memory. */
enum ph_status ph_lib_problem_argument(
    struct ph_lib_problem *p, const char *text);
enum ph_status ph_lib_problem_memory(struct ph_lib_problem *p);

enum ph_fate ph_lib_fate(enum ph_outcome outcome);

#endif
