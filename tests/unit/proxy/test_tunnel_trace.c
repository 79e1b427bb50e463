#include "check.h"
#include "talk.h"

/* The transcript of whole conversations, to the letter: what a person reads,
   and that no secret is in it. */

static const struct {
	const char *talk;
	const char *lines;
} rows[] = {
	{ "socks4, a user",
	    "> SOCKS 4: connect 192.0.2.7:587 for ann\n"
	    "< SOCKS 4: granted (90)\n" },
	{ "socks4a",
	    "> SOCKS 4A: connect mail.example.com:587\n"
	    "< SOCKS 4: granted (90)\n" },
	{ "socks4, rejected",
	    "> SOCKS 4: connect 192.0.2.7:587\n"
	    "< SOCKS 4: 91\n" },
	{ "socks5",
	    "> SOCKS 5: no login\n"
	    "< SOCKS 5: no login (00)\n"
	    "> SOCKS 5: connect mail.example.com:587\n"
	    "< SOCKS 5: connected (00)\n" },
	{ "socks5, a user",
	    "> SOCKS 5: no login, or user and password\n"
	    "< SOCKS 5: user and password (02)\n"
	    "> SOCKS 5: user ann, password ***\n"
	    "* the proxy's password travels without encryption, as SOCKS 5 "
	    "has it\n"
	    "< SOCKS 5: login taken (00)\n"
	    "> SOCKS 5: connect mail.example.com:587\n"
	    "< SOCKS 5: connected (00)\n" },
	{ "socks5, a user, version 5",
	    "> SOCKS 5: no login, or user and password\n"
	    "< SOCKS 5: user and password (02)\n"
	    "> SOCKS 5: user ann, password ***\n"
	    "< SOCKS 5: login taken (00)\n"
	    "> SOCKS 5: connect mail.example.com:587\n"
	    "< SOCKS 5: connected (00)\n" },
	{ "socks5, wrong password",
	    "> SOCKS 5: no login, or user and password\n"
	    "< SOCKS 5: user and password (02)\n"
	    "> SOCKS 5: user ann, password ***\n"
	    "* the proxy's password travels without encryption, as SOCKS 5 "
	    "has it\n"
	    "< SOCKS 5: login refused (02)\n" },
	{ "socks5, a login wanted",
	    "> SOCKS 5: no login\n"
	    "< SOCKS 5: none of these (ff)\n" },
	{ "http",
	    "> CONNECT mail.example.com:587 HTTP/1.1\n"
	    "< HTTP/1.1 200 Connection established\n" },
	{ "http, fields and lengths that mean nothing",
	    "> CONNECT mail.example.com:587 HTTP/1.1\n"
	    "< HTTP/1.1 200 OK\n"
	    "< Via: 1.1 x\n" },
	{ "http, interim",
	    "> CONNECT mail.example.com:587 HTTP/1.1\n"
	    "< HTTP/1.1 100 Continue\n"
	    "< HTTP/1.1 103 Hints\n"
	    "< HTTP/1.1 200 Connection established\n" },
	{ "basic",
	    "> CONNECT mail.example.com:587 HTTP/1.1\n"
	    "< HTTP/1.1 407 Proxy Authentication Required\n"
	    "< Proxy-Authenticate: Basic realm=\"x\"\n"
	    "* the proxy's password travels without encryption: the proxy "
	    "offers nothing better than Basic\n"
	    "> CONNECT mail.example.com:587 HTTP/1.1\n"
	    "> Proxy-Authorization: Basic ***\n"
	    "< HTTP/1.1 200 Connection established\n" },
	{ "basic, chunks",
	    "> CONNECT mail.example.com:587 HTTP/1.1\n"
	    "< HTTP/1.1 407 Proxy Authentication Required\n"
	    "< Proxy-Authenticate: Basic realm=\"x\"\n"
	    "> CONNECT mail.example.com:587 HTTP/1.1\n"
	    "> Proxy-Authorization: Basic ***\n"
	    "< HTTP/1.1 200 Connection established\n" },
	{ "ntlm, a spoilt challenge, then basic",
	    "> CONNECT mail.example.com:587 HTTP/1.1\n"
	    "< HTTP/1.1 407 Proxy Authentication Required\n"
	    "< Proxy-Authenticate: NTLM\n"
	    "< Proxy-Authenticate: Basic realm=\"x\"\n"
	    "> CONNECT mail.example.com:587 HTTP/1.1\n"
	    "> Proxy-Authorization: NTLM ***\n"
	    "< HTTP/1.1 407 Proxy Authentication Required\n"
	    "< Proxy-Authenticate: NTLM ***\n"
	    "< Proxy-Authenticate: Basic realm=\"x\"\n"
	    "* the login by NTLM does not work here\n"
	    "* the proxy's password travels without encryption: the proxy "
	    "offers nothing better than Basic\n"
	    "> CONNECT mail.example.com:587 HTTP/1.1\n"
	    "> Proxy-Authorization: Basic ***\n"
	    "< HTTP/1.1 200 Connection established\n" },
	{ "negotiate, a proof",
	    "> CONNECT mail.example.com:587 HTTP/1.1\n"
	    "< HTTP/1.1 407 Proxy Authentication Required\n"
	    "< Proxy-Authenticate: Negotiate\n"
	    "> CONNECT mail.example.com:587 HTTP/1.1\n"
	    "> Proxy-Authorization: Negotiate ***\n"
	    "< HTTP/1.1 200 Connection established\n"
	    "< Proxy-Authenticate: Negotiate ***\n"
	    "* the proxy proved that it is HTTP/proxy.example.com\n" },
	{ "negotiate, no ticket, then basic",
	    "> CONNECT mail.example.com:587 HTTP/1.1\n"
	    "< HTTP/1.1 407 Proxy Authentication Required\n"
	    "< Proxy-Authenticate: Negotiate\n"
	    "< Proxy-Authenticate: Basic realm=\"x\"\n"
	    "* the login by Negotiate does not work here: there is no "
	    "Kerberos ticket\n"
	    "* the proxy's password travels without encryption: the proxy "
	    "offers nothing better than Basic\n"
	    "> CONNECT mail.example.com:587 HTTP/1.1\n"
	    "> Proxy-Authorization: Basic ***\n"
	    "< HTTP/1.1 200 Connection established\n" },
};

static const struct talk *find(const char *name)
{
	for (size_t i = 0; i < talk_count; i++) {
		if (strcmp(talks[i].name, name) == 0)
			return &talks[i];
	}
	return NULL;
}

static void take(struct ph_tunnel *t, struct ph_buf *out)
{
	struct ph_tunnel_trace line;

	while (ph_tunnel_next_trace(t, &line)) {
		check(ph_buf_append_char(out, line.dir) == PH_OK);
		check(ph_buf_append_char(out, ' ') == PH_OK);
		check(ph_buf_append(out, line.line) == PH_OK);
		check(ph_buf_append_char(out, '\n') == PH_OK);
	}
}

/* often: after each step, as a driver does; else all at the end. */
static void run(
    const struct talk *row, bool often, bool trace, struct ph_buf *out)
{
	struct ph_tunnel_options opt = talk_options(row);
	struct ph_tunnel *t = NULL;
	struct ph_fault fault;
	size_t token = 0;

	opt.trace = trace;
	check(ph_tunnel_new(&opt, &t, &fault) == PH_OK);
	for (size_t i = 0; i < TALK_STEPS_MAX; i++) {
		if (ph_tunnel_state(t) != PH_TUNNEL_TALKING)
			break;
		ph_tunnel_sent(t, ph_tunnel_pending(t).len);
		if (often)
			take(t, out);
		ph_tunnel_receive(t, row->steps[i].give);
		talk_give(row, &token, t);
	}
	take(t, out);
	ph_tunnel_free(t);
}

static void test_lines(void)
{
	for (size_t i = 0; i < PH_COUNT(rows); i++) {
		const struct talk *row = find(rows[i].talk);

		check_case(rows[i].talk, i);
		check(row != NULL);
		for (int often = 0; row != NULL && often < 2; often++) {
			struct ph_buf out;

			ph_buf_init(&out, 8192);
			run(row, often == 1, true, &out);
			check_str(ph_buf_str(&out), rows[i].lines);
			ph_buf_clear(&out);
			run(row, often == 1, false, &out);
			check_str(ph_buf_str(&out), "");
			ph_buf_release(&out);
		}
	}
}

/* A proxy that talks without end fills no memory. */
static void test_bounded(void)
{
	struct talk row = { .protocol = PH_TUNNEL_HTTP };
	struct ph_tunnel_options opt = talk_options(&row);
	struct ph_tunnel *t = NULL;
	struct ph_fault fault;
	struct ph_tunnel_trace line;
	size_t octets = 0;

	check(ph_tunnel_new(&opt, &t, &fault) == PH_OK);
	ph_tunnel_receive(t, PH_SPAN("HTTP/1.1 403 No\r\n"));
	for (size_t i = 0; i < 20000; i++)
		ph_tunnel_receive(t, PH_SPAN("Via: 1\r\n"));
	while (ph_tunnel_next_trace(t, &line))
		octets += line.line.len;
	check(octets > 1000 && octets < 200000);
	ph_tunnel_free(t);
}

int main(void)
{
	test_lines();
	test_bounded();
	return check_end();
}
