#include "cli/talk.h"

#include "deliver/lesson.h"

#include <signal.h>

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

static enum ph_err connect_once(struct ph_talk *t, struct ph_fault *fault)
{
	if (t->logs_in && ph_memory_check(t->memory, fault) != PH_OK)
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
