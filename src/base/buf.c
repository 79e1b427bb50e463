#include "base/buf.h"

#include <assert.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

enum {
	CAP_MIN = 64
};

void ph_buf_init(struct ph_buf *b, size_t max)
{
	*b = (struct ph_buf){ .max = max };
}

void ph_buf_release(struct ph_buf *b)
{
	if (b == NULL)
		return;
	free(b->ptr);
	b->ptr = NULL;
	b->len = 0;
	b->cap = 0;
}

void ph_buf_clear(struct ph_buf *b)
{
	b->len = 0;
	if (b->ptr != NULL)
		b->ptr[0] = '\0';
}

void ph_buf_wipe(struct ph_buf *b)
{
	if (b != NULL && b->ptr != NULL)
		explicit_bzero(b->ptr, b->cap);
	ph_buf_release(b);
}

enum ph_err ph_buf_reserve(struct ph_buf *b, size_t n)
{
	if (n > b->max - b->len)
		return PH_ETOOBIG;
	if (b->cap > b->len + n)
		return PH_OK;

	size_t cap = b->cap < CAP_MIN ? CAP_MIN : b->cap;
	while (cap <= b->len + n)
		cap += cap / 2;

	/* Not realloc: what was here may be a secret and is wiped by us. */
	char *ptr = malloc(cap);
	if (ptr == NULL)
		return PH_ENOMEM;
	if (b->ptr != NULL) {
		memcpy(ptr, b->ptr, b->len + 1);
		explicit_bzero(b->ptr, b->len);
		free(b->ptr);
	}
	ptr[b->len] = '\0';
	b->ptr = ptr;
	b->cap = cap;
	return PH_OK;
}

enum ph_err ph_buf_append(struct ph_buf *b, struct ph_span s)
{
	enum ph_err err = ph_buf_reserve(b, s.len);
	if (err != PH_OK)
		return err;
	if (s.len > 0)
		memcpy(b->ptr + b->len, s.ptr, s.len);
	b->len += s.len;
	b->ptr[b->len] = '\0';
	return PH_OK;
}

enum ph_err ph_buf_append_char(struct ph_buf *b, char c)
{
	return ph_buf_append(b, (struct ph_span){ &c, 1 });
}

enum ph_err ph_buf_append_str(struct ph_buf *b, const char *s)
{
	return ph_buf_append(b, ph_span_of(s));
}

enum ph_err ph_buf_append_num(struct ph_buf *b, uint64_t n)
{
	char digits[20];
	size_t at = sizeof(digits);

	do {
		digits[--at] = (char)('0' + n % 10);
		n /= 10;
	} while (n > 0);
	return ph_buf_append(
	    b, (struct ph_span){ digits + at, sizeof(digits) - at });
}

enum ph_err ph_buf_appendf(struct ph_buf *b, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	int need = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	if (need < 0)
		return PH_EINVAL;

	enum ph_err err = ph_buf_reserve(b, (size_t)need);
	if (err != PH_OK)
		return err;
	va_start(ap, fmt);
	(void)vsnprintf(b->ptr + b->len, (size_t)need + 1, fmt, ap);
	va_end(ap);
	b->len += (size_t)need;
	return PH_OK;
}

void ph_buf_consume(struct ph_buf *b, size_t n)
{
	assert(n <= b->len);
	if (n == 0)
		return;
	memmove(b->ptr, b->ptr + n, b->len - n);
	b->len -= n;
	b->ptr[b->len] = '\0';
}
