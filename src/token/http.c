#include "token/http.h"

#include <dlfcn.h>

/* Never unloaded: what libcurl brings cannot be.  The loader gives what it has
   once more. */
const struct ph_http *ph_http(void)
{
	void *handle = dlopen(PH_HTTP_FILE, RTLD_NOW | RTLD_LOCAL);

	return handle == NULL ? NULL : dlsym(handle, PH_HTTP_SYMBOL);
}
