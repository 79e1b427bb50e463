#include "deliver/server_id.h"

#include "base/ascii.h"
#include "base/err.h"

enum {
	ID_MIN = 3,
	ID_MAX = 128
};

static bool is_id_char(char c)
{
	return ph_ascii_is_alnum(c) || (c != '\0' && strchr("-_.+=/@", c));
}

/* The run of id characters at the start of s, without a full stop that ends the
   sentence.  Empty when it is no good. */
static struct ph_span id_at(struct ph_span s)
{
	size_t len = 0;
	bool has_digit = false;

	while (len < s.len && is_id_char(s.ptr[len])) {
		has_digit = has_digit || ph_ascii_is_digit(s.ptr[len]);
		len++;
	}
	while (len > 0 && s.ptr[len - 1] == '.')
		len--;
	if (len < ID_MIN || len > ID_MAX || !has_digit)
		return (struct ph_span){ 0 };
	return ph_span_first(s, len);
}

/* What follows the last mark in text; len 0 when the mark is not there. */
static struct ph_span after_last(struct ph_span text, struct ph_span mark)
{
	for (size_t at = text.len; at > mark.len; at--) {
		struct ph_span rest = ph_span_skip(text, at - 1 - mark.len);

		if (ph_span_starts_nocase(rest, mark))
			return ph_span_skip(rest, mark.len);
	}
	return (struct ph_span){ 0 };
}

/* The word that stands right before mark; len 0 when there is none. */
static struct ph_span word_before(struct ph_span text, struct ph_span mark)
{
	struct ph_span rest = after_last(text, mark);

	if (rest.len == 0 &&
	    !(text.len >= mark.len &&
		ph_span_eq_nocase(
		    ph_span_skip(text, text.len - mark.len), mark)))
		return (struct ph_span){ 0 };

	size_t end = text.len - rest.len - mark.len;
	size_t start = end;

	while (start > 0 && text.ptr[start - 1] != ' ')
		start--;

	struct ph_span word = { text.ptr + start, end - start };
	struct ph_span id = id_at(word);

	return id.len == word.len ? id : (struct ph_span){ 0 };
}

/* "Ok 0100018c...": nothing but the id follows, and it is long enough to be no
   word of a sentence. */
static struct ph_span after_ok(struct ph_span text)
{
	enum {
		LONE_MIN = 16
	};

	if (!ph_span_starts_nocase(text, PH_SPAN("ok ")))
		return (struct ph_span){ 0 };

	struct ph_span rest = ph_span_trim(ph_span_skip(text, 3));
	struct ph_span id = id_at(rest);

	return id.len == rest.len && id.len >= LONE_MIN ? id
							: (struct ph_span){ 0 };
}

struct ph_span ph_server_id_find(struct ph_span text)
{
	/* Marks with the id behind them, the surest first. */
	static const char *const behind[] = {
		"queued as ",   /* Postfix, and most that imitate it */
		"internalid=",  /* Exchange */
		" id=",         /* Exim: "OK id=1abcDE-..." */
		"message id: ", /* MDaemon and others */
	};
	/* Marks with the id before them. */
	static const char *const before[] = {
		" message accepted for delivery", /* sendmail, OpenSMTPD */
		" - gsmtp",                       /* Gmail */
	};

	for (size_t i = 0; i < PH_COUNT(behind); i++) {
		struct ph_span id =
		    id_at(after_last(text, ph_span_of(behind[i])));
		if (id.len > 0)
			return id;
	}
	for (size_t i = 0; i < PH_COUNT(before); i++) {
		struct ph_span id = word_before(text, ph_span_of(before[i]));
		if (id.len > 0)
			return id;
	}
	return after_ok(text);
}
