#include "base/num.h"
#include "cli/cli.h"
#include "cli/discovery.h"
#include "cli/json.h"
#include "cli/searching.h"
#include "connection/settings.h"
#include "mail/address.h"

#include <signal.h>
#include <string.h>
#include <unistd.h>

enum key {
	KEY_SAVE = 1,
	KEY_YES,
	KEY_PROBE,
	KEY_OFFLINE,
	KEY_ALL,
	KEY_COLLECTION,
	KEY_CA_FILE,
	KEY_TIMEOUT
};

enum {
	ARENA_MAX = 4 * 1024 * 1024,
	QUESTION_MAX = 600
};

static const struct ph_option options[] = {
	{ "", 0, NULL, "Discover", 0 },
	{ "probe", 0, NULL,
	    "Ask the mail servers too, and try the usual names and ports",
	    KEY_PROBE },
	{ "offline", 0, NULL, "Contact nobody: what is known here alone",
	    KEY_OFFLINE },
	{ "all", 0, NULL,
	    "Look everywhere, also where the provider is known by the domain",
	    KEY_ALL },
	{ "collection", 0, "URL",
	    "Ask a collection of autoconfig files too: it learns the domain",
	    KEY_COLLECTION },
	{ "ca-file", 0, "FILE", "Trust these certificates, not the system's",
	    KEY_CA_FILE },
	{ "timeout", 0, "DURATION", "For all of it; usual, and at most: 9s",
	    KEY_TIMEOUT },
	{ "", 0, NULL, "Save", 0 },
	{ "save", 0, "NAME", "Save the best one as a connection", KEY_SAVE },
	{ "yes", 'y', NULL,
	    "A password may go to the host, though nobody vouches for it",
	    KEY_YES },
	{ NULL },
};

struct search {
	struct ph_cli *cli;
	struct ph_options options;
	struct ph_arena arena;
	struct ph_subject subject;
	struct ph_survey_options what;
	struct ph_searching searching;
	struct ph_discovery discovery;
};

static void release(struct search *s)
{
	ph_searching_release(&s->searching);
	ph_arena_release(&s->arena);
	ph_options_release(&s->options);
}

/* what is looked for */

static enum ph_err make_subject(
    struct search *s, struct ph_span text, struct ph_fault *fault)
{
	struct ph_address address;
	enum ph_err err = ph_address_parse(text, &s->arena, &address, fault);

	if (err != PH_OK)
		return err;
	return ph_subject_make(address.mailbox, &s->arena, &s->subject, fault);
}

static enum ph_err usage(struct ph_fault *fault, const char *text)
{
	ph_fault_set(fault, PH_CAUSE_USAGE, PH_STAGE_CONFIG, "%s", text);
	ph_fault_advise(fault, "posthaste discover --help");
	return PH_EINVAL;
}

static enum ph_err check_options(struct search *s, struct ph_fault *fault)
{
	const struct ph_options *o = &s->options;
	const char *name = ph_options_value(o, KEY_SAVE);

	if (o->operand_count != 1) {
		return usage(
		    fault, "give one mail address: posthaste discover ADDRESS");
	}
	if (ph_options_has(o, KEY_OFFLINE) &&
	    (ph_options_has(o, KEY_PROBE) ||
		ph_options_has(o, KEY_COLLECTION))) {
		return usage(fault,
		    "--offline contacts nobody: neither --probe nor "
		    "--collection can go with it");
	}
	if (name != NULL && !ph_connection_name_valid(ph_span_of(name))) {
		return usage(fault,
		    "--save takes a name of letters, digits, -, _ and .");
	}
	return PH_OK;
}

/* Before anybody is asked: nobody need learn of a typing error. */
static enum ph_err ask_what_was_meant(struct search *s, struct ph_fault *fault)
{
	struct ph_span meant = ph_subject_typo(&s->subject);
	char question[QUESTION_MAX];
	char address[QUESTION_MAX];

	if (meant.len == 0)
		return PH_OK;
	(void)snprintf(address, sizeof(address), "%.256s@%.*s",
	    s->subject.local, PH_SPAN_ARG(meant));
	(void)snprintf(question, sizeof(question),
	    "%.255s: did you mean %.*s (yes/no)? ", s->subject.domain,
	    PH_SPAN_ARG(meant));
	if (!ph_discovery_ask(s->cli, question))
		return PH_OK;
	return make_subject(s, ph_span_of(address), fault);
}

static enum ph_err prepare(struct search *s, struct ph_fault *fault)
{
	const struct ph_options *o = &s->options;
	const char *timeout = ph_options_value(o, KEY_TIMEOUT);
	const char *ca_file = ph_options_value(o, KEY_CA_FILE);
	struct ph_survey_options *opt = &s->what;

	*opt = (struct ph_survey_options){
		.subject = &s->subject,
		.is_offline = ph_options_has(o, KEY_OFFLINE),
		.probes = ph_options_has(o, KEY_PROBE),
		.asks_all = ph_options_has(o, KEY_ALL),
		.collection = ph_options_value(o, KEY_COLLECTION),
		.ca_file = ca_file == NULL ? "" : ca_file,
	};

	enum ph_err err = check_options(s, fault);

	if (err == PH_OK && timeout != NULL &&
	    (ph_num_parse_duration(ph_span_of(timeout), &opt->timeout) !=
		    PH_OK ||
		opt->timeout < 1 || opt->timeout > PH_SURVEY_TIMEOUT_MS))
		return usage(fault, "--timeout takes 1ms to 9s");
	if (err == PH_OK && opt->ca_file[0] != '\0' &&
	    access(opt->ca_file, R_OK) != 0)
		return usage(fault, "--ca-file names no file that can be read");
	if (err == PH_OK) {
		err = make_subject(s, ph_span_of(o->operands[0]), fault);
	}
	if (err == PH_OK)
		err = ask_what_was_meant(s, fault);
	s->discovery.subject = &s->subject;
	s->discovery.save_as = ph_options_value(o, KEY_SAVE);
	s->discovery.is_agreed = ph_options_has(o, KEY_YES);
	s->discovery.ca_file = opt->ca_file;
	return err;
}

/* the end */

static void conclude(struct search *s, enum ph_err err)
{
	struct ph_discovery *d = &s->discovery;
	struct ph_fault *fault = &d->fault;

	if (err == PH_OK && d->found.ran_out_of_memory)
		err = PH_ENOMEM;
	if (err == PH_OK && s->searching.is_interrupted) {
		ph_fault_set(fault, PH_CAUSE_INTERRUPTED, PH_STAGE_CONFIG,
		    "interrupted: there may be more");
		ph_fault_advise(fault, "run it again");
	} else if (err == PH_OK && ph_discovery_best(d) == NULL) {
		ph_searching_conclude(&s->what, &d->found, fault);
	} else if (err == PH_OK && d->save_as != NULL) {
		err = ph_discovery_save(d, &s->arena, fault);
	}
	if (err != PH_OK && !ph_fault_is_set(fault)) {
		ph_fault_set(fault,
		    err == PH_ENOMEM ? PH_CAUSE_NO_MEMORY : PH_CAUSE_INTERNAL,
		    PH_STAGE_CONFIG,
		    err == PH_ENOMEM ? "out of memory" : "it cannot be done");
	}
}

static void tell_notes(const struct search *s)
{
	const struct ph_survey_result *f = &s->discovery.found;

	if (f->meant != NULL && f->meant[0] != '\0') {
		ph_cli_note(s->cli, "%s: did you mean %s?", s->subject.domain,
		    f->meant);
	}
	for (size_t i = 0; i < f->note_count; i++)
		ph_cli_note(s->cli, "%s", f->notes[i]);
	if (f->ran_out_of_time)
		ph_cli_note(s->cli, "the time was up: there may be more");
	if (s->cli->json)
		return;
	for (size_t i = 0; i < f->contact_count; i++)
		ph_cli_note(s->cli, "asked %s", f->contacts[i]);
}

static enum ph_exit report(struct search *s)
{
	struct ph_discovery *d = &s->discovery;
	enum ph_exit result = ph_fault_exit(&d->fault);

	tell_notes(s);
	if (s->cli->json) {
		json_t *doc = ph_discovery_to_json(d);
		enum ph_exit printed = ph_json_print(&doc);

		if (result == PH_EXIT_OK)
			result = printed;
	} else {
		ph_discovery_print(d);
		(void)fflush(stdout);
	}
	ph_discovery_advise(d);
	if (ph_fault_is_set(&d->fault))
		(void)ph_cli_fault(s->cli, &d->fault);
	return result;
}

static enum ph_exit run(struct ph_cli *cli, int argc, char **argv)
{
	struct search s = { .cli = cli, .discovery.cli = cli };
	enum ph_exit result;
	enum ph_err err =
	    ph_options_read(cli, &ph_command_discover, argc, argv, &s.options);

	if (err != PH_OK)
		return err == PH_EOF ? PH_EXIT_OK : PH_EXIT_USAGE;
	ph_arena_init(&s.arena, ARENA_MAX);
	err = prepare(&s, &s.discovery.fault);
	if (err == PH_OK) {
		err = ph_searching_run(&s.searching, cli, &s.what,
		    &s.discovery.found, &s.discovery.fault);
	}
	conclude(&s, err);
	result = report(&s);
	release(&s);
	return result;
}

static json_t *make_document(const struct ph_fault *fault)
{
	struct ph_discovery d = { .fault = *fault };

	return ph_discovery_to_json(&d);
}

const struct ph_command ph_command_discover = {
	.name = "discover",
	.usage = "discover [OPTION...] ADDRESS",
	.summary = "Find the settings that an address needs.",
	.run = run,
	.document = make_document,
	.options = options,
	.option_count = PH_COUNT(options) - 1,
	.help = "Asks what is known of the provider, the domain's own web and "
		"name servers, and\nwith --probe its mail servers; never with "
		"a password.  Ends within 10 s.\nExit: 0 something was found, "
		"68 there is no such domain, 69 nothing was found,\n75 nobody "
		"could be asked.\n\n"
		"  posthaste discover ann@example.com\n"
		"  posthaste discover ann@example.com --probe --save work\n",
};
