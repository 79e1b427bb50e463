#include "discover/subject.h"

#include "check.h"
#include "failalloc.h"

enum {
	ARENA_MAX = 64 * 1024
};

static const struct {
	const char *mailbox;
	const char *local;
	const char *domain; /* NULL: refused */
} cases[] = {
	{ "ann@example.com", "ann", "example.com" },
	{ "Ann.B@EXAMPLE.com", "Ann.B", "example.com" },
	{ "\"a@b\"@example.com", "\"a@b\"", "example.com" },
	{ "ann@b\xc3\xbc"
	  "cher.example",
	    "ann", "xn--bcher-kva.example" },
	{ "ann@xn--bcher-kva.example", "ann", "xn--bcher-kva.example" },
	{ "ann@example.com.", "ann", "example.com" },
	{ "ann@corp", "ann", "corp" },
	{ "ann@[192.0.2.1]", NULL, NULL },
	{ "ann@[IPv6:2001:db8::1]", NULL, NULL },
	{ "ann@192.0.2.1", NULL, NULL },
	{ "ann@2001:db8::1", NULL, NULL },
	{ "ann@", NULL, NULL },
	{ "@example.com", NULL, NULL },
	{ "example.com", NULL, NULL },
	{ "", NULL, NULL },
	{ "ann@exa mple.com", NULL, NULL },
	{ "ann@a..b", NULL, NULL },
	{ "ann@-", "ann", NULL },
	{ "ann@\xff.example", NULL, NULL },
};

static void test_make(void)
{
	for (size_t i = 0; i < PH_COUNT(cases); i++) {
		struct ph_arena a;
		struct ph_subject s = { 0 };
		struct ph_fault fault = { 0 };

		check_case(cases[i].mailbox, i);
		ph_arena_init(&a, ARENA_MAX);

		enum ph_err err = ph_subject_make(
		    ph_span_of(cases[i].mailbox), &a, &s, &fault);

		if (cases[i].domain != NULL) {
			check_int(err, PH_OK);
			check_str(s.address, cases[i].mailbox);
			check_str(s.local, cases[i].local);
			check_str(s.domain, cases[i].domain);
			check(!s.is_suffix);
		} else {
			check_int(err, PH_EINVAL);
			check_int(fault.cause, PH_CAUSE_BAD_ADDRESS);
			check(fault.text[0] != '\0');
			check(s.domain == NULL);
		}
		ph_arena_release(&a);
	}
	check_case(NULL, 0);
}

static const struct {
	const char *host;
	bool is_within;
	bool is_above;
} hosts[] = {
	{ "example.com", true, true },
	{ "EXAMPLE.COM", true, true },
	{ "smtp.example.com", true, false },
	{ "a.b.Example.com", true, false },
	{ "badexample.com", false, false },
	{ "example.com.evil.net", false, false },
	{ "com", false, true },
	{ "example.net", false, false },
	{ ".com", false, false },
	{ "e.com", false, false },
	{ "", false, false },
};

static void test_hosts(void)
{
	struct ph_subject s = { "ann@example.com", "ann", "example.com",
		false };
	const struct ph_subject suffix = { "ann@co.uk", "ann", "co.uk", true };

	for (size_t i = 0; i < PH_COUNT(hosts); i++) {
		struct ph_span host = ph_span_of(hosts[i].host);

		check_case(hosts[i].host, i);
		check_int(ph_subject_has(&s, host), hosts[i].is_within);
		check_int(ph_subject_is_below(&s, host), hosts[i].is_above);
	}
	check_case(NULL, 0);
	/* Nobody's name is within what everybody shares. */
	check(ph_subject_has(&suffix, PH_SPAN("co.uk")));
	check(!ph_subject_has(&suffix, PH_SPAN("smtp.co.uk")));
	check(!ph_subject_has(&suffix, PH_SPAN("example.co.uk")));
}

static const struct {
	const char *domain;
	const char *meant;
} typos[] = {
	{ "gmial.com", "gmail.com" },
	{ "gmal.com", "gmail.com" },
	{ "gmaill.com", "gmail.com" },
	{ "gnail.com", "gmail.com" },
	{ "gmail.con", "gmail.com" },
	{ "gmail.co", "gmail.com" },
	{ "hotmial.com", "hotmail.com" },
	{ "outlok.com", "outlook.com" },
	{ "yaho.com", "yahoo.com" },
	{ "googlemial.con", "googlemail.com" },
	{ "gmail.com", "" },
	{ "example.com", "" },
	{ "posthaste.example", "" },
	/* Short names are near to each other by chance. */
	{ "gmy.de", "" },
	{ "mex.com", "" },
	/* Two letters wrong in a name of middle length. */
	{ "gmxxl.com", "" },
};

static void test_typos(void)
{
	for (size_t i = 0; i < PH_COUNT(typos); i++) {
		const struct ph_subject s = { "", "", typos[i].domain, false };
		struct ph_span meant = ph_subject_typo(&s);

		check_case(typos[i].domain, i);
		check(ph_span_eq(meant, ph_span_of(typos[i].meant)));
	}
	check_case(NULL, 0);
}

static enum ph_err make(void *ctx)
{
	struct ph_arena a;
	struct ph_subject s;
	struct ph_fault fault = { 0 };

	(void)ctx;
	ph_arena_init(&a, ARENA_MAX);

	enum ph_err err =
	    ph_subject_make(PH_SPAN("ann@Example.com"), &a, &s, &fault);

	ph_arena_release(&a);
	return err;
}

int main(void)
{
	test_make();
	test_hosts();
	test_typos();
	check(failalloc_run(make, NULL) > 0);
	return check_end();
}
