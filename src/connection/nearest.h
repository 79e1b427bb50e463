#ifndef PH_CONNECTION_NEAREST_H
#define PH_CONNECTION_NEAREST_H

#include "base/span.h"

/* "Did you mean": the known word that takes the fewest changed, added, dropped
   or swapped letters to become the one that was typed.  Case does not count. */

enum {
	/* Longer words are typed by nobody; they are near to none. */
	PH_NEAREST_WORD_MAX = 64
};

struct ph_nearest {
	struct ph_span typed;
	struct ph_span best; /* ptr NULL: none is near */
	size_t distance;
};

void ph_nearest_init(struct ph_nearest *n, struct ph_span typed);
/* Returns true when word is the best so far.  It is borrowed. */
bool ph_nearest_offer(struct ph_nearest *n, struct ph_span word);

/* The best of words, which are separated by spaces; ptr NULL: none. */
struct ph_span ph_nearest_of(struct ph_span typed, const char *words);

#endif
