#include "check.h"
#include "exact.h"
#include "talk.h"

#include <stdio.h>
#include <stdlib.h>

/* Each conversation whole, an octet at a time, and cut in two at every byte:
   where the network cuts must not matter. */

#define FIFTY "a12345678.b12345678.c12345678.d12345678.e12345678."
/* 255 octets */
#define LONG_NAME FIFTY FIFTY FIFTY FIFTY FIFTY "abcde"

enum {
	WHOLE = -1,
	SINGLY = -2
};

static bool contains(struct ph_span s, const char *part)
{
	size_t len = strlen(part);

	for (size_t i = 0; i + len <= s.len; i++) {
		if (memcmp(s.ptr + i, part, len) == 0)
			return true;
	}
	return false;
}

static void feed_piece(struct ph_tunnel *t, struct ph_span piece)
{
	struct ph_span copy = exact_copy(piece);

	ph_tunnel_receive(t, copy);
	exact_free(copy);
}

/* cut: WHOLE, SINGLY, or the octets of the first piece.  A driver stops reading
   once the tunnel is open: what is left then goes to *rest. */
static void feed(
    struct ph_tunnel *t, struct ph_span in, long cut, struct ph_span *rest)
{
	size_t at = 0;

	while (at < in.len && ph_tunnel_state(t) == PH_TUNNEL_TALKING) {
		size_t n = in.len - at;

		if (cut == SINGLY) {
			n = 1;
		} else if (cut > 0 && at == 0 && (size_t)cut < n) {
			n = (size_t)cut;
		}
		feed_piece(t, ph_span_first(ph_span_skip(in, at), n));
		at += n;
	}
	*rest = ph_span_skip(in, at);
}

static void expect(struct ph_tunnel *t, const struct talk_step *step)
{
	struct ph_span out = ph_tunnel_pending(t);

	if (step->want.ptr != NULL)
		check(ph_span_eq(out, step->want));
	if (step->has != NULL)
		check(contains(out, step->has));
	check(out.len > 0);
	ph_tunnel_sent(t, out.len / 2);
	check(ph_tunnel_pending(t).len == out.len - out.len / 2);
	ph_tunnel_sent(t, ph_tunnel_pending(t).len);
	check(ph_tunnel_pending(t).len == 0);
}

/* No line of it holds what a password is made of. */
static void drain_trace(struct ph_tunnel *t)
{
	struct ph_tunnel_trace line;
	size_t count = 0;

	while (ph_tunnel_next_trace(t, &line)) {
		check(!contains(line.line, "op3n"));
		check(!contains(line.line, "YW5uOm9wM24"));
		check(!contains(line.line, "TlRMTVNTUAA"));
		check(line.dir == '<' || line.dir == '>' || line.dir == '*');
		count++;
	}
	check(count > 0);
}

static void judge(struct ph_tunnel *t, const struct talk *row,
    struct ph_span rest, unsigned reconnects)
{
	const struct ph_fault *f = ph_tunnel_fault(t);
	char all[4096];

	check_int(reconnects, row->reconnects);
	if (row->cause == PH_CAUSE_NONE) {
		struct ph_span surplus = ph_tunnel_surplus(t);

		check_int(ph_tunnel_state(t), PH_TUNNEL_OPEN);
		check_str(ph_tunnel_scheme(t),
		    row->scheme == NULL ? "" : row->scheme);
		check_int(surplus.len + rest.len, row->surplus.len);
		if (surplus.len + rest.len != row->surplus.len)
			return;
		check(ph_span_eq(
		    surplus, ph_span_first(row->surplus, surplus.len)));
		return;
	}
	(void)snprintf(all, sizeof(all), "%s %s", f->text, f->advice);
	check_int(ph_tunnel_state(t), PH_TUNNEL_FAILED);
	check_int(f->cause, row->cause);
	check_int(f->stage, PH_STAGE_PROXY);
	check_int(f->code, 0);
	check(row->text == NULL || strstr(all, row->text) != NULL);
	check(strstr(all, "op3n") == NULL);
	check(ph_tunnel_pending(t).len == 0);
	check(ph_tunnel_surplus(t).len == 0);
}

/* why: of each hang-up; NULL: orderly. */
static void run(
    const struct talk *row, size_t cut_step, long cut, const char *why)
{
	struct ph_tunnel_options opt = talk_options(row);
	struct ph_tunnel *t = NULL;
	struct ph_fault fault = { 0 };
	struct ph_span rest = { 0 };
	unsigned reconnects = 0;
	size_t token = 0;

	check(ph_tunnel_new(&opt, &t, &fault) == PH_OK);
	if (t == NULL)
		return;
	for (size_t i = 0; i < TALK_STEPS_MAX; i++) {
		const struct talk_step *step = &row->steps[i];

		if (ph_tunnel_state(t) == PH_TUNNEL_RECONNECT) {
			ph_tunnel_restart(t);
			reconnects++;
		}
		if (ph_tunnel_state(t) != PH_TUNNEL_TALKING)
			break;
		if (step->give.ptr == NULL && !step->hangs_up)
			break;
		expect(t, step);
		feed(t, step->give, i == cut_step || cut < 0 ? cut : WHOLE,
		    &rest);
		talk_give(row, &token, t);
		if (step->hangs_up && ph_tunnel_state(t) == PH_TUNNEL_TALKING)
			ph_tunnel_lost(t, why);
	}
	judge(t, row, rest, reconnects);
	drain_trace(t);
	ph_tunnel_free(t);
}

static void test_talks(void)
{
	for (size_t i = 0; i < talk_count; i++) {
		check_case(talks[i].name, i);
		run(&talks[i], 0, WHOLE, NULL);
		run(&talks[i], 0, WHOLE, "connection reset");
		run(&talks[i], 0, SINGLY, NULL);
		for (size_t k = 0; k < TALK_STEPS_MAX; k++) {
			size_t len = talks[i].steps[k].give.len;

			for (size_t cut = 1; cut < len; cut++)
				run(&talks[i], k, (long)cut, NULL);
		}
	}
}

/* Hung up, or silent, at every byte: an end, and one that says something. */
static void end_at(const struct talk *row, size_t octets, int how)
{
	struct ph_tunnel_options opt = talk_options(row);
	struct ph_tunnel *t = NULL;
	struct ph_fault fault = { 0 };
	struct ph_span rest;
	size_t token = 0;

	check(ph_tunnel_new(&opt, &t, &fault) == PH_OK);
	for (size_t i = 0; octets > 0 && i < TALK_STEPS_MAX; i++) {
		struct ph_span give = row->steps[i].give;
		size_t n = give.len < octets ? give.len : octets;

		if (ph_tunnel_state(t) == PH_TUNNEL_RECONNECT)
			ph_tunnel_restart(t);
		ph_tunnel_sent(t, ph_tunnel_pending(t).len);
		feed(t, ph_span_first(give, n), WHOLE, &rest);
		talk_give(row, &token, t);
		octets -= n;
	}
	if (how == 0) {
		ph_tunnel_timeout(t, 30000);
	} else {
		ph_tunnel_lost(t, how == 1 ? NULL : "reset");
	}
	check(ph_tunnel_state(t) != PH_TUNNEL_TALKING);
	if (ph_tunnel_state(t) == PH_TUNNEL_FAILED) {
		const struct ph_fault *f = ph_tunnel_fault(t);

		check(f->text[0] != '\0' && f->cause != PH_CAUSE_NONE);
		check(f->stage == PH_STAGE_PROXY);
	}
	ph_tunnel_free(t);
}

static void test_ends(void)
{
	for (size_t i = 0; i < talk_count; i++) {
		size_t all = 0;

		check_case(talks[i].name, i);
		for (size_t k = 0; k < TALK_STEPS_MAX; k++)
			all += talks[i].steps[k].give.len;
		for (size_t n = 0; n <= all; n++) {
			for (int how = 0; how < 3; how++)
				end_at(&talks[i], n, how);
		}
	}
}

static struct ph_tunnel *begin(enum ph_tunnel_protocol protocol)
{
	struct talk row = { .protocol = protocol, .host = "192.0.2.7" };
	struct ph_tunnel_options opt = talk_options(&row);
	struct ph_tunnel *t = NULL;
	struct ph_fault fault;

	check(ph_tunnel_new(&opt, &t, &fault) == PH_OK);
	return t;
}

static void test_silence(void)
{
	for (int p = PH_TUNNEL_SOCKS4; p <= PH_TUNNEL_HTTP; p++) {
		struct ph_tunnel *t = begin((enum ph_tunnel_protocol)p);

		check_case("protocol", (size_t)p);
		ph_tunnel_timeout(t, 2000);
		check_int(ph_tunnel_fault(t)->cause, PH_CAUSE_PROXY_TIMEOUT);
		check_str(ph_tunnel_fault(t)->text, "said nothing in 2000 ms");
		check(strstr(ph_tunnel_fault(t)->advice,
			  p == PH_TUNNEL_HTTP ? "socks5" : "type = http") !=
		    NULL);
		/* What comes later is not looked at. */
		ph_tunnel_receive(t, PH_SPAN("x"));
		ph_tunnel_lost(t, NULL);
		check_int(ph_tunnel_fault(t)->cause, PH_CAUSE_PROXY_TIMEOUT);
		ph_tunnel_free(t);
	}
}

/* A head, a line, a body without end: bounded all of them. */
static void test_endless(void)
{
	static const struct {
		const char *start;
		const char *more;
		enum ph_tunnel_state state;
	} rows[] = {
		{ "HTTP/1.1 200 OK\r\n", "X: 0123456789abcdef\r\n",
		    PH_TUNNEL_FAILED },
		{ "HTTP/1.1 200 ", "0123456789abcdef", PH_TUNNEL_FAILED },
		{ "HTTP/1.1 407 No\r\nProxy-Authenticate: Basic\r\n"
		  "Transfer-Encoding: chunked\r\n\r\n",
		    "8\r\n01234567\r\n", PH_TUNNEL_RECONNECT },
		{ "HTTP/1.1 407 No\r\nProxy-Authenticate: Basic\r\n"
		  "Content-Length: 99999999999\r\n\r\n",
		    "0123456789", PH_TUNNEL_RECONNECT },
	};

	for (size_t i = 0; i < PH_COUNT(rows); i++) {
		struct talk row = { .protocol = PH_TUNNEL_HTTP, .user = "ann" };
		struct ph_tunnel_options opt = talk_options(&row);
		struct ph_tunnel *t = NULL;
		struct ph_fault fault;
		size_t fed = 0;

		check_case(rows[i].start, i);
		check(ph_tunnel_new(&opt, &t, &fault) == PH_OK);
		ph_tunnel_receive(t, ph_span_of(rows[i].start));
		while (
		    ph_tunnel_state(t) == PH_TUNNEL_TALKING && fed < 200000) {
			ph_tunnel_receive(t, ph_span_of(rows[i].more));
			fed++;
		}
		check_int(ph_tunnel_state(t), rows[i].state);
		if (rows[i].state == PH_TUNNEL_FAILED) {
			check_int(
			    ph_tunnel_fault(t)->cause, PH_CAUSE_PROXY_PROTOCOL);
		}
		ph_tunnel_free(t);
	}
}

/* A proxy that closes after every no. */
static void test_reconnects_end(void)
{
	static const char no[] =
	    "HTTP/1.1 407 No\r\nConnection: close\r\nProxy-Authenticate: "
	    "NTLM\r\nProxy-Authenticate: Basic\r\n\r\n";
	struct talk row = { .protocol = PH_TUNNEL_HTTP, .user = "ann" };
	struct ph_tunnel_options opt = talk_options(&row);
	struct ph_tunnel *t = NULL;
	struct ph_fault fault;
	unsigned count = 0;

	check(ph_tunnel_new(&opt, &t, &fault) == PH_OK);
	while (ph_tunnel_state(t) != PH_TUNNEL_FAILED && count < 100) {
		ph_tunnel_receive(t, ph_span_of(no));
		if (ph_tunnel_state(t) == PH_TUNNEL_RECONNECT)
			ph_tunnel_restart(t);
		count++;
	}
	/* NTLM, which is not bound to anything here; Basic; the verdict. */
	check_int(count, 3);
	check_int(ph_tunnel_fault(t)->cause, PH_CAUSE_PROXY_LOGIN_REFUSED);
	ph_tunnel_free(t);
}

/* Without what computes them, schemes are as if they were not offered. */
static void test_no_tools(void)
{
	static const struct ph_tunnel_tools none = { 0 };
	static const struct ph_tunnel_tools *const tools[] = { NULL, &none };

	for (size_t i = 0; i < PH_COUNT(tools); i++) {
		struct talk row = { .protocol = PH_TUNNEL_HTTP, .user = "ann" };
		struct ph_tunnel_options opt = talk_options(&row);
		struct ph_tunnel *t = NULL;
		struct ph_fault fault;

		opt.tools = tools[i];
		check(ph_tunnel_new(&opt, &t, &fault) == PH_OK);
		ph_tunnel_receive(t,
		    PH_SPAN("HTTP/1.1 407 No\r\nContent-Length: 0\r\n"
			    "Proxy-Authenticate: NTLM\r\nProxy-Authenticate: "
			    "Digest realm=\"x\", nonce=\"n\", qop=\"auth\"\r\n"
			    "Proxy-Authenticate: Basic\r\n\r\n"));
		check(contains(ph_tunnel_pending(t), "Authorization: Basic "));
		ph_tunnel_free(t);
	}
}

/* What cannot be said is told before anything is sent. */
static void test_unfit(void)
{
	static const struct {
		enum ph_tunnel_protocol protocol;
		struct ph_span host;
		struct ph_span user;
		const char *text; /* NULL: it is fit */
	} rows[] = {
		{ PH_TUNNEL_SOCKS4, PH_SPAN_INIT("mail.example.com"), { 0 },
		    "IPv4" },
		{ PH_TUNNEL_SOCKS4, PH_SPAN_INIT("2001:db8::1"), { 0 },
		    "IPv4" },
		{ PH_TUNNEL_SOCKS4A, PH_SPAN_INIT("2001:db8::1"), { 0 },
		    "IPv4" },
		{ PH_TUNNEL_SOCKS5, PH_SPAN_INIT(""), { 0 }, "empty" },
		{ PH_TUNNEL_SOCKS5, PH_SPAN_INIT("a b"), { 0 }, "name" },
		{ PH_TUNNEL_SOCKS5, PH_SPAN_INIT("a\nb"), { 0 }, "name" },
		{ PH_TUNNEL_HTTP, PH_SPAN_INIT("a\rb"), { 0 }, "name" },
		{ PH_TUNNEL_HTTP, PH_SPAN_INIT("h"), PH_SPAN_INIT("a\nb"),
		    "control" },
		{ PH_TUNNEL_SOCKS5, PH_SPAN_INIT("h"), PH_SPAN_INIT(LONG_NAME),
		    NULL },
		{ PH_TUNNEL_SOCKS5, PH_SPAN_INIT(LONG_NAME), { 0 }, NULL },
		{ PH_TUNNEL_SOCKS5, PH_SPAN_INIT(LONG_NAME "x"), { 0 }, "255" },
		{ PH_TUNNEL_SOCKS5, PH_SPAN_INIT("h"),
		    PH_SPAN_INIT(LONG_NAME "x"), "255" },
		{ PH_TUNNEL_HTTP, PH_SPAN_INIT(LONG_NAME), { 0 }, NULL },
	};

	for (size_t i = 0; i < PH_COUNT(rows); i++) {
		struct ph_tunnel_options opt = {
			.protocol = rows[i].protocol,
			.host = rows[i].host,
			.has_login = true,
			.username = rows[i].user,
		};
		struct ph_tunnel *t = NULL;
		struct ph_fault fault = { 0 };
		enum ph_err err = ph_tunnel_new(&opt, &t, &fault);

		check_case("row", i);
		check_int(err, rows[i].text == NULL ? PH_OK : PH_EINVAL);
		if (rows[i].text != NULL) {
			check(strstr(fault.text, rows[i].text) != NULL);
			check_int(fault.cause, PH_CAUSE_CONFIG);
		}
		ph_tunnel_free(t);
	}
	ph_tunnel_free(NULL);
}

/* A name of 255 octets, as it goes to SOCKS 5. */
static void test_longest_name(void)
{
	struct ph_tunnel_options opt = { .protocol = PH_TUNNEL_SOCKS5,
		.host = PH_SPAN(LONG_NAME),
		.port = 25 };
	struct ph_tunnel *t = NULL;
	struct ph_fault fault;

	check_int(opt.host.len, 255);
	check(ph_tunnel_new(&opt, &t, &fault) == PH_OK);
	ph_tunnel_sent(t, ph_tunnel_pending(t).len);
	ph_tunnel_receive(t, PH_SPAN("\x05\0"));

	struct ph_span out = ph_tunnel_pending(t);

	check_int(out.len, 4 + 1 + 255 + 2);
	check(ph_span_eq(ph_span_first(out, 5), PH_SPAN("\x05\x01\0\x03\xff")));
	check(ph_span_eq(ph_span_first(ph_span_skip(out, 5), 255), opt.host));
	check(ph_span_eq(ph_span_skip(out, 260), PH_SPAN("\0\x19")));
	ph_tunnel_free(t);
}

int main(void)
{
	test_talks();
	test_ends();
	test_silence();
	test_endless();
	test_reconnects_end();
	test_no_tools();
	test_unfit();
	test_longest_name();
	return check_end();
}
