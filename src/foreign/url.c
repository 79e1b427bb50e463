#include "foreign/formats.h"

#include "foreign/preset.h"
#include "foreign/uri.h"

/* URLs that name a transport: nodemailer's connection string, Symfony's
   MAILER_DSN, EMAIL_URL of Django; one a line, alone or as NAME=URL of an
   environment file. */

static const struct {
	const char *scheme;
	const char *encryption; /* NULL: by port and query */
	const char *port;
} schemes[] = {
	{ "smtp", NULL, "25" },
	{ "smtps", "before-connect", "465" },
	{ "smtp+tls", "after-connect", "587" },
	{ "smtp+starttls", "after-connect", "587" },
	{ "smtp+ssl", "before-connect", "465" },
	{ "smtp+none", "none", "25" },
	{ "submission", "after-connect", "587" },
	{ "submissions", "before-connect", "465" },
};

static const char rate[] = "see the settings rate and sessions";

/* What a query may say.  setting NULL: it is lost, why is said. */
static const struct {
	const char *name;
	const char *setting;
	const char *why;
} params[] = {
	{ "auth_mode", "mechanisms", NULL },
	{ "authMethod", "mechanisms", NULL },
	{ "local_domain", "helo", NULL },
	{ "name", "helo", NULL },
	{ "source_ip", "source-address", NULL },
	{ "localAddress", "source-address", NULL },
	{ "maxConnections", "sessions", NULL },
	{ "maxMessages", "messages-per-session", NULL },
	{ "tls.servername", "verify-name", NULL },
	{ "timeout", "timeout", NULL },
	{ "restart_threshold", "messages-per-session", NULL },
	{ "peer_fingerprint", NULL,
	    "it is the certificate's, and posthaste pins the key" },
	{ "max_per_second", NULL, rate },
	{ "rateLimit", NULL, rate },
	{ "rateDelta", NULL, rate },
	{ "restart_threshold_sleep", NULL, rate },
	{ "proxy", NULL, "see the settings of [proxy]" },
	{ "ping_threshold", NULL, "an old session is closed (session-age)" },
};

struct url {
	struct ph_foreign_reader *r;
	struct ph_foreign_uri uri;
	const char *encryption;
	struct ph_span region;
};

static bool is_false(struct ph_span s)
{
	return ph_span_eq(s, PH_SPAN("0")) ||
	    ph_span_eq_nocase(s, PH_SPAN("false")) ||
	    ph_span_eq_nocase(s, PH_SPAN("no")) ||
	    ph_span_eq_nocase(s, PH_SPAN("off"));
}

/* Says how TLS begins: nodemailer's words, then Symfony's, then older ones. */
static bool take_mode(struct url *u, struct ph_span name, struct ph_span value)
{
	bool yes = ph_foreign_is_true(value);

	if (ph_span_eq(name, PH_SPAN("secure"))) {
		if (yes)
			u->encryption = "before-connect";
	} else if (ph_span_eq(name, PH_SPAN("requireTLS")) ||
	    ph_span_eq(name, PH_SPAN("require_tls"))) {
		if (yes)
			u->encryption = "after-connect";
	} else if (ph_span_eq(name, PH_SPAN("ignoreTLS"))) {
		if (yes)
			u->encryption = "none";
	} else if (ph_span_eq(name, PH_SPAN("auto_tls"))) {
		if (is_false(value))
			u->encryption = "none";
	} else if (ph_span_eq(name, PH_SPAN("encryption")) ||
	    ph_span_eq(name, PH_SPAN("crypto"))) {
		u->encryption = ph_span_eq_nocase(value, PH_SPAN("ssl"))
		    ? "before-connect"
		    : "after-connect";
	} else {
		return ph_span_eq(name, PH_SPAN("pool")) ||
		    ph_span_eq(name, PH_SPAN("logger")) ||
		    ph_span_eq(name, PH_SPAN("debug"));
	}
	return true;
}

/* true and false are words of a query, too. */
static enum ph_err take_verify(struct url *u, struct ph_span value)
{
	return is_false(value)
	    ? ph_foreign_set(u->r, "verify", PH_SPAN("off"), "verify_peer")
	    : PH_OK;
}

static enum ph_err take_param(
    struct url *u, struct ph_span name, struct ph_span value)
{
	if (take_mode(u, name, value))
		return PH_OK;
	if (ph_span_eq(name, PH_SPAN("verify_peer")) ||
	    ph_span_eq(name, PH_SPAN("tls.rejectUnauthorized")))
		return take_verify(u, value);
	if (ph_span_eq(name, PH_SPAN("region"))) {
		u->region = value;
		return PH_OK;
	}
	for (size_t i = 0; i < PH_COUNT(params); i++) {
		if (!ph_span_eq(name, ph_span_of(params[i].name)))
			continue;
		if (params[i].setting == NULL)
			return ph_foreign_lose(u->r, name, params[i].why);
		return ph_foreign_uri_set(
		    u->r, params[i].setting, value, params[i].name);
	}
	return ph_foreign_lose(u->r, name, "posthaste does not know it");
}

static enum ph_err take_query(struct url *u)
{
	struct ph_span rest = u->uri.query;
	struct ph_span one;
	enum ph_err err = PH_OK;

	while (
	    err == PH_OK && rest.len > 0 && ph_span_split(&rest, '&', &one)) {
		size_t equals = ph_span_find(one, '=');

		if (one.len == 0)
			continue;
		err = take_param(u, ph_span_first(one, equals),
		    ph_span_skip(one, equals < one.len ? equals + 1 : one.len));
	}
	return err;
}

static enum ph_err put_server(struct url *u, size_t scheme)
{
	struct ph_span port = u->uri.port;
	const char *mode = u->encryption;

	if (port.len == 0) {
		port = mode != NULL && strcmp(mode, "before-connect") == 0
		    ? PH_SPAN("465")
		    : ph_span_of(schemes[scheme].port);
	}
	/* Symfony: TLS first on 465, else STARTTLS where it is offered. */
	if (mode == NULL) {
		mode = ph_span_eq(port, PH_SPAN("465")) ? "before-connect"
							: "wanted";
	}

	enum ph_err err = ph_foreign_uri_set(u->r, "host", u->uri.host, "host");
	if (err == PH_OK)
		err = ph_foreign_set(u->r, "port", port, "port");
	return err == PH_OK
	    ? ph_foreign_set(u->r, "encryption", ph_span_of(mode), "scheme")
	    : err;
}

static enum ph_err read_plain(struct url *u, size_t scheme)
{
	u->encryption = schemes[scheme].encryption;

	enum ph_err err = take_query(u);

	if (err == PH_OK)
		err = put_server(u, scheme);
	return err == PH_OK ? ph_foreign_uri_login(u->r, &u->uri, "URL") : err;
}

/* gmail+smtp://USER:PASSWORD@default: the provider's server is ours to know. */
static enum ph_err read_preset(struct url *u, struct ph_span word)
{
	enum ph_err err = take_query(u);

	if (err == PH_OK)
		err = ph_foreign_take_preset(u->r, word, u->region, "URL");
	if (err == PH_OK && u->uri.host.len > 0 &&
	    !ph_span_eq(u->uri.host, PH_SPAN("default")))
		err = ph_foreign_uri_set(u->r, "host", u->uri.host, "host");
	if (err == PH_OK && u->uri.port.len > 0)
		err = ph_foreign_set(u->r, "port", u->uri.port, "port");
	if (err != PH_OK)
		return err;
	/* A provider whose user name is the same for all is given the key
	   alone. */
	if (u->uri.has_user && !u->uri.has_password &&
	    ph_foreign_preset_is_fixed(word, u->region)) {
		return ph_foreign_uri_keep(
		    u->r, PH_ROLE_PASSWORD, u->uri.user, "URL");
	}
	return ph_foreign_uri_login(u->r, &u->uri, "URL");
}

static bool is_smtp(struct ph_span kind)
{
	return ph_span_eq_nocase(kind, PH_SPAN("smtp")) ||
	    ph_span_eq_nocase(kind, PH_SPAN("smtps"));
}

static enum ph_err read_url(struct url *u)
{
	struct ph_span scheme = u->uri.scheme;
	size_t plus = ph_span_find(scheme, '+');
	enum ph_err err = ph_foreign_begin(u->r, PH_SPAN(""));

	if (err != PH_OK)
		return err;
	for (size_t i = 0; i < PH_COUNT(schemes); i++) {
		if (ph_span_eq_nocase(scheme, ph_span_of(schemes[i].scheme)))
			return read_plain(u, i);
	}
	if (plus < scheme.len && is_smtp(ph_span_skip(scheme, plus + 1)))
		return read_preset(u, ph_span_first(scheme, plus));
	if (plus < scheme.len) {
		return ph_foreign_refuse(u->r,
		    "it goes by the provider's own interface, not by SMTP");
	}
	return ph_foreign_refuse(u->r, "the URL's scheme is not one of SMTP");
}

/* NAME=, export, and the quotes of an environment file are taken off. */
static struct ph_span strip(struct ph_span line)
{
	size_t equals = ph_span_find(line, '=');
	size_t colon = ph_span_find(line, ':');

	if (equals < colon)
		line = ph_span_trim(ph_span_skip(line, equals + 1));
	if (line.len >= 2 && (line.ptr[0] == '"' || line.ptr[0] == '\'') &&
	    line.ptr[line.len - 1] == line.ptr[0])
		line = ph_span_first(ph_span_skip(line, 1), line.len - 2);
	return line;
}

enum ph_err ph_foreign_read_url(struct ph_foreign_reader *r)
{
	struct ph_span rest = r->text;
	struct ph_span line;
	enum ph_err err = PH_OK;

	while (err == PH_OK && ph_foreign_next_line(r, &rest, &line)) {
		struct url u = { .r = r };

		if (line.len == 0 || line.ptr[0] == '#')
			continue;

		bool alone = ph_foreign_uri_split(line, &u.uri);

		if (!ph_foreign_uri_split(strip(line), &u.uri))
			continue;
		/* Other URLs of an environment file are not about mail. */
		if (alone || ph_foreign_uri_is_mail(u.uri.scheme))
			err = read_url(&u);
	}
	return err;
}

bool ph_foreign_uri_is_mail(struct ph_span scheme)
{
	size_t plus = ph_span_find(scheme, '+');

	for (size_t i = 0; i < PH_COUNT(schemes); i++) {
		if (ph_span_eq_nocase(scheme, ph_span_of(schemes[i].scheme)))
			return true;
	}
	return plus < scheme.len && is_smtp(ph_span_skip(scheme, plus + 1));
}
