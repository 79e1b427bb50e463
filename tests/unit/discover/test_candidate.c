#include "discover/candidate.h"

#include "check.h"
#include "failalloc.h"
#include "rig.h"

#include <stdio.h>

static const struct {
	enum ph_found found;
	const char *name;
} founds[] = {
	{ PH_FOUND_PRESET, "preset" },
	{ PH_FOUND_MX, "mx" },
	{ PH_FOUND_AUTOCONFIG, "autoconfig" },
	{ PH_FOUND_COLLECTION, "collection" },
	{ PH_FOUND_HOSTER, "autoconfig" },
	{ PH_FOUND_AUTODISCOVER, "autodiscover" },
	{ PH_FOUND_SRV, "srv" },
	{ PH_FOUND_HTTP, "autoconfig" },
	{ PH_FOUND_GUESS, "guess" },
	{ PH_FOUND_SUGGESTION, "preset" },
};

static void add(struct rig *r, const char *host, uint16_t port,
    enum ph_found found, const char *detail)
{
	const struct ph_candidate c = {
		.host = host,
		.port = port,
		.encryption = port == 465 ? PH_ENCRYPTION_BEFORE_CONNECT
		    : port == 25          ? PH_ENCRYPTION_NONE
					  : PH_ENCRYPTION_AFTER_CONNECT,
		.found = found,
		.detail = detail,
	};

	check_int(ph_candidates_add(&r->set, &c), PH_OK);
}

static void test_names(void)
{
	for (size_t i = 0; i < PH_COUNT(founds); i++)
		check_str(ph_found_name(founds[i].found), founds[i].name);
	check(ph_doubt_name(0) == NULL);
	check(ph_doubt_name(PH_DOUBT_TYPO << 1) == NULL);
}

/* The rule of when a yes is needed. */
static void test_doubts(void)
{
	static const struct {
		enum ph_found found;
		unsigned inside, outside;
	} rows[] = {
		{ PH_FOUND_PRESET, 0, 0 },
		{ PH_FOUND_MX, 0, PH_DOUBT_OUTSIDE },
		{ PH_FOUND_AUTOCONFIG, 0, PH_DOUBT_OUTSIDE },
		{ PH_FOUND_COLLECTION, 0, PH_DOUBT_OUTSIDE },
		{ PH_FOUND_HOSTER, 0, PH_DOUBT_OUTSIDE },
		{ PH_FOUND_AUTODISCOVER, 0, PH_DOUBT_OUTSIDE },
		{ PH_FOUND_SRV, 0, PH_DOUBT_OUTSIDE },
		{ PH_FOUND_HTTP, PH_DOUBT_HTTP,
		    PH_DOUBT_HTTP | PH_DOUBT_OUTSIDE },
		{ PH_FOUND_GUESS, PH_DOUBT_GUESS,
		    PH_DOUBT_GUESS | PH_DOUBT_OUTSIDE },
		{ PH_FOUND_SUGGESTION, PH_DOUBT_TYPO, PH_DOUBT_TYPO },
	};

	check_int(PH_COUNT(rows), PH_COUNT(founds));
	for (size_t i = 0; i < PH_COUNT(rows); i++) {
		struct rig r;

		check_case("doubts", i);
		rig_begin(&r, "ann@example.com");
		add(&r, "smtp.example.com", 465, rows[i].found, "");
		add(&r, "smtp.example.net", 465, rows[i].found, "");
		check_int(r.set.items[0].doubts, rows[i].inside);
		check_int(r.set.items[1].doubts, rows[i].outside);
		rig_end(&r);
	}
	check_case(NULL, 0);
}

static void test_order(void)
{
	struct rig r;

	rig_begin(&r, "ann@example.com");
	add(&r, "i.example.com", 465, PH_FOUND_SUGGESTION, "");
	add(&r, "h.example.com", 465, PH_FOUND_GUESS, "");
	add(&r, "g.example.com", 465, PH_FOUND_HTTP, "");
	add(&r, "f2.example.com", 465, PH_FOUND_SRV, "");
	add(&r, "f1.example.com", 465, PH_FOUND_SRV, "");
	add(&r, "f0.example.com", 25, PH_FOUND_SRV, "");
	add(&r, "e.example.com", 587, PH_FOUND_HOSTER, "");
	add(&r, "e.example.com", 465, PH_FOUND_HOSTER, "");
	add(&r, "d.example.com", 465, PH_FOUND_COLLECTION, "");
	add(&r, "c.example.com", 465, PH_FOUND_AUTOCONFIG, "");
	add(&r, "b.example.com", 465, PH_FOUND_MX, "");
	add(&r, "a.example.com", 465, PH_FOUND_PRESET, "");
	r.set.items[9].order = 3; /* c: of one, it does not matter */
	/* It does not work, however much it was trusted. */
	r.set.items[11].proof = PH_PROOF_BAD;
	r.set.items[1].proof = PH_PROOF_GOOD;
	ph_candidates_sort(&r.set);
	check_str(rig_list(&r),
	    "b.example.com:465 before-connect - mx \n"
	    "c.example.com:465 before-connect - autoconfig \n"
	    "d.example.com:465 before-connect - collection \n"
	    "e.example.com:465 before-connect - autoconfig \n"
	    "e.example.com:587 after-connect - autoconfig \n"
	    "f1.example.com:465 before-connect - srv \n"
	    "f2.example.com:465 before-connect - srv \n"
	    "f0.example.com:25 none - srv \n"
	    "g.example.com:465 before-connect - autoconfig ?http \n"
	    "h.example.com:465 before-connect - guess ?guess \n"
	    "i.example.com:465 before-connect - preset ?typo \n"
	    "a.example.com:465 before-connect - preset \n");
	rig_end(&r);
}

/* The order within a place goes before port and name. */
static void test_order_within(void)
{
	struct rig r;

	rig_begin(&r, "ann@example.com");
	add(&r, "a.example.com", 465, PH_FOUND_SRV, "");
	add(&r, "b.example.com", 587, PH_FOUND_SRV, "");
	r.set.items[0].order = 1;
	ph_candidates_sort(&r.set);
	check_str(r.set.items[0].host, "b.example.com");
	rig_end(&r);
}

static void test_merge(void)
{
	struct rig r;

	rig_begin(&r, "ann@example.com");
	add(&r, "smtp.example.com", 465, PH_FOUND_HTTP, "http://x");
	r.set.items[0].proof = PH_PROOF_GOOD;
	/* More trusted: it takes the place, and the doubt is gone. */
	add(&r, "SMTP.example.com", 465, PH_FOUND_SRV, "_submissions");
	/* Less trusted. */
	add(&r, "smtp.example.com", 465, PH_FOUND_GUESS, "");
	/* The very same. */
	add(&r, "smtp.example.com", 465, PH_FOUND_SRV, "_submissions");
	add(&r, "smtp.example.com", 465, PH_FOUND_SRV, NULL);
	/* Another port, another mode: another candidate. */
	add(&r, "smtp.example.com", 587, PH_FOUND_SRV, "_submission");
	check_str(rig_show(&r),
	    "SMTP.example.com:465 before-connect - srv _submissions\n"
	    "- also found by autoconfig: http://x\n"
	    "- also found by guess\n"
	    "- also found by srv\n"
	    "smtp.example.com:587 after-connect - srv _submission\n");
	check_int(r.set.items[0].proof, PH_PROOF_GOOD);
	check(ph_candidates_find(&r.set, "smtp.example.com", 587,
		  PH_ENCRYPTION_AFTER_CONNECT) == &r.set.items[1]);
	check(ph_candidates_find(
		  &r.set, "smtp.example.com", 587, PH_ENCRYPTION_NONE) == NULL);
	check(ph_candidates_find(&r.set, "smtp.example.com", 465,
		  PH_ENCRYPTION_AFTER_CONNECT) == NULL);
	rig_end(&r);
}

static void test_limits(void)
{
	struct rig r;
	char host[32];

	rig_begin(&r, "ann@example.com");
	for (int i = 0; i < PH_CANDIDATES_MAX + 5; i++) {
		(void)snprintf(host, sizeof(host), "h%d.example.com", i);
		add(&r, host, 465, PH_FOUND_SRV, "");
	}
	check_int(r.set.count, PH_CANDIDATES_MAX);
	for (int i = 0; i < PH_CANDIDATE_NOTES_MAX + 5; i++) {
		check_int(ph_candidate_note(&r.set, &r.set.items[0],
			      "note %d\n\x1b[2J\xff", i),
		    PH_OK);
	}
	check_int(r.set.items[0].note_count, PH_CANDIDATE_NOTES_MAX);
	/* Whoever's words they are, a terminal obeys none of them. */
	check_str(r.set.items[0].notes[7], "note 7 ?[2J?");
	rig_end(&r);
}

static enum ph_err add_all(void *ctx)
{
	struct rig r;
	struct ph_candidate c = {
		.host = "smtp.example.com",
		.port = 465,
		.found = PH_FOUND_SRV,
		.detail = "d",
		.username = "ann",
		.mechanisms = "PLAIN",
	};
	enum ph_err err;

	(void)ctx;
	r = (struct rig){ .text = "" };
	ph_arena_init(&r.arena, 64 * 1024);
	r.subject = (struct ph_subject){ "", "", "example.com", false };
	r.set.subject = &r.subject;
	r.set.arena = &r.arena;
	err = ph_candidate_note(&r.set, &c, "note");
	if (err == PH_OK)
		err = ph_candidates_add(&r.set, &c);
	c.found = PH_FOUND_MX;
	if (err == PH_OK)
		err = ph_candidates_add(&r.set, &c);
	c.found = PH_FOUND_GUESS;
	if (err == PH_OK)
		err = ph_candidates_add(&r.set, &c);
	rig_end(&r);
	return err;
}

int main(void)
{
	test_names();
	test_doubts();
	test_order();
	test_order_within();
	test_merge();
	test_limits();
	check(failalloc_run(add_all, NULL) > 10);
	return check_end();
}
