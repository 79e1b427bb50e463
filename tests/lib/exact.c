#include "exact.h"

#include <stdlib.h>

struct ph_span exact_copy(struct ph_span s)
{
	/* Of nothing, one byte that must not be read either way. */
	char *copy = malloc(s.len > 0 ? s.len : 1);

	if (copy == NULL)
		abort();
	if (s.len > 0)
		memcpy(copy, s.ptr, s.len);
	return (struct ph_span){ copy, s.len };
}

void exact_free(struct ph_span s)
{
	char *mem;

	/* It was ours before it became a loan. */
	memcpy(&mem, &s.ptr, sizeof(mem));
	free(mem);
}
