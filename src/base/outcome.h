#ifndef PH_BASE_OUTCOME_H
#define PH_BASE_OUTCOME_H

/* What became of a recipient; of a message where all recipients agree, else
   PH_PARTIAL. */
enum ph_outcome {
	PH_PENDING = 0, /* not decided yet */
	PH_DELIVERED,   /* the server took it */
	PH_RETRY,       /* not taken now; it may be tried again */
	PH_FAILED,      /* refused for good */
	PH_UNSURE,      /* the connection was lost between the final dot and its
	                   answer: nobody knows (RFC 1047) */
	PH_PARTIAL,     /* a message only: recipients disagree */
	PH_QUEUED       /* a message only: a relay keeps it */
};

/* "delivered", "retry", "failed", "unsure", "partial", "queued", "pending". */
const char *ph_outcome_name(enum ph_outcome outcome);

/* The outcome of a message from that of the recipients seen so far and one
   more; starts with PH_PENDING. */
enum ph_outcome ph_outcome_join(enum ph_outcome sofar, enum ph_outcome one);

#endif
