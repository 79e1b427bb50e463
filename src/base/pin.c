#include "base/pin.h"

#include "base/base64.h"
#include "base/hex.h"

#include <string.h>

/* gap: what stands between two octets, 0 or 1. */
static bool from_hex(
    struct ph_span s, size_t gap, unsigned char pin[PH_PIN_LEN])
{
	size_t step = 2 + gap;

	if (s.len != PH_PIN_LEN * step - gap)
		return false;
	for (size_t i = 0; i < PH_PIN_LEN; i++) {
		const char *at = s.ptr + i * step;
		int octet = ph_hex_octet(at[0], at[1]);

		if (octet < 0 || (gap > 0 && i > 0 && at[-1] != ':'))
			return false;
		pin[i] = (unsigned char)octet;
	}
	return true;
}

static bool from_base64(struct ph_span s, unsigned char pin[PH_PIN_LEN])
{
	size_t len = 0;

	return ph_base64_decode_into(s, pin, PH_PIN_LEN, &len) == PH_OK &&
	    len == PH_PIN_LEN;
}

bool ph_pin_parse(struct ph_span text, unsigned char out[PH_PIN_LEN])
{
	struct ph_span s = ph_span_trim(text);
	unsigned char pin[PH_PIN_LEN];

	if (!from_hex(s, 0, pin) && !from_hex(s, 1, pin) &&
	    !from_base64(s, pin))
		return false;
	memcpy(out, pin, PH_PIN_LEN);
	return true;
}

void ph_pin_write(
    const unsigned char pin[PH_PIN_LEN], char out[PH_PIN_TEXT_MAX])
{
	ph_hex_write(pin, PH_PIN_LEN, out);
}

bool ph_pin_same(struct ph_span a, struct ph_span b)
{
	unsigned char one[PH_PIN_LEN];
	unsigned char other[PH_PIN_LEN];

	return ph_pin_parse(a, one) && ph_pin_parse(b, other) &&
	    memcmp(one, other, sizeof(one)) == 0;
}
