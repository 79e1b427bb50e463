#include "oauth/request.h"

#include "base/ascii.h"

static bool is_plain(char c)
{
	return ph_ascii_is_alnum(c) || c == '-' || c == '.' || c == '_' ||
	    c == '*';
}

static enum ph_err escape(unsigned char c, struct ph_buf *out)
{
	static const char digits[] = "0123456789ABCDEF";
	char code[3] = { '%', digits[c >> 4], digits[c & 15] };

	return ph_buf_append(out, (struct ph_span){ code, sizeof(code) });
}

/* One field more; an empty value is left out. */
static enum ph_err add(
    struct ph_buf *out, const char *name, struct ph_span value)
{
	enum ph_err err = PH_OK;

	if (value.len == 0)
		return PH_OK;
	if (out->len > 0)
		err = ph_buf_append_char(out, '&');
	if (err == PH_OK)
		err = ph_buf_append_str(out, name);
	if (err == PH_OK)
		err = ph_buf_append_char(out, '=');
	for (size_t i = 0; err == PH_OK && i < value.len; i++) {
		char c = value.ptr[i];

		if (c == ' ' || is_plain(c)) {
			err = ph_buf_append_char(out, c == ' ' ? '+' : c);
		} else {
			err = escape((unsigned char)c, out);
		}
	}
	return err;
}

static enum ph_err add_client(
    const struct ph_oauth_client *c, struct ph_buf *out)
{
	enum ph_err err = add(out, "client_id", c->id);

	return err == PH_OK ? add(out, "client_secret", c->secret) : err;
}

static enum ph_err begin(
    const struct ph_oauth_client *c, const char *grant, struct ph_buf *out)
{
	enum ph_err err = add(out, "grant_type", ph_span_of(grant));

	return err == PH_OK ? add_client(c, out) : err;
}

enum ph_err ph_oauth_request_device(
    const struct ph_oauth_client *c, struct ph_buf *out)
{
	enum ph_err err = add_client(c, out);

	return err == PH_OK ? add(out, "scope", c->scope) : err;
}

enum ph_err ph_oauth_request_poll(const struct ph_oauth_client *c,
    struct ph_span device_code, struct ph_buf *out)
{
	enum ph_err err =
	    begin(c, "urn:ietf:params:oauth:grant-type:device_code", out);

	return err == PH_OK ? add(out, "device_code", device_code) : err;
}

enum ph_err ph_oauth_request_refresh(const struct ph_oauth_client *c,
    struct ph_span refresh_token, struct ph_buf *out)
{
	enum ph_err err = begin(c, "refresh_token", out);

	return err == PH_OK ? add(out, "refresh_token", refresh_token) : err;
}

enum ph_err ph_oauth_request_app(
    const struct ph_oauth_client *c, struct ph_buf *out)
{
	enum ph_err err = begin(c, "client_credentials", out);

	return err == PH_OK ? add(out, "scope", c->scope) : err;
}
