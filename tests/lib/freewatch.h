#ifndef PH_TESTS_FREEWATCH_H
#define PH_TESTS_FREEWATCH_H

#include <stddef.h>

/* Looks into memory as it is given back.  An executable that names
   freewatch_dep has free() of all that is linked into it statically replaced by
   one that searches each block for a secret first. */

/* Starts to look for these bytes; NULL stops.  Borrowed. */
void freewatch_for(const char *secret);
/* How many blocks held them since. */
size_t freewatch_found(void);

#endif
