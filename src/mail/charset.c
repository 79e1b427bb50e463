#include "mail/charset.h"

#include "base/ascii.h"
#include "base/code_page.h"
#include "base/utf8.h"

#include <errno.h>
#include <iconv.h>

enum {
	/* One character, with escapes before and behind it. */
	ONE_MAX = 32,
	ESCAPE = 0x1b,
	/* Control characters, ISO 6429's second set of them. */
	C1_BEGIN = 0x80,
	C1_END = 0xa0
};

static bool is_utf8(const struct ph_charset *c)
{
	return c->name == NULL;
}

enum ph_err ph_charset_open(struct ph_span name, struct ph_charset *out)
{
	struct ph_charset c = { 0 };

	if (name.len == 0) {
		*out = c;
		return PH_OK;
	}
	c.name = ph_code_page_name(name);
	if (c.name == NULL)
		return PH_EINVAL;
	if (strcmp(c.name, "utf-8") == 0) {
		*out = (struct ph_charset){ 0 };
		return PH_OK;
	}
	c.stateful = ph_code_page_is_stateful(c.name);
	c.converter = iconv_open(c.name, "utf-8");
	/* iconv_open() says "none" with -1, as POSIX wants it. */
	if ((intptr_t)c.converter == -1)
		return errno == ENOMEM ? PH_ENOMEM : PH_EINVAL;
	*out = c;
	return PH_OK;
}

void ph_charset_close(struct ph_charset *c)
{
	if (c != NULL && c->converter != NULL)
		(void)iconv_close(c->converter);
	if (c != NULL)
		*c = (struct ph_charset){ 0 };
}

const char *ph_charset_name(const struct ph_charset *c)
{
	return is_utf8(c) ? "utf-8" : c->name;
}

static bool is_high(char octet)
{
	return (unsigned char)octet >= 0x80;
}

/* What it writes for one character; a stateless charset keeps nothing back for
   the next.  0: the charset lacks it. */
static size_t convert_one(
    const struct ph_charset *c, struct ph_span one, char out[ONE_MAX])
{
	char *at = out;
	size_t room = ONE_MAX;
	size_t left = one.len;
	char *in = NULL;

	/* iconv() takes char **, and does not write to it. */
	memcpy(&in, &one.ptr, sizeof(in));
	/* A positive count says that something else was written for it. */
	if (iconv(c->converter, &in, &left, &at, &room) != 0)
		return 0;
	if (!c->stateful && iconv(c->converter, NULL, NULL, &at, &room) != 0)
		return 0;
	return ONE_MAX - room;
}

/* What is no ASCII must not become it, least of all CR, LF, NUL or another
   control: nobody looks for them behind a conversion.  iconv has the yen
   sign as a backslash in Shift_JIS. */
static bool is_fit(const struct ph_charset *c, struct ph_span octets)
{
	if (!c->stateful && octets.len == 1 && !is_high(octets.ptr[0]))
		return false;
	for (size_t i = 0; i < octets.len; i++) {
		char o = octets.ptr[i];

		if (ph_ascii_is_control(o) && !(c->stateful && o == ESCAPE))
			return false;
	}
	return true;
}

/* Not for any charset's sake: an escape would shift the reader's; where the
   controls of C1 are, windows-125x has letters, and readers take them for
   those. */
static bool is_forbidden(const struct ph_charset *c, uint32_t code)
{
	return (c->stateful && code == ESCAPE) ||
	    (code >= C1_BEGIN && code < C1_END);
}

/* ASCII is copied: Shift_JIS, as iconv has it, would move "~" and "\". */
static size_t ascii_len(const struct ph_charset *c, struct ph_span text)
{
	size_t len = 0;

	while (!c->stateful && len < text.len && !is_high(text.ptr[len]))
		len++;
	return len;
}

static enum ph_err append_one(const struct ph_charset *c, struct ph_span one,
    uint32_t code, struct ph_buf *out)
{
	char octets[ONE_MAX];
	struct ph_span made = { octets, 0 };

	if (!is_forbidden(c, code))
		made.len = convert_one(c, one, octets);
	if (made.len == 0 || (code >= C1_BEGIN && !is_fit(c, made)))
		return PH_EINVAL;
	return ph_buf_append(out, made);
}

static enum ph_err append_all(const struct ph_charset *c, struct ph_span text,
    struct ph_buf *out, uint32_t *missing)
{
	enum ph_err err = ph_buf_reserve(out, text.len);

	while (text.len > 0 && err == PH_OK) {
		struct ph_span run = ph_span_first(text, ascii_len(c, text));

		if (run.len > 0) {
			err = ph_buf_append(out, run);
			text = ph_span_skip(text, run.len);
			continue;
		}

		struct ph_span rest = text;
		uint32_t code = ph_utf8_next(&rest);

		err = append_one(
		    c, ph_span_first(text, text.len - rest.len), code, out);
		if (err == PH_EINVAL)
			*missing = code;
		text = rest;
	}
	return err;
}

/* Back to the initial state, which is where the next text begins. */
static enum ph_err append_end(const struct ph_charset *c, struct ph_buf *out)
{
	char octets[ONE_MAX];
	char *at = octets;
	size_t room = ONE_MAX;

	if (iconv(c->converter, NULL, NULL, &at, &room) != 0)
		return PH_EINVAL;
	return ph_buf_append(out, (struct ph_span){ octets, ONE_MAX - room });
}

enum ph_err ph_charset_convert(const struct ph_charset *c, struct ph_span text,
    struct ph_buf *out, uint32_t *missing)
{
	if (!ph_utf8_valid(text)) {
		*missing = UINT32_MAX;
		return PH_EINVAL;
	}
	if (is_utf8(c))
		return ph_buf_append(out, text);

	/* What a text before this one was left in is over. */
	(void)iconv(c->converter, NULL, NULL, NULL, NULL);

	enum ph_err err = append_all(c, text, out, missing);

	return err == PH_OK ? append_end(c, out) : err;
}

bool ph_charset_can_hold(const struct ph_charset *c, struct ph_span text)
{
	struct ph_buf out;
	uint32_t missing = 0;

	if (is_utf8(c))
		return ph_utf8_valid(text);
	ph_buf_init(&out, 16 * text.len + 256);

	enum ph_err err = ph_charset_convert(c, text, &out, &missing);

	ph_buf_release(&out);
	return err == PH_OK;
}
