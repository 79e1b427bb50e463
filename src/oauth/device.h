#ifndef PH_OAUTH_DEVICE_H
#define PH_OAUTH_DEVICE_H

#include "base/clock.h"
#include "base/err.h"
#include "oauth/answer.h"

/* The waiting of the device-code flow (RFC 8628 3.4, 3.5) as a value: when to
   ask the token endpoint, and what an answer means for that.  Times are points
   on the caller's clock. */
struct ph_oauth_wait {
	ph_msec due;      /* ask then, not before */
	ph_msec ends;     /* the code is good for nothing any more */
	ph_msec interval; /* between two questions */
	ph_msec pause;    /* the same where the server is not reached */
};

/* now: when the answer with the code came. */
void ph_oauth_wait_begin(
    struct ph_oauth_wait *w, const struct ph_oauth_device *d, ph_msec now);

/* How long until something is to be done; 0: now. */
ph_msec ph_oauth_wait_left(const struct ph_oauth_wait *w, ph_msec now);

/* The code has ended: ask no more. */
bool ph_oauth_wait_is_over(const struct ph_oauth_wait *w, ph_msec now);

/* A refusal came.  PH_AGAIN: wait and ask again; PH_ETIMEOUT: the code ended;
   PH_EDENIED: nothing will come of it. */
PH_MUST_USE enum ph_err ph_oauth_wait_refused(
    struct ph_oauth_wait *w, enum ph_oauth_error error, ph_msec now);

/* No answer came: each time the pause is doubled.  PH_AGAIN, PH_ETIMEOUT. */
PH_MUST_USE enum ph_err ph_oauth_wait_unanswered(
    struct ph_oauth_wait *w, ph_msec now);

#endif
