#include "cli/server.h"

#include "cli/proxy_option.h"
#include "config/token.h"
#include "config/vault.h"
#include "connection/settings.h"
#include "io/loop.h"
#include "io/process.h"
#include "io/terminal.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	/* Settings of a chain of files and of the command line. */
	ARENA_MAX = 4 * 1024 * 1024,
	/* A setting has three options at most that say something of it. */
	OVERRIDES_MAX = 256
};

static const struct {
	int key;
	const char *setting;
	const char *option;
} settings[] = {
	{ PH_SERVER_KEY_HOST, "host", "--host" },
	{ PH_SERVER_KEY_PORT, "port", "--port" },
	{ PH_SERVER_KEY_ENCRYPTION, "encryption", "--encryption" },
	{ PH_SERVER_KEY_TLS_VERSIONS, "tls-versions", "--tls-versions" },
	{ PH_SERVER_KEY_VERIFY, "verify", "--verify" },
	{ PH_SERVER_KEY_CA_FILE, "ca-file", "--ca-file" },
	{ PH_SERVER_KEY_CLIENT_CERTIFICATE, "client-certificate",
	    "--client-certificate" },
	{ PH_SERVER_KEY_CLIENT_KEY, "client-key", "--client-key" },
	{ PH_SERVER_KEY_CLIENT_KEY_PASSWORD, "client-key-password-from",
	    "--client-key-password-from" },
	{ PH_SERVER_KEY_VERIFY_NAME, "verify-name", "--verify-name" },
	{ PH_SERVER_KEY_USERNAME, "username", "--username" },
	{ PH_SERVER_KEY_PASSWORD_FROM, "password-from", "--password-from" },
	{ PH_SERVER_KEY_AUTH, "mechanisms", "--auth" },
	{ PH_SERVER_KEY_PROXY_PASSWORD, "proxy.password-from",
	    "--proxy-password-from" },
	{ PH_SERVER_KEY_PROXY_CA_FILE, "proxy.ca-file", "--proxy-ca-file" },
	{ PH_SERVER_KEY_TIMEOUT, "timeout", "--timeout" },
	{ PH_SERVER_KEY_HELO, "helo", "--helo" },
	{ PH_SERVER_KEY_SOURCE_ADDRESS, "source-address", "--source-address" },
};

struct overrides {
	struct ph_setting_override items[OVERRIDES_MAX];
	size_t count;
};

static void add(struct overrides *o, const char *setting, const char *value,
    const char *origin)
{
	const struct ph_setting *row =
	    ph_setting_find(PH_SPAN(""), ph_span_of(setting));

	if (row == NULL)
		return;
	/* An option that is given again replaces what it said before. */
	for (size_t i = 0; i < o->count; i++) {
		struct ph_setting_override *old = &o->items[i];

		if (old->row == row && strcmp(old->origin, origin) == 0) {
			old->value = ph_span_of(value);
			return;
		}
	}
	assert(o->count < OVERRIDES_MAX);
	o->items[o->count++] =
	    (struct ph_setting_override){ row, ph_span_of(value), origin };
}

static enum ph_err take_url(struct ph_cli_server *s, const char *url,
    bool on_command_line, struct overrides *out, struct ph_fault *fault)
{
	struct ph_server_url parsed = { 0 };
	enum ph_err err =
	    ph_server_url_parse(ph_span_of(url), &s->arena, &parsed, fault);

	if (err != PH_OK) {
		/* What is wrong with an option is wrong usage. */
		if (on_command_line && fault->cause == PH_CAUSE_CONFIG)
			fault->cause = PH_CAUSE_USAGE;
		ph_fault_prefix(
		    fault, on_command_line ? "--server" : "POSTHASTE_SERVER");
		ph_fault_suspect(fault, "host");
		return err;
	}
	if (parsed.has_password && on_command_line) {
		ph_fault_set(fault, PH_CAUSE_USAGE, PH_STAGE_CONFIG,
		    "--server: a password in a URL on the command line can be "
		    "read by everyone on this computer");
		ph_fault_suspect(fault, "password");
		ph_fault_advise(fault,
		    "leave it out and use --password-from, or put the URL "
		    "into the environment as POSTHASTE_SERVER");
		return PH_EINVAL;
	}
	for (size_t i = 0; i < parsed.override_count; i++)
		out->items[out->count++] = parsed.overrides[i];
	if (!parsed.has_password)
		return PH_OK;
	ph_process_hide();
	err = ph_secret_set(&s->password, parsed.password);
	s->has_password = err == PH_OK;
	return err;
}

static enum ph_err take_server(struct ph_cli_server *s,
    const struct ph_options *o, struct overrides *out, struct ph_fault *fault)
{
	const char *url = ph_options_value(o, PH_SERVER_KEY_SERVER);
	const char *name = ph_options_value(o, PH_SERVER_KEY_NAME);

	if (url != NULL && name != NULL) {
		ph_fault_set(fault, PH_CAUSE_USAGE, PH_STAGE_CONFIG,
		    "-n and --server both name a server");
		ph_fault_suspect(fault, "host");
		ph_fault_advise(fault, "give one of them");
		return PH_EINVAL;
	}
	if (url != NULL)
		return take_url(s, url, true, out, fault);
	url = getenv("POSTHASTE_SERVER");
	if (url != NULL && *url != '\0' && name == NULL &&
	    !ph_options_has(o, PH_SERVER_KEY_HOST))
		return take_url(s, url, false, out, fault);
	return PH_OK;
}

/* Every --pin counts: one list of them. */
static enum ph_err take_pins(
    struct ph_cli_server *s, const struct ph_options *o, struct overrides *out)
{
	PH_CLEANUP(ph_buf_release) struct ph_buf list;
	enum ph_err err = PH_OK;

	ph_buf_init(&list, PH_SETTINGS_LINE_MAX);
	if (!ph_options_has(o, PH_SERVER_KEY_PIN))
		return PH_OK;
	for (size_t i = 0; err == PH_OK && i < o->count; i++) {
		if (o->items[i].key == PH_SERVER_KEY_PIN) {
			err = ph_buf_appendf(&list, "%s%s",
			    list.len > 0 ? " " : "", o->items[i].value);
		}
	}
	if (err != PH_OK)
		return err;

	const char *text = ph_arena_str(&s->arena, ph_buf_span(&list));
	if (text == NULL)
		return PH_ENOMEM;
	add(out, "pin", text, "--pin");
	/* Who names a key wants it checked. */
	if (!ph_options_has(o, PH_SERVER_KEY_VERIFY))
		add(out, "verify", "pin", "--pin");
	return PH_OK;
}

/* --timeout-final 2min, for settings without a row above. */
static enum ph_err take_settings(
    struct ph_cli_server *s, const struct ph_options *o, struct overrides *out)
{
	for (size_t i = 0; i < o->count; i++) {
		const struct ph_given *given = &o->items[i];
		char option[64];

		if (given->key != PH_SERVER_KEY_SETTING)
			continue;
		(void)snprintf(option, sizeof(option), "--%s", given->name);

		const char *origin =
		    ph_arena_str(&s->arena, ph_span_of(option));
		if (origin == NULL)
			return PH_ENOMEM;
		add(out, given->name, given->value, origin);
	}
	return PH_OK;
}

static enum ph_err take_proxy(struct ph_cli_server *s,
    const struct ph_options *o, struct overrides *out, struct ph_fault *fault)
{
	const char *value = ph_options_value(o, PH_SERVER_KEY_PROXY);
	struct ph_proxy_option parts = { .count = 0 };
	enum ph_err err = PH_OK;

	if (value != NULL)
		err = ph_proxy_option_read(value, &s->arena, &parts, fault);
	for (size_t i = 0; err == PH_OK && i < parts.count; i++) {
		add(out, parts.items[i].setting, parts.items[i].value,
		    "--proxy");
	}
	return err;
}

static void take_options(const struct ph_options *o, struct overrides *out)
{
	for (size_t i = 0; i < PH_COUNT(settings); i++) {
		const char *value = ph_options_value(o, settings[i].key);

		if (value != NULL) {
			add(out, settings[i].setting, value,
			    settings[i].option);
		}
	}
	if (ph_options_has(o, PH_SERVER_KEY_PLAINTEXT)) {
		add(out, "allow-plaintext-password", "yes",
		    "--allow-plaintext-password");
	}
	if (ph_options_has(o, PH_SERVER_KEY_NO_PLAINTEXT)) {
		add(out, "allow-plaintext-password", "no",
		    "--no-allow-plaintext-password");
	}
	if (ph_options_has(o, PH_SERVER_KEY_NO_MEMORY))
		add(out, "memory", "no", "--no-memory");
}

enum ph_err ph_cli_server_find(struct ph_cli *cli, const struct ph_options *o,
    struct ph_cli_server *out, struct ph_fault *fault)
{
	struct overrides overrides = { .count = 0 };
	struct ph_catalog_question question;
	enum ph_err err;

	out->cli = cli;
	ph_arena_init(&out->arena, ARENA_MAX);
	err = take_server(out, o, &overrides, fault);
	if (err != PH_OK)
		return err;
	err = take_proxy(out, o, &overrides, fault);
	if (err != PH_OK)
		return err;
	take_options(o, &overrides);
	err = take_settings(out, o, &overrides);
	if (err == PH_OK)
		err = take_pins(out, o, &overrides);
	if (err != PH_OK)
		return err;

	err = ph_catalog_open(cli->config_path, &out->catalog, fault);
	if (err != PH_OK)
		return err;
	question = (struct ph_catalog_question){
		.name = ph_options_value(o, PH_SERVER_KEY_NAME),
		.overrides = overrides.items,
		.override_count = overrides.count,
	};
	err = ph_catalog_resolve(
	    out->catalog, &question, &out->arena, &out->connection, fault);
	if (err != PH_OK)
		return err;
	for (size_t i = 0; ph_connection_oddity(&out->connection, i) != NULL;
	     i++) {
		ph_cli_note(
		    cli, "%s", ph_connection_oddity(&out->connection, i));
	}
	return PH_OK;
}

/* What was kept is for another place.  A person at the terminal may give the
   one for this; *fault stays where nobody is there. */
static enum ph_err ask_again(const struct ph_cli_server *s, enum ph_role role,
    struct ph_secret *out, struct ph_fault *fault)
{
	static const struct ph_secret_source prompt = {
		.kind = PH_SECRET_PROMPT, .fd = -1
	};
	struct ph_connection asked = s->connection;
	struct ph_fault why = { 0 };

	if (!ph_terminal_is_there())
		return PH_EDENIED;
	if (s->cli != NULL)
		ph_cli_note(s->cli, "%s", fault->text);
	ph_role_set_source(&asked, role, &prompt);

	enum ph_err err = ph_vault_secret(
	    ph_catalog_secrets_dir(s->catalog), &asked, role, out, &why);

	*fault = why;
	return err;
}

static struct ph_token_question token_question(const struct ph_cli_server *s)
{
	return (struct ph_token_question){
		.dir = ph_catalog_secrets_dir(s->catalog),
		.connection = &s->connection,
		.proxy_password =
		    s->has_proxy_password ? &s->proxy_password : NULL,
	};
}

static enum ph_err fetch(const struct ph_cli_server *s, enum ph_role role,
    struct ph_secret *out, bool *has, struct ph_fault *fault)
{
	if (*has || !ph_role_is_needed(&s->connection, role))
		return PH_OK;

	ph_process_hide();

	const struct ph_token_question q = token_question(s);
	bool is_token = role == PH_ROLE_PASSWORD &&
	    s->connection.password_from.kind == PH_SECRET_OAUTH;
	enum ph_err err = is_token
	    ? ph_token_fresh(&q, out, fault)
	    : ph_vault_secret(q.dir, &s->connection, role, out, fault);

	if (err == PH_EDENIED && fault->cause == PH_CAUSE_NO_PASSWORD &&
	    ph_role_source(&s->connection, role)->kind != PH_SECRET_OAUTH)
		err = ask_again(s, role, out, fault);
	*has = err == PH_OK;
	return err;
}

enum ph_err ph_cli_server_unlock(
    struct ph_cli_server *server, struct ph_fault *fault)
{
	enum ph_err err = fetch(server, PH_ROLE_CLIENT_KEY,
	    &server->key_password, &server->has_key_password, fault);

	if (err == PH_OK) {
		err = fetch(server, PH_ROLE_PROXY, &server->proxy_password,
		    &server->has_proxy_password, fault);
	}
	if (err == PH_OK) {
		bool given = server->has_password;

		err = fetch(server, PH_ROLE_PASSWORD, &server->password,
		    &server->has_password, fault);
		if (server->has_password && !given) {
			server->password_changed = ph_vault_changed_msec(
			    ph_catalog_secrets_dir(server->catalog),
			    &server->connection, PH_ROLE_PASSWORD);
		}
	}
	return err;
}

enum ph_err ph_cli_server_renew(
    struct ph_cli_server *server, struct ph_fault *fault)
{
	struct ph_secret fresh = { 0 };

	if (!server->has_password ||
	    server->connection.password_from.kind != PH_SECRET_OAUTH)
		return PH_AGAIN;

	struct ph_token_question q = token_question(server);

	q.refused = ph_secret_span(&server->password);

	enum ph_err err = ph_token_fresh(&q, &fresh, fault);

	if (err != PH_OK)
		return err;
	ph_secret_release(&server->password);
	server->password = fresh;
	server->password_changed = ph_clock_unix_msec();
	return PH_OK;
}

void ph_cli_server_release(struct ph_cli_server *server)
{
	ph_secret_release(&server->password);
	ph_secret_release(&server->proxy_password);
	ph_secret_release(&server->key_password);
	ph_catalog_free(server->catalog);
	ph_arena_release(&server->arena);
	*server = (struct ph_cli_server){ 0 };
}
