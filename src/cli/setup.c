#include "cli/facts.h"
#include "cli/json.h"
#include "cli/question.h"
#include "cli/setup_part.h"
#include "cli/test_letter.h"
#include "cli/wrapped.h"
#include "io/terminal.h"

#include <stdarg.h>
#include <stdio.h>

enum {
	ARENA_MAX = 8 * 1024 * 1024
};

static const struct ph_option options[] = {
	{ "", 0, NULL, "Find the settings", 0 },
	{ "server", 0, "URL",
	    "This server, without a search: smtp://, smtp+starttls://, "
	    "smtps:// or smtp+none://, then [USER@]HOST[:PORT]",
	    PH_SETUP_KEY_SERVER },
	{ "offline", 0, NULL, "Search among the known providers only",
	    PH_SETUP_KEY_OFFLINE },
	{ "probe", 0, NULL, "Try usual names and ports as well",
	    PH_SETUP_KEY_PROBE },
	{ "collection", 0, "URL",
	    "Ask this collection too; it learns the domain",
	    PH_SETUP_KEY_COLLECTION },
	{ "ca-file", 0, "FILE",
	    "Trust these certificates, in the search and in the connection",
	    PH_SETUP_KEY_CA_FILE },
	{ "choose", 0, "N", "The N-th of what was found", PH_SETUP_KEY_CHOOSE },
	{ "yes", 0, NULL,
	    "The password may go to a server outside the address's domain",
	    PH_SETUP_KEY_YES },
	{ "", 0, NULL, "Log in", 0 },
	{ "username", 0, "NAME", "Log in as", PH_SETUP_KEY_USERNAME },
	{ "password-from", 0, "SOURCE",
	    "Take the password from prompt, env:NAME, file:PATH, fd:N, "
	    "command:CMD or credential:NAME, and keep it",
	    PH_SETUP_KEY_PASSWORD_FROM },
	{ "keyring", 0, NULL, "Keep it in the desktop's keyring",
	    PH_SETUP_KEY_KEYRING },
	{ "set", 0, "SETTING=VALUE",
	    "Any other setting of posthaste-connection(5) (may be repeated)",
	    PH_SETUP_KEY_SET },
	{ "", 0, NULL, "Save", 0 },
	{ "save", 0, "NAME", "Under this name", PH_SETUP_KEY_SAVE },
	{ "force", 0, NULL, "Even when it does not work yet",
	    PH_SETUP_KEY_FORCE },
	{ "default", 0, NULL, "Make it the default connection",
	    PH_SETUP_KEY_DEFAULT },
	{ "no-default", 0, NULL, NULL, PH_SETUP_KEY_NO_DEFAULT },
	{ "send", 0, NULL, "Then send a message to yourself",
	    PH_SETUP_KEY_SEND },
	{ "no-send", 0, NULL, NULL, PH_SETUP_KEY_NO_SEND },
	{ NULL },
};

void ph_setup_say(const struct ph_setup *s, size_t indent, const char *fmt, ...)
{
	char line[PH_FAULT_TEXT_MAX];
	struct ph_fault tame;
	va_list ap;

	if (s->cli->json || s->cli->quiet)
		return;
	va_start(ap, fmt);
	(void)vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	/* There may be words of servers in it. */
	ph_fault_set(&tame, PH_CAUSE_NONE, PH_STAGE_CONFIG, "%s", line);
	printf("%*s", (int)indent, "");
	ph_wrapped_print(stdout, tame.text, indent, indent);
	(void)fflush(stdout);
}

/* after it is saved */

static enum ph_err sign_in(struct ph_setup *s)
{
	char command[] = "login";
	char *name = ph_arena_str(&s->server.arena, ph_span_of(s->name));
	char *argv[] = { command, name, NULL };
	struct ph_cli cli = *s->cli;
	enum ph_exit ended;

	if (!s->signs_in)
		return PH_OK;
	if (name == NULL)
		return PH_ENOMEM;
	if (s->cli->json || !ph_terminal_is_there()) {
		ph_cli_note(s->cli, "posthaste login %s signs in", s->name);
		return PH_OK;
	}
	cli.command = command;
	ended = ph_command_login.run(&cli, 2, argv);
	if (ended == PH_EXIT_OK)
		return PH_OK;
	ph_fault_set(&s->fault, PH_CAUSE_TOKEN_MISSING, PH_STAGE_AUTH,
	    "the settings are saved, and nobody has signed in yet");
	ph_fault_advise(&s->fault, "posthaste login %s", s->name);
	return PH_EIO;
}

static enum ph_err deliver(
    struct ph_setup *s, struct ph_address *self, struct ph_content *content)
{
	const struct ph_envelope_rcpt rcpt = { .address = self->mailbox };
	const struct ph_envelope envelope = {
		.sender = self->mailbox,
		.rcpts = &rcpt,
		.rcpt_count = 1,
	};
	const struct ph_job job = {
		.content = content, .envelope = &envelope, .id = 1
	};
	PH_CLEANUP(ph_delivery_freep) struct ph_delivery *d = NULL;
	struct ph_memory_booking booking = { 0 };
	enum ph_err err;

	ph_talk_release(&s->talk);
	err = ph_talk_begin(&s->talk, &s->server, &s->transcript, &s->fault);
	if (err == PH_OK)
		err = ph_talk_book(&s->talk, 1, &booking, &s->fault);
	if (err == PH_OK)
		err = ph_talk_connect(&s->talk, &s->fault);
	if (err == PH_OK)
		err = ph_session_deliver(s->talk.session, &job, &d, &s->fault);
	if (err == PH_OK) {
		s->fault = d->fault;
		ph_session_disconnect(s->talk.session);
	}
	if (ph_fault_is_set(&s->fault))
		err = PH_EIO;
	if (!ph_delivery_reached(d))
		ph_talk_unbook(&s->talk, &booking);
	return err;
}

static enum ph_err send(struct ph_setup *s)
{
	bool sends = ph_options_has(&s->options, PH_SETUP_KEY_SEND);
	struct ph_address self;
	PH_CLEANUP(ph_content_freep) struct ph_content *content = NULL;
	enum ph_err err = PH_OK;

	if (!s->is_tested || ph_options_has(&s->options, PH_SETUP_KEY_NO_SEND))
		return PH_OK;
	if (!sends && ph_terminal_is_there()) {
		err = ph_question_yes(
		    &(struct ph_question){
			.text = "Send a message to yourself, to see it arrive",
			.option = "--send or --no-send",
			.usual = "yes" },
		    &sends, &s->fault);
	}
	if (err != PH_OK || !sends)
		return err;
	err = ph_address_parse(
	    ph_span_of(s->address), &s->server.arena, &self, &s->fault);
	if (err == PH_OK) {
		err = ph_test_letter_compose(&self, &self,
		    s->server.connection.code_page, &content, &s->fault);
	}
	if (err == PH_OK)
		err = deliver(s, &self, content);
	s->is_sent = err == PH_OK;
	if (s->is_sent)
		ph_setup_say(s, 0, "Sent to %s.", s->address);
	return err;
}

static enum ph_err go(struct ph_setup *s)
{
	enum ph_err err = ph_setup_find(s);

	if (err == PH_OK)
		err = ph_setup_name(s);
	if (err == PH_OK)
		err = ph_setup_try(s);
	if (err == PH_OK) {
		/* Why it does not work is told at the end. */
		struct ph_fault why = s->fault;

		err = ph_setup_save(s);
		if (err == PH_OK)
			s->fault = why;
	}
	if (err != PH_OK)
		return err;
	ph_setup_say(s, 0, "Saved as %s%s: %s", s->name,
	    s->is_default ? ", the default" : "", s->path);
	err = sign_in(s);
	return err == PH_OK ? send(s) : err;
}

/* the end */

static json_t *to_json(const struct ph_setup *s)
{
	const struct ph_connection *c = &s->server.connection;
	json_t *j = json_object();
	json_t *server = json_object();
	bool is_resolved = c->host != NULL && c->host[0] != '\0';

	ph_json_put(j, "ok", json_boolean(!ph_fault_is_set(&s->fault)));
	ph_json_put(j, "address", ph_json_str_or_null(s->address));
	ph_json_put(
	    j, "name", s->path == NULL ? json_null() : ph_json_str(s->name));
	ph_json_put(j, "file", ph_json_str_or_null(s->path));
	ph_json_put(j, "default", json_boolean(s->is_default));
	ph_json_put(j, "tested", json_boolean(s->is_tested));
	ph_json_put(j, "sent", json_boolean(s->is_sent));
	if (is_resolved) {
		ph_json_put(server, "host", ph_json_str(c->host));
		ph_json_put(server, "port", json_integer(c->port));
		ph_json_put(server, "encryption",
		    ph_json_str(ph_encryption_name(c->encryption)));
		ph_json_put(
		    server, "username", ph_json_str_or_null(c->username));
		ph_json_put(server, "source",
		    s->choice == NULL
			? json_null()
			: ph_json_str(ph_found_name(s->choice->found)));
	}
	ph_json_put(j, "server", is_resolved ? server : json_null());
	if (!is_resolved)
		json_decref(server);
	ph_json_put(j, "error", ph_json_fault(&s->fault));
	return j;
}

static enum ph_exit report(struct ph_setup *s)
{
	enum ph_exit result = ph_fault_exit(&s->fault);

	if (s->cli->json) {
		json_t *doc = to_json(s);
		enum ph_exit printed = ph_json_print(&doc);

		if (result == PH_EXIT_OK)
			result = printed;
	}
	if (ph_fault_is_set(&s->fault)) {
		(void)ph_cli_fault(s->cli, &s->fault);
	} else if (s->path != NULL) {
		ph_setup_say(
		    s, 0, "posthaste send -n %s sends with them.", s->name);
	}
	return result;
}

static void release(struct ph_setup *s)
{
	ph_talk_release(&s->talk);
	ph_searching_release(&s->searching);
	ph_cli_server_release(&s->server);
	ph_options_release(&s->options);
}

static enum ph_exit run(struct ph_cli *cli, int argc, char **argv)
{
	struct ph_setup s = { .cli = cli };
	enum ph_exit result;
	enum ph_err err =
	    ph_options_read(cli, &ph_command_setup, argc, argv, &s.options);

	if (err != PH_OK)
		return err == PH_EOF ? PH_EXIT_OK : PH_EXIT_USAGE;
	if (s.options.operand_count > 1) {
		result = ph_cli_usage(cli, "one address at a time");
		release(&s);
		return result;
	}
	s.server.cli = cli;
	ph_arena_init(&s.server.arena, ARENA_MAX);
	err =
	    ph_catalog_open_new(cli->config_path, &s.server.catalog, &s.fault);
	if (err == PH_OK)
		err = go(&s);
	if (err != PH_OK && !ph_fault_is_set(&s.fault)) {
		ph_fault_set(&s.fault, PH_CAUSE_NO_MEMORY, PH_STAGE_CONFIG,
		    "out of memory");
	}
	result = report(&s);
	release(&s);
	return result;
}

static json_t *make_document(const struct ph_fault *fault)
{
	struct ph_setup s = { .fault = *fault };

	return to_json(&s);
}

const struct ph_command ph_command_setup = {
	.name = "setup",
	.usage = "setup [OPTION...] [ADDRESS]",
	.summary = "Find the settings for an address, try them, save them.",
	.run = run,
	.document = make_document,
	.options = options,
	.option_count = PH_COUNT(options) - 1,
	.help = "Asks what it has to know.  Every question has an option, so "
		"that it also runs\nwithout a terminal.  Nothing is saved "
		"before it works.\n\n"
		"  posthaste setup ann@example.com\n"
		"  posthaste setup ann@example.com --choose 1 --save work "
		"--send \\\n      --password-from env:MAIL_PASSWORD\n",
};
