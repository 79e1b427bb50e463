#include "base/buf.h"
#include "check.h"
#include "io/stream.h"
#include "net.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

struct ends {
	struct ph_loop *loop;
	struct ph_stream *stream; /* under test */
	int peer;                 /* the other end, a bare socket */
	int calls;
};

static void ends_init(struct ends *e)
{
	int fds[2];

	*e = (struct ends){ 0 };
	net_pair(fds);
	check(ph_loop_new(&e->loop) == PH_OK);
	check(ph_stream_new(e->loop, fds[0], &e->stream) == PH_OK);
	ph_stream_on_ready(e->stream, net_count, &e->calls);
	e->peer = fds[1];
}

static void ends_release(struct ends *e)
{
	ph_stream_free(e->stream);
	if (e->peer >= 0)
		(void)close(e->peer);
	ph_loop_free(e->loop);
}

static void test_names(void)
{
	struct ends e;

	ends_init(&e);
	check_str(ph_stream_peer(e.stream), "127.0.0.1");
	check_str(ph_stream_local(e.stream), "127.0.0.1");
	check_int(ph_stream_tls_state(e.stream), PH_TLS_OFF);
	check(ph_stream_tls_info(e.stream) == NULL);
	check(ph_stream_unsent(e.stream) == 0);
	ends_release(&e);
}

static void wait_call(struct ends *e)
{
	int before = e->calls;

	for (int i = 0; i < 100 && e->calls == before; i++)
		net_run_for(e->loop, 10);
	check(e->calls > before);
}

static void test_read(void)
{
	struct ends e;
	char in[8];
	size_t got = 99;

	ends_init(&e);
	check_int(ph_stream_read(e.stream, in, sizeof(in), &got), PH_AGAIN);
	check(got == 99);
	check(write(e.peer, "hello, world", 12) == 12);
	check(e.calls == 0); /* only from the loop */
	wait_call(&e);
	check_int(ph_stream_read(e.stream, in, sizeof(in), &got), PH_OK);
	check(got == 8 && memcmp(in, "hello, w", 8) == 0);
	check_int(ph_stream_read(e.stream, in, sizeof(in), &got), PH_OK);
	check(got == 4 && memcmp(in, "orld", 4) == 0);
	check_int(ph_stream_read(e.stream, in, sizeof(in), &got), PH_AGAIN);

	/* What is not read is told again. */
	check(write(e.peer, "x", 1) == 1);
	wait_call(&e);
	wait_call(&e);
	check_int(ph_stream_read(e.stream, in, sizeof(in), &got), PH_OK);
	check(got == 1);

	(void)shutdown(e.peer, SHUT_WR);
	wait_call(&e);
	check_int(ph_stream_read(e.stream, in, sizeof(in), &got), PH_EOF);
	check_int(ph_stream_read(e.stream, in, sizeof(in), &got), PH_EOF);

	/* The end is told once, not in a busy loop; writing goes on. */
	int calls = e.calls;
	net_run_for(e.loop, 30);
	check(e.calls <= calls + 1);
	struct ph_span last = PH_SPAN("bye");
	check_int(ph_stream_writev(e.stream, &last, 1, &got), PH_OK);
	check(got == 3 && read(e.peer, in, sizeof(in)) == 3);
	ends_release(&e);
}

/* Given back to a stream in clear: told of without anything from the socket. */
static void test_unread(void)
{
	struct ph_loop *l;
	struct ph_stream *s;
	int fds[2];
	int calls = 0;
	char in[8];
	size_t n;

	net_pair(fds);
	check(ph_loop_new(&l) == PH_OK);
	check(ph_stream_new(l, fds[0], &s) == PH_OK);
	ph_stream_on_ready(s, net_count, &calls);
	check_int(ph_stream_unread(s, PH_SPAN("ab")), PH_OK);
	check(calls == 0);
	net_run_for(l, 5);
	check(calls > 0);
	check(write(fds[1], "cd", 2) == 2);
	check_int(ph_stream_read(s, in, 1, &n), PH_OK);
	check(n == 1 && in[0] == 'a');
	check_int(ph_stream_read(s, in, sizeof(in), &n), PH_OK);
	check(n == 1 && in[0] == 'b');
	net_run_for(l, 5);
	check_int(ph_stream_read(s, in, sizeof(in), &n), PH_OK);
	check(n == 2 && memcmp(in, "cd", 2) == 0);
	/* Also behind the end of the other side's words. */
	(void)close(fds[1]);
	net_run_for(l, 5);
	check_int(ph_stream_unread(s, PH_SPAN("ef")), PH_OK);
	check_int(ph_stream_read(s, in, sizeof(in), &n), PH_OK);
	check_int(ph_stream_read(s, in, sizeof(in), &n), PH_EOF);
	ph_stream_free(s);
	ph_loop_free(l);
}

static void test_want_read(void)
{
	struct ends e;
	char in[8];
	size_t got;

	ends_init(&e);
	ph_stream_want_read(e.stream, false);
	check(write(e.peer, "abc", 3) == 3);
	net_run_for(e.loop, 30);
	check_int(e.calls, 0);
	ph_stream_want_read(e.stream, true);
	check_int(e.calls, 0);
	wait_call(&e);
	check_int(ph_stream_read(e.stream, in, sizeof(in), &got), PH_OK);
	check(got == 3);
	ends_release(&e);
}

/* Spans of every length, some empty, more than one sendmsg takes. */
static void test_writev(void)
{
	struct ends e;
	struct ph_span spans[150];
	char text[] = "0123456789";
	char in[2048];
	size_t total = 0;
	size_t put = 0;
	size_t got = 0;

	ends_init(&e);
	for (size_t i = 0; i < PH_COUNT(spans); i++) {
		spans[i] = (struct ph_span){ text, i % 11 };
		total += spans[i].len;
	}
	check_int(
	    ph_stream_writev(e.stream, spans, PH_COUNT(spans), &put), PH_OK);
	check(put == total);
	while (got < total) {
		ssize_t n = read(e.peer, in + got, sizeof(in) - got);
		if (n <= 0)
			break;
		got += (size_t)n;
	}
	check(got == total);
	size_t at = 0;
	for (size_t i = 0; i < PH_COUNT(spans); i++) {
		check(memcmp(in + at, text, spans[i].len) == 0);
		at += spans[i].len;
	}
	check_int(ph_stream_writev(e.stream, spans, 0, &put), PH_OK);
	check(put == 0);
	ends_release(&e);
}

/* The first send of two goes through and the second fails: the octets that went
   are told, and the failure by the next call.  Whoever sent a final dot must
   know that it went. */
static void test_writev_fails_amid(void)
{
	struct ends e = { 0 };
	static char huge[4 * 1024 * 1024];
	struct ph_span spans[65];
	char in[128];
	int fds[2];
	size_t put = 0;

	/* A datagram that is too large is an error; a stream has none that
	   comes when it should. */
	check(socketpair(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0, fds) == 0);
	check(ph_loop_new(&e.loop) == PH_OK);
	check(ph_stream_new(e.loop, fds[0], &e.stream) == PH_OK);
	e.peer = fds[1];
	/* Nobody reads: no last words to wait for. */
	ph_stream_want_read(e.stream, false);
	for (size_t i = 0; i < 64; i++)
		spans[i] = PH_SPAN("x");
	spans[64] = (struct ph_span){ huge, sizeof(huge) };
	check_int(ph_stream_writev(e.stream, spans, 65, &put), PH_OK);
	check_int(put, 64);
	check_int(read(e.peer, in, sizeof(in)), 64);
	check_int(ph_stream_writev(e.stream, spans, 1, &put), PH_EIO);
	check(ph_fault_is_set(ph_stream_fault(e.stream)));
	ends_release(&e);
}

/* A reader that does not read: AGAIN in the end, silence, then fn. */
static void test_back_pressure(void)
{
	struct ends e;
	static char block[64 * 1024];
	struct ph_span span = { block, sizeof(block) };
	uint64_t sent = 0;
	uint64_t received = 0;
	size_t put;

	ends_init(&e);
	enum ph_err err = PH_OK;
	for (int i = 0; i < 10000 && err == PH_OK; i++) {
		err = ph_stream_writev(e.stream, &span, 1, &put);
		if (err == PH_OK)
			sent += put;
	}
	check_int(err, PH_AGAIN);
	e.calls = 0;
	net_run_for(e.loop, 30);
	check_int(e.calls, 0);
	while (e.calls == 0 && received < sent) {
		ssize_t n = read(e.peer, block, sizeof(block));
		if (n > 0)
			received += (uint64_t)n;
		net_run_for(e.loop, 1);
	}
	check(e.calls > 0);
	check_int(ph_stream_writev(e.stream, &span, 1, &put), PH_OK);
	sent += put;

	/* Then no more calls for writing that nobody waits for. */
	while (received < sent) {
		ssize_t n = read(e.peer, block, sizeof(block));
		if (n > 0)
			received += (uint64_t)n;
		net_run_for(e.loop, 1);
	}
	int calls = e.calls;
	net_run_for(e.loop, 30);
	check(e.calls <= calls + 1);
	ends_release(&e);
}

static void reset(struct ends *e)
{
	struct linger now = { .l_onoff = 1 };

	(void)setsockopt(e->peer, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
	(void)close(e->peer);
	e->peer = -1;
}

static void test_reset(void)
{
	struct ends e;
	char in[8];
	size_t got;

	ends_init(&e);
	reset(&e);
	wait_call(&e);
	check_int(ph_stream_read(e.stream, in, sizeof(in), &got), PH_EIO);
	check_int(ph_stream_fault(e.stream)->cause, PH_CAUSE_CONNECTION_LOST);
	check_str(ph_stream_fault(e.stream)->text, "connection reset");
	struct ph_span span = PH_SPAN("x");
	check_int(ph_stream_writev(e.stream, &span, 1, &got), PH_EIO);
	int calls = e.calls;
	net_run_for(e.loop, 20);
	check_int(e.calls, calls);
	ends_release(&e);
}

/* A server that says why and hangs up while we write: its words come first. */
/* Ours. */
static void test_cut(void)
{
	struct ends e;
	char in[8];
	size_t put = 0;
	struct ph_span out = PH_SPAN("ab");

	ends_init(&e);
	check_int(ph_stream_writev(e.stream, &out, 1, &put), PH_OK);
	ph_stream_cut(e.stream);
	ph_stream_free(e.stream);
	net_run_for(e.loop, 1);
	check(recv(e.peer, in, sizeof(in), 0) == 2);
	check(recv(e.peer, in, sizeof(in), 0) < 0 && errno == ECONNRESET);
	(void)close(e.peer);
	ph_loop_free(e.loop);
}

static void test_last_words(void)
{
	struct ends e;
	struct ph_span span = PH_SPAN("MAIL FROM:<>\r\n");
	char in[64];
	size_t got = 0;
	size_t put;

	ends_init(&e);
	check(write(e.peer, "421 bye\r\n", 9) == 9);
	(void)shutdown(e.peer, SHUT_RDWR);
	(void)close(e.peer);
	e.peer = -1;
	/* Written into the void, until the answer, a reset, is in. */
	enum ph_err err = PH_OK;
	for (int i = 0; i < 50 && err == PH_OK; i++)
		err = ph_stream_writev(e.stream, &span, 1, &put);
	check_int(err, PH_AGAIN);
	wait_call(&e);
	check_int(ph_stream_read(e.stream, in, sizeof(in), &got), PH_OK);
	check(got == 9 && memcmp(in, "421 bye\r\n", 9) == 0);
	for (int i = 0; i < 5 && err != PH_EIO; i++) {
		net_run_for(e.loop, 5);
		err = ph_stream_read(e.stream, in, sizeof(in), &got);
	}
	check_int(err, PH_EIO);
	check_int(ph_stream_fault(e.stream)->cause, PH_CAUSE_CONNECTION_LOST);
	ends_release(&e);
}

struct freeing {
	struct ph_stream *stream;
	bool done;
};

static void free_within(void *ctx)
{
	struct freeing *f = ctx;

	ph_stream_free(f->stream);
	f->done = true;
}

static void test_free_within(void)
{
	struct ends e;
	struct freeing f;

	ends_init(&e);
	f = (struct freeing){ .stream = e.stream };
	ph_stream_on_ready(e.stream, free_within, &f);
	check(write(e.peer, "x", 1) == 1);
	check(net_run(e.loop, &f.done));
	e.stream = NULL;
	ends_release(&e);
}

/* Two streams in one loop, each piece of every size, echoed. */
struct echo {
	struct ph_stream *stream;
};

static void on_echo(void *ctx)
{
	struct echo *x = ctx;
	char in[4096];
	size_t got;

	while (ph_stream_read(x->stream, in, sizeof(in), &got) == PH_OK) {
		struct ph_span out = { in, got };
		size_t put = 0;
		check_int(ph_stream_writev(x->stream, &out, 1, &put), PH_OK);
		check(put == got);
	}
}

static void test_echo(void)
{
	int fds[2];
	struct ph_loop *l;
	struct echo x;
	struct ph_stream *client;
	int calls = 0;
	char out[3000];
	char in[3000];

	net_pair(fds);
	check(ph_loop_new(&l) == PH_OK);
	check(ph_stream_new(l, fds[0], &client) == PH_OK);
	check(ph_stream_new(l, fds[1], &x.stream) == PH_OK);
	ph_stream_on_ready(client, net_count, &calls);
	ph_stream_on_ready(x.stream, on_echo, &x);
	for (size_t i = 0; i < sizeof(out); i++)
		out[i] = (char)(i * 7);
	for (size_t len = 1; len <= sizeof(out); len += 997) {
		struct ph_span span = { out, len };
		size_t put;
		size_t got = 0;
		check(ph_stream_writev(client, &span, 1, &put) == PH_OK);
		check(put == len);
		for (int i = 0; i < 1000 && got < len; i++) {
			size_t n = 0;
			(void)ph_loop_turn(l);
			while (ph_stream_read(client, in + got,
				   sizeof(in) - got, &n) == PH_OK)
				got += n;
		}
		check(got == len && memcmp(in, out, len) == 0);
	}
	ph_stream_free(client);
	ph_stream_free(x.stream);
	ph_loop_free(l);
}

static void test_not_a_socket(void)
{
	struct ph_loop *l;
	struct ph_stream *s = NULL;

	check(ph_loop_new(&l) == PH_OK);
	/* Takes the descriptor in any case; none is none. */
	check_int(ph_stream_new(l, -1, &s), PH_EIO);
	check(s == NULL);
	ph_stream_free(NULL);
	ph_loop_free(l);
}

int main(void)
{
	test_names();
	test_read();
	test_unread();
	test_want_read();
	test_writev();
	test_writev_fails_amid();
	test_back_pressure();
	test_reset();
	test_cut();
	test_last_words();
	test_free_within();
	test_echo();
	test_not_a_socket();
	return check_end();
}
