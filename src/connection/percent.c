#include "connection/percent.h"

#include "base/hex.h"

#include <string.h>

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

		int octet = ph_hex_octet(text[i + 1], text[i + 2]);

		if (octet < 0)
			return PH_EINVAL;
		text[at++] = (char)octet;
		i += 2;
	}
	memset(text + at, 0, len - at);
	*len_out = at;
	return PH_OK;
}
