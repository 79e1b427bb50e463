#include "inject/octets.h"

#include "base/hex.h"

/* Takes one octet, written as it may be; -1: it cannot be read. */
static int next(struct ph_span *text)
{
	static const char names[] = "rnt\\";
	static const char octets[] = "\r\n\t\\";
	char c = text->ptr[0];
	int value = -1;

	*text = ph_span_skip(*text, 1);
	if (c != '\\')
		return (unsigned char)c;
	if (text->len == 0)
		return -1;
	c = text->ptr[0];
	*text = ph_span_skip(*text, 1);
	if (c == 'x' && text->len >= 2) {
		value = ph_hex_octet(text->ptr[0], text->ptr[1]);
		*text = ph_span_skip(*text, 2);
		return value;
	}

	const char *at = c == '\0' ? NULL : strchr(names, c);

	return at == NULL ? -1 : octets[at - names];
}

enum ph_err ph_inject_octets_parse(
    struct ph_span text, struct ph_arena *a, struct ph_span *out)
{
	/* None becomes longer than it was written. */
	char *octets = ph_arena_alloc(a, text.len + 1);
	size_t len = 0;

	if (octets == NULL)
		return PH_ENOMEM;
	while (text.len > 0) {
		int value = next(&text);

		if (value < 0)
			return PH_EINVAL;
		octets[len] = (char)value;
		len++;
	}
	*out = (struct ph_span){ octets, len };
	return PH_OK;
}
