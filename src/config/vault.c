#include "config/vault.h"

#include "base/ascii.h"
#include "config/place.h"
#include "config/token.h"
#include "config/vault_keyring.h"
#include "config/vault_part.h"
#include "connection/settings.h"
#include "io/file.h"
#include "io/loop.h"
#include "io/secret_source.h"

#include <stdio.h>
#include <stdlib.h>

enum {
	/* The place, a setting's value, and its line end. */
	PLACE_MAX = PH_SETTINGS_LINE_MAX + 1,
	FILE_MAX = PH_SECRET_MAX + PLACE_MAX,
	SUFFIX_MAX = 32,
	/* Of a line to type: a connection's name is short. */
	COMMAND_MAX = 160,
	LIST_MAX = 1024 * 1024,
	/* Of a text that names the secret and whom it is for. */
	WHAT_MAX = 2 * PH_SETTINGS_LINE_MAX + 64
};

/* No connection's name holds it. */
static const char role_mark = '@';

static enum ph_err refuse_name(const char *name, struct ph_fault *fault)
{
	ph_fault_set(fault, PH_CAUSE_CONFIG, PH_STAGE_CONFIG,
	    "\"%.80s\" is not a connection's name", name);
	return PH_EINVAL;
}

static enum ph_err find_path(const char *dir, const char *name,
    enum ph_role role, char **path_out, struct ph_fault *fault)
{
	char suffix[SUFFIX_MAX] = "";

	if (!ph_connection_name_valid(ph_span_of(name)))
		return refuse_name(name, fault);
	if (role != PH_ROLE_PASSWORD) {
		(void)snprintf(suffix, sizeof(suffix), "%c%s", role_mark,
		    ph_role_name(role));
	}
	*path_out = ph_place_join(dir, name, suffix);
	return *path_out == NULL ? PH_ENOMEM : PH_OK;
}

/* What to type for another one. */
static const char *command_of(
    const char *name, enum ph_role role, char out[COMMAND_MAX])
{
	if (role == PH_ROLE_TOKEN) {
		(void)snprintf(out, COMMAND_MAX, "posthaste login %s", name);
	} else if (role == PH_ROLE_PASSWORD) {
		(void)snprintf(
		    out, COMMAND_MAX, "posthaste secret set %s", name);
	} else {
		(void)snprintf(out, COMMAND_MAX,
		    "posthaste secret set %s --for %s", name,
		    ph_role_name(role));
	}
	return out;
}

enum ph_err ph_vault_check_place(
    const struct ph_connection *conn, enum ph_role role, struct ph_fault *fault)
{
	if (ph_role_place(conn, role)[0] != '\0')
		return PH_OK;
	ph_fault_set(fault, PH_CAUSE_CONFIG, PH_STAGE_CONFIG,
	    "connection \"%s\" has no %s that a %s could be for", conn->name,
	    ph_role_place_noun(role), ph_role_noun(role));
	ph_fault_advise(fault, "posthaste connection show %s shows what it has",
	    conn->name);
	return PH_EINVAL;
}

/* What is stored already stays as it is, and as old: a password that was
   refused is no new one for being typed again. */
static bool is_stored(const char *path, struct ph_span bytes)
{
	PH_CLEANUP(ph_buf_wipe) struct ph_buf old;
	struct ph_fault ignored;

	ph_buf_init(&old, FILE_MAX);
	return ph_file_check_private(path, &ignored) == PH_OK &&
	    ph_file_read(path, &old, &ignored) == PH_OK &&
	    ph_span_eq(ph_buf_span(&old), bytes);
}

enum ph_err ph_vault_set(const char *dir, const struct ph_connection *conn,
    enum ph_role role, const struct ph_secret *secret, struct ph_fault *fault)
{
	PH_CLEANUP(ph_buf_wipe) struct ph_buf bytes;
	char *path = NULL;

	ph_buf_init(&bytes, FILE_MAX);

	enum ph_err err = find_path(dir, conn->name, role, &path, fault);
	if (err == PH_OK)
		err = ph_vault_check_place(conn, role, fault);
	if (err == PH_OK) {
		err = ph_buf_appendf(&bytes, "%s\n", ph_role_place(conn, role));
	}
	if (err == PH_OK)
		err = ph_buf_append(&bytes, ph_secret_span(secret));
	if (err == PH_OK && !is_stored(path, ph_buf_span(&bytes)))
		err = ph_file_replace(path, ph_buf_span(&bytes), 0600, fault);
	free(path);
	return err;
}

enum ph_err ph_vault_forget(const char *dir, const char *name,
    enum ph_role role, struct ph_fault *fault)
{
	char command[COMMAND_MAX];
	char *path = NULL;
	enum ph_err err = find_path(dir, name, role, &path, fault);
	if (err != PH_OK)
		return err;
	err = ph_file_remove(path, fault);
	if (err == PH_ENOTFOUND) {
		ph_fault_set(fault, PH_CAUSE_NO_PASSWORD, PH_STAGE_CONFIG,
		    "no %s is stored for connection \"%s\"", ph_role_noun(role),
		    name);
		ph_fault_advise(
		    fault, "%s stores one", command_of(name, role, command));
	}
	free(path);
	return err;
}

/* What the file says is not repeated: one made by hand may begin with the
   password. */
void ph_vault_refuse_place(const struct ph_connection *conn, enum ph_role role,
    const char *more, struct ph_fault *fault)
{
	const char *place = ph_role_place(conn, role);
	char command[COMMAND_MAX];

	ph_fault_set(fault, PH_CAUSE_NO_PASSWORD, PH_STAGE_CONFIG,
	    "the %s stored for connection \"%s\" belongs to another %s than "
	    "%s",
	    ph_role_noun(role), conn->name, ph_role_place_noun(role), place);
	ph_fault_advise(fault, "when %s is to have it: %s%s", place,
	    command_of(conn->name, role, command), more);
}

static enum ph_err take_secret(const struct ph_connection *conn,
    enum ph_role role, struct ph_span bytes, struct ph_secret *out,
    struct ph_fault *fault)
{
	size_t end = ph_span_find(bytes, '\n');
	struct ph_span place = ph_span_first(bytes, end);

	if (end == bytes.len ||
	    !ph_span_eq_nocase(place, ph_span_of(ph_role_place(conn, role)))) {
		ph_vault_refuse_place(conn, role, "", fault);
		return PH_EDENIED;
	}
	return ph_secret_set(out, ph_span_skip(bytes, end + 1));
}

/* PH_ENOTFOUND without a fault: none is stored. */
static enum ph_err read_stored(const char *dir,
    const struct ph_connection *conn, enum ph_role role, struct ph_secret *out,
    struct ph_fault *fault)
{
	PH_CLEANUP(ph_buf_wipe) struct ph_buf bytes;
	char *path = NULL;

	ph_buf_init(&bytes, FILE_MAX);
	if (conn->name[0] == '\0')
		return PH_ENOTFOUND;

	enum ph_err err = find_path(dir, conn->name, role, &path, fault);
	if (err != PH_OK)
		return err;
	err = ph_file_check_private(path, fault);
	if (err == PH_OK)
		err = ph_file_read(path, &bytes, fault);
	if (err == PH_OK)
		err = take_secret(conn, role, ph_buf_span(&bytes), out, fault);
	free(path);
	return err;
}

/* list */

static bool take_name(
    struct ph_span file, struct ph_span *name_out, enum ph_role *role_out)
{
	size_t mark = ph_span_find(file, role_mark);

	*name_out = ph_span_first(file, mark);
	*role_out = PH_ROLE_PASSWORD;
	if (!ph_connection_name_valid(*name_out))
		return false;
	if (mark == file.len)
		return true;
	return ph_role_parse(ph_span_skip(file, mark + 1), role_out) == PH_OK &&
	    *role_out != PH_ROLE_PASSWORD;
}

/* The first line of the file; empty when it cannot be used. */
static enum ph_err read_place(const char *dir, const char *file,
    struct ph_arena *a, const char **place_out)
{
	PH_CLEANUP(ph_buf_wipe) struct ph_buf bytes;
	struct ph_fault ignored;
	char *path = ph_place_join(dir, file, "");

	ph_buf_init(&bytes, FILE_MAX);
	if (path == NULL)
		return PH_ENOMEM;

	bool usable = ph_file_check_private(path, &ignored) == PH_OK &&
	    ph_file_read(path, &bytes, &ignored) == PH_OK;
	struct ph_span text = ph_buf_span(&bytes);
	size_t end = ph_span_find(text, '\n');

	free(path);
	if (!usable || end == text.len)
		end = 0;
	*place_out = ph_arena_str(a, ph_span_first(text, end));
	return *place_out == NULL ? PH_ENOMEM : PH_OK;
}

static enum ph_err add_entry(const char *dir, struct ph_span file,
    struct ph_arena *a, struct ph_vault_entry *e, bool *is_one)
{
	struct ph_span name;

	*is_one = take_name(file, &name, &e->role);
	if (!*is_one)
		return PH_OK;
	e->name = ph_arena_str(a, name);
	if (e->name == NULL)
		return PH_ENOMEM;
	return read_place(dir, file.ptr, a, &e->place);
}

enum ph_err ph_vault_list(const char *dir, struct ph_arena *a,
    const struct ph_vault_entry **out, size_t *count_out,
    struct ph_fault *fault)
{
	PH_CLEANUP(ph_buf_release) struct ph_buf files;
	size_t count = 0;

	ph_buf_init(&files, LIST_MAX);

	enum ph_err err = ph_dir_list(dir, "", &files, fault);
	if (err != PH_OK)
		return err;

	struct ph_span rest = ph_buf_span(&files);
	struct ph_span file;
	while (ph_span_split(&rest, '\0', &file))
		count++;

	struct ph_vault_entry *list =
	    ph_arena_array(a, count + 1, sizeof(*list));
	if (list == NULL)
		return PH_ENOMEM;
	count = 0;
	rest = ph_buf_span(&files);
	while (err == PH_OK && ph_span_split(&rest, '\0', &file)) {
		bool is_one = false;

		if (file.len == 0)
			continue;
		err = add_entry(dir, file, a, &list[count], &is_one);
		count += is_one ? 1 : 0;
	}
	*out = list;
	*count_out = count;
	return err;
}

/* fetch */

/* "password for ann at h". */
static const char *describe(
    const struct ph_connection *conn, enum ph_role role, struct ph_buf *b)
{
	ph_buf_init(b, WHAT_MAX);
	if (ph_role_describe(conn, role, b) != PH_OK)
		return ph_role_noun(role);
	return ph_buf_str(b);
}

static enum ph_err ask(const struct ph_connection *conn, enum ph_role role,
    struct ph_secret *out, struct ph_fault *fault)
{
	PH_CLEANUP(ph_buf_release) struct ph_buf question;

	ph_buf_init(&question, WHAT_MAX);

	enum ph_err err = ph_role_describe(conn, role, &question);
	if (err == PH_OK)
		err = ph_buf_append_str(&question, ": ");
	if (err != PH_OK)
		return err;
	question.ptr[0] = ph_ascii_upper(question.ptr[0]);
	return ph_secret_from_prompt(question.ptr, out, fault);
}

/* How its source is named on a command line, or, where no option does that, in
   a file. */
static const char *option_of_source(enum ph_role role)
{
	switch (role) {
	case PH_ROLE_PASSWORD:
		return "--password-from";
	case PH_ROLE_PROXY:
		return "--proxy-password-from";
	case PH_ROLE_CLIENT_KEY:
		return "--client-key-password-from";
	case PH_ROLE_OAUTH_CLIENT:
	case PH_ROLE_TOKEN:
		break;
	}
	return ph_role_setting(role);
}

static enum ph_err refuse_none(
    const struct ph_connection *conn, enum ph_role role, struct ph_fault *fault)
{
	PH_CLEANUP(ph_buf_release) struct ph_buf what;
	char command[COMMAND_MAX];

	ph_fault_set(fault, PH_CAUSE_NO_PASSWORD, PH_STAGE_CONFIG,
	    "there is no %s", describe(conn, role, &what));
	if (conn->name[0] != '\0') {
		ph_fault_advise(fault,
		    "%s stores one; or say where it is: %s env:NAME, "
		    "file:PATH, fd:N, command:CMD, credential:NAME or keyring",
		    command_of(conn->name, role, command),
		    option_of_source(role));
	} else if (role == PH_ROLE_PROXY) {
		ph_fault_advise(fault,
		    "say where it is: --proxy-password-from prompt, env:NAME, "
		    "file:PATH, fd:N, command:CMD, credential:NAME or "
		    "keyring");
	}
	return PH_ENOTFOUND;
}

/* Only who has to log in somewhere is asked unbidden. */
static bool is_asked_for(enum ph_role role)
{
	return role == PH_ROLE_PASSWORD || role == PH_ROLE_PROXY;
}

static enum ph_err find_any(const char *dir, const struct ph_connection *conn,
    enum ph_role role, struct ph_secret *out, struct ph_fault *fault)
{
	enum ph_err err = read_stored(dir, conn, role, out, fault);

	if (err == PH_ENOTFOUND && is_asked_for(role))
		err = ask(conn, role, out, fault);
	return err == PH_ENOTFOUND ? refuse_none(conn, role, fault) : err;
}

static enum ph_err find_stored(const char *dir,
    const struct ph_connection *conn, enum ph_role role, struct ph_secret *out,
    struct ph_fault *fault)
{
	enum ph_err err = read_stored(dir, conn, role, out, fault);

	return err == PH_ENOTFOUND ? refuse_none(conn, role, fault) : err;
}

static enum ph_err find_in_keyring(const struct ph_connection *conn,
    enum ph_role role, struct ph_secret *out, struct ph_fault *fault)
{
	char command[COMMAND_MAX];
	enum ph_err err = ph_vault_keyring_find(conn, role, out, fault);

	if (err != PH_ENOTFOUND)
		return err;
	ph_fault_set(fault, PH_CAUSE_NO_PASSWORD, PH_STAGE_CONFIG,
	    "the keyring holds no %s of connection \"%s\"", ph_role_noun(role),
	    conn->name);
	ph_fault_advise(fault, "%s --keyring stores one",
	    command_of(conn->name, role, command));
	return err;
}

/* A program that is asked for one secret gets none of the others. */
static enum ph_err run_command(const struct ph_connection *conn,
    const char *command, struct ph_secret *out, struct ph_fault *fault)
{
	const char *withheld[PH_ROLE_COUNT + 2] = { "POSTHASTE_SERVER" };
	size_t count = 1;

	for (int i = 0; i < PH_ROLE_COUNT; i++) {
		const struct ph_secret_source *from =
		    ph_role_source(conn, (enum ph_role)i);

		if (from->kind == PH_SECRET_ENV)
			withheld[count++] = from->argument;
	}
	return ph_secret_from_command(command, withheld, out, fault);
}

/* A sign-in gives tokens for the server, and for nothing else. */
static enum ph_err refuse_oauth(enum ph_role role, struct ph_fault *fault)
{
	ph_fault_set(fault, PH_CAUSE_NO_PASSWORD, PH_STAGE_CONFIG,
	    "%s: oauth gives tokens for the server alone",
	    ph_role_setting(role));
	ph_fault_advise(
	    fault, "use file:PATH, env:NAME, command:CMD, keyring or prompt");
	return PH_EINVAL;
}

enum ph_err ph_vault_secret(const char *dir, const struct ph_connection *conn,
    enum ph_role role, struct ph_secret *out, struct ph_fault *fault)
{
	const struct ph_secret_source *from = ph_role_source(conn, role);

	switch (from->kind) {
	case PH_SECRET_NONE:
		return find_any(dir, conn, role, out, fault);
	case PH_SECRET_STORED:
		return find_stored(dir, conn, role, out, fault);
	case PH_SECRET_PROMPT:
		return ask(conn, role, out, fault);
	case PH_SECRET_ENV:
		return ph_secret_from_env(from->argument, out, fault);
	case PH_SECRET_FILE:
		return ph_secret_from_file(from->argument, out, fault);
	case PH_SECRET_FD:
		return ph_secret_from_fd(from->fd, out, fault);
	case PH_SECRET_COMMAND:
		return run_command(conn, from->argument, out, fault);
	case PH_SECRET_KEYRING:
		return find_in_keyring(conn, role, out, fault);
	case PH_SECRET_OAUTH:
		return role == PH_ROLE_PASSWORD
		    ? ph_token_fresh(&(struct ph_token_question){ .dir = dir,
					 .connection = conn },
			  out, fault)
		    : refuse_oauth(role, fault);
	case PH_SECRET_CREDENTIAL:
		break;
	}
	return ph_secret_from_credential(from->argument, out, fault);
}

static int64_t stored_msec(
    const char *dir, const struct ph_connection *conn, enum ph_role role)
{
	struct ph_fault ignored = { 0 };
	char *path = NULL;
	int64_t changed = 0;

	if (conn->name[0] != '\0' &&
	    find_path(dir, conn->name, role, &path, &ignored) == PH_OK)
		changed = ph_file_changed_msec(path);
	free(path);
	return changed;
}

int64_t ph_vault_changed_msec(
    const char *dir, const struct ph_connection *conn, enum ph_role role)
{
	const struct ph_secret_source *from = ph_role_source(conn, role);
	int64_t changed;

	switch (from->kind) {
	case PH_SECRET_PROMPT:
		return ph_clock_unix_msec();
	case PH_SECRET_FILE:
		return ph_file_changed_msec(from->argument);
	case PH_SECRET_STORED:
		return stored_msec(dir, conn, role);
	case PH_SECRET_NONE:
		changed = stored_msec(dir, conn, role);
		return changed != 0 ? changed : ph_clock_unix_msec();
	case PH_SECRET_ENV:
	case PH_SECRET_FD:
	case PH_SECRET_COMMAND:
	case PH_SECRET_KEYRING:
	case PH_SECRET_OAUTH:
	case PH_SECRET_CREDENTIAL:
		break;
	}
	return 0;
}
