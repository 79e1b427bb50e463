#include "smtpd/reply.h"

#include "base/ascii.h"
#include "base/num.h"

#include <assert.h>

/* Class 2, 4 or 5, then two numbers of up to three digits (RFC 3463 2). */
static bool is_enhanced(struct ph_span s)
{
	struct ph_span part;
	unsigned parts = 0;

	while (ph_span_split(&s, '.', &part)) {
		uint64_t n = 0;

		if (part.len > 3 || ph_num_parse(part, 999, &n) != PH_OK)
			return false;
		if (parts == 0 && n != 2 && n != 4 && n != 5)
			return false;
		parts++;
	}
	return parts == 3;
}

bool ph_smtpd_reply_fits(const struct ph_smtpd_reply *r)
{
	struct ph_span rest = ph_span_of(r->text);
	struct ph_span line;
	unsigned lines = 0;

	if (r->code < 200 || r->code > 599)
		return false;
	if (r->enhanced != NULL && !is_enhanced(ph_span_of(r->enhanced)))
		return false;
	while (ph_span_split(&rest, '\n', &line)) {
		lines++;
		if (line.len > PH_SMTPD_TEXT_MAX || ph_span_has_control(line))
			return false;
	}
	return lines <= PH_SMTPD_LINES_MAX;
}

/* Room for all of it is there already. */
static void put(struct ph_buf *out, struct ph_span s)
{
	if (s.len > 0)
		memcpy(out->ptr + out->len, s.ptr, s.len);
	out->len += s.len;
	out->ptr[out->len] = '\0';
}

static void put_code(struct ph_buf *out, uint16_t code, char sep)
{
	char head[4] = { (char)('0' + code / 100), (char)('0' + code / 10 % 10),
		(char)('0' + code % 10), sep };

	put(out, (struct ph_span){ head, sizeof(head) });
}

static enum ph_err put_line(struct ph_buf *out, const struct ph_smtpd_reply *r,
    bool last, struct ph_span text)
{
	struct ph_span enhanced = ph_span_of(r->enhanced);
	enum ph_err err =
	    ph_buf_reserve(out, 4 + enhanced.len + 1 + text.len + 2);

	if (err != PH_OK)
		return err;
	put_code(out, r->code, last ? ' ' : '-');
	if (enhanced.len > 0) {
		put(out, enhanced);
		put(out, PH_SPAN(" "));
	}
	put(out, text);
	put(out, PH_SPAN("\r\n"));
	return PH_OK;
}

enum ph_err ph_smtpd_reply_write(
    struct ph_buf *out, const struct ph_smtpd_reply *r)
{
	struct ph_span rest = ph_span_of(r->text);
	size_t before = out->len;
	struct ph_span line = { 0 };
	bool more = true;

	if (!ph_smtpd_reply_fits(r))
		return PH_EINVAL;
	while (more) {
		size_t end = ph_span_find(rest, '\n');

		line = ph_span_first(rest, end);
		more = end < rest.len;
		rest = ph_span_skip(rest, more ? end + 1 : end);

		enum ph_err err = put_line(out, r, !more, line);
		if (err != PH_OK) {
			out->len = before;
			if (out->ptr != NULL)
				out->ptr[before] = '\0';
			return err;
		}
	}
	return PH_OK;
}

enum ph_err ph_smtpd_reply_line(
    struct ph_buf *out, uint16_t code, bool last, struct ph_span text)
{
	assert(code >= 200 && code <= 599);

	enum ph_err err = ph_buf_reserve(out, 4 + text.len + 2);
	if (err != PH_OK)
		return err;
	put_code(out, code, last ? ' ' : '-');
	put(out, text);
	put(out, PH_SPAN("\r\n"));
	return PH_OK;
}
