#ifndef PH_CONNECTION_HOST_H
#define PH_CONNECTION_HOST_H

#include "base/arena.h"
#include "base/err.h"
#include "base/fault.h"
#include "base/span.h"

#include <stdint.h>

/* A server as people write it: host, host:port, [v6]:port, a bare IPv6 or IPv4
   address, a name in any script. */
struct ph_host {
	struct ph_span name; /* as written, brackets taken off; borrowed */
	uint16_t port;       /* 0: none given */
};

enum {
	PH_HOST_NAME_MAX = 253, /* RFC 1035 2.3.4, as text */
	PH_HOST_LABEL_MAX = 63
};

/* PH_EINVAL; *fault says why, without the name of a setting before it. */
PH_MUST_USE enum ph_err ph_host_parse(
    struct ph_span s, struct ph_host *out, struct ph_fault *fault);

/* What is asked of the resolver: A-labels (IDNA 2008) for a name that is not
   ASCII, without the dot at its end.  In the arena.  PH_EINVAL with *fault,
   PH_ENOMEM. */
PH_MUST_USE enum ph_err ph_host_to_ascii(struct ph_span name,
    struct ph_arena *a, const char **out, struct ph_fault *fault);

/* A decimal number from 1 to 65535.  PH_EINVAL. */
PH_MUST_USE enum ph_err ph_port_parse(struct ph_span s, uint16_t *out);

/* An IPv4 or IPv6 address, without brackets; IPv6 may name a zone. */
bool ph_host_is_literal(struct ph_span s);

#endif
