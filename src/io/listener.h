#ifndef PH_IO_LISTENER_H
#define PH_IO_LISTENER_H

#include "base/err.h"
#include "base/fault.h"
#include "io/loop.h"

/* A listening TCP socket. */
struct ph_listener;

/* Called for each connection with a non-blocking CLOEXEC socket, which is the
   callee's. */
typedef void ph_accept_fn(void *ctx, int fd);

/* address: "127.0.0.1:0", "[::1]:2525", "localhost:25", ":2525" (every
   address).  Port 0 takes a free one.  PH_EINVAL, PH_EIO with *fault. */
PH_MUST_USE enum ph_err ph_listener_new(struct ph_loop *l, const char *address,
    ph_accept_fn *fn, void *ctx, struct ph_listener **out,
    struct ph_fault *fault);
void ph_listener_free(struct ph_listener *l);

/* "127.0.0.1:40123", valid as long as l. */
const char *ph_listener_address(const struct ph_listener *l);

#endif
