#ifndef PH_SMTPD_SESSION_H
#define PH_SMTPD_SESSION_H

#include "base/clock.h"
#include "base/err.h"
#include "base/span.h"
#include "smtpd/reply.h"
#include "smtpd/stage.h"

#include <stdint.h>

/* One SMTP connection's server side, without the connection: bytes in, bytes
   out, events up (RFC 5321).  No system call, no clock, no global.

       while the stream has bytes:  ph_smtpd_receive()
       while ph_smtpd_next_event():  act on it, answer where one is due
       while ph_smtpd_pending() gives spans:  write, _sent()
       arm a timer for ph_smtpd_deadline(), then _tick()

   Commands are strict: lines end in CRLF, the content ends at CRLF.CRLF and
   nowhere else; a bare CR or LF in the content refuses the message with 550
   5.6.0 after it was read (no smuggling). */
struct ph_smtpd;

enum ph_smtpd_auth_policy {
	PH_SMTPD_AUTH_OFF = 0,  /* not offered */
	PH_SMTPD_AUTH_OPTIONAL, /* offered */
	PH_SMTPD_AUTH_REQUIRED  /* MAIL before a login is 530 5.7.0 */
};

struct ph_smtpd_options {
	struct ph_span hostname; /* copied */
	uint64_t size_max;       /* SIZE; 0: not limited, "SIZE 0" offered */
	uint32_t rcpt_max;       /* a message; 0: 1000, then 452 4.5.3 */
	uint32_t mail_max;       /* a session; 0: not limited, then 421 */
	uint32_t errors_max;     /* bad commands and logins; 0: 20, then 421 */
	bool starttls;           /* offered, until TLS is on */
	bool tls_required;       /* before MAIL and AUTH: 530 5.7.0 */
	bool secure;             /* TLS from the start */
	enum ph_smtpd_auth_policy auth;
	/* Names, separated by spaces, offered in clear and under TLS;
	   copied. */
	struct ph_span mechanisms_clear;
	struct ph_span mechanisms_tls;
	ph_msec timeout_command; /* 0: 5 min (RFC 5321 4.5.3.2.7) */
	ph_msec timeout_data;    /* 0: 5 min without a byte of content */

	/* For servers that are made to behave otherwise; nothing of it costs
	   those that are not. */

	/* STAGE comes before each command that can be read. */
	bool stages;
	struct ph_span peer; /* for {peer} in words; copied */
	/* PH_PHRASE_COUNT of them, by phrase, in place of ours; code 0: ours.
	   In the text {hostname} {peer} {helo} stand for what they say, and
	   {address} for the sender, recipient or name of the last command (with
	   stages).  Borrowed. */
	const struct ph_smtpd_reply *words;
	/* What EHLO says, "|" between the lines; SIZE, STARTTLS and AUTH are
	   filled in, or left out, as is right.  Borrowed; empty: the usual. */
	struct ph_span extensions;
	/* The first reply; borrowed.  NULL: 220.  Code 0: nothing is said.
	   Any other code than 220 closes the session behind it. */
	const struct ph_smtpd_reply *greeting;
};

enum ph_smtpd_event_type {
	PH_SMTPD_NONE = 0,

	/* The 220 to STARTTLS is in pending(): write it out, wrap the stream,
	   then _tls_done().  Bytes that came behind STARTTLS end the
	   session. */
	PH_SMTPD_START_TLS,

	/* A login begins with mechanism .data; .initial is the decoded first
	   response when .has_initial.  Answer with _auth_challenge() or
	   _auth_done(). */
	PH_SMTPD_AUTH,
	/* .data is the decoded response.  Answer likewise. */
	PH_SMTPD_AUTH_RESPONSE,
	/* The client gave up ("*"); it was answered 501 5.7.0. */
	PH_SMTPD_AUTH_CANCELLED,

	/* Only with .stages: a command can be read and will be carried out, by
	   ph_smtpd_go(), or not, by ph_smtpd_refuse().  .stage; .data is what
	   it is about: the name of EHLO, the mechanism, sender, recipient;
	   valid until the next STAGE. */
	PH_SMTPD_STAGE,

	/* MAIL and RCPT, well formed.  .mail or .rcpt; answer with
	   _answer(). */
	PH_SMTPD_MAIL,
	PH_SMTPD_RCPT,

	/* DATA or the first BDAT, at least one recipient taken: content
	   follows.  Answer with _answer(): 354 lets it come (for BDAT it only
	   means yes), any other code refuses (for BDAT the octets are read and
	   dropped) and ends the transaction, without ABORT. */
	PH_SMTPD_CONTENT,
	/* .data: octets of the content, dots undone. */
	PH_SMTPD_BODY,
	/* The content is complete.  Answer with _answer(): 250 means taken.
	   With any answer the transaction is over, without ABORT. */
	PH_SMTPD_END,
	/* What was begun with MAIL is void: RSET, a new EHLO, too big, bare
	   line ends, or the session ended.  No answer is due any more. */
	PH_SMTPD_ABORT,

	/* Nothing more will be said: write out pending(), then close. */
	PH_SMTPD_CLOSED
};

struct ph_smtpd_mail {
	struct ph_span sender; /* without brackets; empty: <> */
	uint64_t size;         /* SIZE=, or 0 */
	bool eight_bit;        /* BODY=8BITMIME */
	bool utf8;             /* SMTPUTF8 */
	struct ph_span ret;    /* "FULL", "HDRS" or empty */
	struct ph_span envid;  /* xtext undone */
};

struct ph_smtpd_rcpt {
	struct ph_span address;
	struct ph_span notify; /* as sent, or empty */
	struct ph_span orcpt;  /* as sent, xtext undone, or empty */
};

/* Everything in it is valid until the next call on the session. */
struct ph_smtpd_event {
	enum ph_smtpd_event_type type;
	enum ph_smtpd_stage stage;
	struct ph_span data;
	struct ph_span initial;
	bool has_initial;
	const struct ph_smtpd_mail *mail;
	const struct ph_smtpd_rcpt *rcpt;
};

/* PH_ENOMEM; PH_EINVAL: hostname is empty or not fit for a reply. */
PH_MUST_USE enum ph_err ph_smtpd_new(
    const struct ph_smtpd_options *opt, ph_msec now, struct ph_smtpd **out);
void ph_smtpd_free(struct ph_smtpd *s);

/* Bytes from the client.  While an answer is due (or while more than
   PH_SMTPD_OUT_MAX octets wait to be written, or many events) input is not
   taken: *in is advanced past what was used, call again with the rest after
   _answer(), _sent() or _next_event().  BODY events lie in the caller's bytes,
   so that those stay valid until the events are drained.  PH_ENOMEM ends the
   session. */
enum {
	PH_SMTPD_OUT_MAX = 64 * 1024
};
PH_MUST_USE enum ph_err ph_smtpd_receive(
    struct ph_smtpd *s, ph_msec now, struct ph_span *in);
/* The stream ended or failed. */
void ph_smtpd_lost(struct ph_smtpd *s, ph_msec now);

bool ph_smtpd_next_event(struct ph_smtpd *s, struct ph_smtpd_event *out);

/* text is without codes ("Recipient unknown"); enhanced such as "5.1.1", or
   NULL.  A 421 closes the session.  PH_EINVAL: no answer is due, or the text is
   not fit for a reply. */
PH_MUST_USE enum ph_err ph_smtpd_answer(struct ph_smtpd *s, ph_msec now,
    uint16_t code, const char *enhanced, const char *text);
/* The same; with a phrase, in the words for it where there are some. */
PH_MUST_USE enum ph_err ph_smtpd_answer_reply(
    struct ph_smtpd *s, ph_msec now, const struct ph_smtpd_reply *reply);

/* Carries out the command that STAGE reported.  PH_EINVAL: there is none;
   PH_ENOMEM. */
PH_MUST_USE enum ph_err ph_smtpd_go(struct ph_smtpd *s, ph_msec now);
/* What the server says when it says yes next is said so; borrowed until then.
   Its text may have the placeholders of .words.  For what follows at once. */
void ph_smtpd_reword(struct ph_smtpd *s, const struct ph_smtpd_reply *reply);
/* In place of ph_smtpd_go(), of the answer to END, or of the end of a login:
   it did not happen, and reply is said (NULL: nothing; borrowed as long as s).
   The transaction is over behind DATA (with ABORT) and END (without).  A 421
   closes.  PH_EINVAL, PH_ENOMEM. */
PH_MUST_USE enum ph_err ph_smtpd_refuse(
    struct ph_smtpd *s, ph_msec now, const struct ph_smtpd_reply *reply);
/* These octets, whatever they are, go out next.  PH_ENOMEM, PH_ETOOBIG. */
PH_MUST_USE enum ph_err ph_smtpd_put(struct ph_smtpd *s, struct ph_span octets);
/* Until it is changed, EHLO says nothing whose first word is among without, and
   with besides; each a list with "|" between.  What is not offered is not
   served: STARTTLS, AUTH, CHUNKING.  PH_ENOMEM, PH_ETOOBIG. */
PH_MUST_USE enum ph_err ph_smtpd_edit_ehlo(
    struct ph_smtpd *s, struct ph_span without, struct ph_span with);

/* Replaces the mechanisms offered in clear or under TLS: what can be bound to
   is known only after the handshake.  PH_EINVAL, PH_ENOMEM: none is offered. */
PH_MUST_USE enum ph_err ph_smtpd_offer(
    struct ph_smtpd *s, bool secure, struct ph_span mechanisms);
PH_MUST_USE enum ph_err ph_smtpd_tls_done(struct ph_smtpd *s, ph_msec now);

PH_MUST_USE enum ph_err ph_smtpd_auth_challenge(
    struct ph_smtpd *s, ph_msec now, struct ph_span raw);
/* The same as it is, not in base64. */
PH_MUST_USE enum ph_err ph_smtpd_auth_challenge_as_is(
    struct ph_smtpd *s, ph_msec now, struct ph_span text);

/* 235 2.7.0, 535 5.7.8 or 454 4.7.0. */
enum ph_smtpd_auth_result {
	PH_SMTPD_AUTH_OK,
	PH_SMTPD_AUTH_REFUSED,
	PH_SMTPD_AUTH_TEMPORARY
};
PH_MUST_USE enum ph_err ph_smtpd_auth_done(
    struct ph_smtpd *s, ph_msec now, enum ph_smtpd_auth_result result);

/* One span, borrowed until the next call. */
struct ph_span ph_smtpd_pending(const struct ph_smtpd *s);
void ph_smtpd_sent(struct ph_smtpd *s, size_t len);

ph_msec ph_smtpd_deadline(const struct ph_smtpd *s);
/* 421 4.4.2 and CLOSED when it has passed. */
void ph_smtpd_tick(struct ph_smtpd *s, ph_msec now);

/* Says 421 4.3.2 and closes at the next chance (shutdown). */
void ph_smtpd_shutdown(struct ph_smtpd *s, ph_msec now);

/* The name given with EHLO or HELO; empty before.  Valid until the next. */
struct ph_span ph_smtpd_helo(const struct ph_smtpd *s);

#endif
