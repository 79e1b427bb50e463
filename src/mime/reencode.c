#include "mime/module.h"

#include "mail/field.h"
#include "mail/group_scan.h"
#include "mail/header.h"
#include "mail/message.h"
#include "mail/scan.h"
#include "mail/text_content.h"

#include <gmime/gmime.h>
#include <unistd.h>

/* GMime's parser goes as deep as it is led; we go no deeper (each level costs
   stack), and refuse what is. */
enum {
	DEPTH_MAX = 64,
	HEADERS_MAX = 20000,
	ARENA_MAX = 64 * 1024 * 1024,
	FIELD_ROOM = 4096,
	PIECE = 16 * 1024
};

struct mender {
	const char *refused;
	unsigned depth;
};

static void release_object(void *p)
{
	GObject **object = p;

	if (*object != NULL)
		g_object_unref(*object);
}

#define OWNED __attribute__((cleanup(release_object)))

static bool line_too_long(const char *raw)
{
	while (*raw != '\0') {
		size_t len = strcspn(raw, "\n");

		if (len > PH_TEXT_LINE_MAX - 100)
			return true;
		raw += len;
		raw += *raw == '\n' ? 1 : 0;
	}
	return false;
}

/* Writes the parameters of a field GMime has in parts anew, by RFC 2231. */
static void mend_params(GMimeParamList *list)
{
	for (int i = 0; i < g_mime_param_list_length(list); i++) {
		GMimeParam *one = g_mime_param_list_get_parameter_at(list, i);
		char *value = g_strdup(g_mime_param_get_value(one));

		/* A value that stays the same changes nothing. */
		g_mime_param_set_value(one, "");
		g_mime_param_set_value(one, value);
		g_free(value);
	}
}

static bool mend_structured(GMimeObject *object, const char *name)
{
	GMimeContentType *type = g_mime_object_get_content_type(object);
	GMimeContentDisposition *disposition =
	    g_mime_object_get_content_disposition(object);

	if (g_ascii_strcasecmp(name, "Content-Type") == 0 && type != NULL) {
		mend_params(g_mime_content_type_get_parameters(type));
	} else if (g_ascii_strcasecmp(name, "Content-Disposition") == 0 &&
	    disposition != NULL) {
		mend_params(
		    g_mime_content_disposition_get_parameters(disposition));
	} else {
		return false;
	}
	return true;
}

static bool takes_addresses(const char *name)
{
	static const char *const names[] = { "From", "To", "Cc", "Bcc",
		"Sender", "Reply-To", "Resent-From", "Resent-To", "Resent-Cc",
		"Resent-Bcc", "Resent-Sender", "Resent-Reply-To",
		"Disposition-Notification-To" };

	for (size_t i = 0; i < PH_COUNT(names); i++) {
		if (g_ascii_strcasecmp(name, names[i]) == 0)
			return true;
	}
	return false;
}

/* As addresses where they can be read: a comma in an encoded name must not
   become one between two of them. */
static enum ph_err write_addresses(
    const char *name, struct ph_span value, struct ph_buf *out)
{
	static const struct ph_charset utf8;
	struct ph_address_list list = { 0 };
	struct ph_fault ignored;
	struct ph_arena a;
	uint32_t missing = 0;

	ph_arena_init(&a, 8 * value.len + (size_t)ARENA_MAX);

	enum ph_err err = ph_address_list_parse(value, &a, &list, &ignored);

	if (err == PH_OK && list.count == 0)
		err = PH_EINVAL;
	if (err == PH_OK) {
		err = ph_field_addresses(
		    out, name, &list, &utf8, false, &missing);
	}
	ph_arena_release(&a);
	return err;
}

static enum ph_err write_unstructured(
    const char *name, struct ph_span value, struct ph_buf *out)
{
	static const struct ph_charset utf8;
	struct ph_buf text;
	uint32_t missing = 0;

	ph_buf_init(&text, 16 * value.len + 64);

	enum ph_err err = ph_header_decode(value, &text);

	if (err == PH_OK) {
		err = ph_field_text(
		    out, name, ph_buf_span(&text), &utf8, &missing);
	}
	ph_buf_release(&text);
	return err;
}

static enum ph_err write_field(
    const char *name, struct ph_span raw, struct ph_buf *out)
{
	struct ph_buf flat;
	enum ph_err err = PH_EINVAL;

	ph_buf_init(&flat, raw.len + 1);
	if (takes_addresses(name)) {
		err = ph_header_unfold(raw, &flat);
		if (err == PH_OK)
			err = write_addresses(name, ph_buf_span(&flat), out);
	}
	if (err == PH_EINVAL) {
		ph_buf_clear(out);
		err = write_unstructured(name, raw, out);
	}
	ph_buf_release(&flat);
	return err;
}

/* A header in an older charset does not say in which: it is read as the one of
   most, rather than lost.  The caller's, by g_free(). */
static char *as_utf8(const char *raw)
{
	char *out = NULL;

	if (!g_utf8_validate(raw, -1, NULL)) {
		out = g_convert(
		    raw, -1, "utf-8", "windows-1252", NULL, NULL, NULL);
		if (out == NULL) {
			out = g_convert(
			    raw, -1, "utf-8", "iso-8859-1", NULL, NULL, NULL);
		}
	}
	return out == NULL ? g_strdup(raw) : out;
}

/* Only what needs it is written anew: the rest stays as its writer had it. */
static void mend_header(
    struct mender *m, GMimeObject *object, GMimeHeader *header)
{
	const char *raw = g_mime_header_get_raw_value(header);
	const char *name = g_mime_header_get_name(header);
	char *text = NULL;
	struct ph_buf out;

	if (raw == NULL ||
	    (ph_span_is_ascii(ph_span_of(raw)) && !line_too_long(raw)) ||
	    mend_structured(object, name))
		return;
	text = as_utf8(raw);
	ph_buf_init(&out, 16 * strlen(text) + FIELD_ROOM);
	if (write_field(name, ph_span_of(text), &out) == PH_OK) {
		g_mime_header_set_raw_value(
		    header, ph_buf_str(&out) + strlen(name) + 1);
	} else {
		m->refused = "a header field cannot be written anew";
	}
	ph_buf_release(&out);
	g_free(text);
}

static void mend_headers(struct mender *m, GMimeObject *object)
{
	GMimeHeaderList *list = g_mime_object_get_header_list(object);
	int count = g_mime_header_list_get_count(list);

	if (count > HEADERS_MAX) {
		m->refused = "too many header fields";
		return;
	}
	for (int i = 0; i < count && m->refused == NULL; i++) {
		mend_header(
		    m, object, g_mime_header_list_get_header_at(list, i));
	}
}

static void mend(struct mender *m, GMimeObject *object);

static void mend_multipart(struct mender *m, GMimeMultipart *multipart)
{
	int count = g_mime_multipart_get_count(multipart);

	/* Nobody reads what stands around the parts, and it cannot be
	   encoded. */
	g_mime_multipart_set_prologue(multipart, NULL);
	g_mime_multipart_set_epilogue(multipart, NULL);
	for (int i = 0; i < count && m->refused == NULL; i++)
		mend(m, g_mime_multipart_get_part(multipart, i));
}

/* What GMime's choice of an encoding overlooks: a long line that is the last,
   and all that stands under a label which promises to be harmless. */
static bool is_unfit(GMimeDataWrapper *content)
{
	GMimeStream *stream = g_mime_data_wrapper_get_stream(content);
	struct ph_scan scan;
	char piece[PIECE];
	ssize_t len;

	ph_scan_init(&scan);
	(void)g_mime_stream_reset(stream);
	while ((len = g_mime_stream_read(stream, piece, sizeof(piece))) > 0)
		ph_scan_feed(&scan, (struct ph_span){ piece, (size_t)len });
	ph_scan_finish(&scan);
	return scan.eight_bit || scan.longest_line > PH_TEXT_LINE_MAX;
}

static bool is_encoded(GMimeContentEncoding encoding)
{
	return encoding == GMIME_CONTENT_ENCODING_BASE64 ||
	    encoding == GMIME_CONTENT_ENCODING_QUOTEDPRINTABLE;
}

/* Else GMime would copy what is encoded already, as it is. */
static void undo_encoding(GMimePart *part, GMimeDataWrapper *content)
{
	OWNED GMimeStream *decoded =
	    g_mime_stream_filter_new(g_mime_data_wrapper_get_stream(content));
	OWNED GMimeFilter *decoder = g_mime_filter_basic_new(
	    g_mime_part_get_content_encoding(part), FALSE);

	(void)g_mime_stream_filter_add(GMIME_STREAM_FILTER(decoded), decoder);

	OWNED GMimeDataWrapper *plain = g_mime_data_wrapper_new_with_stream(
	    decoded, GMIME_CONTENT_ENCODING_DEFAULT);

	g_mime_part_set_content(part, plain);
}

static void mend_part(GMimePart *part)
{
	GMimeDataWrapper *content = g_mime_part_get_content(part);
	GMimeContentEncoding encoding = g_mime_part_get_content_encoding(part);
	GMimeContentType *type =
	    g_mime_object_get_content_type(GMIME_OBJECT(part));

	if (content == NULL || !is_unfit(content))
		return;
	if (is_encoded(encoding)) {
		undo_encoding(part, content);
	} else {
		encoding = g_mime_part_get_best_content_encoding(
		    part, GMIME_ENCODING_CONSTRAINT_7BIT);
	}
	if (!is_encoded(encoding)) {
		encoding = g_mime_content_type_is_type(type, "text", "*")
		    ? GMIME_CONTENT_ENCODING_QUOTEDPRINTABLE
		    : GMIME_CONTENT_ENCODING_BASE64;
	}
	g_mime_part_set_content_encoding(part, encoding);
}

/* GMime encodes the text parts it sees, and stops at a message inside. */
static void mend_message_part(struct mender *m, GMimeMessagePart *part)
{
	GMimeObject *inner =
	    GMIME_OBJECT(g_mime_message_part_get_message(part));

	if (inner == NULL)
		return;
	mend(m, inner);
	if (m->refused != NULL)
		return;
	g_mime_object_encode(inner, GMIME_ENCODING_CONSTRAINT_7BIT);
	if (g_mime_object_get_header(
		GMIME_OBJECT(part), "Content-Transfer-Encoding") != NULL) {
		g_mime_object_set_header(GMIME_OBJECT(part),
		    "Content-Transfer-Encoding", "7bit", NULL);
	}
}

static void mend(struct mender *m, GMimeObject *object)
{
	if (object == NULL)
		return;
	if (GMIME_IS_MULTIPART_SIGNED(object) ||
	    GMIME_IS_MULTIPART_ENCRYPTED(object)) {
		m->refused = "it is signed or encrypted, and the signature "
			     "would not match any more";
		return;
	}
	if (++m->depth > DEPTH_MAX) {
		m->refused = "its parts are nested too deep";
	} else {
		mend_headers(m, object);
	}
	if (m->refused == NULL && GMIME_IS_MULTIPART(object)) {
		mend_multipart(m, GMIME_MULTIPART(object));
	} else if (m->refused == NULL && GMIME_IS_MESSAGE_PART(object)) {
		mend_message_part(m, GMIME_MESSAGE_PART(object));
	} else if (m->refused == NULL && GMIME_IS_PART(object)) {
		mend_part(GMIME_PART(object));
	} else if (m->refused == NULL && GMIME_IS_MESSAGE(object)) {
		mend(m, g_mime_message_get_mime_part(GMIME_MESSAGE(object)));
	}
	m->depth--;
}

/* A stream on a descriptor that stays open. */
static GMimeStream *stream_on(int fd)
{
	GMimeStream *stream = g_mime_stream_fs_new(fd);

	g_mime_stream_fs_set_owner(GMIME_STREAM_FS(stream), FALSE);
	return stream;
}

static GMimeMessage *parse(GMimeStream *in)
{
	GMimeParser *parser = g_mime_parser_new_with_stream(in);

	/* Contents stay in the file; only the headers come into memory. */
	g_mime_parser_set_persist_stream(parser, TRUE);
	g_mime_parser_set_format(parser, GMIME_FORMAT_MESSAGE);

	GMimeMessage *message = g_mime_parser_construct_message(parser, NULL);

	g_object_unref(parser);
	return message;
}

/* From where the stream stands, and back. */
static bool is_parsable(GMimeStream *in)
{
	struct ph_group_scan scan = { 0 };
	char piece[PIECE];
	ssize_t n;

	while ((n = g_mime_stream_read(in, piece, sizeof(piece))) > 0) {
		if (!ph_group_scan_feed(
			&scan, (struct ph_span){ piece, (size_t)n }))
			return false;
	}
	return g_mime_stream_reset(in) == 0;
}

static bool write_out(GMimeMessage *message, GMimeStream *out)
{
	GMimeFormatOptions *options = g_mime_format_options_new();

	g_mime_format_options_set_newline_format(
	    options, GMIME_NEWLINE_FORMAT_DOS);

	bool ok = g_mime_object_write_to_stream(
		      GMIME_OBJECT(message), options, out) >= 0 &&
	    g_mime_stream_flush(out) == 0;

	g_mime_format_options_free(options);
	return ok;
}

enum ph_err ph_mime_reencode(int in_fd, int out_fd, struct ph_fault *fault)
{
	struct mender m = { 0 };

	/* The stream starts where the descriptor stands. */
	if (lseek(in_fd, 0, SEEK_SET) != 0) {
		ph_fault_set(fault, PH_CAUSE_INPUT_UNREADABLE, PH_STAGE_CONFIG,
		    "the message cannot be read again from its start");
		return PH_EIO;
	}

	OWNED GMimeStream *in = stream_on(in_fd);
	OWNED GMimeStream *out = stream_on(out_fd);

	if (!is_parsable(in)) {
		ph_fault_set(fault, PH_CAUSE_BAD_INPUT, PH_STAGE_CONFIG,
		    "the message cannot be encoded anew: it has more groups "
		    "of addresses than anyone needs");
		return PH_EINVAL;
	}

	OWNED GMimeMessage *message = parse(in);

	if (message == NULL) {
		ph_fault_set(fault, PH_CAUSE_BAD_INPUT, PH_STAGE_CONFIG,
		    "the message cannot be encoded anew: it has no headers");
		return PH_EINVAL;
	}
	mend(&m, GMIME_OBJECT(message));
	if (m.refused != NULL) {
		ph_fault_set(fault, PH_CAUSE_BAD_INPUT, PH_STAGE_CONFIG,
		    "the message cannot be encoded anew: %s", m.refused);
		return PH_EINVAL;
	}
	g_mime_object_encode(
	    GMIME_OBJECT(message), GMIME_ENCODING_CONSTRAINT_7BIT);
	if (!write_out(message, out)) {
		ph_fault_set(fault, PH_CAUSE_CANNOT_WRITE, PH_STAGE_CONFIG,
		    "the message, encoded anew, cannot be written");
		return PH_EIO;
	}
	return PH_OK;
}
