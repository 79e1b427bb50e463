#ifndef PH_TESTS_DISCOVER_RIG_H
#define PH_TESTS_DISCOVER_RIG_H

#include "discover/candidate.h"

/* A set about an address, and what is in it as text: a line each,

     HOST:PORT ENCRYPTION USERNAME SOURCE[ by MECHANISMS][ anonymous]
         [ secure|insecure][ ?DOUBT...] DETAIL
     - NOTE

   with "-" for a user name that is not known. */
struct rig {
	struct ph_arena arena;
	struct ph_subject subject;
	struct ph_candidates set;
	char text[16 * 1024];
};

/* The address parts must make a subject. */
void rig_begin(struct rig *r, const char *address);
void rig_end(struct rig *r);
/* The set in its order. */
const char *rig_show(struct rig *r);
/* The same without notes. */
const char *rig_list(struct rig *r);

#endif
