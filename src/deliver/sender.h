#ifndef PH_DELIVER_SENDER_H
#define PH_DELIVER_SENDER_H

#include "connection/connection.h"
#include "mail/address.h"
#include "smtp/envelope.h"

/* Who a message comes from: what its author gave, what the connection has for
   when nothing was given (from) or in the place of anything (rewrite-from), and
   what a ready-made message says itself. */

struct ph_sender_given {
	bool has_from;
	struct ph_address from; /* mailbox empty: the null sender */
	/* Of the envelope alone, before from. */
	bool has_envelope;
	struct ph_span envelope;
	struct ph_address_list reply_to;
};

struct ph_sender {
	bool has_from; /* false: nobody is named so far */
	struct ph_address from;
	struct ph_span envelope;
	struct ph_address_list reply_to;
	/* rewrite-from = both: a ready-made message gets from in the place of
	   its own, which becomes its Reply-To. */
	bool replaces_header;
	/* What a ready-made message names is better than this envelope. */
	bool may_be_header;
};

/* in and the connection stay as they are; what *out points to lies in them and
   in the arena.  PH_EINVAL with *fault: the connection's from is wrong;
   PH_ENOMEM with *fault. */
PH_MUST_USE enum ph_err ph_sender_settle(const struct ph_sender_given *in,
    const struct ph_connection *c, struct ph_arena *a, struct ph_sender *out,
    struct ph_fault *fault);

/* named is what a ready-made message names in From or Sender; mailbox empty:
   nobody. */
void ph_sender_take_header(struct ph_sender *s, const struct ph_address *named);

#endif
