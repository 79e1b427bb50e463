#ifndef PH_IO_TERMINAL_H
#define PH_IO_TERMINAL_H

#include "base/buf.h"
#include "base/err.h"

#include <stdbool.h>
#include <termios.h>

/* The process belongs to a terminal, where a person may be. */
bool ph_terminal_is_there(void);

/* That terminal, and how it was set when it was opened: what others change of
   it while they ask for a secret may have to be undone for them. */
struct ph_terminal {
	int tty; /* -1: none */
	struct termios mode;
};

bool ph_terminal_open(struct ph_terminal *t);
void ph_terminal_restore(const struct ph_terminal *t);
void ph_terminal_close(struct ph_terminal *t);

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
