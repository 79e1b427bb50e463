#include "check.h"
#include "sasl/ntlm.h"
#include "sasl/ntlm_key.h"

#include <stdio.h>
#include <string.h>

/* The examples of [MS-NLMP] 4.2.4. */

static const char *hex(const struct ph_ntlm_key *key)
{
	static char text[2 * PH_NTLM_KEY_SIZE + 1];

	for (size_t i = 0; i < PH_NTLM_KEY_SIZE; i++) {
		(void)snprintf(
		    text + 2 * i, sizeof(text) - 2 * i, "%02x", key->octets[i]);
	}
	return text;
}

static const struct ph_span nonce =
    PH_SPAN_INIT("\x01\x23\x45\x67\x89\xab\xcd\xef");

/* 4.2.4.1.3 */
static const struct ph_span temp = PH_SPAN_INIT(
    "\x01\x01\0\0\0\0\0\0\0\0\0\0\0\0\0\0\xaa\xaa\xaa\xaa\xaa\xaa\xaa\xaa"
    "\0\0\0\0\x02\0\x0c\0D\0o\0m\0a\0i\0n\0\x01\0\x0c\0S\0e\0r\0v\0e\0r\0"
    "\0\0\0\0\0\0\0\0");

static void test_examples(void)
{
	const struct ph_legacy *hash = ph_legacy();
	struct ph_ntlm_key key;
	struct ph_ntlm_proof proof;

	check(ph_ntlm_key_make(hash, PH_SPAN("User"), PH_SPAN("Domain"),
		  PH_SPAN("Password"), &key) == PH_OK);
	/* 4.2.4.1.1 NTOWFv2() */
	check_str(hex(&key), "0c868a403bfd7a93a3001ef22ef02e3f");
	ph_ntlm_key_prove(hash, &key, nonce, temp, &proof);
	/* 4.2.4.2.2 the response begins with it */
	check_str(hex(&proof.proof), "68cd0ab851e51c96aabc927bebef6a1c");
	/* 4.2.4.1.2 session base key */
	check_str(hex(&proof.session), "8de40ccadbc14a82f15cb0ad0de95ca3");
}

/* The name's case does not matter; that of all else does. */
static void test_case(void)
{
	static const struct {
		const char *username, *domain, *password;
		bool same;
	} rows[] = {
		{ "USER", "Domain", "Password", true },
		{ "user", "Domain", "Password", true },
		{ "User", "DOMAIN", "Password", false },
		{ "User", "Domain", "password", false },
		{ "User", "", "Password", false },
	};

	for (size_t i = 0; i < PH_COUNT(rows); i++) {
		struct ph_ntlm_key key;

		check_case("case", i);
		check(
		    ph_ntlm_key_make(ph_legacy(), ph_span_of(rows[i].username),
			ph_span_of(rows[i].domain),
			ph_span_of(rows[i].password), &key) == PH_OK);
		check_int(
		    strcmp(hex(&key), "0c868a403bfd7a93a3001ef22ef02e3f") == 0,
		    rows[i].same);
	}
}

static void test_limits(void)
{
	static char text[PH_NTLM_TEXT_MAX + 1];
	struct ph_span most = { text, PH_NTLM_TEXT_MAX };
	struct ph_span more = { text, PH_NTLM_TEXT_MAX + 1 };
	struct ph_span bad = PH_SPAN("\xff");
	struct ph_span a = PH_SPAN("a");
	const struct ph_legacy *hash = ph_legacy();
	struct ph_ntlm_key key;

	memset(text, 'x', sizeof(text));
	check(ph_ntlm_key_make(hash, most, most, most, &key) == PH_OK);
	check(ph_ntlm_key_make(hash, more, a, a, &key) == PH_EINVAL);
	check(ph_ntlm_key_make(hash, a, more, a, &key) == PH_EINVAL);
	check(ph_ntlm_key_make(hash, a, a, more, &key) == PH_EINVAL);
	check(ph_ntlm_key_make(hash, bad, a, a, &key) == PH_EINVAL);
	check(ph_ntlm_key_make(hash, a, bad, a, &key) == PH_EINVAL);
	check(ph_ntlm_key_make(hash, a, a, bad, &key) == PH_EINVAL);
}

int main(void)
{
	test_examples();
	test_case();
	test_limits();
	return check_end();
}
