#include "diagnose/wordlist.h"

#include "base/ascii.h"
#include "base/utf8.h"

#include <stdio.h>

enum {
	/* Terms are about one thing when they stand within some lines. */
	NEAR = 500,
	GAP_WORDS = 8,
	/* A term that stands more often than that is noise. */
	PLACES_MAX = 16,
	/* Words that begin alike, in one search. */
	STEPS_MAX = 128,
	/* Of a word, and the space behind a short one. */
	HEAD = 3
};

static const char gap[] = "... ";

enum {
	GAP_LEN = sizeof(gap) - 1
};

/* A word that is being written, at the end of the text. */
struct pen {
	struct ph_wordlist *w;
	size_t start; /* of the word; w->len: none has begun */
};

void ph_wordlist_begin(
    struct ph_wordlist *w, const char *code, const char *enhanced)
{
	w->len = 0;
	(void)snprintf(w->drops[0], sizeof(w->drops[0]), "%s", code);
	(void)snprintf(w->drops[1], sizeof(w->drops[1]), "%s", enhanced);
}

static bool is_dropped(const struct ph_wordlist *w, struct ph_span word)
{
	for (size_t i = 0; i < PH_WORDLIST_DROPS; i++) {
		if (ph_span_eq(word, ph_span_of(w->drops[i])))
			return true;
	}
	return false;
}

static void end_word(struct pen *p)
{
	struct ph_wordlist *w = p->w;
	struct ph_span word = { w->text + p->start, w->len - p->start };

	if (is_dropped(w, word)) {
		w->len = p->start;
	} else if (word.len > 0) {
		w->text[w->len++] = ' ';
	}
	p->start = w->len;
}

static void put(struct pen *p, struct ph_span bytes)
{
	memcpy(p->w->text + p->w->len, bytes.ptr, bytes.len);
	p->w->len += bytes.len;
}

/* U+00E9 for U+00C9, and the same in Cyrillic: a sentence begins with one. */
static uint32_t fold(uint32_t c)
{
	if ((c >= 0xc0 && c <= 0xde && c != 0xd7) || (c >= 0x410 && c <= 0x42f))
		return c + 0x20;
	return c;
}

static bool is_ideograph(uint32_t c)
{
	return (c >= 0x3040 && c <= 0xd7ff) || (c >= 0xf900 && c <= 0xfaff);
}

/* Punctuation beyond ASCII, and what is no character. */
static bool is_other_space(uint32_t c)
{
	return c == UINT32_MAX || c == 0xd7 || (c >= 0x80 && c < 0xc0) ||
	    (c >= 0x2000 && c <= 0x303f) || c >= 0xff00;
}

static void put_other(struct pen *p, uint32_t c, struct ph_span bytes)
{
	if (is_other_space(c)) {
		end_word(p);
	} else if (is_ideograph(c)) {
		end_word(p);
		put(p, bytes);
		end_word(p);
	} else if (c < 0x800) {
		char two[2] = { (char)(0xc0 | (fold(c) >> 6)),
			(char)(0x80 | (fold(c) & 0x3f)) };

		put(p, (struct ph_span){ two, sizeof(two) });
	} else {
		put(p, bytes);
	}
}

static bool goes_on(struct ph_span rest)
{
	return rest.len > 0 &&
	    (ph_ascii_is_alnum(rest.ptr[0]) || rest.ptr[0] == '_' ||
		(unsigned char)rest.ptr[0] >= 0xc3);
}

/* A dot, an @ or the apostrophe of "doesn't" in the midst of a word. */
static bool is_joint(const struct pen *p, uint32_t c, struct ph_span rest)
{
	const struct ph_wordlist *w = p->w;

	if (!goes_on(rest) || w->len == p->start)
		return false;
	if (c == '\'' || c == 0x2019)
		return w->text[w->len - 1] == 'n' && rest.ptr[0] == 't';
	return c == '.' || c == '@';
}

static void put_ascii(struct pen *p, char c, struct ph_span *rest)
{
	char lower = ph_ascii_lower(c);

	if (ph_ascii_is_alnum(c) || c == '_') {
		put(p, (struct ph_span){ &lower, 1 });
		return;
	}
	/* relay= and helo= of a log are names of fields. */
	if (c == '=')
		p->w->len = p->start;
	end_word(p);
	/* A line's end as programming languages write it. */
	if (c == '\\' && rest->len > 0 && strchr("nrt", rest->ptr[0]) != NULL)
		*rest = ph_span_skip(*rest, 1);
}

size_t ph_wordlist_add(struct ph_wordlist *w, struct ph_span text)
{
	/* A character of 4 octets and the space behind it. */
	enum {
		ROOM = 4 + 2
	};

	struct pen p = { .w = w, .start = w->len };
	struct ph_span rest = text;

	while (rest.len > 0 && w->len + ROOM <= PH_WORDLIST_MAX) {
		struct ph_span from = rest;
		uint32_t c = ph_utf8_next(&rest);
		struct ph_span bytes = ph_span_first(from, from.len - rest.len);

		if (is_joint(&p, c, rest)) {
			if (c == '.' || c == '@')
				put(&p, bytes);
		} else if (c < 0x80) {
			put_ascii(&p, (char)c, &rest);
		} else {
			put_other(&p, c, bytes);
		}
	}
	end_word(&p);
	return text.len - rest.len;
}

/* A term has no fewer octets. */
static size_t head_of(const char *s)
{
	size_t sum = 0;

	for (size_t i = 0; i < HEAD; i++)
		sum = sum * 31 + (unsigned char)s[i];
	return sum % PH_WORDLIST_HEADS;
}

/* A word, or the last name in a dotted one, where that is no domain:
   java.net.UnknownHostException. */
static bool begins(const struct ph_wordlist *w, size_t i)
{
	enum {
		SHORTEST = 6
	};

	size_t end = i;

	if (w->text[i] == ' ')
		return false;
	if (i == 0 || w->text[i - 1] == ' ')
		return true;
	if (w->text[i - 1] != '.')
		return false;
	while (end < w->len && ph_ascii_is_alnum(w->text[end]))
		end++;
	return end - i >= SHORTEST && end < w->len && w->text[end] == ' ';
}

void ph_wordlist_end(struct ph_wordlist *w)
{
	memset(w->first, 0, sizeof(w->first));
	/* Of one letter at the end there is no term. */
	for (size_t i = w->len < HEAD ? 0 : w->len - HEAD + 1; i-- > 0;) {
		size_t head;

		if (!begins(w, i))
			continue;
		head = head_of(w->text + i);
		w->next[i] = w->first[head];
		w->first[head] = (uint16_t)(i + 1);
	}
}

static size_t end_of_word(const struct ph_wordlist *w, size_t at)
{
	while (at < w->len && w->text[at] != ' ')
		at++;
	return at;
}

/* Any rest of a word; but what goes on with a dot or an @ is a host or an
   address, which may be called anything. */
static bool skip_rest(const struct ph_wordlist *w, size_t *at)
{
	while (*at < w->len && w->text[*at] != ' ') {
		if (w->text[*at] == '.' || w->text[*at] == '@')
			return false;
		(*at)++;
	}
	return true;
}

static bool stands_at(
    const struct ph_wordlist *w, size_t at, struct ph_span pattern)
{
	char c = '\0';

	for (size_t i = 0; i < pattern.len; i++) {
		struct ph_span rest = ph_span_skip(pattern, i);

		c = pattern.ptr[i];
		if (c == '*') {
			if (!skip_rest(w, &at))
				return false;
			continue;
		}
		if (rest.len > GAP_LEN && memcmp(rest.ptr, gap, GAP_LEN) == 0) {
			rest = ph_span_skip(rest, GAP_LEN);
			for (size_t k = 0; k <= GAP_WORDS && at < w->len; k++) {
				if (stands_at(w, at, rest))
					return true;
				at = end_of_word(w, at) + 1;
			}
			return false;
		}
		if (at >= w->len || w->text[at++] != c)
			return false;
	}
	return c == ' ' || skip_rest(w, &at);
}

/* The first place at or behind from; w->len: none. */
static size_t find(
    const struct ph_wordlist *w, size_t from, struct ph_span pattern)
{
	size_t i = w->first[head_of(pattern.ptr)];

	for (size_t k = 0; k < STEPS_MAX && i != 0; k++) {
		if (i - 1 >= from && stands_at(w, i - 1, pattern))
			return i - 1;
		i = w->next[i - 1];
	}
	return w->len;
}

static bool is_near(
    const struct ph_wordlist *w, size_t place, struct ph_span term)
{
	size_t at = find(w, place > NEAR ? place - NEAR : 0, term);

	return at < w->len && at <= place + NEAR;
}

/* Whether the terms behind the first are as they should be around place. */
static bool others_agree(
    const struct ph_wordlist *w, size_t place, struct ph_span terms)
{
	struct ph_span term;

	while (ph_span_split(&terms, '&', &term)) {
		bool wanted = term.ptr[0] != '!';

		if (is_near(w, place, ph_span_skip(term, wanted ? 0 : 1)) !=
		    wanted)
			return false;
	}
	return true;
}

/* Whether what a term ends in stands anywhere: most terms are ruled out by
   that, and cheaply. */
static bool is_possible(const struct ph_wordlist *w, struct ph_span term)
{
	struct ph_span tail = term;

	for (size_t i = 0; i + GAP_LEN < term.len; i++) {
		if (memcmp(term.ptr + i, gap, GAP_LEN) == 0)
			tail = ph_span_skip(term, i + GAP_LEN);
	}
	return tail.len < HEAD || find(w, 0, tail) < w->len;
}

static bool are_possible(const struct ph_wordlist *w, struct ph_span terms)
{
	struct ph_span term;

	while (ph_span_split(&terms, '&', &term)) {
		if (term.ptr[0] != '!' && !is_possible(w, term))
			return false;
	}
	return true;
}

static bool match_terms(const struct ph_wordlist *w, struct ph_span terms)
{
	struct ph_span first;
	size_t at;

	if (!are_possible(w, terms) || !ph_span_split(&terms, '&', &first))
		return false;
	at = find(w, 0, first);
	for (size_t k = 0; k < PLACES_MAX && at < w->len; k++) {
		if (others_agree(w, at, terms))
			return true;
		at = find(w, at + 1, first);
	}
	return false;
}

bool ph_wordlist_match(const struct ph_wordlist *w, const char *pattern)
{
	struct ph_span rest = ph_span_of(pattern);
	struct ph_span one;

	while (ph_span_split(&rest, '|', &one)) {
		if (match_terms(w, one))
			return true;
	}
	return false;
}
