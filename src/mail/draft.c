#include "mail/draft.h"

#include "mail/scan.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

enum {
	ARENA_MAX = 16 * 1024 * 1024,
	NOTE_MAX = 400
};

struct ph_message *ph_draft_new(void)
{
	struct ph_message *m = calloc(1, sizeof(*m));

	if (m == NULL)
		return NULL;
	ph_arena_init(&m->arena, ARENA_MAX);
	ph_buf_init(&m->bytes, PH_DRAFT_BYTES_MAX);
	return m;
}

void ph_message_free(struct ph_message *m)
{
	if (m == NULL)
		return;
	ph_arena_release(&m->arena);
	ph_buf_release(&m->bytes);
	free(m->cuts);
	free(m);
}

enum ph_err ph_draft_add_file(
    struct ph_message *m, const struct ph_body_part *part)
{
	if (m->cut_count == PH_DRAFT_FILES_MAX)
		return PH_ETOOBIG;
	if (m->cut_count == m->cut_cap) {
		size_t cap = m->cut_cap == 0 ? 4 : 2 * m->cut_cap;
		struct ph_draft_cut *cuts =
		    realloc(m->cuts, cap * sizeof(*cuts));

		if (cuts == NULL)
			return PH_ENOMEM;
		m->cuts = cuts;
		m->cut_cap = cap;
	}
	m->cuts[m->cut_count++] =
	    (struct ph_draft_cut){ .at = m->bytes.len, .part = *part };
	return PH_OK;
}

enum ph_err ph_draft_note(struct ph_message *m, const char *fmt, ...)
{
	char text[NOTE_MAX];
	va_list ap;

	/* The last place stays NULL. */
	if (m->note_count == PH_MESSAGE_NOTES_MAX - 1)
		return PH_OK;
	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);

	char *copy = ph_arena_str(&m->arena, ph_span_of(text));

	if (copy == NULL)
		return PH_ENOMEM;
	m->notes[m->note_count++] = copy;
	return PH_OK;
}

static void add_bytes(
    struct ph_message *m, struct ph_body_part *parts, struct ph_span bytes)
{
	if (bytes.len == 0)
		return;
	parts[m->body.count++] = (struct ph_body_part){ .bytes = bytes,
		.file = PH_BODY_NO_FILE,
		.length = bytes.len,
		.encoded_length = bytes.len };
}

/* What the pieces of memory hold. */
static void measure_bytes(struct ph_message *m)
{
	struct ph_scan s;

	ph_scan_init(&s);
	ph_scan_feed(&s, ph_buf_span(&m->bytes));
	ph_scan_finish(&s);
	m->body.eight_bit = s.eight_bit;
	m->body.longest_line = s.longest_line;
}

enum ph_err ph_draft_finish(struct ph_message *m)
{
	struct ph_body_part *parts =
	    ph_arena_array(&m->arena, 2 * m->cut_count + 1, sizeof(*parts));
	struct ph_span rest = ph_buf_span(&m->bytes);
	size_t at = 0;

	if (parts == NULL)
		return PH_ENOMEM;
	m->body = (struct ph_body){ .parts = parts };
	for (size_t i = 0; i < m->cut_count; i++) {
		const struct ph_draft_cut *cut = &m->cuts[i];

		add_bytes(m, parts, ph_span_first(rest, cut->at - at));
		rest = ph_span_skip(rest, cut->at - at);
		at = cut->at;
		parts[m->body.count++] = cut->part;
	}
	add_bytes(m, parts, rest);
	measure_bytes(m);
	ph_body_measure(&m->body);
	return PH_OK;
}

const struct ph_body *ph_message_body(const struct ph_message *m)
{
	return &m->body;
}

struct ph_span ph_message_id(const struct ph_message *m)
{
	return m->id;
}

struct ph_span ph_message_subject(const struct ph_message *m)
{
	return m->subject;
}

const char *ph_message_note(const struct ph_message *m, size_t i)
{
	return i < m->note_count ? m->notes[i] : NULL;
}
