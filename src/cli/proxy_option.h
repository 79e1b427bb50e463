#ifndef PH_CLI_PROXY_OPTION_H
#define PH_CLI_PROXY_OPTION_H

#include "base/arena.h"
#include "base/err.h"
#include "base/fault.h"

/* --proxy URL, `none` or `system`: the settings that it stands for.  A URL is
   the whole of a proxy, so that nobody else's user or password goes there. */
struct ph_proxy_option {
	struct {
		const char *setting;
		const char *value;
	} items[6];

	size_t count;
};

/* Values lie in the arena.  PH_EINVAL with *fault, a password in the URL among
   the reasons; PH_ENOMEM. */
PH_MUST_USE enum ph_err ph_proxy_option_read(const char *value,
    struct ph_arena *a, struct ph_proxy_option *out, struct ph_fault *fault);

#endif
