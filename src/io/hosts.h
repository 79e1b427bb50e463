#ifndef PH_IO_HOSTS_H
#define PH_IO_HOSTS_H

#include "base/span.h"
#include "io/sockaddr.h"

/* The addresses of name in the text of a hosts file (hosts(5)), in its order,
   at most max of them; how many.  Case and a dot at the end do not matter. */
size_t ph_hosts_find(struct ph_span text, const char *name, uint16_t port,
    struct ph_sockaddr *out, size_t max);

/* The same of what needs no asking: a literal, localhost and the names below it
   (RFC 6761 6.3), the system's hosts file.  0: the resolver must be asked. */
size_t ph_hosts_known(
    const char *name, uint16_t port, struct ph_sockaddr *out, size_t max);

#endif
