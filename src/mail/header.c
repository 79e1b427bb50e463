#include "mail/header.h"

#include "base/ascii.h"
#include "base/utf8.h"
#include "mail/mime.h"
#include "mail/scan.h"

#include <gmime/gmime.h>

enum {
	VALUE_MAX = 4 * 1024 * 1024
};

enum ph_err ph_header_tidy(struct ph_span s, struct ph_buf *out)
{
	enum ph_err err = PH_OK;

	while (s.len > 0 && err == PH_OK) {
		struct ph_span rest = s;
		uint32_t code = ph_utf8_next(&rest);
		struct ph_span one = ph_span_first(s, s.len - rest.len);

		/* U+0080..U+009F are control characters too. */
		if (code == UINT32_MAX)
			err = ph_buf_append(out, PH_SPAN("\xef\xbf\xbd"));
		else if (code < 0x20 || (code >= 0x7f && code < 0xa0))
			err = ph_buf_append_char(out, ' ');
		else
			err = ph_buf_append(out, one);
		s = rest;
	}
	return err;
}

static bool has_encoded_word(const char *text)
{
	return strstr(text, "=?") != NULL;
}

static enum ph_err decode_words(const char *text, struct ph_buf *out)
{
	ph_mime_start();

	char *decoded = g_mime_utils_header_decode_text(NULL, text);
	enum ph_err err =
	    ph_header_tidy(ph_span_trim(ph_span_of(decoded)), out);

	g_free(decoded);
	return err;
}

enum ph_err ph_header_decode(struct ph_span value, struct ph_buf *out)
{
	struct ph_buf flat;

	ph_buf_init(&flat, VALUE_MAX);

	enum ph_err err = ph_header_unfold(value, &flat);

	if (err == PH_OK && has_encoded_word(ph_buf_str(&flat)))
		err = decode_words(ph_buf_str(&flat), out);
	else if (err == PH_OK)
		err = ph_header_tidy(ph_buf_span(&flat), out);
	ph_buf_release(&flat);
	return err;
}
