#ifndef PH_BASE_ARENA_H
#define PH_BASE_ARENA_H

#include "base/err.h"
#include "base/span.h"

struct ph_arena_block;

/* Memory that is freed all at once.  Born with its limit: what a peer or a
   file can make us copy stays below it.  All zero has limit 0. */
struct ph_arena {
	struct ph_arena_block *head;
	size_t used;
	size_t max;
};

void ph_arena_init(struct ph_arena *a, size_t max);
/* Frees everything; the arena may be used again with the same limit. */
void ph_arena_release(struct ph_arena *a);

/* size zeroed bytes, aligned for any type.  NULL at the limit or when memory
   is out. */
void *ph_arena_alloc(struct ph_arena *a, size_t size);
/* The same for count items; NULL also when the product overflows. */
void *ph_arena_array(struct ph_arena *a, size_t count, size_t size);

/* A copy that lives as long as the arena, followed by a NUL.  PH_ENOMEM. */
PH_MUST_USE enum ph_err ph_arena_copy(
    struct ph_arena *a, struct ph_span s, struct ph_span *out);
/* The same as a string; NULL when memory is out. */
char *ph_arena_str(struct ph_arena *a, struct ph_span s);

#endif
