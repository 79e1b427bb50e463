#include "foreign/formats.h"

#include "foreign/command.h"

enum {
	/* msmtp 1.8 refuses a configuration with a longer line. */
	LINE_MAX = 500
};

/* In quotes: nothing inside them is special. */
static enum ph_err put(
    struct ph_foreign_writer *w, const char *key, struct ph_span value)
{
	if (value.len == 0 || strlen(key) + value.len + 3 > LINE_MAX)
		return PH_OK;

	enum ph_err err = ph_buf_append_str(w->text, key);

	if (err == PH_OK)
		err = ph_buf_append_str(w->text, " \"");
	if (err == PH_OK)
		err = ph_buf_append(w->text, value);
	return err == PH_OK ? ph_buf_append_str(w->text, "\"\n") : err;
}

static enum ph_err put_setting(
    struct ph_foreign_writer *w, const char *key, const char *setting)
{
	return put(w, key, ph_foreign_value(w, setting));
}

static enum ph_err put_word(
    struct ph_foreign_writer *w, const char *key, const char *word)
{
	return ph_buf_appendf(w->text, "%s %s\n", key, word);
}

static enum ph_err put_encryption(struct ph_foreign_writer *w)
{
	bool none = ph_foreign_is(w, "encryption", "none");
	bool first = ph_foreign_is(w, "encryption", "before-connect");
	enum ph_err err = put_word(w, "tls", none ? "off" : "on");

	if (err != PH_OK || none)
		return err;
	/* It has no "when offered": what is wanted is demanded. */
	return put_word(w, "tls_starttls", first ? "off" : "on");
}

static enum ph_err put_trust(struct ph_foreign_writer *w)
{
	if (!ph_foreign_is(w, "verify", "ca"))
		return put_word(w, "tls_certcheck", "off");
	if (ph_foreign_value(w, "ca-file").len > 0)
		return put_setting(w, "tls_trust_file", "ca-file");
	return put_word(w, "tls_trust_file", "system");
}

static enum ph_err put_tls(struct ph_foreign_writer *w)
{
	enum ph_err err = put_encryption(w);
	if (err == PH_OK)
		err = put_trust(w);
	if (err == PH_OK)
		err = put_setting(w, "tls_host_override", "verify-name");
	if (err == PH_OK)
		err = put_setting(w, "tls_cert_file", "client-certificate");
	return err == PH_OK ? put_setting(w, "tls_key_file", "client-key")
			    : err;
}

/* msmtp 1.8 binds to no channel by name; it does by itself. */
static bool is_unknown(struct ph_span mechanism)
{
	static const struct ph_span plus = PH_SPAN_INIT("-PLUS");

	return mechanism.len > plus.len &&
	    ph_span_eq_nocase(
		ph_span_skip(mechanism, mechanism.len - plus.len), plus);
}

/* One mechanism, or whichever is best. */
static enum ph_err put_auth(struct ph_foreign_writer *w)
{
	const struct ph_connection *c = &w->profile->connection;
	char method[32];

	if (ph_foreign_is(w, "anonymous", "yes"))
		return put_word(w, "auth", "off");
	if (c->mechanism_count != 1 || is_unknown(c->mechanisms[0]) ||
	    c->mechanisms[0].len >= sizeof(method))
		return put_word(w, "auth", "on");
	for (size_t i = 0; i <= c->mechanisms[0].len; i++) {
		bool end = i == c->mechanisms[0].len;

		method[i] = end ? '\0' : c->mechanisms[0].ptr[i];
		if (method[i] >= 'A' && method[i] <= 'Z')
			method[i] = (char)(method[i] + ('a' - 'A'));
	}
	return put_word(w, "auth", method);
}

static enum ph_err put_command(struct ph_foreign_writer *w)
{
	struct ph_buf command;

	ph_buf_init(&command, PH_SETTINGS_LINE_MAX);

	enum ph_err err = ph_foreign_write_command(
	    ph_foreign_value(w, "password-from"), &command);

	if (err == PH_OK) {
		err = put(w, "passwordeval", ph_buf_span(&command));
	} else if (err == PH_ETOOBIG) {
		err = PH_OK;
	} else if (err == PH_ENOTFOUND) {
		err = ph_buf_append_str(w->text,
		    "# the password is not here; msmtp takes it from a "
		    "command:\n# passwordeval \"pass show mail\"\n");
	}
	ph_buf_wipe(&command);
	return err;
}

static enum ph_err put_login(struct ph_foreign_writer *w)
{
	const struct ph_secret *secret = ph_foreign_secret(w, PH_ROLE_PASSWORD);
	enum ph_err err = put_auth(w);

	if (err == PH_OK)
		err = put_setting(w, "user", "username");
	if (err == PH_OK)
		err = put_setting(w, "ntlmdomain", "domain");
	if (err != PH_OK || ph_foreign_is(w, "anonymous", "yes"))
		return err;
	return secret != NULL ? put(w, "password", ph_secret_span(secret))
			      : put_command(w);
}

static enum ph_err put_from(struct ph_foreign_writer *w)
{
	struct ph_span address = { 0 };
	struct ph_span name = { 0 };
	enum ph_err err = ph_foreign_from(w, &address, &name);
	if (err == PH_OK)
		err = put(w, "from", address);
	return err == PH_OK ? put(w, "from_full_name", name) : err;
}

static enum ph_err put_proxy(struct ph_foreign_writer *w)
{
	if (!ph_foreign_is(w, "proxy.type", "socks5"))
		return PH_OK;

	enum ph_err err = put_setting(w, "proxy_host", "proxy.host");

	return err == PH_OK ? put_setting(w, "proxy_port", "proxy.port") : err;
}

static enum ph_err put_server(struct ph_foreign_writer *w)
{
	enum ph_err err = put_setting(w, "host", "host");
	if (err == PH_OK)
		err = put_setting(w, "port", "port");
	if (err == PH_OK && ph_foreign_seconds(w, "timeout") > 0) {
		err = ph_buf_appendf(w->text, "timeout %llu\n",
		    (unsigned long long)ph_foreign_seconds(w, "timeout"));
	}
	if (err == PH_OK)
		err = put_setting(w, "source_ip", "source-address");
	return err == PH_OK ? put_setting(w, "domain", "helo") : err;
}

enum ph_err ph_foreign_write_msmtprc(struct ph_foreign_writer *w)
{
	static enum ph_err (*const steps[])(struct ph_foreign_writer *
	    w) = { put_server, put_tls, put_login, put_from, put_proxy };
	enum ph_err err = ph_buf_appendf(w->text, "account %s\n", w->in->name);

	for (size_t i = 0; err == PH_OK && i < PH_COUNT(steps); i++)
		err = steps[i](w);
	if (err == PH_OK && strcmp(w->in->name, "default") != 0) {
		err = ph_buf_appendf(
		    w->text, "\naccount default : %s\n", w->in->name);
	}
	return err;
}
