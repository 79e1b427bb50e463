#include "deliver/session_state.h"

enum {
	/* Between two questions whether a login may be made. */
	PAUSE_MS = 20,
	/* Where the connection sets no timeout. */
	WAIT_MS = 30 * 1000
};

/* What the server said itself is the better reason. */
static void give_up(struct ph_session *s, const struct ph_fault *fault)
{
	struct ph_fault f = s->login.refused > 0 ? s->login.fault : *fault;

	ph_link_give_up(s, &f);
}

static void tell_crowd(struct ph_session *s)
{
	struct ph_fault f;

	ph_fault_set(&f, PH_CAUSE_AUTH_DEFERRED, PH_STAGE_AUTH,
	    "%s: other programs are logging in as %s, and each of them may be "
	    "the last one to be refused",
	    s->where, s->conn->username);
	ph_fault_advise(&f,
	    "try again when they are done; attempts = 0 lets all of them log "
	    "in at once");
	give_up(s, &f);
}

static void wait_for_room(struct ph_session *s)
{
	ph_msec now = ph_loop_now(s->loop);
	ph_msec wait = s->conn->timeout > 0 ? s->conn->timeout : WAIT_MS;

	if (s->gate_until == PH_NEVER) {
		s->gate_until = now + wait;
		ph_link_note(s, PH_STAGE_AUTH,
		    "login: waiting for other programs that log in as %s",
		    s->conn->username);
	}
	if (now >= s->gate_until) {
		tell_crowd(s);
	} else {
		s->gate_at = now + PAUSE_MS;
	}
}

bool ph_gate_enter(struct ph_session *s)
{
	const struct ph_gate *g = s->gate;
	struct ph_fault f = { 0 };

	if (g == NULL || s->is_admitted)
		return true;

	enum ph_err err = g->admit(g->ctx, &f);

	if (err == PH_AGAIN) {
		wait_for_room(s);
		return false;
	}
	s->gate_until = PH_NEVER;
	if (err != PH_OK) {
		give_up(s, &f);
		return false;
	}
	s->is_admitted = true;
	return true;
}

void ph_gate_leave(struct ph_session *s, enum ph_gate_end end)
{
	s->gate_at = PH_NEVER;
	s->gate_until = PH_NEVER;
	if (!s->is_admitted)
		return;
	s->is_admitted = false;
	s->gate->settle(s->gate->ctx, end);
}

void ph_gate_tick(struct ph_session *s)
{
	if (s->gate_at > ph_loop_now(s->loop))
		return;
	s->gate_at = PH_NEVER;
	if (s->phase == PH_PHASE_TALKING)
		ph_login_go_on(s);
}
