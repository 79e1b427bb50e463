#include "deliver/session_state.h"

#include "deliver/verdict.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

struct ph_entry {
	struct ph_entry *next;
	struct ph_task *task;
};

static void append(struct ph_session *s, struct ph_entry *e)
{
	if (s->last == NULL) {
		s->first = e;
	} else {
		s->last->next = e;
	}
	s->last = e;
}

static void drop_first(struct ph_session *s)
{
	struct ph_entry *e = s->first;

	s->first = e->next;
	if (s->first == NULL)
		s->last = NULL;
	ph_task_free(e->task);
	free(e);
}

/* batches */

static void keep_batch(struct ph_session *s, struct ph_batch *b)
{
	b->next = s->batches;
	s->batches = b;
}

/* A handful at most: as many as the engine's window. */
static struct ph_batch *find_batch(const struct ph_session *s, uint64_t id)
{
	struct ph_batch *b = s->batches;

	while (b != NULL && b->id != id)
		b = b->next;
	return b;
}

static void forget_batch(struct ph_session *s, const struct ph_batch *b)
{
	struct ph_batch **at = &s->batches;

	while (*at != b)
		at = &(*at)->next;
	*at = b->next;
}

static size_t stricter(size_t a, size_t b)
{
	if (a == 0 || b == 0)
		return a + b;
	return a < b ? a : b;
}

static size_t rcpt_limit(const struct ph_session *s)
{
	const struct ph_ehlo *e = ph_smtp_client_ehlo(s->client);
	size_t limit = stricter(s->conn->recipients_per_message, e->rcpt_max);

	return stricter(limit, s->rcpts_fit);
}

/* PH_OK, PH_EINVAL with *fault, PH_ENOMEM. */
static enum ph_err begin(
    struct ph_session *s, struct ph_task *t, struct ph_fault *fault)
{
	const struct ph_job *job = ph_task_job(t);
	struct ph_smtp_mail mail = { .probe = job->probe };
	struct ph_batch *b = NULL;

	const struct ph_batch_limits limits = {
		.rcpts = rcpt_limit(s),
		.domains = ph_smtp_client_ehlo(s->client)->rcpt_domain_max,
	};
	enum ph_err err = ph_task_begin(t, &limits, &b);
	if (err != PH_OK)
		return PH_ENOMEM;
	b->id = ++s->batch_id;
	mail.id = b->id;
	mail.envelope = &b->envelope;
	if (job->content != NULL) {
		const struct ph_body *body =
		    ph_message_body(ph_content_message(job->content));

		mail.size = body->size;
		mail.eight_bit = body->eight_bit;
		mail.utf8 = body->utf8_headers;
	}
	keep_batch(s, b);
	err =
	    ph_smtp_client_mail(s->client, ph_loop_now(s->loop), &mail, fault);
	if (err == PH_OK) {
		ph_link_reached(s, PH_STAGE_MAIL);
		return PH_OK;
	}
	forget_batch(s, b);
	ph_task_drop(b);
	return err;
}

static struct ph_task *waiting_task(const struct ph_session *s)
{
	for (const struct ph_entry *e = s->first; e != NULL; e = e->next) {
		if (ph_task_has_more(e->task))
			return e->task;
	}
	return NULL;
}

/* What is left of a job needs another connection to go over. */
static void renew(struct ph_session *s)
{
	if (s->renews)
		return;
	s->renews = true;
	ph_link_note(s, PH_STAGE_MAIL,
	    "as many messages as one session may have: the rest goes over "
	    "another one");
	ph_smtp_client_quit(s->client, ph_loop_now(s->loop));
}

bool ph_traffic_survives(struct ph_session *s, const struct ph_fault *why)
{
	if (!s->renews || s->interrupted || ph_fault_is_set(why) ||
	    ph_fault_is_set(&s->fault) || waiting_task(s) == NULL)
		return false;
	s->renews = false;
	s->same_address = true;
	ph_login_restart(s);
	return true;
}

void ph_traffic_go_on(struct ph_session *s)
{
	struct ph_task *t = waiting_task(s);

	while (t != NULL && ph_smtp_client_has_room(s->client)) {
		struct ph_fault f = { 0 };
		enum ph_err err = begin(s, t, &f);

		if (err != PH_OK) {
			if (!ph_fault_is_set(&f)) {
				ph_fault_set(&f, PH_CAUSE_NO_MEMORY,
				    PH_STAGE_MAIL, "%s: out of memory",
				    s->where);
			}
			ph_task_fail(t, PH_RETRY, &f);
			s->news = true;
		}
		t = waiting_task(s);
	}
	if (t != NULL && ph_smtp_client_is_spent(s->client))
		renew(s);
}

bool ph_traffic_has_room(const struct ph_session *s)
{
	return s->was_ready && s->phase == PH_PHASE_TALKING &&
	    waiting_task(s) == NULL && ph_smtp_client_has_room(s->client);
}

/* content */

static void feed(
    struct ph_session *s, uint64_t id, const struct ph_smtp_body *body)
{
	for (size_t i = 0; i < body->count; i++)
		s->facts.content_octets += body->pieces[i].len;

	enum ph_err err =
	    ph_smtp_client_body(s->client, ph_loop_now(s->loop), id, body);
	/* Not as many octets as were announced with BDAT: it would wait for
	   ever.  Out of memory it tells by itself. */
	if (err == PH_EINVAL) {
		struct ph_fault f;

		ph_fault_set(&f, PH_CAUSE_INPUT_CHANGED, PH_STAGE_DATA,
		    "the message changed while it was sent");
		ph_smtp_client_body_failed(
		    s->client, ph_loop_now(s->loop), id, &f);
	}
}

static void feed_file(struct ph_session *s, struct ph_batch *b)
{
	struct ph_span piece = { 0 };
	struct ph_fault f = { 0 };
	struct ph_smtp_body body = { .pieces = &piece, .count = 1 };
	const struct ph_content *c = ph_task_job(b->task)->content;
	enum ph_err err = PH_OK;

	if (b->reader == NULL)
		err = ph_content_reader_new(c, &b->reader);
	if (err == PH_OK) {
		err = ph_content_reader_next(
		    b->reader, &piece, &body.dot_free, &f);
	}
	if (err == PH_EOF)
		body.count = 0;
	if (err != PH_OK && err != PH_EOF) {
		if (!ph_fault_is_set(&f)) {
			ph_fault_set(&f, PH_CAUSE_NO_MEMORY, PH_STAGE_DATA,
			    "out of memory");
		}
		ph_smtp_client_body_failed(
		    s->client, ph_loop_now(s->loop), b->id, &f);
		return;
	}
	body.last = ph_content_reader_at_end(b->reader);
	feed(s, b->id, &body);
}

void ph_traffic_body(struct ph_session *s, uint64_t id)
{
	struct ph_batch *b = find_batch(s, id);
	struct ph_span pieces[PH_SMTP_PIECES_MAX];

	assert(b != NULL);
	if (b->body_usec == 0) {
		b->body_usec = ph_clock_usec();
		s->facts.content_octets = 0;
	}

	size_t count = ph_content_in_memory(
	    ph_task_job(b->task)->content, pieces, PH_SMTP_PIECES_MAX);
	if (count == 0 || b->reader != NULL) {
		feed_file(s, b);
	} else {
		feed(s, id,
		    &(struct ph_smtp_body){
			.pieces = pieces, .count = count, .last = true });
	}
}

void ph_traffic_done(struct ph_session *s, const struct ph_smtp_event *ev)
{
	struct ph_batch *b = find_batch(s, ev->mail);
	struct ph_task *t;
	size_t fits = 0;

	assert(b != NULL);
	t = b->task;
	if (b->body_usec != 0) {
		b->data_ms = ph_ms_since(b->body_usec);
		s->facts.timing.data = b->data_ms;
	}
	forget_batch(s, b);
	ph_task_end(b, ev->result, s->where, &fits);
	if (fits > 0)
		s->rcpts_fit = fits;
	s->facts.timing.total = ph_ms_since(s->start_usec);
	if (ph_task_has_more(t))
		ph_traffic_go_on(s);
	s->news = s->news || ph_traffic_has_done(s);
}

/* jobs */

static void fail_job(struct ph_session *s, struct ph_task *t,
    enum ph_outcome outcome, const struct ph_fault *fault)
{
	ph_task_fail(t, outcome, fault);
	s->news = s->news || ph_traffic_has_done(s);
}

/* What the server does not take as it is, is made fit.  True: the task may go
   to the engine. */
static bool make_fit(struct ph_session *s, struct ph_task *t)
{
	struct ph_content *c = ph_task_job(t)->content;
	const struct ph_ehlo *e = ph_smtp_client_ehlo(s->client);
	const struct ph_body *b = ph_message_body(ph_content_message(c));
	struct ph_fault f = { 0 };

	if (s->conn->size != 0 && b->size > s->conn->size) {
		ph_fault_set(&f, PH_CAUSE_TOO_BIG, PH_STAGE_MAIL,
		    "the message has %" PRIu64 " octets, and the connection's "
		    "size allows %" PRIu64,
		    b->size, s->conn->size);
		fail_job(s, t, PH_FAILED, &f);
		return false;
	}

	bool bits = b->eight_bit && !ph_ehlo_has(e, PH_EHLO_8BITMIME);
	bool utf8 = b->utf8_headers && !ph_ehlo_has(e, PH_EHLO_SMTPUTF8);

	if (!bits && !utf8)
		return true;

	enum ph_err err = ph_content_make_7bit(c, &f);
	if (err == PH_OK || !bits)
		return true;
	if (err == PH_EINVAL) {
		f.cause = PH_CAUSE_NO_8BITMIME;
		f.stage = PH_STAGE_MAIL;
	}
	fail_job(s, t, err == PH_EINVAL ? PH_FAILED : PH_RETRY, &f);
	return false;
}

/* Without SMTPUTF8 (RFC 6531 3.5) who has a mailbox of other letters cannot be
   reached, and everybody else can; unless the sender or the header section
   needs it too, which the engine says of all. */
static bool leaves_some_out(
    const struct ph_session *s, const struct ph_job *job)
{
	const struct ph_envelope *e = job->envelope;

	if (ph_ehlo_has(ph_smtp_client_ehlo(s->client), PH_EHLO_SMTPUTF8) ||
	    !ph_span_is_ascii(e->sender))
		return false;
	if (job->content != NULL &&
	    ph_message_body(ph_content_message(job->content))->utf8_headers)
		return false;
	for (size_t i = 0; i < e->rcpt_count; i++) {
		if (!ph_span_is_ascii(e->rcpts[i].address))
			return true;
	}
	return false;
}

static enum ph_err add_entry(struct ph_session *s, const struct ph_job *job)
{
	struct ph_entry *e = calloc(1, sizeof(*e));

	if (e == NULL || ph_task_new(job, &e->task) != PH_OK) {
		free(e);
		return PH_ENOMEM;
	}
	append(s, e);
	return PH_OK;
}

/* The one added last was not fit for the wire and never existed. */
static void remove_last(struct ph_session *s)
{
	struct ph_entry *gone = s->last;
	struct ph_entry *e = s->first;

	if (e == gone) {
		drop_first(s);
		return;
	}
	while (e->next != gone)
		e = e->next;
	e->next = NULL;
	s->last = e;
	ph_task_free(gone->task);
	free(gone);
}

/* PH_OK, or nothing was added. */
static enum ph_err try_submit(
    struct ph_session *s, const struct ph_job *job, struct ph_fault *fault)
{
	enum ph_err err = add_entry(s, job);
	if (err != PH_OK)
		return err;

	struct ph_task *t = s->last->task;

	if (job->content != NULL && !make_fit(s, t))
		return PH_OK;
	if (leaves_some_out(s, job))
		err = ph_task_ascii_only(t);
	if (err == PH_OK && ph_task_has_more(t))
		err = begin(s, t, fault);
	s->news = s->news || ph_traffic_has_done(s);
	if (err != PH_OK)
		remove_last(s);
	return err;
}

enum ph_err ph_traffic_submit(
    struct ph_session *s, const struct ph_job *job, struct ph_fault *fault)
{
	enum ph_err err = try_submit(s, job, fault);
	if (err == PH_ENOMEM) {
		ph_fault_set(fault, PH_CAUSE_NO_MEMORY, PH_STAGE_MAIL,
		    "%s: out of memory", s->where);
	}
	if (err != PH_OK)
		return err;
	ph_traffic_go_on(s);
	return PH_OK;
}

bool ph_traffic_has_done(const struct ph_session *s)
{
	return s->first != NULL && ph_task_is_done(s->first->task);
}

bool ph_traffic_next_done(
    struct ph_session *s, uint64_t *id, struct ph_delivery **out)
{
	if (!ph_traffic_has_done(s))
		return false;
	*id = ph_task_job(s->first->task)->id;
	*out = ph_task_deliver(s->first->task, s->where);
	drop_first(s);
	return true;
}

bool ph_traffic_take_last(struct ph_session *s, struct ph_delivery **out)
{
	if (s->last == NULL || !ph_task_is_done(s->last->task))
		return false;
	*out = ph_task_deliver(s->last->task, s->where);
	remove_last(s);
	return true;
}

static void drop_batches(struct ph_session *s)
{
	while (s->batches != NULL) {
		struct ph_batch *b = s->batches;

		s->batches = b->next;
		ph_task_drop(b);
	}
}

void ph_traffic_fail(struct ph_session *s, const struct ph_fault *fault)
{
	struct ph_fault f = *fault;

	if (!ph_fault_is_set(&f)) {
		ph_fault_set(&f, PH_CAUSE_CONNECTION_LOST, PH_STAGE_MAIL,
		    "%s: the session was ended before", s->where);
	}
	drop_batches(s);
	for (struct ph_entry *e = s->first; e != NULL; e = e->next) {
		if (!ph_task_is_done(e->task) || !ph_task_has_more(e->task))
			ph_task_fail(e->task, PH_RETRY, &f);
	}
}

void ph_traffic_release(struct ph_session *s)
{
	drop_batches(s);
	while (s->first != NULL)
		drop_first(s);
}
