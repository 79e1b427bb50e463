#include "smtp/events.h"

#include <assert.h>
#include <stdlib.h>

enum ph_err ph_events_init(struct ph_events *e)
{
	struct ph_event *ring = malloc(PH_EVENTS_MAX * sizeof(*ring));

	if (ring == NULL)
		return PH_ENOMEM;
	*e = (struct ph_events){ .ring = ring };
	ph_buf_init(&e->text, PH_EVENTS_TEXT_MAX);
	return PH_OK;
}

void ph_events_release(struct ph_events *e)
{
	free(e->ring);
	e->ring = NULL;
	e->count = 0;
	ph_buf_wipe(&e->text);
}

enum ph_err ph_events_add(struct ph_events *e, const struct ph_event *event,
    const struct ph_reply *reply, struct ph_span data)
{
	struct ph_span text = reply != NULL ? reply->text : data;

	assert(e->count < PH_EVENTS_MAX);
	/* All were fetched: their texts may go, and the ring starts over. */
	if (e->count == 0) {
		e->first = 0;
		ph_buf_clear(&e->text);
	}

	size_t at = e->text.len;
	if (text.len > 0 && ph_buf_append(&e->text, text) != PH_OK)
		return PH_ENOMEM;

	struct ph_event *to = &e->ring[(e->first + e->count++) % PH_EVENTS_MAX];
	*to = *event;
	to->text_at = at;
	to->text_len = text.len;
	to->has_reply = reply != NULL;
	if (reply != NULL) {
		to->code = reply->code;
		to->line_count = reply->line_count;
		memcpy(to->enhanced, reply->enhanced, sizeof(to->enhanced));
	}
	return PH_OK;
}

static void fill_reply(
    struct ph_reply *r, const struct ph_event *from, struct ph_span text)
{
	r->code = from->code;
	r->line_count = from->line_count;
	memcpy(r->enhanced, from->enhanced, sizeof(r->enhanced));
	r->text = text;
}

bool ph_events_take(struct ph_events *e, struct ph_smtp_event *out,
    struct ph_transaction **transaction)
{
	if (e->count == 0)
		return false;

	const struct ph_event *from = &e->ring[e->first];
	struct ph_span text = { "", 0 };

	if (from->text_len > 0) {
		text = (struct ph_span){ e->text.ptr + from->text_at,
			from->text_len };
	}
	*out = (struct ph_smtp_event){
		.type = from->type,
		.dir = from->dir,
		.stage = from->stage,
		.mail = from->mail,
		.rcpt = from->rcpt,
	};
	if (from->has_reply) {
		fill_reply(&e->reply, from, text);
		out->reply = &e->reply;
	} else {
		out->data = text;
	}
	*transaction = from->transaction;
	e->first = (e->first + 1) % PH_EVENTS_MAX;
	e->count--;
	return true;
}
