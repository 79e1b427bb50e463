#include "sasl/server.h"

#include "sasl/gsasl.h"

#include <stdlib.h>

enum {
	/* A line of SMTP, decoded, is shorter. */
	RESPONSE_MAX = 64 * 1024
};

struct ph_sasl_server {
	const struct ph_sasl_mechanism *row;
	const struct ph_gsasl *module;
	struct ph_gsasl_server *session;
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

	const struct ph_gsasl *module = ph_gsasl();
	if (module == NULL)
		return PH_EIO;

	struct ph_sasl_server *s = calloc(1, sizeof(*s));
	if (s == NULL)
		return PH_ENOMEM;
	s->row = row;
	s->module = module;
	s->binding_possible = offer.secure && bound;

	enum ph_err err = module->server_new(row, users, channel, &s->session);
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
	s->module->server_free(s->session);
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
	enum ph_err err = s->module->server_step(s->session, response, out);

	if (err == PH_OK && is_login(s)) {
		enum ph_err put = put_prompt(s, out);
		if (put != PH_OK)
			err = put;
	}
	s->steps++;
	s->over = err != PH_OK;
	if (s->over && err != PH_EOF)
		ph_buf_clear(out);
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
	return s->module->server_username(s->session);
}

const char *ph_sasl_server_mechanism(const struct ph_sasl_server *s)
{
	return s->row->name;
}
