#include "diagnose/cause.h"

#include "check.h"

#include <string.h>

static const char *const settings[] = { "host", "port", "tls", "tls-version",
	"certificate", "mechanism", "username", "password",
	"username-or-password", "token", "account", "anonymous", "helo",
	"proxy", "network", "server", "sender", "sender-domain", "sending-ip",
	"recipient", "message", "size", "limit", "timeout", "client",
	"earlier-error", "none" };

static bool is_setting(const char *word)
{
	for (size_t i = 0; i < PH_COUNT(settings); i++) {
		if (strcmp(settings[i], word) == 0)
			return true;
	}
	return false;
}

/* No cause without a word of its own, a setting of the vocabulary, advice. */
static void test_complete(void)
{
	for (int c = PH_CAUSE_NONE; c <= PH_CAUSE_INTERNAL; c++) {
		enum ph_cause cause = (enum ph_cause)c;

		check_case("cause", (size_t)c);
		check(ph_cause_name(cause) != NULL);
		check(is_setting(ph_cause_setting(cause)));
		check(strlen(ph_cause_advice(cause)) > 5);
		for (int d = PH_CAUSE_NONE; d < c; d++) {
			check(strcmp(ph_cause_name(cause),
				  ph_cause_name((enum ph_cause)d)) != 0);
		}
	}
}

/* The words are a promise: programs look for them in JSON. */
static const struct {
	enum ph_cause cause;
	const char *name;
	const char *setting;
} words[] = {
	{ PH_CAUSE_NONE, "none", "none" },
	{ PH_CAUSE_USAGE, "usage", "none" },
	{ PH_CAUSE_CONFIG, "config", "none" },
	{ PH_CAUSE_NO_CONNECTION, "no-connection", "host" },
	{ PH_CAUSE_PORTS_DISAGREE, "ports-disagree", "port" },
	{ PH_CAUSE_BAD_ADDRESS, "bad-address", "recipient" },
	{ PH_CAUSE_BAD_INPUT, "bad-input", "message" },
	{ PH_CAUSE_INPUT_NOT_FOUND, "input-not-found", "message" },
	{ PH_CAUSE_INPUT_UNREADABLE, "input-unreadable", "message" },
	{ PH_CAUSE_INPUT_CHANGED, "input-changed", "message" },
	{ PH_CAUSE_CANNOT_CREATE, "cannot-create", "none" },
	{ PH_CAUSE_CANNOT_WRITE, "cannot-write", "none" },
	{ PH_CAUSE_NO_PASSWORD, "no-password", "password" },
	{ PH_CAUSE_CLIENT_CERTIFICATE, "client-certificate", "certificate" },
	{ PH_CAUSE_CLIENT_KEY, "client-key", "certificate" },
	{ PH_CAUSE_SECRET_EXPOSED, "secret-exposed", "password" },
	{ PH_CAUSE_HOST_NOT_FOUND, "host-not-found", "host" },
	{ PH_CAUSE_DNS_TEMPORARY, "dns-temporary", "network" },
	{ PH_CAUSE_DNS_TIMEOUT, "dns-timeout", "network" },
	{ PH_CAUSE_NOTHING_FOUND, "nothing-found", "host" },
	{ PH_CAUSE_CONNECT_REFUSED, "connect-refused", "port" },
	{ PH_CAUSE_CONNECT_TIMEOUT, "connect-timeout", "port" },
	{ PH_CAUSE_CONNECT_UNREACHABLE, "connect-unreachable", "network" },
	{ PH_CAUSE_CONNECT_FAILED, "connect-failed", "network" },
	{ PH_CAUSE_PROXY_NOT_FOUND, "proxy-not-found", "proxy" },
	{ PH_CAUSE_PROXY_UNREACHABLE, "proxy-unreachable", "proxy" },
	{ PH_CAUSE_PROXY_TLS, "proxy-tls", "proxy" },
	{ PH_CAUSE_PROXY_KIND, "proxy-kind", "proxy" },
	{ PH_CAUSE_PROXY_LOGIN_REQUIRED, "proxy-login-required", "proxy" },
	{ PH_CAUSE_PROXY_LOGIN_REFUSED, "proxy-login-refused", "proxy" },
	{ PH_CAUSE_PROXY_LOGIN_METHOD, "proxy-login-method", "proxy" },
	{ PH_CAUSE_PROXY_FALSE, "proxy-false", "proxy" },
	{ PH_CAUSE_PROXY_FORBIDDEN, "proxy-forbidden", "proxy" },
	{ PH_CAUSE_PROXY_TARGET_CLOSED, "proxy-target-closed", "port" },
	{ PH_CAUSE_PROXY_TARGET_UNKNOWN, "proxy-target-unknown", "host" },
	{ PH_CAUSE_PROXY_TARGET_FAILED, "proxy-target-failed", "host" },
	{ PH_CAUSE_PROXY_TIMEOUT, "proxy-timeout", "proxy" },
	{ PH_CAUSE_PROXY_LOST, "proxy-lost", "proxy" },
	{ PH_CAUSE_PROXY_PROTOCOL, "proxy-protocol", "proxy" },
	{ PH_CAUSE_SILENCE, "silence", "tls" },
	{ PH_CAUSE_OTHER_PROTOCOL, "other-protocol", "port" },
	{ PH_CAUSE_TLS_EXPECTED, "tls-expected", "tls" },
	{ PH_CAUSE_GREETING_REFUSED, "greeting-refused", "server" },
	{ PH_CAUSE_GREETING_DEFERRED, "greeting-deferred", "server" },
	{ PH_CAUSE_EHLO_REFUSED, "ehlo-refused", "helo" },
	{ PH_CAUSE_EHLO_DEFERRED, "ehlo-deferred", "server" },
	{ PH_CAUSE_TLS_NOT_OFFERED, "tls-not-offered", "tls" },
	{ PH_CAUSE_TLS_REFUSED, "tls-refused", "server" },
	{ PH_CAUSE_TLS_PLAINTEXT, "tls-plaintext", "tls" },
	{ PH_CAUSE_TLS_INJECTED, "tls-injected", "server" },
	{ PH_CAUSE_TLS_DOWNGRADE, "tls-downgrade", "tls" },
	{ PH_CAUSE_TLS_VERSION, "tls-version", "tls-version" },
	{ PH_CAUSE_TLS_HANDSHAKE, "tls-handshake", "tls" },
	{ PH_CAUSE_TLS_CLOSED, "tls-closed", "tls" },
	{ PH_CAUSE_CERT_EXPIRED, "cert-expired", "certificate" },
	{ PH_CAUSE_CERT_NOT_YET, "cert-not-yet-valid", "certificate" },
	{ PH_CAUSE_CERT_SELF_SIGNED, "cert-self-signed", "certificate" },
	{ PH_CAUSE_CERT_UNTRUSTED, "cert-untrusted", "certificate" },
	{ PH_CAUSE_CERT_NAME, "cert-name", "host" },
	{ PH_CAUSE_CERT_PIN, "cert-pin", "certificate" },
	{ PH_CAUSE_CERT_REVOKED, "cert-revoked", "certificate" },
	{ PH_CAUSE_CERT_STAPLE, "cert-staple", "certificate" },
	{ PH_CAUSE_CERT_OTHER, "cert-other", "certificate" },
	{ PH_CAUSE_AUTH_NOT_OFFERED, "auth-not-offered", "port" },
	{ PH_CAUSE_AUTH_NO_COMMON, "auth-no-common", "mechanism" },
	{ PH_CAUSE_AUTH_PLAINTEXT, "auth-plaintext", "tls" },
	{ PH_CAUSE_AUTH_REFUSED, "auth-refused", "username-or-password" },
	{ PH_CAUSE_AUTH_USERNAME, "auth-username", "username" },
	{ PH_CAUSE_AUTH_TOKEN, "auth-token", "token" },
	{ PH_CAUSE_AUTH_MECHANISM, "auth-mechanism", "mechanism" },
	{ PH_CAUSE_AUTH_DEFERRED, "auth-deferred", "server" },
	{ PH_CAUSE_AUTH_SERVER_FALSE, "auth-server-false", "server" },
	{ PH_CAUSE_AUTH_DOWNGRADE, "auth-downgrade", "mechanism" },
	{ PH_CAUSE_AUTH_USED_UP, "auth-used-up", "username-or-password" },
	{ PH_CAUSE_AUTH_REQUIRED, "auth-required", "anonymous" },
	{ PH_CAUSE_TOKEN_MISSING, "token-missing", "token" },
	{ PH_CAUSE_TOKEN_ENDED, "token-ended", "token" },
	{ PH_CAUSE_TOKEN_DENIED, "token-denied", "token" },
	{ PH_CAUSE_TOKEN_EXPIRED, "token-expired", "token" },
	{ PH_CAUSE_TOKEN_CLIENT, "token-client", "token" },
	{ PH_CAUSE_TOKEN_UNREACHABLE, "token-unreachable", "token" },
	{ PH_CAUSE_TOKEN_TLS, "token-tls", "token" },
	{ PH_CAUSE_TOKEN_PROTOCOL, "token-protocol", "token" },
	{ PH_CAUSE_SENDER_REFUSED, "sender-refused", "sender" },
	{ PH_CAUSE_SENDER_DEFERRED, "sender-deferred", "sender" },
	{ PH_CAUSE_TOO_BIG, "too-big", "size" },
	{ PH_CAUSE_NO_SMTPUTF8, "no-smtputf8", "server" },
	{ PH_CAUSE_NO_8BITMIME, "no-8bitmime", "message" },
	{ PH_CAUSE_RECIPIENT_REFUSED, "recipient-refused", "recipient" },
	{ PH_CAUSE_RECIPIENT_DEFERRED, "recipient-deferred", "recipient" },
	{ PH_CAUSE_MESSAGE_REFUSED, "message-refused", "message" },
	{ PH_CAUSE_MESSAGE_DEFERRED, "message-deferred", "server" },
	{ PH_CAUSE_TIMEOUT, "timeout", "timeout" },
	{ PH_CAUSE_CONNECTION_LOST, "connection-lost", "network" },
	{ PH_CAUSE_LOST_AFTER_DOT, "lost-after-dot", "network" },
	{ PH_CAUSE_SHUTTING_DOWN, "shutting-down", "server" },
	{ PH_CAUSE_RATE_LIMITED, "rate-limited", "limit" },
	{ PH_CAUSE_TOO_MANY_SESSIONS, "too-many-sessions", "limit" },
	{ PH_CAUSE_PROTOCOL, "protocol", "server" },
	{ PH_CAUSE_REPLY_TOO_BIG, "reply-too-big", "server" },
	{ PH_CAUSE_NO_MEMORY, "no-memory", "client" },
	{ PH_CAUSE_INTERRUPTED, "interrupted", "none" },
	{ PH_CAUSE_INTERNAL, "internal", "client" },
};

static void test_words(void)
{
	check_int(PH_COUNT(words), PH_CAUSE_INTERNAL + 1);
	for (size_t i = 0; i < PH_COUNT(words); i++) {
		check_case("word", i);
		check_str(ph_cause_name(words[i].cause), words[i].name);
		check_str(ph_cause_setting(words[i].cause), words[i].setting);
	}
}

static const struct {
	enum ph_cause cause;
	enum ph_stage stage;
	unsigned code;
	int exit;
} exits[] = {
	{ PH_CAUSE_NONE, PH_STAGE_QUIT, 0, 0 },
	{ PH_CAUSE_USAGE, PH_STAGE_CONFIG, 0, 64 },
	{ PH_CAUSE_CONFIG, PH_STAGE_CONFIG, 0, 78 },
	{ PH_CAUSE_NO_CONNECTION, PH_STAGE_CONFIG, 0, 78 },
	{ PH_CAUSE_PORTS_DISAGREE, PH_STAGE_CONFIG, 0, 78 },
	{ PH_CAUSE_BAD_ADDRESS, PH_STAGE_CONFIG, 0, 65 },
	{ PH_CAUSE_BAD_INPUT, PH_STAGE_CONFIG, 0, 65 },
	{ PH_CAUSE_INPUT_NOT_FOUND, PH_STAGE_CONFIG, 0, 66 },
	{ PH_CAUSE_INPUT_CHANGED, PH_STAGE_DATA, 354, 74 },
	{ PH_CAUSE_CANNOT_CREATE, PH_STAGE_CONFIG, 0, 73 },
	{ PH_CAUSE_CANNOT_WRITE, PH_STAGE_CONFIG, 0, 74 },
	{ PH_CAUSE_HOST_NOT_FOUND, PH_STAGE_DNS, 0, 68 },
	{ PH_CAUSE_DNS_TEMPORARY, PH_STAGE_DNS, 0, 75 },
	{ PH_CAUSE_NOTHING_FOUND, PH_STAGE_CONFIG, 0, 69 },
	{ PH_CAUSE_CONNECT_REFUSED, PH_STAGE_CONNECT, 0, 75 },
	{ PH_CAUSE_CONNECT_TIMEOUT, PH_STAGE_CONNECT, 0, 75 },
	{ PH_CAUSE_PROXY_NOT_FOUND, PH_STAGE_PROXY, 0, 68 },
	{ PH_CAUSE_PROXY_UNREACHABLE, PH_STAGE_PROXY, 0, 75 },
	{ PH_CAUSE_PROXY_TLS, PH_STAGE_PROXY, 0, 78 },
	{ PH_CAUSE_PROXY_KIND, PH_STAGE_PROXY, 0, 76 },
	{ PH_CAUSE_PROXY_LOGIN_REQUIRED, PH_STAGE_PROXY, 0, 77 },
	{ PH_CAUSE_PROXY_LOGIN_REFUSED, PH_STAGE_PROXY, 0, 77 },
	{ PH_CAUSE_PROXY_LOGIN_METHOD, PH_STAGE_PROXY, 0, 78 },
	{ PH_CAUSE_PROXY_FALSE, PH_STAGE_PROXY, 0, 77 },
	{ PH_CAUSE_PROXY_FORBIDDEN, PH_STAGE_PROXY, 0, 69 },
	{ PH_CAUSE_PROXY_TARGET_CLOSED, PH_STAGE_PROXY, 0, 75 },
	{ PH_CAUSE_PROXY_TARGET_UNKNOWN, PH_STAGE_PROXY, 0, 68 },
	{ PH_CAUSE_PROXY_TARGET_FAILED, PH_STAGE_PROXY, 0, 75 },
	{ PH_CAUSE_PROXY_TIMEOUT, PH_STAGE_PROXY, 0, 75 },
	{ PH_CAUSE_PROXY_LOST, PH_STAGE_PROXY, 0, 75 },
	{ PH_CAUSE_PROXY_PROTOCOL, PH_STAGE_PROXY, 0, 76 },
	{ PH_CAUSE_SILENCE, PH_STAGE_GREETING, 0, 75 },
	{ PH_CAUSE_OTHER_PROTOCOL, PH_STAGE_GREETING, 0, 76 },
	{ PH_CAUSE_GREETING_REFUSED, PH_STAGE_GREETING, 554, 69 },
	{ PH_CAUSE_GREETING_DEFERRED, PH_STAGE_GREETING, 421, 75 },
	{ PH_CAUSE_EHLO_REFUSED, PH_STAGE_EHLO, 550, 69 },
	{ PH_CAUSE_EHLO_DEFERRED, PH_STAGE_EHLO, 421, 75 },
	{ PH_CAUSE_CLIENT_CERTIFICATE, PH_STAGE_CONFIG, 0, 78 },
	{ PH_CAUSE_CLIENT_KEY, PH_STAGE_CONFIG, 0, 78 },
	{ PH_CAUSE_SECRET_EXPOSED, PH_STAGE_CONFIG, 0, 78 },
	{ PH_CAUSE_NO_PASSWORD, PH_STAGE_CONFIG, 0, 78 },
	{ PH_CAUSE_CERT_NOT_YET, PH_STAGE_TLS, 0, 78 },
	{ PH_CAUSE_CERT_SELF_SIGNED, PH_STAGE_TLS, 0, 78 },
	{ PH_CAUSE_CERT_UNTRUSTED, PH_STAGE_TLS, 0, 78 },
	{ PH_CAUSE_CERT_PIN, PH_STAGE_TLS, 0, 78 },
	{ PH_CAUSE_CERT_REVOKED, PH_STAGE_TLS, 0, 78 },
	{ PH_CAUSE_CERT_STAPLE, PH_STAGE_TLS, 0, 78 },
	{ PH_CAUSE_CERT_OTHER, PH_STAGE_TLS, 0, 78 },
	{ PH_CAUSE_TLS_NOT_OFFERED, PH_STAGE_TLS, 0, 78 },
	{ PH_CAUSE_TLS_REFUSED, PH_STAGE_TLS, 454, 75 },
	{ PH_CAUSE_TLS_REFUSED, PH_STAGE_TLS, 502, 78 },
	{ PH_CAUSE_TLS_INJECTED, PH_STAGE_TLS, 220, 76 },
	{ PH_CAUSE_CERT_EXPIRED, PH_STAGE_TLS, 0, 78 },
	{ PH_CAUSE_CERT_NAME, PH_STAGE_TLS, 0, 78 },
	{ PH_CAUSE_AUTH_NO_COMMON, PH_STAGE_AUTH, 0, 78 },
	{ PH_CAUSE_AUTH_NOT_OFFERED, PH_STAGE_AUTH, 0, 78 },
	{ PH_CAUSE_AUTH_REFUSED, PH_STAGE_AUTH, 535, 77 },
	{ PH_CAUSE_AUTH_REFUSED, PH_STAGE_AUTH, 454, 75 },
	{ PH_CAUSE_AUTH_TOKEN, PH_STAGE_AUTH, 535, 77 },
	{ PH_CAUSE_AUTH_TOKEN, PH_STAGE_AUTH, 0, 77 },
	{ PH_CAUSE_AUTH_USERNAME, PH_STAGE_AUTH, 535, 77 },
	{ PH_CAUSE_AUTH_USERNAME, PH_STAGE_AUTH, 0, 77 },
	{ PH_CAUSE_AUTH_MECHANISM, PH_STAGE_AUTH, 534, 77 },
	{ PH_CAUSE_AUTH_MECHANISM, PH_STAGE_AUTH, 504, 78 },
	{ PH_CAUSE_AUTH_MECHANISM, PH_STAGE_AUTH, 538, 78 },
	{ PH_CAUSE_AUTH_DEFERRED, PH_STAGE_AUTH, 454, 75 },
	{ PH_CAUSE_TLS_DOWNGRADE, PH_STAGE_TLS, 0, 78 },
	{ PH_CAUSE_TLS_DOWNGRADE, PH_STAGE_TLS, 454, 78 },
	{ PH_CAUSE_AUTH_DOWNGRADE, PH_STAGE_AUTH, 0, 78 },
	{ PH_CAUSE_AUTH_USED_UP, PH_STAGE_AUTH, 0, 77 },
	{ PH_CAUSE_AUTH_USED_UP, PH_STAGE_AUTH, 535, 77 },
	{ PH_CAUSE_AUTH_REQUIRED, PH_STAGE_MAIL, 530, 77 },
	{ PH_CAUSE_TOKEN_MISSING, PH_STAGE_CONFIG, 0, 78 },
	{ PH_CAUSE_TOKEN_ENDED, PH_STAGE_AUTH, 0, 77 },
	{ PH_CAUSE_TOKEN_DENIED, PH_STAGE_AUTH, 0, 77 },
	{ PH_CAUSE_TOKEN_EXPIRED, PH_STAGE_AUTH, 0, 75 },
	{ PH_CAUSE_TOKEN_CLIENT, PH_STAGE_AUTH, 0, 78 },
	{ PH_CAUSE_TOKEN_UNREACHABLE, PH_STAGE_AUTH, 0, 75 },
	{ PH_CAUSE_TOKEN_TLS, PH_STAGE_AUTH, 0, 78 },
	{ PH_CAUSE_TOKEN_PROTOCOL, PH_STAGE_AUTH, 0, 76 },
	{ PH_CAUSE_SENDER_REFUSED, PH_STAGE_MAIL, 550, 69 },
	{ PH_CAUSE_SENDER_REFUSED, PH_STAGE_MAIL, 530, 77 },
	{ PH_CAUSE_SENDER_REFUSED, PH_STAGE_MAIL, 535, 77 },
	{ PH_CAUSE_SENDER_REFUSED, PH_STAGE_MAIL, 451, 75 },
	{ PH_CAUSE_SENDER_DEFERRED, PH_STAGE_MAIL, 451, 75 },
	{ PH_CAUSE_TOO_BIG, PH_STAGE_MAIL, 0, 69 },
	{ PH_CAUSE_TOO_BIG, PH_STAGE_MAIL, 552, 69 },
	{ PH_CAUSE_TOO_BIG, PH_STAGE_MAIL, 452, 75 },
	{ PH_CAUSE_RECIPIENT_REFUSED, PH_STAGE_RCPT, 550, 69 },
	{ PH_CAUSE_RECIPIENT_DEFERRED, PH_STAGE_RCPT, 450, 75 },
	{ PH_CAUSE_MESSAGE_REFUSED, PH_STAGE_DATA, 554, 69 },
	{ PH_CAUSE_TIMEOUT, PH_STAGE_MAIL, 0, 75 },
	{ PH_CAUSE_CONNECTION_LOST, PH_STAGE_MAIL, 250, 75 },
	{ PH_CAUSE_LOST_AFTER_DOT, PH_STAGE_DATA, 421, 74 },
	{ PH_CAUSE_SHUTTING_DOWN, PH_STAGE_RCPT, 421, 75 },
	{ PH_CAUSE_RATE_LIMITED, PH_STAGE_CONFIG, 0, 75 },
	{ PH_CAUSE_TOO_MANY_SESSIONS, PH_STAGE_CONNECT, 0, 75 },
	{ PH_CAUSE_PROTOCOL, PH_STAGE_EHLO, 454, 76 },
	{ PH_CAUSE_REPLY_TOO_BIG, PH_STAGE_EHLO, 0, 76 },
	{ PH_CAUSE_NO_MEMORY, PH_STAGE_CONFIG, 0, 70 },
	{ PH_CAUSE_INTERNAL, PH_STAGE_CONFIG, 0, 70 },
};

static void test_exits(void)
{
	for (size_t i = 0; i < PH_COUNT(exits); i++) {
		struct ph_fault f = { .cause = exits[i].cause,
			.stage = exits[i].stage,
			.code = (uint16_t)exits[i].code };

		check_case(ph_cause_name(f.cause), exits[i].code);
		check_int(ph_fault_exit(&f), exits[i].exit);
	}
}

static void test_advice(void)
{
	struct ph_fault f = { .cause = PH_CAUSE_RECIPIENT_REFUSED,
		.stage = PH_STAGE_RCPT,
		.code = 550 };

	check_case("advice", 0);
	/* the code is made for this stage */
	check(strcmp(ph_fault_advice(&f),
		  ph_cause_advice(PH_CAUSE_RECIPIENT_REFUSED)) != 0);
	check_str(ph_fault_setting(&f), "recipient");

	/* the enhanced code points closer */
	f.enhanced[0] = 5;
	f.enhanced[1] = 2;
	f.enhanced[2] = 3;
	check_str(ph_fault_setting(&f), "size");

	/* a code that tells no stage says no more than the cause */
	f = (struct ph_fault){ .cause = PH_CAUSE_EHLO_REFUSED,
		.stage = PH_STAGE_EHLO,
		.code = 504 };
	check_str(ph_fault_advice(&f), ph_cause_advice(PH_CAUSE_EHLO_REFUSED));
	check_str(ph_fault_setting(&f), "helo");

	/* nor does one at another stage than its own */
	f.code = 550;
	check_str(ph_fault_setting(&f), "helo");

	/* nor one that is unknown */
	f.code = 599;
	check_str(ph_fault_setting(&f), "helo");

	/* a cause that no reply is behind keeps its own words */
	f = (struct ph_fault){ .cause = PH_CAUSE_LOST_AFTER_DOT,
		.stage = PH_STAGE_DATA,
		.code = 554 };
	check_str(ph_fault_setting(&f), "network");

	/* a second look at the server's last refusal would not help */
	f.cause = PH_CAUSE_AUTH_USED_UP;
	f.stage = PH_STAGE_AUTH;
	f.code = 535;
	check_str(ph_fault_advice(&f), ph_cause_advice(PH_CAUSE_AUTH_USED_UP));
	/* a proxy's cause points at the proxy, or at what it did not reach */
	f = (struct ph_fault){ .cause = PH_CAUSE_PROXY_LOGIN_REFUSED,
		.stage = PH_STAGE_PROXY };
	check_str(ph_fault_setting(&f), "proxy");
	check(strstr(ph_fault_advice(&f), "for the proxy") != NULL);
	f.cause = PH_CAUSE_PROXY_TARGET_CLOSED;
	check_str(ph_fault_setting(&f), "port");
	check(strstr(ph_fault_advice(&f), "the proxy works") != NULL);
	f.cause = PH_CAUSE_PROXY_TARGET_UNKNOWN;
	check_str(ph_fault_setting(&f), "host");
	f.cause = PH_CAUSE_PROXY_UNREACHABLE;
	check_str(ph_fault_setting(&f), "proxy");
	check(strstr(ph_fault_advice(&f), "was not asked yet") != NULL);

	/* who knows better says so */
	ph_fault_advise(&f, "do %s", "this");
	check_str(ph_fault_advice(&f), "do this");
}

/* What a token server did says nothing about the mail server's settings. */
static void test_tokens(void)
{
	for (int c = PH_CAUSE_TOKEN_MISSING; c <= PH_CAUSE_TOKEN_PROTOCOL;
	     c++) {
		struct ph_fault f = { .cause = (enum ph_cause)c,
			.stage = PH_STAGE_AUTH,
			.code = 535 };

		check_case("token", (size_t)c);
		check_str(ph_fault_setting(&f), "token");
		check_str(ph_fault_advice(&f), ph_cause_advice(f.cause));
	}
	check_case(NULL, 0);
}

/* One word for both: the list of settings is closed, the cause tells whose
   certificate it is. */
static void test_certificates(void)
{
	static const enum ph_cause mine[] = { PH_CAUSE_CLIENT_CERTIFICATE,
		PH_CAUSE_CLIENT_KEY };

	static const enum ph_cause theirs[] = { PH_CAUSE_CERT_REVOKED,
		PH_CAUSE_CERT_STAPLE, PH_CAUSE_CERT_PIN };

	for (size_t i = 0; i < PH_COUNT(mine); i++) {
		struct ph_fault f = { .cause = mine[i] };

		check_str(ph_fault_setting(&f), "certificate");
		/* Known better where it arose. */
		ph_fault_suspect(&f, "port");
		check_str(ph_fault_setting(&f), "port");
	}
	for (size_t i = 0; i < PH_COUNT(theirs); i++) {
		struct ph_fault f = { .cause = theirs[i], .code = 454 };

		check_str(ph_fault_setting(&f), "certificate");
		/* A code from before the handshake says nothing of it. */
		check_int(ph_fault_exit(&f), PH_EXIT_CONFIG);
	}
}

int main(void)
{
	test_tokens();
	test_certificates();
	test_complete();
	test_words();
	test_exits();
	test_advice();
	return check_end();
}
