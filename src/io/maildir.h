#ifndef PH_IO_MAILDIR_H
#define PH_IO_MAILDIR_H

#include "base/err.h"
#include "base/fault.h"
#include "base/span.h"

/* A Maildir: a message is written in tmp/ and moved to new/ when complete.
   Made with its three folders when missing. */
struct ph_maildir;
PH_MUST_USE enum ph_err ph_maildir_open(
    const char *path, struct ph_maildir **out, struct ph_fault *fault);
void ph_maildir_free(struct ph_maildir *m);

/* A message being written. */
struct ph_maildir_message;
PH_MUST_USE enum ph_err ph_maildir_begin(struct ph_maildir *m,
    struct ph_maildir_message **out, struct ph_fault *fault);
PH_MUST_USE enum ph_err ph_maildir_write(struct ph_maildir_message *msg,
    struct ph_span bytes, struct ph_fault *fault);
/* Moves it to new/ (fsync first when sync) and ends it, also on failure, when
   nothing is left of it; path_out (valid until the next commit on m) is where
   it lies. */
PH_MUST_USE enum ph_err ph_maildir_commit(struct ph_maildir_message *msg,
    bool sync, const char **path_out, struct ph_fault *fault);
/* Removes what was written.  NULL is accepted. */
void ph_maildir_abort(struct ph_maildir_message *msg);

#endif
