#include "check.h"
#include "exact.h"
#include "failalloc.h"
#include "memory/tally.h"

#define ANN  "0123456789abcdef0123456789abcdef"
#define BOB  "fedcba9876543210fedcba9876543210"
#define SALT "00000000000000000000000000000000"

static const ph_unixmsec now = 1764279455123;
static const ph_unixmsec minute = 60000;

static struct ph_tally_sum sum(const struct ph_tally *t, const char *mark,
    ph_unixmsec at, ph_unixmsec changed_at, unsigned allowed)
{
	struct ph_tally_sum s;

	ph_tally_sum(t, mark, at, changed_at, allowed, &s);
	return s;
}

static void test_sum(void)
{
	struct ph_tally t = { .salt = SALT };
	struct ph_tally_sum s = sum(&t, ANN, now, 0, 2);

	check_int(s.count, 0);
	check_int(s.since, 0);
	check_int(s.free_at, 0);
	ph_tally_add(&t, ANN, now);
	ph_tally_add(&t, BOB, now + 1);
	s = sum(&t, ANN, now + minute, 0, 2);
	check_int(s.count, 1);
	check_int(s.since, now);
	check_int(s.free_at, 0);
	ph_tally_add(&t, ANN, now + minute);
	s = sum(&t, ANN, now + minute, 0, 2);
	check_int(s.count, 2);
	check_int(s.free_at, now + 60 * minute);
	/* One more than allowed: the second must go too. */
	ph_tally_add(&t, ANN, now + 2 * minute);
	s = sum(&t, ANN, now + 2 * minute, 0, 2);
	check_int(s.count, 3);
	check_int(s.free_at, now + 61 * minute);
	check_int(sum(&t, BOB, now + minute, 0, 1).count, 1);
	/* To the millisecond. */
	check_int(sum(&t, ANN, now + 60 * minute - 1, 0, 2).count, 3);
	check_int(sum(&t, ANN, now + 60 * minute, 0, 2).count, 2);
	check_int(sum(&t, ANN, now + 62 * minute, 0, 2).count, 0);
}

/* Those of an earlier password, and those from before the clock was set. */
static void test_not_counted(void)
{
	struct ph_tally t = { .salt = SALT };

	ph_tally_add(&t, ANN, now);
	ph_tally_add(&t, ANN, now + 10);
	check_int(sum(&t, ANN, now + 20, now, 2).count, 2);
	check_int(sum(&t, ANN, now + 20, now + 1, 2).count, 1);
	check_int(sum(&t, ANN, now + 20, now + 20, 2).count, 0);
	check_int(sum(&t, ANN, now - 1, 0, 2).count, 0);
	check_int(sum(&t, ANN, now + 5, 0, 2).count, 1);
}

static void test_absolve(void)
{
	struct ph_tally t = { .salt = SALT };

	check(!ph_tally_absolve(&t, ANN));
	ph_tally_add(&t, ANN, now);
	ph_tally_add(&t, BOB, now);
	ph_tally_add(&t, ANN, now);
	check(ph_tally_absolve(&t, ANN));
	check_int(t.count, 1);
	check_str(t.refusals[0].mark, BOB);
}

/* Old ones make room, and after them the oldest. */
static void test_room(void)
{
	struct ph_tally t = { .salt = SALT };

	ph_tally_add(&t, BOB, now - 61 * minute);
	ph_tally_add(&t, BOB, now - 60 * minute);
	ph_tally_add(&t, ANN, now);
	check_int(t.count, 1);
	for (int i = 0; i < PH_TALLY_MAX; i++)
		ph_tally_add(&t, ANN, now + 1 + i);
	check_int(t.count, PH_TALLY_MAX);
	check_int(t.refusals[0].at, now + 1);
	check_int(sum(&t, ANN, now + 1000, 0, 2).count, PH_TALLY_MAX);
}

#define HEAD "posthaste refusals 1\nsalt " SALT "\n"

static const char text[] = HEAD "refused " ANN " 1764279455123\n"
				"refused " BOB " 1764279455124\n";

static void test_both_ways(void)
{
	struct ph_tally t;
	struct ph_buf out;

	ph_buf_init(&out, PH_TALLY_TEXT_MAX);
	check(ph_tally_read(ph_span_of(text), &t) == PH_OK);
	check_int(t.count, 2);
	check_int(t.refusals[1].at, 1764279455124);
	check(ph_tally_write(&t, &out) == PH_OK);
	check_str(ph_buf_str(&out), text);
	ph_buf_release(&out);
}

static void test_cut(void)
{
	struct ph_tally t;

	for (size_t i = 0; i < sizeof(text) - 1; i++) {
		struct ph_span cut = exact_copy((struct ph_span){ text, i });
		bool whole = i >= sizeof(HEAD) - 1 && text[i - 1] == '\n';

		check_case("cut", i);
		check_int(ph_tally_read(cut, &t), whole ? PH_OK : PH_EPROTO);
		exact_free(cut);
	}
}

static void test_cases(void)
{
	static const struct {
		const char *text;
		enum ph_err err;
	} cases[] = {
		{ HEAD, PH_OK },
		{ HEAD "later 1\n", PH_OK },
		{ "posthaste refusals 1\n", PH_EPROTO },
		{ "posthaste refusals 1\nsalt abc\n", PH_EPROTO },
		{ "posthaste refusals 2\nsalt " SALT "\n", PH_EPROTO },
		{ HEAD "\n", PH_EPROTO },
		{ HEAD "refused\n", PH_EPROTO },
		{ HEAD "refused " ANN "\n", PH_EPROTO },
		{ HEAD "refused " ANN "0 1\n", PH_EPROTO },
		{ HEAD "refused " ANN " 1 2\n", PH_EPROTO },
		{ HEAD "refused " ANN " -1\n", PH_EPROTO },
	};
	struct ph_tally t;

	for (size_t i = 0; i < PH_COUNT(cases); i++) {
		check_case(cases[i].text, i);
		check_int(
		    ph_tally_read(ph_span_of(cases[i].text), &t), cases[i].err);
	}
}

/* As full as can be it fits into the bound, and one more is damage. */
static void test_limits(void)
{
	struct ph_tally t = { .salt = SALT };
	struct ph_buf out;

	ph_buf_init(&out, PH_TALLY_TEXT_MAX);
	for (int i = 0; i < PH_TALLY_MAX; i++)
		ph_tally_add(&t, ANN, (ph_unixmsec)1 << 52);
	check_int(ph_tally_write(&t, &out), PH_OK);
	check_int(ph_tally_read(ph_buf_span(&out), &t), PH_OK);
	check_int(t.count, PH_TALLY_MAX);
	check(ph_buf_append_str(&out, "refused " ANN " 1\n") == PH_OK);
	check_int(ph_tally_read(ph_buf_span(&out), &t), PH_EPROTO);
	check_int(t.count, 0);
	ph_buf_release(&out);
}

static enum ph_err write_all(void *ctx)
{
	struct ph_buf out;

	ph_buf_init(&out, PH_TALLY_TEXT_MAX);

	enum ph_err err = ph_tally_write(ctx, &out);

	ph_buf_release(&out);
	return err;
}

static void test_memory(void)
{
	struct ph_tally t;

	check(ph_tally_read(ph_span_of(text), &t) == PH_OK);
	check(failalloc_run(write_all, &t) > 0);
}

int main(void)
{
	test_sum();
	test_not_counted();
	test_absolve();
	test_room();
	test_both_ways();
	test_cut();
	test_cases();
	test_limits();
	test_memory();
	return check_end();
}
