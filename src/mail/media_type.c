#include "mail/media_type.h"

#include "base/ascii.h"
#include "base/err.h"

static const struct {
	const char *ending, *type;
} types[] = {
	{ "7z", "application/x-7z-compressed" },
	{ "aac", "audio/aac" },
	{ "avi", "video/x-msvideo" },
	{ "avif", "image/avif" },
	{ "bmp", "image/bmp" },
	{ "bz2", "application/x-bzip2" },
	{ "c", "text/x-c" },
	{ "css", "text/css" },
	{ "csv", "text/csv" },
	{ "doc", "application/msword" },
	{ "docx",
	    "application/"
	    "vnd.openxmlformats-officedocument.wordprocessingml.document" },
	{ "epub", "application/epub+zip" },
	{ "flac", "audio/flac" },
	{ "gif", "image/gif" },
	{ "gz", "application/gzip" },
	{ "heic", "image/heic" },
	{ "htm", "text/html" },
	{ "html", "text/html" },
	{ "ico", "image/vnd.microsoft.icon" },
	{ "ics", "text/calendar" },
	{ "jpeg", "image/jpeg" },
	{ "jpg", "image/jpeg" },
	{ "js", "text/javascript" },
	{ "json", "application/json" },
	{ "log", "text/plain" },
	{ "md", "text/markdown" },
	{ "mkv", "video/x-matroska" },
	{ "mov", "video/quicktime" },
	{ "mp3", "audio/mpeg" },
	{ "mp4", "video/mp4" },
	{ "mpeg", "video/mpeg" },
	{ "mpg", "video/mpeg" },
	{ "odp", "application/vnd.oasis.opendocument.presentation" },
	{ "ods", "application/vnd.oasis.opendocument.spreadsheet" },
	{ "odt", "application/vnd.oasis.opendocument.text" },
	{ "ogg", "audio/ogg" },
	{ "opus", "audio/ogg" },
	{ "p7m", "application/pkcs7-mime" },
	{ "p7s", "application/pkcs7-signature" },
	{ "pdf", "application/pdf" },
	{ "png", "image/png" },
	{ "ppt", "application/vnd.ms-powerpoint" },
	{ "pptx",
	    "application/"
	    "vnd.openxmlformats-officedocument.presentationml.presentation" },
	{ "ps", "application/postscript" },
	{ "rtf", "application/rtf" },
	{ "svg", "image/svg+xml" },
	{ "tar", "application/x-tar" },
	{ "tgz", "application/gzip" },
	{ "tif", "image/tiff" },
	{ "tiff", "image/tiff" },
	{ "tsv", "text/tab-separated-values" },
	{ "txt", "text/plain" },
	{ "vcf", "text/vcard" },
	{ "wav", "audio/x-wav" },
	{ "webm", "video/webm" },
	{ "webp", "image/webp" },
	{ "xls", "application/vnd.ms-excel" },
	{ "xlsx",
	    "application/"
	    "vnd.openxmlformats-officedocument.spreadsheetml.sheet" },
	{ "xml", "application/xml" },
	{ "xz", "application/x-xz" },
	{ "yaml", "application/yaml" },
	{ "yml", "application/yaml" },
	{ "zip", "application/zip" },
	{ "zst", "application/zstd" },
};

const char *ph_media_type_of(struct ph_span file_name)
{
	size_t at = file_name.len;

	while (at > 0 && file_name.ptr[at - 1] != '.')
		at--;

	struct ph_span ending = ph_span_skip(file_name, at);

	for (size_t i = 0; at > 0 && i < PH_COUNT(types); i++) {
		if (ph_span_eq_nocase(ending, ph_span_of(types[i].ending)))
			return types[i].type;
	}
	return "application/octet-stream";
}

/* RFC 2045 5.1. */
static size_t token_len(struct ph_span s)
{
	size_t len = 0;

	while (len < s.len &&
	    (ph_ascii_is_alnum(s.ptr[len]) ||
		(s.ptr[len] != '\0' &&
		    strchr("!#$&-^_.+", s.ptr[len]) != NULL)))
		len++;
	return len;
}

bool ph_media_type_is_valid(struct ph_span text)
{
	const size_t text_max = 500; /* one line of a header */
	size_t type = token_len(text);

	if (type == 0 || type == text.len || text.ptr[type] != '/' ||
	    text.len > text_max || !ph_span_is_ascii(text) ||
	    ph_span_has_control(text))
		return false;
	text = ph_span_skip(text, type + 1);

	size_t subtype = token_len(text);

	text = ph_span_trim(ph_span_skip(text, subtype));
	return subtype > 0 && (text.len == 0 || text.ptr[0] == ';');
}
