#ifndef PH_DNS_MODULE_H
#define PH_DNS_MODULE_H

#include "io/dns.h"

/* The only room that sees libunbound and libpsl.  Its one export. */
extern const struct ph_dns ph_dns_module;

#endif
