#ifndef PH_SMTP_ENGINE_H
#define PH_SMTP_ENGINE_H

#include "smtp/client.h"
#include "smtp/command.h"
#include "smtp/events.h"
#include "smtp/outbox.h"
#include "smtp/pipeline.h"
#include "smtp/step.h"
#include "smtp/transaction.h"

/* The inside of struct ph_smtp_client, for the files it is made of:

       client.c    what the header promises, and which answer goes where
       opening.c   from the greeting to READY: EHLO, STARTTLS, AUTH
       intake.c    what the caller hands in: a mail, its content, NOOP
       mailing.c   transactions: what to write next, what an answer decides
       ending.c    QUIT, and every way a session breaks
       waiting.c   deadlines, and what it means when one passes
       transcript.c  the conversation for a reader, without its secrets

   Nothing here calls back: a reply changes the state, and ph_engine_settle()
   then writes what the state calls for. */

enum ph_phase {
	PH_PHASE_OPENING = 0, /* the next reply leads on */
	PH_PHASE_TLS,         /* the caller shakes hands */
	PH_PHASE_LOGIN,       /* it is the caller's turn: _auth() */
	PH_PHASE_AUTH,        /* it is the server's turn */
	PH_PHASE_CHALLENGE,   /* it is the caller's turn: _auth_respond() */
	PH_PHASE_READY,
	PH_PHASE_LEAVING, /* QUIT was written */
	PH_PHASE_CLOSED
};

enum {
	PH_WINDOW_DEFAULT = 4,
	PH_WINDOW_MAX = 64,
	/* The longest reply that is one, with its codes and line ends. */
	PH_TRANSCRIPT_REPLY_MAX =
	    PH_REPLY_MAX + PH_REPLY_LINES_MAX * 16 + PH_REPLY_LINE_MAX,
	/* Up to here MAIL, RCPT and the whole content go in one write, without
	   waiting for an answer (RFC 3030), once the server has taken a message
	   in this session.  What a refusal wastes then is at most this, some
	   ten round trips' worth on an initial TCP window; a larger content
	   waits for the 354 it hardly notices. */
	PH_BDAT_CONTENT_MAX = 64 * 1024
};

struct ph_smtp_client {
	struct ph_smtp_options options; /* helo is helo_name */
	char helo_name[PH_COMMAND_HELO_MAX];
	enum ph_phase phase;
	bool is_secure; /* TLS is below us */
	bool is_heard;  /* the server said something */
	bool is_quitting;
	bool is_told_closed;
	bool is_out_of_memory;
	bool has_told_room;
	bool is_writing; /* the outbox was not empty when the last call ended */
	bool greeted_like_ftp;
	/* A transaction may be open at the server that we are done with. */
	bool needs_rset;
	bool has_delivered;  /* the server took a message in this session */
	uint32_t mail_count; /* MAIL commands written (RFC 9422 MAILMAX) */

	ph_msec now;
	ph_msec progress_at; /* octets were written, or began to wait */
	ph_msec answered_at; /* the last reply came, or the wait began */
	ph_msec quit_at;     /* from when on only QUIT was left; PH_NEVER */

	struct ph_reply_parser *parser;
	struct ph_ehlo ehlo;
	struct ph_buf initial; /* held back, for the first empty challenge */
	bool has_initial;
	/* What a login told last, in base64: a server may repeat it. */
	struct ph_buf told;
	bool has_told;
	struct ph_buf raw; /* the reply as it comes, for TRACE */
	struct ph_outbox outbox;
	struct ph_pipeline pipeline;
	struct ph_events events;

	/* Oldest first: under way, then queued. */
	struct ph_transaction *transactions;
	struct ph_transaction *newest;
	size_t transaction_count;
	/* Done: waiting to be fetched, and the one whose result is on loan. */
	struct ph_transaction *done;
	size_t done_count;
	struct ph_transaction *loaned;
	struct ph_transaction *spare;
	/* Whose content failed: the session ends once those before it are
	   through. */
	struct ph_transaction *failed;

	/* Why the session is over; cause NONE for an orderly end. */
	struct ph_fault fault;
	enum ph_stage last_stage;
};

/* client.c */

/* Puts '*' over what a login told in what has come of a reply, and over the
   beginning of it at the end of that. */
void ph_engine_hide_told(struct ph_smtp_client *c);
/* Writes what the state calls for, tells ROOM, leaves.  Ends each call. */
void ph_engine_settle(struct ph_smtp_client *c);

/* The next phase, unless the session is over. */
static inline void ph_engine_go(struct ph_smtp_client *c, enum ph_phase phase)
{
	if (c->phase != PH_PHASE_CLOSED)
		c->phase = phase;
}

/* Queues an event; reply may be NULL.  Out of memory ends the session. */
void ph_engine_tell(struct ph_smtp_client *c, const struct ph_event *event,
    const struct ph_reply *reply, struct ph_span data);
/* The same for an event that has nothing but a type and a reply. */
void ph_engine_tell_reply(struct ph_smtp_client *c,
    enum ph_smtp_event_type type, const struct ph_reply *reply);
void ph_engine_out_of_memory(struct ph_smtp_client *c);
bool ph_engine_offers(const struct ph_smtp_client *c, enum ph_ehlo_flag flag);
bool ph_engine_pipelines(const struct ph_smtp_client *c);
/* Back from a caller: what the sender of an event's loan lent is over. */
void ph_engine_end_loan(struct ph_smtp_client *c);

/* What was written into the outbox (if err is PH_OK) becomes a command. */
struct ph_question {
	enum ph_step step;
	struct ph_transaction *transaction; /* or NULL */
	size_t rcpt;
	uint64_t payload;     /* octets behind the line that belong to it */
	struct ph_span shown; /* if set: instead of the line, which is secret */
	bool tells;           /* the line's last word is a login's response */
};

/* Out of memory ends the session. */
void ph_engine_ask(struct ph_smtp_client *c, enum ph_err err,
    const struct ph_question *question);

/* transcript.c */

/* A line of it, if one is wanted; a line end is taken off. */
void ph_transcript_add(struct ph_smtp_client *c, enum ph_smtp_dir dir,
    enum ph_stage stage, struct ph_span line);
/* Octets from the server, as they come. */
void ph_transcript_keep(struct ph_smtp_client *c, struct ph_span used);
/* Those kept were a reply, or turned out to be none: its lines.  A challenge is
   not shown. */
void ph_transcript_received(
    struct ph_smtp_client *c, enum ph_stage stage, bool is_challenge);
/* The last chance to say that lines were left out. */
void ph_transcript_tell_gap(struct ph_smtp_client *c, enum ph_stage stage);
/* The conversation ends without a reply: a note of base/note.h and its words;
   before it, what has come of a reply. */
void ph_transcript_ended(
    struct ph_smtp_client *c, const char *begins, const char *why);

/* opening.c */

void ph_opening_begin(struct ph_smtp_client *c);
/* A reply to anything up to AUTH. */
void ph_opening_answered(struct ph_smtp_client *c, enum ph_step step,
    const struct ph_reply *reply, enum ph_verdict verdict);
/* The STARTTLS reply was good and nothing came behind it. */
void ph_opening_start_tls(struct ph_smtp_client *c);
/* What came first is no SMTP; the fault says what it may be instead. */
void ph_opening_foreign(struct ph_smtp_client *c, struct ph_span line);
/* Whether these bytes begin a TLS record. */
bool ph_opening_is_tls_record(struct ph_span line);
/* Gives up the login under way. */
void ph_opening_cancel(struct ph_smtp_client *c);

/* mailing.c */

/* A reply to anything from MAIL on. */
void ph_mailing_answered(struct ph_smtp_client *c,
    const struct ph_pipeline_entry *entry, const struct ph_reply *reply,
    enum ph_verdict verdict);
/* A reply while none was due: true where it ends a content that was not all
   sent, and with it the session. */
bool ph_mailing_interrupted(
    struct ph_smtp_client *c, const struct ph_reply *reply);
/* Writes what can be written of the transactions at hand. */
void ph_mailing_move(struct ph_smtp_client *c);
/* The oldest transaction is over: MAIL_DONE. */
void ph_mailing_finish(struct ph_smtp_client *c);
/* The same for one that was never in the list. */
void ph_mailing_report(struct ph_smtp_client *c, struct ph_transaction *t);

/* ending.c */

/* Over at once.  fault: NULL after an orderly end. */
void ph_ending_close(struct ph_smtp_client *c, const struct ph_fault *fault);
/* Says QUIT and does not wait for the answer. */
void ph_ending_leave(struct ph_smtp_client *c, const struct ph_fault *fault);
/* The fault that a reply makes. */
void ph_ending_fault(struct ph_fault *f, enum ph_cause cause,
    enum ph_stage stage, const struct ph_reply *reply);
/* The reply ends the session, by QUIT or at once. */
void ph_ending_refused(struct ph_smtp_client *c, enum ph_cause cause,
    enum ph_stage stage, const struct ph_reply *reply);
void ph_ending_broken(struct ph_smtp_client *c, enum ph_cause cause,
    enum ph_stage stage, const struct ph_reply *reply);
/* QUIT, once nothing is under way; closes when leaving is over. */
void ph_ending_move(struct ph_smtp_client *c);

#endif
