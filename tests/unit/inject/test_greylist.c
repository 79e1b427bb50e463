#include "base/err.h"
#include "check.h"
#include "inject/greylist.h"

#include <stdlib.h>

static void test_waits(void)
{
	struct ph_inject_greylist *g = calloc(1, sizeof(*g));

	if (g == NULL)
		abort();
	/* The first is too early whatever the wait; then time counts from it,
	   and not from the last. */
	check(!ph_inject_greylist_passes(g, 1, 0, 1000));
	check(ph_inject_greylist_passes(g, 1, 0, 1000));
	check(!ph_inject_greylist_passes(g, 2, 500, 1000));
	check(!ph_inject_greylist_passes(g, 2, 500, 1499));
	check(ph_inject_greylist_passes(g, 2, 500, 1500));
	check(ph_inject_greylist_passes(g, 2, 500, 99000));
	check(!ph_inject_greylist_passes(g, 3, 500, 99000));
	free(g);
}

static void test_forgets_the_oldest(void)
{
	struct ph_inject_greylist *g = calloc(1, sizeof(*g));

	if (g == NULL)
		abort();
	for (uint64_t i = 0; i < PH_INJECT_GREYLIST_MAX; i++)
		check(!ph_inject_greylist_passes(g, i, 0, 0));
	check(ph_inject_greylist_passes(g, 0, 0, 0));
	check(!ph_inject_greylist_passes(g, 5000, 0, 0));
	check(!ph_inject_greylist_passes(g, 0, 0, 0));
	check(!ph_inject_greylist_passes(g, 1, 0, 0));
	check(ph_inject_greylist_passes(g, 3, 0, 0));
	check(ph_inject_greylist_passes(g, 5000, 0, 0));
	free(g);
}

static uint64_t pair(const char *a, const char *b)
{
	return ph_inject_greylist_pair(ph_span_of(a), ph_span_of(b));
}

int main(void)
{
	test_waits();
	test_forgets_the_oldest();
	check(pair("a@x", "b@y") == pair("A@X", "B@y"));
	check(pair("a@x", "b@y") != pair("b@y", "a@x"));
	check(pair("a@x", "b@y") != pair("a@xb@", "y"));
	check(pair("", "b@y") != pair("b@y", ""));
	return check_end();
}
