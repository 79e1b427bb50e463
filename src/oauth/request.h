#ifndef PH_OAUTH_REQUEST_H
#define PH_OAUTH_REQUEST_H

#include "base/buf.h"
#include "base/err.h"
#include "base/span.h"

/* Who asks.  The secret is sent in the form (RFC 6749 2.3.1), where there is
   one. */
struct ph_oauth_client {
	struct ph_span id;
	struct ph_span secret;
	struct ph_span scope; /* "" : the server's own choice */
};

enum {
	/* A form; each octet of a token may take three. */
	PH_OAUTH_REQUEST_MAX = 256 * 1024
};

/* The bodies of requests, application/x-www-form-urlencoded, appended to out,
   which holds secrets then and is for ph_buf_wipe().  PH_ENOMEM, PH_ETOOBIG. */

/* RFC 8628 3.1 */
PH_MUST_USE enum ph_err ph_oauth_request_device(
    const struct ph_oauth_client *c, struct ph_buf *out);
/* RFC 8628 3.4 */
PH_MUST_USE enum ph_err ph_oauth_request_poll(const struct ph_oauth_client *c,
    struct ph_span device_code, struct ph_buf *out);
/* RFC 6749 6; the scope stays the one consented to. */
PH_MUST_USE enum ph_err ph_oauth_request_refresh(
    const struct ph_oauth_client *c, struct ph_span refresh_token,
    struct ph_buf *out);
/* RFC 6749 4.4 */
PH_MUST_USE enum ph_err ph_oauth_request_app(
    const struct ph_oauth_client *c, struct ph_buf *out);

#endif
