#include "check.h"
#include "memory/history.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct ph_history before, after;

static struct ph_history_test make(ph_unixtime at)
{
	struct ph_history_test t = {
		.at = at,
		.host = "smtp.example.com",
		.port = 587,
		.mode = "after-connect",
		.ok = true,
		.stage = "auth",
		.cause = "none",
		.ms = { 1, 12, -1, 30, 25, 4, 110, 190 },
		.version = "TLSv1.3",
		.verified = true,
		.not_after = 1795840000,
		.key = "5d41",
		.mechanism = "SCRAM-SHA-256",
		.has_offer = true,
	};

	ph_history_offer(&t, "", PH_SPAN("PIPELINING"));
	ph_history_offer(&t, "AUTH=", PH_SPAN("PLAIN"));
	return t;
}

static void check_same(
    const struct ph_history_test *a, const struct ph_history_test *b)
{
	check_int(a->at, b->at);
	check_str(a->host, b->host);
	check_int(a->port, b->port);
	check_str(a->mode, b->mode);
	check_int(a->ok, b->ok);
	check_str(a->stage, b->stage);
	check_str(a->cause, b->cause);
	check_int(a->code, b->code);
	for (size_t i = 0; i < PH_HISTORY_STEPS; i++)
		check_int(a->ms[i], b->ms[i]);
	check_str(a->version, b->version);
	check_int(a->verified, b->verified);
	check_int(a->not_after, b->not_after);
	check_str(a->key, b->key);
	check_str(a->mechanism, b->mechanism);
	check_int(a->has_offer, b->has_offer);
	check_int(a->offer_count, b->offer_count);
	for (size_t i = 0; i < a->offer_count; i++)
		check_str(a->offers[i], b->offers[i]);
}

static void write_and_read(void)
{
	struct ph_buf text;

	ph_buf_init(&text, PH_HISTORY_TEXT_MAX);
	check_int(ph_history_write(&before, &text), PH_OK);
	check_int(ph_history_read(ph_buf_span(&text), &after), PH_OK);
	check_int(after.count, before.count);
	for (size_t i = 0; i < before.count && i < after.count; i++)
		check_same(&before.tests[i], &after.tests[i]);
	ph_buf_release(&text);
}

static void test_there_and_back(void)
{
	struct ph_history_test t = make(1000);

	memset(&before, 0, sizeof(before));
	write_and_read();
	ph_history_add(&before, &t);
	/* one that came to nothing */
	t = (struct ph_history_test){
		.at = 2000,
		.host = "2001:db8::1",
		.port = 25,
		.mode = "wanted",
		.stage = "connect",
		.cause = "connect-refused",
		.ms = { 1, -1, -1, -1, -1, -1, -1, 2 },
	};
	ph_history_add(&before, &t);
	/* in clear, and nothing offered */
	t.has_offer = true;
	t.code = 554;
	ph_history_add(&before, &t);
	write_and_read();
	check_str(after.tests[1].version, "");
	check(!after.tests[1].has_offer && after.tests[2].has_offer);
}

static void test_the_oldest_goes(void)
{
	memset(&before, 0, sizeof(before));
	for (int i = 0; i < PH_HISTORY_MAX + 7; i++) {
		struct ph_history_test t = make(1000 + i);

		ph_history_add(&before, &t);
	}
	check_int(before.count, PH_HISTORY_MAX);
	check_int(before.tests[0].at, 1007);
	check_int(before.tests[PH_HISTORY_MAX - 1].at, 1056);
	write_and_read();
}

/* As long as anything can be, it fits. */
static void test_biggest(void)
{
	struct ph_history_test t = make(1795840000);

	memset(t.host, 'h', sizeof(t.host) - 1);
	memset(t.mode, 'm', sizeof(t.mode) - 1);
	memset(t.stage, 's', sizeof(t.stage) - 1);
	memset(t.cause, 'c', sizeof(t.cause) - 1);
	memset(t.version, 'v', sizeof(t.version) - 1);
	memset(t.key, 'k', sizeof(t.key) - 1);
	memset(t.mechanism, 'n', sizeof(t.mechanism) - 1);
	for (size_t i = 0; i < PH_HISTORY_STEPS; i++)
		t.ms[i] = INT32_MAX;
	t.code = 999;
	for (unsigned i = 0; i < 100; i++) {
		char word[PH_HISTORY_OFFER_SIZE];

		(void)snprintf(word, sizeof(word), "%031u", i);
		ph_history_offer(&t, "", ph_span_of(word));
	}
	check_int(t.offer_count, PH_HISTORY_OFFERS_MAX);
	memset(&before, 0, sizeof(before));
	for (int i = 0; i < PH_HISTORY_MAX; i++)
		ph_history_add(&before, &t);
	write_and_read();
}

static void test_offers(void)
{
	struct ph_history_test t = { 0 };

	ph_history_offer(&t, "", PH_SPAN("pipelining"));
	ph_history_offer(&t, "", PH_SPAN("PIPELINING"));
	ph_history_offer(&t, "AUTH=", PH_SPAN("X-OWN_1"));
	check_int(t.offer_count, 2);
	check(ph_history_offers(&t, "PIPELINING"));
	check(ph_history_offers(&t, "AUTH=X-OWN_1"));
	check(!ph_history_offers(&t, "pipelining"));
	/* what is none */
	ph_history_offer(&t, "", PH_SPAN(""));
	ph_history_offer(&t, "", PH_SPAN("A B"));
	ph_history_offer(&t, "", PH_SPAN("A\nB"));
	ph_history_offer(&t, "", PH_SPAN("\xc3\xa4"));
	ph_history_offer(
	    &t, "AUTH=", PH_SPAN("ABCDEFGHIJKLMNOPQRSTUVWXYZ01234"));
	check_int(t.offer_count, 2);
}

/* No word breaks a line. */
static void test_no_words(void)
{
	struct ph_history_test t = make(1000);

	(void)snprintf(t.host, sizeof(t.host), "a b");
	(void)snprintf(t.mechanism, sizeof(t.mechanism), "X\nY");
	(void)snprintf(t.version, sizeof(t.version), "\xff");
	memset(&before, 0, sizeof(before));
	ph_history_add(&before, &t);
	check_str(before.tests[0].host, "");
	check_str(before.tests[0].mechanism, "");
	check_str(before.tests[0].version, "");
	write_and_read();
	check_int(after.count, 1);
}

#define GOOD "test 1000 h 587 after-connect ok auth none 0\n"

static const struct {
	const char *name;
	const char *text;
	int count; /* -1: damaged */
} texts[] = {
	{ "none", "posthaste tests 1\n", 0 },
	{ "one", "posthaste tests 1\n" GOOD, 1 },
	{ "all of one",
	    "posthaste tests 1\n" GOOD "took 1 - - - - - - 7\n"
	    "tls TLSv1.3 verified 9 -\nlogin PLAIN\noffers\n",
	    1 },
	{ "a later version's line", "posthaste tests 1\n" GOOD "mood good\n",
	    1 },
	{ "empty", "", -1 },
	{ "another file's", "posthaste server 1\n", -1 },
	{ "cut", "posthaste tests 1\ntest 1000 h 587", -1 },
	{ "a word too few",
	    "posthaste tests 1\ntest 1000 h 587 after-connect ok auth none\n",
	    -1 },
	{ "a word too many",
	    "posthaste tests 1\ntest 1000 h 587 after-connect ok auth none 0 "
	    "1\n",
	    -1 },
	{ "no number", "posthaste tests 1\ntest x h 587 m ok auth none 0\n",
	    -1 },
	{ "no port", "posthaste tests 1\ntest 1 h 70000 m ok auth none 0\n",
	    -1 },
	{ "no end", "posthaste tests 1\ntest 1 h 5 m maybe auth none 0\n", -1 },
	{ "before any test", "posthaste tests 1\nlogin PLAIN\n", -1 },
	{ "times too few", "posthaste tests 1\n" GOOD "took 1 2\n", -1 },
	{ "times too many",
	    "posthaste tests 1\n" GOOD "took 1 2 3 4 5 6 7 8 9\n", -1 },
	{ "no time", "posthaste tests 1\n" GOOD "took 1 2 3 4 x 6 7 8\n", -1 },
	{ "no TLS", "posthaste tests 1\n" GOOD "tls TLSv1.3\n", -1 },
	{ "TLS of another kind",
	    "posthaste tests 1\n" GOOD "tls TLSv1.3 perhaps 9 -\n", -1 },
	{ "no login", "posthaste tests 1\n" GOOD "login\n", -1 },
	{ "two blanks", "posthaste tests 1\n" GOOD "offers A  B\n", -1 },
	{ "a word that is too long",
	    "posthaste tests 1\n" GOOD
	    "offers ABCDEFGHIJKLMNOPQRSTUVWXYZABCDEFGHIJ\n",
	    -1 },
	{ "a control byte", "posthaste tests 1\n" GOOD "offers A\x01\n", -1 },
	{ "an empty line", "posthaste tests 1\n\n", -1 },
};

static void test_texts(void)
{
	for (size_t i = 0; i < PH_COUNT(texts); i++) {
		enum ph_err err =
		    ph_history_read(ph_span_of(texts[i].text), &after);

		check_case(texts[i].name, i);
		check_int(err, texts[i].count < 0 ? PH_EPROTO : PH_OK);
		check_int(after.count, texts[i].count < 0 ? 0 : texts[i].count);
	}
	check_case(NULL, 0);
}

/* More than are kept, in a file of somebody's. */
static void test_too_many(void)
{
	struct ph_buf text;

	ph_buf_init(&text, PH_HISTORY_TEXT_MAX);
	check_int(ph_buf_append_str(&text, "posthaste tests 1\n"), PH_OK);
	for (int i = 0; i < PH_HISTORY_MAX + 3; i++) {
		check_int(ph_buf_appendf(&text,
			      "test %d h 5 m ok auth none 0\nlogin A\n", i + 1),
		    PH_OK);
	}
	check_int(ph_history_read(ph_buf_span(&text), &after), PH_OK);
	check_int(after.count, PH_HISTORY_MAX);
	check_int(after.tests[0].at, 4);
	check_str(after.tests[PH_HISTORY_MAX - 1].mechanism, "A");
	ph_buf_release(&text);
}

/* Wherever it was cut, it is damaged or shorter, and nothing is read beyond. */
static void test_cuts(void)
{
	struct ph_history_test t = make(1000);
	struct ph_buf text;

	memset(&before, 0, sizeof(before));
	ph_history_add(&before, &t);
	ph_history_add(&before, &t);
	ph_buf_init(&text, PH_HISTORY_TEXT_MAX);
	check_int(ph_history_write(&before, &text), PH_OK);
	for (size_t len = 0; len < text.len; len++) {
		char *copy = malloc(len + 1);

		memcpy(copy, text.ptr, len);
		(void)!ph_history_read((struct ph_span){ copy, len }, &after);
		check(after.count <= 2);
		free(copy);
	}
	ph_buf_release(&text);
}

int main(void)
{
	test_there_and_back();
	test_the_oldest_goes();
	test_biggest();
	test_offers();
	test_no_words();
	test_texts();
	test_too_many();
	test_cuts();
	return check_end();
}
