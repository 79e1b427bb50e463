#include "token/http.h"

#include "base/module.h"

const struct ph_http *ph_http(void)
{
	return ph_module(PH_HTTP_FILE, PH_HTTP_SYMBOL);
}
