#ifndef PH_CONFIG_VAULT_KEYRING_H
#define PH_CONFIG_VAULT_KEYRING_H

#include "base/err.h"
#include "base/fault.h"
#include "base/secret.h"
#include "connection/connection.h"
#include "connection/role.h"

/* Secrets of connections in the keyring of a person's session (io/keyring.h),
   an entry for each connection and role, bound to the place it was stored for
   (ph_role_place).  The service has conn->timeout to answer. */

/* PH_EINVAL: the connection has no such place.  PH_EIO, PH_ETIMEOUT with
   *fault, as all of them. */
PH_MUST_USE enum ph_err ph_vault_keyring_set(const struct ph_connection *conn,
    enum ph_role role, const struct ph_secret *secret, struct ph_fault *fault);
/* PH_ENOTFOUND: none is stored. */
PH_MUST_USE enum ph_err ph_vault_keyring_forget(const char *name,
    enum ph_role role, ph_msec timeout, struct ph_fault *fault);
/* PH_ENOTFOUND without a fault: there is none.  PH_EDENIED: for another place;
   PH_EINVAL: a server on the spot has no name to look for. */
PH_MUST_USE enum ph_err ph_vault_keyring_find(const struct ph_connection *conn,
    enum ph_role role, struct ph_secret *out, struct ph_fault *fault);

#endif
