#include "cli/connection_part.h"
#include "cli/discovery.h"
#include "config/catalog.h"
#include "io/terminal.h"

#include <stdio.h>
#include <unistd.h>

enum {
	NAMES_MAX = 1024 * 1024,
	DOUBTS_MAX = 512
};

bool ph_discovery_ask(const struct ph_cli *cli, const char *question)
{
	struct ph_buf answer;
	bool is_yes = false;

	if (cli->json || cli->quiet || !isatty(STDIN_FILENO))
		return false;
	ph_buf_init(&answer, 64);
	if (ph_terminal_ask_openly(question, &answer) == PH_OK) {
		struct ph_span word = ph_span_trim(ph_buf_span(&answer));

		is_yes = ph_span_eq_nocase(word, PH_SPAN("yes")) ||
		    ph_span_eq_nocase(word, PH_SPAN("y"));
	}
	ph_buf_release(&answer);
	return is_yes;
}

/* The rule: no credential goes where nobody vouches for, without a yes; and
   what is saved is where one will go. */
static enum ph_err agree(const struct ph_discovery *d,
    const struct ph_candidate *c, struct ph_fault *fault)
{
	char doubts[DOUBTS_MAX];
	char question[2 * DOUBTS_MAX];

	if (c->doubts == 0 || d->is_agreed)
		return PH_OK;
	ph_discovery_doubts(c, d->subject, doubts, sizeof(doubts));
	(void)snprintf(question, sizeof(question),
	    "%.255s: %s.\nMay your password go there (yes/no)? ", c->host,
	    doubts);
	if (ph_discovery_ask(d->cli, question))
		return PH_OK;
	ph_fault_set(fault, PH_CAUSE_USAGE, PH_STAGE_CONFIG,
	    "%s is not saved without a yes: %s", c->host, doubts);
	ph_fault_advise(fault,
	    "ask who runs the mail of %s; --yes says that it is right",
	    d->subject->domain);
	ph_fault_suspect(fault, "host");
	return PH_EINVAL;
}

static enum ph_err put(struct ph_settings_file *f, const char *name,
    const char *value, struct ph_fault *fault)
{
	const struct ph_setting *row =
	    ph_setting_find(PH_SPAN(""), ph_span_of(name));
	enum ph_err err;

	if (value[0] == '\0')
		return PH_OK;
	err = ph_setting_check(row, ph_span_of(value), fault);
	return err == PH_OK ? ph_settings_file_set(f, row, ph_span_of(value))
			    : err;
}

bool ph_discovery_is_special(const char *mechanisms)
{
	static const char special[] =
	    " OAUTHBEARER XOAUTH2 NTLM GSSAPI EXTERNAL ";
	struct ph_span rest = ph_span_of(mechanisms);
	struct ph_span word;
	char padded[64];

	while (rest.len > 0 && ph_span_split(&rest, ' ', &word)) {
		(void)snprintf(padded, sizeof(padded), " %.*s ",
		    (int)(word.len < 32 ? word.len : 32), word.ptr);
		if (strstr(special, padded) == NULL)
			return false;
	}
	return mechanisms[0] != '\0';
}

static enum ph_err put_all(const struct ph_discovery *d,
    const struct ph_candidate *c, struct ph_settings_file *f,
    struct ph_arena *a, struct ph_fault *fault)
{
	char port[8];
	struct ph_span ca_file = { 0 };
	enum ph_err err = PH_OK;

	const struct {
		const char *name;
		const char *value;
	} settings[] = {
		{ "host", c->host },
		{ "port", port },
		{ "encryption", ph_encryption_name(c->encryption) },
		{ "username", c->username },
		{ "anonymous", c->anonymous ? "yes" : "" },
		{ "mechanisms",
		    ph_discovery_is_special(c->mechanisms) ? c->mechanisms
							   : "" },
		{ "from", d->subject->address },
	};

	(void)snprintf(port, sizeof(port), "%u", c->port);
	if (c->preset != NULL)
		err = ph_preset_apply(c->preset, f, fault);
	for (size_t i = 0; err == PH_OK && i < PH_COUNT(settings); i++)
		err = put(f, settings[i].name, settings[i].value, fault);
	if (err != PH_OK || d->ca_file[0] == '\0')
		return err;
	err = ph_connection_whole_path(
	    ph_setting_find(PH_SPAN(""), PH_SPAN("ca-file")),
	    ph_span_of(d->ca_file), a, &ca_file, fault);
	return err == PH_OK ? put(f, "ca-file", ca_file.ptr, fault) : err;
}

static enum ph_err save(struct ph_discovery *d, const struct ph_candidate *c,
    struct ph_catalog *catalog, struct ph_arena *a, struct ph_fault *fault)
{
	struct ph_settings_file *f = NULL;
	struct ph_connection made;
	struct ph_buf names;
	bool has_host = false;
	bool is_first;
	enum ph_err err = ph_catalog_claim(catalog, true, fault);

	ph_buf_init(&names, NAMES_MAX);
	if (err == PH_OK)
		err = ph_catalog_names(catalog, &names, fault);
	is_first = names.len == 0;
	ph_buf_release(&names);
	if (err == PH_OK)
		err = ph_catalog_add(catalog, d->save_as, &f, fault);
	if (err == PH_OK)
		err = put_all(d, c, f, a, fault);
	if (err == PH_OK) {
		err = ph_connection_check(
		    catalog, d->save_as, a, &made, &has_host, fault);
	}
	if (err == PH_OK)
		err = ph_catalog_save(catalog, f, fault);
	if (err == PH_OK && is_first)
		err = ph_catalog_set_default(catalog, d->save_as, fault);
	if (err != PH_OK)
		return err;
	d->saved_path = ph_arena_str(a, ph_span_of(ph_settings_file_path(f)));
	return d->saved_path == NULL ? PH_ENOMEM : PH_OK;
}

enum ph_err ph_discovery_save(
    struct ph_discovery *d, struct ph_arena *a, struct ph_fault *fault)
{
	const struct ph_candidate *c = ph_discovery_best(d);
	PH_CLEANUP(ph_catalog_freep) struct ph_catalog *catalog = NULL;
	enum ph_err err;

	if (c == NULL)
		return PH_OK;
	err = agree(d, c, fault);
	if (err == PH_OK)
		err = ph_catalog_open_new(d->cli->config_path, &catalog, fault);
	if (err == PH_OK)
		err = save(d, c, catalog, a, fault);
	d->is_saved = err == PH_OK;
	return err;
}

void ph_discovery_advise(const struct ph_discovery *d)
{
	const struct ph_candidate *c = ph_discovery_best(d);

	if (!d->is_saved)
		return;
	if (c->preset != NULL) {
		ph_connection_preset_notes(d->cli, c->preset, d->save_as);
		return;
	}
	if (!c->anonymous) {
		ph_cli_note(d->cli,
		    "posthaste secret set %s stores the password", d->save_as);
	}
	ph_cli_note(d->cli, "posthaste test -n %s proves it", d->save_as);
}
