#include "sasl/utf16.h"

#include "base/utf8.h"

#include <unicase.h>

static enum ph_err put_unit(uint32_t unit, struct ph_buf *out)
{
	const char pair[] = { (char)(unit & 0xff), (char)(unit >> 8 & 0xff) };

	return ph_buf_append(out, (struct ph_span){ pair, sizeof(pair) });
}

/* RFC 2781 2.1. */
static enum ph_err put_char(uint32_t c, struct ph_buf *out)
{
	if (c < 0x10000)
		return put_unit(c, out);
	c -= 0x10000;

	enum ph_err err = put_unit(0xd800 | c >> 10, out);
	if (err != PH_OK)
		return err;
	return put_unit(0xdc00 | (c & 0x3ff), out);
}

static enum ph_err append(struct ph_span text, bool upper, struct ph_buf *out)
{
	if (!ph_utf8_valid(text))
		return PH_EINVAL;
	while (text.len > 0) {
		uint32_t c = ph_utf8_next(&text);
		enum ph_err err = put_char(upper ? uc_toupper(c) : c, out);

		if (err != PH_OK)
			return err;
	}
	return PH_OK;
}

enum ph_err ph_utf16_append(struct ph_span utf8, struct ph_buf *out)
{
	return append(utf8, false, out);
}

enum ph_err ph_utf16_append_upper(struct ph_span utf8, struct ph_buf *out)
{
	return append(utf8, true, out);
}
