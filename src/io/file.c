#include "io/file.h"

#include "io/errno_text.h"
#include "io/loop.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	READ_CHUNK = 64 * 1024
};

void ph_close_fd(int *fd)
{
	if (*fd >= 0)
		(void)close(*fd);
	*fd = -1;
}

/* Takes what PH_CLEANUP would close. */
static int take_fd(int *fd)
{
	int taken = *fd;

	*fd = -1;
	return taken;
}

static enum ph_err input_fault(
    struct ph_fault *fault, const char *path, int err)
{
	bool missing = err == ENOENT || err == ENOTDIR;

	ph_fault_set(fault,
	    missing ? PH_CAUSE_INPUT_NOT_FOUND : PH_CAUSE_INPUT_UNREADABLE,
	    PH_STAGE_CONFIG, "cannot read %s: %s", path, ph_errno_text(err));
	return missing ? PH_ENOTFOUND : PH_EIO;
}

static enum ph_err create_fault(
    struct ph_fault *fault, const char *path, int err)
{
	ph_fault_set(fault, PH_CAUSE_CANNOT_CREATE, PH_STAGE_CONFIG,
	    "cannot create %s: %s", path, ph_errno_text(err));
	return PH_EIO;
}

static enum ph_err write_fault(
    struct ph_fault *fault, const char *path, int err)
{
	ph_fault_set(fault, PH_CAUSE_CANNOT_WRITE, PH_STAGE_CONFIG,
	    "cannot write %s: %s", path, ph_errno_text(err));
	return PH_EIO;
}

enum ph_err ph_file_open(
    const char *path, int *fd_out, uint64_t *size_out, struct ph_fault *fault)
{
	/* A FIFO without a writer would block. */
	PH_CLEANUP(ph_close_fd)
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	struct stat st;

	if (fd < 0 || fstat(fd, &st) != 0)
		return input_fault(fault, path, errno);
	if (!S_ISREG(st.st_mode)) {
		ph_fault_set(fault, PH_CAUSE_INPUT_UNREADABLE, PH_STAGE_CONFIG,
		    "cannot read %s: it is not a regular file", path);
		return PH_EINVAL;
	}
	*fd_out = take_fd(&fd);
	*size_out = (uint64_t)st.st_size;
	return PH_OK;
}

enum ph_err ph_file_read_at(int fd, uint64_t offset, char *out, size_t len)
{
	while (len > 0) {
		ssize_t n = pread(fd, out, len, (off_t)offset);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return PH_EIO;
		if (n == 0)
			return PH_EOF;
		out += n;
		offset += (uint64_t)n;
		len -= (size_t)n;
	}
	return PH_OK;
}

/* read(), waiting where the descriptor is non-blocking (a shared stdin). */
static ssize_t read_some(int fd, char *out, size_t cap)
{
	for (;;) {
		ssize_t n = read(fd, out, cap);
		if (n >= 0 || (errno != EINTR && errno != EAGAIN))
			return n;
		if (errno == EINTR)
			continue;
		struct pollfd p = { .fd = fd, .events = POLLIN };
		if (poll(&p, 1, -1) < 0 && errno != EINTR)
			return -1;
	}
}

/* The limit is reached: only the end may follow. */
static enum ph_err expect_end(int fd)
{
	char c;
	ssize_t n = read_some(fd, &c, 1);

	if (n < 0)
		return PH_EIO;
	return n == 0 ? PH_OK : PH_ETOOBIG;
}

static enum ph_err read_all(int fd, struct ph_buf *b)
{
	for (;;) {
		size_t room = b->max - b->len;
		if (room == 0)
			return expect_end(fd);
		if (room > READ_CHUNK)
			room = READ_CHUNK;
		enum ph_err err = ph_buf_reserve(b, room);
		if (err != PH_OK)
			return err;
		ssize_t n = read_some(fd, b->ptr + b->len, room);
		if (n < 0)
			return PH_EIO;
		b->len += (size_t)n;
		b->ptr[b->len] = '\0';
		if (n == 0)
			return PH_OK;
	}
}

static enum ph_err read_named(
    int fd, const char *name, struct ph_buf *b, struct ph_fault *fault)
{
	enum ph_err err = read_all(fd, b);

	if (err == PH_EIO)
		return input_fault(fault, name, errno);
	if (err == PH_ENOMEM) {
		ph_fault_set(fault, PH_CAUSE_NO_MEMORY, PH_STAGE_CONFIG,
		    "cannot read %s: out of memory", name);
	}
	if (err == PH_ETOOBIG) {
		ph_fault_set(fault, PH_CAUSE_INPUT_UNREADABLE, PH_STAGE_CONFIG,
		    "cannot read %s: it is larger than %zu octets", name,
		    b->max);
	}
	return err;
}

enum ph_err ph_file_read(
    const char *path, struct ph_buf *b, struct ph_fault *fault)
{
	PH_CLEANUP(ph_close_fd)
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);

	if (fd < 0)
		return input_fault(fault, path, errno);
	return read_named(fd, path, b, fault);
}

static const char *fd_name(int fd, char out[32])
{
	if (fd == STDIN_FILENO)
		return "standard input";
	(void)snprintf(out, 32, "file descriptor %d", fd);
	return out;
}

enum ph_err ph_fd_read_all(int fd, struct ph_buf *b, struct ph_fault *fault)
{
	char name[32];

	return read_named(fd, fd_name(fd, name), b, fault);
}

enum ph_err ph_file_temporary(int *fd_out, struct ph_fault *fault)
{
	const char *dir = getenv("TMPDIR");
	char path[PATH_MAX];

	if (dir == NULL || dir[0] != '/')
		dir = "/tmp";
	int fd = open(dir, O_TMPFILE | O_RDWR | O_CLOEXEC | O_EXCL, 0600);
	if (fd >= 0) {
		*fd_out = fd;
		return PH_OK;
	}
	/* Not every file system knows O_TMPFILE. */
	(void)snprintf(path, sizeof(path), "%s/posthaste-XXXXXX", dir);
	fd = mkostemp(path, O_CLOEXEC);
	if (fd < 0)
		return create_fault(fault, path, errno);
	(void)unlink(path);
	*fd_out = fd;
	return PH_OK;
}

enum ph_err ph_file_spool(
    int fd, int *spool_out, uint64_t *size_out, struct ph_fault *fault)
{
	PH_CLEANUP(ph_close_fd) int spool = -1;
	char chunk[READ_CHUNK];
	char name[32];
	uint64_t size = 0;

	enum ph_err err = ph_file_temporary(&spool, fault);
	if (err != PH_OK)
		return err;
	for (;;) {
		ssize_t n = read_some(fd, chunk, sizeof(chunk));
		if (n < 0)
			return input_fault(fault, fd_name(fd, name), errno);
		if (n == 0)
			break;
		err = ph_fd_write_all(
		    spool, (struct ph_span){ chunk, (size_t)n });
		if (err != PH_OK)
			return write_fault(fault, "a temporary file", errno);
		size += (uint64_t)n;
	}
	*spool_out = take_fd(&spool);
	*size_out = size;
	return PH_OK;
}

enum ph_err ph_fd_write_all(int fd, struct ph_span bytes)
{
	while (bytes.len > 0) {
		ssize_t n = write(fd, bytes.ptr, bytes.len);
		if (n >= 0) {
			bytes = ph_span_skip(bytes, (size_t)n);
			continue;
		}
		if (errno == EINTR)
			continue;
		if (errno != EAGAIN)
			return PH_EIO;
		struct pollfd p = { .fd = fd, .events = POLLOUT };
		if (poll(&p, 1, -1) < 0 && errno != EINTR)
			return PH_EIO;
	}
	return PH_OK;
}

/* The directory part of path; "." when it has none. */
static enum ph_err parent_of(const char *path, char out[PATH_MAX])
{
	const char *slash = strrchr(path, '/');
	size_t len = slash == NULL ? 0 : (size_t)(slash - path);

	if (len >= PATH_MAX)
		return PH_EINVAL;
	if (slash == NULL) {
		(void)snprintf(out, PATH_MAX, ".");
	} else if (len == 0) {
		(void)snprintf(out, PATH_MAX, "/");
	} else {
		(void)snprintf(out, PATH_MAX, "%.*s", (int)len, path);
	}
	return PH_OK;
}

/* Makes a directory and those above it; false with errno. */
static bool make_directories(const char *dir)
{
	char path[PATH_MAX];

	if ((size_t)snprintf(path, sizeof(path), "%s", dir) >= sizeof(path)) {
		errno = ENAMETOOLONG;
		return false;
	}
	for (char *at = path + 1; *at != '\0'; at++) {
		if (*at != '/')
			continue;
		*at = '\0';
		if (mkdir(path, 0700) != 0 && errno != EEXIST)
			return false;
		*at = '/';
	}
	return mkdir(path, 0700) == 0 || errno == EEXIST;
}

enum ph_err ph_dir_make(const char *path, struct ph_fault *fault)
{
	return make_directories(path) ? PH_OK
				      : create_fault(fault, path, errno);
}

static bool sync_directory(const char *dir)
{
	PH_CLEANUP(ph_close_fd)
	int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	/* Some file systems cannot; then nothing is to be done. */
	return fd >= 0 && (fsync(fd) == 0 || errno == EINVAL);
}

/* Writes the temporary file; false with errno. */
static bool write_beside(char *temporary, struct ph_span bytes, unsigned mode)
{
	PH_CLEANUP(ph_close_fd) int fd = mkostemp(temporary, O_CLOEXEC);

	if (fd < 0)
		return false;
	if (fchmod(fd, (mode_t)mode) == 0 &&
	    ph_fd_write_all(fd, bytes) == PH_OK && fsync(fd) == 0) {
		return true;
	}
	int err = errno;
	(void)unlink(temporary);
	errno = err;
	return false;
}

static enum ph_err replace(const char *path, struct ph_span bytes,
    unsigned mode, bool makes, struct ph_fault *fault)
{
	char target[PATH_MAX];
	char dir[PATH_MAX];
	char temporary[PATH_MAX];

	/* A link stays a link: what it leads to is replaced. */
	if (realpath(path, target) == NULL)
		(void)snprintf(target, sizeof(target), "%s", path);
	if (strlen(target) >= PATH_MAX - sizeof(".XXXXXX") ||
	    parent_of(target, dir) != PH_OK) {
		return create_fault(fault, path, ENAMETOOLONG);
	}
	if (makes && !make_directories(dir))
		return create_fault(fault, dir, errno);
	(void)snprintf(temporary, sizeof(temporary), "%s.XXXXXX", target);
	if (!write_beside(temporary, bytes, mode)) {
		return errno == ENOSPC || errno == EDQUOT || errno == EIO
		    ? write_fault(fault, path, errno)
		    : create_fault(fault, path, errno);
	}
	if (rename(temporary, target) != 0) {
		int err = errno;
		(void)unlink(temporary);
		return create_fault(fault, path, err);
	}
	if (!sync_directory(dir))
		return write_fault(fault, dir, errno);
	return PH_OK;
}

enum ph_err ph_file_replace(const char *path, struct ph_span bytes,
    unsigned mode, struct ph_fault *fault)
{
	return replace(path, bytes, mode, true, fault);
}

enum ph_err ph_file_replace_in_place(const char *path, struct ph_span bytes,
    unsigned mode, struct ph_fault *fault)
{
	return replace(path, bytes, mode, false, fault);
}

enum ph_err ph_file_remove(const char *path, struct ph_fault *fault)
{
	if (unlink(path) == 0)
		return PH_OK;

	bool missing = errno == ENOENT || errno == ENOTDIR;
	ph_fault_set(fault,
	    missing ? PH_CAUSE_INPUT_NOT_FOUND : PH_CAUSE_CANNOT_WRITE,
	    PH_STAGE_CONFIG, "cannot remove %s: %s", path,
	    ph_errno_text(errno));
	return missing ? PH_ENOTFOUND : PH_EIO;
}

struct names {
	char **list;
	size_t count;
	size_t cap;
};

static void names_release(struct names *n)
{
	for (size_t i = 0; i < n->count; i++)
		free(n->list[i]);
	free(n->list);
}

static enum ph_err names_add(struct names *n, struct ph_span name)
{
	if (n->count == n->cap) {
		size_t cap = n->cap == 0 ? 16 : n->cap * 2;
		char **list = reallocarray(n->list, cap, sizeof(*list));
		if (list == NULL)
			return PH_ENOMEM;
		n->list = list;
		n->cap = cap;
	}
	char *copy = strndup(name.ptr, name.len);
	if (copy == NULL)
		return PH_ENOMEM;
	n->list[n->count++] = copy;
	return PH_OK;
}

static int compare(const void *a, const void *b)
{
	const char *const *x = a;
	const char *const *y = b;

	return strcmp(*x, *y);
}

static enum ph_err collect(DIR *dir, struct ph_span suffix, struct names *out)
{
	for (;;) {
		errno = 0;
		/* The stream is ours alone. */
		const struct dirent *e = readdir(dir);
		if (e == NULL)
			return errno == 0 ? PH_OK : PH_EIO;

		struct ph_span name = ph_span_of(e->d_name);
		if (e->d_name[0] == '.' || name.len <= suffix.len)
			continue;
		size_t stem = name.len - suffix.len;
		if (!ph_span_eq(ph_span_skip(name, stem), suffix))
			continue;
		enum ph_err err = names_add(out, ph_span_first(name, stem));
		if (err != PH_OK)
			return err;
	}
}

static enum ph_err append_names(const struct names *n, struct ph_buf *out)
{
	for (size_t i = 0; i < n->count; i++) {
		struct ph_span with_nul = { n->list[i],
			strlen(n->list[i]) + 1 };
		enum ph_err err = ph_buf_append(out, with_nul);
		if (err != PH_OK)
			return err;
	}
	return PH_OK;
}

enum ph_err ph_dir_list(const char *path, const char *suffix,
    struct ph_buf *out, struct ph_fault *fault)
{
	PH_CLEANUP(names_release) struct names names = { 0 };
	DIR *dir = opendir(path);

	if (dir == NULL && errno == ENOENT)
		return PH_OK;
	if (dir == NULL)
		return input_fault(fault, path, errno);

	enum ph_err err = collect(dir, ph_span_of(suffix), &names);
	if (err == PH_EIO)
		(void)input_fault(fault, path, errno);
	(void)closedir(dir);
	if (err != PH_OK)
		return err;
	if (names.count > 1)
		qsort(names.list, names.count, sizeof(*names.list), compare);
	return append_names(&names, out);
}

enum ph_err ph_file_check_private_fd(
    int fd, const char *path, struct ph_fault *fault)
{
	struct stat st;

	if (fstat(fd, &st) != 0)
		return input_fault(fault, path, errno);
	/* A pipe may hold one, too; rights taken from a folder or a device
	   would mend nothing. */
	if (!S_ISREG(st.st_mode) && !S_ISFIFO(st.st_mode)) {
		ph_fault_set(fault, PH_CAUSE_SECRET_EXPOSED, PH_STAGE_CONFIG,
		    "%s is no file that could hold a secret", path);
		ph_fault_advise(fault,
		    "name a file that holds the secret and nothing else");
		return PH_EDENIED;
	}
	if (st.st_uid != geteuid() && st.st_uid != 0) {
		ph_fault_set(fault, PH_CAUSE_SECRET_EXPOSED, PH_STAGE_CONFIG,
		    "%s holds a secret and belongs to another user (uid %u)",
		    path, (unsigned)st.st_uid);
		ph_fault_advise(fault, "chown %u %s && chmod 600 %s",
		    (unsigned)geteuid(), path, path);
		return PH_EDENIED;
	}
	if ((st.st_mode & 077) != 0) {
		ph_fault_set(fault, PH_CAUSE_SECRET_EXPOSED, PH_STAGE_CONFIG,
		    "%s holds a secret and is open to others (mode %04o)", path,
		    (unsigned)(st.st_mode & 07777));
		ph_fault_advise(fault, "chmod 600 %s", path);
		return PH_EDENIED;
	}
	return PH_OK;
}

enum ph_err ph_file_check_private(const char *path, struct ph_fault *fault)
{
	/* O_PATH: also a file that we may not read can be judged. */
	PH_CLEANUP(ph_close_fd) int fd = open(path, O_PATH | O_CLOEXEC);

	if (fd < 0)
		return input_fault(fault, path, errno);
	return ph_file_check_private_fd(fd, path, fault);
}

int64_t ph_file_changed_msec(const char *path)
{
	struct stat st;
	int64_t changed;

	if (stat(path, &st) != 0 || !S_ISREG(st.st_mode))
		return 0;
	changed =
	    (int64_t)st.st_mtim.tv_sec * 1000 + st.st_mtim.tv_nsec / 1000000;
	return changed <= ph_clock_unix_msec() ? changed : 0;
}
