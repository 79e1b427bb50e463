#include "config/memory.h"

#include "base/hex.h"
#include "config/memory_part.h"
#include "io/digest.h"
#include "io/file.h"
#include "io/lock.h"
#include "io/loop.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

enum {
	/* The lock's first octet is for whoever writes. */
	WRITER = 0,
	WRITE_WAIT_MS = 2000
};

PH_PRINTF(2, 3)

static void note(struct ph_memory *m, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(m->note, sizeof(m->note), fmt, ap);
	va_end(ap);
}

void ph_memory_note_fault(struct ph_memory *m, const struct ph_fault *f)
{
	note(m, "memory: %s", f->text);
}

/* files */

void ph_memory_put_aside(struct ph_memory *m, const char *path)
{
	char aside[PH_MEMORY_PATH_MAX + 16];

	(void)snprintf(aside, sizeof(aside), "%s.damaged", path);
	bool is_aside = rename(path, aside) == 0;

	(void)snprintf(m->damage, sizeof(m->damage),
	    "%.200s was damaged, what it held is not known any more%s%.200s",
	    path, is_aside ? ": it is now " : "", is_aside ? aside : "");
}

void ph_memory_read_file(
    struct ph_memory *m, const char *path, struct ph_buf *out)
{
	struct ph_fault f = { 0 };
	enum ph_err err = ph_file_read(path, out, &f);

	if (err == PH_OK)
		return;
	ph_buf_clear(out);
	if (err == PH_ETOOBIG) {
		ph_memory_put_aside(m, path);
	} else if (err != PH_ENOTFOUND) {
		ph_memory_note_fault(m, &f);
	}
}

static void read_known(struct ph_memory *m, struct ph_known *out)
{
	PH_CLEANUP(ph_buf_release) struct ph_buf text;

	ph_buf_init(&text, PH_KNOWN_TEXT_MAX);
	*out = (struct ph_known){ 0 };
	ph_memory_read_file(m, m->place.server, &text);
	if (text.len > 0 &&
	    ph_known_read(ph_buf_span(&text), ph_clock_unix(), out) != PH_OK)
		ph_memory_put_aside(m, m->place.server);
}

void ph_memory_write_file(
    struct ph_memory *m, const char *path, const struct ph_buf *text)
{
	struct ph_fault f = { 0 };

	if (ph_file_replace(path, ph_buf_span(text), 0600, &f) != PH_OK)
		ph_memory_note_fault(m, &f);
}

bool ph_memory_open_lock(struct ph_memory *m)
{
	struct ph_fault f = { 0 };

	if (m->is_off)
		return false;
	if (m->lock >= 0)
		return true;
	if (ph_lock_open(m->place.lock, &m->lock, &f) == PH_OK)
		return true;
	ph_memory_note_fault(m, &f);
	return false;
}

bool ph_memory_begin_writing(struct ph_memory *m)
{
	if (!ph_memory_open_lock(m))
		return false;
	if (ph_lock_wait(m->lock, WRITER, WRITE_WAIT_MS) == PH_OK)
		return true;
	note(m, "memory: %s cannot be locked", m->place.lock);
	return false;
}

void ph_memory_end_writing(struct ph_memory *m)
{
	ph_lock_give(m->lock, WRITER);
}

/* accounts */

uint64_t ph_memory_hash(const char *one, const char *other)
{
	const struct ph_span parts[] = { ph_span_of(one), ph_span_of(other) };
	uint64_t hash = UINT64_C(14695981039346656037);

	for (size_t i = 0; i < PH_COUNT(parts); i++) {
		for (size_t k = 0; k < parts[i].len; k++) {
			hash ^= (unsigned char)parts[i].ptr[k];
			hash *= UINT64_C(1099511628211);
		}
		hash *= UINT64_C(1099511628211); /* the NUL between them */
	}
	return hash;
}

bool ph_memory_mark(
    const struct ph_memory *m, const char *salt, char out[PH_MARK_SIZE])
{
	const struct ph_span parts[] = { ph_span_of(salt),
		ph_span_of(m->conn->username) };
	unsigned char digest[PH_DIGEST_SIZE];

	out[0] = '\0';
	if (salt[0] == '\0' ||
	    ph_digest_sha256(parts, PH_COUNT(parts), digest) != PH_OK)
		return false;
	ph_hex_write(digest, (PH_MARK_SIZE - 1) / 2, out);
	return true;
}

bool ph_memory_add_salt(char salt[PH_MARK_SIZE])
{
	unsigned char octets[(PH_MARK_SIZE - 1) / 2];

	if (salt[0] != '\0')
		return true;
	if (ph_random(octets, sizeof(octets)) != PH_OK)
		return false;
	ph_hex_write(octets, sizeof(octets), salt);
	return true;
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
	if (m->is_off || !ph_known_learn(&tried, news) ||
	    !ph_memory_begin_writing(m))
		return;
	/* Somebody may have written since. */
	read_known(m, &m->known);

	bool is_new = m->known.host[0] == '\0';

	if (ph_known_learn(&m->known, news) &&
	    ph_known_write(&m->known, &text) == PH_OK) {
		ph_memory_write_file(m, m->place.server, &text);
		if (is_new)
			ph_memory_place_prune(&m->place);
	}
	ph_memory_end_writing(m);
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

enum ph_err ph_memory_history_forget(
    const char *name, bool *was, struct ph_fault *fault)
{
	char tests[PH_MEMORY_PATH_MAX];

	*was = false;
	return ph_memory_place_tests(name, "", 0, tests)
	    ? remove_one(tests, was, fault)
	    : PH_OK;
}

enum ph_err ph_memory_forget(
    const char *host, uint16_t port, bool *was, struct ph_fault *fault)
{
	char tests[PH_MEMORY_PATH_MAX];
	struct ph_memory_place place;
	enum ph_err err = ph_memory_place_find(&place, host, port);

	*was = false;
	if (err != PH_OK)
		return PH_OK;
	err = remove_one(place.server, was, fault);
	if (err == PH_OK)
		err = remove_one(place.refused, was, fault);
	if (err == PH_OK && ph_memory_place_tests("", host, port, tests))
		err = remove_one(tests, was, fault);
	return err;
}
