#include "mail/address.h"

#include "base/ascii.h"
#include "base/buf.h"
#include "base/utf8.h"
#include "mail/address_item.h"
#include "mail/address_text.h"
#include "mail/domain.h"
#include "mail/header.h"

enum {
	/* A longer name is a mistake, often a lost quote. */
	NAME_MAX_OCTETS = 2000,
	SPEC_MAX_OCTETS = 8 * 1024
};

void ph_address_blame(
    struct ph_fault *fault, struct ph_span text, size_t place, const char *why)
{
	struct ph_span cut = ph_utf8_cut(text, 120);
	const char *dots = cut.len < text.len ? "..." : "";

	if (why == ph_domain_no_memory) {
		ph_fault_set(fault, PH_CAUSE_NO_MEMORY, PH_STAGE_CONFIG,
		    "out of memory while reading an address");
	} else if (place == 0) {
		ph_fault_set(fault, PH_CAUSE_BAD_ADDRESS, PH_STAGE_CONFIG,
		    "\"%.*s%s\": %s", PH_SPAN_ARG(cut), dots, why);
	} else {
		ph_fault_set(fault, PH_CAUSE_BAD_ADDRESS, PH_STAGE_CONFIG,
		    "\"%.*s%s\" (address %zu of the list): %s",
		    PH_SPAN_ARG(cut), dots, place, why);
	}
}

/* RFC 5322 3.2.3, and any UTF-8 (RFC 6532 3.2). */
static bool is_atext(char c)
{
	return ph_ascii_is_alnum(c) || (unsigned char)c >= 0x80 ||
	    (c != '\0' && strchr("!#$%&'*+-/=?^_`{|}~", c) != NULL);
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* Moves the text of a quoted string from the front of *in to out. */
static enum ph_err unquote(struct ph_span *in, struct ph_buf *out)
{
	size_t at = 1;
	enum ph_err err = PH_OK;

	while (at < in->len && in->ptr[at] != '"' && err == PH_OK) {
		if (in->ptr[at] == '\\' && at + 1 < in->len)
			at++;
		err = ph_buf_append_char(out, in->ptr[at++]);
	}
	*in = ph_span_skip(*in, at < in->len ? at + 1 : at);
	return err;
}

/* A phrase: quotes undone, runs of blanks outside of them made one. */
static enum ph_err unquote_phrase(struct ph_span in, struct ph_buf *out)
{
	enum ph_err err = PH_OK;

	while (in.len > 0 && err == PH_OK) {
		char c = in.ptr[0];

		if (c == '"') {
			err = unquote(&in, out);
			continue;
		}
		bool again = is_blank(c) && out->len > 0 &&
		    out->ptr[out->len - 1] == ' ';

		if (!again)
			err = ph_buf_append_char(out, is_blank(c) ? ' ' : c);
		in = ph_span_skip(in, 1);
	}
	return err;
}

static const char *why_of(enum ph_err err, const char *too_big)
{
	if (err == PH_OK)
		return NULL;
	return err == PH_ETOOBIG ? too_big : ph_domain_no_memory;
}

static const char name_too_long[] = "a name over 2000 octets";

/* A phrase, quotes in it or not, into the arena as people read it. */
static const char *take_name(
    struct ph_span phrase, struct ph_arena *a, struct ph_span *out)
{
	struct ph_buf flat;
	struct ph_buf name;
	enum ph_err err = PH_OK;
	const char *why = NULL;

	ph_buf_init(&flat, NAME_MAX_OCTETS);
	ph_buf_init(&name, (size_t)8 * NAME_MAX_OCTETS);
	err = unquote_phrase(ph_span_trim(phrase), &flat);
	if (ph_span_has_control(ph_buf_span(&flat))) {
		why = "a control character in the name";
	} else if (!ph_utf8_valid(ph_buf_span(&flat))) {
		why = "the name is not UTF-8";
	}
	if (err == PH_OK && why == NULL)
		err = ph_header_decode(ph_buf_span(&flat), &name);
	if (err == PH_OK && why == NULL)
		err = ph_arena_copy(a, ph_buf_span(&name), out);
	if (err != PH_OK)
		why = why_of(err, name_too_long);
	ph_buf_release(&flat);
	ph_buf_release(&name);
	return why;
}

/* The index of the @ outside of quotes, or the length. */
static size_t find_at(struct ph_span spec)
{
	bool quoted = false;

	for (size_t i = 0; i < spec.len; i++) {
		char c = spec.ptr[i];

		if (c == '\\' && quoted) {
			i++;
		} else if (c == '"') {
			quoted = !quoted;
		} else if (c == '@' && !quoted) {
			return i;
		}
	}
	return spec.len;
}

static const char *why_not_atext(char c)
{
	if (is_blank(c)) {
		return "a space before the @ (a name and an address are "
		       "written Name <address>)";
	}
	if (ph_ascii_is_control(c))
		return "a control character before the @";
	return "a character before the @ that must stand in quotes";
}

/* RFC 5322 3.4.1 and 4.4: atoms and quoted strings joined by dots, each undone
   into out. */
static const char *read_local(struct ph_span in, struct ph_buf *out)
{
	enum ph_err err = PH_OK;
	bool word_due = true;
	bool dot_due = false;

	while (in.len > 0 && err == PH_OK) {
		char c = in.ptr[0];

		if (c == '"' && word_due) {
			err = unquote(&in, out);
			word_due = false;
			dot_due = true;
			continue;
		}
		if (dot_due && c != '.')
			return "something between a quote and the @";
		dot_due = false;
		if (c == '.' && word_due) {
			return "a dot too many before the @ (it must stand in "
			       "quotes)";
		}
		if (c != '.' && !is_atext(c))
			return why_not_atext(c);
		word_due = c == '.';
		err = ph_buf_append_char(out, c);
		in = ph_span_skip(in, 1);
	}
	if (err == PH_OK && word_due)
		return "nothing, or a dot, right before the @";
	return why_of(err, "more than 256 octets before the @");
}

static bool is_dot_atom(struct ph_span s)
{
	bool word_due = true;

	for (size_t i = 0; i < s.len; i++) {
		char c = s.ptr[i];

		if (c == '.' ? word_due : !is_atext(c))
			return false;
		word_due = c == '.';
	}
	return !word_due;
}

/* RFC 5321 4.1.2: the same local part is written without quotes where it can
   be. */
static enum ph_err write_local(struct ph_span local, struct ph_buf *out)
{
	if (is_dot_atom(local))
		return ph_buf_append(out, local);

	enum ph_err err = ph_buf_append_char(out, '"');

	for (size_t i = 0; i < local.len && err == PH_OK; i++) {
		char c = local.ptr[i];

		if (c == '"' || c == '\\')
			err = ph_buf_append_char(out, '\\');
		if (err == PH_OK)
			err = ph_buf_append_char(out, c);
	}
	return err == PH_OK ? ph_buf_append_char(out, '"') : err;
}

static const char *take_local(struct ph_span in, struct ph_buf *out)
{
	struct ph_buf local;

	ph_buf_init(&local, PH_ADDRESS_LOCAL_MAX);

	const char *why = read_local(in, &local);
	struct ph_span text = ph_buf_span(&local);

	if (why == NULL && ph_span_has_control(text))
		why = "a control character before the @";
	if (why == NULL && !ph_utf8_valid(text))
		why = "what stands before the @ is not UTF-8";
	if (why == NULL)
		why = why_of(write_local(text, out), "");
	ph_buf_release(&local);
	return why;
}

/* local@domain into the arena; both then are parts of it. */
static const char *join(struct ph_span local, struct ph_span domain,
    struct ph_arena *a, struct ph_span *out)
{
	char *mem = ph_arena_alloc(a, local.len + domain.len + 1);

	if (mem == NULL)
		return ph_domain_no_memory;
	memcpy(mem, local.ptr, local.len);
	mem[local.len] = '@';
	memcpy(mem + local.len + 1, domain.ptr, domain.len);
	*out = (struct ph_span){ mem, local.len + domain.len + 1 };
	return NULL;
}

static const char *fill(struct ph_span local, struct ph_span domain,
    struct ph_arena *a, struct ph_address *out)
{
	struct ph_span shown;
	const char *why = join(local, domain, a, &out->mailbox);
	if (why != NULL)
		return why;
	out->local = ph_span_first(out->mailbox, local.len);
	out->domain = ph_span_skip(out->mailbox, local.len + 1);
	out->needs_utf8 = !ph_span_is_ascii(local);
	out->display = out->mailbox;
	if (ph_domain_display(out->domain, a, &shown) != PH_OK)
		return ph_domain_no_memory;
	if (shown.ptr == out->domain.ptr)
		return NULL;
	return join(local, shown, a, &out->display);
}

/* What is wrong with a domain, in the words of an address. */
static const char *domain_fault(struct ph_span domain, const char *why)
{
	bool blank = ph_span_find(domain, ' ') < domain.len;

	if (why == ph_domain_no_memory)
		return why;
	if (domain.len == 0)
		return "no domain after the @";
	if (ph_span_find(domain, '@') == domain.len)
		return why;
	return blank ? "two addresses without a comma between them"
		     : "more than one @";
}

static const char *why_no_at(struct ph_span spec)
{
	if (spec.len == 0)
		return "no address";
	return ph_span_find(spec, ' ') < spec.len
	    ? "no address in it"
	    : "no domain (an address is name@domain)";
}

/* RFC 5322 4.4: the route before an address is read and dropped. */
static struct ph_span skip_route(struct ph_span spec)
{
	size_t colon = ph_span_find(spec, ':');

	if (spec.len == 0 || spec.ptr[0] != '@' || colon == spec.len)
		return spec;
	return ph_span_skip(spec, colon + 1);
}

/* local@domain without comments. */
static const char *take_spec(
    struct ph_span spec, struct ph_arena *a, struct ph_address *out)
{
	struct ph_span domain;
	size_t at = find_at(spec);

	if (at == spec.len)
		return why_no_at(spec);

	struct ph_buf local;

	ph_buf_init(&local, (size_t)2 * PH_ADDRESS_LOCAL_MAX + 2);

	const char *why = take_local(ph_span_first(spec, at), &local);

	if (why == NULL) {
		struct ph_span written = ph_span_skip(spec, at + 1);

		why = ph_domain_to_wire(written, a, &domain);
		if (why != NULL)
			why = domain_fault(written, why);
	}
	if (why == NULL)
		why = fill(ph_buf_span(&local), domain, a, out);
	ph_buf_release(&local);
	return why;
}

static const char *strip_spec(struct ph_span text, struct ph_arena *a,
    struct ph_address *out, struct ph_span *comment)
{
	struct ph_buf spec;

	ph_buf_init(&spec, SPEC_MAX_OCTETS);

	const char *why = why_of(ph_address_strip(text, '\0', &spec, comment),
	    "no address is this long");

	if (why == NULL) {
		why = take_spec(
		    skip_route(ph_span_trim(ph_buf_span(&spec))), a, out);
	}
	ph_buf_release(&spec);
	return why;
}

static const char *strip_name(
    struct ph_span text, struct ph_arena *a, struct ph_span *out)
{
	struct ph_buf name;
	struct ph_span comment = { 0 };

	ph_buf_init(&name, SPEC_MAX_OCTETS);

	const char *why =
	    why_of(ph_address_strip(text, ' ', &name, &comment), name_too_long);

	if (why == NULL)
		why = take_name(ph_buf_span(&name), a, out);
	if (why == NULL && out->len == 0 && comment.len > 0)
		why = take_name(comment, a, out);
	ph_buf_release(&name);
	return why;
}

/* What stands after the > may only be comments; the first may be the name. */
static const char *check_tail(struct ph_span tail, struct ph_span *comment)
{
	struct ph_buf rest;

	ph_buf_init(&rest, SPEC_MAX_OCTETS);

	const char *why = why_of(ph_address_strip(tail, '\0', &rest, comment),
	    "too much after the \">\"");

	if (why == NULL && ph_span_trim(ph_buf_span(&rest)).len > 0)
		why = "something after the \">\"";
	ph_buf_release(&rest);
	return why;
}

const char *ph_address_from_item(const struct ph_address_item *item,
    struct ph_arena *a, struct ph_address *out)
{
	struct ph_span comment = { 0 };
	struct ph_address made = { 0 };
	const char *why = NULL;

	if (item->has_angle) {
		why = check_tail(item->tail, &comment);
		if (why == NULL)
			why = strip_name(item->name, a, &made.name);
		struct ph_span inside = { 0 };
		if (why == NULL)
			why = strip_spec(item->inner, a, &made, &inside);
	} else {
		why = strip_spec(item->text, a, &made, &comment);
	}
	if (why == NULL && made.name.len == 0 && comment.len > 0)
		why = take_name(comment, a, &made.name);
	if (why == NULL)
		*out = made;
	return why;
}

static enum ph_err err_of(const char *why)
{
	return why == ph_domain_no_memory ? PH_ENOMEM : PH_EINVAL;
}

enum ph_err ph_address_parse(struct ph_span text, struct ph_arena *a,
    struct ph_address *out, struct ph_fault *fault)
{
	struct ph_address_item item = { 0 };
	struct ph_span rest = ph_span_trim(text);
	struct ph_span whole = rest;
	const char *why = "no address";
	enum ph_err err = ph_address_item_next(&rest, &item, &why);

	if (err == PH_OK) {
		why = NULL;
		if (item.end == ':') {
			why = "a group or a \":\", where one address is wanted";
		} else if (item.end != '\0') {
			why = "more than one address, or a name with a comma "
			      "that must stand in quotes";
		}
	}
	if (err == PH_OK && why == NULL) {
		why = ph_address_from_item(&item, a, out);
		if (why == NULL)
			return PH_OK;
	}
	ph_address_blame(fault, whole, 0, why);
	return err_of(why);
}

enum ph_err ph_address_parse_sender(struct ph_span text, struct ph_arena *a,
    struct ph_address *out, struct ph_fault *fault)
{
	struct ph_span given = ph_span_trim(text);

	if (given.len == 0 || ph_span_eq(given, PH_SPAN("<>"))) {
		*out = (struct ph_address){ 0 };
		return PH_OK;
	}
	return ph_address_parse(given, a, out, fault);
}
