#include "mail/message.h"

#include "mail/header.h"
#include "mail/mime.h"
#include "mail/text_content.h"

#include <gmime/gmime.h>
#include <unistd.h>

/* GMime's parser goes as deep as it is led; we go no deeper (each level costs
   stack), and refuse what is. */
enum {
	DEPTH_MAX = 64,
	HEADERS_MAX = 20000
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

/* Only what needs it is written anew: the rest stays as its writer had it. */
static void mend_header(GMimeHeader *header)
{
	const char *raw = g_mime_header_get_raw_value(header);

	if (raw == NULL ||
	    (ph_span_is_ascii(ph_span_of(raw)) && !line_too_long(raw)))
		return;

	char *value = g_strdup(g_mime_header_get_value(header));

	if (value != NULL)
		g_mime_header_set_value(header, NULL, value, "utf-8");
	g_free(value);
}

static void mend_headers(struct mender *m, GMimeObject *object)
{
	GMimeHeaderList *list = g_mime_object_get_header_list(object);
	int count = g_mime_header_list_get_count(list);

	if (count > HEADERS_MAX) {
		m->refused = "too many header fields";
		return;
	}
	for (int i = 0; i < count; i++)
		mend_header(g_mime_header_list_get_header_at(list, i));
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
		GMIME_OBJECT(part), "Content-Transfer-Encoding") != NULL)
		g_mime_object_set_header(GMIME_OBJECT(part),
		    "Content-Transfer-Encoding", "7bit", NULL);
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
	if (++m->depth > DEPTH_MAX)
		m->refused = "its parts are nested too deep";
	else
		mend_headers(m, object);
	if (m->refused == NULL && GMIME_IS_MULTIPART(object))
		mend_multipart(m, GMIME_MULTIPART(object));
	else if (m->refused == NULL && GMIME_IS_MESSAGE_PART(object))
		mend_message_part(m, GMIME_MESSAGE_PART(object));
	else if (m->refused == NULL && GMIME_IS_MESSAGE(object))
		mend(m, g_mime_message_get_mime_part(GMIME_MESSAGE(object)));
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

enum ph_err ph_message_reencode(int in_fd, int out_fd, struct ph_fault *fault)
{
	struct mender m = { 0 };

	ph_mime_start();
	/* The stream starts where the descriptor stands. */
	if (lseek(in_fd, 0, SEEK_SET) != 0) {
		ph_fault_set(fault, PH_CAUSE_INPUT_UNREADABLE, PH_STAGE_CONFIG,
		    "the message cannot be read again from its start");
		return PH_EIO;
	}

	OWNED GMimeStream *in = stream_on(in_fd);
	OWNED GMimeStream *out = stream_on(out_fd);
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
