#include "deliver/task.h"

#include "deliver/server_id.h"
#include "deliver/verdict.h"

#include <assert.h>
#include <stdlib.h>

enum {
	/* How far one transaction looks for recipients that it may still have,
	   and how many of the scattered it takes at most. */
	LOOKAHEAD_MAX = 1000
};

/* A string of a result.  Recipients of one transaction share it. */
struct text {
	struct text *next;
	char bytes[];
};

struct result {
	struct ph_delivery pub; /* first: what callers see */
	struct text *texts;
	struct ph_delivered_rcpt rcpts[];
};

struct ph_task {
	struct ph_job job;
	struct result *result;
	struct ph_fault *fault; /* that was no reply's; NULL: none */
	size_t cursor;          /* recipients before it were in a batch */
	/* Were one too many: from any place; room for every recipient. */
	size_t *again;
	size_t again_first;
	size_t again_count;
	size_t open; /* batches under way */
	bool failed;
	bool ascii_only; /* the other recipients were passed over */
};

void ph_delivery_free(struct ph_delivery *d)
{
	struct result *r = (struct result *)d;

	if (r == NULL)
		return;
	while (r->texts != NULL) {
		struct text *next = r->texts->next;

		free(r->texts);
		r->texts = next;
	}
	free(r);
}

bool ph_delivery_reached(const struct ph_delivery *d)
{
	for (size_t i = 0; d != NULL && i < d->rcpt_count; i++) {
		if (d->rcpts[i].outcome == PH_DELIVERED ||
		    d->rcpts[i].outcome == PH_UNSURE)
			return true;
	}
	return false;
}

enum ph_err ph_task_new(const struct ph_job *job, struct ph_task **out)
{
	size_t count = job->envelope->rcpt_count;
	struct ph_task *t = calloc(1, sizeof(*t));
	struct result *r =
	    calloc(1, sizeof(*r) + count * sizeof(struct ph_delivered_rcpt));

	if (t == NULL || r == NULL) {
		free(t);
		free(r);
		return PH_ENOMEM;
	}
	for (size_t i = 0; i < count; i++) {
		r->rcpts[i] = (struct ph_delivered_rcpt){
			.address = job->envelope->rcpts[i].address,
			.text = "",
			.server_id = "",
		};
	}
	r->pub.rcpts = r->rcpts;
	r->pub.rcpt_count = count;
	t->job = *job;
	t->result = r;
	*out = t;
	return PH_OK;
}

void ph_task_free(struct ph_task *t)
{
	if (t == NULL)
		return;
	if (t->result != NULL)
		ph_delivery_free(&t->result->pub);
	free(t->fault);
	free(t->again);
	free(t);
}

const struct ph_job *ph_task_job(const struct ph_task *t)
{
	return &t->job;
}

bool ph_task_has_more(const struct ph_task *t)
{
	if (t->failed)
		return false;
	return t->cursor < t->job.envelope->rcpt_count || t->again_count > 0;
}

bool ph_task_is_done(const struct ph_task *t)
{
	return t->open == 0 && !ph_task_has_more(t);
}

static size_t at_most(size_t count, size_t limit)
{
	return limit != 0 && count > limit ? limit : count;
}

static size_t index_of(const struct ph_batch *b, size_t i)
{
	return b->index == NULL ? b->first + i : b->index[i];
}

/* Domains of a transaction, so far. */
struct domains {
	struct ph_span *list;
	size_t count;
	size_t max;
};

static struct ph_span domain_of(struct ph_span address)
{
	size_t at = address.len;

	while (at > 0 && address.ptr[at - 1] != '@')
		at--;
	return ph_span_skip(address, at);
}

/* False: it would be one too many. */
static bool admit_domain(struct domains *d, struct ph_span address)
{
	struct ph_span domain = domain_of(address);

	for (size_t i = 0; i < d->count; i++) {
		if (ph_span_eq_nocase(d->list[i], domain))
			return true;
	}
	if (d->count == d->max)
		return false;
	d->list[d->count++] = domain;
	return true;
}

static void pick(struct ph_task *t, struct ph_batch *b, size_t at)
{
	size_t n = b->envelope.rcpt_count++;

	b->index[n] = at;
	b->rcpts[n] = t->job.envelope->rcpts[at];
}

/* Takes up to max of those that wait; d NULL: whatever their domain.  Who is
   passed over stays in order, and in front. */
static void pick_fitting(
    struct ph_task *t, struct ph_batch *b, size_t max, struct domains *d)
{
	const struct ph_envelope_rcpt *rcpts = t->job.envelope->rcpts;
	size_t *again = t->again + t->again_first;
	size_t seen = 0;
	size_t left = 0;

	while (seen < t->again_count && seen < LOOKAHEAD_MAX &&
	    b->envelope.rcpt_count < max) {
		size_t at = again[seen++];

		if (d == NULL || admit_domain(d, rcpts[at].address)) {
			pick(t, b, at);
		} else {
			again[left++] = at;
		}
	}
	memmove(again + seen - left, again, left * sizeof(*again));
	t->again_first += seen - left;
	t->again_count -= seen - left;
}

/* They stand anywhere in the envelope. */
static enum ph_err pick_again(
    struct ph_task *t, const struct ph_batch_limits *limits, struct ph_batch *b)
{
	size_t max =
	    at_most(at_most(t->again_count, limits->rcpts), LOOKAHEAD_MAX);
	struct domains d = { .max = at_most(max, limits->domains) };

	b->rcpts = calloc(max, sizeof(*b->rcpts));
	b->index = calloc(max, sizeof(*b->index));
	d.list = calloc(d.max, sizeof(*d.list));
	if (b->rcpts == NULL || b->index == NULL || d.list == NULL) {
		free(d.list);
		return PH_ENOMEM;
	}
	b->envelope.rcpts = b->rcpts;
	b->envelope.rcpt_count = 0;
	pick_fitting(t, b, max, limits->domains == 0 ? NULL : &d);
	free(d.list);
	return PH_OK;
}

static enum ph_err make_again(struct ph_task *t)
{
	size_t count = t->job.envelope->rcpt_count;

	if (t->again == NULL)
		t->again = calloc(count + 1, sizeof(*t->again));
	return t->again == NULL ? PH_ENOMEM : PH_OK;
}

static void put_again(struct ph_task *t, size_t index)
{
	size_t count = t->job.envelope->rcpt_count;

	assert(t->again_count < count);
	if (t->again_first + t->again_count == count) {
		memmove(t->again, t->again + t->again_first,
		    t->again_count * sizeof(*t->again));
		t->again_first = 0;
	}
	t->again[t->again_first + t->again_count++] = index;
}

/* Where domains count, recipients are taken from anywhere. */
static enum ph_err scatter(struct ph_task *t)
{
	enum ph_err err = make_again(t);

	if (err != PH_OK)
		return err;
	while (t->cursor < t->job.envelope->rcpt_count)
		put_again(t, t->cursor++);
	return PH_OK;
}

enum ph_err ph_task_begin(struct ph_task *t,
    const struct ph_batch_limits *limits, struct ph_batch **out)
{
	const struct ph_envelope *e = t->job.envelope;

	if (!ph_task_has_more(t))
		return PH_EOF;
	if (limits->domains != 0 && scatter(t) != PH_OK)
		return PH_ENOMEM;

	struct ph_batch *b = calloc(1, sizeof(*b));
	if (b == NULL)
		return PH_ENOMEM;
	b->task = t;
	b->envelope = *e;
	t->open++;
	if (t->cursor < e->rcpt_count) {
		size_t count =
		    at_most(e->rcpt_count - t->cursor, limits->rcpts);

		b->first = t->cursor;
		b->envelope.rcpts = e->rcpts + t->cursor;
		b->envelope.rcpt_count = count;
		t->cursor += count;
	} else if (pick_again(t, limits, b) != PH_OK) {
		ph_task_drop(b);
		return PH_ENOMEM;
	}
	*out = b;
	return PH_OK;
}

void ph_task_drop(struct ph_batch *b)
{
	assert(b->task->open > 0);
	b->task->open--;
	ph_content_reader_free(b->reader);
	free(b->rcpts);
	free(b->index);
	free(b);
}

/* Without memory the text is lost, the codes are not. */
static const char *keep_text(struct result *r, struct ph_span s)
{
	struct text *t = s.len == 0 ? NULL : malloc(sizeof(*t) + s.len + 1);

	if (t == NULL)
		return "";
	memcpy(t->bytes, s.ptr, s.len);
	t->bytes[s.len] = '\0';
	t->next = r->texts;
	r->texts = t;
	return t->bytes;
}

static bool is_passed_over(
    const struct ph_task *t, const struct ph_delivered_rcpt *d)
{
	return t->ascii_only && !ph_span_is_ascii(d->address);
}

/* They take the way of those that were one too many: from any place. */
enum ph_err ph_task_ascii_only(struct ph_task *t)
{
	static const char why[] =
	    "the server offers no SMTPUTF8, which this address needs";
	struct result *r = t->result;
	size_t count = r->pub.rcpt_count;
	const char *text = NULL;

	assert(t->cursor == 0 && t->again == NULL);
	if (make_again(t) != PH_OK)
		return PH_ENOMEM;
	t->cursor = count;
	t->ascii_only = true;
	for (size_t i = 0; i < count; i++) {
		struct ph_delivered_rcpt *d = &r->rcpts[i];

		if (!is_passed_over(t, d)) {
			put_again(t, i);
			continue;
		}
		if (text == NULL)
			text = keep_text(r, ph_span_of(why));
		d->outcome = PH_FAILED;
		d->stage = PH_STAGE_RCPT;
		d->text = text;
	}
	return PH_OK;
}

/* The strings of the reply before: most recipients have the same one. */
struct last_reply {
	struct ph_span text;
	const char *kept;
	const char *server_id;
};

static void record(struct ph_task *t, struct ph_delivered_rcpt *d,
    const struct ph_smtp_rcpt_result *from, struct last_reply *last)
{
	const struct ph_reply *reply = &from->reply;

	if (last->kept == NULL || last->text.ptr != reply->text.ptr ||
	    last->text.len != reply->text.len) {
		*last = (struct last_reply){ .text = reply->text };
		last->kept = keep_text(t->result, reply->text);
		last->server_id = "";
		if (from->outcome == PH_DELIVERED && !t->job.probe) {
			last->server_id = keep_text(
			    t->result, ph_server_id_find(reply->text));
		}
	}
	d->outcome = from->outcome;
	d->stage = from->stage;
	d->code = reply->code;
	memcpy(d->enhanced, reply->enhanced, sizeof(d->enhanced));
	d->text = last->kept;
	d->server_id = from->outcome == PH_DELIVERED ? last->server_id : "";
}

static bool try_again(struct ph_task *t, size_t index)
{
	if (make_again(t) != PH_OK)
		return false;
	put_again(t, index);
	return true;
}

static size_t count_taken(const struct ph_smtp_result *result)
{
	size_t taken = 0;

	for (size_t i = 0; i < result->rcpt_count; i++) {
		if (result->rcpts[i].outcome == PH_DELIVERED)
			taken++;
	}
	return taken;
}

static void keep_fault(
    struct ph_task *t, const struct ph_fault *fault, const char *where)
{
	if (t->fault != NULL)
		return;
	t->fault = malloc(sizeof(*t->fault));
	if (t->fault == NULL)
		return;
	*t->fault = *fault;
	if (where != NULL)
		ph_verdict_place(t->fault, where);
}

void ph_task_end(struct ph_batch *b, const struct ph_smtp_result *result,
    const char *where, size_t *fits)
{
	struct ph_task *t = b->task;
	struct last_reply last = { 0 };
	size_t taken = count_taken(result);

	assert(result->rcpt_count == b->envelope.rcpt_count);
	*fits = 0;
	for (size_t i = 0; i < result->rcpt_count; i++) {
		const struct ph_smtp_rcpt_result *r = &result->rcpts[i];
		size_t at = index_of(b, i);

		record(t, &t->result->rcpts[at], r, &last);
		if (taken == 0 || r->stage != PH_STAGE_RCPT ||
		    !ph_verdict_too_many(&r->reply) || t->failed)
			continue;
		if (try_again(t, at))
			*fits = taken;
	}
	if (ph_fault_is_set(&result->fault))
		keep_fault(t, &result->fault, where);
	t->result->pub.data_ms += b->data_ms;
	ph_task_drop(b);
}

void ph_task_fail(
    struct ph_task *t, enum ph_outcome outcome, const struct ph_fault *fault)
{
	struct result *r = t->result;

	t->failed = true;
	keep_fault(t, fault, NULL);
	for (size_t i = 0; i < r->pub.rcpt_count; i++) {
		if (r->rcpts[i].outcome != PH_PENDING)
			continue;
		r->rcpts[i].outcome = outcome;
		r->rcpts[i].stage = fault->stage;
	}
}

/* Who sends it again must know of one who may have it (unsure); after that it
   is the refused who make the exit code.  The outcomes stand in that order. */
static bool is_worse(
    const struct ph_delivered_rcpt *d, const struct ph_delivered_rcpt *than)
{
	if (d->outcome == PH_DELIVERED)
		return false;
	return than == NULL || d->outcome > than->outcome;
}

/* The fault of the whole is that of the first among the worst served. */
static void judge(const struct ph_task *t, const struct ph_delivered_rcpt *d,
    const char *where)
{
	struct ph_delivery *pub = &t->result->pub;
	struct ph_reply reply = { .code = d->code,
		.text = ph_span_of(d->text) };

	memcpy(reply.enhanced, d->enhanced, sizeof(reply.enhanced));
	/* A reply of class 2 or 3 did not refuse anybody: what came after it
	   did. */
	if (ph_reply_class(&reply) >= 4) {
		ph_verdict_mail(&pub->fault, d->stage, &reply, where,
		    d->stage == PH_STAGE_RCPT ? d->address
					      : (struct ph_span){ 0 });
	} else if (is_passed_over(t, d)) {
		ph_fault_set(&pub->fault, PH_CAUSE_NO_SMTPUTF8, d->stage,
		    "%s offers no SMTPUTF8, which the recipient %.*s needs",
		    where, PH_SPAN_ARG(d->address));
	} else if (t->fault != NULL) {
		pub->fault = *t->fault;
	} else {
		ph_fault_set(&pub->fault, PH_CAUSE_NO_MEMORY, d->stage,
		    "out of memory: why it was not delivered is not known");
	}
}

struct ph_delivery *ph_task_deliver(struct ph_task *t, const char *where)
{
	struct ph_delivery *pub = &t->result->pub;
	const struct ph_delivered_rcpt *worst = NULL;

	assert(ph_task_is_done(t));
	for (size_t i = 0; i < pub->rcpt_count; i++) {
		const struct ph_delivered_rcpt *d = &pub->rcpts[i];

		pub->outcome = ph_outcome_join(pub->outcome, d->outcome);
		if (is_worse(d, worst))
			worst = d;
	}
	pub->stage = t->job.probe ? PH_STAGE_RCPT : PH_STAGE_DATA;
	if (worst != NULL) {
		judge(t, worst, where);
		if (worst->outcome == PH_UNSURE) {
			ph_fault_advise(&pub->fault,
			    "the message was handed over and no clear answer "
			    "came: ask a recipient before you send it again");
		}
		pub->stage = pub->fault.stage;
	}
	t->result = NULL;
	return pub;
}
