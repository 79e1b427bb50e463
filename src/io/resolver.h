#ifndef PH_IO_RESOLVER_H
#define PH_IO_RESOLVER_H

#include "base/err.h"
#include "base/fault.h"
#include "io/sockaddr.h"

struct uv_loop_s;

/* Looks host names up with getaddrinfo, which blocks, on threads of its own:
   one a look-up, up to PH_RESOLVER_THREADS_MAX, the rest wait their turn.  Not
   libuv's pool: there a name server that is silent for 20 s holds up everything
   behind it, even the end of the program, and 32 threads are started to look up
   one name.  A look-up given up is left to end by itself. */
struct ph_resolver;

enum {
	PH_RESOLVER_THREADS_MAX = 32
};

PH_MUST_USE enum ph_err ph_resolver_new(
    struct uv_loop_s *loop, struct ph_resolver **out);
/* Look-ups still under way are given up. */
void ph_resolver_free(struct ph_resolver *r);

struct ph_lookup;

/* eai is 0 or getaddrinfo's EAI_ code; the list is valid during the call. */
typedef void ph_lookup_fn(
    void *ctx, int eai, const struct ph_sockaddr *list, size_t count);

/* fn is called once from the loop, after which *out is no more, unless it was
   cancelled before.  An open look-up alone does not keep the loop going. */
PH_MUST_USE enum ph_err ph_lookup_start(struct ph_resolver *r, const char *host,
    uint16_t port, ph_lookup_fn *fn, void *ctx, struct ph_lookup **out);
void ph_lookup_cancel(struct ph_lookup *l);

/* What getaddrinfo's code means for host: the cause, and a text without it. */
void ph_lookup_fault(int eai, struct ph_fault *fault);

#endif
