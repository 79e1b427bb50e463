#include "lib/sending.h"

#include "deliver/sender.h"

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
    const struct ph_connection *conn, const struct ph_sender *sender,
    struct ph_fault *fault)
{
	struct ph_content_compose in = {
		.compose = {
			.from = sender->from,
			.to = list_of(mail, PH_LIB_TO),
			.cc = list_of(mail, PH_LIB_CC),
			.reply_to = sender->reply_to,
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

	if (!sender->has_from)
		return missing(fault, "From, and the connection names none");
	return ph_content_compose(&in, &s->content, fault);
}

static enum ph_err adopt(struct ph_lib_sending *s, const struct ph_mail *mail,
    const struct ph_sender *sender, struct ph_fault *fault)
{
	struct ph_content_raw in = {
		.bytes = mail->raw_bytes,
		.path = mail->raw_path,
		.fd = -1,
		.add_missing = true,
		.from = sender->from.mailbox,
		.replace_from = sender->replaces_header ? &sender->from : NULL,
	};

	return ph_content_adopt(&in, &s->content, fault);
}

/* What a ready-made message says of its own sender and recipients; only who
   wants them has to have them in order. */
static enum ph_err read_header(struct ph_lib_sending *s, bool wants_rcpts,
    struct ph_sender *sender, struct ph_address_list *rcpts,
    struct ph_fault *fault)
{
	struct ph_address_list named = { 0 };
	struct ph_address from = { 0 };
	struct ph_fault ignored = { 0 };

	enum ph_err err =
	    ph_message_read_recipients(ph_content_header(s->content), &s->arena,
		&named, &from, wants_rcpts ? fault : &ignored);
	if (err == PH_OK) {
		ph_sender_take_header(sender, &from);
		if (wants_rcpts)
			*rcpts = named;
	}
	return wants_rcpts ? err : PH_OK;
}

static enum ph_err make(struct ph_lib_sending *s, const struct ph_mail *mail,
    const struct ph_connection *conn, struct ph_fault *fault)
{
	const struct ph_sender_given given = {
		.has_from = mail->has_from,
		.from = mail->from,
		.has_envelope = mail->has_sender,
		.envelope = mail->sender,
		.reply_to = list_of(mail, PH_LIB_REPLY_TO),
	};
	struct ph_sender sender;
	struct ph_address_list rcpts = { 0 };

	enum ph_err err =
	    ph_sender_settle(&given, conn, &s->arena, &sender, fault);
	if (err != PH_OK)
		return err;
	if (mail->has_raw) {
		err = adopt(s, mail, &sender, fault);
		if (err == PH_OK) {
			err = read_header(
			    s, mail->header_recipients, &sender, &rcpts, fault);
		}
	} else {
		err = compose(s, mail, conn, &sender, fault);
	}
	if (err != PH_OK)
		return err;
	s->envelope.sender = sender.envelope;
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
