#include "base/utf8.h"

struct form {
	unsigned char mask, lead;
	unsigned extra;
	uint32_t min;
};

static const struct form forms[] = {
	{ 0x80, 0x00, 0, 0 },
	{ 0xe0, 0xc0, 1, 0x80 },
	{ 0xf0, 0xe0, 2, 0x800 },
	{ 0xf8, 0xf0, 3, 0x10000 },
};

static const struct form *form_of(unsigned char c)
{
	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		if ((c & forms[i].mask) == forms[i].lead)
			return &forms[i];
	}
	return NULL;
}

/* Length of the character s begins with, or 0. */
static size_t decode(struct ph_span s, uint32_t *out)
{
	unsigned char c = (unsigned char)s.ptr[0];
	const struct form *f = form_of(c);

	if (f == NULL || s.len <= f->extra)
		return 0;

	uint32_t code = c & (unsigned char)~f->mask;

	for (size_t i = 1; i <= f->extra; i++) {
		unsigned char next = (unsigned char)s.ptr[i];

		if ((next & 0xc0) != 0x80)
			return 0;
		code = code << 6 | (next & 0x3f);
	}
	if (code < f->min || code > 0x10ffff ||
	    (code >= 0xd800 && code <= 0xdfff)) {
		return 0;
	}
	*out = code;
	return f->extra + 1;
}

uint32_t ph_utf8_next(struct ph_span *s)
{
	uint32_t code = UINT32_MAX;
	size_t len = decode(*s, &code);

	*s = ph_span_skip(*s, len == 0 ? 1 : len);
	return code;
}

bool ph_utf8_valid(struct ph_span s)
{
	while (s.len > 0) {
		if (ph_utf8_next(&s) == UINT32_MAX)
			return false;
	}
	return true;
}

struct ph_span ph_utf8_cut(struct ph_span s, size_t max)
{
	if (s.len <= max)
		return s;
	while (max > 0 && ((unsigned char)s.ptr[max] & 0xc0) == 0x80)
		max--;
	return ph_span_first(s, max);
}
