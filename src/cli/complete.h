#ifndef PH_CLI_COMPLETE_H
#define PH_CLI_COMPLETE_H

#include "cli/cli.h"

/* Writes the completion script for "bash", "zsh" or "fish" to stdout, from the
   tables of options.  The build does this once, for installing. */
enum ph_exit ph_complete(const struct ph_cli *cli,
    const struct ph_command *const *commands, size_t count, const char *shell);

#endif
