#include "base/base64.h"
#include "check.h"
#include "talk.h"

#include <stdlib.h>

/* Tickets as long as those of Windows, and longer ones. */

#define NO                                                            \
 PH_SPAN("HTTP/1.1 407 No\r\nContent-Length: 0\r\n"                   \
	 "Proxy-Authenticate: Negotiate\r\nProxy-Authenticate: Basic" \
	 " realm=\"x\"\r\n\r\n")

static struct ph_tunnel *begin(void)
{
	struct talk row = {
		.protocol = PH_TUNNEL_HTTP, .user = "ann", .has_tokens = true
	};
	struct ph_tunnel_options opt = talk_options(&row);
	struct ph_tunnel *t = NULL;
	struct ph_fault fault;

	check(ph_tunnel_new(&opt, &t, &fault) == PH_OK);
	ph_tunnel_sent(t, ph_tunnel_pending(t).len);
	ph_tunnel_receive(t, NO);
	check_int(ph_tunnel_state(t), PH_TUNNEL_WANTS_TOKEN);
	check_int(ph_tunnel_challenge(t).len, 0);
	return t;
}

static void test_long_tickets(void)
{
	static const struct {
		size_t len;
		enum ph_tunnel_state state;
	} rows[] = {
		{ 1, PH_TUNNEL_TALKING },
		{ 48000, PH_TUNNEL_TALKING },
		{ 65536, PH_TUNNEL_TALKING },
		{ 66000, PH_TUNNEL_FAILED },
	};

	static char ticket[66000];

	memset(ticket, 'k', sizeof(ticket));
	for (size_t i = 0; i < PH_COUNT(rows); i++) {
		struct ph_tunnel *t = begin();

		check_case("ticket", rows[i].len);
		ph_tunnel_token(
		    t, (struct ph_span){ ticket, rows[i].len }, false);
		check_int(ph_tunnel_state(t), rows[i].state);
		if (rows[i].state == PH_TUNNEL_TALKING) {
			check(ph_tunnel_pending(t).len > rows[i].len * 4 / 3);
		} else {
			check(strstr(ph_tunnel_fault(t)->text, "too long") !=
			    NULL);
		}
		ph_tunnel_free(t);
	}
}

/* A reason of any length, in the fault and in the transcript. */
static void test_long_reason(void)
{
	struct talk row = { .protocol = PH_TUNNEL_HTTP, .has_tokens = true };
	struct ph_tunnel_options opt = talk_options(&row);
	struct ph_tunnel *t = NULL;
	struct ph_fault fault;
	static char why[4096];

	memset(why, 'w', sizeof(why) - 1);
	check(ph_tunnel_new(&opt, &t, &fault) == PH_OK);
	ph_tunnel_receive(t, NO);
	ph_tunnel_no_token(t, why);
	check_int(ph_tunnel_state(t), PH_TUNNEL_FAILED);
	check_int(ph_tunnel_fault(t)->cause, PH_CAUSE_PROXY_LOGIN_REQUIRED);
	check(
	    strstr(ph_tunnel_fault(t)->text, "wwww (it answered 407") != NULL);
	ph_tunnel_free(t);
}

/* What came before the ticket went is read as before: an answer too early. */
static void test_hasty_answer(void)
{
	struct talk row = { .protocol = PH_TUNNEL_HTTP, .has_tokens = true };
	struct ph_tunnel_options opt = talk_options(&row);

	for (int with = 0; with < 2; with++) {
		struct ph_tunnel *t = NULL;
		struct ph_fault fault;

		check(ph_tunnel_new(&opt, &t, &fault) == PH_OK);
		ph_tunnel_receive(t,
		    PH_SPAN("HTTP/1.1 407 No\r\nContent-Length: 0\r\n"
			    "Proxy-Authenticate: Negotiate\r\n\r\n"
			    "HTTP/1.1 403 No\r\n\r\n"));
		check_int(ph_tunnel_state(t), PH_TUNNEL_WANTS_TOKEN);
		if (with == 0) {
			ph_tunnel_no_token(t, "x");
		} else {
			ph_tunnel_token(t, PH_SPAN("AP-REQ"), false);
		}
		check_int(ph_tunnel_state(t), PH_TUNNEL_FAILED);
		check_int(ph_tunnel_fault(t)->cause,
		    with == 0 ? PH_CAUSE_PROXY_LOGIN_REQUIRED
			      : PH_CAUSE_PROXY_FORBIDDEN);
		ph_tunnel_free(t);
	}
}

int main(void)
{
	test_long_tickets();
	test_long_reason();
	test_hasty_answer();
	return check_end();
}
