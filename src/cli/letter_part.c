#include "cli/letter_part.h"

#include "io/file.h"

#include <string.h>
#include <unistd.h>

static const char *const priorities[] = { NULL, "highest", "high", "normal",
	"low", "lowest" };

unsigned ph_letter_priority(const char *word)
{
	if (word[0] >= '1' && word[0] <= '5' && word[1] == '\0')
		return (unsigned)(word[0] - '0');
	for (unsigned i = 1; i < PH_COUNT(priorities); i++) {
		if (ph_span_eq_nocase(
			ph_span_of(word), ph_span_of(priorities[i])))
			return i;
	}
	return 0;
}

bool ph_letter_notify(const char *list, unsigned *out)
{
	static const struct {
		struct ph_span word;
		unsigned bit;
	} words[] = {
		{ { "success", 7 }, PH_NOTIFY_SUCCESS },
		{ { "failure", 7 }, PH_NOTIFY_FAILURE },
		{ { "delay", 5 }, PH_NOTIFY_DELAY },
		{ { "never", 5 }, PH_NOTIFY_NEVER },
	};
	struct ph_span rest = ph_span_of(list);
	struct ph_span word;
	unsigned bits = 0;

	while (ph_span_split(&rest, ',', &word)) {
		size_t i = 0;

		word = ph_span_trim(word);
		while (i < PH_COUNT(words) &&
		    !ph_span_eq_nocase(word, words[i].word))
			i++;
		if (i == PH_COUNT(words))
			return false;
		bits |= words[i].bit;
	}
	/* RFC 3461 4.1: NEVER stands alone. */
	if (bits == 0 ||
	    ((bits & PH_NOTIFY_NEVER) != 0 && bits != PH_NOTIFY_NEVER))
		return false;
	*out = bits;
	return true;
}

/* The last ";type=" or ";name=" in s, or s.len: file names hold semicolons,
   too. */
static size_t last_parameter(struct ph_span s)
{
	for (size_t i = s.len; i > 0; i--) {
		struct ph_span tail = ph_span_skip(s, i - 1);

		if (ph_span_starts_nocase(tail, PH_SPAN(";type=")) ||
		    ph_span_starts_nocase(tail, PH_SPAN(";name=")))
			return i - 1;
	}
	return s.len;
}

enum ph_err ph_letter_attachment(struct ph_arena *a, const char *value,
    struct ph_attachment *out, struct ph_fault *fault)
{
	enum {
		PARAMETER_LEN = 6
	};
	struct ph_span s = ph_span_of(value);
	size_t at;

	while ((at = last_parameter(s)) < s.len) {
		struct ph_span tail = ph_span_skip(s, at);
		const char **slot =
		    ph_span_starts_nocase(tail, PH_SPAN(";type=")) ? &out->type
								   : &out->name;

		*slot = ph_arena_str(a, ph_span_skip(tail, PARAMETER_LEN));
		if (*slot == NULL)
			return ph_letter_no_memory(fault);
		s = ph_span_first(s, at);
	}
	if (s.len == 0)
		return ph_letter_usage(fault, "an attachment without a file");
	out->path = ph_arena_str(a, s);
	return out->path == NULL ? ph_letter_no_memory(fault) : PH_OK;
}

static size_t count_of(const struct ph_options *o, int key)
{
	size_t n = 0;

	for (size_t i = 0; i < o->count; i++)
		n += o->items[i].key == key ? 1 : 0;
	return n;
}

static enum ph_err take_attachments(
    struct ph_letter *d, struct ph_content_compose *in, struct ph_fault *fault)
{
	const struct ph_options *o = d->options;
	size_t count = count_of(o, PH_LETTER_KEY_ATTACH) +
	    count_of(o, PH_LETTER_KEY_INLINE);
	struct ph_attachment *list =
	    ph_arena_array(&d->arena, count + 1, sizeof(*list));
	size_t n = 0;

	if (list == NULL)
		return ph_letter_no_memory(fault);
	for (size_t i = 0; i < o->count; i++) {
		enum ph_err err;

		if (o->items[i].key != PH_LETTER_KEY_ATTACH &&
		    o->items[i].key != PH_LETTER_KEY_INLINE)
			continue;
		list[n].is_inline = o->items[i].key == PH_LETTER_KEY_INLINE;
		err = ph_letter_attachment(
		    &d->arena, o->items[i].value, &list[n++], fault);
		if (err != PH_OK)
			return err;
	}
	in->attachments = list;
	in->attachment_count = n;
	return PH_OK;
}

/* Fields that have an option of their own, and may be there once. */
static enum ph_err check_header(struct ph_span name, struct ph_fault *fault)
{
	static const char *const options[] = { "from", "to", "cc", "bcc",
		"subject" };

	for (size_t i = 0; i < PH_COUNT(options); i++) {
		if (!ph_span_eq_nocase(name, ph_span_of(options[i])))
			continue;
		ph_fault_set(fault, PH_CAUSE_BAD_INPUT, PH_STAGE_CONFIG,
		    "--header %.*s: give it with --%s", PH_SPAN_ARG(name),
		    options[i]);
		return PH_EINVAL;
	}
	return PH_OK;
}

static enum ph_err take_headers(
    struct ph_letter *d, struct ph_compose *c, struct ph_fault *fault)
{
	const struct ph_options *o = d->options;
	size_t count = count_of(o, PH_LETTER_KEY_HEADER);
	struct ph_message_header *list =
	    ph_arena_array(&d->arena, count + 1, sizeof(*list));
	size_t n = 0;

	if (list == NULL)
		return ph_letter_no_memory(fault);
	for (size_t i = 0; i < o->count; i++) {
		struct ph_span line = ph_span_of(o->items[i].value);
		size_t colon = ph_span_find(line, ':');

		if (o->items[i].key != PH_LETTER_KEY_HEADER)
			continue;
		if (colon == line.len) {
			return ph_letter_usage(fault,
			    "--header takes 'Name: value', not %s",
			    o->items[i].value);
		}
		list[n].name = ph_span_first(line, colon);
		if (check_header(list[n].name, fault) != PH_OK)
			return PH_EINVAL;
		list[n++].value = ph_span_trim(ph_span_skip(line, colon + 1));
	}
	c->headers = list;
	c->header_count = n;
	return PH_OK;
}

/* The mark that editors put before UTF-8 belongs to the file, not the text. */
static void drop_mark(struct ph_buf *text)
{
	const struct ph_span mark = PH_SPAN("\xef\xbb\xbf");

	if (ph_span_eq(ph_span_first(ph_buf_span(text),
			   text->len < mark.len ? text->len : mark.len),
		mark))
		ph_buf_consume(text, mark.len);
}

/* A text given on the command line, in a file, or on standard input ("-"). */
static enum ph_err take_part(const struct ph_options *o, int key, int file_key,
    struct ph_buf *buf, struct ph_fault *fault)
{
	const char *text = ph_options_value(o, key);
	const char *path = ph_options_value(o, file_key);
	enum ph_err err = PH_OK;

	if (text != NULL) {
		err = ph_buf_append_str(buf, text);
	} else if (path != NULL && strcmp(path, "-") == 0) {
		err = ph_fd_read_all(STDIN_FILENO, buf, fault);
	} else if (path != NULL) {
		err = ph_file_read(path, buf, fault);
	}
	if (err == PH_ETOOBIG) {
		ph_fault_set(fault, PH_CAUSE_BAD_INPUT, PH_STAGE_CONFIG,
		    "a text of more than %zu octets", buf->max);
		ph_fault_advise(fault, "send it as an attachment: --attach");
	}
	if (err != PH_OK && !ph_fault_is_set(fault))
		return ph_letter_no_memory(fault);
	if (err == PH_OK && path != NULL)
		drop_mark(buf);
	return err;
}

/* mail(1) reads the text from standard input when it has no other. */
static enum ph_err take_stdin(
    struct ph_letter *d, bool *has_text, bool has_files, struct ph_fault *fault)
{
	enum ph_err err;

	if (isatty(STDIN_FILENO)) {
		if (has_files)
			return PH_OK;
		return ph_letter_usage(fault,
		    "nothing to send: give --text, --html, --attach or --raw, "
		    "or pipe the text in");
	}
	err = ph_fd_read_all(STDIN_FILENO, &d->text, fault);
	/* Closed standard input, as in some daemons, is an empty text. */
	if (err == PH_EIO && has_files) {
		*fault = (struct ph_fault){ 0 };
		return PH_OK;
	}
	if (err == PH_EIO) {
		ph_fault_advise(fault,
		    "give the text with --text or --text-file, or pipe it in");
	}
	if (err == PH_ETOOBIG) {
		ph_fault_set(fault, PH_CAUSE_BAD_INPUT, PH_STAGE_CONFIG,
		    "a text of more than %zu octets on standard input",
		    d->text.max);
		ph_fault_advise(fault, "send it as an attachment: --attach");
	}
	if (err == PH_OK)
		drop_mark(&d->text);
	*has_text = err == PH_OK && (d->text.len > 0 || !has_files);
	return err;
}

static enum ph_err take_texts(struct ph_letter *d, struct ph_compose *c,
    bool has_files, struct ph_fault *fault)
{
	const struct ph_options *o = d->options;
	enum ph_err err = take_part(
	    o, PH_LETTER_KEY_TEXT, PH_LETTER_KEY_TEXT_FILE, &d->text, fault);

	if (err != PH_OK)
		return err;
	err = take_part(
	    o, PH_LETTER_KEY_HTML, PH_LETTER_KEY_HTML_FILE, &d->html, fault);
	if (err != PH_OK)
		return err;
	c->has_text = ph_options_has(o, PH_LETTER_KEY_TEXT) ||
	    ph_options_has(o, PH_LETTER_KEY_TEXT_FILE);
	c->has_html = ph_options_has(o, PH_LETTER_KEY_HTML) ||
	    ph_options_has(o, PH_LETTER_KEY_HTML_FILE);
	if (!c->has_text && !c->has_html)
		err = take_stdin(d, &c->has_text, has_files, fault);
	c->text = ph_buf_span(&d->text);
	c->html = ph_buf_span(&d->html);
	return err;
}

/* Who is named without an option is addressed, as mail(1) has it. */
static enum ph_err address_to(
    struct ph_letter *d, struct ph_compose *c, struct ph_fault *fault)
{
	size_t count = d->to.count + d->others.count;
	struct ph_address *all =
	    ph_arena_array(&d->arena, count + 1, sizeof(*all));

	if (all == NULL)
		return ph_letter_no_memory(fault);
	if (d->to.count > 0)
		memcpy(all, d->to.items, d->to.count * sizeof(*all));
	if (d->others.count > 0) {
		memcpy(all + d->to.count, d->others.items,
		    d->others.count * sizeof(*all));
	}
	c->to = (struct ph_address_list){ all, count };
	return PH_OK;
}

enum ph_err ph_letter_compose(struct ph_letter *d,
    const struct ph_connection *connection, struct ph_fault *fault)
{
	const struct ph_options *o = d->options;
	const char *charset = ph_options_value(o, PH_LETTER_KEY_CHARSET);
	const char *priority = ph_options_value(o, PH_LETTER_KEY_PRIORITY);
	struct ph_content_compose in = {
		.compose = {
			.from = d->sender.from,
			.cc = d->cc,
			.reply_to = d->sender.reply_to,
			.subject = ph_span_of(
			    ph_options_value(o, PH_LETTER_KEY_SUBJECT)),
			.charset = ph_span_of(charset),
			.code_page = ph_span_of(connection->code_page),
			.priority = priority == NULL
			    ? 0
			    : ph_letter_priority(priority),
			.request_receipt =
			    ph_options_has(o, PH_LETTER_KEY_RECEIPT),
		},
	};
	enum ph_err err;

	if (d->sender.from.mailbox.len == 0) {
		return ph_letter_usage(fault,
		    "--from <>: a message that is made here needs an author");
	}
	err = address_to(d, &in.compose, fault);
	if (err != PH_OK)
		return err;
	err = take_attachments(d, &in, fault);
	if (err != PH_OK)
		return err;
	err = take_headers(d, &in.compose, fault);
	if (err != PH_OK)
		return err;
	err = take_texts(d, &in.compose, in.attachment_count > 0, fault);
	if (err != PH_OK)
		return err;
	return ph_content_compose(&in, &d->content, fault);
}

enum ph_err ph_letter_adopt(struct ph_letter *d, struct ph_fault *fault)
{
	const char *path = ph_options_value(d->options, PH_LETTER_KEY_RAW);
	bool reads_stdin = strcmp(path, "-") == 0;
	struct ph_content_raw raw = {
		.path = reads_stdin ? NULL : path,
		.fd = reads_stdin ? STDIN_FILENO : -1,
		.add_missing = true,
		.from = d->sender.from.mailbox,
		.replace_from =
		    d->sender.replaces_header ? &d->sender.from : NULL,
	};

	if (reads_stdin && isatty(STDIN_FILENO)) {
		return ph_letter_usage(fault,
		    "--raw - reads the message from a pipe or file, and this "
		    "is a terminal");
	}
	return ph_content_adopt(&raw, &d->content, fault);
}
