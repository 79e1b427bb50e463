#ifndef PH_OAUTH_URL_H
#define PH_OAUTH_URL_H

#include "base/buf.h"
#include "base/err.h"
#include "base/span.h"

/* The URLs that secrets are sent to. */

enum {
	PH_OAUTH_URL_MAX = 2048
};

/* https://HOST..., or http:// to this computer itself (localhost, 127.x.x.x,
   [::1]): printable ASCII, nobody's name before the host, no fragment, at most
   PH_OAUTH_URL_MAX octets. */
bool ph_oauth_url_is_safe(struct ph_span url);

/* The same without the scheme's limits, for a page that a person opens: http or
   https, whatever the host. */
bool ph_oauth_url_is_page(struct ph_span url);

/* HOST[:PORT] of a URL that is either; empty for one that is not. */
struct ph_span ph_oauth_url_host(struct ph_span url);

/* Writes pattern with "{tenant}" in it replaced.  PH_EINVAL: the tenant is not
   made of letters, digits, dots and dashes alone; PH_ENOMEM, PH_ETOOBIG. */
PH_MUST_USE enum ph_err ph_oauth_url_write(
    const char *pattern, struct ph_span tenant, struct ph_buf *out);

#endif
