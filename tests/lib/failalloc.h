#ifndef PH_TESTS_FAILALLOC_H
#define PH_TESTS_FAILALLOC_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>

/* Makes allocations fail.  An executable that names failalloc_dep has malloc,
   calloc, realloc, strdup and strndup of all that is linked into it statically
   (our rooms and the test, no shared library) replaced by ones that can be told
   to return NULL.  Not for more than one thread. */

/* Calls fn(ctx) with every allocation granted, which must give PH_OK; then with
   the first allocation failing, then the second, and so on, until a call comes
   by without reaching the one that should fail.  Each call in which one failed
   must give PH_ENOMEM; leaks are left to the sanitizer.  fn starts from nothing
   each time and releases what it made.  All this is counted by check().

   Returns how many allocations were made to fail.  More than 10,000 count as a
   failure: fn never ends. */
size_t failalloc_run(enum ph_err (*fn)(void *ctx), void *ctx);

/* The same for what can do without: a call in which an allocation failed may
   also give PH_OK, or another error. */
size_t failalloc_run_any(enum ph_err (*fn)(void *ctx), void *ctx);

/* With failroom_dep besides, what is asked of an arena or of a buffer fails in
   turn as well, though there may be room in what they have: their headers say
   that each request may fail.  Many more runs. */

/* By hand: lets n allocations pass and fails the next one, once. */
void failalloc_after(size_t n);
/* Grants everything again; says whether one was failed. */
bool failalloc_off(void);

/* For what stands in for an allocation: counts it, and says whether it is the
   one to fail. */
bool failalloc_denied(void);

#endif
