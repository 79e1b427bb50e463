#include "lib/sending.h"

enum {
	ARENA_MAX = 256 * 1024 * 1024 /* PH_ADDRESS_LIST_MAX addresses */
};

void ph_lib_sending_release(struct ph_lib_sending *s)
{
	if (s == NULL)
		return;
	ph_content_free(s->content);
	s->content = NULL;
	ph_arena_release(&s->arena);
}

static enum ph_err missing(struct ph_fault *fault, const char *what)
{
	ph_fault_set(fault, PH_CAUSE_BAD_INPUT, PH_STAGE_CONFIG,
	    "the mail has no %s", what);
	return PH_EINVAL;
}

/* sender */

/* The connection's `from`; found is false when there is none. */
static enum ph_err connection_from(struct ph_lib_sending *s,
    const struct ph_connection *conn, struct ph_address *out, bool *found,
    struct ph_fault *fault)
{
	*found = conn->from[0] != '\0';
	if (!*found)
		return PH_OK;
	return ph_address_parse(ph_span_of(conn->from), &s->arena, out, fault);
}

struct origin {
	struct ph_address from;
	bool has_from;
	struct ph_address own; /* the connection's */
	bool has_own;
};

static enum ph_err find_origin(struct ph_lib_sending *s,
    const struct ph_mail *mail, const struct ph_connection *conn,
    struct origin *out, struct ph_fault *fault)
{
	*out =
	    (struct origin){ .from = mail->from, .has_from = mail->has_from };

	enum ph_err err =
	    connection_from(s, conn, &out->own, &out->has_own, fault);
	if (err != PH_OK)
		return err;
	if (!out->has_from && out->has_own) {
		out->from = out->own;
		out->has_from = true;
	}
	return PH_OK;
}

/* recipients */

static struct ph_address_list list_of(
    const struct ph_mail *mail, enum ph_lib_list which)
{
	return (struct ph_address_list){ mail->lists[which].items,
		mail->lists[which].count };
}

static enum ph_err fill_rcpts(struct ph_lib_sending *s,
    const struct ph_mail *mail, const struct ph_address_list *header,
    struct ph_fault *fault)
{
	const struct ph_address_list lists[] = { list_of(mail, PH_LIB_TO),
		list_of(mail, PH_LIB_CC), list_of(mail, PH_LIB_BCC), *header };
	struct ph_address_list all = { 0 };

	enum ph_err err =
	    ph_address_list_unite(lists, PH_COUNT(lists), &s->arena, &all);
	if (err != PH_OK)
		return err;
	if (all.count == 0)
		return missing(fault, "recipient");

	struct ph_envelope_rcpt *rcpts =
	    ph_arena_array(&s->arena, all.count, sizeof(*rcpts));

	if (rcpts == NULL)
		return PH_ENOMEM;
	for (size_t i = 0; i < all.count; i++) {
		rcpts[i] = (struct ph_envelope_rcpt){
			.address = all.items[i].mailbox,
			.notify = mail->report,
		};
	}
	s->envelope.rcpts = rcpts;
	s->envelope.rcpt_count = all.count;
	return PH_OK;
}

/* content */

static enum ph_err compose(struct ph_lib_sending *s, const struct ph_mail *mail,
    const struct ph_connection *conn, const struct origin *origin,
    struct ph_fault *fault)
{
	bool rewrite = conn->rewrite_from == PH_REWRITE_BOTH && origin->has_own;
	struct ph_content_compose in = {
		.compose = {
			.from = rewrite ? origin->own : origin->from,
			.to = list_of(mail, PH_LIB_TO),
			.cc = list_of(mail, PH_LIB_CC),
			.reply_to = list_of(mail, PH_LIB_REPLY_TO),
			.subject = mail->subject,
			.has_text = mail->has_text,
			.text = mail->text,
			.has_html = mail->has_html,
			.html = mail->html,
			.headers = mail->headers,
			.header_count = mail->header_count,
			.charset = mail->charset,
			.code_page = ph_span_of(conn->code_page),
			.priority = mail->priority,
		},
		.attachments = mail->attachments,
		.attachment_count = mail->attachment_count,
	};

	if (!origin->has_from)
		return missing(fault, "From, and the connection names none");
	/* Answers still go to whoever wrote it. */
	if (rewrite && in.compose.reply_to.count == 0) {
		in.compose.reply_to =
		    (struct ph_address_list){ &origin->from, 1 };
	}
	return ph_content_compose(&in, &s->content, fault);
}

static enum ph_err adopt(struct ph_lib_sending *s, const struct ph_mail *mail,
    const struct origin *origin, struct ph_fault *fault)
{
	struct ph_content_raw in = {
		.bytes = mail->raw_bytes,
		.path = mail->raw_path,
		.fd = -1,
		.add_missing = true,
	};

	if (origin->has_from)
		in.from = origin->from.mailbox;
	return ph_content_adopt(&in, &s->content, fault);
}

static enum ph_err make(struct ph_lib_sending *s, const struct ph_mail *mail,
    const struct ph_connection *conn, struct ph_fault *fault)
{
	struct origin origin;
	struct ph_address_list rcpts = { 0 };
	struct ph_address header_from = { 0 };

	enum ph_err err = find_origin(s, mail, conn, &origin, fault);
	if (err != PH_OK)
		return err;
	if (mail->has_raw) {
		err = adopt(s, mail, &origin, fault);
	} else {
		err = compose(s, mail, conn, &origin, fault);
	}
	if (err != PH_OK)
		return err;
	if (mail->has_raw) {
		err = ph_message_read_recipients(ph_content_header(s->content),
		    &s->arena, &rcpts, &header_from, fault);
	}
	/* Only who wants them has to have them in order. */
	if (err != PH_OK && mail->header_recipients)
		return err;
	if (err != PH_OK || !mail->header_recipients)
		rcpts = (struct ph_address_list){ 0 };

	s->envelope.sender = mail->sender;
	if (!mail->has_sender) {
		s->envelope.sender = mail->has_from || !mail->has_raw ||
			header_from.mailbox.len == 0
		    ? origin.from.mailbox
		    : header_from.mailbox;
	}
	if (conn->rewrite_from != PH_REWRITE_NEVER && origin.has_own)
		s->envelope.sender = origin.own.mailbox;
	return fill_rcpts(s, mail, &rcpts, fault);
}

enum ph_err ph_lib_sending_make(const struct ph_mail *mail,
    const struct ph_connection *conn, struct ph_lib_sending *out,
    struct ph_fault *fault)
{
	*out = (struct ph_lib_sending){ 0 };
	ph_arena_init(&out->arena, ARENA_MAX);

	enum ph_err err = make(out, mail, conn, fault);
	if (err == PH_OK)
		return PH_OK;
	if (!ph_fault_is_set(fault)) {
		ph_fault_set(fault, PH_CAUSE_NO_MEMORY, PH_STAGE_CONFIG,
		    "out of memory");
	}
	ph_lib_sending_release(out);
	return err;
}
