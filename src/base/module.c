#include "base/module.h"

#include <dlfcn.h>
#include <stddef.h>

const void *ph_module(const char *file, const char *symbol)
{
	void *handle = dlopen(file, RTLD_NOW | RTLD_LOCAL);

	return handle == NULL ? NULL : dlsym(handle, symbol);
}
