#include "mail/draft.h"

#include "base/ascii.h"
#include "base/utf8.h"
#include "mail/date.h"
#include "mail/field.h"
#include "mail/header.h"
#include "mail/message_id.h"
#include "mail/scan.h"
#include "mail/text_content.h"

struct adopter {
	const struct ph_adopt *in;
	struct ph_message *m;
	struct ph_span rest;     /* of the header section */
	struct ph_span kept_end; /* where the text starts, within it */
	bool no_empty_line;      /* a line that is no field came before it */
	bool has_date;
	bool has_id;
	bool has_from;
	bool has_reply_to;
	struct ph_span author; /* the value of a From that was replaced */
	size_t field_count;
	size_t bcc_count;
};

static enum ph_err append_crlf(struct ph_message *m, struct ph_span s)
{
	struct ph_encoder e;

	ph_encoder_init(&e, PH_ENCODE_CRLF);

	enum ph_err err =
	    ph_buf_reserve(&m->bytes, ph_encoder_bound(&e, s.len));

	if (err == PH_OK) {
		m->bytes.len +=
		    ph_encoder_run(&e, s, true, m->bytes.ptr + m->bytes.len);
	}
	if (err == PH_OK)
		m->bytes.ptr[m->bytes.len] = '\0';
	return err;
}

static bool is_named(const struct ph_header_field *f, const char *name)
{
	return ph_span_eq_nocase(f->name, ph_span_of(name));
}

static enum ph_err keep_value(
    struct ph_message *m, const struct ph_header_field *f, struct ph_span *out)
{
	struct ph_buf value;

	ph_buf_init(&value, (size_t)4 * PH_HEADER_MAX);

	enum ph_err err = ph_header_decode(f->value, &value);

	if (err == PH_OK)
		err = ph_arena_copy(&m->arena, ph_buf_span(&value), out);
	ph_buf_release(&value);
	return err;
}

static bool is_secret(const struct adopter *d, const struct ph_header_field *f)
{
	return !d->in->keep_bcc &&
	    (is_named(f, "Bcc") || is_named(f, "Resent-Bcc"));
}

static enum ph_err take_field(
    struct adopter *d, const struct ph_header_field *f)
{
	enum ph_err err = PH_OK;

	d->field_count++;
	if (is_secret(d, f)) {
		d->bcc_count++;
		return PH_OK;
	}
	if (is_named(f, "Date"))
		d->has_date = true;
	if (is_named(f, "Reply-To"))
		d->has_reply_to = true;
	if (is_named(f, "From")) {
		if (!d->has_from)
			d->author = f->value;
		d->has_from = true;
		if (d->in->replace_from != NULL)
			return PH_OK;
	}
	if (is_named(f, "Subject") && d->m->subject.ptr == NULL)
		err = keep_value(d->m, f, &d->m->subject);
	if (is_named(f, "Message-ID") && !d->has_id) {
		d->has_id = true;
		err = keep_value(d->m, f, &d->m->id);
	}
	return err == PH_OK ? append_crlf(d->m, f->whole) : err;
}

/* What is below would be text, and everybody would read it. */
static bool shows_bcc(const struct adopter *d)
{
	struct ph_header_field f = { 0 };
	struct ph_span rest = d->rest;
	enum ph_err err = ph_header_next(&rest, &f);

	while (err != PH_EOF) {
		if (err == PH_OK && is_secret(d, &f))
			return true;
		err = ph_header_next(&rest, &f);
	}
	return false;
}

/* The line ends the header section though it is no empty one (as Postfix and
   Sendmail have it). */
static enum ph_err end_early(struct adopter *d, struct ph_span line)
{
	d->no_empty_line = true;
	d->kept_end = (struct ph_span){ line.ptr, line.len + d->rest.len };
	if (d->field_count == 0) {
		return ph_draft_note(d->m,
		    "the message has no headers: an empty line was put before "
		    "its text");
	}
	if (shows_bcc(d))
		return PH_EPROTO;
	return ph_draft_note(d->m,
	    "a line among the headers is no header: an empty line was put "
	    "before it");
}

static enum ph_err take_header(struct adopter *d)
{
	struct ph_header_field f = { 0 };
	enum ph_err err = PH_OK;

	d->rest = ph_header_unmark(d->in->header);
	if (d->rest.len < d->in->header.len) {
		err = ph_draft_note(d->m,
		    "the byte order mark before the headers was left out");
	}
	while (err == PH_OK) {
		enum ph_err got = ph_header_next(&d->rest, &f);

		d->kept_end = d->rest;
		if (got == PH_EOF)
			return PH_OK;
		if (got == PH_OK && d->field_count == PH_HEADER_FIELDS_MAX)
			return PH_ETOOBIG;
		if (got == PH_OK) {
			err = take_field(d, &f);
		} else if (d->field_count == 0 &&
		    ph_header_is_mbox_line(f.whole)) {
			err = ph_draft_note(d->m,
			    "the \"From \" line of a mailbox file was left "
			    "out");
		} else {
			return end_early(d, f.whole);
		}
	}
	return err;
}

static struct ph_span domain_of(struct ph_span mailbox)
{
	size_t at = mailbox.len;

	while (at > 0 && mailbox.ptr[at - 1] != '@')
		at--;
	return at == 0 ? (struct ph_span){ 0 } : ph_span_skip(mailbox, at);
}

static enum ph_err add_date(struct adopter *d)
{
	char date[PH_DATE_SIZE];

	ph_date_write(d->in->stamp.now, d->in->stamp.utc_offset_min, date);

	enum ph_err err = ph_buf_appendf(&d->m->bytes, "Date: %s\r\n", date);

	return err == PH_OK ? ph_draft_note(d->m, "Date was missing: added")
			    : err;
}

static enum ph_err add_id(struct adopter *d)
{
	struct ph_buf id;

	ph_buf_init(&id, 1024);

	enum ph_err err =
	    ph_message_id_write(&d->in->stamp, domain_of(d->in->from), &id);

	if (err == PH_OK)
		err = ph_arena_copy(&d->m->arena, ph_buf_span(&id), &d->m->id);
	if (err == PH_OK) {
		err = ph_buf_appendf(
		    &d->m->bytes, "Message-ID: %s\r\n", ph_buf_str(&id));
	}
	if (err == PH_OK)
		err = ph_draft_note(d->m, "Message-ID was missing: added");
	ph_buf_release(&id);
	return err;
}

static enum ph_err add_from(struct adopter *d)
{
	enum ph_err err = ph_buf_append(&d->m->bytes, PH_SPAN("From: "));

	if (err == PH_OK)
		err = ph_buf_append(&d->m->bytes, d->in->from);
	if (err == PH_OK)
		err = ph_buf_append(&d->m->bytes, PH_SPAN("\r\n"));
	return err == PH_OK ? ph_draft_note(d->m, "From was missing: added")
			    : err;
}

static enum ph_err write_from(struct adopter *d)
{
	const struct ph_address *from = d->in->replace_from;
	const struct ph_address_list list = { from, 1 };
	const struct ph_charset utf8 = { 0 };
	uint32_t missing = 0;

	return ph_field_addresses(
	    &d->m->bytes, "From", &list, &utf8, from->needs_utf8, &missing);
}

/* cron writes "From: root", which nobody can answer. */
static enum ph_err can_be_answered(struct adopter *d, bool *out)
{
	struct ph_address_list list = { 0 };
	struct ph_fault ignored = { 0 };
	struct ph_buf text;

	ph_buf_init(&text, PH_HEADER_MAX);

	enum ph_err err = ph_header_unfold(d->author, &text);

	if (err == PH_OK) {
		err = ph_address_list_parse(
		    ph_buf_span(&text), &d->m->arena, &list, &ignored);
	}
	ph_buf_release(&text);
	*out = err == PH_OK && list.count > 0;
	return err == PH_ENOMEM ? err : PH_OK;
}

/* As it was written, folds and all: it was a list of addresses, and is.  The
   line end comes with it. */
static enum ph_err keep_author(struct adopter *d)
{
	bool answered = false;

	enum ph_err err = can_be_answered(d, &answered);
	if (err != PH_OK)
		return err;
	if (d->has_reply_to || !answered) {
		return ph_draft_note(
		    d->m, "From was replaced by that of the connection");
	}

	err = ph_buf_append(&d->m->bytes, PH_SPAN("Reply-To:"));
	if (err == PH_OK)
		err = append_crlf(d->m, d->author);
	if (err != PH_OK)
		return err;
	return ph_draft_note(d->m,
	    "From was replaced by that of the connection: the author stands in "
	    "Reply-To");
}

static enum ph_err replace_from(struct adopter *d)
{
	if (d->in->replace_from == NULL || !d->has_from)
		return PH_OK;

	enum ph_err err = write_from(d);

	return err == PH_OK ? keep_author(d) : err;
}

static enum ph_err add_missing(struct adopter *d)
{
	enum ph_err err = PH_OK;

	if (!d->in->add_missing)
		return PH_OK;
	if (!d->has_date)
		err = add_date(d);
	if (err == PH_OK && !d->has_id)
		err = add_id(d);
	if (err == PH_OK && !d->has_from && d->in->from.len > 0)
		err = add_from(d);
	return err;
}

/* The octets that s takes once its lines end in CRLF. */
static uint64_t wire_size(struct ph_span s)
{
	struct ph_scan scan;

	ph_scan_init(&scan);
	ph_scan_feed(&scan, s);
	ph_scan_finish(&scan);
	return scan.wire_octets;
}

static enum ph_err add_text(struct adopter *d)
{
	const struct ph_scan *scan = d->in->scan;
	struct ph_span header = d->in->header;
	size_t used = header.len - d->kept_end.len;
	/* The mark is part of a line and none of its own. */
	size_t mark = header.len - ph_header_unmark(header).len;
	uint64_t used_on_wire =
	    mark + wire_size(ph_span_skip(ph_span_first(header, used), mark));
	struct ph_body_part part = {
		.file = d->in->file,
		.offset = used,
		.length = scan->octets - used,
		.encoded_length = scan->wire_octets - used_on_wire,
	};

	part.encoding = part.length == part.encoded_length ? PH_ENCODE_NONE
							   : PH_ENCODE_CRLF;
	return part.length == 0 ? PH_OK : ph_draft_add_file(d->m, &part);
}

static enum ph_err note_mending(struct adopter *d)
{
	const struct ph_scan *scan = d->in->scan;
	enum ph_err err = PH_OK;

	if (d->bcc_count > 0)
		err = ph_draft_note(d->m, "the Bcc header was left out");
	if (err == PH_OK && scan->bare_lf > 0) {
		err = ph_draft_note(d->m,
		    "%llu line%s ended in LF alone: CRLF was put there",
		    (unsigned long long)scan->bare_lf,
		    scan->bare_lf == 1 ? "" : "s");
	}
	if (err == PH_OK && scan->bare_cr > 0) {
		err = ph_draft_note(d->m,
		    "%llu line%s ended in CR alone: CRLF was put there",
		    (unsigned long long)scan->bare_cr,
		    scan->bare_cr == 1 ? "" : "s");
	}
	return err;
}

static enum ph_err adopt(struct adopter *d)
{
	enum ph_err err = take_header(d);

	if (err == PH_OK)
		err = replace_from(d);
	if (err == PH_OK)
		err = add_missing(d);
	if (err == PH_OK)
		err = ph_buf_append(&d->m->bytes, PH_SPAN("\r\n"));
	if (err == PH_OK)
		err = add_text(d);
	if (err == PH_OK)
		err = note_mending(d);
	if (err == PH_OK)
		err = ph_draft_finish(d->m);
	if (err != PH_OK)
		return err;

	struct ph_body *body = &d->m->body;

	body->utf8_headers = body->eight_bit;
	body->eight_bit = body->eight_bit || d->in->scan->eight_bit;
	if (d->in->scan->longest_line > body->longest_line)
		body->longest_line = d->in->scan->longest_line;
	return PH_OK;
}

static enum ph_err check(const struct ph_adopt *in, struct ph_fault *fault)
{
	if (in->scan->nul > 0) {
		ph_fault_set(fault, PH_CAUSE_BAD_INPUT, PH_STAGE_CONFIG,
		    "the message holds %llu NUL octet%s, and mail cannot carry "
		    "them",
		    (unsigned long long)in->scan->nul,
		    in->scan->nul == 1 ? "" : "s");
		return PH_EINVAL;
	}
	if (in->scan->header_octets > PH_HEADER_MAX ||
	    in->header.len != in->scan->header_octets) {
		ph_fault_set(fault, PH_CAUSE_BAD_INPUT, PH_STAGE_CONFIG,
		    "the header section is over %d octets", PH_HEADER_MAX);
		return PH_EINVAL;
	}
	if (in->scan->longest_line > PH_TEXT_LINE_MAX) {
		ph_fault_set(fault, PH_CAUSE_BAD_INPUT, PH_STAGE_CONFIG,
		    "a line of %zu octets, where 998 are allowed",
		    in->scan->longest_line);
		return PH_ETOOBIG;
	}
	if (!ph_span_is_ascii(in->header) && !ph_utf8_valid(in->header)) {
		ph_fault_set(fault, PH_CAUSE_BAD_INPUT, PH_STAGE_CONFIG,
		    "the header section holds octets that are no UTF-8");
		return PH_EPROTO;
	}
	return PH_OK;
}

enum ph_err ph_message_adopt(
    const struct ph_adopt *in, struct ph_message **out, struct ph_fault *fault)
{
	enum ph_err err = check(in, fault);
	if (err != PH_OK)
		return err;

	struct adopter d = { .in = in, .m = ph_draft_new() };

	err = d.m == NULL ? PH_ENOMEM : adopt(&d);
	if (err == PH_OK) {
		*out = d.m;
		return PH_OK;
	}
	ph_message_free(d.m);
	if (err == PH_EPROTO) {
		ph_fault_set(fault, PH_CAUSE_BAD_INPUT, PH_STAGE_CONFIG,
		    "a line among the headers is no header, and the Bcc header "
		    "below it would be shown to everybody");
		return PH_EINVAL;
	}
	if (err == PH_ETOOBIG) {
		ph_fault_set(fault, PH_CAUSE_BAD_INPUT, PH_STAGE_CONFIG,
		    "more than %d header fields", PH_HEADER_FIELDS_MAX);
		return PH_EINVAL;
	}
	ph_fault_set(fault, PH_CAUSE_NO_MEMORY, PH_STAGE_CONFIG,
	    "out of memory while reading the message");
	return err;
}
