#include "cli/letter_part.h"

#include <string.h>

/* What a list of so many has room for: it doubles, so that thousands of options
   with an address each take memory for thousands, not for their square. */
static size_t room_for(size_t count)
{
	size_t room = count == 0 ? 0 : 8;

	while (room < count)
		room *= 2;
	return room;
}

/* Adds the addresses of more to list, which only this function has made. */
static enum ph_err join(struct ph_letter *d, struct ph_address_list *list,
    const struct ph_address_list *more, struct ph_fault *fault)
{
	size_t count = list->count + more->count;
	struct ph_address *all;

	if (more->count == 0)
		return PH_OK;
	/* Const to everyone else, but of our own arena. */
	memcpy(&all, &list->items, sizeof(void *));
	if (count > room_for(list->count)) {
		all = ph_arena_array(&d->arena, room_for(count), sizeof(*all));
		if (all == NULL)
			return ph_letter_no_memory(fault);
		if (list->count > 0)
			memcpy(all, list->items, list->count * sizeof(*all));
	}
	memcpy(all + list->count, more->items, more->count * sizeof(*all));
	*list = (struct ph_address_list){ all, count };
	return PH_OK;
}

static enum ph_err add_addresses(struct ph_letter *d,
    struct ph_address_list *list, const char *text, const char *where,
    struct ph_fault *fault)
{
	struct ph_address_list more = { 0 };
	enum ph_err err =
	    ph_address_list_parse(ph_span_of(text), &d->arena, &more, fault);

	if (err == PH_OK)
		return join(d, list, &more, fault);
	if (!ph_fault_is_set(fault))
		return ph_letter_no_memory(fault);
	ph_fault_prefix(fault, where);
	return err;
}

static enum ph_err read_addresses(struct ph_letter *d, struct ph_fault *fault)
{
	const struct {
		int key;
		struct ph_address_list *list;
		const char *where;
	} places[] = {
		{ PH_LETTER_KEY_TO, &d->to, "--to" },
		{ PH_LETTER_KEY_CC, &d->cc, "--cc" },
		{ PH_LETTER_KEY_BCC, &d->bcc, "--bcc" },
		{ PH_LETTER_KEY_REPLY_TO, &d->given.reply_to, "--reply-to" },
	};
	enum ph_err err = PH_OK;

	for (size_t i = 0; i < d->options->count && err == PH_OK; i++) {
		const struct ph_given *given = &d->options->items[i];

		for (size_t p = 0; p < PH_COUNT(places) && err == PH_OK; p++) {
			if (given->key == places[p].key) {
				err = add_addresses(d, places[p].list,
				    given->value, places[p].where, fault);
			}
		}
	}
	for (size_t i = 0; i < d->options->operand_count && err == PH_OK; i++) {
		err = add_addresses(
		    d, &d->others, d->options->operands[i], "recipient", fault);
	}
	return err;
}

static enum ph_err read_sender(struct ph_letter *d, struct ph_fault *fault)
{
	const char *text = ph_options_value(d->options, PH_LETTER_KEY_FROM);
	enum ph_err err;

	if (text == NULL)
		return PH_OK;
	err = ph_address_parse_sender(
	    ph_span_of(text), &d->arena, &d->given.from, fault);
	if (err != PH_OK) {
		ph_fault_prefix(fault, "--from");
		ph_fault_suspect(fault, "sender");
		return err;
	}
	d->given.has_from = true;
	return PH_OK;
}

enum ph_err ph_letter_read_people(struct ph_letter *d, struct ph_fault *fault)
{
	enum ph_err err = read_sender(d, fault);

	return err == PH_OK ? read_addresses(d, fault) : err;
}

static bool has(const struct ph_letter *d, int key)
{
	return ph_options_has(d->options, key);
}

static enum ph_err no_sender(struct ph_fault *fault)
{
	ph_fault_set(fault, PH_CAUSE_USAGE, PH_STAGE_CONFIG,
	    "no sender: neither --from nor the connection's `from` names one");
	ph_fault_advise(fault,
	    "give --from ADDRESS, or posthaste connection "
	    "set NAME from=ADDRESS");
	ph_fault_suspect(fault, "sender");
	return PH_EINVAL;
}

enum ph_err ph_letter_settle_sender(struct ph_letter *d,
    const struct ph_connection *connection, struct ph_fault *fault)
{
	enum ph_err err = ph_sender_settle(
	    &d->given, connection, &d->arena, &d->sender, fault);

	if (err != PH_OK)
		return err;
	/* A ready-made message may name its own. */
	return d->sender.has_from || has(d, PH_LETTER_KEY_RAW)
	    ? PH_OK
	    : no_sender(fault);
}

/* What a ready-made message says of its own sender and recipients. */
static enum ph_err read_header(struct ph_letter *d, struct ph_fault *fault)
{
	bool reads = has(d, PH_LETTER_KEY_READ_RECIPIENTS);
	struct ph_address_list named = { 0 };
	struct ph_address from = { 0 };
	struct ph_fault ignored = { 0 };
	enum ph_err err;

	if (!reads && !d->sender.may_be_header)
		return PH_OK;
	err = ph_message_read_recipients(ph_content_header(d->content),
	    &d->arena, &named, &from, reads ? fault : &ignored);
	if (err != PH_OK && reads)
		return err;
	if (err == PH_OK)
		ph_sender_take_header(&d->sender, &from);
	return reads ? join(d, &d->others, &named, fault) : PH_OK;
}

static enum ph_err gather(struct ph_letter *d, struct ph_fault *fault)
{
	const struct ph_address_list lists[] = { d->to, d->cc, d->bcc,
		d->others };
	struct ph_address_list all = { 0 };
	enum ph_err err =
	    ph_address_list_unite(lists, PH_COUNT(lists), &d->arena, &all);

	if (err != PH_OK)
		return ph_letter_no_memory(fault);
	d->rcpts = ph_arena_array(&d->arena, all.count + 1, sizeof(*d->rcpts));
	if (d->rcpts == NULL)
		return ph_letter_no_memory(fault);
	for (size_t i = 0; i < all.count; i++) {
		d->rcpts[i] = (struct ph_envelope_rcpt){
			.address = all.items[i].mailbox,
			.notify = d->notify,
		};
	}
	d->rcpt_count = all.count;
	return PH_OK;
}

enum ph_err ph_letter_settle_recipients(
    struct ph_letter *d, struct ph_fault *fault)
{
	enum ph_err err = PH_OK;

	if (has(d, PH_LETTER_KEY_RAW))
		err = read_header(d, fault);
	if (err != PH_OK)
		return err;
	if (!d->sender.has_from)
		return no_sender(fault);
	err = gather(d, fault);
	if (err != PH_OK || d->rcpt_count > 0)
		return err;
	ph_fault_set(fault, PH_CAUSE_BAD_INPUT, PH_STAGE_CONFIG,
	    "the message names no recipients in To, Cc or Bcc");
	return PH_EINVAL;
}
