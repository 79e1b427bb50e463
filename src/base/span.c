#include "base/span.h"

#include "base/ascii.h"

#include <assert.h>

bool ph_span_eq_nocase(struct ph_span a, struct ph_span b)
{
	return a.len == b.len && ph_span_starts_nocase(a, b);
}

bool ph_span_starts_nocase(struct ph_span s, struct ph_span prefix)
{
	if (s.len < prefix.len)
		return false;
	for (size_t i = 0; i < prefix.len; i++) {
		if (ph_ascii_lower(s.ptr[i]) != ph_ascii_lower(prefix.ptr[i]))
			return false;
	}
	return true;
}

size_t ph_span_find(struct ph_span s, char c)
{
	const char *at = s.len == 0 ? NULL : memchr(s.ptr, c, s.len);

	return at == NULL ? s.len : (size_t)(at - s.ptr);
}

struct ph_span ph_span_skip(struct ph_span s, size_t n)
{
	assert(n <= s.len);
	if (n == 0)
		return s;
	return (struct ph_span){ s.ptr + n, s.len - n };
}

struct ph_span ph_span_first(struct ph_span s, size_t n)
{
	assert(n <= s.len);
	return (struct ph_span){ s.ptr, n };
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

struct ph_span ph_span_trim(struct ph_span s)
{
	while (s.len > 0 && is_blank(s.ptr[0]))
		s = ph_span_skip(s, 1);
	while (s.len > 0 && is_blank(s.ptr[s.len - 1]))
		s.len--;
	return s;
}

bool ph_span_split(struct ph_span *s, char sep, struct ph_span *out)
{
	if (s->ptr == NULL)
		return false;

	size_t at = ph_span_find(*s, sep);

	*out = ph_span_first(*s, at);
	*s = at == s->len ? (struct ph_span){ NULL, 0 }
			  : ph_span_skip(*s, at + 1);
	return true;
}

bool ph_span_has_control(struct ph_span s)
{
	for (size_t i = 0; i < s.len; i++) {
		if (ph_ascii_is_control(s.ptr[i]))
			return true;
	}
	return false;
}

bool ph_span_is_ascii(struct ph_span s)
{
	for (size_t i = 0; i < s.len; i++) {
		if ((unsigned char)s.ptr[i] >= 0x80)
			return false;
	}
	return true;
}
