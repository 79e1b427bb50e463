#include "cli/receipt.h"

#include "cli/json.h"

#include <stdlib.h>

enum ph_err ph_receipt_add(struct ph_receipt *r, struct ph_delivery *d)
{
	struct ph_delivery **grown = reallocarray(
	    r->deliveries, r->delivery_count + 1, sizeof(struct ph_delivery *));

	if (grown == NULL) {
		ph_delivery_free(d);
		return PH_ENOMEM;
	}
	r->deliveries = grown;
	r->deliveries[r->delivery_count++] = d;
	if (!ph_fault_is_set(&r->fault)) {
		r->fault = d->fault;
		r->stage = d->stage;
	}
	return PH_OK;
}

void ph_receipt_miss(struct ph_receipt *r, const struct ph_envelope_rcpt *rcpts,
    size_t count, const struct ph_fault *why)
{
	r->unreached = rcpts;
	r->unreached_count = count;
	if (!ph_fault_is_set(&r->fault)) {
		r->fault = *why;
		r->stage = why->stage;
	}
}

void ph_receipt_release(struct ph_receipt *r)
{
	for (size_t i = 0; i < r->delivery_count; i++)
		ph_delivery_free(r->deliveries[i]);
	free(r->deliveries);
	*r = (struct ph_receipt){ 0 };
}

/* Of a recipient that no transaction was begun for. */
static enum ph_outcome missed_outcome(const struct ph_receipt *r)
{
	return ph_fault_exit(&r->fault) == PH_EXIT_TEMPFAIL ? PH_RETRY
							    : PH_FAILED;
}

enum ph_outcome ph_receipt_outcome(const struct ph_receipt *r)
{
	enum ph_outcome all = PH_PENDING;

	for (size_t i = 0; i < r->delivery_count; i++) {
		const struct ph_delivery *d = r->deliveries[i];

		for (size_t k = 0; k < d->rcpt_count; k++)
			all = ph_outcome_join(all, d->rcpts[k].outcome);
	}
	if (r->unreached_count > 0)
		all = ph_outcome_join(all, missed_outcome(r));
	if (all == PH_PENDING && ph_fault_is_set(&r->fault))
		all = missed_outcome(r);
	return all;
}

static bool has_outcome(const struct ph_receipt *r, enum ph_outcome outcome)
{
	for (size_t i = 0; i < r->delivery_count; i++) {
		const struct ph_delivery *d = r->deliveries[i];

		for (size_t k = 0; k < d->rcpt_count; k++) {
			if (d->rcpts[k].outcome == outcome)
				return true;
		}
	}
	return r->unreached_count > 0 && missed_outcome(r) == outcome;
}

/* Nothing a server said of a recipient decides: it never came to that, or the
   fault is this side's own. */
static bool is_before_rcpt(const struct ph_receipt *r)
{
	const struct ph_fault *f = &r->fault;

	if (f->cause == PH_CAUSE_INPUT_CHANGED ||
	    f->cause == PH_CAUSE_INPUT_UNREADABLE ||
	    f->cause == PH_CAUSE_NO_MEMORY || f->cause == PH_CAUSE_INTERNAL)
		return true;
	return f->stage < PH_STAGE_RCPT && !has_outcome(r, PH_DELIVERED) &&
	    !has_outcome(r, PH_UNSURE);
}

enum ph_exit ph_receipt_exit(const struct ph_receipt *r)
{
	if (ph_fault_is_set(&r->fault) && is_before_rcpt(r))
		return ph_fault_exit(&r->fault);
	if (has_outcome(r, PH_FAILED))
		return PH_EXIT_REFUSED;
	if (has_outcome(r, PH_UNSURE))
		return PH_EXIT_IOERR;
	if (has_outcome(r, PH_RETRY) || has_outcome(r, PH_PENDING))
		return PH_EXIT_TEMPFAIL;
	return PH_EXIT_OK;
}

static json_t *rcpt_to_json(const struct ph_delivered_rcpt *rcpt)
{
	json_t *j = json_object();

	ph_json_put(j, "address", ph_json_text(rcpt->address));
	ph_json_put(j, "outcome", json_string(ph_outcome_name(rcpt->outcome)));
	ph_json_put(j, "stage", json_string(ph_stage_name(rcpt->stage)));
	ph_json_put(
	    j, "reply", ph_json_reply(rcpt->code, rcpt->enhanced, rcpt->text));
	ph_json_put(j, "server_id", ph_json_str_or_null(rcpt->server_id));
	return j;
}

/* The same shape for one that was not reached. */
static struct ph_delivered_rcpt missed(const struct ph_receipt *r, size_t i)
{
	return (struct ph_delivered_rcpt){
		.address = r->unreached[i].address,
		.outcome = missed_outcome(r),
		.stage = r->fault.stage,
		.text = "",
		.server_id = "",
	};
}

json_t *ph_receipt_recipients(const struct ph_receipt *r)
{
	json_t *j = json_array();

	for (size_t i = 0; i < r->delivery_count; i++) {
		const struct ph_delivery *d = r->deliveries[i];

		for (size_t k = 0; k < d->rcpt_count; k++)
			ph_json_add(j, rcpt_to_json(&d->rcpts[k]));
	}
	for (size_t i = 0; i < r->unreached_count; i++) {
		struct ph_delivered_rcpt one = missed(r, i);

		ph_json_add(j, rcpt_to_json(&one));
	}
	return j;
}

static void print_rcpt(const struct ph_delivered_rcpt *rcpt)
{
	char enhanced[PH_ENHANCED_TEXT_MAX];
	struct ph_fault tidied;

	ph_enhanced_write(rcpt->enhanced, enhanced);
	/* What the server says is made one tame line. */
	if (rcpt->code != 0) {
		ph_fault_set(&tidied, PH_CAUSE_NONE, rcpt->stage,
		    "%.*s  %u%s%s %s", PH_SPAN_ARG(rcpt->address),
		    (unsigned)rcpt->code, enhanced[0] == '\0' ? "" : " ",
		    enhanced, rcpt->text);
	} else {
		ph_fault_set(&tidied, PH_CAUSE_NONE, rcpt->stage,
		    "%.*s  no answer (%s)", PH_SPAN_ARG(rcpt->address),
		    ph_stage_name(rcpt->stage));
	}
	printf("%-9s  %s\n", ph_outcome_name(rcpt->outcome), tidied.text);
}

void ph_receipt_print(const struct ph_receipt *r)
{
	for (size_t i = 0; i < r->delivery_count; i++) {
		const struct ph_delivery *d = r->deliveries[i];

		for (size_t k = 0; k < d->rcpt_count; k++)
			print_rcpt(&d->rcpts[k]);
	}
	for (size_t i = 0; i < r->unreached_count; i++) {
		printf("%-9s  %.*s\n", ph_outcome_name(missed_outcome(r)),
		    PH_SPAN_ARG(r->unreached[i].address));
	}
}

void ph_receipt_count(
    const struct ph_receipt *r, size_t *delivered_out, size_t *all_out)
{
	*delivered_out = 0;
	*all_out = r->unreached_count;
	for (size_t i = 0; i < r->delivery_count; i++) {
		const struct ph_delivery *d = r->deliveries[i];

		*all_out += d->rcpt_count;
		for (size_t k = 0; k < d->rcpt_count; k++) {
			if (d->rcpts[k].outcome == PH_DELIVERED)
				(*delivered_out)++;
		}
	}
}
