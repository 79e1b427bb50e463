#ifndef PH_SMTP_OUTBOX_H
#define PH_SMTP_OUTBOX_H

#include "base/buf.h"
#include "base/err.h"
#include "base/span.h"

#include <stdint.h>

enum {
	/* Runs of octets that wait: own text and loans, taking turns.  Above
	   the pieces of a content that may be given at once. */
	PH_OUTBOX_RUNS_MAX = 64,
	/* Own text that waits; one line may go over it. */
	PH_OUTBOX_TEXT_SOFT_MAX = 32 * 1024,
	PH_OUTBOX_TEXT_MAX = 256 * 1024
};

/* What waits to be sent: commands, which are ours, and pieces of content, which
   are borrowed and never copied.  It counts every octet since the session
   began, so that a place in the stream has a number. */
struct ph_outbox {
	struct ph_buf text;
	size_t text_start; /* what is before was sent */
	size_t text_end;   /* what is behind belongs to no run yet */

	struct {
		const char *loan; /* NULL: the next len octets of text */
		size_t len;
	} runs[PH_OUTBOX_RUNS_MAX];

	size_t run_first;
	size_t run_count;
	uint64_t queued;     /* octets ever */
	uint64_t sent;       /* octets ever */
	uint64_t secret_end; /* text before this octet is wiped once sent */
};

void ph_outbox_init(struct ph_outbox *o);
/* Wipes what may be secret. */
void ph_outbox_release(struct ph_outbox *o);

static inline bool ph_outbox_is_empty(const struct ph_outbox *o)
{
	return o->queued == o->sent;
}

/* Whether more may be put in: a line, or a line and a loan and its end. */
static inline bool ph_outbox_has_room(const struct ph_outbox *o)
{
	return PH_OUTBOX_RUNS_MAX - o->run_count >= 4 &&
	    o->text_end - o->text_start < PH_OUTBOX_TEXT_SOFT_MAX;
}

/* Where a command is written; ph_outbox_commit() then queues what was. */
static inline struct ph_buf *ph_outbox_text(struct ph_outbox *o)
{
	return &o->text;
}
/* The bytes that were written since the last commit, and now wait.  Valid until
   the next change.  There must be a free run. */
struct ph_span ph_outbox_commit(struct ph_outbox *o);
/* The same, for bytes to be wiped once they are sent. */
struct ph_span ph_outbox_commit_secret(struct ph_outbox *o);

/* Borrows s until it is sent.  There must be a free run. */
void ph_outbox_lend(struct ph_outbox *o, struct ph_span s);

/* Fills out with at most max spans, in order; returns how many. */
size_t ph_outbox_pending(
    const struct ph_outbox *o, struct ph_span *out, size_t max);
/* So many of those octets were written. */
void ph_outbox_sent(struct ph_outbox *o, size_t len);

/* Takes back what is queued behind octet number end, and not yet sent. */
void ph_outbox_cut(struct ph_outbox *o, uint64_t end);

#endif
