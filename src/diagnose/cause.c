#include "diagnose/cause.h"

#include "diagnose/explain.h"

#include <stdio.h>
#include <string.h>

enum {
	HOST_MAX = 256
};

/* What every cause is called, what it points at, how a program ends over it and
   what a person should do.  by_reply: a server's reply is behind it, whose code
   may tell more. */
struct row {
	const char *name;
	const char *setting;
	enum ph_exit exit;
	bool by_reply;
	const char *advice;
};

static const struct row rows[] = {
	[PH_CAUSE_NONE] = { "none", "none", PH_EXIT_OK, false,
	    "nothing is wrong" },

	[PH_CAUSE_USAGE] = { "usage", "none", PH_EXIT_USAGE, false,
	    "posthaste help lists the commands, posthaste help COMMAND "
	    "what one takes" },
	[PH_CAUSE_CONFIG] = { "config", "none", PH_EXIT_CONFIG, false,
	    "correct that line or option; posthaste connection show NAME shows "
	    "where each value comes from" },
	[PH_CAUSE_NO_CONNECTION] = { "no-connection", "host", PH_EXIT_CONFIG,
	    false,
	    "posthaste setup finds the settings, tries them and saves them; or "
	    "name a server with --server smtp://USER@HOST" },
	[PH_CAUSE_PORTS_DISAGREE] = { "ports-disagree", "port", PH_EXIT_CONFIG,
	    false, "give the port once: behind the host or by itself" },
	[PH_CAUSE_BAD_ADDRESS] = { "bad-address", "recipient", PH_EXIT_DATAERR,
	    false, "write it as name@domain, or Name <name@domain>" },
	[PH_CAUSE_BAD_INPUT] = { "bad-input", "message", PH_EXIT_DATAERR, false,
	    "correct the message and send it again" },
	[PH_CAUSE_INPUT_NOT_FOUND] = { "input-not-found", "message",
	    PH_EXIT_NOINPUT, false,
	    "check the spelling and the folder you are in" },
	[PH_CAUSE_INPUT_UNREADABLE] = { "input-unreadable", "message",
	    PH_EXIT_NOINPUT, false,
	    "check the file's permissions, and that it is a file" },
	[PH_CAUSE_INPUT_CHANGED] = { "input-changed", "message", PH_EXIT_IOERR,
	    false,
	    "the file became shorter while it was read and the message was "
	    "not completed; send again when nothing writes to it" },
	[PH_CAUSE_CANNOT_CREATE] = { "cannot-create", "none", PH_EXIT_CANTCREAT,
	    false, "check the folder's permissions, or name another file" },
	[PH_CAUSE_CANNOT_WRITE] = { "cannot-write", "none", PH_EXIT_IOERR,
	    false, "make room on that disk, or name another place" },
	[PH_CAUSE_NO_PASSWORD] = { "no-password", "password", PH_EXIT_CONFIG,
	    false,
	    "say where the password is: --password-from prompt, env:NAME, "
	    "file:PATH, fd:N, command:CMD, credential:NAME or keyring; or "
	    "store it with posthaste secret set NAME" },
	[PH_CAUSE_CLIENT_CERTIFICATE] = { "client-certificate", "certificate",
	    PH_EXIT_CONFIG, false,
	    "client-certificate names a file in PEM or PKCS#12 format with "
	    "the certificate to show; posthaste connection show NAME shows "
	    "where that is set" },
	[PH_CAUSE_CLIENT_KEY] = { "client-key", "certificate", PH_EXIT_CONFIG,
	    false,
	    "client-key names the file with the key of the client "
	    "certificate, client-key-password-from where its passphrase "
	    "is" },
	[PH_CAUSE_SECRET_EXPOSED] = { "secret-exposed", "password",
	    PH_EXIT_CONFIG, false,
	    "make the file readable for you alone: chmod 600 FILE" },

	[PH_CAUSE_HOST_NOT_FOUND] = { "host-not-found", "host", PH_EXIT_NOHOST,
	    false,
	    "check the spelling of the host; many providers use smtp.DOMAIN "
	    "or mail.DOMAIN" },
	[PH_CAUSE_DNS_TEMPORARY] = { "dns-temporary", "network",
	    PH_EXIT_TEMPFAIL, false,
	    "the name server did not answer; check this computer's network, "
	    "then try again" },
	[PH_CAUSE_DNS_TIMEOUT] = { "dns-timeout", "network", PH_EXIT_TEMPFAIL,
	    false,
	    "the name server did not answer in time; check this computer's "
	    "network, then try again" },
	[PH_CAUSE_NOTHING_FOUND] = { "nothing-found", "host", PH_EXIT_REFUSED,
	    false,
	    "ask who gave you the address for the name of the server for "
	    "outgoing mail" },
	[PH_CAUSE_CONNECT_REFUSED] = { "connect-refused", "port",
	    PH_EXIT_TEMPFAIL, false,
	    "nothing listens on that port; check the port (587, 465 and 25 "
	    "are usual), or try again when the server is up" },
	[PH_CAUSE_CONNECT_TIMEOUT] = { "connect-timeout", "port",
	    PH_EXIT_TEMPFAIL, false,
	    "no answer at all: a firewall in between, or the wrong host; many "
	    "networks block port 25, so try 587 or 465" },
	[PH_CAUSE_CONNECT_UNREACHABLE] = { "connect-unreachable", "network",
	    PH_EXIT_TEMPFAIL, false,
	    "there is no way to that address from here; check this "
	    "computer's network, VPN and proxy" },
	[PH_CAUSE_CONNECT_FAILED] = { "connect-failed", "network",
	    PH_EXIT_TEMPFAIL, false,
	    "check this computer's network and the source address, if one is "
	    "set" },

	[PH_CAUSE_PROXY_NOT_FOUND] = { "proxy-not-found", "proxy",
	    PH_EXIT_NOHOST, false,
	    "check the spelling of the proxy's host, --proxy or host in "
	    "[proxy]; where no proxy is needed, --proxy none does without" },
	[PH_CAUSE_PROXY_UNREACHABLE] = { "proxy-unreachable", "proxy",
	    PH_EXIT_TEMPFAIL, false,
	    "the mail server was not asked yet: check the proxy's host and "
	    "port, and that it is up; --proxy none does without one" },
	[PH_CAUSE_PROXY_TLS] = { "proxy-tls", "proxy", PH_EXIT_CONFIG, false,
	    "if the proxy speaks no TLS its type is http; a certificate by a "
	    "private CA is trusted with --proxy-ca-file or ca-file in "
	    "[proxy]" },
	[PH_CAUSE_PROXY_KIND] = { "proxy-kind", "proxy", PH_EXIT_PROTOCOL,
	    false,
	    "check the proxy's host and port, and its kind: socks4, socks4a, "
	    "socks5, http or https" },
	[PH_CAUSE_PROXY_LOGIN_REQUIRED] = { "proxy-login-required", "proxy",
	    PH_EXIT_NOPERM, false,
	    "name a user with --proxy KIND://USER@HOST and "
	    "--proxy-password-from, or set use-credentials = yes, username "
	    "and password-from in [proxy]" },
	[PH_CAUSE_PROXY_LOGIN_REFUSED] = { "proxy-login-refused", "proxy",
	    PH_EXIT_NOPERM, false,
	    "correct the user name or password for the proxy, which are not "
	    "those for the mail server" },
	[PH_CAUSE_PROXY_LOGIN_METHOD] = { "proxy-login-method", "proxy",
	    PH_EXIT_CONFIG, false,
	    "ask the proxy's administrator for a login by Negotiate, NTLM, "
	    "Digest or Basic (HTTP) or by user name and password (SOCKS 5)" },
	[PH_CAUSE_PROXY_FALSE] = { "proxy-false", "proxy", PH_EXIT_NOPERM,
	    false,
	    "something else may stand in the proxy's place: do not send "
	    "through it before its administrator has explained it" },
	[PH_CAUSE_PROXY_FORBIDDEN] = { "proxy-forbidden", "proxy",
	    PH_EXIT_REFUSED, false,
	    "the proxy's rules decide: many let only some ports through, so "
	    "try 465, 587 or 2525; or ask its administrator to allow the "
	    "server" },
	[PH_CAUSE_PROXY_TARGET_CLOSED] = { "proxy-target-closed", "port",
	    PH_EXIT_TEMPFAIL, false,
	    "the proxy works, and nothing listens on that port of the mail "
	    "server: check it (587, 465 and 25 are usual), or try again "
	    "later" },
	[PH_CAUSE_PROXY_TARGET_UNKNOWN] = { "proxy-target-unknown", "host",
	    PH_EXIT_NOHOST, false,
	    "the proxy works, and its name server does not know the mail "
	    "server: check the spelling of the host" },
	[PH_CAUSE_PROXY_TARGET_FAILED] = { "proxy-target-failed", "host",
	    PH_EXIT_TEMPFAIL, false,
	    "the proxy works, and did not reach the mail server: check its "
	    "host and port; it may be down, or unknown to the proxy's name "
	    "server" },
	[PH_CAUSE_PROXY_TIMEOUT] = { "proxy-timeout", "proxy", PH_EXIT_TEMPFAIL,
	    false,
	    "the proxy may be waiting for a mail server that does not answer: "
	    "check the server's host and port, or allow more time with "
	    "--timeout" },
	[PH_CAUSE_PROXY_LOST] = { "proxy-lost", "proxy", PH_EXIT_TEMPFAIL,
	    false, "try again; the proxy's log may say why it hung up" },
	[PH_CAUSE_PROXY_PROTOCOL] = { "proxy-protocol", "proxy",
	    PH_EXIT_PROTOCOL, false,
	    "that is not how a proxy of this kind answers: check its host, "
	    "port and kind" },

	[PH_CAUSE_SILENCE] = { "silence", "tls", PH_EXIT_TEMPFAIL, false,
	    "the port is open and the server says nothing: it may expect TLS "
	    "first, so try --encryption before-connect (port 465)" },
	[PH_CAUSE_OTHER_PROTOCOL] = { "other-protocol", "port",
	    PH_EXIT_PROTOCOL, false,
	    "another kind of server is on that port; mail is handed in on 587 "
	    "or 465" },
	[PH_CAUSE_TLS_EXPECTED] = { "tls-expected", "tls", PH_EXIT_CONFIG,
	    false,
	    "the server speaks TLS from the first byte on that port: use "
	    "--encryption before-connect" },
	[PH_CAUSE_GREETING_REFUSED] = { "greeting-refused", "server",
	    PH_EXIT_REFUSED, true,
	    "the server does not serve this computer; its words say why, and "
	    "its administrator can tell more" },
	[PH_CAUSE_GREETING_DEFERRED] = { "greeting-deferred", "server",
	    PH_EXIT_TEMPFAIL, true, "try again in a few minutes" },
	[PH_CAUSE_EHLO_REFUSED] = { "ehlo-refused", "helo", PH_EXIT_REFUSED,
	    true,
	    "the server refused the name this computer gave; set one with "
	    "--helo that is a full host name of yours" },
	[PH_CAUSE_EHLO_DEFERRED] = { "ehlo-deferred", "server",
	    PH_EXIT_TEMPFAIL, true, "try again in a few minutes" },

	[PH_CAUSE_TLS_DOWNGRADE] = { "tls-downgrade", "tls", PH_EXIT_CONFIG,
	    false,
	    "somebody on the way may be taking the encryption out; ask the "
	    "provider, or try another network; if the server was changed, "
	    "posthaste connection forget accepts it as it is" },
	[PH_CAUSE_TLS_NOT_OFFERED] = { "tls-not-offered", "tls", PH_EXIT_CONFIG,
	    false,
	    "the server offers no STARTTLS on that port: try --encryption "
	    "before-connect on port 465, and ask who runs the network in "
	    "between if it used to work" },
	[PH_CAUSE_TLS_REFUSED] = { "tls-refused", "server", PH_EXIT_CONFIG,
	    true,
	    "the server refused to start encryption, which only its "
	    "administrator can mend; port 465 with --encryption "
	    "before-connect may work meanwhile" },
	[PH_CAUSE_TLS_PLAINTEXT] = { "tls-plaintext", "tls", PH_EXIT_CONFIG,
	    false,
	    "that port does not speak TLS first: use --encryption "
	    "after-connect (port 587)" },
	[PH_CAUSE_TLS_INJECTED] = { "tls-injected", "server", PH_EXIT_PROTOCOL,
	    false,
	    "somebody put commands in before encryption began, or the server "
	    "is broken; nothing was sent, so try another network and tell the "
	    "server's administrator" },
	[PH_CAUSE_TLS_VERSION] = { "tls-version", "tls-version", PH_EXIT_CONFIG,
	    false,
	    "the server speaks no TLS version that is allowed here; if it "
	    "cannot be brought up to date, --tls-versions may allow an older "
	    "one" },
	[PH_CAUSE_TLS_HANDSHAKE] = { "tls-handshake", "tls", PH_EXIT_CONFIG,
	    false,
	    "encryption could not be agreed; check the port and the "
	    "encryption mode, and ask the server's administrator" },
	[PH_CAUSE_TLS_CLOSED] = { "tls-closed", "tls", PH_EXIT_CONFIG, false,
	    "the server hung up in the midst of the TLS handshake; check the "
	    "port and the encryption mode, and whether it wants a client "
	    "certificate" },
	[PH_CAUSE_CERT_EXPIRED] = { "cert-expired", "certificate",
	    PH_EXIT_CONFIG, false,
	    "check this computer's clock; if it is right, the server's "
	    "administrator has to renew the certificate" },
	[PH_CAUSE_CERT_NOT_YET] = { "cert-not-yet-valid", "certificate",
	    PH_EXIT_CONFIG, false,
	    "the certificate is not valid yet: check this computer's clock" },
	[PH_CAUSE_CERT_SELF_SIGNED] = { "cert-self-signed", "certificate",
	    PH_EXIT_CONFIG, false,
	    "if the server is yours, trust its certificate with --ca-file "
	    "FILE or pin its key with --verify pin --pin HASH; if it is not, "
	    "do not send" },
	[PH_CAUSE_CERT_UNTRUSTED] = { "cert-untrusted", "certificate",
	    PH_EXIT_CONFIG, false,
	    "nobody trusted here vouches for it: a mail scanner or company "
	    "proxy in between, or a private CA, whose certificate --ca-file "
	    "FILE names" },
	[PH_CAUSE_CERT_NAME] = { "cert-name", "host", PH_EXIT_CONFIG, false,
	    "use a host name that the certificate holds, if it is your "
	    "provider's; where it must be another, --verify-name says which "
	    "one the certificate has to hold" },
	[PH_CAUSE_CERT_PIN] = { "cert-pin", "certificate", PH_EXIT_CONFIG,
	    false,
	    "the server's key is not the pinned one: ask its administrator "
	    "whether it changed before you pin the new one" },
	[PH_CAUSE_CERT_REVOKED] = { "cert-revoked", "certificate",
	    PH_EXIT_CONFIG, false,
	    "do not send: its key may be in other hands; the server's "
	    "administrator has to get a new certificate" },
	[PH_CAUSE_CERT_STAPLE] = { "cert-staple", "certificate", PH_EXIT_CONFIG,
	    false,
	    "the server's administrator has to turn OCSP stapling on, or get "
	    "a certificate that does not demand it" },
	[PH_CAUSE_CERT_OTHER] = { "cert-other", "certificate", PH_EXIT_CONFIG,
	    false,
	    "the server's administrator has to replace the certificate" },

	[PH_CAUSE_AUTH_NOT_OFFERED] = { "auth-not-offered", "port",
	    PH_EXIT_CONFIG, false,
	    "the server takes no login on that port: try 587 or 465, check "
	    "the encryption, or, if the server lets this computer send without "
	    "one, leave out the user name or set anonymous = yes" },
	[PH_CAUSE_AUTH_NO_COMMON] = { "auth-no-common", "mechanism",
	    PH_EXIT_CONFIG, false,
	    "the server offers none of the mechanisms that are allowed here; "
	    "--auth names others" },
	[PH_CAUSE_AUTH_PLAINTEXT] = { "auth-plaintext", "tls", PH_EXIT_CONFIG,
	    false,
	    "the password would travel readable for all: use --encryption "
	    "after-connect or before-connect" },
	[PH_CAUSE_AUTH_REFUSED] = { "auth-refused", "username-or-password",
	    PH_EXIT_NOPERM, true,
	    "check the user name (often the whole address) and the password; "
	    "some providers want an app password made for this purpose" },
	[PH_CAUSE_AUTH_USERNAME] = { "auth-username", "username",
	    PH_EXIT_NOPERM, false,
	    "the server wants the user name in its other shape: the whole "
	    "address, or what stands before the @ alone" },
	[PH_CAUSE_AUTH_TOKEN] = { "auth-token", "token", PH_EXIT_NOPERM, false,
	    "the access token is out of date, or not made for this account or "
	    "for sending mail: get a new one, and check the user name and the "
	    "scope it was asked for with" },
	[PH_CAUSE_AUTH_MECHANISM] = { "auth-mechanism", "mechanism",
	    PH_EXIT_NOPERM, true,
	    "the mechanism failed, not the password: choose another with "
	    "--auth" },
	[PH_CAUSE_AUTH_DEFERRED] = { "auth-deferred", "server",
	    PH_EXIT_TEMPFAIL, true,
	    "the server cannot check logins now; try again in a few minutes" },
	[PH_CAUSE_AUTH_SERVER_FALSE] = { "auth-server-false", "server",
	    PH_EXIT_NOPERM, false,
	    "the server could not prove that it knows your password: do not "
	    "send there before its administrator has explained it" },
	[PH_CAUSE_AUTH_DOWNGRADE] = { "auth-downgrade", "mechanism",
	    PH_EXIT_CONFIG, false,
	    "ask the provider whether that is meant; if the server was "
	    "changed, posthaste connection forget accepts it as it is" },
	[PH_CAUSE_AUTH_USED_UP] = { "auth-used-up", "username-or-password",
	    PH_EXIT_NOPERM, false,
	    "correct the password; --attempts allows a further login at "
	    "once" },
	[PH_CAUSE_AUTH_REQUIRED] = { "auth-required", "anonymous",
	    PH_EXIT_NOPERM, true,
	    "the server wants a login: give --username and "
	    "--password-from" },

	[PH_CAUSE_TOKEN_MISSING] = { "token-missing", "token", PH_EXIT_CONFIG,
	    false, "sign in once: posthaste login NAME" },
	[PH_CAUSE_TOKEN_ENDED] = { "token-ended", "token", PH_EXIT_NOPERM,
	    false, "sign in again: posthaste login NAME" },
	[PH_CAUSE_TOKEN_DENIED] = { "token-denied", "token", PH_EXIT_NOPERM,
	    false,
	    "whoever signs in has to allow it; an administrator may have to, "
	    "first" },
	[PH_CAUSE_TOKEN_EXPIRED] = { "token-expired", "token", PH_EXIT_TEMPFAIL,
	    false,
	    "run posthaste login NAME again and enter the code while it is "
	    "good" },
	[PH_CAUSE_TOKEN_CLIENT] = { "token-client", "token", PH_EXIT_CONFIG,
	    false,
	    "compare client-id, client-secret-from, tenant and scope with "
	    "what is registered with the provider" },
	[PH_CAUSE_TOKEN_UNREACHABLE] = { "token-unreachable", "token",
	    PH_EXIT_TEMPFAIL, false,
	    "try again in a few minutes; if it stays so, check this "
	    "computer's network and the endpoint's name" },
	[PH_CAUSE_TOKEN_TLS] = { "token-tls", "token", PH_EXIT_CONFIG, false,
	    "nothing was sent there: check the endpoint; a private "
	    "authority's certificate is named by oauth.ca-file" },
	[PH_CAUSE_TOKEN_PROTOCOL] = { "token-protocol", "token",
	    PH_EXIT_PROTOCOL, false,
	    "check that the endpoint is that of an OAuth2 server, and what "
	    "stands in between" },

	[PH_CAUSE_SENDER_REFUSED] = { "sender-refused", "sender",
	    PH_EXIT_REFUSED, true,
	    "use a sender address that the server lets this account use, "
	    "usually the account's own" },
	[PH_CAUSE_SENDER_DEFERRED] = { "sender-deferred", "sender",
	    PH_EXIT_TEMPFAIL, true, "try again in a few minutes" },
	[PH_CAUSE_TOO_BIG] = { "too-big", "size", PH_EXIT_REFUSED, false,
	    "make the message smaller, or send a link in place of the "
	    "attachment" },
	[PH_CAUSE_NO_SMTPUTF8] = { "no-smtputf8", "server", PH_EXIT_REFUSED,
	    false,
	    "this server takes no addresses with letters beyond ASCII before "
	    "the @; use another address or another server" },
	[PH_CAUSE_NO_8BITMIME] = { "no-8bitmime", "message", PH_EXIT_REFUSED,
	    false,
	    "the server takes 7-bit messages only and this one cannot be "
	    "re-encoded without breaking its signature" },
	[PH_CAUSE_RECIPIENT_REFUSED] = { "recipient-refused", "recipient",
	    PH_EXIT_REFUSED, true,
	    "check the address; if it is right, the server does not take mail "
	    "for it from you, and its words say why" },
	[PH_CAUSE_RECIPIENT_DEFERRED] = { "recipient-deferred", "recipient",
	    PH_EXIT_TEMPFAIL, true,
	    "the server cannot take mail for that address now; try again "
	    "later" },
	[PH_CAUSE_MESSAGE_REFUSED] = { "message-refused", "message",
	    PH_EXIT_REFUSED, true,
	    "the server refused the message itself; its words say what it "
	    "does not like" },
	[PH_CAUSE_MESSAGE_DEFERRED] = { "message-deferred", "server",
	    PH_EXIT_TEMPFAIL, true, "try again in a few minutes" },

	[PH_CAUSE_RATE_LIMITED] = { "rate-limited", "limit", PH_EXIT_TEMPFAIL,
	    false,
	    "send it then; or, if your provider admits more, raise the number "
	    "in [limits] of the connection" },
	[PH_CAUSE_TOO_MANY_SESSIONS] = { "too-many-sessions", "limit",
	    PH_EXIT_TEMPFAIL, false,
	    "try again when other programs are done; or, if the server admits "
	    "more, raise sessions in [limits] of the connection" },

	[PH_CAUSE_TIMEOUT] = { "timeout", "timeout", PH_EXIT_TEMPFAIL, false,
	    "the server did not answer in time; try again later, or allow "
	    "more time with --timeout" },
	[PH_CAUSE_CONNECTION_LOST] = { "connection-lost", "network",
	    PH_EXIT_TEMPFAIL, false,
	    "the connection was cut before the message was handed over; try "
	    "again" },
	[PH_CAUSE_LOST_AFTER_DOT] = { "lost-after-dot", "network",
	    PH_EXIT_IOERR, false,
	    "the message was handed over and no answer came: ask a recipient "
	    "before you send it again" },
	[PH_CAUSE_SHUTTING_DOWN] = { "shutting-down", "server",
	    PH_EXIT_TEMPFAIL, true,
	    "the server closed the session; try again in a few minutes" },
	[PH_CAUSE_PROTOCOL] = { "protocol", "server", PH_EXIT_PROTOCOL, false,
	    "that is not how an SMTP server answers: check host and port, and "
	    "whatever stands in between" },
	[PH_CAUSE_REPLY_TOO_BIG] = { "reply-too-big", "server",
	    PH_EXIT_PROTOCOL, false,
	    "no SMTP server says that much: check host and port" },
	[PH_CAUSE_NO_MEMORY] = { "no-memory", "client", PH_EXIT_INTERNAL, false,
	    "close other programs, or raise the memory limit" },
	[PH_CAUSE_INTERRUPTED] = { "interrupted", "none", PH_EXIT_TEMPFAIL,
	    false, "run it again when you want it sent" },
	[PH_CAUSE_INTERNAL] = { "internal", "client", PH_EXIT_INTERNAL, false,
	    "this is a fault in Posthaste: please report it with the output "
	    "of --transcript" },
};

static const struct row *row_of(enum ph_cause cause)
{
	return &rows[cause];
}

const char *ph_cause_name(enum ph_cause cause)
{
	return row_of(cause)->name;
}

const char *ph_cause_setting(enum ph_cause cause)
{
	return row_of(cause)->setting;
}

const char *ph_cause_advice(enum ph_cause cause)
{
	return row_of(cause)->advice;
}

enum ph_exit ph_fault_exit(const struct ph_fault *f)
{
	const struct row *row = row_of(f->cause);

	/* What broke the protocol, or was lost after the dot, stays that,
	   whatever code was the last. */
	if (!row->by_reply && row->exit != PH_EXIT_REFUSED)
		return row->exit;
	if (f->code / 100 == 4)
		return PH_EXIT_TEMPFAIL;
	if (f->code == 530 || f->code == 535)
		return PH_EXIT_NOPERM;
	/* 504: a mechanism unknown there; 538: encryption is wanted for it. */
	if (f->cause == PH_CAUSE_AUTH_MECHANISM &&
	    (f->code == 504 || f->code == 538))
		return PH_EXIT_CONFIG;
	return row->exit;
}

/* The server, where the text names it: "smtp.example.com:587 answered 535";
   else "". */
static void read_host(const struct ph_fault *f, char out[HOST_MAX])
{
	struct ph_span text = ph_span_of(f->text);
	size_t end = 0;
	size_t begin;

	out[0] = '\0';
	while (end < text.len &&
	    !ph_span_starts_nocase(
		ph_span_skip(text, end), PH_SPAN(" answered ")))
		end++;
	if (end == text.len)
		return;
	begin = end;
	while (begin > 0 && text.ptr[begin - 1] != ' ')
		begin--;
	text = ph_span_first(ph_span_skip(text, begin), end - begin);
	(void)snprintf(out, HOST_MAX, "%.*s",
	    PH_SPAN_ARG(ph_span_first(text, ph_span_find(text, ':'))));
}

/* Where the reply tells more than the cause does: by its words, by an enhanced
   code with a detail of its own, or by a code seen at the very stage it is made
   for. */
static bool explain_fault(const struct ph_fault *f, struct ph_explanation *e)
{
	char host[HOST_MAX];

	if (f->code == 0 || !row_of(f->cause)->by_reply)
		return false;
	read_host(f, host);
	ph_explain_fault(f, host[0] == '\0' ? NULL : host, e);
	if (e->by_words)
		return true;
	ph_explain_codes(f->code, f->enhanced, e);
	if (!e->known || e->stage == NULL)
		return false;
	if (e->by_enhanced && f->enhanced[2] != 0)
		return true;
	return strcmp(e->stage, ph_stage_name(f->stage)) == 0;
}

const char *ph_fault_advice(const struct ph_fault *f)
{
	struct ph_explanation e;

	if (f->advice[0] != '\0')
		return f->advice;
	if (explain_fault(f, &e) && e.advice != NULL)
		return e.advice;
	return row_of(f->cause)->advice;
}

const char *ph_fault_setting(const struct ph_fault *f)
{
	struct ph_explanation e;

	if (f->setting != NULL)
		return f->setting;
	if (explain_fault(f, &e) && e.setting != NULL)
		return e.setting;
	return row_of(f->cause)->setting;
}
