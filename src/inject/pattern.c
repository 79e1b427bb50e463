#include "inject/pattern.h"

#include "base/ascii.h"

static bool same(char p, char c)
{
	return p == '?' || ph_ascii_lower(p) == ph_ascii_lower(c);
}

/* Only the last star has to be tried again: what stands before it has matched
   as early as can be. */
bool ph_inject_pattern_matches(struct ph_span pattern, struct ph_span text)
{
	size_t p = 0;
	size_t t = 0;
	size_t star = pattern.len; /* none yet */
	size_t taken = 0;          /* where what the star took ends */

	while (t < text.len) {
		if (p < pattern.len && pattern.ptr[p] == '*') {
			star = p;
			taken = t;
			p++;
		} else if (p < pattern.len &&
		    same(pattern.ptr[p], text.ptr[t])) {
			p++;
			t++;
		} else if (star < pattern.len) {
			p = star + 1;
			taken++;
			t = taken;
		} else {
			return false;
		}
	}
	while (p < pattern.len && pattern.ptr[p] == '*')
		p++;
	return p == pattern.len;
}
