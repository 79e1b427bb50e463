#ifndef PH_CONNECTION_CONNECTION_H
#define PH_CONNECTION_CONNECTION_H

#include "base/arena.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/span.h"

#include <stdint.h>

/* A connection: a named way out, with every setting resolved.  It is made from
   settings (settings.h) once inheritance, options and defaults are applied. */

enum ph_encryption {
	PH_ENCRYPTION_NONE,          /* in clear */
	PH_ENCRYPTION_WANTED,        /* STARTTLS when offered */
	PH_ENCRYPTION_AFTER_CONNECT, /* STARTTLS or nothing */
	PH_ENCRYPTION_BEFORE_CONNECT /* TLS first */
};

/* "none", "wanted", "after-connect", "before-connect". */
const char *ph_encryption_name(enum ph_encryption e);

/* Case, hyphens, underscores do not matter; `plain` = none; `starttls`,
   `explicit` = after-connect; `ssl`, `implicit`, `smtps` = before-connect;
   `required` = before-connect on port 465, else after-connect (port 0: not
   known yet, after-connect).  PH_EINVAL. */
PH_MUST_USE enum ph_err ph_encryption_parse(
    struct ph_span s, uint16_t port, enum ph_encryption *out);

/* Bits, for tls-versions. */
enum ph_tls_version {
	PH_TLS_1_0 = 1 << 0,
	PH_TLS_1_1 = 1 << 1,
	PH_TLS_1_2 = 1 << 2,
	PH_TLS_1_3 = 1 << 3
};

enum ph_verify {
	PH_VERIFY_CA = 0, /* chain and name */
	PH_VERIFY_PIN,    /* the key's SPKI SHA-256 is one of pins */
	PH_VERIFY_OFF
};

enum ph_secret_kind {
	PH_SECRET_NONE = 0, /* no source named */
	PH_SECRET_PROMPT,
	PH_SECRET_ENV,
	PH_SECRET_FILE,
	PH_SECRET_FD,
	PH_SECRET_COMMAND,
	PH_SECRET_KEYRING,
	PH_SECRET_STORED,     /* what `secret set` keeps for this connection */
	PH_SECRET_OAUTH,      /* the token that `login` got, kept fresh */
	PH_SECRET_CREDENTIAL, /* of systemd: a file in $CREDENTIALS_DIRECTORY */
};

struct ph_secret_source {
	enum ph_secret_kind kind;
	const char *argument; /* name, path, command; or NULL */
	int fd;               /* PH_SECRET_FD */
};

/* `prompt`, `env:NAME`, `file:PATH`, `fd:N`, `command:CMD`, `keyring`,
   `stored`, `oauth`, `credential:NAME`.  argument lies in the arena.
   PH_EINVAL. */
PH_MUST_USE enum ph_err ph_secret_source_parse(
    struct ph_span s, struct ph_arena *a, struct ph_secret_source *out);

enum ph_rewrite_from {
	PH_REWRITE_NEVER = 0,
	PH_REWRITE_ENVELOPE,
	PH_REWRITE_BOTH
};

/* In the order of the words of [proxy] type. */
enum ph_proxy_type {
	PH_PROXY_NONE = 0,
	PH_PROXY_SOCKS4,
	PH_PROXY_SOCKS4A,
	PH_PROXY_SOCKS5,
	PH_PROXY_HTTP,
	PH_PROXY_HTTPS,
	PH_PROXY_SYSTEM /* what the environment says; settled before dialing */
};

/* The way to the server.  Strings as in struct ph_connection. */
struct ph_proxy {
	enum ph_proxy_type type;
	bool use_credentials;
	const char *host; /* A-labels */
	uint16_t port;    /* by type where left out: 1080, 8080, 443 */
	const char *username;
	struct ph_secret_source password_from;
	const char *domain;
	const char *ca_file;
};

/* In the order of the words of [oauth] provider and grant. */
enum ph_oauth_provider {
	PH_OAUTH_NONE = 0,
	PH_OAUTH_GOOGLE,
	PH_OAUTH_MICROSOFT,
	PH_OAUTH_YAHOO
};

enum ph_oauth_grant {
	PH_OAUTH_DEVICE_CODE = 0,
	PH_OAUTH_CLIENT_CREDENTIALS
};

struct ph_oauth {
	enum ph_oauth_provider provider;
	enum ph_oauth_grant grant;
	const char *client_id;
	struct ph_secret_source client_secret_from;
	const char *tenant;
	const char *scope;
	const char *device_endpoint; /* "": the provider's, as the next */
	const char *token_endpoint;
	const char *ca_file;
};

/* 14/s: so many in a second, minute, hour or day; count 0: not limited. */
struct ph_rate {
	uint64_t count;
	ph_msec per;
};

/* Strings are "" where nothing is set, never NULL.  All of it lies in the arena
   it was resolved into. */
struct ph_connection {
	const char *name; /* "" when made on the spot */

	const char *host;
	uint16_t port;
	enum ph_encryption encryption;
	ph_msec timeout;      /* dns, connect, proxy, tls, greeting, each */
	ph_msec timeout_mail; /* 0: RFC 5321's, as the ones below */
	ph_msec timeout_rcpt;
	ph_msec timeout_data;
	ph_msec timeout_block;
	ph_msec timeout_final;
	const char *code_page;
	const char *helo; /* "": the host's name or its address literal */
	const char *source_address;
	bool memory; /* of earlier sessions */

	const struct ph_span *mechanisms; /* none: auto */
	size_t mechanism_count;
	const char *username;
	struct ph_secret_source password_from;
	const char *domain;
	bool anonymous;
	unsigned attempts;
	bool allow_plaintext_password;

	unsigned tls_versions; /* enum ph_tls_version, joined */
	enum ph_verify verify;
	const char *ca_file;
	const struct ph_span *pins; /* base64 or hex as given */
	size_t pin_count;
	const char *verify_name;
	const char *client_certificate;
	const char *client_key;
	struct ph_secret_source client_key_password_from;

	struct ph_proxy proxy;
	struct ph_oauth oauth;

	const char *from;
	enum ph_rewrite_from rewrite_from;

	unsigned sessions;
	bool limits_sessions; /* somebody said how many */
	unsigned messages_per_session;
	ph_msec session_age;
	struct ph_rate rate;
	struct ph_rate quota;
	const char *rate_from; /* "FILE:LINE" or the option; "": unknown */
	const char *quota_from;
	unsigned recipients_per_message; /* 0: not limited */
	uint64_t size;                   /* 0: not limited */
};

/* What password_from gives is an access token and no password: its source is
   `oauth`, or no mechanism but OAUTHBEARER and XOAUTH2 is allowed. */
bool ph_connection_wants_token(const struct ph_connection *c);

#endif
