#include "cli/receipt.h"

#include "base/enhanced.h"
#include "cli/json.h"

void ph_receipt_miss(struct ph_receipt *r, const struct ph_envelope_rcpt *rcpts,
    size_t count, const struct ph_fault *why)
{
	r->missed = rcpts;
	r->missed_count = count;
	r->why = *why;
	if (!ph_fault_is_set(why)) {
		ph_fault_set(&r->why, PH_CAUSE_NO_MEMORY, PH_STAGE_CONFIG,
		    "out of memory");
	}
}

void ph_receipt_release(struct ph_receipt *r)
{
	ph_delivery_free(r->delivery);
	*r = (struct ph_receipt){ 0 };
}

const struct ph_fault *ph_receipt_fault(const struct ph_receipt *r)
{
	return r->delivery != NULL ? &r->delivery->fault : &r->why;
}

enum ph_stage ph_receipt_stage(const struct ph_receipt *r)
{
	return r->delivery != NULL ? r->delivery->stage : r->why.stage;
}

/* Of a recipient that no transaction was begun for. */
static enum ph_outcome missed_outcome(const struct ph_receipt *r)
{
	return ph_fault_exit(&r->why) == PH_EXIT_TEMPFAIL ? PH_RETRY
							  : PH_FAILED;
}

enum ph_outcome ph_receipt_outcome(const struct ph_receipt *r)
{
	return r->delivery != NULL ? r->delivery->outcome : missed_outcome(r);
}

static bool has_outcome(const struct ph_receipt *r, enum ph_outcome outcome)
{
	for (size_t i = 0; i < r->delivery->rcpt_count; i++) {
		if (r->delivery->rcpts[i].outcome == outcome)
			return true;
	}
	return false;
}

/* Nothing a server said of a recipient decides: it never came to that, or the
   fault is this side's own. */
static bool is_before_rcpt(const struct ph_receipt *r)
{
	const struct ph_fault *f = ph_receipt_fault(r);

	if (f->cause == PH_CAUSE_INPUT_CHANGED ||
	    f->cause == PH_CAUSE_INPUT_UNREADABLE ||
	    f->cause == PH_CAUSE_NO_MEMORY || f->cause == PH_CAUSE_INTERNAL)
		return true;
	return f->stage < PH_STAGE_RCPT && !has_outcome(r, PH_DELIVERED) &&
	    !has_outcome(r, PH_UNSURE);
}

enum ph_exit ph_receipt_exit(const struct ph_receipt *r)
{
	const struct ph_fault *f = ph_receipt_fault(r);

	if (r->delivery == NULL || (ph_fault_is_set(f) && is_before_rcpt(r)))
		return ph_fault_exit(f);
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
static json_t *missed_to_json(const struct ph_receipt *r, size_t i)
{
	const struct ph_delivered_rcpt rcpt = {
		.address = r->missed[i].address,
		.outcome = missed_outcome(r),
		.stage = r->why.stage,
		.text = "",
		.server_id = "",
	};

	return rcpt_to_json(&rcpt);
}

json_t *ph_receipt_recipients(const struct ph_receipt *r)
{
	json_t *j = json_array();

	for (size_t i = 0; r->delivery != NULL && i < r->delivery->rcpt_count;
	     i++)
		ph_json_add(j, rcpt_to_json(&r->delivery->rcpts[i]));
	for (size_t i = 0; i < r->missed_count; i++)
		ph_json_add(j, missed_to_json(r, i));
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
	} else if (rcpt->text[0] != '\0') {
		ph_fault_set(&tidied, PH_CAUSE_NONE, rcpt->stage, "%.*s  %s",
		    PH_SPAN_ARG(rcpt->address), rcpt->text);
	} else {
		ph_fault_set(&tidied, PH_CAUSE_NONE, rcpt->stage,
		    "%.*s  no answer (%s)", PH_SPAN_ARG(rcpt->address),
		    ph_stage_name(rcpt->stage));
	}
	printf("%-9s  %s\n", ph_outcome_name(rcpt->outcome), tidied.text);
}

void ph_receipt_print(const struct ph_receipt *r)
{
	for (size_t i = 0; r->delivery != NULL && i < r->delivery->rcpt_count;
	     i++)
		print_rcpt(&r->delivery->rcpts[i]);
}

size_t ph_receipt_delivered_count(const struct ph_receipt *r)
{
	size_t n = 0;

	for (size_t i = 0; r->delivery != NULL && i < r->delivery->rcpt_count;
	     i++)
		n += r->delivery->rcpts[i].outcome == PH_DELIVERED ? 1 : 0;
	return n;
}
