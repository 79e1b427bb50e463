#include "base/secret.h"
#include "cli/connection_part.h"
#include "cli/source_option.h"
#include "config/memory.h"
#include "config/vault.h"
#include "config/vault_keyring.h"
#include "io/process.h"

#include <string.h>
#include <unistd.h>

enum {
	ARENA_MAX = 4 * 1024 * 1024,
	/* Where no connection says how long to wait. */
	KEYRING_MS = 30 * 1000,
	KEY_FROM = 1,
	KEY_FOR,
	KEY_KEYRING
};

static const struct ph_option options[] = {
	{ "for", 0, "ROLE",
	    "proxy, client-key, oauth-client or (forget only) token; left "
	    "out, the password of the login",
	    KEY_FOR },
	{ "from", 0, "SOURCE",
	    "prompt, env:NAME, file:PATH, fd:N, command:CMD or "
	    "credential:NAME; left out, the "
	    "terminal is asked, or standard input is read where it is none",
	    KEY_FROM },
	{ "keyring", 0, NULL,
	    "In the keyring of the desktop's session, not in a file; usual "
	    "where the connection takes it from there",
	    KEY_KEYRING },
	{ .name = NULL },
};

/* One secret command at work. */
struct job {
	struct ph_cli *cli;
	const char *name;
	enum ph_role role;
	const char *from; /* --from, or NULL */
	bool in_keyring;
	ph_msec timeout; /* of the keyring's answers */
	struct ph_catalog *catalog;
	struct ph_arena arena;
	struct ph_fault fault;
};

static enum ph_err find_source(struct job *j, struct ph_secret_source *out)
{
	struct ph_source_option o = { "--from", j->from, "secret" };

	if (j->from == NULL)
		o.text = isatty(STDIN_FILENO) ? "prompt" : "fd:0";
	return ph_source_option_read(&o, &j->arena, out, &j->fault);
}

static enum ph_err keep(
    struct job *j, struct ph_connection *c, struct ph_secret *secret)
{
	const char *dir = ph_catalog_secrets_dir(j->catalog);
	struct ph_connection asked = *c;
	struct ph_secret_source source = { .fd = -1 };
	enum ph_err err = find_source(j, &source);

	if (err != PH_OK)
		return err;
	ph_role_set_source(&asked, j->role, &source);
	ph_process_hide();
	err = ph_vault_secret(dir, &asked, j->role, secret, &j->fault);
	if (err != PH_OK)
		return err;
	if (j->in_keyring)
		return ph_vault_keyring_set(c, j->role, secret, &j->fault);
	return ph_vault_set(dir, c, j->role, secret, &j->fault);
}

static enum ph_exit report(
    const struct job *j, const char *word, const struct ph_connection *c)
{
	const char *place = c == NULL ? NULL : ph_role_place(c, j->role);

	if (!j->cli->json) {
		if (place == NULL) {
			printf("forgot the %s of %s\n", ph_role_noun(j->role),
			    j->name);
		} else {
			printf("stored the %s of %s%s, for %s alone\n",
			    ph_role_noun(j->role), j->name,
			    j->in_keyring ? " in the keyring" : "", place);
		}
		return PH_EXIT_OK;
	}

	json_t *doc = json_object();

	ph_json_put(doc, "ok", json_true());
	ph_json_put(doc, "name", ph_json_str(j->name));
	ph_json_put(doc, "for", ph_json_str(ph_role_name(j->role)));
	ph_json_put(doc, word, json_true());
	if (place != NULL)
		ph_json_put(doc, "host", ph_json_str(place));
	return ph_json_print(&doc);
}

/* Stored, and yet not what will be used. */
static void note_source(const struct job *j, const struct ph_connection *c)
{
	const struct ph_secret_source *from = ph_role_source(c, j->role);
	const char *setting = ph_role_setting(j->role);
	const char *word = j->in_keyring ? "keyring" : "stored";

	if (from->kind ==
	    (j->in_keyring ? PH_SECRET_KEYRING : PH_SECRET_STORED))
		return;
	if (from->kind != PH_SECRET_NONE) {
		ph_cli_note(j->cli,
		    "%s names another source: it is used until posthaste "
		    "connection set %s %s=%s",
		    setting, j->name, setting, word);
	} else if (j->in_keyring || j->role == PH_ROLE_CLIENT_KEY ||
	    j->role == PH_ROLE_OAUTH_CLIENT) {
		ph_cli_note(j->cli,
		    "it is used after posthaste connection set %s %s=%s",
		    j->name, setting, word);
	}
}

/* Where the connection looks for it, unless another is named. */
static void settle_place(struct job *j, const struct ph_connection *c)
{
	j->timeout = c->timeout;
	if (ph_role_source(c, j->role)->kind == PH_SECRET_KEYRING)
		j->in_keyring = true;
}

/* What is advised elsewhere for want of a password are options this command
   does not have. */
static void advise(struct ph_fault *fault)
{
	if (fault->cause == PH_CAUSE_NO_PASSWORD && fault->advice[0] == '\0') {
		ph_fault_advise(fault,
		    "type it at a terminal, pipe it in, or name where it is: "
		    "--from env:NAME, file:PATH, fd:N, command:CMD or "
		    "credential:NAME");
	}
}

static enum ph_exit set(struct job *j)
{
	struct ph_catalog_question q = { .name = j->name };
	struct ph_connection c = { 0 };
	struct ph_secret secret = { 0 };

	if (j->role == PH_ROLE_TOKEN) {
		return ph_cli_usage(j->cli,
		    "a token is stored by posthaste login NAME, with "
		    "--refresh-token-from where it was got otherwise");
	}

	enum ph_err err =
	    ph_catalog_resolve(j->catalog, &q, &j->arena, &c, &j->fault);

	if (err == PH_OK) {
		settle_place(j, &c);
		err = keep(j, &c, &secret);
	}
	ph_secret_release(&secret);
	if (err != PH_OK) {
		advise(&j->fault);
		return ph_connection_fail(j->cli, err, &j->fault);
	}
	/* A file's time tells that a password is new, and the keyring
	   nothing. */
	if (j->role == PH_ROLE_PASSWORD && j->in_keyring)
		ph_memory_pardon(&c);
	note_source(j, &c);
	return report(j, "stored", &c);
}

static enum ph_exit forget(struct job *j)
{
	struct ph_catalog_question q = { .name = j->name };
	struct ph_connection c = { 0 };

	/* What is kept for a connection may outlive it. */
	if (ph_catalog_resolve(j->catalog, &q, &j->arena, &c, NULL) == PH_OK)
		settle_place(j, &c);

	enum ph_err err = j->in_keyring
	    ? ph_vault_keyring_forget(j->name, j->role, j->timeout, &j->fault)
	    : ph_vault_forget(ph_catalog_secrets_dir(j->catalog), j->name,
		  j->role, &j->fault);

	if (err != PH_OK)
		return ph_connection_fail(j->cli, err, &j->fault);
	return report(j, "forgotten", NULL);
}

static void print_list(const struct ph_vault_entry *list, size_t count)
{
	if (count > 0)
		printf("%-16s %-12s %s\n", "NAME", "FOR", "HOST");
	for (size_t i = 0; i < count; i++) {
		printf("%-16s %-12s %s\n", list[i].name,
		    ph_role_name(list[i].role),
		    list[i].place[0] == '\0' ? "(cannot be used)"
					     : list[i].place);
	}
}

static enum ph_exit print_list_json(
    const struct ph_vault_entry *list, size_t count)
{
	json_t *doc = json_object();
	json_t *rows = json_array();

	for (size_t i = 0; i < count; i++) {
		json_t *row = json_object();

		ph_json_put(row, "name", ph_json_str(list[i].name));
		ph_json_put(
		    row, "for", ph_json_str(ph_role_name(list[i].role)));
		ph_json_put(row, "host", ph_json_str_or_null(list[i].place));
		ph_json_add(rows, row);
	}
	ph_json_put(doc, "ok", json_true());
	ph_json_put(doc, "secrets", rows);
	return ph_json_print(&doc);
}

static enum ph_exit list(struct job *j)
{
	const struct ph_vault_entry *entries = NULL;
	size_t count = 0;
	enum ph_err err = ph_vault_list(ph_catalog_secrets_dir(j->catalog),
	    &j->arena, &entries, &count, &j->fault);

	if (err != PH_OK)
		return ph_connection_fail(j->cli, err, &j->fault);
	if (j->cli->json)
		return print_list_json(entries, count);
	if (count == 0)
		ph_cli_note(j->cli, "no secret is stored");
	print_list(entries, count);
	return PH_EXIT_OK;
}

static const struct action {
	const char *word;
	enum ph_exit (*run)(struct job *j);
	size_t operands;
	bool takes_role;
	bool takes_source;
} actions[] = {
	{ "set", set, 2, true, true },
	{ "forget", forget, 2, true, false },
	{ "list", list, 1, false, false },
};

static const struct action *find_action(const struct ph_options *o)
{
	for (size_t i = 0; o->operand_count > 0 && i < PH_COUNT(actions); i++) {
		if (strcmp(o->operands[0], actions[i].word) == 0)
			return &actions[i];
	}
	return NULL;
}

static enum ph_exit carry_out(struct job *j, const struct action *a)
{
	enum ph_err err =
	    ph_catalog_open(j->cli->config_path, &j->catalog, &j->fault);

	if (err != PH_OK)
		return ph_connection_fail(j->cli, err, &j->fault);
	ph_arena_init(&j->arena, ARENA_MAX);

	enum ph_exit result = a->run(j);

	ph_arena_release(&j->arena);
	ph_catalog_free(j->catalog);
	return result;
}

static enum ph_exit start(struct ph_cli *cli, const struct ph_options *o)
{
	const struct action *a = find_action(o);
	const char *role = ph_options_value(o, KEY_FOR);
	struct job j = {
		.cli = cli,
		.from = ph_options_value(o, KEY_FROM),
		.in_keyring = ph_options_has(o, KEY_KEYRING),
		.timeout = KEYRING_MS,
	};

	/* An operand too many may be the password: it is not repeated. */
	if (a == NULL || o->operand_count != a->operands) {
		return ph_cli_usage(cli,
		    "usage: posthaste secret set NAME [--for ROLE] [--from "
		    "SOURCE] [--keyring], secret forget NAME [--for ROLE] "
		    "[--keyring], or secret list");
	}
	if (!a->takes_source && j.from != NULL)
		return ph_cli_usage(cli, "%s takes no --from", a->word);
	if (!a->takes_role && j.in_keyring)
		return ph_cli_usage(cli, "%s takes no --keyring", a->word);
	if (!a->takes_role && role != NULL)
		return ph_cli_usage(cli, "%s takes no --for", a->word);
	if (role != NULL && ph_role_parse(ph_span_of(role), &j.role) != PH_OK) {
		return ph_cli_usage(cli,
		    "--for takes password, proxy, client-key, oauth-client or "
		    "token");
	}
	if (a->operands == 2)
		j.name = o->operands[1];
	return carry_out(&j, a);
}

static enum ph_exit run(struct ph_cli *cli, int argc, char **argv)
{
	struct ph_options o;
	enum ph_err err =
	    ph_options_read(cli, &ph_command_secret, argc, argv, &o);

	if (err != PH_OK)
		return err == PH_EOF ? PH_EXIT_OK : PH_EXIT_USAGE;

	enum ph_exit result = start(cli, &o);

	ph_options_release(&o);
	return result;
}

const struct ph_command ph_command_secret = {
	.name = "secret",
	.usage = "secret set NAME [--for ROLE] [--from SOURCE] [--keyring] | "
		 "secret forget NAME [--for ROLE] [--keyring] | secret list",
	.summary = "Keep the passwords of a connection.",
	.run = run,
	.options = options,
	.option_count = PH_COUNT(options) - 1,
	.help = "A password is kept in a file that only you can read "
		"(mode 0600), for the\nconnection's host (its proxy, its key) "
		"and no other, or in the\nkeyring. It is never taken from the "
		"command line.\n\n"
		"  posthaste secret set work\n"
		"  pass show mail/work | posthaste secret set work\n"
		"  posthaste secret set work --for proxy\n"
		"  posthaste secret set work --keyring\n",
};
