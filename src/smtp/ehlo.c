#include "smtp/ehlo.h"

#include "base/ascii.h"
#include "base/num.h"

enum {
	/* RFC 4422 3.1. */
	MECHANISM_LEN_MAX = 20
};

static const struct {
	struct ph_span keyword;
	enum ph_ehlo_flag flag;
} keywords[] = {
	{ { "PIPELINING", 10 }, PH_EHLO_PIPELINING },
	{ { "CHUNKING", 8 }, PH_EHLO_CHUNKING },
	{ { "8BITMIME", 8 }, PH_EHLO_8BITMIME },
	{ { "SMTPUTF8", 8 }, PH_EHLO_SMTPUTF8 },
	{ { "DSN", 3 }, PH_EHLO_DSN },
	{ { "ENHANCEDSTATUSCODES", 19 }, PH_EHLO_ENHANCED },
	{ { "STARTTLS", 8 }, PH_EHLO_STARTTLS },
	{ { "AUTH", 4 }, PH_EHLO_AUTH },
	{ { "SIZE", 4 }, PH_EHLO_SIZE },
	{ { "BINARYMIME", 10 }, PH_EHLO_BINARYMIME },
	{ { "LIMITS", 6 }, PH_EHLO_LIMITS },
	{ { "REQUIRETLS", 10 }, PH_EHLO_REQUIRETLS },
};

void ph_ehlo_clear(struct ph_ehlo *e)
{
	e->flags = 0;
	e->size_max = 0;
	e->mail_max = 0;
	e->rcpt_max = 0;
	e->rcpt_domain_max = 0;
	e->line_count = 0;
	e->mechanism_count = 0;
	e->text_len = 0;
	e->domain[0] = '\0';
}

/* Cuts the next word off *s; false at the end. */
static bool next_word(struct ph_span *s, struct ph_span *out)
{
	*s = ph_span_trim(*s);
	if (s->len == 0)
		return false;

	size_t len = 0;
	while (len < s->len && s->ptr[len] != ' ' && s->ptr[len] != '\t')
		len++;
	*out = ph_span_first(*s, len);
	*s = ph_span_skip(*s, len);
	return true;
}

/* Keeps a string; false where the text is full. */
static bool keep(struct ph_ehlo *e, struct ph_span s, uint16_t *offset)
{
	if (s.len >= sizeof(e->text) - e->text_len)
		return false;
	*offset = (uint16_t)e->text_len;
	if (s.len > 0)
		memcpy(e->text + e->text_len, s.ptr, s.len);
	e->text_len += s.len;
	e->text[e->text_len++] = '\0';
	return true;
}

static bool is_mechanism(struct ph_span s)
{
	if (s.len == 0 || s.len > MECHANISM_LEN_MAX)
		return false;
	for (size_t i = 0; i < s.len; i++) {
		if (!ph_ascii_is_alnum(s.ptr[i]) && s.ptr[i] != '-' &&
		    s.ptr[i] != '_') {
			return false;
		}
	}
	return true;
}

static bool has_mechanism(const struct ph_ehlo *e, struct ph_span name)
{
	for (size_t i = 0; i < e->mechanism_count; i++) {
		if (ph_span_eq(ph_span_of(ph_ehlo_mechanism(e, i)), name))
			return true;
	}
	return false;
}

static void take_mechanisms(struct ph_ehlo *e, struct ph_span args)
{
	struct ph_span word;

	while (e->mechanism_count < PH_EHLO_MECHANISMS_MAX &&
	    next_word(&args, &word)) {
		if (!is_mechanism(word))
			continue;

		char upper[MECHANISM_LEN_MAX];
		for (size_t i = 0; i < word.len; i++)
			upper[i] = ph_ascii_upper(word.ptr[i]);
		word.ptr = upper;
		if (has_mechanism(e, word))
			continue;
		if (!keep(e, word, &e->mechanisms[e->mechanism_count]))
			return;
		e->mechanism_count++;
	}
}

static void take_size(struct ph_ehlo *e, struct ph_span args)
{
	struct ph_span word;
	uint64_t size;

	if (next_word(&args, &word) &&
	    ph_num_parse(word, UINT64_MAX, &size) == PH_OK) {
		e->size_max = size;
	}
}

static void take_limit(struct ph_ehlo *e, struct ph_span name, uint32_t value)
{
	if (ph_span_eq_nocase(name, PH_SPAN("MAILMAX"))) {
		e->mail_max = value;
	} else if (ph_span_eq_nocase(name, PH_SPAN("RCPTMAX"))) {
		e->rcpt_max = value;
	} else if (ph_span_eq_nocase(name, PH_SPAN("RCPTDOMAINMAX"))) {
		e->rcpt_domain_max = value;
	}
}

/* RFC 9422 3: LIMITS NAME=VALUE NAME=VALUE; what is not understood is
   ignored. */
static void take_limits(struct ph_ehlo *e, struct ph_span args)
{
	struct ph_span word;

	while (next_word(&args, &word)) {
		size_t at = ph_span_find(word, '=');
		uint64_t value;

		if (at == word.len ||
		    ph_num_parse(ph_span_skip(word, at + 1), UINT32_MAX,
			&value) != PH_OK) {
			continue;
		}
		take_limit(e, ph_span_first(word, at), (uint32_t)value);
	}
}

static void take_args(
    struct ph_ehlo *e, enum ph_ehlo_flag flag, struct ph_span args)
{
	if (flag == PH_EHLO_AUTH) {
		take_mechanisms(e, args);
	} else if (flag == PH_EHLO_SIZE) {
		take_size(e, args);
	} else if (flag == PH_EHLO_LIMITS) {
		take_limits(e, args);
	}
}

static void take_line(struct ph_ehlo *e, struct ph_span line)
{
	if (e->line_count == PH_EHLO_LINES_MAX ||
	    !keep(e, line, &e->lines[e->line_count])) {
		return;
	}
	e->line_count++;
	line = ph_span_trim(line);

	/* "AUTH=PLAIN": from a draft, and still sent for old clients. */
	size_t len = 0;
	while (len < line.len && line.ptr[len] != ' ' && line.ptr[len] != '=')
		len++;

	struct ph_span keyword = ph_span_first(line, len);
	struct ph_span args =
	    ph_span_skip(line, len < line.len ? len + 1 : len);

	for (size_t i = 0; i < PH_COUNT(keywords); i++) {
		if (!ph_span_eq_nocase(keyword, keywords[i].keyword))
			continue;
		e->flags |= (uint32_t)keywords[i].flag;
		take_args(e, keywords[i].flag, args);
		return;
	}
}

static void take_domain(struct ph_ehlo *e, struct ph_span line)
{
	struct ph_span word;

	if (!next_word(&line, &word))
		return;

	size_t max = sizeof(e->domain) - 1;
	size_t len = word.len < max ? word.len : max;

	memcpy(e->domain, word.ptr, len);
	e->domain[len] = '\0';
}

void ph_ehlo_parse(const struct ph_reply *reply, struct ph_ehlo *out)
{
	struct ph_span rest = reply->text;
	struct ph_span line;

	ph_ehlo_clear(out);
	if (!ph_span_split(&rest, '\n', &line))
		return;
	take_domain(out, line);
	while (ph_span_split(&rest, '\n', &line))
		take_line(out, line);
}

const char *ph_ehlo_line(const struct ph_ehlo *e, size_t i)
{
	return e->text + e->lines[i];
}

const char *ph_ehlo_mechanism(const struct ph_ehlo *e, size_t i)
{
	return e->text + e->mechanisms[i];
}
