#ifndef PH_CLI_SERVER_H
#define PH_CLI_SERVER_H

#include "base/arena.h"
#include "base/secret.h"
#include "cli/cli.h"
#include "config/catalog.h"
#include "connection/connection.h"

/* Which server: -n, --server, the options that override, POSTHASTE_SERVER.
   Shared by the commands that connect. */

enum ph_server_key {
	PH_SERVER_KEY_NAME = 1000,
	PH_SERVER_KEY_SERVER,
	PH_SERVER_KEY_HOST,
	PH_SERVER_KEY_PORT,
	PH_SERVER_KEY_ENCRYPTION,
	PH_SERVER_KEY_TLS_VERSIONS,
	PH_SERVER_KEY_VERIFY,
	PH_SERVER_KEY_CA_FILE,
	PH_SERVER_KEY_PIN,
	PH_SERVER_KEY_CLIENT_CERTIFICATE,
	PH_SERVER_KEY_CLIENT_KEY,
	PH_SERVER_KEY_CLIENT_KEY_PASSWORD,
	PH_SERVER_KEY_VERIFY_NAME,
	PH_SERVER_KEY_USERNAME,
	PH_SERVER_KEY_PASSWORD_FROM,
	PH_SERVER_KEY_AUTH,
	PH_SERVER_KEY_PLAINTEXT,
	PH_SERVER_KEY_NO_PLAINTEXT,
	PH_SERVER_KEY_PROXY,
	PH_SERVER_KEY_PROXY_PASSWORD,
	PH_SERVER_KEY_PROXY_CA_FILE,
	PH_SERVER_KEY_TIMEOUT,
	PH_SERVER_KEY_HELO,
	PH_SERVER_KEY_SOURCE_ADDRESS,
	PH_SERVER_KEY_TRANSCRIPT,
	PH_SERVER_KEY_HIDE_ADDRESSES,
	PH_SERVER_KEY_VERBOSE,
	PH_SERVER_KEY_NO_MEMORY,
	PH_SERVER_KEY_SETTING /* the option's name is the setting's */
};

/* Settings that are options, and too many for the help. */
#define PH_SERVER_SETTING(name)                 \
 {                                              \
  name, 0, "VALUE", NULL, PH_SERVER_KEY_SETTING \
 }

/* Rows for a command's table of options. */
/* clang-format off */
#define PH_SERVER_OPTIONS \
	{ "", 0, NULL, "Server", 0 }, \
	{ "name", 'n', "NAME", "The connection of that name", \
	    PH_SERVER_KEY_NAME }, \
	{ "server", 0, "URL", \
	    "A server on the spot: smtp://, smtp+starttls://, smtps:// or " \
	    "smtp+none://, then [USER@]HOST[:PORT]", PH_SERVER_KEY_SERVER }, \
	{ "host", 0, "HOST", "The server's name or address", \
	    PH_SERVER_KEY_HOST }, \
	{ "port", 0, "PORT", "Its port", PH_SERVER_KEY_PORT }, \
	{ "encryption", 0, "MODE", \
	    "none, wanted, after-connect (STARTTLS) or before-connect (TLS " \
	    "first)", PH_SERVER_KEY_ENCRYPTION }, \
	{ "tls-versions", 0, "LIST", "Of 1.0, 1.1, 1.2, 1.3; usually 1.2,1.3", \
	    PH_SERVER_KEY_TLS_VERSIONS }, \
	{ "verify", 0, "HOW", "ca, pin, or off", PH_SERVER_KEY_VERIFY }, \
	{ "ca-file", 0, "FILE", "Trust the certificates in it", \
	    PH_SERVER_KEY_CA_FILE }, \
	{ "pin", 0, "HASH", "Trust the key with this SHA-256 and no other", \
	    PH_SERVER_KEY_PIN }, \
	{ "verify-name", 0, "NAME", \
	    "The certificate must hold this name, not the host's", \
	    PH_SERVER_KEY_VERIFY_NAME }, \
	{ "client-certificate", 0, "FILE", "Show this certificate", \
	    PH_SERVER_KEY_CLIENT_CERTIFICATE }, \
	{ "client-key", 0, "FILE", "Its key, if it is in another file", \
	    PH_SERVER_KEY_CLIENT_KEY }, \
	{ "client-key-password-from", 0, "SOURCE", \
	    "Its passphrase, if it has one", \
	    PH_SERVER_KEY_CLIENT_KEY_PASSWORD }, \
	{ "username", 0, "NAME", "Log in as", PH_SERVER_KEY_USERNAME }, \
	{ "password-from", 0, "SOURCE", \
	    "prompt, env:NAME, file:PATH, fd:N, command:CMD, " \
	    "credential:NAME or keyring", \
	    PH_SERVER_KEY_PASSWORD_FROM }, \
	{ "auth", 0, "MECH[,MECH...]", "Log in with one of these mechanisms", \
	    PH_SERVER_KEY_AUTH }, \
	{ "allow-plaintext-password", 0, NULL, \
	    "Let the password travel without encryption", \
	    PH_SERVER_KEY_PLAINTEXT }, \
	{ "no-allow-plaintext-password", 0, NULL, NULL, \
	    PH_SERVER_KEY_NO_PLAINTEXT }, \
	{ "proxy", 0, "URL", \
	    "Through a proxy: socks5://, socks4://, socks4a://, http:// or " \
	    "https://, then [USER@]HOST[:PORT]; system, or none", \
	    PH_SERVER_KEY_PROXY }, \
	{ "proxy-password-from", 0, "SOURCE", \
	    "Where the password of that user is", \
	    PH_SERVER_KEY_PROXY_PASSWORD }, \
	{ "proxy-ca-file", 0, "FILE", "Trust these at an https proxy", \
	    PH_SERVER_KEY_PROXY_CA_FILE }, \
	{ "timeout", 0, "TIME", "For each step up to the login, such as 30s", \
	    PH_SERVER_KEY_TIMEOUT }, \
	{ "helo", 0, "NAME", "The name to give in EHLO", \
	    PH_SERVER_KEY_HELO }, \
	{ "source-address", 0, "ADDRESS", "Connect from this address", \
	    PH_SERVER_KEY_SOURCE_ADDRESS }, \
	{ "no-memory", 0, NULL, \
	    "Neither use nor keep what is known of the server", \
	    PH_SERVER_KEY_NO_MEMORY }, \
	PH_SERVER_SETTING("memory"), \
	PH_SERVER_SETTING("timeout-mail"), \
	PH_SERVER_SETTING("timeout-rcpt"), \
	PH_SERVER_SETTING("timeout-data"), \
	PH_SERVER_SETTING("timeout-block"), \
	PH_SERVER_SETTING("timeout-final"), \
	PH_SERVER_SETTING("code-page"), \
	PH_SERVER_SETTING("mechanisms"), \
	PH_SERVER_SETTING("domain"), \
	PH_SERVER_SETTING("anonymous"), \
	PH_SERVER_SETTING("attempts"), \
	PH_SERVER_SETTING("rewrite-from"), \
	PH_SERVER_SETTING("sessions"), \
	PH_SERVER_SETTING("messages-per-session"), \
	PH_SERVER_SETTING("session-age"), \
	PH_SERVER_SETTING("rate"), \
	PH_SERVER_SETTING("quota"), \
	PH_SERVER_SETTING("recipients-per-message"), \
	PH_SERVER_SETTING("size"), \
	PH_SERVER_SETTING("proxy.type"), \
	PH_SERVER_SETTING("proxy.use-credentials"), \
	PH_SERVER_SETTING("proxy.host"), \
	PH_SERVER_SETTING("proxy.port"), \
	PH_SERVER_SETTING("proxy.username"), \
	PH_SERVER_SETTING("proxy.password-from"), \
	PH_SERVER_SETTING("proxy.domain"), \
	PH_SERVER_SETTING("proxy.ca-file"), \
	PH_SERVER_SETTING("oauth.provider"), \
	PH_SERVER_SETTING("oauth.grant"), \
	PH_SERVER_SETTING("oauth.client-id"), \
	PH_SERVER_SETTING("oauth.client-secret-from"), \
	PH_SERVER_SETTING("oauth.tenant"), \
	PH_SERVER_SETTING("oauth.scope"), \
	PH_SERVER_SETTING("oauth.device-endpoint"), \
	PH_SERVER_SETTING("oauth.token-endpoint"), \
	PH_SERVER_SETTING("oauth.ca-file"), \
	{ "transcript", 0, "FILE", \
	    "Write the conversation, without secrets, as JSON lines; - is " \
	    "standard error", PH_SERVER_KEY_TRANSCRIPT }, \
	{ "hide-addresses", 0, NULL, \
	    "With a name for each in it, address1@domain1.example", \
	    PH_SERVER_KEY_HIDE_ADDRESSES }, \
	{ "verbose", 'v', NULL, "Show the conversation on standard error", \
	    PH_SERVER_KEY_VERBOSE }

/* clang-format on */

/* All zero may be released. */
struct ph_cli_server {
	const struct ph_cli *cli; /* notes go there; NULL: none do */
	struct ph_arena arena;
	struct ph_catalog *catalog;
	struct ph_connection connection;
	struct ph_secret password; /* or token */
	struct ph_secret proxy_password;
	struct ph_secret key_password;
	bool has_password;
	bool has_proxy_password;
	bool has_key_password;
	/* When the password became what it is, in milliseconds since 1970; 0:
	   not known. */
	int64_t password_changed;
};

/* Finds and resolves the connection; opens no network.  PH_EINVAL,
   PH_ENOTFOUND, PH_ENOMEM ... with *fault. */
PH_MUST_USE enum ph_err ph_cli_server_find(struct ph_cli *cli,
    const struct ph_options *o, struct ph_cli_server *out,
    struct ph_fault *fault);

/* Fetches the secrets that the connection needs, in the order in which they are
   shown: the key's passphrase, the proxy's password, the server's.  What is
   kept for another host is not used: the terminal is asked, where there is
   one. */
PH_MUST_USE enum ph_err ph_cli_server_unlock(
    struct ph_cli_server *server, struct ph_fault *fault);

/* After the server refused the login: fetches a fresh token in place of the one
   that `login` keeps.  PH_AGAIN without a fault: there is none, or another
   would fare no better. */
PH_MUST_USE enum ph_err ph_cli_server_renew(
    struct ph_cli_server *server, struct ph_fault *fault);

void ph_cli_server_release(struct ph_cli_server *server);

#endif
