#include "survey/state.h"

/* What the name server is asked. */

static const struct {
	enum ph_dns_type type;
	const char *word;
} kinds[PH_QUESTION_COUNT] = {
	[PH_QUESTION_MX] = { PH_DNS_MX, "MX" },
	[PH_QUESTION_SUBMISSIONS] = { PH_DNS_SRV, "SRV" },
	[PH_QUESTION_SUBMISSION] = { PH_DNS_SRV, "SRV" },
};

static void take(struct ph_record_task *t, struct ph_span data, bool is_mx)
{
	if (t->count >= PH_SURVEY_RECORDS_MAX)
		return;

	enum ph_err err = is_mx ? ph_mx_read(data, &t->mx[t->count])
				: ph_srv_read(data, &t->srv[t->count]);

	/* One that makes no sense is as good as none. */
	if (err == PH_OK)
		t->count++;
}

static void on_answer(void *ctx, const struct ph_dns_answer *a)
{
	struct ph_record_task *t = ctx;
	bool is_mx = t == &t->survey->records[PH_QUESTION_MX];

	t->status = a->status;
	t->is_secure = a->is_secure;
	for (size_t i = 0; i < a->record_count; i++)
		take(t, a->records[i], is_mx);
	if (is_mx) {
		ph_mx_sort(t->mx, t->count);
	} else {
		ph_srv_sort(t->srv, t->count);
	}
	t->state = PH_TASK_ANSWERED;
}

static void begin(struct ph_survey *s, enum ph_survey_question which)
{
	struct ph_record_task *t = &s->records[which];

	t->survey = s;
	t->name = which == PH_QUESTION_MX
	    ? s->subject.domain
	    : ph_place_srv(
		  &s->subject, which == PH_QUESTION_SUBMISSIONS, &s->arena);
	if (t->name == NULL) {
		ph_survey_check(s, PH_ENOMEM);
		return;
	}

	enum ph_err err =
	    ph_names_ask(s->names, t->name, kinds[which].type, on_answer, t);
	if (err != PH_OK) {
		if (err == PH_ENOMEM)
			ph_survey_check(s, err);
		t->state = PH_TASK_DONE;
		return;
	}
	t->state = PH_TASK_OPEN;
	ph_survey_contact(s, "dns:%s?type=%s", t->name, kinds[which].word);
}

void ph_records_begin(struct ph_survey *s)
{
	struct ph_fault fault = { 0 };
	enum ph_err err = ph_names_new(s->loop, &s->names, &fault);

	if (err == PH_ENOMEM)
		ph_survey_check(s, err);
	if (err != PH_OK) {
		s->has_no_network = true;
		ph_survey_note(s, "%s", fault.text);
		return;
	}
	for (int i = 0; i < PH_QUESTION_COUNT; i++)
		begin(s, (enum ph_survey_question)i);
}

static void ask_hoster(struct ph_survey *s, const char *host)
{
	struct ph_places places = { .count = 0 };

	ph_survey_check(s,
	    ph_places_of_hoster(&s->subject, host, ph_dns()->registrable(host),
		&s->arena, &places));
	ph_fetches_add(s, &places);
}

static void use_mx(struct ph_survey *s, const struct ph_record_task *t)
{
	const struct ph_preset *p = NULL;

	if (t->count == 1 && t->mx[0].host[0] == '\0') {
		ph_survey_note(s, "%s says that it takes no mail (null MX)",
		    s->subject.domain);
		return;
	}
	ph_survey_check(
	    s, ph_found_mx(&s->set, t->mx, t->count, t->is_secure, &p));
	if (p != NULL && p->port == 0) {
		ph_survey_note(s, "%s: %s", p->name, p->prerequisites);
		s->without_smtp = p;
	}
	for (size_t i = 0; i < t->count; i++) {
		const char *host = t->mx[i].host;
		bool is_own = ph_subject_has(&s->subject, ph_span_of(host));

		if (is_own && s->opt.probes)
			ph_probes_guess(s, host, PH_GUESS_HOSTS);
		/* One is enough to know who it is. */
		if (!is_own && p == NULL && host[0] != '\0') {
			ask_hoster(s, host);
			break;
		}
	}
}

static void look_at(struct ph_survey *s, struct ph_record_task *t)
{
	bool is_mx = t == &s->records[PH_QUESTION_MX];

	if (t->status == PH_DNS_BOGUS) {
		ph_survey_note(s,
		    "the signature of the %s records of %s is wrong (DNSSEC): "
		    "they are not used",
		    is_mx ? "MX" : "SRV", t->name);
	}
	s->has_no_domain |= is_mx && t->status == PH_DNS_NO_NAME;
	s->has_no_network |= is_mx && t->status == PH_DNS_FAILED;
	if (t->status != PH_DNS_FOUND)
		return;
	if (is_mx) {
		use_mx(s, t);
		return;
	}
	if (t->count > 0 && t->srv[0].target[0] == '\0')
		ph_survey_note(s, "%s says that it is not offered", t->name);
	ph_survey_check(
	    s, ph_found_srv(&s->set, t->srv, t->count, t->name, t->is_secure));
}

void ph_records_advance(struct ph_survey *s)
{
	for (size_t i = 0; i < PH_QUESTION_COUNT; i++) {
		struct ph_record_task *t = &s->records[i];

		if (t->state != PH_TASK_ANSWERED)
			continue;
		t->state = PH_TASK_DONE;
		look_at(s, t);
	}
}
