#include "deliver/session_state.h"

#include <stdio.h>

enum {
	/* How much longer than for the server's name, its greeting waits for
	   ours. */
	WAIT_MS = 1000
};

/* Where the packets come from (RFC 5321 4.1.3). */
static void put_literal(struct ph_session *s)
{
	const char *local = ph_stream_local(s->stream);

	if (local[0] == '\0') {
		(void)snprintf(s->helo, sizeof(s->helo), "[127.0.0.1]");
	} else {
		(void)snprintf(s->helo, sizeof(s->helo), "[%s%.*s]",
		    strchr(local, ':') != NULL ? "IPv6:" : "",
		    (int)strcspn(local, "%"), local);
	}
}

static void end_question(struct ph_session *s)
{
	ph_host_question_free(s->helo_question);
	s->helo_question = NULL;
}

static void go_on(struct ph_session *s)
{
	if (!s->helo_waits)
		return;
	s->helo_waits = false;
	s->helo_until = PH_NEVER;
	ph_link_start_engine(s);
}

static void on_answer(void *ctx, bool resolves)
{
	struct ph_session *s = ctx;

	end_question(s);
	if (!resolves) {
		ph_link_note(s, PH_STAGE_DNS,
		    "this machine's name %s does not resolve: greeting with "
		    "the address",
		    s->helo);
		s->helo[0] = '\0';
	}
	go_on(s);
	ph_session_run(s, true);
}

void ph_helo_look(struct ph_session *s)
{
	const char *given = s->conn->helo;

	/* A connection made anew greets as the one before. */
	if (s->helo[0] != '\0' || s->helo_question != NULL)
		return;
	if (given[0] != '\0') {
		(void)snprintf(s->helo, sizeof(s->helo), "%s", given);
		return;
	}
	if (ph_host_full_name(s->helo, sizeof(s->helo)) == PH_HOST_UNKNOWN &&
	    ph_host_ask(s->loop, s->helo, on_answer, s, &s->helo_question) !=
		PH_OK)
		s->helo[0] = '\0';
}

bool ph_helo_is_ready(struct ph_session *s)
{
	if (s->helo_question != NULL) {
		/* Nothing is read meanwhile. */
		s->phase = PH_PHASE_DIALING;
		s->helo_waits = true;
		s->helo_until = ph_loop_now(s->loop) + WAIT_MS;
		return false;
	}
	if (s->helo[0] == '\0')
		put_literal(s);
	return true;
}

void ph_helo_tick(struct ph_session *s)
{
	if (s->helo_until > ph_loop_now(s->loop))
		return;
	ph_link_note(s, PH_STAGE_DNS,
	    "whether this machine's name %s resolves was not to be learned in "
	    "time: greeting with the address",
	    s->helo);
	end_question(s);
	s->helo[0] = '\0';
	go_on(s);
}

void ph_helo_release(struct ph_session *s)
{
	end_question(s);
}
