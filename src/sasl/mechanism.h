#ifndef PH_SASL_MECHANISM_H
#define PH_SASL_MECHANISM_H

#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/span.h"

#include <stdint.h>

enum {
	PH_SASL_NAME_MAX = 20, /* RFC 4422 3.1 */
	PH_SASL_CHOICE_MAX = 64,
	PH_SASL_NONCE_SIZE = 8
};

enum ph_sasl_binding {
	PH_BINDING_NONE = 0,
	PH_BINDING_TLS_UNIQUE,  /* TLS 1.2 with extended master secret, RFC
	                          5929 */
	PH_BINDING_TLS_EXPORTER /* TLS 1.3, RFC 9266 */
};

/* The channel the login would go through. */
struct ph_sasl_channel {
	bool secure;            /* TLS, and its certificate was accepted */
	bool plaintext_allowed; /* allow-plaintext-password = yes */
	enum ph_sasl_binding binding;
	struct ph_span binding_data; /* raw */
	/* The hash of the server's certificate, tls-server-end-point (RFC 5929
	   4.1), for NTLM; empty: none. */
	struct ph_span end_point;
};

struct ph_sasl_credentials {
	struct ph_span username; /* UTF-8; empty: none */
	/* One secret of a ph_secret, and which it is: a password is never sent
	   as a token, nor a token as a password. */
	struct ph_span password;
	bool has_password;
	struct ph_span token; /* an OAuth 2.0 access token */
	bool has_token;
	bool has_certificate;   /* a client certificate is configured */
	bool has_ticket;        /* of Kerberos, for this user */
	struct ph_span authzid; /* usually empty */
	struct ph_span host;    /* the server's name */
	uint16_t port;
	/* For NTLM, beside the user name; the mechanisms read no clock and
	   throw no dice. */
	struct ph_span domain; /* UTF-8; may be empty */
	ph_unixtime now;
	unsigned char nonce[PH_SASL_NONCE_SIZE]; /* random */
};

/* Why a mechanism is or is not tried. */
enum ph_sasl_fitness {
	PH_SASL_FITS = 0,
	PH_SASL_NOT_OFFERED, /* allowed by name, and the server has it not */
	PH_SASL_NOT_ALLOWED, /* the connection's list leaves it out; ANONYMOUS
	                          always, unless named */
	PH_SASL_NOT_KNOWN,   /* offered, and Posthaste does not speak it */
	PH_SASL_NO_BINDING,  /* -PLUS without a channel to bind to */
	PH_SASL_CLEARTEXT,   /* would show the password without TLS */
	PH_SASL_NO_CREDENTIALS, /* needs a user name, password or certificate */
	PH_SASL_NO_TOKEN,       /* needs a token, and there is a password */
	PH_SASL_NO_PASSWORD,    /* needs a password, and there is a token */
	PH_SASL_NO_TICKET       /* and not asked for by name */
};

struct ph_sasl_candidate {
	char name[PH_SASL_NAME_MAX + 1];
	enum ph_sasl_fitness fitness;
};

/* A value.  Those that fit come first, strongest first (the order of "auto", or
   the connection's own). */
struct ph_sasl_choice {
	struct ph_sasl_candidate items[PH_SASL_CHOICE_MAX];
	size_t count;
	size_t fit_count;
	bool by_list; /* the order is the connection's, not that of strength */
};

struct ph_sasl_question {
	const struct ph_span *offered; /* the server's names */
	size_t offered_count;
	const struct ph_span *allowed; /* the connection's; none: "auto" */
	size_t allowed_count;
	const struct ph_sasl_credentials *credentials;
	const struct ph_sasl_channel *channel;
};

/* Strongest first: SCRAM-SHA-256-PLUS SCRAM-SHA-256 SCRAM-SHA-1-PLUS
   SCRAM-SHA-1 OAUTHBEARER XOAUTH2 GSSAPI EXTERNAL CRAM-MD5 NTLM LOGIN PLAIN;
   EXTERNAL only with a certificate, OAUTHBEARER and XOAUTH2 only with a token,
   GSSAPI only with a ticket or where the connection names it.  They and
   PLAIN, LOGIN never over a channel that is neither secure nor
   plaintext_allowed. */
void ph_sasl_choose(
    const struct ph_sasl_question *q, struct ph_sasl_choice *out);

/* One line for the transcript: "SCRAM-SHA-256, the strongest of SCRAM-SHA-256
   PLAIN; not used: SCRAM-SHA-256-PLUS (no channel binding), GSSAPI (not
   supported)".  PH_ENOMEM, PH_ETOOBIG. */
PH_MUST_USE enum ph_err ph_sasl_choice_describe(
    const struct ph_sasl_choice *choice, struct ph_buf *out);

/* The words in brackets above. */
const char *ph_sasl_fitness_text(enum ph_sasl_fitness fitness);

/* A name that Posthaste knows as client (any case), in its canonical case, or
   NULL. */
const char *ph_sasl_mechanism_find(struct ph_span name);
/* Would show the password or the token to who reads the channel. */
bool ph_sasl_mechanism_is_cleartext(const char *name);
/* Logs in by a token. */
bool ph_sasl_mechanism_needs_token(const char *name);
/* Logs in by user name and password. */
bool ph_sasl_mechanism_needs_password(const char *name);
/* The file of the module that the client's side of it is loaded from (any
   known name); NULL: none. */
const char *ph_sasl_mechanism_module(const char *name);

#endif
