#include "discover/candidate.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

enum {
	NOTE_MAX = 300
};

static const char *const found_names[] = {
	[PH_FOUND_PRESET] = "preset",
	[PH_FOUND_MX] = "mx",
	[PH_FOUND_AUTOCONFIG] = "autoconfig",
	[PH_FOUND_COLLECTION] = "collection",
	[PH_FOUND_HOSTER] = "autoconfig",
	[PH_FOUND_AUTODISCOVER] = "autodiscover",
	[PH_FOUND_SRV] = "srv",
	[PH_FOUND_HTTP] = "autoconfig",
	[PH_FOUND_GUESS] = "guess",
	[PH_FOUND_SUGGESTION] = "preset",
};

const char *ph_found_name(enum ph_found f)
{
	return found_names[f];
}

const char *ph_doubt_name(unsigned bit)
{
	static const struct {
		unsigned bit;
		const char *name;
	} names[] = {
		{ PH_DOUBT_OUTSIDE, "outside-domain" },
		{ PH_DOUBT_HTTP, "http" },
		{ PH_DOUBT_GUESS, "guess" },
		{ PH_DOUBT_TYPO, "typo" },
	};

	for (size_t i = 0; i < PH_COUNT(names); i++) {
		if (names[i].bit == bit)
			return names[i].name;
	}
	return NULL;
}

static unsigned doubts_of(
    const struct ph_subject *s, const struct ph_candidate *c)
{
	unsigned doubts = 0;

	/* The table is our own word for it. */
	if (c->found == PH_FOUND_SUGGESTION)
		return PH_DOUBT_TYPO;
	if (c->found != PH_FOUND_PRESET &&
	    !ph_subject_has(s, ph_span_of(c->host)))
		doubts |= PH_DOUBT_OUTSIDE;
	if (c->found == PH_FOUND_HTTP)
		doubts |= PH_DOUBT_HTTP;
	if (c->found == PH_FOUND_GUESS)
		doubts |= PH_DOUBT_GUESS;
	return doubts;
}

static bool keep(struct ph_arena *a, const char **text)
{
	*text = ph_arena_str(a, ph_span_of(*text == NULL ? "" : *text));
	return *text != NULL;
}

static enum ph_err copy(struct ph_candidates *set,
    const struct ph_candidate *from, struct ph_candidate *out)
{
	struct ph_candidate c = *from;

	if (!keep(set->arena, &c.host) || !keep(set->arena, &c.username) ||
	    !keep(set->arena, &c.mechanisms) || !keep(set->arena, &c.detail))
		return PH_ENOMEM;
	for (size_t i = 0; i < c.note_count; i++) {
		if (!keep(set->arena, &c.notes[i]))
			return PH_ENOMEM;
	}
	c.doubts = doubts_of(set->subject, &c);
	*out = c;
	return PH_OK;
}

struct ph_candidate *ph_candidates_find(struct ph_candidates *set,
    const char *host, uint16_t port, enum ph_encryption encryption)
{
	for (size_t i = 0; i < set->count; i++) {
		struct ph_candidate *c = &set->items[i];

		if (c->port == port && c->encryption == encryption &&
		    ph_span_eq_nocase(ph_span_of(c->host), ph_span_of(host)))
			return c;
	}
	return NULL;
}

enum ph_err ph_candidate_note(
    struct ph_candidates *set, struct ph_candidate *c, const char *fmt, ...)
{
	char text[NOTE_MAX];
	struct ph_fault line = { 0 };
	va_list args;

	if (c->note_count >= PH_CANDIDATE_NOTES_MAX)
		return PH_OK;
	va_start(args, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	/* One line of UTF-8, whoever's words are in it. */
	ph_fault_set(&line, PH_CAUSE_NONE, PH_STAGE_CONFIG, "%s", text);

	const char *note = ph_arena_str(set->arena, ph_span_of(line.text));

	if (note == NULL)
		return PH_ENOMEM;
	c->notes[c->note_count++] = note;
	return PH_OK;
}

static enum ph_err merge(struct ph_candidates *set, struct ph_candidate *old,
    const struct ph_candidate *c)
{
	struct ph_candidate first = *old;
	struct ph_candidate second = *c;
	enum ph_err err;

	if (c->found == old->found &&
	    strcmp(c->detail == NULL ? "" : c->detail, old->detail) == 0)
		return PH_OK;
	if (c->found < old->found) {
		err = copy(set, c, &first);
		if (err != PH_OK)
			return err;
		first.proof = old->proof;
		second = *old;
	}
	*old = first;
	if (second.detail == NULL)
		second.detail = "";
	return ph_candidate_note(set, old, "also found by %s%s%s",
	    ph_found_name(second.found), second.detail[0] == '\0' ? "" : ": ",
	    second.detail);
}

enum ph_err ph_candidates_add(
    struct ph_candidates *set, const struct ph_candidate *c)
{
	struct ph_candidate *old =
	    ph_candidates_find(set, c->host, c->port, c->encryption);

	if (old != NULL)
		return merge(set, old, c);
	if (set->count >= PH_CANDIDATES_MAX)
		return PH_OK;

	enum ph_err err = copy(set, c, &set->items[set->count]);
	if (err == PH_OK)
		set->count++;
	return err;
}

static int compare(const void *x, const void *y)
{
	const struct ph_candidate *a = x;
	const struct ph_candidate *b = y;
	const int keys[][2] = {
		{ a->proof == PH_PROOF_BAD, b->proof == PH_PROOF_BAD },
		{ (int)a->found, (int)b->found },
		{ a->encryption == PH_ENCRYPTION_NONE,
		    b->encryption == PH_ENCRYPTION_NONE },
		{ (int)a->order, (int)b->order },
		{ a->port, b->port },
	};

	for (size_t i = 0; i < PH_COUNT(keys); i++) {
		if (keys[i][0] != keys[i][1])
			return keys[i][0] < keys[i][1] ? -1 : 1;
	}
	return strcmp(a->host, b->host);
}

void ph_candidates_sort(struct ph_candidates *set)
{
	qsort(set->items, set->count, sizeof(set->items[0]), compare);
}
