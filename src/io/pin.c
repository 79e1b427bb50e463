#include "io/pin.h"

#include "base/ascii.h"
#include "base/base64.h"
#include "base/buf.h"

static int hex_value(char c)
{
	if (ph_ascii_is_digit(c))
		return c - '0';
	c = ph_ascii_lower(c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool from_hex(struct ph_span s, unsigned char out[PH_PIN_LEN])
{
	unsigned char pin[PH_PIN_LEN];

	if (s.len != (size_t)2 * PH_PIN_LEN)
		return false;
	for (size_t i = 0; i < PH_PIN_LEN; i++) {
		int high = hex_value(s.ptr[2 * i]);
		int low = hex_value(s.ptr[2 * i + 1]);
		if (high < 0 || low < 0)
			return false;
		pin[i] = (unsigned char)(high * 16 + low);
	}
	memcpy(out, pin, PH_PIN_LEN);
	return true;
}

static bool from_base64(struct ph_span s, unsigned char out[PH_PIN_LEN])
{
	struct ph_buf raw;

	ph_buf_init(&raw, PH_PIN_LEN);
	bool ok = ph_base64_decode(s, &raw) == PH_OK && raw.len == PH_PIN_LEN;
	if (ok)
		memcpy(out, raw.ptr, PH_PIN_LEN);
	ph_buf_release(&raw);
	return ok;
}

bool ph_pin_parse(struct ph_span text, unsigned char out[PH_PIN_LEN])
{
	struct ph_span pin = ph_span_trim(text);

	return from_hex(pin, out) || from_base64(pin, out);
}

void ph_pin_write(
    const unsigned char pin[PH_PIN_LEN], char out[PH_PIN_TEXT_MAX])
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < PH_PIN_LEN; i++) {
		*out++ = digits[pin[i] >> 4];
		*out++ = digits[pin[i] & 15];
	}
	*out = '\0';
}

bool ph_pin_same(struct ph_span a, struct ph_span b)
{
	unsigned char one[PH_PIN_LEN];
	unsigned char other[PH_PIN_LEN];

	return ph_pin_parse(a, one) && ph_pin_parse(b, other) &&
	    memcmp(one, other, sizeof(one)) == 0;
}
