#include "mail/message_id.h"

#include "base/hex.h"

enum {
	/* So that "Message-ID: " and it stay below 998 octets. */
	ID_MAX = 900
};

enum ph_err ph_message_id_write_random(
    const struct ph_message_stamp *stamp, struct ph_buf *out)
{
	char text[2 * sizeof(stamp->random) + 1];

	ph_hex_write(stamp->random, sizeof(stamp->random), text);
	return ph_buf_append_str(out, text);
}

static bool is_id_char(char c)
{
	return c > ' ' && c < 0x7f && strchr("<>@\"(),:;\\", c) == NULL;
}

static bool all_id_chars(struct ph_span s)
{
	for (size_t i = 0; i < s.len; i++) {
		if (!is_id_char(s.ptr[i]))
			return false;
	}
	return s.len > 0;
}

static bool fits_right(struct ph_span domain)
{
	return domain.len <= 255 && domain.len > 0 && domain.ptr[0] != '[' &&
	    all_id_chars(domain);
}

enum ph_err ph_message_id_write(const struct ph_message_stamp *stamp,
    struct ph_span domain, struct ph_buf *out)
{
	struct ph_span right = PH_SPAN("localhost");

	if (fits_right(domain)) {
		right = domain;
	} else if (fits_right(stamp->hostname)) {
		right = stamp->hostname;
	}

	enum ph_err err = ph_buf_append_char(out, '<');
	if (err == PH_OK)
		err = ph_message_id_write_random(stamp, out);
	if (err == PH_OK)
		err = ph_buf_append_char(out, '@');
	if (err == PH_OK)
		err = ph_buf_append(out, right);
	return err == PH_OK ? ph_buf_append_char(out, '>') : err;
}

bool ph_message_id_is_valid(struct ph_span text)
{
	if (text.len < 5 || text.len > ID_MAX || text.ptr[0] != '<' ||
	    text.ptr[text.len - 1] != '>')
		return false;

	struct ph_span inner = { text.ptr + 1, text.len - 2 };
	size_t at = ph_span_find(inner, '@');

	return at < inner.len && all_id_chars(ph_span_first(inner, at)) &&
	    all_id_chars(ph_span_skip(inner, at + 1));
}
