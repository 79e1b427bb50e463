#include "inject/rate.h"

#include <assert.h>
#include <stdlib.h>

enum ph_err ph_inject_rate_init(
    struct ph_inject_rate *r, uint32_t count, ph_msec window)
{
	assert(count > 0);
	assert(count <= PH_INJECT_RATE_MAX);
	*r = (struct ph_inject_rate){ .count = count, .window = window };
	r->times = calloc(count, sizeof(*r->times));
	return r->times == NULL ? PH_ENOMEM : PH_OK;
}

void ph_inject_rate_release(struct ph_inject_rate *r)
{
	free(r->times);
	*r = (struct ph_inject_rate){ 0 };
}

bool ph_inject_rate_take(struct ph_inject_rate *r, ph_msec now)
{
	/* When the ring is full, the next place holds the oldest. */
	if (r->used == r->count && now - r->times[r->next] < r->window)
		return false;
	if (r->used < r->count)
		r->used++;
	r->times[r->next] = now;
	r->next = (r->next + 1) % r->count;
	return true;
}
