#include "cli/history.h"

#include "cli/json.h"
#include "deliver/record.h"
#include "io/loop.h"

#include <stdio.h>
#include <stdlib.h>

enum {
	LABEL_COLUMN = 18,
	RFC3339_SIZE = 24,
	SECOND_MS = 1000,
	TOOK_SIZE = 24
};

static void free_history(struct ph_history **h)
{
	free(*h);
}

bool ph_history_keep(struct ph_memory *m, const struct ph_session_facts *f,
    const struct ph_fault *fault, struct ph_drift *out)
{
	PH_CLEANUP(free_history)
	struct ph_history *all = calloc(1, sizeof(*all));
	struct ph_history_test record;

	if (all == NULL)
		return false;
	ph_record_make(f, fault, ph_clock_unix(), &record);
	if (ph_memory_history_add(m, &record, all) != PH_OK || all->count == 0)
		return false;
	if (out != NULL)
		ph_drift_find(all, f->host, f->port, record.at, out);
	return true;
}

/* NULL: memory is out, or nothing is remembered. */
static struct ph_history *read_tests(const struct ph_connection *c)
{
	const struct ph_memory_question q = { .connection = c };
	PH_CLEANUP(ph_memory_freep) struct ph_memory *m = NULL;
	struct ph_history *h;

	if (c->host == NULL || c->host[0] == '\0' ||
	    ph_memory_open(&q, &m) != PH_OK)
		return NULL;
	h = calloc(1, sizeof(*h));
	if (h != NULL && ph_memory_history(m, h) != PH_OK) {
		free(h);
		return NULL;
	}
	return h;
}

/* "2026-11-28T04:23:00Z": what is kept is kept to the second. */
static void write_time(ph_unixtime t, char out[RFC3339_SIZE])
{
	char text[PH_KNOWN_TIME_SIZE];

	/* "2026-11-28 04:23 UTC" */
	ph_known_time(t, text);
	(void)snprintf(out, RFC3339_SIZE, "%.10sT%.5s:%02uZ", text, text + 11,
	    (unsigned)(t % 60));
}

/* a line each */

/* "12 ms", "4.2 s". */
static void write_took(int64_t ms, char out[TOOK_SIZE])
{
	if (ms < 0) {
		(void)snprintf(out, TOOK_SIZE, "-");
	} else if (ms < SECOND_MS) {
		(void)snprintf(out, TOOK_SIZE, "%lld ms", (long long)ms);
	} else {
		(void)snprintf(
		    out, TOOK_SIZE, "%.1f s", (double)ms / SECOND_MS);
	}
}

static void print_test(const struct ph_history_test *t)
{
	char when[PH_KNOWN_TIME_SIZE];
	char took[TOOK_SIZE];

	ph_known_time(t->at, when);
	write_took(t->ms[PH_HISTORY_TOTAL], took);
	printf("%.16s  %-20s%8s  %s:%u %s%s%s\n", when, t->ok ? "ok" : t->cause,
	    took, t->host, (unsigned)t->port, t->mode,
	    t->version[0] == '\0' ? "" : " ", t->version);
}

static json_t *ms_or_null(int64_t ms)
{
	return ms < 0 ? json_null() : json_integer(ms);
}

static json_t *timing_to_json(const struct ph_history_test *t)
{
	static const char *const names[PH_HISTORY_STEPS] = { "dns", "connect",
		"proxy", "greeting", "tls", "ehlo", "auth", "total" };
	json_t *j = json_object();

	for (size_t i = 0; i < PH_HISTORY_STEPS; i++)
		ph_json_put(j, names[i], ms_or_null(t->ms[i]));
	return j;
}

static json_t *time_or_null(ph_unixtime t)
{
	char when[RFC3339_SIZE];

	if (t == 0)
		return json_null();
	write_time(t, when);
	return ph_json_str(when);
}

static json_t *offers_to_json(const struct ph_history_test *t)
{
	json_t *list = json_array();

	for (size_t i = 0; i < t->offer_count; i++)
		ph_json_add(list, ph_json_str(t->offers[i]));
	return list;
}

static json_t *test_to_json(const struct ph_history_test *t)
{
	json_t *j = json_object();

	ph_json_put(j, "at", time_or_null(t->at));
	ph_json_put(j, "host", ph_json_str(t->host));
	ph_json_put(j, "port", json_integer(t->port));
	ph_json_put(j, "encryption", ph_json_str(t->mode));
	ph_json_put(j, "ok", json_boolean(t->ok));
	ph_json_put(j, "stage", ph_json_str(t->stage));
	ph_json_put(j, "cause", t->ok ? json_null() : ph_json_str(t->cause));
	ph_json_put(
	    j, "code", t->code == 0 ? json_null() : json_integer(t->code));
	ph_json_put(j, "tls", ph_json_str_or_null(t->version));
	ph_json_put(j, "verified", json_boolean(t->verified));
	ph_json_put(j, "certificate_ends", time_or_null(t->not_after));
	ph_json_put(j, "spki_sha256", ph_json_str_or_null(t->key));
	ph_json_put(j, "mechanism", ph_json_str_or_null(t->mechanism));
	ph_json_put(
	    j, "capabilities", t->has_offer ? offers_to_json(t) : json_null());
	ph_json_put(j, "timing_ms", timing_to_json(t));
	return j;
}

static void find_drift(const struct ph_history *h,
    const struct ph_connection *c, struct ph_drift *out)
{
	ph_drift_find(h, c->host, c->port, ph_clock_unix(), out);
}

static void print_percentiles(const struct ph_drift *d)
{
	char half[TOOK_SIZE];
	char most[TOOK_SIZE];

	if (d->measured == 0)
		return;
	write_took(d->p50, half);
	write_took(d->p90, most);
	printf("%-*sp50 %s, p90 %s (of %zu)\n", LABEL_COLUMN, "time of a test",
	    half, most, d->measured);
}

enum ph_exit ph_history_show(
    const struct ph_cli *cli, const struct ph_connection *c)
{
	PH_CLEANUP(free_history) struct ph_history *h = read_tests(c);
	enum ph_exit result = PH_EXIT_OK;
	struct ph_drift drift;

	for (size_t i = 0; h != NULL && i < h->count; i++) {
		json_t *line;

		if (!cli->json) {
			print_test(&h->tests[i]);
			continue;
		}
		line = test_to_json(&h->tests[i]);
		result = ph_json_print(&line);
		if (result != PH_EXIT_OK)
			return result;
	}
	if (cli->json)
		return result;
	if (h == NULL || h->count == 0) {
		printf(
		    "no test is kept of %s:%u\n", c->host, (unsigned)c->port);
		return result;
	}
	find_drift(h, c, &drift);
	print_percentiles(&drift);
	ph_history_print_drift(&drift);
	return result;
}

/* what they come to */

void ph_history_print_drift(const struct ph_drift *d)
{
	for (size_t i = 0; i < d->count; i++) {
		printf("%-*s%s\n", LABEL_COLUMN, i == 0 ? "changes" : "",
		    d->texts[i]);
	}
}

json_t *ph_history_drift_json(const struct ph_drift *d)
{
	json_t *list = json_array();

	for (size_t i = 0; i < d->count; i++)
		ph_json_add(list, ph_json_str(d->texts[i]));
	return list;
}

void ph_history_print_summary(const struct ph_connection *c)
{
	PH_CLEANUP(free_history) struct ph_history *h = read_tests(c);
	const struct ph_history_test *last;
	char when[PH_KNOWN_TIME_SIZE];
	struct ph_drift drift;

	if (h == NULL || h->count == 0)
		return;
	last = &h->tests[h->count - 1];
	ph_known_time(last->at, when);
	printf("\n%-*s%zu kept, the last on %s: %s%s\n", LABEL_COLUMN, "tests",
	    h->count, when, last->ok ? "ok" : "failed, ",
	    last->ok ? "" : last->cause);
	find_drift(h, c, &drift);
	print_percentiles(&drift);
	ph_history_print_drift(&drift);
}

json_t *ph_history_summary_json(const struct ph_connection *c)
{
	PH_CLEANUP(free_history) struct ph_history *h = read_tests(c);
	const struct ph_history_test *last;
	struct ph_drift drift;
	json_t *j;

	if (h == NULL || h->count == 0)
		return json_null();
	last = &h->tests[h->count - 1];
	find_drift(h, c, &drift);
	j = json_object();
	ph_json_put(j, "kept", json_integer((json_int_t)h->count));
	ph_json_put(j, "last", time_or_null(last->at));
	ph_json_put(j, "ok", json_boolean(last->ok));
	ph_json_put(j, "p50_ms", ms_or_null(drift.p50));
	ph_json_put(j, "p90_ms", ms_or_null(drift.p90));
	ph_json_put(j, "changes", ph_history_drift_json(&drift));
	return j;
}
