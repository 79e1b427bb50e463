#include "cli/searching.h"

#include <signal.h>
#include <unistd.h>

enum {
	WAIT_MS = 1000,
	STEP_MS = 200
};

static void interrupt(void *ctx, int signum)
{
	struct ph_searching *s = ctx;

	(void)signum;
	s->is_interrupted = true;
	ph_survey_stop(s->survey);
}

static void tick(void *ctx)
{
	struct ph_searching *s = ctx;

	(void)fprintf(stderr, "\rlooking: %zu places asked", s->asked);
	(void)fflush(stderr);
	s->shows_progress = true;
	ph_timer_set(s->progress, ph_loop_now(s->loop) + STEP_MS);
}

static enum ph_err watch(struct ph_searching *s)
{
	enum ph_err err =
	    ph_signal_new(s->loop, SIGINT, interrupt, s, &s->on_int);

	if (err == PH_OK) {
		err =
		    ph_signal_new(s->loop, SIGTERM, interrupt, s, &s->on_term);
	}
	if (err != PH_OK || s->cli->quiet || !isatty(STDERR_FILENO))
		return err;
	err = ph_timer_new(s->loop, tick, s, &s->progress);
	if (err == PH_OK)
		ph_timer_set(s->progress, ph_loop_now(s->loop) + WAIT_MS);
	return err;
}

enum ph_err ph_searching_run(struct ph_searching *s, const struct ph_cli *cli,
    const struct ph_survey_options *opt, struct ph_survey_result *out,
    struct ph_fault *fault)
{
	bool is_done = false;
	enum ph_err err = ph_loop_new(&s->loop);

	s->cli = cli;
	if (err == PH_OK)
		err = ph_survey_new(s->loop, opt, &s->survey, fault);
	if (err == PH_OK)
		err = watch(s);
	if (err == PH_OK)
		err = ph_survey_start(s->survey);
	while (err == PH_OK && !is_done) {
		struct ph_survey_event e;

		do {
			ph_survey_next_event(s->survey, &e);
			s->asked += e.type == PH_SURVEY_CONTACT;
			is_done |= e.type == PH_SURVEY_DONE;
		} while (e.type != PH_SURVEY_NONE && !is_done);
		if (!is_done && !ph_loop_turn(s->loop))
			err = PH_EIO;
	}
	if (s->shows_progress)
		(void)fprintf(stderr, "\r%*s\r", 79, "");
	if (s->survey != NULL)
		ph_survey_result(s->survey, out);
	return err;
}

void ph_searching_release(struct ph_searching *s)
{
	ph_timer_free(s->progress);
	ph_signal_free(s->on_int);
	ph_signal_free(s->on_term);
	ph_survey_free(s->survey);
	ph_loop_free(s->loop);
	*s = (struct ph_searching){ 0 };
}

static bool has_own(const struct ph_candidates *set)
{
	for (size_t i = 0; i < set->count; i++) {
		if (set->items[i].found != PH_FOUND_SUGGESTION)
			return true;
	}
	return false;
}

void ph_searching_conclude(const struct ph_survey_options *opt,
    const struct ph_survey_result *f, struct ph_fault *fault)
{
	const char *domain = opt->subject->domain;

	if (f->has_no_domain) {
		ph_fault_set(fault, PH_CAUSE_HOST_NOT_FOUND, PH_STAGE_DNS,
		    "there is no domain %s", domain);
		ph_fault_advise(
		    fault, "check the spelling of what stands behind the @");
	} else if (f->without_smtp != NULL) {
		ph_fault_set(fault, PH_CAUSE_NOTHING_FOUND, PH_STAGE_CONFIG,
		    "%s lets no program send mail by SMTP",
		    f->without_smtp->name);
		ph_fault_advise(fault,
		    "send from another provider's address, or with %s's own "
		    "program",
		    f->without_smtp->name);
	} else if (f->has_no_network) {
		ph_fault_set(fault, PH_CAUSE_DNS_TEMPORARY, PH_STAGE_DNS,
		    "no name server told where the mail of %s is", domain);
	} else {
		ph_fault_set(fault, PH_CAUSE_NOTHING_FOUND, PH_STAGE_CONFIG,
		    has_own(f->candidates)
			? "nothing of what was found for %s works"
			: "no settings were found for %s",
		    opt->subject->address);
		if (opt->is_offline) {
			ph_fault_advise(fault,
			    "without --offline the domain itself is asked");
		} else if (!opt->probes) {
			ph_fault_advise(
			    fault, "--probe tries the usual names and ports");
		}
	}
	if (f->meant[0] != '\0')
		ph_fault_advise(fault, "did you mean %s?", f->meant);
}
