#include "listen/play_server.h"

#include "base/base64.h"
#include "io/listener.h"
#include "io/stream.h"
#include "listen/channel.h"
#include "script/challenge.h"
#include "script/player.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum {
	READ_SIZE = 64 * 1024,
	CHALLENGE_MAX = 64 * 1024,
	/* Reads in one go, so that one client does not hold up the others. */
	TURNS_MAX = 16,
	/* For a client to shake hands. */
	HANDSHAKE_MS = 60 * 1000
};

struct session {
	struct ph_play_server *server;
	struct session *next, *prev;
	struct ph_stream *stream;
	struct ph_timer *timer;
	struct ph_player *player;
	struct ph_buf rest; /* read, and not taken yet */
	struct ph_play_ended ended;
	bool shaking; /* hands */
	bool waiting; /* as the play says */
	bool said_plaintext;

	struct ph_sasl_server *login;
	unsigned login_step;
};

struct ph_play_server {
	struct ph_loop *loop;
	struct ph_play_server_config config;
	struct ph_listener *listener;
	struct session *first;
	const struct ph_play_session *next; /* that is played */
	uint64_t next_number;
	uint64_t count;
	char address[96];
	char read_buf[READ_SIZE];
};

static void on_ready(void *ctx);
static void on_timer(void *ctx);

bool ph_play_has_tls(const struct ph_play *play)
{
	const struct ph_play_session *s = play->first;

	for (; s != NULL; s = s->next) {
		if (s->tls != PH_PLAY_TLS_NONE)
			return true;
		for (const struct ph_exchange *e = s->first; e != NULL;
		     e = e->next) {
			if (e->tls != PH_PLAY_TLS_NONE)
				return true;
		}
	}
	return false;
}

/* sessions come and go */

static void release(struct session *s)
{
	ph_sasl_server_free(s->login);
	ph_player_free(s->player);
	ph_timer_free(s->timer);
	ph_stream_free(s->stream);
	ph_buf_wipe(&s->rest);
	free(s);
}

static void tell_notes(struct session *s)
{
	const struct ph_play_server_config *c = &s->server->config;
	struct ph_span line;

	while (ph_player_next_note(s->player, &line))
		c->note(c->ctx, s->ended.n, line);
	s->ended.note_count = ph_player_note_count(s->player);
}

static void drop(struct session *s)
{
	struct ph_play_server *server = s->server;
	struct ph_play_ended ended;

	tell_notes(s);
	ended = s->ended;
	if (s->prev != NULL) {
		s->prev->next = s->next;
	} else {
		server->first = s->next;
	}
	if (s->next != NULL)
		s->next->prev = s->prev;
	server->config.ended(server->config.ctx, &ended);
	release(s);
}

static enum ph_err start(struct session *s, const struct ph_play_session *play)
{
	enum ph_err err = ph_player_new(play, &s->player);

	if (err == PH_OK)
		err = ph_timer_new(s->server->loop, on_timer, s, &s->timer);
	if (err != PH_OK)
		return err;
	ph_stream_on_ready(s->stream, on_ready, s);
	/* The first words go out from the loop. */
	ph_timer_set(s->timer, ph_loop_now(s->server->loop));
	return PH_OK;
}

static void on_accept(void *ctx, int fd)
{
	struct ph_play_server *server = ctx;
	struct session *s = calloc(1, sizeof(*s));
	const struct ph_play_session *play = server->next;

	if (s == NULL) {
		(void)close(fd);
		return;
	}
	s->server = server;
	ph_buf_init(&s->rest, READ_SIZE);
	s->ended = (struct ph_play_ended){
		.n = ++server->count,
		.session = server->next_number,
		.why = "",
	};

	enum ph_err err = ph_stream_new(server->loop, fd, &s->stream);
	if (err == PH_OK)
		err = start(s, play);
	if (err != PH_OK) {
		release(s);
		return;
	}
	server->next_number = play->next == NULL ? 1 : server->next_number + 1;
	server->next =
	    play->next == NULL ? server->config.play->first : play->next;
	s->next = server->first;
	if (s->next != NULL)
		s->next->prev = s;
	server->first = s;
}

/* logins */

/* The server's side of a mechanism, for a challenge that takes the password. */
static enum ph_err ask_mechanism(
    struct session *s, const struct ph_player_login *login, struct ph_buf *out)
{
	struct ph_sasl_channel channel = ph_listen_channel(s->stream, true);
	struct ph_buf raw;
	enum ph_err err = PH_OK;

	if (s->login == NULL || login->step <= s->login_step) {
		ph_sasl_server_free(s->login);
		s->login = NULL;
		err = ph_sasl_server_new(login->mechanism,
		    s->server->config.users, &channel, &s->login);
	}
	s->login_step = login->step;
	if (err != PH_OK)
		return err;
	ph_buf_init(&raw, CHALLENGE_MAX);
	if (!ph_span_eq(login->response, PH_SPAN("=")))
		err = ph_base64_decode(login->response, &raw);
	if (err == PH_OK) {
		err = ph_sasl_server_step(
		    s->login, ph_buf_span(&raw), login->has_response, out);
	}
	ph_buf_wipe(&raw);
	return err == PH_EOF ? PH_OK : err;
}

/* Which take a proof from both sides. */
static bool is_mutual(struct ph_span mechanism)
{
	return ph_span_starts_nocase(mechanism, PH_SPAN("SCRAM-")) ||
	    ph_span_starts_nocase(mechanism, PH_SPAN("DIGEST-"));
}

static enum ph_err make_challenge(struct session *s, struct ph_buf *out)
{
	const struct ph_player_login *login = ph_player_login(s->player);
	const struct ph_play_server_config *c = &s->server->config;

	if (c->users != NULL && !login->was_refused &&
	    is_mutual(login->mechanism) &&
	    ask_mechanism(s, login, out) == PH_OK)
		return PH_OK;

	enum ph_err err = ph_challenge_make(login, out);
	if (err != PH_ENOTFOUND)
		return err;
	c->note(c->ctx, s->ended.n,
	    PH_SPAN("this login ends with a proof that takes the password: "
		    "without --user the client will refuse it"));
	return PH_OK;
}

static enum ph_err challenge(struct session *s)
{
	struct ph_buf raw;

	ph_buf_init(&raw, CHALLENGE_MAX);

	enum ph_err err = make_challenge(s, &raw);
	if (err == PH_OK)
		err = ph_player_challenge(s->player, ph_buf_span(&raw));
	ph_buf_wipe(&raw);
	return err;
}

/* bytes */

/* PH_OK: everything is with the kernel. */
static enum ph_err flush(struct session *s)
{
	struct ph_span out = ph_player_pending(s->player);

	while (out.len > 0) {
		size_t put = 0;
		enum ph_err err = ph_stream_writev(s->stream, &out, 1, &put);
		if (err != PH_OK)
			return err;
		ph_player_sent(s->player, put);
		out = ph_player_pending(s->player);
	}
	return ph_stream_unsent(s->stream) > 0 ? PH_AGAIN : PH_OK;
}

static enum ph_err read_more(struct session *s, struct ph_span *out)
{
	size_t got = 0;
	enum ph_err err =
	    ph_stream_read(s->stream, s->server->read_buf, READ_SIZE, &got);

	*out = (struct ph_span){ s->server->read_buf, got };
	return err;
}

static enum ph_err take(struct session *s)
{
	struct ph_span in = ph_buf_span(&s->rest);
	enum ph_err err;

	if (in.len > 0) {
		err = ph_player_receive(s->player, &in);
		ph_buf_consume(&s->rest, s->rest.len - in.len);
		return err;
	}
	err = read_more(s, &in);
	if (err != PH_OK)
		return err;
	err = ph_player_receive(s->player, &in);
	if (err == PH_OK && in.len > 0)
		err = ph_buf_append(&s->rest, in);
	return err;
}

/* What lies unread when a socket is closed makes the kernel send a reset, which
   may overtake our last words. */
static enum ph_err leave(struct session *s)
{
	struct ph_span ignored;

	for (int i = 0; i < TURNS_MAX; i++) {
		if (read_more(s, &ignored) != PH_OK)
			break;
	}
	return PH_EOF;
}

/* TLS */

static enum ph_err start_tls(struct session *s)
{
	struct ph_tls_options opt = { .context = s->server->config.tls };

	s->shaking = true;
	/* RFC 3207 4.2: what came before it is not read. */
	ph_buf_wipe(&s->rest);
	ph_timer_set(s->timer, ph_loop_now(s->server->loop) + HANDSHAKE_MS);
	return ph_stream_start_tls(s->stream, &opt);
}

static enum ph_err shake(struct session *s)
{
	switch (ph_stream_tls_state(s->stream)) {
	case PH_TLS_OFF:
		return start_tls(s);
	case PH_TLS_HANDSHAKE:
		return PH_AGAIN;
	case PH_TLS_ON:
		s->shaking = false;
		return ph_player_tls_done(s->player);
	case PH_TLS_FAILED:
		break;
	}
	s->ended.is_handshake = true;
	s->ended.why = ph_stream_fault(s->stream)->text;
	return PH_EIO;
}

/* The client's hello is answered by what is none; then it may leave. */
static enum ph_err say_wrong(struct session *s, struct ph_span words)
{
	struct ph_span ignored;
	size_t put = 0;
	enum ph_err err = read_more(s, &ignored);

	if (err != PH_OK || s->said_plaintext)
		return err;
	s->said_plaintext = true;
	return words.len == 0 ? PH_EOF
			      : ph_stream_writev(s->stream, &words, 1, &put);
}

static enum ph_err play_tls(struct session *s)
{
	/* protocol_version, of RFC 8446 6.2. */
	static const char alert[] = { 21, 3, 1, 0, 2, 2, 70 };
	struct ph_span ignored;

	switch (ph_player_tls(s->player)) {
	case PH_PLAY_TLS_NONE:
	case PH_PLAY_TLS_ON:
		return shake(s);
	case PH_PLAY_TLS_HANGS_UP:
		return say_wrong(s, (struct ph_span){ 0 });
	case PH_PLAY_TLS_STALLS:
		return read_more(s, &ignored);
	case PH_PLAY_TLS_PLAINTEXT:
		return say_wrong(s, PH_SPAN("220 replay.invalid\r\n"));
	case PH_PLAY_TLS_ALERT:
		return say_wrong(s, (struct ph_span){ alert, sizeof(alert) });
	}
	return PH_EIO;
}

/* turns */

static enum ph_err wait(struct session *s)
{
	if (!s->waiting) {
		s->waiting = true;
		ph_timer_set(s->timer,
		    ph_loop_now(s->server->loop) + ph_player_wait(s->player));
	}
	return PH_AGAIN;
}

static enum ph_err step(struct session *s)
{
	switch (ph_player_need(s->player)) {
	case PH_PLAYER_INPUT:
	case PH_PLAYER_STALL:
		return take(s);
	case PH_PLAYER_TLS:
		return play_tls(s);
	case PH_PLAYER_WAIT:
		return wait(s);
	case PH_PLAYER_CHALLENGE:
		return challenge(s);
	case PH_PLAYER_BLOCK:
		return PH_AGAIN;
	case PH_PLAYER_CLOSE:
		return leave(s);
	}
	return PH_EIO;
}

/* As long as anything moves. */
static void run(struct session *s)
{
	enum ph_err err = PH_OK;

	for (int i = 0; i < TURNS_MAX && err == PH_OK; i++) {
		err = flush(s);
		if (err == PH_OK)
			err = step(s);
		tell_notes(s);
	}
	if (err != PH_OK && err != PH_AGAIN) {
		drop(s);
		return;
	}
	ph_stream_want_read(
	    s->stream, ph_player_need(s->player) != PH_PLAYER_BLOCK);
	if (err == PH_OK)
		ph_timer_set(s->timer, ph_loop_now(s->server->loop));
}

static void on_ready(void *ctx)
{
	run(ctx);
}

static void on_timer(void *ctx)
{
	struct session *s = ctx;
	enum ph_err err = PH_OK;

	if (s->waiting) {
		s->waiting = false;
		err = ph_player_go_on(s->player);
	} else if (s->shaking) {
		err = PH_ETIMEOUT;
	}
	if (err != PH_OK) {
		drop(s);
	} else {
		run(s);
	}
}

/* the server */

enum ph_err ph_play_server_new(struct ph_loop *loop,
    const struct ph_play_server_config *config, struct ph_play_server **out,
    struct ph_fault *fault)
{
	struct ph_play_server *s = calloc(1, sizeof(*s));

	if (s == NULL)
		return PH_ENOMEM;
	s->loop = loop;
	s->config = *config;
	s->next = config->play->first;
	s->next_number = 1;

	enum ph_err err = ph_listener_new(
	    loop, config->address, on_accept, s, &s->listener, fault);
	if (err != PH_OK) {
		free(s);
		return err;
	}
	(void)snprintf(s->address, sizeof(s->address), "%s",
	    ph_listener_address(s->listener));
	*out = s;
	return PH_OK;
}

void ph_play_server_close(struct ph_play_server *s)
{
	ph_listener_free(s->listener);
	s->listener = NULL;
}

void ph_play_server_free(struct ph_play_server *s)
{
	struct session *next;

	if (s == NULL)
		return;
	for (struct session *i = s->first; i != NULL; i = next) {
		next = i->next;
		drop(i);
	}
	ph_listener_free(s->listener);
	free(s);
}

const char *ph_play_server_address(const struct ph_play_server *s)
{
	return s->address;
}
