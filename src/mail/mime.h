#ifndef PH_MAIL_MIME_H
#define PH_MAIL_MIME_H

#include "base/buf.h"
#include "base/err.h"
#include "base/fault.h"
#include "base/span.h"

/* What GMime does for Posthaste: the room mime, a module of its own that is
   loaded on first need.  GMime brings GLib and sixteen more libraries with it,
   and loading them takes longer than all else that a short message needs. */
struct ph_mime {
	/* Appends text, whose lines end in LF, encoded for lines that end in LF
	   (RFC 2045 6.7).  PH_ENOMEM, PH_ETOOBIG. */
	enum ph_err (*quoted_printable)(
	    struct ph_span text, struct ph_buf *out);
	/* ph_message_reencode(). */
	enum ph_err (*reencode)(int in_fd, int out_fd, struct ph_fault *fault);
};

/* NULL when the module cannot be loaded.  Any thread. */
const struct ph_mime *ph_mime(void);

/* The module's one symbol, and its name, which the loader looks for where the
   program or the library says (its RUNPATH). */
#define PH_MIME_SYMBOL "ph_mime_module"
#define PH_MIME_FILE   "posthaste-mime.so"

#endif
