#include "sasl/client.h"
#include "sasl/little_endian.h"
#include "sasl/ntlm_challenge.h"

#include <assert.h>

/* A server's CHALLENGE_MESSAGE of NTLM: what is read of it, and the answer to
   it. */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum {
	OUT_MAX = 128 * 1024,
	/* Fields of AUTHENTICATE_MESSAGE ([MS-NLMP] 2.2.1.3). */
	AT_NT_RESPONSE = 20,
	FIELDS_END = 60,
	/* A response of version 1 has 24 octets, one of 2 at least these. */
	NT_RESPONSE_MIN = 44
};

static const struct ph_sasl_credentials user = {
	.username = PH_SPAN_INIT("J\xc3\xbcrg"),
	.password = PH_SPAN_INIT("pa\xc3\x9fword"),
	.has_password = true,
	.domain = PH_SPAN_INIT("Domain"),
	.host = PH_SPAN_INIT("mail.example.com"),
	.now = 1800000000,
	.nonce = "12345678",
};

static const struct ph_sasl_channel channel = {
	.secure = true,
	.end_point = PH_SPAN_INIT("0123456789abcdef0123456789abcdef"),
};

static void check_inside(struct ph_span part, struct ph_span whole)
{
	assert(part.len == 0 ||
	    (part.ptr >= whole.ptr &&
		part.ptr + part.len <= whole.ptr + whole.len));
}

static void check_parsed(struct ph_span raw)
{
	struct ph_ntlm_challenge c;
	struct ph_ntlm_attribute a;

	if (ph_ntlm_challenge_parse(raw, &c) != PH_OK)
		return;
	check_inside(c.nonce, raw);
	check_inside(c.attributes, raw);
	assert(c.nonce.len == PH_SASL_NONCE_SIZE);

	struct ph_span rest = c.attributes;

	while (ph_ntlm_attribute_next(&rest, &a)) {
		check_inside(a.raw, raw);
		assert(a.id != PH_NTLM_AV_EOL);
	}
	assert(rest.len == 0);
}

static void check_field(struct ph_span message, size_t at)
{
	size_t len = ph_le16(message.ptr + at);
	size_t offset = ph_le32(message.ptr + at + 4);

	assert(offset <= message.len && len <= message.len - offset);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ph_span raw = { (const char *)data, size };
	struct ph_sasl_client *s = NULL;
	struct ph_buf out;

	check_parsed(raw);
	ph_buf_init(&out, OUT_MAX);
	assert(ph_sasl_client_new("NTLM", &user, &channel, &s) == PH_OK);
	assert(ph_sasl_client_step(s, PH_SPAN(""), &out, NULL) == PH_OK);

	enum ph_err err = ph_sasl_client_step(s, raw, &out, NULL);

	/* PH_EINVAL: a name beyond ASCII, and a server without Unicode. */
	assert(err == PH_EOF || err == PH_EPROTO || err == PH_EINVAL);
	if (err == PH_EOF) {
		struct ph_span message = ph_buf_span(&out);

		assert(message.len >= FIELDS_END);
		for (size_t at = 12; at < FIELDS_END; at += 8)
			check_field(message, at);
		assert(
		    ph_le16(message.ptr + AT_NT_RESPONSE) >= NT_RESPONSE_MIN);
	}
	ph_sasl_client_free(s);
	ph_buf_wipe(&out);
	return 0;
}
