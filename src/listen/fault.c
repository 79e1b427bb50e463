#include "listen/fault.h"

#include <stdlib.h>

/* Said where the client waits for a TLS handshake. */
static const struct ph_span no_tls =
    PH_SPAN_INIT("454 4.7.0 TLS not available due to local problem\r\n");
static const struct ph_smtpd_reply silent = { 0 };

enum ph_err ph_listen_fault_new(struct ph_listen_session *s)
{
	struct ph_inject_plan *plan = s->server->config.plan;

	if (plan == NULL)
		return PH_OK;
	s->fault = calloc(1, sizeof(*s->fault));
	if (s->fault == NULL)
		return PH_ENOMEM;
	s->fault->until = PH_NEVER;
	ph_inject_session_begin(plan, &s->fault->counts);
	return PH_OK;
}

static ph_msec now_of(const struct ph_listen_session *s)
{
	return ph_loop_now(s->server->loop);
}

/* Out of memory the engine ends the session by its events. */
static void ignore(enum ph_err err)
{
	(void)err;
}

/* ---- endings */

static void hang_up(struct ph_listen_session *s)
{
	s->fault->over = true;
	if (s->engine != NULL) {
		ph_smtpd_lost(s->engine, now_of(s));
	} else {
		s->closing = true;
	}
}

static void stall(struct ph_listen_session *s)
{
	s->fault->stalled = true;
	s->limit = PH_NEVER;
}

/* ---- going on */

static void proceed_connect(struct ph_listen_session *s)
{
	bool tls = s->fault->decision.action == PH_INJECT_TLS ||
	    s->server->config.encryption == PH_ENCRYPTION_BEFORE_CONNECT;

	ph_listen_fault_at(
	    s, tls ? PH_SMTPD_STAGE_TLS : PH_SMTPD_STAGE_GREETING, PH_SPAN(""));
}

static void proceed_tls(struct ph_listen_session *s)
{
	const struct ph_inject_decision *d = &s->fault->decision;

	s->fault->tls = d->action == PH_INJECT_CERTIFICATE
	    ? s->server->config.flawed[d->certificate]
	    : NULL;
	ph_stream_want_read(s->stream, true);
	if (ph_listen_session_start_tls(s) != PH_OK)
		hang_up(s);
}

static void proceed_greeting(struct ph_listen_session *s)
{
	const struct ph_inject_decision *d = &s->fault->decision;
	const struct ph_smtpd_reply *greeting = NULL;

	if (d->action == PH_INJECT_REPLY)
		greeting = d->reply;
	if (d->action == PH_INJECT_GARBLE)
		greeting = &silent;
	if (ph_listen_session_make_engine(s, greeting) != PH_OK) {
		hang_up(s);
	} else if (d->action == PH_INJECT_GARBLE) {
		ignore(ph_smtpd_put(s->engine, d->octets));
	}
}

static enum ph_err join_lines(
    const struct ph_span *lines, size_t count, struct ph_buf *out)
{
	enum ph_err err = PH_OK;

	for (size_t i = 0; i < count && err == PH_OK; i++) {
		err = ph_buf_append(out, lines[i]);
		if (err == PH_OK)
			err = ph_buf_append_char(out, '|');
	}
	return err;
}

static void edit_ehlo(struct ph_listen_session *s)
{
	const struct ph_inject_decision *d = &s->fault->decision;
	struct ph_buf without;
	struct ph_buf with;

	ph_buf_init(&without, PH_INJECT_TEXT_MAX);
	ph_buf_init(&with, PH_INJECT_TEXT_MAX);

	enum ph_err err = join_lines(d->without, d->without_count, &without);
	if (err == PH_OK)
		err = join_lines(d->with, d->with_count, &with);
	if (err == PH_OK) {
		ignore(ph_smtpd_edit_ehlo(
		    s->engine, ph_buf_span(&without), ph_buf_span(&with)));
	}
	ph_buf_release(&without);
	ph_buf_release(&with);
}

static void proceed_command(struct ph_listen_session *s)
{
	struct ph_listen_fault *f = s->fault;
	struct ph_inject_decision *d = &f->decision;

	if (f->stage == PH_SMTPD_STAGE_EHLO)
		edit_ehlo(s);
	if (f->stage == PH_SMTPD_STAGE_STARTTLS)
		f->inject = d->octets;
	if (f->stage == PH_SMTPD_STAGE_AUTH)
		f->challenge = d->octets;
	if (d->yes)
		ph_smtpd_reword(s->engine, d->reply);
	ignore(ph_smtpd_go(s->engine, now_of(s)));
}

static void proceed_end(struct ph_listen_session *s)
{
	const struct ph_server_config *c = &s->server->config;
	const struct ph_smtpd_reply *words =
	    s->fault->decision.yes ? s->fault->decision.reply : NULL;

	s->fault->answer = c->handler->end(c->ctx, &s->mail);
	if (s->fault->answer.code == 0)
		return;
	if (words != NULL && s->fault->answer.code < 400)
		s->fault->answer = *words;
	ph_listen_fault_at(s, PH_SMTPD_STAGE_KEPT, PH_SPAN(""));
}

static void proceed_kept(struct ph_listen_session *s)
{
	if (s->fault->decision.yes)
		ph_smtpd_reword(s->engine, s->fault->decision.reply);
	ph_listen_session_answer(s, &s->fault->answer);
}

static void proceed(struct ph_listen_session *s)
{
	switch (s->fault->stage) {
	case PH_SMTPD_STAGE_NONE:
	case PH_SMTPD_STAGE_CONTENT:
		return;
	case PH_SMTPD_STAGE_CONNECT:
		proceed_connect(s);
		return;
	case PH_SMTPD_STAGE_TLS:
		proceed_tls(s);
		return;
	case PH_SMTPD_STAGE_GREETING:
		proceed_greeting(s);
		return;
	case PH_SMTPD_STAGE_LOGIN:
		if (s->fault->decision.yes)
			ph_smtpd_reword(s->engine, s->fault->decision.reply);
		ph_listen_login_finish(s, s->fault->decision.yes);
		return;
	case PH_SMTPD_STAGE_END:
		proceed_end(s);
		return;
	case PH_SMTPD_STAGE_KEPT:
		proceed_kept(s);
		return;
	case PH_SMTPD_STAGE_EHLO:
	case PH_SMTPD_STAGE_STARTTLS:
	case PH_SMTPD_STAGE_AUTH:
	case PH_SMTPD_STAGE_MAIL:
	case PH_SMTPD_STAGE_RCPT:
	case PH_SMTPD_STAGE_DATA:
	case PH_SMTPD_STAGE_RSET:
	case PH_SMTPD_STAGE_QUIT:
	case PH_SMTPD_STAGE_OTHER:
		proceed_command(s);
		return;
	}
}

/* ---- refusing */

/* reply NULL: without a word. */
static void refuse(
    struct ph_listen_session *s, const struct ph_smtpd_reply *reply)
{
	const struct ph_server_config *c = &s->server->config;

	if (s->fault->stage == PH_SMTPD_STAGE_END)
		c->handler->abort(c->ctx, &s->mail);
	if (s->fault->stage == PH_SMTPD_STAGE_LOGIN)
		ph_listen_login_reset(s);
	ignore(ph_smtpd_refuse(s->engine, now_of(s), reply));
}

/* In the midst of the content nobody listens for a reply; it is a last word. */
static void interrupt(
    struct ph_listen_session *s, const struct ph_smtpd_reply *reply)
{
	struct ph_buf text;

	ph_buf_init(&text, PH_SMTPD_LINES_MAX * (PH_SMTPD_TEXT_MAX + 16));
	if (ph_smtpd_reply_write(&text, reply) == PH_OK)
		ignore(ph_smtpd_put(s->engine, ph_buf_span(&text)));
	ph_buf_release(&text);
	hang_up(s);
}

static void act_reply(struct ph_listen_session *s)
{
	const struct ph_inject_decision *d = &s->fault->decision;

	if (d->yes || s->fault->stage == PH_SMTPD_STAGE_GREETING) {
		proceed(s);
	} else if (s->fault->stage == PH_SMTPD_STAGE_CONTENT) {
		interrupt(s, d->reply);
	} else {
		refuse(s, d->reply);
	}
}

static void act_garble(struct ph_listen_session *s)
{
	if (s->fault->stage == PH_SMTPD_STAGE_GREETING) {
		proceed(s);
		return;
	}
	ignore(ph_smtpd_put(s->engine, s->fault->decision.octets));
	refuse(s, NULL);
}

/* Text where TLS is due: on a port that is TLS first, all of the session. */
static void act_plain(struct ph_listen_session *s)
{
	if (s->engine == NULL) {
		ph_listen_fault_at(s, PH_SMTPD_STAGE_GREETING, PH_SPAN(""));
		return;
	}
	/* Said before the client began it would be taken for an injection. */
	s->fault->plain = true;
	stall(s);
}

/* The handler has done with the message; that it was not answered must not
   look as if it were void. */
static void settle(struct ph_listen_session *s)
{
	enum ph_inject_action action = s->fault->decision.action;

	if (s->fault->stage == PH_SMTPD_STAGE_KEPT &&
	    (action == PH_INJECT_HANGUP || action == PH_INJECT_RESET ||
		action == PH_INJECT_STALL)) {
		ignore(ph_smtpd_refuse(s->engine, now_of(s), NULL));
	}
}

static void act(struct ph_listen_session *s)
{
	settle(s);
	switch (s->fault->decision.action) {
	case PH_INJECT_REPLY:
	case PH_INJECT_SAY:
	case PH_INJECT_GREYLIST:
		act_reply(s);
		return;
	case PH_INJECT_RESET:
		s->fault->cut = true;
		hang_up(s);
		return;
	case PH_INJECT_HANGUP:
		hang_up(s);
		return;
	case PH_INJECT_STALL:
		stall(s);
		return;
	case PH_INJECT_GARBLE:
		act_garble(s);
		return;
	case PH_INJECT_PLAIN:
		act_plain(s);
		return;
	case PH_INJECT_NONE:
	case PH_INJECT_SLOW:
	case PH_INJECT_DRIP:
	case PH_INJECT_STRIP:
	case PH_INJECT_ADD:
	case PH_INJECT_INJECT:
	case PH_INJECT_TLS:
	case PH_INJECT_CERTIFICATE:
	case PH_INJECT_CHALLENGE:
		proceed(s);
		return;
	}
}

/* ---- when */

static void tell(
    const struct ph_listen_session *s, const struct ph_inject_decision *d)
{
	const struct ph_server_config *c = &s->server->config;

	for (size_t i = 0; i < d->by_count; i++) {
		if (c->handler->injected != NULL) {
			c->handler->injected(
			    c->ctx, s->fault->counts.number, d->by[i]);
		}
	}
}

static void decide(struct ph_listen_session *s, struct ph_inject_moment *m,
    struct ph_inject_decision *d)
{
	m->user = s->client.username;
	m->secure = s->client.tls != NULL;
	m->now = now_of(s);
	ph_inject_decide(s->server->config.plan, &s->fault->counts, m, d);
	tell(s, d);
}

/* At once, or when its time has come; not before what is waited for
   already. */
static void schedule(struct ph_listen_session *s, enum ph_smtpd_stage stage,
    const struct ph_inject_decision *d)
{
	struct ph_listen_fault *f = s->fault;
	ph_msec now = now_of(s);
	ph_msec at = (f->until == PH_NEVER ? now : f->until) + d->wait;

	f->decision = *d;
	f->stage = stage;
	if (d->drip > 0)
		f->drip = d->drip;
	if (at > now) {
		f->until = at;
		ph_listen_session_arm(s, at);
	} else {
		act(s);
	}
}

void ph_listen_fault_at(struct ph_listen_session *s, enum ph_smtpd_stage stage,
    struct ph_span subject)
{
	struct ph_inject_moment m = { .stage = stage, .subject = subject };
	struct ph_inject_decision d;

	/* Something that ends the session is waited for. */
	if (s->fault->over ||
	    (s->fault->until != PH_NEVER &&
		s->fault->decision.action != PH_INJECT_NONE)) {
		return;
	}
	decide(s, &m, &d);
	schedule(s, stage, &d);
}

void ph_listen_fault_content(struct ph_listen_session *s, size_t octets)
{
	struct ph_inject_moment m = { .stage = PH_SMTPD_STAGE_CONTENT,
		.octets = octets };
	struct ph_inject_decision d;

	if (s->fault->over ||
	    (s->fault->until != PH_NEVER &&
		s->fault->decision.action != PH_INJECT_NONE)) {
		return;
	}
	decide(s, &m, &d);
	if (d.action != PH_INJECT_NONE || d.wait > 0)
		schedule(s, PH_SMTPD_STAGE_CONTENT, &d);
}

bool ph_listen_fault_holds(const struct ph_listen_session *s)
{
	const struct ph_listen_fault *f = s->fault;

	return f->until != PH_NEVER &&
	    (f->stage == PH_SMTPD_STAGE_CONTENT ||
		f->stage == PH_SMTPD_STAGE_TLS);
}

/* ---- running */

enum {
	/* Of what is read and dropped in one turn. */
	STALL_TURNS = 4
};

/* True: the client is still there. */
static bool swallow(struct ph_listen_session *s)
{
	for (int i = 0; i < STALL_TURNS; i++) {
		size_t got = 0;
		enum ph_err err = ph_stream_read(
		    s->stream, s->server->read_buf, PH_LISTEN_READ_SIZE, &got);

		if (err == PH_AGAIN)
			return true;
		if (err != PH_OK)
			return false;
		explicit_bzero(s->server->read_buf, got);
		if (s->fault->plain)
			ignore(ph_smtpd_put(s->engine, no_tls));
		s->fault->plain = false;
	}
	return true;
}

/* What was said before has to leave; then nothing more is. */
static bool idle(struct ph_listen_session *s)
{
	bool there = swallow(s);
	enum ph_err err = PH_OK;

	if (s->engine != NULL)
		err = ph_listen_session_flush(s);
	ph_stream_want_read(s->stream, true);
	if (err == PH_EIO || !there || s->server->stopping)
		ph_listen_session_drop(s);
	return false;
}

bool ph_listen_fault_run(struct ph_listen_session *s)
{
	struct ph_listen_fault *f = s->fault;

	if (!f->begun) {
		f->begun = true;
		ph_listen_fault_at(s, PH_SMTPD_STAGE_CONNECT, PH_SPAN(""));
	} else if (f->until <= now_of(s)) {
		f->until = PH_NEVER;
		act(s);
	}
	ph_listen_session_drain(s);
	if (f->stalled)
		return idle(s);
	if (f->until != PH_NEVER)
		ph_listen_session_arm(s, f->until);
	if (s->engine != NULL || s->handshake)
		return true;
	if (s->closing) {
		/* What lies unread would make a reset of it. */
		(void)swallow(s);
		ph_listen_session_drop(s);
		return false;
	}
	ph_stream_want_read(s->stream, false);
	return false;
}

enum ph_err ph_listen_fault_drip(struct ph_listen_session *s)
{
	struct ph_listen_fault *f = s->fault;
	struct ph_span out = ph_smtpd_pending(s->engine);
	ph_msec now = now_of(s);
	size_t put = 0;

	if (out.len == 0) {
		f->drip = f->dripped ? 0 : f->drip;
		f->dripped = false;
		return ph_stream_unsent(s->stream) > 0 ? PH_AGAIN : PH_OK;
	}
	if (now < f->next_octet) {
		ph_listen_session_arm(s, f->next_octet);
		return PH_AGAIN;
	}
	out.len = 1;

	enum ph_err err = ph_stream_writev(s->stream, &out, 1, &put);
	if (err != PH_OK)
		return err;
	ph_smtpd_sent(s->engine, put);
	f->dripped = true;
	f->next_octet = now + f->drip;
	ph_listen_session_arm(s, f->next_octet);
	return PH_AGAIN;
}
