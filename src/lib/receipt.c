#include "lib/receipt.h"

#include "base/arena.h"

#include <stdlib.h>

enum {
	/* Texts of replies are bounded by the engine; recipients are many. */
	ARENA_MAX = 1024 * 1024 * 1024,
	NOTES_MAX = 64
};

struct receipt {
	struct ph_receipt pub; /* first: what callers see */
	struct ph_lib_problem problem;
	struct ph_arena arena;
};

void ph_receipt_free(struct ph_receipt *receipt)
{
	struct receipt *r = (struct receipt *)receipt;

	if (r == NULL)
		return;
	ph_arena_release(&r->arena);
	free(r);
}

/* One string for all that are the same one: recipients of a transaction share
   the reply. */
struct copied {
	const char *from;
	const char *to;
};

static const char *copy(
    struct receipt *r, struct copied *last, const char *from, bool *ok)
{
	if (from[0] == '\0')
		return "";
	if (last->from == from)
		return last->to;
	*last =
	    (struct copied){ from, ph_arena_str(&r->arena, ph_span_of(from)) };
	*ok = *ok && last->to != NULL;
	return last->to;
}

static bool copy_rcpts(struct receipt *r, const struct ph_delivery *d)
{
	struct copied text = { 0 };
	struct copied id = { 0 };
	bool ok = true;
	struct ph_receipt_rcpt *rcpts =
	    ph_arena_array(&r->arena, d->rcpt_count, sizeof(*rcpts));

	if (rcpts == NULL)
		return false;
	for (size_t i = 0; i < d->rcpt_count && ok; i++) {
		const struct ph_delivered_rcpt *from = &d->rcpts[i];
		char enhanced[PH_ENHANCED_TEXT_MAX];

		ph_enhanced_write(from->enhanced, enhanced);
		rcpts[i] = (struct ph_receipt_rcpt){
			.address = ph_arena_str(&r->arena, from->address),
			.fate = ph_lib_fate(from->outcome),
			.stage = ph_stage_name(from->stage),
			.code = from->code,
			.enhanced =
			    ph_arena_str(&r->arena, ph_span_of(enhanced)),
			.text = copy(r, &text, from->text, &ok),
			.server_id = copy(r, &id, from->server_id, &ok),
		};
		ok =
		    ok && rcpts[i].address != NULL && rcpts[i].enhanced != NULL;
	}
	r->pub.rcpts = rcpts;
	r->pub.rcpt_count = d->rcpt_count;
	return ok;
}

static bool copy_notes(struct receipt *r, const struct ph_content *content)
{
	size_t count = 0;

	while (count < NOTES_MAX && ph_content_note(content, count) != NULL)
		count++;

	const char **notes =
	    ph_arena_array(&r->arena, count + 1, sizeof(*notes));

	if (notes == NULL)
		return false;
	for (size_t i = 0; i < count; i++) {
		notes[i] = ph_arena_str(
		    &r->arena, ph_span_of(ph_content_note(content, i)));
		if (notes[i] == NULL)
			return false;
	}
	r->pub.notes = notes;
	r->pub.note_count = count;
	return true;
}

static bool copy_content(struct receipt *r, const struct ph_content *content)
{
	const struct ph_message *m = ph_content_message(content);

	r->pub.size = ph_message_body(m)->size;
	r->pub.message_id = ph_arena_str(&r->arena, ph_message_id(m));
	return r->pub.message_id != NULL && copy_notes(r, content);
}

struct ph_receipt *ph_lib_receipt_new(
    const struct ph_delivery *d, const struct ph_content *content)
{
	struct receipt *r = calloc(1, sizeof(*r));

	if (r == NULL)
		return NULL;
	ph_arena_init(&r->arena, ARENA_MAX);
	(void)ph_lib_problem_set(&r->problem, &d->fault);
	r->pub.problem = r->problem.pub;
	r->pub.fate = ph_lib_fate(d->outcome);
	if (copy_rcpts(r, d) && copy_content(r, content))
		return &r->pub;
	ph_receipt_free(&r->pub);
	return NULL;
}
