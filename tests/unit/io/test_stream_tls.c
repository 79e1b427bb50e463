#include "base/buf.h"
#include "certs.h"
#include "check.h"
#include "io/listener.h"
#include "io/stream.h"
#include "net.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *const names[] = { "localhost", "127.0.0.1", "::1" };

struct pair {
	struct ph_loop *loop;
	struct ph_tls_context *server_ctx;
	struct ph_tls_context *client_ctx;
	struct ph_stream *server;
	struct ph_stream *client;
	int fds[2];
	int calls;
};

static void contexts(struct pair *p, bool trust)
{
	struct ph_buf pem;
	char *ca = temp_path("ca.pem");

	ph_buf_init(&pem, 8192);
	check(ph_tls_self_made_context(
		  names, PH_COUNT(names), &p->server_ctx, &pem, NULL) == PH_OK);
	temp_write(ca, ph_buf_str(&pem));
	struct ph_tls_client_config cfg = { .ca_file = trust ? ca : NULL };
	check(ph_tls_client_context(&cfg, &p->client_ctx, NULL) == PH_OK);
	ph_buf_release(&pem);
	free(ca);
}

static void pair_init(struct pair *p, bool trust)
{
	*p = (struct pair){ 0 };
	contexts(p, trust);
	net_pair(p->fds);
	check(ph_loop_new(&p->loop) == PH_OK);
	check(ph_stream_new(p->loop, p->fds[0], &p->client) == PH_OK);
	check(ph_stream_new(p->loop, p->fds[1], &p->server) == PH_OK);
	ph_stream_on_ready(p->client, net_count, &p->calls);
}

static void start(struct pair *p)
{
	struct ph_tls_options c = { p->client_ctx, "localhost" };
	struct ph_tls_options s = { p->server_ctx, NULL };
	char in[8];
	size_t n;

	check_int(ph_stream_start_tls(p->client, &c), PH_OK);
	check_int(ph_stream_start_tls(p->client, &c), PH_EINVAL);
	check_int(ph_stream_start_tls(p->server, &s), PH_OK);
	check_int(ph_stream_read(p->client, in, sizeof(in), &n), PH_AGAIN);
	check_int(ph_stream_writev(p->client, &PH_SPAN("x"), 1, &n), PH_AGAIN);
	check_int(ph_stream_tls_state(p->client), PH_TLS_HANDSHAKE);
	check(p->calls == 0);
}

static bool settled(const struct ph_stream *s)
{
	return ph_stream_tls_state(s) != PH_TLS_HANDSHAKE;
}

static void shake(struct pair *p)
{
	start(p);
	for (int i = 0; i < 1000; i++) {
		if (settled(p->client) && settled(p->server))
			break;
		(void)ph_loop_turn(p->loop);
	}
	check(settled(p->client) && settled(p->server));
}

static void pair_release(struct pair *p)
{
	ph_stream_free(p->client);
	ph_stream_free(p->server);
	ph_tls_context_free(p->client_ctx);
	ph_tls_context_free(p->server_ctx);
	ph_loop_free(p->loop);
}

static void test_handshake(void)
{
	struct pair p;

	pair_init(&p, true);
	check(ph_stream_tls_info(p.client) == NULL);
	shake(&p);
	check_int(ph_stream_tls_state(p.client), PH_TLS_ON);
	check_int(p.calls, 1); /* once, when it was over */
	check(ph_stream_tls_info(p.client)->verified);
	check_str(ph_stream_tls_info(p.server)->version, "TLSv1.3");
	pair_release(&p);
}

static void test_refused(void)
{
	struct pair p;

	pair_init(&p, false);
	shake(&p);
	check_int(ph_stream_tls_state(p.client), PH_TLS_FAILED);
	check_int(p.calls, 1);
	check_int(ph_stream_fault(p.client)->cause, PH_CAUSE_CERT_UNTRUSTED);
	check(ph_stream_tls_info(p.client) != NULL);
	check(ph_stream_tls_info(p.client)->has_certificate);
	char in[8];
	size_t n;
	check_int(ph_stream_read(p.client, in, sizeof(in), &n), PH_EIO);
	pair_release(&p);
}

/* Reads one octet for each call: what lies decrypted must be told of without
   anything new from the socket. */
struct sipper {
	struct ph_stream *stream;
	size_t got;
	size_t want;
	bool done;
};

static void sip(void *ctx)
{
	struct sipper *s = ctx;
	char c;
	size_t n;

	if (ph_stream_read(s->stream, &c, 1, &n) == PH_OK)
		s->got++;
	s->done = s->got == s->want;
}

static void test_sip(void)
{
	struct pair p;
	char text[3000];
	size_t put;

	pair_init(&p, true);
	shake(&p);
	memset(text, 'a', sizeof(text));
	struct sipper s = { p.client, 0, 2 * sizeof(text), false };
	ph_stream_on_ready(p.client, sip, &s);
	struct ph_span span = { text, sizeof(text) };
	/* Two records. */
	check(ph_stream_writev(p.server, &span, 1, &put) == PH_OK);
	check(ph_stream_writev(p.server, &span, 1, &put) == PH_OK);
	check(net_run(p.loop, &s.done));
	check_int(s.got, s.want);

	/* Off means off, also for what is decrypted. */
	check(ph_stream_writev(p.server, &span, 1, &put) == PH_OK);
	s.want += 1;
	s.done = false;
	check(net_run(p.loop, &s.done));
	ph_stream_want_read(p.client, false);
	size_t before = s.got;
	net_run_for(p.loop, 20);
	check_int(s.got, before);
	ph_stream_want_read(p.client, true);
	s.want = 3 * sizeof(text);
	s.done = false;
	check(net_run(p.loop, &s.done));
	pair_release(&p);
}

struct flow {
	struct ph_stream *stream;
	uint64_t left;
	uint64_t done;
	size_t unsent_max;
	bool over;
};

static char block[100 * 1024];

static void pour(void *ctx)
{
	struct flow *f = ctx;
	size_t put;

	while (f->left > 0) {
		struct ph_span span = { block,
			f->left < sizeof(block) ? f->left : sizeof(block) };
		if (ph_stream_writev(f->stream, &span, 1, &put) != PH_OK)
			break;
		f->left -= put;
		if (ph_stream_unsent(f->stream) > f->unsent_max)
			f->unsent_max = ph_stream_unsent(f->stream);
	}
}

static void drink(void *ctx)
{
	struct flow *f = ctx;
	static char in[50000];
	size_t got;

	while (ph_stream_read(f->stream, in, sizeof(in), &got) == PH_OK)
		f->done += got;
	f->over = f->done == f->left;
}

/* Ten megabytes against a reader that at first does not read. */
static void flow(struct pair *two)
{
	struct pair p = *two;
	const uint64_t total = 10 * 1024 * 1024 + 7;

	struct flow out = { .stream = p.client, .left = total };
	struct flow in = { .stream = p.server, .left = total };
	ph_stream_on_ready(p.client, pour, &out);
	ph_stream_on_ready(p.server, drink, &in);
	ph_stream_want_read(p.server, false);
	pour(&out);
	net_run_for(p.loop, 20);
	check(out.left > 0 && in.done == 0);
	check(ph_stream_unsent(p.client) > 0);
	ph_stream_want_read(p.server, true);
	check(net_run(p.loop, &in.over));
	check(in.done == total && out.left == 0);
	check_int(ph_stream_unsent(p.client), 0);
	/* Each level holds as much. */
	check(out.unsent_max < 2 * 81 * 1024);
}

static void test_flow(void)
{
	struct pair p;

	pair_init(&p, true);
	shake(&p);
	flow(&p);
	pair_release(&p);
}

/* A second TLS in the first, as to a server through an https proxy. */
static void shake_again(struct pair *p)
{
	struct ph_tls_options c = { p->client_ctx, "localhost" };
	struct ph_tls_options s = { p->server_ctx, NULL };

	check_int(ph_stream_start_tls(p->client, &c), PH_OK);
	check_int(ph_stream_start_tls(p->client, &c), PH_EINVAL);
	check_int(ph_stream_start_tls(p->server, &s), PH_OK);
	for (int i = 0; i < 1000; i++) {
		if (settled(p->client) && settled(p->server))
			break;
		(void)ph_loop_turn(p->loop);
	}
	check_int(ph_stream_tls_state(p->client), PH_TLS_ON);
	check_int(ph_stream_tls_state(p->server), PH_TLS_ON);
	check_int(ph_stream_start_tls(p->client, &c), PH_EINVAL);
}

static void test_twice(void)
{
	struct pair p;
	char in[8];
	size_t n;
	enum ph_err err = PH_AGAIN;

	pair_init(&p, true);
	shake(&p);
	shake_again(&p);
	check(ph_stream_tls_info(p.client)->verified);
	flow(&p);
	/* And its end is one. */
	ph_stream_on_ready(p.client, net_count, &p.calls);
	ph_stream_free(p.server);
	p.server = NULL;
	for (int i = 0; i < 20 && err == PH_AGAIN; i++) {
		net_run_for(p.loop, 5);
		err = ph_stream_read(p.client, in, sizeof(in), &n);
	}
	check_int(err, PH_EOF);
	pair_release(&p);
}

/* An octet at a time out of two levels. */
static void test_sip_twice(void)
{
	static char text[16 * 1024];
	struct pair p;
	size_t put;
	struct ph_span span = { text, sizeof(text) };

	pair_init(&p, true);
	shake(&p);
	shake_again(&p);
	struct sipper s = { p.client, 0, 3 * sizeof(text), false };
	ph_stream_on_ready(p.client, sip, &s);
	for (int i = 0; i < 3; i++)
		check(ph_stream_writev(p.server, &span, 1, &put) == PH_OK);
	check(net_run(p.loop, &s.done));
	check_int(s.got, s.want);
	pair_release(&p);
}

/* The second one is refused: the first still carries the alert. */
static void test_refused_within(void)
{
	struct pair p;
	struct ph_tls_client_config cfg = { .ca_file = NULL };
	struct ph_tls_context *distrust = NULL;

	pair_init(&p, true);
	shake(&p);
	check(ph_tls_client_context(&cfg, &distrust, NULL) == PH_OK);
	struct ph_tls_options c = { distrust, "localhost" };
	struct ph_tls_options s = { p.server_ctx, NULL };
	check_int(ph_stream_start_tls(p.client, &c), PH_OK);
	check_int(ph_stream_start_tls(p.server, &s), PH_OK);
	for (int i = 0; i < 1000 && !settled(p.client); i++)
		(void)ph_loop_turn(p.loop);
	net_run_for(p.loop, 20);
	check_int(ph_stream_tls_state(p.client), PH_TLS_FAILED);
	check_int(ph_stream_fault(p.client)->cause, PH_CAUSE_CERT_UNTRUSTED);
	ph_tls_context_free(distrust);
	pair_release(&p);
}

/* The socket is cut, or the first TLS spoilt, while the second is on. */
static void test_cut_below(void)
{
	for (int garbage = 0; garbage < 2; garbage++) {
		struct pair p;
		char in[8];
		size_t n;
		enum ph_err err = PH_AGAIN;

		check_case("garbage", (size_t)garbage);
		pair_init(&p, true);
		shake(&p);
		shake_again(&p);
		if (garbage) {
			check(write(p.fds[1], "no record at all", 16) == 16);
		} else {
			(void)shutdown(p.fds[1], SHUT_RDWR);
		}
		for (int i = 0; i < 20 && err == PH_AGAIN; i++) {
			net_run_for(p.loop, 5);
			err = ph_stream_read(p.client, in, sizeof(in), &n);
		}
		check_int(err, garbage ? PH_EIO : PH_EOF);
		if (garbage) {
			check_int(ph_stream_fault(p.client)->cause,
			    PH_CAUSE_CONNECTION_LOST);
			check(strstr(ph_stream_fault(p.client)->text,
				  "the outer TLS failed") != NULL);
		}
		pair_release(&p);
	}
}

/* What was read too far comes back: as the server's first octets, and as the
   beginning of TLS. */
static void test_unread(void)
{
	struct pair p;
	char in[64];
	size_t n;

	pair_init(&p, true);
	shake(&p);
	check_int(ph_stream_unread(p.client, PH_SPAN("abcdef")), PH_OK);
	check_int(ph_stream_unread(p.client, PH_SPAN("x")), PH_EINVAL);
	check_int(ph_stream_read(p.client, in, 4, &n), PH_OK);
	check(n == 4 && memcmp(in, "abcd", 4) == 0);
	check_int(ph_stream_read(p.client, in, sizeof(in), &n), PH_OK);
	check(n == 2 && memcmp(in, "ef", 2) == 0);
	check_int(ph_stream_read(p.client, in, sizeof(in), &n), PH_AGAIN);
	/* The first octets of the other side's second TLS, read too far. */
	struct ph_tls_options c = { p.client_ctx, "localhost" };
	struct ph_tls_options s = { p.server_ctx, NULL };
	check_int(ph_stream_start_tls(p.client, &c), PH_OK);
	enum ph_err err = PH_AGAIN;
	for (int i = 0; i < 20 && err == PH_AGAIN; i++) {
		net_run_for(p.loop, 5);
		err = ph_stream_read(p.server, in, 10, &n);
	}
	check_int(err, PH_OK);
	check_int(ph_stream_unread(p.server, (struct ph_span){ in, n }), PH_OK);
	check_int(ph_stream_start_tls(p.server, &s), PH_OK);
	check_int(ph_stream_unread(p.client, PH_SPAN("x")), PH_EINVAL);
	for (int i = 0; i < 1000; i++) {
		if (settled(p.client) && settled(p.server))
			break;
		(void)ph_loop_turn(p.loop);
	}
	check_int(ph_stream_tls_state(p.client), PH_TLS_ON);
	pair_release(&p);
}

static void test_end(void)
{
	for (int notify = 0; notify < 2; notify++) {
		struct pair p;
		char in[8];
		size_t n;
		enum ph_err err = PH_AGAIN;

		check_case("notify", (size_t)notify);
		pair_init(&p, true);
		shake(&p);
		if (!notify)
			(void)shutdown(p.fds[1], SHUT_RDWR);
		ph_stream_free(p.server);
		p.server = NULL;
		for (int i = 0; i < 20 && err == PH_AGAIN; i++) {
			net_run_for(p.loop, 5);
			err = ph_stream_read(p.client, in, sizeof(in), &n);
		}
		check_int(err, PH_EOF);
		pair_release(&p);
	}
	check_case(NULL, 0);
}

/* Whatever a bare peer says or does in place of a handshake. */
static void test_bare_peer(void)
{
	static const struct {
		const char *say;
		bool reset;
		enum ph_cause cause;
	} cases[] = {
		{ "220 hello\r\n", false, PH_CAUSE_TLS_PLAINTEXT },
		{ "22", false, PH_CAUSE_TLS_PLAINTEXT },
		{ "", false, PH_CAUSE_TLS_CLOSED },
		{ "", true, PH_CAUSE_TLS_CLOSED },
		{ "\026\003\003", false, PH_CAUSE_TLS_CLOSED },
		{ "\025\003\003\000\002\002\050", false,
		    PH_CAUSE_TLS_HANDSHAKE },
		{ "\025\003\003\000\002\002\106", false, PH_CAUSE_TLS_VERSION },
	};

	for (size_t i = 0; i < PH_COUNT(cases); i++) {
		struct pair p = { 0 };
		size_t len = i == 5 || i == 6 ? 7 : strlen(cases[i].say);

		check_case("bare", i);
		contexts(&p, true);
		net_pair(p.fds);
		check(ph_loop_new(&p.loop) == PH_OK);
		check(ph_stream_new(p.loop, p.fds[0], &p.client) == PH_OK);
		ph_stream_on_ready(p.client, net_count, &p.calls);
		struct ph_tls_options opt = { p.client_ctx, "h" };
		check(ph_stream_start_tls(p.client, &opt) == PH_OK);
		check(write(p.fds[1], cases[i].say, len) == (ssize_t)len);
		struct linger now = { .l_onoff = 1 };
		if (cases[i].reset) {
			(void)setsockopt(
			    p.fds[1], SOL_SOCKET, SO_LINGER, &now, sizeof(now));
		} else {
			(void)shutdown(p.fds[1], SHUT_WR);
		}
		if (cases[i].reset)
			(void)close(p.fds[1]);
		for (int k = 0; k < 100 && p.calls == 0; k++)
			net_run_for(p.loop, 2);
		check_int(p.calls, 1);
		check_int(ph_stream_tls_state(p.client), PH_TLS_FAILED);
		check_int(ph_stream_fault(p.client)->cause, cases[i].cause);
		check_int(ph_stream_fault(p.client)->stage, PH_STAGE_TLS);
		if (!cases[i].reset)
			(void)close(p.fds[1]);
		pair_release(&p);
	}
	check_case(NULL, 0);
}

/* Other people's TLS judges our certificates, as strictly as it can. */
struct service {
	struct ph_loop *loop;
	struct ph_tls_context *ctx;
	struct ph_stream *stream;
	bool greeted;
};

static void serve(void *ctx)
{
	struct service *s = ctx;
	char in[512];
	size_t n;

	if (ph_stream_tls_state(s->stream) == PH_TLS_ON && !s->greeted) {
		s->greeted = true;
		check(ph_stream_writev(
			  s->stream, &PH_SPAN("220 hi\r\n"), 1, &n) == PH_OK);
	}
	enum ph_err err = ph_stream_read(s->stream, in, sizeof(in), &n);
	while (err == PH_OK)
		err = ph_stream_read(s->stream, in, sizeof(in), &n);
	if (err == PH_AGAIN)
		return;
	ph_stream_free(s->stream);
	s->stream = NULL;
}

static void on_accept(void *ctx, int fd)
{
	struct service *s = ctx;
	struct ph_tls_options opt = { .context = s->ctx };

	check(s->stream == NULL);
	s->greeted = false;
	check(ph_stream_new(s->loop, fd, &s->stream) == PH_OK);
	ph_stream_on_ready(s->stream, serve, s);
	check(ph_stream_start_tls(s->stream, &opt) == PH_OK);
}

static int run(struct ph_loop *l, const char *const *args)
{
	char *argv[16];
	int status = -1;
	pid_t pid;

	/* execvp() has no const, and writes nothing. */
	memcpy(argv, args, sizeof(argv));
	pid = fork();

	if (pid == 0) {
		int null = open("/dev/null", O_RDWR);
		(void)dup2(null, 0);
		(void)dup2(null, 1);
		(void)dup2(null, 2);
		(void)execvp(argv[0], argv);
		_exit(127);
	}
	for (int i = 0; i < 1500 && waitpid(pid, &status, WNOHANG) == 0; i++)
		net_run_for(l, 10);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void test_others(void)
{
	static const char script[] =
	    "import ssl, socket, sys\n"
	    "c = ssl.create_default_context(cafile=sys.argv[1])\n"
	    "c.verify_flags |= ssl.VERIFY_X509_STRICT\n"
	    "a = sys.argv[2].rsplit(':', 1)\n"
	    "s = c.wrap_socket(socket.create_connection((a[0], int(a[1]))),\n"
	    "    server_hostname=sys.argv[3])\n"
	    "assert s.recv(100) == b'220 hi\\r\\n'\n"
	    "s.unwrap()\n";
	struct pair p = { 0 };
	struct ph_listener *listener;
	char *ca = temp_path("ca.pem");

	contexts(&p, true);
	check(ph_loop_new(&p.loop) == PH_OK);
	struct service s = { .loop = p.loop, .ctx = p.server_ctx };
	check(ph_listener_new(p.loop, "127.0.0.1:0", on_accept, &s, &listener,
		  NULL) == PH_OK);
	char *at = strdup(ph_listener_address(listener));
	const char *const openssl[16] = { "openssl", "s_client", "-connect", at,
		"-CAfile", ca, "-x509_strict", "-verify_return_error",
		"-verify_hostname", "localhost", "-servername", "localhost",
		NULL };
	const char *const openssl_bad[16] = { "openssl", "s_client", "-connect",
		at, "-CAfile", ca, "-verify_return_error", "-verify_hostname",
		"other.test", NULL };
	const char *const python[16] = { "python3", "-c", script, ca, at,
		"localhost", NULL };
	const char *const python_ip[16] = { "python3", "-c", script, ca, at,
		"127.0.0.1", NULL };
	check_int(run(p.loop, openssl), 0);
	check_int(run(p.loop, openssl_bad), 1);
	check_int(run(p.loop, python), 0);
	check_int(run(p.loop, python_ip), 0);
	ph_stream_free(s.stream);
	ph_listener_free(listener);
	pair_release(&p);
	free(at);
	free(ca);
}

int main(void)
{
	test_handshake();
	test_refused();
	test_sip();
	test_flow();
	test_twice();
	test_sip_twice();
	test_refused_within();
	test_cut_below();
	test_unread();
	test_end();
	test_bare_peer();
	test_others();
	return check_end();
}
