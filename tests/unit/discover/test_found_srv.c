#include "check.h"
#include "discover/found.h"
#include "failalloc.h"
#include "rig.h"

static const struct ph_srv tls_first[] = { { 0, 5, 465, "a.example.com" },
	{ 10, 0, 4650, "b.example.net" } };
static const struct ph_srv other[] = { { 0, 0, 587, "a.example.com" } };
static const struct ph_srv none[] = { { 0, 0, 0, "" } };

#define TLS_FIRST "_submissions._tcp.example.com"
#define OTHER     "_submission._tcp.example.com"

static void test_both(void)
{
	struct rig r;

	rig_begin(&r, "ann@example.com");
	check_int(ph_found_srv(&r.set, other, 1, OTHER, false), PH_OK);
	check_int(ph_found_srv(&r.set, tls_first, 2, TLS_FIRST, true), PH_OK);
	ph_candidates_sort(&r.set);
	check_str(rig_show(&r),
	    "a.example.com:465 before-connect ann@example.com srv secure "
	    "_submissions._tcp.example.com\n"
	    "b.example.net:4650 before-connect ann@example.com srv secure "
	    "?outside-domain _submissions._tcp.example.com\n"
	    "a.example.com:587 after-connect ann@example.com srv insecure "
	    "_submission._tcp.example.com\n");
	rig_end(&r);
}

static void test_none(void)
{
	struct rig r;

	rig_begin(&r, "ann@example.com");
	check_int(ph_found_srv(&r.set, none, 1, TLS_FIRST, false), PH_OK);
	check_int(ph_found_srv(&r.set, none, 0, TLS_FIRST, false), PH_OK);
	check_int(r.set.count, 0);
	rig_end(&r);
}

static enum ph_err find(void *ctx)
{
	const struct ph_subject s = { "ann@example.com", "ann", "example.com",
		false };
	struct rig r = { .text = "" };

	(void)ctx;
	ph_arena_init(&r.arena, 64 * 1024);
	r.set.subject = &s;
	r.set.arena = &r.arena;

	enum ph_err err = ph_found_srv(&r.set, tls_first, 2, TLS_FIRST, false);

	rig_end(&r);
	return err;
}

int main(void)
{
	test_both();
	test_none();
	check(failalloc_run(find, NULL) > 0);
	return check_end();
}
