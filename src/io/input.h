#ifndef PH_IO_INPUT_H
#define PH_IO_INPUT_H

#include "base/err.h"
#include "base/fault.h"

#include <stdbool.h>
#include <stdint.h>

/* Something to read that can be gone through more than once: a file as it is,
   or what came out of a pipe, kept in an unlinked temporary file. */
struct ph_input {
	int fd;
	bool owned; /* false: the caller's descriptor itself */
	uint64_t size;
};

/* path; or, with path NULL, the descriptor fd, which stays the caller's and
   must stay open as long as the input.  Pipes, sockets and terminals are
   spooled to their end, and so is a file that fd stands in the midst of (what
   was read before is not part of it).  Other devices and directories are
   PH_EINVAL.  PH_ENOTFOUND, PH_EIO; all with *fault as in io/file.h. */
PH_MUST_USE enum ph_err ph_input_open(
    const char *path, int fd, struct ph_input *out, struct ph_fault *fault);
/* Takes over a descriptor of a regular file, the whole of it, wherever it
   stands.  PH_EIO with *fault; closed then, too. */
PH_MUST_USE enum ph_err ph_input_take(
    int fd, struct ph_input *out, struct ph_fault *fault);
void ph_input_close(struct ph_input *in);

#endif
