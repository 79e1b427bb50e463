#include "mail/compose.h"

#include "base/ascii.h"
#include "base/utf8.h"
#include "mail/date.h"
#include "mail/field.h"
#include "mail/message_id.h"
#include "mail/scan.h"

#include <stdio.h>
#include <stdlib.h>

enum {
	VALUE_MAX = 64 * 1024,
	EXTRA_MAX = 1000 /* extra headers */
};

static const char advice_utf8[] =
    "convert it to UTF-8 (iconv -f windows-1252 -t utf-8), or send it as an "
    "attachment, which goes as it is";

static void set_fault(
    const struct ph_composer *k, const char *place, const char *why)
{
	ph_fault_set(k->fault, PH_CAUSE_BAD_INPUT, PH_STAGE_CONFIG, "%s: %s",
	    place, why);
}

static void write_utf8(uint32_t code, char out[5])
{
	static const unsigned char leads[] = { 0, 0, 0xc0, 0xe0, 0xf0 };
	size_t len = code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;

	if (code < 0x80) {
		out[0] = (char)code;
		out[1] = '\0';
		return;
	}

	out[len] = '\0';
	for (size_t i = len - 1; i > 0; i--) {
		out[i] = (char)(0x80 | (code & 0x3f));
		code >>= 6;
	}
	out[0] = (char)(leads[len] | (unsigned char)code);
}

static void blame_character(
    const struct ph_composer *k, const char *place, uint32_t code)
{
	char text[5];

	write_utf8(code, text);
	ph_fault_set(k->fault, PH_CAUSE_BAD_INPUT, PH_STAGE_CONFIG,
	    "%s: the character U+%04X \"%s\" is not in %s", place,
	    (unsigned)code, text, ph_charset_name(&k->charset));
	ph_fault_advise(k->fault,
	    "take another charset: utf-8 has every character, and auto takes "
	    "it where the connection's code-page lacks one");
}

enum ph_err ph_composer_blame(const struct ph_composer *k, const char *place,
    enum ph_err err, uint32_t missing)
{
	if (err == PH_ENOMEM) {
		ph_fault_set(k->fault, PH_CAUSE_NO_MEMORY, PH_STAGE_CONFIG,
		    "out of memory while composing the message");
	} else if (err == PH_ETOOBIG) {
		set_fault(k, place, "too long");
		err = PH_EINVAL;
	} else if (err == PH_EINVAL && missing == UINT32_MAX) {
		set_fault(k, place, "not UTF-8");
		ph_fault_advise(k->fault, "%s", advice_utf8);
	} else if (err == PH_EINVAL) {
		blame_character(k, place, missing);
	}
	return err;
}

/* The first place where text has that character, or none (UINT32_MAX). */
static size_t find_character(struct ph_span text, uint32_t code)
{
	struct ph_span rest = text;

	while (rest.len > 0) {
		size_t at = text.len - rest.len;

		if (ph_utf8_next(&rest) == code)
			return at;
	}
	return text.len;
}

static size_t line_of(struct ph_span text, size_t at)
{
	size_t line = 1;

	for (size_t i = 0; i < at; i++) {
		bool ends = text.ptr[i] == '\n' ||
		    (text.ptr[i] == '\r' &&
			(i + 1 == text.len || text.ptr[i + 1] != '\n'));

		line += ends ? 1 : 0;
	}
	return line;
}

/* What editors of another system write without saying so. */
static bool is_utf16(struct ph_span text)
{
	return text.len >= 2 &&
	    (memcmp(text.ptr, "\xff\xfe", 2) == 0 ||
		memcmp(text.ptr, "\xfe\xff", 2) == 0);
}

static void blame_octet(const struct ph_composer *k, const char *part,
    struct ph_span text, size_t at)
{
	ph_fault_set(k->fault, PH_CAUSE_BAD_INPUT, PH_STAGE_CONFIG,
	    "%s, line %zu: not UTF-8 at octet %zu (0x%02X)", part,
	    line_of(text, at), at + 1, (unsigned char)text.ptr[at]);
	ph_fault_advise(k->fault, "%s",
	    is_utf16(text) ? "it looks like UTF-16: convert it to UTF-8 (iconv "
			     "-f utf-16 -t utf-8)"
			   : advice_utf8);
}

enum ph_err ph_composer_blame_text(const struct ph_composer *k,
    const char *part, struct ph_span text, enum ph_err err, uint32_t missing)
{
	size_t at = text.len;
	char place[64];

	if (err == PH_EINVAL)
		at = find_character(text, missing);
	if (at == text.len)
		return ph_composer_blame(k, part, err, missing);
	if (missing == UINT32_MAX) {
		blame_octet(k, part, text, at);
	} else {
		(void)snprintf(place, sizeof(place), "%s, line %zu", part,
		    line_of(text, at));
		blame_character(k, place, missing);
	}
	return err;
}

/* U+0080 to U+009F: control characters as well, and in no charset but Unicode's
   safe from being taken for others. */
static bool has_c1(struct ph_span s)
{
	while (s.len > 0) {
		uint32_t code = ph_utf8_next(&s);

		if (code >= 0x80 && code < 0xa0)
			return true;
	}
	return false;
}

/* What one field may hold, whoever gave it. */
static enum ph_err check_value(
    const struct ph_composer *k, const char *place, struct ph_span value)
{
	if (ph_span_has_control(value) || has_c1(value)) {
		set_fault(
		    k, place, "a line end or another control character in it");
	} else if (!ph_utf8_valid(value)) {
		set_fault(k, place, "not UTF-8");
	} else if (value.len > VALUE_MAX) {
		set_fault(k, place, "over 64 KiB");
	} else {
		return PH_OK;
	}
	return PH_EINVAL;
}

/* Fields that Posthaste writes itself, and Bcc, which nobody may. */
static const char *const reserved[] = { "From", "To", "Cc", "Bcc", "Resent-Bcc",
	"Subject", "MIME-Version" };

static const struct ph_message_header *find_extra(
    const struct ph_compose *c, const char *name)
{
	for (size_t i = 0; i < c->header_count; i++) {
		if (ph_span_eq_nocase(c->headers[i].name, ph_span_of(name)))
			return &c->headers[i];
	}
	return NULL;
}

/* Whether an option of its own writes this field too. */
static bool is_taken(const struct ph_compose *c, struct ph_span name)
{
	return (c->sender != NULL &&
		   ph_span_eq_nocase(name, PH_SPAN("Sender"))) ||
	    (c->reply_to.count > 0 &&
		ph_span_eq_nocase(name, PH_SPAN("Reply-To"))) ||
	    (c->priority > 0 &&
		(ph_span_eq_nocase(name, PH_SPAN("X-Priority")) ||
		    ph_span_eq_nocase(name, PH_SPAN("Priority")) ||
		    ph_span_eq_nocase(name, PH_SPAN("Importance")))) ||
	    (c->request_receipt &&
		ph_span_eq_nocase(
		    name, PH_SPAN("Disposition-Notification-To")));
}

static const char *why_not_name(const struct ph_compose *c, struct ph_span name)
{
	const size_t name_max = 100;

	if (name.len == 0 || name.len > name_max)
		return "no name of a header field";
	for (size_t i = 0; i < name.len; i++) {
		if (name.ptr[i] <= ' ' || name.ptr[i] > '~' ||
		    name.ptr[i] == ':')
			return "no name of a header field";
	}
	for (size_t i = 0; i < PH_COUNT(reserved); i++) {
		if (ph_span_eq_nocase(name, ph_span_of(reserved[i])))
			return "Posthaste writes this header itself";
	}
	if (ph_span_starts_nocase(name, PH_SPAN("Content-")) ||
	    is_taken(c, name))
		return "Posthaste writes this header itself";
	return NULL;
}

static const char *why_not_value(const struct ph_message_header *h)
{
	if (ph_span_eq_nocase(h->name, PH_SPAN("Date")) &&
	    !ph_date_is_valid(h->value))
		return "not a date as headers have it (RFC 5322)";
	if (ph_span_eq_nocase(h->name, PH_SPAN("Message-ID")) &&
	    !ph_message_id_is_valid(ph_span_trim(h->value)))
		return "not a message id (<left@right>)";
	return NULL;
}

static enum ph_err check_extra(
    const struct ph_composer *k, const struct ph_message_header *h)
{
	char place[140];
	struct ph_span shown = ph_utf8_cut(h->name, 100);

	(void)snprintf(
	    place, sizeof(place), "header \"%.*s\"", PH_SPAN_ARG(shown));

	const char *why = why_not_name(k->c, h->name);

	if (why == NULL)
		why = why_not_value(h);
	if (why != NULL) {
		set_fault(k, place, why);
		return PH_EINVAL;
	}
	return check_value(k, place, h->value);
}

static enum ph_err check_names(const struct ph_composer *k, const char *place,
    const struct ph_address_list *list)
{
	enum ph_err err = PH_OK;

	for (size_t i = 0; i < list->count && err == PH_OK; i++)
		err = check_value(k, place, list->items[i].name);
	return err;
}

static enum ph_err check_people(const struct ph_composer *k)
{
	const struct ph_compose *c = k->c;
	const struct ph_address_list from = { &c->from, 1 };
	const struct ph_address_list sender = { c->sender,
		c->sender == NULL ? 0 : 1 };

	const struct {
		const char *place;
		const struct ph_address_list *list;
	} lists[] = {
		{ "the name in From", &from },
		{ "the name in Sender", &sender },
		{ "a name in Reply-To", &c->reply_to },
		{ "a name in To", &c->to },
		{ "a name in Cc", &c->cc },
	};
	enum ph_err err = PH_OK;

	for (size_t i = 0; i < PH_COUNT(lists) && err == PH_OK; i++)
		err = check_names(k, lists[i].place, lists[i].list);
	return err;
}

static enum ph_err check_all(const struct ph_composer *k)
{
	enum ph_err err = check_value(k, "subject", k->c->subject);

	if (err == PH_OK)
		err = check_people(k);

	if (err == PH_OK && k->c->header_count > EXTRA_MAX) {
		set_fault(k, "header", "more than 1000 extra ones");
		err = PH_EINVAL;
	}
	for (size_t i = 0; i < k->c->header_count && err == PH_OK; i++)
		err = check_extra(k, &k->c->headers[i]);
	if (err == PH_OK && k->c->priority > 5) {
		set_fault(k, "priority", "not between 1 and 5");
		err = PH_EINVAL;
	}
	return err == PH_OK ? ph_content_check(k) : err;
}

static bool can_hold_list(
    const struct ph_charset *charset, const struct ph_address_list *list)
{
	for (size_t i = 0; i < list->count; i++) {
		if (!ph_charset_can_hold(charset, list->items[i].name))
			return false;
	}
	return true;
}

/* Texts that are no UTF-8 are refused later; names of files are mended. */
static bool can_hold_files(
    const struct ph_compose *c, const struct ph_charset *charset)
{
	for (size_t i = 0; i < c->file_count; i++) {
		struct ph_span name = ph_span_of(c->files[i].name);

		if (!ph_charset_can_hold(charset, name))
			return false;
	}
	return true;
}

static bool can_hold_all(
    const struct ph_compose *c, const struct ph_charset *charset)
{
	for (size_t i = 0; i < c->header_count; i++) {
		if (!ph_charset_can_hold(charset, c->headers[i].value))
			return false;
	}
	if (!can_hold_files(c, charset))
		return false;
	return ph_charset_can_hold(charset, c->subject) &&
	    (!c->has_text || ph_charset_can_hold(charset, c->text)) &&
	    (!c->has_html || ph_charset_can_hold(charset, c->html)) &&
	    ph_charset_can_hold(charset, c->from.name) &&
	    (c->sender == NULL ||
		ph_charset_can_hold(charset, c->sender->name)) &&
	    can_hold_list(charset, &c->to) && can_hold_list(charset, &c->cc) &&
	    can_hold_list(charset, &c->reply_to);
}

static enum ph_err open_charset(struct ph_composer *k)
{
	const struct ph_compose *c = k->c;
	bool is_auto = ph_span_eq_nocase(c->charset, PH_SPAN("auto"));
	bool is_given = c->charset.len > 0 && !is_auto;
	struct ph_span name = is_given ? c->charset : c->code_page;
	struct ph_span shown = ph_utf8_cut(name, 60);

	enum ph_err err = ph_charset_open(name, &k->charset);
	if (err == PH_ENOMEM)
		return ph_composer_blame(k, "message", err, 0);
	if (err != PH_OK) {
		ph_fault_set(k->fault, PH_CAUSE_BAD_INPUT, PH_STAGE_CONFIG,
		    "%s: \"%.*s\" is unknown, or not fit for mail",
		    is_given ? "charset" : "code-page", PH_SPAN_ARG(shown));
		ph_fault_advise(
		    k->fault, "take utf-8, iso-8859-1 or windows-1252");
		return err;
	}
	if (is_auto && !can_hold_all(c, &k->charset))
		ph_charset_close(&k->charset);
	return PH_OK;
}

static bool list_needs_utf8(const struct ph_address_list *list)
{
	for (size_t i = 0; i < list->count; i++) {
		if (list->items[i].needs_utf8)
			return true;
	}
	return false;
}

static enum ph_err write_text(
    struct ph_composer *k, const char *name, struct ph_span value)
{
	uint32_t missing = 0;
	enum ph_err err =
	    ph_field_text(&k->m->bytes, name, value, &k->charset, &missing);

	return ph_composer_blame(k, name, err, missing);
}

static enum ph_err write_list(
    struct ph_composer *k, const char *name, const struct ph_address_list *list)
{
	char place[64];
	uint32_t missing = 0;

	if (list->count == 0)
		return PH_OK;

	enum ph_err err = ph_field_addresses(
	    &k->m->bytes, name, list, &k->charset, k->utf8, &missing);

	(void)snprintf(place, sizeof(place), "%s name in %s",
	    list->count == 1 ? "the" : "a", name);
	return ph_composer_blame(k, place, err, missing);
}

static enum ph_err write_one(
    struct ph_composer *k, const char *name, const struct ph_address *address)
{
	struct ph_address_list list = { address, address == NULL ? 0 : 1 };

	return write_list(k, name, &list);
}

static enum ph_err write_date(struct ph_composer *k)
{
	const struct ph_message_header *own = find_extra(k->c, "Date");
	char date[PH_DATE_SIZE];

	if (own != NULL)
		return write_text(k, "Date", ph_span_trim(own->value));
	ph_date_write(k->c->stamp.now, k->c->stamp.utc_offset_min, date);
	return write_text(k, "Date", ph_span_of(date));
}

static enum ph_err write_id(struct ph_composer *k)
{
	const struct ph_message_header *own = find_extra(k->c, "Message-ID");
	struct ph_buf id;
	enum ph_err err = PH_OK;

	ph_buf_init(&id, 1024);
	if (own != NULL) {
		err = ph_buf_append(&id, ph_span_trim(own->value));
	} else {
		err = ph_message_id_write(&k->c->stamp, k->c->from.domain, &id);
	}
	if (err == PH_OK)
		err = ph_arena_copy(&k->m->arena, ph_buf_span(&id), &k->m->id);
	if (err == PH_OK) {
		err = write_text(k, "Message-ID", ph_buf_span(&id));
	} else {
		err = ph_composer_blame(k, "Message-ID", err, 0);
	}
	ph_buf_release(&id);
	return err;
}

/* Three readers, three fields. */
static enum ph_err write_priority(struct ph_composer *k)
{
	static const struct {
		const char *x_priority, *importance, *priority;
	} words[] = {
		{ NULL, NULL, NULL },
		{ "1 (Highest)", "high", "urgent" },
		{ "2 (High)", "high", "urgent" },
		{ "3 (Normal)", "normal", "normal" },
		{ "4 (Low)", "low", "non-urgent" },
		{ "5 (Lowest)", "low", "non-urgent" },
	};

	unsigned i = k->c->priority;

	if (i == 0)
		return PH_OK;

	enum ph_err err =
	    write_text(k, "X-Priority", ph_span_of(words[i].x_priority));
	if (err == PH_OK) {
		err = write_text(
		    k, "Importance", ph_span_of(words[i].importance));
	}
	if (err == PH_OK)
		err = write_text(k, "Priority", ph_span_of(words[i].priority));
	return err;
}

static enum ph_err write_extra(struct ph_composer *k)
{
	enum ph_err err = PH_OK;

	for (size_t i = 0; i < k->c->header_count && err == PH_OK; i++) {
		const struct ph_message_header *h = &k->c->headers[i];
		char name[128];

		if (ph_span_eq_nocase(h->name, PH_SPAN("Date")) ||
		    ph_span_eq_nocase(h->name, PH_SPAN("Message-ID")))
			continue;
		(void)snprintf(
		    name, sizeof(name), "%.*s", PH_SPAN_ARG(h->name));
		err = write_text(k, name, ph_span_trim(h->value));
	}
	return err;
}

static enum ph_err write_people(struct ph_composer *k)
{
	enum ph_err err = write_one(k, "From", &k->c->from);

	if (err == PH_OK)
		err = write_one(k, "Sender", k->c->sender);
	if (err == PH_OK)
		err = write_list(k, "Reply-To", &k->c->reply_to);
	if (err == PH_OK)
		err = write_list(k, "To", &k->c->to);
	if (err == PH_OK)
		err = write_list(k, "Cc", &k->c->cc);
	/* Only Bcc: some servers add headers of their own where none names a
	   recipient, and may show the Bcc in them. */
	if (err == PH_OK && k->c->to.count == 0 && k->c->cc.count == 0)
		err = write_text(k, "To", PH_SPAN("undisclosed-recipients:;"));
	return err;
}

static enum ph_err write_headers(struct ph_composer *k)
{
	enum ph_err err = write_date(k);

	if (err == PH_OK)
		err = write_people(k);
	if (err == PH_OK && k->c->subject.ptr != NULL)
		err = write_text(k, "Subject", k->c->subject);
	if (err == PH_OK)
		err = write_id(k);
	if (err == PH_OK)
		err = write_priority(k);
	if (err == PH_OK && k->c->request_receipt)
		err = write_one(k, "Disposition-Notification-To", &k->c->from);
	if (err == PH_OK)
		err = write_extra(k);
	if (err == PH_OK)
		err = write_text(k, "MIME-Version", PH_SPAN("1.0"));
	return err;
}

static enum ph_err finish(struct ph_composer *k)
{
	struct ph_message *m = k->m;
	enum ph_err err = ph_arena_copy(&m->arena, k->c->subject, &m->subject);

	if (err == PH_OK)
		err = ph_draft_finish(m);
	m->body.utf8_headers = k->utf8;
	if (m->cut_count > 0 && m->body.longest_line < 76)
		m->body.longest_line = 76;
	return ph_composer_blame(k, "message", err, 0);
}

static enum ph_err compose(struct ph_composer *k)
{
	enum ph_err err = check_all(k);

	if (err == PH_OK)
		err = open_charset(k);
	if (err == PH_OK)
		err = write_headers(k);
	if (err == PH_OK)
		err = ph_content_write(k);
	return err == PH_OK ? finish(k) : err;
}

enum ph_err ph_message_compose(
    const struct ph_compose *c, struct ph_message **out, struct ph_fault *fault)
{
	struct ph_composer k = { .c = c, .fault = fault, .m = ph_draft_new() };

	if (k.m == NULL)
		return ph_composer_blame(&k, "", PH_ENOMEM, 0);
	k.utf8 = c->from.needs_utf8 ||
	    (c->sender != NULL && c->sender->needs_utf8) ||
	    list_needs_utf8(&c->to) || list_needs_utf8(&c->cc) ||
	    list_needs_utf8(&c->reply_to);

	enum ph_err err = compose(&k);

	ph_charset_close(&k.charset);
	if (err != PH_OK) {
		ph_message_free(k.m);
		return err;
	}
	*out = k.m;
	return PH_OK;
}
