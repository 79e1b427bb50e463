#include "listen/fault.h"

#include <assert.h>
#include <stdlib.h>

enum {
	/* Reads in one go, so that one client does not hold up the others. */
	TURNS_MAX = 4,
	/* For the handshake of TLS first; for the rest after the last word. */
	HANDSHAKE_MS = 60 * 1000,
	LINGER_MS = 10 * 1000
};

static void on_ready(void *ctx);
static void on_timer(void *ctx);

static ph_msec now_of(const struct ph_listen_session *s)
{
	return ph_loop_now(s->server->loop);
}

/* Moving a timer costs more than one that fires too early now and then. */
void ph_listen_session_arm(struct ph_listen_session *s, ph_msec at)
{
	if (at >= s->armed)
		return;
	s->armed = at;
	ph_timer_set(s->timer, at);
}

void ph_listen_session_wake(struct ph_listen_session *s)
{
	s->armed = PH_NEVER;
	ph_listen_session_arm(s, now_of(s));
}

static enum ph_err offer(struct ph_listen_session *s, bool secure)
{
	struct ph_buf names;

	ph_buf_init(&names, PH_LISTEN_MECHANISMS_MAX);

	enum ph_err err = ph_listen_login_mechanisms(s, secure, &names);
	if (err == PH_OK)
		err = ph_smtpd_offer(s->engine, secure, ph_buf_span(&names));
	ph_buf_release(&names);
	return err;
}

/* As the server that it is like. */
static void resemble(
    const struct ph_listen_session *s, struct ph_smtpd_options *opt)
{
	const struct ph_inject_likeness *like =
	    ph_inject_plan_like(s->server->config.plan);

	opt->stages = true;
	opt->peer = ph_span_of(s->client.peer);
	if (like == NULL)
		return;
	opt->words = like->words;
	opt->extensions = ph_span_of(like->extensions);
}

enum ph_err ph_listen_session_make_engine(
    struct ph_listen_session *s, const struct ph_smtpd_reply *greeting)
{
	const struct ph_server_config *c = &s->server->config;
	struct ph_smtpd_options opt = c->smtp;

	opt.greeting = greeting;
	if (s->fault != NULL)
		resemble(s, &opt);
	opt.secure = s->client.tls != NULL;
	opt.starttls = c->encryption == PH_ENCRYPTION_WANTED ||
	    c->encryption == PH_ENCRYPTION_AFTER_CONNECT;
	opt.tls_required = c->encryption == PH_ENCRYPTION_AFTER_CONNECT;
	opt.auth = PH_SMTPD_AUTH_OFF;
	if (c->users != NULL) {
		opt.auth = c->login_required ? PH_SMTPD_AUTH_REQUIRED
					     : PH_SMTPD_AUTH_OPTIONAL;
	}
	opt.mechanisms_clear = (struct ph_span){ 0 };
	opt.mechanisms_tls = (struct ph_span){ 0 };

	enum ph_err err = ph_smtpd_new(&opt, now_of(s), &s->engine);
	if (err == PH_OK && !opt.secure)
		err = offer(s, false);
	/* Before the handshake: what is there to be told "needs encryption". */
	if (err == PH_OK)
		err = offer(s, true);
	return err;
}

static void init(struct ph_listen_session *s, struct ph_server *server)
{
	s->server = server;
	s->mail.client = &s->client;
	s->armed = PH_NEVER;
	s->limit = PH_NEVER;
	ph_buf_init(&s->rest, PH_LISTEN_READ_SIZE);
	ph_buf_init(&s->challenge, PH_LISTEN_CHALLENGE_MAX);
	ph_buf_init(&s->username, PH_LISTEN_USERNAME_MAX);
}

static void release(struct ph_listen_session *s)
{
	ph_listen_login_reset(s);
	ph_smtpd_free(s->engine);
	ph_timer_free(s->timer);
	if (s->fault != NULL && s->fault->cut)
		ph_stream_cut(s->stream);
	ph_stream_free(s->stream);
	ph_buf_wipe(&s->rest);
	ph_buf_release(&s->username);
	free(s->fault);
	free(s);
}

enum ph_err ph_listen_session_start_tls(struct ph_listen_session *s)
{
	struct ph_tls_options opt = { .context = s->server->config.tls };

	if (s->fault != NULL && s->fault->tls != NULL)
		opt.context = s->fault->tls;
	/* Behind STARTTLS the engine looks at the time. */
	if (s->engine == NULL) {
		s->limit = now_of(s) + HANDSHAKE_MS;
		ph_listen_session_arm(s, s->limit);
	}
	s->handshake = true;
	return ph_stream_start_tls(s->stream, &opt);
}

static enum ph_err start(struct ph_listen_session *s)
{
	enum ph_err err = ph_timer_new(s->server->loop, on_timer, s, &s->timer);
	if (err == PH_OK)
		err = ph_listen_fault_new(s);
	if (err != PH_OK)
		return err;
	s->client.peer = ph_stream_peer(s->stream);
	s->client.local = ph_stream_local(s->stream);
	ph_stream_on_ready(s->stream, on_ready, s);
	if (s->fault != NULL) {
		ph_listen_session_wake(s);
		return PH_OK;
	}
	if (s->server->config.encryption == PH_ENCRYPTION_BEFORE_CONNECT)
		return ph_listen_session_start_tls(s);
	err = ph_listen_session_make_engine(s, NULL);
	/* The greeting goes out from the loop. */
	if (err == PH_OK)
		ph_listen_session_wake(s);
	return err;
}

enum ph_err ph_listen_session_new(struct ph_server *server, int fd)
{
	struct ph_stream *stream = NULL;
	enum ph_err err = ph_stream_new(server->loop, fd, &stream);
	if (err != PH_OK)
		return err;

	struct ph_listen_session *s = calloc(1, sizeof(*s));

	if (s == NULL) {
		ph_stream_free(stream);
		return PH_ENOMEM;
	}
	init(s, server);
	s->stream = stream;
	err = start(s);
	if (err != PH_OK) {
		release(s);
		return err;
	}
	s->next = server->first;
	if (s->next != NULL)
		s->next->prev = s;
	server->first = s;
	server->session_count++;
	return PH_OK;
}

/* The handler's answer, if it gave one. */
void ph_listen_session_answer(
    struct ph_listen_session *s, const struct ph_smtpd_reply *reply)
{
	if (reply->code == 0)
		return;

	enum ph_err err = ph_smtpd_answer_reply(s->engine, now_of(s), reply);
	/* Nobody else could answer instead. */
	if (err == PH_EINVAL) {
		err = ph_smtpd_answer(s->engine, now_of(s), 451, "4.3.0",
		    "Local error in processing");
	}
	(void)err; /* out of memory: the engine ends the session */
}

/* What a fault puts behind the reply to STARTTLS leaves with it. */
static void inject(struct ph_listen_session *s)
{
	if (s->fault == NULL || s->fault->inject.len == 0)
		return;

	enum ph_err err = ph_smtpd_put(s->engine, s->fault->inject);

	(void)err; /* less of it */
}

static void on_event(
    struct ph_listen_session *s, const struct ph_smtpd_event *ev)
{
	const struct ph_server_handler *h = s->server->config.handler;
	void *ctx = s->server->config.ctx;
	struct ph_smtpd_reply reply = { 0 };

	switch (ev->type) {
	case PH_SMTPD_NONE:
		return;
	case PH_SMTPD_STAGE:
		s->sensitive |= ev->stage == PH_SMTPD_STAGE_AUTH;
		ph_listen_fault_at(s, ev->stage, ev->data);
		return;
	case PH_SMTPD_START_TLS:
		s->tls_wanted = true;
		inject(s);
		return;
	case PH_SMTPD_AUTH:
	case PH_SMTPD_AUTH_RESPONSE:
	case PH_SMTPD_AUTH_CANCELLED:
		s->sensitive = true;
		ph_listen_login_event(s, ev);
		return;
	case PH_SMTPD_MAIL:
		s->client.helo = ph_smtpd_helo(s->engine);
		s->mail.data = NULL;
		reply = h->mail(ctx, &s->mail, ev->mail);
		break;
	case PH_SMTPD_RCPT:
		reply = h->rcpt(ctx, &s->mail, ev->rcpt);
		break;
	case PH_SMTPD_CONTENT:
		reply = h->content(ctx, &s->mail);
		break;
	case PH_SMTPD_BODY:
		h->body(ctx, &s->mail, ev->data);
		if (s->fault != NULL)
			ph_listen_fault_content(s, ev->data.len);
		return;
	case PH_SMTPD_END:
		if (s->fault != NULL) {
			ph_listen_fault_at(s, PH_SMTPD_STAGE_END, PH_SPAN(""));
			return;
		}
		reply = h->end(ctx, &s->mail);
		break;
	case PH_SMTPD_ABORT:
		h->abort(ctx, &s->mail);
		return;
	case PH_SMTPD_CLOSED:
		s->closing = true;
		s->limit = now_of(s) + LINGER_MS;
		return;
	}
	ph_listen_session_answer(s, &reply);
}

void ph_listen_session_drain(struct ph_listen_session *s)
{
	struct ph_smtpd_event ev;

	while (s->engine != NULL && ph_smtpd_next_event(s->engine, &ev))
		on_event(s, &ev);
}

/* Gives the engine what it takes. */
static void feed(struct ph_listen_session *s, struct ph_span *in)
{
	size_t before = 0;

	do {
		before = in->len;
		/* Out of memory it ends the session, which is an event. */
		enum ph_err err = ph_smtpd_receive(s->engine, now_of(s), in);

		(void)err;
		ph_listen_session_drain(s);
	} while (in->len > 0 && in->len != before);
}

static void lose(struct ph_listen_session *s)
{
	if (s->engine == NULL)
		return;
	ph_smtpd_lost(s->engine, now_of(s));
	ph_listen_session_drain(s);
}

void ph_listen_session_drop(struct ph_listen_session *s)
{
	lose(s);
	ph_listen_server_remove(s->server, s);
	release(s);
}

enum progress {
	MOVED,
	STUCK, /* until the client, the handler or the socket does something */
	LOST
};

static enum progress take_rest(struct ph_listen_session *s)
{
	struct ph_span in = ph_buf_span(&s->rest);

	feed(s, &in);
	if (in.len == s->rest.len)
		return STUCK;
	ph_buf_consume(&s->rest, s->rest.len - in.len);
	if (s->rest.len == 0)
		ph_buf_wipe(&s->rest);
	return MOVED;
}

static enum progress take_new(struct ph_listen_session *s)
{
	size_t got = 0;
	enum ph_err err = ph_stream_read(
	    s->stream, s->server->read_buf, PH_LISTEN_READ_SIZE, &got);

	if (err == PH_AGAIN)
		return STUCK;
	if (err != PH_OK)
		return LOST;

	struct ph_span in = { s->server->read_buf, got };

	feed(s, &in);
	if (in.len > 0 && !s->closing)
		err = ph_buf_append(&s->rest, in);
	if (s->sensitive)
		explicit_bzero(s->server->read_buf, got);
	s->sensitive = false;
	return err == PH_OK ? MOVED : LOST;
}

static enum progress take(struct ph_listen_session *s)
{
	if (s->closing || s->handshake)
		return STUCK;
	if (s->fault != NULL &&
	    (s->fault->stalled || ph_listen_fault_holds(s))) {
		return STUCK;
	}
	if (s->rest.len > 0)
		return take_rest(s);
	return s->tls_wanted ? STUCK : take_new(s);
}

/* True: everything is with the kernel. */
enum ph_err ph_listen_session_flush(struct ph_listen_session *s)
{
	struct ph_span out = ph_smtpd_pending(s->engine);

	if (s->fault != NULL && s->fault->drip > 0)
		return ph_listen_fault_drip(s);
	while (out.len > 0) {
		size_t put = 0;
		enum ph_err err = ph_stream_writev(s->stream, &out, 1, &put);
		if (err != PH_OK)
			return err;
		ph_smtpd_sent(s->engine, put);
		out = ph_smtpd_pending(s->engine);
	}
	return ph_stream_unsent(s->stream) > 0 ? PH_AGAIN : PH_OK;
}

/* What lies unread when a socket is closed makes the kernel send a reset, which
   may overtake our last reply. */
static void close_softly(struct ph_listen_session *s)
{
	for (int i = 0; i < TURNS_MAX; i++) {
		size_t got = 0;

		if (ph_stream_read(s->stream, s->server->read_buf,
			PH_LISTEN_READ_SIZE, &got) != PH_OK) {
			break;
		}
	}
	ph_listen_session_drop(s);
}

static bool begin_tls(struct ph_listen_session *s)
{
	if (s->fault == NULL)
		return ph_listen_session_start_tls(s) == PH_OK;
	ph_listen_fault_at(s, PH_SMTPD_STAGE_TLS, PH_SPAN(""));
	ph_listen_session_drain(s);
	/* It may have something to say, or to swallow. */
	if (!s->handshake)
		ph_listen_session_wake(s);
	return true;
}

static bool may_read(const struct ph_listen_session *s)
{
	/* Who says nothing any more still sees the client go. */
	if (s->fault != NULL && s->fault->stalled)
		return true;
	return s->rest.len == 0 && !s->closing &&
	    (s->fault == NULL || !ph_listen_fault_holds(s));
}

/* Reads, answers and writes as long as anything moves.  False: the session is
   gone. */
static bool work(struct ph_listen_session *s)
{
	enum progress progress = MOVED;
	enum ph_err written = PH_OK;

	for (int i = 0; i < TURNS_MAX && progress == MOVED; i++) {
		progress = take(s);
		written = ph_listen_session_flush(s);
		if (progress == LOST || written == PH_EIO) {
			ph_listen_session_drop(s);
			return false;
		}
	}
	if (s->closing && written == PH_OK) {
		close_softly(s);
		return false;
	}
	if (s->tls_wanted && written == PH_OK) {
		s->tls_wanted = false;
		if (!begin_tls(s)) {
			ph_listen_session_drop(s);
			return false;
		}
	}
	/* Turns used up with input at hand: the loop comes back by itself, but
	   not for what is here already. */
	if (progress == MOVED && s->rest.len > 0)
		ph_listen_session_wake(s);
	ph_stream_want_read(s->stream, may_read(s));
	return true;
}

/* The handshake has succeeded. */
static enum ph_err secured(struct ph_listen_session *s)
{
	s->handshake = false;
	s->limit = PH_NEVER;
	s->client.tls = ph_stream_tls_info(s->stream)->version;
	if (s->engine == NULL && s->fault != NULL) {
		ph_listen_fault_at(s, PH_SMTPD_STAGE_GREETING, PH_SPAN(""));
		ph_listen_session_wake(s);
		return PH_OK;
	}
	if (s->engine == NULL)
		return ph_listen_session_make_engine(s, NULL);
	ph_listen_login_reset(s);

	enum ph_err err = offer(s, true);
	if (err == PH_OK)
		err = ph_smtpd_tls_done(s->engine, now_of(s));
	return err;
}

/* PH_AGAIN: the handshake goes on. */
static enum ph_err shake(struct ph_listen_session *s)
{
	/* Too slow, or we stop; nothing can be said now. */
	if (s->closing)
		return PH_ETIMEOUT;
	switch (ph_stream_tls_state(s->stream)) {
	case PH_TLS_HANDSHAKE:
		return PH_AGAIN;
	case PH_TLS_ON:
		return secured(s);
	case PH_TLS_OFF:
	case PH_TLS_FAILED:
		break;
	}
	return PH_EIO;
}

static void run(struct ph_listen_session *s)
{
	if (s->fault != NULL && !ph_listen_fault_run(s))
		return;

	enum ph_err err = s->handshake ? shake(s) : PH_OK;

	if (err != PH_OK && err != PH_AGAIN) {
		ph_listen_session_drop(s);
		return;
	}
	if (err == PH_OK && s->engine != NULL && !work(s))
		return;
	ph_listen_session_arm(s, s->limit);
	if (s->engine != NULL)
		ph_listen_session_arm(s, ph_smtpd_deadline(s->engine));
}

/* A server that does nothing does not mind the time either. */
static bool minds_time(const struct ph_listen_session *s)
{
	return s->engine != NULL &&
	    (s->fault == NULL ||
		(!s->fault->stalled && s->fault->until == PH_NEVER));
}

static void on_ready(void *ctx)
{
	run(ctx);
}

static void on_timer(void *ctx)
{
	struct ph_listen_session *s = ctx;
	ph_msec now = now_of(s);

	s->armed = PH_NEVER;
	if (now >= s->limit || (s->server->stopping && s->engine == NULL)) {
		ph_listen_session_drop(s);
		return;
	}
	if (minds_time(s)) {
		if (s->server->stopping && !s->told)
			ph_smtpd_shutdown(s->engine, now);
		s->told = s->server->stopping;
		ph_smtpd_tick(s->engine, now);
		ph_listen_session_drain(s);
	}
	run(s);
}

enum ph_err ph_server_answer(
    struct ph_server_mail *m, const struct ph_smtpd_reply *reply)
{
	/* It is the first member. */
	struct ph_listen_session *s = (struct ph_listen_session *)m;

	enum ph_err err = ph_smtpd_answer(
	    s->engine, now_of(s), reply->code, reply->enhanced, reply->text);
	if (err == PH_OK)
		ph_listen_session_wake(s);
	return err;
}
