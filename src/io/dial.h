#ifndef PH_IO_DIAL_H
#define PH_IO_DIAL_H

#include "base/err.h"
#include "base/fault.h"
#include "io/loop.h"

#include <stdint.h>

/* From a host name to a connected socket: look-up, then IPv6 and IPv4 raced
   (RFC 8305: 250 ms apart, families interleaved). */
struct ph_dial;

struct ph_dial_options {
	const char *host; /* name or address literal, without brackets */
	uint16_t port;
	const char *source_address; /* NULL or "": any */
	ph_msec timeout_dns;        /* each; 0: 30 s */
	ph_msec timeout_connect;
	/* Only the look-up: .address is host's first IPv4 address, .fd -1
	   without a fault. */
	bool look_up_ipv4;
};

struct ph_dial_result {
	int fd;        /* the caller's; -1 when *fault is set */
	double dns_ms; /* -1, as below: it did not come to that */
	double connect_ms;
	char address[64];
	struct ph_fault
	    fault; /* stage dns or connect; text names host and port, and
	                          when several addresses failed each with its
	                          reason */
};

/* Called once, never from within ph_dial_start(). */
typedef void ph_dial_fn(void *ctx, const struct ph_dial_result *result);

/* Literals, localhost and what /etc/hosts names do not wait behind the
   resolver's threads. */
PH_MUST_USE enum ph_err ph_dial_start(struct ph_loop *l,
    const struct ph_dial_options *opt, ph_dial_fn *fn, void *ctx,
    struct ph_dial **out);
/* Gives up; fn is not called any more.  Must be called after fn, too. */
void ph_dial_free(struct ph_dial *d);

#endif
