#include "survey/state.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

enum {
	ARENA_MAX = 4 * 1024 * 1024,
	LINE_MAX = 2048 + 64,
	/* Threads that were told to stop look up twenty times a second. */
	ENDING_MS = 400
};

static const char https[] = "https://";

void ph_survey_check(struct ph_survey *s, enum ph_err err)
{
	s->is_out_of_memory |= err == PH_ENOMEM;
}

static void append(struct ph_survey *s, const char **list, size_t max,
    size_t *count, const char *text)
{
	/* One line of UTF-8, whoever's words are in it. */
	struct ph_fault line = { 0 };

	ph_fault_set(&line, PH_CAUSE_NONE, PH_STAGE_CONFIG, "%s", text);
	for (size_t i = 0; i < *count; i++) {
		if (strcmp(list[i], line.text) == 0)
			return;
	}
	if (*count >= max)
		return;
	list[*count] = ph_arena_str(&s->arena, ph_span_of(line.text));
	if (list[*count] == NULL) {
		s->is_out_of_memory = true;
	} else {
		(*count)++;
	}
}

void ph_survey_contact(struct ph_survey *s, const char *fmt, ...)
{
	char text[LINE_MAX];
	va_list args;

	va_start(args, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	append(s, s->contacts, PH_SURVEY_CONTACTS_MAX, &s->contact_count, text);
}

void ph_survey_note(struct ph_survey *s, const char *fmt, ...)
{
	char text[LINE_MAX];
	va_list args;

	va_start(args, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	append(s, s->notes, PH_SURVEY_NOTES_MAX, &s->note_count, text);
}

static void on_deadline(void *ctx)
{
	struct ph_survey *s = ctx;

	s->is_late = true;
}

static void on_patience(void *ctx)
{
	struct ph_survey *s = ctx;

	s->is_impatient = true;
}

enum ph_err ph_survey_new(struct ph_loop *l,
    const struct ph_survey_options *opt, struct ph_survey **out,
    struct ph_fault *fault)
{
	struct ph_survey *s;

	if (opt->collection != NULL &&
	    !ph_span_starts_nocase(
		ph_span_of(opt->collection), ph_span_of(https))) {
		ph_fault_set(fault, PH_CAUSE_USAGE, PH_STAGE_CONFIG,
		    "--collection takes a URL that begins with https://");
		return PH_EINVAL;
	}
	s = calloc(1, sizeof(*s));
	if (s == NULL)
		return PH_ENOMEM;
	s->loop = l;
	s->opt = *opt;
	s->subject = *opt->subject;
	s->meant = "";
	if (s->opt.timeout == 0)
		s->opt.timeout = PH_SURVEY_TIMEOUT_MS;
	if (s->opt.patience == 0)
		s->opt.patience = PH_SURVEY_PATIENCE_MS;
	ph_arena_init(&s->arena, ARENA_MAX);
	s->set.subject = &s->subject;
	s->set.arena = &s->arena;
	if (ph_timer_new(l, on_deadline, s, &s->deadline) != PH_OK ||
	    ph_timer_new(l, on_patience, s, &s->patience) != PH_OK) {
		ph_survey_free(s);
		return PH_ENOMEM;
	}
	*out = s;
	return PH_OK;
}

void ph_survey_free(struct ph_survey *s)
{
	if (s == NULL)
		return;
	ph_fetches_stop(s);
	ph_fetches_release(s);
	ph_probes_release(s);
	ph_names_free(s->names);
	ph_timer_free(s->deadline);
	ph_timer_free(s->patience);
	ph_arena_release(&s->arena);
	free(s);
}

/* What is known without asking anybody.  True: that is enough. */
static bool look_at_home(struct ph_survey *s)
{
	struct ph_span meant = ph_subject_typo(&s->subject);
	const struct ph_preset *p = NULL;

	if (meant.len > 0) {
		const char *text = ph_arena_str(&s->arena, meant);

		s->meant = text == NULL ? "" : text;
		ph_survey_check(s, text == NULL ? PH_ENOMEM : PH_OK);
		ph_survey_check(s, ph_found_preset(&s->set, meant, &p));
	}
	ph_survey_check(s, ph_found_preset(&s->set, (struct ph_span){ 0 }, &p));
	if (p != NULL && p->port == 0) {
		s->without_smtp = p;
		ph_survey_note(s, "%s: %s", p->name, p->prerequisites);
	}
	return p != NULL && !s->opt.asks_all;
}

static void ask_everybody(struct ph_survey *s)
{
	struct ph_places places = { .count = 0 };
	const struct ph_dns *dns = ph_dns();

	s->subject.is_suffix =
	    dns != NULL && dns->registrable(s->subject.domain) == NULL;
	ph_records_begin(s);
	ph_survey_check(s,
	    ph_places_of_domain(
		&s->subject, s->opt.collection, &s->arena, &places));
	ph_fetches_add(s, &places);
	for (unsigned i = 0; s->opt.probes && i < PH_GUESS_HOSTS; i++) {
		const char *host = ph_guess_host(&s->subject, i, &s->arena);

		if (host != NULL) {
			ph_probes_guess(s, host, i);
		} else {
			s->is_out_of_memory = true;
		}
	}
}

enum ph_err ph_survey_start(struct ph_survey *s)
{
	s->state = PH_SURVEY_RUNNING;
	ph_loop_update(s->loop);
	ph_timer_set(s->deadline, ph_loop_now(s->loop) + s->opt.timeout);
	if (!look_at_home(s) && !s->opt.is_offline)
		ask_everybody(s);
	if (s->opt.is_offline)
		s->opt.probes = false;
	return s->is_out_of_memory ? PH_ENOMEM : PH_OK;
}

void ph_survey_stop(struct ph_survey *s)
{
	s->is_stopped = true;
}

/* The most trusted place that may still answer. */
static void take_open(bool is_open, enum ph_found found, int *best)
{
	if (is_open && (int)found < *best)
		*best = (int)found;
}

static bool is_open(enum ph_task_state state)
{
	return state == PH_TASK_OPEN || state == PH_TASK_ANSWERED;
}

enum {
	NOBODY = PH_FOUND_SUGGESTION + 1
};

static int best_open(const struct ph_survey *s)
{
	int best = NOBODY;

	take_open(
	    is_open(s->records[PH_QUESTION_MX].state), PH_FOUND_MX, &best);
	take_open(is_open(s->records[PH_QUESTION_SUBMISSIONS].state) ||
		is_open(s->records[PH_QUESTION_SUBMISSION].state),
	    PH_FOUND_SRV, &best);
	for (size_t i = 0; i < s->fetch_count; i++) {
		const struct ph_fetch_task *t = &s->fetches[i];

		take_open(is_open(t->state) || t->state == PH_TASK_IDLE,
		    t->place.found, &best);
	}
	for (size_t i = 0; i < s->probe_count; i++) {
		const struct ph_probe_task *t = &s->probes[i];

		take_open(is_open(t->state) || t->state == PH_TASK_IDLE,
		    t->found, &best);
	}
	return best;
}

/* The most trusted one that holds. */
static int best_found(const struct ph_survey *s)
{
	int best = NOBODY;

	for (size_t i = 0; i < s->set.count; i++) {
		const struct ph_candidate *c = &s->set.items[i];

		if (c->found != PH_FOUND_SUGGESTION &&
		    c->proof != PH_PROOF_BAD &&
		    (!s->opt.probes || c->proof == PH_PROOF_GOOD) &&
		    (int)c->found < best)
			best = (int)c->found;
	}
	return best;
}

static bool knows_no_names(const struct ph_survey *s)
{
	for (size_t i = 0; i < PH_QUESTION_COUNT; i++) {
		if (s->records[i].state != PH_TASK_DONE ||
		    s->records[i].status != PH_DNS_FAILED)
			return false;
	}
	return true;
}

static bool is_finished(struct ph_survey *s)
{
	int open = best_open(s);
	int found = best_found(s);

	if (open == NOBODY || s->is_late || s->is_stopped || s->is_impatient ||
	    s->has_no_domain || s->is_out_of_memory)
		return true;
	/* Where no name server answers, nobody else will be found. */
	if ((found <= open || knows_no_names(s)) && !s->waits) {
		s->waits = true;
		ph_timer_set(
		    s->patience, ph_loop_now(s->loop) + s->opt.patience);
	}
	return false;
}

static void advance(struct ph_survey *s)
{
	ph_records_advance(s);
	ph_fetches_advance(s);
	ph_probes_advance(s);
	if (s->state == PH_SURVEY_RUNNING && is_finished(s)) {
		s->ran_out_of_time = s->is_late;
		s->state = PH_SURVEY_ENDING;
		ph_fetches_stop(s);
		ph_probes_release(s);
		ph_timer_set(s->patience, PH_NEVER);
		s->is_impatient = false;
		s->is_late = false;
		ph_timer_set(s->deadline, ph_loop_now(s->loop) + ENDING_MS);
	}
	if (s->state == PH_SURVEY_ENDING &&
	    (!ph_fetches_run(s) || s->is_late)) {
		s->state = PH_SURVEY_ENDED;
		ph_timer_set(s->deadline, PH_NEVER);
		ph_candidates_sort(&s->set);
	}
}

void ph_survey_next_event(struct ph_survey *s, struct ph_survey_event *out)
{
	*out = (struct ph_survey_event){ 0 };
	if (s->told_count == s->contact_count &&
	    (s->state == PH_SURVEY_RUNNING || s->state == PH_SURVEY_ENDING))
		advance(s);
	if (s->told_count < s->contact_count) {
		out->type = PH_SURVEY_CONTACT;
		out->text = s->contacts[s->told_count++];
	} else if (s->state == PH_SURVEY_ENDED && !s->has_told_end) {
		s->has_told_end = true;
		out->type = PH_SURVEY_DONE;
	}
}

void ph_survey_result(const struct ph_survey *s, struct ph_survey_result *out)
{
	*out = (struct ph_survey_result){
		.candidates = &s->set,
		.contacts = s->contacts,
		.contact_count = s->contact_count,
		.notes = s->notes,
		.note_count = s->note_count,
		.meant = s->meant,
		.has_no_domain = s->has_no_domain,
		.has_no_network = s->has_no_network,
		.ran_out_of_time = s->ran_out_of_time,
		.ran_out_of_memory = s->is_out_of_memory,
		.without_smtp = s->without_smtp,
	};
}
