#include "base/pin.h"
#include "cli/connection_part.h"
#include "cli/facts.h"
#include "cli/question.h"
#include "cli/server.h"
#include "cli/talk.h"

#include <string.h>

enum {
	ARENA_MAX = 4 * 1024 * 1024,
	PINS_MAX = PH_SETTINGS_LINE_MAX - 64
};

/* One key on its way from a handshake into a connection's file. */
struct pinning {
	struct ph_connection_action *a;
	struct ph_connection stored; /* the connection as it stands */
	struct ph_cli_server server; /* what is tried */
	struct ph_transcript transcript;
	struct ph_talk talk;
	const struct ph_session_facts *facts; /* once there is a session */
	const struct ph_certificate *seen;    /* NULL: none yet */
	struct ph_fault flaw;  /* what a check by authority and name finds */
	struct ph_fault fault; /* why nothing is pinned */
	struct ph_buf pins;    /* as they are written */
	const char *path;      /* of the file; NULL: not written */
};

/* What is known of a certificate is asked without a login, and under the
   strictest check, so that all that is wrong with it is told. */
static enum ph_err prepare(struct pinning *p)
{
	struct ph_connection_action *a = p->a;
	struct ph_connection *c = &p->server.connection;
	enum ph_err err = ph_catalog_resolve(a->catalog,
	    &(struct ph_catalog_question){ .name = a->name }, &p->server.arena,
	    &p->stored, &p->fault);

	if (err != PH_OK)
		return err;
	if (p->stored.encryption == PH_ENCRYPTION_NONE) {
		ph_fault_set(&p->fault, PH_CAUSE_CONFIG, PH_STAGE_CONFIG,
		    "connection \"%s\" is not encrypted: there is no "
		    "certificate to pin",
		    a->name);
		ph_fault_advise(&p->fault,
		    "posthaste connection set %s encryption=after-connect",
		    a->name);
		return PH_EINVAL;
	}
	*c = p->stored;
	if (c->encryption == PH_ENCRYPTION_WANTED)
		c->encryption = PH_ENCRYPTION_AFTER_CONNECT;
	c->verify = PH_VERIFY_CA;
	c->username = "";
	c->mechanism_count = 0;
	c->anonymous = true;
	return ph_cli_server_unlock(&p->server, &p->fault);
}

/* PH_OK: a certificate was seen, good or bad. */
static enum ph_err look(struct pinning *p)
{
	struct ph_fault *f = &p->fault;
	enum ph_err err = ph_transcript_open_file(&p->transcript,
	    ph_options_value(p->a->options, PH_CONNECTION_KEY_TRANSCRIPT), f);

	if (err == PH_OK) {
		err = ph_talk_begin(&p->talk, &p->server, &p->transcript, f);
	}
	if (err != PH_OK)
		return err;
	err = ph_talk_connect(&p->talk, f);
	p->facts = ph_session_facts(p->talk.session);
	p->seen = p->facts->certificate;
	if (err == PH_OK)
		ph_session_disconnect(p->talk.session);
	if (err == PH_OK || (p->seen != NULL && p->facts->tls != NULL)) {
		*f = (struct ph_fault){ 0 };
		return PH_OK;
	}
	if (p->seen == NULL ||
	    strncmp(ph_cause_name(f->cause), "cert-", 5) != 0)
		return PH_EIO;
	p->flaw = *f;
	*f = (struct ph_fault){ 0 };
	return PH_OK;
}

/* Whatever a server wrote there, on one line and tame. */
static void print_row(const char *label, const char *text)
{
	struct ph_fault tidied;

	ph_fault_set(&tidied, PH_CAUSE_NONE, PH_STAGE_CONFIG, "%s", text);
	printf("%-16s%s\n", label, tidied.text);
}

static void show(const struct pinning *p)
{
	const struct ph_certificate *c = p->seen;
	char place[PH_FACTS_PLACE_MAX];

	if (p->a->cli->json)
		return;
	ph_facts_place(p->facts, place);
	print_row("server:", place);
	print_row("certificate:", c->subject);
	for (size_t i = 0; i < c->name_count; i++)
		print_row(i == 0 ? "  names:" : "", c->names[i]);
	print_row("  issuer:", c->issuer);
	print_row("  valid from:", c->not_before);
	print_row("  valid until:", c->not_after);
	print_row("  key SHA-256:", c->spki_sha256);
	print_row("without a pin:",
	    ph_fault_is_set(&p->flaw) ? p->flaw.text
				      : "its authority and its name are good");
	for (size_t i = 0; i < p->stored.pin_count; i++) {
		printf("%-16s%.*s\n", i == 0 ? "pinned so far:" : "",
		    PH_SPAN_ARG(p->stored.pins[i]));
	}
	(void)fflush(stdout);
}

/* There is nothing to do: neither a key to add nor others to drop. */
static bool is_pinned(const struct pinning *p)
{
	if (p->stored.verify != PH_VERIFY_PIN ||
	    (p->stored.pin_count > 1 &&
		!ph_options_has(p->a->options, PH_CONNECTION_KEY_ADD)))
		return false;
	for (size_t i = 0; i < p->stored.pin_count; i++) {
		if (ph_pin_same(
			p->stored.pins[i], ph_span_of(p->seen->spki_sha256)))
			return true;
	}
	return false;
}

/* consent */

static enum ph_err check_hash(struct pinning *p, const char *hash)
{
	unsigned char ignored[PH_PIN_LEN];

	if (!ph_pin_parse(ph_span_of(hash), ignored)) {
		ph_fault_set(&p->fault, PH_CAUSE_USAGE, PH_STAGE_CONFIG,
		    "--yes takes the SHA-256 of the key, in hex or base64");
		ph_fault_advise(&p->fault,
		    "posthaste connection pin %s shows it", p->a->name);
		return PH_EINVAL;
	}
	if (ph_pin_same(ph_span_of(hash), ph_span_of(p->seen->spki_sha256)))
		return PH_OK;
	ph_fault_set(&p->fault, PH_CAUSE_CERT_PIN, PH_STAGE_TLS,
	    "the server's key is %s, and --yes names another: nothing is "
	    "pinned",
	    p->seen->spki_sha256);
	return PH_EDENIED;
}

static enum ph_err need_hash(struct pinning *p, const char *why)
{
	ph_fault_set(&p->fault, PH_CAUSE_USAGE, PH_STAGE_CONFIG,
	    "%s: nothing is pinned", why);
	ph_fault_advise(&p->fault,
	    "compare the key with what the server's administrator says, then "
	    "add --yes %s",
	    p->seen->spki_sha256);
	return PH_EINVAL;
}

static enum ph_err ask(struct pinning *p)
{
	enum ph_err err =
	    ph_question_consent("Trust this key, and no other? Type yes: ");

	if (err == PH_ENOTFOUND)
		return need_hash(p, "there is no terminal to ask on");
	if (err == PH_OK)
		return PH_OK;
	ph_fault_set(&p->fault, PH_CAUSE_INTERRUPTED, PH_STAGE_CONFIG,
	    "the answer was not yes: nothing is pinned");
	ph_fault_advise(&p->fault,
	    "ask the server's administrator for the SHA-256 of its key, then "
	    "run this again");
	return PH_EDENIED;
}

static enum ph_err consent(struct pinning *p)
{
	const char *hash =
	    ph_options_value(p->a->options, PH_CONNECTION_KEY_YES);

	if (hash != NULL)
		return check_hash(p, hash);
	if (is_pinned(p))
		return PH_OK;
	if (p->a->cli->json)
		return need_hash(p, "with --json nobody is asked");
	return ask(p);
}

/* writing */

static enum ph_err list_pins(struct pinning *p)
{
	bool adds = ph_options_has(p->a->options, PH_CONNECTION_KEY_ADD);
	bool listed = false;
	enum ph_err err = PH_OK;

	ph_buf_init(&p->pins, PINS_MAX);
	for (size_t i = 0; adds && err == PH_OK && i < p->stored.pin_count;
	     i++) {
		struct ph_span pin = p->stored.pins[i];

		listed |= ph_pin_same(pin, ph_span_of(p->seen->spki_sha256));
		err = ph_buf_append(&p->pins, pin);
		if (err == PH_OK)
			err = ph_buf_append_char(&p->pins, ' ');
	}
	if (err == PH_OK && !listed)
		err = ph_buf_append_str(&p->pins, p->seen->spki_sha256);
	if (err == PH_ETOOBIG) {
		ph_fault_set(&p->fault, PH_CAUSE_CONFIG, PH_STAGE_CONFIG,
		    "too many keys are pinned already");
	}
	return err;
}

static enum ph_err put(
    struct ph_settings_file *f, const char *name, struct ph_span value)
{
	return ph_settings_file_set(
	    f, ph_setting_find(PH_SPAN("encryption"), ph_span_of(name)), value);
}

static enum ph_err save(struct pinning *p)
{
	struct ph_connection_action *a = p->a;
	struct ph_settings_file *f = NULL;
	struct ph_connection checked = { 0 };
	bool has_host = false;

	/* While a person read, another process may have changed it. */
	enum ph_err err = ph_catalog_claim(a->catalog, false, &p->fault);
	if (err == PH_OK) {
		err = ph_connection_check(a->catalog, a->name, &p->server.arena,
		    &p->stored, &has_host, &p->fault);
	}
	if (err == PH_OK)
		err = list_pins(p);
	if (err != PH_OK)
		return err;
	err = ph_catalog_file(a->catalog, a->name, &f, &p->fault);
	if (err != PH_OK)
		return err;
	err = put(f, "verify", PH_SPAN("pin"));
	if (err == PH_OK)
		err = put(f, "pin", ph_span_trim(ph_buf_span(&p->pins)));
	if (err == PH_OK) {
		err = ph_connection_check(a->catalog, a->name, &p->server.arena,
		    &checked, &has_host, &p->fault);
	}
	if (err == PH_OK)
		err = ph_catalog_save(a->catalog, f, &p->fault);
	if (err == PH_OK)
		p->path = ph_settings_file_path(f);
	return err;
}

/* telling */

static json_t *flaw_to_json(const struct pinning *p)
{
	json_t *j;

	if (!ph_fault_is_set(&p->flaw))
		return json_null();
	j = json_object();
	ph_json_put(j, "cause", json_string(ph_cause_name(p->flaw.cause)));
	ph_json_put(j, "message", ph_json_str(p->flaw.text));
	return j;
}

static enum ph_exit print_json(const struct pinning *p, bool good)
{
	json_t *doc = json_object();

	ph_json_put(doc, "ok", json_boolean(good));
	ph_json_put(doc, "name", ph_json_str(p->a->name));
	ph_json_put(doc, "server",
	    p->facts == NULL ? json_null() : ph_facts_server(p->facts));
	ph_json_put(doc, "certificate", ph_facts_certificate(p->seen));
	ph_json_put(doc, "problem", flaw_to_json(p));
	ph_json_put(doc, "pinned", json_boolean(good));
	ph_json_put(doc, "file", ph_json_str_or_null(p->path));
	ph_json_put(
	    doc, "error", good ? json_null() : ph_json_fault(&p->fault));
	return ph_json_print(&doc);
}

static enum ph_exit report(struct pinning *p, enum ph_err err)
{
	const struct ph_cli *cli = p->a->cli;

	if (err == PH_OK && cli->json)
		return print_json(p, true);
	if (err == PH_OK) {
		printf("pinned %s: %s\n", p->a->name,
		    p->path == NULL ? "it was before" : p->path);
		return PH_EXIT_OK;
	}
	if (!ph_fault_is_set(&p->fault)) {
		ph_fault_set(&p->fault, PH_CAUSE_NO_MEMORY, PH_STAGE_CONFIG,
		    "memory is out");
	}

	enum ph_exit result = ph_cli_fault(cli, &p->fault);

	if (cli->json)
		(void)print_json(p, false);
	return result;
}

static enum ph_exit close_transcript(struct pinning *p, enum ph_exit result)
{
	struct ph_fault fault = { 0 };

	if (ph_transcript_close(&p->transcript, &fault) == PH_OK)
		return result;

	enum ph_exit failed = ph_cli_fault(p->a->cli, &fault);

	return result == PH_EXIT_OK ? failed : result;
}

enum ph_exit ph_connection_pin(struct ph_connection_action *a)
{
	struct pinning p = { .a = a };

	ph_arena_init(&p.server.arena, ARENA_MAX);
	p.server.catalog = a->catalog;
	p.server.cli = a->cli;

	enum ph_err err = prepare(&p);
	if (err == PH_OK)
		err = look(&p);
	if (err == PH_OK) {
		show(&p);
		err = consent(&p);
	}
	if (err == PH_OK && !is_pinned(&p)) {
		err = save(&p);
	}

	enum ph_exit result = report(&p, err);

	ph_buf_release(&p.pins);
	ph_talk_release(&p.talk);
	result = close_transcript(&p, result);
	/* The catalog is the action's. */
	p.server.catalog = NULL;
	ph_cli_server_release(&p.server);
	return result;
}
