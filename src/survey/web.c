#include "survey/state.h"

#include "token/http.h"

#include <stdatomic.h>
#include <stdlib.h>

/* What the web is asked: each page by a thread of its own. */

enum {
	REDIRECTS_MAX = 3,
	HOPS_MAX = 16 * 1024,
	STATUS_OK = 200
};

/* It belongs to its thread until that is through. */
struct ph_fetch_job {
	const struct ph_http *http;
	struct ph_http_get get;
	char *url;
	char *ca_file;
	atomic_bool is_stopped;
	struct ph_http_got got;
	struct ph_fault fault;
	enum ph_err err;
};

static bool is_stopped(void *ctx)
{
	struct ph_fetch_job *j = ctx;

	return atomic_load(&j->is_stopped);
}

static void run(void *job)
{
	struct ph_fetch_job *j = job;

	j->err = j->http->get(&j->get, &j->got, &j->fault);
}

static void end(void *job)
{
	struct ph_fetch_job *j = job;

	ph_buf_release(&j->got.body);
	ph_buf_release(&j->got.hops);
	free(j->url);
	free(j->ca_file);
	free(j);
}

static void on_done(void *ctx)
{
	struct ph_fetch_task *t = ctx;

	t->state = PH_TASK_ANSWERED;
}

static struct ph_fetch_job *make_job(const struct ph_fetch_task *t)
{
	const struct ph_survey *s = t->survey;
	struct ph_fetch_job *j = calloc(1, sizeof(*j));

	if (j == NULL)
		return NULL;
	j->http = ph_http();
	j->url = strdup(t->place.url);
	j->ca_file = strdup(s->opt.ca_file);
	j->get = (struct ph_http_get){
		.url = j->url,
		.ca_file = j->ca_file,
		.allows_http = t->place.found == PH_FOUND_HTTP,
		/* The address is for one server alone. */
		.redirects_max = t->place.tells_address ? 0 : REDIRECTS_MAX,
		.timeout = s->opt.timeout,
		.is_stopped = is_stopped,
		.ctx = j,
	};
	ph_buf_init(&j->got.body, PH_SURVEY_BODY_MAX);
	ph_buf_init(&j->got.hops, HOPS_MAX);
	if (j->url == NULL || j->ca_file == NULL) {
		end(j);
		return NULL;
	}
	return j;
}

static void begin(struct ph_fetch_task *t)
{
	struct ph_survey *s = t->survey;
	struct ph_work_job work = { run, end, NULL };

	t->state = PH_TASK_DONE;
	t->job = make_job(t);
	if (t->job == NULL) {
		ph_survey_check(s, PH_ENOMEM);
		return;
	}
	work.job = t->job;
	if (t->job->http == NULL ||
	    ph_work_start(s->loop, &work, on_done, t, &t->work) != PH_OK) {
		if (t->job->http == NULL) {
			ph_survey_note(s,
			    "the module %s is missing, which asks web servers",
			    PH_HTTP_FILE);
		}
		end(t->job);
		t->job = NULL;
		return;
	}
	t->state = PH_TASK_OPEN;
	ph_survey_contact(s, "%s", t->place.url);
}

/* What came over https says that nothing else is needed. */
static bool is_due(const struct ph_survey *s)
{
	for (size_t i = 0; i < s->fetch_count; i++) {
		const struct ph_fetch_task *t = &s->fetches[i];

		if (t->place.found == PH_FOUND_AUTOCONFIG &&
		    t->state != PH_TASK_DONE)
			return false;
	}
	return true;
}

static bool has_autoconfig(const struct ph_survey *s)
{
	for (size_t i = 0; i < s->set.count; i++) {
		if (s->set.items[i].found == PH_FOUND_AUTOCONFIG)
			return true;
	}
	return false;
}

void ph_fetches_add(struct ph_survey *s, const struct ph_places *places)
{
	for (size_t i = 0;
	     i < places->count && s->fetch_count < PH_SURVEY_FETCHES_MAX; i++) {
		struct ph_fetch_task *t = &s->fetches[s->fetch_count++];

		t->survey = s;
		t->place = places->items[i];
		if (t->place.found != PH_FOUND_HTTP)
			begin(t);
	}
}

static void tell_hops(struct ph_survey *s, struct ph_span hops)
{
	struct ph_span one;

	while (ph_span_split(&hops, '\n', &one)) {
		if (one.len > 0)
			ph_survey_contact(s, "%.*s", PH_SPAN_ARG(one));
	}
}

static void read_page(struct ph_survey *s, const struct ph_fetch_task *t)
{
	struct ph_fetch_job *j = t->job;
	struct ph_fault fault = { 0 };
	const struct ph_found_text in = {
		.text = ph_buf_span(&j->got.body),
		.found = t->place.found,
		.url = t->place.url,
	};
	enum ph_err err = t->place.found == PH_FOUND_AUTODISCOVER
	    ? ph_found_autodiscover(&s->set, &in, &fault)
	    : ph_found_autoconfig(&s->set, &in, &fault);

	if (err == PH_EINVAL) {
		ph_survey_note(s, "%s: %s", t->place.url, fault.text);
	} else {
		ph_survey_check(s, err);
	}
}

/* That there is nothing is usual, and not worth a word; that something is wrong
   there may be what somebody looks for. */
static bool is_odd(const struct ph_fetch_job *j)
{
	switch ((int)j->fault.cause) {
	case PH_CAUSE_CERT_OTHER:
	case PH_CAUSE_TLS_DOWNGRADE:
	case PH_CAUSE_REPLY_TOO_BIG:
	case PH_CAUSE_PROTOCOL:
		return true;
	default:
		return false;
	}
}

static void look_at(struct ph_survey *s, struct ph_fetch_task *t)
{
	struct ph_fetch_job *j = t->job;

	t->state = PH_TASK_DONE;
	tell_hops(s, ph_buf_span(&j->got.hops));
	if (j->err == PH_ENOMEM) {
		ph_survey_check(s, PH_ENOMEM);
	} else if (j->err == PH_OK && j->got.status == STATUS_OK) {
		read_page(s, t);
	} else if (j->err != PH_OK && is_odd(j)) {
		ph_survey_note(s, "%s: %s", t->place.url, j->fault.text);
	}
	ph_work_free(t->work);
	t->work = NULL;
	t->job = NULL;
}

void ph_fetches_advance(struct ph_survey *s)
{
	for (size_t i = 0; i < s->fetch_count; i++) {
		if (s->fetches[i].state == PH_TASK_ANSWERED)
			look_at(s, &s->fetches[i]);
	}
	if (s->state != PH_SURVEY_RUNNING || !is_due(s))
		return;
	for (size_t i = 0; i < s->fetch_count; i++) {
		struct ph_fetch_task *t = &s->fetches[i];

		if (t->state != PH_TASK_IDLE)
			continue;
		if (has_autoconfig(s)) {
			t->state = PH_TASK_DONE;
		} else {
			begin(t);
		}
	}
}

void ph_fetches_stop(struct ph_survey *s)
{
	for (size_t i = 0; i < s->fetch_count; i++) {
		struct ph_fetch_task *t = &s->fetches[i];

		if (t->state == PH_TASK_OPEN)
			atomic_store(&t->job->is_stopped, true);
		if (t->state == PH_TASK_IDLE)
			t->state = PH_TASK_DONE;
	}
}

bool ph_fetches_run(const struct ph_survey *s)
{
	for (size_t i = 0; i < s->fetch_count; i++) {
		if (s->fetches[i].state == PH_TASK_OPEN)
			return true;
	}
	return false;
}

void ph_fetches_release(struct ph_survey *s)
{
	for (size_t i = 0; i < s->fetch_count; i++)
		ph_work_free(s->fetches[i].work);
}
