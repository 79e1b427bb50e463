#include "inject/chance.h"

static uint64_t mix(uint64_t x)
{
	x += 0x9e3779b97f4a7c15U;
	x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9U;
	x = (x ^ (x >> 27)) * 0x94d049bb133111ebU;
	return x ^ (x >> 31);
}

uint64_t ph_inject_chance(uint64_t seed, const struct ph_inject_place *place)
{
	uint64_t x = mix(seed);

	x = mix(x ^ place->fault);
	x = mix(x ^ place->session);
	return mix(x ^ place->time);
}

bool ph_inject_chance_percent(
    uint64_t seed, const struct ph_inject_place *place, unsigned percent)
{
	return ph_inject_chance(seed, place) % 100 < percent;
}
