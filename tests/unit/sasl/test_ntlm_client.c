#include "check.h"
#include "exact.h"
#include "freewatch.h"
#include "sasl/client.h"

#include <openssl/hmac.h>
#include <string.h>

/* NTLM as a mechanism: what goes over the wire and when.  The messages
   themselves are test_ntlm.c's. */

enum {
	OUT_MAX = 64 * 1024
};

#define NONCE "\x01\x23\x45\x67\x89\xab\xcd\xef"
/* CHALLENGE_MESSAGE of [MS-NLMP] 4.2.4.3. */
#define CHALLENGE                                                        \
 "NTLMSSP\0\x02\0\0\0\x0c\0\x0c\0\x38\0\0\0\x33\x82\x8a\xe2" NONCE       \
 "\0\0\0\0\0\0\0\0\x24\0\x24\0\x44\0\0\0\x06\0\x70\x17\0\0\0\x0fS\0e\0r" \
 "\0v\0e\0r\0\x02\0\x0c\0D\0o\0m\0a\0i\0n\0\x01\0\x0c\0S\0e\0r\0v\0e\0r" \
 "\0\0\0\0\0"

/* NTOWFv2 of User, Password and Domain ([MS-NLMP] 4.2.4.1.1). */
static const unsigned char key[] = { 0x0c, 0x86, 0x8a, 0x40, 0x3b, 0xfd, 0x7a,
	0x93, 0xa3, 0x00, 0x1e, 0xf2, 0x2e, 0xf0, 0x2e, 0x3f };

static const struct ph_sasl_credentials user = {
	.username = PH_SPAN_INIT("User"),
	.password = PH_SPAN_INIT("Password"),
	.has_password = true,
	.domain = PH_SPAN_INIT("Domain"),
	.host = PH_SPAN_INIT("mx"),
	.now = 1,
	.nonce = "\xaa\xaa\xaa\xaa\xaa\xaa\xaa\xaa",
};

static const struct ph_sasl_channel channel = {
	.secure = true,
	.end_point = PH_SPAN_INIT("12345678"),
};

static struct ph_sasl_client *start(const struct ph_sasl_credentials *cred)
{
	struct ph_sasl_client *s = NULL;

	check(ph_sasl_client_new("ntlm", cred, &channel, &s) == PH_OK);
	check(ph_sasl_client_is_first(s));
	check(!ph_sasl_client_may_block(s));
	return s;
}

static struct ph_span response_of(struct ph_span message)
{
	size_t len = (unsigned char)message.ptr[20] |
	    (size_t)(unsigned char)message.ptr[21] << 8;
	size_t at = (unsigned char)message.ptr[24] |
	    (size_t)(unsigned char)message.ptr[25] << 8;

	check(at <= message.len && len <= message.len - at);
	return ph_span_first(ph_span_skip(message, at), len);
}

/* The proof over the server's nonce and what stands behind it. */
static bool is_proved(struct ph_span response)
{
	char text[4096];
	unsigned char proof[16];
	unsigned len = 0;

	if (response.len < 44 || response.len > sizeof(text))
		return false;
	memcpy(text, NONCE, 8);
	memcpy(text + 8, response.ptr + 16, response.len - 16);
	return HMAC(EVP_md5(), key, sizeof(key), (unsigned char *)text,
		   response.len - 8, proof, &len) != NULL &&
	    memcmp(proof, response.ptr, 16) == 0;
}

static bool holds(struct ph_span in, struct ph_span what)
{
	return memmem(in.ptr, in.len, what.ptr, what.len) != NULL;
}

static void test_login(void)
{
	struct ph_sasl_client *s = start(&user);
	struct ph_fault fault = { 0 };
	struct ph_buf out;

	ph_buf_init(&out, OUT_MAX);
	check(ph_sasl_client_step(s, PH_SPAN(""), &out, NULL) == PH_OK);
	check(ph_span_eq(ph_span_first(ph_buf_span(&out), 12),
	    PH_SPAN("NTLMSSP\0\x01\0\0\0")));
	check(ph_sasl_client_finish(s, NULL) == PH_EPROTO);
	check(ph_sasl_client_step(s, PH_SPAN(CHALLENGE), &out, NULL) == PH_EOF);

	struct ph_span response = response_of(ph_buf_span(&out));

	check(is_proved(response));
	/* The service, the channel, who and where. */
	check(holds(response, PH_SPAN("\x09\0\x0e\0S\0M\0T\0P\0/\0m\0x\0")));
	check(holds(response,
	    PH_SPAN("\x0a\0\x10\0\xb2\x81\xfd\x82\xda\x60\xe2\xb5\x03\x20\x1b"
		    "\x1d\x34\xbd\x2d\xd4")));
	check(holds(ph_buf_span(&out), PH_SPAN("D\0o\0m\0a\0i\0n\0")));
	check(holds(ph_buf_span(&out), PH_SPAN("U\0s\0e\0r\0")));
	check(holds(response, PH_SPAN("\xaa\xaa\xaa\xaa\xaa\xaa\xaa\xaa")));
	check(ph_sasl_client_finish(s, NULL) == PH_OK);
	check(ph_sasl_client_step(s, PH_SPAN(CHALLENGE), &out, &fault) ==
	    PH_EPROTO);
	check(strstr(fault.text, "after the end") != NULL);
	check_int(out.len, 0);
	ph_sasl_client_free(s);
	ph_buf_wipe(&out);
}

static const struct {
	struct ph_span challenge;
	const char *words;
} bad[] = {
	{ PH_SPAN_INIT(""), "an empty challenge" },
	{ PH_SPAN_INIT("ntlm supported"), "not a challenge" },
	{ PH_SPAN_INIT("NTLMSSP\0\x01\0\0\0\x07\x82\x88\x20\0\0\0\0\0\0\0\0"
		       "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"),
	    "not a challenge" },
	{ PH_SPAN_INIT("NTLMSSP\0\x03\0\0\0"), "not a challenge" },
};

static void check_bad(struct ph_span challenge, const char *words)
{
	struct ph_span copy = exact_copy(challenge);
	struct ph_sasl_client *s = start(&user);
	struct ph_fault fault = { 0 };
	struct ph_buf out;

	ph_buf_init(&out, OUT_MAX);
	check(ph_sasl_client_step(s, PH_SPAN(""), &out, NULL) == PH_OK);
	check(ph_sasl_client_step(s, copy, &out, &fault) == PH_EPROTO);
	check(strstr(fault.text, words) != NULL);
	check_int(fault.cause, PH_CAUSE_AUTH_MECHANISM);
	check_int(out.len, 0);
	ph_sasl_client_free(s);
	ph_buf_wipe(&out);
	exact_free(copy);
}

static void test_bad(void)
{
	static char huge[20 * 1024] = CHALLENGE;

	for (size_t i = 0; i < PH_COUNT(bad); i++) {
		check_case("bad", i);
		check_bad(bad[i].challenge, bad[i].words);
	}
	/* Cut before the end of the attributes; between the two it is what
	   servers without any send. */
	for (size_t len = 1; len < sizeof(CHALLENGE) - 5;
	     len += len == 31 ? 17 : 1) {
		check_case("cut", len);
		check_bad(ph_span_first(PH_SPAN(CHALLENGE), len), "challenge");
	}
	check_case("long", 0);
	check_bad((struct ph_span){ huge, sizeof(huge) }, "challenge");
}

/* Where the domain stands before the name, and what cannot be carried. */
static void test_names(void)
{
	struct ph_sasl_credentials cred = user;
	struct ph_sasl_client *s = NULL;
	struct ph_buf out;

	ph_buf_init(&out, OUT_MAX);
	cred.username = PH_SPAN("Domain\\User");
	cred.domain = PH_SPAN("");
	cred.host = PH_SPAN("");
	s = start(&cred);
	check(ph_sasl_client_step(s, PH_SPAN(""), &out, NULL) == PH_OK);
	check(ph_sasl_client_step(s, PH_SPAN(CHALLENGE), &out, NULL) == PH_EOF);
	check(is_proved(response_of(ph_buf_span(&out))));
	ph_sasl_client_free(s);

	struct ph_fault fault = { 0 };

	cred.password = PH_SPAN("\xff");
	s = start(&cred);
	check(ph_sasl_client_step(s, PH_SPAN(""), &out, NULL) == PH_OK);
	check(ph_sasl_client_step(s, PH_SPAN(CHALLENGE), &out, &fault) ==
	    PH_EINVAL);
	check(strstr(fault.text, "cannot carry") != NULL);
	check_int(out.len, 0);
	ph_sasl_client_free(s);

	static char huge[70 * 1024];

	memset(huge, 'x', sizeof(huge));
	cred = user;
	cred.password = (struct ph_span){ huge, sizeof(huge) };
	s = NULL;
	check(ph_sasl_client_new("NTLM", &cred, &channel, &s) == PH_EINVAL);
	cred = user;
	cred.host = (struct ph_span){ huge, 600 };
	check(ph_sasl_client_new("NTLM", &cred, &channel, &s) == PH_EINVAL);
	check(s == NULL);
	ph_buf_wipe(&out);
}

static void test_wiped(void)
{
	struct ph_buf out;

	freewatch_for("Password");
	ph_buf_init(&out, OUT_MAX);

	struct ph_sasl_client *s = start(&user);

	check(ph_sasl_client_step(s, PH_SPAN(""), &out, NULL) == PH_OK);
	check(ph_sasl_client_step(s, PH_SPAN(CHALLENGE), &out, NULL) == PH_EOF);
	ph_sasl_client_free(s);
	ph_sasl_client_free(start(&user));
	ph_buf_wipe(&out);
	check_int(freewatch_found(), 0);
	freewatch_for(NULL);
}

int main(void)
{
	test_login();
	test_bad();
	test_names();
	test_wiped();
	return check_end();
}
