#ifndef PH_SMTP_EVENTS_H
#define PH_SMTP_EVENTS_H

#include "base/buf.h"
#include "smtp/client.h"
#include "smtp/pipeline.h"

enum {
	/* Each reply makes one event besides TRACE; there is room for all that
	   may come and for as many that were not fetched yet, and for the lines
	   of the longest reply. */
	PH_EVENTS_MAX = 2 * PH_PIPELINE_MAX + 512,
	/* Above it TRACE events are left out. */
	PH_EVENTS_TRACE_MAX = PH_REPLY_LINES_MAX + 128,
	/* Above it nothing more is asked of the server.  Besides the answers
	   there is room for the end of every mail that was not begun, and for
	   what a session tells by itself. */
	PH_EVENTS_SOFT_MAX = PH_PIPELINE_MAX - 128,
	/* Texts that wait with them; some sixty of the longest replies. */
	PH_EVENTS_TEXT_MAX = 4 * 1024 * 1024
};

/* One that waits.  Its texts are in struct ph_events, at an offset. */
struct ph_event {
	enum ph_smtp_event_type type;
	enum ph_smtp_dir dir;
	enum ph_stage stage;
	uint16_t code;
	uint16_t enhanced[3];
	uint16_t line_count;
	bool has_reply;
	size_t text_at;
	size_t text_len;
	uint64_t mail;
	size_t rcpt;
	struct ph_transaction *transaction; /* of MAIL_DONE */
};

/* Events that happened and were not fetched, oldest first. */
struct ph_events {
	struct ph_event *ring; /* PH_EVENTS_MAX */
	size_t first;
	size_t count;
	size_t lost; /* TRACE events that were left out */
	struct ph_buf text;
	struct ph_reply reply; /* of the one that was handed out */
};

PH_MUST_USE enum ph_err ph_events_init(struct ph_events *e);
/* Wipes the texts: a challenge may be in them. */
void ph_events_release(struct ph_events *e);

/* Adds one; reply (or NULL) and data are copied.  PH_ENOMEM, also where the
   texts are over their limit; nothing was added then. */
PH_MUST_USE enum ph_err ph_events_add(struct ph_events *e,
    const struct ph_event *event, const struct ph_reply *reply,
    struct ph_span data);

/* Takes the oldest: what out points to is valid until the next call on e, and
   *transaction is that of a MAIL_DONE, else NULL.  False: there is none. */
bool ph_events_take(struct ph_events *e, struct ph_smtp_event *out,
    struct ph_transaction **transaction);

#endif
