#include "stage.h"

#include "check.h"

/* Logins as a client sees them, in clear: ann has the password "secret". */

static const struct ph_sasl_user ann = { PH_SPAN_INIT("ann"),
	PH_SPAN_INIT("secret") };
static const struct ph_sasl_users users = { &ann, 1, true };

/* \0ann\0secret */
#define GOOD       "AGFubgBzZWNyZXQ=\r\n"
#define PLAIN_GOOD "AUTH PLAIN AGFubgBzZWNyZXQ=\r\n"
#define PLAIN_BAD  "AUTH PLAIN AGFubgBzZWNyZXM=\r\n"

/* What the client says and what it must hear, in turn; then the handler's log
   of a message. */
static const struct {
	const char *name;
	bool plaintext_login;
	const char *talk[8];
	const char *log;
} cases[] = {
	{ "nobody", true, { NULL }, "mail rcpt " },
	{ "PLAIN at once", true, { PLAIN_GOOD, "235 2.7.0 " },
	    "PLAIN/ann mail rcpt " },
	{ "PLAIN asked for", true, { "AUTH plain\r\n", "334 ", GOOD, "235 " },
	    "PLAIN/ann mail rcpt " },
	{ "LOGIN", true,
	    { "AUTH LOGIN\r\n", "334 VXNlcm5hbWU6", "YW5u\r\n", "334 ",
		"c2VjcmV0\r\n", "235 " },
	    "LOGIN/ann mail rcpt " },
	{ "ANONYMOUS", true, { "AUTH ANONYMOUS YQ==\r\n", "235 " },
	    "ANONYMOUS/a mail rcpt " },
	{ "wrong password", true, { PLAIN_BAD, "535 5.7.8 " }, "mail rcpt " },
	{ "wrong, then right", true, { PLAIN_BAD, "535 ", PLAIN_GOOD, "235 " },
	    "PLAIN/ann mail rcpt " },
	{ "no login at all", true, { "AUTH PLAIN AGE=\r\n", "535 " },
	    "mail rcpt " },
	{ "not base64", true, { "AUTH PLAIN !\r\n", "501 5.5.2 " },
	    "mail rcpt " },
	{ "given up", true, { "AUTH LOGIN\r\n", "334 ", "*\r\n", "501 5.7.0 " },
	    "mail rcpt " },
	{ "given up, then right", true,
	    { "AUTH LOGIN\r\n", "334 ", "*\r\n", "501 ", PLAIN_GOOD, "235 " },
	    "PLAIN/ann mail rcpt " },
	{ "unknown mechanism", true, { "AUTH GSSAPI\r\n", "504 5.5.4 " },
	    "mail rcpt " },
	{ "no PLAIN in clear", false, { PLAIN_GOOD, "5" }, "mail rcpt " },
	/* Whether there is such a user does not show before the proof. */
	{ "SCRAM for nobody", false,
	    { "AUTH SCRAM-SHA-256 biwsbj1ib2Iscj1h\r\n", "334 cj1h",
		"Yz1iaXdzLHI9YSxwPWE=\r\n", "535 5.7.8 " },
	    "mail rcpt " },
	{ "SCRAM begun and given up", false,
	    { "AUTH SCRAM-SHA-256 biwsbj1hbm4scj1h\r\n", "334 ", "*\r\n",
		"501 " },
	    "mail rcpt " },
	{ "SCRAM with a false proof", false,
	    { "AUTH SCRAM-SHA-256 biwsbj1hbm4scj1h\r\n", "334 ",
		"Yz1iaXdzLHI9YSxwPWE=\r\n", "535 " },
	    "mail rcpt " },
};

static void test_cases(void)
{
	for (size_t i = 0; i < PH_COUNT(cases); i++) {
		struct ph_server_config config = { .users = &users,
			.plaintext_login = cases[i].plaintext_login };
		struct stage t;

		check_case(cases[i].name, i);
		stage_open(&t, &config);
		hello(&t, 0);
		for (size_t n = 0; cases[i].talk[n] != NULL; n += 2) {
			send_text(&t, 0, cases[i].talk[n]);
			expect(&t, 0, cases[i].talk[n + 1]);
			expect(&t, 0, "\r\n");
		}
		send_text(&t, 0, ENVELOPE);
		expect_log(&t, cases[i].log);
		stage_close(&t);
	}
	check_case(NULL, 0);
}

/* What EHLO offers: nothing that shows the password where that is not
   allowed. */
static void test_offer(void)
{
	static const struct {
		bool has_users, plaintext_login;
		const char *has, *lacks;
	} offers[] = {
		{ true, true, " PLAIN", "-PLUS" },
		{ true, false, " SCRAM-SHA-256", " PLAIN" },
		{ false, true, "250 HELP", "AUTH" },
	};

	for (size_t i = 0; i < PH_COUNT(offers); i++) {
		struct ph_server_config config = {
			.users = offers[i].has_users ? &users : NULL,
			.plaintext_login = offers[i].plaintext_login
		};
		struct stage t;

		check_case(offers[i].has, i);
		stage_open(&t, &config);
		join(&t, 0);
		expect(&t, 0, "220 mx.test ESMTP Posthaste\r\n");
		send_text(&t, 0, "EHLO client.test\r\n");
		while (strstr(ph_buf_str(&t.heard[0]), "250 HELP") == NULL)
			turn(&t);
		check(strstr(ph_buf_str(&t.heard[0]), offers[i].has) != NULL);
		check(strstr(ph_buf_str(&t.heard[0]), offers[i].lacks) == NULL);
		stage_close(&t);
	}
	check_case(NULL, 0);
}

static void test_required(void)
{
	struct ph_server_config config = {
		.users = &users, .plaintext_login = true, .login_required = true
	};
	struct stage t;

	stage_open(&t, &config);
	hello(&t, 0);
	send_text(&t, 0, "MAIL FROM:<a@b>\r\n");
	expect(&t, 0, "530 5.7.0 ");
	expect(&t, 0, "\r\n");
	send_text(&t, 0, PLAIN_GOOD ENVELOPE);
	expect(&t, 0, "235 ");
	expect_log(&t, "PLAIN/ann mail rcpt ");
	stage_close(&t);
}

/* A client that goes in the midst of a login takes nobody with it. */
static void test_lost(void)
{
	struct ph_server_config config = { .users = &users,
		.plaintext_login = true };
	struct stage t;

	stage_open(&t, &config);
	hello(&t, 0);
	send_text(&t, 0, "AUTH LOGIN\r\n");
	expect(&t, 0, "334 ");
	leave(&t, 0);
	while (ph_server_session_count(t.server) > 0)
		turn(&t);
	hello(&t, 1);
	send_text(&t, 1, ENVELOPE);
	expect_log(&t, "mail rcpt ");
	stage_close(&t);
}

int main(void)
{
	test_cases();
	test_offer();
	test_required();
	test_lost();
	return check_end();
}
