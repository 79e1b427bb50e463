#ifndef PH_IO_HOSTS_H
#define PH_IO_HOSTS_H

#include "base/buf.h"
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

/* The first name beside this one, or it itself, that other machines may be told
   (ph_host_name_is_public).  False: there is none. */
bool ph_hosts_full_name(
    struct ph_span text, const char *name, char *out, size_t out_size);

/* The text of the system's hosts file; empty where it cannot be read.  The
   caller releases it. */
void ph_hosts_read(struct ph_buf *out);

#endif
