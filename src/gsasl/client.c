#include "gsasl/kerberos.h"
#include "gsasl/library.h"
#include "gsasl/module.h"

#include <stdlib.h>

#define SERVICE "smtp"

struct client {
	const struct ph_sasl_mechanism *row;
	Gsasl *context;
	Gsasl_session *session;
	bool is_prepared; /* needs_ticket: there is one for this service */
};

/* Every property was set before; what the library asks for beyond them, there
   is not. */
static int answer_none(
    Gsasl *context, Gsasl_session *session, Gsasl_property property)
{
	(void)context;
	(void)session;
	(void)property;
	return GSASL_NO_CALLBACK;
}

/* RFC 4013 forbids it, or the bytes are not UTF-8. */
static bool is_preparable(Gsasl_session *session, Gsasl_property property)
{
	const char *text = gsasl_property_fast(session, property);
	char *prepared = NULL;

	if (text == NULL)
		return true;

	int rc = gsasl_saslprep(text, GSASL_ALLOW_UNASSIGNED, &prepared, NULL);

	if (prepared != NULL) {
		explicit_bzero(prepared, strlen(prepared));
		gsasl_free(prepared);
	}
	return rc == GSASL_OK;
}

static enum ph_err check_identity(const struct client *s)
{
	if (!s->row->needs_user || s->row->is_cleartext)
		return PH_OK;
	if (!is_preparable(s->session, GSASL_AUTHID) ||
	    !is_preparable(s->session, GSASL_PASSWORD))
		return PH_EINVAL;
	return PH_OK;
}

/* By a ticket one is its owner; whoever is named and is not known to be that is
   who one wants to act as. */
static enum ph_err set_service(
    struct client *s, const struct ph_sasl_credentials *cred)
{
	struct ph_span authzid = cred->authzid;

	if (authzid.len == 0 && !cred->has_ticket)
		authzid = cred->username;
	if (cred->host.len == 0)
		return PH_EINVAL;

	enum ph_err err =
	    ph_gsasl_property(s->session, GSASL_SERVICE, PH_SPAN(SERVICE));
	if (err == PH_OK)
		err = ph_gsasl_property(s->session, GSASL_HOSTNAME, cred->host);
	if (err == PH_OK && authzid.len > 0)
		err = ph_gsasl_property(s->session, GSASL_AUTHZID, authzid);
	return err;
}

static enum ph_err set_identity(
    struct client *s, const struct ph_sasl_credentials *cred)
{
	enum ph_err err = PH_OK;

	if (s->row->needs_ticket)
		return set_service(s, cred);

	if (cred->username.len > 0) {
		err =
		    ph_gsasl_property(s->session, GSASL_AUTHID, cred->username);
	}
	if (err == PH_OK && s->row->needs_user) {
		err = ph_gsasl_property(
		    s->session, GSASL_PASSWORD, cred->password);
	}
	if (err == PH_OK && cred->authzid.len > 0) {
		err =
		    ph_gsasl_property(s->session, GSASL_AUTHZID, cred->authzid);
	}
	if (err == PH_OK && s->row->named_only) {
		err = ph_gsasl_property(
		    s->session, GSASL_ANONYMOUS_TOKEN, cred->username);
	}
	if (err != PH_OK)
		return err;
	return check_identity(s);
}

static enum ph_err start(struct client *s,
    const struct ph_sasl_credentials *cred,
    const struct ph_sasl_channel *channel)
{
	if (gsasl_init(&s->context) != GSASL_OK)
		return PH_ENOMEM;
	gsasl_callback_set(s->context, answer_none);
	if (gsasl_client_start(s->context, s->row->name, &s->session) !=
	    GSASL_OK)
		return PH_ENOMEM;

	enum ph_err err = set_identity(s, cred);
	if (err == PH_OK && s->row->is_plus)
		err = ph_gsasl_bind(s->session, channel);
	return err;
}

enum ph_err ph_gsasl_client_begin(const struct ph_sasl_mechanism *row,
    const struct ph_sasl_credentials *cred,
    const struct ph_sasl_channel *channel, void **out)
{
	struct client *s = calloc(1, sizeof(*s));

	if (s == NULL)
		return PH_ENOMEM;
	s->row = row;

	enum ph_err err = start(s, cred, channel);
	if (err != PH_OK) {
		ph_gsasl_client_end(s);
		return err;
	}
	*out = s;
	return PH_OK;
}

void ph_gsasl_client_end(void *state)
{
	struct client *s = state;

	if (s == NULL)
		return;
	ph_gsasl_close(s->context, s->session);
	free(s);
}

static enum ph_err prepare(struct client *s, struct ph_buf *remark)
{
	const char *host = gsasl_property_fast(s->session, GSASL_HOSTNAME);

	s->is_prepared = true;
	return ph_kerberos_prepare(ph_span_of(host), remark);
}

enum ph_err ph_gsasl_client_step(void *state, struct ph_span challenge,
    struct ph_buf *out, struct ph_buf *remark)
{
	struct client *s = state;
	int rc = GSASL_OK;

	if (s->row->needs_ticket && !s->is_prepared) {
		enum ph_err err = prepare(s, remark);
		if (err != PH_OK)
			return err;
	}

	enum ph_err err = ph_gsasl_step(s->session, challenge, out, &rc);
	if (err != PH_OK)
		return err;
	switch (rc) {
	case GSASL_OK:
		return PH_EOF;
	case GSASL_NEEDS_MORE:
		return PH_OK;
	case GSASL_MALLOC_ERROR:
		return PH_ENOMEM;
	case GSASL_SASLPREP_ERROR:
		return PH_EINVAL;
	case GSASL_AUTHENTICATION_ERROR:
		return PH_EDENIED;
	default:
		if (s->row->needs_ticket)
			(void)!ph_buf_append_str(remark, gsasl_strerror(rc));
		return PH_EPROTO;
	}
}
