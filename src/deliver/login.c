#include "deliver/session_state.h"

#include "base/note.h"
#include "deliver/verdict.h"

#include <assert.h>
#include <stdio.h>

void ph_login_release(struct ph_login *l)
{
	ph_login_step_stop(l);
	ph_sasl_client_free(l->sasl);
	l->sasl = NULL;
}

void ph_login_restart(struct ph_session *s)
{
	struct ph_login *l = &s->login;

	ph_login_release(l);
	l->at = 0;
	l->is_trying = false;
	l->cancelled = false;
	l->is_heard = false;
	l->failed_here = false;
	l->refused = 0;
	l->begun_usec = 0;
	l->fault = (struct ph_fault){ 0 };
	s->mechanism[0] = '\0';
	s->facts.mechanism = s->mechanism;
}

/* which one is next */

static bool has_ended(const struct ph_login *l, const char *name)
{
	for (size_t i = 0; i < l->ended_count; i++) {
		if (strcmp(l->ended[i], name) == 0)
			return true;
	}
	return false;
}

static void end_present(struct ph_login *l)
{
	const char *name = l->choice.items[l->at].name;

	l->is_trying = false;
	if (has_ended(l, name) || l->ended_count == PH_COUNT(l->ended))
		return;
	memcpy(l->ended[l->ended_count], name, sizeof(l->ended[0]));
	l->ended_count++;
}

/* False: every one that fits is through. */
static bool find_next(struct ph_login *l)
{
	for (l->at = 0; l->at < l->choice.fit_count; l->at++) {
		if (!has_ended(l, l->choice.items[l->at].name))
			return true;
	}
	return false;
}

/* A refusal is what the user has to hear of, whatever else went wrong. */
static void keep_reason(struct ph_login *l, const struct ph_fault *why)
{
	if (l->refused == 0 || why->cause == PH_CAUSE_AUTH_SERVER_FALSE)
		l->fault = *why;
}

/* what became of it */

static struct ph_session_attempt *add_attempt(struct ph_session *s)
{
	struct ph_login *l = &s->login;
	size_t at = s->facts.attempt_count;

	/* The choice is longer than any server's list; the last one stays. */
	if (at == PH_SESSION_ATTEMPTS_MAX)
		at--;

	struct ph_session_attempt *a = &s->attempts[at];

	*a = (struct ph_session_attempt){
		.ms = ph_ms_since(l->tried_usec),
		.reconnected = l->reconnected,
		.username = l->other_name[0] == '\0' ? "" : l->other_name,
	};
	memcpy(a->mechanism, l->choice.items[l->at].name,
	    sizeof(l->choice.items[0].name));
	l->reconnected = false;
	s->facts.attempts = s->attempts;
	s->facts.attempt_count = at + 1;
	return a;
}

static enum ph_attempt_end end_of(const struct ph_reply *reply)
{
	if (ph_reply_class(reply) == 2)
		return PH_ATTEMPT_WORKED;
	switch ((int)ph_verdict_login_cause(reply)) {
	case PH_CAUSE_AUTH_DEFERRED:
		return PH_ATTEMPT_DEFERRED;
	case PH_CAUSE_AUTH_MECHANISM:
		return PH_ATTEMPT_BROKEN;
	default:
		return PH_ATTEMPT_REFUSED;
	}
}

static void record_reply(struct ph_session *s, const struct ph_reply *reply)
{
	struct ph_session_attempt *a = add_attempt(s);

	a->end = end_of(reply);
	a->code = reply->code;
	memcpy(a->enhanced, reply->enhanced, sizeof(a->enhanced));
	(void)snprintf(
	    a->text, sizeof(a->text), "%.*s", PH_SPAN_ARG(reply->text));
}

static void record_fault(
    struct ph_session *s, const struct ph_fault *why, enum ph_attempt_end end)
{
	struct ph_session_attempt *a = add_attempt(s);

	a->end = end;
	(void)snprintf(a->text, sizeof(a->text), "%s", why->text);
}

/* Every one that fits has failed for its own sake. */
static void none_left(struct ph_session *s)
{
	struct ph_fault f = s->login.fault;

	assert(ph_fault_is_set(&f));
	ph_link_give_up(s, &f);
}

static bool is_by_token(const struct ph_login *l)
{
	return ph_sasl_mechanism_needs_token(l->choice.items[l->at].name);
}

static struct ph_fault local_fault(
    const struct ph_session *s, const struct ph_fault *why)
{
	const struct ph_login *l = &s->login;
	struct ph_fault f;

	if (why->text[0] != '\0') {
		ph_fault_set(&f, PH_CAUSE_AUTH_MECHANISM, PH_STAGE_AUTH,
		    "%s: %s", s->where, why->text);
		memcpy(f.advice, why->advice, sizeof(f.advice));
	} else {
		ph_fault_set(&f, PH_CAUSE_AUTH_MECHANISM, PH_STAGE_AUTH,
		    "%s: %s cannot carry this user name or %s", s->where,
		    l->choice.items[l->at].name,
		    is_by_token(l) ? "token" : "password");
	}
	return f;
}

/* The mechanism stands ready; its first words, if it has the first, are being
   made (PH_AGAIN) or are made. */
static enum ph_err prepare(struct ph_session *s)
{
	struct ph_login *l = &s->login;
	struct ph_sasl_credentials cred = ph_login_credentials(s);
	struct ph_sasl_channel ch = ph_login_channel(s);
	enum ph_err err = ph_random(cred.nonce, sizeof(cred.nonce));

	cred.now = ph_clock_unix();
	if (err == PH_OK) {
		err = ph_sasl_client_new(
		    l->choice.items[l->at].name, &cred, &ch, &l->sasl);
	}
	if (err == PH_OK && ph_sasl_client_is_first(l->sasl))
		err = ph_login_step(s, (struct ph_span){ 0 });
	return err;
}

/* Says AUTH, and the first words. */
static enum ph_err say(struct ph_session *s)
{
	struct ph_login *l = &s->login;
	struct ph_smtp_auth auth = {
		.mechanism = ph_span_of(l->choice.items[l->at].name),
	};

	if (l->step != NULL) {
		if (l->step->err != PH_OK && l->step->err != PH_EOF)
			return l->step->err;
		auth.has_initial = true;
		auth.initial = ph_buf_span(&l->step->response);
		ph_login_note_response(s, auth.initial);
	}

	enum ph_err err =
	    ph_smtp_client_auth(s->client, ph_loop_now(s->loop), &auth);

	ph_login_step_stop(l);
	return err;
}

/* This one will not do. */
static void fail_to_start(struct ph_session *s, enum ph_err err)
{
	struct ph_login *l = &s->login;
	const char *name = l->choice.items[l->at].name;
	struct ph_fault why = { 0 };

	if (l->step != NULL)
		why = l->step->why;
	if (err == PH_ENOMEM) {
		ph_fault_set(
		    &why, PH_CAUSE_NO_MEMORY, PH_STAGE_AUTH, "out of memory");
	}
	if (err == PH_EIO) {
		ph_fault_set(&why, PH_CAUSE_INTERNAL, PH_STAGE_AUTH,
		    "%s needs the module %s, which cannot be loaded", name,
		    ph_sasl_mechanism_module(name));
	}
	why = local_fault(s, &why);
	ph_login_step_stop(l);
	record_fault(s, &why, PH_ATTEMPT_LOCAL);
	keep_reason(l, &why);
	end_present(l);
}

static void try_next(struct ph_session *s)
{
	struct ph_login *l = &s->login;

	while (find_next(l)) {
		if (!ph_gate_enter(s))
			return;
		ph_login_release(l);
		l->cancelled = false;
		l->is_heard = false;
		l->is_trying = true;
		l->tried_usec = ph_clock_usec();

		enum ph_err err = prepare(s);
		if (err == PH_AGAIN)
			return;
		if (err == PH_OK)
			err = say(s);
		if (err == PH_OK)
			return;
		fail_to_start(s, err);
	}
	none_left(s);
}

void ph_login_go_on(struct ph_session *s)
{
	try_next(s);
}

void ph_login_needed(struct ph_session *s)
{
	const struct ph_ehlo *e = ph_smtp_client_ehlo(s->client);
	struct ph_fault f;

	/* What it was to go over is not good enough: it is on its way out. */
	if (ph_fault_is_set(&s->fault))
		return;
	if (s->login.begun_usec == 0)
		s->login.begun_usec = ph_clock_usec();
	ph_link_reached(s, PH_STAGE_AUTH);
	if (!ph_ehlo_has(e, PH_EHLO_AUTH) || e->mechanism_count == 0) {
		ph_fault_set(&f, PH_CAUSE_AUTH_NOT_OFFERED, PH_STAGE_AUTH,
		    "%s offers no login%s", s->where,
		    s->facts.tls == NULL ? " without encryption" : "");
		ph_link_give_up(s, &f);
		return;
	}
	ph_login_choose(s);
	if (ph_recall_refuses_login(s, &f)) {
		ph_link_give_up(s, &f);
	} else if (s->login.choice.fit_count == 0) {
		ph_login_none_fits(s);
	} else {
		try_next(s);
	}
}

/* The exchange cannot go on.  AUTH_DONE follows. */
static void cancel(
    struct ph_session *s, enum ph_err err, const struct ph_fault *why)
{
	struct ph_login *l = &s->login;
	struct ph_fault f = local_fault(s, why);

	l->cancelled = true;
	if (err == PH_EDENIED) {
		f.cause = PH_CAUSE_AUTH_SERVER_FALSE;
		l->false_server = true;
	}
	record_fault(
	    s, &f, err == PH_EPROTO ? PH_ATTEMPT_BROKEN : PH_ATTEMPT_LOCAL);
	keep_reason(l, &f);
	ph_link_note(s, PH_STAGE_AUTH, PH_NOTE_LOGIN_GIVEN_UP "%s", f.text);
	if (ph_smtp_client_auth_cancel(s->client, ph_loop_now(s->loop)) !=
	    PH_OK)
		ph_link_give_up(s, &l->fault);
}

static void respond(struct ph_session *s)
{
	struct ph_login *l = &s->login;
	struct ph_fault why = l->step->why;
	enum ph_err err = l->step->err;

	if (err == PH_OK || err == PH_EOF) {
		ph_login_note_response(s, ph_buf_span(&l->step->response));
		err = ph_smtp_client_auth_respond(s->client,
		    ph_loop_now(s->loop), ph_buf_span(&l->step->response));
	}
	ph_login_step_stop(l);
	if (err != PH_OK)
		cancel(s, err, &why);
}

void ph_login_challenge(struct ph_session *s, struct ph_span challenge)
{
	struct ph_login *l = &s->login;
	struct ph_fault why = { 0 };

	if (l->sasl == NULL)
		return;
	l->is_heard = true;
	ph_login_note_challenge(s, challenge);

	enum ph_err err = ph_login_step(s, challenge);
	if (err == PH_OK) {
		respond(s);
	} else if (err != PH_AGAIN) {
		cancel(s, err, &why);
	}
}

void ph_login_stepped(struct ph_session *s)
{
	struct ph_login *l = &s->login;

	if (l->is_heard) {
		respond(s);
		return;
	}

	enum ph_err err = say(s);
	if (err == PH_OK)
		return;
	fail_to_start(s, err);
	try_next(s);
}

/* A step that takes too long is left to itself. */
void ph_login_tick(struct ph_session *s)
{
	struct ph_login *l = &s->login;
	struct ph_fault why;

	if (l->work == NULL || l->step_until > ph_loop_now(s->loop))
		return;
	ph_fault_set(&why, PH_CAUSE_AUTH_MECHANISM, PH_STAGE_AUTH,
	    "%s: Kerberos did not answer in %lld ms",
	    l->choice.items[l->at].name, (long long)s->conn->timeout);
	ph_fault_advise(&why,
	    "see whether the KDC can be reached, or choose another mechanism "
	    "with --auth");
	ph_login_step_stop(l);
	if (l->is_heard) {
		cancel(s, PH_EPROTO, &why);
		return;
	}
	why = local_fault(s, &why);
	record_fault(s, &why, PH_ATTEMPT_LOCAL);
	keep_reason(l, &why);
	end_present(l);
	try_next(s);
}

/* The settings are wrong, and now it is known how: no message goes under a name
   that nobody gave. */
static void tell_name(struct ph_session *s)
{
	struct ph_login *l = &s->login;
	struct ph_fault f;

	ph_fault_set(&f, PH_CAUSE_AUTH_USERNAME, PH_STAGE_AUTH,
	    "%s refuses the user name \"%s\", and takes \"%s\"", s->where,
	    s->conn->username, l->other_name);
	ph_fault_advise(&f, "set the user name to %s", l->other_name);
	f.code = l->fault.code;
	memcpy(f.enhanced, l->fault.enhanced, sizeof(f.enhanced));
	ph_link_give_up(s, &f);
}

static void succeed(struct ph_session *s, const struct ph_reply *reply)
{
	struct ph_login *l = &s->login;
	struct ph_fault why = { 0 };
	const char *name = l->choice.items[l->at].name;

	record_reply(s, reply);
	if (ph_sasl_client_finish(l->sasl, &why) != PH_OK) {
		l->fault = local_fault(s, &why);
		l->fault.cause = PH_CAUSE_AUTH_SERVER_FALSE;
		ph_link_give_up(s, &l->fault);
		return;
	}
	if (l->other_name[0] != '\0') {
		tell_name(s);
		return;
	}
	(void)snprintf(s->mechanism, sizeof(s->mechanism), "%s", name);
	s->facts.mechanism = s->mechanism;
	ph_gate_leave(s, PH_GATE_TAKEN);
	s->facts.timing.auth = ph_ms_since(l->begun_usec);
}

/* 0: any number. */
static bool is_used_up(const struct ph_session *s)
{
	return s->conn->attempts > 0 && s->login.refused >= s->conn->attempts;
}

/* The same mechanism again, under the other name. */
static bool take_other_name(struct ph_session *s)
{
	struct ph_login *l = &s->login;
	const char *name = l->choice.items[l->at].name;

	if (!l->may_be_other || is_used_up(s) || l->other_name[0] != '\0' ||
	    !ph_sasl_mechanism_needs_password(name) ||
	    !ph_login_other_name(s, l->other_name))
		return false;
	ph_link_note(
	    s, PH_STAGE_AUTH, "login: once more, as %s", l->other_name);
	/* It ended last. */
	l->ended_count--;
	return true;
}

/* Somebody's user name or password was judged.  One more may be tried, for
   servers that advertise what they have not set up. */
static void refused(struct ph_session *s)
{
	struct ph_login *l = &s->login;

	l->refused++;
	ph_gate_leave(s, PH_GATE_REFUSED);
	if (take_other_name(s)) {
		try_next(s);
		return;
	}
	if (l->weaker_left == 0 || is_used_up(s) || !find_next(l)) {
		ph_link_give_up(s, &l->fault);
		return;
	}
	l->weaker_left--;
	ph_link_note(s, PH_STAGE_AUTH,
	    "login: one weaker mechanism more, %s, in case that the server "
	    "has not set up what it offers",
	    l->choice.items[l->at].name);
	try_next(s);
}

/* A token that is refused is looked at elsewhere than a password; and its
   server may have told more than the reply does. */
static void add_remark(const struct ph_login *l, struct ph_fault *f)
{
	const char *remark = ph_sasl_client_remark(l->sasl);
	struct ph_fault whole = *f;
	bool says_more = f->enhanced[0] != 0 && f->enhanced[1] == 7 &&
	    f->enhanced[2] != 8 && f->enhanced[2] != 0;

	if (f->cause == PH_CAUSE_AUTH_REFUSED && is_by_token(l) && !says_more)
		f->cause = PH_CAUSE_AUTH_TOKEN;
	if (remark[0] == '\0')
		return;
	ph_fault_set(f, f->cause, f->stage, "%s (%s)", whole.text, remark);
	f->code = whole.code;
	memcpy(f->enhanced, whole.enhanced, sizeof(f->enhanced));
}

/* Refused for the mechanism's own sake, the next one costs nothing: nobody's
   password was judged.  Not now means later, whatever the mechanism. */
static void failed(struct ph_session *s, const struct ph_reply *reply)
{
	struct ph_login *l = &s->login;
	enum ph_cause cause = l->cancelled ? PH_CAUSE_AUTH_MECHANISM
					   : ph_verdict_login_cause(reply);
	struct ph_fault f;

	if (!l->cancelled) {
		record_reply(s, reply);
		ph_verdict_login(&f, cause, reply, s->where);
		add_remark(l, &f);
		keep_reason(l, &f);
	}
	l->failed_here = true;
	end_present(l);
	if (l->false_server || cause == PH_CAUSE_AUTH_DEFERRED) {
		ph_link_give_up(s, &l->fault);
	} else if (cause == PH_CAUSE_AUTH_MECHANISM) {
		try_next(s);
	} else {
		refused(s);
	}
}

void ph_login_answered(struct ph_session *s, const struct ph_reply *reply)
{
	struct ph_login *l = &s->login;

	if (l->sasl == NULL && !l->cancelled)
		return;
	/* The engine ends a session whose server says yes to a cancel. */
	if (ph_reply_class(reply) == 2 && !l->cancelled) {
		succeed(s, reply);
	} else {
		failed(s, reply);
	}
	if (s->facts.mechanism[0] != '\0' || ph_fault_is_set(&s->fault))
		ph_login_release(l);
}

/* the connection goes */

bool ph_login_is_refused(const struct ph_session *s)
{
	return s->login.refused > 0 && s->facts.mechanism[0] == '\0' &&
	    !s->interrupted;
}

static bool is_under_way(const struct ph_session *s)
{
	return s->login.begun_usec != 0 && s->facts.mechanism[0] == '\0' &&
	    !ph_fault_is_set(&s->fault) && !s->interrupted &&
	    !s->login.false_server;
}

/* Servers hang up on who fails: what they cut off then is none of its fault,
   and is tried once more.  Otherwise it is how this mechanism ends. */
static void end_cut_off(struct ph_session *s, const struct ph_fault *why)
{
	struct ph_login *l = &s->login;

	if (!l->is_trying)
		return;
	if (l->failed_here && !l->is_heard) {
		l->is_trying = false;
		return;
	}
	if (!l->cancelled) {
		record_fault(s, why, PH_ATTEMPT_BROKEN);
		keep_reason(l, why);
	}
	end_present(l);
}

bool ph_login_survives(struct ph_session *s, const struct ph_fault *why)
{
	struct ph_login *l = &s->login;
	bool hung_up = why->cause == PH_CAUSE_CONNECTION_LOST ||
	    (why->cause == PH_CAUSE_SHUTTING_DOWN && l->failed_here);

	if (!is_under_way(s) || why->stage != PH_STAGE_AUTH || !hung_up ||
	    l->reconnects == PH_SASL_CHOICE_MAX)
		return false;
	end_cut_off(s, why);
	ph_login_release(l);
	if (!find_next(l)) {
		s->fault = l->fault;
		return false;
	}
	l->is_trying = false;
	l->failed_here = false;
	l->reconnected = true;
	l->reconnects++;
	s->same_address = true;
	ph_link_note(s, PH_STAGE_AUTH, "%s: connecting anew, to go on with %s",
	    why->text, l->choice.items[l->at].name);
	return true;
}
