#include "check.h"
#include "io/keyring.h"

#include <stdlib.h>
#include <string.h>

static const struct ph_keyring_key key = { "work", "password", "h.example" };

static void check_no_bus(enum ph_err err, const struct ph_fault *f)
{
	check_int(err, PH_EIO);
	check_int(f->cause, PH_CAUSE_NO_PASSWORD);
	check_int(f->stage, PH_STAGE_CONFIG);
	check(strstr(f->text, "there is no session bus (") != NULL);
	check(strstr(f->text, "hunter2") == NULL);
	check(strstr(f->advice, "file:PATH") != NULL);
}

/* It loads, again and again, and says what is missing; what it does with a
   keyring is tried against a real one (tests/interop/test_keyring.py). */
int main(void)
{
	char word[] = "hunter2";
	const struct ph_secret secret = { word, 7 };
	struct ph_secret out = { 0 };
	struct ph_fault f = { 0 };
	const struct ph_keyring *k = ph_keyring(&f);

	check(k != NULL && !ph_fault_is_set(&f));
	check(ph_keyring(NULL) == k);
	if (k == NULL)
		return check_end();
	(void)setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/none/such", 1);
	check_no_bus(k->find(&key, 5000, &out, &f), &f);
	check(out.ptr == NULL);
	f = (struct ph_fault){ 0 };
	check_no_bus(k->store(&key, "label", &secret, 5000, &f), &f);
	f = (struct ph_fault){ 0 };
	check_no_bus(k->forget(&key, 5000, &f), &f);
	/* And with nobody to tell. */
	check_int(k->forget(&key, 5000, NULL), PH_EIO);
	return check_end();
}
