#ifndef PH_IO_SECRET_SOURCE_H
#define PH_IO_SECRET_SOURCE_H

#include "base/err.h"
#include "base/fault.h"
#include "base/secret.h"

/* Where a secret is fetched from.  Only a value's last line end is taken off
   (one).  Every fault is PH_CAUSE_NO_PASSWORD or PH_CAUSE_SECRET_EXPOSED, stage
   config, and never holds the secret. */

PH_MUST_USE enum ph_err ph_secret_from_env(
    const char *name, struct ph_secret *out, struct ph_fault *fault);
/* Refused unless private (ph_file_check_private). */
PH_MUST_USE enum ph_err ph_secret_from_file(
    const char *path, struct ph_secret *out, struct ph_fault *fault);
PH_MUST_USE enum ph_err ph_secret_from_fd(
    int fd, struct ph_secret *out, struct ph_fault *fault);
/* POSIX quoting, no shell; stdout is the secret, 30 s at most, exit code 0; its
   stderr is ours.  withheld: as in struct ph_child_start. */
PH_MUST_USE enum ph_err ph_secret_from_command(const char *command,
    const char *const *withheld, struct ph_secret *out, struct ph_fault *fault);
/* A file that the service manager put into $CREDENTIALS_DIRECTORY
   (systemd.exec(5), LoadCredential=).  Who may read it is the manager's care:
   its rights stand in an access list, and the mode says nothing of them. */
PH_MUST_USE enum ph_err ph_secret_from_credential(
    const char *name, struct ph_secret *out, struct ph_fault *fault);
/* Asks on the terminal (/dev/tty), without echo.  PH_ENOTFOUND: there is
   none. */
PH_MUST_USE enum ph_err ph_secret_from_prompt(
    const char *question, struct ph_secret *out, struct ph_fault *fault);

#endif
