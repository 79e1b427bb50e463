#include "diagnose/passage.h"

#include "base/base64.h"
#include "diagnose/line.h"

enum {
	/* As much as a reply and its wrapped lines are. */
	LINES_MAX = 40,
	PASSAGE_MAX = 8192,
	/* The lines of a log begin alike, with the date. */
	ALIKE = 4
};

struct search {
	bool (*is_known)(uint16_t code);
	const char *stage; /* of the command seen last */
	size_t lines;      /* of the passage, while it may grow */
	bool found;
	bool grows;
	bool said_helo;
	struct ph_passage passage;
};

bool ph_passage_line(struct ph_span *rest, struct ph_span *line)
{
	if (rest->ptr == NULL || rest->len == 0)
		return false;
	return ph_span_split(rest, '\n', line);
}

/* RFC 7628 3.2.3: a token is refused by a challenge, JSON in base64. */
static bool is_refusing_challenge(const struct ph_line *line)
{
	unsigned char json[512];
	size_t len;
	struct ph_span word = ph_span_trim(ph_span_skip(line->text, 3));

	if (line->code != 334)
		return false;
	word = ph_span_first(word, ph_span_find(word, ' '));
	return ph_base64_decode_into(word, json, sizeof(json), &len) == PH_OK &&
	    len > 0 && json[0] == '{';
}

static bool is_stage(const struct search *s, const char *stage)
{
	return s->stage != NULL && strcmp(s->stage, stage) == 0;
}

static void begin(
    struct search *s, struct ph_span line, const struct ph_reply_tokens *tokens)
{
	s->found = true;
	s->grows = true;
	s->lines = 1;
	s->passage = (struct ph_passage){ .text = line,
		.tokens = *tokens,
		.stage = s->stage,
		.is_refusal = true };
}

static void grow(struct search *s, struct ph_span line)
{
	size_t len = (size_t)(line.ptr + line.len - s->passage.text.ptr);

	if (s->lines++ >= LINES_MAX || len > PASSAGE_MAX) {
		s->grows = false;
	} else {
		s->passage.text.len = len;
	}
}

/* What came after a refusal and shows that it did not matter. */
static void void_by_success(struct search *s, uint16_t code)
{
	const char *stage = s->passage.stage;

	if (!s->found || stage == NULL)
		return;
	/* Another mechanism was accepted; HELO after an EHLO. */
	if ((code == 235 && strcmp(stage, "auth") == 0) ||
	    (code == 250 && strcmp(stage, "ehlo") == 0 && s->said_helo))
		s->found = false;
}

static void on_reply(
    struct search *s, struct ph_span raw, const struct ph_line *line)
{
	struct ph_reply_tokens tokens;
	bool bad = line->code / 100 >= 4 || is_refusing_challenge(line);

	if (s->grows && line->code == s->passage.tokens.code) {
		grow(s, raw);
		return;
	}
	s->grows = false;
	if (!bad) {
		void_by_success(s, line->code);
		return;
	}
	if (s->found || is_stage(s, "quit"))
		return;
	ph_reply_tokens_find(line->text, s->is_known, &tokens);
	begin(s, raw, &tokens);
}

static void on_command(struct search *s, const struct ph_line *line)
{
	s->grows = false;
	s->stage = line->stage;
	s->said_helo = ph_span_starts_nocase(line->text, PH_SPAN("HELO"));
}

static bool begins_alike(struct ph_span a, struct ph_span b)
{
	return a.len >= ALIKE && b.len >= ALIKE &&
	    memcmp(a.ptr, b.ptr, ALIKE) == 0 && a.ptr[0] != ' ' &&
	    a.ptr[0] != '\t';
}

/* A line of a log, of a program's error, of prose. */
static void on_other(struct search *s, struct ph_span raw)
{
	struct ph_reply_tokens tokens;

	if (s->grows && begins_alike(raw, s->passage.text))
		s->grows = false;
	if (s->grows) {
		grow(s, raw);
		return;
	}
	if (s->found)
		return;
	ph_reply_tokens_find(raw, s->is_known, &tokens);
	if (tokens.code / 100 >= 4 && tokens.is_placed)
		begin(s, raw, &tokens);
}

static void on_line(struct search *s, struct ph_span raw)
{
	struct ph_line line;

	ph_line_read(raw, &line);
	switch (line.kind) {
	case PH_LINE_REPLY:
		on_reply(s, raw, &line);
		return;
	case PH_LINE_COMMAND:
		on_command(s, &line);
		return;
	case PH_LINE_EMPTY:
		s->grows = false;
		return;
	case PH_LINE_OTHER:
		on_other(s, raw);
		return;
	}
}

void ph_passage_find(struct ph_span text, bool (*is_known)(uint16_t code),
    struct ph_passage *out)
{
	struct search s = { .is_known = is_known };
	struct ph_span rest = text;
	struct ph_span line;

	while (ph_passage_line(&rest, &line))
		on_line(&s, line);
	if (s.found) {
		*out = s.passage;
		return;
	}
	*out = (struct ph_passage){ .text = text };
	ph_reply_tokens_find(text, is_known, &out->tokens);
}
