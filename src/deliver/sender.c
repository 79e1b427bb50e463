#include "deliver/sender.h"

static enum ph_err no_memory(struct ph_fault *fault)
{
	ph_fault_set(
	    fault, PH_CAUSE_NO_MEMORY, PH_STAGE_CONFIG, "out of memory");
	return PH_ENOMEM;
}

/* Mailbox empty: it has none. */
static enum ph_err read_own(const struct ph_connection *c, struct ph_arena *a,
    struct ph_address *out, struct ph_fault *fault)
{
	if (c->from[0] == '\0')
		return PH_OK;

	enum ph_err err = ph_address_parse(ph_span_of(c->from), a, out, fault);
	if (err == PH_ENOMEM)
		return no_memory(fault);
	if (err != PH_OK)
		ph_fault_prefix(fault, "from");
	return err;
}

/* RFC 5322 3.6.2: who answers must still reach the author. */
static enum ph_err answer_to_author(
    struct ph_sender *s, struct ph_arena *a, struct ph_fault *fault)
{
	if (s->reply_to.count > 0 || s->from.mailbox.len == 0)
		return PH_OK;

	struct ph_address *author = ph_arena_alloc(a, sizeof(*author));
	if (author == NULL)
		return no_memory(fault);
	*author = s->from;
	s->reply_to = (struct ph_address_list){ author, 1 };
	return PH_OK;
}

/* own stands for s->from, and goes by the same name if it has none. */
static void put_in_place(struct ph_sender *s, const struct ph_address *own)
{
	struct ph_span name =
	    s->has_from ? s->from.name : (struct ph_span){ 0 };

	s->from = *own;
	if (s->from.name.len == 0)
		s->from.name = name;
	s->has_from = true;
}

static enum ph_err rewrite(struct ph_sender *s, enum ph_rewrite_from how,
    const struct ph_address *own, struct ph_arena *a, struct ph_fault *fault)
{
	bool both = how == PH_REWRITE_BOTH;
	enum ph_err err = PH_OK;

	s->envelope = own->mailbox;
	s->may_be_header = false;
	s->replaces_header = both;
	if (both && s->has_from)
		err = answer_to_author(s, a, fault);
	if (both || !s->has_from)
		put_in_place(s, own);
	return err;
}

enum ph_err ph_sender_settle(const struct ph_sender_given *in,
    const struct ph_connection *c, struct ph_arena *a, struct ph_sender *out,
    struct ph_fault *fault)
{
	struct ph_address own = { 0 };
	struct ph_sender s = {
		.has_from = in->has_from,
		.from = in->from,
		.envelope = in->has_envelope ? in->envelope : in->from.mailbox,
		.reply_to = in->reply_to,
		.may_be_header = !in->has_from && !in->has_envelope,
	};

	enum ph_err err = read_own(c, a, &own, fault);
	if (err != PH_OK)
		return err;
	if (own.mailbox.len > 0 && c->rewrite_from != PH_REWRITE_NEVER) {
		err = rewrite(&s, c->rewrite_from, &own, a, fault);
	} else if (own.mailbox.len > 0 && !s.has_from) {
		put_in_place(&s, &own);
		if (!in->has_envelope)
			s.envelope = own.mailbox;
	}
	if (err == PH_OK)
		*out = s;
	return err;
}

void ph_sender_take_header(struct ph_sender *s, const struct ph_address *named)
{
	if (named->mailbox.len == 0)
		return;
	if (s->may_be_header)
		s->envelope = named->mailbox;
	if (s->has_from)
		return;
	s->from = *named;
	s->has_from = true;
}
