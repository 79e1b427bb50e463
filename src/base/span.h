#ifndef PH_BASE_SPAN_H
#define PH_BASE_SPAN_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

/* A read-only run of bytes that somebody else owns.  A span is valid until its
   owner is changed or freed; never store one across a return to the caller. */
struct ph_span {
	const char *ptr;
	size_t len;
};

/* For string literals only; PH_SPAN_INIT in the initialisers of const
   tables. */
#define PH_SPAN(lit) ((struct ph_span)PH_SPAN_INIT(lit))
#define PH_SPAN_INIT(lit) \
 {                        \
  "" lit, sizeof(lit) - 1 \
 }

/* For printf("%.*s", PH_SPAN_ARG(s)) of short, already bounded spans. */
#define PH_SPAN_ARG(s) (int)(s).len, (s).ptr

/* The bytes of a NUL-terminated string; NULL gives the empty span. */
static inline struct ph_span ph_span_of(const char *s)
{
	return (struct ph_span){ s, s == NULL ? 0 : strlen(s) };
}

static inline bool ph_span_eq(struct ph_span a, struct ph_span b)
{
	return a.len == b.len &&
	    (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}

/* Compares without regard to the case of ASCII letters. */
bool ph_span_eq_nocase(struct ph_span a, struct ph_span b);
bool ph_span_starts_nocase(struct ph_span s, struct ph_span prefix);

/* The index of the first c, or s.len. */
size_t ph_span_find(struct ph_span s, char c);

/* Drops the first n bytes; n is at most s.len. */
struct ph_span ph_span_skip(struct ph_span s, size_t n);
struct ph_span ph_span_first(struct ph_span s, size_t n);

/* Without the spaces, tabs, CR and LF at both ends. */
struct ph_span ph_span_trim(struct ph_span s);

/* Takes what stands before the first sep and advances *s behind it.  False once
   *s is used up, so that a loop sees every field, empty ones too. */
bool ph_span_split(struct ph_span *s, char sep, struct ph_span *out);

/* Holds a byte below 0x20 or 0x7f (tab too): unfit for any command or header
   value. */
bool ph_span_has_control(struct ph_span s);
bool ph_span_is_ascii(struct ph_span s);

#endif
