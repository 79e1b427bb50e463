#include "connection/percent.h"

#include "base/ascii.h"

#include <string.h>

static int hex_value(char c)
{
	if (ph_ascii_is_digit(c))
		return c - '0';
	c = ph_ascii_lower(c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

enum ph_err ph_percent_decode(char *text, size_t len, size_t *len_out)
{
	size_t at = 0;

	for (size_t i = 0; i < len; i++) {
		if (text[i] != '%') {
			text[at++] = text[i];
			continue;
		}
		if (len - i < 3)
			return PH_EINVAL;

		int high = hex_value(text[i + 1]);
		int low = hex_value(text[i + 2]);

		if (high < 0 || low < 0)
			return PH_EINVAL;
		text[at++] = (char)(high << 4 | low);
		i += 2;
	}
	memset(text + at, 0, len - at);
	*len_out = at;
	return PH_OK;
}
