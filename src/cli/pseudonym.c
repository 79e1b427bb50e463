#include "cli/pseudonym.h"

#include "base/ascii.h"

#include <stdlib.h>

enum {
	ARENA_MAX = 16 * 1024 * 1024
};

void ph_pseudonyms_init(struct ph_pseudonyms *p)
{
	*p = (struct ph_pseudonyms){ 0 };
	ph_arena_init(&p->arena, ARENA_MAX);
}

void ph_pseudonyms_release(struct ph_pseudonyms *p)
{
	ph_arena_release(&p->arena);
	free(p->addresses.items);
	free(p->domains.items);
	*p = (struct ph_pseudonyms){ 0 };
}

static enum ph_err grow(struct ph_pseudonym_list *l)
{
	size_t cap = l->cap == 0 ? 16 : l->cap * 2;
	struct ph_span *items;

	if (l->count < l->cap)
		return PH_OK;
	items = realloc(l->items, cap * sizeof(*items));
	if (items == NULL)
		return PH_ENOMEM;
	l->items = items;
	l->cap = cap;
	return PH_OK;
}

/* From 1; 0: there are too many. */
static enum ph_err number(struct ph_pseudonyms *p, struct ph_pseudonym_list *l,
    struct ph_span name, size_t *out)
{
	*out = 0;
	for (size_t i = 0; i < l->count; i++) {
		if (ph_span_eq_nocase(l->items[i], name)) {
			*out = i + 1;
			return PH_OK;
		}
	}
	if (l->count == PH_PSEUDONYMS_MAX)
		return PH_OK;

	enum ph_err err = grow(l);
	if (err == PH_OK)
		err = ph_arena_copy(&p->arena, name, &l->items[l->count]);
	if (err == PH_OK)
		*out = ++l->count;
	return err;
}

/* RFC 5321 4.1.2, RFC 6531 3.3. */
static bool is_local(char c)
{
	static const char others[] = "!#$%&'*+-/=?^_`{|}~.";

	return ph_ascii_is_alnum(c) || (unsigned char)c >= 0x80 ||
	    (c != '\0' && strchr(others, c) != NULL);
}

static bool is_domain(char c)
{
	return ph_ascii_is_alnum(c) || (unsigned char)c >= 0x80 || c == '-' ||
	    c == '.' || c == '_';
}

/* Where the local part before the sign at `at` begins; at: there is none. */
static size_t local_begin(struct ph_span line, size_t from, size_t at)
{
	size_t begin = at;

	if (begin > from + 1 && line.ptr[begin - 1] == '"') {
		begin--;
		while (begin > from && line.ptr[begin - 1] != '"')
			begin--;
		return begin > from ? begin - 1 : at;
	}
	while (begin > from && is_local(line.ptr[begin - 1]))
		begin--;
	/* A parameter of MAIL (RFC 4954 5). */
	if (at - begin > 5 &&
	    ph_span_starts_nocase(ph_span_skip(line, begin), PH_SPAN("AUTH=")))
		begin += 5;
	return begin;
}

static size_t domain_end(struct ph_span line, size_t at)
{
	size_t end = at + 1;

	if (end < line.len && line.ptr[end] == '[') {
		while (end < line.len && line.ptr[end] != ']')
			end++;
		return end < line.len ? end + 1 : at + 1;
	}
	while (end < line.len && is_domain(line.ptr[end]))
		end++;
	/* The end of a sentence. */
	while (end > at + 1 && line.ptr[end - 1] == '.')
		end--;
	return end;
}

static enum ph_err put(struct ph_pseudonyms *p, struct ph_span address,
    size_t local_len, struct ph_buf *out)
{
	struct ph_span domain = ph_span_skip(address, local_len + 1);
	size_t mailbox = 0;
	size_t host = 0;
	enum ph_err err = number(p, &p->addresses, address, &mailbox);

	if (err == PH_OK)
		err = number(p, &p->domains, domain, &host);
	if (err != PH_OK)
		return err;
	return ph_buf_appendf(
	    out, "address%zu@domain%zu.example", mailbox, host);
}

enum ph_err ph_pseudonyms_apply(
    struct ph_pseudonyms *p, struct ph_span line, struct ph_buf *out)
{
	size_t done = 0;

	for (size_t at = 0; at < line.len; at++) {
		if (line.ptr[at] != '@')
			continue;

		size_t begin = local_begin(line, done, at);
		size_t end = domain_end(line, at);
		struct ph_span before = { line.ptr + done, begin - done };
		struct ph_span address = { line.ptr + begin, end - begin };

		if (begin == at || end == at + 1)
			continue;

		enum ph_err err = ph_buf_append(out, before);
		if (err == PH_OK)
			err = put(p, address, at - begin, out);
		if (err != PH_OK)
			return err;
		done = end;
		at = end - 1;
	}
	return ph_buf_append(out, ph_span_skip(line, done));
}
