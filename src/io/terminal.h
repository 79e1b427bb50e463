#ifndef PH_IO_TERMINAL_H
#define PH_IO_TERMINAL_H

#include "base/buf.h"
#include "base/err.h"

#include <stdbool.h>

/* The process belongs to a terminal, where a person may be. */
bool ph_terminal_is_there(void);

/* Asks on the terminal the process belongs to (/dev/tty) and appends the line
   that is typed, without its end, to *out; what is typed is not shown.
   PH_ENOTFOUND: no terminal.  PH_EOF: the end was typed.  PH_EIO: interrupted
   by a signal, which is delivered once the terminal is as it was; or it
   failed. */
PH_MUST_USE enum ph_err ph_terminal_ask(
    const char *question, struct ph_buf *out);
/* The same for what is no secret: what is typed is shown. */
PH_MUST_USE enum ph_err ph_terminal_ask_openly(
    const char *question, struct ph_buf *out);

#endif
