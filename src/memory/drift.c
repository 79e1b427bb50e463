#include "memory/drift.h"

#include "base/ascii.h"
#include "memory/known.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

enum {
	DAY_S = 24 * 60 * 60
};

/* The tests that are compared, oldest first. */
struct row {
	const struct ph_history_test *tests[PH_HISTORY_MAX];
	size_t count;
	ph_unixtime now;
	struct ph_drift *out;
};

PH_PRINTF(2, 3)

static void say(struct row *r, const char *fmt, ...)
{
	va_list ap;

	if (r->out->count == PH_DRIFT_MAX)
		return;
	va_start(ap, fmt);
	(void)vsnprintf(
	    r->out->texts[r->out->count++], PH_DRIFT_TEXT_MAX, fmt, ap);
	va_end(ap);
}

void ph_drift_day(ph_unixtime t, ph_unixtime now, char out[PH_DRIFT_DAY_SIZE])
{
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	char day[PH_KNOWN_DAY_SIZE];
	char today[PH_KNOWN_DAY_SIZE];

	/* "2026-05-03" */
	ph_known_day(t, day);
	ph_known_day(now, today);

	int month = (day[5] - '0') * 10 + day[6] - '0';
	int number = (day[8] - '0') * 10 + day[9] - '0';
	bool is_this_year = strncmp(day, today, 4) == 0;

	(void)snprintf(out, PH_DRIFT_DAY_SIZE, "%d %.3s%s%.4s", number,
	    months + (size_t)3 * (size_t)(month - 1), is_this_year ? "" : " ",
	    is_this_year ? "" : day);
}

static bool is_of(
    const struct ph_history_test *t, const char *host, uint16_t port)
{
	return t->port == port &&
	    ph_span_eq_nocase(ph_span_of(t->host), ph_span_of(host));
}

/* offers */

static const struct ph_history_test *last_of(const struct row *r)
{
	return r->tests[r->count - 1];
}

/* "PIPELINING", "the login mechanism PLAIN". */
static const char *name_of(const char *word, char out[64])
{
	static const char auth[] = "AUTH=";
	bool is_login = strncmp(word, auth, sizeof(auth) - 1) == 0;

	(void)snprintf(out, 64, "%s%s", is_login ? "the login mechanism " : "",
	    is_login ? word + sizeof(auth) - 1 : word);
	return out;
}

/* When the present state of the word began: it was the other before.  0: it was
   always so. */
static ph_unixtime since(const struct row *r, const char *word)
{
	bool present = ph_history_offers(last_of(r), word);

	for (size_t i = r->count - 1; i > 0; i--) {
		if (ph_history_offers(r->tests[i - 1], word) != present)
			return r->tests[i]->at;
	}
	return 0;
}

static bool is_first_mention(const struct row *r, size_t at, const char *word)
{
	for (size_t i = 0; i < at; i++) {
		if (ph_history_offers(r->tests[i], word))
			return false;
	}
	return true;
}

static void tell_word(struct row *r, const char *word)
{
	ph_unixtime t = since(r, word);
	char day[PH_DRIFT_DAY_SIZE];
	char name[64];

	if (t == 0)
		return;
	ph_drift_day(t, r->now, day);
	say(r, "%s is %s since %s", name_of(word, name),
	    ph_history_offers(last_of(r), word) ? "offered"
						: "no longer offered",
	    day);
}

/* What is missing now is worth more than what is new: first. */
static void tell_offers(struct row *r, bool present)
{
	for (size_t i = 0; i < r->count; i++) {
		const struct ph_history_test *t = r->tests[i];

		for (size_t k = 0; k < t->offer_count; k++) {
			const char *word = t->offers[k];

			if (ph_history_offers(last_of(r), word) == present &&
			    is_first_mention(r, i, word))
				tell_word(r, word);
		}
	}
}

/* certificates */

static void tell_certificate(struct row *r)
{
	const struct ph_history_test *t = last_of(r);
	ph_unixtime left = t->not_after - r->now;
	long long days = (long long)(left < 0 ? -left : left) / DAY_S;

	if (t->not_after == 0 || left > PH_DRIFT_CERTIFICATE_DAYS * DAY_S)
		return;
	if (left < 0) {
		say(r, "certificate ended %lld day%s ago", days,
		    days == 1 ? "" : "s");
	} else {
		say(r, "certificate ends in %lld day%s", days,
		    days == 1 ? "" : "s");
	}
}

static void tell_version(struct row *r)
{
	const char *now = last_of(r)->version;
	char day[PH_DRIFT_DAY_SIZE];

	for (size_t i = r->count - 1; i > 0; i--) {
		const char *before = r->tests[i - 1]->version;

		if (strcmp(before, now) == 0)
			continue;
		ph_drift_day(r->tests[i]->at, r->now, day);
		say(r, "%s since %s, %s before", now, day, before);
		return;
	}
}

static void tell_key(struct row *r)
{
	const char *now = last_of(r)->key;
	char day[PH_DRIFT_DAY_SIZE];

	for (size_t i = r->count - 1; now[0] != '\0' && i > 0; i--) {
		if (r->tests[i - 1]->key[0] == '\0' ||
		    strcmp(r->tests[i - 1]->key, now) == 0)
			continue;
		ph_drift_day(r->tests[i]->at, r->now, day);
		say(r, "the server has another key since %s", day);
		return;
	}
}

/* how it goes */

/* Failures in a row at the end, behind a test that went well. */
static void tell_failures(
    const struct ph_history *h, const char *host, uint16_t port, struct row *r)
{
	const struct ph_history_test *first = NULL;
	char day[PH_DRIFT_DAY_SIZE];

	for (size_t i = h->count; i > 0; i--) {
		const struct ph_history_test *t = &h->tests[i - 1];

		if (!is_of(t, host, port))
			continue;
		if (t->ok) {
			if (first == NULL)
				return;
			ph_drift_day(first->at, r->now, day);
			say(r, "it fails since %s (%s), and worked before", day,
			    first->cause);
			return;
		}
		first = t;
	}
}

static int compare(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a;
	int64_t y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

/* The nearest rank: of one test it is that one. */
static int64_t percentile(const int64_t *sorted, size_t count, size_t part)
{
	size_t rank = (count * part + 99) / 100;

	return sorted[rank - 1];
}

static void measure(const struct ph_history *h, const char *host, uint16_t port,
    struct ph_drift *out)
{
	int64_t totals[PH_HISTORY_MAX];

	out->p50 = -1;
	out->p90 = -1;
	for (size_t i = 0; i < h->count; i++) {
		const struct ph_history_test *t = &h->tests[i];

		if (t->ok && is_of(t, host, port) &&
		    t->ms[PH_HISTORY_TOTAL] >= 0)
			totals[out->measured++] = t->ms[PH_HISTORY_TOTAL];
	}
	if (out->measured == 0)
		return;
	qsort(totals, out->measured, sizeof(totals[0]), compare);
	out->p50 = percentile(totals, out->measured, 50);
	out->p90 = percentile(totals, out->measured, 90);
}

static bool is_clear(const struct ph_history_test *t)
{
	return t->version[0] == '\0';
}

static void gather(
    const struct ph_history *h, const char *host, uint16_t port, struct row *r)
{
	bool clear = false;

	for (size_t i = h->count; i > 0; i--) {
		const struct ph_history_test *t = &h->tests[i - 1];

		if (t->has_offer && is_of(t, host, port)) {
			clear = is_clear(t);
			break;
		}
	}
	for (size_t i = 0; i < h->count; i++) {
		const struct ph_history_test *t = &h->tests[i];

		if (t->has_offer && is_of(t, host, port) &&
		    is_clear(t) == clear)
			r->tests[r->count++] = t;
	}
}

void ph_drift_find(const struct ph_history *h, const char *host, uint16_t port,
    ph_unixtime now, struct ph_drift *out)
{
	struct row r = { .now = now, .out = out };

	*out = (struct ph_drift){ 0 };
	measure(h, host, port, out);
	gather(h, host, port, &r);
	tell_failures(h, host, port, &r);
	if (r.count == 0)
		return;
	tell_certificate(&r);
	tell_key(&r);
	tell_version(&r);
	tell_offers(&r, false);
	tell_offers(&r, true);
}
