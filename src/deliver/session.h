#ifndef PH_DELIVER_SESSION_H
#define PH_DELIVER_SESSION_H

#include "base/clock.h"
#include "base/err.h"
#include "base/fault.h"
#include "base/outcome.h"
#include "base/secret.h"
#include "connection/connection.h"
#include "deliver/content.h"
#include "io/loop.h"
#include "io/tls.h"
#include "memory/gate.h"
#include "memory/known.h"
#include "smtp/client.h"

/* A session: the client engine and a stream together, from the look-up of the
   host to QUIT, over which any number of messages go.  All of it runs on the
   caller's loop; what happened is pulled as events; the blocking calls at the
   end are for programs that have nothing else to do. */
struct ph_session;

/* One line of the transcript, secrets already removed. */
struct ph_trace {
	double t_ms; /* since the session was started */
	enum ph_smtp_dir dir;
	bool tls;
	enum ph_stage stage;
	struct ph_span line; /* UTF-8 not promised; no line end */
};

typedef void ph_trace_fn(void *ctx, const struct ph_trace *t);

/* How an attempt to log in ended. */
enum ph_attempt_end {
	PH_ATTEMPT_LOCAL = 0, /* by a fault of our own, or the connection's */
	PH_ATTEMPT_WORKED,
	PH_ATTEMPT_REFUSED, /* who logs in was judged */
	PH_ATTEMPT_BROKEN,  /* for the mechanism's own sake */
	PH_ATTEMPT_DEFERRED /* not now */
};

struct ph_session_options {
	const struct ph_connection *connection; /* borrowed */
	/* Borrowed as long as the session; NULL: none.  password is a token
	   where ph_connection_wants_token(). */
	const struct ph_secret *password;
	const struct ph_secret *proxy_password;
	const struct ph_secret *key_password; /* of the client's key */
	ph_trace_fn *trace;                   /* may be NULL */
	void *trace_ctx;
	bool no_chunking; /* DATA also where CHUNKING is offered */
	/* So many weaker mechanisms are tried after one that was refused as if
	   user name or password were wrong (535): servers advertise what they
	   have not set up. */
	unsigned weaker_max;
	/* What is known of the server from before; may be NULL.  Borrowed as
	   long as the session, as the next. */
	const struct ph_known *known;
	const struct ph_gate *gate; /* may be NULL: all logins may be made */
	/* After a 535 the user name's other shape is tried once, ann for
	   ann@example.com or the other way round.  Where it is taken the login
	   fails all the same, as PH_CAUSE_AUTH_USERNAME with advice. */
	bool other_name;
};

/* PH_EINVAL with *fault: a certificate file, pin, helo, proxy ... is wrong.
   With [proxy] type = system the environment is read now. */
PH_MUST_USE enum ph_err ph_session_new(struct ph_loop *l,
    const struct ph_session_options *opt, struct ph_session **out,
    struct ph_fault *fault);
/* Cuts the connection if it is open.  Not from within a callback. */
void ph_session_free(struct ph_session *s);
PH_DEFINE_CLEANUP(ph_session_free, struct ph_session)

/* What is known of the server so far.  Valid as long as s; strings are "" and
   pointers NULL while not known. */
struct ph_session_attempt {
	char mechanism[24];
	uint16_t code; /* 0: it did not come to an answer; text says why */
	uint16_t enhanced[3];
	char text[256];
	double ms;        /* from AUTH to its end */
	bool reconnected; /* a new connection was made for it */
	enum ph_attempt_end end;
	/* As whom, where that was not the connection's user name; else "". */
	const char *username;
};

enum {
	PH_SESSION_ATTEMPTS_MAX = 16,
	PH_SESSION_WARNINGS_MAX = 8 /* of further ones the last stays */
};

struct ph_session_timing { /* milliseconds; below 0: did not happen */
	double dns, connect, proxy, greeting, tls, ehlo, auth, data, total;
};

struct ph_session_facts {
	const char *host;
	const char *address; /* connected to; NULL through a proxy */
	uint16_t port;
	const char *proxy; /* "socks5://proxy.example.com:1080"; "": none */
	bool proxy_works;  /* it took us, whatever became of the way */
	enum ph_encryption encryption; /* as asked for */
	const struct ph_tls_info *tls; /* NULL: in clear */
	/* The certificate seen, also when it was the one that failed. */
	const struct ph_certificate *certificate;
	const char *mechanism;      /* that logged in */
	const char *greeting;       /* "220 mail.example.com ESMTP" */
	const struct ph_ehlo *ehlo; /* the last one */
	const struct ph_session_attempt *attempts;
	size_t attempt_count;
	struct ph_session_timing timing;
	enum ph_stage stage; /* the deepest reached */
	/* Of the content begun last, handed to the engine so far. */
	uint64_t content_octets;
	/* What a person has to know though it went on, the first first:
	   `wanted` goes on in clear or with a certificate that failed, the
	   version of TLS is broken ... */
	const char *const *warnings;
	size_t warning_count;
	/* Less was offered than what is known of the server. */
	bool is_poorer;
	/* Since when another key than the present one was known; 0: it is the
	   same, or none was. */
	ph_unixtime key_since;
};
const struct ph_session_facts *ph_session_facts(const struct ph_session *s);

/* A message on its way.  Content and envelope stay valid until DONE. */
struct ph_job {
	struct ph_content *content; /* NULL with probe */
	const struct ph_envelope *envelope;
	bool probe; /* MAIL and RCPT, then RSET */
	uint64_t id;
};

struct ph_delivered_rcpt {
	struct ph_span address; /* the envelope's */
	enum ph_outcome outcome;
	enum ph_stage stage;
	uint16_t code;
	uint16_t enhanced[3];
	const char *text;      /* of the reply; with code 0 why none was asked
	                          for; "" when none */
	const char *server_id; /* what the server calls the message ("queued as
	                          4F1"), or "" */
};

/* All of it is owned by the result; ph_delivery_free() ends it. */
struct ph_delivery {
	enum ph_outcome outcome;
	enum ph_stage stage;
	const struct ph_delivered_rcpt *rcpts;
	size_t rcpt_count;
	struct ph_fault fault; /* set unless everything was delivered */
	double data_ms;        /* first octet of content to the final reply */
};

/* A recipient has the message, or may have it.  NULL: none has. */
bool ph_delivery_reached(const struct ph_delivery *d);
void ph_delivery_free(struct ph_delivery *d);
PH_DEFINE_CLEANUP(ph_delivery_free, struct ph_delivery)

enum ph_session_event_type {
	PH_SESSION_NONE = 0,
	PH_SESSION_READY,
	PH_SESSION_ROOM,   /* another job would be taken */
	PH_SESSION_DONE,   /* .id, .delivery (the caller's to free) */
	PH_SESSION_CLOSED, /* .fault, or NULL after an orderly end; the last
	                      one.  Every job has had its DONE before */
};

struct ph_session_event {
	enum ph_session_event_type type;
	uint64_t id;
	struct ph_delivery *delivery;
	const struct ph_fault *fault; /* valid as long as s */
};

/* fn is called from the loop when events wait. */
typedef void ph_session_fn(void *ctx);
void ph_session_on_event(struct ph_session *s, ph_session_fn *fn, void *ctx);
bool ph_session_next_event(struct ph_session *s, struct ph_session_event *out);

/* The server, or messages-per-session, admits no more messages in this session
   (RFC 9422 MAILMAX): quit, and begin another.  Where a job takes more
   transactions than that, it goes on over another connection by itself. */
bool ph_session_is_spent(const struct ph_session *s);
/* CLOSED was, or is about to be, told. */
bool ph_session_is_closed(const struct ph_session *s);

PH_MUST_USE enum ph_err ph_session_start(struct ph_session *s);
/* PH_AGAIN: no room, wait for ROOM.  PH_EINVAL with *fault: not ready, or spent
   (PH_CAUSE_CONNECTION_LOST), or an envelope that cannot go to the wire. */
PH_MUST_USE enum ph_err ph_session_submit(
    struct ph_session *s, const struct ph_job *job, struct ph_fault *fault);
void ph_session_quit(struct ph_session *s);

/* Runs the loop until READY.  PH_OK, or PH_EIO with *fault. */
PH_MUST_USE enum ph_err ph_session_connect(
    struct ph_session *s, struct ph_fault *fault);
/* Runs the loop until the job is DONE.  PH_OK whenever *out was set, whatever
   the outcome; PH_EINVAL, PH_ENOMEM with *fault. */
PH_MUST_USE enum ph_err ph_session_deliver(struct ph_session *s,
    const struct ph_job *job, struct ph_delivery **out, struct ph_fault *fault);
/* QUIT, and waits for the end (at most the quit timeout). */
void ph_session_disconnect(struct ph_session *s);
/* Makes a blocking call return soon, as if the connection was cut
   (PH_CAUSE_INTERRUPTED); fit for a signal handler's use of the loop. */
void ph_session_interrupt(struct ph_session *s);

#endif
