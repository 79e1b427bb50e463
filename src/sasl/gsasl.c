#include "sasl/gsasl.h"

#include "base/module.h"

const struct ph_gsasl *ph_gsasl(void)
{
	return ph_module(PH_GSASL_FILE, PH_GSASL_SYMBOL);
}
