#include "mail/charset.h"

#include "base/ascii.h"
#include "base/utf8.h"

#include <errno.h>
#include <iconv.h>

/* What people write, and what MIME calls it. */
static const struct {
	const char *written, *name;
} aliases[] = {
	{ "utf8", "utf-8" },
	{ "ascii", "us-ascii" },
	{ "latin1", "iso-8859-1" },
	{ "latin-1", "iso-8859-1" },
	{ "iso8859-1", "iso-8859-1" },
	{ "latin2", "iso-8859-2" },
	{ "latin9", "iso-8859-15" },
	{ "iso8859-15", "iso-8859-15" },
	{ "cp1250", "windows-1250" },
	{ "cp1251", "windows-1251" },
	{ "cp1252", "windows-1252" },
	{ "sjis", "shift_jis" },
};

static bool is_name(struct ph_span s)
{
	for (size_t i = 0; i < s.len; i++) {
		char c = s.ptr[i];

		if (!ph_ascii_is_alnum(c) && c != '-' && c != '_' && c != '.' &&
		    c != ':')
			return false;
	}
	return s.len > 0 && s.len <= PH_CHARSET_NAME_MAX;
}

static struct ph_span mime_name(struct ph_span written)
{
	for (size_t i = 0; i < PH_COUNT(aliases); i++) {
		if (ph_span_eq_nocase(written, ph_span_of(aliases[i].written)))
			return ph_span_of(aliases[i].name);
	}
	return written;
}

static bool is_utf8(const struct ph_charset *c)
{
	return c->name[0] == '\0';
}

/* Headers and MIME's own lines are ASCII: a charset that writes these otherwise
   cannot be used.  (Without ~ and \: Shift_JIS moves them.) */
static bool keeps_ascii(const struct ph_charset *c)
{
	const struct ph_span probe =
	    PH_SPAN("AZaz09 \t\r\n!\"#$%&'()*+,-./:;<=>?@[]^_`{|}");
	struct ph_buf out;
	uint32_t missing = 0;

	ph_buf_init(&out, 16 * probe.len);

	enum ph_err err = ph_charset_convert(c, probe, &out, &missing);
	bool same = err == PH_OK && ph_span_eq(ph_buf_span(&out), probe);

	ph_buf_release(&out);
	return same;
}

enum ph_err ph_charset_open(struct ph_span name, struct ph_charset *out)
{
	struct ph_charset c = { 0 };

	name = mime_name(name);
	if (name.len == 0 || ph_span_eq_nocase(name, PH_SPAN("utf-8"))) {
		*out = c;
		return PH_OK;
	}
	if (!is_name(name))
		return PH_EINVAL;
	for (size_t i = 0; i < name.len; i++)
		c.name[i] = ph_ascii_lower(name.ptr[i]);
	c.converter = iconv_open(c.name, "utf-8");
	/* iconv_open() says "none" with -1, as POSIX wants it. */
	if ((intptr_t)c.converter == -1)
		return PH_EINVAL;
	if (!keeps_ascii(&c)) {
		ph_charset_close(&c);
		return PH_EINVAL;
	}
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

/* One call of iconv(); in NULL: back to the initial state. */
static size_t step(
    const struct ph_charset *c, char **in, size_t *in_len, struct ph_buf *out)
{
	char *at = out->ptr + out->len;
	size_t room = out->cap - out->len - 1;
	size_t before = room;
	size_t rc = iconv(c->converter, in, in_len, &at, &room);

	out->len += before - room;
	out->ptr[out->len] = '\0';
	return rc;
}

static enum ph_err why_stopped(
    struct ph_span rest, struct ph_buf *out, uint32_t *missing)
{
	if (errno == E2BIG)
		return ph_buf_reserve(out, out->cap < 64 ? 64 : out->cap);
	*missing = ph_utf8_next(&rest);
	return PH_EINVAL;
}

static enum ph_err run(const struct ph_charset *c, char *in, size_t len,
    struct ph_buf *out, uint32_t *missing)
{
	enum ph_err err = ph_buf_reserve(out, len + 32);
	bool done = false;

	(void)iconv(c->converter, NULL, NULL, NULL, NULL);
	while (err == PH_OK && !done) {
		size_t before = len;
		size_t rc = step(c, len > 0 ? &in : NULL, &len, out);

		/* A positive count says that characters were replaced: no. */
		if (rc == (size_t)-1) {
			err = why_stopped(
			    (struct ph_span){ in, len }, out, missing);
		} else {
			done = before == 0;
		}
	}
	return err;
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

	/* iconv() takes char **, and does not write to it. */
	char *in = NULL;

	memcpy(&in, &text.ptr, sizeof(in));
	return run(c, in, text.len, out, missing);
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
