#include "base/hex.h"
#include "check.h"

#include <string.h>

static void test_value(void)
{
	static const char digits[] = "0123456789abcdef";

	for (int c = 0; c < 256; c++) {
		const char *at = c == 0 ? NULL : strchr(digits, c);
		const char *low =
		    c >= 'A' && c <= 'F' ? strchr(digits, c - 'A' + 'a') : NULL;
		int want = -1;

		if (at != NULL) {
			want = (int)(at - digits);
		} else if (low != NULL) {
			want = (int)(low - digits);
		}
		check_int(ph_hex_value((char)c), want);
	}
}

static void test_octet(void)
{
	check_int(ph_hex_octet('0', '0'), 0);
	check_int(ph_hex_octet('f', 'F'), 255);
	check_int(ph_hex_octet('1', 'e'), 30);
	check_int(ph_hex_octet('g', '0'), -1);
	check_int(ph_hex_octet('0', ' '), -1);
	check_int(ph_hex_octet('\xff', '0'), -1);
}

static void test_write(void)
{
	static const unsigned char octets[] = { 0x00, 0x0f, 0xa5, 0xff };
	char text[] = "--------!";

	ph_hex_write(octets, sizeof(octets), text);
	check_str(text, "000fa5ff");
	ph_hex_write(octets, 0, text);
	check_str(text, "");
}

int main(void)
{
	test_value();
	test_octet();
	test_write();
	return check_end();
}
