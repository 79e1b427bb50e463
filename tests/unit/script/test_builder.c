#include "check.h"
#include "failalloc.h"
#include "rig.h"

#include "script/builder.h"

#include <stdlib.h>

/* What scripts and transcripts cannot say both of. */

enum {
	ARENA_MAX = 1024 * 1024
};

/* One call, by a letter: s and c octets, n a connection, w a wait, h hung up, H
   amid content, t TLS, C a challenge, B none that is base64. */
struct call {
	char what;
	const char *octets;
};

enum {
	CALLS_MAX = 10
};

static const struct {
	bool has_content;
	struct call calls[CALLS_MAX];
	const char *want; /* NULL: PH_EINVAL */
} cases[] = {
	{ true, { { 0, NULL } }, NULL },
	{ false, { { 'n', NULL } }, "session\n  -> 0\n" },
	/* Each begins a session where there is none. */
	{ false, { { 's', "220 a\n" } }, "session\n  -> 220 `220 a\\n`\n" },
	{ false, { { 'c', "A\n" } }, "session\n  -> 0\n A -> 0\n" },
	{ false, { { 'w', NULL } }, "session\n  -> 0, stalls\n" },
	{ false, { { 'h', NULL } }, "session\n  -> 0, hangs up\n" },
	{ false, { { 't', NULL } }, "session tls on\n  -> 0\n" },
	{ false, { { 'C', "x" } }, "session\n  -> 0\n" },
	{ false, { { 'B', NULL } }, "session\n  -> 0\n" },
	/* Nothing is nothing. */
	{ false, { { 's', "" }, { 'c', "" } }, "session\n  -> 0\n" },
	/* Content that is told, and that is not. */
	{ true,
	    { { 's', "220 a\n" }, { 'c', "DATA\n" }, { 's', "354 b\n" },
		{ 'c', "x\n.y\n" }, { 'h', NULL } },
	    "session\n  -> 220 `220 a\\n`\n"
	    " DATA -> 354 `354 b\\n`, hangs up amid content\n" },
	{ false,
	    { { 's', "220 a\n" }, { 'c', "DATA\n" }, { 's', "354 b\n" },
		{ 'h', NULL } },
	    "session\n  -> 220 `220 a\\n`\n"
	    " DATA -> 354 `354 b\\n`, hangs up\n" },
	{ false,
	    { { 's', "220 a\n" }, { 'c', "DATA\n" }, { 's', "354 b\n" },
		{ 'H', NULL } },
	    "session\n  -> 220 `220 a\\n`\n"
	    " DATA -> 354 `354 b\\n`, hangs up amid content\n" },
	/* Said amid content where none was asked for. */
	{ false, { { 's', "220 a\n" }, { 'H', NULL } },
	    "session\n  -> 220 `220 a\\n`, hangs up\n" },
	{ false, { { 's', "220 a\n" }, { 'c', "bdat 4\n" }, { 'H', NULL } },
	    "session\n  -> 220 `220 a\\n`\n"
	    " bdat 4 -> 0, hangs up amid content\n" },
	/* The first end is the end. */
	{ false, { { 'h', NULL }, { 'H', NULL } },
	    "session\n  -> 0, hangs up\n" },
	/* TLS where it was not agreed on. */
	{ false, { { 's', "220 a\n" }, { 't', NULL } },
	    "session\n  -> 220 `220 a\\n`\n" },
	/* A challenge is told of the reply that was one. */
	{ false,
	    { { 's', "220 a\n" }, { 'c', "AUTH X\n" }, { 's', "334 b\n" },
		{ 'C', "one" }, { 'C', "two" } },
	    "session\n  -> 220 `220 a\\n`\n"
	    " AUTH X -> 334 `334 b\\n`, says two\n" },
	{ false,
	    { { 's', "220 a\n" }, { 'c', "AUTH X\n" }, { 's', "535 b\n" },
		{ 'C', "one" } },
	    "session\n  -> 220 `220 a\\n`\n AUTH X -> 535 `535 b\\n`\n" },
	/* What was left of one session is not the next one's. */
	{ true,
	    { { 's', "220 a\n22" }, { 'c', "BDAT 9\nx" }, { 'w', NULL },
		{ 'n', NULL }, { 's', "0 b\n" }, { 'c', "NOOP\n" } },
	    "session\n  -> 220 `220 a\\n` `22`\n BDAT 9 -> 0, stalls\n"
	    "session\n  -> 0 `0 b\\n`\n NOOP -> 0\n" },
	{ true,
	    { { 's', "220 a\n" }, { 'c', "DATA\n" }, { 's', "354 b\n" },
		{ 'n', NULL }, { 'c', "NO" }, { 'n', NULL }, { 'c', "OP\n" } },
	    "session\n  -> 220 `220 a\\n`\n DATA -> 354 `354 b\\n`\n"
	    "session\n  -> 0\nsession\n  -> 0\n OP -> 0\n" },
};

static enum ph_err call(struct ph_builder *b, const struct call *c)
{
	struct ph_span octets = ph_span_of(c->octets);

	switch (c->what) {
	case 's':
		return ph_builder_server(b, octets);
	case 'c':
		return ph_builder_client(b, octets);
	case 'n':
		return ph_builder_connected(b);
	case 'w':
		return ph_builder_wait(b, 5);
	case 'h':
		return ph_builder_end(b, PH_PLAY_HANGS_UP, false);
	case 'H':
		return ph_builder_end(b, PH_PLAY_HANGS_UP, true);
	case 't':
		return ph_builder_tls(b, PH_PLAY_TLS_ON);
	default:
		return ph_builder_challenge(b, octets);
	}
}

static enum ph_err build(size_t i, struct ph_arena *a, struct ph_play *out)
{
	struct ph_builder b;
	enum ph_err err = PH_OK;

	ph_builder_init(&b, a, cases[i].has_content);
	for (const struct call *c = cases[i].calls;
	     c->what != 0 && err == PH_OK; c++)
		err = call(&b, c);
	return err == PH_OK ? ph_builder_finish(&b, out) : err;
}

static void test_cases(void)
{
	for (size_t i = 0; i < PH_COUNT(cases); i++) {
		struct ph_play play = { 0 };
		struct ph_arena a;
		struct ph_buf got;

		check_case("builder", i);
		ph_arena_init(&a, ARENA_MAX);
		ph_buf_init(&got, RIG_TEXT_MAX);
		check_int(build(i, &a, &play),
		    cases[i].want == NULL ? PH_EINVAL : PH_OK);
		rig_dump(&play, &got);
		check_str(ph_buf_str(&got),
		    cases[i].want == NULL ? "" : cases[i].want);
		ph_buf_release(&got);
		ph_arena_release(&a);
	}
}

static enum ph_err build_last(void *ctx)
{
	size_t *i = ctx;
	struct ph_play play;
	struct ph_arena a;

	ph_arena_init(&a, ARENA_MAX);

	enum ph_err err = build(*i, &a, &play);

	ph_arena_release(&a);
	return err;
}

static void test_memory(void)
{
	for (size_t i = 1; i < PH_COUNT(cases); i++) {
		check_case("memory", i);
		check(failalloc_run(build_last, &i) > 0);
	}
}

/* A wait is a time, however often it is said. */
static void test_long_wait(void)
{
	struct ph_builder b;
	struct ph_play play;
	struct ph_arena a;

	ph_arena_init(&a, ARENA_MAX);
	ph_builder_init(&b, &a, true);
	check_int(ph_builder_wait(&b, PH_NEVER), PH_OK);
	check_int(ph_builder_wait(&b, PH_NEVER), PH_OK);
	check_int(ph_builder_server(&b, PH_SPAN("220 a\n")), PH_OK);
	check_int(ph_builder_finish(&b, &play), PH_OK);
	check(play.first->first->sayings->delay == PH_NEVER);
	ph_arena_release(&a);
}

static void test_verb(void)
{
	check(
	    ph_span_eq(ph_play_verb(PH_SPAN("MAIL FROM:<>")), PH_SPAN("MAIL")));
	check(ph_span_eq(ph_play_verb(PH_SPAN(" noop")), PH_SPAN("noop")));
	check_int(ph_play_verb(PH_SPAN("")).len, 0);
}

int main(void)
{
	test_cases();
	test_memory();
	test_long_wait();
	test_verb();
	return check_end();
}
