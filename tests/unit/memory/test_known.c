#include "check.h"
#include "memory/known.h"

enum {
	NOW = 1764279455, /* 2025-11-27 21:37:35 UTC */
	HOUR = 3600,
	DAY = 24 * HOUR
};

#define KEY_A "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define KEY_B "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"

static const struct ph_span scram_plain[] = { PH_SPAN_INIT("SCRAM-SHA-256"),
	PH_SPAN_INIT("plain") };
static const struct ph_span plain[] = { PH_SPAN_INIT("PLAIN") };

static struct ph_known_news good_news(ph_unixtime now)
{
	return (struct ph_known_news){
		.host = PH_SPAN("smtp.example.com"),
		.port = 587,
		.now = now,
		.good = true,
		.starttls = true,
		.version = PH_SPAN("TLSv1.3"),
		.key = PH_SPAN(KEY_A),
		.has_offer = true,
		.offered = scram_plain,
		.offered_count = 2,
	};
}

static void test_offer(void)
{
	struct ph_known k = { 0 };
	struct ph_known_news n = good_news(NOW);

	check(ph_known_learn(&k, &n));
	check_str(k.host, "smtp.example.com");
	check_int(k.port, 587);
	check_int(k.seen, NOW);
	check_int(k.good, NOW);
	check(k.good_starttls);
	check_str(k.good_version, "TLSv1.3");
	check_str(k.key, KEY_A);
	check(k.key_good);
	check_int(k.mechanism_count, 2);
	check_str(k.mechanisms[1].name, "PLAIN");
	check(k.mechanisms[0].good && k.mechanisms[0].offered);
	check(ph_known_mechanism(&k, PH_SPAN("scram-sha-256")) != NULL);
	check(ph_known_mechanism(&k, PH_SPAN("NTLM")) == NULL);

	/* The same within the day is not worth a write, and is the next day. */
	n = good_news(NOW + HOUR);
	check(!ph_known_learn(&k, &n));
	check_int(k.good, NOW);
	n = good_news(NOW + DAY);
	check(ph_known_learn(&k, &n));
	check_int(k.good, NOW + DAY);
	/* The clock was set back. */
	n = good_news(NOW);
	check(ph_known_learn(&k, &n));
	check_int(k.good, NOW);
}

/* What is worth a write, each by itself. */
static void test_changes(void)
{
	for (size_t i = 0; i < 6; i++) {
		struct ph_known k = { 0 };
		struct ph_known_news n = good_news(NOW);

		check_case("change", i);
		check(ph_known_learn(&k, &n));
		n.now = NOW + 1;
		if (i == 0)
			n.starttls = false;
		if (i == 1)
			n.version = PH_SPAN("TLSv1.2");
		if (i == 2)
			n.key = PH_SPAN(KEY_B);
		if (i == 3)
			n.offered_count = 1;
		if (i == 4)
			n.port = 465;
		if (i == 5)
			n.host = PH_SPAN("smtp.example.org");
		check(ph_known_learn(&k, &n));
		check(!ph_known_learn(&k, &n));
	}
}

/* What is poorer, or was not verified, takes no good offer's place. */
static void test_poorer(void)
{
	for (size_t i = 0; i < 2; i++) {
		struct ph_known k = { 0 };
		struct ph_known_news n = good_news(NOW);

		check_case("poorer", i);
		check(ph_known_learn(&k, &n));
		n = good_news(NOW + DAY);
		n.good = i == 0;
		n.is_poorer = i == 0;
		n.starttls = false;
		n.offered = plain;
		n.offered_count = 1;
		check(ph_known_learn(&k, &n));
		check_int(k.good, NOW);
		check(k.good_starttls);
		check(k.mechanisms[0].good);
		check(!k.mechanisms[0].offered);
		check(k.mechanisms[1].offered);
		check_int(k.seen, NOW + DAY);
	}
}

/* Before EHLO there is no offer, and none is gone. */
static void test_no_offer(void)
{
	struct ph_known k = { 0 };
	struct ph_known_news n = good_news(NOW);

	check(ph_known_learn(&k, &n));
	n.has_offer = false;
	n.offered_count = 0;
	check(!ph_known_learn(&k, &n));
	check(k.mechanisms[0].offered);
}

static const struct {
	const char *before;
	bool before_good;
	const char *after;
	bool after_good;
	bool changed;
	const char *kept;
	bool kept_good;
} key_cases[] = {
	{ "", false, KEY_A, false, true, KEY_A, false },
	{ "", false, KEY_A, true, true, KEY_A, true },
	{ KEY_A, false, KEY_A, false, false, KEY_A, false },
	{ KEY_A, false, KEY_A, true, true, KEY_A, true },
	{ KEY_A, true, KEY_A, false, false, KEY_A, true },
	{ KEY_A, true, KEY_B, true, true, KEY_B, true },
	{ KEY_A, false, KEY_B, true, true, KEY_B, true },
	{ KEY_A, true, KEY_B, false, false, KEY_A, true },
	{ KEY_A, false, KEY_B, false, false, KEY_A, false },
	{ KEY_A, true, "", false, false, KEY_A, true },
	{ KEY_A, true, KEY_B KEY_B, true, false, KEY_A, true },
};

static void test_key(void)
{
	for (size_t i = 0; i < PH_COUNT(key_cases); i++) {
		struct ph_known k = { 0 };
		struct ph_known_news n = { .host = PH_SPAN("h"), .now = NOW };

		check_case("key", i);
		n.key = ph_span_of(key_cases[i].before);
		n.good = key_cases[i].before_good;
		check(ph_known_learn(&k, &n));
		n.now = NOW + 1;
		n.key = ph_span_of(key_cases[i].after);
		n.good = key_cases[i].after_good;
		check_int(ph_known_learn(&k, &n), key_cases[i].changed);
		check_str(k.key, key_cases[i].kept);
		check_int(k.key_good, key_cases[i].kept_good);
		check_int(k.key_since - NOW,
		    strcmp(key_cases[i].kept, key_cases[i].before) != 0);
	}
}

static bool attempt(struct ph_known *k, const char *name, bool worked,
    uint32_t ms, ph_unixtime now)
{
	struct ph_known_attempt a = { ph_span_of(name), worked, ms };
	struct ph_known_news n = {
		.host = PH_SPAN("h"),
		.now = now,
		.good = true,
		.attempts = &a,
		.attempt_count = 1,
	};

	return ph_known_learn(k, &n);
}

static void test_attempts(void)
{
	struct ph_known k = { 0 };
	const struct ph_known_mechanism *m;

	check(attempt(&k, "CRAM-MD5", false, 1800, NOW));
	check(!ph_known_is_broken(&k, PH_SPAN("CRAM-MD5")));
	check(attempt(&k, "cram-md5", false, 1700, NOW + 1));
	check(ph_known_is_broken(&k, PH_SPAN("CRAM-MD5")));
	check(!ph_known_is_broken(&k, PH_SPAN("PLAIN")));
	m = ph_known_mechanism(&k, PH_SPAN("CRAM-MD5"));
	check_int(m->broken_count, 2);
	check_int(m->broken_ms, 1700);
	check_int(m->broken, NOW + 1);
	check(m->broken_good);

	/* It was mended: one success is enough, and is written at once. */
	check(attempt(&k, "CRAM-MD5", true, 90, NOW + 2));
	check(!ph_known_is_broken(&k, PH_SPAN("CRAM-MD5")));
	check_int(m->worked, NOW + 2);
	check_int(m->worked_ms, 90);
	check(!attempt(&k, "CRAM-MD5", true, 95, NOW + 3));
	check_int(m->worked_ms, 90);
	check(attempt(&k, "CRAM-MD5", true, 95, NOW + 2 + DAY));
	check_int(m->worked_ms, 95);
	/* Once is not twice running. */
	check(attempt(&k, "CRAM-MD5", false, 5, NOW + 3 + DAY));
	check(!ph_known_is_broken(&k, PH_SPAN("CRAM-MD5")));
}

/* It ends somewhere. */
static void test_bounds(void)
{
	struct ph_known_news n = good_news(NOW);
	struct ph_known k = { 0 };
	char name[] = "X-00";

	for (size_t i = 0; i < 1200; i++)
		(void)attempt(&k, "NTLM", false, 1, NOW);
	check_int(ph_known_mechanism(&k, PH_SPAN("NTLM"))->broken_count, 1000);
	check(!attempt(&k, "NTLM", false, 1, NOW));
	for (int i = 0; i < 99; i++) {
		name[2] = (char)('0' + i / 10);
		name[3] = (char)('0' + i % 10);
		(void)attempt(&k, name, true, 1, NOW);
	}
	check_int(k.mechanism_count, PH_KNOWN_MECHANISMS_MAX);
	k = (struct ph_known){ 0 };
	check(attempt(&k, "X_OTHER", true, 1, NOW));
	check_str(k.mechanisms[0].name, "X_OTHER");
	/* What is too long for its place is cut, and stays the same then. */
	n.version = PH_SPAN("TLSv1.3-and-more-than-that");
	check(ph_known_learn(&k, &n));
	check_str(k.good_version, "TLSv1.3-and-mor");
	check(!ph_known_learn(&k, &n));
	k = (struct ph_known){ 0 };
	check(attempt(&k, "A B", true, 1, NOW)); /* the host is new */
	check(!attempt(&k, "", true, 1, NOW));
	check(!attempt(&k, "A123456789B123456789C", true, 1, NOW));
	check_int(k.mechanism_count, 0);
}

static void test_expire(void)
{
	struct ph_known k = { 0 };
	struct ph_known_news n = good_news(NOW);
	struct ph_known old;

	check(ph_known_learn(&k, &n));
	check(attempt(&k, "NTLM", false, 1, NOW));
	check(attempt(&k, "LOGIN", true, 1, NOW));
	old = k;
	ph_known_expire(&k, NOW + PH_KNOWN_AGE_MAX);
	check_str(k.host, old.host);
	check_int(k.good, NOW);
	check_int(k.mechanism_count, old.mechanism_count);
	ph_known_expire(&k, NOW + PH_KNOWN_AGE_MAX + 1);
	check_str(k.host, "");

	/* Seen since, but not with TLS, and without the mechanisms. */
	k = old;
	k.seen = NOW + PH_KNOWN_AGE_MAX;
	for (size_t i = 0; i < k.mechanism_count; i++)
		k.mechanisms[i].offered = i == 0;
	ph_known_expire(&k, NOW + PH_KNOWN_AGE_MAX + 1);
	check_int(k.good, 0);
	check_int(k.mechanism_count, 1);
	check_str(k.mechanisms[0].name, "SCRAM-SHA-256");
	check(!k.mechanisms[0].good);
	/* What is to come was written by a clock that went wrong. */
	k = old;
	k.good = NOW + 10 * DAY;
	ph_known_expire(&k, NOW);
	check_int(k.good, 0);
	k = old;
	k.seen = NOW + 10 * DAY;
	ph_known_expire(&k, NOW);
	check_str(k.host, "");
}

static void test_dates(void)
{
	static const struct {
		ph_unixtime t;
		const char *text;
	} cases[] = {
		{ 0, "1970-01-01 00:00 UTC" },
		{ -5, "1970-01-01 00:00 UTC" },
		{ 951782399, "2000-02-28 23:59 UTC" },
		{ 951782400, "2000-02-29 00:00 UTC" },
		{ 951868800, "2000-03-01 00:00 UTC" },
		{ 1735689599, "2024-12-31 23:59 UTC" },
		{ NOW, "2025-11-27 21:37 UTC" },
		{ 4107542400, "2100-03-01 00:00 UTC" },
		{ INT64_MAX, "8307-10-01 19:33 UTC" },
	};

	for (size_t i = 0; i < PH_COUNT(cases); i++) {
		char out[PH_KNOWN_TIME_SIZE];

		check_case("date", i);
		ph_known_time(cases[i].t, out);
		check_str(out, cases[i].text);
		ph_known_day(cases[i].t, out);
		check_int(strlen(out), 10);
		check(strncmp(out, cases[i].text, 10) == 0);
	}
}

int main(void)
{
	test_offer();
	test_changes();
	test_poorer();
	test_no_offer();
	test_key();
	test_attempts();
	test_bounds();
	test_expire();
	test_dates();
	return check_end();
}
