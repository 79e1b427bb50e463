#include "check.h"
#include "oauth/keep.h"

enum {
	NOW = 1800000000
};

static const struct ph_oauth_bond bond = {
	.host = PH_SPAN_INIT("smtp.example.com"),
	.username = PH_SPAN_INIT("ann@example.com"),
	.client_id = PH_SPAN_INIT("client 1"),
	.token_url = PH_SPAN_INIT("https://login.example.com/token"),
};

static const char text[] = "smtp.example.com\n"
			   "username ann@example.com\n"
			   "client-id client 1\n"
			   "token-endpoint https://login.example.com/token\n"
			   "consented 1700000000\n"
			   "access-taken 1800000000\n"
			   "access-ends 1800003600\n"
			   "consent-ends 0\n"
			   "refresh-token r1\n"
			   "access-token a1\n";

static void set(struct ph_secret *s, const char *value)
{
	check(ph_secret_set(s, ph_span_of(value)) == PH_OK);
}

static void test_write(void)
{
	struct ph_oauth_keep k = {
		.consented = 1700000000, .taken = NOW, .access_ends = NOW + 3600
	};
	struct ph_buf out;

	ph_buf_init(&out, PH_OAUTH_KEEP_MAX);
	set(&k.refresh, "r1");
	set(&k.access, "a1");
	check(ph_oauth_keep_write(&k, &bond, &out) == PH_OK);
	check_str(ph_buf_str(&out), text);
	ph_oauth_keep_release(&k);
	check(ph_oauth_keep_read(ph_buf_span(&out), &bond, &k) == PH_OK);
	check_str(k.refresh.ptr, "r1");
	check_str(k.access.ptr, "a1");
	check_int(k.consented, 1700000000);
	check_int(k.taken, NOW);
	check_int(k.access_ends, NOW + 3600);
	check_int(k.consent_ends, 0);
	ph_oauth_keep_release(&k);
	ph_buf_wipe(&out);
}

/* A setting with a line end in it would write lines of its own. */
static void test_injection(void)
{
	struct ph_oauth_bond evil = bond;
	struct ph_oauth_keep k = { 0 };
	struct ph_buf out;

	evil.username = PH_SPAN("ann\nrefresh-token x");
	ph_buf_init(&out, PH_OAUTH_KEEP_MAX);
	check(ph_oauth_keep_write(&k, &evil, &out) == PH_EINVAL);
	ph_buf_wipe(&out);
}

/* Anything of the bond changed: the tokens are not given out. */
static void test_bond(void)
{
	struct ph_oauth_bond others[4] = { bond, bond, bond, bond };
	struct ph_oauth_keep k = { 0 };

	others[0].host = PH_SPAN("smtp.example.org");
	others[1].username = PH_SPAN("bob@example.com");
	others[2].client_id = PH_SPAN("client");
	others[3].token_url = PH_SPAN("https://evil.example/token");
	for (size_t i = 0; i < PH_COUNT(others); i++) {
		check_case("bond", i);
		check_int(ph_oauth_keep_read(ph_span_of(text), &others[i], &k),
		    PH_EDENIED);
		check(k.refresh.ptr == NULL);
	}
	others[0].host = PH_SPAN("SMTP.Example.COM");
	check(ph_oauth_keep_read(ph_span_of(text), &others[0], &k) == PH_OK);
	ph_oauth_keep_release(&k);
}

/* Cut anywhere, also between lines, it may lack the tokens but never has half
   of one. */
static void test_cut(void)
{
	for (size_t len = 0; len < sizeof(text) - 1; len++) {
		struct ph_oauth_keep k = { 0 };
		enum ph_err err = ph_oauth_keep_read(
		    (struct ph_span){ text, len }, &bond, &k);

		check_case("cut", len);
		check(err == PH_EPROTO || (err == PH_OK && k.access.len == 0));
		check(k.refresh.len == 0 || k.refresh.len == 2);
		ph_oauth_keep_release(&k);
	}
}

#define HEAD                                                        \
 "smtp.example.com\nusername ann@example.com\nclient-id client 1\n" \
 "token-endpoint https://login.example.com/token\n"

static void test_broken(void)
{
	static const struct {
		const char *text;
		enum ph_err want;
	} cases[] = {
		{ HEAD, PH_OK },
		{ HEAD "of-a-later-version x\n", PH_OK },
		{ HEAD "refresh-token \n", PH_OK },
		{ "", PH_EPROTO },
		{ "\n", PH_EPROTO },
		{ "smtp.example.com\n", PH_EPROTO },
		{ HEAD "word\n", PH_EPROTO },
		{ HEAD "\n", PH_EPROTO },
		{ HEAD "access-ends soon\n", PH_EPROTO },
		{ HEAD "access-ends -1\n", PH_EPROTO },
		{ HEAD "access-ends 99999999999999999999\n", PH_EPROTO },
		{ HEAD "access-token a b\n", PH_EPROTO },
		{ HEAD "access-token a\x01\n", PH_EPROTO },
		{ HEAD "refresh-token a\r\n", PH_EPROTO },
	};

	for (size_t i = 0; i < PH_COUNT(cases); i++) {
		struct ph_oauth_keep k = { 0 };

		check_case(cases[i].text, i);
		check_int(
		    ph_oauth_keep_read(ph_span_of(cases[i].text), &bond, &k),
		    cases[i].want);
		ph_oauth_keep_release(&k);
	}
}

static void test_take(void)
{
	struct ph_oauth_keep k = { .consent_ends = NOW + 5 };
	struct ph_oauth_tokens t = { .expires_in = 3600,
		.refresh_expires_in = -1 };

	set(&k.refresh, "r1");
	set(&k.access, "a1");
	set(&t.access, "a2");
	ph_oauth_keep_take(&k, &t, NOW);
	check_str(k.access.ptr, "a2");
	check_str(k.refresh.ptr, "r1");
	check_int(k.taken, NOW);
	check_int(k.access_ends, NOW + 3600);
	check_int(k.consent_ends, NOW + 5);
	check(t.access.ptr == NULL && t.refresh.ptr == NULL);

	/* Rotated: the new refresh token replaces the old. */
	t = (struct ph_oauth_tokens){ .expires_in = -1,
		.refresh_expires_in = -1 };
	set(&t.access, "a3");
	set(&t.refresh, "r2");
	ph_oauth_keep_take(&k, &t, NOW);
	check_str(k.refresh.ptr, "r2");
	check_int(k.access_ends, 0);
	check_int(k.consent_ends, 0);

	t = (struct ph_oauth_tokens){ .expires_in = 1,
		.refresh_expires_in = 604800 };
	set(&t.access, "a4");
	ph_oauth_keep_take(&k, &t, NOW);
	check_int(k.consent_ends, NOW + 604800);
	ph_oauth_keep_release(&k);
}

static void test_fresh(void)
{
	static const struct {
		ph_unixtime taken, ends;
		bool want;
	} cases[] = {
		{ NOW - 10, NOW + 3600, true },
		{ NOW - 10, NOW + 301, true },
		{ NOW - 10, NOW + 300, false },
		{ NOW - 3600, NOW, false },
		{ NOW - 3600, NOW - 1, false },
		{ NOW - 10, 0, false },
		/* The clock was set back. */
		{ NOW + 60, NOW + 3600, true },
		{ NOW + 61, NOW + 3600, false },
	};

	for (size_t i = 0; i < PH_COUNT(cases); i++) {
		struct ph_oauth_keep k = { .taken = cases[i].taken,
			.access_ends = cases[i].ends };

		check_case("fresh", i);
		check(!ph_oauth_keep_is_fresh(&k, NOW));
		set(&k.access, "a");
		check(ph_oauth_keep_is_fresh(&k, NOW) == cases[i].want);
		ph_oauth_keep_release(&k);
	}
}

int main(void)
{
	test_write();
	test_injection();
	test_bond();
	test_cut();
	test_broken();
	test_take();
	test_fresh();
	return check_end();
}
