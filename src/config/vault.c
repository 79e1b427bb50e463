#include "config/vault.h"

#include "config/place.h"
#include "connection/settings.h"
#include "io/file.h"
#include "io/secret_source.h"

#include <stdio.h>
#include <stdlib.h>

enum {
	FILE_MAX = PH_SECRET_MAX + 512,
	QUESTION_MAX = 512
};

static enum ph_err refuse_name(const char *name, struct ph_fault *fault)
{
	ph_fault_set(fault, PH_CAUSE_CONFIG, PH_STAGE_CONFIG,
	    "\"%.80s\" is not a connection's name", name);
	return PH_EINVAL;
}

static enum ph_err find_path(
    const char *dir, const char *name, char **path_out, struct ph_fault *fault)
{
	if (!ph_connection_name_valid(ph_span_of(name)))
		return refuse_name(name, fault);
	*path_out = ph_place_join(dir, name, "");
	return *path_out == NULL ? PH_ENOMEM : PH_OK;
}

enum ph_err ph_vault_set(const char *dir, const struct ph_connection *conn,
    const struct ph_secret *secret, struct ph_fault *fault)
{
	struct ph_buf bytes;
	char *path = NULL;
	enum ph_err err = find_path(dir, conn->name, &path, fault);
	if (err != PH_OK)
		return err;

	ph_buf_init(&bytes, FILE_MAX);
	err = ph_buf_appendf(&bytes, "%s\n", conn->host);
	if (err == PH_OK)
		err = ph_buf_append(&bytes, ph_secret_span(secret));
	if (err == PH_OK) {
		err = ph_file_replace(path, ph_buf_span(&bytes), 0600, fault);
	}
	ph_buf_wipe(&bytes);
	free(path);
	return err;
}

enum ph_err ph_vault_forget(
    const char *dir, const char *name, struct ph_fault *fault)
{
	char *path = NULL;
	enum ph_err err = find_path(dir, name, &path, fault);
	if (err != PH_OK)
		return err;
	err = ph_file_remove(path, fault);
	if (err == PH_ENOTFOUND) {
		ph_fault_set(fault, PH_CAUSE_NO_PASSWORD, PH_STAGE_CONFIG,
		    "no password is stored for connection \"%s\"", name);
		ph_fault_advise(
		    fault, "posthaste secret set %s stores one", name);
	}
	free(path);
	return err;
}

/* What the file says is not repeated: one made by hand may begin with the
   password. */
static enum ph_err refuse_host(
    const struct ph_connection *conn, struct ph_fault *fault)
{
	ph_fault_set(fault, PH_CAUSE_NO_PASSWORD, PH_STAGE_CONFIG,
	    "the password stored for connection \"%s\" belongs to another host "
	    "than %s",
	    conn->name, conn->host);
	ph_fault_advise(fault, "when %s is to have it: posthaste secret set %s",
	    conn->host, conn->name);
	return PH_EDENIED;
}

static enum ph_err take_secret(const struct ph_connection *conn,
    struct ph_span bytes, struct ph_secret *out, struct ph_fault *fault)
{
	size_t end = ph_span_find(bytes, '\n');
	struct ph_span host = ph_span_first(bytes, end);

	if (end == bytes.len ||
	    !ph_span_eq_nocase(host, ph_span_of(conn->host)))
		return refuse_host(conn, fault);
	return ph_secret_set(out, ph_span_skip(bytes, end + 1));
}

/* PH_ENOTFOUND without a fault: none is stored. */
static enum ph_err read_stored(const char *dir,
    const struct ph_connection *conn, struct ph_secret *out,
    struct ph_fault *fault)
{
	struct ph_buf bytes;
	char *path = NULL;

	if (conn->name[0] == '\0')
		return PH_ENOTFOUND;

	enum ph_err err = find_path(dir, conn->name, &path, fault);
	if (err != PH_OK)
		return err;
	ph_buf_init(&bytes, FILE_MAX);
	err = ph_file_check_private(path, fault);
	if (err == PH_OK)
		err = ph_file_read(path, &bytes, fault);
	if (err == PH_OK)
		err = take_secret(conn, ph_buf_span(&bytes), out, fault);
	ph_buf_wipe(&bytes);
	free(path);
	return err;
}

static enum ph_err ask(const struct ph_connection *conn, struct ph_secret *out,
    struct ph_fault *fault)
{
	char question[QUESTION_MAX];

	(void)snprintf(question, sizeof(question),
	    "Password for %s at %s: ", conn->username, conn->host);
	return ph_secret_from_prompt(question, out, fault);
}

static enum ph_err refuse_none(
    const struct ph_connection *conn, struct ph_fault *fault)
{
	ph_fault_set(fault, PH_CAUSE_NO_PASSWORD, PH_STAGE_CONFIG,
	    "there is no password for %s at %s", conn->username, conn->host);
	if (conn->name[0] != '\0') {
		ph_fault_advise(fault,
		    "posthaste secret set %s stores one; or say where it is: "
		    "--password-from env:NAME, file:PATH, fd:N or command:CMD",
		    conn->name);
	}
	return PH_ENOTFOUND;
}

static enum ph_err find_any(const char *dir, const struct ph_connection *conn,
    struct ph_secret *out, struct ph_fault *fault)
{
	enum ph_err err = read_stored(dir, conn, out, fault);

	if (err == PH_ENOTFOUND)
		err = ask(conn, out, fault);
	return err == PH_ENOTFOUND ? refuse_none(conn, fault) : err;
}

static enum ph_err refuse_source(const char *what, struct ph_fault *fault)
{
	ph_fault_set(fault, PH_CAUSE_NO_PASSWORD, PH_STAGE_CONFIG,
	    "password-from: %s is not supported yet", what);
	ph_fault_advise(
	    fault, "use file:PATH, env:NAME, command:CMD, stored or prompt");
	return PH_EINVAL;
}

enum ph_err ph_vault_password(const char *dir, const struct ph_connection *conn,
    struct ph_secret *out, struct ph_fault *fault)
{
	const struct ph_secret_source *from = &conn->password_from;
	enum ph_err err = PH_OK;

	switch (from->kind) {
	case PH_SECRET_NONE:
		return find_any(dir, conn, out, fault);
	case PH_SECRET_STORED:
		err = read_stored(dir, conn, out, fault);
		return err == PH_ENOTFOUND ? refuse_none(conn, fault) : err;
	case PH_SECRET_PROMPT:
		return ask(conn, out, fault);
	case PH_SECRET_ENV:
		return ph_secret_from_env(from->argument, out, fault);
	case PH_SECRET_FILE:
		return ph_secret_from_file(from->argument, out, fault);
	case PH_SECRET_FD:
		return ph_secret_from_fd(from->fd, out, fault);
	case PH_SECRET_COMMAND:
		return ph_secret_from_command(from->argument, out, fault);
	case PH_SECRET_KEYRING:
		return refuse_source("keyring", fault);
	case PH_SECRET_OAUTH:
		return refuse_source("oauth", fault);
	case PH_SECRET_CREDENTIAL:
		break;
	}
	return refuse_source("credential", fault);
}
