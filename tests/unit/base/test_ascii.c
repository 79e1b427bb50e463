#include "base/ascii.h"

#include "check.h"

#include <ctype.h>
#include <stddef.h>

/* In the C locale, where this program stays, ctype.h agrees with us. */

static void classifies(int c)
{
	check(ph_ascii_is_digit((char)c) == (isdigit(c) != 0));
	check(ph_ascii_is_alpha((char)c) == (isalpha(c) != 0));
	check(ph_ascii_is_alnum((char)c) == (isalnum(c) != 0));
	check(ph_ascii_is_control((char)c) == (iscntrl(c) != 0));
}

static void changes_case(int c)
{
	int lower = tolower(c);
	int upper = toupper(c);

	check_int((unsigned char)ph_ascii_lower((char)c), lower);
	check_int((unsigned char)ph_ascii_upper((char)c), upper);
}

int main(void)
{
	for (int c = 0; c < 256; c++) {
		check_case("byte", (size_t)c);
		classifies(c);
		changes_case(c);
	}
	return check_end();
}
