#include "check.h"
#include "exact.h"
#include "failalloc.h"
#include "rig.h"

#include "script/recording.h"

#include <stdio.h>
#include <stdlib.h>

/* The player, against clients that do as the recorded one, and others. */

enum {
	ARENA_MAX = 4 * 1024 * 1024
};

#define OPEN  "S: 220 a\nC: EHLO me\nS: 250 b\n"
#define HEARD "220 a\\r\\n250 b\\r\\n"

static const struct {
	const char *script;
	const char *client;
	const char *want;
	const char *notes;
} cases[] = {
	/* As recorded. */
	{ "S: 220 a", "", "220 a\\r\\n", "" },
	{ OPEN "C: QUIT\nS: 221 c", "EHLO you\r\nQUIT\r\n",
	    HEARD "221 c\\r\\n<close>", "" },
	{ OPEN "C: MAIL\nS: 250 c\nC: RCPT\nS: 550 d\nC: RCPT\nS: 250 e\n"
	       "C: DATA\nS: 354 f\nC: .\nS: 250 g\n",
	    "ehlo you\nMAIL FROM:<x>\r\nrcpt to:<y>\r\nRCPT TO:<z>\r\nDATA\r\n"
	    "RSET\r\n..\r\n.x\r\n. \r\n\n.\r\n",
	    HEARD "250 c\\r\\n550 d\\r\\n250 e\\r\\n354 f\\r\\n250 g\\r\\n",
	    "" },
	{ OPEN "C: DATA\nS: 354 c\nC: .\nS: 250 d\nC: DATA\nS: 354 e\nC: .\n"
	       "S: 451 f\n",
	    "EHLO you\r\nDATA\r\n.\r\nDATA\r\nx\r\n.\n",
	    HEARD "354 c\\r\\n250 d\\r\\n354 e\\r\\n451 f\\r\\n", "" },
	{ OPEN "C: BDAT 3\nc: abc\nS: 250 c\nC: BDAT 0 LAST\nS: 250 d\n",
	    "EHLO you\r\nBDAT 12\r\nQUIT\r\nRSET\r\nBDAT 0 LAST\r\n",
	    HEARD "250 c\\r\\n250 d\\r\\n", "" },
	{ OPEN "C: BDAT x\nS: 501 c", "EHLO you\r\nBDAT nine\r\n",
	    HEARD "501 c\\r\\n", "" },
	{ OPEN "C:\nS: 500 c", "EHLO you\r\n\r\n", HEARD "500 c\\r\\n", "" },
	/* Strange servers. */
	{ "S: SSH-2.0\nD: lost", "", "SSH-2.0\\r\\n<close>", "" },
	{ "D: stall", "EHLO\r\n", "<stall>", "" },
	{ "s: 220-a", "EHLO me\r\n",
	    "220-a451 4.3.0 The recording has no answer to this\\r\\n",
	    "the client says EHLO, which the recording has no answer to\n" },
	{ "D: tick 20\nS: 220 a\nC: NOOP\nD: tick 30\ns: 250-\nD: tick 40\n"
	  "S: x\nS: 250 b",
	    "NOOP\r\n",
	    "<wait 20>220 a\\r\\n<wait 30>250-<wait 40>x\\r\\n250 b\\r\\n",
	    "" },
	{ OPEN "C: RCPT\nD: lost", "EHLO me\r\nRCPT\r\nDATA\r\n",
	    HEARD "<close>", "" },
	{ OPEN "C: RCPT\nS: 250 c\nD: lost", "EHLO me\r\nRCPT\r\nDATA\r\n",
	    HEARD "250 c\\r\\n<close>", "" },
	{ OPEN "C: RCPT\nD: stall", "EHLO me\r\nRCPT\r\nDATA\r\n",
	    HEARD "<stall>", "" },
	{ OPEN "C: RCPT\nD: block", "EHLO me\r\nRCPT\r\nDATA\r\n",
	    HEARD "<block>", "" },
	{ OPEN "C: DATA\nS: 354 c\nC: x\nD: lost", "EHLO me\r\nDATA\r\nx\r\n",
	    HEARD "354 c\\r\\n<close>", "" },
	{ OPEN "C: DATA\nS: 354 c\nC: x\nD: block", "EHLO me\r\nDATA\r\n",
	    HEARD "354 c\\r\\n", "" },
	{ OPEN "C: BDAT 9\nc: x\nD: lost", "EHLO me\r\nBDAT 4 LAST\r\nx",
	    HEARD "<close>", "" },
	{ OPEN "C: BDAT 9\nc: x\nD: lost", "EHLO me\r\nBDAT 0 LAST\r\n",
	    HEARD "<close>", "" },
	{ OPEN "C: BDAT 1\nc: x\nD: lost", "EHLO me\r\nBDAT 2 LAST\r\nxy",
	    HEARD "<close>", "" },
	/* TLS. */
	{ "option: secure\n" OPEN, "EHLO me\r\n", "<tls on>" HEARD, "" },
	{ "D: tls alert\n" OPEN, "EHLO me\r\n", "<tls alert>", "" },
	{ OPEN "C: STARTTLS\nS: 220 c\nC: EHLO me\nS: 250 d",
	    "EHLO me\r\nSTARTTLS\r\nEHLO me\r\n",
	    HEARD "220 c\\r\\n<tls on>250 d\\r\\n", "" },
	{ OPEN "C: STARTTLS\nS: 220 c\nD: tls plaintext",
	    "EHLO me\r\nSTARTTLS\r\n", HEARD "220 c\\r\\n<tls plaintext>", "" },
	{ OPEN "C: STARTTLS\nS: 220 c\ns: x", "EHLO me\r\nSTARTTLS\r\n",
	    HEARD "220 c\\r\\nx<tls on>", "" },
	/* Less than the recorded one says, in another order, more. */
	{ OPEN "C: MAIL\nS: 250 c\nC: RCPT\nS: 250 d\nC: QUIT\nS: 221 e",
	    "EHLO me\r\nRCPT\r\nQUIT\r\n",
	    HEARD "250 d\\r\\n221 e\\r\\n<close>",
	    "the client says RCPT where the recorded one said MAIL: going on "
	    "there\n" },
	{ OPEN "C: MAIL\nS: 250 c", "MAIL\r\nEHLO me\r\n",
	    "220 a\\r\\n250 c\\r\\n250 b\\r\\n",
	    "the client says MAIL where the recorded one said EHLO: going on "
	    "there\n"
	    "the client says EHLO once more than the recorded one: answered "
	    "as it was last\n" },
	{ OPEN "C: RCPT\nS: 550 c\nC: RCPT\nS: 250 d\nC: DATA\nS: 354 e\n",
	    "EHLO me\r\nRCPT\r\nRCPT\r\nRCPT\r\nDATA\r\n",
	    HEARD "550 c\\r\\n250 d\\r\\n250 d\\r\\n354 e\\r\\n",
	    "the client says RCPT once more than the recorded one: answered "
	    "as it was last\n" },
	{ OPEN, "EHLO me\r\nQUIT\r\nNOOP\r\n",
	    HEARD "221 2.0.0 Bye\\r\\n<close>", "" },
	{ OPEN, "EHLO me\r\nNOOP\r\nrset\r\nVRFY x\r\n",
	    HEARD "250 2.0.0 Ok\\r\\n250 2.0.0 Ok\\r\\n"
		  "451 4.3.0 The recording has no answer to this\\r\\n",
	    "the client says VRFY, which the recording has no answer to\n" },
	{ OPEN "C: DATA\nS: 354 c", "EHLO me\r\nDATA\r\nx\r\n.\r\nQUIT\r\n",
	    HEARD "354 c\\r\\n451 4.3.0 The recording has no answer to this"
		  "\\r\\n221 2.0.0 Bye\\r\\n<close>",
	    "the client says ., which the recording has no answer to\n" },
	{ "S: 220 a\nC: EHLO me\nS: 502 b\nC: HELO me\nS: 250 c",
	    "HELO me\r\nEHLO me\r\n", "220 a\\r\\n250 c\\r\\n502 b\\r\\n",
	    "the client says HELO where the recorded one said EHLO: going on "
	    "there\n"
	    "the client says EHLO once more than the recorded one: answered "
	    "as it was last\n" },
	{ OPEN, "HELO me\r\n", HEARD, "" },
	{ "S: 220 a\nC: HELO me\nS: 250 b", "EHLO me\r\n", HEARD, "" },
	{ OPEN, "\x01\x7f\r\n",
	    "220 a\\r\\n451 4.3.0 The recording has no answer to this\\r\\n",
	    "the client says ??, which the recording has no answer to\n" },
	{ OPEN,
	    "123456789012345678901234567890123456789012345678901234567890more"
	    "\r\n",
	    "220 a\\r\\n451 4.3.0 The recording has no answer to this\\r\\n",
	    "the client says "
	    "123456789012345678901234567890123456789012345678901234567890, "
	    "which the recording has no answer to\n" },
	/* Logins, each line as the script has it. */
	{ OPEN "C: AUTH PLAIN eA==\nS: 235 c\nC: MAIL\nS: 250 d",
	    "EHLO me\r\nAUTH PLAIN eQ==\r\nMAIL\r\n",
	    HEARD "235 c\\r\\n250 d\\r\\n", "" },
	{ OPEN "C: AUTH LOGIN\nS: 334 VQ==\nC: eA==\nS: 334 UA==\nC: eA==\n"
	       "S: 535 c\nC: QUIT\nS: 221 d",
	    "EHLO me\r\nauth login\r\neQ==\r\n\r\nQUIT\r\n",
	    HEARD "334 VQ==\\r\\n334 UA==\\r\\n535 c\\r\\n221 d\\r\\n<close>",
	    "" },
	{ OPEN "C: AUTH LOGIN\nS: 334 VQ==\nC: eA==\nD: lost",
	    "EHLO me\r\nAUTH LOGIN\r\neQ==\r\n", HEARD "334 VQ==\\r\\n<close>",
	    "" },
	{ OPEN "C: AUTH X\nS: 334 VQ==\nC: *\nS: 501 c",
	    "EHLO me\r\nAUTH X\r\n*\r\n", HEARD "334 VQ==\\r\\n501 c\\r\\n",
	    "" },
	{ OPEN "C: AUTH X\nS: 334 VQ==\nC: eA==\nS: 235 c",
	    "EHLO me\r\nAUTH X\r\n*\r\nQUIT\r\n",
	    HEARD "334 VQ==\\r\\n501 5.7.0 Cancelled\\r\\n"
		  "221 2.0.0 Bye\\r\\n<close>",
	    "the client broke the login off, the recorded one did not\n" },
	{ OPEN "C: AUTH X\nS: 334 VQ==", "EHLO me\r\nAUTH X\r\n*\r\n",
	    HEARD "334 VQ==\\r\\n501 5.7.0 Cancelled\\r\\n",
	    "the client broke the login off, the recorded one did not\n" },
	{ OPEN "C: AUTH X\nS: 334 VQ==", "EHLO me\r\nAUTH X\r\neA==\r\n",
	    HEARD "334 VQ==\\r\\n535 5.7.8 the recording has no more\\r\\n",
	    "the client has more to say to a login than the recorded one\n" },
	/* By another mechanism: as many words as it takes, and the same end. */
	{ OPEN "C: AUTH PLAIN eA==\nS: 535 c",
	    "EHLO me\r\nAUTH LOGIN\r\neA==\r\neA==\r\n",
	    HEARD "334 VXNlcm5hbWU6\\r\\n334 UGFzc3dvcmQ6\\r\\n535 c\\r\\n",
	    "the client logs in by LOGIN, the recorded one did by PLAIN\n" },
	{ OPEN "C: AUTH LOGIN\nS: 334 VQ==\nC: eA==\nS: 334 UA==\nC: eA==\n"
	       "S: 235 c\nC: MAIL\nS: 250 d",
	    "EHLO me\r\nAUTH PLAIN eA==\r\nMAIL\r\n",
	    HEARD "235 c\\r\\n250 d\\r\\n",
	    "the client logs in by PLAIN, the recorded one did by LOGIN\n" },
	{ OPEN "C: AUTH LOGIN\nS: 334 VQ==\nC: *\nS: 501 c",
	    "EHLO me\r\nAUTH PLAIN\r\neA==\r\n", HEARD "334 \\r\\n501 c\\r\\n",
	    "the client logs in by PLAIN, the recorded one did by LOGIN\n" },
	{ OPEN "C: AUTH LOGIN\nS: 334 VQ==", "EHLO me\r\nAUTH ODD\r\n",
	    HEARD "535 5.7.8 the recording has no more\\r\\n",
	    "the client logs in by ODD, the recorded one did by LOGIN\n" },
	/* What has the code of a challenge, and is none. */
	{ "S: 334 a\nC: MAIL\nS: 334 b\nC: RCPT\nS: 250 c",
	    "MAIL\r\nRCPT\r\nRCPT\r\n",
	    "334 a\\r\\n334 b\\r\\n250 c\\r\\n250 c\\r\\n",
	    "the client says RCPT once more than the recorded one: answered "
	    "as it was last\n" },
	{ OPEN "C: AUTH\nS: 501 c", "EHLO me\r\nAUTH\r\nAUTH X\r\n",
	    HEARD "501 c\\r\\n501 c\\r\\n",
	    "the client says AUTH once more than the recorded one: answered "
	    "as it was last\n"
	    "the client logs in by X, the recorded one did by \n" },
};

static void play_script(size_t i, size_t max, size_t at)
{
	struct ph_play play = { 0 };
	struct ph_fault fault = { 0 };
	struct ph_arena a;
	struct rig r;

	ph_arena_init(&a, ARENA_MAX);
	check_int(
	    ph_play_from_script(ph_span_of(cases[i].script), &a, &play, &fault),
	    PH_OK);
	rig_play(&r, play.first, cases[i].client, max, at);
	check_int(r.err, PH_OK);
	check_str(ph_buf_str(&r.out), cases[i].want);
	check_str(ph_buf_str(&r.notes), cases[i].notes);
	rig_release(&r);
	ph_arena_release(&a);
}

/* Wherever the network cuts. */
static void test_cases(void)
{
	for (size_t i = 0; i < PH_COUNT(cases); i++) {
		size_t len = strlen(cases[i].client);

		check_case("player", i);
		play_script(i, 0, 0);
		play_script(i, 1, 0);
		for (size_t at = 1; at < len; at++)
			play_script(i, 0, at);
	}
}

#define LINE(dir, line) "{\"dir\":\"" dir "\",\"line\":\"" line "\"}\n"
#define GREETED         LINE("<", "220 a")
#define HIDDEN          LINE("<", "334 ****")
#define RESPONSE        LINE(">", "****")
/* base64 of "n,,n=x,r=abc" */
#define SCRAM_FIRST "biwsbj14LHI9YWJj"

/* Transcripts, where challenges are hidden. */
static const struct {
	const char *text;
	const char *client;
	const char *want;
} hidden[] = {
	{ GREETED LINE(">", "AUTH PLAIN") HIDDEN RESPONSE LINE("<", "235 b"),
	    "AUTH PLAIN\r\neA==\r\n", "334 \\r\\n235 b\\r\\n" },
	{ GREETED LINE(">", "AUTH LOGIN")
		HIDDEN RESPONSE HIDDEN RESPONSE LINE("<", "235 b"),
	    "AUTH LOGIN\r\neA==\r\neA==\r\n",
	    "334 VXNlcm5hbWU6\\r\\n334 UGFzc3dvcmQ6\\r\\n235 b\\r\\n" },
	{ GREETED LINE(">", "AUTH LOGIN ****")
		HIDDEN RESPONSE LINE("<", "235 b"),
	    "AUTH LOGIN eA==\r\neA==\r\n",
	    "334 UGFzc3dvcmQ6\\r\\n235 b\\r\\n" },
	{ GREETED LINE(">", "AUTH LOGIN") HIDDEN LINE("*", "challenge: who?")
		RESPONSE LINE("<", "535 b"),
	    "AUTH LOGIN\r\neA==\r\n", "334 d2hvPw==\\r\\n535 b\\r\\n" },
	{ GREETED LINE(">", "AUTH CRAM-MD5") HIDDEN LINE("*",
	      "the challenge is not base64") LINE(">", "*") LINE("<", "501 b"),
	    "AUTH CRAM-MD5\r\n*\r\n", "334 !\\r\\n501 b\\r\\n" },
	{ GREETED LINE(">", "AUTH CRAM-MD5") HIDDEN LINE(">", "*")
		LINE("<", "501 b"),
	    "AUTH CRAM-MD5\r\n*\r\n", "334 \\r\\n501 b\\r\\n" },
	{ GREETED LINE(">", "AUTH SCRAM-SHA-1 ****")
		HIDDEN RESPONSE LINE("<", "535 b"),
	    "AUTH SCRAM-SHA-1 " SCRAM_FIRST "\r\neA==\r\n",
	    "334 cj1hYmNyZXBsYXkscz1jbVZ3YkdGNWNtVndiR0Y1LGk9NDA5Ng==\\r\\n"
	    "535 b\\r\\n" },
	{ GREETED LINE(">", "AUTH SCRAM-SHA-1 ****")
		HIDDEN RESPONSE HIDDEN RESPONSE LINE("<", "235 b"),
	    "AUTH SCRAM-SHA-1 " SCRAM_FIRST "\r\neA==\r\n*\r\n",
	    "334 cj1hYmNyZXBsYXkscz1jbVZ3YkdGNWNtVndiR0Y1LGk9NDA5Ng==\\r\\n"
	    "<proof>334 dj1BQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUE9\\r\\n"
	    "501 5.7.0 Cancelled\\r\\n" },
	/* A proof that was refused is made so that it is again. */
	{ GREETED LINE(">", "AUTH SCRAM-SHA-1 ****")
		HIDDEN RESPONSE HIDDEN LINE(">", "*") LINE("<", "501 b"),
	    "AUTH SCRAM-SHA-1 " SCRAM_FIRST "\r\neA==\r\n*\r\n",
	    "334 cj1hYmNyZXBsYXkscz1jbVZ3YkdGNWNtVndiR0Y1LGk9NDA5Ng==\\r\\n"
	    "334 dj1BQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUE9\\r\\n501 b\\r\\n" },
	{ GREETED LINE(">", "AUTH NTLM") HIDDEN LINE("*", "connection lost: x"),
	    "AUTH NTLM\r\n", "334 \\r\\n<close>" },
	{ GREETED LINE(">", "AUTH NTLM")
		HIDDEN LINE("*", "timed out: did not answer"),
	    "AUTH NTLM\r\nx\r\n", "334 \\r\\n<stall>" },
};

static void play_hidden(size_t i, size_t max, size_t at)
{
	struct ph_recording rec = { 0 };
	struct ph_fault fault = { 0 };
	struct ph_arena a;
	struct rig r;
	char want[1024];

	ph_arena_init(&a, ARENA_MAX);
	check_int(
	    ph_recording_parse(ph_span_of(hidden[i].text), &a, &rec, &fault),
	    PH_OK);
	(void)snprintf(want, sizeof(want), "220 a\\r\\n%s", hidden[i].want);
	rig_play(&r, rec.play.first, hidden[i].client, max, at);
	check_int(r.err, PH_OK);
	check_str(ph_buf_str(&r.out), want);
	rig_release(&r);
	ph_arena_release(&a);
}

static void test_hidden(void)
{
	for (size_t i = 0; i < PH_COUNT(hidden); i++) {
		size_t len = strlen(hidden[i].client);

		check_case("hidden", i);
		play_hidden(i, 0, 0);
		play_hidden(i, 1, 0);
		for (size_t at = 1; at < len; at++)
			play_hidden(i, 0, at);
	}
}

/* What a driver is told of a login. */
static void test_login(void)
{
	struct ph_recording rec = { 0 };
	struct ph_fault fault = { 0 };
	struct ph_player *p = NULL;
	struct ph_arena a;
	struct ph_span in = PH_SPAN("AUTH scram-sha-1 eA==\r\n");
	const struct ph_player_login *login;

	ph_arena_init(&a, ARENA_MAX);
	check_int(ph_recording_parse(
		      PH_SPAN(GREETED LINE(">", "AUTH SCRAM-SHA-1")
			      HIDDEN LINE(">", "*") LINE("<", "501 b")),
		      &a, &rec, &fault),
	    PH_OK);
	check_int(ph_player_new(rec.play.first, &p), PH_OK);
	check_int(ph_player_receive(p, &in), PH_OK);
	check_int(in.len, 0);
	check_int(ph_player_need(p), PH_PLAYER_CHALLENGE);
	login = ph_player_login(p);
	check(ph_span_eq(login->mechanism, PH_SPAN("scram-sha-1")));
	check(ph_span_eq(login->response, PH_SPAN("eA==")));
	check(login->has_response);
	check_int(login->step, 1);
	check(login->was_refused);
	check(login->text.ptr == NULL);
	check_int(ph_player_note_count(p), 0);
	ph_player_free(p);
	ph_player_free(NULL);
	ph_arena_release(&a);
}

static void test_long_line(void)
{
	size_t len = PH_PLAYER_LINE_MAX + 1;
	char *text = malloc(len + 1);
	struct ph_play play = { 0 };
	struct ph_fault fault = { 0 };
	struct ph_arena a;
	struct rig r;

	if (text == NULL)
		abort();
	memset(text, 'x', len);
	text[len] = '\0';
	ph_arena_init(&a, ARENA_MAX);
	check_int(
	    ph_play_from_script(PH_SPAN("S: 220 a"), &a, &play, &fault), PH_OK);
	rig_play(&r, play.first, text, 0, 0);
	check_str(ph_buf_str(&r.out), "220 a\\r\\n<close>");
	check_str(
	    ph_buf_str(&r.notes), "the client says a line that is too long\n");
	rig_release(&r);
	ph_arena_release(&a);
	free(text);
}

static enum ph_err play_it(void *ctx)
{
	struct ph_play *play = ctx;
	struct ph_player *p = NULL;
	struct ph_span in = PH_SPAN("EHLO me\r\nAUTH LOGIN\r\neA==\r\nWHAT\r\n"
				    "BDAT 3\r\nabcDATA\r\nx\r\n.\r\nQUIT\r\n");
	enum ph_err err = ph_player_new(play->first, &p);

	while (err == PH_OK && in.len > 0 &&
	    ph_player_need(p) != PH_PLAYER_CLOSE) {
		err = ph_player_receive(p, &in);
		if (err == PH_OK && ph_player_need(p) == PH_PLAYER_CHALLENGE)
			err = ph_player_challenge(p, PH_SPAN("x"));
	}
	ph_player_free(p);
	return err;
}

static void test_memory(void)
{
	struct ph_play play = { 0 };
	struct ph_fault fault = { 0 };
	struct ph_arena a;

	ph_arena_init(&a, ARENA_MAX);
	check_int(
	    ph_play_from_script(PH_SPAN(OPEN "C: AUTH PLAIN\nS: 235 c\n"
					     "C: BDAT 3\nc: abc\nS: 250 d\n"
					     "C: DATA\nS: 354 e\nC: .\n"
					     "S: 250 f\n"),
		&a, &play, &fault),
	    PH_OK);
	/* A note that cannot be kept is none. */
	check(failalloc_run_any(play_it, &play) > 10);
	ph_arena_release(&a);
}

int main(void)
{
	test_cases();
	test_hidden();
	test_login();
	test_long_line();
	test_memory();
	return check_end();
}
