#include "memory/ledger.h"

#include "memory/words.h"

#include <inttypes.h>

/* posthaste sent 1
   salt 0123456789abcdef0123456789abcdef
   sent MARK quota 1764279455123 3 */

static const char magic[] = "posthaste sent 1";

static const char *const kinds[] = {
	[PH_LEDGER_RATE] = "rate",
	[PH_LEDGER_QUOTA] = "quota",
};

/* Of more than that a sum could not be made. */
static const uint64_t count_max = UINT64_C(1) << 32;

static bool is_of(
    const struct ph_ledger_entry *e, const struct ph_ledger_series *s)
{
	return e->kind == s->kind && strcmp(e->mark, s->mark) == 0;
}

/* Further ahead than anybody waits is from before a clock was set back. */
static bool counts(
    const struct ph_ledger_entry *e, ph_unixmsec now, ph_msec per_ms)
{
	return e->at > now - per_ms && e->at <= now + per_ms;
}

uint64_t ph_ledger_used(const struct ph_ledger *l,
    const struct ph_ledger_series *s, ph_unixmsec now)
{
	uint64_t used = 0;

	for (size_t i = 0; i < l->count; i++) {
		const struct ph_ledger_entry *e = &l->entries[i];

		if (is_of(e, s) && counts(e, now, s->per_ms))
			used += e->count;
	}
	return used;
}

ph_unixmsec ph_ledger_turn(const struct ph_ledger *l,
    const struct ph_ledger_series *s, ph_unixmsec now, uint64_t more)
{
	uint64_t room = more < s->allowed ? s->allowed - more : 0;
	ph_unixmsec turn = now;
	uint64_t sum = 0;

	/* Newest first: the one that is one too many must leave the period. */
	for (size_t i = l->count; i > 0; i--) {
		const struct ph_ledger_entry *e = &l->entries[i - 1];

		if (!is_of(e, s) || !counts(e, now, s->per_ms))
			continue;
		sum += e->count;
		if (e->at > turn)
			turn = e->at;
		if (sum > room) {
			return e->at + s->per_ms > turn ? e->at + s->per_ms
							: turn;
		}
	}
	return turn;
}

static void remove_at(struct ph_ledger *l, size_t i)
{
	l->count--;
	memmove(&l->entries[i], &l->entries[i + 1],
	    (l->count - i) * sizeof(l->entries[0]));
}

static void drop_old(
    struct ph_ledger *l, const struct ph_ledger_series *s, ph_unixmsec now)
{
	for (size_t i = l->count; i > 0; i--) {
		const struct ph_ledger_entry *e = &l->entries[i - 1];
		ph_msec per_ms = is_of(e, s) ? s->per_ms : PH_LEDGER_DAY_MS;

		if (!counts(e, now, per_ms))
			remove_at(l, i - 1);
	}
}

static uint64_t join(uint64_t a, uint64_t b)
{
	return a + b < count_max ? a + b : count_max;
}

/* The oldest goes into the next one of its account, which counts for longer;
   where there is none, it is lost. */
static void make_room(struct ph_ledger *l)
{
	const struct ph_ledger_entry *first = &l->entries[0];
	const struct ph_ledger_series s = { .kind = first->kind,
		.mark = first->mark };

	for (size_t i = 1; i < l->count; i++) {
		if (is_of(&l->entries[i], &s)) {
			l->entries[i].count =
			    join(l->entries[i].count, first->count);
			break;
		}
	}
	remove_at(l, 0);
}

static struct ph_ledger_entry *newest(
    struct ph_ledger *l, const struct ph_ledger_series *s)
{
	for (size_t i = l->count; i > 0; i--) {
		if (is_of(&l->entries[i - 1], s))
			return &l->entries[i - 1];
	}
	return NULL;
}

void ph_ledger_add(struct ph_ledger *l, const struct ph_ledger_series *s,
    ph_unixmsec now, ph_unixmsec at, uint64_t more)
{
	struct ph_ledger_entry e = { .kind = s->kind, .at = at, .count = more };
	ph_msec part = s->per_ms / PH_LEDGER_PARTS + 1;
	struct ph_ledger_entry *last;

	drop_old(l, s, now);
	last = newest(l, s);
	if (last != NULL && last->at / part == at / part) {
		last->at = last->at > at ? last->at : at;
		last->count = join(last->count, more);
		return;
	}
	if (l->count == PH_LEDGER_MAX)
		make_room(l);
	memcpy(e.mark, s->mark, strnlen(s->mark, sizeof(e.mark) - 1));
	l->entries[l->count++] = e;
}

void ph_ledger_take_back(struct ph_ledger *l, const struct ph_ledger_series *s,
    ph_unixmsec at, uint64_t less)
{
	for (size_t i = 0; i < l->count && less > 0; i++) {
		struct ph_ledger_entry *e = &l->entries[i];

		/* Those that came after it may stand in the same entry. */
		if (!is_of(e, s) || e->at < at)
			continue;
		if (e->count > less) {
			e->count -= less;
		} else {
			remove_at(l, i);
		}
		return;
	}
}

static enum ph_err read_kind(struct ph_span *line, enum ph_ledger_kind *out)
{
	struct ph_span word;

	if (!ph_words_next(line, &word))
		return PH_EPROTO;
	for (size_t i = 0; i < PH_COUNT(kinds); i++) {
		if (ph_span_eq(word, ph_span_of(kinds[i]))) {
			*out = (enum ph_ledger_kind)i;
			return PH_OK;
		}
	}
	return PH_EPROTO;
}

static enum ph_err read_sent(struct ph_span *line, struct ph_ledger *l)
{
	struct ph_ledger_entry e = { 0 };

	if (l->count == PH_LEDGER_MAX)
		return PH_EPROTO;

	enum ph_err err = ph_words_mark(line, e.mark);

	if (err == PH_OK)
		err = read_kind(line, &e.kind);
	if (err == PH_OK)
		err = ph_words_time(line, &e.at);
	if (err == PH_OK)
		err = ph_words_number(line, count_max, &e.count);
	if (err == PH_OK)
		l->entries[l->count++] = e;
	return err;
}

static enum ph_err read_line(struct ph_span line, struct ph_ledger *l)
{
	struct ph_span word;
	enum ph_err err = PH_OK;

	if (!ph_words_next(&line, &word))
		return PH_EPROTO;
	if (ph_span_eq(word, PH_SPAN("salt"))) {
		err = ph_words_mark(&line, l->salt);
	} else if (ph_span_eq(word, PH_SPAN("sent"))) {
		err = read_sent(&line, l);
	} else {
		return PH_OK;
	}
	return err == PH_OK && line.len > 0 ? PH_EPROTO : err;
}

static enum ph_err read_all(struct ph_span text, struct ph_ledger *l)
{
	struct ph_span line;

	if (ph_words_begin(&text, PH_LEDGER_TEXT_MAX, magic) != PH_OK)
		return PH_EPROTO;
	while (text.len > 0 && ph_span_split(&text, '\n', &line)) {
		enum ph_err err = read_line(line, l);
		if (err != PH_OK)
			return err;
	}
	/* Without its salt no mark could be told. */
	return l->salt[0] == '\0' ? PH_EPROTO : PH_OK;
}

enum ph_err ph_ledger_read(struct ph_span text, struct ph_ledger *out)
{
	memset(out, 0, sizeof(*out));

	enum ph_err err = read_all(text, out);

	if (err != PH_OK)
		memset(out, 0, sizeof(*out));
	return err;
}

enum ph_err ph_ledger_write(const struct ph_ledger *l, struct ph_buf *out)
{
	enum ph_err err = ph_buf_appendf(out, "%s\nsalt %s\n", magic, l->salt);

	for (size_t i = 0; err == PH_OK && i < l->count; i++) {
		const struct ph_ledger_entry *e = &l->entries[i];

		err = ph_buf_appendf(out, "sent %s %s %lld %" PRIu64 "\n",
		    e->mark, kinds[e->kind], (long long)e->at, e->count);
	}
	return err;
}
