#include "base/base64.h"
#include "check.h"
#include "player.h"

#include <stdlib.h>

/* What a SASL exchange looks like from inside: the octets handed up, and what
   becomes of those handed down. */

static const struct ph_smtpd_options options = {
	.hostname = { "mx.test", 7 },
	.auth = PH_SMTPD_AUTH_OPTIONAL,
	.mechanisms_clear = { "PLAIN CRAM-MD5", 14 },
	.errors_max = 3,
};

static struct ph_smtpd *begin(const char *commands)
{
	struct ph_smtpd *s = NULL;
	struct ph_span in = ph_span_of(commands);

	if (ph_smtpd_new(&options, 0, &s) != PH_OK)
		abort();
	check(ph_smtpd_receive(s, 0, &in) == PH_OK);
	check_int(in.len, 0);
	return s;
}

static bool said(struct ph_smtpd *s, const char *what)
{
	struct ph_span out = ph_smtpd_pending(s);
	bool found = memmem(out.ptr, out.len, what, strlen(what)) != NULL;

	ph_smtpd_sent(s, out.len);
	return found;
}

static void test_octets(void)
{
	static const struct {
		const char *command;
		bool has_initial;
		struct ph_span initial;
	} cases[] = {
		{ "AUTH PLAIN\r\n", false, { "", 0 } },
		{ "AUTH plain =\r\n", true, { "", 0 } },
		{ "AUTH PLAIN AAEC/w==\r\n", true, { "\x00\x01\x02\xff", 4 } },
		{ "auth cram-md5 eA==\r\n", true, { "x", 1 } },
	};

	for (size_t i = 0; i < PH_COUNT(cases); i++) {
		struct ph_smtpd *s = begin("EHLO a\r\n");
		struct ph_span in = ph_span_of(cases[i].command);
		struct ph_smtpd_event ev;

		check_case("initial", i);
		check(ph_smtpd_receive(s, 0, &in) == PH_OK);
		check(ph_smtpd_next_event(s, &ev) && ev.type == PH_SMTPD_AUTH);
		check_int(ev.has_initial, cases[i].has_initial);
		check(ph_span_eq(ev.initial, cases[i].initial));
		check(
		    ph_smtpd_auth_done(s, 0, PH_SMTPD_AUTH_TEMPORARY) == PH_OK);
		check(said(s, "\r\n454 4.7.0 "));
		ph_smtpd_free(s);
	}
	check_case(NULL, 0);
}

/* A challenge of each length, and the response to it. */
static void test_exchange(void)
{
	static char raw[9000];
	struct ph_smtpd *s = begin("EHLO a\r\nAUTH PLAIN\r\n");
	struct ph_smtpd_event ev;
	struct ph_buf line;

	for (size_t i = 0; i < sizeof(raw); i++)
		raw[i] = (char)(i * 7);
	ph_buf_init(&line, 1 << 16);
	check(ph_smtpd_next_event(s, &ev) && ev.type == PH_SMTPD_AUTH);
	for (size_t len = 0; len <= sizeof(raw); len = len * 3 + 1) {
		struct ph_span octets = { raw, len };

		ph_buf_clear(&line);
		check(ph_buf_append_str(&line, "334 ") == PH_OK);
		check(ph_base64_encode(octets, &line) == PH_OK);
		check(ph_buf_append_str(&line, "\r\n") == PH_OK);
		ph_smtpd_sent(s, ph_smtpd_pending(s).len);
		check(ph_smtpd_auth_challenge(s, 0, octets) == PH_OK);
		check(ph_span_eq(ph_smtpd_pending(s), ph_buf_span(&line)));

		struct ph_span in = ph_span_skip(ph_buf_span(&line), 4);

		check(ph_smtpd_receive(s, 0, &in) == PH_OK);
		check(ph_smtpd_next_event(s, &ev));
		check(ev.type == PH_SMTPD_AUTH_RESPONSE);
		check(ph_span_eq(ev.data, octets));
	}
	/* Longer than there is room: not half of it. */
	static char huge[128 * 1024];

	ph_smtpd_sent(s, ph_smtpd_pending(s).len);
	check(ph_smtpd_auth_challenge(
		  s, 0, (struct ph_span){ huge, sizeof(huge) }) == PH_ETOOBIG);
	check_int(ph_smtpd_pending(s).len, 0);
	check(ph_smtpd_auth_done(s, 0, PH_SMTPD_AUTH_OK) == PH_OK);
	check(said(s, "235 2.7.0 "));
	ph_buf_release(&line);
	ph_smtpd_free(s);
}

/* Refused logins count as mistakes; those put off do not. */
static void test_guessing(void)
{
	struct player p;

	player_init(&p, &options);
	player_feed(&p,
	    PH_SPAN("EHLO a\r\nAUTH PLAIN eA==\r\nAUTH PLAIN eA==\r\n"
		    "AUTH PLAIN AHUAcA==\r\n"),
	    999, 999);
	check(!p.closed);
	player_release(&p);

	player_init(&p, &options);
	player_feed(&p,
	    PH_SPAN("EHLO a\r\nAUTH PLAIN eA==\r\nAUTH PLAIN eA==\r\n"
		    "AUTH PLAIN eA==\r\nAUTH PLAIN AHUAcA==\r\n"),
	    999, 999);
	check(p.closed);
	check(strstr(ph_buf_str(&p.out), "421 4.7.0 ") != NULL);
	check(strstr(ph_buf_str(&p.out), "235") == NULL);
	player_release(&p);
}

/* A shutdown in the midst of an exchange, or while we owe the verdict. */
static void test_shutdown(void)
{
	struct ph_smtpd *s = begin("EHLO a\r\nAUTH PLAIN\r\n");
	struct ph_smtpd_event ev;

	check(ph_smtpd_next_event(s, &ev));
	check_int(ph_smtpd_deadline(s), PH_NEVER);
	ph_smtpd_shutdown(s, 0);
	check(!said(s, "421"));
	check(ph_smtpd_auth_done(s, 0, PH_SMTPD_AUTH_OK) == PH_OK);
	check(said(s, "235 2.7.0 Authentication successful\r\n421 4.3.2 "));
	check(ph_smtpd_next_event(s, &ev) && ev.type == PH_SMTPD_CLOSED);
	ph_smtpd_free(s);

	s = begin("EHLO a\r\nAUTH PLAIN\r\n");
	check(ph_smtpd_next_event(s, &ev));
	check(ph_smtpd_auth_challenge(s, 5, PH_SPAN("")) == PH_OK);
	check_int(ph_smtpd_deadline(s), 5 + 300000);
	ph_smtpd_shutdown(s, 0);
	check(said(s, "334 \r\n421 4.3.2 "));
	check(ph_smtpd_next_event(s, &ev) && ev.type == PH_SMTPD_CLOSED);
	ph_smtpd_free(s);
}

int main(void)
{
	test_octets();
	test_exchange();
	test_guessing();
	test_shutdown();
	return check_end();
}
