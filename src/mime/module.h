#ifndef PH_MIME_MODULE_H
#define PH_MIME_MODULE_H

#include "mail/mime.h"

/* The only room that sees GMime and GLib.  Its one export; nothing else may be
   called from outside. */
extern const struct ph_mime ph_mime_module;

/* reencode.c: ph_message_reencode(), GMime started. */
PH_MUST_USE enum ph_err ph_mime_reencode(
    int in_fd, int out_fd, struct ph_fault *fault);

#endif
