#ifndef PH_IO_FILE_H
#define PH_IO_FILE_H

#include "base/buf.h"
#include "base/err.h"
#include "base/fault.h"
#include "base/span.h"

#include <stdint.h>

/* Files.  Descriptors are born CLOEXEC; texts in *fault name the path and what
   the system said; causes are PH_CAUSE_INPUT_NOT_FOUND, _INPUT_UNREADABLE,
   _CANNOT_CREATE, _CANNOT_WRITE. */

void ph_close_fd(int *fd); /* for PH_CLEANUP; -1 is nothing */

/* A regular file opened for reading, its size as of now.  Directories and
   devices are PH_EINVAL. */
PH_MUST_USE enum ph_err ph_file_open(
    const char *path, int *fd_out, uint64_t *size_out, struct ph_fault *fault);

/* Reads len octets at offset.  PH_EOF: the file is shorter than that (it
   shrank); PH_EIO. */
PH_MUST_USE enum ph_err ph_file_read_at(
    int fd, uint64_t offset, char *out, size_t len);

/* Appends a whole file, at most b->max octets (PH_ETOOBIG). */
PH_MUST_USE enum ph_err ph_file_read(
    const char *path, struct ph_buf *b, struct ph_fault *fault);
/* The same from an open descriptor (a pipe, stdin) until its end. */
PH_MUST_USE enum ph_err ph_fd_read_all(
    int fd, struct ph_buf *b, struct ph_fault *fault);

/* Spools what can be read from fd into an unlinked temporary file ($TMPDIR or
   /tmp, 0600). */
PH_MUST_USE enum ph_err ph_file_spool(
    int fd, int *spool_out, uint64_t *size_out, struct ph_fault *fault);
/* An empty one. */
PH_MUST_USE enum ph_err ph_file_temporary(int *fd_out, struct ph_fault *fault);

/* Temporary beside it, fsync, rename, fsync of the directory.  Makes missing
   directories with mode 0700. */
PH_MUST_USE enum ph_err ph_file_replace(const char *path, struct ph_span bytes,
    unsigned mode, struct ph_fault *fault);
/* The same, and a missing directory is PH_EIO (PH_CAUSE_CANNOT_CREATE): what a
   person mistyped is not made. */
PH_MUST_USE enum ph_err ph_file_replace_in_place(const char *path,
    struct ph_span bytes, unsigned mode, struct ph_fault *fault);
PH_MUST_USE enum ph_err ph_file_remove(
    const char *path, struct ph_fault *fault);

/* When it was written last, in milliseconds since 1970; 0: that cannot be
   told, as of a pipe, or of what is said to come from the future. */
int64_t ph_file_changed_msec(const char *path);

/* A directory and those above it, mode 0700; no error when it is there. */
PH_MUST_USE enum ph_err ph_dir_make(const char *path, struct ph_fault *fault);

/* All of it, on a descriptor; PH_EIO with errno set. */
PH_MUST_USE enum ph_err ph_fd_write_all(int fd, struct ph_span bytes);

/* The names in a directory that end in suffix, sorted, suffix taken off; each a
   string in out, one after the other, NUL between.  A missing directory is
   empty. */
PH_MUST_USE enum ph_err ph_dir_list(const char *path, const char *suffix,
    struct ph_buf *out, struct ph_fault *fault);

/* 0600 or 0400, and ours (or root's): fit to hold a secret.  PH_EDENIED with
   the fault PH_CAUSE_SECRET_EXPOSED and the chmod that mends it. */
PH_MUST_USE enum ph_err ph_file_check_private(
    const char *path, struct ph_fault *fault);
/* The same of an open file, so that it cannot change between check and use. */
PH_MUST_USE enum ph_err ph_file_check_private_fd(
    int fd, const char *path, struct ph_fault *fault);

#endif
