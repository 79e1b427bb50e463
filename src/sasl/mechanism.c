#include "sasl/mechanism.h"

#include "base/ascii.h"
#include "sasl/bearer.h"
#include "sasl/engine.h"
#include "sasl/gsasl.h"
#include "sasl/ntlm_client.h"

/* Strongest first.  What is not here is not spoken. */
const struct ph_sasl_mechanism ph_sasl_mechanisms[] = {
	{ .name = "SCRAM-SHA-256-PLUS",
	    .is_scram = true,
	    .is_plus = true,
	    .is_first = true,
	    .needs_user = true,
	    .served = true },
	{ .name = "SCRAM-SHA-256",
	    .is_scram = true,
	    .is_first = true,
	    .needs_user = true,
	    .served = true },
	{ .name = "SCRAM-SHA-1-PLUS",
	    .is_scram = true,
	    .is_plus = true,
	    .is_first = true,
	    .needs_user = true,
	    .served = true },
	{ .name = "SCRAM-SHA-1",
	    .is_scram = true,
	    .is_first = true,
	    .needs_user = true,
	    .served = true },
	{ .name = "OAUTHBEARER",
	    .is_cleartext = true,
	    .is_first = true,
	    .needs_token = true,
	    .engine = &ph_bearer_oauthbearer },
	{ .name = "XOAUTH2",
	    .is_cleartext = true,
	    .is_first = true,
	    .needs_token = true,
	    .engine = &ph_bearer_xoauth2 },
	{ .name = "GSSAPI",
	    .is_binary = true,
	    .is_first = true,
	    .needs_ticket = true },
	{ .name = "EXTERNAL", .is_first = true, .needs_certificate = true },
	{ .name = "CRAM-MD5", .needs_user = true, .served = true },
	{ .name = "NTLM",
	    .is_binary = true,
	    .is_first = true,
	    .needs_user = true,
	    .engine = &ph_ntlm_client },
	/* The user name may go with the AUTH command, and not every server
	   takes it there: it waits to be asked. */
	{ .name = "LOGIN",
	    .is_cleartext = true,
	    .needs_user = true,
	    .served = true },
	{ .name = "PLAIN",
	    .is_cleartext = true,
	    .is_first = true,
	    .needs_user = true,
	    .served = true },
	{ .name = "ANONYMOUS",
	    .is_first = true,
	    .named_only = true,
	    .served = true },
};

const size_t ph_sasl_mechanisms_count = PH_COUNT(ph_sasl_mechanisms);

const struct ph_sasl_mechanism *ph_sasl_mechanism_row(struct ph_span name)
{
	for (size_t i = 0; i < ph_sasl_mechanisms_count; i++) {
		const struct ph_sasl_mechanism *row = &ph_sasl_mechanisms[i];

		if (ph_span_eq_nocase(name, ph_span_of(row->name)))
			return row;
	}
	return NULL;
}

const char *ph_sasl_mechanism_find(struct ph_span name)
{
	const struct ph_sasl_mechanism *row = ph_sasl_mechanism_row(name);

	return row == NULL ? NULL : row->name;
}

bool ph_sasl_mechanism_is_cleartext(const char *name)
{
	const struct ph_sasl_mechanism *row =
	    ph_sasl_mechanism_row(ph_span_of(name));

	return row != NULL && row->is_cleartext;
}

bool ph_sasl_mechanism_needs_token(const char *name)
{
	const struct ph_sasl_mechanism *row =
	    ph_sasl_mechanism_row(ph_span_of(name));

	return row != NULL && row->needs_token;
}

bool ph_sasl_mechanism_needs_password(const char *name)
{
	const struct ph_sasl_mechanism *row =
	    ph_sasl_mechanism_row(ph_span_of(name));

	return row != NULL && row->needs_user;
}

const char *ph_sasl_mechanism_module(const char *name)
{
	const struct ph_sasl_mechanism *row =
	    ph_sasl_mechanism_row(ph_span_of(name));

	if (row != NULL && row->engine != NULL)
		return row->engine->module;
	return PH_GSASL_FILE;
}

static bool holds(
    const struct ph_span *names, size_t count, struct ph_span name)
{
	for (size_t i = 0; i < count; i++) {
		if (ph_span_eq_nocase(names[i], name))
			return true;
	}
	return false;
}

/* What of the credentials is missing for it. */
static enum ph_sasl_fitness judge_credentials(
    const struct ph_sasl_question *q, const struct ph_sasl_mechanism *row)
{
	const struct ph_sasl_credentials *cred = q->credentials;

	if (row->needs_certificate) {
		return cred->has_certificate && q->channel->secure
		    ? PH_SASL_FITS
		    : PH_SASL_NO_CREDENTIALS;
	}
	/* Named, it is tried: then Kerberos itself says what is missing. */
	if (row->needs_ticket && !cred->has_ticket && q->allowed_count == 0)
		return PH_SASL_NO_TICKET;
	if (row->needs_token && !cred->has_token) {
		return cred->has_password ? PH_SASL_NO_TOKEN
					  : PH_SASL_NO_CREDENTIALS;
	}
	if (row->needs_user && !cred->has_password) {
		return cred->has_token ? PH_SASL_NO_PASSWORD
				       : PH_SASL_NO_CREDENTIALS;
	}
	if ((row->needs_user || row->needs_token) && cred->username.len == 0)
		return PH_SASL_NO_CREDENTIALS;
	return PH_SASL_FITS;
}

static enum ph_sasl_fitness judge(
    const struct ph_sasl_question *q, const struct ph_sasl_mechanism *row)
{
	struct ph_span name = ph_span_of(row->name);

	if (q->allowed_count == 0 ? row->named_only
				  : !holds(q->allowed, q->allowed_count, name))
		return PH_SASL_NOT_ALLOWED;
	if (!holds(q->offered, q->offered_count, name))
		return PH_SASL_NOT_OFFERED;

	enum ph_sasl_fitness fitness = judge_credentials(q, row);
	if (fitness != PH_SASL_FITS)
		return fitness;
	if (row->is_plus &&
	    (q->channel->binding == PH_BINDING_NONE ||
		q->channel->binding_data.len == 0))
		return PH_SASL_NO_BINDING;
	if (row->is_cleartext && !q->channel->secure &&
	    !q->channel->plaintext_allowed)
		return PH_SASL_CLEARTEXT;
	return PH_SASL_FITS;
}

/* RFC 4422 3.1: letters, digits, hyphen, underscore. */
static bool is_name(struct ph_span s)
{
	for (size_t i = 0; i < s.len; i++) {
		if (!ph_ascii_is_alnum(s.ptr[i]) && s.ptr[i] != '-' &&
		    s.ptr[i] != '_')
			return false;
	}
	return s.len > 0 && s.len <= PH_SASL_NAME_MAX;
}

/* A name goes in once; what does not fit in is not worth showing. */
static void put(struct ph_sasl_choice *out, struct ph_span name,
    enum ph_sasl_fitness fitness)
{
	if (out->count == PH_SASL_CHOICE_MAX || !is_name(name))
		return;
	for (size_t i = 0; i < out->count; i++) {
		if (ph_span_eq_nocase(ph_span_of(out->items[i].name), name))
			return;
	}

	struct ph_sasl_candidate *item = &out->items[out->count++];

	*item = (struct ph_sasl_candidate){ .fitness = fitness };
	for (size_t i = 0; i < name.len; i++)
		item->name[i] = ph_ascii_upper(name.ptr[i]);
}

static void put_row(const struct ph_sasl_question *q,
    const struct ph_sasl_mechanism *row, bool fitting,
    struct ph_sasl_choice *out)
{
	enum ph_sasl_fitness fitness = judge(q, row);
	bool offered =
	    holds(q->offered, q->offered_count, ph_span_of(row->name));

	if (fitting != (fitness == PH_SASL_FITS))
		return;
	/* What is neither offered nor asked for by name is of no interest. */
	if (!offered &&
	    (q->allowed_count == 0 || fitness == PH_SASL_NOT_ALLOWED))
		return;
	put(out, ph_span_of(row->name), fitness);
}

/* In the order to try: the connection's own, else by strength. */
static void put_rows(
    const struct ph_sasl_question *q, bool fitting, struct ph_sasl_choice *out)
{
	for (size_t i = 0; i < q->allowed_count; i++) {
		const struct ph_sasl_mechanism *row =
		    ph_sasl_mechanism_row(q->allowed[i]);

		if (row != NULL)
			put_row(q, row, fitting, out);
	}
	for (size_t i = 0; i < ph_sasl_mechanisms_count; i++)
		put_row(q, &ph_sasl_mechanisms[i], fitting, out);
}

void ph_sasl_choose(
    const struct ph_sasl_question *q, struct ph_sasl_choice *out)
{
	*out = (struct ph_sasl_choice){ .by_list = q->allowed_count > 0 };
	put_rows(q, true, out);
	out->fit_count = out->count;
	put_rows(q, false, out);
	for (size_t i = 0; i < q->offered_count; i++)
		put(out, q->offered[i], PH_SASL_NOT_KNOWN);
}

const char *ph_sasl_fitness_text(enum ph_sasl_fitness fitness)
{
	static const char *const texts[] = {
		[PH_SASL_FITS] = "fits",
		[PH_SASL_NOT_OFFERED] = "not offered",
		[PH_SASL_NOT_ALLOWED] = "not allowed",
		[PH_SASL_NOT_KNOWN] = "not supported",
		[PH_SASL_NO_BINDING] = "no channel binding",
		[PH_SASL_CLEARTEXT] = "readable by all without TLS",
		[PH_SASL_NO_CREDENTIALS] =
		    "no user name, password or certificate for it",
		[PH_SASL_NO_TOKEN] = "needs a token, not a password",
		[PH_SASL_NO_TICKET] = "no Kerberos ticket for this user",
		[PH_SASL_NO_PASSWORD] = "needs a password, not a token",
	};

	return texts[fitness];
}

static enum ph_err describe_fitting(
    const struct ph_sasl_choice *choice, struct ph_buf *out)
{
	if (choice->fit_count == 0)
		return ph_buf_append_str(out, "no mechanism can be used");

	enum ph_err err = ph_buf_append_str(out, choice->items[0].name);
	if (err != PH_OK || choice->fit_count == 1)
		return err;
	err = ph_buf_append_str(
	    out, choice->by_list ? ", the first of" : ", the strongest of");
	for (size_t i = 0; err == PH_OK && i < choice->fit_count; i++)
		err = ph_buf_appendf(out, " %s", choice->items[i].name);
	return err;
}

enum ph_err ph_sasl_choice_describe(
    const struct ph_sasl_choice *choice, struct ph_buf *out)
{
	enum ph_err err = describe_fitting(choice, out);

	for (size_t i = choice->fit_count; err == PH_OK && i < choice->count;
	     i++) {
		const struct ph_sasl_candidate *item = &choice->items[i];

		err = ph_buf_appendf(out, "%s%s (%s)",
		    i == choice->fit_count ? "; not used: " : ", ", item->name,
		    ph_sasl_fitness_text(item->fitness));
	}
	return err;
}
