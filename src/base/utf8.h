#ifndef PH_BASE_UTF8_H
#define PH_BASE_UTF8_H

#include "base/span.h"

#include <stdint.h>

/* Well formed by RFC 3629: no overlong form, no surrogate, none above
   U+10FFFF. */
bool ph_utf8_valid(struct ph_span s);

/* Reads one character and advances *s.  Returns the code point, or UINT32_MAX
   after skipping one byte that starts none.  s->len is above 0. */
uint32_t ph_utf8_next(struct ph_span *s);

/* The longest prefix of at most max bytes that does not cut a character. */
struct ph_span ph_utf8_cut(struct ph_span s, size_t max);

#endif
