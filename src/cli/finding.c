#include "cli/finding.h"

#include "cli/facts.h"
#include "cli/json.h"
#include "cli/tokens.h"
#include "diagnose/verdict.h"

#include <stdio.h>

enum {
	EVIDENCE_MAX = 600
};

void ph_finding_release(struct ph_finding *f)
{
	ph_delivery_free(f->delivery);
	f->delivery = NULL;
}

static bool is_set(const char *s)
{
	return s != NULL && s[0] != '\0';
}

static bool has_ehlo(const struct ph_session_facts *f)
{
	return f->ehlo != NULL &&
	    (f->ehlo->domain[0] != '\0' || f->ehlo->line_count > 0);
}

static enum ph_step_state good_if(bool yes)
{
	return yes ? PH_STEP_GOOD : PH_STEP_NOT_REACHED;
}

static void see_login(const struct ph_finding *f, struct ph_evidence *e)
{
	if (is_set(f->facts->mechanism)) {
		e->auth = PH_STEP_GOOD;
	} else if (f->facts->attempt_count > 0) {
		e->auth = PH_STEP_FAILED;
	} else if (f->connection->username[0] == '\0' &&
	    f->connection->mechanism_count == 0) {
		e->auth = PH_STEP_NOT_USED;
	}
	e->has_password = f->has_password;
}

static void see_delivery(const struct ph_finding *f, struct ph_evidence *e)
{
	const struct ph_delivered_rcpt *rcpt;

	e->data = f->sends ? PH_STEP_NOT_REACHED : PH_STEP_NOT_USED;
	if (f->delivery == NULL) {
		if (!ph_fault_is_set(&f->fault)) {
			e->mail = PH_STEP_NOT_USED;
			e->rcpt = PH_STEP_NOT_USED;
		}
		return;
	}
	if (f->delivery->rcpt_count == 0)
		return;
	rcpt = &f->delivery->rcpts[0];
	if (rcpt->outcome == PH_DELIVERED || rcpt->stage > PH_STAGE_RCPT) {
		e->mail = PH_STEP_GOOD;
		e->rcpt = PH_STEP_GOOD;
		e->data = f->sends ? good_if(rcpt->outcome == PH_DELIVERED)
				   : PH_STEP_NOT_USED;
	} else if (rcpt->stage == PH_STAGE_RCPT) {
		e->mail = PH_STEP_GOOD;
		e->rcpt =
		    ph_fault_is_set(&f->fault) ? PH_STEP_FAILED : PH_STEP_GOOD;
	} else {
		e->mail = PH_STEP_FAILED;
	}
}

static void see(const struct ph_finding *f, struct ph_evidence *e)
{
	const struct ph_session_facts *facts = f->facts;

	*e = (struct ph_evidence){ .fault = f->fault,
		.proxy = PH_STEP_NOT_USED };
	see_delivery(f, e);
	if (facts == NULL)
		return;
	if (is_set(facts->proxy))
		e->proxy = good_if(facts->proxy_works);
	e->greeting = good_if(is_set(facts->greeting));
	e->ehlo = good_if(has_ehlo(facts));
	e->tls = good_if(facts->tls != NULL);
	e->in_clear = facts->encryption == PH_ENCRYPTION_NONE ||
	    (facts->encryption == PH_ENCRYPTION_WANTED && facts->tls == NULL &&
		!ph_fault_is_set(&f->fault));
	if (f->connection->verify == PH_VERIFY_OFF) {
		e->certificate = PH_STEP_NOT_USED;
	} else {
		e->certificate =
		    good_if(facts->tls != NULL && facts->tls->verified);
	}
	see_login(f, e);
}

/* What is shown for a proven setting; "" where there is nothing to show. */
static void prove(
    const struct ph_finding *f, const char *setting, char out[EVIDENCE_MAX])
{
	const struct ph_session_facts *facts = f->facts;
	struct ph_span word = ph_span_of(setting);
	const char *text = NULL;
	const struct ph_tls_info *tls = facts->tls;

	if (ph_span_eq(word, PH_SPAN("host")) ||
	    ph_span_eq(word, PH_SPAN("port"))) {
		text = facts->greeting;
	} else if (ph_span_eq(word, PH_SPAN("tls"))) {
		text = ph_encryption_name(facts->encryption);
	} else if (ph_span_eq(word, PH_SPAN("tls-version")) && tls != NULL) {
		text = tls->version;
	} else if (ph_span_eq(word, PH_SPAN("certificate")) && tls != NULL) {
		text = tls->certificate.subject;
	} else if (ph_span_eq(word, PH_SPAN("proxy"))) {
		text = facts->proxy;
	} else if (ph_span_eq(word, PH_SPAN("helo")) && facts->ehlo != NULL) {
		text = facts->ehlo->domain;
	} else if (ph_span_eq(word, PH_SPAN("mechanism"))) {
		text = facts->mechanism;
	} else if (ph_span_eq(word, PH_SPAN("username"))) {
		text = f->connection->username;
	} else if (f->delivery != NULL && f->delivery->rcpt_count > 0) {
		text = f->delivery->rcpts[0].text;
	}
	(void)snprintf(out, EVIDENCE_MAX, "%s", text == NULL ? "" : text);
	if (ph_span_eq(word, PH_SPAN("password")))
		out[0] = '\0';
}

static json_t *setting_to_json(
    const struct ph_finding *f, const char *setting, enum ph_verdict verdict)
{
	char evidence[EVIDENCE_MAX] = "";
	json_t *j = json_object();

	if (verdict == PH_VERDICT_PROVEN && f->facts != NULL)
		prove(f, setting, evidence);
	ph_json_put(j, "setting", json_string(setting));
	ph_json_put(j, "verdict", json_string(ph_verdict_name(verdict)));
	ph_json_put(j, "evidence",
	    verdict == PH_VERDICT_SUSPECT ? ph_json_str(f->fault.text)
					  : ph_json_str_or_null(evidence));
	return j;
}

static json_t *settings_to_json(const struct ph_finding *f)
{
	struct ph_evidence e;
	json_t *list = json_array();
	const char *other;

	see(f, &e);
	for (size_t i = 0; i < PH_VERDICT_SETTINGS; i++) {
		ph_json_add(list,
		    setting_to_json(
			f, ph_verdict_settings[i], ph_verdict_of(&e, i)));
	}
	other = ph_verdict_other(&e);
	if (other != NULL) {
		ph_json_add(
		    list, setting_to_json(f, other, PH_VERDICT_SUSPECT));
	}
	return list;
}

/* The day since when another key was known, or null. */
static json_t *key_change(const struct ph_session_facts *facts)
{
	char day[PH_KNOWN_DAY_SIZE];

	if (facts == NULL || facts->key_since == 0)
		return json_null();
	ph_known_day(facts->key_since, day);
	return ph_json_str(day);
}

json_t *ph_finding_to_json(const struct ph_finding *f)
{
	static const struct ph_session_timing none = { -1, -1, -1, -1, -1, -1,
		-1, -1, -1 };
	const struct ph_session_facts *facts = f->facts;
	bool failed = ph_fault_is_set(&f->fault);
	json_t *j = json_object();

	ph_json_put(j, "ok", json_boolean(!failed));
	ph_json_put(j, "stage",
	    json_string(ph_stage_name(
		failed || facts == NULL ? f->fault.stage : facts->stage)));
	ph_json_put(
	    j, "server", facts == NULL ? json_null() : ph_facts_server(facts));
	ph_json_put(j, "capabilities",
	    ph_facts_capabilities(facts == NULL ? NULL : facts->ehlo));
	ph_json_put(j, "certificate",
	    ph_facts_certificate(facts == NULL ? NULL : facts->certificate));
	ph_json_put(j, "key_changed_since", key_change(facts));
	ph_json_put(j, "settings", settings_to_json(f));
	ph_json_put(j, "attempts",
	    facts == NULL ? json_array() : ph_facts_attempts(facts));
	ph_json_put(j, "cause",
	    failed ? json_string(ph_cause_name(f->fault.cause)) : json_null());
	ph_json_put(
	    j, "message", failed ? ph_json_str(f->fault.text) : json_null());
	ph_json_put(j, "advice",
	    failed ? ph_json_str(ph_fault_advice(&f->fault)) : json_null());
	ph_json_put(j, "error", ph_json_fault(&f->fault));
	ph_json_put(j, "token", ph_tokens_json(f->token));
	ph_json_put(j, "warnings", ph_facts_warnings(f->connection, facts));
	ph_json_put(j, "timing_ms",
	    ph_facts_timing(facts == NULL ? &none : &facts->timing));
	return j;
}

/* Lines from a server or certificate, tame. */
static void print_tame(const char *label, const char *text)
{
	struct ph_fault tidied;

	ph_fault_set(&tidied, PH_CAUSE_NONE, PH_STAGE_CONFIG, "%s", text);
	printf("%-16s%s\n", label, tidied.text);
}

struct stage_row {
	const char *name;
	enum ph_stage stage;
	enum ph_step_state state;
	double ms;
};

static const char *state_word(
    const struct ph_finding *f, const struct stage_row *row)
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

static void print_stages(const struct ph_finding *f)
{
	const struct ph_session_timing *t = &f->facts->timing;
	struct ph_evidence e;

	see(f, &e);
	const struct stage_row stages[] = {
		{ "dns", PH_STAGE_DNS, good_if(t->dns >= 0), t->dns },
		{ "connect", PH_STAGE_CONNECT, good_if(t->connect >= 0),
		    t->connect },
		{ "proxy", PH_STAGE_PROXY, e.proxy, t->proxy },
		{ "greeting", PH_STAGE_GREETING, e.greeting, t->greeting },
		{ "tls", PH_STAGE_TLS, e.in_clear ? PH_STEP_NOT_USED : e.tls,
		    t->tls },
		{ "ehlo", PH_STAGE_EHLO, e.ehlo, t->ehlo },
		{ "auth", PH_STAGE_AUTH, e.auth, t->auth },
		{ "mail", PH_STAGE_MAIL, e.mail, -1 },
		{ "rcpt", PH_STAGE_RCPT, e.rcpt, -1 },
		{ "data", PH_STAGE_DATA, e.data, t->data },
	};

	for (size_t i = 0; i < PH_COUNT(stages); i++) {
		const char *word = state_word(f, &stages[i]);

		if (stages[i].stage == PH_STAGE_PROXY &&
		    !is_set(f->facts->proxy))
			continue;
		if (stages[i].ms >= 0 && strcmp(word, "ok") == 0) {
			printf("%-10s%-12s%.1f ms\n", stages[i].name, word,
			    stages[i].ms);
		} else {
			printf("%-10s%s\n", stages[i].name, word);
		}
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

	see(f, &e);
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
