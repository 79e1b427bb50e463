#ifndef PH_SMTP_STEP_H
#define PH_SMTP_STEP_H

#include "base/clock.h"
#include "base/stage.h"
#include "smtp/client.h"
#include "smtp/reply.h"

/* What a server can be asked, and waited for. */
enum ph_step {
	PH_STEP_GREETING, /* asked by connecting */
	PH_STEP_EHLO,
	PH_STEP_HELO,
	PH_STEP_STARTTLS,
	PH_STEP_AUTH, /* the command, and each answer to a challenge */
	PH_STEP_AUTH_CANCEL,
	PH_STEP_MAIL,
	PH_STEP_RCPT,
	PH_STEP_DATA,
	PH_STEP_DOT,  /* the content's end */
	PH_STEP_BDAT, /* a chunk of it */
	PH_STEP_RSET,
	PH_STEP_NOOP,
	PH_STEP_QUIT
};

enum {
	PH_STEP_COUNT = PH_STEP_QUIT + 1
};

/* What a reply means at a step. */
enum ph_verdict {
	PH_VERDICT_GOOD,
	PH_VERDICT_MORE,     /* 334: a challenge */
	PH_VERDICT_DEFERRED, /* 4xx */
	PH_VERDICT_REFUSED,  /* 5xx */
	PH_VERDICT_CLOSING,  /* 421: the server ends the session */
	PH_VERDICT_NONSENSE  /* a code that cannot be the answer */
};

/* For an error text: "EHLO", "the final dot" ... */
const char *ph_step_name(enum ph_step step);
enum ph_stage ph_step_stage(enum ph_step step);

/* How long to wait for the answer; t's zeros stand for the defaults. */
ph_msec ph_step_timeout(enum ph_step step, const struct ph_smtp_timeouts *t);
/* How long writing may make no progress. */
ph_msec ph_step_block_timeout(const struct ph_smtp_timeouts *t);

enum ph_verdict ph_step_judge(enum ph_step step, const struct ph_reply *reply);

/* A 552 to RCPT that means "too many recipients" is a 452 (RFC 5321
   4.5.3.1.10); a mailbox over its quota is not. */
bool ph_step_is_rcpt_limit(const struct ph_reply *reply);

#endif
