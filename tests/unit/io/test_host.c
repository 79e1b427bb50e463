#include "check.h"
#include "io/host.h"
#include "io/loop.h"

#include "base/err.h"

#include <string.h>

static const struct {
	const char *name;
	bool is_public;
} cases[] = {
	{ "mail.example.com", true },
	{ "a.b", true },
	{ "xn--bcher-kva.example", true },
	{ "host-1.example.org", true },
	{ "", false },
	{ "host", false },
	{ "localhost", false },
	{ "localhost.localdomain", false },
	{ "LocalHost.example.com", false },
	{ "host.localdomain", false },
	{ "host.LOCALHOST", false },
	{ "host.", false },
	{ "10.0.0.2", false },
	{ "10.0.0.x2", true },
	{ ".example.com", false },
	{ "a..b", false },
	{ "-a.b", false },
	{ "a-.b", false },
	{ "a_b.example.com", false },
	{ "a b.example.com", false },
	{ "a\r\n.example.com", false },
	{ "b\xc3\xbc.example.com", false },
};

static void test_lengths(void)
{
	char name[400];

	memset(name, 'a', 63);
	memcpy(name + 63, ".b", 3);
	check(ph_host_name_is_public(name));
	memset(name, 'a', 64);
	memcpy(name + 64, ".b", 3);
	check(!ph_host_name_is_public(name));

	/* 253 characters are allowed, 254 are not. */
	for (size_t i = 0; i < 254; i++)
		name[i] = i % 2 == 1 ? '.' : 'a';
	name[253] = '\0';
	check(ph_host_name_is_public(name));
	memcpy(name + 253, "a", 2);
	check(!ph_host_name_is_public(name));
}

#define HOSTS                                                     \
 "127.0.0.1 localhost\n"                                          \
 "127.0.1.1\tbox.example.org box other.example.org # a comment\n" \
 "::1 localhost bare\n"                                           \
 "10.0.0.1 early bird.local-domain.test early.example.net\n"      \
 "10.0.0.2 nothing\n"

static const struct {
	const char *name;
	enum ph_host_known known;
	const char *full;
} full_cases[] = {
	{ "box", PH_HOST_LISTED, "box.example.org" },
	{ "BOX", PH_HOST_LISTED, "box.example.org" },
	{ "other.example.org", PH_HOST_LISTED, "other.example.org" },
	{ "early", PH_HOST_LISTED, "bird.local-domain.test" },
	{ "mail.example.com", PH_HOST_UNKNOWN, "mail.example.com" },
	{ "comment", PH_HOST_NAMELESS, "" },
	{ "bare", PH_HOST_NAMELESS, "" },
	{ "nothing", PH_HOST_NAMELESS, "" },
	{ "localhost", PH_HOST_NAMELESS, "" },
	{ "localhost.localdomain", PH_HOST_NAMELESS, "" },
	{ "10.0.0.2", PH_HOST_NAMELESS, "" },
	{ "", PH_HOST_NAMELESS, "" },
};

static void test_full_name(void)
{
	for (size_t i = 0; i < PH_COUNT(full_cases); i++) {
		char out[PH_HOST_NAME_MAX];

		check_case(full_cases[i].name, i);
		check_int(ph_host_full_name_of(full_cases[i].name,
			      PH_SPAN(HOSTS), out, sizeof(out)),
		    full_cases[i].known);
		check_str(out, full_cases[i].full);
		check_int(ph_host_full_name_of(
			      full_cases[i].name, PH_SPAN(""), out, 10),
		    PH_HOST_NAMELESS);
	}
}

static void no_answer(void *ctx)
{
	*(int *)ctx = 2;
}

static void on_answer(void *ctx, bool resolves)
{
	*(int *)ctx = resolves ? 1 : 0;
}

/* What needs no server to be asked: the resolver's own reading of names. */
static void test_ask(void)
{
	struct ph_host_question *q = NULL;
	struct ph_loop *l = NULL;
	struct ph_timer *t = NULL;
	int answer = -1;

	check(ph_loop_new(&l) == PH_OK);
	check(ph_timer_new(l, no_answer, &answer, &t) == PH_OK);
	ph_timer_set(t, ph_loop_now(l) + 20000);
	check(ph_host_ask(l, "127.0.0.1", on_answer, &answer, &q) == PH_OK);
	while (answer < 0 && ph_loop_turn(l))
		continue;
	check_int(answer, 1);
	ph_host_question_free(q);
	/* Ended before its answer: none comes. */
	check(ph_host_ask(l, "127.0.0.1", on_answer, &answer, &q) == PH_OK);
	ph_host_question_free(q);
	ph_host_question_free(NULL);
	ph_timer_free(t);
	ph_loop_free(l);
}

int main(void)
{
	char name[PH_HOST_NAME_MAX];

	for (size_t i = 0; i < PH_COUNT(cases); i++) {
		check_case(cases[i].name, i);
		check_int(
		    ph_host_name_is_public(cases[i].name), cases[i].is_public);
	}
	check_case(NULL, 0);
	test_lengths();

	/* Whatever this machine is called. */
	check_int(
	    ph_host_name(name, sizeof(name)), ph_host_name_is_public(name));
	test_full_name();
	test_ask();
	return check_end();
}
