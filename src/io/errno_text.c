#include "io/errno_text.h"

#include "base/err.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

static const struct {
	int err;
	const char *text;
} texts[] = {
	{ ECONNREFUSED, "connection refused" },
	{ ETIMEDOUT, "timed out" },
	{ ENETUNREACH, "network is unreachable" },
	{ EHOSTUNREACH, "no route to host" },
	{ ENETDOWN, "network is down" },
	{ EADDRNOTAVAIL, "address not available" },
	{ EADDRINUSE, "address already in use" },
	{ EACCES, "permission denied" },
	{ EPERM, "not permitted" },
	{ EAFNOSUPPORT, "address family not supported" },
	{ ECONNRESET, "connection reset" },
	{ EPIPE, "connection closed by the other side" },
	{ EMFILE, "too many open files" },
	{ ENFILE, "too many open files in the system" },
	{ ENOENT, "no such file or directory" },
	{ ENOTDIR, "not a directory" },
	{ EISDIR, "is a directory" },
	{ ENOSPC, "no space left on device" },
	{ EDQUOT, "disk quota exceeded" },
	{ EROFS, "read-only file system" },
	{ EFBIG, "file too large" },
	{ ELOOP, "too many symbolic links" },
	{ ENAMETOOLONG, "name too long" },
	{ EEXIST, "exists already" },
	{ EIO, "input/output error" },
	{ ENOMEM, "out of memory" },
};

const char *ph_errno_text(int err)
{
	for (size_t i = 0; i < PH_COUNT(texts); i++) {
		if (texts[i].err == err)
			return texts[i].text;
	}
	const char *text = strerrordesc_np(err);
	return text == NULL ? "unknown error" : text;
}
