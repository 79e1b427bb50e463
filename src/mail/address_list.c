#include "mail/address.h"

#include "mail/address_text.h"
#include "mail/domain.h"

#include <stdlib.h>

struct lister {
	struct ph_address *items;
	size_t count;
	size_t cap;
	bool in_group;
	bool after_line; /* a line end stands before what comes */
	struct ph_span rest;
};

static const char *grow(struct lister *l)
{
	if (l->count == PH_ADDRESS_LIST_MAX)
		return "more than 100000 addresses";
	if (l->count < l->cap)
		return NULL;

	size_t cap = l->cap == 0 ? 16 : 2 * l->cap;
	struct ph_address *items = realloc(l->items, cap * sizeof(*items));

	if (items == NULL)
		return ph_domain_no_memory;
	l->items = items;
	l->cap = cap;
	return NULL;
}

static bool is_plain(struct ph_span text)
{
	return ph_span_find(text, '@') == text.len;
}

/* RFC 5322 3.4: "Team: a@b, c@d;".  The name of the group is not kept.  Where
   a list comes by line, "RCPT TO:" and "Bcc:" are no names of groups but what
   somebody tried to smuggle in. */
static const char *open_group(
    struct lister *l, const struct ph_address_item *item)
{
	if (item->has_angle || !is_plain(item->text))
		return "a \":\" after an address";
	if (item->text.len == 0)
		return "a \":\" without the name of a group";
	if (l->in_group)
		return "a group inside a group";
	if (l->after_line)
		return "a group that begins behind a line end";
	l->in_group = true;
	return NULL;
}

/* The end of "Last, First <a@b>", cut in two by its comma. */
static bool looks_like_cut_name(
    const struct lister *l, const struct ph_address_item *item)
{
	struct ph_address_item next = { 0 };
	struct ph_span rest = l->rest;
	const char *why = NULL;

	return item->end == ',' && !item->has_angle && is_plain(item->text) &&
	    ph_address_item_next(&rest, &next, &why) == PH_OK && next.has_angle;
}

static const char *take_item(
    struct lister *l, struct ph_arena *a, const struct ph_address_item *item)
{
	if (item->end == ':')
		return open_group(l, item);
	if (item->text.len > 0) {
		const char *why = grow(l);

		if (why == NULL) {
			why =
			    ph_address_from_item(item, a, &l->items[l->count]);
		}
		if (why != NULL && looks_like_cut_name(l, item)) {
			why = "no address; if it is part of a name, the name "
			      "with its comma must stand in quotes";
		}
		if (why != NULL)
			return why;
		l->count++;
	}
	if (item->end == ';')
		l->in_group = false;
	return NULL;
}

static enum ph_err run(struct lister *l, struct ph_arena *a,
    struct ph_address_item *item, const char **why)
{
	enum ph_err err = ph_address_item_next(&l->rest, item, why);

	while (err == PH_OK) {
		*why = take_item(l, a, item);
		if (*why != NULL) {
			return *why == ph_domain_no_memory ? PH_ENOMEM
							   : PH_EINVAL;
		}
		if (item->end == '\n') {
			l->after_line = true;
		} else if (item->text.len > 0) {
			l->after_line = false;
		}
		err = ph_address_item_next(&l->rest, item, why);
	}
	return err == PH_EOF ? PH_OK : err;
}

static enum ph_err keep(
    const struct lister *l, struct ph_arena *a, struct ph_address_list *out)
{
	struct ph_address *items = NULL;

	if (l->count > 0) {
		items = ph_arena_array(a, l->count, sizeof(*items));
		if (items == NULL)
			return PH_ENOMEM;
		memcpy(items, l->items, l->count * sizeof(*items));
	}
	*out = (struct ph_address_list){ items, l->count };
	return PH_OK;
}

enum ph_err ph_address_list_parse(struct ph_span text, struct ph_arena *a,
    struct ph_address_list *out, struct ph_fault *fault)
{
	struct ph_address_item item = { 0 };
	struct lister l = { .rest = text };
	const char *why = "a list over 8 MiB";
	enum ph_err err = PH_EINVAL;

	if (text.len <= PH_ADDRESS_TEXT_MAX)
		err = run(&l, a, &item, &why);
	if (err == PH_OK) {
		why = ph_domain_no_memory;
		err = keep(&l, a, out);
	}
	if (err != PH_OK) {
		bool alone = l.count == 0 && item.end == '\0';

		ph_address_blame(
		    fault, item.text, alone ? 0 : l.count + 1, why);
	}
	free(l.items);
	return err;
}

struct mention {
	const struct ph_address *address;
	size_t at;
};

static int by_place(const void *a, const void *b)
{
	const struct mention *x = a;
	const struct mention *y = b;

	return x->at < y->at ? -1 : 1;
}

static int by_mailbox(const void *a, const void *b)
{
	const struct mention *x = a;
	const struct mention *y = b;
	struct ph_span p = x->address->mailbox;
	struct ph_span q = y->address->mailbox;
	int order = memcmp(p.ptr, q.ptr, p.len < q.len ? p.len : q.len);

	if (order != 0)
		return order;
	if (p.len != q.len)
		return p.len < q.len ? -1 : 1;
	return by_place(a, b);
}

/* Returns how many stay, in the order of first mention. */
static size_t drop_doubles(struct mention *all, size_t count)
{
	size_t kept = 0;

	qsort(all, count, sizeof(*all), by_mailbox);
	for (size_t i = 0; i < count; i++) {
		if (kept == 0 ||
		    !ph_span_eq(all[kept - 1].address->mailbox,
			all[i].address->mailbox))
			all[kept++] = all[i];
	}
	qsort(all, kept, sizeof(*all), by_place);
	return kept;
}

enum ph_err ph_address_list_unite(const struct ph_address_list *lists,
    size_t count, struct ph_arena *a, struct ph_address_list *out)
{
	size_t total = 0;
	size_t at = 0;

	for (size_t l = 0; l < count; l++)
		total += lists[l].count;
	if (total == 0) {
		*out = (struct ph_address_list){ 0 };
		return PH_OK;
	}

	struct mention *all = calloc(total, sizeof(*all));
	if (all == NULL)
		return PH_ENOMEM;
	for (size_t l = 0; l < count; l++) {
		for (size_t i = 0; i < lists[l].count; i++, at++)
			all[at] = (struct mention){ &lists[l].items[i], at };
	}

	size_t kept = drop_doubles(all, total);
	struct ph_address *items = ph_arena_array(a, kept, sizeof(*items));

	for (size_t i = 0; items != NULL && i < kept; i++)
		items[i] = *all[i].address;
	free(all);
	if (items == NULL)
		return PH_ENOMEM;
	*out = (struct ph_address_list){ items, kept };
	return PH_OK;
}
