#include "listen/state.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum {
	SESSIONS_MAX = 10000
};

/* One more than we serve: told so, in clear only, and closed. */
static void turn_away(struct ph_server *s, int fd)
{
	struct ph_stream *stream = NULL;
	struct ph_smtpd *engine = NULL;
	struct ph_smtpd_options opt = s->config.smtp;
	size_t put = 0;

	if (ph_stream_new(s->loop, fd, &stream) != PH_OK)
		return;
	opt.peer = ph_span_of(ph_stream_peer(stream));
	opt.words = NULL;
	/* Placeholders are filled in. */
	opt.stages = true;
	opt.greeting = ph_inject_likeness_words(
	    s->config.plan == NULL ? NULL : ph_inject_plan_like(s->config.plan),
	    PH_PHRASE_TOO_MANY_SESSIONS);
	if (s->config.encryption != PH_ENCRYPTION_BEFORE_CONNECT &&
	    ph_smtpd_new(&opt, ph_loop_now(s->loop), &engine) == PH_OK) {
		struct ph_span out = ph_smtpd_pending(engine);
		enum ph_err err = ph_stream_writev(stream, &out, 1, &put);

		(void)err; /* whether it hears us or not, it has to go */
	}
	ph_smtpd_free(engine);
	ph_stream_free(stream);
}

static void on_accept(void *ctx, int fd)
{
	struct ph_server *s = ctx;

	if (s->session_count >= s->config.sessions_max) {
		turn_away(s, fd);
		return;
	}
	/* Out of memory: the connection is closed, the client will retry. */
	enum ph_err err = ph_listen_session_new(s, fd);

	(void)err;
}

static void tell_stopped(struct ph_server *s)
{
	if (!s->over && s->config.handler->stopped != NULL)
		s->config.handler->stopped(s->config.ctx);
	s->over = true;
}

/* The time of grace is over, or nobody is left. */
static void on_grace(void *ctx)
{
	struct ph_server *s = ctx;

	while (s->first != NULL)
		ph_listen_session_drop(s->first);
	tell_stopped(s);
}

enum ph_err ph_server_new(struct ph_loop *loop,
    const struct ph_server_config *config, struct ph_server **out,
    struct ph_fault *fault)
{
	struct ph_server *s = calloc(1, sizeof(*s));

	assert(config->tls != NULL || config->encryption == PH_ENCRYPTION_NONE);
	if (s == NULL)
		return PH_ENOMEM;
	s->loop = loop;
	s->config = *config;
	if (s->config.sessions_max == 0)
		s->config.sessions_max = SESSIONS_MAX;
	s->read_buf = malloc(PH_LISTEN_READ_SIZE);

	enum ph_err err = s->read_buf == NULL ? PH_ENOMEM : PH_OK;
	if (err == PH_OK)
		err = ph_timer_new(loop, on_grace, s, &s->grace);
	if (err == PH_OK) {
		err = ph_listener_new(
		    loop, config->address, on_accept, s, &s->listener, fault);
	}
	if (err != PH_OK) {
		ph_server_free(s);
		return err;
	}
	(void)snprintf(s->address, sizeof(s->address), "%s",
	    ph_listener_address(s->listener));
	*out = s;
	return PH_OK;
}

void ph_server_free(struct ph_server *s)
{
	if (s == NULL)
		return;
	while (s->first != NULL)
		ph_listen_session_drop(s->first);
	ph_listener_free(s->listener);
	ph_timer_free(s->grace);
	free(s->read_buf);
	free(s);
}

const char *ph_server_address(const struct ph_server *s)
{
	return s->address;
}

size_t ph_server_session_count(const struct ph_server *s)
{
	return s->session_count;
}

void ph_listen_server_remove(
    struct ph_server *server, struct ph_listen_session *s)
{
	if (s->prev != NULL) {
		s->prev->next = s->next;
	} else {
		server->first = s->next;
	}
	if (s->next != NULL)
		s->next->prev = s->prev;
	server->session_count--;
	/* From the loop, since the one who drops may still look at us. */
	if (server->ending && server->session_count == 0)
		ph_timer_set(server->grace, ph_loop_now(server->loop));
}

void ph_server_drain(struct ph_server *s, ph_msec grace)
{
	s->ending = true;
	ph_listener_free(s->listener);
	s->listener = NULL;
	ph_timer_set(s->grace,
	    ph_loop_now(s->loop) + (s->session_count == 0 ? 0 : grace));
}

void ph_server_stop(struct ph_server *s, ph_msec grace)
{
	s->stopping = true;
	ph_server_drain(s, grace);
	for (struct ph_listen_session *i = s->first; i != NULL; i = i->next)
		ph_listen_session_wake(i);
}
