#include "deliver/session_state.h"

#include "io/work.h"

#include <stdlib.h>

/* One step of a mechanism: at once, or on a thread where it may have to wait
   for a server of its own (Kerberos), so that the loop and its deadlines go
   on. */

enum {
	CHALLENGE_MAX = 64 * 1024 + 1
};

static void run(void *job)
{
	struct ph_login_step *step = job;

	step->err = ph_sasl_client_step(step->sasl,
	    ph_buf_span(&step->challenge), &step->response, &step->why);
}

static void end(void *job)
{
	struct ph_login_step *step = job;

	ph_sasl_client_free(step->sasl);
	ph_buf_wipe(&step->challenge);
	ph_buf_wipe(&step->response);
	free(step);
}

static void on_done(void *ctx)
{
	struct ph_session *s = ctx;
	struct ph_login *l = &s->login;

	/* The mechanism is ours again. */
	l->sasl = l->step->sasl;
	l->step->sasl = NULL;
	l->step_until = PH_NEVER;
	ph_login_stepped(s);
	ph_session_run(s, true);
}

static enum ph_err start_work(struct ph_session *s)
{
	struct ph_login *l = &s->login;
	const struct ph_work_job job = { run, end, l->step };

	l->step->sasl = l->sasl;

	enum ph_err err = ph_work_start(s->loop, &job, on_done, s, &l->work);
	if (err != PH_OK) {
		l->step->sasl = NULL;
		return PH_ENOMEM;
	}
	l->sasl = NULL;
	l->step_until = s->conn->timeout > 0
	    ? ph_loop_now(s->loop) + s->conn->timeout
	    : PH_NEVER;
	return PH_AGAIN;
}

enum ph_err ph_login_step(struct ph_session *s, struct ph_span challenge)
{
	struct ph_login *l = &s->login;
	struct ph_login_step *step = calloc(1, sizeof(*step));

	if (step == NULL)
		return PH_ENOMEM;
	ph_login_step_stop(l);
	l->step = step;
	ph_buf_init(&step->challenge, CHALLENGE_MAX);
	ph_buf_init(&step->response, PH_LOGIN_RESPONSE_MAX);

	enum ph_err err = ph_buf_append(&step->challenge, challenge);
	if (err != PH_OK)
		return err;
	if (ph_sasl_client_may_block(l->sasl))
		return start_work(s);
	step->err = ph_sasl_client_step(
	    l->sasl, challenge, &step->response, &step->why);
	return PH_OK;
}

void ph_login_step_stop(struct ph_login *l)
{
	if (l->work != NULL) {
		/* The work ends what it works on, now or when it is through. */
		ph_work_free(l->work);
		l->work = NULL;
	} else if (l->step != NULL) {
		end(l->step);
	}
	l->step = NULL;
	l->step_until = PH_NEVER;
}
