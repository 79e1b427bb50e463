#ifndef PH_SMTP_CLIENT_H
#define PH_SMTP_CLIENT_H

#include "base/clock.h"
#include "base/err.h"
#include "base/fault.h"
#include "base/outcome.h"
#include "base/span.h"
#include "smtp/ehlo.h"
#include "smtp/envelope.h"
#include "smtp/reply.h"

/* One SMTP connection's client side, without the connection: bytes in, bytes
   out, events up (RFC 5321).  It makes no system call, reads no clock, uses no
   randomness and keeps no global, so the same object serves the command line,
   the daemon's event loop, the simulator and the fuzzer.

   How a driver uses it, whenever the stream moved or time passed:

       while the stream has bytes:  ph_smtp_client_receive()
       while ph_smtp_client_next_event():  act on it
       while ph_smtp_client_pending() gives spans:  write, _sent()
       again from the top while any of that moved: what was sent, too, makes
       events (BODY_WANTED, CLOSED)
       arm a timer for ph_smtp_client_deadline(), then _tick()

   No function calls back.  Every function may be called at any time between
   new and free; what makes no sense in the present state is PH_EINVAL. */
struct ph_smtp_client;

enum ph_smtp_tls {
	PH_SMTP_TLS_NONE = 0, /* in clear, or the stream is TLS already */
	PH_SMTP_TLS_WANTED,   /* STARTTLS where it is offered and taken */
	PH_SMTP_TLS_REQUIRED  /* STARTTLS or nothing */
};

/* How long to wait for each reply; 0 takes the default, which is that of RFC
   5321 4.5.3.2 where it names one. */
struct ph_smtp_timeouts {
	ph_msec greeting; /* 5 min */
	ph_msec ehlo;     /* 5 min */
	ph_msec tls;      /* STARTTLS's reply: 2 min */
	ph_msec auth;     /* each step: 2 min */
	ph_msec mail;     /* 5 min */
	ph_msec rcpt;     /* 5 min */
	ph_msec data;     /* DATA's 354: 2 min */
	ph_msec block;    /* no progress writing the content: 3 min */
	ph_msec final;    /* the answer to the final dot: 10 min */
	ph_msec quit; /* QUIT, RSET, NOOP: 30 s; QUIT must not hold anyone */
};

struct ph_smtp_options {
	struct ph_span helo; /* domain or address literal; copied */
	enum ph_smtp_tls tls;
	bool secure;        /* the stream below is TLS from the start */
	bool auth;          /* a login is wanted: AUTH_NEEDED before READY */
	bool no_pipelining; /* as if they were not offered */
	bool no_chunking;
	bool trace; /* emit TRACE events */
	/* The password: from the first login on, '*' stands over it wherever
	   the server says it.  Borrowed as long as the client; empty: none. */
	struct ph_span secret;
	/* One was made over another connection: from the start on. */
	bool secret_is_told;
	/* Transactions that may be under way at once, counting from MAIL sent
	   to final reply; 0: 4.  More than two only where CHUNKING serves. */
	uint32_t window;
	/* No more transactions than that in the session; 0: as many as the
	   server takes (RFC 9422 MAILMAX). */
	uint32_t mail_max;
	struct ph_smtp_timeouts timeouts;
};

enum ph_smtp_event_type {
	PH_SMTP_NONE = 0,

	/* A line of the conversation, secrets already removed; only with
	   options.trace.  .dir, .stage, .data */
	PH_SMTP_TRACE,

	/* The greeting came and was good.  .reply */
	PH_SMTP_GREETING,

	/* Capabilities are known: after each EHLO (or HELO, then with no flag);
	   ph_smtp_client_ehlo() has them.  .reply */
	PH_SMTP_EHLO,

	/* STARTTLS was agreed: wrap the stream now, then _tls_done(). */
	PH_SMTP_START_TLS,

	/* `wanted`: STARTTLS is not offered (.reply->code 0) or was refused;
	   the session goes on in clear.  .reply */
	PH_SMTP_TLS_SKIPPED,

	/* Call _auth(), or _auth_none() to go on without, or _quit(). */
	PH_SMTP_AUTH_NEEDED,

	/* .data is the decoded challenge; answer with _auth_respond() or
	   _auth_cancel(). */
	PH_SMTP_AUTH_CHALLENGE,

	/* .reply is 235, or the refusal.  After a refusal _auth() may try
	   another mechanism, or _quit().  After 235 feed SASL nothing more. */
	PH_SMTP_AUTH_DONE,

	/* Greeting, EHLO, TLS and AUTH are behind us: _mail() may be called. */
	PH_SMTP_READY,

	/* Give the next pieces of .mail's content with _body(). */
	PH_SMTP_BODY_WANTED,

	/* One recipient was accepted (.reply 2xx: not yet delivered!) or
	   refused.  .mail, .rcpt, .reply */
	PH_SMTP_RCPT_DONE,

	/* The transaction is over.  .mail, .result */
	PH_SMTP_MAIL_DONE,

	/* Another _mail() would be taken now (each time that becomes true after
	   READY). */
	PH_SMTP_ROOM,

	/* The answer to _noop().  .reply */
	PH_SMTP_NOOP_DONE,

	/* Nothing more will be said: close the stream.  The last event.  .fault
	   is NULL after an orderly QUIT. */
	PH_SMTP_CLOSED
};

enum ph_smtp_dir {
	PH_DIR_IN,  /* '<' from the server */
	PH_DIR_OUT, /* '>' to the server */
	PH_DIR_NOTE /* '*' about the conversation */
};

/* What became of one recipient. */
struct ph_smtp_rcpt_result {
	enum ph_outcome outcome;
	enum ph_stage stage;   /* where it was decided */
	struct ph_reply reply; /* that decided it; code 0 when none came */
};

struct ph_smtp_result {
	enum ph_outcome outcome; /* joined */
	enum ph_stage stage;     /* of the deciding reply of the whole */
	struct ph_reply reply;   /* final reply, or that to MAIL or DATA */
	const struct ph_smtp_rcpt_result *rcpts; /* as many as in the envelope,
	                                            in its order */
	size_t rcpt_count;
	/* Set when it was not a reply that decided: connection lost, timed out,
	   not sendable here.  cause PH_CAUSE_NONE otherwise. */
	struct ph_fault fault;
};

/* What the pointers lead to is valid until the next call on the client. */
struct ph_smtp_event {
	enum ph_smtp_event_type type;
	enum ph_smtp_dir dir;
	enum ph_stage stage;
	uint64_t mail; /* as given by _mail() */
	size_t rcpt;   /* index into the envelope */
	struct ph_span data;
	const struct ph_reply *reply;
	const struct ph_smtp_result *result;
	const struct ph_fault *fault;
};

/* PH_EINVAL: helo is empty or holds a control byte or a space. */
PH_MUST_USE enum ph_err ph_smtp_client_new(const struct ph_smtp_options *opt,
    ph_msec now, struct ph_smtp_client **out);
void ph_smtp_client_free(struct ph_smtp_client *c);

/* Bytes from the server, any number, cut anywhere.  What is wrong with them is
   told by events; the only error is PH_ENOMEM, after which the client is
   closed.  Bytes that come after CLOSED are ignored. */
PH_MUST_USE enum ph_err ph_smtp_client_receive(
    struct ph_smtp_client *c, ph_msec now, struct ph_span in);

/* The stream ended (fault NULL: orderly) or failed.  Transactions whose final
   dot was handed over become unsure, others retry; CLOSED follows.  fault is
   copied; its stage is replaced by where the conversation stood unless it is
   of the stages dns, connect, proxy, tls. */
void ph_smtp_client_lost(
    struct ph_smtp_client *c, ph_msec now, const struct ph_fault *fault);

/* Bytes for the server: fills out with at most max spans, in order, and returns
   how many.  Borrowed until the next call on c; report what was written, even
   in part, with _sent(). */
size_t ph_smtp_client_pending(
    const struct ph_smtp_client *c, struct ph_span *out, size_t max);
void ph_smtp_client_sent(struct ph_smtp_client *c, ph_msec now, size_t len);

/* When _tick() must be called, however quiet the server; PH_NEVER: no need. */
ph_msec ph_smtp_client_deadline(const struct ph_smtp_client *c);
void ph_smtp_client_tick(struct ph_smtp_client *c, ph_msec now);

/* Takes the next event, oldest first.  False when there is none. */
bool ph_smtp_client_next_event(
    struct ph_smtp_client *c, struct ph_smtp_event *out);

/* After START_TLS, once the handshake is done.  What was learned in clear is
   forgotten; a new EHLO goes out. */
PH_MUST_USE enum ph_err ph_smtp_client_tls_done(
    struct ph_smtp_client *c, ph_msec now);

/* Starts mechanism name.  initial is the first response, sent with AUTH when
   has_initial ("=" when it is empty, RFC 4954 4; held back for the first empty
   challenge where the line would grow over 512 octets).  The bytes are copied
   and wiped once sent.  PH_EINVAL: no login is due, or a name that is none. */
struct ph_smtp_auth {
	struct ph_span mechanism;
	struct ph_span initial; /* raw, not base64 */
	bool has_initial;
};
PH_MUST_USE enum ph_err ph_smtp_client_auth(
    struct ph_smtp_client *c, ph_msec now, const struct ph_smtp_auth *auth);
PH_MUST_USE enum ph_err ph_smtp_client_auth_respond(
    struct ph_smtp_client *c, ph_msec now, struct ph_span raw);
/* Sends "*" (RFC 4954 4); AUTH_DONE follows with the server's 501. */
PH_MUST_USE enum ph_err ph_smtp_client_auth_cancel(
    struct ph_smtp_client *c, ph_msec now);
/* Goes on to READY without a login. */
PH_MUST_USE enum ph_err ph_smtp_client_auth_none(
    struct ph_smtp_client *c, ph_msec now);

/* One transaction.  Everything borrowed stays valid until its MAIL_DONE. */
struct ph_smtp_mail {
	const struct ph_envelope *envelope;
	uint64_t size;  /* octets, lines ended by CRLF, before dot-stuffing;
	                    0: not known */
	bool eight_bit; /* octets above 0x7f in the content */
	bool utf8;      /* in its header section: needs SMTPUTF8 */
	bool probe;     /* MAIL and RCPT, then RSET: nothing is sent */
	uint64_t id;    /* the caller's name for it, in every event */
};

/* PH_OK       taken: MAIL_DONE will come for it, whatever happens
   PH_AGAIN    no room now; ROOM will tell
   PH_EINVAL   not READY, closed, or quitting; or a control byte, space or
               bracket where none may be.  *fault says which (may be NULL)
   PH_ENOMEM
   What this server cannot take (over its SIZE, SMTPUTF8 or 8BITMIME missing) is
   not an error here: the transaction is taken, nothing is sent, and MAIL_DONE
   says failed, with the fault. */
PH_MUST_USE enum ph_err ph_smtp_client_mail(struct ph_smtp_client *c,
    ph_msec now, const struct ph_smtp_mail *mail, struct ph_fault *fault);

/* True where _mail() would not say PH_AGAIN or PH_EINVAL for the state. */
bool ph_smtp_client_has_room(const struct ph_smtp_client *c);

/* True once no more mails go in this session (RFC 9422 MAILMAX, or the option's
   mail_max): no room will come, quit and connect again. */
bool ph_smtp_client_is_spent(const struct ph_smtp_client *c);

/* Pieces of the content of the transaction that BODY_WANTED named.  Their bytes
   are borrowed until the next BODY_WANTED or the MAIL_DONE of the same
   transaction.  A piece may end anywhere.  dot_free promises that no line in it
   begins with a dot (an encoder's output), so that it is not searched.  Lines
   end in CRLF; a last line without one gets it.  At most PH_SMTP_PIECES_MAX
   spans. */
enum {
	PH_SMTP_PIECES_MAX = 16
};

struct ph_smtp_body {
	const struct ph_span *pieces;
	size_t count;
	bool last;
	bool dot_free;
};
PH_MUST_USE enum ph_err ph_smtp_client_body(struct ph_smtp_client *c,
    ph_msec now, uint64_t mail, const struct ph_smtp_body *body);

/* The content cannot be had (a file shrank).  Nothing that ends the message is
   sent any more: the session is over, the transaction gets the fault. */
void ph_smtp_client_body_failed(struct ph_smtp_client *c, ph_msec now,
    uint64_t mail, const struct ph_fault *fault);

PH_MUST_USE enum ph_err ph_smtp_client_noop(
    struct ph_smtp_client *c, ph_msec now);
/* Sends QUIT once what is under way has ended; takes no more mail.  In the
   midst of a login or before READY it is sent at the next chance. */
void ph_smtp_client_quit(struct ph_smtp_client *c, ph_msec now);

/* What the last EHLO offered; all zero before.  Valid as long as c, changed by
   _receive() and _tls_done(). */
const struct ph_ehlo *ph_smtp_client_ehlo(const struct ph_smtp_client *c);

/* Where the conversation stands. */
enum ph_stage ph_smtp_client_stage(const struct ph_smtp_client *c);

#endif
