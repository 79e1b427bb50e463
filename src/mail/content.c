#include "mail/compose.h"

#include "base/ascii.h"
#include "base/base64.h"
#include "base/utf8.h"
#include "mail/header.h"
#include "mail/media_type.h"
#include "mail/message_id.h"
#include "mail/param.h"
#include "mail/text_content.h"

#include <stdio.h>

/* The tree of a message (RFC 2046 5.1), as readers agree to show it:

   mixed( alternative( text, related( html, inline files ) ), attachments )

   where a multipart of one child is left out, but around files. */

enum {
	BOUNDARY_SIZE = 64,
	FILE_NAME_MAX = 1000
};

struct boundary {
	char text[BOUNDARY_SIZE];
};

/* "=_" is found in no quoted-printable, "_" in no base64 text; who wrote a 7bit
   text did not know the random octets. */
static enum ph_err make_boundary(struct ph_composer *k, struct boundary *out)
{
	struct ph_buf b;

	ph_buf_init(&b, BOUNDARY_SIZE - 1);

	enum ph_err err = ph_buf_appendf(&b, "=_%u_", ++k->boundary_count);

	if (err == PH_OK)
		err = ph_message_id_write_random(&k->c->stamp, &b);
	if (err == PH_OK)
		memcpy(out->text, b.ptr, b.len + 1);
	ph_buf_release(&b);
	return err;
}

/* Starts a multipart: its header and the empty line. */
static enum ph_err open_multipart(struct ph_composer *k, const char *subtype,
    const char *param, struct boundary *b)
{
	enum ph_err err = make_boundary(k, b);

	if (err == PH_OK) {
		err = ph_buf_appendf(&k->m->bytes,
		    "Content-Type: multipart/%s%s;\r\n boundary=\"%s\"\r\n\r\n",
		    subtype, param, b->text);
	}
	return err;
}

static enum ph_err open_part(struct ph_composer *k, const struct boundary *b)
{
	return ph_buf_appendf(&k->m->bytes, "--%s\r\n", b->text);
}

static enum ph_err close_multipart(
    struct ph_composer *k, const struct boundary *b)
{
	return ph_buf_appendf(&k->m->bytes, "--%s--\r\n", b->text);
}

/* The line end before a delimiter belongs to the delimiter (RFC 2046 5.1.1):
   text gets one of its own.  A message's last line needs its end anyway. */
static enum ph_err end_text(
    struct ph_composer *k, const struct ph_text_content *t, bool in_multipart)
{
	struct ph_span s = ph_buf_span(&t->bytes);
	bool open = s.len > 0 && s.ptr[s.len - 1] != '\n';
	bool is_base64 = t->encoding[0] == 'b';

	if (open || (in_multipart && !is_base64))
		return ph_buf_append(&k->m->bytes, PH_SPAN("\r\n"));
	return PH_OK;
}

static enum ph_err write_text_part(struct ph_composer *k,
    const struct ph_text_content *t, bool is_html, bool in_multipart)
{
	enum ph_err err = ph_buf_appendf(&k->m->bytes,
	    "Content-Type: text/%s; charset=%s\r\n"
	    "Content-Transfer-Encoding: %s\r\n\r\n",
	    is_html ? "html" : "plain", ph_charset_name(&k->charset),
	    t->encoding);

	if (err == PH_OK)
		err = ph_buf_append(&k->m->bytes, ph_buf_span(&t->bytes));
	if (err == PH_OK)
		err = end_text(k, t, in_multipart);
	if (err == PH_OK && t->long_lines > 0) {
		err = ph_draft_note(k->m,
		    "%zu line%s over 998 octets: the %s part was encoded as %s",
		    t->long_lines, t->long_lines == 1 ? "" : "s",
		    is_html ? "HTML" : "text", t->encoding);
	}
	return err;
}

static enum ph_err write_text(
    struct ph_composer *k, bool is_html, bool in_multipart)
{
	struct ph_span text = { 0 };
	struct ph_text_content t;
	uint32_t missing = 0;

	if (is_html) {
		text = k->c->html;
	} else if (k->c->has_text) {
		text = k->c->text;
	}

	enum ph_err err = ph_text_content_make(text, &k->charset, &t, &missing);

	if (err == PH_OK)
		err = write_text_part(k, &t, is_html, in_multipart);
	ph_text_content_release(&t);
	return ph_composer_blame_text(
	    k, is_html ? "html" : "text", text, err, missing);
}

/* The media type to write for a file. */
static struct ph_span type_of(const struct ph_message_file *file)
{
	struct ph_span type = ph_span_of(file->type);

	if (file->type == NULL)
		return ph_span_of(ph_media_type_of(ph_span_of(file->name)));
	if (ph_span_starts_nocase(type, PH_SPAN("message/")))
		return PH_SPAN("application/octet-stream");
	return ph_span_trim(type);
}

/* A Content-ID is like an address: what cannot stand in one becomes "_". */
static enum ph_err write_content_id(struct ph_composer *k, struct ph_span name)
{
	char id[FILE_NAME_MAX + 1];
	size_t len = 0;

	for (size_t i = 0; i < name.len && len < FILE_NAME_MAX; i++) {
		char c = name.ptr[i];
		bool fits = ph_ascii_is_alnum(c) || c == '.' || c == '-' ||
		    c == '_' || c == '@' || c == '+';

		id[len++] = fits ? c : '_';
	}
	id[len] = '\0';

	enum ph_err err =
	    ph_buf_appendf(&k->m->bytes, "Content-ID: <%s>\r\n", id);

	if (err == PH_OK && !ph_span_eq(name, ph_span_of(id))) {
		err = ph_draft_note(k->m,
		    "the inline file \"%.100s\" is cid:%.200s in the HTML",
		    name.ptr, id);
	}
	return err;
}

/* *missing as the functions of mail/param.h say. */
static enum ph_err write_file_fields(struct ph_composer *k,
    const struct ph_message_file *file, struct ph_span name, uint32_t *missing)
{
	struct ph_fold f;
	enum ph_err err = ph_fold_start(&f, &k->m->bytes, "Content-Type");

	if (err == PH_OK)
		err = ph_fold_word(&f, PH_SPAN(" "), type_of(file));
	if (err == PH_OK)
		err = ph_param_name(&f, name, &k->charset, missing);
	if (err == PH_OK)
		err = ph_fold_end(&f);
	if (err == PH_OK) {
		err = ph_buf_append_str(
		    &k->m->bytes, "Content-Transfer-Encoding: base64\r\n");
	}
	if (err == PH_OK)
		err = ph_fold_start(&f, &k->m->bytes, "Content-Disposition");
	if (err == PH_OK) {
		err = ph_fold_word(&f, PH_SPAN(" "),
		    file->is_inline ? PH_SPAN("inline")
				    : PH_SPAN("attachment"));
	}
	if (err == PH_OK)
		err = ph_param_filename(&f, name, &k->charset, missing);
	if (err == PH_OK)
		err = ph_fold_end(&f);
	if (err == PH_OK && file->is_inline)
		err = write_content_id(k, name);
	return err == PH_OK ? ph_buf_append(&k->m->bytes, PH_SPAN("\r\n"))
			    : err;
}

static enum ph_err note_type(
    struct ph_composer *k, const struct ph_message_file *file)
{
	if (file->type == NULL ||
	    !ph_span_starts_nocase(ph_span_of(file->type), PH_SPAN("message/")))
		return PH_OK;
	return ph_draft_note(k->m,
	    "\"%.100s\" is sent as application/octet-stream: a %.60s must not "
	    "be encoded",
	    file->name, file->type);
}

static enum ph_err write_file(
    struct ph_composer *k, const struct ph_message_file *file)
{
	struct ph_buf name;
	char place[256];
	uint32_t missing = 0;
	const struct ph_body_part part = { .file = file->file,
		.length = file->size,
		.encoding = PH_ENCODE_BASE64,
		.encoded_length = ph_base64_lines_size(file->size) };

	ph_buf_init(&name, (size_t)4 * FILE_NAME_MAX);

	enum ph_err err = ph_header_tidy(ph_span_of(file->name), &name);

	if (err == PH_OK) {
		err = write_file_fields(k, file, ph_buf_span(&name), &missing);
	}
	if (err == PH_OK && !ph_utf8_valid(ph_span_of(file->name))) {
		err = ph_draft_note(k->m,
		    "the name of the file \"%.200s\" is not UTF-8",
		    ph_buf_str(&name));
	}
	if (err == PH_OK)
		err = note_type(k, file);
	if (err == PH_OK)
		err = ph_draft_add_file(k->m, &part);
	(void)snprintf(place, sizeof(place), "the name of the file \"%.*s\"",
	    PH_SPAN_ARG(ph_utf8_cut(ph_buf_span(&name), 200)));
	ph_buf_release(&name);
	return ph_composer_blame(k, place, err, missing);
}

static size_t count_files(const struct ph_compose *c, bool is_inline)
{
	size_t count = 0;

	for (size_t i = 0; i < c->file_count; i++)
		count += c->files[i].is_inline == is_inline ? 1 : 0;
	return count;
}

static enum ph_err write_files(
    struct ph_composer *k, const struct boundary *b, bool is_inline)
{
	enum ph_err err = PH_OK;

	for (size_t i = 0; i < k->c->file_count && err == PH_OK; i++) {
		if (k->c->files[i].is_inline != is_inline)
			continue;
		err = open_part(k, b);
		if (err == PH_OK)
			err = write_file(k, &k->c->files[i]);
	}
	return err;
}

/* The HTML, with the inline files that it shows. */
static enum ph_err write_html(struct ph_composer *k, bool in_multipart)
{
	struct boundary b;

	if (count_files(k->c, true) == 0)
		return write_text(k, true, in_multipart);

	enum ph_err err =
	    open_multipart(k, "related", "; type=\"text/html\"", &b);

	if (err == PH_OK)
		err = open_part(k, &b);
	if (err == PH_OK)
		err = write_text(k, true, true);
	if (err == PH_OK)
		err = write_files(k, &b, true);
	return err == PH_OK ? close_multipart(k, &b) : err;
}

static enum ph_err write_texts(struct ph_composer *k, bool in_multipart)
{
	struct boundary b;

	if (!k->c->has_html)
		return write_text(k, false, in_multipart);
	if (!k->c->has_text)
		return write_html(k, in_multipart);

	enum ph_err err = open_multipart(k, "alternative", "", &b);

	if (err == PH_OK)
		err = open_part(k, &b);
	if (err == PH_OK)
		err = write_text(k, false, true);
	if (err == PH_OK)
		err = open_part(k, &b);
	if (err == PH_OK)
		err = write_html(k, true);
	return err == PH_OK ? close_multipart(k, &b) : err;
}

static enum ph_err write_mixed(struct ph_composer *k)
{
	struct boundary b;
	enum ph_err err = open_multipart(k, "mixed", "", &b);

	if (err == PH_OK && (k->c->has_text || k->c->has_html)) {
		err = open_part(k, &b);
		if (err == PH_OK)
			err = write_texts(k, true);
	}
	/* Without HTML nothing shows the inline files but their place. */
	if (err == PH_OK && !k->c->has_html)
		err = write_files(k, &b, true);
	if (err == PH_OK)
		err = write_files(k, &b, false);
	return err == PH_OK ? close_multipart(k, &b) : err;
}

enum ph_err ph_content_write(struct ph_composer *k)
{
	size_t attached = count_files(k->c, false);
	size_t shown = count_files(k->c, true);
	bool mixed = attached > 0 || (shown > 0 && !k->c->has_html);
	enum ph_err err = mixed ? write_mixed(k) : write_texts(k, false);

	/* Whoever met PH_EINVAL has said why. */
	if (err == PH_ENOMEM || err == PH_ETOOBIG)
		return ph_composer_blame(k, "message", err, 0);
	return err;
}

static const char *why_not_file(const struct ph_message_file *file)
{
	struct ph_span name = ph_span_of(file->name);

	if (name.len == 0)
		return "a file without a name";
	if (name.len > FILE_NAME_MAX)
		return "a file name over 1000 octets";
	if (file->type == NULL)
		return NULL;
	if (!ph_media_type_is_valid(ph_span_of(file->type)))
		return "no media type (type/subtype)";
	if (ph_span_starts_nocase(
		ph_span_of(file->type), PH_SPAN("multipart/")))
		return "a file cannot be a multipart";
	return NULL;
}

enum ph_err ph_content_check(const struct ph_composer *k)
{
	if (k->c->file_count > PH_DRAFT_FILES_MAX) {
		ph_fault_set(k->fault, PH_CAUSE_BAD_INPUT, PH_STAGE_CONFIG,
		    "more than %d files", PH_DRAFT_FILES_MAX);
		return PH_EINVAL;
	}
	for (size_t i = 0; i < k->c->file_count; i++) {
		const struct ph_message_file *file = &k->c->files[i];
		const char *why = why_not_file(file);
		struct ph_span name = ph_utf8_cut(ph_span_of(file->name), 200);

		if (why != NULL) {
			ph_fault_set(k->fault, PH_CAUSE_BAD_INPUT,
			    PH_STAGE_CONFIG, "file \"%.*s\"%s%.200s: %s",
			    PH_SPAN_ARG(name),
			    file->type == NULL ? "" : ", type ",
			    file->type == NULL ? "" : file->type, why);
			return PH_EINVAL;
		}
	}
	return PH_OK;
}
