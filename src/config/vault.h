#ifndef PH_CONFIG_VAULT_H
#define PH_CONFIG_VAULT_H

#include "base/arena.h"
#include "base/err.h"
#include "base/fault.h"
#include "base/secret.h"
#include "connection/connection.h"
#include "connection/role.h"

/* Secrets kept in files of mode 0600, one for each connection and role,
   DIR/NAME and DIR/NAME@ROLE, bound to the place they were stored for
   (ph_role_place): the first line is that, the rest the secret. */

/* conn->name says which file.  PH_EINVAL (the name is none; the connection has
   no such place), PH_EIO ... */
PH_MUST_USE enum ph_err ph_vault_set(const char *dir,
    const struct ph_connection *conn, enum ph_role role,
    const struct ph_secret *secret, struct ph_fault *fault);
/* PH_ENOTFOUND with *fault: none is stored. */
PH_MUST_USE enum ph_err ph_vault_forget(const char *dir, const char *name,
    enum ph_role role, struct ph_fault *fault);

/* A secret that is stored, without its value. */
struct ph_vault_entry {
	const char *name; /* of the connection */
	enum ph_role role;
	const char *place; /* it is for; "" when the file cannot be used */
};

/* What is stored, by name; in the arena.  Nothing stored, or no directory: a
   count of 0. */
PH_MUST_USE enum ph_err ph_vault_list(const char *dir, struct ph_arena *a,
    const struct ph_vault_entry **out, size_t *count_out,
    struct ph_fault *fault);

/* A secret of a connection, from wherever it says (ph_role_source).  With no
   source named, the stored one if there is one, else the terminal is asked when
   there is one and the role is a password (question: "Password for
   ann@example.com at smtp.example.com: ").  PH_ENOTFOUND, PH_EDENIED (another
   place, file not private), PH_EINVAL (a source that is not supported yet),
   with *fault. */
PH_MUST_USE enum ph_err ph_vault_secret(const char *dir,
    const struct ph_connection *conn, enum ph_role role, struct ph_secret *out,
    struct ph_fault *fault);

/* When what ph_vault_secret() gives became what it is, in milliseconds since
   1970: a file's time, or now for what is typed.  0: that cannot be told. */
int64_t ph_vault_changed_msec(
    const char *dir, const struct ph_connection *conn, enum ph_role role);

#endif
