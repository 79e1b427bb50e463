#include "proxy/challenge.h"

#include "base/ascii.h"

/* RFC 9110 5.6.2 */
static bool is_token_char(char c)
{
	return ph_ascii_is_alnum(c) ||
	    (c != '\0' && strchr("!#$%&'*+-.^_`|~", c) != NULL);
}

/* RFC 9110 11.2, without the `=` at its end. */
static bool is_token68_char(char c)
{
	return ph_ascii_is_alnum(c) ||
	    (c != '\0' && strchr("-._~+/", c) != NULL);
}

static struct ph_span skip_blanks(struct ph_span s)
{
	while (s.len > 0 && (s.ptr[0] == ' ' || s.ptr[0] == '\t'))
		s = ph_span_skip(s, 1);
	return s;
}

static struct ph_span skip_separators(struct ph_span s)
{
	s = skip_blanks(s);
	while (s.len > 0 && s.ptr[0] == ',')
		s = skip_blanks(ph_span_skip(s, 1));
	return s;
}

static struct ph_span take_token(struct ph_span *s)
{
	size_t len = 0;

	while (len < s->len && is_token_char(s->ptr[len]))
		len++;

	struct ph_span token = ph_span_first(*s, len);

	*s = ph_span_skip(*s, len);
	return token;
}

/* The octets of a quoted-string with its quotes; an open one takes all. */
static size_t quoted_len(struct ph_span s)
{
	size_t at = 1;

	while (at < s.len && s.ptr[at] != '"')
		at += s.ptr[at] == '\\' && at + 1 < s.len ? 2 : 1;
	return at < s.len ? at + 1 : s.len;
}

/* name = value, as in `realm="x"`.  False, and *s as it was: none stands
   there. */
static bool take_param(
    struct ph_span *s, struct ph_span *name, struct ph_span *value)
{
	struct ph_span rest = *s;

	*name = take_token(&rest);
	rest = skip_blanks(rest);
	if (name->len == 0 || rest.len == 0 || rest.ptr[0] != '=')
		return false;
	rest = skip_blanks(ph_span_skip(rest, 1));
	if (rest.len > 0 && rest.ptr[0] == '"') {
		*value = ph_span_first(rest, quoted_len(rest));
		rest = ph_span_skip(rest, value->len);
	} else {
		*value = take_token(&rest);
	}
	/* `YWJj==` is a token, and `a = , b` no parameter of ours. */
	if (value->len == 0)
		return false;
	*s = rest;
	return true;
}

/* A token stands alone before the comma. */
static bool take_token68(struct ph_span *s, struct ph_span *out)
{
	size_t len = 0;

	while (len < s->len && is_token68_char(s->ptr[len]))
		len++;
	if (len == 0)
		return false;
	while (len < s->len && s->ptr[len] == '=')
		len++;

	struct ph_span rest = skip_blanks(ph_span_skip(*s, len));

	if (rest.len > 0 && rest.ptr[0] != ',')
		return false;
	*out = ph_span_first(*s, len);
	*s = rest;
	return true;
}

static struct ph_span take_params(struct ph_span *s)
{
	const char *begin = s->ptr;
	const char *end = s->ptr;
	struct ph_span name;
	struct ph_span value;

	while (take_param(s, &name, &value)) {
		end = s->ptr;
		*s = skip_separators(*s);
	}
	return (struct ph_span){ begin, (size_t)(end - begin) };
}

/* Over what is none of these, to the next comma. */
static void skip_nonsense(struct ph_span *s)
{
	while (s->len > 0 && s->ptr[0] != ',')
		*s = ph_span_skip(*s, s->ptr[0] == '"' ? quoted_len(*s) : 1);
}

bool ph_challenge_next(struct ph_span *rest, struct ph_challenge *out)
{
	*out = (struct ph_challenge){ 0 };
	*rest = skip_separators(*rest);
	while (rest->len > 0) {
		out->scheme = take_token(rest);
		if (out->scheme.len > 0 &&
		    (rest->len == 0 || rest->ptr[0] == ',' ||
			rest->ptr[0] == ' ' || rest->ptr[0] == '\t'))
			break;
		out->scheme = (struct ph_span){ 0 };
		skip_nonsense(rest);
		*rest = skip_separators(*rest);
	}
	if (out->scheme.len == 0)
		return false;
	*rest = skip_blanks(*rest);
	if (rest->len > 0 && rest->ptr[0] != ',' &&
	    !take_token68(rest, &out->token))
		out->params = take_params(rest);
	return true;
}

static enum ph_err put_unquoted(struct ph_span value, struct ph_buf *out)
{
	enum ph_err err = PH_OK;

	if (value.ptr[0] != '"')
		return ph_buf_append(out, value);
	for (size_t i = 1; err == PH_OK && i < value.len; i++) {
		if (value.ptr[i] == '"')
			break;
		if (value.ptr[i] == '\\' && i + 1 < value.len)
			i++;
		err = ph_buf_append_char(out, value.ptr[i]);
	}
	return err;
}

static bool find_param(
    const struct ph_challenge *c, struct ph_span name, struct ph_span *value)
{
	struct ph_span rest = c->params;
	struct ph_span found;

	while (take_param(&rest, &found, value)) {
		if (ph_span_eq_nocase(found, name))
			return true;
		rest = skip_separators(rest);
	}
	return false;
}

enum ph_err ph_challenge_param(
    const struct ph_challenge *c, struct ph_span name, struct ph_buf *out)
{
	struct ph_span value;

	if (!find_param(c, name, &value))
		return PH_ENOTFOUND;
	return put_unquoted(value, out);
}

struct ph_span ph_challenge_word(
    const struct ph_challenge *c, struct ph_span name)
{
	struct ph_span value;

	if (!find_param(c, name, &value))
		return (struct ph_span){ 0 };
	if (value.ptr[0] == '"') {
		value = ph_span_skip(value, 1);
		value = ph_span_first(value, ph_span_find(value, '"'));
	}
	return value;
}

enum ph_err ph_challenge_quote(struct ph_span text, struct ph_buf *out)
{
	enum ph_err err = ph_buf_append_char(out, '"');

	if (ph_span_has_control(text))
		return PH_EINVAL;
	for (size_t i = 0; err == PH_OK && i < text.len; i++) {
		if (text.ptr[i] == '"' || text.ptr[i] == '\\')
			err = ph_buf_append_char(out, '\\');
		if (err == PH_OK)
			err = ph_buf_append_char(out, text.ptr[i]);
	}
	return err == PH_OK ? ph_buf_append_char(out, '"') : err;
}
