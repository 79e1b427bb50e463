#include "base/arena.h"

#include <stdalign.h>
#include <stdint.h>
#include <stdlib.h>

enum {
	BLOCK_SIZE = 4096 - 64
};

struct ph_arena_block {
	struct ph_arena_block *next;
	size_t used;
	size_t cap;
	alignas(max_align_t) char bytes[];
};

void ph_arena_init(struct ph_arena *a, size_t max)
{
	*a = (struct ph_arena){ .max = max };
}

void ph_arena_release(struct ph_arena *a)
{
	if (a == NULL)
		return;
	while (a->head != NULL) {
		struct ph_arena_block *next = a->head->next;

		free(a->head);
		a->head = next;
	}
	a->used = 0;
}

static struct ph_arena_block *add_block(struct ph_arena *a, size_t size)
{
	size_t cap = size > BLOCK_SIZE ? size : BLOCK_SIZE;
	struct ph_arena_block *block = calloc(1, sizeof(*block) + cap);

	if (block == NULL)
		return NULL;
	block->cap = cap;
	block->next = a->head;
	a->head = block;
	return block;
}

void *ph_arena_alloc(struct ph_arena *a, size_t size)
{
	const size_t align = alignof(max_align_t);

	if (size > a->max - a->used)
		return NULL;

	size_t padded = (size + align - 1) / align * align;
	struct ph_arena_block *block = a->head;

	if (block == NULL || block->cap - block->used < padded)
		block = add_block(a, padded);
	if (block == NULL)
		return NULL;

	void *mem = block->bytes + block->used;

	block->used += padded;
	a->used += size;
	return mem;
}

void *ph_arena_array(struct ph_arena *a, size_t count, size_t size)
{
	if (size > 0 && count > SIZE_MAX / size)
		return NULL;
	return ph_arena_alloc(a, count * size);
}

enum ph_err ph_arena_copy(
    struct ph_arena *a, struct ph_span s, struct ph_span *out)
{
	char *mem = ph_arena_str(a, s);

	if (mem == NULL)
		return PH_ENOMEM;
	*out = (struct ph_span){ mem, s.len };
	return PH_OK;
}

char *ph_arena_str(struct ph_arena *a, struct ph_span s)
{
	/* A span's length is below SIZE_MAX: it counts bytes that exist. */
	char *mem = ph_arena_alloc(a, s.len + 1);

	if (mem == NULL)
		return NULL;
	if (s.len > 0)
		memcpy(mem, s.ptr, s.len);
	return mem;
}
