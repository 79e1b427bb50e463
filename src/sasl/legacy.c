#include "sasl/legacy.h"

#include <dlfcn.h>

/* Never unloaded: the loader gives what it has once more. */
const struct ph_legacy *ph_legacy(void)
{
	void *handle = dlopen(PH_LEGACY_FILE, RTLD_NOW | RTLD_LOCAL);

	return handle == NULL ? NULL : dlsym(handle, PH_LEGACY_SYMBOL);
}
