#ifndef PH_HTTP_GET_H
#define PH_HTTP_GET_H

#include "token/http.h"

/* struct ph_http's get. */
PH_MUST_USE enum ph_err ph_http_get_it(const struct ph_http_get *g,
    struct ph_http_got *out, struct ph_fault *fault);

#endif
