#include "mail/message.h"

#include "base/ascii.h"
#include "base/buf.h"
#include "mail/scan.h"

#include <stdio.h>
#include <stdlib.h>

struct reader {
	struct ph_arena *a;
	struct ph_fault *fault;
	struct ph_address *items;
	size_t count;
	size_t cap;
	struct ph_address from;   /* of the first From */
	struct ph_address sender; /* of the first Sender */
};

static enum ph_err add_all(struct reader *r, const struct ph_address_list *list)
{
	size_t want = r->count + list->count;

	if (want > PH_ADDRESS_LIST_MAX) {
		ph_fault_set(r->fault, PH_CAUSE_BAD_ADDRESS, PH_STAGE_CONFIG,
		    "more than %d recipients in the headers",
		    PH_ADDRESS_LIST_MAX);
		return PH_EINVAL;
	}
	if (want > r->cap) {
		size_t cap = want + r->cap;
		struct ph_address *items =
		    realloc(r->items, cap * sizeof(*items));

		if (items == NULL)
			return PH_ENOMEM;
		r->items = items;
		r->cap = cap;
	}
	for (size_t i = 0; i < list->count; i++)
		r->items[r->count++] = list->items[i];
	return PH_OK;
}

static enum ph_err parse_value(struct reader *r,
    const struct ph_header_field *f, struct ph_address_list *out,
    struct ph_fault *fault)
{
	struct ph_buf text;

	ph_buf_init(&text, PH_HEADER_MAX);

	enum ph_err err = ph_header_unfold(f->value, &text);

	if (err == PH_OK) {
		err =
		    ph_address_list_parse(ph_buf_span(&text), r->a, out, fault);
	}
	ph_buf_release(&text);
	return err;
}

static enum ph_err add_recipients(
    struct reader *r, const struct ph_header_field *f)
{
	struct ph_address_list list = { 0 };
	enum ph_err err = parse_value(r, f, &list, r->fault);

	if (err == PH_OK)
		return add_all(r, &list);

	char prefix[40];

	(void)snprintf(
	    prefix, sizeof(prefix), "header %.*s", PH_SPAN_ARG(f->name));
	ph_fault_prefix(r->fault, prefix);
	return err;
}

static enum ph_err take_person(
    struct reader *r, const struct ph_header_field *f, struct ph_address *out)
{
	struct ph_address_list list = { 0 };
	struct ph_fault ignored;
	enum ph_err err = PH_OK;

	if (out->mailbox.len > 0)
		return PH_OK;
	err = parse_value(r, f, &list, &ignored);
	if (err == PH_OK && list.count > 0)
		*out = list.items[0];
	return err == PH_ENOMEM ? err : PH_OK;
}

enum role {
	ROLE_NONE,
	ROLE_TO,
	ROLE_FROM,
	ROLE_SENDER
};

static const struct {
	const char *name;
	enum role role;
} roles[] = {
	{ "To", ROLE_TO },
	{ "Cc", ROLE_TO },
	{ "Bcc", ROLE_TO },
	{ "From", ROLE_FROM },
	{ "Sender", ROLE_SENDER },
};

static const char resent[] = "Resent-";

static enum role role_of(const struct ph_header_field *f, bool is_resent)
{
	struct ph_span name = f->name;

	if (ph_span_starts_nocase(name, ph_span_of(resent)) != is_resent)
		return ROLE_NONE;
	if (is_resent)
		name = ph_span_skip(name, strlen(resent));
	for (size_t i = 0; i < PH_COUNT(roles); i++) {
		if (ph_span_eq_nocase(name, ph_span_of(roles[i].name)))
			return roles[i].role;
	}
	return ROLE_NONE;
}

static enum ph_err take_field(
    struct reader *r, const struct ph_header_field *f, bool is_resent)
{
	switch (role_of(f, is_resent)) {
	case ROLE_NONE:
		return PH_OK;
	case ROLE_TO:
		return add_recipients(r, f);
	case ROLE_FROM:
		return take_person(r, f, &r->from);
	case ROLE_SENDER:
		return take_person(r, f, &r->sender);
	}
	return PH_OK;
}

/* The header section cut to its first block of Resent-* fields (RFC 5322 3.6.6:
   each resending puts its block on top, each field once); empty when there is
   none. */
static struct ph_span first_block(struct ph_span header)
{
	struct ph_header_field f = { 0 };
	struct ph_span names[8];
	size_t count = 0;
	struct ph_span start = { 0 };
	size_t len = 0;

	while (ph_header_next(&header, &f) == PH_OK) {
		bool is_resent =
		    ph_span_starts_nocase(f.name, ph_span_of(resent));

		if ((count > 0 && !is_resent) || count == PH_COUNT(names))
			break;
		for (size_t i = 0; i < count; i++) {
			if (ph_span_eq_nocase(names[i], f.name))
				return (struct ph_span){ start.ptr, len };
		}
		if (!is_resent)
			continue;
		if (count == 0)
			start = f.whole;
		names[count++] = f.name;
		len += f.whole.len;
	}
	return (struct ph_span){ start.ptr, len };
}

static enum ph_err take_header(
    struct reader *r, struct ph_span header, bool is_resent)
{
	struct ph_header_field f = { 0 };
	enum ph_err err = PH_OK;

	while (err == PH_OK && ph_header_next(&header, &f) == PH_OK)
		err = take_field(r, &f, is_resent);
	return err;
}

enum ph_err ph_message_read_recipients(struct ph_span header,
    struct ph_arena *a, struct ph_address_list *out, struct ph_address *from,
    struct ph_fault *fault)
{
	struct reader r = { .a = a, .fault = fault };
	struct ph_span fields = ph_header_fields(header);
	struct ph_span block = first_block(fields);
	bool is_resent = block.len > 0;
	enum ph_err err =
	    take_header(&r, is_resent ? block : fields, is_resent);

	if (err == PH_OK) {
		err = ph_address_list_unite(
		    &(struct ph_address_list){ r.items, r.count }, 1, a, out);
	}
	if (err == PH_OK)
		*from = r.sender.mailbox.len > 0 ? r.sender : r.from;
	if (err == PH_ENOMEM) {
		ph_fault_set(fault, PH_CAUSE_NO_MEMORY, PH_STAGE_CONFIG,
		    "out of memory while reading the recipients");
	}
	free(r.items);
	return err;
}
