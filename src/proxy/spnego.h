#ifndef PH_PROXY_SPNEGO_H
#define PH_PROXY_SPNEGO_H

#include "base/buf.h"
#include "base/err.h"
#include "base/span.h"

/* What Negotiate puts around the words of Kerberos (RFC 4178, RFC 4559 5), the
   client's side.  Kerberos is the only mechanism that is offered, so that there
   is nothing to agree on, and no list whose integrity would have to be shown
   (RFC 4178 5). */

/* What the other side says of the negotiation (4.2.2). */
enum ph_spnego_state {
	PH_SPNEGO_UNSAID = 0,
	PH_SPNEGO_COMPLETED,
	PH_SPNEGO_INCOMPLETE,
	PH_SPNEGO_REJECTED,
	PH_SPNEGO_MIC_WANTED
};

struct ph_spnego_answer {
	enum ph_spnego_state state;
	struct ph_span token; /* Kerberos's, borrowed; empty: none */
};

/* Appends the first message, NegTokenInit, with Kerberos's first token; and a
   later one, NegTokenResp.  PH_ENOMEM, PH_ETOOBIG. */
PH_MUST_USE enum ph_err ph_spnego_begin(
    struct ph_span token, struct ph_buf *out);
PH_MUST_USE enum ph_err ph_spnego_go_on(
    struct ph_span token, struct ph_buf *out);

/* Reads the other side's NegTokenResp.  PH_EPROTO: it is none, or speaks of
   another mechanism than Kerberos. */
PH_MUST_USE enum ph_err ph_spnego_read(
    struct ph_span in, struct ph_spnego_answer *out);

#endif
