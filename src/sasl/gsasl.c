#include "sasl/gsasl.h"

#include <dlfcn.h>

/* Never unloaded: libraries below it need not stand that.  The loader gives
   what it has once more. */
const struct ph_gsasl *ph_gsasl(void)
{
	void *handle = dlopen(PH_GSASL_FILE, RTLD_NOW | RTLD_LOCAL);

	return handle == NULL ? NULL : dlsym(handle, PH_GSASL_SYMBOL);
}
