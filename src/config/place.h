#ifndef PH_CONFIG_PLACE_H
#define PH_CONFIG_PLACE_H

#include "base/err.h"

/* Where configuration is: strings of the heap, freed by the caller. */

/* "DIR/NAMESUFFIX"; NULL when memory is out. */
char *ph_place_join(const char *dir, const char *name, const char *suffix);

/* $XDG_CONFIG_HOME/posthaste, else $HOME/.config/posthaste; neither:
   PH_ENOTFOUND.  PH_ENOMEM. */
PH_MUST_USE enum ph_err ph_place_user(char **out);

/* $XDG_STATE_HOME/posthaste, else $HOME/.local/state/posthaste, where $HOME is
   there: a home is not made.  Likewise. */
PH_MUST_USE enum ph_err ph_place_state(char **out);

/* /etc/posthaste */
extern const char ph_place_system[];

/* The file's name without directory and ".conf".  NULL when memory is out. */
char *ph_place_name(const char *path);
/* The directory it is in: "." for none.  NULL when memory is out. */
char *ph_place_dir(const char *path);

#endif
