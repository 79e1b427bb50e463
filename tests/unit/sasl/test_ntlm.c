#include "check.h"
#include "exact.h"
#include "sasl/ntlm.h"
#include "sasl/ntlm_challenge.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <string.h>

/* What we write, read by other hands: the fields by their offsets, the proof
   and the MIC by OpenSSL, with the key that [MS-NLMP] 4.2.4.1.1 gives. */

#define NONCE "\x01\x23\x45\x67\x89\xab\xcd\xef"
#define MINE  "\xaa\xbb\xcc\xdd\xee\xff\0\x11"
#define ATTRIBUTES                             \
 "\x02\0\x0c\0D\0o\0m\0a\0i\0n\0\x01\0\x0c\0S" \
 "\0e\0r\0v\0e\0r\0"
#define TIME "\x07\0\x08\0\x01\x02\x03\x04\x05\x06\x07\x01"
/* A challenge with that many octets of attributes. */
#define CHALLENGE(flags, size, attributes)                        \
 PH_SPAN_INIT("NTLMSSP\0\x02\0\0\0\0\0\0\0\x30\0\0\0" flags NONCE \
	      "\0\0\0\0\0\0\0\0" size "\0" size "\0\x30\0\0\0" attributes)
#define UNICODE "\x05\x82\x88\xa2"
#define OEM     "\x06\x82\x88\xa2"

static const unsigned char key[] = { 0x0c, 0x86, 0x8a, 0x40, 0x3b, 0xfd, 0x7a,
	0x93, 0xa3, 0x00, 0x1e, 0xf2, 0x2e, 0xf0, 0x2e, 0x3f };

static const struct ph_ntlm_login user = {
	.username = PH_SPAN_INIT("User"),
	.password = PH_SPAN_INIT("Password"),
	.domain = PH_SPAN_INIT("Domain"),
	.now = 1,
	.nonce = MINE,
};

static uint32_t number(struct ph_span s, size_t at, size_t len)
{
	uint32_t n = 0;

	for (size_t i = len; i > 0; i--)
		n = n << 8 | (unsigned char)s.ptr[at + i - 1];
	return n;
}

static struct ph_span field(struct ph_span message, size_t at)
{
	size_t len = number(message, at, 2);
	size_t offset = number(message, at + 4, 4);

	check(number(message, at + 2, 2) == len);
	check(offset <= message.len && len <= message.len - offset);
	if (offset > message.len || len > message.len - offset)
		return (struct ph_span){ 0 };
	return ph_span_first(ph_span_skip(message, offset), len);
}

static void hmac(const unsigned char *with, struct ph_span a, struct ph_span b,
    unsigned char out[16])
{
	char text[8192];
	unsigned len = 0;

	check(a.len + b.len <= sizeof(text));
	memcpy(text, a.ptr, a.len);
	memcpy(text + a.len, b.ptr, b.len);
	check(HMAC(EVP_md5(), with, 16, (const unsigned char *)text,
		  a.len + b.len, out, &len) != NULL &&
	    len == 16);
}

/* The server's judgement: the proof over its nonce and what stands behind. */
static bool is_proved(struct ph_span message, unsigned char session[16])
{
	struct ph_span response = field(message, 20);
	unsigned char proof[16];

	if (response.len < 44)
		return false;
	hmac(key, PH_SPAN(NONCE), ph_span_skip(response, 16), proof);
	hmac(key, (struct ph_span){ (const char *)proof, 16 }, PH_SPAN(""),
	    session);
	return memcmp(proof, response.ptr, 16) == 0;
}

static bool has_good_mic(struct ph_span message, struct ph_span challenge,
    const unsigned char session[16])
{
	struct ph_buf all;
	unsigned char mic[16];

	ph_buf_init(&all, 8192);
	check(ph_ntlm_negotiate(&all) == PH_OK);
	check(ph_buf_append(&all, challenge) == PH_OK);

	size_t at = all.len;

	check(ph_buf_append(&all, message) == PH_OK);
	memset(all.ptr + at + 72, 0, 16);
	hmac(session, ph_buf_span(&all), PH_SPAN(""), mic);
	ph_buf_release(&all);
	return memcmp(mic, message.ptr + 72, 16) == 0;
}

static void test_negotiate(void)
{
	struct ph_buf out;

	ph_buf_init(&out, 100);
	check(ph_ntlm_negotiate(&out) == PH_OK);
	check(ph_span_eq(ph_buf_span(&out),
	    PH_SPAN("NTLMSSP\0\x01\0\0\0\x07\x82\x88\x20\0\0\0\0\0\0\0\0"
		    "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0")));
	ph_buf_release(&out);
	for (size_t max = 0; max < 40; max++) {
		ph_buf_init(&out, max);
		check(ph_ntlm_negotiate(&out) == PH_ETOOBIG);
		ph_buf_release(&out);
	}
}

/* What the attributes become. */
#define EOL   "\0\0\0\0"
#define FLAGS "\x06\0\x04\0\x02\0\0\0"
#define BOUND "\x0a\0\x10\0"
#define FREE  BOUND "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
/* MD5 of 16 zeros, 29 as a number, "tls-server-end-point:12345678" */
#define TIED \
 BOUND "\xb2\x81\xfd\x82\xda\x60\xe2\xb5\x03\x20\x1b\x1d\x34\xbd\x2d\xd4"
#define SERVICE "\x09\0\x08\0S\0/\0m\0x\0"

static const struct {
	const char *name;
	struct ph_span challenge;
	struct ph_span want; /* the response's attributes */
	const char *service;
	const char *end_point;
	bool has_mic;
	bool oem;
} rows[] = {
	{ .name = "the example",
	    .challenge = CHALLENGE(UNICODE, "\x24", ATTRIBUTES EOL),
	    .want = PH_SPAN_INIT(ATTRIBUTES FREE EOL) },
	{ .name = "with a time",
	    .challenge = CHALLENGE(UNICODE, "\x30", ATTRIBUTES TIME EOL),
	    .want = PH_SPAN_INIT(ATTRIBUTES TIME FLAGS FREE EOL),
	    .has_mic = true },
	{ .name = "with flags",
	    .challenge =
		CHALLENGE(UNICODE, "\x0c", "\x06\0\x04\0\x05\0\0\0" EOL),
	    .want = PH_SPAN_INIT("\x06\0\x04\0\x07\0\0\0" FREE EOL),
	    .has_mic = true },
	{ .name = "bound to the channel, and for this service",
	    .challenge = CHALLENGE(UNICODE, "\x30", ATTRIBUTES TIME EOL),
	    .want = PH_SPAN_INIT(ATTRIBUTES TIME FLAGS TIED SERVICE EOL),
	    .service = "S/mx",
	    .end_point = "12345678",
	    .has_mic = true },
	{ .name = "theirs in place of ours",
	    .challenge = CHALLENGE(UNICODE, "\x1e",
		BOUND "0123456789abcdef"
		      "\x09\0\x02\0x\0" EOL),
	    .want = PH_SPAN_INIT(FREE SERVICE EOL),
	    .service = "S/mx" },
	{ .name = "what follows their end",
	    .challenge = CHALLENGE(UNICODE, "\x0c", EOL TIME),
	    .want = PH_SPAN_INIT(FREE EOL) },
	{ .name = "no attributes at all",
	    .challenge = PH_SPAN_INIT("NTLMSSP\0\x02\0\0\0\0\0\0\0\x30\0\0\0"
				      "\x05\x82\x08\xa0" NONCE),
	    .want = PH_SPAN_INIT(EOL),
	    .service = "S/mx",
	    .end_point = "12345678" },
	{ .name = "a server without Unicode",
	    .challenge = CHALLENGE(OEM, "\x24", ATTRIBUTES EOL),
	    .want = PH_SPAN_INIT(ATTRIBUTES FREE EOL),
	    .oem = true },
};

static void check_names(struct ph_span message, bool oem)
{
	if (oem) {
		check(ph_span_eq(field(message, 28), PH_SPAN("Domain")));
		check(ph_span_eq(field(message, 36), PH_SPAN("User")));
		return;
	}
	check(ph_span_eq(field(message, 28), PH_SPAN("D\0o\0m\0a\0i\0n\0")));
	check(ph_span_eq(field(message, 36), PH_SPAN("U\0s\0e\0r\0")));
}

static void test_authenticate(void)
{
	for (size_t i = 0; i < PH_COUNT(rows); i++) {
		struct ph_span raw = exact_copy(rows[i].challenge);
		struct ph_ntlm_login login = user;
		unsigned char session[16];
		struct ph_buf out;

		check_case(rows[i].name, i);
		login.service = ph_span_of(rows[i].service);
		login.end_point = ph_span_of(rows[i].end_point);
		ph_buf_init(&out, PH_NTLM_MESSAGE_MAX);
		/* It is appended. */
		check(ph_buf_append_str(&out, "before") == PH_OK);
		check(ph_ntlm_authenticate(&login, raw, &out) == PH_OK);

		struct ph_span m = ph_span_skip(ph_buf_span(&out), 6);

		check(
		    m.len > 72 && memcmp(m.ptr, "NTLMSSP\0\x03\0\0", 12) == 0);
		check_names(m, rows[i].oem);
		check_int(field(m, 44).len, 0);
		check_int(field(m, 52).len, 0);
		/* Never the response of LAN Manager. */
		check(ph_span_eq(field(m, 12),
		    PH_SPAN("\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
			    "\0\0")));
		check_int(number(m, 60, 4) & 0x40000033, rows[i].oem ? 2 : 1);
		check(is_proved(m, session));
		check_int(has_good_mic(m, raw, session), rows[i].has_mic);

		struct ph_span temp = ph_span_skip(field(m, 20), 16);

		check(memcmp(temp.ptr, "\x01\x01\0\0\0\0\0", 8) == 0);
		check(memcmp(temp.ptr + 16, MINE, 8) == 0);
		check(ph_span_eq(
		    ph_span_first(ph_span_skip(temp, 28), temp.len - 32),
		    rows[i].want));
		exact_free(raw);
		ph_buf_wipe(&out);
	}
}

static uint64_t time_said(struct ph_span challenge, ph_unixtime now)
{
	struct ph_ntlm_login login = user;
	struct ph_buf out;

	login.now = now;
	ph_buf_init(&out, PH_NTLM_MESSAGE_MAX);
	check(ph_ntlm_authenticate(&login, challenge, &out) == PH_OK);

	struct ph_span r = field(ph_buf_span(&out), 20);
	uint64_t said = number(r, 24, 4) | (uint64_t)number(r, 28, 4) << 32;

	ph_buf_wipe(&out);
	return said;
}

/* The server's time where it tells one, so that its clock is right. */
static void test_time(void)
{
	static const struct ph_span without =
	    CHALLENGE(UNICODE, "\x24", ATTRIBUTES EOL);
	static const struct ph_span with =
	    CHALLENGE(UNICODE, "\x30", ATTRIBUTES TIME EOL);

	check(time_said(without, 0) == 116444736000000000);
	check(time_said(without, 1) == 116444736010000000);
	check(time_said(with, 1) == 0x0107060504030201);
}

/* "DOMAIN\name" is the same as both apart. */
static void test_split(void)
{
	static const struct {
		struct ph_span username, domain;
		const char *said_name, *said_domain;
	} names[] = {
		{ PH_SPAN_INIT("D\\ann"), PH_SPAN_INIT(""), "ann", "D" },
		{ PH_SPAN_INIT("\\ann"), PH_SPAN_INIT(""), "ann", "" },
		{ PH_SPAN_INIT("D\\ann"), PH_SPAN_INIT("E"), "D\\ann", "E" },
		{ PH_SPAN_INIT("a\\b\\c"), PH_SPAN_INIT(""), "b\\c", "a" },
		{ PH_SPAN_INIT("ann@x"), PH_SPAN_INIT(""), "ann@x", "" },
	};
	static const struct ph_span challenge =
	    CHALLENGE(OEM, "\x24", ATTRIBUTES EOL);

	for (size_t i = 0; i < PH_COUNT(names); i++) {
		struct ph_ntlm_login login = user;
		struct ph_buf out;

		check_case("split", i);
		login.username = names[i].username;
		login.domain = names[i].domain;
		ph_buf_init(&out, PH_NTLM_MESSAGE_MAX);
		check(ph_ntlm_authenticate(&login, challenge, &out) == PH_OK);
		check(ph_span_eq(field(ph_buf_span(&out), 36),
		    ph_span_of(names[i].said_name)));
		check(ph_span_eq(field(ph_buf_span(&out), 28),
		    ph_span_of(names[i].said_domain)));
		ph_buf_wipe(&out);
	}
}

static void test_refused(void)
{
	static const struct ph_span unicode =
	    CHALLENGE(UNICODE, "\x24", ATTRIBUTES EOL);
	static const struct ph_span oem =
	    CHALLENGE(OEM, "\x24", ATTRIBUTES EOL);
	static char text[PH_NTLM_TEXT_MAX + 1];
	struct ph_span more = { text, sizeof(text) };
	struct ph_ntlm_login login = user;
	struct ph_buf out;

	memset(text, 'x', sizeof(text));
	ph_buf_init(&out, PH_NTLM_MESSAGE_MAX);
	check(
	    ph_ntlm_authenticate(&user, PH_SPAN("NTLMSSP"), &out) == PH_EPROTO);
	login.username = PH_SPAN("j\xc3\xbcrg");
	check(ph_ntlm_authenticate(&login, unicode, &out) == PH_OK);
	ph_buf_clear(&out);
	check(ph_ntlm_authenticate(&login, oem, &out) == PH_EINVAL);
	login = user;
	login.password = more;
	check(ph_ntlm_authenticate(&login, unicode, &out) == PH_EINVAL);
	login = user;
	login.service = more;
	check(ph_ntlm_authenticate(&login, unicode, &out) == PH_EINVAL);
	login = user;
	login.end_point = (struct ph_span){ text, 65 };
	check(ph_ntlm_authenticate(&login, unicode, &out) == PH_EINVAL);
	ph_buf_wipe(&out);

	/* No room for the answer, wherever it ends. */
	for (size_t max = 0; max < 200; max++) {
		ph_buf_init(&out, max);
		check(ph_ntlm_authenticate(&user, unicode, &out) == PH_ETOOBIG);
		ph_buf_wipe(&out);
	}
}

int main(void)
{
	test_negotiate();
	test_authenticate();
	test_time();
	test_split();
	test_refused();
	return check_end();
}
