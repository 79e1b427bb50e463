#include "check.h"
#include "exact.h"
#include "failalloc.h"

#include "sasl/told.h"

#include <stdio.h>
#include <stdlib.h>

#define SECRET "Sesame-7-open"

static const struct {
	const char *mechanism;
	const char *challenge;
	const char *want;
} challenges[] = {
	{ "LOGIN", "User Name", "User Name" },
	{ "login", "Password:", "Password:" },
	{ "CRAM-MD5", "<1@server>", "<1@server>" },
	{ "XOAUTH2", "{\"status\":\"401\"}", "{\"status\":\"401\"}" },
	{ "OAUTHBEARER", "gr\xc3\xbc\xc3\x9f", "gr\xc3\xbc\xc3\x9f" },
	{ "LOGIN", "", "" },
	{ "LOGIN", "a\nb", "" },
	{ "LOGIN", "a\x7f", "" },
	{ "LOGIN", "\xff", "" },
	{ "SCRAM-SHA-1", "r=a,s=b,i=1", "" },
	{ "DIGEST-MD5", "rspauth=1", "" },
	{ "PLAIN", "x", "" },
	{ "", "x", "" },
	/* The secret, in any shape. */
	{ "LOGIN", SECRET, "" },
	{ "LOGIN", "it is " SECRET "!", "" },
	{ "LOGIN", "sesame-7-open", "sesame-7-open" },
	{ "LOGIN", "U2VzYW1lLTctb3Blbg==", "" },
	{ "LOGIN", "eFNlc2FtZS03LW9wZW4=", "" },
	{ "LOGIN", "eHhTZXNhbWUtNy1vcGVu", "" },
	{ "LOGIN", "536573616d652d372d6f70656e", "" },
	{ "LOGIN", "536573616D652D372D6F70656E", "" },
	{ "LOGIN", "x536573616D652D372D6F70656E", "" },
	{ "LOGIN", "536573616d652d372d6f7065", "536573616d652d372d6f7065" },
};

static void tell(struct ph_span mechanism, struct ph_span challenge,
    struct ph_span secret, const char *want)
{
	struct ph_span text = exact_copy(challenge);
	struct ph_buf out;

	ph_buf_init(&out, 4096);
	check_int(ph_told_challenge(mechanism, text, secret, &out), PH_OK);
	check_str(ph_buf_str(&out), want);
	ph_buf_release(&out);
	exact_free(text);
}

static void test_challenges(void)
{
	char *large = malloc(70000);

	if (large == NULL)
		abort();
	for (size_t i = 0; i < PH_COUNT(challenges); i++) {
		check_case("challenge", i);
		tell(ph_span_of(challenges[i].mechanism),
		    ph_span_of(challenges[i].challenge), PH_SPAN(SECRET),
		    challenges[i].want);
	}
	check_case("secrets", 0);
	/* None there is, and those that say nothing by themselves. */
	tell(PH_SPAN("LOGIN"), PH_SPAN("x"), PH_SPAN(""), "x");
	tell(PH_SPAN("LOGIN"), PH_SPAN("x"), PH_SPAN("abc"), "");
	tell(PH_SPAN("LOGIN"), PH_SPAN("x"), PH_SPAN("abcd"), "");
	tell(PH_SPAN("LOGIN"), PH_SPAN("abc"), PH_SPAN("abcdef"), "abc");
	tell(PH_SPAN("LOGIN"), PH_SPAN("YWJjZGVm"), PH_SPAN("abcdef"), "");
	memset(large, 'x', 70000);
	tell(PH_SPAN("LOGIN"), PH_SPAN("y"), (struct ph_span){ large, 70000 },
	    "");
	tell(PH_SPAN("LOGIN"), (struct ph_span){ large, PH_TOLD_MAX + 1 },
	    PH_SPAN("secret"), "");
	check_case(NULL, 0);
	free(large);
}

/* NTLM, octet for octet. */

#define HEAD "NTLMSSP\0"
#define TYPE2                                     \
 HEAD "\2\0\0\0" /* CORP */ "\10\0\10\0\60\0\0\0" \
      "\1\202\210\0" /* flags */ "12345678"       \
      "\0\0\0\0\0\0\0\0"

static const struct {
	struct ph_span message;
	const char *want;
} messages[] = {
	{ PH_SPAN_INIT(""), "" },
	{ PH_SPAN_INIT("NTLM supported"), "" },
	{ PH_SPAN_INIT(HEAD "\1\0\0\0\1\2\3"), "" },
	{ PH_SPAN_INIT("XTLMSSP\0\1\0\0\0\1\2\3\4"), "" },
	{ PH_SPAN_INIT(HEAD "\1\0\0\0\1\2\3\4"),
	    "NTLM begins, flags 0x04030201" },
	{ PH_SPAN_INIT(HEAD "\4\0\0\0\1\2\3\4"), "" },
	{ PH_SPAN_INIT(HEAD "\2\0\0\0\1\2\3\4"), "" },
	{ PH_SPAN_INIT(HEAD "\3\0\0\0\1\2\3\4"), "" },
	/* The shortest, without attributes. */
	{ PH_SPAN_INIT(HEAD "\2\0\0\0\0\0\0\0\60\0\0\0\1\2\0\0"),
	    "NTLM challenge, flags 0x00000201" },
	/* A name that leads out of the message, or is none. */
	{ PH_SPAN_INIT(HEAD "\2\0\0\0\10\0\10\0\377\0\0\0\1\2\0\0"),
	    "NTLM challenge, flags 0x00000201" },
	{ PH_SPAN_INIT(HEAD "\2\0\0\0\10\0\10\0\25\0\0\0\1\2\0\0"),
	    "NTLM challenge, flags 0x00000201" },
	{ PH_SPAN_INIT(HEAD "\2\0\0\0\1\0\1\0\25\0\0\0\1\2\0\0"),
	    "NTLM challenge, flags 0x00000201" },
	/* In octets, and in UTF-16. */
	{ PH_SPAN_INIT(HEAD "\2\0\0\0\3\0\3\0\30\0\0\0\2\2\0\0A\nZ"),
	    "NTLM challenge, flags 0x00000202, target A?Z" },
	{ PH_SPAN_INIT(TYPE2 "\32\0\32\0\70\0\0\0"
			     "C\0O\0R\0\374\0"
			     "\2\0\4\0X\0Y\0" /* domain */
			     "\6\0\2\0ab"
			     "\4\0\4\0\254\40\0\330" /* DNS */
			     "\0\0\0\0"),
	    "NTLM challenge, flags 0x00888201, target COR\xc3\xbc, domain XY, "
	    "DNS domain \xe2\x82\xac?" },
	/* Who answers, and no more. */
	{ PH_SPAN_INIT(HEAD "\3\0\0\0"
			    "\4\0\4\0\100\0\0\0" /* LM */
			    "\4\0\4\0\100\0\0\0" /* NTLM */
			    "\4\0\4\0\104\0\0\0" /* domain */
			    "\6\0\6\0\110\0\0\0" /* user */
			    "\0\0\0\0\116\0\0\0" /* workstation */
			    "\0\0\0\0\116\0\0\0" /* key */
			    "\1\2\0\0"
			    "HASH"
			    "D\0E\0"
			    "a\0n\0n\0"),
	    "NTLM answer, flags 0x00000201, domain DE, user ann" },
};

static void test_ntlm(void)
{
	for (size_t i = 0; i < PH_COUNT(messages); i++) {
		struct ph_span whole = messages[i].message;
		struct ph_buf out;

		check_case("ntlm", i);
		ph_buf_init(&out, 4096);
		/* Cut off, it says less, and nothing that is not in it. */
		for (size_t len = 0; len < whole.len; len++) {
			struct ph_span m =
			    exact_copy(ph_span_first(whole, len));

			check_int(ph_told_ntlm(m, &out), PH_OK);
			check(strstr(ph_buf_str(&out), "HASH") == NULL);
			ph_buf_clear(&out);
			exact_free(m);
		}
		check_int(ph_told_ntlm(whole, &out), PH_OK);
		check_str(ph_buf_str(&out), messages[i].want);
		ph_buf_release(&out);
	}
	check_case(NULL, 0);
}

static void test_scram(void)
{
	static const struct {
		const char *message;
		const char *want;
	} cases[] = {
		{ "r=abc,s=def,i=4096", "SCRAM, 4096 iterations" },
		{ "r=abc,s=def,i=x", "" },
		{ "r=abc,s=def,i=99999999999", "" },
		{ "v=c2lnbmF0dXJl", "" },
		{ "e=invalid-proof", "SCRAM, refused: invalid-proof" },
		{ "e=a\nb", "" },
		{ "e=0123456789012345678901234567890123456789"
		  "0123456789012345678901234",
		    "" },
		{ "i", "" },
		{ "ix4096", "" },
		{ "", "" },
	};

	for (size_t i = 0; i < PH_COUNT(cases); i++) {
		struct ph_span m = exact_copy(ph_span_of(cases[i].message));
		struct ph_buf out;

		check_case("scram", i);
		ph_buf_init(&out, 4096);
		check_int(ph_told_scram(m, &out), PH_OK);
		check_str(ph_buf_str(&out), cases[i].want);
		ph_buf_release(&out);
		exact_free(m);
	}
	check_case(NULL, 0);
}

static enum ph_err tell_all(void *ctx)
{
	struct ph_buf out;
	enum ph_err err;

	(void)ctx;
	ph_buf_init(&out, 4096);
	err = ph_told_ntlm(messages[PH_COUNT(messages) - 1].message, &out);
	if (err == PH_OK) {
		err = ph_told_ntlm(
		    messages[PH_COUNT(messages) - 2].message, &out);
	}
	if (err == PH_OK)
		err = ph_told_scram(PH_SPAN("i=1"), &out);
	ph_buf_release(&out);
	return err;
}

/* Where memory is out nobody can know that it does not hold the secret. */
static enum ph_err tell_one(void *ctx)
{
	struct ph_buf out;

	ph_buf_init(&out, 4096);

	enum ph_err err = ph_told_challenge(
	    PH_SPAN("LOGIN"), PH_SPAN(SECRET), PH_SPAN(SECRET), &out);

	check_int(out.len, 0);
	(void)ctx;
	ph_buf_release(&out);
	return err;
}

int main(void)
{
	test_challenges();
	test_ntlm();
	test_scram();
	check(failalloc_run(tell_all, NULL) > 3);
	check(failalloc_run_any(tell_one, NULL) > 3);
	return check_end();
}
