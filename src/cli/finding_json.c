#include "cli/facts.h"
#include "cli/finding_part.h"
#include "cli/history.h"
#include "cli/json.h"
#include "cli/mend.h"
#include "cli/tokens.h"

static json_t *setting_to_json(
    const struct ph_finding *f, const char *setting, enum ph_verdict verdict)
{
	char evidence[PH_FINDING_EVIDENCE_MAX];
	char mend[PH_FIX_COMMAND_MAX] = "";
	json_t *j = json_object();

	if (verdict == PH_VERDICT_SUSPECT)
		ph_mend_write(f, setting, mend);

	ph_finding_evidence(f, setting, verdict, evidence);
	ph_json_put(j, "setting", json_string(setting));
	ph_json_put(j, "verdict", json_string(ph_verdict_name(verdict)));
	ph_json_put(j, "evidence", ph_json_str_or_null(evidence));
	ph_json_put(j, "mend", ph_json_str_or_null(mend));
	return j;
}

/* The stages that took over a second. */
static json_t *slow_to_json(const struct ph_finding *f)
{
	struct ph_finding_stage stages[PH_FINDING_STAGES];
	json_t *list = json_array();

	if (f->facts == NULL)
		return list;
	ph_finding_stages(f, stages);
	for (size_t i = 0; i < PH_FINDING_STAGES; i++) {
		if (ph_finding_is_slow(&stages[i]))
			ph_json_add(list, json_string(stages[i].name));
	}
	return list;
}

static json_t *settings_to_json(const struct ph_finding *f)
{
	struct ph_evidence e;
	json_t *list = json_array();
	const char *other;

	ph_finding_see(f, &e);
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

/* What was tried after the test. */
static json_t *probes_to_json(const struct ph_look *l)
{
	json_t *list = json_array();

	for (size_t i = 0; l != NULL && i < l->count; i++) {
		const struct ph_sighting *s = &l->sightings[i];
		char text[PH_FAULT_TEXT_MAX];
		json_t *j = json_object();

		ph_sighting_write(s, text, sizeof(text));
		ph_json_put(j, "host", ph_json_str(s->host));
		ph_json_put(j, "port", json_integer(s->port));
		ph_json_put(j, "encryption", json_string(s->mode));
		ph_json_put(j, "family",
		    s->family == 0 ? json_null() : json_integer(s->family));
		ph_json_put(j, "works", json_boolean(s->is_good));
		ph_json_put(j, "login", json_boolean(s->has_login));
		ph_json_put(j, "tls", ph_json_str_or_null(s->version));
		ph_json_put(j, "cause",
		    s->is_good || !s->is_over
			? json_null()
			: json_string(ph_cause_name(s->fault->cause)));
		ph_json_put(j, "text", ph_json_str(text));
		ph_json_add(list, j);
	}
	return list;
}

static json_t *hints_to_json(const struct ph_finding *f)
{
	json_t *list = json_array();

	for (size_t i = 0; ph_finding_hint(f, i) != NULL; i++) {
		json_t *j = json_object();

		ph_json_put(
		    j, "setting", json_string(ph_finding_hint(f, i)->setting));
		ph_json_put(
		    j, "text", ph_json_str(ph_finding_hint(f, i)->text));
		ph_json_add(list, j);
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
	ph_json_put(j, "contact", json_string(ph_finding_contact(f)));
	ph_json_put(
	    j, "server", facts == NULL ? json_null() : ph_facts_server(facts));
	ph_json_put(j, "capabilities",
	    ph_facts_capabilities(facts == NULL ? NULL : facts->ehlo));
	ph_json_put(j, "certificate",
	    ph_facts_certificate(facts == NULL ? NULL : facts->certificate));
	ph_json_put(j, "key_changed_since", key_change(facts));
	ph_json_put(j, "settings", settings_to_json(f));
	ph_json_put(j, "hints", hints_to_json(f));
	ph_json_put(j, "probes", probes_to_json(f->look));
	ph_json_put(j, "fix",
	    f->look == NULL ? json_null()
			    : ph_fix_to_json(&f->look->fix, f->connection));
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
	ph_json_put(j, "slow", slow_to_json(f));
	ph_json_put(j, "changes",
	    f->drift == NULL ? json_array() : ph_history_drift_json(f->drift));
	return j;
}
