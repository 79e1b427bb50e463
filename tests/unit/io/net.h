#ifndef PH_TESTS_IO_NET_H
#define PH_TESTS_IO_NET_H

#include "io/loop.h"
#include "io/stream.h"

#include <stdbool.h>

/* Loopback sockets for the tests of this room. */

/* Two ends of one TCP connection, non-blocking. */
void net_pair(int fds[2]);

/* A port that nobody listens on. */
unsigned net_dead_port(void);

/* Turns the loop until *flag, for at most 10 s; false when that passed. */
bool net_run(struct ph_loop *l, const bool *flag);
/* Turns it for so long. */
void net_run_for(struct ph_loop *l, ph_msec ms);

/* Counts how often it was called: a stream's fn. */
void net_count(void *ctx);

#endif
