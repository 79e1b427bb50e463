#ifndef PH_SASL_KERBEROS_H
#define PH_SASL_KERBEROS_H

#include "base/buf.h"
#include "base/err.h"
#include "base/span.h"

/* Kerberos by itself (RFC 4121, by GSS-API), the side that logs in: what HTTP's
   Negotiate carries.  Of the module gsasl (gsasl.h), which knows the
   library. */

/* A login under way at one service. */
struct ph_kerberos_context;

struct ph_kerberos {
	/* service: "HTTP@proxy.example.com".  PH_ENOMEM, PH_ETOOBIG. */
	enum ph_err (*begin)(
	    struct ph_span service, struct ph_kerberos_context **out);
	void (*end)(struct ph_kerberos_context *k); /* NULL is accepted */
	/* Replaces *out by the answer to what the service said, which is
	   nothing at first.  It may wait for a KDC, half a minute and more, and
	   is to be called on a thread; nothing else touches k meanwhile.
	   PH_OK      send *out and hear what the service says
	   PH_EOF     the same where *out is not empty; the service has proved
		      who it is, and has nothing more to say
	   PH_EPROTO  there is no ticket, or what the service said is false:
		      *remark has words for it
	   PH_ENOMEM, PH_ETOOBIG */
	enum ph_err (*step)(struct ph_kerberos_context *k,
	    struct ph_span challenge, struct ph_buf *out,
	    struct ph_buf *remark);
};

#endif
