#include "base/enhanced.h"

#include "check.h"

int main(void)
{
	static const struct {
		uint16_t code[3];
		const char *text;
	} rows[] = {
		{ { 5, 7, 8 }, "5.7.8" },
		{ { 2, 0, 0 }, "2.0.0" },
		{ { 4, 999, 506 }, "4.999.506" },
		{ { 65535, 65535, 65535 }, "65535.65535.65535" },
		{ { 0, 1, 1 }, "" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char out[PH_ENHANCED_TEXT_MAX] = "left over";

		check_case("enhanced", i);
		ph_enhanced_write(rows[i].code, out);
		check_str(out, rows[i].text);
	}
	return check_end();
}
