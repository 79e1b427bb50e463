#include "cli/finding_part.h"

#include <stdio.h>

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

/* By wish, or since `wanted` was past the place where TLS begins. */
static bool is_in_clear(const struct ph_finding *f)
{
	const struct ph_session_facts *facts = f->facts;
	bool failed = ph_fault_is_set(&f->fault);

	if (facts->encryption == PH_ENCRYPTION_NONE)
		return true;
	return facts->encryption == PH_ENCRYPTION_WANTED &&
	    facts->tls == NULL && (!failed || f->fault.stage >= PH_STAGE_AUTH);
}

/* Words of the server prove where it is, whatever they say. */
static void see_words(const struct ph_finding *f, struct ph_evidence *e)
{
	bool refused =
	    f->fault.stage == PH_STAGE_GREETING && f->fault.code != 0;

	e->host_answers = refused;
	e->port_answers = refused;
	if (f->look == NULL)
		return;
	if (f->look->remedy.host_proof != NULL)
		e->host_answers = true;
	if (f->look->remedy.port_proof != NULL)
		e->port_answers = true;
}

void ph_finding_see(const struct ph_finding *f, struct ph_evidence *out)
{
	const struct ph_session_facts *facts = f->facts;

	*out = (struct ph_evidence){ .fault = f->fault,
		.proxy = PH_STEP_NOT_USED };
	see_delivery(f, out);
	if (facts == NULL)
		return;
	if (is_set(facts->proxy))
		out->proxy = good_if(facts->proxy_works);
	out->greeting = good_if(is_set(facts->greeting));
	out->ehlo = good_if(has_ehlo(facts));
	out->tls = good_if(facts->tls != NULL);
	out->in_clear = is_in_clear(f);
	if (f->connection->verify == PH_VERIFY_OFF) {
		out->certificate = PH_STEP_NOT_USED;
	} else {
		out->certificate =
		    good_if(facts->tls != NULL && facts->tls->verified);
	}
	see_login(f, out);
	see_words(f, out);
}

/* That of the name's other shape, where it was that one. */
static const char *mechanism_of(const struct ph_session_facts *f)
{
	for (size_t i = 0; !is_set(f->mechanism) && i < f->attempt_count; i++) {
		if (f->attempts[i].end == PH_ATTEMPT_WORKED)
			return f->attempts[i].mechanism;
	}
	return f->mechanism;
}

/* What is shown for a proven setting; "" where there is nothing to show. */
static void prove(const struct ph_finding *f, const char *setting,
    char out[PH_FINDING_EVIDENCE_MAX])
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
		text = mechanism_of(facts);
	} else if (ph_span_eq(word, PH_SPAN("username"))) {
		text = f->connection->username;
	} else if (f->delivery != NULL && f->delivery->rcpt_count > 0) {
		text = f->delivery->rcpts[0].text;
	}
	(void)snprintf(
	    out, PH_FINDING_EVIDENCE_MAX, "%s", text == NULL ? "" : text);
	if (ph_span_eq(word, PH_SPAN("password")))
		out[0] = '\0';
}

/* What another try, or a greeting that was a refusal, proves of the place. */
static void prove_place(const struct ph_finding *f, const char *setting,
    char out[PH_FINDING_EVIDENCE_MAX])
{
	bool is_host = strcmp(setting, "host") == 0;
	const struct ph_sighting *s = NULL;

	if (out[0] != '\0' || (!is_host && strcmp(setting, "port") != 0))
		return;
	if (f->look != NULL) {
		s = is_host ? f->look->remedy.host_proof
			    : f->look->remedy.port_proof;
	}
	if (s != NULL) {
		(void)snprintf(out, PH_FINDING_EVIDENCE_MAX,
		    "%s (on port %u, with encryption %s)",
		    s->greeting[0] == '\0' ? "it answers" : s->greeting,
		    (unsigned)s->port, s->mode);
	} else {
		(void)snprintf(
		    out, PH_FINDING_EVIDENCE_MAX, "%s", f->fault.text);
	}
}

void ph_finding_evidence(const struct ph_finding *f, const char *setting,
    enum ph_verdict verdict, char out[PH_FINDING_EVIDENCE_MAX])
{
	out[0] = '\0';
	if (verdict == PH_VERDICT_SUSPECT) {
		(void)snprintf(
		    out, PH_FINDING_EVIDENCE_MAX, "%s", f->fault.text);
	} else if (verdict == PH_VERDICT_PROVEN && f->facts != NULL) {
		prove(f, setting, out);
		prove_place(f, setting, out);
	}
}

static bool is_certificate(enum ph_cause cause)
{
	return cause >= PH_CAUSE_CERT_EXPIRED && cause <= PH_CAUSE_CERT_OTHER;
}

const char *ph_finding_contact(const struct ph_finding *f)
{
	const struct ph_fault *fault = &f->fault;

	if (f->facts == NULL || f->facts->timing.connect < 0 ||
	    fault->stage == PH_STAGE_CONNECT || fault->stage == PH_STAGE_PROXY)
		return "none";
	if (is_certificate(fault->cause))
		return "certificate-refused";
	return ph_fault_is_set(fault) && fault->stage == PH_STAGE_TLS
	    ? "tls-refused"
	    : "reached";
}

void ph_finding_stages(
    const struct ph_finding *f, struct ph_finding_stage out[PH_FINDING_STAGES])
{
	const struct ph_session_timing *t = &f->facts->timing;
	struct ph_evidence e;

	ph_finding_see(f, &e);

	const struct ph_finding_stage stages[PH_FINDING_STAGES] = {
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

	memcpy(out, stages, sizeof(stages));
}

/* The deepest layer that was reached bounds what is worth doubting. */
static bool is_open(const struct ph_finding *f, const struct ph_evidence *e,
    const struct ph_doubt *d)
{
	if (strcmp(d->setting, "account") == 0) {
		return f->fault.stage == PH_STAGE_AUTH &&
		    e->auth == PH_STEP_FAILED;
	}
	for (size_t i = 0; i < PH_VERDICT_SETTINGS; i++) {
		if (strcmp(ph_verdict_settings[i], d->setting) == 0)
			return ph_verdict_of(e, i) != PH_VERDICT_PROVEN;
	}
	return true;
}

const struct ph_doubt *ph_finding_hint(const struct ph_finding *f, size_t i)
{
	struct ph_evidence e;

	if (f->look == NULL || !ph_fault_is_set(&f->fault))
		return NULL;
	ph_finding_see(f, &e);
	for (size_t at = 0; at < f->look->doubts.count; at++) {
		const struct ph_doubt *d = &f->look->doubts.items[at];

		if (!is_open(f, &e, d))
			continue;
		if (i == 0)
			return d;
		i--;
	}
	return NULL;
}
