#include "check.h"
#include "deliver/task.h"
#include "failalloc.h"

#include <stdio.h>
#include <string.h>

/* Which recipient goes into which transaction, and whose result is whose. */

enum {
	COUNT = 7
};

static const struct ph_envelope_rcpt rcpts[COUNT] = {
	{ .address = { "a@x", 3 } },
	{ .address = { "b@x", 3 } },
	{ .address = { "c@x", 3 } },
	{ .address = { "d@x", 3 } },
	{ .address = { "e@x", 3 } },
	{ .address = { "f@x", 3 } },
	{ .address = { "g@x", 3 } },
};

static const struct ph_envelope envelope = {
	.sender = { "s@x", 3 },
	.rcpts = rcpts,
	.rcpt_count = COUNT,
};

static const struct ph_job job = { .envelope = &envelope, .id = 5 };

static struct ph_span text(const char *s)
{
	return ph_span_of(s);
}

/* Ends a batch: its recipients get what the letters say, in order: d delivered,
   m one too many, f refused. */
static size_t end(struct ph_batch *b, const char *letters)
{
	struct ph_smtp_rcpt_result results[COUNT] = { 0 };
	struct ph_smtp_result r = { .rcpts = results,
		.rcpt_count = b->envelope.rcpt_count };
	size_t fits = 99;

	check_int(strlen(letters), r.rcpt_count);
	for (size_t i = 0; i < r.rcpt_count; i++) {
		struct ph_smtp_rcpt_result *one = &results[i];

		one->stage = PH_STAGE_RCPT;
		switch (letters[i]) {
		case 'd':
			one->outcome = PH_DELIVERED;
			one->stage = PH_STAGE_DATA;
			one->reply.code = 250;
			one->reply.text = text("Ok: queued as 12AB");
			break;
		case 'm':
			one->outcome = PH_RETRY;
			one->reply.code = 452;
			one->reply.text = text("too many");
			break;
		case 'r':
			one->outcome = PH_RETRY;
			one->reply.code = 450;
			one->reply.text = text("later");
			break;
		case 'u':
			one->outcome = PH_UNSURE;
			one->stage = PH_STAGE_DATA;
			ph_fault_set(&r.fault, PH_CAUSE_PROTOCOL, PH_STAGE_DATA,
			    "said \"eh\"");
			break;
		default:
			one->outcome = PH_FAILED;
			one->reply.code = 550;
			one->reply.enhanced[0] = 5;
			one->reply.text = text("unknown");
			break;
		}
	}
	ph_task_end(b, &r, "h:25", &fits);
	return fits;
}

static void addresses(const struct ph_batch *b, char *out)
{
	size_t len = 0;

	for (size_t i = 0; i < b->envelope.rcpt_count; i++)
		out[len++] = b->envelope.rcpts[i].address.ptr[0];
	out[len] = '\0';
}

static struct ph_batch *begin(struct ph_task *t, size_t limit, const char *want)
{
	struct ph_batch *b = NULL;
	char got[COUNT + 1] = "";

	check(ph_task_begin(
		  t, &(struct ph_batch_limits){ .rcpts = limit }, &b) == PH_OK);
	addresses(b, got);
	check_str(got, want);
	check_str(b->envelope.sender.ptr, "s@x");
	return b;
}

static void outcomes(const struct ph_delivery *d, char *out)
{
	size_t len = 0;

	for (size_t i = 0; i < d->rcpt_count; i++) {
		check(ph_span_eq(d->rcpts[i].address, rcpts[i].address));
		out[len++] = "?drfu"[d->rcpts[i].outcome];
	}
	out[len] = '\0';
}

static void check_outcomes(struct ph_task *t, const char *want)
{
	char got[COUNT + 1] = "";
	struct ph_delivery *d = ph_task_deliver(t, "h:25");

	outcomes(d, got);
	check_str(got, want);
	ph_delivery_free(d);
	ph_task_free(t);
}

static void test_limits(void)
{
	struct ph_task *t = NULL;

	check(ph_task_new(&job, &t) == PH_OK);
	check_int(ph_task_job(t)->id, 5);

	/* Two under way at once, ending in the other order. */
	struct ph_batch *one = begin(t, 3, "abc");
	struct ph_batch *two = begin(t, 3, "def");

	check_int(end(two, "dfd"), 0);
	check_int(end(one, "ddd"), 0);
	check(ph_task_has_more(t) && !ph_task_is_done(t));
	check_int(end(begin(t, 3, "g"), "d"), 0);
	check(!ph_task_has_more(t) && ph_task_is_done(t));
	check(ph_task_begin(t, &(struct ph_batch_limits){ .rcpts = 3 }, &one) ==
	    PH_EOF);
	check_outcomes(t, "ddddfdd");
}

static void test_too_many(void)
{
	struct ph_task *t = NULL;

	check(ph_task_new(&job, &t) == PH_OK);
	check_int(end(begin(t, 0, "abcdefg"), "dmdmmfm"), 2);
	check_int(end(begin(t, 2, "bd"), "md"), 1);
	check_int(end(begin(t, 2, "eg"), "dd"), 0);
	/* A server that takes nobody is not asked for ever. */
	check_int(end(begin(t, 0, "b"), "m"), 0);
	check(ph_task_is_done(t));
	check_outcomes(t, "drdddfd");
}

/* RFC 9422: so many domains in one transaction. */
static const struct ph_envelope_rcpt at_domains[] = {
	{ .address = PH_SPAN_INIT("a@one") },
	{ .address = PH_SPAN_INIT("b@two") },
	{ .address = PH_SPAN_INIT("c@ONE") },
	{ .address = PH_SPAN_INIT("d@three") },
	{ .address = PH_SPAN_INIT("e@two") },
	{ .address = PH_SPAN_INIT("f@\"x\"@one") },
	{ .address = PH_SPAN_INIT("g") },
};

static const struct ph_envelope domain_envelope = {
	.sender = PH_SPAN_INIT("s@x"),
	.rcpts = at_domains,
	.rcpt_count = PH_COUNT(at_domains),
};

static const struct ph_job domain_job = { .envelope = &domain_envelope };

static const struct {
	struct ph_batch_limits limits;
	const char *batches[8];
} domain_cases[] = {
	{ { .domains = 1 }, { "acf", "be", "d", "g" } },
	{ { .domains = 2 }, { "abcef", "dg" } },
	{ { .domains = 3 }, { "abcdef", "g" } },
	{ { .domains = 9 }, { "abcdefg" } },
	{ { .domains = 1, .rcpts = 2 }, { "ac", "be", "d", "f", "g" } },
	{ { .domains = 2, .rcpts = 3 }, { "abc", "de", "fg" } },
	{ { .domains = 5, .rcpts = 1 }, { "a", "b", "c", "d", "e", "f", "g" } },
};

static void test_domains(void)
{
	for (size_t i = 0; i < PH_COUNT(domain_cases); i++) {
		struct ph_task *t = NULL;
		struct ph_batch *b = NULL;
		char got[COUNT + 1] = "";

		check_case("domains", i);
		check(ph_task_new(&domain_job, &t) == PH_OK);
		for (size_t k = 0; domain_cases[i].batches[k] != NULL; k++) {
			check(ph_task_begin(t, &domain_cases[i].limits, &b) ==
			    PH_OK);
			addresses(b, got);
			check_str(got, domain_cases[i].batches[k]);
			check_int(end(b, &"ddddddd"[7 - strlen(got)]), 0);
		}
		check(ph_task_is_done(t));
		ph_delivery_free(ph_task_deliver(t, "h:25"));
		ph_task_free(t);
	}
}

/* Those that were one too many as well come again, and each gets its own. */
static void test_domains_too_many(void)
{
	const struct ph_batch_limits two = { .domains = 2 };
	struct ph_task *t = NULL;
	struct ph_batch *b = NULL;
	struct ph_delivery *d;
	char got[COUNT + 1] = "";

	check(ph_task_new(&domain_job, &t) == PH_OK);
	check(ph_task_begin(t, &two, &b) == PH_OK);
	check_int(end(b, "ddmmf"), 2); /* a b c e f */
	check(ph_task_begin(t, &two, &b) == PH_OK);
	addresses(b, got);
	check_str(got, "dg");
	check_int(end(b, "dd"), 0);
	check(ph_task_begin(t, &two, &b) == PH_OK);
	addresses(b, got);
	check_str(got, "ce");
	check_int(end(b, "fd"), 0);
	check(ph_task_is_done(t));
	d = ph_task_deliver(t, "h:25");
	check_int(d->rcpts[2].outcome, PH_FAILED);
	check_int(d->rcpts[4].outcome, PH_DELIVERED);
	check_int(d->rcpts[5].outcome, PH_FAILED);
	check_int(d->rcpts[6].outcome, PH_DELIVERED);
	ph_delivery_free(d);
	ph_task_free(t);
}

static enum ph_err by_domain(void *ctx)
{
	static const struct ph_batch_limits one = { .domains = 1 };
	struct ph_task *t = NULL;
	struct ph_batch *b = NULL;
	struct ph_fault f;

	(void)ctx;
	enum ph_err err = ph_task_new(&domain_job, &t);
	if (err != PH_OK)
		return err;
	while ((err = ph_task_begin(t, &one, &b)) == PH_OK)
		ph_task_drop(b);
	ph_fault_set(&f, PH_CAUSE_NO_MEMORY, PH_STAGE_MAIL, "out of memory");
	ph_task_fail(t, PH_RETRY, &f);
	ph_task_free(t);
	return err == PH_EOF ? PH_OK : err;
}

static void test_fault_of_the_first(void)
{
	struct ph_task *t = NULL;

	check(ph_task_new(&job, &t) == PH_OK);
	(void)end(begin(t, 0, "abcdefg"), "ddfdfdd");

	struct ph_delivery *d = ph_task_deliver(t, "h:25");

	check_int(d->outcome, PH_PARTIAL);
	check_str(d->fault.text, "h:25 answered 550 5.0.0 \"unknown\" for c@x");
	check_int(d->fault.cause, PH_CAUSE_RECIPIENT_REFUSED);
	check_int(d->stage, PH_STAGE_RCPT);
	check_str(d->rcpts[0].server_id, "12AB");
	check_str(d->rcpts[2].server_id, "");
	ph_delivery_free(d);
	ph_task_free(t);
}

/* One that may be tried again does not hide one that was refused, and neither
   hides one that may have come. */
static void test_fault_of_the_worst(void)
{
	static const struct {
		const char *letters, *text;
		enum ph_cause cause;
	} cases[] = {
		{ "rddfdfd", "h:25 answered 550 5.0.0 \"unknown\" for d@x",
		    PH_CAUSE_RECIPIENT_REFUSED },
		{ "ddrdrdd", "h:25 answered 450 \"later\" for c@x",
		    PH_CAUSE_RECIPIENT_DEFERRED },
		{ "rfddudf", "h:25 said \"eh\"", PH_CAUSE_PROTOCOL },
	};

	for (size_t i = 0; i < PH_COUNT(cases); i++) {
		struct ph_task *t = NULL;

		check_case(cases[i].letters, i);
		check(ph_task_new(&job, &t) == PH_OK);
		(void)end(begin(t, 0, "abcdefg"), cases[i].letters);

		struct ph_delivery *d = ph_task_deliver(t, "h:25");

		check_int(d->outcome, PH_PARTIAL);
		check_str(d->fault.text, cases[i].text);
		check_int(d->fault.cause, cases[i].cause);
		check((strstr(d->fault.advice, "before you send it again") !=
			  NULL) == (d->fault.cause == PH_CAUSE_PROTOCOL));
		ph_delivery_free(d);
		ph_task_free(t);
	}
	check_case(NULL, 0);
}

static void test_ends_early(void)
{
	struct ph_task *t = NULL;
	struct ph_fault f;

	check(ph_task_new(&job, &t) == PH_OK);
	(void)end(begin(t, 2, "ab"), "df");
	ph_task_drop(begin(t, 2, "cd"));
	ph_fault_set(
	    &f, PH_CAUSE_CONNECTION_LOST, PH_STAGE_MAIL, "h:25 hung up");
	ph_task_fail(t, PH_RETRY, &f);
	check(ph_task_is_done(t));

	struct ph_delivery *d = ph_task_deliver(t, "h:25");
	char got[COUNT + 1] = "";

	outcomes(d, got);
	check_str(got, "dfrrrrr");
	/* The first who was not served was refused; the rest came after. */
	check_int(d->fault.cause, PH_CAUSE_RECIPIENT_REFUSED);
	ph_delivery_free(d);
	ph_task_free(t);
	ph_task_free(NULL);
	ph_delivery_free(NULL);
}

/* Who needs SMTPUTF8 is left out, whatever becomes of the others. */
static void test_ascii_only(void)
{
	static const struct ph_envelope_rcpt mixed[] = {
		{ .address = { "a@x", 3 } },
		{ .address = { "\xc3\xa9@x", 4 } },
		{ .address = { "c@x", 3 } },
		{ .address = { "d@x", 3 } },
		{ .address = { "\xc3\xbc@x", 4 } },
	};

	static const struct {
		size_t first, count;
		const char *batch, *end, *want, *text;
		enum ph_cause cause;
	} cases[] = {
		{ 0, 5, "acd", "ddd", "dfddf",
		    "h:25 offers no SMTPUTF8, which the recipient \xc3\xa9@x "
		    "needs",
		    PH_CAUSE_NO_SMTPUTF8 },
		{ 0, 5, "acd", "fdd", "ffddf",
		    "h:25 answered 550 5.0.0 \"unknown\" for a@x",
		    PH_CAUSE_RECIPIENT_REFUSED },
		{ 0, 5, "acd", "ddu", "dfduf", "h:25 said \"eh\"",
		    PH_CAUSE_PROTOCOL },
		{ 0, 5, "acd", "drd", "dfrdf",
		    "h:25 offers no SMTPUTF8, which the recipient \xc3\xa9@x "
		    "needs",
		    PH_CAUSE_NO_SMTPUTF8 },
		{ 1, 1, NULL, NULL, "f",
		    "h:25 offers no SMTPUTF8, which the recipient \xc3\xa9@x "
		    "needs",
		    PH_CAUSE_NO_SMTPUTF8 },
	};

	for (size_t i = 0; i < PH_COUNT(cases); i++) {
		struct ph_envelope e = { .sender = { "s@x", 3 },
			.rcpts = mixed + cases[i].first,
			.rcpt_count = cases[i].count };
		struct ph_task *t = NULL;

		check_case(cases[i].want, i);
		check(ph_task_new(&(struct ph_job){ .envelope = &e }, &t) ==
		    PH_OK);
		check(ph_task_ascii_only(t) == PH_OK);
		check(ph_task_has_more(t) == (cases[i].batch != NULL));
		if (cases[i].batch != NULL) {
			(void)end(begin(t, 0, cases[i].batch), cases[i].end);
		}
		check(ph_task_is_done(t));

		struct ph_delivery *d = ph_task_deliver(t, "h:25");

		for (size_t k = 0; k < d->rcpt_count; k++) {
			const struct ph_delivered_rcpt *one = &d->rcpts[k];

			check_int("?drfu"[one->outcome], cases[i].want[k]);
			if (ph_span_is_ascii(one->address))
				continue;
			check_int(one->stage, PH_STAGE_RCPT);
			check_int(one->code, 0);
			check(strstr(one->text, "SMTPUTF8") != NULL);
		}
		check_str(d->fault.text, cases[i].text);
		check_int(d->fault.cause, cases[i].cause);
		ph_delivery_free(d);
		ph_task_free(t);
	}
	check_case(NULL, 0);
}

/* They are asked in turn, and one too many comes again. */
static void test_ascii_only_limits(void)
{
	struct ph_task *t = NULL;

	check(ph_task_new(&job, &t) == PH_OK);
	check(ph_task_ascii_only(t) == PH_OK);
	check_int(end(begin(t, 4, "abcd"), "dddm"), 3);
	check_int(end(begin(t, 3, "efg"), "dfd"), 0);
	check_int(end(begin(t, 3, "d"), "d"), 0);
	check_outcomes(t, "dddddfd");
}

/* Every allocation fails once. */
static enum ph_err ascii_only(void *ctx)
{
	struct ph_task *t = NULL;

	(void)ctx;
	enum ph_err err = ph_task_new(&job, &t);
	if (err == PH_OK)
		err = ph_task_ascii_only(t);
	ph_task_free(t);
	return err;
}

static enum ph_err whole(void *ctx)
{
	static const struct ph_batch_limits four = { .rcpts = 4 };
	struct ph_task *t = NULL;
	struct ph_batch *b = NULL;
	struct ph_fault f;

	(void)ctx;
	enum ph_err err = ph_task_new(&job, &t);
	if (err != PH_OK)
		return err;
	err = ph_task_begin(t, &four, &b);
	if (err == PH_OK) {
		(void)end(b, "dmdm");
		err = ph_task_begin(t, &four, &b);
	}
	/* Who was one too many may have been forgotten for want of memory. */
	while (err == PH_OK) {
		(void)end(b, &"ddd"[3 - b->envelope.rcpt_count]);
		err = ph_task_begin(t, &four, &b);
	}
	ph_fault_set(&f, PH_CAUSE_NO_MEMORY, PH_STAGE_MAIL, "out of memory");
	if (!ph_task_is_done(t))
		ph_task_fail(t, PH_RETRY, &f);
	ph_delivery_free(ph_task_deliver(t, "h:25"));
	ph_task_free(t);
	return err == PH_EOF ? PH_OK : err;
}

int main(void)
{
	test_limits();
	test_too_many();
	test_domains();
	test_domains_too_many();
	test_fault_of_the_first();
	test_fault_of_the_worst();
	test_ends_early();
	test_ascii_only();
	test_ascii_only_limits();
	check(failalloc_run_any(ascii_only, NULL) == 3);
	check(failalloc_run_any(by_domain, NULL) > 5);
	check(failalloc_run_any(whole, NULL) > 5);
	return check_end();
}
