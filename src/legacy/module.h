#ifndef PH_LEGACY_MODULE_H
#define PH_LEGACY_MODULE_H

#include "sasl/legacy.h"

/* The only room that sees nettle.  Its one export. */
extern const struct ph_legacy ph_legacy_module;

#endif
