#include "gsasl/module.h"
#include "legacy/module.h"
#include "xml/module.h"

/* Modules linked in, in place of the loaded ones: their allocations can fail,
   their branches count, the fuzzer sees into them. */
const struct ph_gsasl *wrap_ph_gsasl(void) __asm__("__wrap_ph_gsasl");
const struct ph_legacy *wrap_ph_legacy(void) __asm__("__wrap_ph_legacy");

const struct ph_xml *wrap_ph_xml(void) __asm__("__wrap_ph_xml");

const struct ph_gsasl *wrap_ph_gsasl(void)
{
	return &ph_gsasl_module;
}

const struct ph_legacy *wrap_ph_legacy(void)
{
	return &ph_legacy_module;
}

const struct ph_xml *wrap_ph_xml(void)
{
	return &ph_xml_module;
}
