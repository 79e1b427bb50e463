#ifndef PH_CONNECTION_SUSPECT_H
#define PH_CONNECTION_SUSPECT_H

#include "connection/settings.h"

/* The word for a setting among those that a test judges and reports name
   (ph_cause_setting()); "none" where they have no word for it. */
const char *ph_setting_suspect(const struct ph_setting *row);

#endif
