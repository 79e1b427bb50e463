#include "check.h"
#include "io/keyring.h"

#include <string.h>

int main(void)
{
	struct ph_fault f = { 0 };

	check(ph_keyring(&f) == NULL);
	check_int(f.cause, PH_CAUSE_NO_PASSWORD);
	check(strstr(f.text, PH_KEYRING_FILE) != NULL);
	check(ph_keyring(NULL) == NULL);
	return check_end();
}
