#include "connection/nearest.h"
#include "connection/settings.h"

#define MECHANISMS                                                     \
 "auto SCRAM-SHA-256-PLUS SCRAM-SHA-256 SCRAM-SHA-1-PLUS SCRAM-SHA-1 " \
 "OAUTHBEARER XOAUTH2 GSSAPI EXTERNAL CRAM-MD5 NTLM LOGIN PLAIN "      \
 "ANONYMOUS"

const struct ph_setting ph_settings[] = {
	{ "connection", "default", PH_SETTING_BOOL, "no", "",
	    "The connection used when none is named, and the one that others "
	    "inherit from." },
	{ "connection", "inherits", PH_SETTING_TEXT, "default", "",
	    "The connection whose settings are taken where this one has "
	    "none." },
	{ "connection", "host", PH_SETTING_HOST, "", "",
	    "The server's name or address, with or without its port." },
	{ "connection", "port", PH_SETTING_PORT, "", "",
	    "The server's port; left out, 465, 587 or 25 by the encryption." },
	{ "connection", "encryption", PH_SETTING_ENCRYPTION, "", "",
	    "When TLS begins; left out, before-connect on port 465, "
	    "after-connect on 587, else wanted." },
	{ "connection", "timeout", PH_SETTING_DURATION, "30s", "",
	    "For DNS, connect, proxy, TLS and greeting, each." },
	{ "connection", "timeout-mail", PH_SETTING_DURATION, "", "",
	    "For the reply to MAIL; left out, 5 minutes (RFC 5321)." },
	{ "connection", "timeout-rcpt", PH_SETTING_DURATION, "", "",
	    "For the reply to RCPT; left out, 5 minutes (RFC 5321)." },
	{ "connection", "timeout-data", PH_SETTING_DURATION, "", "",
	    "For the reply to DATA; left out, 2 minutes (RFC 5321)." },
	{ "connection", "timeout-block", PH_SETTING_DURATION, "", "",
	    "For a piece of the message to be taken; left out, 3 minutes (RFC "
	    "5321)." },
	{ "connection", "timeout-final", PH_SETTING_DURATION, "", "",
	    "For the reply to the final dot; left out, 10 minutes (RFC "
	    "5321)." },
	{ "connection", "code-page", PH_SETTING_TEXT, "utf-8", "",
	    "The charset of composed messages." },
	{ "connection", "helo", PH_SETTING_TEXT, "", "",
	    "The name given in EHLO; left out, this host's full name if it "
	    "resolves, else its address." },
	{ "connection", "source-address", PH_SETTING_TEXT, "", "",
	    "The local address to connect from." },
	{ "connection", "memory", PH_SETTING_BOOL, "yes", "",
	    "What is seen of the server is remembered, and used." },

	{ "authentication", "mechanisms", PH_SETTING_WORDS, "auto", MECHANISMS,
	    "The login mechanisms allowed, in the order to try; auto: the "
	    "strongest that the server offers." },
	{ "authentication", "username", PH_SETTING_TEXT, "", "",
	    "The user name of the login." },
	{ "authentication", "password-from", PH_SETTING_SECRET_SOURCE, "", "",
	    "Where the password comes from; left out, what `secret set` "
	    "stored." },
	{ "authentication", "domain", PH_SETTING_TEXT, "", "",
	    "The Windows domain of the login." },
	{ "authentication", "anonymous", PH_SETTING_BOOL, "no", "",
	    "No login is made." },
	{ "authentication", "attempts", PH_SETTING_COUNT, "2", "",
	    "How many logins may be refused for an account in an hour." },
	{ "authentication", "allow-plaintext-password", PH_SETTING_BOOL, "no",
	    "", "The password may travel without TLS." },

	{ "oauth", "provider", PH_SETTING_WORD, "none",
	    "none google microsoft yahoo",
	    "Whose sign-in `login` uses; the other settings here may replace "
	    "each of its own." },
	{ "oauth", "grant", PH_SETTING_WORD, "device-code",
	    "device-code client-credentials",
	    "How the first token is got: by a person's consent, or by the "
	    "client itself." },
	{ "oauth", "client-id", PH_SETTING_TEXT, "", "",
	    "The application's id, as registered with the provider." },
	{ "oauth", "client-secret-from", PH_SETTING_SECRET_SOURCE, "", "",
	    "Where the application's secret comes from, if it has one." },
	{ "oauth", "tenant", PH_SETTING_TEXT, "", "",
	    "The directory of the organisation (Microsoft); left out, any." },
	{ "oauth", "scope", PH_SETTING_TEXT, "", "",
	    "What is asked for; left out, the provider's scope for sending." },
	{ "oauth", "device-endpoint", PH_SETTING_TEXT, "", "",
	    "The URL where a device code is asked for (RFC 8628)." },
	{ "oauth", "token-endpoint", PH_SETTING_TEXT, "", "",
	    "The URL where tokens are given out." },
	{ "oauth", "ca-file", PH_SETTING_TEXT, "", "",
	    "A file of certificates to trust there instead of the "
	    "system's." },

	{ "encryption", "tls-versions", PH_SETTING_WORDS, "1.2 1.3",
	    "1.0 1.1 1.2 1.3", "The versions of TLS allowed." },
	{ "encryption", "verify", PH_SETTING_WORD, "ca", "ca pin off",
	    "How the server's certificate is checked: by its issuer and name, "
	    "by its pinned key, or not at all." },
	{ "encryption", "ca-file", PH_SETTING_TEXT, "", "",
	    "A file of certificates to trust instead of the system's." },
	{ "encryption", "pin", PH_SETTING_WORDS, "", "",
	    "The SHA-256 of the server's public key, one or more." },
	{ "encryption", "verify-name", PH_SETTING_TEXT, "", "",
	    "The name that the certificate must hold; left out, the host." },
	{ "encryption", "client-certificate", PH_SETTING_TEXT, "", "",
	    "A file with the certificate to show to the server, PEM or "
	    "PKCS#12." },
	{ "encryption", "client-key", PH_SETTING_TEXT, "", "",
	    "A file with its key; left out, the same file." },
	{ "encryption", "client-key-password-from", PH_SETTING_SECRET_SOURCE,
	    "", "", "Where the key's passphrase comes from, if it has one." },

	{ "proxy", "type", PH_SETTING_WORD, "none",
	    "none socks4 socks4a socks5 http https system",
	    "The kind of proxy on the way to the server." },
	{ "proxy", "use-credentials", PH_SETTING_BOOL, "no", "",
	    "Log in to the proxy by user name and password." },
	{ "proxy", "host", PH_SETTING_HOST, "", "",
	    "The proxy's name or address, with or without its port." },
	{ "proxy", "port", PH_SETTING_PORT, "", "", "The proxy's port." },
	{ "proxy", "username", PH_SETTING_TEXT, "", "",
	    "The user name at the proxy." },
	{ "proxy", "password-from", PH_SETTING_SECRET_SOURCE, "", "",
	    "Where the proxy's password comes from." },
	{ "proxy", "domain", PH_SETTING_TEXT, "", "",
	    "The Windows domain of the login at the proxy." },
	{ "proxy", "ca-file", PH_SETTING_TEXT, "", "",
	    "A file of certificates to trust at an https proxy instead of the "
	    "system's." },

	{ "message", "from", PH_SETTING_ADDRESS, "", "",
	    "The sender where none is given." },
	{ "message", "rewrite-from", PH_SETTING_WORD, "never",
	    "never envelope both",
	    "Put `from` in the place of a message's own sender." },

	{ "limits", "sessions", PH_SETTING_COUNT, "2", "",
	    "How many sessions may be open at once." },
	{ "limits", "messages-per-session", PH_SETTING_COUNT, "100", "",
	    "After how many messages a session is closed." },
	{ "limits", "session-age", PH_SETTING_DURATION, "5min", "",
	    "After how long a session is closed." },
	{ "limits", "rate", PH_SETTING_RATE, "", "",
	    "How many messages may be sent in a time." },
	{ "limits", "quota", PH_SETTING_RATE, "", "",
	    "How many messages the provider admits in a time." },
	{ "limits", "recipients-per-message", PH_SETTING_COUNT, "100", "",
	    "How many recipients one transaction may name; 0: any number." },
	{ "limits", "size", PH_SETTING_SIZE, "", "",
	    "The largest message; left out, what the server says." },
};

const size_t ph_settings_count = PH_COUNT(ph_settings);

static bool is_aside(const struct ph_setting *row)
{
	return strcmp(row->section, "proxy") == 0 ||
	    strcmp(row->section, "oauth") == 0;
}

/* Only [proxy] and [oauth] share keys with another section. */
static bool needs_section(const struct ph_setting *row)
{
	static const char shared[] =
	    "host port username password-from domain ca-file";
	struct ph_span rest = ph_span_of(shared);
	struct ph_span name;

	if (!is_aside(row))
		return false;
	while (ph_span_split(&rest, ' ', &name)) {
		if (ph_span_eq(name, ph_span_of(row->name)))
			return true;
	}
	return false;
}

/* "proxy.host": the section stands in the name. */
static void take_section(struct ph_span *section, struct ph_span *name)
{
	size_t dot = ph_span_find(*name, '.');

	if (section->len > 0 || dot == name->len)
		return;
	*section = ph_span_first(*name, dot);
	*name = ph_span_skip(*name, dot + 1);
}

static bool is_in(const struct ph_setting *row, struct ph_span section)
{
	if (section.len == 0)
		return !needs_section(row);
	return ph_span_eq_nocase(section, ph_span_of(row->section));
}

const struct ph_setting *ph_setting_find(
    struct ph_span section, struct ph_span name)
{
	take_section(&section, &name);
	for (size_t i = 0; i < ph_settings_count; i++) {
		const struct ph_setting *row = &ph_settings[i];

		if (is_in(row, section) &&
		    ph_span_eq_nocase(name, ph_span_of(row->name)))
			return row;
	}
	return NULL;
}

static const struct ph_setting *nearest_in(
    struct ph_span section, struct ph_span name)
{
	const struct ph_setting *best = NULL;
	struct ph_nearest n;

	ph_nearest_init(&n, name);
	for (size_t i = 0; i < ph_settings_count; i++) {
		const struct ph_setting *row = &ph_settings[i];

		if (is_in(row, section) &&
		    ph_nearest_offer(&n, ph_span_of(row->name)))
			best = row;
	}
	return best;
}

/* What other programs call it, and ours. */
static const struct {
	const char *words;
	const char *name;
} others[] = {
	{ "password pass passwd passphrase secret passwordeval",
	    "password-from" },
	{ "user login user-name account uid", "username" },
	{ "server hostname address smtp smtp-server mailhost relayhost",
	    "host" },
	{ "ssl tls starttls secure security encrypt", "encryption" },
	{ "auth mechanism auth-mechanism authmethod", "mechanisms" },
	{ "cert certificate client-cert", "client-certificate" },
	{ "key client-key-file", "client-key" },
	{ "ca cafile cacert trust trust-file", "ca-file" },
	{ "fingerprint pinned pinnedpubkey", "pin" },
	{ "certcheck check-certificate insecure", "verify" },
	{ "protocols tls-protocols", "tls-versions" },
	{ "ehlo hello helo-name", "helo" },
	{ "charset encoding", "code-page" },
	{ "bind source-ip local-address interface", "source-address" },
	{ "connect-timeout", "timeout" },
	{ "sender mail-from envelope-from", "from" },
	{ "protocol kind", "type" },
};

static const struct ph_setting *find_anywhere(
    struct ph_span section, struct ph_span name)
{
	const struct ph_setting *row = ph_setting_find(section, name);

	return row != NULL ? row : ph_setting_find((struct ph_span){ 0 }, name);
}

/* By the word of another program, rightly spelt or nearly so. */
static const struct ph_setting *find_other(
    struct ph_span section, struct ph_span name, bool exactly)
{
	const char *best = NULL;
	struct ph_nearest n;

	ph_nearest_init(&n, name);
	for (size_t i = 0; i < PH_COUNT(others); i++) {
		struct ph_span rest = ph_span_of(others[i].words);
		struct ph_span word;

		while (ph_span_split(&rest, ' ', &word)) {
			if (exactly ? ph_span_eq_nocase(name, word)
				    : ph_nearest_offer(&n, word))
				best = others[i].name;
		}
	}
	return best == NULL ? NULL : find_anywhere(section, ph_span_of(best));
}

const struct ph_setting *ph_setting_nearest(
    struct ph_span section, struct ph_span name)
{
	take_section(&section, &name);

	const struct ph_setting *best = find_other(section, name, true);

	if (best == NULL)
		best = nearest_in(section, name);
	/* Rightly spelt, in the wrong section. */
	if (best == NULL)
		best = nearest_in((struct ph_span){ 0 }, name);
	return best != NULL ? best : find_other(section, name, false);
}
