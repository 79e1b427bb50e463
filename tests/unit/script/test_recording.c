#include "check.h"
#include "exact.h"
#include "failalloc.h"
#include "rig.h"

#include "script/recording.h"

#include <stdio.h>
#include <stdlib.h>

/* Transcripts as what their server did. */

enum {
	ARENA_MAX = 4 * 1024 * 1024
};

#define LINE(dir, line) "{\"dir\":\"" dir "\",\"line\":\"" line "\"}\n"
#define CONNECTED       LINE("*", "connected to 127.0.0.1, port 25")

static const struct {
	const char *text;
	const char *want; /* the play; or the fault, behind "! " */
	size_t lines, skipped;
} cases[] = {
	{ "",
	    "! there is no conversation with a server in it (0 lines that are "
	    "none of a transcript)",
	    0, 0 },
	{ "hello\n\n  \n{}\n[1]\n{\"dir\":1,\"line\":\"x\"}\n"
	  "{\"dir\":\"<\",\"line\":2}\n{\"dir\":\"<\"}\n",
	    "! there is no conversation with a server in it (6 lines that are "
	    "none of a transcript)",
	    0, 6 },
	{ LINE("*", "interrupted"),
	    "! there is no conversation with a server in it (0 lines that are "
	    "none of a transcript)",
	    0, 0 },
	{ CONNECTED, "session\n  -> 0\n", 1, 0 },
	{ LINE("<", "220 a"), "session\n  -> 220 `220 a\\r\\n`\n", 1, 0 },
	{ CONNECTED LINE("<", "220-a") LINE("<", "220 b") LINE(">", "EHLO me")
		LINE("<", "250 c") LINE("!", "250 d") LINE(">", "QUIT"),
	    "session\n"
	    "  -> 220 `220-a\\r\\n` `220 b\\r\\n`\n"
	    " EHLO me -> 250 `250 c\\r\\n`\n"
	    " QUIT -> 0\n",
	    7, 0 },
	/* Octets that are no text. */
	{ "{\"dir\":\"<\",\"line\":\"\\ufffd\",\"octets\":\"/yE=\"}\n",
	    "session\n  -> 0 `\\xff!\\r\\n`\n", 1, 0 },
	{ "{\"dir\":\"<\",\"line\":\"220 a\",\"octets\":\"?\"}\n",
	    "session\n  -> 220 `220 a\\r\\n`\n", 1, 0 },
	{ "{\"dir\":\"<\",\"line\":\"a\\u0000b\"}\n",
	    "session\n  -> 0 `a\\x00b\\r\\n`\n", 1, 0 },
	{ LINE("<", ""), "session\n  -> 0 `\\r\\n`\n", 1, 0 },
	/* The document of `test --json`. */
	{ "{\"ok\":true,\"transcript\":[{\"dir\":\"<\",\"line\":\"220 a\"},3,"
	  "{\"dir\":\">\",\"line\":\"QUIT\"}]}",
	    "session\n  -> 220 `220 a\\r\\n`\n QUIT -> 0\n", 2, 1 },
	/* One session and the next. */
	{ CONNECTED LINE("<", "421 a") CONNECTED LINE("<", "220 b"),
	    "session\n  -> 421 `421 a\\r\\n`\n"
	    "session\n  -> 220 `220 b\\r\\n`\n",
	    4, 0 },
	/* Of one that made none. */
	{ CONNECTED CONNECTED LINE("<", "220 b"),
	    "session\n  -> 220 `220 b\\r\\n`\n", 3, 0 },
	{ CONNECTED LINE("*", "connection lost: hung up before its greeting")
		CONNECTED LINE("<", "220 b"),
	    "session\n  -> 0, hangs up\nsession\n  -> 220 `220 b\\r\\n`\n", 4,
	    0 },
	{ CONNECTED LINE("*", "TLS begins") CONNECTED,
	    "session tls on\n  -> 0\nsession\n  -> 0\n", 3, 0 },
	{ CONNECTED LINE(">", "EHLO me") CONNECTED,
	    "session\n  -> 0\n EHLO me -> 0\nsession\n  -> 0\n", 3, 0 },
	/* A proxy is none of it. */
	{ "{\"dir\":\"*\",\"stage\":\"proxy\",\"line\":\"connected to the "
	  "proxy at 127.0.0.1, port 1\"}\n"
	  "{\"dir\":\">\",\"stage\":\"proxy\",\"line\":\"CONNECT a:25\"}\n"
	  "{\"dir\":\"<\",\"stage\":\"proxy\",\"line\":\"HTTP/1.1 200 ok\"}\n"
	  "{\"dir\":\"*\",\"stage\":\"proxy\",\"line\":\"TLSv1.3, x\"}\n"
	  "{\"dir\":\"<\",\"stage\":\"greeting\",\"line\":\"220 a\"}\n",
	    "session\n  -> 220 `220 a\\r\\n`\n", 5, 0 },
	/* TLS. */
	{ CONNECTED LINE("*", "TLS begins") LINE("*", "TLSv1.3, x")
		LINE("<", "220 a"),
	    "session tls on\n  -> 220 `220 a\\r\\n`\n", 4, 0 },
	{ CONNECTED LINE("*", "TLSv1.2, x") LINE("<", "220 a"),
	    "session tls on\n  -> 220 `220 a\\r\\n`\n", 3, 0 },
	{ LINE("<", "220 a") LINE(">", "STARTTLS") LINE("<", "220 go") LINE(
	      "*", "TLS begins") LINE("*", "TLS failed: tls-closed: hung up"),
	    "session\n  -> 220 `220 a\\r\\n`\n"
	    " STARTTLS -> 220 `220 go\\r\\n`, tls hangs up\n",
	    5, 0 },
	{ CONNECTED LINE("*", "TLS failed: connection-lost: x"),
	    "session tls hangs up\n  -> 0\n", 2, 0 },
	{ CONNECTED LINE("*", "TLS failed: timeout: x"),
	    "session tls stalls\n  -> 0\n", 2, 0 },
	{ CONNECTED LINE("*", "TLS failed: tls-plaintext: x"),
	    "session tls plaintext\n  -> 0\n", 2, 0 },
	{ CONNECTED LINE("*", "TLS failed: tls-version: x"),
	    "session tls alert\n  -> 0\n", 2, 0 },
	{ CONNECTED LINE("*", "TLS failed: tls-handshake: x"),
	    "session tls alert\n  -> 0\n", 2, 0 },
	{ CONNECTED LINE("*", "TLS failed: cert-expired: x"),
	    "session tls on bad certificate\n  -> 0\n", 2, 0 },
	{ LINE("*", "TLS failed: cert-expired: x"), "session tls on\n  -> 0\n",
	    1, 0 },
	/* The end. */
	{ LINE("<", "220 a") LINE(">", "DATA")
		LINE("*", "connection lost: hung up after DATA"),
	    "session\n  -> 220 `220 a\\r\\n`\n DATA -> 0, hangs up\n", 3, 0 },
	{ LINE("<", "220 a") LINE(">", "DATA") LINE("<", "354 b")
		LINE("*", "connection lost: hung up amid the content"),
	    "session\n  -> 220 `220 a\\r\\n`\n"
	    " DATA -> 354 `354 b\\r\\n`, hangs up amid content\n",
	    4, 0 },
	{ LINE("<", "220 a") LINE(">", "DATA") LINE("<", "354 b") LINE(">", ".")
		LINE("*", "connection lost: hung up amid the content"),
	    "session\n  -> 220 `220 a\\r\\n`\n"
	    " DATA -> 354 `354 b\\r\\n`, hangs up amid content\n . -> 0\n",
	    5, 0 },
	{ LINE("<", "220 a") LINE(">", "DATA") LINE("<", "354 b") LINE(">", ".")
		LINE("*", "timed out: did not answer the final dot for 1 s"),
	    "session\n  -> 220 `220 a\\r\\n`\n"
	    " DATA -> 354 `354 b\\r\\n`\n . -> 0, stalls\n",
	    5, 0 },
	{ LINE("<", "220 a") LINE(">", "BDAT 9 LAST")
		LINE("*", "timed out: took no data for 1 s"),
	    "session\n  -> 220 `220 a\\r\\n`\n"
	    " BDAT 9 LAST -> 0, blocks amid content\n",
	    3, 0 },
	{ LINE("*", "unfinished: 220-a") LINE("*", "connection lost: x"),
	    "session\n  -> 0 `220-a`, hangs up\n", 2, 0 },
	{ LINE("<", "220 a") LINE("*", "7 lines left out here"),
	    "session gap\n  -> 220 `220 a\\r\\n`\n", 2, 0 },
	{ LINE("*", "7 lines left out here") LINE("<", "220 a"),
	    "session\n  -> 220 `220 a\\r\\n`\n", 2, 0 },
	/* Logins. */
	{ LINE("<", "220 a") LINE("*", "challenge: x") LINE(">", "AUTH LOGIN")
		LINE("<", "334 ****") LINE("*", "challenge: User?")
		    LINE(">", "****") LINE("<", "334 ****")
			LINE("*", "the challenge is not base64") LINE(">", "*")
			    LINE("<", "501 no"),
	    "session\n  -> 220 `220 a\\r\\n`\n"
	    " AUTH LOGIN -> 334 `334 ****\\r\\n`, challenge, says User?\n"
	    "  **** -> 334 `334 ****\\r\\n`, challenge, no base64\n"
	    "  * -> 501 `501 no\\r\\n`\n",
	    10, 0 },
	{ LINE("*", "challenge: x"), "session\n  -> 0\n", 1, 0 },
	{ LINE("<", "334 ****"),
	    "session\n  -> 334 `334 ****\\r\\n`, challenge\n", 1, 0 },
	/* Content is not in it, whatever comes behind a 354. */
	{ LINE("<", "220 a") LINE(">", "DATA") LINE("<", "354 b")
		LINE("*", "5 octets of content") LINE(">", ".")
		    LINE("<", "250 c") LINE(">", "BDAT 5") LINE("<", "250 d")
			LINE(">", "RSET") LINE("<", "250 e"),
	    "session\n  -> 220 `220 a\\r\\n`\n"
	    " DATA -> 354 `354 b\\r\\n`\n . -> 250 `250 c\\r\\n`\n"
	    " BDAT 5 -> 250 `250 d\\r\\n`\n RSET -> 250 `250 e\\r\\n`\n",
	    10, 0 },
	{ LINE("<", "220 a") LINE(">", "DATA") LINE("<", "354 b")
		LINE(">", "QUIT") LINE("<", "221 c"),
	    "session\n  -> 220 `220 a\\r\\n`\n"
	    " DATA -> 354 `354 b\\r\\n`\n QUIT -> 221 `221 c\\r\\n`\n",
	    5, 0 },
};

static void test_cases(void)
{
	for (size_t i = 0; i < PH_COUNT(cases); i++) {
		struct ph_span text = exact_copy(ph_span_of(cases[i].text));
		struct ph_recording rec = { 0 };
		struct ph_fault fault = { 0 };
		struct ph_arena a;
		struct ph_buf got;

		check_case("recording", i);
		ph_arena_init(&a, ARENA_MAX);
		ph_buf_init(&got, RIG_TEXT_MAX);

		enum ph_err err = ph_recording_parse(text, &a, &rec, &fault);

		if (err == PH_OK) {
			rig_dump(&rec.play, &got);
			check_int(rec.line_count, cases[i].lines);
			check_int(rec.skipped_count, cases[i].skipped);
		} else {
			check_int(err, PH_EINVAL);
			check(
			    ph_buf_appendf(&got, "! %s", fault.text) == PH_OK);
		}
		check_str(ph_buf_str(&got), cases[i].want);
		ph_buf_release(&got);
		ph_arena_release(&a);
		exact_free(text);
	}
}

/* A transcript that is cut off, at each octet, is one as far as it goes. */
static void test_cut(void)
{
	struct ph_span whole = PH_SPAN(CONNECTED LINE("*", "TLS begins")
		LINE("<", "220 a") LINE(">", "EHLO me") LINE("<", "250 b"));

	for (size_t len = 0; len < whole.len; len++) {
		struct ph_span text = exact_copy(ph_span_first(whole, len));
		struct ph_recording rec = { 0 };
		struct ph_fault fault = { 0 };
		struct ph_arena a;

		check_case("cut", len);
		ph_arena_init(&a, ARENA_MAX);

		enum ph_err err = ph_recording_parse(text, &a, &rec, &fault);

		check_int(err, len < sizeof(CONNECTED) - 2 ? PH_EINVAL : PH_OK);
		check(err != PH_OK ||
		    rec.skipped_count ==
			(text.ptr[len - 1] != '\n' &&
			    text.ptr[len - 1] != '}'));
		ph_arena_release(&a);
		exact_free(text);
	}
}

static enum ph_err read_it(void *ctx)
{
	struct ph_recording rec = { 0 };
	struct ph_fault fault = { 0 };
	struct ph_arena a;

	ph_arena_init(&a, ARENA_MAX);

	enum ph_err err = ph_recording_parse(ph_span_of(ctx), &a, &rec, &fault);

	ph_arena_release(&a);
	/* A line that cannot be read is skipped. */
	return err;
}

static void test_memory(void)
{
	char text[] = CONNECTED LINE("<", "220 a") LINE(">", "AUTH LOGIN")
	    LINE("<", "334 ****") LINE("*", "challenge: a")
		LINE("*", "unfinished: a") LINE("*", "connection lost: x");

	check(failalloc_run_any(read_it, text) > 5);
}

static void test_too_long(void)
{
	size_t len = 300 * 1024;
	char *text = malloc(len + 64);
	struct ph_recording rec = { 0 };
	struct ph_fault fault = { 0 };
	struct ph_arena a;

	if (text == NULL)
		abort();

	int head = snprintf(text, 64, "{\"dir\":\"<\",\"line\":\"");

	memset(text + head, 'x', len);
	memcpy(text + head + len, "\"}", 3);
	ph_arena_init(&a, ARENA_MAX);
	check_int(
	    ph_recording_parse(ph_span_of(text), &a, &rec, &fault), PH_ETOOBIG);
	ph_arena_release(&a);
	free(text);
}

int main(void)
{
	test_cases();
	test_cut();
	test_memory();
	test_too_long();
	return check_end();
}
