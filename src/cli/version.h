#ifndef PH_CLI_VERSION_H
#define PH_CLI_VERSION_H

#include "base/clock.h"

#include <stdio.h>

/* "posthaste 0.1.0" and the libraries as loaded, a line each. */
void ph_version_print(FILE *out);

/* "0.1.0" */
const char *ph_version(void);

/* This version was not there before: a clock that shows an earlier day is
   wrong. */
ph_unixtime ph_version_made(void);

#endif
