#include "base/arena.h"
#include "base/buf.h"
#include "failalloc.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

/* What an arena or a buffer is asked for mostly has room in what it took from
   malloc before, and its failing is never seen.  Here each request can fail,
   which their headers say it may. */

/* See failalloc.c for the names. */
void *real_arena_alloc(struct ph_arena *a, size_t size) __asm__(
    "__real_ph_arena_alloc");
void *real_arena_array(struct ph_arena *a, size_t count, size_t size) __asm__(
    "__real_ph_arena_array");
enum ph_err real_arena_copy(struct ph_arena *a, struct ph_span s,
    struct ph_span *out) __asm__("__real_ph_arena_copy");
char *real_arena_str(struct ph_arena *a, struct ph_span s) __asm__(
    "__real_ph_arena_str");
enum ph_err real_buf_append(struct ph_buf *b, struct ph_span s) __asm__(
    "__real_ph_buf_append");
enum ph_err real_buf_append_char(struct ph_buf *b, char c) __asm__(
    "__real_ph_buf_append_char");
enum ph_err real_buf_append_str(struct ph_buf *b, const char *s) __asm__(
    "__real_ph_buf_append_str");
enum ph_err real_buf_append_num(struct ph_buf *b, uint64_t n) __asm__(
    "__real_ph_buf_append_num");
enum ph_err real_buf_reserve(struct ph_buf *b, size_t n) __asm__(
    "__real_ph_buf_reserve");

void *wrap_arena_alloc(struct ph_arena *a, size_t size) __asm__(
    "__wrap_ph_arena_alloc");
void *wrap_arena_array(struct ph_arena *a, size_t count, size_t size) __asm__(
    "__wrap_ph_arena_array");
enum ph_err wrap_arena_copy(struct ph_arena *a, struct ph_span s,
    struct ph_span *out) __asm__("__wrap_ph_arena_copy");
char *wrap_arena_str(struct ph_arena *a, struct ph_span s) __asm__(
    "__wrap_ph_arena_str");
enum ph_err wrap_buf_append(struct ph_buf *b, struct ph_span s) __asm__(
    "__wrap_ph_buf_append");
enum ph_err wrap_buf_append_char(struct ph_buf *b, char c) __asm__(
    "__wrap_ph_buf_append_char");
enum ph_err wrap_buf_append_str(struct ph_buf *b, const char *s) __asm__(
    "__wrap_ph_buf_append_str");
enum ph_err wrap_buf_append_num(struct ph_buf *b, uint64_t n) __asm__(
    "__wrap_ph_buf_append_num");
PH_PRINTF(2, 3)
enum ph_err wrap_buf_appendf(struct ph_buf *b, const char *fmt, ...) __asm__(
    "__wrap_ph_buf_appendf");
enum ph_err wrap_buf_reserve(struct ph_buf *b, size_t n) __asm__(
    "__wrap_ph_buf_reserve");

void *wrap_arena_alloc(struct ph_arena *a, size_t size)
{
	return failalloc_denied() ? NULL : real_arena_alloc(a, size);
}

void *wrap_arena_array(struct ph_arena *a, size_t count, size_t size)
{
	return failalloc_denied() ? NULL : real_arena_array(a, count, size);
}

enum ph_err wrap_arena_copy(
    struct ph_arena *a, struct ph_span s, struct ph_span *out)
{
	return failalloc_denied() ? PH_ENOMEM : real_arena_copy(a, s, out);
}

char *wrap_arena_str(struct ph_arena *a, struct ph_span s)
{
	return failalloc_denied() ? NULL : real_arena_str(a, s);
}

enum ph_err wrap_buf_append(struct ph_buf *b, struct ph_span s)
{
	return failalloc_denied() ? PH_ENOMEM : real_buf_append(b, s);
}

enum ph_err wrap_buf_append_char(struct ph_buf *b, char c)
{
	return failalloc_denied() ? PH_ENOMEM : real_buf_append_char(b, c);
}

enum ph_err wrap_buf_append_str(struct ph_buf *b, const char *s)
{
	return failalloc_denied() ? PH_ENOMEM : real_buf_append_str(b, s);
}

enum ph_err wrap_buf_append_num(struct ph_buf *b, uint64_t n)
{
	return failalloc_denied() ? PH_ENOMEM : real_buf_append_num(b, n);
}

enum ph_err wrap_buf_appendf(struct ph_buf *b, const char *fmt, ...)
{
	char *text = NULL;
	va_list args;
	int len;
	enum ph_err err = PH_ENOMEM;

	if (failalloc_denied())
		return PH_ENOMEM;
	va_start(args, fmt);
	len = vasprintf(&text, fmt, args);
	va_end(args);
	if (len >= 0) {
		err = real_buf_append(b, (struct ph_span){ text, (size_t)len });
		free(text);
	}
	return err;
}

enum ph_err wrap_buf_reserve(struct ph_buf *b, size_t n)
{
	return failalloc_denied() ? PH_ENOMEM : real_buf_reserve(b, n);
}
