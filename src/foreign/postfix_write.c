#include "foreign/formats.h"

#include "base/pin.h"

#include "connection/value.h"

static enum ph_err put(
    struct ph_foreign_writer *w, const char *name, struct ph_span value)
{
	/* A $ names another parameter: there is no way to write one. */
	if (value.len == 0 || ph_span_find(value, '$') < value.len)
		return PH_OK;

	enum ph_err err = ph_buf_appendf(w->text, "%s = ", name);

	if (err == PH_OK)
		err = ph_buf_append(w->text, value);
	return err == PH_OK ? ph_buf_append_char(w->text, '\n') : err;
}

static enum ph_err put_setting(
    struct ph_foreign_writer *w, const char *name, const char *setting)
{
	return put(w, name, ph_foreign_value(w, setting));
}

static enum ph_err append_relayhost(
    struct ph_foreign_writer *w, struct ph_buf *b)
{
	struct ph_span host = ph_foreign_value(w, "host");
	bool is_v6 = ph_span_find(host, ':') < host.len;
	enum ph_err err = ph_buf_append_str(b, is_v6 ? "[ipv6:" : "[");

	if (err == PH_OK)
		err = ph_buf_append(b, host);
	if (err == PH_OK)
		err = ph_buf_append_str(b, "]:");
	return err == PH_OK ? ph_buf_append(b, ph_foreign_value(w, "port"))
			    : err;
}

static enum ph_err put_level(struct ph_foreign_writer *w)
{
	bool first = ph_foreign_is(w, "encryption", "before-connect");
	const char *level = "secure";

	if (ph_foreign_is(w, "encryption", "none")) {
		level = "none";
	} else if (ph_foreign_is(w, "encryption", "wanted")) {
		level = "may";
	} else if (ph_foreign_is(w, "verify", "off")) {
		level = "encrypt";
	} else if (ph_foreign_is(w, "verify", "pin")) {
		level = "fingerprint";
	}

	enum ph_err err = ph_buf_appendf(w->text,
	    "smtp_tls_security_level = %s\nsmtp_tls_wrappermode = %s\n", level,
	    first ? "yes" : "no");

	if (err != PH_OK || strcmp(level, "secure") != 0)
		return err;
	return put(w, "smtp_tls_secure_cert_match",
	    ph_foreign_value(w, "verify-name").len > 0
		? ph_foreign_value(w, "verify-name")
		: PH_SPAN("nexthop"));
}

static enum ph_err append_pin(struct ph_buf *b, struct ph_span pin)
{
	unsigned char raw[PH_PIN_LEN] = { 0 };
	enum ph_err err = PH_OK;

	if (!ph_pin_parse(pin, raw))
		return PH_OK;
	if (b->len > 0)
		err = ph_buf_append_char(b, '|');
	for (size_t i = 0; err == PH_OK && i < sizeof(raw); i++)
		err = ph_buf_appendf(b, "%s%02X", i > 0 ? ":" : "", raw[i]);
	return err;
}

static enum ph_err put_pins(struct ph_foreign_writer *w)
{
	struct ph_span rest = ph_foreign_value(w, "pin");
	struct ph_span one;
	struct ph_buf b;
	enum ph_err err = PH_OK;

	if (!ph_foreign_is(w, "verify", "pin"))
		return PH_OK;
	ph_buf_init(&b, 4 * PH_SETTINGS_LINE_MAX);
	while (err == PH_OK && ph_value_next(&rest, &one))
		err = append_pin(&b, one);
	if (err == PH_OK)
		err = put(w, "smtp_tls_fingerprint_digest", PH_SPAN("sha256"));
	if (err == PH_OK) {
		err =
		    put(w, "smtp_tls_fingerprint_cert_match", ph_buf_span(&b));
	}
	ph_buf_release(&b);
	return err;
}

static enum ph_err put_versions(struct ph_foreign_writer *w)
{
	static const char *const names[] = { "TLSv1", "TLSv1.1", "TLSv1.2",
		"TLSv1.3" };
	unsigned versions = w->profile->connection.tls_versions;
	struct ph_buf b;
	enum ph_err err = PH_OK;

	ph_buf_init(&b, 128);
	for (unsigned i = 0; err == PH_OK && i < PH_COUNT(names); i++) {
		if ((versions >> i & 1) == 0)
			continue;
		if (b.len > 0)
			err = ph_buf_append_str(&b, ", ");
		if (err == PH_OK)
			err = ph_buf_append_str(&b, names[i]);
	}
	if (err == PH_OK)
		err = put(w, "smtp_tls_protocols", ph_buf_span(&b));
	if (err == PH_OK)
		err = put(w, "smtp_tls_mandatory_protocols", ph_buf_span(&b));
	ph_buf_release(&b);
	return err;
}

static enum ph_err put_tls(struct ph_foreign_writer *w)
{
	enum ph_err err = put_level(w);
	struct ph_span ca = ph_foreign_value(w, "ca-file");

	if (err != PH_OK || ph_foreign_is(w, "encryption", "none"))
		return err;
	err = put_pins(w);
	if (err == PH_OK)
		err = put_versions(w);
	/* It trusts nobody unless told whom. */
	if (err == PH_OK) {
		err = put(w, "smtp_tls_CAfile",
		    ca.len > 0 ? ca
			       : PH_SPAN("/etc/ssl/certs/ca-certificates.crt"));
	}
	if (err == PH_OK) {
		err =
		    put_setting(w, "smtp_tls_cert_file", "client-certificate");
	}
	return err == PH_OK ? put_setting(w, "smtp_tls_key_file", "client-key")
			    : err;
}

/* The map's line, a comment where the map has no file of its own. */
static enum ph_err put_map(struct ph_foreign_writer *w)
{
	bool alone = w->in->map_path[0] != '\0';
	struct ph_buf *b = alone ? w->map : w->text;
	const struct ph_secret *secret = ph_foreign_secret(w, PH_ROLE_PASSWORD);
	struct ph_span user = ph_foreign_value(w, "username");
	enum ph_err err = ph_buf_append_str(b, alone ? "" : "#sasl_passwd ");

	/* A colon ends the user name there. */
	if (ph_span_find(user, ':') < user.len)
		user = PH_SPAN("");
	if (err == PH_OK)
		err = append_relayhost(w, b);
	if (err == PH_OK)
		err = ph_buf_append_char(b, ' ');
	if (err == PH_OK)
		err = ph_buf_append(b, user);
	if (err == PH_OK)
		err = ph_buf_append_char(b, ':');
	if (err == PH_OK && secret != NULL)
		err = ph_buf_append(b, ph_secret_span(secret));
	return err == PH_OK ? ph_buf_append_char(b, '\n') : err;
}

static enum ph_err put_mechanisms(struct ph_foreign_writer *w)
{
	const struct ph_connection *c = &w->profile->connection;
	enum ph_err err = PH_OK;

	if (c->mechanism_count == 0)
		return PH_OK;
	err = ph_buf_append_str(w->text, "smtp_sasl_mechanism_filter =");
	for (size_t i = 0; err == PH_OK && i < c->mechanism_count; i++) {
		err = ph_buf_append_str(w->text, i > 0 ? ", " : " ");
		if (err == PH_OK)
			err = ph_buf_append(w->text, c->mechanisms[i]);
	}
	return err == PH_OK ? ph_buf_append_char(w->text, '\n') : err;
}

static enum ph_err put_login(struct ph_foreign_writer *w)
{
	bool no_login = ph_foreign_is(w, "anonymous", "yes");
	bool plain = ph_foreign_is(w, "allow-plaintext-password", "yes") ||
	    ph_foreign_is(w, "encryption", "none");
	const char *path = w->in->map_path[0] == '\0'
	    ? "/etc/postfix/sasl_passwd"
	    : w->in->map_path;
	enum ph_err err = ph_buf_appendf(
	    w->text, "smtp_sasl_auth_enable = %s\n", no_login ? "no" : "yes");

	if (err != PH_OK || no_login)
		return err;
	err = ph_buf_appendf(
	    w->text, "smtp_sasl_password_maps = texthash:%s\n", path);
	/* Its default refuses PLAIN and LOGIN also under TLS. */
	if (err == PH_OK && !plain) {
		err = put(w, "smtp_sasl_security_options",
		    PH_SPAN("noanonymous, noplaintext"));
	}
	if (err == PH_OK && plain) {
		err = put(
		    w, "smtp_sasl_security_options", PH_SPAN("noanonymous"));
	}
	if (err == PH_OK) {
		err = put(w, "smtp_sasl_tls_security_options",
		    PH_SPAN("noanonymous"));
	}
	if (err == PH_OK)
		err = put_mechanisms(w);
	return err;
}

static enum ph_err put_time(
    struct ph_foreign_writer *w, const char *name, const char *setting)
{
	uint64_t seconds = ph_foreign_seconds(w, setting);

	return seconds == 0 ? PH_OK
			    : ph_buf_appendf(w->text, "%s = %llus\n", name,
				  (unsigned long long)seconds);
}

static enum ph_err put_times(struct ph_foreign_writer *w)
{
	static const struct {
		const char *name;
		const char *setting;
	} times[] = {
		{ "smtp_connect_timeout", "timeout" },
		{ "smtp_mail_timeout", "timeout-mail" },
		{ "smtp_rcpt_timeout", "timeout-rcpt" },
		{ "smtp_data_init_timeout", "timeout-data" },
		{ "smtp_data_xfer_timeout", "timeout-block" },
		{ "smtp_data_done_timeout", "timeout-final" },
		{ "smtp_connection_reuse_time_limit", "session-age" },
	};
	enum ph_err err = PH_OK;

	for (size_t i = 0; err == PH_OK && i < PH_COUNT(times); i++)
		err = put_time(w, times[i].name, times[i].setting);
	return err;
}

static enum ph_err put_limits(struct ph_foreign_writer *w)
{
	const struct ph_connection *c = &w->profile->connection;
	enum ph_err err = ph_buf_appendf(w->text,
	    "smtp_destination_concurrency_limit = %u\n"
	    "smtp_connection_reuse_count_limit = %u\n",
	    c->sessions, c->messages_per_session);

	if (err == PH_OK && c->recipients_per_message > 0) {
		err = ph_buf_appendf(w->text,
		    "smtp_destination_recipient_limit = %u\n",
		    c->recipients_per_message);
	}
	if (err == PH_OK && c->size > 0) {
		err = ph_buf_appendf(w->text, "message_size_limit = %llu\n",
		    (unsigned long long)c->size);
	}
	return err;
}

static enum ph_err put_rest(struct ph_foreign_writer *w)
{
	struct ph_span address = ph_foreign_value(w, "source-address");
	bool is_v6 = ph_span_find(address, ':') < address.len;
	enum ph_err err = put_setting(w, "smtp_helo_name", "helo");

	if (err == PH_OK) {
		err = put(w, is_v6 ? "smtp_bind_address6" : "smtp_bind_address",
		    address);
	}
	if (err == PH_OK)
		err = put_times(w);
	return err == PH_OK ? put_limits(w) : err;
}

enum ph_err ph_foreign_write_postfix(struct ph_foreign_writer *w)
{
	static ph_foreign_write_fn *const steps[] = { put_login, put_tls,
		put_rest };
	enum ph_err err = ph_buf_append_str(w->text, "relayhost = ");

	if (err == PH_OK)
		err = append_relayhost(w, w->text);
	if (err == PH_OK)
		err = ph_buf_append_char(w->text, '\n');
	for (size_t i = 0; err == PH_OK && i < PH_COUNT(steps); i++)
		err = steps[i](w);
	if (err != PH_OK || ph_foreign_is(w, "anonymous", "yes"))
		return err;
	if (w->in->map_path[0] == '\0') {
		err = ph_buf_append_str(w->text,
		    "# /etc/postfix/sasl_passwd, of mode 0600, without the "
		    "word before it:\n");
	}
	return err == PH_OK ? put_map(w) : err;
}
