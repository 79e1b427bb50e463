#ifndef PH_DELIVER_TASK_H
#define PH_DELIVER_TASK_H

#include "base/err.h"
#include "deliver/session.h"

/* A job under way: which of its recipients go into which transaction, and what
   became of each.  No engine, no stream: they are told and asked. */
struct ph_task;

/* One transaction of a task: the envelope's sender with some of its
   recipients. */
struct ph_batch {
	struct ph_batch *next; /* for the keeper */
	struct ph_task *task;
	uint64_t id; /* the engine's name for it; for the keeper */
	struct ph_envelope envelope;
	struct ph_content_reader *reader; /* ended with the batch */
	int64_t
	    body_usec;  /* when content was first asked for; for the keeper */
	double data_ms; /* from then to the end; added up by end() */
	/* private */
	size_t first;
	struct ph_envelope_rcpt *rcpts;
	size_t *index;
};

/* job is copied, what it points to stays borrowed.  PH_ENOMEM. */
PH_MUST_USE enum ph_err ph_task_new(
    const struct ph_job *job, struct ph_task **out);
/* Its batches must have ended. */
void ph_task_free(struct ph_task *t);
const struct ph_job *ph_task_job(const struct ph_task *t);

/* Before the first of its batches: only recipients of plain ASCII go out, the
   others have failed, each for want of SMTPUTF8.  PH_ENOMEM. */
PH_MUST_USE enum ph_err ph_task_ascii_only(struct ph_task *t);

/* How much one transaction may have; 0: any number. */
struct ph_batch_limits {
	size_t rcpts;
	size_t domains; /* different ones among them (RFC 9422
	                   RCPTDOMAINMAX) */
};

/* The next transaction within the limits: recipients in their order, those
   whose domain is one too many passed over for a later one.  PH_EOF: none to be
   begun now; PH_ENOMEM. */
PH_MUST_USE enum ph_err ph_task_begin(struct ph_task *t,
    const struct ph_batch_limits *limits, struct ph_batch **out);
/* There is a batch to begin. */
bool ph_task_has_more(const struct ph_task *t);
/* Nothing to begin and nothing under way. */
bool ph_task_is_done(const struct ph_task *t);

/* Takes the result and frees the batch.  Recipients that were one too many (RFC
   5321 4.5.3.1.10) go into another one, as long as the server took somebody;
   then *fits is how many it took (0 otherwise). */
void ph_task_end(struct ph_batch *b, const struct ph_smtp_result *result,
    const char *where, size_t *fits);
/* Frees a batch that was never sent; its recipients stay undecided. */
void ph_task_drop(struct ph_batch *b);
/* Nothing of it will be sent: no further batch, the undecided get this outcome.
   The fault is copied. */
void ph_task_fail(
    struct ph_task *t, enum ph_outcome outcome, const struct ph_fault *fault);

/* The result; the task must be done.  The caller owns it, the task has none any
   more. */
struct ph_delivery *ph_task_deliver(struct ph_task *t, const char *where);

#endif
