#ifndef PH_CONFIG_MEMORY_PLACE_H
#define PH_CONFIG_MEMORY_PLACE_H

#include "base/err.h"

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>

/* Where a server's files are below the directory of what is remembered. */

enum {
	PH_MEMORY_PATH_MAX = PATH_MAX
};

struct ph_memory_place {
	char server[PH_MEMORY_PATH_MAX];  /* what is known of it */
	char refused[PH_MEMORY_PATH_MAX]; /* logins it refused */
	char sent[PH_MEMORY_PATH_MAX];    /* what was sent there */
	char servers[PH_MEMORY_PATH_MAX]; /* the directory of the first */
	char tests[PH_MEMORY_PATH_MAX];   /* that of the last tests */
	char lock[PH_MEMORY_PATH_MAX];
};

/* PH_ENOTFOUND: there is no home, or the paths would be too long. */
PH_MUST_USE enum ph_err ph_memory_place_find(
    struct ph_memory_place *out, const char *host, uint16_t port);

/* The file of the last tests of the connection of that name, or where it has
   none ("") of that server.  False: there is no place for it. */
bool ph_memory_place_tests(const char *name, const char *host, uint16_t port,
    char out[PH_MEMORY_PATH_MAX]);

/* Removes servers, and tests, not written of for PH_KNOWN_AGE_MAX, and of more
   than PH_MEMORY_SERVERS_MAX those written of longest ago. */
void ph_memory_place_prune(const struct ph_memory_place *p);

/* Calls tell with each port of the host of which something is remembered, in no
   order, some twice. */
void ph_memory_place_ports(
    const char *host, void (*tell)(void *ctx, uint16_t port), void *ctx);

#endif
