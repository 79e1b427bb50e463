#include "base/arena.h"

#include "check.h"
#include "failalloc.h"

#include <stdalign.h>
#include <stdint.h>

static bool is_zero(const char *mem, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (mem[i] != 0)
			return false;
	}
	return true;
}

/* Sizes around a block's, each zeroed, aligned, and not another's memory. */
static void gives_memory(void)
{
	struct ph_arena a;
	char *last = NULL;
	size_t last_size = 0;

	ph_arena_init(&a, 1 << 20);
	for (size_t size = 0; size < 9000; size += 61) {
		char *mem = ph_arena_alloc(&a, size);

		check_case("size", size);
		check(mem != NULL);
		if (mem == NULL)
			break;
		check((uintptr_t)mem % alignof(max_align_t) == 0);
		check(is_zero(mem, size));
		memset(mem, 0xee, size);
		check(last == NULL || mem + size <= last ||
		    last + last_size <= mem);
		last = mem;
		last_size = size;
	}
	check_case(NULL, 0);
	ph_arena_release(&a);
	check_int(a.used, 0);
}

static void holds_its_limit(void)
{
	struct ph_arena a;

	ph_arena_init(&a, 10);
	check(ph_arena_alloc(&a, 11) == NULL);
	check(ph_arena_alloc(&a, SIZE_MAX) == NULL);
	check(ph_arena_array(&a, SIZE_MAX / 2, 3) == NULL);
	check(ph_arena_array(&a, 4, 3) == NULL);
	check(ph_arena_array(&a, 3, 3) != NULL);
	check(ph_arena_str(&a, PH_SPAN("a")) == NULL);
	check(ph_arena_str(&a, PH_SPAN("")) != NULL);
	check(ph_arena_alloc(&a, 1) == NULL);
	check(ph_arena_alloc(&a, 0) != NULL);
	ph_arena_release(&a);
	check(ph_arena_alloc(&a, 10) != NULL);
	check(ph_arena_alloc(&a, 1) == NULL);
	ph_arena_release(&a);
	ph_arena_release(&a);
	ph_arena_release(NULL);

	struct ph_arena zero = { 0 };

	check(ph_arena_alloc(&zero, 1) == NULL);
	check(ph_arena_array(&a, 5, 0) != NULL);
	ph_arena_release(&a);
	ph_arena_release(&zero);
}

static void copies(void)
{
	struct ph_arena a;
	struct ph_span out = PH_SPAN("before");

	ph_arena_init(&a, 100);
	check(ph_arena_copy(&a, PH_SPAN("a\0b"), &out) == PH_OK);
	check(ph_span_eq(out, PH_SPAN("a\0b")));
	check_int(out.ptr[3], '\0');
	check(ph_arena_copy(&a, (struct ph_span){ NULL, 0 }, &out) == PH_OK);
	check(out.len == 0 && out.ptr != NULL && out.ptr[0] == '\0');
	check_str(ph_arena_str(&a, PH_SPAN("text")), "text");

	struct ph_span kept = out;
	char big[200] = { 0 };

	check(
	    ph_arena_copy(&a, (struct ph_span){ big, 200 }, &out) == PH_ENOMEM);
	check(out.ptr == kept.ptr && out.len == kept.len);
	ph_arena_release(&a);
}

static enum ph_err fill(void *ctx)
{
	struct ph_arena a;
	enum ph_err err = PH_OK;

	(void)ctx;
	ph_arena_init(&a, 1 << 20);
	for (size_t i = 0; i < 2000 && err == PH_OK; i++) {
		struct ph_span out;

		err = ph_arena_copy(&a, PH_SPAN("a few bytes"), &out);
	}
	if (err == PH_OK && ph_arena_alloc(&a, 100000) == NULL)
		err = PH_ENOMEM;
	ph_arena_release(&a);
	return err;
}

int main(void)
{
	gives_memory();
	holds_its_limit();
	copies();
	check(failalloc_run(fill, NULL) > 5);
	return check_end();
}
