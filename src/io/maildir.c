#include "io/maildir.h"

#include "base/buf.h"
#include "io/errno_text.h"
#include "io/file.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum {
	/* Most messages are smaller: one write each. */
	GATHER_MAX = 64 * 1024,
	NAME_LEN_MAX = 160,
	HOST_LEN_MAX = 64
};

struct ph_maildir {
	char path[PATH_MAX];
	char host[HOST_LEN_MAX + 1];
	int tmp; /* directories */
	int new;
	uint64_t count;
	char last[PATH_MAX]; /* the path of the last commit */
};

struct ph_maildir_message {
	struct ph_maildir *dir;
	int fd;
	struct ph_buf gathered;
	char name[NAME_LEN_MAX];
};

static enum ph_err fault_at(struct ph_fault *fault, enum ph_cause cause,
    const char *what, const char *path)
{
	ph_fault_set(fault, cause, PH_STAGE_CONFIG, "cannot %s %s: %s", what,
	    path, ph_errno_text(errno));
	return PH_EIO;
}

static enum ph_err make_folder(
    const char *path, const char *name, int *fd_out, struct ph_fault *fault)
{
	char folder[PATH_MAX];
	int n = snprintf(folder, sizeof(folder), "%s/%s", path, name);

	if (n < 0 || (size_t)n >= sizeof(folder)) {
		errno = ENAMETOOLONG;
		return fault_at(fault, PH_CAUSE_CANNOT_CREATE, "create", path);
	}
	enum ph_err err = ph_dir_make(folder, fault);
	if (err != PH_OK)
		return err;
	int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return fault_at(fault, PH_CAUSE_CANNOT_CREATE, "open", folder);
	*fd_out = fd;
	return PH_OK;
}

/* The host's name, of which only what may stand in a file name. */
static void name_host(char out[HOST_LEN_MAX + 1])
{
	if (gethostname(out, HOST_LEN_MAX) != 0)
		out[0] = '\0';
	out[HOST_LEN_MAX] = '\0';
	for (char *at = out; *at != '\0'; at++) {
		if (*at == '/' || *at == ':' || (unsigned char)*at <= ' ')
			*at = '-';
	}
	if (out[0] == '\0')
		(void)snprintf(out, HOST_LEN_MAX, "localhost");
}

enum ph_err ph_maildir_open(
    const char *path, struct ph_maildir **out, struct ph_fault *fault)
{
	PH_CLEANUP(ph_close_fd) int cur = -1;
	struct ph_maildir *m = calloc(1, sizeof(*m));
	if (m == NULL)
		return PH_ENOMEM;
	m->tmp = -1;
	m->new = -1;
	name_host(m->host);
	(void)snprintf(m->path, sizeof(m->path), "%s", path);

	/* new/ last: a reader that sees it finds the others, too. */
	enum ph_err err = make_folder(path, "tmp", &m->tmp, fault);
	if (err == PH_OK)
		err = make_folder(path, "cur", &cur, fault);
	if (err == PH_OK)
		err = make_folder(path, "new", &m->new, fault);
	if (err != PH_OK) {
		ph_maildir_free(m);
		return err;
	}
	*out = m;
	return PH_OK;
}

void ph_maildir_free(struct ph_maildir *m)
{
	if (m == NULL)
		return;
	ph_close_fd(&m->tmp);
	ph_close_fd(&m->new);
	free(m);
}

static void make_name(struct ph_maildir *m, char out[NAME_LEN_MAX])
{
	struct timespec now = { 0 };

	(void)clock_gettime(CLOCK_REALTIME, &now);
	m->count++;
	(void)snprintf(out, NAME_LEN_MAX,
	    "%" PRIdMAX ".M%06ldP%ldQ%" PRIu64 ".%s", (intmax_t)now.tv_sec,
	    now.tv_nsec / 1000, (long)getpid(), m->count, m->host);
}

enum ph_err ph_maildir_begin(struct ph_maildir *m,
    struct ph_maildir_message **out, struct ph_fault *fault)
{
	struct ph_maildir_message *msg = calloc(1, sizeof(*msg));
	if (msg == NULL)
		return PH_ENOMEM;
	msg->dir = m;
	ph_buf_init(&msg->gathered, GATHER_MAX);
	make_name(m, msg->name);
	msg->fd = openat(
	    m->tmp, msg->name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (msg->fd < 0) {
		enum ph_err err = fault_at(fault, PH_CAUSE_CANNOT_CREATE,
		    "create a message in", m->path);
		free(msg);
		return err;
	}
	*out = msg;
	return PH_OK;
}

static enum ph_err write_out(struct ph_maildir_message *msg,
    struct ph_span bytes, struct ph_fault *fault)
{
	if (ph_fd_write_all(msg->fd, bytes) == PH_OK)
		return PH_OK;
	return fault_at(
	    fault, PH_CAUSE_CANNOT_WRITE, "write a message in", msg->dir->path);
}

static enum ph_err flush(struct ph_maildir_message *msg, struct ph_fault *fault)
{
	enum ph_err err = write_out(msg, ph_buf_span(&msg->gathered), fault);

	ph_buf_clear(&msg->gathered);
	return err;
}

enum ph_err ph_maildir_write(struct ph_maildir_message *msg,
    struct ph_span bytes, struct ph_fault *fault)
{
	enum ph_err err = ph_buf_append(&msg->gathered, bytes);

	if (err != PH_ETOOBIG)
		return err;
	err = flush(msg, fault);
	if (err != PH_OK)
		return err;
	if (bytes.len >= GATHER_MAX)
		return write_out(msg, bytes, fault);
	return ph_buf_append(&msg->gathered, bytes);
}

static void end(struct ph_maildir_message *msg)
{
	ph_close_fd(&msg->fd);
	ph_buf_release(&msg->gathered);
	free(msg);
}

/* What was written is safe on the disk, if that is wanted. */
static bool settle(struct ph_maildir_message *msg, bool sync)
{
	int fd = msg->fd;

	if (sync && fsync(fd) != 0)
		return false;
	/* Some file systems tell only now that the disk is full. */
	msg->fd = -1;
	return close(fd) == 0;
}

enum ph_err ph_maildir_commit(struct ph_maildir_message *msg, bool sync,
    const char **path_out, struct ph_fault *fault)
{
	struct ph_maildir *m = msg->dir;

	enum ph_err err = flush(msg, fault);
	if (err != PH_OK) {
		ph_maildir_abort(msg);
		return err;
	}
	if (!settle(msg, sync)) {
		err = fault_at(fault, PH_CAUSE_CANNOT_WRITE,
		    "write a message in", m->path);
		ph_maildir_abort(msg);
		return err;
	}
	if (renameat(m->tmp, msg->name, m->new, msg->name) != 0) {
		err = fault_at(fault, PH_CAUSE_CANNOT_CREATE,
		    "move a message to new/ in", m->path);
		ph_maildir_abort(msg);
		return err;
	}
	if (sync && fsync(m->new) != 0 && errno != EINVAL) {
		err = fault_at(fault, PH_CAUSE_CANNOT_WRITE, "sync", m->path);
		(void)unlinkat(m->new, msg->name, 0);
		end(msg);
		return err;
	}
	(void)snprintf(
	    m->last, sizeof(m->last), "%s/new/%s", m->path, msg->name);
	end(msg);
	*path_out = m->last;
	return PH_OK;
}

void ph_maildir_abort(struct ph_maildir_message *msg)
{
	if (msg == NULL)
		return;
	(void)unlinkat(msg->dir->tmp, msg->name, 0);
	end(msg);
}
