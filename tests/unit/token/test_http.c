#include "check.h"
#include "token/http.h"

#include <dlfcn.h>

/* The module as it is loaded; what it does is tested in the room http. */

static bool is_loaded(void)
{
	void *handle = dlopen(PH_HTTP_FILE, RTLD_NOW | RTLD_NOLOAD);

	if (handle != NULL)
		(void)dlclose(handle);
	return handle != NULL;
}

int main(void)
{
	check(!is_loaded());

	const struct ph_http *http = ph_http();

	check(http != NULL && http == ph_http());
	check(is_loaded());
	if (http != NULL)
		check(http->version()[0] != '\0');
	return check_end();
}
