#include "sasl/client.h"

#include <assert.h>

/* A SCRAM server's messages, a line each: "@" stands for the client's nonce, so
   that what is behind it is reached.  The first octet chooses the mechanism. */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const mechanisms[] = { "SCRAM-SHA-256", "SCRAM-SHA-1",
	"SCRAM-SHA-256-PLUS", "SCRAM-SHA-1-PLUS" };

static const struct ph_sasl_credentials user = {
	.username = PH_SPAN_INIT("user"),
	.password = PH_SPAN_INIT("p3ncil"),
	.has_password = true,
};

static const struct ph_sasl_channel channel = {
	.secure = true,
	.binding = PH_BINDING_TLS_EXPORTER,
	.binding_data = PH_SPAN_INIT("0123456789abcdef0123456789abcdef"),
};

enum {
	OUT_MAX = 256 * 1024,
	LINES_MAX = 4,
	/* Of an iteration count: more is lawful up to a million, and slow. */
	DIGITS_MAX = 4
};

static bool is_slow(struct ph_span line)
{
	size_t digits = 0;

	for (size_t i = 0; i < line.len; i++) {
		bool digit = line.ptr[i] >= '0' && line.ptr[i] <= '9';

		digits = digit ? digits + 1 : 0;
		if (digits > DIGITS_MAX)
			return true;
	}
	return false;
}

static struct ph_span nonce_of(struct ph_span first)
{
	for (size_t i = 0; i + 3 < first.len; i++) {
		if (memcmp(first.ptr + i, ",r=", 3) == 0)
			return ph_span_skip(first, i + 3);
	}
	return (struct ph_span){ 0 };
}

static bool quote(struct ph_span line, struct ph_span nonce, struct ph_buf *out)
{
	ph_buf_clear(out);
	for (size_t i = 0; i < line.len; i++) {
		enum ph_err err = line.ptr[i] == '@'
		    ? ph_buf_append(out, nonce)
		    : ph_buf_append_char(out, line.ptr[i]);

		if (err != PH_OK)
			return false;
	}
	return true;
}

/* True when the server was told everything it may want. */
static bool talk(struct ph_sasl_client *s, struct ph_span text)
{
	struct ph_buf first, out, in;
	struct ph_span line;
	enum ph_err err = PH_OK;

	ph_buf_init(&first, OUT_MAX);
	ph_buf_init(&out, OUT_MAX);
	ph_buf_init(&in, OUT_MAX);
	assert(ph_sasl_client_step(s, PH_SPAN(""), &first, NULL) == PH_OK);
	for (int i = 0; i < LINES_MAX && ph_span_split(&text, '\n', &line);
	     i++) {
		struct ph_fault fault = { 0 };

		if (is_slow(line) ||
		    !quote(line, nonce_of(ph_buf_span(&first)), &in))
			break;
		err = ph_sasl_client_step(s, ph_buf_span(&in), &out, &fault);
		assert(err == PH_OK || err == PH_EOF || err == PH_EPROTO ||
		    err == PH_EDENIED);
		assert((err == PH_EPROTO || err == PH_EDENIED) ==
		    ph_fault_is_set(&fault));
		assert(strstr(fault.text, "p3ncil") == NULL ||
		    strstr(ph_buf_str(&in), "p3ncil") != NULL);
		/* Nothing is said to what was not understood. */
		assert(out.len == 0 || err == PH_OK);
		/* Our nonce is in what we prove. */
		assert(
		    out.len == 0 || memmem(out.ptr, out.len, "r=", 2) != NULL);
	}
	ph_buf_wipe(&first);
	ph_buf_wipe(&out);
	ph_buf_wipe(&in);
	return err == PH_EOF;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ph_sasl_client *s = NULL;

	if (size == 0)
		return 0;
	assert(ph_sasl_client_new(mechanisms[data[0] % PH_COUNT(mechanisms)],
		   &user, &channel, &s) == PH_OK);
	(void)talk(s, (struct ph_span){ (const char *)data + 1, size - 1 });
	/* Nobody but who has the password proves it. */
	assert(ph_sasl_client_finish(s, NULL) == PH_EPROTO);
	ph_sasl_client_free(s);
	return 0;
}
