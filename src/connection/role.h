#ifndef PH_CONNECTION_ROLE_H
#define PH_CONNECTION_ROLE_H

#include "base/buf.h"
#include "base/err.h"
#include "connection/connection.h"

/* What a secret of a connection is for.  A connection may have one of each;
   where it comes from and whom it may be shown to differ. */
enum ph_role {
	PH_ROLE_PASSWORD = 0, /* or the token of the login */
	PH_ROLE_PROXY,        /* the password at the proxy */
	PH_ROLE_CLIENT_KEY,   /* the passphrase of the client's key */
	PH_ROLE_OAUTH_CLIENT, /* the application's, at the token endpoint */
	PH_ROLE_TOKEN         /* what a sign-in brought; `login` gets it */
};

enum {
	PH_ROLE_COUNT = PH_ROLE_TOKEN + 1
};

/* "password", "proxy", "client-key", "oauth-client", "token". */
const char *ph_role_name(enum ph_role role);
/* One of those words; case does not matter.  PH_EINVAL. */
PH_MUST_USE enum ph_err ph_role_parse(struct ph_span s, enum ph_role *out);

/* What a person calls the secret: "password", "proxy password". */
const char *ph_role_noun(enum ph_role role);
/* The setting that names its source: "password-from",
   "proxy.password-from". */
const char *ph_role_setting(enum ph_role role);

/* Where c says it comes from.  A token's source is the password's. */
const struct ph_secret_source *ph_role_source(
    const struct ph_connection *c, enum ph_role role);

/* Has it come from elsewhere. */
void ph_role_set_source(struct ph_connection *c, enum ph_role role,
    const struct ph_secret_source *source);

/* Whom it is for and nobody else: the server's host, the proxy's, the key's
   file, the token endpoint (or the provider's name).  Valid as long as c. */
const char *ph_role_place(const struct ph_connection *c, enum ph_role role);
/* What ph_role_place() is: "host", "proxy", "key", "endpoint". */
const char *ph_role_place_noun(enum ph_role role);
/* As whom: a user name, a client id; "" for a key.  Valid as long as c. */
const char *ph_role_user(const struct ph_connection *c, enum ph_role role);

/* Whether anything on the way to READY asks for it.  That of a key only where a
   source is named, since keys without one are usual; an application's never is:
   who wants a token fetches it. */
bool ph_role_is_needed(const struct ph_connection *c, enum ph_role role);

/* Appends "password for ann at smtp.example.com", "passphrase for the key
   /etc/ann.pem".  PH_ENOMEM, PH_ETOOBIG. */
PH_MUST_USE enum ph_err ph_role_describe(
    const struct ph_connection *c, enum ph_role role, struct ph_buf *out);

#endif
