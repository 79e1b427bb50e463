#include "base/err.h"
#include "base/pin.h"
#include "check.h"

#include <string.h>

#define HEX                         \
 "00112233445566778899aabbccddeeff" \
 "00112233445566778899aabbccddeeff"
#define COLONS                                      \
 "00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF:" \
 "00:11:22:33:44:55:66:77:88:99:aa:bb:cc:dd:ee:ff"
#define BASE64 "ABEiM0RVZneImaq7zN3u/wARIjNEVWZ3iJmqu8zd7v8="

static const struct {
	const char *text;
	bool good;
} cases[] = {
	{ HEX, true },
	{ "00112233445566778899AABBCCDDEEFF00112233445566778899aabbccddeeff",
	    true },
	{ BASE64, true },
	{ " " BASE64 "\t", true },
	{ "\n" HEX "\r\n", true },
	{ "", false },
	{ HEX "0", false },
	{ "0112233445566778899aabbccddeeff00112233445566778899aabbccddeeff",
	    false },
	/* 64 characters that are neither. */
	{ "g0112233445566778899aabbccddeeff00112233445566778899aabbccddeeff",
	    false },
	{ "0 112233445566778899aabbccddeeff00112233445566778899aabbccddeeff",
	    false },
	{ "ABEiM0RVZneImaq7zN3u/wARIjNEVWZ3iJmqu8zd7v8", false },
	{ "ABEiM0RVZneImaq7zN3u/wARIjNEVWZ3iJmqu8zd7g==", false },
	{ "AAARIjNEVWZ3iJmqu8zd7v8AESIzRFVmd4iZqrvM3e7/", false },
	{ "ABEiM0RVZneImaq7zN3u/wARIjNEVWZ3iJmqu8zd7v*=", false },
	{ "ABEiM0RVZneImaq7zN3u/wARIjNEVWZ3iJmqu8zd7v8A", false },
	{ "sha256/" BASE64, false },
	{ COLONS, true },
	{ " " COLONS, true },
	{ COLONS ":", false },
	{ "00-11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF:"
	  "00:11:22:33:44:55:66:77:88:99:aa:bb:cc:dd:ee:ff",
	    false },
	{ "00:1122:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF:"
	  "00:11:22:33:44:55:66:77:88:99:aa:bb:cc:dd:ee:f",
	    false },
	{ "00:11", false },
};

int main(void)
{
	unsigned char want[PH_PIN_LEN];
	char text[PH_PIN_TEXT_MAX];

	for (size_t i = 0; i < PH_PIN_LEN; i++)
		want[i] = (unsigned char)(0x11 * (i % 16));
	for (size_t i = 0; i < PH_COUNT(cases); i++) {
		unsigned char got[PH_PIN_LEN];
		struct ph_span in = ph_span_of(cases[i].text);

		check_case(cases[i].text, i);
		memset(got, 0x5a, sizeof(got));
		check(ph_pin_parse(in, got) == cases[i].good);
		if (cases[i].good) {
			check(memcmp(got, want, sizeof(got)) == 0);
		} else {
			/* Untouched. */
			check(got[0] == 0x5a && got[PH_PIN_LEN - 1] == 0x5a);
		}
		check(ph_pin_same(in, PH_SPAN(HEX)) == cases[i].good);
		check(ph_pin_same(PH_SPAN(BASE64), in) == cases[i].good);
	}
	check_case(NULL, 0);
	ph_pin_write(want, text);
	check_str(text, HEX);
	want[31] = 0;
	ph_pin_write(want, text);
	check(!ph_pin_same(ph_span_of(text), PH_SPAN(HEX)));
	/* Two that are none are not the same. */
	check(!ph_pin_same(PH_SPAN("x"), PH_SPAN("x")));
	return check_end();
}
