#include "check.h"
#include "connection/bond.h"
#include "connection/lookup.h"

#include <string.h>

#define C "[connection]\n"
#define A "[authentication]\n"
#define GMAIL                                     \
 C "host = smtp.gmail.com\nport = 465\n"          \
   "encryption = before-connect\n" A              \
   "username = ann\npassword-from = file:/p\n"    \
   "domain = D\nallow-plaintext-password = yes\n" \
   "attempts = 9\n[message]\nfrom = ann@gmail.com\n"

enum {
	FILES = 3
};

struct chain {
	struct ph_settings_file *files[FILES];
	struct ph_resolve in;
};

static void chain_begin(struct chain *c, const char *const texts[FILES])
{
	*c = (struct chain){ 0 };
	for (size_t i = 0; i < FILES && texts[i] != NULL; i++) {
		check(ph_settings_file_parse("n", "/n.conf",
			  ph_span_of(texts[i]), &c->files[i], NULL) == PH_OK);
		c->in.chain_count = i + 1;
	}
	c->in.chain = (const struct ph_settings_file *const *)c->files;
}

static void chain_end(struct chain *c)
{
	for (size_t i = 0; i < FILES; i++)
		ph_settings_file_free(c->files[i]);
}

/* want: the value, or "-" where it is withheld. */
static const struct row {
	const char *files[FILES];
	const char *name;
	const char *want;
} rows[] = {
	/* Its own server's. */
	{ { GMAIL }, "username", "ann" },
	/* No server of its own. */
	{ { C "helo = x\n", GMAIL }, "username", "ann" },
	{ { C "port = 25\n", GMAIL }, "encryption", "before-connect" },
	/* The same server. */
	{ { C "host = SMTP.gmail.com.\n", GMAIL }, "password-from", "file:/p" },
	{ { C "host = smtp.gmail.com:25\n", GMAIL }, "username", "ann" },
	{ { C "host = smtp.gmail.com:25\n", GMAIL }, "encryption",
	    "before-connect" },
	/* Another. */
	{ { C "host = h\n", GMAIL }, "password-from", "-" },
	{ { C "host = h\n", GMAIL }, "allow-plaintext-password", "-" },
	{ { C "host = smtp.gmail.com.evil\n", GMAIL }, "password-from", "-" },
	/* What is no server's. */
	{ { C "host = h\n", GMAIL }, "attempts", "9" },
	{ { C "host = h\n", GMAIL }, "username", "ann" },
	{ { C "host = h\n", GMAIL }, "domain", "D" },
	{ { C "host = h\n", GMAIL }, "from", "ann@gmail.com" },
	{ { C "host = h\n", GMAIL }, "port", "465" },
	/* Encryption and port go together. */
	{ { C "host = h\n", GMAIL }, "encryption", "before-connect" },
	{ { C "host = h\nport = 587\n", GMAIL }, "encryption", "-" },
	{ { C "host = h:587\n", GMAIL }, "encryption", "-" },
	/* What it says itself. */
	{ { C "host = h\n" A "password-from = env:B\n", GMAIL },
	    "password-from", "env:B" },
	{ { C "host = h\n" A "password-from =\n", GMAIL }, "password-from",
	    "" },
	/* The one between names the server. */
	{ { "", C "host = h\n", GMAIL }, "password-from", "-" },
	{ { "", C "host = h\n" A "password-from = env:B\n", GMAIL },
	    "password-from", "env:B" },
	/* That between is for the server that it inherits. */
	{ { C "host = h\n", A "password-from = env:B\n", GMAIL },
	    "password-from", "-" },
	/* For any. */
	{ { C "host = h\n", A "password-from = env:B\n" }, "password-from",
	    "env:B" },
	{ { C "host = h\n", C "host =\n" A "password-from = env:B\n", GMAIL },
	    "password-from", "env:B" },
	/* Sources that ask for each connection's own. */
	{ { C "host = h\n", C "host = g\n" A "password-from = keyring\n" },
	    "password-from", "keyring" },
	{ { C "host = h\n", C "host = g\n" A "password-from = stored\n" },
	    "password-from", "stored" },
	{ { C "host = h\n", C "host = g\n" A "password-from = prompt\n" },
	    "password-from", "prompt" },
	{ { C "host = h\n", C "host = g\n" A "password-from = OAuth\n" },
	    "password-from", "-" },
	{ { C "host = h\n", C "host = g\n" A "password-from = env:P\n" },
	    "password-from", "-" },
	/* A proxy's go with the proxy. */
	{ { "[proxy]\nhost = p\n",
	      "[proxy]\nhost = q\npassword-from = fd:3\n" },
	    "proxy.password-from", "-" },
	{ { "[proxy]\nhost = p\n", "[proxy]\nhost = q\ndomain = D\n" },
	    "proxy.domain", "D" },
	{ { C "host = h\n",
	      C "host = g\n[proxy]\nhost = q\npassword-from = fd:3\n" },
	    "proxy.password-from", "fd:3" },
	/* An application's with who gives out the tokens. */
	{ { "[oauth]\nprovider = microsoft\n",
	      "[oauth]\nprovider = google\nclient-secret-from = env:S\n" },
	    "client-secret-from", "-" },
	{ { "[oauth]\ntoken-endpoint = https://t/\n",
	      "[oauth]\nprovider = google\nclient-secret-from = env:S\n" },
	    "client-secret-from", "-" },
	{ { "[oauth]\nclient-id = x\n",
	      "[oauth]\nprovider = google\nclient-secret-from = env:S\n" },
	    "client-secret-from", "env:S" },
};

static void test_rows(void)
{
	for (size_t i = 0; i < PH_COUNT(rows); i++) {
		struct ph_setting_found found;
		struct chain c;

		check_case(rows[i].name, i);
		chain_begin(&c, rows[i].files);
		ph_setting_lookup(&c.in,
		    ph_setting_find(PH_SPAN(""), ph_span_of(rows[i].name)),
		    &found);
		check_int(found.is_withheld, strcmp(rows[i].want, "-") == 0);
		if (found.is_withheld) {
			check(!found.is_set && found.withheld.len > 0);
			check(ph_span_eq(
			    found.value, ph_span_of(found.row->preset)));
		} else {
			check(
			    ph_span_eq(found.value, ph_span_of(rows[i].want)));
		}
		chain_end(&c);
	}
}

static void test_place(void)
{
	static const char *const texts[FILES] = { C "host = h\n", "", GMAIL };
	const struct ph_setting *source =
	    ph_setting_find(PH_SPAN(""), PH_SPAN("password-from"));
	struct ph_setting_found found;
	struct chain c;

	chain_begin(&c, texts);
	ph_setting_lookup(&c.in, source, &found);
	check(found.is_withheld);
	check_int(found.withheld_depth, 2);
	check_int(found.withheld_line, 7);
	check(ph_span_eq(found.withheld, PH_SPAN("file:/p")));
	check(ph_span_eq(
	    ph_bond_place(&c.in, source, 2), PH_SPAN("smtp.gmail.com")));
	check(ph_span_eq(ph_bond_place(&c.in, source, 0), PH_SPAN("h")));
	check(ph_bond_place(
		  &c.in, ph_setting_find(PH_SPAN(""), PH_SPAN("helo")), 0)
		  .len == 0);
	chain_end(&c);
}

/* Without an endpoint of its own the secret is for the provider. */
static void test_place_of_a_provider(void)
{
	static const char *const texts[FILES] = {
		"[oauth]\ntoken-endpoint = https://t/\n",
		"[oauth]\nprovider = google\nclient-secret-from = env:S\n"
	};
	const struct ph_setting *secret =
	    ph_setting_find(PH_SPAN(""), PH_SPAN("client-secret-from"));
	struct chain c;

	chain_begin(&c, texts);
	check(ph_bond_holds(&c.in, secret, PH_SPAN("env:S"), 1));
	check(!ph_bond_holds(&c.in, secret, PH_SPAN("env:S"), 0));
	check(
	    ph_span_eq(ph_bond_place(&c.in, secret, 0), PH_SPAN("https://t/")));
	check(ph_span_eq(ph_bond_place(&c.in, secret, 1), PH_SPAN("google")));
	chain_end(&c);
}

/* That it must be encrypted is kept, in the way of its own port. */
static void test_encryption(void)
{
	static const struct {
		const char *files[FILES];
		enum ph_encryption want;
	} cases[] = {
		{ { C "host = h\nport = 587\n", GMAIL },
		    PH_ENCRYPTION_AFTER_CONNECT },
		{ { C "host = h\nport = 465\n",
		      C "host = g\nencryption = after-connect\n" },
		    PH_ENCRYPTION_BEFORE_CONNECT },
		{ { C "host = h\nport = 2525\n", GMAIL },
		    PH_ENCRYPTION_AFTER_CONNECT },
		{ { C "host = h\nport = 2525\n",
		      C "host = g\nencryption = none\n" },
		    PH_ENCRYPTION_WANTED },
		{ { C "host = h\n", GMAIL }, PH_ENCRYPTION_BEFORE_CONNECT },
	};

	for (size_t i = 0; i < PH_COUNT(cases); i++) {
		struct ph_connection conn = { 0 };
		struct ph_arena a;
		struct chain c;

		check_case("encryption", i);
		ph_arena_init(&a, 64 * 1024);
		chain_begin(&c, cases[i].files);
		check(ph_connection_resolve(&c.in, &a, &conn, NULL) == PH_OK);
		check_int(conn.encryption, cases[i].want);
		chain_end(&c);
		ph_arena_release(&a);
	}
}

int main(void)
{
	test_rows();
	test_place();
	test_place_of_a_provider();
	test_encryption();
	return check_end();
}
