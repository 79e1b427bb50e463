#include "foreign/profile.h"

#include "check.h"
#include "failalloc.h"

#define HEX "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
#define HEX_REST \
 "112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
#define HEX_COLONS                                        \
 "00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF:00:11:" \
 "22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF"
#define BASE64 "ABEiM0RVZneImaq7zN3u/wARIjNEVWZ3iJmqu8zd7v8="

/* Two values of a setting of a connection to h, and whether they mean the
   same. */
static const struct {
	const char *setting;
	const char *a;
	const char *b; /* NULL: not set */
	bool same;
} cases[] = {
	{ "host", "h", "H", true },
	{ "host", "h:25", "h", true },
	{ "host", "h", "i", false },
	{ "host", "m\xc3\xbcller.example", "xn--mller-kva.example", true },
	{ "port", "25", NULL, true },
	{ "port", "26", NULL, false },
	{ "encryption", "wanted", NULL, true },
	{ "encryption", "starttls", "AfterConnect", true },
	{ "encryption", "none", NULL, false },
	{ "timeout", "30s", NULL, true },
	{ "timeout", "1min", "60", true },
	{ "timeout", "1min", "61", false },
	{ "timeout-mail", "5min", NULL, false },
	{ "size", "1K", "1024", true },
	{ "size", "1K", "1000", false },
	{ "sessions", "2", NULL, true },
	{ "sessions", "02", "2", true },
	{ "sessions", "3", "2", false },
	{ "rate", "60/min", "1/s", true },
	{ "rate", "60/min", "2/s", false },
	{ "rate", "60/min", NULL, false },
	{ "anonymous", "yes", "on", true },
	{ "anonymous", "yes", NULL, true }, /* nobody to log in as */
	{ "allow-plaintext-password", "yes", "true", true },
	{ "allow-plaintext-password", "yes", NULL, false },
	{ "allow-plaintext-password", "no", NULL, true },
	{ "verify", "OFF", "off", true },
	{ "verify", "off", "ca", false },
	{ "verify", "ca", NULL, true },
	{ "mechanisms", "LOGIN, PLAIN", "login plain", true },
	{ "mechanisms", "LOGIN PLAIN", "PLAIN LOGIN", false },
	{ "mechanisms", "LOGIN PLAIN", "LOGIN", false },
	{ "mechanisms", "LOGIN", "LOGIN PLAIN", false },
	{ "mechanisms", "auto", NULL, true },
	{ "tls-versions", "1.3 1.2", NULL, true },
	{ "tls-versions", "TLSv1.3", "1.3", true },
	{ "tls-versions", "1.3", NULL, false },
	{ "pin", HEX, BASE64, true },
	{ "pin", HEX, HEX_COLONS, true },
	{ "pin", HEX, NULL, false },
	{ "pin", HEX " " BASE64, HEX, false },
	{ "pin", HEX, "11" HEX, false },
	{ "pin", HEX, "11" HEX_REST, false },
	{ "pin", BASE64, "11" HEX_REST, false },
	{ "tls-versions", "1.2", "1.3", false },
	{ "tls-versions", "1.2, 1.3", "1.3 1.2", true },
	{ "allow-plaintext-password", "yes", "no", false },
	{ "size", "1K", NULL, false },
	{ "sessions", "3", NULL, false },
	{ "username", "ann", "Ann", false },
	{ "helo", "me", "me", true },
	{ "verify-name", "h", NULL, true },
	{ "verify-name", "i", NULL, false },
	{ "password-from", "stored", NULL, true },
	{ "password-from", "prompt", NULL, false },
	{ "password-from", "command:a 'b'  c", "command:a b c", true },
	{ "password-from", "command:a b", "command:a c", false },
	{ "password-from", "command:a b", "command:a", false },
	{ "password-from", "command:a 'b", "command:a", false },
	{ "password-from", "command:a", "command:a 'b", false },
	{ "password-from", "command:a", "file:a", false },
	{ "password-from", "env:a", "env:b", false },
	{ "from", "ann@x", "<ann@x>", true },
	{ "from", "Ann <ann@x>", "\"Ann\" <ann@x>", true },
	{ "from", "\"A \\\"B\\\\\" <ann@x>", "\"A \\\"B\\\\\"<ann@x>", true },
	{ "from", "Ann <ann@x>", "ann@x", false },
	{ "from", "Ann <ann@x>", "Ann <ann@y>", false },
	{ "ca-file", "/etc/ssl/certs/ca-certificates.crt", NULL, true },
	{ "ca-file", "/etc/ssl/certs", NULL, true },
	{ "ca-file", "/ca.pem", NULL, false },
	{ "client-certificate", "/c", "/c", true },
	{ "proxy.use-credentials", "yes", NULL, false },
	{ "code-page", "utf-8", NULL, true },
};

static enum ph_err make(const char *setting, const char *value,
    struct ph_arena *a, struct ph_foreign_profile *out)
{
	struct ph_setting_override *o = ph_arena_array(a, 2, sizeof(*o));
	struct ph_resolve in = { .overrides = o, .override_count = 1 };

	if (o == NULL)
		return PH_ENOMEM;
	o[0] = (struct ph_setting_override){
		ph_setting_find(PH_SPAN(""), PH_SPAN("host")), PH_SPAN("h"), ""
	};
	if (value != NULL) {
		o[1] = (struct ph_setting_override){
			ph_setting_find(PH_SPAN(""), ph_span_of(setting)),
			ph_span_of(value), ""
		};
		in.override_count = 2;
	}
	return ph_foreign_profile_make(&in, a, out, NULL);
}

static void check_pair(size_t i, const char *a, const char *b)
{
	struct ph_foreign_profile p;
	struct ph_foreign_profile q;
	struct ph_arena arena;
	bool same = !cases[i].same;

	ph_arena_init(&arena, 1024 * 1024);
	if (make(cases[i].setting, a, &arena, &p) == PH_OK &&
	    make(cases[i].setting, b, &arena, &q) == PH_OK) {
		check(ph_foreign_profile_eq(&p, &q,
			  ph_setting_find(
			      PH_SPAN(""), ph_span_of(cases[i].setting)),
			  &same) == PH_OK);
	} else {
		/* What no connection can be is like none. */
		same = false;
	}
	check(same == cases[i].same);
	ph_arena_release(&arena);
}

static void test_cases(void)
{
	for (size_t i = 0; i < PH_COUNT(cases); i++) {
		check_case(cases[i].setting, i);
		check_pair(i, cases[i].a, cases[i].b);
		check_pair(i, cases[i].b, cases[i].a);
	}
	check_case(NULL, 0);
}

/* A key that is not named is in the certificate's file; a proxy's port is by
   its type. */
static void test_filled_in(void)
{
	static const struct {
		const char *setting;
		const char *value;
		const char *other;
		const char *want;
	} filled[] = {
		{ "client-certificate", "/c", "client-key", "/c" },
		{ "encryption", "before-connect", "port", "465" },
		{ "port", "587", "encryption", "after-connect" },
		{ "username", "ann", "anonymous", "no" },
		{ "mechanisms", "EXTERNAL", "anonymous", "no" },
		{ "helo", "me", "anonymous", "yes" },
		{ "helo", "me", "proxy.port", "" },
	};

	for (size_t i = 0; i < PH_COUNT(filled); i++) {
		struct ph_foreign_profile p;
		struct ph_arena a;
		struct ph_span got;

		check_case(filled[i].setting, i);
		ph_arena_init(&a, 1024 * 1024);
		check(
		    make(filled[i].setting, filled[i].value, &a, &p) == PH_OK);
		got = ph_foreign_profile_get(&p, filled[i].other);
		check(ph_span_eq(got, ph_span_of(filled[i].want)));
		ph_arena_release(&a);
	}
	check_case(NULL, 0);
}

static void test_from(void)
{
	static const struct {
		const char *from;
		const char *address;
		const char *name;
	} froms[] = {
		{ "", "", "" },
		{ " ann@x ", "ann@x", "" },
		{ "<ann@x>", "ann@x", "" },
		{ "Ann B <ann@x>", "ann@x", "Ann B" },
		{ "\"B, Ann\" <ann@x>", "ann@x", "B, Ann" },
		{ "\"<a>\" <ann@x>", "ann@x", "<a>" },
		{ "\"a\\", "\"a\\", "" },
		{ "\"a\\\\\" <ann@x>", "ann@x", "a\\" },
		{ "\" <ann@x>", "ann@x", "\"" },
		{ "\"\" <ann@x>", "ann@x", "" },
		{ "ann@x>", "ann@x>", "" },
		{ "<ann@x> x", "<ann@x> x", "" },
		{ ">", ">", "" },
		{ "<>", "", "" },
		{ "\"a\\\" <ann@x>", "ann@x", "a\\" },
		{ "Ann\" <ann@x>", "ann@x", "Ann\"" },
		{ "\"Ann <ann@x>", "ann@x", "\"Ann" },
	};

	for (size_t i = 0; i < PH_COUNT(froms); i++) {
		struct ph_span address = PH_SPAN("?");
		struct ph_span name = PH_SPAN("?");
		struct ph_arena a;

		check_case(froms[i].from, i);
		ph_arena_init(&a, 4096);
		check(ph_foreign_split_from(ph_span_of(froms[i].from), &a,
			  &address, &name) == PH_OK);
		check(ph_span_eq(address, ph_span_of(froms[i].address)));
		check(ph_span_eq(name, ph_span_of(froms[i].name)));
		ph_arena_release(&a);
	}
	check_case(NULL, 0);
}

static enum ph_err live(void *ctx)
{
	const size_t *at = ctx;
	struct ph_foreign_profile p;
	struct ph_foreign_profile q;
	struct ph_arena a;
	bool same = false;

	ph_arena_init(&a, 1024 * 1024);

	enum ph_err err = make(cases[*at].setting, cases[*at].a, &a, &p);

	if (err == PH_OK)
		err = make(cases[*at].setting, cases[*at].b, &a, &q);
	if (err == PH_OK) {
		err = ph_foreign_profile_eq(&p, &q,
		    ph_setting_find(
			PH_SPAN(""), ph_span_of(cases[*at].setting)),
		    &same);
	}
	ph_arena_release(&a);
	return err;
}

static void test_memory(void)
{
	for (size_t i = 0; i < PH_COUNT(cases); i++) {
		struct ph_arena a;
		struct ph_foreign_profile p;

		check_case(cases[i].setting, i);
		ph_arena_init(&a, 1024 * 1024);
		/* base64 of a pin has a place to go to that may fail. */
		if (strcmp(cases[i].setting, "pin") != 0 &&
		    make(cases[i].setting, cases[i].a, &a, &p) == PH_OK)
			check(failalloc_run(live, &i) > 0);
		ph_arena_release(&a);
	}
	check_case(NULL, 0);
}

int main(void)
{
	test_cases();
	test_filled_in();
	test_from();
	test_memory();
	return check_end();
}
