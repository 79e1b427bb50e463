#include "config/memory.h"

#include "config/memory_place.h"
#include "io/digest.h"
#include "io/file.h"
#include "io/loop.h"
#include "io/slot.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum {
	/* The lock's first octet is for whoever writes. */
	WRITER = 0,
	WRITE_WAIT_MS = 2000,
	/* Logins of one account that may be under way at once. */
	SLOTS_MAX = 64
};

struct ph_memory {
	const struct ph_connection *conn;
	ph_unixmsec changed_at;
	struct ph_memory_place place;
	bool is_off; /* there is no place for it */
	struct ph_known known;
	int lock;      /* -1: not opened */
	uint64_t slot; /* held; 0: none */
	bool has_refusals;
	char note[PH_MEMORY_NOTE_MAX];
	char damage[PH_MEMORY_NOTE_MAX];
};

PH_PRINTF(2, 3)

static void note(struct ph_memory *m, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(m->note, sizeof(m->note), fmt, ap);
	va_end(ap);
}

/* A fault of a file is told, and stops nothing. */
static void note_fault(struct ph_memory *m, const struct ph_fault *f)
{
	note(m, "memory: %s", f->text);
}

/* files */

static void put_aside(struct ph_memory *m, const char *path)
{
	char aside[PH_MEMORY_PATH_MAX + 16];

	(void)snprintf(aside, sizeof(aside), "%s.damaged", path);
	bool is_aside = rename(path, aside) == 0;

	(void)snprintf(m->damage, sizeof(m->damage),
	    "%.200s was damaged, what it held is not known any more%s%.200s",
	    path, is_aside ? ": it is now " : "", is_aside ? aside : "");
}

/* An empty buffer: there is no such file, or it cannot be read. */
static void read_file(struct ph_memory *m, const char *path, struct ph_buf *out)
{
	struct ph_fault f = { 0 };
	enum ph_err err = ph_file_read(path, out, &f);

	if (err == PH_OK)
		return;
	ph_buf_clear(out);
	if (err == PH_ETOOBIG) {
		put_aside(m, path);
	} else if (err != PH_ENOTFOUND) {
		note_fault(m, &f);
	}
}

static void read_known(struct ph_memory *m, struct ph_known *out)
{
	PH_CLEANUP(ph_buf_release) struct ph_buf text;

	ph_buf_init(&text, PH_KNOWN_TEXT_MAX);
	*out = (struct ph_known){ 0 };
	read_file(m, m->place.server, &text);
	if (text.len > 0 &&
	    ph_known_read(ph_buf_span(&text), ph_clock_unix(), out) != PH_OK)
		put_aside(m, m->place.server);
}

static void read_tally(struct ph_memory *m, struct ph_tally *out)
{
	PH_CLEANUP(ph_buf_release) struct ph_buf text;

	ph_buf_init(&text, PH_TALLY_TEXT_MAX);
	*out = (struct ph_tally){ 0 };
	read_file(m, m->place.refused, &text);
	if (text.len > 0 && ph_tally_read(ph_buf_span(&text), out) != PH_OK)
		put_aside(m, m->place.refused);
}

static void write_file(
    struct ph_memory *m, const char *path, const struct ph_buf *text)
{
	struct ph_fault f = { 0 };

	if (ph_file_replace(path, ph_buf_span(text), 0600, &f) != PH_OK)
		note_fault(m, &f);
}

static void write_tally(struct ph_memory *m, const struct ph_tally *t)
{
	PH_CLEANUP(ph_buf_release) struct ph_buf text;
	struct ph_fault f = { 0 };

	ph_buf_init(&text, PH_TALLY_TEXT_MAX);
	if (t->count == 0) {
		if (ph_file_remove(m->place.refused, &f) == PH_EIO)
			note_fault(m, &f);
	} else if (ph_tally_write(t, &text) == PH_OK) {
		write_file(m, m->place.refused, &text);
	}
}

/* Opened once, kept to the end. */
static bool open_slots(struct ph_memory *m)
{
	struct ph_fault f = { 0 };

	if (m->is_off)
		return false;
	if (m->lock >= 0)
		return true;
	if (ph_slot_open(m->place.lock, &m->lock, &f) == PH_OK)
		return true;
	note_fault(m, &f);
	return false;
}

/* False: nothing can be written. */
static bool begin_writing(struct ph_memory *m)
{
	if (!open_slots(m))
		return false;
	if (ph_slot_wait(m->lock, WRITER, WRITE_WAIT_MS) == PH_OK)
		return true;
	note(m, "memory: %s cannot be locked", m->place.lock);
	return false;
}

static void end_writing(struct ph_memory *m)
{
	ph_slot_give(m->lock, WRITER);
}

/* opening */

enum ph_err ph_memory_open(
    const struct ph_memory_question *q, struct ph_memory **out)
{
	struct ph_memory *m = calloc(1, sizeof(*m));

	if (m == NULL)
		return PH_ENOMEM;
	m->conn = q->connection;
	m->changed_at = q->changed_at;
	m->lock = -1;
	m->is_off = !m->conn->memory ||
	    ph_memory_place_find(&m->place, m->conn->host, m->conn->port) !=
		PH_OK;
	if (!m->is_off)
		read_known(m, &m->known);
	*out = m;
	return PH_OK;
}

void ph_memory_free(struct ph_memory *m)
{
	if (m == NULL)
		return;
	ph_close_fd(&m->lock);
	free(m);
}

const struct ph_known *ph_memory_known(const struct ph_memory *m)
{
	return &m->known;
}

const char *ph_memory_note(const struct ph_memory *m)
{
	return m->note;
}

const char *ph_memory_damage(const struct ph_memory *m)
{
	return m->damage;
}

/* learning */

void ph_memory_learn(struct ph_memory *m, const struct ph_known_news *news)
{
	PH_CLEANUP(ph_buf_release) struct ph_buf text;
	struct ph_known tried = m->known;

	ph_buf_init(&text, PH_KNOWN_TEXT_MAX);
	if (m->is_off || !ph_known_learn(&tried, news) || !begin_writing(m))
		return;
	/* Somebody may have written since. */
	read_known(m, &m->known);

	bool is_new = m->known.host[0] == '\0';

	if (ph_known_learn(&m->known, news) &&
	    ph_known_write(&m->known, &text) == PH_OK) {
		write_file(m, m->place.server, &text);
		if (is_new)
			ph_memory_place_prune(&m->place);
	}
	end_writing(m);
}

/* refused logins */

/* Of the salt and the name; without a salt there is no mark. */
static bool make_mark(const struct ph_memory *m, const struct ph_tally *t,
    char out[PH_MARK_SIZE])
{
	const struct ph_span parts[] = { ph_span_of(t->salt),
		ph_span_of(m->conn->username) };
	unsigned char digest[PH_DIGEST_SIZE];

	out[0] = '\0';
	if (t->salt[0] == '\0' ||
	    ph_digest_sha256(parts, PH_COUNT(parts), digest) != PH_OK)
		return false;
	ph_digest_hex(digest, (PH_MARK_SIZE - 1) / 2, out);
	return true;
}

static bool add_salt(struct ph_tally *t)
{
	unsigned char salt[(PH_MARK_SIZE - 1) / 2];

	if (t->salt[0] != '\0')
		return true;
	if (ph_random(salt, sizeof(salt)) != PH_OK)
		return false;
	ph_digest_hex(salt, sizeof(salt), t->salt);
	return true;
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
	if (!make_mark(m, &t, mark))
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

/* Where an account's places begin among the octets of the lock: a hash of it
   (FNV-1a), which is written nowhere. */
static uint64_t first_slot(const struct ph_memory *m)
{
	const struct ph_span parts[] = { ph_span_of(m->place.refused),
		ph_span_of(m->conn->username) };
	uint64_t hash = UINT64_C(14695981039346656037);

	for (size_t i = 0; i < PH_COUNT(parts); i++) {
		for (size_t k = 0; k < parts[i].len; k++) {
			hash ^= (unsigned char)parts[i].ptr[k];
			hash *= UINT64_C(1099511628211);
		}
		hash *= UINT64_C(1099511628211); /* the NUL between them */
	}
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
		enum ph_err err = ph_slot_try(m->lock, first + i);

		if (err == PH_AGAIN)
			busy++;
		if (err != PH_OK)
			continue;
		if (m->slot == 0) {
			m->slot = first + i;
		} else {
			ph_slot_give(m->lock, first + i);
		}
	}
	if (m->slot != 0 && refused + busy < allowed)
		return PH_OK;
	if (m->slot != 0)
		ph_slot_give(m->lock, m->slot);
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
	    !begin_writing(m))
		return PH_OK;
	ph_memory_sum(m, &sum);
	err = sum.count < m->conn->attempts ? take_slot(m, sum.count)
					    : refuse(m, &sum, fault);
	end_writing(m);
	return err;
}

static void record(struct ph_memory *m, bool refused)
{
	char mark[PH_MARK_SIZE];
	struct ph_tally t;

	if (!begin_writing(m))
		return;
	read_tally(m, &t);
	if (refused && add_salt(&t) && make_mark(m, &t, mark)) {
		ph_tally_add(&t, mark, ph_clock_unix_msec());
		write_tally(m, &t);
	}
	if (!refused && make_mark(m, &t, mark) && ph_tally_absolve(&t, mark))
		write_tally(m, &t);
	m->has_refusals = refused;
	end_writing(m);
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
		ph_slot_give(m->lock, m->slot);
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

/* forgetting */

static enum ph_err remove_one(
    const char *path, bool *was, struct ph_fault *fault)
{
	struct ph_fault f = { 0 };
	enum ph_err err = ph_file_remove(path, &f);

	if (err == PH_ENOTFOUND)
		return PH_OK;
	if (err != PH_OK) {
		*fault = f;
		return err;
	}
	*was = true;
	return PH_OK;
}

enum ph_err ph_memory_forget(
    const char *host, uint16_t port, bool *was, struct ph_fault *fault)
{
	struct ph_memory_place place;
	enum ph_err err = ph_memory_place_find(&place, host, port);

	*was = false;
	if (err != PH_OK)
		return PH_OK;
	err = remove_one(place.server, was, fault);
	if (err == PH_OK)
		err = remove_one(place.refused, was, fault);
	return err;
}
