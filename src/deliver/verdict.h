#ifndef PH_DELIVER_VERDICT_H
#define PH_DELIVER_VERDICT_H

#include "base/fault.h"
#include "base/span.h"
#include "smtp/reply.h"

/* What a refusal means: the fault for a reply. */

/* Puts where ("smtp.example.com:587") before the engine's text. */
void ph_verdict_place(struct ph_fault *f, const char *where);

/* A reply of class 4 or 5 at the stages mail, rcpt, data.  rcpt is named in the
   text when it is not empty. */
void ph_verdict_mail(struct ph_fault *out, enum ph_stage stage,
    const struct ph_reply *reply, const char *where, struct ph_span rcpt);

/* How a refused login is to be taken. */
enum ph_cause ph_verdict_login_cause(const struct ph_reply *reply);
void ph_verdict_login(struct ph_fault *out, enum ph_cause cause,
    const struct ph_reply *reply, const char *where);

/* RCPT was refused only because there were too many in this transaction (RFC
   5321 4.5.3.1.10): another one may take it. */
bool ph_verdict_too_many(const struct ph_reply *reply);

#endif
