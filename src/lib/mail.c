#include "lib/mail.h"

#include <stdlib.h>

enum {
	/* A message given in memory; files have no limit. */
	ARENA_MAX = 512 * 1024 * 1024,
	PRIORITY_MAX = 5,
	ITEMS_MAX = 10000 /* attachments, headers: more is a loop run wild */
};

enum ph_status ph_mail_new(struct ph_mail **out)
{
	if (out == NULL)
		return PH_STATUS_ARGUMENT;
	*out = NULL;

	struct ph_mail *m = calloc(1, sizeof(*m));

	if (m == NULL)
		return PH_STATUS_SYSTEM;
	ph_arena_init(&m->arena, ARENA_MAX);
	ph_lib_problem_clear(&m->problem);
	*out = m;
	return PH_STATUS_OK;
}

void ph_mail_free(struct ph_mail *m)
{
	if (m == NULL)
		return;
	for (size_t i = 0; i < PH_LIB_LISTS; i++)
		free(m->lists[i].items);
	free(m->headers);
	free(m->attachments);
	ph_arena_release(&m->arena);
	free(m);
}

static const struct ph_problem no_mail = {
	.status = PH_STATUS_ARGUMENT,
	.cause = "usage",
	.stage = "config",
	.setting = "none",
	.text = "there is no mail",
	.advice = "see posthaste.h, or libposthaste(3)",
	.enhanced = "",
};

const struct ph_problem *ph_mail_problem(const struct ph_mail *m)
{
	return m == NULL ? &no_mail : &m->problem.pub;
}

/* True when both are there; the problem is cleared, or set. */
static bool begin(struct ph_mail *m, const void *value)
{
	if (m == NULL)
		return false;
	ph_lib_problem_clear(&m->problem);
	if (value != NULL)
		return true;
	(void)ph_lib_problem_argument(&m->problem, "a value is NULL");
	return false;
}

static enum ph_status set_text(
    struct ph_mail *m, const char *value, struct ph_span *out)
{
	if (!begin(m, value))
		return PH_STATUS_ARGUMENT;
	if (ph_arena_copy(&m->arena, ph_span_of(value), out) != PH_OK)
		return ph_lib_problem_memory(&m->problem);
	return PH_STATUS_OK;
}

/* PH_OK, or the problem is set. */
static enum ph_status judge(
    struct ph_mail *m, enum ph_err err, const struct ph_fault *f)
{
	if (err == PH_OK)
		return PH_STATUS_OK;
	if (!ph_fault_is_set(f))
		return ph_lib_problem_memory(&m->problem);
	return ph_lib_problem_set(&m->problem, f);
}

enum ph_status ph_mail_set_from(struct ph_mail *m, const char *from)
{
	struct ph_fault f = { 0 };
	struct ph_address a;

	if (!begin(m, from))
		return PH_STATUS_ARGUMENT;

	enum ph_err err = ph_address_parse(ph_span_of(from), &m->arena, &a, &f);
	if (err == PH_OK) {
		m->from = a;
		m->has_from = true;
	}
	return judge(m, err, &f);
}

enum ph_status ph_mail_set_sender(struct ph_mail *m, const char *sender)
{
	struct ph_fault f = { 0 };
	struct ph_address a;

	if (!begin(m, sender))
		return PH_STATUS_ARGUMENT;

	enum ph_err err =
	    ph_address_parse_sender(ph_span_of(sender), &m->arena, &a, &f);
	if (err == PH_OK) {
		m->sender = a.mailbox;
		m->has_sender = true;
	}
	return judge(m, err, &f);
}

/* What is parsed stays in the arena even when there is no room for it. */
static enum ph_err append(
    struct ph_lib_addresses *to, const struct ph_address_list *from)
{
	size_t need = to->count + from->count;

	if (need > to->cap) {
		size_t cap = need + need / 2;
		struct ph_address *items =
		    reallocarray(to->items, cap, sizeof(*items));

		if (items == NULL)
			return PH_ENOMEM;
		to->items = items;
		to->cap = cap;
	}
	if (from->count > 0) {
		memcpy(to->items + to->count, from->items,
		    from->count * sizeof(*from->items));
	}
	to->count = need;
	return PH_OK;
}

static enum ph_status add_list(
    struct ph_mail *m, enum ph_lib_list which, const char *list)
{
	struct ph_fault f = { 0 };
	struct ph_address_list parsed;

	if (!begin(m, list))
		return PH_STATUS_ARGUMENT;

	enum ph_err err =
	    ph_address_list_parse(ph_span_of(list), &m->arena, &parsed, &f);
	if (err == PH_OK)
		err = append(&m->lists[which], &parsed);
	return judge(m, err, &f);
}

enum ph_status ph_mail_add_to(struct ph_mail *m, const char *list)
{
	return add_list(m, PH_LIB_TO, list);
}

enum ph_status ph_mail_add_cc(struct ph_mail *m, const char *list)
{
	return add_list(m, PH_LIB_CC, list);
}

enum ph_status ph_mail_add_bcc(struct ph_mail *m, const char *list)
{
	return add_list(m, PH_LIB_BCC, list);
}

enum ph_status ph_mail_add_reply_to(struct ph_mail *m, const char *list)
{
	return add_list(m, PH_LIB_REPLY_TO, list);
}

enum ph_status ph_mail_set_subject(struct ph_mail *m, const char *subject)
{
	struct ph_span copy;
	enum ph_status status = set_text(m, subject, &copy);

	if (status == PH_STATUS_OK)
		m->subject = copy;
	return status;
}

enum ph_status ph_mail_set_text(struct ph_mail *m, const char *text)
{
	struct ph_span copy;
	enum ph_status status = set_text(m, text, &copy);

	if (status != PH_STATUS_OK)
		return status;
	m->text = copy;
	m->has_text = true;
	return PH_STATUS_OK;
}

enum ph_status ph_mail_set_html(struct ph_mail *m, const char *html)
{
	struct ph_span copy;
	enum ph_status status = set_text(m, html, &copy);

	if (status != PH_STATUS_OK)
		return status;
	m->html = copy;
	m->has_html = true;
	return PH_STATUS_OK;
}

enum ph_status ph_mail_set_charset(struct ph_mail *m, const char *charset)
{
	struct ph_span copy;
	enum ph_status status = set_text(m, charset, &copy);

	if (status == PH_STATUS_OK)
		m->charset = copy;
	return status;
}

enum ph_status ph_mail_set_priority(struct ph_mail *m, unsigned priority)
{
	if (!begin(m, ""))
		return PH_STATUS_ARGUMENT;
	if (priority > PRIORITY_MAX) {
		return ph_lib_problem_argument(
		    &m->problem, "a priority is 1 to 5, or 0 for none");
	}
	m->priority = priority;
	return PH_STATUS_OK;
}

enum ph_status ph_mail_add_header(
    struct ph_mail *m, const char *name, const char *value)
{
	struct ph_message_header h;
	enum ph_status status = set_text(m, name, &h.name);

	if (status == PH_STATUS_OK)
		status = set_text(m, value, &h.value);
	if (status != PH_STATUS_OK)
		return status;
	if (m->header_count == ITEMS_MAX) {
		return ph_lib_problem_argument(
		    &m->problem, "too many header fields");
	}

	struct ph_message_header *items =
	    reallocarray(m->headers, m->header_count + 1, sizeof(*items));

	if (items == NULL)
		return ph_lib_problem_memory(&m->problem);
	m->headers = items;
	m->headers[m->header_count++] = h;
	return PH_STATUS_OK;
}

/* A copy as a string, or NULL for NULL; false: out of memory. */
static bool copy_optional(
    struct ph_mail *m, const char *value, const char **out)
{
	*out =
	    value == NULL ? NULL : ph_arena_str(&m->arena, ph_span_of(value));
	return value == NULL || *out != NULL;
}

static enum ph_status attach(
    struct ph_mail *m, const struct ph_attachment *from)
{
	struct ph_attachment a = { .is_inline = from->is_inline };

	if (!begin(m, from->path))
		return PH_STATUS_ARGUMENT;
	if (m->attachment_count == ITEMS_MAX) {
		return ph_lib_problem_argument(
		    &m->problem, "too many attachments");
	}
	if (!copy_optional(m, from->path, &a.path) ||
	    !copy_optional(m, from->name, &a.name) ||
	    !copy_optional(m, from->type, &a.type))
		return ph_lib_problem_memory(&m->problem);

	struct ph_attachment *items = reallocarray(
	    m->attachments, m->attachment_count + 1, sizeof(*items));

	if (items == NULL)
		return ph_lib_problem_memory(&m->problem);
	m->attachments = items;
	m->attachments[m->attachment_count++] = a;
	return PH_STATUS_OK;
}

enum ph_status ph_mail_attach(
    struct ph_mail *m, const char *path, const char *name, const char *type)
{
	return attach(m,
	    &(struct ph_attachment){
		.path = path, .name = name, .type = type });
}

enum ph_status ph_mail_attach_inline(
    struct ph_mail *m, const char *path, const char *name, const char *type)
{
	return attach(m,
	    &(struct ph_attachment){
		.path = path, .name = name, .type = type, .is_inline = true });
}

enum ph_status ph_mail_set_raw_file(struct ph_mail *m, const char *path)
{
	if (!begin(m, path))
		return PH_STATUS_ARGUMENT;

	const char *copy = ph_arena_str(&m->arena, ph_span_of(path));

	if (copy == NULL)
		return ph_lib_problem_memory(&m->problem);
	m->raw_path = copy;
	m->raw_bytes = (struct ph_span){ 0 };
	m->has_raw = true;
	return PH_STATUS_OK;
}

enum ph_status ph_mail_set_raw_bytes(
    struct ph_mail *m, const void *bytes, size_t len)
{
	struct ph_span copy;

	if (!begin(m, bytes))
		return PH_STATUS_ARGUMENT;
	if (ph_arena_copy(&m->arena, (struct ph_span){ bytes, len }, &copy) !=
	    PH_OK)
		return ph_lib_problem_memory(&m->problem);
	m->raw_bytes = copy;
	m->raw_path = NULL;
	m->has_raw = true;
	return PH_STATUS_OK;
}

enum ph_status ph_mail_use_header_recipients(struct ph_mail *m, bool on)
{
	if (!begin(m, ""))
		return PH_STATUS_ARGUMENT;
	m->header_recipients = on;
	return PH_STATUS_OK;
}

_Static_assert((int)PH_REPORT_SUCCESS == (int)PH_NOTIFY_SUCCESS &&
	(int)PH_REPORT_FAILURE == (int)PH_NOTIFY_FAILURE &&
	(int)PH_REPORT_DELAY == (int)PH_NOTIFY_DELAY &&
	(int)PH_REPORT_NEVER == (int)PH_NOTIFY_NEVER,
    "one set of bits");

enum ph_status ph_mail_set_report(struct ph_mail *m, unsigned bits)
{
	const unsigned some =
	    PH_REPORT_SUCCESS | PH_REPORT_FAILURE | PH_REPORT_DELAY;

	if (!begin(m, ""))
		return PH_STATUS_ARGUMENT;
	/* RFC 3461 4.1: NEVER stands alone. */
	if (bits != PH_REPORT_NEVER && (bits & ~some) != 0) {
		return ph_lib_problem_argument(&m->problem,
		    "a report is success, failure and delay, or never");
	}
	m->report = bits;
	return PH_STATUS_OK;
}
