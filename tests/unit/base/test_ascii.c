#include "base/ascii.h"

#include "check.h"

#include <ctype.h>
#include <stddef.h>

/* In the C locale, where this program stays, ctype.h agrees with us. */
int main(void)
{
	for (int c = 0; c < 256; c++) {
		char ch = (char)c;

		check_case("byte", (size_t)c);
		check(ph_ascii_is_digit(ch) == (isdigit(c) != 0));
		check(ph_ascii_is_alpha(ch) == (isalpha(c) != 0));
		check(ph_ascii_is_alnum(ch) == (isalnum(c) != 0));
		check(ph_ascii_is_control(ch) == (iscntrl(c) != 0));
		check_int((unsigned char)ph_ascii_lower(ch), tolower(c));
		check_int((unsigned char)ph_ascii_upper(ch), toupper(c));
	}
	return check_end();
}
