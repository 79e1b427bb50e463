#include "check.h"
#include "talk.h"

/* Whatever comes first, it is told apart from what was due, at once or when the
   line ends, the connection does, or nothing more comes. */

static struct ph_tunnel *begin(enum ph_tunnel_protocol protocol)
{
	struct talk row = { .protocol = protocol, .host = "192.0.2.7" };
	struct ph_tunnel_options opt = talk_options(&row);
	struct ph_tunnel *t = NULL;
	struct ph_fault fault;

	check(ph_tunnel_new(&opt, &t, &fault) == PH_OK);
	ph_tunnel_sent(t, ph_tunnel_pending(t).len);
	return t;
}

static bool is_due(enum ph_tunnel_protocol protocol, int octet)
{
	switch (protocol) {
	case PH_TUNNEL_SOCKS4:
	case PH_TUNNEL_SOCKS4A:
		return octet == 0 || octet == 4;
	case PH_TUNNEL_SOCKS5:
		return octet == 5;
	case PH_TUNNEL_HTTP:
		return octet == 'H' || octet == 'h';
	}
	return false;
}

enum {
	BY_LINE_END,
	BY_HANG_UP,
	BY_SILENCE,
	BY_LENGTH,
	ENDS
};

static void end(struct ph_tunnel *t, int how)
{
	char filler[200];

	switch (how) {
	case BY_LINE_END:
		ph_tunnel_receive(t, PH_SPAN("\n"));
		break;
	case BY_HANG_UP:
		ph_tunnel_lost(t, "reset");
		break;
	case BY_SILENCE:
		ph_tunnel_timeout(t, 1000);
		break;
	default:
		memset(filler, 'x', sizeof(filler));
		ph_tunnel_receive(
		    t, (struct ph_span){ filler, sizeof(filler) });
		break;
	}
}

static void test_octets(enum ph_tunnel_protocol protocol, int how)
{
	for (int octet = 0; octet < 256; octet++) {
		const char in[] = { (char)octet };
		struct ph_tunnel *t = begin(protocol);

		check_case("octet", (size_t)octet);
		ph_tunnel_receive(t, (struct ph_span){ in, 1 });
		if (is_due(protocol, octet)) {
			check_int(ph_tunnel_state(t), PH_TUNNEL_TALKING);
			ph_tunnel_free(t);
			continue;
		}
		/* A line of text is waited for, nothing else. */
		check((ph_tunnel_state(t) == PH_TUNNEL_TALKING) ==
		    ((octet >= ' ' && octet != 127 && octet != '\n') ||
			octet == '\r'));
		end(t, how);
		check_int(ph_tunnel_state(t), PH_TUNNEL_FAILED);
		check_int(ph_tunnel_fault(t)->cause, PH_CAUSE_PROXY_KIND);
		ph_tunnel_free(t);
	}
}

/* The first line is shown, and no more of it than is of use. */
static void test_shown(void)
{
	static const struct {
		const char *said;
		const char *text;
	} rows[] = {
		{ "SSH-2.0-OpenSSH\r\nmore",
		    "answered as an SSH server, not in SOCKS: "
		    "\"SSH-2.0-OpenSSH\"" },
		{ "+OK POP3 <1@x>\r\n",
		    "answered as a POP3 server, not in SOCKS: \"+OK POP3 "
		    "<1@x>\"" },
		{ "http/1.1 500 no\n",
		    "answered in HTTP, not in SOCKS: \"http/1.1 500 no\"" },
		{ "22 no greeting\n",
		    "answered what is not SOCKS: \"22 no greeting\"" },
		{ "220\n", "answered what is not SOCKS: \"220\"" },
		{ "220 \033[2J\n",
		    "is a mail server and no proxy: it said \"220 ?[2J\"" },
	};

	for (size_t i = 0; i < PH_COUNT(rows); i++) {
		struct ph_tunnel *t = begin(PH_TUNNEL_SOCKS5);

		check_case(rows[i].said, i);
		ph_tunnel_receive(t, ph_span_of(rows[i].said));
		check_str(ph_tunnel_fault(t)->text, rows[i].text);
		ph_tunnel_free(t);
	}
}

int main(void)
{
	for (int p = PH_TUNNEL_SOCKS4; p <= PH_TUNNEL_HTTP; p++) {
		for (int how = 0; how < ENDS; how++)
			test_octets((enum ph_tunnel_protocol)p, how);
	}
	test_shown();
	return check_end();
}
