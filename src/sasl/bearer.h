#ifndef PH_SASL_BEARER_H
#define PH_SASL_BEARER_H

#include "sasl/engine.h"

/* A login by an access token of OAuth 2.0: OAUTHBEARER (RFC 7628), and XOAUTH2,
   which Google had before it.  All is said in the first response.  A server
   that refuses it tells why in a challenge of JSON, which is answered by one
   octet (RFC 7628 3.2.3) or by nothing (XOAUTH2) before it says its 535. */
extern const struct ph_sasl_engine ph_bearer_oauthbearer;
extern const struct ph_sasl_engine ph_bearer_xoauth2;

#endif
