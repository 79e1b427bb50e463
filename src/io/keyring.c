#include "io/keyring.h"

#include "base/module.h"

const struct ph_keyring *ph_keyring(struct ph_fault *fault)
{
	const struct ph_keyring *k =
	    ph_module(PH_KEYRING_FILE, PH_KEYRING_SYMBOL);

	if (k == NULL) {
		ph_fault_set(fault, PH_CAUSE_NO_PASSWORD, PH_STAGE_CONFIG,
		    "the keyring needs the module %s, which cannot be loaded",
		    PH_KEYRING_FILE);
	}
	return k;
}
