#include "cli/question.h"
#include "cli/setup_part.h"
#include "cli/source_option.h"
#include "config/vault.h"
#include "io/process.h"
#include "io/terminal.h"

#include <string.h>

enum {
	TRIES_MAX = 2
};

/* the password */

/* What the provider wants done first, and which kind of secret it takes. */
static void tell_prerequisites(const struct ph_setup *s)
{
	struct ph_span rest;
	struct ph_span line;

	if (s->preset == NULL || s->preset->prerequisites[0] == '\0')
		return;
	ph_setup_say(s, 0, "Before %s takes mail:", s->preset->name);
	rest = ph_span_of(s->preset->prerequisites);
	while (ph_preset_next(&rest, &line))
		ph_setup_say(s, 4, "%.*s", PH_SPAN_ARG(line));
}

static enum ph_err find_source(struct ph_setup *s, struct ph_secret_source *out)
{
	const char *given =
	    ph_options_value(&s->options, PH_SETUP_KEY_PASSWORD_FROM);
	const struct ph_source_option o = { "--password-from",
		given == NULL ? "prompt" : given, "setup" };

	return ph_source_option_read(&o, &s->server.arena, out, &s->fault);
}

static enum ph_err ask_password(struct ph_setup *s)
{
	struct ph_connection asked = s->server.connection;
	struct ph_secret_source source = { .fd = -1 };
	enum ph_err err;

	if (!ph_role_is_needed(&s->server.connection, PH_ROLE_PASSWORD))
		return PH_OK;
	err = find_source(s, &source);
	if (err != PH_OK)
		return err;
	ph_role_set_source(&asked, PH_ROLE_PASSWORD, &source);
	ph_process_hide();
	ph_secret_release(&s->server.password);
	err = ph_vault_secret(ph_catalog_secrets_dir(s->server.catalog), &asked,
	    PH_ROLE_PASSWORD, &s->server.password, &s->fault);
	s->server.has_password = err == PH_OK;
	if (err == PH_OK) {
		s->server.password_changed = ph_clock_unix_msec();
	} else if (source.kind == PH_SECRET_PROMPT) {
		ph_fault_advise(
		    &s->fault, "say where it is: --password-from SOURCE");
	}
	return err;
}

/* the test */

static enum ph_err connect_once(struct ph_setup *s)
{
	struct ph_fault *f = &s->fault;
	enum ph_err err;

	*f = (struct ph_fault){ 0 };
	ph_talk_release(&s->talk);
	s->talk.other_name = true;
	err = ph_talk_begin(&s->talk, &s->server, &s->transcript, f);
	if (err == PH_OK)
		err = ph_talk_connect(&s->talk, f);
	if (err == PH_OK)
		ph_session_disconnect(s->talk.session);
	ph_talk_remember(&s->talk);
	return err;
}

/* The shape of the user name that was taken, or NULL. */
static const char *other_name(const struct ph_setup *s)
{
	const struct ph_session_facts *facts;

	if (s->talk.session == NULL || s->fault.cause != PH_CAUSE_AUTH_USERNAME)
		return NULL;
	facts = ph_session_facts(s->talk.session);
	for (size_t i = 0; i < facts->attempt_count; i++) {
		const struct ph_session_attempt *a = &facts->attempts[i];

		if (a->end == PH_ATTEMPT_WORKED && a->username != NULL &&
		    a->username[0] != '\0')
			return a->username;
	}
	return NULL;
}

static enum ph_err take_name(struct ph_setup *s, const char *name)
{
	enum ph_err err = ph_setup_put(s, "username", ph_span_of(name));

	s->fault = (struct ph_fault){ 0 };
	if (err != PH_OK)
		return err;
	ph_setup_say(s, 0, "The server knows you as %s.", name);
	s->name_is_proven = true;
	return ph_setup_resolve(s);
}

static bool may_ask_again(const struct ph_setup *s)
{
	return s->fault.cause == PH_CAUSE_AUTH_REFUSED &&
	    !ph_options_has(&s->options, PH_SETUP_KEY_PASSWORD_FROM) &&
	    ph_terminal_is_there();
}

static enum ph_err test(struct ph_setup *s)
{
	enum ph_err err = PH_EIO;

	for (int i = 0; i < TRIES_MAX; i++) {
		const char *name;

		ph_setup_say(s, 0, "Trying %s ...", s->server.connection.host);
		err = connect_once(s);
		name = other_name(s);
		if (name != NULL)
			return take_name(s, name);
		if (err == PH_OK || i + 1 == TRIES_MAX || !may_ask_again(s))
			return err;
		(void)ph_cli_fault(s->cli, &s->fault);
		err = ask_password(s);
		if (err != PH_OK)
			return err;
	}
	return err;
}

/* It does not work.  A person may know why. */
static enum ph_err ask_force(struct ph_setup *s)
{
	struct ph_fault why = s->fault;
	bool saves = ph_options_has(&s->options, PH_SETUP_KEY_FORCE);
	enum ph_err err = PH_OK;

	if (!saves && ph_terminal_is_there() &&
	    why.cause != PH_CAUSE_INTERRUPTED) {
		(void)ph_cli_fault(s->cli, &why);
		err = ph_question_yes(
		    &(struct ph_question){ .text = "It does not work yet. Save "
						   "it all the same",
			.option = "--force",
			.usual = "no" },
		    &saves, &s->fault);
	}
	if (err != PH_OK)
		return err;
	s->fault = why;
	return saves ? PH_OK : PH_EIO;
}

enum ph_err ph_setup_try(struct ph_setup *s)
{
	enum ph_err err;

	tell_prerequisites(s);
	s->signs_in =
	    s->server.connection.password_from.kind == PH_SECRET_OAUTH;
	/* A sign-in is kept by the connection's name: it comes later. */
	if (s->signs_in)
		return PH_OK;
	err = ask_password(s);
	if (err != PH_OK)
		return err;
	err = test(s);
	s->is_tested = err == PH_OK;
	return err == PH_OK ? PH_OK : ask_force(s);
}
