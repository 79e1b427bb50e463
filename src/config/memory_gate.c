#include "config/memory_part.h"
#include "io/file.h"
#include "io/lock.h"
#include "io/loop.h"

#include <stdio.h>

enum {
	/* Logins of one account that may be under way at once. */
	SLOTS_MAX = 64
};

static void read_tally(struct ph_memory *m, struct ph_tally *out)
{
	PH_CLEANUP(ph_buf_release) struct ph_buf text;

	ph_buf_init(&text, PH_TALLY_TEXT_MAX);
	*out = (struct ph_tally){ 0 };
	ph_memory_read_file(m, m->place.refused, &text);
	if (text.len > 0 && ph_tally_read(ph_buf_span(&text), out) != PH_OK)
		ph_memory_put_aside(m, m->place.refused);
}

static void write_tally(struct ph_memory *m, const struct ph_tally *t)
{
	PH_CLEANUP(ph_buf_release) struct ph_buf text;
	struct ph_fault f = { 0 };

	ph_buf_init(&text, PH_TALLY_TEXT_MAX);
	if (t->count == 0) {
		if (ph_file_remove(m->place.refused, &f) == PH_EIO)
			ph_memory_note_fault(m, &f);
	} else if (ph_tally_write(t, &text) == PH_OK) {
		ph_memory_write_file(m, m->place.refused, &text);
	}
}

void ph_memory_sum(struct ph_memory *m, struct ph_tally_sum *out)
{
	char mark[PH_MARK_SIZE];
	unsigned allowed = m->conn->attempts == 0 ? 1 : m->conn->attempts;
	struct ph_tally t;

	*out = (struct ph_tally_sum){ 0 };
	if (m->is_off)
		return;
	read_tally(m, &t);
	if (!ph_memory_mark(m, t.salt, mark))
		return;
	ph_tally_sum(
	    &t, mark, ph_clock_unix_msec(), m->changed_at, allowed, out);
	/* Also those that do not count any more are there to be removed. */
	m->has_refusals = ph_tally_absolve(&t, mark);
}

static enum ph_err refuse(const struct ph_memory *m,
    const struct ph_tally_sum *sum, struct ph_fault *fault)
{
	const struct ph_connection *c = m->conn;
	const char *who = c->username[0] == '\0' ? "nobody" : c->username;
	char since[PH_KNOWN_TIME_SIZE];
	char until[PH_KNOWN_TIME_SIZE];

	ph_known_time(sum->since / 1000, since);
	/* Not a minute too early. */
	ph_known_time((sum->free_at + 59999) / 1000, until);
	ph_fault_set(fault, PH_CAUSE_AUTH_USED_UP, PH_STAGE_AUTH,
	    "%s refused %u login%s as %s since %s, and attempts = %u allows no "
	    "further one before %s: nothing was tried",
	    c->host, sum->count, sum->count == 1 ? "" : "s", who, since,
	    c->attempts, until);
	ph_fault_advise(fault,
	    "correct the password: one that was stored, written to its file "
	    "or typed since is tried at once; or take the risk of a locked "
	    "account with --attempts %u",
	    sum->count + 1);
	return PH_EDENIED;
}

enum ph_err ph_memory_check(struct ph_memory *m, struct ph_fault *fault)
{
	struct ph_tally_sum sum;

	if (m->is_off || m->conn->attempts == 0)
		return PH_OK;
	ph_memory_sum(m, &sum);
	return sum.count < m->conn->attempts ? PH_OK : refuse(m, &sum, fault);
}

static uint64_t first_slot(const struct ph_memory *m)
{
	uint64_t hash = ph_memory_hash(m->place.refused, m->conn->username);

	return 1 + (hash & ((UINT64_C(1) << 48) - 1)) * SLOTS_MAX;
}

/* Takes a place unless refusals and logins under way leave none.  The writer's
   lock is held, so that nobody counts at the same time. */
static enum ph_err take_slot(struct ph_memory *m, unsigned refused)
{
	unsigned allowed = m->conn->attempts;
	uint64_t first = first_slot(m);
	unsigned busy = 0;

	for (unsigned i = 0; i < SLOTS_MAX && i < allowed; i++) {
		enum ph_err err = ph_lock_try(m->lock, first + i);

		if (err == PH_AGAIN)
			busy++;
		if (err != PH_OK)
			continue;
		if (m->slot == 0) {
			m->slot = first + i;
		} else {
			ph_lock_give(m->lock, first + i);
		}
	}
	if (m->slot != 0 && refused + busy < allowed)
		return PH_OK;
	if (m->slot != 0)
		ph_lock_give(m->lock, m->slot);
	m->slot = 0;
	/* A lock that failed for another reason holds nobody up. */
	return busy > 0 ? PH_AGAIN : PH_OK;
}

static enum ph_err admit(void *ctx, struct ph_fault *fault)
{
	struct ph_memory *m = ctx;
	struct ph_tally_sum sum;
	enum ph_err err = PH_OK;

	if (m->is_off || m->conn->attempts == 0 || m->slot != 0 ||
	    !ph_memory_begin_writing(m))
		return PH_OK;
	ph_memory_sum(m, &sum);
	err = sum.count < m->conn->attempts ? take_slot(m, sum.count)
					    : refuse(m, &sum, fault);
	ph_memory_end_writing(m);
	return err;
}

/* Said where it matters: another program may go on until the account locks. */
static void warn_uncounted(struct ph_memory *m)
{
	const char *why = m->note[0] != '\0'
	    ? m->note
	    : "neither XDG_STATE_HOME nor HOME is set";

	if (!m->conn->memory || m->conn->attempts == 0)
		return;
	(void)snprintf(m->damage, sizeof(m->damage),
	    "the refused login cannot be counted, and attempts = %u holds for "
	    "this program alone (%.200s)",
	    m->conn->attempts, why);
}

static void record(struct ph_memory *m, bool refused)
{
	char mark[PH_MARK_SIZE];
	struct ph_tally t;
	bool was_told = m->note[0] != '\0';

	if (!ph_memory_begin_writing(m)) {
		if (refused)
			warn_uncounted(m);
		return;
	}
	read_tally(m, &t);
	if (refused && ph_memory_add_salt(t.salt) &&
	    ph_memory_mark(m, t.salt, mark)) {
		ph_tally_add(&t, mark, ph_clock_unix_msec());
		write_tally(m, &t);
	}
	if (!refused && ph_memory_mark(m, t.salt, mark) &&
	    ph_tally_absolve(&t, mark))
		write_tally(m, &t);
	m->has_refusals = refused;
	ph_memory_end_writing(m);
	if (refused && !was_told && m->note[0] != '\0')
		warn_uncounted(m);
}

/* What is recorded is there before the place is free. */
static void settle(void *ctx, enum ph_gate_end end)
{
	struct ph_memory *m = ctx;

	switch (end) {
	case PH_GATE_UNDECIDED:
		break;
	case PH_GATE_REFUSED:
		record(m, true);
		break;
	case PH_GATE_TAKEN:
		if (m->has_refusals)
			record(m, false);
		break;
	}
	if (m->slot != 0)
		ph_lock_give(m->lock, m->slot);
	m->slot = 0;
}

void ph_memory_gate(struct ph_memory *m, struct ph_gate *out)
{
	*out = (struct ph_gate){ .ctx = m, .admit = admit, .settle = settle };
}

void ph_memory_pardon(const struct ph_connection *c)
{
	const struct ph_memory_question q = { .connection = c };
	struct ph_memory *m = NULL;
	struct ph_tally_sum sum;

	if (ph_memory_open(&q, &m) != PH_OK)
		return;
	ph_memory_sum(m, &sum);
	if (m->has_refusals)
		record(m, false);
	ph_memory_free(m);
}
