#ifndef PH_CONNECTION_SYSTEM_PROXY_H
#define PH_CONNECTION_SYSTEM_PROXY_H

#include "connection/proxy_url.h"

/* Which proxy the environment names for a server: what `type = system` means.
   The variables are arguments. */

enum {
	PH_SYSTEM_PROXY_VARIABLES = 6
};

/* all_proxy, ALL_PROXY, https_proxy, HTTPS_PROXY, no_proxy, NO_PROXY: the first
   of four that is set names the proxy, also when it is empty, which is none;
   the last two, of which the first that is set counts, name servers that need
   none. */
extern const char *const ph_system_proxy_variables[PH_SYSTEM_PROXY_VARIABLES];

struct ph_system_proxy_target {
	struct ph_span host;
	uint16_t port;
};

struct ph_system_proxy {
	struct ph_proxy_url url; /* type PH_PROXY_NONE: straight */
	/* One line for the transcript: which variable, and what it says,
	   without a password. */
	const char *found;
};

/* values[i] is that of ph_system_proxy_variables[i], NULL where it is not set.
   Results lie in the arena.  PH_EINVAL with *fault that names the variable,
   PH_ENOMEM. */
PH_MUST_USE enum ph_err ph_system_proxy_choose(
    const char *const values[PH_SYSTEM_PROXY_VARIABLES],
    const struct ph_system_proxy_target *target, struct ph_arena *a,
    struct ph_system_proxy *out, struct ph_fault *fault);

/* What no_proxy lists: names, with or without a dot before them, each for
   itself and all below it; addresses; networks as 192.0.2.0/24; any of them
   with :port; * for all.  Commas or spaces between. */
bool ph_system_proxy_is_exempt(
    struct ph_span list, const struct ph_system_proxy_target *target);

#endif
