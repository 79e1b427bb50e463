#ifndef PH_BASE_ASCII_H
#define PH_BASE_ASCII_H

#include <stdbool.h>

/* ctype.h asks the locale; protocols do not. */

static inline bool ph_ascii_is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static inline bool ph_ascii_is_alpha(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static inline bool ph_ascii_is_alnum(char c)
{
	return ph_ascii_is_digit(c) || ph_ascii_is_alpha(c);
}

static inline bool ph_ascii_is_control(char c)
{
	return (unsigned char)c < 0x20 || c == 0x7f;
}

static inline char ph_ascii_lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

static inline char ph_ascii_upper(char c)
{
	return c >= 'a' && c <= 'z' ? (char)(c - ('a' - 'A')) : c;
}

#endif
