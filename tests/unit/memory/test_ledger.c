#include "check.h"
#include "exact.h"
#include "failalloc.h"
#include "memory/ledger.h"

#include <stdio.h>
#include <stdlib.h>

#define ANN  "0123456789abcdef0123456789abcdef"
#define BOB  "fedcba9876543210fedcba9876543210"
#define SALT "00000000000000000000000000000000"

static const ph_unixmsec now = 1764279455123;

enum {
	SECOND = 1000,
	HOUR = 3600 * 1000,
	DAY = 24 * HOUR
};

static const struct ph_ledger_series quota = { ANN, PH_LEDGER_QUOTA, 3, DAY };
static const struct ph_ledger_series rate = { ANN, PH_LEDGER_RATE, 2, SECOND };

static struct ph_ledger *new_ledger(void)
{
	struct ph_ledger *l = calloc(1, sizeof(*l));

	check(l != NULL);
	memcpy(l->salt, SALT, sizeof(SALT));
	return l;
}

static void test_used(void)
{
	const struct ph_ledger_series bob = { BOB, PH_LEDGER_QUOTA, 3, DAY };
	struct ph_ledger *l = new_ledger();

	check_int(ph_ledger_used(l, &quota, now), 0);
	check_int(ph_ledger_turn(l, &quota, now, 1), now);
	ph_ledger_add(l, &quota, now, now, 2);
	check_int(ph_ledger_used(l, &quota, now), 2);
	check_int(ph_ledger_used(l, &bob, now), 0);
	check_int(ph_ledger_used(l, &rate, now), 0);
	check_int(ph_ledger_turn(l, &quota, now, 1), now);
	/* Two more would be four. */
	check_int(ph_ledger_turn(l, &quota, now, 2), now + DAY);
	ph_ledger_add(l, &quota, now + HOUR, now + HOUR, 1);
	check_int(l->count, 2);
	check_int(ph_ledger_turn(l, &quota, now + HOUR, 1), now + DAY);
	check_int(ph_ledger_turn(l, &quota, now + HOUR, 2), now + DAY);
	check_int(ph_ledger_turn(l, &quota, now + HOUR, 3), now + HOUR + DAY);
	/* To the millisecond. */
	check_int(ph_ledger_used(l, &quota, now + DAY - 1), 3);
	check_int(ph_ledger_used(l, &quota, now + DAY), 1);
	check_int(ph_ledger_turn(l, &quota, now + DAY, 2), now + DAY);
	/* More than are ever allowed: when nothing else counts. */
	check_int(ph_ledger_turn(l, &quota, now + DAY, 9), now + HOUR + DAY);
	check_int(ph_ledger_turn(l, &quota, now + 2 * DAY, 9), now + 2 * DAY);
	free(l);
}

/* Each gets a turn of its own, and nobody goes before who came first. */
static void test_turns(void)
{
	static const ph_unixmsec turns[] = { 0, 0, 1000, 1000, 2000, 2000 };
	struct ph_ledger *l = new_ledger();

	for (size_t i = 0; i < PH_COUNT(turns); i++) {
		ph_unixmsec at = ph_ledger_turn(l, &rate, now, 1);

		check_case("turn", i);
		check_int(at, now + turns[i]);
		if (at > now + SECOND)
			break; /* nobody waits for longer */
		ph_ledger_add(l, &rate, now, at, 1);
	}
	check_int(ph_ledger_used(l, &rate, now), 4);
	/* One that wants less than who waits does not go before it. */
	free(l);
	l = new_ledger();
	ph_ledger_add(l, &rate, now, now + 900, 1);
	check_int(ph_ledger_turn(l, &rate, now, 1), now + 900);
	check_int(ph_ledger_turn(l, &rate, now + 950, 1), now + 950);
	free(l);
}

/* Those of one part of a period stand together, by the last of them. */
static void test_parts(void)
{
	const struct ph_ledger_series many = { ANN, PH_LEDGER_QUOTA, 100000,
		DAY };
	const ph_msec part = DAY / PH_LEDGER_PARTS + 1;
	const ph_unixmsec start = now / part * part;
	struct ph_ledger *l = new_ledger();

	ph_ledger_add(l, &many, start, start, 1);
	ph_ledger_add(l, &many, start + part - 1, start + part - 1, 1);
	/* And a clock that went back a little makes nothing younger. */
	ph_ledger_add(l, &many, start + part - 2, start + part - 2, 1);
	check_int(l->count, 1);
	check_int(l->entries[0].at, start + part - 1);
	check_int(l->entries[0].count, 3);
	ph_ledger_add(l, &many, start + part, start + part, 1);
	check_int(l->count, 2);
	free(l);
	l = new_ledger();
	check_case("parts", 0);
	for (int i = 0; i < 2000; i++) {
		ph_unixmsec at = start + (ph_msec)i * 2 * (DAY / 2000);

		ph_ledger_add(l, &many, at, at, 1);
		check(l->count <= PH_LEDGER_PARTS + 2);
	}
	free(l);
}

static void test_take_back(void)
{
	struct ph_ledger *l = new_ledger();
	const struct ph_ledger_series bob = { BOB, PH_LEDGER_QUOTA, 3, DAY };

	ph_ledger_take_back(l, &quota, now, 1);
	ph_ledger_add(l, &bob, now, now, 1);
	ph_ledger_add(l, &quota, now, now, 1);
	ph_ledger_add(l, &quota, now + HOUR, now + HOUR, 2);
	ph_ledger_take_back(l, &quota, now + HOUR, 0);
	check_int(ph_ledger_used(l, &quota, now + HOUR), 3);
	ph_ledger_take_back(l, &quota, now + HOUR, 1);
	check_int(ph_ledger_used(l, &quota, now + HOUR), 2);
	ph_ledger_take_back(l, &quota, now, 1);
	check_int(l->count, 2);
	check_int(ph_ledger_used(l, &quota, now + HOUR), 1);
	/* Never more than there is, nor from another. */
	ph_ledger_take_back(l, &quota, now, 5);
	check_int(ph_ledger_used(l, &quota, now + HOUR), 0);
	check_int(ph_ledger_used(l, &bob, now + HOUR), 1);
	free(l);
}

/* What lies further ahead than a period is from before the clock was set
   back. */
static void test_clock(void)
{
	struct ph_ledger *l = new_ledger();

	ph_ledger_add(l, &quota, now + 3 * DAY, now + 3 * DAY, 3);
	check_int(ph_ledger_used(l, &quota, now), 0);
	check_int(ph_ledger_turn(l, &quota, now, 1), now);
	ph_ledger_add(l, &quota, now, now, 1);
	check_int(l->count, 1);
	check_int(l->entries[0].at, now);
	free(l);
}

/* Old ones go, each by its own period; another's by the longest there is. */
static void test_old(void)
{
	const struct ph_ledger_series hourly = { ANN, PH_LEDGER_QUOTA, 3,
		HOUR };
	struct ph_ledger *l = new_ledger();

	ph_ledger_add(l, &rate, now, now, 1);
	ph_ledger_add(l, &hourly, now, now, 1);
	ph_ledger_add(l, &hourly, now + HOUR, now + HOUR, 1);
	check_int(l->count, 2);
	check_int(l->entries[0].kind, PH_LEDGER_RATE);
	ph_ledger_add(l, &hourly, now + DAY, now + DAY, 1);
	check_int(l->count, 1);
	check_int(l->entries[0].at, now + DAY);
	free(l);
}

static void fill(struct ph_ledger *l, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		char mark[PH_MARK_SIZE];
		struct ph_ledger_series s = { mark, PH_LEDGER_QUOTA, 3, DAY };

		(void)snprintf(mark, sizeof(mark), "%032zx", i);
		ph_ledger_add(l, &s, now, now, 1);
	}
}

/* The oldest is lost only where nothing else of its account is there. */
static void test_room(void)
{
	const struct ph_ledger_series s = { ANN, PH_LEDGER_QUOTA, 9, DAY };
	struct ph_ledger *l = new_ledger();

	fill(l, PH_LEDGER_MAX);
	check_int(l->count, PH_LEDGER_MAX);
	ph_ledger_add(l, &s, now, now, 4);
	check_int(l->count, PH_LEDGER_MAX);
	check_int(l->entries[0].mark[31], '1');
	check_int(ph_ledger_used(l, &s, now), 4);
	free(l);

	l = new_ledger();
	ph_ledger_add(l, &s, now, now, 4);
	ph_ledger_add(l, &s, now + HOUR, now + HOUR, 1);
	fill(l, PH_LEDGER_MAX - 2);
	ph_ledger_add(l, &rate, now, now, 1);
	check_int(ph_ledger_used(l, &s, now + HOUR), 5);
	check_int(l->entries[0].at, now + HOUR);
	free(l);
}

#define HEAD "posthaste sent 1\nsalt " SALT "\n"

static const char text[] = HEAD "sent " ANN " quota 1764279455123 2\n"
				"sent " BOB " rate 1764279455124 1\n";

static void test_both_ways(void)
{
	struct ph_ledger *l = new_ledger();
	struct ph_buf out;

	ph_buf_init(&out, PH_LEDGER_TEXT_MAX);
	check_int(ph_ledger_read(ph_span_of(text), l), PH_OK);
	check_int(l->count, 2);
	check_int(l->entries[0].count, 2);
	check_int(l->entries[1].kind, PH_LEDGER_RATE);
	check_int(l->entries[1].at, 1764279455124);
	check_int(ph_ledger_write(l, &out), PH_OK);
	check_str(ph_buf_str(&out), text);
	ph_buf_release(&out);
	free(l);
}

static void test_cut(void)
{
	struct ph_ledger *l = new_ledger();

	for (size_t i = 0; i < sizeof(text) - 1; i++) {
		struct ph_span cut = exact_copy((struct ph_span){ text, i });
		bool whole = i >= sizeof(HEAD) - 1 && text[i - 1] == '\n';

		check_case("cut", i);
		check_int(ph_ledger_read(cut, l), whole ? PH_OK : PH_EPROTO);
		exact_free(cut);
	}
	free(l);
}

static void test_cases(void)
{
	static const struct {
		const char *text;
		enum ph_err err;
	} cases[] = {
		{ HEAD, PH_OK },
		{ HEAD "later 1\n", PH_OK },
		{ HEAD "sent " ANN " rate 1 4294967296\n", PH_OK },
		{ HEAD "sent " ANN " rate 1 4294967297\n", PH_EPROTO },
		{ "posthaste sent 1\n", PH_EPROTO },
		{ "posthaste sent 1\nsalt abc\n", PH_EPROTO },
		{ "posthaste sent 2\nsalt " SALT "\n", PH_EPROTO },
		{ HEAD "salt " SALT " x\n", PH_EPROTO },
		{ HEAD "\n", PH_EPROTO },
		{ HEAD "sent\n", PH_EPROTO },
		{ HEAD "sent " ANN "\n", PH_EPROTO },
		{ HEAD "sent " ANN " often 1 1\n", PH_EPROTO },
		{ HEAD "sent " ANN "0 rate 1 1\n", PH_EPROTO },
		{ HEAD "sent " ANN " rate 1\n", PH_EPROTO },
		{ HEAD "sent " ANN " rate -1 1\n", PH_EPROTO },
		{ HEAD "sent " ANN " rate 1 1 1\n", PH_EPROTO },
	};
	struct ph_ledger *l = new_ledger();

	for (size_t i = 0; i < PH_COUNT(cases); i++) {
		check_case(cases[i].text, i);
		check_int(
		    ph_ledger_read(ph_span_of(cases[i].text), l), cases[i].err);
		if (cases[i].err != PH_OK)
			check_int(l->salt[0], '\0');
	}
	free(l);
}

/* As full as can be it fits into the bound, and one more is damage. */
static void test_limits(void)
{
	struct ph_ledger *l = new_ledger();
	struct ph_buf out;

	ph_buf_init(&out, PH_LEDGER_TEXT_MAX);
	fill(l, PH_LEDGER_MAX);
	for (size_t i = 0; i < PH_LEDGER_MAX; i++) {
		l->entries[i].at = (ph_unixmsec)1 << 52;
		l->entries[i].count = UINT64_C(1) << 32;
	}
	check_int(ph_ledger_write(l, &out), PH_OK);
	check_int(ph_ledger_read(ph_buf_span(&out), l), PH_OK);
	check_int(l->count, PH_LEDGER_MAX);
	check_int(ph_buf_append_str(&out, "sent " ANN " rate 1 1\n"), PH_OK);
	check_int(ph_ledger_read(ph_buf_span(&out), l), PH_EPROTO);
	check_int(l->count, 0);
	ph_buf_release(&out);

	/* What is written can be read, whatever was added up. */
	memcpy(l->salt, SALT, sizeof(SALT));
	ph_ledger_add(l, &quota, now, now, UINT64_C(1) << 32);
	ph_ledger_add(l, &quota, now, now, 1);
	check_int(l->entries[0].count, UINT64_C(1) << 32);

	char *big = malloc(PH_LEDGER_TEXT_MAX + 1);

	check(big != NULL);
	memset(big, '\n', PH_LEDGER_TEXT_MAX + 1);
	memcpy(big, HEAD, sizeof(HEAD) - 1);
	check_int(
	    ph_ledger_read((struct ph_span){ big, PH_LEDGER_TEXT_MAX + 1 }, l),
	    PH_EPROTO);
	free(big);
	free(l);
}

static enum ph_err write_all(void *ctx)
{
	struct ph_buf out;

	ph_buf_init(&out, PH_LEDGER_TEXT_MAX);

	enum ph_err err = ph_ledger_write(ctx, &out);

	ph_buf_release(&out);
	return err;
}

static void test_memory(void)
{
	struct ph_ledger *l = new_ledger();

	check_int(ph_ledger_read(ph_span_of(text), l), PH_OK);
	check(failalloc_run(write_all, l) > 0);
	free(l);
}

int main(void)
{
	test_used();
	test_turns();
	test_parts();
	test_take_back();
	test_clock();
	test_old();
	test_room();
	test_both_ways();
	test_cut();
	test_cases();
	test_limits();
	test_memory();
	return check_end();
}
