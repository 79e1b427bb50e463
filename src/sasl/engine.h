#ifndef PH_SASL_ENGINE_H
#define PH_SASL_ENGINE_H

#include "base/buf.h"
#include "base/err.h"
#include "base/span.h"
#include "sasl/mechanism.h"

/* What a mechanism is, and who speaks it.  For this room, and for the module
   gsasl that it loads. */

/* One row a mechanism, strongest first. */
struct ph_sasl_mechanism {
	const char *name;
	bool is_scram;
	bool is_plus;      /* binds to the channel */
	bool is_cleartext; /* shows the password or the token */
	bool is_binary;    /* its challenges are no text */
	bool is_first;     /* the client speaks first */
	bool needs_user;   /* and a password */
	bool needs_token;  /* and a user name */
	bool needs_certificate;
	bool needs_ticket; /* of Kerberos; its steps may wait for a KDC */
	bool named_only;   /* never of "auto" */
	bool served;
	/* Who speaks it for the client; NULL: the module gsasl (gsasl.h). */
	const struct ph_sasl_engine *engine;
};

extern const struct ph_sasl_mechanism ph_sasl_mechanisms[];
extern const size_t ph_sasl_mechanisms_count;

/* Any case; NULL: none. */
const struct ph_sasl_mechanism *ph_sasl_mechanism_row(struct ph_span name);

/* The client's words in one mechanism or more.  What every challenge has to be
   like was looked at before (client.c), and what an error means to a person is
   said after. */
struct ph_sasl_engine {
	/* Everything is copied.  PH_EINVAL: user name or password cannot be
	   carried; PH_ENOMEM. */
	enum ph_err (*begin)(const struct ph_sasl_mechanism *row,
	    const struct ph_sasl_credentials *cred,
	    const struct ph_sasl_channel *channel, void **out);
	/* Wipes what is secret; NULL is accepted. */
	void (*end)(void *state);
	/* Replaces *out.  PH_OK, PH_EOF (nothing more is expected); PH_EPROTO:
	   no challenge of this mechanism; PH_EDENIED: a challenge that does not
	   fit to what was said before; PH_EINVAL, PH_EIO (a module is missing),
	   PH_ENOMEM, PH_ETOOBIG.  Where the engine knows better than that what
	   went wrong it adds words to *remark, without the secret. */
	enum ph_err (*step)(void *state, struct ph_span challenge,
	    struct ph_buf *out, struct ph_buf *remark);
	/* NULL where a mechanism has no such thing: one more challenge after
	   PH_EOF tells why the login is about to be refused.  Replaces *out by
	   what is to be said to it, and adds to *remark what it tells.
	   PH_ENOMEM, PH_ETOOBIG. */
	enum ph_err (*explained)(void *state, struct ph_span challenge,
	    struct ph_buf *out, struct ph_buf *remark);
	/* What has to be loaded for it; NULL: nothing. */
	const char *module;
};

#endif
