#include "check.h"
#include "failalloc.h"
#include "inject/rate.h"

static void test_window(void)
{
	struct ph_inject_rate r;

	check(ph_inject_rate_init(&r, 3, 1000) == PH_OK);
	check(ph_inject_rate_take(&r, 0));
	check(ph_inject_rate_take(&r, 500));
	check(ph_inject_rate_take(&r, 900));
	check(!ph_inject_rate_take(&r, 900));
	check(!ph_inject_rate_take(&r, 999));
	/* What was refused did not count. */
	check(ph_inject_rate_take(&r, 1000));
	check(!ph_inject_rate_take(&r, 1499));
	check(ph_inject_rate_take(&r, 1500));
	check(!ph_inject_rate_take(&r, 1500));
	check(ph_inject_rate_take(&r, 99999));
	check(ph_inject_rate_take(&r, 99999));
	check(ph_inject_rate_take(&r, 99999));
	check(!ph_inject_rate_take(&r, 99999));
	ph_inject_rate_release(&r);
}

static void test_one(void)
{
	struct ph_inject_rate r;

	check(ph_inject_rate_init(&r, 1, 10) == PH_OK);
	for (ph_msec now = 0; now < 100; now++)
		check(ph_inject_rate_take(&r, now) == (now % 10 == 0));
	ph_inject_rate_release(&r);
}

static enum ph_err make(void *ctx)
{
	struct ph_inject_rate r;
	enum ph_err err = ph_inject_rate_init(&r, PH_INJECT_RATE_MAX, 1);

	(void)ctx;
	ph_inject_rate_release(&r);
	return err;
}

int main(void)
{
	test_window();
	test_one();
	check(failalloc_run(make, NULL) > 0);
	return check_end();
}
