#include "check.h"
#include "rig.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Through a proxy: the script is the proxy first, and the mail server once the
   way is open. */

#define ASK EXPECT("CONNECT mail.invalid:25 HTTP/1.1"), EXPECT("Host: mail")
#define HELLO                                        \
 SEND("220 mail.example.com ESMTP"), EXPECT("EHLO"), \
     SEND("250 mail.example.com"), EXPECT("QUIT"), SEND("221"), CLOSE
#define OPEN SEND("HTTP/1.1 200 Connection established\r\n")

static const struct step plain[] = { ASK, EXPECT(""), OPEN, HELLO };

static const struct step one_segment[] = { ASK, EXPECT(""),
	SEND("HTTP/1.1 200 OK\r\n\r\n220 mail.example.com ESMTP"),
	EXPECT("EHLO"), SEND("250 mail.example.com"), { STEP_END, NULL } };

static const struct step wants_login[] = { ASK, EXPECT(""),
	SEND("HTTP/1.1 407 Who?\r\nConnection: close\r\n"
	     "Proxy-Authenticate: Basic realm=\"x\"\r\n"),
	CLOSE };

/* pat:open */
static const struct step takes_login[] = { ASK,
	EXPECT("Proxy-Authorization: Basic cGF0Om9wZW4="), EXPECT(""), OPEN,
	HELLO };

static const struct step digest[] = { ASK, EXPECT(""),
	SEND("HTTP/1.1 407 Who?\r\nContent-Length: 0\r\n"
	     "Proxy-Authenticate: Digest realm=\"x\", nonce=\"n\", "
	     "qop=\"auth\"\r\n"),
	ASK, EXPECT("Proxy-Authorization: Digest username=\"pat\""), EXPECT(""),
	OPEN, HELLO };

static const struct step ntlm[] = { ASK, EXPECT(""),
	SEND("HTTP/1.1 407 Who?\r\nContent-Length: 0\r\n"
	     "Proxy-Authenticate: NTLM\r\n"),
	ASK, EXPECT("Proxy-Authorization: NTLM TlRMTVNTUAAB"), EXPECT(""),
	SEND("HTTP/1.1 407 Who?\r\nContent-Length: 0\r\n"
	     "Proxy-Authenticate: NTLM TlRMTVNTUAACAAAAAAAAADAAAAAFgomiASNF"
	     "Z4mrze8AAAAAAAAAAAQABAAwAAAAAAAAAA==\r\n"),
	ASK, EXPECT("Proxy-Authorization: NTLM TlRMTVNTUAAD"), EXPECT(""), OPEN,
	HELLO };

static const struct step tls_proxy[] = { TLS, ASK, EXPECT(""), OPEN, HELLO };

static const struct step tls_proxy_closes[] = { TLS, ASK, EXPECT(""),
	SEND("HTTP/1.1 407 Who?\r\nConnection: close\r\n"
	     "Proxy-Authenticate: Basic realm=\"x\"\r\n"),
	CLOSE };

static const struct step tls_proxy_takes[] = { TLS, ASK,
	EXPECT("Proxy-Authorization: Basic "), EXPECT(""), OPEN, HELLO };

/* The second TLS in the first. */
static const struct step tls_in_tls[] = { TLS, ASK, EXPECT(""), OPEN, TLS,
	HELLO };

static const struct step no_starttls[] = { ASK, EXPECT(""), OPEN,
	SEND("220 mail.example.com ESMTP"), EXPECT("EHLO"),
	SEND("250-mail.example.com"), SEND("250 STARTTLS"), EXPECT("STARTTLS"),
	SEND("220 go on"), CLOSE };

static const struct step forbids[] = { ASK, EXPECT(""),
	SEND("HTTP/1.1 403 No\r\n"), CLOSE };

static const struct step unreachable[] = { ASK, EXPECT(""),
	SEND("HTTP/1.1 502 Bad Gateway\r\n"), CLOSE };

static const struct step silent[] = { { STEP_END, NULL } };

static const struct step hangs_up[] = { CLOSE };

static const struct step greets[] = { SEND("220 mail.example.com ESMTP"),
	{ STEP_END, NULL } };

static void through(struct rig *r, enum ph_proxy_type type)
{
	r->conn.proxy = (struct ph_proxy){
		.type = type,
		.host = "127.0.0.1",
		.port = r->server.port,
		.username = "",
		.domain = "",
		.ca_file = r->ca_file,
	};
	r->conn.host = "mail.invalid";
	r->conn.port = 25;
}

static const struct {
	const char *name;
	const struct step *scripts[2];
	enum ph_proxy_type type;
	enum ph_encryption encryption;
	bool login;
	enum ph_cause cause; /* NONE: it came to READY */
	bool works;
	const char *trace; /* a line of it, or a part of the fault */
} rows[] = {
	{ "http", { plain }, PH_PROXY_HTTP, PH_ENCRYPTION_NONE, false,
	    PH_CAUSE_NONE, true,
	    "* proxy the proxy has opened the way to mail.invalid:25\n" },
	{ "one segment", { one_segment }, PH_PROXY_HTTP, PH_ENCRYPTION_NONE,
	    false, PH_CAUSE_NONE, true, "< greeting 220 mail.example.com" },
	{ "a login over a new connection", { wants_login, takes_login },
	    PH_PROXY_HTTP, PH_ENCRYPTION_NONE, true, PH_CAUSE_NONE, true,
	    "> proxy Proxy-Authorization: Basic ***\n" },
	{ "digest", { digest }, PH_PROXY_HTTP, PH_ENCRYPTION_NONE, true,
	    PH_CAUSE_NONE, true, "> proxy Proxy-Authorization: Digest ***\n" },
	{ "ntlm", { ntlm }, PH_PROXY_HTTP, PH_ENCRYPTION_NONE, true,
	    PH_CAUSE_NONE, true, "> proxy Proxy-Authorization: NTLM ***\n" },
	{ "https", { tls_proxy }, PH_PROXY_HTTPS, PH_ENCRYPTION_NONE, false,
	    PH_CAUSE_NONE, true, "* proxy TLS to the proxy: TLSv1.3" },
	{ "https, a login over a new connection",
	    { tls_proxy_closes, tls_proxy_takes }, PH_PROXY_HTTPS,
	    PH_ENCRYPTION_NONE, true, PH_CAUSE_NONE, true,
	    "asking over a new one" },
	{ "https, TLS in it", { tls_in_tls }, PH_PROXY_HTTPS,
	    PH_ENCRYPTION_BEFORE_CONNECT, false, PH_CAUSE_NONE, true,
	    "*s tls TLSv1.3" },
	{ "wanted comes down, through it again", { no_starttls, plain },
	    PH_PROXY_HTTP, PH_ENCRYPTION_WANTED, false, PH_CAUSE_NONE, true,
	    "going on without encryption" },
	{ "login wanted", { wants_login }, PH_PROXY_HTTP, PH_ENCRYPTION_NONE,
	    false, PH_CAUSE_PROXY_LOGIN_REQUIRED, false, "wants a login" },
	{ "forbidden", { forbids }, PH_PROXY_HTTP, PH_ENCRYPTION_NONE, false,
	    PH_CAUSE_PROXY_FORBIDDEN, false, "403" },
	{ "unreachable", { unreachable }, PH_PROXY_HTTP, PH_ENCRYPTION_NONE,
	    false, PH_CAUSE_PROXY_TARGET_FAILED, true, "502" },
	{ "silence", { silent }, PH_PROXY_SOCKS5, PH_ENCRYPTION_NONE, false,
	    PH_CAUSE_PROXY_TIMEOUT, false, "said nothing" },
	{ "silence where TLS was due", { silent }, PH_PROXY_HTTPS,
	    PH_ENCRYPTION_NONE, false, PH_CAUSE_PROXY_TIMEOUT, false,
	    "TLS handshake" },
	{ "hangs up", { hangs_up }, PH_PROXY_SOCKS4A, PH_ENCRYPTION_NONE, false,
	    PH_CAUSE_PROXY_LOST, false, "closed the connection" },
	{ "a mail server", { greets }, PH_PROXY_SOCKS5, PH_ENCRYPTION_NONE,
	    false, PH_CAUSE_PROXY_KIND, false, "is a mail server" },
	{ "text where TLS was due", { greets }, PH_PROXY_HTTPS,
	    PH_ENCRYPTION_NONE, false, PH_CAUSE_PROXY_TLS, false,
	    "does not speak TLS" },
};

static size_t script_count(const struct step *const scripts[2])
{
	return scripts[1] == NULL ? 1 : 2;
}

static void judge(const struct rig *r, size_t i, enum ph_err err)
{
	const struct ph_session_facts *f = ph_session_facts(r->session);
	bool good = rows[i].cause == PH_CAUSE_NONE;
	char proxy[64];

	(void)snprintf(proxy, sizeof(proxy), "%s://127.0.0.1:%u",
	    rows[i].type == PH_PROXY_HTTP         ? "http"
		: rows[i].type == PH_PROXY_HTTPS  ? "https"
		: rows[i].type == PH_PROXY_SOCKS5 ? "socks5"
						  : "socks4a",
	    (unsigned)r->server.port);
	check_int(err, good ? PH_OK : PH_EIO);
	check_int(r->fault.cause, rows[i].cause);
	check_str(f->proxy, proxy);
	check(f->proxy_works == rows[i].works);
	check(f->address == NULL);
	check((f->timing.proxy >= 0) == good);
	check(!r->server.mismatch);
	if (good) {
		check(strstr(ph_buf_str(&r->trace), rows[i].trace) != NULL);
		return;
	}
	check_int(r->fault.stage, PH_STAGE_PROXY);
	check_int(f->stage, PH_STAGE_PROXY);
	check(strncmp(r->fault.text, "proxy 127.0.0.1:", 16) == 0);
	check(strstr(r->fault.text, rows[i].trace) != NULL);
}

static void test_rows(void)
{
	for (size_t i = 0; i < PH_COUNT(rows); i++) {
		struct rig r;

		check_case(rows[i].name, i);
		rig_init(&r, rows[i].scripts, script_count(rows[i].scripts));
		through(&r, rows[i].type);
		r.conn.encryption = rows[i].encryption;
		r.conn.ca_file = r.ca_file;
		r.conn.verify_name = "localhost";
		if (rows[i].cause == PH_CAUSE_PROXY_TIMEOUT)
			r.conn.timeout = 200;
		if (rows[i].login) {
			static char open[] = "open";

			r.conn.proxy.use_credentials = true;
			r.conn.proxy.username = "pat";
			r.proxy_password = (struct ph_secret){ open, 4 };
		}
		judge(&r, i, rig_connect(&r));
		check(strstr(ph_buf_str(&r.trace), "cGF0") == NULL);
		rig_release(&r);
	}
}

/* What keeps from dialing, or is found while dialing. */
static void test_before(void)
{
	static const struct {
		const char *name;
		enum ph_proxy_type type;
		const char *host; /* the server's */
		const char *proxy;
		bool use_credentials;
		enum ph_cause cause;
		enum ph_stage stage;
		const char *text;
	} cases[] = {
		{ "no user", PH_PROXY_HTTP, "mail.invalid", "127.0.0.1", true,
		    PH_CAUSE_CONFIG, PH_STAGE_CONFIG, "needs a username" },
		{ "IPv6 over SOCKS 4", PH_PROXY_SOCKS4, "::1", "127.0.0.1",
		    false, PH_CAUSE_HOST_NOT_FOUND, PH_STAGE_DNS,
		    "no IPv4 address" },
		{ "IPv6 over SOCKS 4A", PH_PROXY_SOCKS4A, "::1", "127.0.0.1",
		    false, PH_CAUSE_CONFIG, PH_STAGE_CONFIG,
		    "proxy 127.0.0.1:" },
		{ "nobody there", PH_PROXY_SOCKS5, "mail.invalid", "127.0.0.2",
		    false, PH_CAUSE_PROXY_UNREACHABLE, PH_STAGE_PROXY,
		    "proxy 127.0.0.2:" },
		{ "no address", PH_PROXY_SOCKS5, "mail.invalid", "not a host",
		    false, PH_CAUSE_PROXY_NOT_FOUND, PH_STAGE_PROXY,
		    "proxy \"not a host\"" },
	};

	for (size_t i = 0; i < PH_COUNT(cases); i++) {
		struct rig r;

		check_case(cases[i].name, i);
		RIG_INIT(&r, silent);
		through(&r, cases[i].type);
		r.conn.host = cases[i].host;
		r.conn.proxy.host = cases[i].proxy;
		r.conn.proxy.use_credentials = cases[i].use_credentials;
		check(rig_connect(&r) != PH_OK);
		check_int(r.fault.cause, cases[i].cause);
		check_int(r.fault.stage, cases[i].stage);
		check(strstr(r.fault.text, cases[i].text) != NULL);
		rig_release(&r);
	}
}

/* SOCKS 4 has the name looked up here, and then hears the proxy's no. */
static void test_socks4(void)
{
	struct rig r;

	RIG_INIT(&r, hangs_up);
	through(&r, PH_PROXY_SOCKS4);
	r.conn.host = "localhost";
	check(rig_connect(&r) == PH_EIO);
	check_int(r.fault.cause, PH_CAUSE_PROXY_LOST);
	check(strstr(ph_buf_str(&r.trace), "* dns localhost is 127.0.0.1\n") !=
	    NULL);
	check(strstr(ph_buf_str(&r.trace),
		  "> proxy SOCKS 4: connect 127.0.0.1:25\n") != NULL);
	rig_release(&r);
}

/* A certificate that nobody vouches for. */
static void test_untrusted(void)
{
	struct rig r;

	RIG_INIT(&r, tls_proxy);
	through(&r, PH_PROXY_HTTPS);
	r.conn.proxy.ca_file = "";
	check(rig_connect(&r) == PH_EIO);
	check_int(r.fault.cause, PH_CAUSE_PROXY_TLS);
	check_int(r.fault.stage, PH_STAGE_PROXY);
	rig_release(&r);
}

static void test_no_ca_file(void)
{
	struct rig r;

	RIG_INIT(&r, tls_proxy);
	through(&r, PH_PROXY_HTTPS);
	r.conn.proxy.ca_file = "/nonexistent/ca.pem";
	check(rig_connect(&r) != PH_OK);
	check_int(r.fault.stage, PH_STAGE_CONFIG);
	rig_release(&r);
}

/* The environment, when asked: a login in it, or nobody at all. */
static void test_system(void)
{
	struct rig r;
	char url[64];

	RIG_INIT(&r, wants_login, takes_login);
	through(&r, PH_PROXY_SYSTEM);
	(void)snprintf(url, sizeof(url), "http://pat:open@127.0.0.1:%u",
	    (unsigned)r.server.port);
	check_int(setenv("all_proxy", url, 1), 0);
	check(rig_connect(&r) == PH_OK);
	check(strstr(ph_buf_str(&r.trace), "* proxy all_proxy names the") !=
	    NULL);
	check(strstr(ph_buf_str(&r.trace), "open@") == NULL);
	rig_release(&r);

	RIG_INIT(&r, greets);
	through(&r, PH_PROXY_SYSTEM);
	check_int(setenv("all_proxy", "ftp://x", 1), 0);
	check(rig_connect(&r) != PH_OK);
	check_int(r.fault.cause, PH_CAUSE_CONFIG);
	rig_release(&r);

	/* Straight: the server itself is dialed. */
	static const struct step server[] = { HELLO };
	RIG_INIT(&r, server);
	r.conn.proxy = (struct ph_proxy){
		.type = PH_PROXY_SYSTEM, .username = "", .domain = ""
	};
	check_int(setenv("no_proxy", "127.0.0.0/8", 1), 0);
	check_int(setenv("all_proxy", "socks5://127.0.0.1:1", 1), 0);
	check(rig_connect(&r) == PH_OK);
	check_str(ph_session_facts(r.session)->proxy, "");
	check(
	    strstr(ph_buf_str(&r.trace), "no_proxy lists the server") != NULL);
	rig_release(&r);
	(void)unsetenv("no_proxy");
	(void)unsetenv("all_proxy");
}

int main(void)
{
	test_rows();
	test_before();
	test_socks4();
	test_untrusted();
	test_no_ca_file();
	test_system();
	return check_end();
}
