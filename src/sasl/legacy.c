#include "sasl/legacy.h"

#include "base/module.h"

const struct ph_legacy *ph_legacy(void)
{
	return ph_module(PH_LEGACY_FILE, PH_LEGACY_SYMBOL);
}
