#ifndef PH_SASL_GSASL_H
#define PH_SASL_GSASL_H

#include "sasl/engine.h"
#include "sasl/kerberos.h"
#include "sasl/server.h"

/* What libgsasl does for Posthaste: the room gsasl, a module of its own that is
   loaded on first need.  libgsasl brings five libraries with it, Kerberos among
   them, and most starts of a program see no login. */
struct ph_gsasl_server;

struct ph_gsasl {
	struct ph_sasl_engine client;
	/* The other side.  users is borrowed.  PH_ENOMEM, PH_EINVAL: no channel
	   to bind to. */
	enum ph_err (*server_new)(const struct ph_sasl_mechanism *row,
	    const struct ph_sasl_users *users,
	    const struct ph_sasl_channel *channel,
	    struct ph_gsasl_server **out);
	void (*server_free)(struct ph_gsasl_server *s); /* NULL is accepted */
	/* Replaces *out.  PH_OK, PH_EOF: the login is good; PH_EDENIED,
	   PH_ENOMEM, PH_ETOOBIG. */
	enum ph_err (*server_step)(struct ph_gsasl_server *s,
	    struct ph_span response, struct ph_buf *out);
	/* Valid as long as s. */
	struct ph_span (*server_username)(const struct ph_gsasl_server *s);
	struct ph_kerberos kerberos;
};

/* NULL when the module cannot be loaded.  Any thread. */
const struct ph_gsasl *ph_gsasl(void);

/* The module's one symbol, and its name, which the loader looks for where the
   program or the library says (its RUNPATH). */
#define PH_GSASL_SYMBOL "ph_gsasl_module"
#define PH_GSASL_FILE   "posthaste-gsasl.so"

#endif
