#ifndef PH_FOREIGN_COMMAND_H
#define PH_FOREIGN_COMMAND_H

#include "foreign/reader.h"

/* Commands that print a password: a shell's there, an argv here (the source
   command: of password-from). */

/* Sets the role's source from a command for a shell.  `cat FILE` becomes file:,
   `printenv NAME` env:, what a shell is needed for `sh -c`; a password that
   `echo` prints is kept as one.  PH_ENOMEM. */
PH_MUST_USE enum ph_err ph_foreign_take_command(struct ph_foreign_reader *r,
    enum ph_role role, struct ph_span command, const char *what);

/* Appends the command that has a shell print what the source gives.
   PH_ENOTFOUND: there is none for a source of that kind.  PH_ENOMEM,
   PH_ETOOBIG. */
PH_MUST_USE enum ph_err ph_foreign_write_command(
    struct ph_span source, struct ph_buf *out);

#endif
