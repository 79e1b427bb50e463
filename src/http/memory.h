#ifndef PH_HTTP_MEMORY_H
#define PH_HTTP_MEMORY_H

#include "base/err.h"

/* Starts libcurl, once a process, with memory that is wiped before it is given
   back: its buffers hold the form and the answer.  Where the program around a
   library has started libcurl already, its own memory stays.  Any thread.
   PH_EIO: libcurl does not start, or cannot be started from any thread. */
PH_MUST_USE enum ph_err ph_http_start(void);

#endif
