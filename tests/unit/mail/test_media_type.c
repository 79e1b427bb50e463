#include "base/err.h"
#include "check.h"
#include "mail/media_type.h"

static const struct {
	const char *name, *type;
} names[] = {
	{ "a.pdf", "application/pdf" },
	{ "a.PDF", "application/pdf" },
	{ "a.tar.gz", "application/gzip" },
	{ ".png", "image/png" },
	{ "png", "application/octet-stream" },
	{ "", "application/octet-stream" },
	{ "a.", "application/octet-stream" },
	{ "a.nonsense", "application/octet-stream" },
	{ "a.eml", "application/octet-stream" },
	{ "report.docx",
	    "application/"
	    "vnd.openxmlformats-officedocument.wordprocessingml.document" },
	{ "sheet.XLSX",
	    "application/"
	    "vnd.openxmlformats-officedocument.spreadsheetml.sheet" },
	{ "photo.JPeG", "image/jpeg" },
	{ "a.b.html", "text/html" },
	{ "invite.ics", "text/calendar" },
	{ "a.7z", "application/x-7z-compressed" },
	{ "a.zst", "application/zstd" },
	{ "a.zstd", "application/octet-stream" },
	{ "a.pdf ", "application/octet-stream" },
	{ "a.pdf.", "application/octet-stream" },
	{ ".", "application/octet-stream" },
	{ "a.mht", "application/octet-stream" },
};

static const struct {
	const char *type;
	bool valid;
} types[] = {
	{ "text/plain", true },
	{ "text/plain; charset=utf-8", true },
	{ "text/plain ;x=\"y\"", true },
	{ "application/vnd.oasis.opendocument.text", true },
	{ "", false },
	{ "text", false },
	{ "text/", false },
	{ "/plain", false },
	{ "text/plain x", false },
	{ "te xt/plain", false },
	{ "text/plain\r\nBcc: x", false },
	{ "text/plain; x=\n", false },
	{ "text/pl\xc3\xa4in", false },
	{ "text/plain; x=\xc3\xa4", false },
	{ "TEXT/PLAIN", true },
	{ "a/b", true },
	{ "application/a+b-c_d.e!f#g$h&i^j", true },
	{ "text/plain;", true },
	{ "text/plain\t; x=y", false },
	{ " text/plain", false },
	{ "text /plain", false },
	{ "text/ plain", false },
	{ "text/plain/x", false },
	{ "text/plain, text/html", false },
	{ "text/plain(x)", false },
	{ "text/pl\x7f", false },
};

int main(void)
{
	char longer[502] = "text/";

	for (size_t i = 0; i < PH_COUNT(names); i++) {
		check_case(names[i].name, i);
		check_str(
		    ph_media_type_of(ph_span_of(names[i].name)), names[i].type);
	}
	for (size_t i = 0; i < PH_COUNT(types); i++) {
		check_case(types[i].type, i);
		check(ph_media_type_is_valid(ph_span_of(types[i].type)) ==
		    types[i].valid);
	}
	memset(longer + 5, 'x', sizeof(longer) - 5);
	check(ph_media_type_is_valid((struct ph_span){ longer, 500 }));
	check(!ph_media_type_is_valid((struct ph_span){ longer, 501 }));
	return check_end();
}
