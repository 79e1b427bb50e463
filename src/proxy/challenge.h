#ifndef PH_PROXY_CHALLENGE_H
#define PH_PROXY_CHALLENGE_H

#include "base/buf.h"
#include "base/err.h"
#include "base/span.h"

/* What Proxy-Authenticate offers (RFC 9110 11.2, 11.6.1): schemes, each with a
   token or with parameters, many in one value. */

struct ph_challenge {
	struct ph_span scheme; /* "Digest" */
	struct ph_span token;  /* base64, or empty */
	struct ph_span params; /* `realm="x", nonce="y"`, or empty */
};

/* Takes the next one off *rest, a value of the field.  False: there is none.
   What makes no sense is passed over. */
bool ph_challenge_next(struct ph_span *rest, struct ph_challenge *out);

/* Appends the value of a parameter, quotes taken off.  PH_ENOTFOUND, PH_ENOMEM,
   PH_ETOOBIG. */
PH_MUST_USE enum ph_err ph_challenge_param(
    const struct ph_challenge *c, struct ph_span name, struct ph_buf *out);

/* The value of a parameter that is a word or a list of words, quotes taken off;
   empty when it is missing.  Borrowed from c. */
struct ph_span ph_challenge_word(
    const struct ph_challenge *c, struct ph_span name);

/* Appends text as a quoted-string (RFC 9110 5.6.4).  PH_EINVAL: it holds a
   control byte.  PH_ENOMEM, PH_ETOOBIG. */
PH_MUST_USE enum ph_err ph_challenge_quote(
    struct ph_span text, struct ph_buf *out);

#endif
