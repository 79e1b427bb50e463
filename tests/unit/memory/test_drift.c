#include "check.h"
#include "memory/drift.h"

#include <stdio.h>
#include <string.h>

enum {
	HOUR = 3600,
	DAY = 24 * HOUR,
	MAY_1 = 1777593600, /* 2026-05-01 00:00 UTC */
	NOW = MAY_1 + 20 * DAY
};

/* A test a day, from the first of May on.  offers are separated by spaces. */
struct day {
	const char *offers; /* NULL: it did not come to that */
	const char *version;
	const char *key;
	const char *cause; /* NULL: it went well */
	int total_ms;
	int ends_in; /* days from NOW; 0: no certificate */
	uint16_t port;
};

static struct ph_history history;
static struct ph_drift drift;

static void add(const struct day *d, ph_unixtime at)
{
	struct ph_history_test t = {
		.at = at,
		.host = "smtp.example.com",
		.port = d->port == 0 ? 587 : d->port,
		.ok = d->cause == NULL,
		.has_offer = d->offers != NULL,
		.not_after = d->ends_in == 0 ? 0 : NOW + d->ends_in * DAY + 60,
	};
	struct ph_span rest = ph_span_of(d->offers);
	struct ph_span word;

	for (size_t i = 0; i < PH_HISTORY_STEPS; i++)
		t.ms[i] = -1;
	t.ms[PH_HISTORY_TOTAL] = d->total_ms == 0 ? -1 : d->total_ms;
	(void)snprintf(t.version, sizeof(t.version), "%s",
	    d->version == NULL ? "TLSv1.3" : d->version);
	(void)snprintf(
	    t.key, sizeof(t.key), "%s", d->key == NULL ? "" : d->key);
	(void)snprintf(t.cause, sizeof(t.cause), "%s",
	    d->cause == NULL ? "none" : d->cause);
	while (ph_span_split(&rest, ' ', &word)) {
		if (ph_span_starts_nocase(word, PH_SPAN("AUTH="))) {
			ph_history_offer(&t, "AUTH=", ph_span_skip(word, 5));
		} else {
			ph_history_offer(&t, "", word);
		}
	}
	ph_history_add(&history, &t);
}

static const struct {
	const char *name;
	struct day days[5];
	size_t count;
	const char *texts[4]; /* in order */
} cases[] = {
	{ "none", { { 0 } }, 0, { NULL } },
	{ "the first", { { .offers = "PIPELINING AUTH=PLAIN" } }, 1, { NULL } },
	{ "always the same",
	    { { .offers = "PIPELINING" }, { .offers = "PIPELINING" } }, 2,
	    { NULL } },
	{ "one is gone",
	    { { .offers = "PIPELINING SIZE" }, { .offers = "PIPELINING SIZE" },
		{ .offers = "SIZE" }, { .offers = "SIZE" } },
	    4, { "PIPELINING is no longer offered since 3 May" } },
	{ "one is new", { { .offers = "SIZE" }, { .offers = "SIZE CHUNKING" } },
	    2, { "CHUNKING is offered since 2 May" } },
	{ "gone, and back",
	    { { .offers = "DSN" }, { .offers = "" }, { .offers = "DSN" } }, 3,
	    { "DSN is offered since 3 May" } },
	{ "a mechanism",
	    { { .offers = "AUTH=PLAIN AUTH=CRAM-MD5" },
		{ .offers = "AUTH=PLAIN" } },
	    2,
	    { "the login mechanism CRAM-MD5 is no longer offered since 2 "
	      "May" } },
	{ "gone before new", { { .offers = "A" }, { .offers = "B" } }, 2,
	    { "A is no longer offered since 2 May",
		"B is offered since 2 May" } },
	{ "what failed before EHLO says nothing",
	    { { .offers = "DSN" }, { .cause = "connect-refused" },
		{ .offers = "DSN" } },
	    3, { NULL } },
	{ "in clear another thing is offered",
	    { { .offers = "STARTTLS", .version = "" },
		{ .offers = "AUTH=PLAIN" } },
	    2, { NULL } },
	{ "another server's",
	    { { .offers = "DSN", .port = 25 }, { .offers = "SIZE" } }, 2,
	    { NULL } },
	{ "a certificate that ends", { { .offers = "", .ends_in = 9 } }, 1,
	    { "certificate ends in 9 days" } },
	{ "tomorrow", { { .offers = "", .ends_in = 1 } }, 1,
	    { "certificate ends in 1 day" } },
	{ "much later", { { .offers = "", .ends_in = 31 } }, 1, { NULL } },
	{ "one that ended", { { .offers = "", .ends_in = -3 } }, 1,
	    { "certificate ended 2 days ago" } },
	{ "another key",
	    { { .offers = "", .key = "aa" }, { .offers = "", .key = "bb" },
		{ .offers = "", .key = "bb" } },
	    3, { "the server has another key since 2 May" } },
	{ "the same key", { { .offers = "", .key = "aa" }, { .offers = "" } },
	    2, { NULL } },
	{ "an older TLS",
	    { { .offers = "", .version = "TLSv1.3" },
		{ .offers = "", .version = "TLSv1.2" } },
	    2, { "TLSv1.2 since 2 May, TLSv1.3 before" } },
	{ "it fails",
	    { { .offers = "" }, { .cause = "auth-refused" },
		{ .cause = "connect-timeout" } },
	    3, { "it fails since 2 May (auth-refused), and worked before" } },
	{ "it never worked", { { .cause = "a" }, { .cause = "b" } }, 2,
	    { NULL } },
	{ "it works again", { { .cause = "a" }, { .offers = "" } }, 2,
	    { NULL } },
};

static void test_cases(void)
{
	for (size_t i = 0; i < PH_COUNT(cases); i++) {
		size_t count = 0;

		check_case(cases[i].name, i);
		memset(&history, 0, sizeof(history));
		for (size_t d = 0; d < cases[i].count; d++) {
			add(&cases[i].days[d],
			    MAY_1 + (ph_unixtime)d * DAY + HOUR);
		}
		ph_drift_find(&history, "SMTP.example.com", 587, NOW, &drift);
		while (count < 4 && cases[i].texts[count] != NULL)
			count++;
		check_int(drift.count, count);
		for (size_t k = 0; k < count && k < drift.count; k++)
			check_str(drift.texts[k], cases[i].texts[k]);
	}
	check_case(NULL, 0);
}

static const struct {
	int totals[10]; /* 0: the end; below 0: that failed */
	int p50, p90;
	size_t measured;
} times[] = {
	{ { 0 }, -1, -1, 0 },
	{ { 70, 0 }, 70, 70, 1 },
	{ { 70, 10, 0 }, 10, 70, 2 },
	{ { 30, 10, 20, 0 }, 20, 30, 3 },
	{ { 1, 2, 3, 4, 5, 6, 7, 8, 9, 1000 }, 5, 9, 10 },
	{ { 5, -400, 7, 0 }, 5, 7, 2 },
};

static void test_times(void)
{
	for (size_t i = 0; i < PH_COUNT(times); i++) {
		check_case("times", i);
		memset(&history, 0, sizeof(history));
		for (size_t k = 0; k < 10 && times[i].totals[k] != 0; k++) {
			int total = times[i].totals[k];
			const struct day d = {
				.offers = "",
				.cause = total < 0 ? "timeout" : NULL,
				.total_ms = total < 0 ? -total : total,
			};

			add(&d, MAY_1 + (ph_unixtime)k);
		}
		ph_drift_find(&history, "smtp.example.com", 587, NOW, &drift);
		check_int(drift.p50, times[i].p50);
		check_int(drift.p90, times[i].p90);
		check_int(drift.measured, times[i].measured);
	}
	check_case(NULL, 0);
}

/* However much changed, it fits. */
static void test_much(void)
{
	struct day a = { .offers = "A B C D E F G H I J K L M N O P Q R S T" };
	struct day b = { .offers = "" };

	memset(&history, 0, sizeof(history));
	add(&a, MAY_1);
	add(&b, MAY_1 + DAY);
	ph_drift_find(&history, "smtp.example.com", 587, NOW, &drift);
	check_int(drift.count, PH_DRIFT_MAX);
}

static void test_days(void)
{
	char day[PH_DRIFT_DAY_SIZE];

	ph_drift_day(MAY_1, NOW, day);
	check_str(day, "1 May");
	ph_drift_day(MAY_1 - 1, NOW, day);
	check_str(day, "30 Apr");
	ph_drift_day(MAY_1 - 150 * DAY, NOW, day);
	check_str(day, "2 Dec 2025");
	ph_drift_day(MAY_1 + 230 * DAY, NOW, day);
	check_str(day, "17 Dec");
}

int main(void)
{
	test_cases();
	test_times();
	test_much();
	test_days();
	return check_end();
}
