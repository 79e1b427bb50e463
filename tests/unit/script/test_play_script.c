#include "check.h"
#include "exact.h"
#include "failalloc.h"
#include "rig.h"

#include <stdio.h>
#include <stdlib.h>

/* Scripts as what a server does, which is what builder.c makes of them. */

enum {
	ARENA_MAX = 4 * 1024 * 1024
};

static const struct {
	const char *text;
	const char *want; /* the play; or the fault, behind "! " */
} cases[] = {
	{ "", "! there is nothing in it that a server says" },
	{ "# x\nE: READY\nmail: from=a\nbody: x\noption: auth\nD: quit\n",
	    "! there is nothing in it that a server says" },
	{ "X", "! line 1, no such step: X" },
	{ "S: 220 hi", "session\n  -> 220 `220 hi\\r\\n`\n" },
	/* What is no reply is one, too: each line. */
	{ "S: SSH-2.0\nS: HTTP",
	    "session\n  -> 0 `SSH-2.0\\r\\n` `HTTP\\r\\n`\n" },
	{ "s: \\x15\\x03", "session\n  -> 0 `\\x15\\x03`\n" },
	{ "S: 220-a\nS: 220 b\nC: EHLO me\nS: 250-s\nS: 250 X",
	    "session\n"
	    "  -> 220 `220-a\\r\\n` `220 b\\r\\n`\n"
	    " EHLO me -> 250 `250-s\\r\\n` `250 X\\r\\n`\n" },
	/* Replies are those of the oldest that has none. */
	{ "S: 220 a\nC: MAIL\nC: RCPT\nC: DATA\nS: 250 m\nS: 550 r\n"
	  "S: 354 d\nC: x\nC: .\nS: 250 dot\nC: QUIT\n",
	    "session\n"
	    "  -> 220 `220 a\\r\\n`\n"
	    " MAIL -> 250 `250 m\\r\\n`\n"
	    " RCPT -> 550 `550 r\\r\\n`\n"
	    " DATA -> 354 `354 d\\r\\n`\n"
	    " . -> 250 `250 dot\\r\\n`\n"
	    " QUIT -> 0\n" },
	/* Cut anywhere. */
	{ "s: 22\ns: 0\ns:  a\ns: \\r\ns: \\n\nc: EH\nc: LO\nC:  me\ns: 25",
	    "session\n"
	    "  -> 220 `22` `0` ` a` `\\r` `\\n`\n"
	    " EHLO me -> 0 `25`\n" },
	{ "s: 220 a\\n\nc: NOOP\\nRSET\\r\\nQU\nc: IT\nS: 250 n\nS: 250 r\n"
	  "c: \\n\nS: 221",
	    "session\n"
	    "  -> 220 `220 a\\n`\n"
	    " NOOP -> 250 `250 n\\r\\n`\n"
	    " RSET -> 250 `250 r\\r\\n`\n"
	    " QUIT -> 221 `221\\r\\n`\n" },
	/* A reply to nothing comes with the one before. */
	{ "S: 220 a\nC: NOOP\nS: 250 b\nS: 421 idle",
	    "session\n"
	    "  -> 220 `220 a\\r\\n`\n"
	    " NOOP -> 250 `250 b\\r\\n` `421 idle\\r\\n`\n" },
	/* Before the server says anything. */
	{ "C: EHLO me\nS: 220 a\nS: 250 b",
	    "session\n"
	    "  -> 220 `220 a\\r\\n`\n"
	    " EHLO me -> 250 `250 b\\r\\n`\n" },
	{ "S: 220 a\nC:\nS: 500 what",
	    "session\n"
	    "  -> 220 `220 a\\r\\n`\n"
	    "  -> 500 `500 what\\r\\n`\n" },
	/* Logins. */
	{ "S: 220 a\nC: AUTH LOGIN\nS: 334 VXM=\nC: YW5u\nS: 334\nC: *\n"
	  "S: 501 no\nC: AUTH PLAIN eA==\nS: 235 in\nC: RSET",
	    "session\n"
	    "  -> 220 `220 a\\r\\n`\n"
	    " AUTH LOGIN -> 334 `334 VXM=\\r\\n`\n"
	    "  YW5u -> 334 `334\\r\\n`\n"
	    "  * -> 501 `501 no\\r\\n`\n"
	    " AUTH PLAIN eA== -> 235 `235 in\\r\\n`\n"
	    " RSET -> 0\n" },
	/* The octets of BDAT are not commands. */
	{ "S: 220 a\nC: BDAT 6\nC: RSET\nS: 250 b\nC: BDAT 3 LAST\n"
	  "c: QUI\nS: 250 c\nC: BDAT x\nC: NOOP\nC: BDAT\nC: NOOP",
	    "session\n"
	    "  -> 220 `220 a\\r\\n`\n"
	    " BDAT 6 -> 250 `250 b\\r\\n`\n"
	    " BDAT 3 LAST -> 250 `250 c\\r\\n`\n"
	    " BDAT x -> 0\n NOOP -> 0\n BDAT -> 0\n NOOP -> 0\n" },
	/* What comes behind the dot at once are. */
	{ "S: 220 a\nC: DATA\nS: 354 b\nC: MAIL x\nC: ..\nC: .\nC: MAIL\n"
	  "S: 250 c\nS: 250 d",
	    "session\n"
	    "  -> 220 `220 a\\r\\n`\n"
	    " DATA -> 354 `354 b\\r\\n`\n"
	    " . -> 250 `250 c\\r\\n`\n"
	    " MAIL -> 250 `250 d\\r\\n`\n" },
	/* A 354 to something else asks for nothing. */
	{ "S: 220 a\nC: MAIL\nS: 354 b\nC: RSET",
	    "session\n"
	    "  -> 220 `220 a\\r\\n`\n"
	    " MAIL -> 354 `354 b\\r\\n`\n"
	    " RSET -> 0\n" },
	/* TLS. */
	{ "option: auth secure\nS: 220 a",
	    "session tls on\n  -> 220 `220 a\\r\\n`\n" },
	{ "option: insecure\nS: 220 a", "session\n  -> 220 `220 a\\r\\n`\n" },
	{ "D: tls hangs-up", "session tls hangs up\n  -> 0\n" },
	{ "S: 220 a\nC: starttls\nS: 220 go\nD: tls_done\nC: EHLO me",
	    "session\n"
	    "  -> 220 `220 a\\r\\n`\n"
	    " starttls -> 220 `220 go\\r\\n`, tls on\n"
	    " EHLO me -> 0\n" },
	{ "S: 220 a\nC: STARTTLS\nS: 454 no\nD: tls alert",
	    "session\n"
	    "  -> 220 `220 a\\r\\n`\n"
	    " STARTTLS -> 454 `454 no\\r\\n`\n" },
	{ "S: 220 a\nC: STARTTLS\nS: 220 go\nD: tls plaintext",
	    "session\n"
	    "  -> 220 `220 a\\r\\n`\n"
	    " STARTTLS -> 220 `220 go\\r\\n`, tls plaintext\n" },
	{ "S: 220 a\nC: STARTTLS\nS: 220 go\nD: tls stalls",
	    "session\n"
	    "  -> 220 `220 a\\r\\n`\n"
	    " STARTTLS -> 220 `220 go\\r\\n`, tls stalls\n" },
	{ "D: tls what", "! line 1 makes no sense" },
	{ "D: tls", "! line 1 makes no sense" },
	{ "S: 220 a\nD: tls none", "! line 2 makes no sense" },
	/* The end. */
	{ "D: lost", "session\n  -> 0, hangs up\n" },
	{ "S: 220-a\nD: lost", "session\n  -> 0 `220-a\\r\\n`, hangs up\n" },
	{ "S: 220 a\nD: lost", "session\n  -> 220 `220 a\\r\\n`, hangs up\n" },
	{ "S: 220 a\nC: RCPT\nC: DATA\nD: lost\nD: stall",
	    "session\n"
	    "  -> 220 `220 a\\r\\n`\n"
	    " RCPT -> 0, hangs up\n"
	    " DATA -> 0\n" },
	{ "S: 220 a\nC: DATA\nS: 354 b\nC: x\nD: lost",
	    "session\n"
	    "  -> 220 `220 a\\r\\n`\n"
	    " DATA -> 354 `354 b\\r\\n`, hangs up amid content\n" },
	{ "S: 220 a\nC: BDAT 10\nc: x\nD: block",
	    "session\n"
	    "  -> 220 `220 a\\r\\n`\n"
	    " BDAT 10 -> 0, blocks amid content\n" },
	{ "S: 220 a\nC: DATA\nS: 354 b\nC: x\nC: .\nD: stall",
	    "session\n"
	    "  -> 220 `220 a\\r\\n`\n"
	    " DATA -> 354 `354 b\\r\\n`\n"
	    " . -> 0, stalls\n" },
	/* Time. */
	{ "D: tick 20\nS: 220 a\nD: tick 5\nD: tick 6\nC: NOOP\nD: tick 7\n"
	  "S: 250 n",
	    "session\n"
	    "  -> 220 +20 `220 a\\r\\n`\n"
	    " NOOP -> 250 +7 `250 n\\r\\n`\n" },
	{ "S: 220 a\nC: NOOP\nD: tick 5\nD: tick 6",
	    "session\n  -> 220 `220 a\\r\\n`\n NOOP -> 0, stalls\n" },
	{ "S: 220 a\nC: NOOP\nD: lost\nD: tick 6",
	    "session\n  -> 220 `220 a\\r\\n`\n NOOP -> 0, hangs up\n" },
	{ "S: 220 a\nD: tick 5", "session\n  -> 220 `220 a\\r\\n`\n" },
	{ "D: tick", "! line 1 makes no sense" },
	{ "D: tick x", "! line 1 makes no sense" },
	{ "D: tick 86400001", "! line 1 makes no sense" },
	/* The next connection. */
	{ "S: 421 no\nC: x\nD: tick 1\nD: session\nS: 220 a\nC: NOOP\nS: 250 b",
	    "session\n  -> 421 `421 no\\r\\n`\n x -> 0, stalls\n"
	    "session\n  -> 220 `220 a\\r\\n`\n NOOP -> 250 `250 b\\r\\n`\n" },
};

static void parse(const char *given, size_t arena_max, struct ph_buf *out)
{
	struct ph_span text = exact_copy(ph_span_of(given));
	struct ph_play play = { 0 };
	struct ph_fault fault = { 0 };
	struct ph_arena a;

	ph_arena_init(&a, arena_max);

	enum ph_err err = ph_play_from_script(text, &a, &play, &fault);

	if (err == PH_OK) {
		rig_dump(&play, out);
	} else if (err == PH_EINVAL) {
		check(ph_buf_appendf(out, "! %s", fault.text) == PH_OK);
	} else {
		check_int(err, PH_ENOMEM);
	}
	ph_arena_release(&a);
	exact_free(text);
}

static void test_cases(void)
{
	for (size_t i = 0; i < PH_COUNT(cases); i++) {
		struct ph_buf got;

		check_case("script", i);
		ph_buf_init(&got, RIG_TEXT_MAX);
		parse(cases[i].text, ARENA_MAX, &got);
		check_str(ph_buf_str(&got), cases[i].want);
		ph_buf_release(&got);
	}
}

/* Whatever is refused, it is the room, until there is enough of it. */
static void test_no_room(void)
{
	const char *text =
	    "S: 220 a\nc: DA\nc: TA\\n\nS: 354 b\nC: .\nS: 250 c";
	struct ph_buf got;

	ph_buf_init(&got, RIG_TEXT_MAX);
	for (size_t max = 0; got.len == 0 && max < 4096; max++)
		parse(text, max, &got);
	check_str(ph_buf_str(&got),
	    "session\n"
	    "  -> 220 `220 a\\r\\n`\n"
	    " DATA -> 354 `354 b\\r\\n`\n"
	    " . -> 250 `250 c\\r\\n`\n");
	ph_buf_release(&got);
}

static char *repeat(const char *s, size_t count)
{
	size_t len = strlen(s);
	char *text = malloc(len * count + 1);

	if (text == NULL)
		abort();
	for (size_t i = 0; i < count; i++)
		memcpy(text + i * len, s, len);
	text[len * count] = '\0';
	return text;
}

/* Every list ends somewhere. */
static void test_too_much(void)
{
	static const struct {
		const char *piece;
		size_t count;
		enum ph_err want;
	} many[] = {
		{ "D: session\n", 1000, PH_OK },
		{ "D: session\n", 1001, PH_ETOOBIG },
		{ "c: \\n\\n\\n\\n\\n\\n\\n\\n\\n\\n\\n\\n\n", 16666, PH_OK },
		{ "c: \\n\\n\\n\\n\\n\\n\\n\\n\\n\\n\\n\\n\n", 16668,
		    PH_ETOOBIG },
	};

	for (size_t i = 0; i < PH_COUNT(many); i++) {
		char *text = repeat(many[i].piece, many[i].count);
		struct ph_play play = { 0 };
		struct ph_fault fault = { 0 };
		struct ph_arena a;

		check_case("many", i);
		ph_arena_init(&a, (size_t)512 * 1024 * 1024);
		check_int(
		    ph_play_from_script(ph_span_of(text), &a, &play, &fault),
		    many[i].want);
		ph_arena_release(&a);
		free(text);
	}

	/* A line of a client that never ends. */
	char *text = repeat("c: 0123456789012345678901234567890123456789012345"
			    "678901234567890123456789\n",
	    5000);
	struct ph_play play = { 0 };
	struct ph_fault fault = { 0 };
	struct ph_arena a;

	ph_arena_init(&a, (size_t)1024 * 1024 * 1024);
	check_int(ph_play_from_script(ph_span_of(text), &a, &play, &fault),
	    PH_ETOOBIG);
	ph_arena_release(&a);
	free(text);
}

static enum ph_err make(void *ctx)
{
	struct ph_play play;
	struct ph_fault fault = { 0 };
	struct ph_arena a;

	ph_arena_init(&a, ARENA_MAX);

	enum ph_err err =
	    ph_play_from_script(ph_span_of(ctx), &a, &play, &fault);

	ph_arena_release(&a);
	return err;
}

static void test_memory(void)
{
	char text[] = "option: secure\nD: tick 1\nS: 220 a\nc: NO\nC: OP\n"
		      "S: 250 b\nD: session\nS: 421 b\nD: lost\n";

	check(failalloc_run(make, text) > 5);
}

int main(void)
{
	test_cases();
	test_no_room();
	test_too_much();
	test_memory();
	return check_end();
}
