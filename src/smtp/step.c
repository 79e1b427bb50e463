#include "smtp/step.h"

#include <stddef.h>

enum {
	SECOND = 1000,
	MINUTE = 60 * SECOND,
	CODE_CLOSING = 421,
	CODE_CHALLENGE = 334
};

#define FIELD(name) offsetof(struct ph_smtp_timeouts, name)

/* The codes from good_min to good_max say yes.  RFC 5321 4.2 has a client go by
   the first digit alone; where another service could be at the other end, or a
   reply could be that to something else, the whole code is looked at. */
static const struct step {
	const char *name;
	ph_msec timeout; /* RFC 5321 4.5.3.2 */
	size_t field;    /* of struct ph_smtp_timeouts */
	enum ph_stage stage;
	uint16_t good_min, good_max;
} steps[PH_STEP_COUNT] = {
	[PH_STEP_GREETING] = { "connecting", 5 * MINUTE, FIELD(greeting),
	    PH_STAGE_GREETING, 220, 220 },
	[PH_STEP_EHLO] = { "EHLO", 5 * MINUTE, FIELD(ehlo), PH_STAGE_EHLO, 250,
	    259 },
	[PH_STEP_HELO] = { "HELO", 5 * MINUTE, FIELD(ehlo), PH_STAGE_EHLO, 250,
	    259 },
	[PH_STEP_STARTTLS] = { "STARTTLS", 2 * MINUTE, FIELD(tls), PH_STAGE_TLS,
	    220, 220 },
	[PH_STEP_AUTH] = { "AUTH", 2 * MINUTE, FIELD(auth), PH_STAGE_AUTH, 235,
	    235 },
	/* Only a refusal makes sense here: 501 (RFC 4954 4). */
	[PH_STEP_AUTH_CANCEL] = { "the end of AUTH", 2 * MINUTE, FIELD(auth),
	    PH_STAGE_AUTH, 0, 0 },
	[PH_STEP_MAIL] = { "MAIL FROM", 5 * MINUTE, FIELD(mail), PH_STAGE_MAIL,
	    200, 299 },
	[PH_STEP_RCPT] = { "RCPT TO", 5 * MINUTE, FIELD(rcpt), PH_STAGE_RCPT,
	    200, 299 },
	[PH_STEP_DATA] = { "DATA", 2 * MINUTE, FIELD(data), PH_STAGE_DATA, 350,
	    399 },
	[PH_STEP_DOT] = { "the final dot", 10 * MINUTE, FIELD(final),
	    PH_STAGE_DATA, 200, 299 },
	[PH_STEP_BDAT] = { "BDAT", 10 * MINUTE, FIELD(final), PH_STAGE_DATA,
	    200, 299 },
	[PH_STEP_RSET] = { "RSET", 30 * SECOND, FIELD(quit), PH_STAGE_MAIL, 200,
	    299 },
	[PH_STEP_NOOP] = { "NOOP", 30 * SECOND, FIELD(quit), PH_STAGE_MAIL, 200,
	    299 },
	[PH_STEP_QUIT] = { "QUIT", 30 * SECOND, FIELD(quit), PH_STAGE_QUIT, 200,
	    299 },
};

const char *ph_step_name(enum ph_step step)
{
	return steps[step].name;
}

enum ph_stage ph_step_stage(enum ph_step step)
{
	return steps[step].stage;
}

ph_msec ph_step_timeout(enum ph_step step, const struct ph_smtp_timeouts *t)
{
	ph_msec own;

	memcpy(&own, (const char *)t + steps[step].field, sizeof(own));
	return own > 0 ? own : steps[step].timeout;
}

ph_msec ph_step_block_timeout(const struct ph_smtp_timeouts *t)
{
	return t->block > 0 ? t->block : 3 * MINUTE;
}

enum ph_verdict ph_step_judge(enum ph_step step, const struct ph_reply *reply)
{
	uint16_t code = reply->code;

	if (code == CODE_CLOSING)
		return PH_VERDICT_CLOSING;
	if (code >= steps[step].good_min && code <= steps[step].good_max)
		return PH_VERDICT_GOOD;
	if (step == PH_STEP_AUTH && code == CODE_CHALLENGE)
		return PH_VERDICT_MORE;
	if (ph_reply_class(reply) == 4)
		return PH_VERDICT_DEFERRED;
	if (ph_reply_class(reply) == 5)
		return PH_VERDICT_REFUSED;
	return PH_VERDICT_NONSENSE;
}

bool ph_step_is_rcpt_limit(const struct ph_reply *reply)
{
	if (reply->code != 552)
		return false;
	/* RFC 3463 3.6: X.5.3, too many recipients. */
	if (reply->enhanced[0] != 0)
		return reply->enhanced[1] == 5 && reply->enhanced[2] == 3;
	return ph_reply_mentions(reply, PH_SPAN("too many"));
}
