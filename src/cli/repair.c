#include "cli/repair.h"

#include "cli/connection_part.h"
#include "cli/history.h"
#include "cli/question.h"
#include "cli/talk.h"

#include <stdio.h>

/* asking */

static enum ph_err consent(
    const struct ph_repair_question *q, struct ph_fault *fault)
{
	char question[512];
	struct ph_connection c;
	enum ph_err err;

	if (q->yes)
		return PH_OK;
	ph_fix_apply(q->fix, &q->server->connection, &c);
	(void)snprintf(question, sizeof(question),
	    "Log in at %.200s:%u, and write that to \"%s\" if it works? Type "
	    "yes: ",
	    c.host, (unsigned)c.port, q->name);
	err = ph_question_consent(question);
	if (err == PH_OK)
		return PH_OK;
	ph_fault_set(fault, PH_CAUSE_INTERRUPTED, PH_STAGE_CONFIG,
	    err == PH_ENOTFOUND
		? "--fix: there is no terminal to ask on: nothing is changed"
		: "--fix: the answer was not yes: nothing is changed");
	ph_fault_advise(fault, "--yes changes it unasked");
	return PH_EDENIED;
}

/* proving */

static void tell(const struct ph_repair_question *q)
{
	if (!ph_transcript_is_wanted(q->transcript))
		return;
	ph_transcript_take(q->transcript,
	    &(struct ph_trace){
		.dir = PH_DIR_NOTE,
		.stage = PH_STAGE_CONFIG,
		.line = PH_SPAN("second test, with what was found"),
	    });
}

static enum ph_err prove(
    const struct ph_repair_question *q, struct ph_fault *fault)
{
	struct ph_connection before = q->server->connection;
	struct ph_talk talk = { 0 };
	enum ph_err err;

	ph_fix_apply(q->fix, &before, &q->server->connection);
	tell(q);
	err = ph_talk_begin(&talk, q->server, q->transcript, fault);
	if (err == PH_OK)
		err = ph_talk_connect(&talk, fault);
	if (err == PH_OK)
		ph_session_disconnect(talk.session);
	ph_talk_remember(&talk);
	if (talk.session != NULL && talk.memory != NULL) {
		(void)ph_history_keep(
		    talk.memory, ph_session_facts(talk.session), fault, NULL);
	}
	ph_talk_release(&talk);
	q->server->connection = before;
	if (err != PH_OK)
		ph_fault_prefix(fault, "--fix: the second test failed");
	return err == PH_OK ? PH_OK : PH_EIO;
}

/* writing */

struct writing {
	const struct ph_repair_question *q;
	struct ph_settings_file *file;
	struct ph_fault *fault;
	enum ph_err err; /* the first that failed */
};

static void put(struct writing *w, const char *key, const char *value)
{
	const struct ph_setting *row =
	    ph_setting_find(PH_SPAN(""), ph_span_of(key));
	struct ph_span whole = { 0 };

	if (w->err != PH_OK)
		return;
	if (value[0] == '\0') {
		w->err = ph_settings_file_unset(w->file, row);
		return;
	}
	w->err = ph_setting_check(row, ph_span_of(value), w->fault);
	if (w->err == PH_OK) {
		w->err = ph_connection_whole_path(row, ph_span_of(value),
		    &w->q->server->arena, &whole, w->fault);
	}
	if (w->err == PH_OK)
		w->err = ph_settings_file_set(w->file, row, whole);
}

/* All that it takes, for a connection that knows nothing of the server yet. */
static void put_all(struct writing *w)
{
	const struct ph_connection *c = &w->q->server->connection;
	const char *source =
	    ph_options_value(w->q->options, PH_SERVER_KEY_PASSWORD_FROM);
	char port[8];

	(void)snprintf(port, sizeof(port), "%u", (unsigned)c->port);
	put(w, "host", c->host);
	put(w, "port", port);
	put(w, "encryption", ph_encryption_name(c->encryption));
	if (c->username[0] != '\0')
		put(w, "username", c->username);
	if (source != NULL)
		put(w, "password-from", source);
	if (c->ca_file[0] != '\0')
		put(w, "ca-file", c->ca_file);
}

static void put_changes(struct writing *w)
{
	const struct ph_fix *f = w->q->fix;

	for (size_t i = 0; i < f->count; i++)
		put(w, f->changes[i].key, f->changes[i].value);
}

static enum ph_err open_file(const struct ph_repair_question *q,
    struct ph_settings_file **out, struct ph_fault *fault)
{
	struct ph_catalog *catalog = q->server->catalog;
	enum ph_err err = ph_catalog_claim(catalog, true, fault);

	if (err == PH_OK)
		err = ph_catalog_file(catalog, q->name, out, fault);
	if (err != PH_ENOTFOUND)
		return err;
	*fault = (struct ph_fault){ 0 };
	return ph_catalog_add(catalog, q->name, out, fault);
}

static enum ph_err write_down(const struct ph_repair_question *q,
    const char **path_out, struct ph_fault *fault)
{
	struct writing w = { .q = q, .fault = fault };
	struct ph_connection checked;
	bool has_host = false;

	w.err = open_file(q, &w.file, fault);
	if (w.err != PH_OK)
		return w.err;
	if (strcmp(q->name, q->server->connection.name) != 0)
		put_all(&w);
	put_changes(&w);
	if (w.err == PH_OK) {
		w.err = ph_connection_check(q->server->catalog, q->name,
		    &q->server->arena, &checked, &has_host, fault);
	}
	if (w.err == PH_OK)
		w.err = ph_catalog_save(q->server->catalog, w.file, fault);
	if (w.err != PH_OK)
		return w.err;
	*path_out = ph_arena_str(
	    &q->server->arena, ph_span_of(ph_settings_file_path(w.file)));
	return *path_out == NULL ? PH_ENOMEM : PH_OK;
}

/* A secret is kept for a host, and is not used at another. */
static void note_secret(const struct ph_repair_question *q)
{
	enum ph_secret_kind kind = q->server->connection.password_from.kind;
	const char *host = ph_fix_value(q->fix, "host");

	if (host != NULL &&
	    (kind == PH_SECRET_STORED || kind == PH_SECRET_KEYRING)) {
		ph_cli_note(q->cli,
		    "the password is kept for %s: posthaste secret set %s "
		    "keeps it for %s",
		    q->server->connection.host, q->name, host);
	}
}

enum ph_err ph_repair_run(const struct ph_repair_question *q,
    const char **path_out, struct ph_fault *fault)
{
	enum ph_err err = consent(q, fault);

	if (err == PH_OK)
		err = prove(q, fault);
	if (err == PH_OK)
		err = write_down(q, path_out, fault);
	if (err == PH_OK)
		note_secret(q);
	if (err != PH_OK && !ph_fault_is_set(fault)) {
		ph_fault_set(fault, PH_CAUSE_NO_MEMORY, PH_STAGE_CONFIG,
		    "--fix: out of memory");
	}
	return err;
}
