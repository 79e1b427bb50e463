#ifndef PH_IO_ERRNO_TEXT_H
#define PH_IO_ERRNO_TEXT_H

/* What errno number err means, for the middle of a sentence ("connection
   refused").  Thread-safe; valid for ever. */
const char *ph_errno_text(int err);

#endif
