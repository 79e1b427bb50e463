#include "base/secret.h"

#include <stdlib.h>

enum ph_err ph_secret_set(struct ph_secret *s, struct ph_span v)
{
	if (v.len > PH_SECRET_MAX)
		return PH_ETOOBIG;

	char *ptr = malloc(v.len + 1);
	if (ptr == NULL)
		return PH_ENOMEM;
	if (v.len > 0)
		memcpy(ptr, v.ptr, v.len);
	ptr[v.len] = '\0';
	ph_secret_release(s);
	*s = (struct ph_secret){ .ptr = ptr, .len = v.len };
	return PH_OK;
}

void ph_secret_release(struct ph_secret *s)
{
	if (s == NULL || s->ptr == NULL)
		return;
	explicit_bzero(s->ptr, s->len);
	free(s->ptr);
	*s = (struct ph_secret){ 0 };
}

bool ph_secret_eq(struct ph_span a, struct ph_span b)
{
	unsigned char diff = 0;

	if (a.len != b.len)
		return false;
	for (size_t i = 0; i < a.len; i++)
		diff |= (unsigned char)a.ptr[i] ^ (unsigned char)b.ptr[i];
	return diff == 0;
}
