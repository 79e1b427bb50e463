#include "check.h"
#include "talk.h"

#include <stdio.h>

/* Every octet that a SOCKS 5 proxy can say, at each place. */

static struct ph_tunnel *begin(const char *user)
{
	struct talk row = { .protocol = PH_TUNNEL_SOCKS5, .user = user };
	struct ph_tunnel_options opt = talk_options(&row);
	struct ph_tunnel *t = NULL;
	struct ph_fault fault;

	check(ph_tunnel_new(&opt, &t, &fault) == PH_OK);
	ph_tunnel_sent(t, ph_tunnel_pending(t).len);
	return t;
}

static void give(struct ph_tunnel *t, struct ph_span in)
{
	ph_tunnel_receive(t, in);
	ph_tunnel_sent(t, ph_tunnel_pending(t).len);
}

static void give_two(struct ph_tunnel *t, int first, int second)
{
	const char in[] = { (char)first, (char)second };

	ph_tunnel_receive(t, (struct ph_span){ in, sizeof(in) });
}

static void test_methods(void)
{
	for (int method = 0; method < 256; method++) {
		bool offered[] = { method == 0, method == 0 || method == 2 };

		check_case("method", (size_t)method);
		for (size_t login = 0; login < 2; login++) {
			struct ph_tunnel *t = begin(login == 0 ? NULL : "ann");

			give_two(t, 5, method);
			check_int(ph_tunnel_state(t),
			    offered[login] ? PH_TUNNEL_TALKING
					   : PH_TUNNEL_FAILED);
			/* No password but where it was asked for. */
			check((ph_tunnel_pending(t).len > 0) == offered[login]);
			check(method == 2 || ph_tunnel_pending(t).len == 0 ||
			    ph_tunnel_pending(t).ptr[0] == 5);
			ph_tunnel_free(t);
		}
	}
}

static void test_verdicts(void)
{
	for (int code = 0; code < 256; code++) {
		for (int version = 0; version < 256; version++) {
			struct ph_tunnel *t = begin("ann");
			bool is_known = version == 1 || version == 5;

			check_case("verdict", (size_t)code);
			give(t, PH_SPAN("\x05\x02"));
			give_two(t, version, code);
			if (is_known && code == 0) {
				check_int(
				    ph_tunnel_state(t), PH_TUNNEL_TALKING);
				check(ph_tunnel_pending(t).len > 0);
			} else if (is_known) {
				check_int(ph_tunnel_fault(t)->cause,
				    PH_CAUSE_PROXY_LOGIN_REFUSED);
			} else {
				check(ph_tunnel_pending(t).len == 0);
			}
			ph_tunnel_free(t);
		}
	}
}

static void test_answers(void)
{
	for (int code = 1; code < 256; code++) {
		struct ph_tunnel *t = begin(NULL);
		char end[24];

		check_case("answer", (size_t)code);
		give(t, PH_SPAN("\x05\0"));
		give_two(t, 5, code);
		check_int(ph_tunnel_state(t), PH_TUNNEL_FAILED);
		check((ph_tunnel_fault(t)->cause == PH_CAUSE_PROXY_PROTOCOL) ==
		    (code > 8));
		/* The proxy's own word is told. */
		(void)snprintf(end, sizeof(end), "%02x", (unsigned)code);
		check(strstr(ph_tunnel_fault(t)->text, end) != NULL);
		ph_tunnel_free(t);
	}
}

/* Each kind of bound address, each length of a name: what stands behind it is
   the server's. */
static void test_bound(void)
{
	for (int kind = 0; kind < 256; kind++) {
		size_t size = kind == 1 ? 4 : kind == 4 ? 16 : 0;
		char in[4 + 16 + 2 + 1] = { 5, 0, 0, (char)kind };
		struct ph_tunnel *t = begin(NULL);

		check_case("kind", (size_t)kind);
		give(t, PH_SPAN("\x05\0"));
		if (kind == 3) {
			ph_tunnel_free(t);
			continue;
		}
		in[4 + size + 2] = '!';
		ph_tunnel_receive(
		    t, (struct ph_span){ in, 4 + size + (size ? 3U : 0U) });
		check_int(ph_tunnel_state(t),
		    size > 0 ? PH_TUNNEL_OPEN : PH_TUNNEL_FAILED);
		if (size > 0)
			check(ph_span_eq(ph_tunnel_surplus(t), PH_SPAN("!")));
		ph_tunnel_free(t);
	}
}

static void test_bound_names(void)
{
	for (size_t len = 0; len < 256; len++) {
		char in[4 + 1 + 255 + 2 + 1] = { 5, 0, 0, 3, (char)len };
		struct ph_tunnel *t = begin(NULL);

		check_case("name", len);
		give(t, PH_SPAN("\x05\0"));
		in[5 + len + 2] = '!';
		for (size_t i = 0; i < 5 + len + 1; i++)
			ph_tunnel_receive(t, (struct ph_span){ in + i, 1 });
		check_int(ph_tunnel_state(t), PH_TUNNEL_TALKING);
		ph_tunnel_receive(t, (struct ph_span){ in + 5 + len + 1, 2 });
		check_int(ph_tunnel_state(t), PH_TUNNEL_OPEN);
		check(ph_span_eq(ph_tunnel_surplus(t), PH_SPAN("!")));
		ph_tunnel_free(t);
	}
}

int main(void)
{
	test_methods();
	test_verdicts();
	test_answers();
	test_bound();
	test_bound_names();
	return check_end();
}
