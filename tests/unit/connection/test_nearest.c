#include "base/err.h"
#include "check.h"
#include "connection/nearest.h"

static const struct {
	const char *typed;
	const char *words;
	const char *best; /* NULL: none */
} cases[] = {
	{ "hots", "port host helo", "host" },
	{ "HOTS", "port host helo", "host" },
	{ "prot", "port host helo", "port" },
	{ "pasword-from", "username password-from", "password-from" },
	{ "user", "port username", "username" },
	{ "tls", "timeout tls-versions", "tls-versions" },
	{ "encription", "encryption authentication", "encryption" },
	{ "xyzzy", "port host helo", NULL },
	{ "", "port host", NULL },
	{ "po", "port", NULL },
	{ "host", "", NULL },
	/* Of two that are as near, the first. */
	{ "cat", "bat hat", "bat" },
	{ "hot", "host hot", "hot" },
	{ "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
	    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
	    NULL },
	{ "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
	    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
	    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	    "a" },
};

int main(void)
{
	for (size_t i = 0; i < PH_COUNT(cases); i++) {
		struct ph_span best =
		    ph_nearest_of(ph_span_of(cases[i].typed), cases[i].words);

		check_case("nearest", i);
		if (cases[i].best == NULL) {
			check(best.ptr == NULL);
		} else {
			check(ph_span_eq(best, ph_span_of(cases[i].best)));
		}
	}
	return check_end();
}
