#include "diagnose/token.h"

#include "base/ascii.h"
#include "base/err.h"

/* Points for what makes a number a reply code. */
enum {
	POINTS_ENHANCED = 8,   /* an enhanced code of its class follows */
	POINTS_LINE_START = 4, /* it begins a line, as replies do */
	POINTS_KNOWN = 2,
	POINTS_QUOTED = 1 /* "said: ", "(", a quotation mark before it */
};

struct candidate {
	uint16_t code;
	uint16_t enhanced[3];
	unsigned points;
};

static char at(struct ph_span s, size_t i)
{
	return i < s.len ? s.ptr[i] : '\0';
}

static bool is_one_of(char c, const char *set)
{
	return c != '\0' && strchr(set, c) != NULL;
}

/* Reads one to three digits at *i; false when there are none or more. */
static bool take_number(struct ph_span s, size_t *i, uint16_t *out)
{
	unsigned n = 0;
	size_t start = *i;

	while (ph_ascii_is_digit(at(s, *i)) && *i - start < 4)
		n = n * 10 + (unsigned)(at(s, (*i)++) - '0');
	*out = (uint16_t)n;
	return *i > start && *i - start <= 3;
}

/* A word goes on behind it: another letter, or a dot with more behind. */
static bool goes_on(struct ph_span s, size_t i)
{
	char c = at(s, i);

	return ph_ascii_is_alnum(c) || c == '_' ||
	    ((c == '.' || c == ':') && ph_ascii_is_digit(at(s, i + 1)));
}

static bool begins_word(struct ph_span s, size_t i)
{
	char c = i == 0 ? ' ' : s.ptr[i - 1];

	return !ph_ascii_is_alnum(c) && c != '.' && c != '_';
}

/* An enhanced code at i. */
static bool take_enhanced(struct ph_span s, size_t i, uint16_t out[3])
{
	char class = at(s, i);
	uint16_t subject;
	uint16_t detail;

	if ((class != '2' && class != '4' && class != '5') ||
	    at(s, i + 1) != '.')
		return false;
	i += 2;
	if (!take_number(s, &i, &subject) || at(s, i++) != '.')
		return false;
	if (!take_number(s, &i, &detail) || goes_on(s, i))
		return false;
	out[0] = (uint16_t)(class - '0');
	out[1] = subject;
	out[2] = detail;
	return true;
}

static bool stands_at_line_start(struct ph_span s, size_t i)
{
	while (i > 0 && (s.ptr[i - 1] == ' ' || s.ptr[i - 1] == '\t'))
		i--;
	return i == 0 || s.ptr[i - 1] == '\n' || s.ptr[i - 1] == '\r';
}

/* The word before i, without the spaces and signs between. */
static struct ph_span word_before(struct ph_span s, size_t i)
{
	size_t end;

	while (i > 0 && is_one_of(s.ptr[i - 1], " =:\""))
		i--;
	end = i;
	while (i > 0 &&
	    (ph_ascii_is_alnum(s.ptr[i - 1]) || is_one_of(s.ptr[i - 1], "/.")))
		i--;
	return (struct ph_span){ s.ptr + i, end - i };
}

static bool is_word_of(
    struct ph_span word, const char *const words[], size_t count)
{
	for (size_t k = 0; k < count; k++) {
		if (ph_span_eq_nocase(word, ph_span_of(words[k])))
			return true;
	}
	return false;
}

static bool stands_behind_quote(struct ph_span s, size_t i)
{
	static const char *const names[] = { "code", "dsn", "error", "reply",
		"response", "smtp", "stat", "status" };

	while (i > 0 && s.ptr[i - 1] == ' ')
		i--;
	if (i > 0 && s.ptr[i - 1] == '=')
		return is_word_of(word_before(s, i), names, PH_COUNT(names));
	return i > 0 && is_one_of(s.ptr[i - 1], ":(\"'<;");
}

/* "line 521", "size=552", "HTTP/1.1 503", "HTTP code 403": numbers of another
   kind. */
static bool counts_something(struct ph_span s, size_t i)
{
	static const char *const words[] = { "line", "port", "size", "pid",
		"uid" };
	static const struct ph_span http = PH_SPAN_INIT("HTTP");
	struct ph_span word = word_before(s, i);
	struct ph_span above = word_before(s, (size_t)(word.ptr - s.ptr));

	return is_word_of(word, words, PH_COUNT(words)) ||
	    ph_span_starts_nocase(word, http) || ph_span_eq_nocase(above, http);
}

/* 535-1234567: the number of an order. */
static bool is_long_number(struct ph_span s, size_t end)
{
	enum {
		DIGITS = 4
	};

	for (size_t k = 1; k <= DIGITS; k++) {
		if (!ph_ascii_is_digit(at(s, end + k)))
			return false;
	}
	return at(s, end) == '-';
}

/* The candidate of three digits at i. */
static bool take_candidate(struct ph_span s, size_t i,
    bool (*is_known)(uint16_t code), struct candidate *out)
{
	size_t end = i;

	*out = (struct candidate){ 0 };
	/* Ports and times stand right behind a colon, other numbers behind
	   signs. */
	if (!begins_word(s, i) ||
	    (i > 0 && is_one_of(s.ptr[i - 1], ":-+/#@%$")))
		return false;
	if (at(s, i) < '2' || at(s, i) > '5' ||
	    !take_number(s, &end, &out->code) || end - i != 3 ||
	    goes_on(s, end) || is_long_number(s, end) || counts_something(s, i))
		return false;
	if ((at(s, end) == ' ' || at(s, end) == '-') &&
	    take_enhanced(s, end + 1, out->enhanced))
		out->points += POINTS_ENHANCED;
	if (stands_at_line_start(s, i))
		out->points += POINTS_LINE_START;
	if (is_known(out->code))
		out->points += POINTS_KNOWN;
	if (stands_behind_quote(s, i))
		out->points += POINTS_QUOTED;
	return true;
}

/* The first whole-word enhanced code of that class; class 0: of any, if its
   subject is one that exists (RFC 3463 3.1). */
static void find_enhanced(struct ph_span s, unsigned class, uint16_t out[3])
{
	enum {
		SUBJECT_MAX = 7
	};

	uint16_t found[3];

	for (size_t i = 0; i < s.len; i++) {
		if (!begins_word(s, i) || !take_enhanced(s, i, found) ||
		    found[1] > SUBJECT_MAX)
			continue;
		if (class == 0 || found[0] == class) {
			memcpy(out, found, sizeof(found));
			return;
		}
	}
}

void ph_reply_tokens_find(struct ph_span text, bool (*is_known)(uint16_t code),
    struct ph_reply_tokens *out)
{
	struct candidate best = { 0 };
	struct candidate one;

	*out = (struct ph_reply_tokens){ 0 };
	for (size_t i = 0; i < text.len; i++) {
		if (ph_ascii_is_digit(text.ptr[i]) &&
		    take_candidate(text, i, is_known, &one) &&
		    one.points > best.points)
			best = one;
	}
	out->code = best.code;
	out->is_placed = best.points != 0 && best.points != POINTS_KNOWN;
	memcpy(out->enhanced, best.enhanced, sizeof(out->enhanced));
	if (out->enhanced[0] == 0)
		find_enhanced(text, best.code / 100U, out->enhanced);
}
