#include "io/input.h"

#include "io/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool is_spoolable(const struct stat *st, int fd)
{
	return S_ISFIFO(st->st_mode) || S_ISSOCK(st->st_mode) ||
	    S_ISREG(st->st_mode) || (S_ISCHR(st->st_mode) && isatty(fd));
}

static enum ph_err spool(int fd, struct ph_input *out, struct ph_fault *fault)
{
	struct ph_input in = { .fd = -1, .owned = true };

	enum ph_err err = ph_file_spool(fd, &in.fd, &in.size, fault);
	if (err != PH_OK)
		return err;
	*out = in;
	return PH_OK;
}

static enum ph_err look_at(int fd, struct stat *st, struct ph_fault *fault)
{
	if (fstat(fd, st) == 0)
		return PH_OK;
	ph_fault_set(fault, PH_CAUSE_INPUT_UNREADABLE, PH_STAGE_CONFIG,
	    "descriptor %d: %s", fd, strerror(errno));
	return PH_EIO;
}

static enum ph_err open_fd(int fd, struct ph_input *out, struct ph_fault *fault)
{
	struct stat st;

	enum ph_err err = look_at(fd, &st, fault);
	if (err != PH_OK)
		return err;
	if (S_ISREG(st.st_mode) && lseek(fd, 0, SEEK_CUR) == 0) {
		*out =
		    (struct ph_input){ .fd = fd, .size = (uint64_t)st.st_size };
		return PH_OK;
	}
	if (!is_spoolable(&st, fd)) {
		char name[32] = "standard input";

		if (fd != STDIN_FILENO)
			(void)snprintf(name, sizeof(name), "descriptor %d", fd);
		ph_fault_set(fault, PH_CAUSE_INPUT_UNREADABLE, PH_STAGE_CONFIG,
		    "%s is neither a file nor a pipe", name);
		return PH_EINVAL;
	}
	return spool(fd, out, fault);
}

/* A shell's <(command) is a path to a pipe; opening it twice would lose it. */
static enum ph_err open_pipe(
    const char *path, struct ph_input *out, struct ph_fault *fault)
{
	PH_CLEANUP(ph_close_fd) int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0) {
		ph_fault_set(fault, PH_CAUSE_INPUT_UNREADABLE, PH_STAGE_CONFIG,
		    "%s: %s", path, strerror(errno));
		return PH_EIO;
	}
	return spool(fd, out, fault);
}

enum ph_err ph_input_open(
    const char *path, int fd, struct ph_input *out, struct ph_fault *fault)
{
	struct ph_input in = { .fd = -1, .owned = true };
	struct stat st;

	if (path == NULL)
		return open_fd(fd, out, fault);
	if (stat(path, &st) == 0 && S_ISFIFO(st.st_mode))
		return open_pipe(path, out, fault);

	enum ph_err err = ph_file_open(path, &in.fd, &in.size, fault);
	if (err != PH_OK)
		return err;
	*out = in;
	return PH_OK;
}

enum ph_err ph_input_take(int fd, struct ph_input *out, struct ph_fault *fault)
{
	struct stat st;

	enum ph_err err = look_at(fd, &st, fault);
	if (err != PH_OK) {
		ph_close_fd(&fd);
		return err;
	}
	*out = (struct ph_input){
		.fd = fd,
		.owned = true,
		.size = (uint64_t)st.st_size,
	};
	return PH_OK;
}

void ph_input_close(struct ph_input *in)
{
	if (in == NULL)
		return;
	if (in->owned)
		ph_close_fd(&in->fd);
	in->fd = -1;
}
