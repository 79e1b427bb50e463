#include "config/memory_part.h"
#include "io/loop.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

/* Rate and quota: who is about to send counts himself in before, so that no two
   take the same turn, and takes it back where nothing went. */

uint64_t ph_memory_messages(const struct ph_connection *c, size_t rcpt_count)
{
	size_t each = c->recipients_per_message;

	if (each == 0 || rcpt_count <= each)
		return 1;
	return (rcpt_count + each - 1) / each;
}

static bool is_counted(const struct ph_memory *m)
{
	return !m->is_off &&
	    (m->conn->rate.count > 0 || m->conn->quota.count > 0);
}

static void read_ledger(struct ph_memory *m, struct ph_ledger *out)
{
	PH_CLEANUP(ph_buf_release) struct ph_buf text;

	ph_buf_init(&text, PH_LEDGER_TEXT_MAX);
	ph_memory_read_file(m, m->place.sent, &text);
	if (text.len > 0 && ph_ledger_read(ph_buf_span(&text), out) != PH_OK)
		ph_memory_put_aside(m, m->place.sent);
}

static void write_ledger(struct ph_memory *m, const struct ph_ledger *l)
{
	PH_CLEANUP(ph_buf_release) struct ph_buf text;

	ph_buf_init(&text, PH_LEDGER_TEXT_MAX);
	if (ph_ledger_write(l, &text) == PH_OK)
		ph_memory_write_file(m, m->place.sent, &text);
}

static const struct ph_rate *limit_of(
    const struct ph_connection *c, enum ph_ledger_kind kind)
{
	return kind == PH_LEDGER_RATE ? &c->rate : &c->quota;
}

static struct ph_ledger_series series(
    const struct ph_memory *m, enum ph_ledger_kind kind, const char *mark)
{
	const struct ph_rate *r = limit_of(m->conn, kind);

	return (struct ph_ledger_series){
		.mark = mark,
		.kind = kind,
		.allowed = r->count,
		.per_ms = r->per,
	};
}

static const char *period_name(ph_msec per)
{
	static const struct {
		ph_msec per;
		const char *name;
	} names[] = {
		{ 1000, "second" },
		{ 60 * 1000, "minute" },
		{ 3600 * 1000, "hour" },
	};

	for (size_t i = 0; i < PH_COUNT(names); i++) {
		if (per == names[i].per)
			return names[i].name;
	}
	return "day";
}

/* The quota first: who is over it is sent away and need not wait. */
static const enum ph_ledger_kind kinds[] = { PH_LEDGER_QUOTA, PH_LEDGER_RATE };

/* One limit, and when it lets the messages go. */
struct question {
	enum ph_ledger_kind kind;
	uint64_t messages;
	uint64_t used;
	ph_unixmsec now, turn;
};

static void refuse(
    const struct ph_memory *m, const struct question *q, struct ph_fault *fault)
{
	const struct ph_connection *c = m->conn;
	const struct ph_rate *r = limit_of(c, q->kind);
	bool is_quota = q->kind == PH_LEDGER_QUOTA;
	const char *origin = is_quota ? c->quota_from : c->rate_from;
	char more[48] = "";
	char until[PH_KNOWN_TIME_SIZE];

	if (q->messages > 1) {
		(void)snprintf(more, sizeof(more),
		    " (this one goes out as %" PRIu64 ")", q->messages);
	}
	/* Not a minute too early. */
	ph_known_time((q->turn + 59999) / 1000, until);
	ph_fault_set(fault, PH_CAUSE_RATE_LIMITED, PH_STAGE_CONFIG,
	    "%s%s%s = %" PRIu64 "/%s: %" PRIu64 " of %" PRIu64
	    " messages to %s are used%s, the next is free at %s: nothing was "
	    "sent",
	    origin, origin[0] == '\0' ? "" : ": ", is_quota ? "quota" : "rate",
	    r->count, period_name(r->per), q->used, r->count, c->host, more,
	    until);
}

static void look(const struct ph_memory *m, const struct ph_ledger *l,
    const char *mark, struct question *q)
{
	const struct ph_ledger_series s = series(m, q->kind, mark);

	q->used = ph_ledger_used(l, &s, q->now);
	q->turn = ph_ledger_turn(l, &s, q->now, q->messages);
}

/* PH_OK: q->turn is when. */
static enum ph_err ask(const struct ph_memory *m, const struct ph_ledger *l,
    const char *mark, ph_msec wait_max, struct question *q)
{
	const struct ph_rate *r = limit_of(m->conn, q->kind);

	q->turn = q->now;
	if (r->count == 0)
		return PH_OK;
	look(m, l, mark, q);
	if (q->kind == PH_LEDGER_QUOTA)
		wait_max = q->messages > r->count ? -1 : 0;
	if (wait_max > r->per)
		wait_max = r->per;
	return q->turn - q->now <= wait_max ? PH_OK : PH_EDENIED;
}

static void count_in(const struct ph_memory *m, struct ph_ledger *l,
    const char *mark, const struct question *q)
{
	for (size_t i = 0; i < PH_COUNT(kinds); i++) {
		const struct ph_ledger_series s = series(m, kinds[i], mark);

		if (s.allowed > 0)
			ph_ledger_add(l, &s, q->now, q->turn, q->messages);
	}
}

static enum ph_err book(struct ph_memory *m, struct ph_ledger *l,
    struct question *q, ph_msec wait_max, struct ph_fault *fault)
{
	char mark[PH_MARK_SIZE];

	if (!ph_memory_add_salt(l->salt) || !ph_memory_mark(m, l->salt, mark))
		return PH_OK;

	enum ph_err err = PH_OK;

	for (size_t i = 0; err == PH_OK && i < PH_COUNT(kinds); i++) {
		q->kind = kinds[i];
		err = ask(m, l, mark, wait_max, q);
	}
	if (err != PH_OK) {
		refuse(m, q, fault);
		return err;
	}
	count_in(m, l, mark, q);
	write_ledger(m, l);
	return PH_OK;
}

enum ph_err ph_memory_book(struct ph_memory *m, uint64_t messages,
    ph_msec wait_max, struct ph_memory_booking *out, struct ph_fault *fault)
{
	struct question q = { .messages = messages };
	struct ph_ledger *l;

	*out = (struct ph_memory_booking){ 0 };
	if (!is_counted(m))
		return PH_OK;
	l = calloc(1, sizeof(*l));
	if (l == NULL)
		return PH_ENOMEM;
	if (!ph_memory_begin_writing(m)) {
		free(l);
		return PH_OK;
	}
	read_ledger(m, l);
	q.now = ph_clock_unix_msec();
	q.turn = q.now;

	enum ph_err err = book(m, l, &q, wait_max, fault);

	ph_memory_end_writing(m);
	free(l);
	out->wait = q.turn - q.now;
	out->at = q.turn;
	out->messages = err == PH_OK ? messages : 0;
	return err;
}

void ph_memory_unbook(struct ph_memory *m, const struct ph_memory_booking *b)
{
	char mark[PH_MARK_SIZE];
	struct ph_ledger *l = b->messages == 0 ? NULL : calloc(1, sizeof(*l));

	if (l == NULL || !ph_memory_begin_writing(m)) {
		free(l);
		return;
	}
	read_ledger(m, l);
	if (ph_memory_mark(m, l->salt, mark)) {
		for (size_t i = 0; i < PH_COUNT(kinds); i++) {
			const struct ph_ledger_series s =
			    series(m, kinds[i], mark);

			ph_ledger_take_back(l, &s, b->at, b->messages);
		}
		write_ledger(m, l);
	}
	ph_memory_end_writing(m);
	free(l);
}

static void use_of(
    const struct ph_memory *m, const struct ph_ledger *l, struct question *q)
{
	char mark[PH_MARK_SIZE];

	q->used = 0;
	q->turn = q->now;
	if (limit_of(m->conn, q->kind)->count > 0 &&
	    ph_memory_mark(m, l->salt, mark))
		look(m, l, mark, q);
}

void ph_memory_use(struct ph_memory *m, struct ph_memory_use *out)
{
	struct question q = { .messages = 1, .now = ph_clock_unix_msec() };
	struct ph_ledger *l = is_counted(m) ? calloc(1, sizeof(*l)) : NULL;

	*out = (struct ph_memory_use){ 0 };
	if (l == NULL)
		return;
	read_ledger(m, l);
	q.kind = PH_LEDGER_RATE;
	use_of(m, l, &q);
	out->rate = q.used;
	out->rate_free_in = q.turn - q.now;
	q.kind = PH_LEDGER_QUOTA;
	use_of(m, l, &q);
	out->quota = q.used;
	out->quota_free_in = q.turn - q.now;
	free(l);
}
