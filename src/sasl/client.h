#ifndef PH_SASL_CLIENT_H
#define PH_SASL_CLIENT_H

#include "base/buf.h"
#include "base/err.h"
#include "base/fault.h"
#include "base/span.h"
#include "sasl/mechanism.h"

/* One login, client side, by any mechanism; raw octets, the protocol around it
   does the base64.  libgsasl or an engine of ours (engine.h) does the work;
   what it has to load for that is loaded on first need. */
struct ph_sasl_client;

/* Everything in cred and channel is copied (and wiped at the end).  PH_ENOMEM;
   PH_ENOTFOUND: no such mechanism; PH_EINVAL: user name, password or token are
   missing or hold what the mechanism cannot carry (NUL, or what SASLprep
   forbids), or -PLUS has no binding; PH_EIO: its module
   (ph_sasl_mechanism_module) cannot be loaded. */
PH_MUST_USE enum ph_err ph_sasl_client_new(const char *mechanism,
    const struct ph_sasl_credentials *cred,
    const struct ph_sasl_channel *channel, struct ph_sasl_client **out);
void ph_sasl_client_free(struct ph_sasl_client *s);

/* True when the first response goes with the AUTH command: step() is then first
   called with an empty challenge. */
bool ph_sasl_client_is_first(const struct ph_sasl_client *s);

/* step() may wait for a server of the mechanism's own, half a minute and more
   (GSSAPI): it is to be called on a thread.  Nothing else touches s
   meanwhile. */
bool ph_sasl_client_may_block(const struct ph_sasl_client *s);

/* Answers a challenge.  out is replaced; wipe it after use (ph_buf_wipe).
   PH_OK       send *out; more challenges may come
   PH_EOF      send *out; nothing more is expected but the server's verdict
   PH_EPROTO   the challenge is not one of this mechanism, or asks for an
               iteration count under 4,096 or over 1,000,000: cancel
   PH_EDENIED  the server did not prove that it knows the password: cancel, and
               do not trust it
   PH_EINVAL   user name or password cannot be used with it
   PH_ENOMEM, PH_ETOOBIG (over out's limit)
   SCRAM's own refusal (e=) is answered by an empty last response, so that the
   server can go on to say its 535; so are the words that come before the 535 of
   a token (RFC 7628 3.2.3), which ph_sasl_client_remark() then has.
   *fault (may be NULL) says what, in words, without the secret. */
PH_MUST_USE enum ph_err ph_sasl_client_step(struct ph_sasl_client *s,
    struct ph_span challenge, struct ph_buf *out, struct ph_fault *fault);

/* Call when the server said 235: PH_EPROTO when the mechanism is not through
   (SCRAM's server signature never came): the server is false. */
PH_MUST_USE enum ph_err ph_sasl_client_finish(
    struct ph_sasl_client *s, struct ph_fault *fault);

/* What the server told of the refusal beside its reply, in words for a person;
   "": nothing.  Valid as long as s. */
const char *ph_sasl_client_remark(const struct ph_sasl_client *s);

#endif
