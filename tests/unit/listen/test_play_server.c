#include "check.h"
#include "failalloc.h"

#include "base/num.h"
#include "listen/play_server.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* A play on a real socket: TLS and logins are for tests/e2e/test_replay.py. */

enum {
	ARENA_MAX = 1024 * 1024,
	TURNS_MAX = 4000,
	HEARD_MAX = 4096
};

struct stage {
	struct ph_loop *loop;
	struct ph_timer *pulse; /* no turn waits longer */
	struct ph_arena arena;
	struct ph_play play;
	struct ph_play_server *server;
	char log[1024]; /* sessions that ended, and notes */
};

static struct stage t;

static void on_pulse(void *ctx)
{
	(void)ctx;
	ph_timer_set(t.pulse, ph_loop_now(t.loop) + 5);
}

static void put(const char *line)
{
	size_t len = strlen(t.log);

	(void)snprintf(t.log + len, sizeof(t.log) - len, "%s\n", line);
}

static void on_note(void *ctx, uint64_t n, struct ph_span text)
{
	char line[256];

	check(ctx == &t);
	(void)snprintf(line, sizeof(line), "%llu: %.*s", (unsigned long long)n,
	    PH_SPAN_ARG(text));
	put(line);
}

static void on_ended(void *ctx, const struct ph_play_ended *e)
{
	char line[256];

	check(ctx == &t);
	check(!e->is_handshake);
	(void)snprintf(line, sizeof(line), "%llu ended: session %llu, %zu",
	    (unsigned long long)e->n, (unsigned long long)e->session,
	    e->note_count);
	put(line);
}

static void open_stage(const char *script)
{
	const struct ph_play_server_config config = {
		.address = "127.0.0.1:0",
		.play = &t.play,
		.note = on_note,
		.ended = on_ended,
		.ctx = &t,
	};
	struct ph_fault fault = { 0 };

	memset(&t, 0, sizeof(t));
	ph_arena_init(&t.arena, ARENA_MAX);
	if (ph_loop_new(&t.loop) != PH_OK ||
	    ph_timer_new(t.loop, on_pulse, NULL, &t.pulse) != PH_OK)
		abort();
	on_pulse(NULL);
	check_int(
	    ph_play_from_script(ph_span_of(script), &t.arena, &t.play, &fault),
	    PH_OK);
	check_int(
	    ph_play_server_new(t.loop, &config, &t.server, &fault), PH_OK);
}

static void close_stage(void)
{
	ph_play_server_free(t.server);
	ph_timer_free(t.pulse);
	ph_loop_free(t.loop);
	ph_arena_release(&t.arena);
}

static int join(void)
{
	const char *colon = strrchr(ph_play_server_address(t.server), ':');
	struct sockaddr_in to = { .sin_family = AF_INET };
	uint64_t port = 0;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	check(ph_num_parse(ph_span_of(colon + 1), 65535, &port) == PH_OK);
	to.sin_port = htons((uint16_t)port);
	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	check(connect(fd, (struct sockaddr *)&to, sizeof(to)) == 0);
	return fd;
}

/* What is heard up to the end of a stream; says so if it does not come. */
static void hear_all(int fd, char out[HEARD_MAX])
{
	size_t len = 0;

	for (int i = 0; i < TURNS_MAX; i++) {
		ssize_t got =
		    recv(fd, out + len, HEARD_MAX - 1 - len, MSG_DONTWAIT);

		if (got == 0)
			break;
		if (got > 0)
			len += (size_t)got;
		(void)ph_loop_turn(t.loop);
	}
	out[len] = '\0';
	(void)close(fd);
}

static void talk(const char *words, const char *want)
{
	char heard[HEARD_MAX];
	int fd = join();

	check(send(fd, words, strlen(words), MSG_NOSIGNAL) ==
	    (ssize_t)strlen(words));
	hear_all(fd, heard);
	check_str(heard, want);
}

static void test_sessions(void)
{
	open_stage("S: 220 a\nC: EHLO\nS: 250 b\nC: QUIT\nS: 221 c\n"
		   "D: session\nD: tick 20\nS: 421 d\nD: lost\n"
		   "D: session\nS: 220 e\nC: NOOP\nD: lost\n");
	check(!ph_play_has_tls(&t.play));
	talk("EHLO me\r\nQUIT\r\n", "220 a\r\n250 b\r\n221 c\r\n");
	talk("", "421 d\r\n");
	talk("NOOP\r\n", "220 e\r\n");
	/* And from the start. */
	talk("VRFY x\r\nQUIT\r\n",
	    "220 a\r\n451 4.3.0 The recording has no answer to this\r\n"
	    "221 c\r\n");
	check_str(t.log,
	    "1 ended: session 1, 0\n"
	    "2 ended: session 2, 0\n"
	    "3 ended: session 3, 0\n"
	    "4: the client says VRFY, which the recording has no answer to\n"
	    "4: the client says QUIT where the recorded one said EHLO: going "
	    "on there\n"
	    "4 ended: session 1, 2\n");
	close_stage();
}

/* Who is silent, or takes nothing, is so until the client leaves. */
static void test_silence(void)
{
	open_stage("S: 220 a\nC: EHLO\nD: stall\nD: session\nD: block\n");
	for (int i = 0; i < 2; i++) {
		int fd = join();

		check(send(fd, "EHLO me\r\n", 9, MSG_NOSIGNAL) == 9);
		for (int turns = 0; turns < 20; turns++)
			(void)ph_loop_turn(t.loop);
		check(i == 0 || t.log[0] != '\0');
		(void)close(fd);
		for (int turns = 0; turns < 50 && t.log[0] == '\0'; turns++)
			(void)ph_loop_turn(t.loop);
		check_str(t.log, "1 ended: session 1, 0\n");
	}
	ph_play_server_close(t.server);
	/* Told at the end. */
	close_stage();
	check_str(t.log, "1 ended: session 1, 0\n2 ended: session 2, 0\n");
}

static void test_tls(void)
{
	open_stage("S: 220 a\nC: STARTTLS\nS: 220 b\n");
	check(ph_play_has_tls(&t.play));
	close_stage();
	open_stage("D: session\noption: secure\nS: 220 a\n");
	check(ph_play_has_tls(&t.play));
	close_stage();
}

static void test_address(void)
{
	const struct ph_play_server_config config = { .address = "nowhere",
		.play = &t.play };
	struct ph_play_server *server = NULL;
	struct ph_fault fault = { 0 };

	open_stage("S: 220 a\n");
	check_int(
	    ph_play_server_new(t.loop, &config, &server, &fault), PH_EINVAL);
	check(server == NULL && ph_fault_is_set(&fault));
	ph_play_server_free(server);
	close_stage();
}

static enum ph_err session(void *ctx)
{
	char heard[HEARD_MAX];
	int fd = join();

	(void)ctx;
	check(send(fd, "EHLO me\r\nQUIT\r\n", 15, MSG_NOSIGNAL) == 15);
	hear_all(fd, heard);
	return strstr(heard, "221 c") != NULL ? PH_OK : PH_ENOMEM;
}

/* Memory that runs out costs one client its session. */
static void test_memory(void)
{
	open_stage("S: 220 a\nC: EHLO\nS: 250 b\nC: QUIT\nS: 221 c\n");
	check(failalloc_run_any(session, NULL) > 3);
	check_int(session(NULL), PH_OK);
	close_stage();
}

int main(void)
{
	test_sessions();
	test_silence();
	test_tls();
	test_address();
	test_memory();
	return check_end();
}
