#ifndef PH_SMTP_PIPELINE_H
#define PH_SMTP_PIPELINE_H

#include "smtp/step.h"

#include <stdint.h>

struct ph_transaction;

enum {
	/* Commands written and not yet answered.  It bounds what a server can
	   make us hold, and is above what a round trip can fill. */
	PH_PIPELINE_MAX = 512
};

/* One command that was written. */
struct ph_pipeline_entry {
	enum ph_step step;
	struct ph_transaction *transaction; /* NULL: of the session */
	size_t rcpt;                        /* of a RCPT: index */
	uint64_t end; /* it is sent once the outbox is past this octet */
};

/* The list of commands, oldest first, with two cursors: up to sent they were
   handed over, up to answered they were replied to (RFC 2920).

       answered <= sent <= written <= answered + PH_PIPELINE_MAX

   All zero is empty. */
struct ph_pipeline {
	size_t answered;
	size_t sent;
	size_t written;
	struct ph_pipeline_entry entries[PH_PIPELINE_MAX];
};

void ph_pipeline_init(struct ph_pipeline *p);

static inline bool ph_pipeline_is_empty(const struct ph_pipeline *p)
{
	return p->answered == p->written;
}

/* How many more may be written. */
static inline size_t ph_pipeline_room(const struct ph_pipeline *p)
{
	return PH_PIPELINE_MAX - (p->written - p->answered);
}

/* There must be room. */
void ph_pipeline_add(
    struct ph_pipeline *p, const struct ph_pipeline_entry *entry);

/* So many octets have left the outbox since the session began. */
void ph_pipeline_sent(struct ph_pipeline *p, uint64_t octets);

/* The oldest command without an answer, or NULL; valid until the next call. */
const struct ph_pipeline_entry *ph_pipeline_oldest(const struct ph_pipeline *p);

/* Whether that command was handed over, so that a reply can be its answer. */
static inline bool ph_pipeline_awaits(const struct ph_pipeline *p)
{
	return p->answered < p->sent;
}

/* Takes the oldest off; it must have been sent. */
struct ph_pipeline_entry ph_pipeline_answer(struct ph_pipeline *p);

#endif
