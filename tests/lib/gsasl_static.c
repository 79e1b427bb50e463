#include "gsasl/module.h"

/* The module linked in, in place of the loaded one: its allocations can fail,
   its branches count, the fuzzer sees into it. */
const struct ph_gsasl *wrap_ph_gsasl(void) __asm__("__wrap_ph_gsasl");

const struct ph_gsasl *wrap_ph_gsasl(void)
{
	return &ph_gsasl_module;
}
