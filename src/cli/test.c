#include "base/ascii.h"
#include "cli/cli.h"
#include "cli/facts.h"
#include "cli/finding.h"
#include "cli/history.h"
#include "cli/json.h"
#include "cli/look.h"
#include "cli/repair.h"
#include "cli/server.h"
#include "cli/talk.h"
#include "cli/test_letter.h"
#include "cli/tokens.h"
#include "cli/transcript.h"
#include "mail/address.h"

#include <string.h>

enum key {
	KEY_TO = 1,
	KEY_FROM,
	KEY_SEND,
	KEY_NO_PROBES,
	KEY_FIX,
	KEY_HISTORY,
	KEY_YES
};

enum {
	ARENA_MAX = 64 * 1024
};

static const struct ph_option options[] = {
	{ "", 0, NULL, "Test", 0 },
	{ "to", 0, "ADDRESS", "See whether the server takes mail for it",
	    KEY_TO },
	{ "from", 'f', "ADDRESS",
	    "As whom; usual: the connection's sender, or the user name",
	    KEY_FROM },
	{ "send", 0, NULL,
	    "Send one message, marked as a test, to --to or to the sender",
	    KEY_SEND },
	{ "no-probes", 0, NULL,
	    "After a failure try no other port, mode or host", KEY_NO_PROBES },
	{ "fix", 0, "NAME",
	    "Write what works instead to that connection, once a second test "
	    "has proven it and a person said yes",
	    KEY_FIX },
	{ "yes", 0, NULL, "To --fix", KEY_YES },
	{ "history", 0, NULL,
	    "Show the last 50 tests of the connection; nobody is asked",
	    KEY_HISTORY },
	PH_SERVER_OPTIONS,
	{ NULL },
};

struct testing {
	struct ph_cli *cli;
	struct ph_options options;
	struct ph_arena arena;
	struct ph_cli_server server;
	struct ph_transcript transcript;
	struct ph_talk talk;
	bool sends;
	bool probes; /* MAIL and RCPT at least */
	struct ph_address from, to;
	struct ph_content *content;
	struct ph_finding finding;
	struct ph_memory_booking booking;
	struct ph_token_state token;
	struct ph_look look;
	struct ph_drift drift;
	const char *repaired; /* the file that --fix wrote; NULL: none */
};

static void release(struct testing *t)
{
	ph_finding_release(&t->finding);
	ph_look_release(&t->look);
	ph_talk_release(&t->talk);
	ph_content_free(t->content);
	ph_cli_server_release(&t->server);
	ph_arena_release(&t->arena);
	ph_options_release(&t->options);
}

static enum ph_err usage(struct ph_fault *fault, const char *text)
{
	ph_fault_set(fault, PH_CAUSE_USAGE, PH_STAGE_CONFIG, "%s", text);
	ph_fault_advise(fault, "posthaste test --help");
	return PH_EINVAL;
}

/* Who it is from: named, the connection's, or a user name that is an
   address. */
static enum ph_err find_sender(struct testing *t, struct ph_fault *fault)
{
	const char *named = ph_options_value(&t->options, KEY_FROM);
	const struct ph_connection *c = &t->server.connection;
	enum ph_err err;

	if (named == NULL && c->from[0] != '\0')
		named = c->from;
	if (named == NULL && strchr(c->username, '@') != NULL)
		named = c->username;
	if (named == NULL) {
		err = usage(fault,
		    "--to and --send need a sender: give --from ADDRESS");
		ph_fault_suspect(fault, "sender");
		return err;
	}
	err = ph_address_parse(ph_span_of(named), &t->arena, &t->from, fault);
	if (err != PH_OK) {
		ph_fault_prefix(fault, "--from");
		ph_fault_suspect(fault, "sender");
	}
	return err;
}

static enum ph_err find_recipient(struct testing *t, struct ph_fault *fault)
{
	const char *named = ph_options_value(&t->options, KEY_TO);
	enum ph_err err;

	if (named == NULL) {
		t->to = t->from;
		return PH_OK;
	}
	err = ph_address_parse(ph_span_of(named), &t->arena, &t->to, fault);
	if (err != PH_OK)
		ph_fault_prefix(fault, "--to");
	return err;
}

static enum ph_err check_fix(const struct testing *t, struct ph_fault *fault)
{
	const char *name = ph_options_value(&t->options, KEY_FIX);

	if (name == NULL && ph_options_has(&t->options, KEY_YES))
		return usage(fault, "--yes belongs to --fix NAME");
	if (name == NULL || ph_connection_name_valid(ph_span_of(name)))
		return PH_OK;
	return usage(fault,
	    "--fix: a connection's name is made of letters, digits, -, _ "
	    "and .");
}

static enum ph_err prepare(struct testing *t, struct ph_fault *fault)
{
	enum ph_err err;

	ph_arena_init(&t->arena, ARENA_MAX);
	t->sends = ph_options_has(&t->options, KEY_SEND);
	t->probes = t->sends || ph_options_has(&t->options, KEY_TO);
	if (t->options.operand_count > 0) {
		return usage(fault,
		    "test takes no words behind the options; the server is "
		    "named with -n or --server");
	}
	err = check_fix(t, fault);
	if (err != PH_OK)
		return err;
	err = ph_cli_server_find(t->cli, &t->options, &t->server, fault);
	if (err == PH_OK && t->probes)
		err = find_sender(t, fault);
	if (err == PH_OK && t->probes)
		err = find_recipient(t, fault);
	if (err == PH_OK && t->sends) {
		err = ph_test_letter_compose(&t->from, &t->to,
		    t->server.connection.code_page, &t->content, fault);
	}
	if (err == PH_OK)
		err = ph_cli_server_unlock(&t->server, fault);
	if (err == PH_OK)
		err = ph_transcript_open(&t->transcript, &t->options, fault);
	if (err == PH_OK && t->cli->json)
		err = ph_transcript_collect(&t->transcript);
	return err;
}

static enum ph_err probe(struct testing *t, struct ph_fault *fault)
{
	const struct ph_envelope_rcpt rcpt = { .address = t->to.mailbox };
	const struct ph_envelope envelope = {
		.sender = t->from.mailbox,
		.rcpts = &rcpt,
		.rcpt_count = 1,
	};
	const struct ph_job job = {
		.content = t->content,
		.envelope = &envelope,
		.probe = !t->sends,
		.id = 1,
	};
	enum ph_err err = ph_session_deliver(
	    t->talk.session, &job, &t->finding.delivery, fault);

	if (err == PH_OK)
		*fault = t->finding.delivery->fault;
	return err;
}

static void talk(struct testing *t, struct ph_fault *fault)
{
	const char *from = ph_options_value(&t->options, KEY_FROM);

	/* Its domain may be what the user name lacks. */
	if (from != NULL)
		t->server.connection.from = from;
	t->talk.other_name = true;

	enum ph_err err =
	    ph_talk_begin(&t->talk, &t->server, &t->transcript, fault);

	if (err == PH_OK && t->sends)
		err = ph_talk_book(&t->talk, 1, &t->booking, fault);
	if (err == PH_OK)
		err = ph_talk_connect(&t->talk, fault);
	if (err != PH_OK)
		return;
	if (t->probes)
		err = probe(t, fault);
	if (err == PH_OK)
		ph_session_disconnect(t->talk.session);
}

static void carry(struct testing *t, struct ph_fault *fault)
{
	talk(t, fault);
	ph_talk_remember(&t->talk);
	if (!ph_delivery_reached(t->finding.delivery))
		ph_talk_unbook(&t->talk, &t->booking);
	if (ph_talk_note(&t->talk)[0] != '\0')
		ph_cli_note(t->cli, "%s", ph_talk_note(&t->talk));
}

static void keep(struct testing *t)
{
	if (t->talk.session != NULL && t->talk.memory != NULL &&
	    t->finding.fault.cause != PH_CAUSE_INTERRUPTED &&
	    ph_history_keep(t->talk.memory, ph_session_facts(t->talk.session),
		&t->finding.fault, &t->drift))
		t->finding.drift = &t->drift;
}

/* What is wrong, and what would work: nobody has to ask for it. */
static void look_further(struct testing *t, struct ph_fault *fault)
{
	const struct ph_look_question q = {
		.cli = t->cli,
		.server = &t->server,
		.transcript = &t->transcript,
		.facts = t->talk.session == NULL
		    ? NULL
		    : ph_session_facts(t->talk.session),
		.probes = !ph_options_has(&t->options, KEY_NO_PROBES),
	};

	if (q.facts == NULL)
		return;
	ph_look_further(&t->look, &q, fault);
	t->finding.look = &t->look;
}

static json_t *repair_to_json(const struct testing *t)
{
	json_t *j;

	if (t->repaired == NULL)
		return json_null();
	j = json_object();
	ph_json_put(
	    j, "name", ph_json_str(ph_options_value(&t->options, KEY_FIX)));
	ph_json_put(j, "file", ph_json_str(t->repaired));
	return j;
}

static json_t *to_json(const struct testing *t)
{
	const struct ph_finding *f = &t->finding;
	json_t *j = ph_finding_to_json(f);

	ph_json_put(j, "fixed", repair_to_json(t));
	ph_json_put(j, "transcript",
	    t->transcript.lines == NULL ? json_array()
					: json_incref(t->transcript.lines));
	return j;
}

/* Without --json they stand in what is printed. */
static void print_warnings(const struct testing *t)
{
	const struct ph_session_facts *f = t->finding.facts;

	for (size_t i = 0; f != NULL && i < f->warning_count; i++)
		ph_cli_note(t->cli, "%s", f->warnings[i]);
}

/* How long the token and the sign-in behind it are still good. */
static void look_at_token(struct testing *t)
{
	struct ph_fault ignored = { 0 };

	if (t->server.catalog == NULL ||
	    t->server.connection.password_from.kind != PH_SECRET_OAUTH ||
	    ph_token_look(ph_catalog_secrets_dir(t->server.catalog),
		&t->server.connection, &t->token, &ignored) != PH_OK)
		return;
	t->finding.token = &t->token;
	t->finding.now = ph_clock_unix();
	ph_tokens_warn(
	    t->cli, t->server.connection.name, &t->token, t->finding.now);
}

/* --fix.  True: what was wrong is mended. */
static bool repair(struct testing *t)
{
	const struct ph_repair_question q = {
		.cli = t->cli,
		.options = &t->options,
		.name = ph_options_value(&t->options, KEY_FIX),
		.yes = ph_options_has(&t->options, KEY_YES),
		.server = &t->server,
		.transcript = &t->transcript,
		.fix = &t->look.fix,
	};
	struct ph_fault fault = { 0 };

	if (q.name == NULL)
		return false;
	if (q.fix->count == 0) {
		ph_cli_note(t->cli,
		    ph_fault_is_set(&t->finding.fault)
			? "--fix: nothing was found that works instead"
			: "--fix: it works, nothing is changed");
		return false;
	}
	if (ph_repair_run(&q, &t->repaired, &fault) == PH_OK)
		return true;
	ph_cli_note(t->cli, "%s", fault.text);
	ph_cli_note(t->cli, "%s", ph_fault_advice(&fault));
	return false;
}

static void print_repair(const struct testing *t)
{
	printf("changed %s: %s\n", ph_options_value(&t->options, KEY_FIX),
	    t->repaired);
	printf("a second test went well, login and all\n");
}

static enum ph_exit print_json(struct testing *t, enum ph_exit result)
{
	json_t *doc = to_json(t);
	enum ph_exit printed;

	print_warnings(t);
	printed = ph_json_print(&doc);
	return result == PH_EXIT_OK ? printed : result;
}

static enum ph_exit report(struct testing *t)
{
	struct ph_finding *f = &t->finding;
	struct ph_fault ignored = { 0 };
	enum ph_exit result = ph_fault_exit(&f->fault);

	if (t->talk.session != NULL)
		f->facts = ph_session_facts(t->talk.session);
	f->connection = &t->server.connection;
	look_at_token(t);
	f->has_password = t->server.has_password;
	f->sends = t->sends;
	if (!t->cli->json)
		ph_finding_print(f);
	(void)fflush(stdout);
	if (ph_fault_is_set(&f->fault))
		(void)ph_cli_fault(t->cli, &f->fault);
	if (repair(t))
		result = PH_EXIT_OK;
	if (t->cli->json) {
		result = print_json(t, result);
	} else if (t->repaired != NULL) {
		print_repair(t);
		(void)fflush(stdout);
	}
	if (ph_transcript_close(&t->transcript, &ignored) != PH_OK)
		ph_cli_note(t->cli, "%s", ignored.text);
	return result;
}

static enum ph_exit show_history(struct testing *t)
{
	struct ph_fault fault = { 0 };
	enum ph_err err;

	ph_arena_init(&t->arena, ARENA_MAX);
	err = ph_cli_server_find(t->cli, &t->options, &t->server, &fault);
	if (err == PH_OK)
		return ph_history_show(t->cli, &t->server.connection);
	if (!ph_fault_is_set(&fault)) {
		ph_fault_set(&fault, PH_CAUSE_NO_MEMORY, PH_STAGE_CONFIG,
		    "out of memory");
	}
	return ph_cli_fail(t->cli, &fault);
}

static enum ph_exit run(struct ph_cli *cli, int argc, char **argv)
{
	struct testing t = { .cli = cli };
	enum ph_exit result;
	enum ph_err err =
	    ph_options_read(cli, &ph_command_test, argc, argv, &t.options);

	if (err != PH_OK)
		return err == PH_EOF ? PH_EXIT_OK : PH_EXIT_USAGE;
	if (ph_options_has(&t.options, KEY_HISTORY)) {
		result = show_history(&t);
		release(&t);
		return result;
	}
	err = prepare(&t, &t.finding.fault);
	if (err == PH_OK) {
		carry(&t, &t.finding.fault);
		look_further(&t, &t.finding.fault);
		keep(&t);
	} else if (!ph_fault_is_set(&t.finding.fault)) {
		ph_fault_set(&t.finding.fault, PH_CAUSE_NO_MEMORY,
		    PH_STAGE_CONFIG, "out of memory");
	}
	result = report(&t);
	release(&t);
	return result;
}

static json_t *make_document(const struct ph_fault *fault)
{
	struct testing t = { .finding.fault = *fault };

	return to_json(&t);
}

const struct ph_command ph_command_test = {
	.name = "test",
	.usage = "test [OPTION...]",
	.summary = "Try a connection step by step; send nothing unless told.",
	.run = run,
	.document = make_document,
	.options = options,
	.option_count = PH_COUNT(options) - 1,
	.help = "Goes from the look-up of the host to the login and says what "
		"is proven and\nwhat is suspect.  Exit codes are those of "
		"send.  Every other setting of\nposthaste-connection(5) but "
		"inherits and default is an option too, such as\n"
		"--timeout-mail 1min or --oauth.tenant NAME.\n\n"
		"  posthaste test --server smtps://ann@smtp.example.com\n"
		"  posthaste test -n work --to bob@example.com\n",
};
