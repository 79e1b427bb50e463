#include "smtp/reply.h"

#include "base/ascii.h"
#include "base/enhanced.h"
#include "base/utf8.h"

#include <stdio.h>
#include <stdlib.h>

enum {
	CODE_LEN = 3,
	/* In an error chain; the whole text is in the transcript. */
	QUOTE_MAX = 400,
	/* Two quotation marks, the cut mark and the NUL. */
	QUOTE_EXTRA = 6
};

struct ph_reply_parser {
	uint16_t code;
	uint16_t enhanced[3];
	uint16_t line_count;
	bool done; /* what is here was handed out */
	size_t text_len;
	size_t line_len;
	char line[PH_REPLY_LINE_MAX];
	char text[PH_REPLY_MAX];
};

enum ph_err ph_reply_parser_new(struct ph_reply_parser **out)
{
	struct ph_reply_parser *p = malloc(sizeof(*p));

	if (p == NULL)
		return PH_ENOMEM;
	p->line_len = 0;
	p->done = true;
	*out = p;
	return PH_OK;
}

void ph_reply_parser_free(struct ph_reply_parser *p)
{
	free(p);
}

static void begin(struct ph_reply_parser *p)
{
	p->code = 0;
	memset(p->enhanced, 0, sizeof(p->enhanced));
	p->line_count = 0;
	p->text_len = 0;
	p->line_len = 0;
	p->done = false;
}

/* The code a line begins with, or 0 where a server may send no such thing. */
static uint16_t parse_code(struct ph_span line)
{
	if (line.len < CODE_LEN || line.ptr[0] < '2' || line.ptr[0] > '5' ||
	    !ph_ascii_is_digit(line.ptr[1]) ||
	    !ph_ascii_is_digit(line.ptr[2])) {
		return 0;
	}
	return (uint16_t)((line.ptr[0] - '0') * 100 + (line.ptr[1] - '0') * 10 +
	    (line.ptr[2] - '0'));
}

/* RFC 3463 2: one to three digits. */
static bool parse_number(struct ph_span *s, uint16_t *out)
{
	unsigned n = 0;
	size_t len = 0;

	while (len < s->len && len < 4 && ph_ascii_is_digit(s->ptr[len])) {
		n = n * 10 + (unsigned)(s->ptr[len] - '0');
		len++;
	}
	if (len == 0 || n > PH_ENHANCED_MAX)
		return false;
	*s = ph_span_skip(*s, len);
	*out = (uint16_t)n;
	return true;
}

static bool skip_char(struct ph_span *s, char c)
{
	if (s->len == 0 || s->ptr[0] != c)
		return false;
	*s = ph_span_skip(*s, 1);
	return true;
}

/* RFC 3463 2, RFC 2034 4: class.subject.detail and a space, before the text.
   Takes it off *text where it stands. */
static bool take_enhanced(struct ph_span *text, uint16_t out[3])
{
	struct ph_span s = *text;
	uint16_t got[3];

	if (!parse_number(&s, &got[0]) || !skip_char(&s, '.') ||
	    !parse_number(&s, &got[1]) || !skip_char(&s, '.') ||
	    !parse_number(&s, &got[2])) {
		return false;
	}
	if (got[0] != 2 && got[0] != 4 && got[0] != 5)
		return false;
	if (s.len > 0 && !skip_char(&s, ' '))
		return false;
	memcpy(out, got, sizeof(got));
	*text = s;
	return true;
}

static enum ph_err append_text(struct ph_reply_parser *p, struct ph_span text)
{
	size_t sep = p->line_count > 0 ? 1 : 0;

	if (p->line_count == PH_REPLY_LINES_MAX ||
	    text.len + sep > sizeof(p->text) - p->text_len) {
		return PH_ETOOBIG;
	}
	if (sep > 0)
		p->text[p->text_len++] = '\n';
	for (size_t i = 0; i < text.len; i++) {
		char c = text.ptr[i];

		/* A bare CR is no line end, and nobody may take it for one. */
		p->text[p->text_len++] = c == '\r' ? ' ' : c;
	}
	p->line_count++;
	return PH_OK;
}

/* line has neither LF nor the CR before it.  PH_AGAIN: more lines follow. */
static enum ph_err take_line(struct ph_reply_parser *p, struct ph_span line)
{
	uint16_t code = parse_code(line);

	if (code == 0 || ph_span_find(line, '\0') < line.len)
		return PH_EPROTO;
	/* RFC 5321 4.2.1: every line of one reply carries the same code. */
	if (p->line_count > 0 && code != p->code)
		return PH_EPROTO;
	p->code = code;

	char sep = line.len > CODE_LEN ? line.ptr[CODE_LEN] : ' ';
	if (sep != ' ' && sep != '-')
		return PH_EPROTO;

	size_t skip = line.len > CODE_LEN ? CODE_LEN + 1 : CODE_LEN;
	struct ph_span text = ph_span_skip(line, skip);
	uint16_t enhanced[3];

	if (take_enhanced(&text, enhanced) && p->enhanced[0] == 0)
		memcpy(p->enhanced, enhanced, sizeof(enhanced));

	enum ph_err err = append_text(p, text);
	if (err != PH_OK)
		return err;
	return sep == ' ' ? PH_OK : PH_AGAIN;
}

static enum ph_err keep(struct ph_reply_parser *p, struct ph_span part)
{
	size_t room = sizeof(p->line) - p->line_len;
	size_t len = part.len < room ? part.len : room;

	if (len > 0)
		memcpy(p->line + p->line_len, part.ptr, len);
	p->line_len += len;
	return part.len > room ? PH_ETOOBIG : PH_OK;
}

/* A whole line but its LF; what came before of it is in p->line. */
static enum ph_err end_line(struct ph_reply_parser *p, struct ph_span part)
{
	struct ph_span line = part;

	if (p->line_len > 0 || part.len > sizeof(p->line)) {
		enum ph_err err = keep(p, part);
		if (err != PH_OK)
			return err;
		line = (struct ph_span){ p->line, p->line_len };
	}

	while (line.len > 0 && line.ptr[line.len - 1] == '\r')
		line.len--;

	enum ph_err err = take_line(p, line);
	/* A wrong line is evidence; a good one is done with. */
	p->line_len = err == PH_OK || err == PH_AGAIN ? 0 : line.len;
	if (p->line_len > 0)
		memmove(p->line, line.ptr, line.len);
	return err;
}

enum ph_err ph_reply_parser_feed(
    struct ph_reply_parser *p, struct ph_span *in, struct ph_reply *out)
{
	if (p->done)
		begin(p);

	while (in->len > 0) {
		size_t len = ph_span_find(*in, '\n');
		struct ph_span part = ph_span_first(*in, len);

		if (len == in->len) {
			*in = ph_span_skip(*in, len);
			enum ph_err err = keep(p, part);
			return err == PH_OK ? PH_AGAIN : err;
		}
		*in = ph_span_skip(*in, len + 1);

		enum ph_err err = end_line(p, part);
		if (err == PH_AGAIN)
			continue;
		if (err != PH_OK)
			return err;
		p->done = true;
		*out = (struct ph_reply){
			.code = p->code,
			.line_count = p->line_count,
			.text = { p->text, p->text_len },
		};
		memcpy(out->enhanced, p->enhanced, sizeof(out->enhanced));
		return PH_OK;
	}
	return PH_AGAIN;
}

struct ph_span ph_reply_parser_line(const struct ph_reply_parser *p)
{
	return (struct ph_span){ p->line, p->line_len };
}

void ph_reply_hide(char *text, size_t len, struct ph_span secret)
{
	size_t at = 0;

	if (secret.len == 0)
		return;
	while (at + secret.len <= len) {
		if (memcmp(text + at, secret.ptr, secret.len) != 0) {
			at++;
			continue;
		}
		memset(text + at, '*', secret.len);
		at += secret.len;
	}
}

void ph_reply_parser_hide(struct ph_reply_parser *p, struct ph_span secret)
{
	ph_reply_hide(p->text, p->text_len, secret);
	ph_reply_hide(p->line, p->line_len, secret);
}

bool ph_reply_mentions(const struct ph_reply *r, struct ph_span words)
{
	struct ph_span text = r->text;

	for (; text.len >= words.len; text = ph_span_skip(text, 1)) {
		if (ph_span_starts_nocase(text, words))
			return true;
		if (text.len == 0)
			break;
	}
	return false;
}

/* Adds the bytes where all of them and the final NUL fit. */
static bool add(char *out, size_t size, size_t *len, struct ph_span s)
{
	if (s.len >= size - *len)
		return false;
	if (s.len > 0)
		memcpy(out + *len, s.ptr, s.len);
	*len += s.len;
	out[*len] = '\0';
	return true;
}

/* The next character of *s as it may be shown. */
static struct ph_span next_shown(struct ph_span *s)
{
	struct ph_span was = *s;
	uint32_t code = ph_utf8_next(s);

	if (code == '\n')
		return PH_SPAN(" / ");
	/* C1 controls (0x80..0x9f) steer terminals as C0 ones do. */
	if (code == UINT32_MAX || code < 0x20 || (code >= 0x7f && code < 0xa0))
		return PH_SPAN("?");
	return ph_span_first(was, was.len - s->len);
}

void ph_reply_quote(struct ph_span text, char *out, size_t out_size)
{
	size_t len = 0;
	size_t max = QUOTE_MAX + QUOTE_EXTRA;
	size_t size = out_size < max ? out_size : max;

	if (out_size == 0)
		return;
	out[0] = '\0';
	if (size < QUOTE_EXTRA)
		return;
	(void)!add(out, size, &len, PH_SPAN("\""));
	while (text.len > 0) {
		/* What stays free is for the cut mark and the last quote. */
		if (!add(out, size - 4, &len, next_shown(&text))) {
			(void)!add(out, size, &len, PH_SPAN("..."));
			break;
		}
	}
	(void)!add(out, size, &len, PH_SPAN("\""));
}

void ph_reply_format(const struct ph_reply *r, char *out, size_t out_size)
{
	if (out_size == 0)
		return;

	char enhanced[PH_ENHANCED_TEXT_MAX];

	ph_enhanced_write(r->enhanced, enhanced);

	int n = snprintf(out, out_size, "%u%s%s", r->code,
	    enhanced[0] == '\0' ? "" : " ", enhanced);
	size_t len = n < 0 ? 0 : (size_t)n;

	if (r->text.len == 0 || len + 1 >= out_size)
		return;
	out[len] = ' ';
	ph_reply_quote(r->text, out + len + 1, out_size - len - 1);
}
