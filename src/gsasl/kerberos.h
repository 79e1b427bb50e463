#ifndef PH_GSASL_KERBEROS_H
#define PH_GSASL_KERBEROS_H

#include "base/buf.h"
#include "base/err.h"
#include "base/span.h"
#include "sasl/kerberos.h"

/* context.c, what the module gives (sasl/kerberos.h) */
PH_MUST_USE enum ph_err ph_kerberos_begin(
    struct ph_span service, struct ph_kerberos_context **out);
void ph_kerberos_end(struct ph_kerberos_context *k);
PH_MUST_USE enum ph_err ph_kerberos_step(struct ph_kerberos_context *k,
    struct ph_span challenge, struct ph_buf *out, struct ph_buf *remark);

/* Gets the ticket for the service smtp on that host, so that it lies in the
   cache when libgsasl asks for it: it says no more than that something failed.
   May wait for a KDC for half a minute.  PH_EPROTO: there is none to be had;
   *remark says why.  PH_ENOMEM; PH_ETOOBIG: the host. */
PH_MUST_USE enum ph_err ph_kerberos_prepare(
    struct ph_span host, struct ph_buf *remark);

#endif
