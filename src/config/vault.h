#ifndef PH_CONFIG_VAULT_H
#define PH_CONFIG_VAULT_H

#include "base/err.h"
#include "base/fault.h"
#include "base/secret.h"
#include "connection/connection.h"

/* Secrets kept in files of mode 0600, DIR/NAME, bound to the host they were
   stored for: the first line is that host, the rest the secret. */

/* conn->name says which file.  PH_EINVAL (the name is none), PH_EIO ... */
PH_MUST_USE enum ph_err ph_vault_set(const char *dir,
    const struct ph_connection *conn, const struct ph_secret *secret,
    struct ph_fault *fault);
/* PH_ENOTFOUND with *fault: none is stored. */
PH_MUST_USE enum ph_err ph_vault_forget(
    const char *dir, const char *name, struct ph_fault *fault);

/* The password of a connection, from wherever password_from says; with no
   source named, the stored one if there is one, else the terminal is asked when
   there is one (question: "Password for ann@example.com at smtp.example.com:
   ").  PH_ENOTFOUND, PH_EDENIED (another host, file not private), PH_EINVAL
   (the keyring, which is not supported yet), with *fault. */
PH_MUST_USE enum ph_err ph_vault_password(const char *dir,
    const struct ph_connection *conn, struct ph_secret *out,
    struct ph_fault *fault);

#endif
