#include "cli/cli.h"
#include "cli/connection_part.h"
#include "cli/consent.h"
#include "cli/tokens.h"
#include "config/memory.h"
#include "config/vault.h"
#include "connection/settings.h"
#include "io/loop.h"
#include "io/process.h"
#include "token/exchange.h"

enum {
	ARENA_MAX = 4 * 1024 * 1024,
	KEY_REFRESH_TOKEN = 1
};

static const struct ph_option options[] = {
	{ "refresh-token-from", 0, "SOURCE",
	    "Take a refresh token that was got otherwise, from prompt, "
	    "env:NAME, file:PATH, fd:N or command:CMD",
	    KEY_REFRESH_TOKEN },
	{ .name = NULL },
};

/* One login command at work. */
struct signing {
	struct ph_cli *cli;
	const char *name;
	const char *from; /* --refresh-token-from, or NULL */
	struct ph_catalog *catalog;
	struct ph_arena arena;
	struct ph_connection connection;
	struct ph_token_site site;
	struct ph_secret client_secret;
	struct ph_secret proxy_password;
	struct ph_secret given; /* the refresh token of from */
	struct ph_interrupt hold;
	struct ph_oauth_tokens tokens;
	struct ph_fault fault;
};

static bool is_stopped(void *ctx, bool is_sent)
{
	const struct signing *s = ctx;

	/* A refresh token that is used may be good for nothing afterwards: the
	   answer is waited for.  A code can be got again. */
	if (s->from != NULL && is_sent)
		return false;
	return ph_interrupt_came(&s->hold);
}

static enum ph_err prepare(struct signing *s)
{
	struct ph_catalog_question q = { .name = s->name };
	enum ph_err err = ph_catalog_resolve(
	    s->catalog, &q, &s->arena, &s->connection, &s->fault);

	if (err == PH_OK) {
		err = ph_token_site_find(
		    &s->connection, &s->arena, &s->site, &s->fault);
	}
	if (err == PH_OK && ph_role_is_needed(&s->connection, PH_ROLE_PROXY)) {
		err = ph_vault_secret(ph_catalog_secrets_dir(s->catalog),
		    &s->connection, PH_ROLE_PROXY, &s->proxy_password,
		    &s->fault);
	}
	if (err != PH_OK ||
	    s->connection.oauth.client_secret_from.kind == PH_SECRET_NONE)
		return err;
	return ph_vault_secret(ph_catalog_secrets_dir(s->catalog),
	    &s->connection, PH_ROLE_OAUTH_CLIENT, &s->client_secret, &s->fault);
}

/* Of the sources those that are not this program's own. */
static enum ph_err find_source(struct signing *s, struct ph_secret_source *out)
{
	enum ph_err err =
	    ph_secret_source_parse(ph_span_of(s->from), &s->arena, out);

	if (err == PH_OK &&
	    (out->kind == PH_SECRET_STORED || out->kind == PH_SECRET_OAUTH))
		err = PH_EINVAL;
	if (err == PH_EINVAL) {
		/* What was given may be the token: it is not repeated. */
		ph_fault_set(&s->fault, PH_CAUSE_USAGE, PH_STAGE_CONFIG,
		    "--refresh-token-from takes prompt, env:NAME, file:PATH, "
		    "fd:N or command:CMD");
		ph_fault_advise(&s->fault, "posthaste login --help");
	}
	return err;
}

static enum ph_err read_given(struct signing *s)
{
	struct ph_connection asked = s->connection;
	struct ph_secret_source source = { .fd = -1 };
	enum ph_err err = find_source(s, &source);

	if (err != PH_OK)
		return err;
	ph_role_set_source(&asked, PH_ROLE_TOKEN, &source);
	err = ph_vault_secret(ph_catalog_secrets_dir(s->catalog), &asked,
	    PH_ROLE_TOKEN, &s->given, &s->fault);
	if (err == PH_OK &&
	    !ph_oauth_token_is_valid(ph_secret_span(&s->given))) {
		ph_fault_set(&s->fault, PH_CAUSE_USAGE, PH_STAGE_CONFIG,
		    "what --refresh-token-from names is no token: it has "
		    "spaces or other characters that no token has");
		err = PH_EINVAL;
	}
	return err;
}

/* Proved by using it: what the server gives for it is what is kept. */
static enum ph_err use_given(
    struct signing *s, const struct ph_token_exchange *x)
{
	struct ph_oauth_refusal why;
	enum ph_err err = ph_token_ask_refresh(
	    x, ph_secret_span(&s->given), &s->tokens, &why, &s->fault);

	if (err == PH_OK && s->tokens.refresh.len == 0) {
		s->tokens.refresh = s->given;
		s->given = (struct ph_secret){ 0 };
	}
	return err;
}

static enum ph_err get_tokens(struct signing *s)
{
	const struct ph_token_exchange x = {
		.site = &s->site,
		.client_secret = ph_secret_span(&s->client_secret),
		.proxy_password = ph_secret_span(&s->proxy_password),
		.is_stopped = is_stopped,
		.ctx = s,
	};
	const struct ph_consent consent = {
		.cli = s->cli,
		.connection = &s->connection,
		.exchange = &x,
		.hold = &s->hold,
	};
	struct ph_oauth_refusal why;

	if (s->from != NULL)
		return use_given(s, &x);
	if (s->site.is_app)
		return ph_token_ask_app(&x, &s->tokens, &why, &s->fault);
	return ph_consent_get(&consent, &s->tokens, &s->fault);
}

/* Who signs in wants it used: a connection that names no source is told so. */
static enum ph_err use_tokens(struct signing *s, bool *is_set)
{
	const struct ph_setting *row = ph_setting_find(
	    PH_SPAN("authentication"), PH_SPAN("password-from"));
	struct ph_settings_file *file = NULL;
	enum ph_err err = ph_catalog_claim(s->catalog, false, &s->fault);

	if (err == PH_OK) {
		err = ph_catalog_file(
		    s->catalog, s->connection.name, &file, &s->fault);
	}
	if (err == PH_OK)
		err = ph_settings_file_set(file, row, PH_SPAN("oauth"));
	if (err == PH_OK)
		err = ph_catalog_save(s->catalog, file, &s->fault);
	*is_set = err == PH_OK;
	return err;
}

static void note_source(const struct signing *s)
{
	ph_cli_note(s->cli,
	    "password-from names another source: it is used until posthaste "
	    "connection set %s password-from=oauth",
	    s->name);
}

static enum ph_exit report(struct signing *s, bool is_set)
{
	struct ph_token_state state = { 0 };
	ph_unixtime now = ph_clock_unix();
	enum ph_err err = ph_token_look(ph_catalog_secrets_dir(s->catalog),
	    &s->connection, &state, &s->fault);

	if (err != PH_OK)
		return ph_connection_fail(s->cli, err, &s->fault);
	if (s->cli->json) {
		json_t *doc = json_object();

		ph_json_put(doc, "ok", json_true());
		ph_json_put(doc, "event", json_string("stored"));
		ph_json_put(doc, "name", ph_json_str(s->name));
		ph_json_put(doc, "host", ph_json_str(s->connection.host));
		ph_json_put(doc, "password_from_set", json_boolean(is_set));
		ph_json_put(doc, "token", ph_tokens_json(&state));
		ph_tokens_warn(s->cli, s->name, &state, now);
		return ph_json_print(&doc);
	}
	printf("stored the token of %s, for %s alone\n", s->name,
	    s->connection.host);
	ph_tokens_print(&state, now);
	if (is_set)
		printf("and set password-from = oauth\n");
	(void)fflush(stdout);
	ph_tokens_warn(s->cli, s->name, &state, now);
	ph_cli_note(s->cli, "posthaste test -n %s tries it", s->name);
	return PH_EXIT_OK;
}

static enum ph_err sign_in(struct signing *s)
{
	ph_interrupt_hold(&s->hold);

	enum ph_err err = get_tokens(s);

	if (err == PH_OK) {
		err = ph_token_store(ph_catalog_secrets_dir(s->catalog),
		    &s->connection, &s->tokens, &s->fault);
	}
	/* It was told, or came too late. */
	ph_interrupt_take(&s->hold);
	ph_interrupt_let_go(&s->hold);
	return err;
}

static enum ph_exit carry_out(struct signing *s)
{
	enum ph_secret_kind kind = PH_SECRET_NONE;
	bool is_set = false;
	enum ph_err err = prepare(s);

	/* Before signals are held back: it may be asked for. */
	if (err == PH_OK && s->from != NULL)
		err = read_given(s);
	if (err == PH_OK)
		err = sign_in(s);
	if (err == PH_OK) {
		kind = s->connection.password_from.kind;
		if (kind == PH_SECRET_NONE)
			err = use_tokens(s, &is_set);
	}
	if (err != PH_OK)
		return ph_connection_fail(s->cli, err, &s->fault);
	ph_memory_pardon(&s->connection);
	if (kind != PH_SECRET_NONE && kind != PH_SECRET_OAUTH)
		note_source(s);
	return report(s, is_set);
}

static enum ph_exit start(struct ph_cli *cli, const struct ph_options *o)
{
	struct signing s = { .cli = cli,
		.from = ph_options_value(o, KEY_REFRESH_TOKEN) };
	enum ph_exit result;
	enum ph_err err;

	/* An operand too many may be the token: it is not repeated. */
	if (o->operand_count != 1) {
		return ph_cli_usage(cli,
		    "usage: posthaste login NAME [--refresh-token-from "
		    "SOURCE]");
	}
	s.name = o->operands[0];
	ph_process_hide();
	err = ph_catalog_open(cli->config_path, &s.catalog, &s.fault);
	if (err != PH_OK)
		return ph_connection_fail(cli, err, &s.fault);
	ph_arena_init(&s.arena, ARENA_MAX);
	result = carry_out(&s);
	ph_oauth_tokens_release(&s.tokens);
	ph_secret_release(&s.client_secret);
	ph_secret_release(&s.proxy_password);
	ph_secret_release(&s.given);
	ph_arena_release(&s.arena);
	ph_catalog_free(s.catalog);
	return result;
}

static enum ph_exit run(struct ph_cli *cli, int argc, char **argv)
{
	struct ph_options o;
	enum ph_err err =
	    ph_options_read(cli, &ph_command_login, argc, argv, &o);

	if (err != PH_OK)
		return err == PH_EOF ? PH_EXIT_OK : PH_EXIT_USAGE;

	enum ph_exit result = start(cli, &o);

	ph_options_release(&o);
	return result;
}

const struct ph_command ph_command_login = {
	.name = "login",
	.usage = "login NAME [--refresh-token-from SOURCE]",
	.summary = "Sign in with a provider that wants OAuth2, not a password.",
	.run = run,
	.options = options,
	.option_count = PH_COUNT(options) - 1,
	.help =
	    "Shows a page and a code; whoever opens the one and enters the "
	    "other lets\nPosthaste send mail as the connection's user.  What "
	    "comes of it is kept in a\nfile that only you can read, and "
	    "renewed when it is needed.  The application has\nto be "
	    "registered with the provider first; its id is the setting\n"
	    "oauth.client-id.\n\n"
	    "  posthaste connection set work oauth.provider=microsoft \\\n"
	    "      oauth.client-id=ID\n"
	    "  posthaste login work\n",
};
