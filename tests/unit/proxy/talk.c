#include "talk.h"

#include "check.h"
#include "sasl/legacy.h"
#include "sasl/ntlm.h"

#define GO4     "\x04\x01\x02\x4b"
#define NAME    "mail.example.com"
#define ASK     "CONNECT " NAME ":587 HTTP/1.1\r\nHost: " NAME ":587\r\n\r\n"
#define GRANTED "\0\x5a\0\0\0\0\0\0"
#define METHODS "\x05\x02\0\x02"
#define LOGIN \
 "\x01\x03"   \
 "ann\x0b" PASSWORD
#define WAY    "\x05\x01\0\x03\x10" NAME "\x02\x4b"
#define OPENED "\x05\0\0\x01\0\0\0\0\0\0"
#define HELLO  "220 mail.example.com ESMTP\r\n"
#define GOOD   "HTTP/1.1 200 Connection established\r\n\r\n"
#define WANTED "HTTP/1.1 407 Proxy Authentication Required\r\n"
#define BASIC  "Proxy-Authenticate: Basic realm=\"x\"\r\n"
#define DIGEST                                                          \
 "Proxy-Authenticate: Digest realm=\"x\", nonce=\"n1\", qop=\"auth\", " \
 "stale=false\r\n"
#define STALE                                                           \
 "Proxy-Authenticate: Digest realm=\"x\", nonce=\"n2\", qop=\"auth\", " \
 "stale=true\r\n"
#define NO_BODY "Content-Length: 0\r\n\r\n"
#define BODY    "Content-Length: 6\r\n\r\nHTTP/1"
/* ann:op3n:s"same */
#define SHOWN "Proxy-Authorization: Basic YW5uOm9wM246cyJzYW1l\r\n"
/* A challenge of NTLM: Unicode, no attributes but the end. */
#define NTLM2                                                               \
 "Proxy-Authenticate: NTLM "                                                \
 "TlRMTVNTUAACAAAAAAAAADAAAAAFgomiASNFZ4mrze8AAAAAAAAAAAQABAAwAAAAAAAAAA==" \
 "\r\n"
#define NTLM1                 \
 "Proxy-Authorization: NTLM " \
 "TlRMTVNTUAABAAAAB4KIIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA==\r\n"

#define NEGOTIATE "Proxy-Authenticate: Negotiate\r\n"
/* SPNEGO around "AP-REQ" and "MORE", with Kerberos as the only mechanism. */
#define TICKET                     \
 "Proxy-Authorization: Negotiate " \
 "YCUGBisGAQUFAqAbMBmgDTALBgkqhkiG9xIBAgKiCAQGQVAtUkVR\r\n\r\n"
#define MORE "Proxy-Authorization: Negotiate oQowCKIGBARNT1JF\r\n\r\n"
/* Incomplete, "CHALLENGE"; completed, "AP-REP"; completed; rejected, without
   and with "KRB-ERROR". */
#define GO_ON                     \
 "Proxy-Authenticate: Negotiate " \
 "oSEwH6ADCgEBoQsGCSqGSIb3EgECAqILBAlDSEFMTEVOR0U=\r\n"
#define PROOF                     \
 "Proxy-Authenticate: Negotiate " \
 "oR4wHKADCgEAoQsGCSqGSIb3EgECAqIIBAZBUC1SRVA=\r\n"
#define COMPLETED "Proxy-Authenticate: Negotiate oQcwBaADCgEA\r\n"
#define REJECTED  "Proxy-Authenticate: Negotiate oQcwBaADCgEC\r\n"
#define SKEW                      \
 "Proxy-Authenticate: Negotiate " \
 "oRQwEqADCgECogsECUtSQi1FUlJPUg==\r\n"
#define LET_IN "HTTP/1.1 200 Connection established\r\n"

#define S(lit)     PH_SPAN_INIT(lit)
#define WITH(name) .has = "Proxy-Authorization: " name " "

#define SOCKS4  .protocol = PH_TUNNEL_SOCKS4, .host = "192.0.2.7"
#define SOCKS4A .protocol = PH_TUNNEL_SOCKS4A
#define SOCKS5  .protocol = PH_TUNNEL_SOCKS5
#define HTTP    .protocol = PH_TUNNEL_HTTP

const struct talk talks[] = {
	/* SOCKS 4 */
	{ "socks4", SOCKS4,
	    .steps = { { S(GO4 "\xc0\0\x02\x07\0"), .give = S(GRANTED) } } },
	{ "socks4, a user", SOCKS4, .user = "ann",
	    .steps = { { S(GO4 "\xc0\0\x02\x07" "ann\0"),
		.give = S(GRANTED HELLO) } },
	    .surplus = S(HELLO) },
	{ "socks4, its own version", SOCKS4,
	    .steps = { { S(GO4 "\xc0\0\x02\x07\0"),
		.give = S("\x04\x5a\0\0\0\0\0\0") } } },
	{ "socks4, rejected", SOCKS4,
	    .steps = { { .give = S("\0\x5b\0\0\0\0\0\0") } },
	    .cause = PH_CAUSE_PROXY_TARGET_FAILED,
	    .text = "or could not reach it (SOCKS 4 answer 91)" },
	{ "socks4, no identd", SOCKS4, .steps = { { .give = S("\0\x5c") } },
	    .cause = PH_CAUSE_PROXY_LOGIN_REFUSED, .text = "identd" },
	{ "socks4, another user", SOCKS4, .steps = { { .give = S("\0\x5d") } },
	    .cause = PH_CAUSE_PROXY_LOGIN_REFUSED,
	    .text = "names another user" },
	{ "socks4, nonsense", SOCKS4, .steps = { { .give = S("\0\x01") } },
	    .cause = PH_CAUSE_PROXY_PROTOCOL, .text = "1" },
	{ "socks4a", SOCKS4A,
	    .steps = { { S(GO4 "\0\0\0\x01\0" NAME "\0"),
		.give = S(GRANTED HELLO) } },
	    .surplus = S(HELLO) },
	{ "socks4a, a literal", SOCKS4A, .host = "192.0.2.7",
	    .steps = { { S(GO4 "\xc0\0\x02\x07\0"), .give = S(GRANTED) } } },
	{ "socks4a, no literal", SOCKS4A, .host = "1.2.3.400",
	    .steps = { { S(GO4 "\0\0\0\x01\0" "1.2.3.400\0"),
		.give = S(GRANTED) } } },
	{ "socks4a, five numbers", SOCKS4A, .host = "1.2.3.4.5",
	    .steps = { { S(GO4 "\0\0\0\x01\0" "1.2.3.4.5\0"),
		.give = S(GRANTED) } } },
	{ "socks4, 5 there", SOCKS4, .steps = { { .give = S("\x05\xff") } },
	    .cause = PH_CAUSE_PROXY_KIND, .text = "type to socks5" },

	/* SOCKS 5 */
	{ "socks5", SOCKS5,
	    .steps = { { S("\x05\x01\0"), .give = S("\x05\0") },
		{ S(WAY), .give = S(OPENED) } } },
	{ "socks5, one segment", SOCKS5,
	    .steps = { { .give = S("\x05\0") },
		{ S(WAY), .give = S(OPENED HELLO) } },
	    .surplus = S(HELLO) },
	{ "socks5, IPv6 bound", SOCKS5,
	    .steps = { { .give = S("\x05\0") },
		{ .give = S("\x05\0\0\x04" "0123456789abcdefpp" HELLO) } },
	    .surplus = S(HELLO) },
	{ "socks5, a name bound", SOCKS5,
	    .steps = { { .give = S("\x05\0") },
		{ .give = S("\x05\0\0\x03\x03" "abcpp" HELLO) } },
	    .surplus = S(HELLO) },
	{ "socks5, an empty name bound", SOCKS5,
	    .steps = { { .give = S("\x05\0") },
		{ .give = S("\x05\0\0\x03\0pp" HELLO) } },
	    .surplus = S(HELLO) },
	{ "socks5, IPv4", SOCKS5, .host = "192.0.2.7",
	    .steps = { { .give = S("\x05\0") },
		{ S("\x05\x01\0\x01\xc0\0\x02\x07\x02\x4b"),
		    .give = S(OPENED) } } },
	{ "socks5, IPv6", SOCKS5, .host = "2001:db8::1",
	    .steps = { { .give = S("\x05\0") },
		{ S("\x05\x01\0\x04\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x01"
		    "\x02\x4b"),
		    .give = S(OPENED) } } },
	{ "socks5, a user who is not asked", SOCKS5, .user = "ann",
	    .steps = { { S(METHODS), .give = S("\x05\0") },
		{ S(WAY), .give = S(OPENED) } } },
	{ "socks5, a user", SOCKS5, .user = "ann", .scheme = "user/password",
	    .steps = { { S(METHODS), .give = S("\x05\x02") },
		{ S(LOGIN), .give = S("\x01\0") },
		{ S(WAY), .give = S(OPENED HELLO) } },
	    .surplus = S(HELLO) },
	{ "socks5, a user, version 5", SOCKS5, .user = "ann",
	    .encrypted = true, .scheme = "user/password",
	    .steps = { { .give = S("\x05\x02") }, { .give = S("\x05\0") },
		{ S(WAY), .give = S(OPENED) } } },
	{ "socks5, wrong password", SOCKS5, .user = "ann",
	    .steps = { { .give = S("\x05\x02") }, { .give = S("\x01\x02") } },
	    .cause = PH_CAUSE_PROXY_LOGIN_REFUSED,
	    .text = "refused the user name or password of ann (SOCKS 5 answer "
		    "01 02)" },
	{ "socks5, a login wanted", SOCKS5,
	    .steps = { { .give = S("\x05\xff") } },
	    .cause = PH_CAUSE_PROXY_LOGIN_REQUIRED, .text = "wants a login" },
	{ "socks5, another login wanted", SOCKS5, .user = "ann",
	    .steps = { { .give = S("\x05\xff") } },
	    .cause = PH_CAUSE_PROXY_LOGIN_METHOD, .text = "05 ff" },
	{ "socks5, chooses what was not offered", SOCKS5,
	    .steps = { { .give = S("\x05\x02") } },
	    .cause = PH_CAUSE_PROXY_PROTOCOL, .text = "02" },
	{ "socks5, GSSAPI", SOCKS5, .user = "ann",
	    .steps = { { .give = S("\x05\x01") } },
	    .cause = PH_CAUSE_PROXY_PROTOCOL, .text = "01" },
	{ "socks5, no verdict", SOCKS5, .user = "ann",
	    .steps = { { .give = S("\x05\x02") }, { .give = S("\x07\0") } },
	    .cause = PH_CAUSE_PROXY_KIND, .text = "an octet 07" },
#define ANSWER(code, what, words)                                \
 {                                                               \
  "socks5, answer " #code, SOCKS5,                               \
      .steps = { { .give = S("\x05\0") },                        \
	      { .give = S("\x05" code "\0\x01\0\0\0\0\0\0") } }, \
      .cause = (what), .text = (words)                           \
 }
	ANSWER("\x01", PH_CAUSE_PROXY_TARGET_FAILED,
	    "could not reach " NAME ":587 (SOCKS 5 answer 01)"),
	ANSWER("\x02", PH_CAUSE_PROXY_FORBIDDEN,
	    "does not allow the way to " NAME ":587 (SOCKS 5 answer 02)"),
	ANSWER("\x03", PH_CAUSE_PROXY_TARGET_FAILED, "no network"),
	ANSWER("\x04", PH_CAUSE_PROXY_TARGET_FAILED,
	    ":587: unknown or unreachable host (SOCKS 5 answer 04)"),
	ANSWER("\x05", PH_CAUSE_PROXY_TARGET_CLOSED,
	    "refused the connection to " NAME ":587 (SOCKS 5 answer 05)"),
	ANSWER("\x06", PH_CAUSE_PROXY_TARGET_FAILED, "in time"),
	ANSWER("\x07", PH_CAUSE_PROXY_FORBIDDEN, "to others"),
	ANSWER("\x08", PH_CAUSE_PROXY_TARGET_FAILED, "address"),
	ANSWER("\x09", PH_CAUSE_PROXY_PROTOCOL, "09"),
	ANSWER("\xff", PH_CAUSE_PROXY_PROTOCOL, "ff"),
	{ "socks5, a short no", SOCKS5,
	    .steps = { { .give = S("\x05\0") }, { .give = S("\x05\x05") } },
	    .cause = PH_CAUSE_PROXY_TARGET_CLOSED },
	{ "socks5, unknown kind of address", SOCKS5,
	    .steps = { { .give = S("\x05\0") },
		{ .give = S("\x05\0\0\x02") } },
	    .cause = PH_CAUSE_PROXY_PROTOCOL, .text = "02" },
	{ "socks5, no reply", SOCKS5,
	    .steps = { { .give = S("\x05\0") }, { .give = S("\0\x5a") } },
	    .cause = PH_CAUSE_PROXY_KIND, .text = "SOCKS 4" },

	/* another kind */
	{ "SOCKS to an HTTP proxy", SOCKS5,
	    .steps = { { .give = S("HTTP/1.0 400 Bad Request\r\nX: y\r\n") } },
	    .cause = PH_CAUSE_PROXY_KIND,
	    .text = "in HTTP, not in SOCKS: \"HTTP/1.0 400 Bad Request\"" },
	{ "SOCKS to a web page", SOCKS5,
	    .steps = { { .give = S("<html><body>no</body></html>\n") } },
	    .cause = PH_CAUSE_PROXY_KIND, .text = "with a web page" },
	{ "SOCKS to a mail server", SOCKS5,
	    .steps = { { .give = S("220-mail.example.com ESMTP\r\n") } },
	    .cause = PH_CAUSE_PROXY_KIND,
	    .text = "is a mail server and no proxy: it said \"220-mail" },
	{ "SOCKS 4 to a mail server", SOCKS4,
	    .steps = { { .give = S("554 no\r\n") } },
	    .cause = PH_CAUSE_PROXY_KIND, .text = "\"554 no\"" },
	{ "SOCKS to IMAP", SOCKS5, .steps = { { .give = S("* OK hi\r\n") } },
	    .cause = PH_CAUSE_PROXY_KIND, .text = "as an IMAP server" },
	{ "SOCKS to TLS", SOCKS5,
	    .steps = { { .give = S("\x15\x03\x03\0\x02\x02\x0a") } },
	    .cause = PH_CAUSE_PROXY_KIND, .text = "answered in TLS" },
	{ "SOCKS to SOCKS 4", SOCKS5, .steps = { { .give = S("\0\x5b") } },
	    .cause = PH_CAUSE_PROXY_KIND, .text = "type to socks4a" },
	{ "SOCKS to a hang-up in a line", SOCKS5,
	    .steps = { { .give = S("SSH-2.0-x"), .hangs_up = true } },
	    .cause = PH_CAUSE_PROXY_KIND, .text = "as an SSH server" },
	{ "HTTP to a mail server", HTTP,
	    .steps = { { S(ASK), .give = S("220 mail ESMTP\r\n") } },
	    .cause = PH_CAUSE_PROXY_KIND,
	    .text = "host and port of the proxy are those of a mail server" },
	{ "HTTP to TLS", HTTP,
	    .steps = { { .give = S("\x15\x03\x01\0\x02\x02\x46") } },
	    .cause = PH_CAUSE_PROXY_KIND, .text = "type to https" },
	{ "HTTP to SOCKS 5", HTTP, .steps = { { .give = S("\x05\xff") } },
	    .cause = PH_CAUSE_PROXY_KIND, .text = "type to socks5" },
	{ "HTTP to SOCKS 4", HTTP,
	    .steps = { { .give = S("\0\x5b\0\0\0\0\0\0") } },
	    .cause = PH_CAUSE_PROXY_KIND, .text = "type to socks4a" },
	{ "HTTP to a page without a head", HTTP,
	    .steps = { { .give = S("<html>no") , .hangs_up = true } },
	    .cause = PH_CAUSE_PROXY_KIND, .text = "with a web page" },
	{ "HTTP to something", HTTP, .steps = { { .give = S("what?\r\n") } },
	    .cause = PH_CAUSE_PROXY_KIND, .text = "not HTTP: \"what?\"" },
	{ "HTTP to nobody", HTTP, .steps = { { .hangs_up = true } },
	    .cause = PH_CAUSE_PROXY_LOST, .text = "without an answer" },
	{ "SOCKS to nobody", SOCKS5, .steps = { { .hangs_up = true } },
	    .cause = PH_CAUSE_PROXY_LOST, .text = "type = http" },

	/* HTTP */
	{ "http", HTTP, .steps = { { S(ASK), .give = S(GOOD) } } },
	{ "http, one segment", HTTP, .steps = { { .give = S(GOOD HELLO) } },
	    .surplus = S(HELLO) },
	{ "http, 1.0, bare LF, no reason", HTTP,
	    .steps = { { .give = S("HTTP/1.0 200\n\n" HELLO) } },
	    .surplus = S(HELLO) },
	{ "http, IPv6", HTTP, .host = "2001:db8::1",
	    .steps = { { S("CONNECT [2001:db8::1]:587 HTTP/1.1\r\n"
			   "Host: [2001:db8::1]:587\r\n\r\n"),
		.give = S(GOOD) } } },
	{ "http, fields and lengths that mean nothing", HTTP,
	    .steps = { { .give = S("HTTP/1.1 200 OK\r\nVia: 1.1 x\r\n"
				   "Content-Length: 0\r\nContent-Type: text/"
				   "html\r\n folded\r\nno colon\r\n\r\n"
				   HELLO) } },
	    .surplus = S(HELLO) },
	{ "http, established, and a type", HTTP,
	    .steps = { { .give = S("HTTP/1.1 200 Connection Established\r\n"
				   "Content-Type: text/html\r\n\r\n") } } },
	{ "http, interim", HTTP,
	    .steps = { { .give = S("HTTP/1.1 100 Continue\r\n\r\n"
				   "HTTP/1.1 103 Hints\r\nLink: x\r\n\r\n"
				   GOOD HELLO) } },
	    .surplus = S(HELLO) },
	{ "http, switching", HTTP,
	    .steps = { { .give = S("HTTP/1.1 101 Switching\r\n\r\n") } },
	    .cause = PH_CAUSE_PROXY_PROTOCOL, .text = "101 \"Switching\"" },
#define I1 "HTTP/1.1 102 Processing\r\n\r\n"
#define I4 I1 I1 I1 I1
	{ "http, interim without end", HTTP,
	    .steps = { { .give = S(I4 I4 I4 I4 I1) } },
	    .cause = PH_CAUSE_PROXY_PROTOCOL, .text = "102" },
	{ "http, a page in place of a tunnel", HTTP,
	    .steps = { { .give = S("HTTP/1.1 200 OK\r\nContent-Type: text/"
				   "html; charset=utf-8\r\n"
				   "Content-Length: 9\r\n\r\n<html>hi") } },
	    .cause = PH_CAUSE_PROXY_KIND, .text = "a web page: 200 \"OK\"" },
	{ "http, a page of another type", HTTP,
	    .steps = { { .give = S("HTTP/1.0 200 OK\r\nContent-type: "
				   "application/xhtml+xml\r\n\r\n") } },
	    .cause = PH_CAUSE_PROXY_KIND, .text = "a network's sign-in page" },
#define STATUS(code, rest, what, words)                                 \
 {                                                                      \
  "http, " code, HTTP,                                                  \
      .steps = { { .give = S("HTTP/1.1 " code " " rest "\r\n\r\n") } }, \
      .cause = (what), .text = (words)                                  \
 }
	STATUS("204", "ok\r\nX: y", PH_CAUSE_NONE, ""),
	STATUS("302", "Found", PH_CAUSE_PROXY_KIND, "302 \"Found\""),
	STATUS("400", "Bad", PH_CAUSE_PROXY_KIND, "does not understand"),
	STATUS("403", "Forbidden", PH_CAUSE_PROXY_FORBIDDEN,
	    "does not allow the way to " NAME ":587: it answered 403 "
	    "\"Forbidden\""),
	STATUS("404", "Not Found", PH_CAUSE_PROXY_KIND, "knows no CONNECT"),
	STATUS("405", "No", PH_CAUSE_PROXY_KIND, "web server"),
	STATUS("408", "Timeout", PH_CAUSE_PROXY_TIMEOUT, "408"),
	STATUS("410", "Gone", PH_CAUSE_PROXY_FORBIDDEN, "410"),
	STATUS("429", "Slow", PH_CAUSE_PROXY_TARGET_FAILED, "429"),
	STATUS("500", "Unable to connect", PH_CAUSE_PROXY_TARGET_FAILED,
	    "could not reach " NAME ":587: it answered 500 \"Unable to "
	    "connect\""),
	STATUS("501", "No", PH_CAUSE_PROXY_KIND, "501"),
	STATUS("502", "Bad Gateway", PH_CAUSE_PROXY_TARGET_FAILED, "502"),
	STATUS("503", "Busy\r\nX-Squid-Error: ERR_DNS_FAIL 0",
	    PH_CAUSE_PROXY_TARGET_UNKNOWN, ", ERR_DNS_FAIL 0"),
	STATUS("503", "Busy\r\nX-Squid-Error: ERR_CONNECT_FAIL 111",
	    PH_CAUSE_PROXY_TARGET_CLOSED, "refused the connection to"),
	STATUS("503", "Busy\r\nX-Squid-Error: ERR_CONNECT_FAIL 113",
	    PH_CAUSE_PROXY_TARGET_FAILED, "could not reach"),
	STATUS("504", "Late", PH_CAUSE_PROXY_TARGET_FAILED, "in time"),
	STATUS("511", "Sign in", PH_CAUSE_PROXY_KIND, "browser"),
	STATUS("600", "?", PH_CAUSE_PROXY_PROTOCOL, "600"),
	STATUS("407", "Login" "\r\n" BASIC, PH_CAUSE_PROXY_LOGIN_REQUIRED,
	    "wants a login: it answered 407 \"Login\""),
	STATUS("401", "Login", PH_CAUSE_PROXY_LOGIN_REQUIRED, "401"),
	{ "http, no status", HTTP,
	    .steps = { { .give = S("HTTP/1.1 abc\r\n\r\n") } },
	    .cause = PH_CAUSE_PROXY_PROTOCOL, .text = "no HTTP" },
	{ "http, 2", HTTP, .steps = { { .give = S("HTTP/2 200\r\n\r\n") } },
	    .cause = PH_CAUSE_PROXY_KIND, .text = "HTTP/2 200" },
	{ "http, two lengths", HTTP,
	    .steps = { { .give = S("HTTP/1.1 403 No\r\nContent-Length: 1\r\n"
				   "Content-Length: 2\r\n\r\n") } },
	    .cause = PH_CAUSE_PROXY_PROTOCOL, .text = "no HTTP" },
	{ "http, hung up within", HTTP,
	    .steps = { { .give = S("HTTP/1.1 200 OK\r\n"), .hangs_up = true } },
	    .cause = PH_CAUSE_PROXY_LOST, .text = "in the midst" },

	/* HTTP, a login */
	{ "basic", HTTP, .user = "ann", .scheme = "Basic",
	    .steps = { { S(ASK), .give = S(WANTED BASIC BODY) },
		{ .has = SHOWN, .give = S(GOOD HELLO) } },
	    .surplus = S(HELLO) },
	{ "basic, not asked for", HTTP, .user = "ann",
	    .steps = { { S(ASK), .give = S(GOOD) } } },
	{ "basic, chunks", HTTP, .user = "ann", .scheme = "Basic",
	    .encrypted = true,
	    .steps = { { .give = S(WANTED BASIC
			     "Transfer-Encoding: chunked\r\n\r\n"
			     "5;x=y\r\nhello\r\n1A\r\n"
			     "abcdefghijklmnopqrstuvwxyz\r\n0\r\nX: y\r\n"
			     "\r\n") },
		{ .has = SHOWN, .give = S(GOOD) } } },
	{ "basic, over a new connection", HTTP, .user = "ann", .reconnects = 1,
	    .scheme = "Basic",
	    .steps = { { .give = S(WANTED BASIC "Connection: close\r\n" BODY),
			   .hangs_up = true },
		{ .has = SHOWN, .give = S(GOOD HELLO) } },
	    .surplus = S(HELLO) },
	{ "basic, 1.0", HTTP, .user = "ann", .reconnects = 1, .scheme = "Basic",
	    .steps = { { .give = S("HTTP/1.0 407 No\r\n" BASIC BODY),
			   .hangs_up = true },
		{ .has = SHOWN, .give = S(GOOD) } } },
	{ "basic, 1.0 that stays", HTTP, .user = "ann", .scheme = "Basic",
	    .steps = { { .give = S("HTTP/1.0 407 No\r\nProxy-Connection: "
				   "Keep-Alive\r\n" BASIC BODY) },
		{ .has = SHOWN, .give = S(GOOD) } } },
	{ "basic, no end of the body", HTTP, .user = "ann", .reconnects = 1,
	    .scheme = "Basic",
	    .steps = { { .give = S(WANTED BASIC "\r\n<html>"),
			   .hangs_up = true },
		{ .has = SHOWN, .give = S(GOOD) } } },
	{ "basic, spoilt chunks", HTTP, .user = "ann", .reconnects = 1,
	    .scheme = "Basic",
	    .steps = { { .give = S(WANTED BASIC
			     "Transfer-Encoding: chunked\r\n\r\nxyz\r\n"),
			   .hangs_up = true },
		{ .has = SHOWN, .give = S(GOOD) } } },
	{ "basic, gone in the body", HTTP, .user = "ann", .reconnects = 1,
	    .scheme = "Basic",
	    .steps = { { .give = S(WANTED BASIC
			     "Content-Length: 9\r\n\r\nabc"),
			   .hangs_up = true },
		{ .has = SHOWN, .give = S(GOOD) } } },
	{ "basic, gone before the second request", HTTP, .user = "ann",
	    .reconnects = 1, .scheme = "Basic",
	    .steps = { { .give = S(WANTED BASIC NO_BODY) },
		{ .has = SHOWN, .hangs_up = true },
		{ .has = SHOWN, .give = S(GOOD) } } },
	{ "basic, gone again and again", HTTP, .user = "ann", .reconnects = 1,
	    .steps = { { .give = S(WANTED BASIC NO_BODY) },
		{ .has = SHOWN, .hangs_up = true },
		{ .has = SHOWN, .hangs_up = true } },
	    .cause = PH_CAUSE_PROXY_LOST, .text = "without an answer" },
	{ "basic, refused", HTTP, .user = "ann",
	    .steps = { { .give = S(WANTED BASIC NO_BODY) },
		{ .has = SHOWN, .give = S(WANTED BASIC NO_BODY) } },
	    .cause = PH_CAUSE_PROXY_LOGIN_REFUSED,
	    .text = "password of ann (Basic): it answered 407 \"Proxy "
		    "Authentication Required\"" },
	{ "basic, refused by 401", HTTP, .user = "ann",
	    .steps = { { .give = S(WANTED BASIC NO_BODY) },
		{ .has = SHOWN,
		    .give = S("HTTP/1.0 401 Unauthorized\r\n\r\n<html>") } },
	    .cause = PH_CAUSE_PROXY_LOGIN_REFUSED,
	    .text = "401 \"Unauthorized\"" },
	{ "basic, taken, and forbidden", HTTP, .user = "ann",
	    .steps = { { .give = S(WANTED BASIC NO_BODY) },
		{ .has = SHOWN, .give = S("HTTP/1.1 403 No\r\n\r\n") } },
	    .cause = PH_CAUSE_PROXY_FORBIDDEN },
	{ "basic, a name that it ends", HTTP, .user = "a:b",
	    .steps = { { .give = S(WANTED BASIC NO_BODY) } },
	    .cause = PH_CAUSE_PROXY_LOGIN_METHOD, .text = "offers Basic (407" },
	{ "nothing in common", HTTP, .user = "ann",
	    .steps = { { .give = S(WANTED
			     "Proxy-Authenticate: Negotiate\r\n"
			     "Proxy-Authenticate: Bearer realm=\"x\", OAuth\r\n"
			     NO_BODY) } },
	    .cause = PH_CAUSE_PROXY_LOGIN_METHOD,
	    .text = "it offers Negotiate, Bearer, OAuth (407" },
	{ "nothing offered", HTTP, .user = "ann",
	    .steps = { { .give = S(WANTED NO_BODY) } },
	    .cause = PH_CAUSE_PROXY_LOGIN_METHOD, .text = "it offers none" },
	{ "digest before basic", HTTP, .user = "ann", .scheme = "Digest",
	    .steps = { { .give = S(WANTED BASIC DIGEST NO_BODY) },
		{ WITH("Digest"), .give = S(GOOD HELLO) } },
	    .surplus = S(HELLO) },
	{ "digest, the stronger of two", HTTP, .user = "ann",
	    .scheme = "Digest",
	    .steps = { { .give = S(WANTED
			     "Proxy-Authenticate: Digest realm=\"x\", "
			     "nonce=\"n1\", qop=\"auth\", algorithm=MD5, "
			     "Digest realm=\"x\", nonce=\"n2\", qop=\"auth\", "
			     "algorithm=SHA-256\r\n" NO_BODY) },
		{ .has = "algorithm=SHA-256, qop=auth, nc=00000001",
		    .give = S(GOOD) } } },
	{ "digest, stale", HTTP, .user = "ann", .scheme = "Digest",
	    .steps = { { .give = S(WANTED DIGEST NO_BODY) },
		{ .has = "nonce=\"n1\"", .give = S(WANTED STALE NO_BODY) },
		{ .has = "nonce=\"n2\"", .give = S(GOOD) } } },
	{ "digest, stale twice", HTTP, .user = "ann",
	    .steps = { { .give = S(WANTED DIGEST NO_BODY) },
		{ WITH("Digest"), .give = S(WANTED STALE NO_BODY) },
		{ WITH("Digest"), .give = S(WANTED STALE NO_BODY) } },
	    .cause = PH_CAUSE_PROXY_LOGIN_REFUSED, .text = "(Digest)" },
	{ "digest, refused", HTTP, .user = "ann",
	    .steps = { { .give = S(WANTED DIGEST BASIC NO_BODY) },
		{ WITH("Digest"), .give = S(WANTED DIGEST BASIC NO_BODY) } },
	    .cause = PH_CAUSE_PROXY_LOGIN_REFUSED, .text = "(Digest)" },
	{ "digest of a kind that is not spoken", HTTP, .user = "ann",
	    .scheme = "Basic",
	    .steps = { { .give = S(WANTED
			     "Proxy-Authenticate: Digest realm=\"x\", "
			     "nonce=\"n\", qop=\"auth\", algorithm=SHA-512-256"
			     "\r\n" BASIC NO_BODY) },
		{ .has = SHOWN, .give = S(GOOD) } } },
	{ "digest without a nonce", HTTP, .user = "ann", .scheme = "Basic",
	    .steps = { { .give = S(WANTED
			     "Proxy-Authenticate: Digest realm=\"x\", "
			     "qop=\"auth\"\r\n" BASIC NO_BODY) },
		{ .has = SHOWN, .give = S(GOOD) } } },
	{ "ntlm", HTTP, .user = "ann", .domain = "CORP", .scheme = "NTLM",
	    .steps = { { .give = S(WANTED "Proxy-Authenticate: NTLM\r\n" BASIC
			     NO_BODY) },
		{ .has = NTLM1, .give = S(WANTED NTLM2 BODY) },
		{ .has = "NTLM TlRMTVNTUAAD", .give = S(GOOD HELLO) } },
	    .surplus = S(HELLO) },
	{ "ntlm, over a new connection", HTTP, .user = "ann", .reconnects = 1,
	    .scheme = "NTLM",
	    .steps = { { .give = S(WANTED
			     "Proxy-Authenticate: NTLM\r\nProxy-Connection: "
			     "close\r\n\r\n"),
			   .hangs_up = true },
		{ .has = NTLM1, .give = S(WANTED NTLM2 NO_BODY) },
		{ WITH("NTLM"), .give = S(GOOD) } } },
	{ "ntlm, refused", HTTP, .user = "ann",
	    .steps = { { .give = S(WANTED "Proxy-Authenticate: NTLM\r\n"
			     NO_BODY) },
		{ WITH("NTLM"), .give = S(WANTED NTLM2 NO_BODY) },
		{ WITH("NTLM"), .give = S(WANTED "Proxy-Authenticate: NTLM\r\n"
			     NO_BODY) } },
	    .cause = PH_CAUSE_PROXY_LOGIN_REFUSED, .text = "(NTLM)" },
	{ "ntlm, no challenge, then basic", HTTP, .user = "ann",
	    .scheme = "Basic",
	    .steps = { { .give = S(WANTED "Proxy-Authenticate: NTLM\r\n" BASIC
			     NO_BODY) },
		{ WITH("NTLM"), .give = S(WANTED
			     "Proxy-Authenticate: NTLM\r\n" BASIC NO_BODY) },
		{ .has = SHOWN, .give = S(GOOD) } } },
	{ "ntlm, a spoilt challenge, then basic", HTTP, .user = "ann",
	    .scheme = "Basic",
	    .steps = { { .give = S(WANTED "Proxy-Authenticate: NTLM\r\n" BASIC
			     NO_BODY) },
		{ WITH("NTLM"), .give = S(WANTED
			     "Proxy-Authenticate: NTLM YWJj\r\n" BASIC
			     NO_BODY) },
		{ .has = SHOWN, .give = S(GOOD) } } },
	{ "ntlm, not bound to the connection", HTTP, .user = "ann",
	    .steps = { { .give = S(WANTED "Proxy-Authenticate: NTLM\r\n"
			     NO_BODY) },
		{ WITH("NTLM"),
		    .give = S(WANTED NTLM2 "Connection: close\r\n\r\n") } },
	    .cause = PH_CAUSE_PROXY_LOGIN_METHOD, .text = "offers NTLM" },
	{ "ntlm, gone within", HTTP, .user = "ann",
	    .steps = { { .give = S(WANTED "Proxy-Authenticate: NTLM\r\n"
			     NO_BODY) },
		{ WITH("NTLM"), .give = S(WANTED NTLM2 NO_BODY) },
		{ WITH("NTLM"), .hangs_up = true } },
	    .cause = PH_CAUSE_PROXY_LOST },

	/* Negotiate */
	{ "negotiate", HTTP, .user = "ann", .scheme = "Negotiate",
	    .has_tokens = true, .tokens = { { .token = "AP-REQ" } },
	    .steps = { { S(ASK), .give = S(WANTED BASIC NEGOTIATE DIGEST
			     NO_BODY) },
		{ .has = TICKET, .give = S(GOOD HELLO) } },
	    .surplus = S(HELLO) },
	{ "negotiate, nobody", HTTP, .scheme = "Negotiate",
	    .has_tokens = true, .tokens = { { .token = "AP-REQ" } },
	    .steps = { { S(ASK), .give = S(WANTED NEGOTIATE BODY) },
		{ .has = TICKET, .give = S(GOOD HELLO) } },
	    .surplus = S(HELLO) },
	{ "negotiate, not asked for", HTTP, .has_tokens = true,
	    .steps = { { S(ASK), .give = S(GOOD) } } },
	{ "negotiate, not offered, nobody", HTTP, .has_tokens = true,
	    .steps = { { .give = S(WANTED BASIC NO_BODY) } },
	    .cause = PH_CAUSE_PROXY_LOGIN_REQUIRED,
	    .text = "wants a login: it answered 407" },
	{ "negotiate, a proof", HTTP, .user = "ann", .scheme = "Negotiate",
	    .has_tokens = true,
	    .tokens = { { .token = "AP-REQ" },
		{ .challenge = "AP-REP", .is_through = true } },
	    .steps = { { .give = S(WANTED NEGOTIATE NO_BODY) },
		{ .has = TICKET, .give = S(LET_IN PROOF "\r\n" HELLO) } },
	    .surplus = S(HELLO) },
	{ "negotiate, a proof without Kerberos", HTTP, .user = "ann",
	    .scheme = "Negotiate", .has_tokens = true,
	    .tokens = { { .token = "AP-REQ" } },
	    .steps = { { .give = S(WANTED NEGOTIATE NO_BODY) },
		{ .has = TICKET, .give = S(LET_IN COMPLETED "\r\n" HELLO) } },
	    .surplus = S(HELLO) },
	{ "negotiate, a false proof", HTTP, .user = "ann",
	    .has_tokens = true,
	    .tokens = { { .token = "AP-REQ" },
		{ .challenge = "AP-REP", .why = "decrypt failed" } },
	    .steps = { { .give = S(WANTED NEGOTIATE NO_BODY) },
		{ .has = TICKET, .give = S(LET_IN PROOF "\r\n" HELLO) } },
	    .cause = PH_CAUSE_PROXY_FALSE,
	    .text = "did not prove that it is HTTP/proxy.example.com: decrypt "
		    "failed" },
	{ "negotiate, half a proof", HTTP, .user = "ann",
	    .has_tokens = true,
	    .tokens = { { .token = "AP-REQ" },
		{ .challenge = "AP-REP", .token = "MORE" } },
	    .steps = { { .give = S(WANTED NEGOTIATE NO_BODY) },
		{ .has = TICKET, .give = S(LET_IN PROOF "\r\n") } },
	    .cause = PH_CAUSE_PROXY_FALSE, .text = "not complete" },
	{ "negotiate, a proof that is none", HTTP, .user = "ann",
	    .has_tokens = true, .tokens = { { .token = "AP-REQ" } },
	    .steps = { { .give = S(WANTED NEGOTIATE NO_BODY) },
		{ .has = TICKET,
		    .give = S(LET_IN "Proxy-Authenticate: Negotiate YWJj\r\n"
				     "\r\n") } },
	    .cause = PH_CAUSE_PROXY_FALSE, .text = "for a proof is none" },
	{ "negotiate, let in and rejected", HTTP, .user = "ann",
	    .has_tokens = true, .tokens = { { .token = "AP-REQ" } },
	    .steps = { { .give = S(WANTED NEGOTIATE NO_BODY) },
		{ .has = TICKET, .give = S(LET_IN REJECTED "\r\n") } },
	    .cause = PH_CAUSE_PROXY_FALSE, .text = "for a proof is none" },
	{ "negotiate, more words", HTTP, .user = "ann", .scheme = "Negotiate",
	    .has_tokens = true,
	    .tokens = { { .token = "AP-REQ" },
		{ .challenge = "CHALLENGE", .token = "MORE" } },
	    .steps = { { .give = S(WANTED NEGOTIATE NO_BODY) },
		{ .has = TICKET, .give = S(WANTED GO_ON BODY) },
		{ .has = MORE, .give = S(GOOD HELLO) } },
	    .surplus = S(HELLO) },
	{ "negotiate, words without end", HTTP, .user = "ann",
	    .has_tokens = true,
	    .tokens = { { .token = "AP-REQ" },
		{ .challenge = "CHALLENGE", .token = "MORE" },
		{ .challenge = "CHALLENGE", .token = "MORE" },
		{ .challenge = "CHALLENGE", .token = "MORE" } },
	    .steps = { { .give = S(WANTED NEGOTIATE NO_BODY) },
		{ .has = TICKET, .give = S(WANTED GO_ON NO_BODY) },
		{ .has = MORE, .give = S(WANTED GO_ON NO_BODY) },
		{ .has = MORE, .give = S(WANTED GO_ON NO_BODY) },
		{ .has = MORE, .give = S(WANTED GO_ON NO_BODY) } },
	    .cause = PH_CAUSE_PROXY_LOGIN_REFUSED, .text = "(Negotiate)" },
	{ "negotiate, nothing more to say", HTTP, .user = "ann",
	    .has_tokens = true,
	    .tokens = { { .token = "AP-REQ" },
		{ .challenge = "CHALLENGE", .is_through = true } },
	    .steps = { { .give = S(WANTED NEGOTIATE NO_BODY) },
		{ .has = TICKET, .give = S(WANTED GO_ON NO_BODY) } },
	    .cause = PH_CAUSE_PROXY_LOGIN_REFUSED,
	    .text = "refused the Kerberos ticket of ann (Negotiate): it "
		    "answered 407 \"Proxy Authentication Required\"" },
	{ "negotiate, more words over another connection", HTTP,
	    .user = "ann", .has_tokens = true,
	    .tokens = { { .token = "AP-REQ" },
		{ .challenge = "CHALLENGE", .token = "MORE" } },
	    .steps = { { .give = S(WANTED NEGOTIATE NO_BODY) },
		{ .has = TICKET,
		    .give = S(WANTED GO_ON "Connection: close\r\n\r\n") } },
	    .cause = PH_CAUSE_PROXY_LOGIN_REFUSED },
	{ "negotiate, gone within", HTTP, .user = "ann", .has_tokens = true,
	    .tokens = { { .token = "AP-REQ" },
		{ .challenge = "CHALLENGE", .token = "MORE" } },
	    .steps = { { .give = S(WANTED NEGOTIATE NO_BODY) },
		{ .has = TICKET, .give = S(WANTED GO_ON NO_BODY) },
		{ .has = MORE, .hangs_up = true } },
	    .cause = PH_CAUSE_PROXY_LOST },
	{ "negotiate, gone while Kerberos was asked", HTTP, .user = "ann",
	    .reconnects = 1, .scheme = "Negotiate", .has_tokens = true,
	    .tokens = { { .token = "AP-REQ" } },
	    .steps = { { .give = S(WANTED NEGOTIATE NO_BODY) },
		{ .has = TICKET, .hangs_up = true },
		{ .has = TICKET, .give = S(GOOD) } } },
	{ "negotiate, over a new connection", HTTP, .reconnects = 1,
	    .scheme = "Negotiate", .has_tokens = true,
	    .tokens = { { .token = "AP-REQ" } },
	    .steps = { { .give = S(WANTED NEGOTIATE
			     "Connection: close\r\n" BODY),
			   .hangs_up = true },
		{ .has = TICKET, .give = S(GOOD HELLO) } },
	    .surplus = S(HELLO) },
	{ "negotiate, refused", HTTP, .user = "ann", .has_tokens = true,
	    .tokens = { { .token = "AP-REQ" } },
	    .steps = { { .give = S(WANTED NEGOTIATE BASIC NO_BODY) },
		{ .has = TICKET, .give = S(WANTED NEGOTIATE BASIC NO_BODY) } },
	    .cause = PH_CAUSE_PROXY_LOGIN_REFUSED,
	    .text = "refused the Kerberos ticket of ann (Negotiate): it" },
	{ "negotiate, nobody refused", HTTP, .has_tokens = true,
	    .tokens = { { .token = "AP-REQ" } },
	    .steps = { { .give = S(WANTED NEGOTIATE BASIC NO_BODY) },
		{ .has = TICKET, .give = S(WANTED NEGOTIATE BASIC NO_BODY) } },
	    .cause = PH_CAUSE_PROXY_LOGIN_REFUSED,
	    .text = "refused the Kerberos ticket (Negotiate): it" },
	{ "negotiate, rejected", HTTP, .user = "ann", .has_tokens = true,
	    .tokens = { { .token = "AP-REQ" } },
	    .steps = { { .give = S(WANTED NEGOTIATE NO_BODY) },
		{ .has = TICKET, .give = S(WANTED REJECTED NO_BODY) } },
	    .cause = PH_CAUSE_PROXY_LOGIN_REFUSED, .text = "klist" },
	{ "negotiate, rejected with a reason", HTTP, .user = "ann",
	    .has_tokens = true,
	    .tokens = { { .token = "AP-REQ" },
		{ .challenge = "KRB-ERROR", .why = "the clocks" } },
	    .steps = { { .give = S(WANTED NEGOTIATE NO_BODY) },
		{ .has = TICKET, .give = S(WANTED SKEW NO_BODY) } },
	    .cause = PH_CAUSE_PROXY_LOGIN_REFUSED,
	    .text = "Authentication Required\", the clocks" },
	{ "negotiate, refused with nonsense", HTTP, .user = "ann",
	    .has_tokens = true, .tokens = { { .token = "AP-REQ" } },
	    .steps = { { .give = S(WANTED NEGOTIATE NO_BODY) },
		{ .has = TICKET,
		    .give = S(WANTED "Proxy-Authenticate: Negotiate a=\r\n"
				     NO_BODY) } },
	    .cause = PH_CAUSE_PROXY_LOGIN_REFUSED },
	{ "negotiate, forbidden", HTTP, .user = "ann", .has_tokens = true,
	    .tokens = { { .token = "AP-REQ" } },
	    .steps = { { .give = S(WANTED NEGOTIATE NO_BODY) },
		{ .has = TICKET, .give = S("HTTP/1.1 403 No\r\n\r\n") } },
	    .cause = PH_CAUSE_PROXY_FORBIDDEN },
	{ "negotiate, no ticket, then basic", HTTP, .user = "ann",
	    .scheme = "Basic", .has_tokens = true,
	    .tokens = { { .why = "there is no Kerberos ticket" } },
	    .steps = { { .give = S(WANTED NEGOTIATE BASIC NO_BODY) },
		{ .has = SHOWN, .give = S(GOOD) } } },
	{ "negotiate, no ticket, over a new connection", HTTP, .user = "ann",
	    .scheme = "Basic", .reconnects = 1, .has_tokens = true,
	    .tokens = { { .why = "there is no Kerberos ticket" } },
	    .steps = { { .give = S(WANTED NEGOTIATE BASIC
			     "Connection: close\r\n\r\n"),
			   .hangs_up = true },
		{ .has = SHOWN, .give = S(GOOD) } } },
	{ "negotiate, no ticket, nobody", HTTP, .has_tokens = true,
	    .tokens = { { .why = "there is no Kerberos ticket" } },
	    .steps = { { .give = S(WANTED NEGOTIATE BASIC NO_BODY) } },
	    .cause = PH_CAUSE_PROXY_LOGIN_REQUIRED,
	    .text = "wants a login, and that by Kerberos failed: there is no "
		    "Kerberos ticket (it answered 407 \"Proxy "
		    "Authentication Required\") see to the Kerberos ticket" },
	{ "negotiate, nothing to say", HTTP, .user = "ann",
	    .has_tokens = true, .tokens = { { .is_through = true } },
	    .steps = { { .give = S(WANTED NEGOTIATE NO_BODY) } },
	    .cause = PH_CAUSE_PROXY_LOGIN_REQUIRED,
	    .text = "failed: it has nothing to say" },
	{ "negotiate, no token, then ntlm", HTTP, .user = "ann",
	    .scheme = "NTLM", .has_tokens = true,
	    .tokens = { { .why = "the KDC cannot be reached" } },
	    .steps = { { .give = S(WANTED NEGOTIATE
			     "Proxy-Authenticate: NTLM\r\n" NO_BODY) },
		{ .has = NTLM1, .give = S(WANTED NTLM2 NO_BODY) },
		{ .has = "NTLM TlRMTVNTUAAD", .give = S(GOOD) } } },
};

const size_t talk_count = PH_COUNT(talks);

static struct ph_digest_hashes hashes(void)
{
	return (
	    struct ph_digest_hashes){ ph_legacy()->md5, ph_legacy()->sha256 };
}

static enum ph_err ntlm_answer(const struct ph_tunnel_options *opt,
    struct ph_span challenge, struct ph_buf *out)
{
	struct ph_ntlm_login login = {
		.username = opt->username,
		.password = opt->password,
		.domain = opt->domain,
		.service = opt->service,
		.now = opt->now,
	};

	memcpy(login.nonce, opt->random, sizeof(login.nonce));
	return ph_ntlm_authenticate(&login, challenge, out);
}

const struct ph_tunnel_tools talk_tools = {
	.ntlm_negotiate = ph_ntlm_negotiate,
	.ntlm_answer = ntlm_answer,
	.hashes = hashes,
};

struct ph_tunnel_options talk_options(const struct talk *row)
{
	return (struct ph_tunnel_options){
		.protocol = row->protocol,
		.host = ph_span_of(row->host == NULL ? NAME : row->host),
		.port = 587,
		.has_login = row->user != NULL,
		.username = ph_span_of(row->user),
		.password = PH_SPAN(PASSWORD),
		.domain = ph_span_of(row->domain),
		.service = PH_SPAN("HTTP/proxy.example.com"),
		.encrypted = row->encrypted,
		.tools = &talk_tools,
		.has_tokens = row->has_tokens,
		.trace = true,
		.now = 1,
		.random = "0123456789abcdef01234567",
	};
}

void talk_give(const struct talk *row, size_t *at, struct ph_tunnel *t)
{
	const struct talk_token *k = &row->tokens[*at];

	if (ph_tunnel_state(t) != PH_TUNNEL_WANTS_TOKEN)
		return;
	check(*at < TALK_TOKENS_MAX);
	check(ph_span_eq(ph_tunnel_challenge(t), ph_span_of(k->challenge)));
	check_int(ph_tunnel_pending(t).len, 0);
	/* None of these counts before it has answered. */
	ph_tunnel_receive(t, PH_SPAN("HTTP/1.1 200 OK\r\n\r\n"));
	ph_tunnel_lost(t, NULL);
	ph_tunnel_timeout(t, 1000);
	check_int(ph_tunnel_state(t), PH_TUNNEL_WANTS_TOKEN);
	++*at;
	if (k->why != NULL) {
		ph_tunnel_no_token(t, k->why);
	} else {
		ph_tunnel_token(t, ph_span_of(k->token), k->is_through);
	}
}
