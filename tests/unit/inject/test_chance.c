#include "base/err.h"
#include "check.h"
#include "inject/chance.h"

static unsigned count(uint64_t seed, unsigned percent)
{
	unsigned hits = 0;

	for (uint64_t i = 0; i < 10000; i++) {
		struct ph_inject_place place = { i % 7, i % 31, i };

		hits += ph_inject_chance_percent(seed, &place, percent);
	}
	return hits;
}

/* Runs of another day have to come to the same: these are for ever. */
static void test_for_ever(void)
{
	static const struct {
		uint64_t seed;
		struct ph_inject_place place;
		uint64_t value;
	} cases[] = {
		{ 0, { 0, 0, 0 }, 0x2130748aaac80268U },
		{ 1, { 0, 1, 0 }, 0x91df2b1652002e2dU },
		{ 1, { 2, 3, 4 }, 0xd55ccd4aeb3ccafbU },
	};

	for (size_t i = 0; i < PH_COUNT(cases); i++) {
		check_case("for ever", i);
		check(ph_inject_chance(cases[i].seed, &cases[i].place) ==
		    cases[i].value);
	}
	check_case(NULL, 0);
}

static void test_places_differ(void)
{
	struct ph_inject_place a = { 1, 2, 3 };
	struct ph_inject_place b = { 2, 1, 3 };
	struct ph_inject_place c = { 1, 2, 4 };

	check(ph_inject_chance(5, &a) == ph_inject_chance(5, &a));
	check(ph_inject_chance(5, &a) != ph_inject_chance(6, &a));
	check(ph_inject_chance(5, &a) != ph_inject_chance(5, &b));
	check(ph_inject_chance(5, &a) != ph_inject_chance(5, &c));
}

int main(void)
{
	test_for_ever();
	test_places_differ();
	for (uint64_t seed = 0; seed < 20; seed++) {
		check_case("seed", seed);
		check_int(count(seed, 0), 0);
		check_int(count(seed, 100), 10000);
		/* Six standard deviations. */
		check(count(seed, 10) > 820 && count(seed, 10) < 1180);
		check(count(seed, 50) > 4700 && count(seed, 50) < 5300);
	}
	check_case(NULL, 0);
	return check_end();
}
