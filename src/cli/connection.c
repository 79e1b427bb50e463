#include "cli/connection_part.h"
#include "config/vault.h"
#include "io/process.h"

#include <string.h>

enum {
	ARENA_MAX = 4 * 1024 * 1024
};

/* The settings are those of connection/setting.c, without [proxy] and [oauth],
   which are set as proxy.NAME=VALUE; a test holds the two together. */
static const struct ph_option options[] = {
	{ "", 0, NULL, "For add", 0 },
	{ "preset", 0, "NAME",
	    "A provider's server, limits and what it asks of its users",
	    PH_CONNECTION_KEY_PRESET },
	{ "region", 0, "NAME", "Where the provider has a server in each",
	    PH_CONNECTION_KEY_REGION },
	{ "", 0, NULL, "For pin", 0 },
	{ "yes", 0, "HASH",
	    "Ask nobody: pin the key if it has this SHA-256, and no other",
	    PH_CONNECTION_KEY_YES },
	{ "add", 0, NULL, "Keep the keys that are pinned already",
	    PH_CONNECTION_KEY_ADD },
	{ "transcript", 0, "FILE",
	    "Write the conversation as JSON lines; - is standard error",
	    PH_CONNECTION_KEY_TRANSCRIPT },
	{ "", 0, NULL, "For import and export", 0 },
	{ "format", 0, "FORMAT",
	    "One of: " PH_CONNECTION_FORMATS "; import guesses it where it "
	    "is left out",
	    PH_CONNECTION_KEY_FORMAT },
	{ "with-passwords", 0, NULL,
	    "Take the passwords along: into the store, or into a file that "
	    "only you can read",
	    PH_CONNECTION_KEY_WITH_PASSWORDS },
	{ "as", 0, "NAME", "What to call what is imported",
	    PH_CONNECTION_KEY_AS },
	{ "account", 0, "NAME", "Import this one of several",
	    PH_CONNECTION_KEY_ACCOUNT },
	{ "address", 0, "ADDRESS",
	    "Whose mail it is, where the file leaves that open",
	    PH_CONNECTION_KEY_ADDRESS },
	{ "default", 0, NULL, "Make it the default connection",
	    PH_CONNECTION_KEY_DEFAULT },
	{ "replace", 0, NULL,
	    "Overwrite a connection, or a file, that is there",
	    PH_CONNECTION_KEY_REPLACE },
	{ "dry-run", 0, NULL, "Show what would be imported and save nothing",
	    PH_CONNECTION_KEY_DRY_RUN },
	{ "output", 'o', "FILE", "Export into this file, of mode 0600",
	    PH_CONNECTION_KEY_OUTPUT },
	{ "", 0, NULL, "Settings, for add and set", 0 },
	{ "server", 0, "URL",
	    "smtp://, smtp+starttls://, smtps:// or smtp+none://, then "
	    "[USER@]HOST[:PORT]",
	    PH_CONNECTION_KEY_SERVER },
	{ "proxy", 0, "URL",
	    "none, system, or socks5://[USER@]HOST[:PORT], socks4, socks4a, "
	    "http, https",
	    PH_CONNECTION_KEY_PROXY },
#define ROW(name, argument, help)                    \
 {                                                   \
  name, 0, argument, help, PH_CONNECTION_KEY_SETTING \
 }
	ROW("inherits", "NAME", "Take what is left out from there"),
	ROW("host", "HOST", "The server's name or address"),
	ROW("port", "PORT", "Its port"),
	ROW("encryption", "MODE",
	    "none, wanted, after-connect (STARTTLS) or before-connect (TLS "
	    "first)"),
	ROW("username", "NAME", "Log in as"),
	ROW("password-from", "SOURCE",
	    "prompt, env:NAME, file:PATH, fd:N, command:CMD, "
	    "credential:NAME, stored or keyring"),
	ROW("mechanisms", "LIST", "auto, or login mechanisms in order"),
	ROW("auth", "LIST", NULL),
	ROW("domain", "NAME", "The Windows domain of the login"),
	ROW("anonymous", "YES|NO", "Make no login"),
	ROW("attempts", "COUNT", "Refused logins allowed in an hour"),
	ROW("allow-plaintext-password", "YES|NO",
	    "Let the password travel without encryption"),
	ROW("tls-versions", "LIST", "Of 1.0, 1.1, 1.2, 1.3"),
	ROW("verify", "HOW", "ca, pin or off"),
	ROW("ca-file", "FILE", "Trust the certificates in it"),
	ROW("pin", "HASH", "Trust the key with this SHA-256 and no other"),
	ROW("client-certificate", "FILE", "Show this certificate"),
	ROW("client-key", "FILE", "Its key, if it is in another file"),
	ROW("client-key-password-from", "SOURCE", "The key's passphrase"),
	ROW("verify-name", "NAME", "The name that the certificate must hold"),
	ROW("timeout", "TIME", "For each step up to the login"),
	ROW("timeout-mail", "TIME", "For the reply to MAIL"),
	ROW("timeout-rcpt", "TIME", "For the reply to RCPT"),
	ROW("timeout-data", "TIME", "For the reply to DATA"),
	ROW("timeout-block", "TIME", "For a piece of the message"),
	ROW("timeout-final", "TIME", "For the reply to the final dot"),
	ROW("code-page", "CHARSET", "The charset of composed messages"),
	ROW("helo", "NAME", "The name to give in EHLO"),
	ROW("source-address", "ADDRESS", "Connect from this address"),
	ROW("memory", "YES|NO", "Remember what is seen of the server"),
	ROW("from", "ADDRESS", "The sender where none is given"),
	ROW("rewrite-from", "HOW", "never, envelope or both"),
	ROW("sessions", "COUNT", "Sessions open at once"),
	ROW("messages-per-session", "COUNT", "Messages before it is closed"),
	ROW("session-age", "TIME", "How long it stays open"),
	ROW("rate", "COUNT/TIME", "Messages in a time, such as 14/s"),
	ROW("quota", "COUNT/TIME", "What the provider admits: 2000/day"),
	ROW("recipients-per-message", "COUNT", "Recipients in a transaction"),
	ROW("size", "SIZE", "The largest message"),
	ROW("proxy.type", "KIND",
	    "none, socks4, socks4a, socks5, http, https or system"),
	ROW("proxy.host", "HOST", "The proxy's name or address"),
	ROW("proxy.port", "PORT", "The proxy's port"),
	ROW("proxy.use-credentials", "YES|NO", "Log in to the proxy"),
	ROW("proxy.username", "NAME", "As whom"),
	ROW("proxy.password-from", "SOURCE", "Where that password is"),
	ROW("proxy.domain", "NAME", "The Windows domain of that login"),
	ROW("proxy.ca-file", "FILE", "Trust these at an https proxy"),
	ROW("oauth.provider", "NAME", "google, microsoft, yahoo or none"),
	ROW("oauth.grant", "VALUE", NULL),
	ROW("oauth.client-id", "VALUE", NULL),
	ROW("oauth.client-secret-from", "VALUE", NULL),
	ROW("oauth.tenant", "VALUE", NULL),
	ROW("oauth.scope", "VALUE", NULL),
	ROW("oauth.device-endpoint", "VALUE", NULL),
	ROW("oauth.token-endpoint", "VALUE", NULL),
	ROW("oauth.ca-file", "VALUE", NULL),
#undef ROW
	{ .name = NULL },
};

enum ph_exit ph_connection_fail(
    const struct ph_cli *cli, enum ph_err err, struct ph_fault *f)
{
	if (!ph_fault_is_set(f) && err == PH_ENOMEM) {
		ph_fault_set(
		    f, PH_CAUSE_NO_MEMORY, PH_STAGE_CONFIG, "memory is out");
	} else if (!ph_fault_is_set(f)) {
		ph_fault_set(f, PH_CAUSE_CONFIG, PH_STAGE_CONFIG,
		    "the value cannot be written to the file");
	}

	return ph_cli_fail(cli, f);
}

enum ph_err ph_connection_format(
    const char *word, enum ph_foreign_format *out, struct ph_fault *fault)
{
	enum ph_err err = ph_foreign_format_parse(ph_span_of(word), out);

	if (err != PH_OK) {
		ph_fault_set(fault, PH_CAUSE_USAGE, PH_STAGE_CONFIG,
		    "--format: there is no format \"%.64s\"", word);
		ph_fault_advise(
		    fault, "it is one of: %s", PH_CONNECTION_FORMATS);
	}
	return err;
}

struct ph_connection_key_text ph_connection_key(const struct ph_setting *row)
{
	const struct ph_setting *plain =
	    ph_setting_find(PH_SPAN(""), ph_span_of(row->name));
	struct ph_connection_key_text key;

	(void)snprintf(key.text, sizeof(key.text), "%s%s%s",
	    plain == row ? "" : row->section, plain == row ? "" : ".",
	    row->name);
	return key;
}

static bool names_host(const struct ph_settings_file *const *chain,
    size_t count, const struct ph_setting *host)
{
	for (size_t i = 0; i < count; i++) {
		struct ph_span value = ph_settings_file_get(chain[i], host);

		if (value.ptr != NULL)
			return value.len > 0;
	}
	return false;
}

enum ph_err ph_connection_check(struct ph_catalog *c, const char *name,
    struct ph_arena *a, struct ph_connection *out, bool *has_host,
    struct ph_fault *fault)
{
	const struct ph_setting *host =
	    ph_setting_find(PH_SPAN("connection"), PH_SPAN("host"));
	const struct ph_settings_file *chain[PH_INHERITS_DEPTH_MAX];
	struct ph_setting_override stand_in = { host, PH_SPAN("localhost"),
		"" };
	struct ph_resolve in = { .chain = chain };
	enum ph_err err =
	    ph_catalog_chain(c, name, chain, &in.chain_count, fault);
	if (err != PH_OK)
		return err;

	*has_host = names_host(chain, in.chain_count, host);
	if (!*has_host) {
		in.overrides = &stand_in;
		in.override_count = 1;
	}
	err = ph_connection_resolve(&in, a, out, fault);
	if (err == PH_OK && !*has_host)
		out->host = "";
	return err;
}

static enum ph_exit report(struct ph_connection_action *a, const char *did)
{
	json_t *doc = NULL;

	if (!a->cli->json) {
		printf("%s %s\n", did, a->name);
		return PH_EXIT_OK;
	}
	doc = json_object();
	ph_json_put(doc, "ok", json_true());
	ph_json_put(doc, "name", ph_json_str(a->name));
	return ph_json_print(&doc);
}

static void forget_secrets(struct ph_connection_action *a)
{
	const char *dir = ph_catalog_secrets_dir(a->catalog);

	for (int i = 0; i < PH_ROLE_COUNT; i++) {
		enum ph_role role = (enum ph_role)i;

		if (ph_vault_forget(dir, a->name, role, NULL) == PH_OK) {
			ph_cli_note(a->cli, "its stored %s is removed too",
			    ph_role_noun(role));
		}
	}
}

/* Whether its secrets lie in the keyring, by role.  None are asked for there:
   who removes a connection need not open it. */
static void find_in_keyring(
    struct ph_connection_action *a, bool out[PH_ROLE_COUNT])
{
	struct ph_connection c = { 0 };
	struct ph_arena arena;
	bool has_host = false;

	ph_arena_init(&arena, ARENA_MAX);

	bool known = ph_connection_check(a->catalog, a->name, &arena, &c,
			 &has_host, NULL) == PH_OK;

	for (int i = 0; known && i < PH_ROLE_COUNT; i++) {
		/* A token has the password's source, and no entry there. */
		out[i] = i != PH_ROLE_TOKEN &&
		    ph_role_source(&c, (enum ph_role)i)->kind ==
			PH_SECRET_KEYRING;
	}
	ph_arena_release(&arena);
}

static enum ph_exit remove_one(struct ph_connection_action *a)
{
	struct ph_fault fault = { 0 };
	const char *name = "";
	bool in_keyring[PH_ROLE_COUNT] = { false };
	enum ph_err err = ph_catalog_claim(a->catalog, false, &fault);

	if (err == PH_OK) {
		find_in_keyring(a, in_keyring);
		err = ph_catalog_remove(a->catalog, a->name, &fault);
	}
	if (err != PH_OK)
		return ph_connection_fail(a->cli, err, &fault);
	forget_secrets(a);
	for (int i = 0; i < PH_ROLE_COUNT; i++) {
		if (in_keyring[i]) {
			ph_cli_note(a->cli,
			    "its %s stays in the keyring; posthaste secret "
			    "forget %s --for %s --keyring removes it",
			    ph_role_noun((enum ph_role)i), a->name,
			    ph_role_name((enum ph_role)i));
		}
	}
	if (ph_catalog_default(a->catalog, &name, NULL) == PH_OK &&
	    name[0] == '\0') {
		ph_cli_note(a->cli, "no connection is the default now");
	}
	return report(a, "removed");
}

static enum ph_exit set_default(struct ph_connection_action *a)
{
	struct ph_fault fault = { 0 };
	enum ph_err err = ph_catalog_claim(a->catalog, false, &fault);

	if (err == PH_OK)
		err = ph_catalog_set_default(a->catalog, a->name, &fault);
	if (err != PH_OK)
		return ph_connection_fail(a->cli, err, &fault);
	return report(a, "the default is now");
}

/* The options that an action takes, 1 << enum ph_connection_key. */
enum {
	SETTINGS = 1 << PH_CONNECTION_KEY_SETTING |
	    1 << PH_CONNECTION_KEY_SERVER | 1 << PH_CONNECTION_KEY_PROXY,
	PINS = 1 << PH_CONNECTION_KEY_YES | 1 << PH_CONNECTION_KEY_ADD |
	    1 << PH_CONNECTION_KEY_TRANSCRIPT,
	PRESETS = 1 << PH_CONNECTION_KEY_PRESET | 1 << PH_CONNECTION_KEY_REGION,
	FOREIGN = 1 << PH_CONNECTION_KEY_FORMAT |
	    1 << PH_CONNECTION_KEY_REPLACE |
	    1 << PH_CONNECTION_KEY_WITH_PASSWORDS,
	IMPORTS = FOREIGN | 1 << PH_CONNECTION_KEY_AS |
	    1 << PH_CONNECTION_KEY_ACCOUNT | 1 << PH_CONNECTION_KEY_ADDRESS |
	    1 << PH_CONNECTION_KEY_DEFAULT | 1 << PH_CONNECTION_KEY_DRY_RUN,
	EXPORTS = FOREIGN | 1 << PH_CONNECTION_KEY_OUTPUT
};

static const struct {
	const char *word;
	enum ph_exit (*run)(struct ph_connection_action *a);
	const char *operands;
	size_t name_min; /* with the connection's name */
	size_t operand_max;
	unsigned takes;
} actions[] = {
	{ "list", ph_connection_list, "", 0, 0, 0 },
	{ "show", ph_connection_show, "[NAME]", 0, 1, 0 },
	{ "add", ph_connection_add, "NAME [KEY=VALUE...]", 1, 256,
	    SETTINGS | PRESETS },
	{ "set", ph_connection_set, "NAME KEY VALUE | NAME KEY=VALUE...", 1,
	    256, SETTINGS },
	{ "unset", ph_connection_unset, "NAME KEY...", 2, 256, 0 },
	{ "remove", remove_one, "NAME", 1, 1, 0 },
	{ "default", set_default, "NAME", 1, 1, 0 },
	{ "pin", ph_connection_pin, "NAME [--yes HASH] [--add]", 1, 1, PINS },
	{ "presets", ph_connection_presets, "[WORD]", 0, 1, 0 },
	{ "forget", ph_connection_forget, "NAME | HOST[:PORT]", 1, 1, 0 },
	{ "import", ph_connection_import, "FILE|-|URL", 1, 1, IMPORTS },
	{ "export", ph_connection_export, "NAME --format FORMAT", 1, 1,
	    EXPORTS },
};

/* Whether passwords or tokens are read into memory on the way. */
static bool reads_secrets(size_t at)
{
	return actions[at].run == ph_connection_show ||
	    actions[at].run == ph_connection_import ||
	    actions[at].run == ph_connection_export;
}

/* The first option that is for another action; NULL: none is. */
static const struct ph_given *find_misplaced(
    const struct ph_options *o, unsigned takes)
{
	for (size_t i = 0; i < o->count; i++) {
		if ((takes >> o->items[i].key & 1) == 0)
			return &o->items[i];
	}
	return NULL;
}

static enum ph_exit run_action(
    struct ph_cli *cli, const struct ph_options *o, size_t at)
{
	struct ph_fault fault = { 0 };
	size_t count = o->operand_count - 1;
	struct ph_connection_action a = { .cli = cli, .options = o };

	if (count < actions[at].name_min || count > actions[at].operand_max) {
		return ph_cli_usage(cli, "usage: posthaste connection %s %s",
		    actions[at].word, actions[at].operands);
	}

	const struct ph_given *misplaced = find_misplaced(o, actions[at].takes);

	if (misplaced != NULL) {
		return ph_cli_usage(
		    cli, "%s takes no --%s", actions[at].word, misplaced->name);
	}
	a.name = count > 0 ? o->operands[1] : NULL;
	a.operands = o->operands + (count > 0 ? 2 : 1);
	a.operand_count = count > 0 ? count - 1 : 0;

	if (reads_secrets(at))
		ph_process_hide();

	bool makes = actions[at].run == ph_connection_add ||
	    actions[at].run == ph_connection_import;
	enum ph_err err = makes
	    ? ph_catalog_open_new(cli->config_path, &a.catalog, &fault)
	    : ph_catalog_open(cli->config_path, &a.catalog, &fault);
	if (err != PH_OK)
		return ph_connection_fail(cli, err, &fault);

	enum ph_exit result = actions[at].run(&a);

	ph_catalog_free(a.catalog);
	return result;
}

static enum ph_exit dispatch(struct ph_cli *cli, const struct ph_options *o)
{
	const char *word = o->operand_count == 0 ? "" : o->operands[0];
	const char *near = NULL;
	unsigned best = 99;
	static const char words[] =
	    "list, show, add, set, unset, remove, default, pin, presets, "
	    "forget, import or export";

	for (size_t i = 0; i < PH_COUNT(actions); i++) {
		unsigned distance = ph_word_distance(word, actions[i].word);

		if (distance == 0)
			return run_action(cli, o, i);
		if (distance < best && ph_word_is_near(word, distance)) {
			best = distance;
			near = actions[i].word;
		}
	}
	if (word[0] == '\0') {
		return ph_cli_usage(cli, "say %s", words);
	}
	return near == NULL
	    ? ph_cli_usage(cli, "\"%s\" is none of %s", word, words)
	    : ph_cli_usage(cli, "\"%s\": did you mean %s?", word, near);
}

static enum ph_exit run(struct ph_cli *cli, int argc, char **argv)
{
	struct ph_options o;
	enum ph_err err =
	    ph_options_read(cli, &ph_command_connection, argc, argv, &o);

	if (err != PH_OK)
		return err == PH_EOF ? PH_EXIT_OK : PH_EXIT_USAGE;

	enum ph_exit result = dispatch(cli, &o);

	ph_options_release(&o);
	return result;
}

const struct ph_command ph_command_connection = {
	.name = "connection",
	.usage = "connection ACTION [NAME] [SETTING...]",
	.summary = "Keep the named connections.",
	.run = run,
	.options = options,
	.option_count = PH_COUNT(options) - 1,
	.help = "  list                      all, the default marked *\n"
		"  show [NAME]               every setting, where it is from, "
		"and what is known\n                            of the "
		"server\n"
		"  add NAME SETTING...       a new one; the first is the "
		"default\n"
		"  set NAME SETTING...       --KEY VALUE, KEY=VALUE or KEY "
		"VALUE\n"
		"  unset NAME KEY...         back to what is inherited\n"
		"  remove NAME               and the password stored for it\n"
		"  default NAME              used when none is named\n"
		"  pin NAME                  trust the key that the server "
		"shows, and no other\n"
		"  presets [WORD]            the providers that are known\n"
		"  forget NAME|HOST[:PORT]   what was seen of the server, and "
		"refused logins\n"
		"  import FILE|-|URL         another program's settings\n"
		"  export NAME               for another program\n\n"
		"  posthaste connection add home --preset gmail --username "
		"ann@gmail.com\n"
		"  posthaste connection add work --host smtp.example.com "
		"--port 587 \\\n"
		"      --username ann@example.com\n"
		"  posthaste secret set work\n",
};
