#ifndef PH_SASL_LIBRARY_H
#define PH_SASL_LIBRARY_H

#include "base/buf.h"
#include "base/err.h"
#include "base/span.h"
#include "sasl/mechanism.h"

#include <gsasl.h>

/* What both sides of a login need of libgsasl.  A context costs 2 us, so that
   each session has its own and nothing is shared. */

/* One row a mechanism, strongest first. */
struct ph_sasl_mechanism {
	const char *name;
	bool is_scram;
	bool is_plus;      /* binds to the channel */
	bool is_cleartext; /* shows the password */
	bool is_first;     /* the client speaks first */
	bool needs_user;   /* and a password */
	bool needs_certificate;
	bool named_only; /* never of "auto" */
	bool served;
};

extern const struct ph_sasl_mechanism ph_sasl_mechanisms[];
extern const size_t ph_sasl_mechanisms_count;

/* Any case; NULL: none. */
const struct ph_sasl_mechanism *ph_sasl_mechanism_row(struct ph_span name);

/* Sets a property to a copy.  PH_ENOMEM; PH_EINVAL: a NUL in it. */
PH_MUST_USE enum ph_err ph_sasl_property(
    Gsasl_session *session, Gsasl_property property, struct ph_span value);

/* The channel binding, as libgsasl wants it.  2.2.0 must be given one at most,
   and only to -PLUS: with one at hand its plain SCRAM refuses to begin. */
PH_MUST_USE enum ph_err ph_sasl_bind(
    Gsasl_session *session, const struct ph_sasl_channel *channel);

/* One step; *out is replaced; the library's copy is wiped. */
PH_MUST_USE enum ph_err ph_sasl_step(
    Gsasl_session *session, struct ph_span in, struct ph_buf *out, int *rc_out);

/* Overwrites what the library keeps of the password and its keys, and ends
   both; NULLs are accepted. */
void ph_sasl_close(Gsasl *context, Gsasl_session *session);

#endif
