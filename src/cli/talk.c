#include "cli/talk.h"

#include "cli/cli.h"
#include "deliver/lesson.h"
#include "io/interrupt.h"

#include <signal.h>
#include <stdarg.h>

enum {
	/* A wait that a person is told of. */
	LONG_MS = 1000
};

static void interrupt(void *ctx, int signum)
{
	(void)signum;
	ph_session_interrupt(ctx);
}

static enum ph_err open_memory(
    struct ph_talk *t, const struct ph_cli_server *server)
{
	const struct ph_memory_question q = {
		.connection = &server->connection,
		.changed_at = server->password_changed,
	};
	enum ph_err err = ph_memory_open(&q, &t->memory);

	if (err == PH_OK)
		ph_memory_gate(t->memory, &t->gate);
	return err;
}

enum ph_err ph_talk_begin(struct ph_talk *t, struct ph_cli_server *server,
    struct ph_transcript *transcript, struct ph_fault *fault)
{
	struct ph_session_options opt = {
		.connection = &server->connection,
		.password = server->has_password ? &server->password : NULL,
		.proxy_password =
		    server->has_proxy_password ? &server->proxy_password : NULL,
		.key_password =
		    server->has_key_password ? &server->key_password : NULL,
		.weaker_max = t->weaker_max,
		.other_name = t->other_name,
	};
	enum ph_err err = open_memory(t, server);

	opt.known = t->memory == NULL ? NULL : ph_memory_known(t->memory);
	opt.gate = &t->gate;
	t->server = server;
	t->transcript = transcript;
	t->logs_in = server->connection.username[0] != '\0' &&
	    !server->connection.anonymous;
	if (err == PH_OK)
		err = ph_loop_new(&t->loop);

	if (ph_transcript_is_wanted(transcript)) {
		opt.trace = ph_transcript_take;
		opt.trace_ctx = transcript;
	}
	if (err == PH_OK)
		err = ph_session_new(t->loop, &opt, &t->session, fault);
	if (err == PH_OK) {
		err = ph_signal_new(
		    t->loop, SIGINT, interrupt, t->session, &t->on_int);
	}
	if (err == PH_OK) {
		err = ph_signal_new(
		    t->loop, SIGTERM, interrupt, t->session, &t->on_term);
	}
	if (err != PH_OK && !ph_fault_is_set(fault)) {
		ph_fault_set(fault, PH_CAUSE_NO_MEMORY, PH_STAGE_CONFIG,
		    "a session cannot be made");
	}
	return err;
}

/* waiting */

PH_PRINTF(2, 3)

static void tell_wait(const struct ph_talk *t, const char *fmt, ...)
{
	char line[PH_FAULT_TEXT_MAX];
	va_list ap;

	if (t->server->cli == NULL)
		return;
	va_start(ap, fmt);
	(void)vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	ph_cli_note(t->server->cli, "%s", line);
}

static enum ph_err end_wait(
    struct ph_interrupt *i, bool came, struct ph_fault *fault)
{
	if (came) {
		ph_interrupt_take(i);
		ph_fault_set(fault, PH_CAUSE_INTERRUPTED, PH_STAGE_CONFIG,
		    "interrupted while waiting: nothing was sent");
	}
	ph_interrupt_let_go(i);
	return came ? PH_EIO : PH_OK;
}

enum ph_err ph_talk_book(struct ph_talk *t, size_t rcpt_count,
    struct ph_memory_booking *out, struct ph_fault *fault)
{
	const struct ph_connection *c = &t->server->connection;
	struct ph_interrupt i;
	enum ph_err err = ph_memory_book(
	    t->memory, ph_memory_messages(c, rcpt_count), PH_NEVER, out, fault);

	if (err != PH_OK || out->wait == 0)
		return err;
	if (out->wait > LONG_MS) {
		tell_wait(t, "waiting %lld s for a turn (rate%s%s)",
		    (long long)(out->wait + 999) / 1000,
		    c->rate_from[0] == '\0' ? "" : ", ", c->rate_from);
	}
	ph_interrupt_hold(&i);
	err = end_wait(&i, ph_interrupt_wait(&i, out->wait), fault);
	if (err != PH_OK) {
		ph_memory_unbook(t->memory, out);
		*out = (struct ph_memory_booking){ 0 };
	}
	return err;
}

void ph_talk_unbook(struct ph_talk *t, const struct ph_memory_booking *b)
{
	if (t->memory != NULL)
		ph_memory_unbook(t->memory, b);
}

static enum ph_err wait_for_session(struct ph_talk *t, struct ph_fault *fault)
{
	const struct ph_connection *c = &t->server->connection;
	ph_msec most = ph_memory_patience(t->memory);
	enum ph_err err = ph_memory_session_take(t->memory);
	struct ph_interrupt i;
	bool came = false;

	if (err != PH_AGAIN)
		return err;
	ph_interrupt_hold(&i);
	for (ph_msec waited = 0; err == PH_AGAIN && !came && waited < most;
	     waited += PH_MEMORY_PAUSE_MS) {
		if (waited == LONG_MS) {
			tell_wait(t,
			    "waiting for one of the %u sessions with %s:%u "
			    "that other programs have open",
			    c->sessions, c->host, (unsigned)c->port);
		}
		came = ph_interrupt_wait(&i, PH_MEMORY_PAUSE_MS);
		err = ph_memory_session_take(t->memory);
	}
	if (end_wait(&i, came, fault) != PH_OK)
		return PH_EIO;
	if (err == PH_AGAIN)
		ph_memory_session_refuse(t->memory, most, fault);
	return err == PH_OK ? PH_OK : PH_EIO;
}

/* connecting */

static enum ph_err connect_once(struct ph_talk *t, struct ph_fault *fault)
{
	if (t->logs_in && ph_memory_check(t->memory, fault) != PH_OK)
		return PH_EIO;
	if (wait_for_session(t, fault) != PH_OK)
		return PH_EIO;
	return ph_session_connect(t->session, fault);
}

/* One that the server takes no more is out of date, whatever was said of it. */
static enum ph_err renew(struct ph_talk *t, struct ph_fault *fault)
{
	struct ph_fault fresh = { 0 };
	struct ph_cli_server *server = t->server;
	struct ph_transcript *transcript = t->transcript;
	unsigned weaker_max = t->weaker_max;

	if (fault->cause != PH_CAUSE_AUTH_TOKEN &&
	    fault->cause != PH_CAUSE_AUTH_REFUSED)
		return PH_EIO;

	enum ph_err err = ph_cli_server_renew(server, &fresh);

	if (err == PH_AGAIN)
		return PH_EIO;
	if (err == PH_OK || ph_fault_is_set(&fresh))
		*fault = fresh;
	if (err != PH_OK)
		return err;
	ph_talk_remember(t);
	ph_talk_release(t);
	t->weaker_max = weaker_max;
	err = ph_talk_begin(t, server, transcript, fault);
	return err == PH_OK ? connect_once(t, fault) : err;
}

enum ph_err ph_talk_connect(struct ph_talk *t, struct ph_fault *fault)
{
	enum ph_err err = connect_once(t, fault);

	return err == PH_OK ? PH_OK : renew(t, fault);
}

static void tell(const struct ph_talk *t, const char *text)
{
	if (text[0] == '\0' || !ph_transcript_is_wanted(t->transcript))
		return;
	ph_transcript_take(t->transcript,
	    &(struct ph_trace){
		.t_ms = ph_session_facts(t->session)->timing.total,
		.dir = PH_DIR_NOTE,
		.stage = PH_STAGE_QUIT,
		.line = ph_span_of(text),
	    });
}

void ph_talk_remember(struct ph_talk *t)
{
	struct ph_lesson lesson;

	if (t->session == NULL || t->memory == NULL)
		return;
	if (ph_lesson_make(
		ph_session_facts(t->session), ph_clock_unix(), &lesson))
		ph_memory_learn(t->memory, &lesson.news);
	tell(t, ph_memory_note(t->memory));
	tell(t, ph_memory_damage(t->memory));
}

const char *ph_talk_note(const struct ph_talk *t)
{
	return t->memory == NULL ? "" : ph_memory_damage(t->memory);
}

void ph_talk_release(struct ph_talk *t)
{
	ph_signal_free(t->on_int);
	ph_signal_free(t->on_term);
	ph_session_free(t->session);
	ph_memory_free(t->memory);
	ph_loop_free(t->loop);
	*t = (struct ph_talk){ 0 };
}
