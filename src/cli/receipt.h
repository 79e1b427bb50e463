#ifndef PH_CLI_RECEIPT_H
#define PH_CLI_RECEIPT_H

#include "cli/cli.h"
#include "deliver/session.h"

#include <jansson.h>

/* What became of a message, recipient by recipient, over the one or more
   transactions it took. */
struct ph_receipt {
	struct ph_delivery **deliveries; /* owned */
	size_t delivery_count;
	/* Why those for whom there was no transaction got none, too. */
	struct ph_fault fault;
	enum ph_stage stage; /* of what decided */
	/* Recipients without a transaction; borrowed. */
	const struct ph_envelope_rcpt *unreached;
	size_t unreached_count;
};

/* Takes d over, also when it fails.  PH_ENOMEM. */
PH_MUST_USE enum ph_err ph_receipt_add(
    struct ph_receipt *r, struct ph_delivery *d);
/* rcpts were not reached because of *why (copied, unless one is set). */
void ph_receipt_miss(struct ph_receipt *r, const struct ph_envelope_rcpt *rcpts,
    size_t count, const struct ph_fault *why);
void ph_receipt_release(struct ph_receipt *r);

enum ph_outcome ph_receipt_outcome(const struct ph_receipt *r);
/* By the rule of INTERFACES: after the first RCPT the recipients decide. */
enum ph_exit ph_receipt_exit(const struct ph_receipt *r);

json_t *ph_receipt_recipients(const struct ph_receipt *r);
/* A line for each recipient, on stdout. */
void ph_receipt_print(const struct ph_receipt *r);
void ph_receipt_count(
    const struct ph_receipt *r, size_t *delivered_out, size_t *all_out);

#endif
