#ifndef PH_SMTP_TRANSACTION_H
#define PH_SMTP_TRANSACTION_H

#include "base/arena.h"
#include "smtp/client.h"
#include "smtp/feed.h"

enum ph_transaction_state {
	PH_TRANSACTION_QUEUED = 0, /* nothing of it was written */
	PH_TRANSACTION_ENVELOPE,   /* MAIL was; RCPT, DATA follow */
	PH_TRANSACTION_ASKED,      /* all of that was; DATA awaits its answer */
	PH_TRANSACTION_BODY,       /* its content is being sent */
	PH_TRANSACTION_ENDED,      /* and all of it is in the outbox */
	PH_TRANSACTION_DONE        /* MAIL_DONE waits to be fetched */
};

enum {
	/* Reply texts of one transaction beyond it are left out. */
	PH_TRANSACTION_TEXT_MAX = 4 * 1024 * 1024,
	/* Of one recipient's reply; the final one is kept whole. */
	PH_TRANSACTION_RCPT_TEXT_MAX = 2048,
	PH_TRANSACTION_NEAR_MAX = 512
};

/* One mail under way, and what became of it.  It is used again for later mails,
   with the memory it has. */
struct ph_transaction {
	struct ph_transaction *next; /* in the list it is in */
	struct ph_smtp_mail mail;
	enum ph_transaction_state state;
	enum ph_stage stage; /* what the next reply is about */
	bool utf8;           /* needs SMTPUTF8 */
	bool bdat;           /* its content goes by BDAT */
	bool is_wanted;      /* BODY_WANTED was told, and not answered */
	/* MAIL, DATA or BDAT was refused, or the final reply came: what comes
	   behind is an echo. */
	bool is_decided;
	size_t rcpt_limit;    /* the recipients this server takes */
	size_t rcpt_asked;    /* before it RCPT was written */
	size_t rcpt_answered; /* before it RCPT was answered */
	size_t rcpt_accepted;
	size_t unanswered;   /* its commands in the pipeline */
	uint64_t body_begin; /* place in the stream where its content begins */
	uint64_t
	    body_end; /* and, once ENDED, where it ends with all its dots */
	struct ph_feed feed;

	struct ph_smtp_result result;
	struct ph_smtp_rcpt_result *rcpts;
	size_t rcpt_room;
	/* Texts of replies.  near serves the usual case of a few short ones. */
	struct ph_span last_text;
	size_t near_len;
	char near[PH_TRANSACTION_NEAR_MAX];
	struct ph_arena far;
};

/* PH_ENOMEM. */
PH_MUST_USE enum ph_err ph_transaction_new(struct ph_transaction **out);
void ph_transaction_free(struct ph_transaction *t);

/* Begins another mail.  PH_ENOMEM: no room for its recipients' results. */
PH_MUST_USE enum ph_err ph_transaction_begin(
    struct ph_transaction *t, const struct ph_smtp_mail *mail);

/* The outcome a reply of the classes 2, 4, 5 stands for. */
enum ph_outcome ph_transaction_outcome(const struct ph_reply *reply);

/* The next recipient's reply came. */
void ph_transaction_rcpt(
    struct ph_transaction *t, const struct ph_reply *reply);

/* This reply decides for all recipients that were not refused by one of their
   own.  Nothing happens where that was decided before. */
void ph_transaction_decide(struct ph_transaction *t, enum ph_stage stage,
    const struct ph_reply *reply);

/* No reply will come: recipients without a fate get this outcome and the
   fault. */
void ph_transaction_abandon(struct ph_transaction *t, enum ph_outcome outcome,
    const struct ph_fault *fault);

/* Joins the recipients' outcomes; the result is whole then, and the state
   DONE. */
void ph_transaction_finish(struct ph_transaction *t);

/* Whether a recipient was accepted, or may yet be. */
static inline bool ph_transaction_has_hope(const struct ph_transaction *t)
{
	return !t->is_decided &&
	    (t->rcpt_accepted > 0 || t->rcpt_answered < t->rcpt_limit);
}

#endif
