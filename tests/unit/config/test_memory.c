#include "check.h"
#include "config/memory.h"
#include "config/memory_place.h"
#include "io/loop.h"
#include "playground.h"

#include <stdio.h>
#include <stdlib.h>

#define SERVER  "posthaste/servers/smtp.example.com:587"
#define REFUSED "posthaste/refused/smtp.example.com"
#define SENT    "posthaste/sent/smtp.example.com"

static struct ph_connection conn(void)
{
	return (struct ph_connection){
		.name = "",
		.host = "smtp.example.com",
		.port = 587,
		.username = "ann",
		.attempts = 2,
		.memory = true,
	};
}

static struct ph_memory *open_changed(
    const struct ph_connection *c, ph_unixmsec changed_at)
{
	struct ph_memory_question q = { .connection = c,
		.changed_at = changed_at };
	struct ph_memory *m = NULL;

	check_int(ph_memory_open(&q, &m), PH_OK);
	return m;
}

static struct ph_memory *open_one(const struct ph_connection *c)
{
	return open_changed(c, 0);
}

static struct ph_known_news news(const struct ph_known_attempt *a)
{
	return (struct ph_known_news){
		.host = PH_SPAN("smtp.example.com"),
		.port = 587,
		.now = ph_clock_unix(),
		.attempts = a,
		.attempt_count = 1,
	};
}

/* What two learn at the same time is both there. */
static void test_learn(void)
{
	const struct ph_known_attempt cram = { PH_SPAN("CRAM-MD5"), false, 9 };
	const struct ph_known_attempt plain = { PH_SPAN("PLAIN"), true, 5 };
	struct ph_connection c = conn();
	struct ph_memory *one = open_one(&c);
	struct ph_memory *other = open_one(&c);
	struct ph_known_news n = news(&cram);

	check_str(ph_memory_known(one)->host, "");
	ph_memory_learn(one, &n);
	n = news(&plain);
	ph_memory_learn(other, &n);
	check_str(ph_memory_note(other), "");
	check_int(ph_memory_known(one)->mechanism_count, 1);
	check_int(ph_memory_known(other)->mechanism_count, 2);
	ph_memory_free(one);
	ph_memory_free(other);

	one = open_one(&c);
	check_int(ph_memory_known(one)->mechanism_count, 2);
	/* Nothing new: nothing is written. */
	playground_write(SERVER, "posthaste server 1\n");
	ph_memory_learn(one, &n);
	check_str(playground_read(SERVER), "posthaste server 1\n");
	ph_memory_free(one);

	c.memory = false;
	one = open_one(&c);
	check_str(ph_memory_known(one)->host, "");
	ph_memory_free(one);
	/* Damaged by then: aside, and begun anew. */
	c.memory = true;
	one = open_one(&c);
	check(strstr(ph_memory_damage(one), "was damaged") != NULL);
	check_str(playground_read(SERVER ".damaged"), "posthaste server 1\n");
	check(playground_read(SERVER) == NULL);
	ph_memory_free(one);
}

static enum ph_err admit(struct ph_memory *m, struct ph_fault *f)
{
	struct ph_gate g;

	ph_memory_gate(m, &g);
	return g.admit(g.ctx, f);
}

static void settle(struct ph_memory *m, enum ph_gate_end end)
{
	struct ph_gate g;

	ph_memory_gate(m, &g);
	g.settle(g.ctx, end);
}

/* Refused ones and those under way together: never more than two. */
static void test_gate(void)
{
	struct ph_connection c = conn();
	struct ph_memory *m[4];
	struct ph_fault f = { 0 };

	for (size_t i = 0; i < 4; i++)
		m[i] = open_one(&c);
	check_int(admit(m[0], &f), PH_OK);
	check_int(admit(m[0], &f), PH_OK); /* has a place already */
	check_int(admit(m[1], &f), PH_OK);
	check_int(admit(m[2], &f), PH_AGAIN);
	settle(m[0], PH_GATE_UNDECIDED);
	check(playground_read(REFUSED) == NULL);
	check_int(admit(m[2], &f), PH_OK);
	settle(m[2], PH_GATE_REFUSED);
	/* One refused, one under way. */
	check_int(admit(m[0], &f), PH_AGAIN);
	check_int(admit(m[2], &f), PH_AGAIN);
	settle(m[1], PH_GATE_REFUSED);
	check_int(ph_memory_check(m[0], &f), PH_EDENIED);
	check_int(admit(m[0], &f), PH_EDENIED);
	check_int(f.cause, PH_CAUSE_AUTH_USED_UP);
	check(strstr(f.text, "refused 2 logins as ann since ") != NULL);
	check(strstr(f.text, "nothing was tried") != NULL);
	check(strstr(f.advice, "--attempts 3") != NULL);
	check(strstr(playground_read(REFUSED), "ann") == NULL);

	/* A place that was held when its holder died is free. */
	for (size_t i = 0; i < 4; i++)
		ph_memory_free(m[i]);
}

static void test_who_counts(void)
{
	struct ph_connection c = conn();
	struct ph_connection bob = conn();
	struct ph_connection port = conn();
	struct ph_connection any = conn();
	struct ph_fault f = { 0 };
	struct ph_tally_sum sum;
	struct ph_memory *m;

	bob.username = "bob";
	port.port = 465;
	any.attempts = 0;
	m = open_one(&bob);
	check_int(ph_memory_check(m, &f), PH_OK);
	ph_memory_free(m);
	/* An account is the same at every port. */
	m = open_one(&port);
	check_int(ph_memory_check(m, &f), PH_EDENIED);
	ph_memory_free(m);
	m = open_one(&any);
	check_int(ph_memory_check(m, &f), PH_OK);
	check_int(admit(m, &f), PH_OK);
	ph_memory_sum(m, &sum);
	check_int(sum.count, 2);
	settle(m, PH_GATE_UNDECIDED);
	ph_memory_free(m);
	/* Another password; and a success with it ends it all. */
	m = open_changed(&c, ph_clock_unix_msec() + 1);
	check_int(ph_memory_check(m, &f), PH_OK);
	ph_memory_free(m);
	c.attempts = 3;
	m = open_one(&c);
	check_int(admit(m, &f), PH_OK);
	settle(m, PH_GATE_TAKEN);
	check(playground_read(REFUSED) == NULL);
	ph_memory_free(m);
}

static void test_forget(void)
{
	const struct ph_known_attempt a = { PH_SPAN("PLAIN"), true, 5 };
	struct ph_connection c = conn();
	struct ph_known_news n = news(&a);
	struct ph_fault f = { 0 };
	struct ph_memory *m = open_one(&c);
	bool was = false;

	ph_memory_learn(m, &n);
	check_int(admit(m, &f), PH_OK);
	settle(m, PH_GATE_REFUSED);
	ph_memory_free(m);
	check(playground_read(SERVER) != NULL);
	check_int(ph_memory_forget("smtp.example.com", 587, &was, &f), PH_OK);
	check(was);
	check(playground_read(SERVER) == NULL);
	check(playground_read(REFUSED) == NULL);
	check_int(ph_memory_forget("smtp.example.com", 587, &was, &f), PH_OK);
	check(!was);
}

/* secret set, login: whatever was refused before. */
static void test_pardon(void)
{
	struct ph_connection c = conn();
	struct ph_connection bob = conn();
	struct ph_fault f = { 0 };
	struct ph_memory *m = open_one(&c);

	bob.username = "bob";
	ph_memory_pardon(&c); /* nothing to forgive */
	for (int i = 0; i < 2; i++) {
		check_int(admit(m, &f), PH_OK);
		settle(m, PH_GATE_REFUSED);
	}
	ph_memory_pardon(&bob);
	check_int(ph_memory_check(m, &f), PH_EDENIED);
	ph_memory_pardon(&c);
	check_int(ph_memory_check(m, &f), PH_OK);
	check(playground_read(REFUSED) == NULL);
	ph_memory_free(m);
}

static void place(
    const char *host, uint16_t port, const char *server, const char *refused)
{
	static struct ph_memory_place p;
	const char *state = getenv("XDG_STATE_HOME");
	char want[256];

	check_case(host, port);
	check_int(ph_memory_place_find(&p, host, port), PH_OK);
	(void)snprintf(
	    want, sizeof(want), "%s/posthaste/servers/%s", state, server);
	check_str(p.server, want);
	(void)snprintf(
	    want, sizeof(want), "%s/posthaste/refused/%s", state, refused);
	check_str(p.refused, want);
}

static void test_places(void)
{
	static struct ph_memory_place p;
	char longest[300];

	place("H.example", 25, "h.example:25", "h.example");
	place("../../x", 25, "%2e.%2f..%2fx:25", "%2e.%2f..%2fx");
	place(".", 25, "%2e:25", "%2e");
	place("a b%c", 25, "a%20b%25c:25", "a%20b%25c");
	place("2001:db8::1", 25, "2001:db8::1:25", "2001:db8::1");
	/* Each port of this machine may lead elsewhere. */
	place("127.0.0.2", 25, "127.0.0.2:25", "127.0.0.2:25");
	place("localhost", 26, "localhost:26", "localhost:26");
	place("::1", 26, "::1:26", "::1:26");
	check_case(NULL, 0);
	memset(longest, 'h', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	check_int(ph_memory_place_find(&p, longest, 25), PH_ENOTFOUND);
	check_int(ph_memory_place_find(&p, "", 25), PH_ENOTFOUND);
}

static enum ph_err book(
    struct ph_memory *m, ph_msec most, struct ph_memory_booking *b)
{
	struct ph_fault f = { 0 };
	enum ph_err err = ph_memory_book(m, 1, most, b, &f);

	check_int(
	    f.cause, err == PH_OK ? PH_CAUSE_NONE : PH_CAUSE_RATE_LIMITED);
	return err;
}

static void test_messages(void)
{
	struct ph_connection c = conn();

	check_int(ph_memory_messages(&c, 1000), 1);
	c.recipients_per_message = 10;
	check_int(ph_memory_messages(&c, 1), 1);
	check_int(ph_memory_messages(&c, 10), 1);
	check_int(ph_memory_messages(&c, 11), 2);
	check_int(ph_memory_messages(&c, 20), 2);
}

static void test_quota(void)
{
	struct ph_connection c = conn();
	struct ph_memory_booking b[3];
	struct ph_memory_use use;
	struct ph_fault f = { 0 };
	struct ph_memory *m = open_one(&c);
	struct ph_memory *other;

	c.rate_from = "";
	c.quota_from = "c.conf:7";
	/* Nothing is limited: nothing is written. */
	check_int(book(m, 0, &b[0]), PH_OK);
	check_int(b[0].wait, 0);
	check(playground_read(SENT) == NULL);
	ph_memory_unbook(m, &b[0]);
	ph_memory_use(m, &use);
	check_int(use.quota, 0);

	c.quota = (struct ph_rate){ 2, 86400000 };
	other = open_one(&c);
	check_int(book(m, 0, &b[0]), PH_OK);
	check_int(book(other, 0, &b[1]), PH_OK);
	check_int(b[1].messages, 1);
	check_int(book(m, PH_NEVER, &b[2]), PH_EDENIED);
	check_int(b[2].messages, 0);
	check(b[2].wait > 86000000 && b[2].wait <= 86400000);
	ph_memory_unbook(m, &b[2]);
	ph_memory_use(m, &use);
	check_int(use.quota, 2);
	check(use.quota_free_in > 86000000 && use.rate_free_in == 0);
	check(strstr(playground_read(SENT), "ann") == NULL);
	/* One that went nowhere makes room. */
	ph_memory_unbook(other, &b[1]);
	check_int(ph_memory_book(m, 2, 0, &b[2], &f), PH_EDENIED);
	check(strstr(f.text, "c.conf:7: quota = 2/day: 1 of 2") != NULL);
	check(strstr(f.text, "goes out as 2") != NULL);
	check_int(ph_memory_book(m, 3, 0, &b[2], &f), PH_EDENIED);
	check_int(book(m, 0, &b[2]), PH_OK);
	/* Another account's. */
	c.username = "bob";
	check_int(book(m, 0, &b[2]), PH_OK);
	ph_memory_free(other);
	ph_memory_free(m);

	c.memory = false;
	m = open_one(&c);
	for (int i = 0; i < 3; i++)
		check_int(book(m, 0, &b[0]), PH_OK);
	ph_memory_free(m);

	/* Damaged: it begins anew. */
	c.memory = true;
	c.quota = (struct ph_rate){ 1, 3600000 };
	playground_write(SENT, "posthaste sent 1\n");
	m = open_one(&c);
	check_int(book(m, 0, &b[0]), PH_OK);
	check(strstr(ph_memory_damage(m), "was damaged") != NULL);
	ph_memory_free(m);
}

/* A turn that is to come, no further away than who asks would wait. */
static void test_rate(void)
{
	struct ph_connection c = conn();
	struct ph_memory_booking b;
	struct ph_memory *m = open_one(&c);
	struct ph_memory_use use;

	c.username = "cy";
	c.rate_from = "--rate";
	c.quota_from = "";
	c.rate = (struct ph_rate){ 1, 60000 };
	check_int(book(m, 0, &b), PH_OK);
	check_int(b.wait, 0);
	check_int(book(m, 1000, &b), PH_EDENIED);
	check(b.wait > 50000 && b.wait <= 60000);
	check_int(book(m, PH_NEVER, &b), PH_OK);
	check(b.wait > 50000 && b.wait <= 60000);
	/* The third would wait for longer than a period. */
	check_int(book(m, PH_NEVER, &b), PH_EDENIED);
	ph_memory_use(m, &use);
	check_int(use.rate, 2);
	check(use.rate_free_in > 60000);
	ph_memory_free(m);
}

static void test_sessions(void)
{
	struct ph_connection c = conn();
	struct ph_connection elsewhere = conn();
	struct ph_memory *m[4];
	struct ph_fault f = { 0 };

	c.sessions = 2;
	c.limits_sessions = true;
	elsewhere.sessions = 1;
	elsewhere.limits_sessions = true;
	elsewhere.port = 465;
	for (size_t i = 0; i < 3; i++)
		m[i] = open_one(&c);
	m[3] = open_one(&elsewhere);
	check_int(ph_memory_session_take(m[0]), PH_OK);
	check_int(ph_memory_session_take(m[0]), PH_OK); /* has it already */
	check_int(ph_memory_session_take(m[1]), PH_OK);
	check_int(ph_memory_session_take(m[2]), PH_AGAIN);
	check_int(ph_memory_session_take(m[3]), PH_OK);
	/* Logins take none of them. */
	check_int(admit(m[0], &f), PH_OK);
	settle(m[0], PH_GATE_UNDECIDED);
	check_int(ph_memory_session_take(m[2]), PH_AGAIN);
	ph_memory_session_refuse(m[2], 1500, &f);
	check_int(f.cause, PH_CAUSE_TOO_MANY_SESSIONS);
	check(strstr(f.text, "sessions = 2: ") != NULL);
	check(strstr(f.text, "smtp.example.com:587") != NULL);
	check(strstr(f.text, "within 1.5 s") != NULL);
	ph_memory_session_give(m[0]);
	check_int(ph_memory_session_take(m[2]), PH_OK);
	check_int(ph_memory_session_take(m[0]), PH_AGAIN);
	/* Held by one that ends. */
	ph_memory_free(m[1]);
	check_int(ph_memory_session_take(m[0]), PH_OK);
	ph_memory_session_give(m[3]);
	ph_memory_session_give(m[3]);
	ph_memory_free(m[0]);
	ph_memory_free(m[2]);
	ph_memory_free(m[3]);
}

/* No home: everything goes on, nothing is kept. */
static void test_homeless(void)
{
	const struct ph_known_attempt a = { PH_SPAN("PLAIN"), true, 5 };
	struct ph_connection c = conn();
	struct ph_known_news n = news(&a);
	struct ph_fault f = { 0 };
	struct ph_memory_booking b;
	struct ph_tally_sum sum;
	struct ph_memory *m;
	bool was = true;

	c.quota = (struct ph_rate){ 1, 1000 };
	check_int(unsetenv("XDG_STATE_HOME"), 0);
	check_int(setenv("HOME", "nowhere", 1), 0);
	m = open_one(&c);
	ph_memory_learn(m, &n);
	check_int(ph_memory_check(m, &f), PH_OK);
	check_int(admit(m, &f), PH_OK);
	settle(m, PH_GATE_REFUSED);
	check_int(ph_memory_session_take(m), PH_OK);
	check_int(book(m, 0, &b), PH_OK);
	ph_memory_sum(m, &sum);
	check_int(sum.count, 0);
	check_str(ph_memory_note(m), "");
	ph_memory_free(m);
	check_int(ph_memory_forget("h", 25, &was, &f), PH_OK);
	check(!was);
	ph_memory_free(NULL);

	/* A place that cannot be written: it is noted. */
	check_int(setenv("XDG_STATE_HOME", "/proc/self", 1), 0);
	m = open_one(&c);
	ph_memory_learn(m, &n);
	check(strstr(ph_memory_note(m), "memory: cannot create") != NULL);
	check_int(admit(m, &f), PH_OK);
	settle(m, PH_GATE_REFUSED);
	check_int(ph_memory_session_take(m), PH_OK);
	check_int(book(m, 0, &b), PH_OK);
	ph_memory_free(m);
}

static struct ph_history_test a_test(ph_unixtime at)
{
	return (struct ph_history_test){
		.at = at,
		.host = "smtp.example.com",
		.port = 587,
		.mode = "none",
		.ok = true,
		.stage = "auth",
		.cause = "none",
	};
}

static size_t keep_test(const struct ph_connection *c, ph_unixtime at)
{
	static struct ph_history all;
	PH_CLEANUP(ph_memory_freep) struct ph_memory *m = open_one(c);
	const struct ph_history_test t = a_test(at);

	check_int(ph_memory_history_add(m, &t, &all), PH_OK);
	return all.count;
}

/* By the connection's name, else by the server; what two keep at the same time
   is both there. */
static void test_history(void)
{
	static struct ph_history all;
	struct ph_connection c = conn();
	struct ph_connection named = conn();
	struct ph_fault fault = { 0 };
	struct ph_memory *m;
	bool was = false;

	named.name = "work";
	check_int(keep_test(&c, 1000), 1);
	m = open_one(&c);
	check_int(keep_test(&c, 2000), 2);
	check_int(ph_memory_history(m, &all), PH_OK);
	check_int(all.count, 2);
	check_int(all.tests[1].at, 2000);
	check_int(keep_test(&named, 3000), 1);
	check_int(keep_test(&named, 4000), 2);
	check_int(ph_memory_history(m, &all), PH_OK);
	check_int(all.count, 2);
	ph_memory_free(m);

	check(playground_read("posthaste/tests/work") != NULL);
	check_int(ph_memory_history_forget("work", &was, &fault), PH_OK);
	check(was);
	check_int(ph_memory_history_forget("work", &was, &fault), PH_OK);
	check(!was);
	check_int(keep_test(&named, 5000), 1);
	/* A server is forgotten with its tests, a damaged file put aside. */
	check_int(
	    ph_memory_forget("smtp.example.com", 587, &was, &fault), PH_OK);
	check(was);
	check_int(keep_test(&c, 6000), 1);
	playground_write("posthaste/tests/smtp.example.com:587", "rubbish");
	check_int(keep_test(&c, 7000), 1);
	/* Without memory there is none. */
	c.memory = false;
	check_int(keep_test(&c, 8000), 0);
}

int main(void)
{
	check_int(setenv("XDG_STATE_HOME", playground_begin(), 1), 0);
	test_learn();
	test_gate();
	test_who_counts();
	test_forget();
	test_pardon();
	test_places();
	test_messages();
	test_quota();
	test_rate();
	test_sessions();
	test_history();
	test_homeless();
	playground_end();
	return check_end();
}
