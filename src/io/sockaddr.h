#ifndef PH_IO_SOCKADDR_H
#define PH_IO_SOCKADDR_H

#include "base/err.h"
#include "base/span.h"

#include <stdint.h>
#include <sys/socket.h>

/* An IPv4 or IPv6 address with its port. */
struct ph_sockaddr {
	struct sockaddr_storage ss;
	socklen_t len;
};

enum {
	/* INET6_ADDRSTRLEN and a scope; also brackets and a port. */
	PH_SOCKADDR_TEXT_MAX = 64
};

/* From a literal ("192.0.2.1", "2001:db8::1", "fe80::1%eth0"), never by asking
   anyone.  PH_EINVAL: it is none. */
PH_MUST_USE enum ph_err ph_sockaddr_parse(
    const char *literal, uint16_t port, struct ph_sockaddr *out);

/* "192.0.2.1"; an IPv4 address mapped into IPv6 is written as IPv4; "" when it
   is neither. */
void ph_sockaddr_host(
    const struct ph_sockaddr *a, char out[PH_SOCKADDR_TEXT_MAX]);
/* Replaces the address by 4 or 16 raw octets of its own family; false when they
   are not of it. */
bool ph_sockaddr_set_octets(struct ph_sockaddr *a, struct ph_span raw);
uint16_t ph_sockaddr_port(const struct ph_sockaddr *a);

/* Puts the families in turn, IPv6 first, each in the order it came in (RFC 8305
   section 4).  At most PH_ADDRESSES_MAX. */
enum {
	PH_ADDRESSES_MAX = 16
};

void ph_sockaddr_interleave(struct ph_sockaddr *list, size_t count);

static inline const struct sockaddr *ph_sockaddr_get(
    const struct ph_sockaddr *a)
{
	return (const struct sockaddr *)&a->ss;
}

static inline int ph_sockaddr_family(const struct ph_sockaddr *a)
{
	return a->ss.ss_family;
}

#endif
