/* load HOST PORT SESSIONS MESSAGES SIZE [data]
   Sends MESSAGES mails of about SIZE octets over SESSIONS sessions of one loop,
   through the same sessions that `posthaste send` uses; "data" leaves CHUNKING
   alone.  Prints the seconds it took. */
#include "base/num.h"
#include "deliver/content.h"
#include "deliver/session.h"
#include "io/loop.h"

#include <stdio.h>
#include <stdlib.h>

enum {
	SESSIONS_MAX = 100,
	SIZE_MAX_OCTETS = 1024 * 1024
};

struct load {
	struct ph_loop *loop;
	struct ph_content *content;
	struct ph_envelope envelope;
	uint64_t left; /* not yet handed to a session */
	uint64_t done;
	uint64_t total;
	bool failed;
};

struct lane {
	struct load *load;
	struct ph_session *session;
};

static void submit(struct lane *lane)
{
	struct load *load = lane->load;
	struct ph_job job = { .content = load->content,
		.envelope = &load->envelope };

	while (load->left > 0) {
		enum ph_err err = ph_session_submit(lane->session, &job, NULL);

		if (err == PH_AGAIN)
			return;
		if (err != PH_OK) {
			load->failed = true;
			return;
		}
		load->left--;
	}
	ph_session_quit(lane->session);
}

static void finished(struct load *load, struct ph_delivery *delivery)
{
	if (delivery->outcome != PH_DELIVERED) {
		(void)fprintf(stderr, "load: %s\n", delivery->fault.text);
		load->failed = true;
	}
	load->done++;
	ph_delivery_free(delivery);
}

static void on_event(void *ctx)
{
	struct lane *lane = ctx;
	struct ph_session_event ev;

	while (ph_session_next_event(lane->session, &ev)) {
		switch (ev.type) {
		case PH_SESSION_READY:
		case PH_SESSION_ROOM:
			submit(lane);
			break;
		case PH_SESSION_DONE:
			finished(lane->load, ev.delivery);
			break;
		case PH_SESSION_CLOSED:
			if (ev.fault != NULL) {
				(void)fprintf(
				    stderr, "load: %s\n", ev.fault->text);
				lane->load->failed = true;
			}
			break;
		case PH_SESSION_NONE:
			break;
		}
	}
}

static uint64_t number(const char *text, uint64_t max)
{
	uint64_t n = 0;

	if (ph_num_parse(ph_span_of(text), max, &n) != PH_OK) {
		(void)fprintf(stderr, "load: not a number: %s\n", text);
		exit(64);
	}
	return n;
}

static struct ph_content *make_content(size_t size)
{
	static char text[SIZE_MAX_OCTETS];
	struct ph_content_compose in = { 0 };
	struct ph_content *content = NULL;
	struct ph_fault fault = { 0 };
	struct ph_arena arena;

	for (size_t i = 0; i < size; i++)
		text[i] = i % 72 == 71 ? '\n' : 'x';
	ph_arena_init(&arena, 4096);
	in.compose.has_text = true;
	in.compose.text = (struct ph_span){ text, size };
	if (ph_address_parse(PH_SPAN("load@example.com"), &arena,
		&in.compose.from, &fault) != PH_OK ||
	    ph_content_compose(&in, &content, &fault) != PH_OK) {
		(void)fprintf(stderr, "load: %s\n", fault.text);
		exit(70);
	}
	ph_arena_release(&arena);
	return content;
}

static void start_lanes(struct load *load, struct lane *lanes, size_t count,
    const struct ph_connection *conn, bool no_chunking)
{
	struct ph_session_options opt = { .connection = conn,
		.no_chunking = no_chunking };
	struct ph_fault fault = { 0 };

	for (size_t i = 0; i < count; i++) {
		lanes[i].load = load;
		if (ph_session_new(
			load->loop, &opt, &lanes[i].session, &fault) != PH_OK) {
			(void)fprintf(stderr, "load: %s\n", fault.text);
			exit(70);
		}
		ph_session_on_event(lanes[i].session, on_event, &lanes[i]);
		if (ph_session_start(lanes[i].session) != PH_OK)
			exit(70);
	}
}

int main(int argc, char **argv)
{
	static const struct ph_envelope_rcpt rcpt = {
		.address = { "sink@example.com",
		    sizeof("sink@example.com") - 1 }
	};
	static struct lane lanes[SESSIONS_MAX];

	if (argc < 6) {
		(void)fprintf(stderr,
		    "usage: load HOST PORT SESSIONS MESSAGES SIZE [data]\n");
		return 64;
	}

	size_t sessions = number(argv[3], SESSIONS_MAX);
	struct load load = { .total = number(argv[4], 10000000) };
	struct ph_connection conn = { .name = "",
		.host = argv[1],
		.port = (uint16_t)number(argv[2], 65535),
		.encryption = PH_ENCRYPTION_NONE,
		.timeout = 30000,
		.code_page = "utf-8",
		.helo = "load.example.com",
		.source_address = "",
		.username = "",
		.domain = "",
		.ca_file = "",
		.client_certificate = "",
		.client_key = "",
		.from = "",
		.sessions = 1 };

	load.left = load.total;
	load.content = make_content(number(argv[5], SIZE_MAX_OCTETS));
	load.envelope =
	    (struct ph_envelope){ .sender = PH_SPAN("load@example.com"),
		    .rcpts = &rcpt,
		    .rcpt_count = 1 };
	if (ph_loop_new(&load.loop) != PH_OK)
		return 70;

	int64_t begin = ph_clock_usec();

	start_lanes(&load, lanes, sessions, &conn, argc > 6);
	while (load.done < load.total && !load.failed) {
		if (!ph_loop_turn(load.loop))
			break;
	}
	printf("%.6f\n", (double)(ph_clock_usec() - begin) / 1e6);
	for (size_t i = 0; i < sessions; i++)
		ph_session_free(lanes[i].session);
	ph_content_free(load.content);
	ph_loop_free(load.loop);
	return load.failed || load.done < load.total;
}
