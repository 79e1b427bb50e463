#include "io/keyring.h"

#include <dlfcn.h>

/* Never unloaded: GLib does not stand that. */
const struct ph_keyring *ph_keyring(struct ph_fault *fault)
{
	void *handle = dlopen(PH_KEYRING_FILE, RTLD_NOW | RTLD_LOCAL);
	const struct ph_keyring *k =
	    handle == NULL ? NULL : dlsym(handle, PH_KEYRING_SYMBOL);

	if (k == NULL) {
		ph_fault_set(fault, PH_CAUSE_NO_PASSWORD, PH_STAGE_CONFIG,
		    "the keyring needs the module %s, which cannot be loaded",
		    PH_KEYRING_FILE);
	}
	return k;
}
