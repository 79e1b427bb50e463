#include "deliver/lesson.h"

#include <string.h>

/* What is offered before STARTTLS is no offer, where it was to come. */
static bool has_offer(const struct ph_session_facts *f)
{
	const struct ph_ehlo *e = f->ehlo;

	if (e == NULL || (e->domain[0] == '\0' && e->line_count == 0))
		return false;
	return f->tls != NULL || f->encryption == PH_ENCRYPTION_NONE ||
	    f->stage >= PH_STAGE_AUTH;
}

static void take_offer(const struct ph_session_facts *f, struct ph_lesson *out)
{
	out->news.has_offer = has_offer(f);
	if (!out->news.has_offer)
		return;
	for (size_t i = 0; i < f->ehlo->mechanism_count; i++) {
		out->offered[i] = ph_span_of(ph_ehlo_mechanism(f->ehlo, i));
		out->news.offered_count++;
	}
	out->news.offered = out->offered;
}

static void take_attempts(
    const struct ph_session_facts *f, struct ph_lesson *out)
{
	bool is_in = f->mechanism[0] != '\0';

	for (size_t i = 0; i < f->attempt_count; i++) {
		const struct ph_session_attempt *a = &f->attempts[i];
		bool broken = a->end == PH_ATTEMPT_BROKEN ||
		    (a->end == PH_ATTEMPT_REFUSED && is_in &&
			strcmp(a->mechanism, f->mechanism) != 0);

		if (!broken && a->end != PH_ATTEMPT_WORKED)
			continue;
		out->attempts[out->news.attempt_count++] =
		    (struct ph_known_attempt){
			    .mechanism = ph_span_of(a->mechanism),
			    .worked = !broken,
			    .ms = a->ms < 0 ? 0 : (uint32_t)a->ms,
		    };
	}
	out->news.attempts = out->attempts;
}

bool ph_lesson_make(
    const struct ph_session_facts *f, ph_unixtime now, struct ph_lesson *out)
{
	*out = (struct ph_lesson){
		.news = {
			.host = ph_span_of(f->host),
			.port = f->port,
			.now = now,
			.is_poorer = f->is_poorer,
		},
	};
	if (f->tls != NULL) {
		out->news.good = f->tls->verified;
		out->news.starttls =
		    f->encryption != PH_ENCRYPTION_BEFORE_CONNECT;
		out->news.version = ph_span_of(f->tls->version);
		if (f->tls->has_certificate) {
			out->news.key =
			    ph_span_of(f->tls->certificate.spki_sha256);
		}
	}
	take_offer(f, out);
	take_attempts(f, out);
	return out->news.has_offer || out->news.key.len > 0 ||
	    out->news.attempt_count > 0;
}
