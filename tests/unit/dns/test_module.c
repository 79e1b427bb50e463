#include "dns/module.h"

#include "check.h"

#include <string.h>
#include <unistd.h>

/* What needs no network: opening, giving up, closing with questions open, and
   the list of public suffixes.  The rest is tried against Knot
   (tests/interop/test_discover.py). */

static const struct {
	const char *host;
	const char *part; /* NULL: a public suffix */
} names[] = {
	{ "mx.example.com", "example.com" },
	{ "example.com", "example.com" },
	{ "a.b.c.example.co.uk", "example.co.uk" },
	{ "co.uk", NULL },
	{ "com", NULL },
	{ "x.github.io", "x.github.io" },
	{ "github.io", NULL },
	/* A top that is in no list. */
	{ "mx.example.nowhere", "example.nowhere" },
	{ "nowhere", NULL },
};

static void test_registrable(void)
{
	for (size_t i = 0; i < PH_COUNT(names); i++) {
		const char *part = ph_dns_module.registrable(names[i].host);

		check_case(names[i].host, i);
		check_str(part == NULL ? "" : part,
		    names[i].part == NULL ? "" : names[i].part);
		/* A piece of the name itself. */
		check(part == NULL || strstr(names[i].host, part) == part);
	}
	check_case(NULL, 0);
}

static void on_answer(void *ctx, const struct ph_dns_answer *a)
{
	unsigned *times = ctx;

	(void)a;
	(*times)++;
}

static void test_giving_up(bool validates)
{
	struct ph_dns_context *c = NULL;
	unsigned times = 0;
	int first = 0;
	int second = 0;
	enum ph_err err = ph_dns_module.open(validates, &c);

	if (access("/etc/resolv.conf", R_OK) != 0) {
		check_int(err, PH_ENOTFOUND);
		return;
	}
	check_int(err, PH_OK);
	check(ph_dns_module.descriptor(c) >= 0);
	check_int(ph_dns_module.ask(c, "a.example.invalid", PH_DNS_MX,
		      on_answer, &times, &first),
	    PH_OK);
	check_int(ph_dns_module.ask(c, "b.example.invalid", PH_DNS_SRV,
		      on_answer, &times, &second),
	    PH_OK);
	check(first != second);
	ph_dns_module.cancel(c, first);
	/* Once more, and one that never was. */
	ph_dns_module.cancel(c, first);
	ph_dns_module.cancel(c, 12345);
	ph_dns_module.close(c);
	check_int(times, 0);
}

int main(void)
{
	test_registrable();
	test_giving_up(true);
	test_giving_up(false);
	ph_dns_module.close(NULL);
	return check_end();
}
