#include "gsasl/library.h"

#include "base/base64.h"
#include "base/secret.h"

#include <stdlib.h>

enum {
	/* An exporter value has 32 octets, the longest Finished 64. */
	BINDING_MAX = 1024,
	BINDING_TEXT_MAX = BINDING_MAX * 2
};

static enum ph_err set_text(
    Gsasl_session *session, Gsasl_property property, const char *text)
{
	return gsasl_property_set(session, property, text) == GSASL_OK
	    ? PH_OK
	    : PH_ENOMEM;
}

enum ph_err ph_gsasl_property(
    Gsasl_session *session, Gsasl_property property, struct ph_span value)
{
	struct ph_secret copy = { 0 };

	if (value.len > 0 && memchr(value.ptr, '\0', value.len) != NULL)
		return PH_EINVAL;

	enum ph_err err = ph_secret_set(&copy, value);
	if (err != PH_OK)
		return err == PH_ETOOBIG ? PH_EINVAL : err;
	err = set_text(session, property, copy.ptr);
	ph_secret_release(&copy);
	return err;
}

enum ph_err ph_gsasl_bind(
    Gsasl_session *session, const struct ph_sasl_channel *channel)
{
	Gsasl_property property = channel->binding == PH_BINDING_TLS_EXPORTER
	    ? GSASL_CB_TLS_EXPORTER
	    : GSASL_CB_TLS_UNIQUE;
	struct ph_buf text;

	if (channel->binding == PH_BINDING_NONE ||
	    channel->binding_data.len == 0 ||
	    channel->binding_data.len > BINDING_MAX)
		return PH_EINVAL;
	ph_buf_init(&text, BINDING_TEXT_MAX);

	enum ph_err err = ph_base64_encode(channel->binding_data, &text);
	if (err == PH_OK)
		err = set_text(session, property, ph_buf_str(&text));
	ph_buf_wipe(&text);
	return err;
}

enum ph_err ph_gsasl_step(
    Gsasl_session *session, struct ph_span in, struct ph_buf *out, int *rc_out)
{
	char *answer = NULL;
	size_t len = 0;
	enum ph_err err = PH_OK;

	ph_buf_clear(out);
	*rc_out = gsasl_step(
	    session, in.len == 0 ? "" : in.ptr, in.len, &answer, &len);
	if (*rc_out != GSASL_OK && *rc_out != GSASL_NEEDS_MORE)
		len = 0;
	if (answer != NULL) {
		err = ph_buf_append(out, (struct ph_span){ answer, len });
		explicit_bzero(answer, len);
		gsasl_free(answer);
	}
	return err;
}

static void wipe(Gsasl_session *session, Gsasl_property property)
{
	const char *kept = gsasl_property_fast(session, property);

	if (kept == NULL)
		return;

	/* The library lends its own copy as const, and frees it as it is. */
	char *bytes = strchr(kept, kept[0]);

	explicit_bzero(bytes, strlen(bytes));
}

void ph_gsasl_close(Gsasl *context, Gsasl_session *session)
{
	static const Gsasl_property secrets[] = {
		GSASL_PASSWORD,
		GSASL_SCRAM_SALTED_PASSWORD,
		GSASL_SCRAM_SERVERKEY,
		GSASL_SCRAM_STOREDKEY,
	};

	if (session != NULL) {
		for (size_t i = 0; i < PH_COUNT(secrets); i++)
			wipe(session, secrets[i]);
		gsasl_finish(session);
	}
	if (context != NULL)
		gsasl_done(context);
}
