#ifndef PH_GSASL_LIBRARY_H
#define PH_GSASL_LIBRARY_H

#include "base/buf.h"
#include "base/err.h"
#include "base/span.h"
#include "sasl/mechanism.h"

#include <gsasl.h>

/* What both sides of a login need of libgsasl.  A context costs 2 us, so that
   each session has its own and nothing is shared. */

/* Sets a property to a copy.  PH_ENOMEM; PH_EINVAL: a NUL in it. */
PH_MUST_USE enum ph_err ph_gsasl_property(
    Gsasl_session *session, Gsasl_property property, struct ph_span value);

/* The channel binding, as libgsasl wants it.  2.2.0 must be given one at most,
   and only to -PLUS: with one at hand its plain SCRAM refuses to begin. */
PH_MUST_USE enum ph_err ph_gsasl_bind(
    Gsasl_session *session, const struct ph_sasl_channel *channel);

/* One step; *out is replaced; the library's copy is wiped. */
PH_MUST_USE enum ph_err ph_gsasl_step(
    Gsasl_session *session, struct ph_span in, struct ph_buf *out, int *rc_out);

/* Overwrites what the library keeps of the password and its keys, and ends
   both; NULLs are accepted. */
void ph_gsasl_close(Gsasl *context, Gsasl_session *session);

#endif
