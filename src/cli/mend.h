#ifndef PH_CLI_MEND_H
#define PH_CLI_MEND_H

#include "cli/finding.h"
#include "cli/fix.h"

/* The command that mends a suspect setting: with the value that was found to
   work, or one to be filled in, in capitals.  "" where no command of ours
   does (the network, the server). */
void ph_mend_write(const struct ph_finding *f, const char *setting,
    char out[PH_FIX_COMMAND_MAX]);

#endif
