#ifndef PH_FOREIGN_PROFILE_H
#define PH_FOREIGN_PROFILE_H

#include "connection/settings.h"

/* All settings of a connection as they work out, so that two can be held side
   by side: what is inherited, derived or left out filled in, and what means the
   same written the same. */
struct ph_foreign_profile {
	struct ph_arena *arena;
	struct ph_connection connection;
	struct ph_span *values; /* one for each row of ph_settings */
};

/* In the arena.  PH_EINVAL with *fault, PH_ENOMEM. */
PH_MUST_USE enum ph_err ph_foreign_profile_make(const struct ph_resolve *in,
    struct ph_arena *a, struct ph_foreign_profile *out, struct ph_fault *fault);

/* By "port", "proxy.host". */
struct ph_span ph_foreign_profile_get(
    const struct ph_foreign_profile *p, const char *setting);

/* That a row's values mean the same.  PH_ENOMEM. */
PH_MUST_USE enum ph_err ph_foreign_profile_eq(
    const struct ph_foreign_profile *p, const struct ph_foreign_profile *q,
    const struct ph_setting *row, bool *out);

/* Takes an address with a display name apart; the name without quotes and
   escapes, in the arena.  PH_ENOMEM. */
PH_MUST_USE enum ph_err ph_foreign_split_from(struct ph_span from,
    struct ph_arena *a, struct ph_span *address, struct ph_span *name);

/* One of the places where systems keep the certificates that they trust. */
bool ph_foreign_is_system_ca(struct ph_span path);

#endif
