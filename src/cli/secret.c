#include "base/secret.h"
#include "cli/connection_part.h"
#include "config/vault.h"

#include <string.h>
#include <unistd.h>

enum {
	ARENA_MAX = 4 * 1024 * 1024,
	KEY_FROM = 1
};

static const struct ph_option options[] = {
	{ "from", 0, "SOURCE",
	    "prompt, env:NAME, file:PATH, fd:N or command:CMD; left out, the "
	    "terminal is asked, or standard input is read where it is none",
	    KEY_FROM },
	{ .name = NULL },
};

/* One secret command at work. */
struct job {
	struct ph_cli *cli;
	const char *name;
	const char *from; /* --from, or NULL */
	struct ph_catalog *catalog;
	struct ph_arena arena;
	struct ph_fault fault;
};

static enum ph_err find_source(struct job *j, struct ph_secret_source *out)
{
	struct ph_span text = ph_span_of(j->from);

	if (j->from == NULL) {
		text =
		    isatty(STDIN_FILENO) ? PH_SPAN("prompt") : PH_SPAN("fd:0");
	}

	enum ph_err err = ph_secret_source_parse(text, &j->arena, out);

	if (err == PH_OK &&
	    (out->kind == PH_SECRET_STORED || out->kind == PH_SECRET_KEYRING))
		err = PH_EINVAL;
	if (err == PH_EINVAL) {
		/* What was given may be the password: it is not repeated. */
		ph_fault_set(&j->fault, PH_CAUSE_USAGE, PH_STAGE_CONFIG,
		    "--from takes prompt, env:NAME, file:PATH, fd:N or "
		    "command:CMD");
		ph_fault_advise(&j->fault, "posthaste secret --help");
	}
	return err;
}

static enum ph_err keep(
    struct job *j, struct ph_connection *c, struct ph_secret *secret)
{
	const char *dir = ph_catalog_secrets_dir(j->catalog);
	struct ph_connection asked = *c;
	enum ph_err err = find_source(j, &asked.password_from);

	if (err == PH_OK)
		err = ph_vault_password(dir, &asked, secret, &j->fault);
	if (err != PH_OK)
		return err;
	if (secret->len == 0) {
		ph_fault_set(&j->fault, PH_CAUSE_NO_PASSWORD, PH_STAGE_CONFIG,
		    "the password is empty; nothing is stored");
		return PH_EINVAL;
	}
	return ph_vault_set(dir, c, secret, &j->fault);
}

static enum ph_exit report(
    const struct job *j, const char *word, const struct ph_connection *c)
{
	if (!j->cli->json) {
		if (c == NULL) {
			printf("forgot the password of %s\n", j->name);
		} else {
			printf("stored the password of %s, for %s alone\n",
			    j->name, c->host);
		}
		return PH_EXIT_OK;
	}

	json_t *doc = json_object();

	ph_json_put(doc, "ok", json_true());
	ph_json_put(doc, "name", ph_json_str(j->name));
	ph_json_put(doc, word, json_true());
	if (c != NULL)
		ph_json_put(doc, "host", ph_json_str(c->host));
	return ph_json_print(&doc);
}

static enum ph_exit set(struct job *j)
{
	struct ph_catalog_question q = { .name = j->name };
	struct ph_connection c = { 0 };
	struct ph_secret secret = { 0 };
	enum ph_err err =
	    ph_catalog_resolve(j->catalog, &q, &j->arena, &c, &j->fault);

	if (err == PH_OK)
		err = keep(j, &c, &secret);
	ph_secret_release(&secret);
	if (err != PH_OK)
		return ph_connection_fail(j->cli, err, &j->fault);
	if (c.password_from.kind != PH_SECRET_NONE &&
	    c.password_from.kind != PH_SECRET_STORED) {
		ph_cli_note(j->cli,
		    "password-from names another source: it is used until "
		    "posthaste connection set %s password-from=stored",
		    j->name);
	}
	return report(j, "stored", &c);
}

static enum ph_exit forget(struct job *j)
{
	enum ph_err err = ph_vault_forget(
	    ph_catalog_secrets_dir(j->catalog), j->name, &j->fault);

	if (err != PH_OK)
		return ph_connection_fail(j->cli, err, &j->fault);
	return report(j, "forgotten", NULL);
}

static enum ph_exit start(struct ph_cli *cli, const struct ph_options *o)
{
	struct job j = { .cli = cli, .from = ph_options_value(o, KEY_FROM) };
	bool is_set =
	    o->operand_count > 0 && strcmp(o->operands[0], "set") == 0;
	bool is_forget =
	    o->operand_count > 0 && strcmp(o->operands[0], "forget") == 0;

	/* An operand too many may be the password: it is not repeated. */
	if ((!is_set && !is_forget) || o->operand_count != 2) {
		return ph_cli_usage(cli,
		    "usage: posthaste secret set NAME [--from SOURCE], or "
		    "secret forget NAME");
	}
	if (is_forget && j.from != NULL)
		return ph_cli_usage(cli, "forget takes no --from");
	j.name = o->operands[1];

	enum ph_err err =
	    ph_catalog_open(cli->config_path, &j.catalog, &j.fault);
	if (err != PH_OK)
		return ph_connection_fail(cli, err, &j.fault);
	ph_arena_init(&j.arena, ARENA_MAX);

	enum ph_exit result = is_set ? set(&j) : forget(&j);

	ph_arena_release(&j.arena);
	ph_catalog_free(j.catalog);
	return result;
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
	.usage = "secret set NAME [--from SOURCE] | secret forget NAME",
	.summary = "Keep the password of a connection.",
	.run = run,
	.options = options,
	.option_count = PH_COUNT(options) - 1,
	.help = "The password is kept in a file that only you can read "
		"(mode 0600), for the\nconnection's host and no other. It is "
		"never taken from the command line.\n\n"
		"  posthaste secret set work\n"
		"  pass show mail/work | posthaste secret set work\n",
};
