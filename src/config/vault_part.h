#ifndef PH_CONFIG_VAULT_PART_H
#define PH_CONFIG_VAULT_PART_H

#include "base/err.h"
#include "base/fault.h"
#include "connection/connection.h"
#include "connection/role.h"

/* What files and keyring have in common: a secret is bound to its place. */

/* What it is for must be there before anything is kept for it.  PH_EINVAL with
   *fault. */
PH_MUST_USE enum ph_err ph_vault_check_place(const struct ph_connection *conn,
    enum ph_role role, struct ph_fault *fault);
/* Sets *fault: what is stored is for another place.  more is what the advised
   command has besides: "", " --keyring". */
void ph_vault_refuse_place(const struct ph_connection *conn, enum ph_role role,
    const char *more, struct ph_fault *fault);

#endif
