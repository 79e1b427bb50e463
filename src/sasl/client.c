#include "sasl/client.h"

#include "base/num.h"
#include "sasl/gsasl.h"

#include <stdlib.h>

enum {
	/* RFC 7677 4 asks for 4,096 at least; a million takes some 700 ms, and
	   who asks for more wants our time, not our proof. */
	ITERATIONS_MIN = 4096,
	ITERATIONS_MAX = 1000000,
	/* A reply line is shorter. */
	CHALLENGE_MAX = 64 * 1024,
	REMARK_MAX = 512
};

struct ph_sasl_client {
	const struct ph_sasl_mechanism *row;
	const struct ph_sasl_engine *engine;
	void *state; /* the engine's */
	unsigned steps;
	bool done;    /* nothing more to say */
	bool refused; /* by a challenge: the server says no, proves nothing */
	struct ph_buf remark;
};

static bool is_complete(
    const struct ph_sasl_mechanism *row, const struct ph_sasl_credentials *cred)
{
	if (row->needs_user && !cred->has_password)
		return false;
	if (row->needs_token && !cred->has_token)
		return false;
	return cred->username.len > 0 || !(row->needs_user || row->needs_token);
}

/* NULL: it cannot be loaded. */
static const struct ph_sasl_engine *find_engine(
    const struct ph_sasl_mechanism *row)
{
	if (row->engine != NULL)
		return row->engine;

	const struct ph_gsasl *module = ph_gsasl();

	return module == NULL ? NULL : &module->client;
}

enum ph_err ph_sasl_client_new(const char *mechanism,
    const struct ph_sasl_credentials *cred,
    const struct ph_sasl_channel *channel, struct ph_sasl_client **out)
{
	const struct ph_sasl_mechanism *row =
	    ph_sasl_mechanism_row(ph_span_of(mechanism));

	if (row == NULL)
		return PH_ENOTFOUND;
	if (!is_complete(row, cred))
		return PH_EINVAL;

	const struct ph_sasl_engine *engine = find_engine(row);
	if (engine == NULL)
		return PH_EIO;

	struct ph_sasl_client *s = calloc(1, sizeof(*s));
	if (s == NULL)
		return PH_ENOMEM;
	s->row = row;
	s->engine = engine;
	ph_buf_init(&s->remark, REMARK_MAX);

	enum ph_err err = s->engine->begin(row, cred, channel, &s->state);
	if (err != PH_OK) {
		ph_sasl_client_free(s);
		return err;
	}
	*out = s;
	return PH_OK;
}

void ph_sasl_client_free(struct ph_sasl_client *s)
{
	if (s == NULL)
		return;
	s->engine->end(s->state);
	ph_buf_release(&s->remark);
	free(s);
}

bool ph_sasl_client_is_first(const struct ph_sasl_client *s)
{
	return s->row->is_first;
}

bool ph_sasl_client_may_block(const struct ph_sasl_client *s)
{
	return s->row->needs_ticket;
}

static enum ph_err refuse(
    const struct ph_sasl_client *s, const char *why, struct ph_fault *fault)
{
	ph_fault_set(fault, PH_CAUSE_AUTH_MECHANISM, PH_STAGE_AUTH, "%s: %s",
	    s->row->name, why);
	if (s->row->needs_ticket) {
		ph_fault_advise(fault,
		    "see to the Kerberos ticket (klist shows it), or choose "
		    "another mechanism with --auth");
	}
	return PH_EPROTO;
}

/* RFC 5802 5.1: what i= says is what our processor will do. */
static enum ph_err check_iterations(const struct ph_sasl_client *s,
    struct ph_span challenge, struct ph_fault *fault)
{
	struct ph_span field;
	bool found = false;

	while (ph_span_split(&challenge, ',', &field)) {
		uint64_t n = 0;

		if (field.len < 2 || memcmp(field.ptr, "i=", 2) != 0)
			continue;
		found = true;
		if (ph_num_parse(ph_span_skip(field, 2), ITERATIONS_MAX, &n) !=
			PH_OK ||
		    n < ITERATIONS_MIN) {
			return refuse(s,
			    "the server asks for an iteration count that is "
			    "not between 4096 and 1000000",
			    fault);
		}
	}
	return found ? PH_OK
		     : refuse(s, "the challenge has no iteration count", fault);
}

static enum ph_err check_challenge(const struct ph_sasl_client *s,
    struct ph_span challenge, struct ph_fault *fault)
{
	if (s->done && (s->refused || s->engine->explained == NULL))
		return refuse(s, "one more challenge after the end", fault);
	if (challenge.len > CHALLENGE_MAX)
		return refuse(s, "the challenge is too long", fault);
	/* LOGIN's prompts are for show: some end in a NUL, some are empty. */
	if (challenge.len > 0 && !s->row->is_cleartext && !s->row->is_binary &&
	    memchr(challenge.ptr, '\0', challenge.len) != NULL)
		return refuse(s, "a NUL in the challenge", fault);
	if (s->steps == 0 && s->row->is_first && challenge.len > 0)
		return refuse(s, "a challenge where none is due", fault);
	if (challenge.len == 0 && !s->row->is_cleartext &&
	    (s->steps > 0 || !s->row->is_first))
		return refuse(s, "an empty challenge", fault);
	if (s->row->is_scram && s->steps == 1)
		return check_iterations(s, challenge, fault);
	return PH_OK;
}

/* What an engine's word means to a person. */
static enum ph_err judge(
    struct ph_sasl_client *s, enum ph_err err, struct ph_fault *fault)
{
	if (err == PH_EOF)
		s->done = true;
	if (err == PH_EPROTO) {
		return refuse(s,
		    s->remark.len > 0 ? ph_buf_str(&s->remark)
				      : "not a challenge of this mechanism",
		    fault);
	}
	if (err == PH_EINVAL) {
		ph_fault_set(fault, PH_CAUSE_AUTH_MECHANISM, PH_STAGE_AUTH,
		    "%s cannot carry this user name or password", s->row->name);
	}
	if (err != PH_EDENIED)
		return err;
	/* The first answer to ours repeats our nonce; the second proves the
	   password. */
	if (!s->row->is_scram || s->steps != 2) {
		return refuse(
		    s, "the challenge does not belong to this login", fault);
	}
	ph_fault_set(fault, PH_CAUSE_AUTH_SERVER_FALSE, PH_STAGE_AUTH,
	    "%s: the server did not prove that it knows the password",
	    s->row->name);
	return PH_EDENIED;
}

/* Answered by nothing, so that the server can say its 535. */
static bool is_scram_error(
    const struct ph_sasl_client *s, struct ph_span challenge)
{
	return s->row->is_scram && s->steps == 2 && challenge.len >= 2 &&
	    memcmp(challenge.ptr, "e=", 2) == 0;
}

enum ph_err ph_sasl_client_step(struct ph_sasl_client *s,
    struct ph_span challenge, struct ph_buf *out, struct ph_fault *fault)
{
	ph_buf_clear(out);

	enum ph_err err = check_challenge(s, challenge, fault);
	if (err != PH_OK)
		return err;
	if (is_scram_error(s, challenge)) {
		s->done = true;
		s->refused = true;
		return PH_EOF;
	}
	ph_buf_clear(&s->remark);
	if (s->done) {
		s->refused = true;
		err =
		    s->engine->explained(s->state, challenge, out, &s->remark);
		return err == PH_OK ? PH_EOF : err;
	}
	err = judge(
	    s, s->engine->step(s->state, challenge, out, &s->remark), fault);
	s->steps++;
	if (err != PH_OK && err != PH_EOF)
		ph_buf_clear(out);
	return err;
}

enum ph_err ph_sasl_client_finish(
    struct ph_sasl_client *s, struct ph_fault *fault)
{
	if (s->done && !s->refused)
		return PH_OK;
	ph_fault_set(fault, PH_CAUSE_AUTH_SERVER_FALSE, PH_STAGE_AUTH,
	    s->row->is_scram
		? "%s: the server accepts a login that is not over; it did not "
		  "prove that it knows the password"
		: "%s: the server accepts a login that is not over, or that it "
		  "has refused before",
	    s->row->name);
	return PH_EPROTO;
}

const char *ph_sasl_client_remark(const struct ph_sasl_client *s)
{
	return ph_buf_str(&s->remark);
}
