#ifndef PH_CLI_RECEIPT_H
#define PH_CLI_RECEIPT_H

#include "cli/cli.h"
#include "deliver/session.h"

#include <jansson.h>

/* What became of a message, recipient by recipient: a delivery, or why there
   was none. */
struct ph_receipt {
	struct ph_delivery *delivery; /* owned; NULL: it did not come to one */
	/* Those for whom it did not come to one, borrowed, and why. */
	const struct ph_envelope_rcpt *missed;
	size_t missed_count;
	struct ph_fault why;
};

/* rcpts were not reached because of *why (copied). */
void ph_receipt_miss(struct ph_receipt *r, const struct ph_envelope_rcpt *rcpts,
    size_t count, const struct ph_fault *why);
void ph_receipt_release(struct ph_receipt *r);

/* Not set when everything was delivered. */
const struct ph_fault *ph_receipt_fault(const struct ph_receipt *r);
enum ph_stage ph_receipt_stage(const struct ph_receipt *r);
enum ph_outcome ph_receipt_outcome(const struct ph_receipt *r);
/* Once a recipient was put to the server, the recipients decide. */
enum ph_exit ph_receipt_exit(const struct ph_receipt *r);

json_t *ph_receipt_recipients(const struct ph_receipt *r);
/* A line for each recipient, on stdout; nothing where there was no delivery. */
void ph_receipt_print(const struct ph_receipt *r);
size_t ph_receipt_delivered_count(const struct ph_receipt *r);

#endif
