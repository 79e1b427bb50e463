#include "foreign/xml.h"

#include <dlfcn.h>

/* Never unloaded: the loader gives what it has once more. */
const struct ph_xml *ph_xml(void)
{
	void *handle = dlopen(PH_XML_FILE, RTLD_NOW | RTLD_LOCAL);

	return handle == NULL ? NULL : dlsym(handle, PH_XML_SYMBOL);
}
