#include "smtp/engine.h"

#include "base/note.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>

static ph_msec add_msec(ph_msec at, ph_msec length)
{
	return at > PH_NEVER - length ? PH_NEVER : at + length;
}

/* For the server to answer; PH_NEVER where nothing is due. */
static ph_msec answer_deadline(const struct ph_smtp_client *c)
{
	const struct ph_smtp_timeouts *timeouts = &c->options.timeouts;
	ph_msec since =
	    c->answered_at > c->progress_at ? c->answered_at : c->progress_at;

	if (c->phase == PH_PHASE_TLS) {
		return add_msec(
		    since, ph_step_timeout(PH_STEP_STARTTLS, timeouts));
	}
	if (ph_pipeline_awaits(&c->pipeline)) {
		return add_msec(since,
		    ph_step_timeout(
			ph_pipeline_oldest(&c->pipeline)->step, timeouts));
	}
	/* It is the caller's turn. */
	return PH_NEVER;
}

/* For it to take what waits to be written. */
static ph_msec write_deadline(const struct ph_smtp_client *c)
{
	return add_msec(
	    c->progress_at, ph_step_block_timeout(&c->options.timeouts));
}

/* Whether it has to take something before it can be waited for.  A server that
   is at work on a message already handed over need not read on meanwhile: then
   it has the time its answer may take. */
static bool is_blocking(const struct ph_smtp_client *c)
{
	if (ph_outbox_is_empty(&c->outbox))
		return false;
	return !ph_pipeline_awaits(&c->pipeline) ||
	    answer_deadline(c) < write_deadline(c);
}

static ph_msec server_deadline(const struct ph_smtp_client *c)
{
	return is_blocking(c) ? write_deadline(c) : answer_deadline(c);
}

ph_msec ph_smtp_client_deadline(const struct ph_smtp_client *c)
{
	ph_msec at;

	if (c->phase == PH_PHASE_CLOSED)
		return PH_NEVER;
	at = server_deadline(c);
	if (c->quit_at != PH_NEVER) {
		ph_msec quit = add_msec(c->quit_at,
		    ph_step_timeout(PH_STEP_QUIT, &c->options.timeouts));

		at = quit < at ? quit : at;
	}
	return at;
}

/* As people say it: 30 s, 250 ms. */
static void say_duration(ph_msec length, char *out, size_t size)
{
	if (length % 1000 == 0) {
		(void)snprintf(out, size, "%" PRId64 " s", length / 1000);
	} else {
		(void)snprintf(out, size, "%" PRId64 " ms", length);
	}
}

static void say_unanswered(struct ph_smtp_client *c, struct ph_fault *f)
{
	const struct ph_pipeline_entry *oldest =
	    ph_pipeline_oldest(&c->pipeline);
	enum ph_stage stage = ph_smtp_client_stage(c);
	char length[32];

	/* A deadline without a command is none of the server's. */
	assert(oldest != NULL);
	say_duration(ph_step_timeout(oldest->step, &c->options.timeouts),
	    length, sizeof(length));
	if (oldest->step != PH_STEP_GREETING) {
		ph_fault_set(f, PH_CAUSE_TIMEOUT, stage,
		    "did not answer %s for %s", ph_step_name(oldest->step),
		    length);
	} else if (c->is_heard) {
		ph_fault_set(f, PH_CAUSE_TIMEOUT, stage,
		    "sent no whole greeting in %s", length);
	} else {
		ph_fault_set(
		    f, PH_CAUSE_SILENCE, stage, "sent nothing for %s", length);
	}
}

static void expire(struct ph_smtp_client *c)
{
	const struct ph_smtp_timeouts *timeouts = &c->options.timeouts;
	enum ph_stage stage = ph_smtp_client_stage(c);
	struct ph_fault f;
	char length[32];

	if (c->quit_at != PH_NEVER) {
		ph_transcript_ended(c, PH_NOTE_TIMEOUT, "did not answer QUIT");
		ph_ending_close(c, NULL);
		return;
	}
	if (is_blocking(c)) {
		say_duration(
		    ph_step_block_timeout(timeouts), length, sizeof(length));
		ph_fault_set(
		    &f, PH_CAUSE_TIMEOUT, stage, "took no data for %s", length);
	} else if (c->phase == PH_PHASE_TLS) {
		say_duration(ph_step_timeout(PH_STEP_STARTTLS, timeouts),
		    length, sizeof(length));
		ph_fault_set(&f, PH_CAUSE_TIMEOUT, stage,
		    "did not finish the TLS handshake in %s", length);
	} else {
		say_unanswered(c, &f);
	}
	ph_transcript_ended(c, PH_NOTE_TIMEOUT, f.text);
	ph_ending_close(c, &f);
}

void ph_smtp_client_tick(struct ph_smtp_client *c, ph_msec now)
{
	ph_engine_end_loan(c);
	c->now = now;
	if (now >= ph_smtp_client_deadline(c))
		expire(c);
	ph_engine_settle(c);
}
