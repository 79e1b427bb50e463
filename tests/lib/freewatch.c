#include "freewatch.h"

#include <malloc.h>
#include <stdlib.h>
#include <string.h>

static const char *needle;
static size_t found;

void freewatch_for(const char *secret)
{
	needle = secret;
	found = 0;
}

size_t freewatch_found(void)
{
	return found;
}

static void look(void *mem)
{
	if (mem == NULL || needle == NULL)
		return;
	if (memmem(mem, malloc_usable_size(mem), needle, strlen(needle)) !=
	    NULL) {
		found++;
	}
}

/* See failalloc.c for the names. */
void real_free(void *mem) __asm__("__real_free");
void wrap_free(void *mem) __asm__("__wrap_free");

void wrap_free(void *mem)
{
	look(mem);
	real_free(mem);
}
