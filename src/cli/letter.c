#include "cli/letter.h"

#include "cli/letter_part.h"

#include <stdarg.h>

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
	err = ph_letter_read_people(d, fault);
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

enum ph_err ph_letter_finish(struct ph_letter *d,
    const struct ph_connection *connection, struct ph_fault *fault)
{
	enum ph_err err = ph_letter_settle_sender(d, connection, fault);

	if (err != PH_OK)
		return err;
	if (has(d, PH_LETTER_KEY_RAW)) {
		err = ph_letter_adopt(d, fault);
	} else {
		err = ph_letter_compose(d, connection, fault);
	}
	return err == PH_OK ? ph_letter_settle_recipients(d, fault) : err;
}

void ph_letter_release(struct ph_letter *d)
{
	ph_content_free(d->content);
	ph_buf_release(&d->text);
	ph_buf_release(&d->html);
	ph_arena_release(&d->arena);
	*d = (struct ph_letter){ 0 };
}
