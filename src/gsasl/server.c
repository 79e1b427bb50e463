#include "base/hex.h"
#include "base/secret.h"
#include "gsasl/library.h"
#include "gsasl/module.h"

#include <stdlib.h>

enum {
	/* Random octets of the password that an unknown user is held
	   against. */
	DECOY_SIZE = 24
};

struct ph_gsasl_server {
	const struct ph_sasl_mechanism *row;
	const struct ph_sasl_users *users;
	Gsasl *context;
	Gsasl_session *session;
	char decoy[DECOY_SIZE * 2 + 1];
};

/* As SASLprep makes it, or as it is where that is not possible; ends with a
   NUL. */
static enum ph_err prepare(struct ph_span in, struct ph_secret *out)
{
	char *prepared = NULL;
	enum ph_err err = ph_secret_set(out, in);

	if (err != PH_OK || ph_span_is_ascii(in))
		return err;
	if (gsasl_saslprep(out->ptr, GSASL_ALLOW_UNASSIGNED, &prepared, NULL) !=
	    GSASL_OK)
		return PH_OK;
	err = ph_secret_set(out, ph_span_of(prepared));
	explicit_bzero(prepared, strlen(prepared));
	gsasl_free(prepared);
	return err;
}

static bool is_same(struct ph_span a, struct ph_span b)
{
	struct ph_secret one = { 0 };
	struct ph_secret other = { 0 };
	bool same = prepare(a, &one) == PH_OK && prepare(b, &other) == PH_OK &&
	    ph_secret_eq(ph_secret_span(&one), ph_secret_span(&other));

	ph_secret_release(&one);
	ph_secret_release(&other);
	return same;
}

static const struct ph_sasl_user *find_user(const struct ph_gsasl_server *s)
{
	const char *name = gsasl_property_fast(s->session, GSASL_AUTHID);

	for (size_t i = 0; name != NULL && i < s->users->count; i++) {
		if (is_same(s->users->items[i].name, ph_span_of(name)))
			return &s->users->items[i];
	}
	return NULL;
}

/* Nobody logs in as somebody else. */
static bool is_for_self(const struct ph_gsasl_server *s)
{
	const char *authzid = gsasl_property_fast(s->session, GSASL_AUTHZID);
	const char *authid = gsasl_property_fast(s->session, GSASL_AUTHID);

	return authzid == NULL || authzid[0] == '\0' ||
	    (authid != NULL && strcmp(authzid, authid) == 0);
}

/* An unknown user is held against a password that nobody has, and takes the
   same time. */
static int give_password(struct ph_gsasl_server *s)
{
	const struct ph_sasl_user *user = find_user(s);
	struct ph_span password =
	    user == NULL ? ph_span_of(s->decoy) : user->password;

	return ph_gsasl_property(s->session, GSASL_PASSWORD, password) == PH_OK
	    ? GSASL_OK
	    : GSASL_AUTHENTICATION_ERROR;
}

static int check_password(struct ph_gsasl_server *s)
{
	const struct ph_sasl_user *user = find_user(s);
	const char *given = gsasl_property_fast(s->session, GSASL_PASSWORD);
	struct ph_span password =
	    user == NULL ? ph_span_of(s->decoy) : user->password;

	if (given == NULL)
		return GSASL_AUTHENTICATION_ERROR;

	bool same = is_same(ph_span_of(given), password);

	return same && user != NULL ? GSASL_OK : GSASL_AUTHENTICATION_ERROR;
}

static int answer(
    Gsasl *context, Gsasl_session *session, Gsasl_property property)
{
	struct ph_gsasl_server *s = gsasl_session_hook_get(session);

	(void)context;
	if (s == NULL)
		return GSASL_NO_CALLBACK;
	if (property == GSASL_PASSWORD)
		return give_password(s);
	if (property == GSASL_VALIDATE_SIMPLE)
		return check_password(s);
	if (property == GSASL_VALIDATE_ANONYMOUS)
		return GSASL_OK;
	return GSASL_NO_CALLBACK;
}

static enum ph_err make_decoy(struct ph_gsasl_server *s)
{
	unsigned char raw[DECOY_SIZE];

	if (gsasl_random((char *)raw, sizeof(raw)) != GSASL_OK)
		return PH_ENOMEM;
	ph_hex_write(raw, sizeof(raw), s->decoy);
	explicit_bzero(raw, sizeof(raw));
	return PH_OK;
}

static enum ph_err start(
    struct ph_gsasl_server *s, const struct ph_sasl_channel *channel)
{
	if (gsasl_init(&s->context) != GSASL_OK)
		return PH_ENOMEM;
	gsasl_callback_set(s->context, answer);
	if (gsasl_server_start(s->context, s->row->name, &s->session) !=
	    GSASL_OK)
		return PH_ENOMEM;
	gsasl_session_hook_set(s->session, s);

	enum ph_err err = make_decoy(s);
	/* RFC 7677 4: at least. */
	if (err == PH_OK && s->row->is_scram) {
		err = ph_gsasl_property(
		    s->session, GSASL_SCRAM_ITER, PH_SPAN("4096"));
	}
	if (err == PH_OK && s->row->is_plus)
		err = ph_gsasl_bind(s->session, channel);
	return err;
}

enum ph_err ph_gsasl_server_new(const struct ph_sasl_mechanism *row,
    const struct ph_sasl_users *users, const struct ph_sasl_channel *channel,
    struct ph_gsasl_server **out)
{
	struct ph_gsasl_server *s = calloc(1, sizeof(*s));

	if (s == NULL)
		return PH_ENOMEM;
	s->row = row;
	s->users = users;

	enum ph_err err = start(s, channel);
	if (err != PH_OK) {
		ph_gsasl_server_free(s);
		return err;
	}
	*out = s;
	return PH_OK;
}

void ph_gsasl_server_free(struct ph_gsasl_server *s)
{
	if (s == NULL)
		return;
	ph_gsasl_close(s->context, s->session);
	explicit_bzero(s->decoy, sizeof(s->decoy));
	free(s);
}

enum ph_err ph_gsasl_server_step(
    struct ph_gsasl_server *s, struct ph_span response, struct ph_buf *out)
{
	int rc = GSASL_OK;
	enum ph_err err = ph_gsasl_step(s->session, response, out, &rc);

	if (err != PH_OK)
		return err;
	if (rc == GSASL_NEEDS_MORE)
		return PH_OK;
	if (rc == GSASL_MALLOC_ERROR)
		return PH_ENOMEM;
	return rc == GSASL_OK && is_for_self(s) ? PH_EOF : PH_EDENIED;
}

struct ph_span ph_gsasl_server_username(const struct ph_gsasl_server *s)
{
	Gsasl_property property =
	    s->row->named_only ? GSASL_ANONYMOUS_TOKEN : GSASL_AUTHID;

	return ph_span_of(gsasl_property_fast(s->session, property));
}
