#include "sasl/server.h"

#include "base/secret.h"
#include "sasl/library.h"

#include <stdlib.h>

enum {
	/* Random octets of the password that an unknown user is held
	   against. */
	DECOY_SIZE = 24,
	/* A line of SMTP, decoded, is shorter. */
	RESPONSE_MAX = 64 * 1024
};

struct ph_sasl_server {
	const struct ph_sasl_mechanism *row;
	const struct ph_sasl_users *users;
	Gsasl *context;
	Gsasl_session *session;
	char decoy[DECOY_SIZE * 2 + 1];
	bool binding_possible;
	unsigned steps;
	bool over;
};

static bool is_offered(const struct ph_sasl_mechanism *row,
    const struct ph_sasl_server_offer *offer)
{
	if (!row->served)
		return false;
	if (row->is_plus)
		return offer->secure && offer->bound;
	if (row->is_cleartext)
		return offer->secure || offer->plaintext;
	return !row->named_only || offer->anonymous;
}

enum ph_err ph_sasl_server_mechanisms(
    const struct ph_sasl_server_offer *offer, struct ph_buf *out)
{
	const char *sep = "";

	for (size_t i = 0; i < ph_sasl_mechanisms_count; i++) {
		const struct ph_sasl_mechanism *row = &ph_sasl_mechanisms[i];

		if (!is_offered(row, offer))
			continue;

		enum ph_err err = ph_buf_appendf(out, "%s%s", sep, row->name);
		if (err != PH_OK)
			return err;
		sep = " ";
	}
	return PH_OK;
}

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

static const struct ph_sasl_user *find_user(const struct ph_sasl_server *s)
{
	const char *name = gsasl_property_fast(s->session, GSASL_AUTHID);

	for (size_t i = 0; name != NULL && i < s->users->count; i++) {
		if (is_same(s->users->items[i].name, ph_span_of(name)))
			return &s->users->items[i];
	}
	return NULL;
}

/* Nobody logs in as somebody else. */
static bool is_for_self(const struct ph_sasl_server *s)
{
	const char *authzid = gsasl_property_fast(s->session, GSASL_AUTHZID);
	const char *authid = gsasl_property_fast(s->session, GSASL_AUTHID);

	return authzid == NULL || authzid[0] == '\0' ||
	    (authid != NULL && strcmp(authzid, authid) == 0);
}

/* An unknown user is held against a password that nobody has, and takes the
   same time. */
static int give_password(struct ph_sasl_server *s)
{
	const struct ph_sasl_user *user = find_user(s);
	struct ph_span password =
	    user == NULL ? ph_span_of(s->decoy) : user->password;

	return ph_sasl_property(s->session, GSASL_PASSWORD, password) == PH_OK
	    ? GSASL_OK
	    : GSASL_AUTHENTICATION_ERROR;
}

static int check_password(struct ph_sasl_server *s)
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
	struct ph_sasl_server *s = gsasl_session_hook_get(session);

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

static enum ph_err make_decoy(struct ph_sasl_server *s)
{
	static const char digits[] = "0123456789abcdef";
	char raw[DECOY_SIZE];

	if (gsasl_random(raw, sizeof(raw)) != GSASL_OK)
		return PH_ENOMEM;
	for (size_t i = 0; i < sizeof(raw); i++) {
		unsigned char c = (unsigned char)raw[i];

		s->decoy[2 * i] = digits[c >> 4];
		s->decoy[2 * i + 1] = digits[c & 0x0f];
	}
	explicit_bzero(raw, sizeof(raw));
	return PH_OK;
}

static enum ph_err start(
    struct ph_sasl_server *s, const struct ph_sasl_channel *channel)
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
		err = ph_sasl_property(
		    s->session, GSASL_SCRAM_ITER, PH_SPAN("4096"));
	}
	if (err == PH_OK && s->row->is_plus)
		err = ph_sasl_bind(s->session, channel);
	return err;
}

enum ph_err ph_sasl_server_new(struct ph_span mechanism,
    const struct ph_sasl_users *users, const struct ph_sasl_channel *channel,
    struct ph_sasl_server **out)
{
	const struct ph_sasl_mechanism *row = ph_sasl_mechanism_row(mechanism);
	bool bound = channel->binding != PH_BINDING_NONE &&
	    channel->binding_data.len > 0;
	struct ph_sasl_server_offer offer = {
		.secure = channel->secure,
		.bound = bound,
		.plaintext = channel->plaintext_allowed,
		.anonymous = users->anonymous,
	};

	if (row == NULL || !is_offered(row, &offer))
		return PH_ENOTFOUND;

	struct ph_sasl_server *s = calloc(1, sizeof(*s));
	if (s == NULL)
		return PH_ENOMEM;
	s->row = row;
	s->users = users;
	s->binding_possible = offer.secure && bound;

	enum ph_err err = start(s, channel);
	if (err != PH_OK) {
		ph_sasl_server_free(s);
		return err;
	}
	*out = s;
	return PH_OK;
}

void ph_sasl_server_free(struct ph_sasl_server *s)
{
	if (s == NULL)
		return;
	ph_sasl_close(s->context, s->session);
	explicit_bzero(s->decoy, sizeof(s->decoy));
	free(s);
}

/* RFC 5802 6.  y: the client could bind and saw no -PLUS; where we offer it,
   somebody took it out on the way.  p: it binds, and not by -PLUS; the library
   would look at no binding then. */
static bool is_misbound(const struct ph_sasl_server *s, struct ph_span response)
{
	if (!s->row->is_scram || s->row->is_plus || s->steps > 0 ||
	    response.len == 0)
		return false;
	return response.ptr[0] == 'p' ||
	    (response.ptr[0] == 'y' && s->binding_possible);
}

static bool is_bad(const struct ph_sasl_server *s, struct ph_span response)
{
	if (response.len > RESPONSE_MAX || is_misbound(s, response))
		return true;
	/* Only PLAIN separates its fields by NUL. */
	return response.len > 0 && strcmp(s->row->name, "PLAIN") != 0 &&
	    memchr(response.ptr, '\0', response.len) != NULL;
}

static enum ph_err judge(struct ph_sasl_server *s, int rc)
{
	if (rc == GSASL_NEEDS_MORE)
		return PH_OK;
	s->over = true;
	if (rc == GSASL_MALLOC_ERROR)
		return PH_ENOMEM;
	return rc == GSASL_OK && is_for_self(s) ? PH_EOF : PH_EDENIED;
}

static bool is_login(const struct ph_sasl_server *s)
{
	return strcmp(s->row->name, "LOGIN") == 0;
}

/* The prompts that clients compare with; there is no other standard. */
static enum ph_err put_prompt(
    const struct ph_sasl_server *s, struct ph_buf *out)
{
	static const char *const prompts[] = { "Username:", "Password:" };

	ph_buf_clear(out);
	if (s->steps >= PH_COUNT(prompts))
		return PH_OK;
	return ph_buf_append_str(out, prompts[s->steps]);
}

static enum ph_err step(
    struct ph_sasl_server *s, struct ph_span response, struct ph_buf *out)
{
	int rc = GSASL_OK;
	enum ph_err err = ph_sasl_step(s->session, response, out, &rc);

	if (err == PH_OK)
		err = judge(s, rc);
	if (err == PH_OK && is_login(s)) {
		enum ph_err put = put_prompt(s, out);
		if (put != PH_OK)
			err = put;
	}
	s->steps++;
	if (err != PH_OK && err != PH_EOF) {
		ph_buf_clear(out);
		s->over = true;
	}
	return err;
}

enum ph_err ph_sasl_server_step(struct ph_sasl_server *s,
    struct ph_span response, bool has_response, struct ph_buf *out)
{
	ph_buf_clear(out);
	if (s->over || is_bad(s, response)) {
		s->over = true;
		return PH_EDENIED;
	}
	/* The library asks first, whatever came with the AUTH command. */
	if (is_login(s) && s->steps == 0 && has_response) {
		enum ph_err err = step(s, (struct ph_span){ 0 }, out);
		if (err != PH_OK)
			return err;
	}

	return step(s, response, out);
}

struct ph_span ph_sasl_server_username(const struct ph_sasl_server *s)
{
	Gsasl_property property =
	    s->row->named_only ? GSASL_ANONYMOUS_TOKEN : GSASL_AUTHID;

	return ph_span_of(gsasl_property_fast(s->session, property));
}

const char *ph_sasl_server_mechanism(const struct ph_sasl_server *s)
{
	return s->row->name;
}
