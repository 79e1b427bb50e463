#include "sasl/ntlm_client.h"

#include "base/secret.h"
#include "sasl/legacy.h"
#include "sasl/ntlm.h"

#include <stdlib.h>

enum {
	SERVICE_MAX = 512
};

struct client {
	struct ph_secret password;
	struct ph_secret username;
	struct ph_secret domain;
	struct ph_secret end_point;
	struct ph_buf service;
	struct ph_ntlm_login login; /* its spans lie in the above */
	bool is_negotiated;
};

static void ntlm_free(void *state)
{
	struct client *c = state;

	if (c == NULL)
		return;
	ph_secret_release(&c->password);
	ph_secret_release(&c->username);
	ph_secret_release(&c->domain);
	ph_secret_release(&c->end_point);
	ph_buf_release(&c->service);
	free(c);
}

/* A server may refuse a login that was meant for another service ([MS-NLMP]
   3.1.5.1.2, ClientSuppliedTargetName). */
static enum ph_err set_service(struct client *c, struct ph_span host)
{
	ph_buf_init(&c->service, SERVICE_MAX);
	if (host.len == 0)
		return PH_OK;
	return ph_buf_appendf(&c->service, "SMTP/%.*s", PH_SPAN_ARG(host));
}

static enum ph_err copy(struct client *c,
    const struct ph_sasl_credentials *cred,
    const struct ph_sasl_channel *channel)
{
	enum ph_err err = ph_secret_set(&c->password, cred->password);

	if (err == PH_OK)
		err = ph_secret_set(&c->username, cred->username);
	if (err == PH_OK)
		err = ph_secret_set(&c->domain, cred->domain);
	if (err == PH_OK)
		err = ph_secret_set(&c->end_point, channel->end_point);
	if (err == PH_OK)
		err = set_service(c, cred->host);
	if (err != PH_OK)
		return err == PH_ETOOBIG ? PH_EINVAL : err;
	c->login = (struct ph_ntlm_login){
		.username = ph_secret_span(&c->username),
		.password = ph_secret_span(&c->password),
		.domain = ph_secret_span(&c->domain),
		.service = ph_buf_span(&c->service),
		.end_point = ph_secret_span(&c->end_point),
		.now = cred->now,
	};
	memcpy(c->login.nonce, cred->nonce, sizeof(c->login.nonce));
	return PH_OK;
}

static enum ph_err begin(const struct ph_sasl_mechanism *row,
    const struct ph_sasl_credentials *cred,
    const struct ph_sasl_channel *channel, void **out)
{
	(void)row;
	/* Before anything was said: then another mechanism may be taken. */
	if (ph_legacy() == NULL)
		return PH_EIO;

	struct client *c = calloc(1, sizeof(*c));
	if (c == NULL)
		return PH_ENOMEM;

	enum ph_err err = copy(c, cred, channel);
	if (err != PH_OK) {
		ntlm_free(c);
		return err;
	}
	*out = c;
	return PH_OK;
}

static enum ph_err step(void *state, struct ph_span challenge,
    struct ph_buf *out, struct ph_buf *remark)
{
	struct client *c = state;

	(void)remark;
	if (!c->is_negotiated) {
		c->is_negotiated = true;
		return ph_ntlm_negotiate(out);
	}

	enum ph_err err = ph_ntlm_authenticate(&c->login, challenge, out);

	return err == PH_OK ? PH_EOF : err;
}

const struct ph_sasl_engine ph_ntlm_client = {
	.begin = begin,
	.end = ntlm_free,
	.step = step,
	.module = PH_LEGACY_FILE,
};
