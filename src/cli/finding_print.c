#include "cli/finding_part.h"
#include "cli/mend.h"
#include "cli/tokens.h"
#include "cli/wrapped.h"

#include <stdio.h>

enum {
	LABEL_LEN = 16,
	PLACE_LEN = 38,
	WIDTH = 79
};

static bool is_set(const char *s)
{
	return s != NULL && s[0] != '\0';
}

/* Lines from a server or certificate, tame. */
static void print_tame(const char *label, const char *text)
{
	struct ph_fault tidied;

	ph_fault_set(&tidied, PH_CAUSE_NONE, PH_STAGE_CONFIG, "%s", text);
	printf("%-16s%s\n", label, tidied.text);
}

static const char *state_word(
    const struct ph_finding *f, const struct ph_finding_stage *row)
{
	if (ph_fault_is_set(&f->fault) && f->fault.stage == row->stage)
		return "failed";
	switch (row->state) {
	case PH_STEP_GOOD:
		return "ok";
	case PH_STEP_NOT_USED:
		return "not used";
	case PH_STEP_FAILED:
		return "failed";
	case PH_STEP_NOT_REACHED:
		return "not reached";
	}
	return "not reached";
}

static void print_stage(
    const struct ph_finding *f, const struct ph_finding_stage *stage)
{
	const char *word = state_word(f, stage);

	if (stage->ms < 0 || strcmp(word, "ok") != 0) {
		printf("%-10s%s\n", stage->name, word);
	} else if (ph_finding_is_slow(stage)) {
		printf("%-10s%-12s%.1f s (slow; under 1 s is good)\n",
		    stage->name, word, stage->ms / 1000);
	} else {
		printf("%-10s%-12s%.1f ms\n", stage->name, word, stage->ms);
	}
}

static void print_stages(const struct ph_finding *f)
{
	struct ph_finding_stage stages[PH_FINDING_STAGES];

	ph_finding_stages(f, stages);
	for (size_t i = 0; i < PH_FINDING_STAGES; i++) {
		if (stages[i].stage != PH_STAGE_PROXY ||
		    is_set(f->facts->proxy))
			print_stage(f, &stages[i]);
	}
}

static void print_certificate(const struct ph_certificate *c)
{
	if (c == NULL)
		return;
	print_tame("certificate:", c->subject);
	print_tame("  issuer:", c->issuer);
	print_tame("  valid until:", c->not_after);
	for (size_t i = 0; i < c->name_count; i++)
		print_tame(i == 0 ? "  names:" : "", c->names[i]);
	print_tame("  key SHA-256:", c->spki_sha256);
	if (c->ocsp == PH_OCSP_GOOD)
		print_tame("  OCSP staple:", "good");
}

static void print_encryption(const struct ph_session_facts *facts)
{
	const char *mode = ph_encryption_name(facts->encryption);

	if (facts->tls == NULL) {
		printf("%-16s%s (not encrypted)\n", "encryption:", mode);
		return;
	}
	printf("%-16s%s, %s, certificate %s\n", "encryption:", mode,
	    facts->tls->version,
	    facts->tls->verified ? "verified" : "not verified");
}

static void print_facts(const struct ph_finding *f)
{
	const struct ph_session_facts *facts = f->facts;

	print_stages(f);
	if (is_set(facts->greeting)) {
		printf("\n");
		print_tame("server said:", facts->greeting);
	}
	for (size_t i = 0; facts->ehlo != NULL && i < facts->ehlo->line_count;
	     i++) {
		print_tame(
		    i == 0 ? "it offers:" : "", ph_ehlo_line(facts->ehlo, i));
	}
	print_certificate(facts->certificate);
	if (facts->key_since != 0) {
		char day[PH_KNOWN_DAY_SIZE];

		ph_known_day(facts->key_since, day);
		printf("%-16sanother key was known since %s\n", "", day);
	}
	for (size_t i = 0; i < facts->warning_count; i++)
		print_tame("warning:", facts->warnings[i]);
}

/* Words at the width of a terminal, behind a label. */
static void print_wrapped(const char *label, const char *text)
{
	struct ph_fault tidied;

	ph_fault_set(&tidied, PH_CAUSE_NONE, PH_STAGE_CONFIG, "%s", text);
	printf("%-16s", label);
	ph_wrapped_print(stdout, tidied.text, LABEL_LEN, LABEL_LEN);
}

static void print_suspect(const struct ph_finding *f, const char *setting)
{
	char evidence[PH_FINDING_EVIDENCE_MAX];
	char mend[PH_FIX_COMMAND_MAX];

	printf("%-16s%s\n", "suspect:", setting);
	ph_finding_evidence(f, setting, PH_VERDICT_SUSPECT, evidence);
	print_wrapped("  because:", evidence);
	ph_mend_write(f, setting, mend);
	/* A command is copied whole. */
	if (mend[0] != '\0')
		printf("%-16s%s\n", "  to mend it:", mend);
}

static void print_suspects(const struct ph_finding *f)
{
	struct ph_evidence e;
	const char *other;

	ph_finding_see(f, &e);
	for (size_t i = 0; i < PH_VERDICT_SETTINGS; i++) {
		if (ph_verdict_of(&e, i) == PH_VERDICT_SUSPECT)
			print_suspect(f, ph_verdict_settings[i]);
	}
	other = ph_verdict_other(&e);
	if (other != NULL)
		print_suspect(f, other);
}

/* "proven:  host port tls", and those that were not reached. */
static void print_verdicts(
    const struct ph_finding *f, enum ph_verdict verdict, const char *label)
{
	char line[PH_FAULT_TEXT_MAX] = "";
	struct ph_evidence e;
	size_t len = 0;

	ph_finding_see(f, &e);
	for (size_t i = 0; i < PH_VERDICT_SETTINGS; i++) {
		if (ph_verdict_of(&e, i) != verdict)
			continue;
		len += (size_t)snprintf(line + len, sizeof(line) - len, "%s%s",
		    len > 0 ? ", " : "", ph_verdict_settings[i]);
	}
	if (len > 0)
		print_wrapped(label, line);
}

static void print_contact(const struct ph_finding *f)
{
	const char *contact = ph_finding_contact(f);

	if (strcmp(contact, "tls-refused") == 0) {
		printf("%-16s%s\n", "server:", "reached, TLS refused");
	} else if (strcmp(contact, "certificate-refused") == 0) {
		printf("%-16s%s\n", "server:", "reached, certificate refused");
	}
}

static void print_sighting(const struct ph_sighting *s)
{
	static const char *const families[] = { [4] = " IPv4", [6] = " IPv6" };
	char place[PH_LOOK_NAME_SIZE + 64];
	char text[PH_FAULT_TEXT_MAX];
	int len;

	ph_sighting_write(s, text, sizeof(text));
	len = snprintf(place, sizeof(place), "%s:%u %s%s", s->host,
	    (unsigned)s->port, s->mode,
	    s->family == 0 ? "" : families[s->family]);
	if (len < PLACE_LEN)
		len = PLACE_LEN;
	printf("  %-*s", PLACE_LEN, place);
	/* What does not stand beside it stands below it. */
	if ((size_t)len + strlen(text) + 4 > WIDTH) {
		printf("\n%6s%s\n", "", text);
	} else {
		printf("  %s\n", text);
	}
}

static void print_looked(const struct ph_look *l)
{
	if (l->count > 0)
		printf("\nalso tried:\n");
	for (size_t i = 0; i < l->count; i++)
		print_sighting(&l->sightings[i]);
}

static void print_fix(const struct ph_finding *f)
{
	bool is_named = f->connection->name[0] != '\0';
	char command[PH_FIX_COMMAND_MAX];
	struct ph_connection c;

	if (f->look->fix.count == 0)
		return;
	ph_fix_apply(&f->look->fix, f->connection, &c);
	ph_fix_command(&f->look->fix, f->connection, command);
	printf("\nuse this instead:\n");
	print_tame("  host:", c.host);
	printf("%-16s%u\n", "  port:", (unsigned)c.port);
	printf("%-16s%s\n", "  encryption:", ph_encryption_name(c.encryption));
	if (c.username[0] != '\0')
		print_tame("  user name:", c.username);
	printf("%-16s%s\n", is_named ? "  to save it:" : "  options:", command);
	printf("%-16s--fix %s tests it, login and all, and saves it\n", "",
	    is_named ? f->connection->name : "NAME");
}

static void print_look(const struct ph_finding *f)
{
	if (f->look == NULL)
		return;
	for (size_t i = 0; ph_finding_hint(f, i) != NULL; i++) {
		print_wrapped(
		    i == 0 ? "look at:" : "", ph_finding_hint(f, i)->text);
	}
	print_looked(f->look);
	print_fix(f);
}

static void print_drift(const struct ph_finding *f)
{
	for (size_t i = 0; f->drift != NULL && i < f->drift->count; i++)
		print_wrapped(i == 0 ? "changed:" : "", f->drift->texts[i]);
}

static void print_failure(const struct ph_finding *f)
{
	print_contact(f);
	if (f->token != NULL)
		ph_tokens_print(f->token, f->now);
	print_suspects(f);
	print_verdicts(f, PH_VERDICT_PROVEN, "proven:");
	print_verdicts(f, PH_VERDICT_NOT_REACHED, "not reached:");
	print_drift(f);
	print_look(f);
}

void ph_finding_print(const struct ph_finding *f)
{
	const struct ph_session_facts *facts = f->facts;

	if (facts == NULL)
		return;
	print_facts(f);
	printf("\n");
	if (ph_fault_is_set(&f->fault)) {
		print_failure(f);
		return;
	}
	print_tame("host:", facts->host);
	if (facts->address != NULL)
		print_tame("address:", facts->address);
	printf("%-16s%u\n", "port:", (unsigned)facts->port);
	if (is_set(facts->proxy))
		print_tame("proxy:", facts->proxy);
	print_encryption(facts);
	print_tame("mechanism:",
	    is_set(facts->mechanism) ? facts->mechanism : "none, no login");
	if (is_set(facts->mechanism))
		print_tame("user name:", f->connection->username);
	if (f->token != NULL)
		ph_tokens_print(f->token, f->now);
	if (f->delivery != NULL && f->delivery->rcpt_count > 0) {
		printf("%-16s%.*s\n", f->sends ? "sent to:" : "recipient:",
		    PH_SPAN_ARG(f->delivery->rcpts[0].address));
	}
	print_drift(f);
	print_look(f);
	printf("Connected to: %s\n", facts->host);
}
