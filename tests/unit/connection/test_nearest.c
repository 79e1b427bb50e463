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

/* Offered one by one, as from a list of files. */
static void test_offer(void)
{
	struct ph_nearest n;

	ph_nearest_init(&n, PH_SPAN("wrok"));
	check(n.best.ptr == NULL);
	check(!ph_nearest_offer(&n, PH_SPAN("home")));
	check(n.best.ptr == NULL);
	check(ph_nearest_offer(&n, PH_SPAN("work")));
	check_int(n.distance, 1);
	/* As near is not nearer. */
	check(!ph_nearest_offer(&n, PH_SPAN("wroc")));
	check(ph_span_eq(n.best, PH_SPAN("work")));
	check(ph_nearest_offer(&n, PH_SPAN("WROK")));
	check_int(n.distance, 0);
	check(!ph_nearest_offer(&n, PH_SPAN("wrok")));
	check(ph_span_eq(n.best, PH_SPAN("WROK")));
	check(!ph_nearest_offer(&n, PH_SPAN("")));
}

/* Each kind of slip costs one. */
static void test_slips(void)
{
	static const char *const slips[] = { "mechanism", "mechanismss",
		"mechenisms", "mehcanisms", "echanisms", "mechanisms-" };

	for (size_t i = 0; i < PH_COUNT(slips); i++) {
		struct ph_nearest n;

		check_case(slips[i], i);
		ph_nearest_init(&n, ph_span_of(slips[i]));
		check(ph_nearest_offer(&n, PH_SPAN("mechanisms")));
		check_int(n.distance, 1);
	}
}

int main(void)
{
	test_offer();
	test_slips();

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
