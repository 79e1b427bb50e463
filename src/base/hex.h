#ifndef PH_BASE_HEX_H
#define PH_BASE_HEX_H

#include "base/ascii.h"

#include <stddef.h>

/* 0 to 15 for a hexadecimal digit of either case, else -1. */
static inline int ph_hex_value(char c)
{
	if (ph_ascii_is_digit(c))
		return c - '0';
	c = ph_ascii_lower(c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Two digits as one octet, else -1. */
static inline int ph_hex_octet(char high, char low)
{
	int h = ph_hex_value(high);
	int l = ph_hex_value(low);

	return h < 0 || l < 0 ? -1 : h << 4 | l;
}

/* Lower-case digits, two an octet, and a NUL: out has 2 * len + 1. */
void ph_hex_write(const unsigned char *in, size_t len, char *out);

#endif
