#include "check.h"
#include "deliver/sender.h"
#include "failalloc.h"

#include <stdio.h>
#include <string.h>

/* Who it is from: what was given, the connection's, what the header says. */

static const struct {
	const char *given;    /* NULL: nobody */
	const char *envelope; /* NULL: not given alone */
	const char *reply_to;
	const char *own; /* the connection's */
	enum ph_rewrite_from how;
	const char *header; /* of a ready-made message; NULL: composed */
	/* "from|name|envelope|reply-to|replaces" */
	const char *want;
} cases[] = {
	/* nobody, somebody, one for when there is nobody */
	{ NULL, NULL, "", "", PH_REWRITE_NEVER, NULL, "-||||" },
	{ "A <a@x>", NULL, "", "", PH_REWRITE_NEVER, NULL, "a@x|A|a@x||" },
	{ NULL, NULL, "", "O <o@x>", PH_REWRITE_NEVER, NULL, "o@x|O|o@x||" },
	{ "a@x", NULL, "r@x", "o@x", PH_REWRITE_NEVER, NULL, "a@x||a@x|r@x|" },
	{ "a@x", "e@x", "", "o@x", PH_REWRITE_NEVER, NULL, "a@x||e@x||" },
	{ NULL, "e@x", "", "o@x", PH_REWRITE_NEVER, NULL, "o@x||e@x||" },
	{ "<>", NULL, "", "o@x", PH_REWRITE_NEVER, NULL, "||||" },

	/* the envelope's */
	{ "A <a@x>", NULL, "", "o@x", PH_REWRITE_ENVELOPE, NULL,
	    "a@x|A|o@x||" },
	{ "a@x", "e@x", "", "o@x", PH_REWRITE_ENVELOPE, NULL, "a@x||o@x||" },
	{ NULL, NULL, "", "o@x", PH_REWRITE_ENVELOPE, NULL, "o@x||o@x||" },
	{ "a@x", NULL, "", "", PH_REWRITE_ENVELOPE, NULL, "a@x||a@x||" },

	/* both */
	{ "A <a@x>", NULL, "", "o@x", PH_REWRITE_BOTH, NULL,
	    "o@x|A|o@x|a@x|both" },
	{ "A <a@x>", NULL, "", "O <o@x>", PH_REWRITE_BOTH, NULL,
	    "o@x|O|o@x|a@x|both" },
	{ "a@x", "e@x", "r@x", "o@x", PH_REWRITE_BOTH, NULL,
	    "o@x||o@x|r@x|both" },
	{ "<>", NULL, "", "o@x", PH_REWRITE_BOTH, NULL, "o@x||o@x||both" },
	{ NULL, NULL, "", "o@x", PH_REWRITE_BOTH, NULL, "o@x||o@x||both" },

	/* ready-made */
	{ NULL, NULL, "", "", PH_REWRITE_NEVER, "h@x", "h@x||h@x||" },
	{ NULL, NULL, "", "", PH_REWRITE_NEVER, "", "-||||" },
	{ NULL, NULL, "", "o@x", PH_REWRITE_NEVER, "h@x", "o@x||h@x||" },
	{ NULL, NULL, "", "o@x", PH_REWRITE_NEVER, "", "o@x||o@x||" },
	{ "a@x", NULL, "", "o@x", PH_REWRITE_NEVER, "h@x", "a@x||a@x||" },
	{ NULL, "e@x", "", "", PH_REWRITE_NEVER, "h@x", "h@x||e@x||" },
	{ "<>", NULL, "", "o@x", PH_REWRITE_NEVER, "h@x", "||||" },
	{ NULL, NULL, "", "o@x", PH_REWRITE_ENVELOPE, "h@x", "o@x||o@x||" },
	{ NULL, NULL, "", "o@x", PH_REWRITE_BOTH, "h@x", "o@x||o@x||both" },
	{ "a@x", NULL, "", "o@x", PH_REWRITE_BOTH, "h@x", "o@x||o@x|a@x|both" },
};

static struct ph_address address(struct ph_arena *a, const char *text)
{
	struct ph_address out = { 0 };
	struct ph_fault f = { 0 };

	check(ph_address_parse_sender(ph_span_of(text), a, &out, &f) == PH_OK);
	return out;
}

static void run_case(size_t i)
{
	struct ph_arena a;
	struct ph_sender s = { 0 };
	struct ph_fault f = { 0 };
	struct ph_connection c = { .from = cases[i].own,
		.rewrite_from = cases[i].how };
	struct ph_sender_given given = {
		.has_from = cases[i].given != NULL,
		.has_envelope = cases[i].envelope != NULL,
		.envelope = ph_span_of(
		    cases[i].envelope != NULL ? cases[i].envelope : ""),
	};
	char got[200];

	check_case(cases[i].want, i);
	ph_arena_init(&a, 1 << 16);
	if (given.has_from)
		given.from = address(&a, cases[i].given);
	check(ph_address_list_parse(ph_span_of(cases[i].reply_to), &a,
		  &given.reply_to, &f) == PH_OK);
	check(ph_sender_settle(&given, &c, &a, &s, &f) == PH_OK);
	if (cases[i].header != NULL) {
		struct ph_address named = address(&a, cases[i].header);

		ph_sender_take_header(&s, &named);
	}

	struct ph_span to = { "", 0 };

	check(s.reply_to.count <= 1);
	if (s.reply_to.count > 0)
		to = s.reply_to.items[0].mailbox;
	if (s.has_from) {
		(void)snprintf(got, sizeof(got), "%.*s|%.*s|%.*s|%.*s|%s",
		    PH_SPAN_ARG(s.from.mailbox), PH_SPAN_ARG(s.from.name),
		    PH_SPAN_ARG(s.envelope), PH_SPAN_ARG(to),
		    s.replaces_header ? "both" : "");
	} else {
		(void)snprintf(
		    got, sizeof(got), "-||%.*s||", PH_SPAN_ARG(s.envelope));
	}
	check_str(got, cases[i].want);
	ph_arena_release(&a);
}

static void test_wrong(void)
{
	struct ph_arena a;
	struct ph_sender s = { 0 };
	struct ph_fault f = { 0 };
	struct ph_connection c = { .from = "nobody" };

	ph_arena_init(&a, 1 << 16);
	check(ph_sender_settle(
		  &(struct ph_sender_given){ 0 }, &c, &a, &s, &f) == PH_EINVAL);
	check(strncmp(f.text, "from: ", 6) == 0);
	check_int(f.cause, PH_CAUSE_BAD_ADDRESS);
	check(!s.has_from);
	ph_arena_release(&a);
}

/* Every allocation fails once. */
static enum ph_err settle(void *ctx)
{
	static const struct ph_address author = { .name = { "A", 1 },
		.mailbox = { "a@x", 3 } };
	struct ph_arena a;
	struct ph_sender s = { 0 };
	struct ph_fault f = { 0 };
	struct ph_connection c = { .from = "O <o@x>",
		.rewrite_from = PH_REWRITE_BOTH };

	(void)ctx;
	ph_arena_init(&a, 1 << 16);

	enum ph_err err = ph_sender_settle(
	    &(struct ph_sender_given){ .has_from = true, .from = author }, &c,
	    &a, &s, &f);

	check((err == PH_OK) != ph_fault_is_set(&f));
	ph_arena_release(&a);
	return err;
}

/* The arena has no room for one more. */
static void test_no_room(void)
{
	static const struct ph_address author = { .mailbox = { "a@x", 3 } };
	struct ph_connection c = { .from = "o@x",
		.rewrite_from = PH_REWRITE_BOTH };
	bool was_refused = false;
	enum ph_err err = PH_ENOMEM;

	for (size_t max = 1; err != PH_OK && max < 100000; max++) {
		struct ph_arena a;
		struct ph_sender s = { 0 };
		struct ph_fault f = { 0 };

		ph_arena_init(&a, max);
		err = ph_sender_settle(
		    &(struct ph_sender_given){
			.has_from = true, .from = author },
		    &c, &a, &s, &f);
		check((err == PH_OK) == s.has_from);
		check((err == PH_OK) != ph_fault_is_set(&f));
		was_refused = was_refused || err == PH_ENOMEM;
		ph_arena_release(&a);
	}
	check(was_refused && err == PH_OK);
}

int main(void)
{
	for (size_t i = 0; i < PH_COUNT(cases); i++)
		run_case(i);
	check_case(NULL, 0);
	test_wrong();
	test_no_room();
	check(failalloc_run_any(settle, NULL) > 1);
	return check_end();
}
