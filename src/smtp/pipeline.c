#include "smtp/pipeline.h"

#include <assert.h>

void ph_pipeline_init(struct ph_pipeline *p)
{
	p->answered = 0;
	p->sent = 0;
	p->written = 0;
}

void ph_pipeline_add(
    struct ph_pipeline *p, const struct ph_pipeline_entry *entry)
{
	assert(ph_pipeline_room(p) > 0);
	/* An idle session starts over, and stays in the same cache lines. */
	if (ph_pipeline_is_empty(p))
		ph_pipeline_init(p);
	p->entries[p->written++ % PH_PIPELINE_MAX] = *entry;
}

void ph_pipeline_sent(struct ph_pipeline *p, uint64_t octets)
{
	while (p->sent < p->written &&
	    p->entries[p->sent % PH_PIPELINE_MAX].end <= octets) {
		p->sent++;
	}
}

const struct ph_pipeline_entry *ph_pipeline_oldest(const struct ph_pipeline *p)
{
	if (ph_pipeline_is_empty(p))
		return NULL;
	return &p->entries[p->answered % PH_PIPELINE_MAX];
}

struct ph_pipeline_entry ph_pipeline_answer(struct ph_pipeline *p)
{
	assert(ph_pipeline_awaits(p));
	return p->entries[p->answered++ % PH_PIPELINE_MAX];
}
