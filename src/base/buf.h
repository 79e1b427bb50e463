#ifndef PH_BASE_BUF_H
#define PH_BASE_BUF_H

#include "base/err.h"
#include "base/span.h"

#include <stdint.h>

/* A growing run of bytes, born with its limit.  All zero is an empty buffer
   with limit 0.  The bytes are always followed by a NUL that len does not
   count, once anything was appended. */
struct ph_buf {
	char *ptr;
	size_t len;
	size_t cap;
	size_t max;
};

void ph_buf_init(struct ph_buf *b, size_t max);
/* Frees the bytes; the limit stays and the buffer may be used again. */
void ph_buf_release(struct ph_buf *b);
/* Forgets the bytes and keeps the room. */
void ph_buf_clear(struct ph_buf *b);
/* Frees the bytes after overwriting them. */
void ph_buf_wipe(struct ph_buf *b);

/* PH_ETOOBIG over the limit, PH_ENOMEM; the buffer is unchanged then. */
PH_MUST_USE enum ph_err ph_buf_append(struct ph_buf *b, struct ph_span s);
PH_MUST_USE enum ph_err ph_buf_append_char(struct ph_buf *b, char c);
PH_MUST_USE enum ph_err ph_buf_append_str(struct ph_buf *b, const char *s);
PH_MUST_USE enum ph_err ph_buf_append_num(struct ph_buf *b, uint64_t n);
PH_PRINTF(2, 3)
PH_MUST_USE enum ph_err ph_buf_appendf(struct ph_buf *b, const char *fmt, ...);

/* Makes room for n more bytes at b->ptr + b->len; the caller writes them and
   adds to b->len. */
PH_MUST_USE enum ph_err ph_buf_reserve(struct ph_buf *b, size_t n);

/* Drops the first n bytes, n at most len. */
void ph_buf_consume(struct ph_buf *b, size_t n);

/* The bytes, valid until the next change. */
static inline struct ph_span ph_buf_span(const struct ph_buf *b)
{
	return (struct ph_span){ b->ptr, b->len };
}

/* The bytes as a string; "" when there are none.  Valid until the next
   change. */
static inline const char *ph_buf_str(const struct ph_buf *b)
{
	return b->len == 0 ? "" : b->ptr;
}

#endif
