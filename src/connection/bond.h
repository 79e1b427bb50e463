#ifndef PH_CONNECTION_BOND_H
#define PH_CONNECTION_BOND_H

#include "connection/settings.h"

/* What belongs to a place, and goes to no other by inheritance: the password to
   the server's host, a proxy's to the proxy, the application's secret to
   whoever gives out the tokens.  A file that names no
   place, itself or by what it inherits, is for any. */

/* Whether value, which file `depth` of the chain says of row, is for another
   place than the one the connection has.  Of sources only those that name the
   secret itself are: `prompt`, `stored` and `keyring` ask for each connection's
   own.  The encryption is where a port is said nearer than it. */
bool ph_bond_holds(const struct ph_resolve *in, const struct ph_setting *row,
    struct ph_span value, size_t depth);

/* The place that it is for; empty where it is bound to none. */
struct ph_span ph_bond_place(
    const struct ph_resolve *in, const struct ph_setting *row, size_t depth);

#endif
