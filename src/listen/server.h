#ifndef PH_LISTEN_SERVER_H
#define PH_LISTEN_SERVER_H

#include "base/err.h"
#include "base/fault.h"
#include "base/span.h"
#include "connection/connection.h"
#include "inject/plan.h"
#include "io/loop.h"
#include "io/tls.h"
#include "sasl/server.h"
#include "smtpd/reply.h"
#include "smtpd/session.h"

/* A listener, and a session for each client: the engine of smtpd/ on a stream
   of io/, with TLS and logins.  What becomes of the mail a handler decides, so
   that the test server and the relay differ in nothing else. */
struct ph_server;

/* Who talks.  Valid as long as the session; helo changes with each EHLO. */
struct ph_server_client {
	const char *peer;      /* "192.0.2.1" */
	const char *local;     /* the address it came to */
	const char *tls;       /* "TLSv1.3"; NULL: in clear */
	const char *mechanism; /* "SCRAM-SHA-256"; NULL: not logged in */
	struct ph_span username;
	struct ph_span helo;
};

/* One mail transaction of a session, from MAIL to its end. */
struct ph_server_mail {
	const struct ph_server_client *client;
	void *data; /* the handler's own; NULL at first */
};

/* All are called from the loop.  A reply with code 0 says "later": the session
   waits until ph_server_answer().  Texts of replies are used at once.  At the
   end of a transaction the handler releases what it put into data: behind a
   refusal of mail or of content, when end is answered, or in abort. */
struct ph_server_handler {
	/* 250 takes the sender. */
	struct ph_smtpd_reply (*mail)(void *ctx, struct ph_server_mail *m,
	    const struct ph_smtpd_mail *mail);
	/* 250 takes this recipient. */
	struct ph_smtpd_reply (*rcpt)(void *ctx, struct ph_server_mail *m,
	    const struct ph_smtpd_rcpt *rcpt);
	/* 354 lets the content come. */
	struct ph_smtpd_reply (*content)(void *ctx, struct ph_server_mail *m);
	/* Octets of the content; a loan until it returns. */
	void (*body)(
	    void *ctx, struct ph_server_mail *m, struct ph_span octets);
	/* The content is complete.  250 takes the responsibility. */
	struct ph_smtpd_reply (*end)(void *ctx, struct ph_server_mail *m);
	/* The transaction is void; no answer is due any more.  Behind end,
	   before its answer: the client is gone and will not learn of it. */
	void (*abort)(void *ctx, struct ph_server_mail *m);
	/* ph_server_stop() or _drain() has ended; or NULL. */
	void (*stopped)(void *ctx);
	/* Because of what, a fault of the plan or a rule of its likeness, this
	   session now does something else; or NULL. */
	void (*injected)(void *ctx, uint64_t session, const char *what);
};

struct ph_server_config {
	const char *address; /* as ph_listener_new() */
	/* none; wanted: STARTTLS is offered; after-connect: and required before
	   MAIL and AUTH; before-connect: TLS first. */
	enum ph_encryption encryption;
	struct ph_tls_context *tls; /* borrowed; not for none */
	/* Borrowed; NULL: no AUTH. */
	const struct ph_sasl_users *users;
	bool login_required;  /* before MAIL */
	bool plaintext_login; /* PLAIN and LOGIN are offered in clear too */
	/* Copied.  hostname, limits and timeouts; the server sets what concerns
	   TLS and AUTH.  hostname must live as long as the server. */
	struct ph_smtpd_options smtp;
	size_t sessions_max; /* 0: 10,000; one more is told 421 */
	/* What it does wrong, and what it is like; borrowed.  NULL: nothing.
	   With one, texts of the answer to end have to be constants. */
	struct ph_inject_plan *plan;
	/* By enum ph_inject_certificate, those that the plan shows;
	   borrowed. */
	struct ph_tls_context *flawed[PH_INJECT_CERTIFICATE_COUNT];
	const struct ph_server_handler *handler; /* borrowed */
	void *ctx;
};

/* Listens from now on.  PH_EINVAL, PH_EIO with *fault; PH_ENOMEM. */
PH_MUST_USE enum ph_err ph_server_new(struct ph_loop *loop,
    const struct ph_server_config *config, struct ph_server **out,
    struct ph_fault *fault);
/* Drops what is left. */
void ph_server_free(struct ph_server *s);

/* "127.0.0.1:40123", valid as long as s. */
const char *ph_server_address(const struct ph_server *s);
size_t ph_server_session_count(const struct ph_server *s);

/* The answer put off.  PH_EINVAL: none is due, or it is not fit for a reply.
   The session goes on from the loop, not within this call. */
PH_MUST_USE enum ph_err ph_server_answer(
    struct ph_server_mail *m, const struct ph_smtpd_reply *reply);

/* No new clients, and those that are here are told 421 behind the message under
   way; after grace everything is dropped.  handler->stopped is called at the
   end, from the loop.  Again with less grace hurries it. */
void ph_server_stop(struct ph_server *s, ph_msec grace);
/* No new clients; those that are here may go on until they leave, for grace at
   most.  Ends like ph_server_stop(), which may follow. */
void ph_server_drain(struct ph_server *s, ph_msec grace);

#endif
