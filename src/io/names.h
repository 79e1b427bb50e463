#ifndef PH_IO_NAMES_H
#define PH_IO_NAMES_H

#include "base/fault.h"
#include "io/dns.h"
#include "io/loop.h"

/* Asks for records on a loop, over the module dns (dns.h).  First it asks for
   the root's key: where that is not proven (a name server that knows no DNSSEC,
   a wrong clock) everything is insecure from then on, rather than refused.  All
   zero but for what ph_names_new() gives is none. */
struct ph_names;

enum {
	PH_NAMES_QUESTIONS_MAX = 32,
	PH_NAMES_TIMEOUT_MS = 5000
};

/* PH_EIO with *fault: the module is missing, or no name server is configured.
   PH_ENOMEM. */
PH_MUST_USE enum ph_err ph_names_new(
    struct ph_loop *l, struct ph_names **out, struct ph_fault *fault);
/* What is still open is given up, fn not called.  Not from within fn.  NULL is
   accepted. */
void ph_names_free(struct ph_names *n);
PH_DEFINE_CLEANUP(ph_names_free, struct ph_names)

/* fn(ctx) is called from the loop once, at the latest after
   PH_NAMES_TIMEOUT_MS.  PH_ETOOBIG: too many are open; PH_EINVAL: no such name
   can be; PH_ENOMEM. */
PH_MUST_USE enum ph_err ph_names_ask(struct ph_names *n, const char *name,
    enum ph_dns_type type, ph_dns_fn *fn, void *ctx);

#endif
