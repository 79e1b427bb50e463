#include "sasl/bearer.h"

#include "base/secret.h"

#include <jansson.h>
#include <stdlib.h>

enum {
	MESSAGE_MAX = PH_SECRET_MAX + 4096,
	/* Of one value in the refusal: a scope or an address. */
	VALUE_MAX = 160
};

/* Separates the fields (RFC 7628 3.1). */
#define SEPARATOR "\x01"

struct bearer {
	struct ph_buf message; /* to be said; wiped once it was */
	struct ph_secret token;
	const char *farewell; /* the answer to the refusal's words */
};

static void bearer_free(void *state)
{
	struct bearer *b = state;

	if (b == NULL)
		return;
	ph_buf_wipe(&b->message);
	ph_secret_release(&b->token);
	free(b);
}

/* RFC 6750 2.1 has fewer yet: letters, digits and some signs. */
static bool is_token(struct ph_span s)
{
	for (size_t i = 0; i < s.len; i++) {
		if (s.ptr[i] <= ' ' || s.ptr[i] > '~')
			return false;
	}
	return s.len > 0;
}

static enum ph_err bearer_new(const struct ph_sasl_credentials *cred,
    const char *farewell, struct bearer **out)
{
	if (!is_token(cred->token) || ph_span_has_control(cred->username))
		return PH_EINVAL;

	struct bearer *b = calloc(1, sizeof(*b));
	if (b == NULL)
		return PH_ENOMEM;
	ph_buf_init(&b->message, MESSAGE_MAX);
	b->farewell = farewell;

	enum ph_err err = ph_secret_set(&b->token, cred->token);
	if (err != PH_OK) {
		bearer_free(b);
		return err == PH_ETOOBIG ? PH_EINVAL : err;
	}
	*out = b;
	return PH_OK;
}

/* auth=Bearer TOKEN, and the end of the message. */
static enum ph_err put_token(struct bearer *b)
{
	enum ph_err err =
	    ph_buf_append_str(&b->message, SEPARATOR "auth=Bearer ");

	if (err == PH_OK)
		err = ph_buf_append(&b->message, ph_secret_span(&b->token));
	if (err == PH_OK)
		err = ph_buf_append_str(&b->message, SEPARATOR SEPARATOR);
	return err;
}

/* A name in the gs2-header: "," and "=" stand for something there (RFC 5801
   4). */
static enum ph_err put_name(struct ph_span name, struct ph_buf *out)
{
	enum ph_err err = PH_OK;

	for (size_t i = 0; err == PH_OK && i < name.len; i++) {
		if (name.ptr[i] == ',') {
			err = ph_buf_append_str(out, "=2C");
		} else if (name.ptr[i] == '=') {
			err = ph_buf_append_str(out, "=3D");
		} else {
			err = ph_buf_append_char(out, name.ptr[i]);
		}
	}
	return err;
}

static enum ph_err put_oauthbearer(
    struct bearer *b, const struct ph_sasl_credentials *cred)
{
	struct ph_buf *out = &b->message;
	enum ph_err err = ph_buf_append_str(out, "n,a=");

	if (err == PH_OK)
		err = put_name(cred->username, out);
	if (err == PH_OK)
		err = ph_buf_append_str(out, ",");
	if (err == PH_OK && cred->host.len > 0) {
		err = ph_buf_appendf(
		    out, SEPARATOR "host=%.*s", PH_SPAN_ARG(cred->host));
	}
	if (err == PH_OK && cred->port != 0)
		err = ph_buf_appendf(out, SEPARATOR "port=%u", cred->port);
	return err == PH_OK ? put_token(b) : err;
}

static enum ph_err put_xoauth2(
    struct bearer *b, const struct ph_sasl_credentials *cred)
{
	enum ph_err err = ph_buf_append_str(&b->message, "user=");

	if (err == PH_OK)
		err = ph_buf_append(&b->message, cred->username);
	return err == PH_OK ? put_token(b) : err;
}

static enum ph_err begin_oauthbearer(const struct ph_sasl_mechanism *row,
    const struct ph_sasl_credentials *cred,
    const struct ph_sasl_channel *channel, void **out)
{
	struct bearer *b = NULL;

	(void)row;
	(void)channel;
	if (ph_span_has_control(cred->host))
		return PH_EINVAL;

	enum ph_err err = bearer_new(cred, SEPARATOR, &b);
	if (err == PH_OK)
		err = put_oauthbearer(b, cred);
	if (err != PH_OK) {
		bearer_free(b);
		return err == PH_ETOOBIG ? PH_EINVAL : err;
	}
	*out = b;
	return PH_OK;
}

static enum ph_err begin_xoauth2(const struct ph_sasl_mechanism *row,
    const struct ph_sasl_credentials *cred,
    const struct ph_sasl_channel *channel, void **out)
{
	struct bearer *b = NULL;

	(void)row;
	(void)channel;

	enum ph_err err = bearer_new(cred, "", &b);
	if (err == PH_OK)
		err = put_xoauth2(b, cred);
	if (err != PH_OK) {
		bearer_free(b);
		return err == PH_ETOOBIG ? PH_EINVAL : err;
	}
	*out = b;
	return PH_OK;
}

static enum ph_err step(void *state, struct ph_span challenge,
    struct ph_buf *out, struct ph_buf *remark)
{
	struct bearer *b = state;
	enum ph_err err = ph_buf_append(out, ph_buf_span(&b->message));

	(void)challenge;
	(void)remark;
	ph_buf_wipe(&b->message);
	return err == PH_OK ? PH_EOF : err;
}

/* the words of a refusal */

/* A server may say what it likes, but the token is not shown to anyone. */
static bool is_fit(const struct bearer *b, struct ph_span value)
{
	return value.len > 0 && !ph_span_has_control(value) &&
	    memmem(value.ptr, value.len, b->token.ptr, b->token.len) == NULL;
}

static void put_value(const struct bearer *b, const json_t *object,
    const char *key, struct ph_buf *out)
{
	const json_t *j = json_object_get(object, key);

	if (!json_is_string(j))
		return;

	struct ph_span value = { json_string_value(j), json_string_length(j) };

	if (!is_fit(b, value))
		return;
	/* Words that do not fit in are left out: the reply is what counts. */
	(void)!ph_buf_appendf(out, "%s%s \"%.*s\"", out->len == 0 ? "" : ", ",
	    key, (int)(value.len < VALUE_MAX ? value.len : (size_t)VALUE_MAX),
	    value.ptr);
}

static enum ph_err explained(void *state, struct ph_span challenge,
    struct ph_buf *out, struct ph_buf *remark)
{
	/* RFC 7628 3.2.2; the second is XOAUTH2's. */
	static const char *const keys[] = { "status", "schemes", "scope",
		"openid-configuration" };
	struct bearer *b = state;
	json_error_t ignored;
	json_t *j = json_loadb(challenge.len == 0 ? "" : challenge.ptr,
	    challenge.len, 0, &ignored);

	for (size_t i = 0; i < PH_COUNT(keys); i++)
		put_value(b, j, keys[i], remark);
	json_decref(j);
	return ph_buf_append_str(out, b->farewell);
}

const struct ph_sasl_engine ph_bearer_oauthbearer = {
	.begin = begin_oauthbearer,
	.end = bearer_free,
	.step = step,
	.explained = explained,
};

const struct ph_sasl_engine ph_bearer_xoauth2 = {
	.begin = begin_xoauth2,
	.end = bearer_free,
	.step = step,
	.explained = explained,
};
