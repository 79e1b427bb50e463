#include "sasl/client.h"
#include "sasl/server.h"

#include <assert.h>

/* Both sides of a login against a peer that says anything.  The first octet
   chooses the mechanism; lines are steps.  "@" at the start of a line stands
   for what our side said last, so that nonces can be guessed. */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const mechanisms[] = { "SCRAM-SHA-256-PLUS", "SCRAM-SHA-256",
	"SCRAM-SHA-1-PLUS", "SCRAM-SHA-1", "EXTERNAL", "CRAM-MD5", "LOGIN",
	"PLAIN", "ANONYMOUS" };

static const struct ph_sasl_channel channel = {
	.secure = true,
	.binding = PH_BINDING_TLS_EXPORTER,
	.binding_data = PH_SPAN_INIT("0123456789abcdef0123456789abcdef"),
};

static const struct ph_sasl_user user = {
	.name = PH_SPAN_INIT("ann"),
	.password = PH_SPAN_INIT("secret"),
};

enum {
	OUT_MAX = 64 * 1024,
	STEP_MAX = 128 * 1024,
	/* A million rounds of a hash in each step would be all we test. */
	STEPS_MAX = 6
};

/* The peer's words, with ours put in; false: too long. */
static bool quote(
    struct ph_span line, const struct ph_buf *ours, struct ph_buf *out)
{
	struct ph_span said = ph_buf_span(ours);
	size_t nonce = 0;

	ph_buf_clear(out);
	if (line.len == 0 || line.ptr[0] != '@')
		return ph_buf_append(out, line) == PH_OK;
	/* SCRAM: only the nonce is of use. */
	while (nonce + 2 < said.len &&
	    (said.ptr[nonce] != 'r' || said.ptr[nonce + 1] != '='))
		nonce++;
	return ph_buf_append(out, ph_span_skip(said, nonce)) == PH_OK &&
	    ph_buf_append(out, ph_span_skip(line, 1)) == PH_OK;
}

/* i= up to the limit is lawful, and slow. */
static bool is_slow(struct ph_span line)
{
	size_t digits = 0;

	for (size_t i = 0; i < line.len; i++) {
		bool digit = line.ptr[i] >= '0' && line.ptr[i] <= '9';

		digits = digit ? digits + 1 : 0;
		if (digits > 4)
			return true;
	}
	return false;
}

static void run_client(const char *mechanism, struct ph_span text)
{
	struct ph_sasl_credentials cred = {
		.username = user.name,
		.password = user.password,
		.has_password = true,
		.has_certificate = true,
	};
	struct ph_sasl_client *s = NULL;
	struct ph_buf out, in;
	struct ph_span line = { "", 0 };
	enum ph_err err = ph_sasl_client_new(mechanism, &cred, &channel, &s);

	assert(err == PH_OK);
	ph_buf_init(&out, OUT_MAX);
	ph_buf_init(&in, STEP_MAX);
	if (ph_sasl_client_is_first(s))
		err = ph_sasl_client_step(s, line, &out, NULL);
	for (int i = 0; i < STEPS_MAX && ph_span_split(&text, '\n', &line);
	     i++) {
		struct ph_fault fault = { 0 };

		if (is_slow(line) || !quote(line, &out, &in))
			break;
		err = ph_sasl_client_step(s, ph_buf_span(&in), &out, &fault);
		assert(err == PH_OK || err == PH_EOF || err == PH_EPROTO ||
		    err == PH_EDENIED);
		/* No word of the password in a fault. */
		assert(strstr(fault.text, "secret") == NULL ||
		    strstr(ph_buf_str(&in), "secret") != NULL);
	}
	err = ph_sasl_client_finish(s, NULL);
	/* Nobody but who has the password proves it. */
	assert(err == PH_EPROTO ||
	    strncmp(mechanism, "SCRAM", strlen("SCRAM")) != 0);
	ph_sasl_client_free(s);
	ph_buf_wipe(&out);
	ph_buf_wipe(&in);
}

static void run_server(const char *mechanism, struct ph_span text)
{
	static const struct ph_sasl_users users = {
		.items = &user, .count = 1, .anonymous = true
	};
	struct ph_sasl_server *s = NULL;
	struct ph_buf out, in;
	struct ph_span line = { "", 0 };

	if (ph_sasl_server_new(ph_span_of(mechanism), &users, &channel, &s) !=
	    PH_OK)
		return;
	ph_buf_init(&out, OUT_MAX);
	ph_buf_init(&in, STEP_MAX);
	for (int i = 0; i < STEPS_MAX && ph_span_split(&text, '\n', &line);
	     i++) {
		if (!quote(line, &out, &in))
			break;

		enum ph_err err =
		    ph_sasl_server_step(s, ph_buf_span(&in), true, &out);

		assert(err == PH_OK || err == PH_EOF || err == PH_EDENIED);
		/* Who is let in by a password is the one who has it. */
		if (err == PH_EOF && strcmp(mechanism, "ANONYMOUS") != 0) {
			assert(
			    ph_span_eq(ph_sasl_server_username(s), user.name));
		}
	}
	ph_sasl_server_free(s);
	ph_buf_wipe(&out);
	ph_buf_wipe(&in);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size == 0)
		return 0;

	struct ph_span text = { (const char *)data + 1, size - 1 };
	const char *mechanism = mechanisms[data[0] % PH_COUNT(mechanisms)];

	run_client(mechanism, text);
	run_server(mechanism, text);
	return 0;
}
