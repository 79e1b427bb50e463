#include "base/num.h"
#include "cli/discovery.h"
#include "cli/question.h"
#include "cli/setup_part.h"
#include "io/terminal.h"
#include "mail/address.h"

#include <stdio.h>
#include <string.h>

enum {
	LINE_MAX_LEN = 1024,
	SHOWN_MAX = 3
};

/* whose */

static enum ph_err check_address(
    void *ctx, struct ph_span answer, struct ph_fault *why)
{
	struct ph_setup *s = ctx;
	struct ph_address parsed;
	enum ph_err err =
	    ph_address_parse(answer, &s->server.arena, &parsed, why);

	if (err != PH_OK)
		return err;
	s->address = ph_arena_str(&s->server.arena, parsed.mailbox);
	return s->address == NULL ? PH_ENOMEM : PH_OK;
}

static enum ph_err find_address(struct ph_setup *s)
{
	PH_CLEANUP(ph_buf_release) struct ph_buf answer;

	ph_buf_init(&answer, LINE_MAX_LEN);
	if (s->options.operand_count == 1) {
		return check_address(
		    s, ph_span_of(s->options.operands[0]), &s->fault);
	}
	return ph_question_line(
	    &(struct ph_question){
		.text = "Your mail address", .option = "setup ADDRESS" },
	    check_address, s, &answer, &s->fault);
}

/* named by hand */

static enum ph_err take_url(struct ph_setup *s, const char *url)
{
	struct ph_server_url parsed = { 0 };
	enum ph_err err = ph_server_url_parse(
	    ph_span_of(url), &s->server.arena, &parsed, &s->fault);

	if (err == PH_EINVAL) {
		s->fault.cause = PH_CAUSE_USAGE;
		ph_fault_prefix(&s->fault, "--server");
	}
	if (err == PH_OK && parsed.has_password) {
		ph_fault_set(&s->fault, PH_CAUSE_USAGE, PH_STAGE_CONFIG,
		    "--server: a password in a URL on the command line can be "
		    "read by everyone on this computer");
		ph_fault_advise(&s->fault,
		    "leave it out: it is asked for, or named with "
		    "--password-from");
		return PH_EINVAL;
	}
	for (size_t i = 0; err == PH_OK && i < parsed.override_count; i++) {
		err = ph_setup_put(s, parsed.overrides[i].row->name,
		    parsed.overrides[i].value);
	}
	return err;
}

/* "The server" is the person's own word for it where nothing was found. */
static enum ph_err ask_server(struct ph_setup *s)
{
	PH_CLEANUP(ph_buf_release) struct ph_buf answer;
	enum ph_err err;

	ph_buf_init(&answer, LINE_MAX_LEN);
	ph_setup_say(s, 0,
	    "Nothing is known of a server for %s. Its help pages call it "
	    "\"SMTP\" or \"outgoing mail\".",
	    s->address);
	err =
	    ph_question_line(&(struct ph_question){ .text = "The server's name",
				 .option = "--server URL" },
		NULL, NULL, &answer, &s->fault);
	return err == PH_OK ? take_url(s, ph_buf_str(&answer)) : err;
}

static enum ph_err search(struct ph_setup *s, const struct ph_candidates **out)
{
	const char *ca_file =
	    ph_options_value(&s->options, PH_SETUP_KEY_CA_FILE);
	const struct ph_survey_options opt = {
		.subject = &s->subject,
		.is_offline = ph_options_has(&s->options, PH_SETUP_KEY_OFFLINE),
		.probes = ph_options_has(&s->options, PH_SETUP_KEY_PROBE),
		.collection =
		    ph_options_value(&s->options, PH_SETUP_KEY_COLLECTION),
		.ca_file = ca_file == NULL ? "" : ca_file,
	};
	struct ph_survey_result found = { 0 };
	enum ph_err err = ph_subject_make(
	    ph_span_of(s->address), &s->server.arena, &s->subject, &s->fault);

	if (err == PH_OK) {
		err = ph_searching_run(
		    &s->searching, s->cli, &opt, &found, &s->fault);
	}
	if (err != PH_OK)
		return err;
	if (s->searching.is_interrupted) {
		ph_fault_set(&s->fault, PH_CAUSE_INTERRUPTED, PH_STAGE_CONFIG,
		    "interrupted: nothing is saved");
		return PH_EIO;
	}
	for (size_t i = 0; i < found.note_count; i++)
		ph_cli_note(s->cli, "%s", found.notes[i]);
	*out = found.candidates;
	/* A person may know the server's name all the same. */
	if (found.candidates->count > 0 || ph_terminal_is_there())
		return PH_OK;
	ph_searching_conclude(&opt, &found, &s->fault);
	return PH_ENOTFOUND;
}

/* which */

static void show(const struct ph_setup *s, const struct ph_candidates *set)
{
	ph_setup_say(
	    s, 0, "Settings for %s, the most trusted first:", s->address);
	for (size_t i = 0; i < set->count && i < SHOWN_MAX; i++) {
		const struct ph_candidate *c = &set->items[i];

		ph_setup_say(s, 2, "%zu: %s, port %u, %s%s%s", i + 1, c->host,
		    (unsigned)c->port, ph_encryption_name(c->encryption),
		    c->username[0] == '\0' ? "" : ", user name ", c->username);
		ph_setup_say(s, 5, "from %s%s%s", ph_found_name(c->found),
		    c->detail[0] == '\0' ? "" : ": ", c->detail);
		/* What a provider wants is told when it is chosen. */
		for (size_t n = 0; c->preset == NULL && n < c->note_count; n++)
			ph_setup_say(s, 5, "%s", c->notes[n]);
	}
}

struct choosing {
	const struct ph_candidates *set;
	const struct ph_candidate *choice;
};

static enum ph_err check_choice(
    void *ctx, struct ph_span answer, struct ph_fault *why)
{
	struct choosing *c = ctx;
	uint64_t n = 0;

	if (ph_num_parse(answer, c->set->count, &n) != PH_OK || n == 0) {
		ph_fault_set(why, PH_CAUSE_USAGE, PH_STAGE_CONFIG,
		    "the choice is a number from 1 to %zu", c->set->count);
		return PH_EINVAL;
	}
	c->choice = &c->set->items[n - 1];
	return PH_OK;
}

static enum ph_err choose(struct ph_setup *s, const struct ph_candidates *set)
{
	const char *given = ph_options_value(&s->options, PH_SETUP_KEY_CHOOSE);
	struct choosing c = { .set = set, .choice = &set->items[0] };
	PH_CLEANUP(ph_buf_release) struct ph_buf answer;
	enum ph_err err = PH_OK;

	ph_buf_init(&answer, LINE_MAX_LEN);
	if (given != NULL) {
		err = check_choice(&c, ph_span_of(given), &s->fault);
		if (err != PH_OK)
			ph_fault_prefix(&s->fault, "--choose");
	} else if (set->count > 1 && ph_terminal_is_there()) {
		err =
		    ph_question_line(&(struct ph_question){ .text = "Which one",
					 .option = "--choose N",
					 .usual = "1" },
			check_choice, &c, &answer, &s->fault);
	}
	s->choice = c.choice;
	return err;
}

/* Nobody's password goes to a server that only chance, or somebody on the way,
   has named. */
static enum ph_err consent(struct ph_setup *s)
{
	const struct ph_candidate *c = s->choice;
	char doubts[LINE_MAX_LEN];
	bool yes = ph_options_has(&s->options, PH_SETUP_KEY_YES);
	char text[2 * LINE_MAX_LEN];

	if (c->doubts == 0 || yes)
		return PH_OK;
	ph_discovery_doubts(c, &s->subject, doubts, sizeof(doubts));
	(void)snprintf(text, sizeof(text),
	    "%.255s: %s.\nMay your password go there", c->host, doubts);

	enum ph_err err = ph_question_yes(
	    &(struct ph_question){
		.text = text, .option = "--yes", .usual = "no" },
	    &yes, &s->fault);

	if (err != PH_OK || yes)
		return err;
	ph_fault_set(&s->fault, PH_CAUSE_INTERRUPTED, PH_STAGE_CONFIG,
	    "the answer was not yes: nothing was sent there, nothing is saved");
	ph_fault_advise(&s->fault,
	    "ask your provider for the server's name, then give it with "
	    "--server URL");
	return PH_EDENIED;
}

static enum ph_err take_choice(struct ph_setup *s)
{
	const struct ph_candidate *c = s->choice;
	char port[8];
	enum ph_err err;

	s->preset = c->preset;
	(void)snprintf(port, sizeof(port), "%u", (unsigned)c->port);
	err = ph_setup_put(s, "host", ph_span_of(c->host));
	if (err == PH_OK)
		err = ph_setup_put(s, "port", ph_span_of(port));
	if (err == PH_OK) {
		err = ph_setup_put(s, "encryption",
		    ph_span_of(ph_encryption_name(c->encryption)));
	}
	if (err == PH_OK && c->anonymous)
		err = ph_setup_put(s, "anonymous", PH_SPAN("yes"));
	if (err == PH_OK && s->preset == NULL &&
	    ph_discovery_is_special(c->mechanisms)) {
		err = ph_setup_put(s, "mechanisms", ph_span_of(c->mechanisms));
	}
	return err;
}

/* the user name */

static bool is_put(const struct ph_setup *s, const char *setting)
{
	for (size_t i = 0; i < s->value_count; i++) {
		if (strcmp(s->values[i].row->name, setting) == 0)
			return true;
	}
	return false;
}

static bool needs_name(const struct ph_setup *s)
{
	if (is_put(s, "anonymous") || is_put(s, "username"))
		return false;
	return s->preset == NULL ||
	    (s->preset->form != PH_PRESET_FORM_NONE &&
		s->preset->form != PH_PRESET_FORM_FIXED);
}

static enum ph_err find_username(struct ph_setup *s)
{
	const char *given =
	    ph_options_value(&s->options, PH_SETUP_KEY_USERNAME);
	PH_CLEANUP(ph_buf_release) struct ph_buf answer;

	ph_buf_init(&answer, LINE_MAX_LEN);
	if (given == NULL && s->choice != NULL &&
	    s->choice->username[0] != '\0')
		given = s->choice->username;
	if (given != NULL)
		return ph_setup_put(s, "username", ph_span_of(given));
	if (!needs_name(s))
		return PH_OK;

	enum ph_err err =
	    ph_question_line(&(struct ph_question){ .text = "User name",
				 .option = "--username NAME",
				 .usual = s->address },
		NULL, NULL, &answer, &s->fault);

	return err == PH_OK ? ph_setup_put(s, "username", ph_buf_span(&answer))
			    : err;
}

static enum ph_err take_pair(struct ph_setup *s, const char *pair)
{
	struct ph_span text = ph_span_of(pair);
	size_t equals = ph_span_find(text, '=');
	struct ph_span key = ph_span_trim(ph_span_first(text, equals));

	if (equals == text.len || ph_setting_find(PH_SPAN(""), key) == NULL) {
		/* It may be a password: it is not repeated. */
		ph_fault_set(&s->fault, PH_CAUSE_USAGE, PH_STAGE_CONFIG,
		    "--set takes SETTING=VALUE, with a setting of "
		    "posthaste-connection(5)");
		ph_fault_advise(&s->fault, "posthaste connection --help");
		return PH_EINVAL;
	}
	return ph_setup_put(s, ph_arena_str(&s->server.arena, key),
	    ph_span_trim(ph_span_skip(text, equals + 1)));
}

/* What is said by hand goes over what was found. */
static enum ph_err take_settings(struct ph_setup *s)
{
	const char *ca_file =
	    ph_options_value(&s->options, PH_SETUP_KEY_CA_FILE);
	enum ph_err err = PH_OK;

	for (size_t i = 0; err == PH_OK && i < s->options.count; i++) {
		if (s->options.items[i].key == PH_SETUP_KEY_SET)
			err = take_pair(s, s->options.items[i].value);
	}
	if (err == PH_OK && ca_file != NULL)
		err = ph_setup_put(s, "ca-file", ph_span_of(ca_file));
	if (err == PH_OK && ph_options_has(&s->options, PH_SETUP_KEY_KEYRING))
		err = ph_setup_put(s, "password-from", PH_SPAN("keyring"));
	if (err == PH_OK && !is_put(s, "from"))
		err = ph_setup_put(s, "from", ph_span_of(s->address));
	return err == PH_OK ? find_username(s) : err;
}

static enum ph_err find_server(struct ph_setup *s)
{
	const char *url = ph_options_value(&s->options, PH_SETUP_KEY_SERVER);
	const struct ph_candidates *set = NULL;
	enum ph_err err;

	if (url != NULL)
		return take_url(s, url);
	err = search(s, &set);
	if (err != PH_OK)
		return err;
	if (set->count == 0)
		return ask_server(s);
	show(s, set);
	err = choose(s, set);
	if (err == PH_OK)
		err = consent(s);
	return err == PH_OK ? take_choice(s) : err;
}

enum ph_err ph_setup_find(struct ph_setup *s)
{
	enum ph_err err = find_address(s);

	if (err == PH_OK)
		err = find_server(s);
	return err == PH_OK ? take_settings(s) : err;
}
