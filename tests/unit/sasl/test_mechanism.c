#include "check.h"
#include "sasl/mechanism.h"

#include <string.h>

enum {
	NAMES_MAX = 80
};

static size_t split(const char *names, struct ph_span *out)
{
	struct ph_span rest = ph_span_of(names);
	struct ph_span name;
	size_t count = 0;

	while (count < NAMES_MAX && ph_span_split(&rest, ' ', &name)) {
		if (name.len > 0)
			out[count++] = name;
	}
	return count;
}

enum {
	USER = 1,      /* user name and password */
	CERT = 2,      /* client certificate */
	SECURE = 4,    /* TLS, accepted */
	BOUND = 8,     /* a channel binding */
	CLEAR = 16,    /* allow-plaintext-password */
	NAMELESS = 32, /* a password, and no user name */
	TOKEN = 64,    /* a user name, and a token for a password */
	TICKET = 128   /* of Kerberos */
};

static const struct {
	const char *offered;
	const char *allowed;
	unsigned flags;
	const char *text;
} cases[] = {
	{ "PLAIN SCRAM-SHA-256", "", USER | SECURE,
	    "SCRAM-SHA-256, the strongest of SCRAM-SHA-256 PLAIN" },
	{ "PLAIN", "", USER | SECURE, "PLAIN" },
	{ "plain", "", USER | SECURE, "PLAIN" },
	{ "LOGIN PLAIN", "", USER | SECURE,
	    "LOGIN, the strongest of LOGIN PLAIN" },
	{ "LOGIN PLAIN", "PLAIN login", USER | SECURE,
	    "PLAIN, the first of PLAIN LOGIN" },
	{ "PLAIN LOGIN CRAM-MD5 SCRAM-SHA-1 SCRAM-SHA-256 "
	  "SCRAM-SHA-1-PLUS SCRAM-SHA-256-PLUS EXTERNAL",
	    "", USER | CERT | SECURE | BOUND,
	    "SCRAM-SHA-256-PLUS, the strongest of SCRAM-SHA-256-PLUS "
	    "SCRAM-SHA-256 SCRAM-SHA-1-PLUS SCRAM-SHA-1 EXTERNAL CRAM-MD5 "
	    "LOGIN PLAIN" },
	{ "SCRAM-SHA-256 SCRAM-SHA-256-PLUS DIGEST-MD5", "", USER | SECURE,
	    "SCRAM-SHA-256; not used: SCRAM-SHA-256-PLUS (no channel "
	    "binding), DIGEST-MD5 (not supported)" },
	{ "PLAIN LOGIN NTLM CRAM-MD5 EXTERNAL GSSAPI XOAUTH2 OAUTHBEARER "
	  "SCRAM-SHA-1 SCRAM-SHA-1-PLUS SCRAM-SHA-256 SCRAM-SHA-256-PLUS",
	    "", USER | TOKEN | CERT | TICKET | SECURE | BOUND,
	    "SCRAM-SHA-256-PLUS, the strongest of SCRAM-SHA-256-PLUS "
	    "SCRAM-SHA-256 SCRAM-SHA-1-PLUS SCRAM-SHA-1 OAUTHBEARER XOAUTH2 "
	    "GSSAPI EXTERNAL CRAM-MD5 NTLM LOGIN PLAIN" },
	/* A ticket of another user's is none; who names it means it. */
	{ "GSSAPI PLAIN", "", USER | SECURE,
	    "PLAIN; not used: GSSAPI (no Kerberos ticket for this user)" },
	{ "GSSAPI PLAIN", "PLAIN GSSAPI", USER | SECURE,
	    "PLAIN, the first of PLAIN GSSAPI" },
	{ "GSSAPI", "GSSAPI", 0, "GSSAPI" },
	{ "GSSAPI", "", TICKET, "GSSAPI" },
	{ "PLAIN LOGIN", "", USER,
	    "no mechanism can be used; not used: LOGIN (readable by "
	    "all without TLS), PLAIN (readable by all without "
	    "TLS)" },
	{ "PLAIN LOGIN", "", USER | CLEAR,
	    "LOGIN, the strongest of LOGIN PLAIN" },
	{ "PLAIN CRAM-MD5", "", USER,
	    "CRAM-MD5; not used: PLAIN (readable by all without "
	    "TLS)" },
	{ "ANONYMOUS PLAIN", "", USER | SECURE,
	    "PLAIN; not used: ANONYMOUS (not allowed)" },
	{ "ANONYMOUS PLAIN", "ANONYMOUS", 0,
	    "ANONYMOUS; not used: PLAIN (not allowed)" },
	{ "PLAIN", "CRAM-MD5", USER | SECURE,
	    "no mechanism can be used; not used: CRAM-MD5 (not offered), "
	    "PLAIN (not allowed)" },
	{ "EXTERNAL PLAIN", "", USER | SECURE,
	    "PLAIN; not used: EXTERNAL (no user name, password or "
	    "certificate for it)" },
	{ "EXTERNAL", "", CERT | SECURE, "EXTERNAL" },
	{ "EXTERNAL", "", CERT,
	    "no mechanism can be used; not used: EXTERNAL (no user name, "
	    "password or certificate for it)" },
	{ "PLAIN", "", NAMELESS | SECURE,
	    "no mechanism can be used; not used: PLAIN (no user name, "
	    "password or certificate for it)" },
	{ "PLAIN", "", SECURE,
	    "no mechanism can be used; not used: PLAIN (no user name, "
	    "password or certificate for it)" },
	{ "", "", USER | SECURE, "no mechanism can be used" },
	{ "", "PLAIN", USER | SECURE,
	    "no mechanism can be used; not used: PLAIN (not offered)" },
	/* Offered twice is offered once; what is no name is not shown. */
	{ "PLAIN PLAIN plain X\"Y ABCDEFGHIJKLMNOPQRSTU a_1-b a_1-b", "",
	    USER | SECURE, "PLAIN; not used: A_1-B (not supported)" },
	{ "PLAIN", "SECURID PLAIN", USER | SECURE, "PLAIN" },
	/* A token is no password, and a password no token. */
	{ "PLAIN LOGIN XOAUTH2 SCRAM-SHA-256 OAUTHBEARER", "", TOKEN | SECURE,
	    "OAUTHBEARER, the strongest of OAUTHBEARER XOAUTH2; not used: "
	    "SCRAM-SHA-256 (needs a password, not a token), LOGIN (needs a "
	    "password, not a token), PLAIN (needs a password, not a token)" },
	{ "PLAIN XOAUTH2", "", USER | SECURE,
	    "PLAIN; not used: XOAUTH2 (needs a token, not a password)" },
	{ "XOAUTH2", "XOAUTH2", USER | SECURE,
	    "no mechanism can be used; not used: XOAUTH2 (needs a token, not "
	    "a password)" },
	{ "XOAUTH2", "", SECURE,
	    "no mechanism can be used; not used: XOAUTH2 (no user name, "
	    "password or certificate for it)" },
	{ "XOAUTH2 OAUTHBEARER", "", TOKEN,
	    "no mechanism can be used; not used: OAUTHBEARER (readable by "
	    "all without TLS), XOAUTH2 (readable by all without "
	    "TLS)" },
	{ "XOAUTH2", "", TOKEN | CLEAR, "XOAUTH2" },
};

static void choose(size_t i, struct ph_sasl_choice *out)
{
	struct ph_span offered[NAMES_MAX];
	struct ph_span allowed[NAMES_MAX];
	unsigned flags = cases[i].flags;
	struct ph_sasl_credentials cred = {
		.username =
		    flags & (USER | TOKEN) ? PH_SPAN("ann") : PH_SPAN(""),
		.has_password = (flags & (USER | NAMELESS)) != 0,
		.has_token = (flags & TOKEN) != 0,
		.has_certificate = (flags & CERT) != 0,
		.has_ticket = (flags & TICKET) != 0,
	};
	struct ph_sasl_channel channel = {
		.secure = (flags & SECURE) != 0,
		.plaintext_allowed = (flags & CLEAR) != 0,
		.binding =
		    flags & BOUND ? PH_BINDING_TLS_EXPORTER : PH_BINDING_NONE,
		.binding_data = PH_SPAN("binding"),
	};
	struct ph_sasl_question q = {
		.offered = offered,
		.offered_count = split(cases[i].offered, offered),
		.allowed = allowed,
		.allowed_count = split(cases[i].allowed, allowed),
		.credentials = &cred,
		.channel = &channel,
	};

	ph_sasl_choose(&q, out);
}

static void test_choose(void)
{
	for (size_t i = 0; i < PH_COUNT(cases); i++) {
		struct ph_sasl_choice choice;
		struct ph_buf text;

		check_case("choose", i);
		choose(i, &choice);
		ph_buf_init(&text, 4096);
		check(ph_sasl_choice_describe(&choice, &text) == PH_OK);
		check_str(ph_buf_str(&text), cases[i].text);
		check(choice.fit_count <= choice.count);
		for (size_t k = 0; k < choice.count; k++) {
			check((choice.items[k].fitness == PH_SASL_FITS) ==
			    (k < choice.fit_count));
		}

		/* Every limit below the text's length is noticed. */
		size_t full = text.len;

		for (size_t max = 0; max < full; max++) {
			ph_buf_release(&text);
			ph_buf_init(&text, max);
			check(ph_sasl_choice_describe(&choice, &text) ==
			    PH_ETOOBIG);
		}
		ph_buf_release(&text);
	}
}

/* More names than there is room for: those that we speak are kept. */
static void test_many(void)
{
	static char names[100][8];
	struct ph_span offered[PH_COUNT(names) + 1];
	struct ph_sasl_credentials cred = {
		.username = PH_SPAN("ann"),
		.has_password = true,
	};
	struct ph_sasl_channel channel = { .secure = true };
	struct ph_sasl_question q = {
		.offered = offered,
		.offered_count = PH_COUNT(offered),
		.credentials = &cred,
		.channel = &channel,
	};
	struct ph_sasl_choice choice;

	for (size_t i = 0; i < PH_COUNT(names); i++) {
		names[i][0] = 'X';
		names[i][1] = (char)('A' + i / 10);
		names[i][2] = (char)('A' + i % 10);
		offered[i] = ph_span_of(names[i]);
	}
	offered[PH_COUNT(names)] = PH_SPAN("PLAIN");
	ph_sasl_choose(&q, &choice);
	check_int(choice.count, PH_SASL_CHOICE_MAX);
	check_int(choice.fit_count, 1);
	check_str(choice.items[0].name, "PLAIN");
}

static void test_find(void)
{
	check_str(
	    ph_sasl_mechanism_find(PH_SPAN("scram-sha-1")), "SCRAM-SHA-1");
	check(ph_sasl_mechanism_find(PH_SPAN("SCRAM-SHA")) == NULL);
	check(ph_sasl_mechanism_find(PH_SPAN("")) == NULL);
	/* Never the library's own. */
	check(ph_sasl_mechanism_find(PH_SPAN("SECURID")) == NULL);
	check(ph_sasl_mechanism_find(PH_SPAN("SAML20")) == NULL);
	check(ph_sasl_mechanism_find(PH_SPAN("SECURID")) == NULL);
	check(ph_sasl_mechanism_is_cleartext("LOGIN"));
	check(ph_sasl_mechanism_is_cleartext("plain"));
	check(!ph_sasl_mechanism_is_cleartext("CRAM-MD5"));
	check(!ph_sasl_mechanism_is_cleartext("nothing"));
}

/* What each shows, needs and loads. */
static const struct {
	const char *name;
	bool is_cleartext, needs_token, needs_password;
	const char *module;
} kinds[] = {
	{ "SCRAM-SHA-256-PLUS", false, false, true, "posthaste-gsasl.so" },
	{ "scram-sha-1", false, false, true, "posthaste-gsasl.so" },
	{ "OAUTHBEARER", true, true, false, NULL },
	{ "XOAUTH2", true, true, false, NULL },
	{ "GSSAPI", false, false, false, "posthaste-gsasl.so" },
	{ "EXTERNAL", false, false, false, "posthaste-gsasl.so" },
	{ "CRAM-MD5", false, false, true, "posthaste-gsasl.so" },
	{ "NTLM", false, false, true, "posthaste-legacy.so" },
	{ "LOGIN", true, false, true, "posthaste-gsasl.so" },
	{ "PLAIN", true, false, true, "posthaste-gsasl.so" },
	{ "ANONYMOUS", false, false, false, "posthaste-gsasl.so" },
	{ "XYZZY", false, false, false, "posthaste-gsasl.so" },
};

static void test_kind(size_t i)
{
	const char *name = kinds[i].name;
	const char *module = ph_sasl_mechanism_module(name);

	check_case(name, i);
	check(ph_sasl_mechanism_is_cleartext(name) == kinds[i].is_cleartext);
	check(ph_sasl_mechanism_needs_token(name) == kinds[i].needs_token);
	check(
	    ph_sasl_mechanism_needs_password(name) == kinds[i].needs_password);
	check((module == NULL) == (kinds[i].module == NULL));
	if (module != NULL && kinds[i].module != NULL)
		check_str(module, kinds[i].module);
}

int main(void)
{
	test_choose();
	test_many();
	test_find();
	for (size_t i = 0; i < PH_COUNT(kinds); i++)
		test_kind(i);
	return check_end();
}
