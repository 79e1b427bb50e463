#include "cli/finding_part.h"
#include "cli/tokens.h"

#include <stdio.h>

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

static void print_suspects(const struct ph_finding *f)
{
	struct ph_evidence e;
	const char *other;

	ph_finding_see(f, &e);
	for (size_t i = 0; i < PH_VERDICT_SETTINGS; i++) {
		if (ph_verdict_of(&e, i) == PH_VERDICT_SUSPECT)
			printf("%-16s%s\n", "suspect:", ph_verdict_settings[i]);
	}
	other = ph_verdict_other(&e);
	if (other != NULL)
		printf("%-16s%s\n", "suspect:", other);
}

void ph_finding_print(const struct ph_finding *f)
{
	const struct ph_session_facts *facts = f->facts;

	if (facts == NULL)
		return;
	print_facts(f);
	printf("\n");
	if (ph_fault_is_set(&f->fault)) {
		if (f->token != NULL)
			ph_tokens_print(f->token, f->now);
		print_suspects(f);
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
	printf("Connected to: %s\n", facts->host);
}
