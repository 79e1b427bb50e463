#include "check.h"
#include "talk.h"

/* Every octet that a SOCKS 4 proxy can say, at each place. */

static struct ph_tunnel *begin(void)
{
	struct talk row = { .protocol = PH_TUNNEL_SOCKS4A };
	struct ph_tunnel_options opt = talk_options(&row);
	struct ph_tunnel *t = NULL;
	struct ph_fault fault;

	check(ph_tunnel_new(&opt, &t, &fault) == PH_OK);
	ph_tunnel_sent(t, ph_tunnel_pending(t).len);
	return t;
}

static enum ph_cause cause_of(int code)
{
	switch (code) {
	case 91:
		return PH_CAUSE_PROXY_TARGET_FAILED;
	case 92:
	case 93:
		return PH_CAUSE_PROXY_LOGIN_REFUSED;
	default:
		return PH_CAUSE_PROXY_PROTOCOL;
	}
}

static void test_answers(void)
{
	for (int code = 0; code < 256; code++) {
		char in[9] = { 0, (char)code, 1, 2, 3, 4, 5, 6, '!' };
		struct ph_tunnel *t = begin();

		check_case("answer", (size_t)code);
		ph_tunnel_receive(t, (struct ph_span){ in, 7 });
		if (code == 90) {
			check_int(ph_tunnel_state(t), PH_TUNNEL_TALKING);
			ph_tunnel_receive(t, (struct ph_span){ in + 7, 2 });
			check_int(ph_tunnel_state(t), PH_TUNNEL_OPEN);
			check(ph_span_eq(ph_tunnel_surplus(t), PH_SPAN("!")));
		} else {
			check_int(ph_tunnel_state(t), PH_TUNNEL_FAILED);
			check_int(ph_tunnel_fault(t)->cause, cause_of(code));
		}
		ph_tunnel_free(t);
	}
}

static void test_versions(void)
{
	for (int version = 0; version < 256; version++) {
		char in[8] = { (char)version, 90 };
		struct ph_tunnel *t = begin();

		check_case("version", (size_t)version);
		ph_tunnel_receive(t, (struct ph_span){ in, sizeof(in) });
		check((ph_tunnel_state(t) == PH_TUNNEL_OPEN) ==
		    (version == 0 || version == 4));
		ph_tunnel_free(t);
	}
}

int main(void)
{
	test_answers();
	test_versions();
	return check_end();
}
