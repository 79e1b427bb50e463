#include "deliver/record.h"

#include "connection/connection.h"
#include "diagnose/cause.h"
#include "diagnose/clock_doubt.h"

#include <stdio.h>

static int64_t whole(double ms)
{
	return ms < 0 ? -1 : (int64_t)(ms + 0.5);
}

static void take_times(
    const struct ph_session_timing *t, struct ph_history_test *out)
{
	out->ms[PH_HISTORY_DNS] = whole(t->dns);
	out->ms[PH_HISTORY_CONNECT] = whole(t->connect);
	out->ms[PH_HISTORY_PROXY] = whole(t->proxy);
	out->ms[PH_HISTORY_GREETING] = whole(t->greeting);
	out->ms[PH_HISTORY_TLS] = whole(t->tls);
	out->ms[PH_HISTORY_EHLO] = whole(t->ehlo);
	out->ms[PH_HISTORY_AUTH] = whole(t->auth);
	out->ms[PH_HISTORY_TOTAL] = whole(t->total);
}

/* What is offered before STARTTLS is no offer, where it was to come. */
static bool has_offer(const struct ph_session_facts *f)
{
	const struct ph_ehlo *e = f->ehlo;

	if (e == NULL || (e->domain[0] == '\0' && e->line_count == 0))
		return false;
	return f->tls != NULL || f->encryption == PH_ENCRYPTION_NONE ||
	    f->stage >= PH_STAGE_AUTH;
}

static void take_offers(
    const struct ph_session_facts *f, struct ph_history_test *out)
{
	out->has_offer = has_offer(f);
	if (!out->has_offer)
		return;
	for (size_t i = 0; i < f->ehlo->line_count; i++) {
		struct ph_span line = ph_span_of(ph_ehlo_line(f->ehlo, i));
		struct ph_span word =
		    ph_span_first(line, ph_span_find(line, ' '));

		/* The old form, "AUTH=LOGIN PLAIN". */
		word = ph_span_first(word, ph_span_find(word, '='));
		ph_history_offer(out, "", word);
	}
	for (size_t i = 0; i < f->ehlo->mechanism_count; i++) {
		ph_history_offer(
		    out, "AUTH=", ph_span_of(ph_ehlo_mechanism(f->ehlo, i)));
	}
}

static void take_tls(
    const struct ph_session_facts *f, struct ph_history_test *out)
{
	const struct ph_certificate *c;

	if (f->tls == NULL)
		return;
	(void)snprintf(
	    out->version, sizeof(out->version), "%s", f->tls->version);
	out->verified = f->tls->verified;
	if (!f->tls->has_certificate)
		return;
	c = &f->tls->certificate;
	out->not_after = ph_clock_read_iso(c->not_after);
	(void)snprintf(out->key, sizeof(out->key), "%s", c->spki_sha256);
}

void ph_record_make(const struct ph_session_facts *f,
    const struct ph_fault *fault, ph_unixtime now, struct ph_history_test *out)
{
	bool failed = ph_fault_is_set(fault);

	*out = (struct ph_history_test){
		.at = now,
		.port = f->port,
		.ok = !failed,
		.code = fault->code,
	};
	(void)snprintf(out->host, sizeof(out->host), "%s", f->host);
	(void)snprintf(out->mode, sizeof(out->mode), "%s",
	    ph_encryption_name(f->encryption));
	(void)snprintf(out->stage, sizeof(out->stage), "%s",
	    ph_stage_name(failed ? fault->stage : f->stage));
	(void)snprintf(
	    out->cause, sizeof(out->cause), "%s", ph_cause_name(fault->cause));
	(void)snprintf(
	    out->mechanism, sizeof(out->mechanism), "%s", f->mechanism);
	take_times(&f->timing, out);
	take_tls(f, out);
	take_offers(f, out);
}
