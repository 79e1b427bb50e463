#ifndef PH_HTTP_MODULE_H
#define PH_HTTP_MODULE_H

#include "token/http.h"

/* The only room that sees libcurl.  Its one export. */
extern const struct ph_http ph_http_module;

#endif
