#include "sasl/client.h"

#include <assert.h>

/* The JSON in which a server refuses a token (RFC 7628 3.2.2): what is told of
   it, and that the token is not. */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum {
	OUT_MAX = 4096,
	REMARK_MAX = 512,
	CHALLENGE_MAX = 64 * 1024
};

#define TOKEN "t0k"

static const struct ph_sasl_credentials user = {
	.username = PH_SPAN_INIT("ann@example.com"),
	.token = PH_SPAN_INIT(TOKEN),
	.has_token = true,
	.host = PH_SPAN_INIT("mail.example.com"),
	.port = 587,
};

static const struct ph_sasl_channel channel = { .secure = true };

static void refuse(
    const char *mechanism, struct ph_span challenge, struct ph_span farewell)
{
	struct ph_sasl_client *s = NULL;
	struct ph_buf out;

	ph_buf_init(&out, OUT_MAX);
	assert(ph_sasl_client_new(mechanism, &user, &channel, &s) == PH_OK);
	assert(ph_sasl_client_step(s, PH_SPAN(""), &out, NULL) == PH_EOF);

	enum ph_err err = ph_sasl_client_step(s, challenge, &out, NULL);
	struct ph_span remark = ph_span_of(ph_sasl_client_remark(s));

	/* Whatever it is, the server gets to say its 535. */
	assert(err == (challenge.len > CHALLENGE_MAX ? PH_EPROTO : PH_EOF));
	assert(err != PH_EOF || ph_span_eq(ph_buf_span(&out), farewell));
	assert(remark.len <= REMARK_MAX);
	assert(!ph_span_has_control(remark));
	assert(memmem(remark.ptr, remark.len, TOKEN, strlen(TOKEN)) == NULL);
	/* And no yes after it. */
	assert(err != PH_EOF || ph_sasl_client_finish(s, NULL) == PH_EPROTO);
	ph_sasl_client_free(s);
	ph_buf_wipe(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ph_span challenge = { (const char *)data, size };

	refuse("OAUTHBEARER", challenge, PH_SPAN("\x01"));
	refuse("XOAUTH2", challenge, PH_SPAN(""));
	return 0;
}
