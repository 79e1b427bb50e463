#include "inject/greylist.h"

#include "base/ascii.h"

/* FNV-1a. */
static uint64_t add(uint64_t hash, struct ph_span s)
{
	for (size_t i = 0; i < s.len; i++) {
		hash ^= (unsigned char)ph_ascii_lower(s.ptr[i]);
		hash *= 0x100000001b3U;
	}
	return hash;
}

uint64_t ph_inject_greylist_pair(
    struct ph_span sender, struct ph_span recipient)
{
	uint64_t hash = add(0xcbf29ce484222325U, sender);

	hash = add(hash, PH_SPAN(">"));
	return add(hash, recipient);
}

bool ph_inject_greylist_passes(
    struct ph_inject_greylist *g, uint64_t pair, ph_msec wait, ph_msec now)
{
	size_t at = g->oldest;

	for (size_t i = 0; i < g->count; i++) {
		if (g->seen[i].pair == pair)
			return now - g->seen[i].since >= wait;
	}
	if (g->count < PH_INJECT_GREYLIST_MAX) {
		at = g->count;
		g->count++;
	} else {
		g->oldest = (g->oldest + 1) % PH_INJECT_GREYLIST_MAX;
	}
	g->seen[at].pair = pair;
	g->seen[at].since = now;
	return false;
}
