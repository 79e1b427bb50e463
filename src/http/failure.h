#ifndef PH_HTTP_FAILURE_H
#define PH_HTTP_FAILURE_H

#include "base/err.h"
#include "base/fault.h"
#include "token/http.h"

/* What a SOCKS proxy said to who logs in. */
enum ph_http_proxy_error {
	PH_HTTP_PROXY_OTHER = 0,
	PH_HTTP_PROXY_WANTS_LOGIN,
	PH_HTTP_PROXY_REFUSED_LOGIN
};

/* Why there is no answer. */
struct ph_http_failure {
	int code;            /* a CURLcode that is not CURLE_OK */
	int system_error;    /* errno, or 0 */
	long connect_status; /* an HTTP proxy's answer to CONNECT, or 0 */
	enum ph_http_proxy_error proxy_error;
	enum ph_err err;   /* of our own, where we ended it: PH_ETOOBIG,
	                      PH_ENOMEM */
	const char *words; /* libcurl's; "" for none */
};

/* PH_EIO with *fault, PH_ENOMEM. */
PH_MUST_USE enum ph_err ph_http_failure_tell(const struct ph_http_failure *f,
    const struct ph_http_post *p, struct ph_fault *fault);

#endif
