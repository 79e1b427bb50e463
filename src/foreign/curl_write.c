#include "foreign/formats.h"

#include "base/base64.h"
#include "base/pin.h"
#include "connection/value.h"
#include "foreign/uri.h"
#include "foreign/words.h"

/* Each option on a line of its own. */
static enum ph_err put(
    struct ph_foreign_writer *w, const char *option, struct ph_span value)
{
	if (value.len == 0)
		return PH_OK;

	enum ph_err err = ph_buf_appendf(w->text, " \\\n    %s ", option);

	return err == PH_OK ? ph_foreign_words_quote(w->text, value) : err;
}

static enum ph_err put_setting(
    struct ph_foreign_writer *w, const char *option, const char *setting)
{
	return put(w, option, ph_foreign_value(w, setting));
}

static enum ph_err put_flag(struct ph_foreign_writer *w, const char *option)
{
	return ph_buf_appendf(w->text, " \\\n    %s", option);
}

static enum ph_err append_host(struct ph_buf *b, struct ph_span host)
{
	bool is_v6 = ph_span_find(host, ':') < host.len;
	enum ph_err err = ph_buf_append_str(b, is_v6 ? "[" : "");

	if (err == PH_OK)
		err = ph_buf_append(b, host);
	return err == PH_OK ? ph_buf_append_str(b, is_v6 ? "]" : "") : err;
}

static enum ph_err make_url(struct ph_foreign_writer *w, struct ph_buf *b)
{
	bool first = ph_foreign_is(w, "encryption", "before-connect");
	struct ph_span helo = ph_foreign_value(w, "helo");
	enum ph_err err = ph_buf_append_str(b, first ? "smtps://" : "smtp://");

	if (err == PH_OK)
		err = append_host(b, ph_foreign_value(w, "host"));
	if (err == PH_OK)
		err = ph_buf_append_char(b, ':');
	if (err == PH_OK)
		err = ph_buf_append(b, ph_foreign_value(w, "port"));
	if (err == PH_OK && helo.len > 0)
		err = ph_buf_append_char(b, '/');
	return err == PH_OK ? ph_foreign_uri_escape(b, helo) : err;
}

static enum ph_err put_server(struct ph_foreign_writer *w)
{
	struct ph_buf b;

	ph_buf_init(&b, PH_SETTINGS_LINE_MAX);

	enum ph_err err = make_url(w, &b);

	if (err == PH_OK)
		err = put(w, "--url", ph_buf_span(&b));
	ph_buf_release(&b);
	if (err == PH_OK && ph_foreign_is(w, "encryption", "wanted"))
		err = put_flag(w, "--ssl");
	if (err == PH_OK && ph_foreign_is(w, "encryption", "after-connect"))
		err = put_flag(w, "--ssl-reqd");
	return err;
}

static enum ph_err put_pins(struct ph_foreign_writer *w)
{
	struct ph_span rest = ph_foreign_value(w, "pin");
	struct ph_span one;
	struct ph_buf b;
	enum ph_err err = PH_OK;

	ph_buf_init(&b, 2 * PH_SETTINGS_LINE_MAX);
	while (err == PH_OK && ph_value_next(&rest, &one)) {
		unsigned char pin[PH_PIN_LEN] = { 0 };
		struct ph_span raw = { (const char *)pin, sizeof(pin) };

		if (!ph_pin_parse(one, pin))
			continue;
		err =
		    ph_buf_append_str(&b, b.len > 0 ? ";sha256//" : "sha256//");
		if (err == PH_OK)
			err = ph_base64_encode(raw, &b);
	}
	if (err == PH_OK)
		err = put(w, "--pinnedpubkey", ph_buf_span(&b));
	ph_buf_release(&b);
	return err;
}

static enum ph_err put_versions(struct ph_foreign_writer *w)
{
	unsigned versions = w->profile->connection.tls_versions;
	int low = 0;
	int high = 3;

	while (low < 3 && (versions >> low & 1) == 0)
		low++;
	while (high > low && (versions >> high & 1) == 0)
		high--;

	enum ph_err err = ph_buf_appendf(w->text, " \\\n    --tlsv1.%d", low);

	if (err == PH_OK && high < 3)
		err = ph_buf_appendf(w->text, " \\\n    --tls-max 1.%d", high);
	return err;
}

static bool is_pkcs12(struct ph_span path)
{
	return path.len > 4 &&
	    (ph_span_eq_nocase(
		 ph_span_skip(path, path.len - 4), PH_SPAN(".p12")) ||
		ph_span_eq_nocase(
		    ph_span_skip(path, path.len - 4), PH_SPAN(".pfx")));
}

static enum ph_err put_certificate(struct ph_foreign_writer *w)
{
	struct ph_span path = ph_foreign_value(w, "client-certificate");
	const struct ph_secret *secret =
	    ph_foreign_secret(w, PH_ROLE_CLIENT_KEY);
	struct ph_buf b;
	enum ph_err err = PH_OK;

	ph_buf_init(&b, 2 * PH_SETTINGS_LINE_MAX);
	for (size_t i = 0; err == PH_OK && i < path.len; i++) {
		if (path.ptr[i] == ':' || path.ptr[i] == '\\')
			err = ph_buf_append_char(&b, '\\');
		if (err == PH_OK)
			err = ph_buf_append_char(&b, path.ptr[i]);
	}
	if (err == PH_OK)
		err = put(w, "--cert", ph_buf_span(&b));
	ph_buf_release(&b);
	if (err == PH_OK && is_pkcs12(path))
		err = put(w, "--cert-type", PH_SPAN("P12"));
	if (err == PH_OK)
		err = put_setting(w, "--key", "client-key");
	if (err == PH_OK && secret != NULL)
		err = put(w, "--pass", ph_secret_span(secret));
	return err;
}

static enum ph_err put_tls(struct ph_foreign_writer *w)
{
	bool ca = ph_foreign_is(w, "verify", "ca");
	enum ph_err err = PH_OK;

	if (ph_foreign_is(w, "encryption", "none"))
		return PH_OK;
	if (!ca)
		err = put_flag(w, "--insecure");
	if (err == PH_OK && ph_foreign_is(w, "verify", "pin"))
		err = put_pins(w);
	if (err == PH_OK && ca)
		err = put_setting(w, "--cacert", "ca-file");
	if (err == PH_OK)
		err = put_versions(w);
	return err == PH_OK ? put_certificate(w) : err;
}

/* USER:PASSWORD; nobody whose name has a colon. */
static enum ph_err put_user(struct ph_foreign_writer *w, const char *option,
    struct ph_span user, const struct ph_secret *secret)
{
	struct ph_buf b;
	enum ph_err err;

	if (user.len == 0 || ph_span_find(user, ':') < user.len ||
	    ph_span_find(user, ';') < user.len)
		return PH_OK;
	ph_buf_init(&b, PH_SETTINGS_LINE_MAX + PH_SECRET_MAX + 2);
	err = ph_buf_append(&b, user);
	if (err == PH_OK && secret != NULL)
		err = ph_buf_append_char(&b, ':');
	if (err == PH_OK && secret != NULL)
		err = ph_buf_append(&b, ph_secret_span(secret));
	if (err == PH_OK)
		err = put(w, option, ph_buf_span(&b));
	ph_buf_wipe(&b);
	return err;
}

/* Another one it would refuse. */
static bool is_known(struct ph_span mechanism)
{
	struct ph_span rest = PH_SPAN("LOGIN PLAIN CRAM-MD5 GSSAPI EXTERNAL "
				      "NTLM XOAUTH2 OAUTHBEARER SCRAM-SHA-1 "
				      "SCRAM-SHA-256");
	struct ph_span one;

	while (ph_span_split(&rest, ' ', &one)) {
		if (ph_span_eq_nocase(mechanism, one))
			return true;
	}
	return false;
}

static enum ph_err put_mechanisms(struct ph_foreign_writer *w)
{
	const struct ph_connection *c = &w->profile->connection;
	struct ph_buf b;
	enum ph_err err = PH_OK;

	ph_buf_init(&b, PH_SETTINGS_LINE_MAX * 2);
	for (size_t i = 0; err == PH_OK && i < c->mechanism_count; i++) {
		if (!is_known(c->mechanisms[i]))
			continue;
		err = ph_buf_append_str(&b, b.len == 0 ? "AUTH=" : ";AUTH=");
		if (err == PH_OK)
			err = ph_buf_append(&b, c->mechanisms[i]);
	}
	if (err == PH_OK)
		err = put(w, "--login-options", ph_buf_span(&b));
	ph_buf_release(&b);
	return err;
}

static enum ph_err put_login(struct ph_foreign_writer *w)
{
	const struct ph_secret *secret = ph_foreign_secret(w, PH_ROLE_PASSWORD);
	bool is_token = ph_connection_wants_token(&w->profile->connection);
	struct ph_span user = ph_foreign_value(w, "username");
	enum ph_err err = PH_OK;

	if (ph_foreign_is(w, "anonymous", "yes"))
		return PH_OK;
	err = put_user(w, "--user", user, is_token ? NULL : secret);
	if (err == PH_OK && is_token && secret != NULL)
		err = put(w, "--oauth2-bearer", ph_secret_span(secret));
	return err == PH_OK ? put_mechanisms(w) : err;
}

static enum ph_err put_proxy(struct ph_foreign_writer *w)
{
	struct ph_span type = ph_foreign_value(w, "proxy.type");
	struct ph_buf b;
	enum ph_err err;

	if (ph_foreign_is(w, "proxy.type", "none") ||
	    ph_foreign_is(w, "proxy.type", "system"))
		return PH_OK;
	ph_buf_init(&b, PH_SETTINGS_LINE_MAX);
	err = ph_buf_append(&b, type);
	/* It looks the server's name up, not we. */
	if (err == PH_OK) {
		err = ph_buf_append_str(&b,
		    ph_foreign_is(w, "proxy.type", "socks5") ? "h://" : "://");
	}
	if (err == PH_OK)
		err = append_host(&b, ph_foreign_value(w, "proxy.host"));
	if (err == PH_OK)
		err = ph_buf_append_char(&b, ':');
	if (err == PH_OK)
		err = ph_buf_append(&b, ph_foreign_value(w, "proxy.port"));
	if (err == PH_OK)
		err = put(w, "--proxy", ph_buf_span(&b));
	ph_buf_release(&b);
	if (err == PH_OK)
		err = put_setting(w, "--proxy-cacert", "proxy.ca-file");
	if (err != PH_OK || !ph_foreign_is(w, "proxy.use-credentials", "yes"))
		return err;
	return put_user(w, "--proxy-user",
	    ph_foreign_value(w, "proxy.username"),
	    ph_foreign_secret(w, PH_ROLE_PROXY));
}

static enum ph_err put_rest(struct ph_foreign_writer *w)
{
	uint64_t ms = ph_foreign_milliseconds(w, "timeout");
	struct ph_span address = { 0 };
	struct ph_span name = { 0 };
	enum ph_err err = ph_foreign_from(w, &address, &name);

	if (err == PH_OK)
		err = put(w, "--mail-from", address);
	if (err == PH_OK && ms > 0) {
		err = ph_buf_appendf(w->text, " \\\n    --connect-timeout %llu",
		    (unsigned long long)(ms / 1000));
	}
	if (err == PH_OK && ms % 1000 > 0) {
		err = ph_buf_appendf(
		    w->text, ".%03llu", (unsigned long long)(ms % 1000));
	}
	return err == PH_OK ? put_setting(w, "--interface", "source-address")
			    : err;
}

/* Recipients and message are what the command's own arguments say:
   sh FILE --mail-rcpt ann@example.com -T message.eml */
enum ph_err ph_foreign_write_curl(struct ph_foreign_writer *w)
{
	static ph_foreign_write_fn *const steps[] = { put_server, put_tls,
		put_login, put_proxy, put_rest };
	enum ph_err err = ph_buf_append_str(w->text,
	    "# sh FILE --mail-rcpt ADDRESS --upload-file MESSAGE\n"
	    "curl");

	for (size_t i = 0; err == PH_OK && i < PH_COUNT(steps); i++)
		err = steps[i](w);
	return err == PH_OK ? put_flag(w, "\"$@\"\n") : err;
}
