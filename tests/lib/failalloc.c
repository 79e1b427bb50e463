#include "failalloc.h"

#include "check.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum {
	RUNS_MAX = 10000
};

static bool armed, hit;
static size_t granted;

void failalloc_after(size_t n)
{
	armed = true;
	hit = false;
	granted = n;
}

bool failalloc_off(void)
{
	armed = false;
	return hit;
}

bool failalloc_denied(void)
{
	if (!armed || hit)
		return false;
	if (granted-- > 0)
		return false;
	hit = true;
	errno = ENOMEM;
	return true;
}

/* The linker's --wrap=malloc sends every call of malloc to __wrap_malloc and
   every call of __real_malloc to the library's. */
void *real_malloc(size_t size) __asm__("__real_malloc");
void *real_calloc(size_t count, size_t size) __asm__("__real_calloc");
void *real_realloc(void *old, size_t size) __asm__("__real_realloc");
char *real_strdup(const char *s) __asm__("__real_strdup");
char *real_strndup(const char *s, size_t n) __asm__("__real_strndup");
void *wrap_malloc(size_t size) __asm__("__wrap_malloc");
void *wrap_calloc(size_t count, size_t size) __asm__("__wrap_calloc");
void *wrap_realloc(void *old, size_t size) __asm__("__wrap_realloc");
char *wrap_strdup(const char *s) __asm__("__wrap_strdup");
char *wrap_strndup(const char *s, size_t n) __asm__("__wrap_strndup");

void *wrap_malloc(size_t size)
{
	return failalloc_denied() ? NULL : real_malloc(size);
}

void *wrap_calloc(size_t count, size_t size)
{
	return failalloc_denied() ? NULL : real_calloc(count, size);
}

void *wrap_realloc(void *old, size_t size)
{
	return failalloc_denied() ? NULL : real_realloc(old, size);
}

char *wrap_strdup(const char *s)
{
	return failalloc_denied() ? NULL : real_strdup(s);
}

char *wrap_strndup(const char *s, size_t n)
{
	return failalloc_denied() ? NULL : real_strndup(s, n);
}

static size_t run(enum ph_err (*fn)(void *ctx), void *ctx, bool strict)
{
	check_int(fn(ctx), PH_OK);
	for (size_t n = 0; n < RUNS_MAX; n++) {
		check_case("failalloc", n);
		failalloc_after(n);

		enum ph_err err = fn(ctx);

		if (!failalloc_off()) {
			check_int(err, PH_OK);
			check_case(NULL, 0);
			return n;
		}
		if (strict)
			check_int(err, PH_ENOMEM);
	}
	check_str("the allocations never end", NULL);
	return RUNS_MAX;
}

size_t failalloc_run(enum ph_err (*fn)(void *ctx), void *ctx)
{
	return run(fn, ctx, true);
}

size_t failalloc_run_any(enum ph_err (*fn)(void *ctx), void *ctx)
{
	return run(fn, ctx, false);
}
