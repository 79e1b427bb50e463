#include "io/names.h"

#include "check.h"
#include "fake_dns.h"
#include "fast_clock.h"

#include <string.h>

static const struct ph_span data[] = { PH_SPAN_INIT("\0\5\2mx\1x\0") };

#define ROOT(secure)                 \
 {                                   \
  ".", PH_DNS_DNSKEY,                \
      { .status = PH_DNS_FOUND,      \
	      .is_secure = (secure), \
	      .records = data,       \
	      .record_count = 1 },   \
      false                          \
 }
#define FOUND(n, secure)             \
 {                                   \
  n, PH_DNS_MX,                      \
      { .status = PH_DNS_FOUND,      \
	      .is_secure = (secure), \
	      .records = data,       \
	      .record_count = 1 },   \
      false                          \
 }

static const struct fake_record proven[] = { ROOT(true),
	FOUND("x.example", true),
	{ "bogus.example", PH_DNS_MX, { .status = PH_DNS_BOGUS }, false },
	{ "silent.example", PH_DNS_MX, { .status = PH_DNS_FOUND }, true } };
/* A name server that claims too much: without the root's key nothing is
   secure. */
static const struct fake_record unproven[] = { ROOT(false),
	FOUND("x.example", true) };
static const struct fake_record silent_root[] = {
	{ ".", PH_DNS_DNSKEY, { .status = PH_DNS_FOUND }, true },
	FOUND("x.example", true)
};
static const struct fake_record no_root[] = { FOUND("x.example", true) };

/* What came of a question. */
struct told {
	unsigned times;
	enum ph_dns_status status;
	bool is_secure;
	size_t record_count;
};

static void on_answer(void *ctx, const struct ph_dns_answer *a)
{
	struct told *t = ctx;

	t->times++;
	t->status = a->status;
	t->is_secure = a->is_secure;
	t->record_count = a->record_count;
}

static void set_world(const struct fake_record *records, size_t count)
{
	fast_clock_times = 1;
	fake_dns =
	    (struct fake_dns){ .records = records, .record_count = count };
}

static void wait_for(struct ph_loop *l, const struct told *t)
{
	for (int i = 0; i < 1000 && t->times == 0; i++)
		(void)ph_loop_turn(l);
	check_int(t->times, 1);
}

/* The next world is one in which time is waited for. */
static bool is_fast;

/* One question in a world; what came of it. */
static struct told ask_one(
    const struct fake_record *records, size_t count, const char *name)
{
	struct ph_loop *l = NULL;
	struct ph_names *n = NULL;
	struct ph_fault fault = { 0 };
	struct told t = { 0 };

	set_world(records, count);
	fast_clock_times = is_fast ? 10 : 1;
	check_int(ph_loop_new(&l), PH_OK);
	check_int(ph_names_new(l, &n, &fault), PH_OK);
	check_int(ph_names_ask(n, name, PH_DNS_MX, on_answer, &t), PH_OK);
	wait_for(l, &t);
	ph_names_free(n);
	ph_loop_free(l);
	check_int(fake_dns.opened + fake_dns.opened_plain, fake_dns.closed);
	return t;
}

static void test_proven(void)
{
	struct told t = ask_one(proven, PH_COUNT(proven), "x.example");

	check_int(t.status, PH_DNS_FOUND);
	check(t.is_secure);
	check_int(t.record_count, 1);
	check_int(fake_dns.opened_plain, 0);
	t = ask_one(proven, PH_COUNT(proven), "bogus.example");
	check_int(t.status, PH_DNS_BOGUS);
	t = ask_one(proven, PH_COUNT(proven), "none.example");
	check_int(t.status, PH_DNS_NO_NAME);
}

static void test_unproven(void)
{
	struct told t = ask_one(unproven, PH_COUNT(unproven), "x.example");

	check_int(t.status, PH_DNS_FOUND);
	check(!t.is_secure);
	check_int(fake_dns.opened_plain, 1);
	t = ask_one(no_root, PH_COUNT(no_root), "x.example");
	check_int(t.status, PH_DNS_FOUND);
	check(!t.is_secure);
	is_fast = true;
	t = ask_one(silent_root, PH_COUNT(silent_root), "x.example");
	check_int(t.status, PH_DNS_FOUND);
	check(!t.is_secure);
	check_int(fake_dns.cancelled, 1);
	is_fast = false;
}

/* No answer: it is cancelled, and told. */
static void test_silence(void)
{
	struct told t;

	is_fast = true;
	t = ask_one(proven, PH_COUNT(proven), "silent.example");
	is_fast = false;
	check_int(t.status, PH_DNS_FAILED);
	check_int(fake_dns.cancelled, 1);
}

/* The second context cannot be had. */
static void test_no_plain(void)
{
	struct ph_loop *l = NULL;
	struct ph_names *n = NULL;
	struct ph_fault fault = { 0 };
	struct told t = { 0 };
	struct told late = { 0 };

	set_world(unproven, PH_COUNT(unproven));
	fake_dns.plain_err = PH_EIO;
	check_int(ph_loop_new(&l), PH_OK);
	check_int(ph_names_new(l, &n, &fault), PH_OK);
	check_int(
	    ph_names_ask(n, "x.example", PH_DNS_MX, on_answer, &t), PH_OK);
	wait_for(l, &t);
	check_int(t.status, PH_DNS_FAILED);
	check_int(
	    ph_names_ask(n, "x.example", PH_DNS_MX, on_answer, &late), PH_EIO);
	ph_names_free(n);
	ph_loop_free(l);
	check_int(late.times, 0);
}

/* Asked after the root has answered, more than there is room for, names that
   are none; and given up. */
static void test_many(void)
{
	struct ph_loop *l = NULL;
	struct ph_names *n = NULL;
	struct ph_fault fault = { 0 };
	struct told t = { 0 };
	struct told again = { 0 };
	struct told lost = { 0 };
	char name[300];

	set_world(proven, PH_COUNT(proven));
	check_int(ph_loop_new(&l), PH_OK);
	check_int(ph_names_new(l, &n, &fault), PH_OK);
	check_int(
	    ph_names_ask(n, "x.example", PH_DNS_MX, on_answer, &t), PH_OK);
	wait_for(l, &t);
	check_int(
	    ph_names_ask(n, "x.example", PH_DNS_MX, on_answer, &again), PH_OK);
	wait_for(l, &again);
	check(again.is_secure);
	memset(name, 'a', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	check_int(
	    ph_names_ask(n, name, PH_DNS_MX, on_answer, &lost), PH_EINVAL);
	fake_dns.ask_err = PH_EINVAL;
	check_int(
	    ph_names_ask(n, "..", PH_DNS_MX, on_answer, &lost), PH_EINVAL);
	fake_dns.ask_err = PH_OK;
	for (int i = 0; i < PH_NAMES_QUESTIONS_MAX; i++) {
		check_int(ph_names_ask(
			      n, "silent.example", PH_DNS_MX, on_answer, &lost),
		    PH_OK);
	}
	check_int(ph_names_ask(n, "x.example", PH_DNS_MX, on_answer, &lost),
	    PH_ETOOBIG);
	ph_names_free(n);
	ph_loop_free(l);
	check_int(lost.times, 0);
}

static const struct {
	bool is_missing;
	enum ph_err open_err, ask_err, err;
	const char *words;
} refusals[] = {
	{ true, PH_OK, PH_OK, PH_EIO, "posthaste-dns.so is missing" },
	{ false, PH_ENOTFOUND, PH_OK, PH_EIO, "no name server is configured" },
	{ false, PH_EIO, PH_OK, PH_EIO, "libunbound does not start" },
	{ false, PH_ENOMEM, PH_OK, PH_ENOMEM, "" },
	{ false, PH_OK, PH_ENOMEM, PH_ENOMEM, "" },
};

static void test_refusals(void)
{
	for (size_t i = 0; i < PH_COUNT(refusals); i++) {
		struct ph_loop *l = NULL;
		struct ph_names *n = NULL;
		struct ph_fault fault = { 0 };

		check_case(refusals[i].words, i);
		set_world(proven, PH_COUNT(proven));
		fake_dns.is_missing = refusals[i].is_missing;
		fake_dns.open_err = refusals[i].open_err;
		fake_dns.ask_err = refusals[i].ask_err;
		check_int(ph_loop_new(&l), PH_OK);
		check_int(ph_names_new(l, &n, &fault), refusals[i].err);
		check(n == NULL);
		check(strstr(fault.text, refusals[i].words) != NULL);
		ph_loop_free(l);
	}
	check_case(NULL, 0);
	ph_names_free(NULL);
}

int main(void)
{
	test_proven();
	test_unproven();
	test_silence();
	test_no_plain();
	test_many();
	test_refusals();
	return check_end();
}
