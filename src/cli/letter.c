#include "cli/letter.h"

#include "cli/letter_part.h"

#include <stdarg.h>
#include <string.h>
#include <unistd.h>

enum {
	/* PH_ADDRESS_LIST_MAX addresses in five places, and their envelope. */
	ARENA_MAX = 256 * 1024 * 1024,
	/* A text or HTML part; more than that is an attachment. */
	PART_MAX = 64 * 1024 * 1024
};

enum ph_err ph_letter_usage(struct ph_fault *fault, const char *fmt, ...)
{
	char text[PH_FAULT_TEXT_MAX];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	ph_fault_set(fault, PH_CAUSE_USAGE, PH_STAGE_CONFIG, "%s", text);
	ph_fault_advise(fault, "posthaste send --help");
	return PH_EINVAL;
}

enum ph_err ph_letter_no_memory(struct ph_fault *fault)
{
	ph_fault_set(
	    fault, PH_CAUSE_NO_MEMORY, PH_STAGE_CONFIG, "out of memory");
	return PH_ENOMEM;
}

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
		{ PH_LETTER_KEY_REPLY_TO, &d->reply_to, "--reply-to" },
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
	    ph_span_of(text), &d->arena, &d->from, fault);
	if (err != PH_OK) {
		ph_fault_prefix(fault, "--from");
		return err;
	}
	d->has_from = true;
	return PH_OK;
}

static bool has(const struct ph_letter *d, int key)
{
	return ph_options_has(d->options, key);
}

/* Which options of a composed message are given: they have no place in one that
   is ready-made. */
static const char *composing_option(const struct ph_letter *d)
{
	for (size_t i = 0; i < d->options->count; i++) {
		int key = d->options->items[i].key;

		if (key >= PH_LETTER_KEY_REPLY_TO &&
		    key <= PH_LETTER_KEY_RECEIPT)
			return d->options->items[i].name;
	}
	return NULL;
}

static enum ph_err check_options(struct ph_letter *d, struct ph_fault *fault)
{
	const char *dsn = ph_options_value(d->options, PH_LETTER_KEY_DSN);
	const char *priority =
	    ph_options_value(d->options, PH_LETTER_KEY_PRIORITY);
	const char *composing = composing_option(d);

	if (has(d, PH_LETTER_KEY_RAW) && composing != NULL) {
		return ph_letter_usage(fault,
		    "--%s makes a message and --raw sends one as it is",
		    composing);
	}
	if (has(d, PH_LETTER_KEY_READ_RECIPIENTS) &&
	    !has(d, PH_LETTER_KEY_RAW)) {
		return ph_letter_usage(fault,
		    "--read-recipients reads the headers of a message given "
		    "with --raw");
	}
	if (has(d, PH_LETTER_KEY_TEXT) && has(d, PH_LETTER_KEY_TEXT_FILE)) {
		return ph_letter_usage(
		    fault, "--text and --text-file both give the text");
	}
	if (has(d, PH_LETTER_KEY_HTML) && has(d, PH_LETTER_KEY_HTML_FILE)) {
		return ph_letter_usage(
		    fault, "--html and --html-file both give the HTML");
	}
	if (dsn != NULL && !ph_letter_notify(dsn, &d->notify)) {
		return ph_letter_usage(fault,
		    "--dsn takes never, or a list of success, failure and "
		    "delay, not %s",
		    dsn);
	}
	if (priority != NULL && ph_letter_priority(priority) == 0) {
		return ph_letter_usage(fault,
		    "--priority takes highest, high, normal, low, lowest, or 1 "
		    "to 5, not %s",
		    priority);
	}
	return PH_OK;
}

enum ph_err ph_letter_read(struct ph_letter *d,
    const struct ph_options *options, struct ph_fault *fault)
{
	enum ph_err err;

	d->options = options;
	ph_arena_init(&d->arena, ARENA_MAX);
	ph_buf_init(&d->text, PART_MAX);
	ph_buf_init(&d->html, PART_MAX);

	err = check_options(d, fault);
	if (err != PH_OK)
		return err;
	err = read_sender(d, fault);
	if (err != PH_OK)
		return err;
	err = read_addresses(d, fault);
	if (err != PH_OK)
		return err;
	if (d->to.count + d->cc.count + d->bcc.count + d->others.count == 0 &&
	    !has(d, PH_LETTER_KEY_READ_RECIPIENTS)) {
		return ph_letter_usage(fault,
		    "no recipients: name them behind the options, or with "
		    "--to, --cc, --bcc");
	}
	return PH_OK;
}

/* A connection may have a sender of its own, for when none is given or in the
   place of any. */
static enum ph_err settle_sender(
    struct ph_letter *d, const struct ph_connection *c, struct ph_fault *fault)
{
	bool replaces = c->rewrite_from != PH_REWRITE_NEVER;
	struct ph_address own = { 0 };
	enum ph_err err;

	if (c->from[0] == '\0' || (d->has_from && !replaces))
		return PH_OK;
	err = ph_address_parse(ph_span_of(c->from), &d->arena, &own, fault);
	if (err != PH_OK) {
		ph_fault_prefix(fault, "from");
		return err;
	}
	if (replaces)
		d->own = own;
	if (d->has_from && c->rewrite_from == PH_REWRITE_ENVELOPE)
		return PH_OK;
	/* RFC 5322 3.6.2: who answers must still reach the author. */
	if (d->has_from && c->rewrite_from == PH_REWRITE_BOTH &&
	    d->reply_to.count == 0 && d->from.mailbox.len > 0) {
		struct ph_address *author =
		    ph_arena_alloc(&d->arena, sizeof(*author));

		if (author == NULL)
			return ph_letter_no_memory(fault);
		*author = d->from;
		d->reply_to = (struct ph_address_list){ author, 1 };
	}
	if (own.name.len == 0)
		own.name = d->from.name;
	d->from = own;
	d->has_from = true;
	return PH_OK;
}

static enum ph_err no_sender(struct ph_fault *fault)
{
	ph_fault_set(fault, PH_CAUSE_USAGE, PH_STAGE_CONFIG,
	    "no sender: neither --from nor the connection's `from` names one");
	ph_fault_advise(fault,
	    "give --from ADDRESS, or posthaste connection "
	    "set NAME from=ADDRESS");
	return PH_EINVAL;
}

static enum ph_err adopt(struct ph_letter *d, struct ph_fault *fault)
{
	const char *path = ph_options_value(d->options, PH_LETTER_KEY_RAW);
	bool reads_stdin = strcmp(path, "-") == 0;
	struct ph_content_raw raw = {
		.path = reads_stdin ? NULL : path,
		.fd = reads_stdin ? STDIN_FILENO : -1,
		.add_missing = true,
		.from = d->has_from ? d->from.mailbox : PH_SPAN(""),
	};

	if (reads_stdin && isatty(STDIN_FILENO)) {
		return ph_letter_usage(fault,
		    "--raw - reads the message from a pipe or file, and this "
		    "is a terminal");
	}
	return ph_content_adopt(&raw, &d->content, fault);
}

/* What a ready-made message says of its own sender and recipients. */
static enum ph_err read_header(
    struct ph_letter *d, const struct ph_connection *c, struct ph_fault *fault)
{
	bool reads = has(d, PH_LETTER_KEY_READ_RECIPIENTS);
	bool rewrites =
	    c->rewrite_from != PH_REWRITE_NEVER && c->from[0] != '\0';
	struct ph_address_list named = { 0 };
	struct ph_address from = { 0 };
	struct ph_fault ignored = { 0 };
	enum ph_err err;

	if (!reads && has(d, PH_LETTER_KEY_FROM))
		return PH_OK;
	err = ph_message_read_recipients(ph_content_header(d->content),
	    &d->arena, &named, &from, reads ? fault : &ignored);
	if (err != PH_OK && reads)
		return err;
	if (err == PH_OK && from.mailbox.len > 0 && !rewrites &&
	    !has(d, PH_LETTER_KEY_FROM)) {
		d->from = from;
		d->has_from = true;
	}
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

enum ph_err ph_letter_finish(struct ph_letter *d,
    const struct ph_connection *connection, struct ph_fault *fault)
{
	enum ph_err err = settle_sender(d, connection, fault);

	if (err != PH_OK)
		return err;
	if (has(d, PH_LETTER_KEY_RAW)) {
		err = adopt(d, fault);
		if (err == PH_OK)
			err = read_header(d, connection, fault);
	} else {
		err = d->has_from ? ph_letter_compose(d, connection, fault)
				  : no_sender(fault);
	}
	if (err != PH_OK)
		return err;
	if (!d->has_from)
		return no_sender(fault);
	d->sender = d->own.mailbox.len > 0 ? d->own.mailbox : d->from.mailbox;
	err = gather(d, fault);
	if (err == PH_OK && d->rcpt_count == 0) {
		ph_fault_set(fault, PH_CAUSE_BAD_INPUT, PH_STAGE_CONFIG,
		    "the message names no recipients in To, Cc or Bcc");
		err = PH_EINVAL;
	}
	return err;
}

void ph_letter_release(struct ph_letter *d)
{
	ph_content_free(d->content);
	ph_buf_release(&d->text);
	ph_buf_release(&d->html);
	ph_arena_release(&d->arena);
	*d = (struct ph_letter){ 0 };
}
