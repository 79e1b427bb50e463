#include "mail/header.h"

#include "base/ascii.h"
#include "base/utf8.h"
#include "mail/scan.h"
#include "mail/word_decoder.h"

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
		if (code == UINT32_MAX) {
			err = ph_buf_append(out, PH_SPAN("\xef\xbf\xbd"));
		} else if (code < 0x20 || (code >= 0x7f && code < 0xa0)) {
			err = ph_buf_append_char(out, ' ');
		} else {
			err = ph_buf_append(out, one);
		}
		s = rest;
	}
	return err;
}

static enum ph_err decode_words(struct ph_span text, struct ph_buf *out)
{
	struct ph_buf decoded;

	/* Three octets come for one at most, in most charsets. */
	ph_buf_init(&decoded, 16 * text.len + 64);

	enum ph_err err = ph_word_decode(text, &decoded);

	if (err == PH_OK)
		err = ph_header_tidy(ph_span_trim(ph_buf_span(&decoded)), out);
	ph_buf_release(&decoded);
	return err;
}

enum ph_err ph_header_decode(struct ph_span value, struct ph_buf *out)
{
	struct ph_buf flat;

	ph_buf_init(&flat, VALUE_MAX);

	enum ph_err err = ph_header_unfold(value, &flat);

	if (err == PH_OK)
		err = decode_words(ph_buf_span(&flat), out);
	ph_buf_release(&flat);
	return err;
}
