#include "io/secret_source.h"

#include "base/buf.h"
#include "io/child.h"
#include "io/errno_text.h"
#include "io/file.h"
#include "io/terminal.h"
#include "io/words.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
	COMMAND_TIMEOUT_MS = 30 * 1000,
	/* One that asks a person, who may have to look the answer up. */
	ASKING_TIMEOUT_MS = 5 * 60 * 1000,
	LINE_END_MAX = 2
};

#define NONE PH_CAUSE_NO_PASSWORD, PH_STAGE_CONFIG

/* Without its line end, one at most. */
static struct ph_span without_line_end(struct ph_span s)
{
	if (s.len > 0 && s.ptr[s.len - 1] == '\n')
		s.len--;
	if (s.len > 0 && s.ptr[s.len - 1] == '\r')
		s.len--;
	return s;
}

/* Keeps what source gave; wipes value. */
static enum ph_err keep(struct ph_buf *value, const char *source,
    struct ph_secret *out, struct ph_fault *fault)
{
	struct ph_span s = without_line_end(ph_buf_span(value));

	if (s.len == 0) {
		ph_fault_set(fault, NONE, "%s gave an empty password", source);
		return PH_ENOTFOUND;
	}
	/* No mechanism can send it (RFC 4616 2). */
	if (memchr(s.ptr, '\0', s.len) != NULL) {
		ph_fault_set(fault, NONE,
		    "%s gave a password with a NUL octet in it", source);
		ph_fault_advise(
		    fault, "look at what the source gives: it is no text");
		return PH_EINVAL;
	}
	enum ph_err err = ph_secret_set(out, s);
	if (err != PH_OK) {
		ph_fault_set(
		    fault, NONE, "%s gave a password that is too long", source);
	}
	return err;
}

static void value_init(struct ph_buf *b)
{
	ph_buf_init(b, PH_SECRET_MAX + LINE_END_MAX);
}

enum ph_err ph_secret_from_env(
    const char *name, struct ph_secret *out, struct ph_fault *fault)
{
	PH_CLEANUP(ph_buf_wipe) struct ph_buf value;
	const char *env = name[0] == '\0' ? NULL : getenv(name);

	value_init(&value);
	if (env == NULL) {
		ph_fault_set(fault, NONE,
		    "the environment variable \"%s\" is not set", name);
		return PH_ENOTFOUND;
	}
	if (ph_buf_append_str(&value, env) != PH_OK) {
		ph_fault_set(fault, NONE,
		    "the environment variable \"%s\" is too long", name);
		return PH_ETOOBIG;
	}
	return keep(&value, "the environment variable", out, fault);
}

/* Reads to the end; source names it in faults. */
static enum ph_err read_secret(
    int fd, const char *source, struct ph_secret *out, struct ph_fault *fault)
{
	PH_CLEANUP(ph_buf_wipe) struct ph_buf value;

	value_init(&value);
	enum ph_err err = ph_fd_read_all(fd, &value, NULL);
	if (err == PH_ETOOBIG) {
		ph_fault_set(
		    fault, NONE, "%s gave a password that is too long", source);
		return err;
	}
	if (err != PH_OK) {
		ph_fault_set(fault, NONE, "cannot read %s: %s", source,
		    ph_errno_text(err == PH_ENOMEM ? ENOMEM : errno));
		return err;
	}
	return keep(&value, source, out, fault);
}

enum ph_err ph_secret_from_file(
    const char *path, struct ph_secret *out, struct ph_fault *fault)
{
	PH_CLEANUP(ph_close_fd)
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);

	if (fd < 0) {
		bool missing = errno == ENOENT || errno == ENOTDIR;
		ph_fault_set(fault, NONE, "cannot read %s: %s", path,
		    ph_errno_text(errno));
		return missing ? PH_ENOTFOUND : PH_EIO;
	}
	enum ph_err err = ph_file_check_private_fd(fd, path, fault);
	if (err != PH_OK)
		return err;
	return read_secret(fd, path, out, fault);
}

enum ph_err ph_secret_from_fd(
    int fd, struct ph_secret *out, struct ph_fault *fault)
{
	return read_secret(fd,
	    fd == STDIN_FILENO ? "standard input" : "the file descriptor", out,
	    fault);
}

static enum ph_err command_fault(enum ph_err err, const char *program,
    const struct ph_child_end *end, struct ph_fault *fault)
{
	if (err == PH_ETIMEOUT) {
		ph_fault_set(fault, NONE,
		    "the password command %s did not end within %d s", program,
		    (ph_terminal_is_there() ? ASKING_TIMEOUT_MS
					    : COMMAND_TIMEOUT_MS) /
			1000);
		return err;
	}
	if (err == PH_ETOOBIG) {
		ph_fault_set(fault, NONE,
		    "the password command %s said too much", program);
		return err;
	}
	if (err == PH_EIO && end->err == EINTR) {
		ph_fault_set(fault, PH_CAUSE_INTERRUPTED, PH_STAGE_CONFIG,
		    "interrupted while the password command %s ran", program);
		return err;
	}
	if (err != PH_OK) {
		ph_fault_set(fault, NONE,
		    "cannot run the password command %s: %s", program,
		    ph_errno_text(end->err));
		return err;
	}
	if (end->signum != 0) {
		ph_fault_set(fault, NONE,
		    "the password command %s was killed by signal %d", program,
		    end->signum);
		return PH_EIO;
	}
	ph_fault_set(fault, NONE,
	    "the password command %s failed with exit status %d", program,
	    end->code);
	return PH_EIO;
}

enum ph_err ph_secret_from_command(const char *command,
    const char *const *withheld, struct ph_secret *out, struct ph_fault *fault)
{
	PH_CLEANUP(ph_words_release) struct ph_words words = { 0 };
	PH_CLEANUP(ph_buf_wipe) struct ph_buf value;
	struct ph_child_end end;
	const char *why = "it is too long";

	value_init(&value);
	enum ph_err err = ph_words_split(ph_span_of(command), &words, &why);
	if (err != PH_OK) {
		ph_fault_set(fault, NONE,
		    "the password command cannot be used: %s", why);
		return err;
	}
	err = ph_child_run(
	    &(struct ph_child_start){
		.argv = words.argv,
		.timeout = COMMAND_TIMEOUT_MS,
		.asking_timeout = ASKING_TIMEOUT_MS,
		.withheld = withheld,
	    },
	    &value, &end);
	if (err != PH_OK || end.code != 0)
		return command_fault(err, words.argv[0], &end, fault);
	return keep(&value, "the password command", out, fault);
}

/* A file in that directory and nowhere else. */
static bool is_credential_name(const char *name)
{
	return name[0] != '\0' && name[0] != '.' && strchr(name, '/') == NULL;
}

enum ph_err ph_secret_from_credential(
    const char *name, struct ph_secret *out, struct ph_fault *fault)
{
	const char *dir = getenv("CREDENTIALS_DIRECTORY");
	char path[PATH_MAX];

	if (!is_credential_name(name)) {
		ph_fault_set(fault, NONE,
		    "\"%s\" cannot be the name of a credential", name);
		return PH_EINVAL;
	}
	if (dir == NULL || dir[0] == '\0') {
		ph_fault_set(fault, NONE,
		    "there is no credential \"%s\": CREDENTIALS_DIRECTORY is "
		    "not set",
		    name);
		ph_fault_advise(fault,
		    "credentials are what systemd gives a service "
		    "(LoadCredential=%s:PATH in its unit); elsewhere use "
		    "file:PATH",
		    name);
		return PH_ENOTFOUND;
	}
	if (snprintf(path, sizeof(path), "%s/%s", dir, name) >=
	    (int)sizeof(path)) {
		ph_fault_set(
		    fault, NONE, "CREDENTIALS_DIRECTORY is too long a path");
		return PH_EINVAL;
	}

	PH_CLEANUP(ph_close_fd)
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);

	if (fd < 0) {
		bool missing = errno == ENOENT || errno == ENOTDIR;

		ph_fault_set(fault, NONE, "cannot read the credential %s: %s",
		    path, ph_errno_text(errno));
		return missing ? PH_ENOTFOUND : PH_EIO;
	}
	return read_secret(fd, path, out, fault);
}

enum ph_err ph_secret_from_prompt(
    const char *question, struct ph_secret *out, struct ph_fault *fault)
{
	PH_CLEANUP(ph_buf_wipe) struct ph_buf value;

	value_init(&value);
	enum ph_err err = ph_terminal_ask(question, &value);
	if (err == PH_OK)
		return keep(&value, "the prompt", out, fault);
	if (err == PH_ENOTFOUND) {
		ph_fault_set(fault, NONE,
		    "there is no terminal to ask for the password on");
		return err;
	}
	ph_fault_set(fault, NONE, "no password was typed");
	return err;
}
